package photo

import (
	"image"
	"sync"

	"wenbao/exam"
)

// Source is an opened picture, upright and without its metadata. Methods may
// be used from several goroutines.
type Source struct {
	Width, Height int    // pixels, upright
	Format        string // "jpeg", "png", "webp", "bmp", "gif" or "tiff"
	Quality       int    // estimated JPEG quality 1–100; 0 for formats without loss

	data        []byte
	orientation int
	pic         picture // at first sight; what is found about the source is found here
	eighths     int     // of its size at which pic is decoded

	mu          sync.Mutex
	fine        picture // decoded again for a small crop
	fineEighths int
	looked      bool // for faces
	faces       []face
	lying       *lying
}

// MaxBytes bounds the files that are opened.
const MaxBytes = exam.MaxOriginalBytes

// Decode opens a photo: JPEG (baseline, progressive, grey, CMYK), PNG, WebP,
// BMP, GIF (its first frame) or TIFF. The EXIF orientation is applied and all
// metadata dropped. Any other file, and one that is damaged, cut off or larger
// than the bounds, is an error of [exam.KindInvalid] or [exam.KindTooLarge]
// whose reason [Reasons] gives. The source keeps data, which must not change.
func Decode(data []byte) (*Source, error) {
	if len(data) > MaxBytes {
		return nil, refuse(exam.KindTooLarge, nil, "file_large", number(float64(len(data))/1e6, 1)+" MB", number(MaxBytes/1e6, 0)+" MB")
	}
	s := &Source{Format: sniff(data), data: data}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// size is the upright source's.
func (s *Source) size() image.Point { return image.Pt(s.Width, s.Height) }

// view gives the picture at no less than the pixels that a scale asks for,
// where the format allows a choice; scale is pixels of the result per pixel of
// the source.
func (s *Source) view(scale float64) (picture, error) {
	if s.Format != "jpeg" {
		return s.pic, nil
	}
	want := s.eighthsFor(scale)
	if want <= s.eighths {
		return s.pic, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if want > s.fineEighths {
		pic, err := s.decodeJPEG(want)
		if err != nil {
			return picture{}, err
		}
		s.fine, s.fineEighths = pic, want
	}
	return s.fine, nil
}

// finest is the largest size at which the source can be had, as a share of its own.
func (s *Source) finest() float64 {
	if s.Format == "jpeg" {
		return float64(s.eighthsFor(1)) / 8
	}
	return 1
}

// Preview paints the upright source at no more than the given number of pixels
// on its longer side, for a window to draw the frame over.
func (s *Source) Preview(side int) (*image.RGBA, error) {
	side = max(1, min(side, maxSide))
	scale := min(1, float64(side)/float64(max(s.Width, s.Height)))
	pic, err := s.view(scale)
	if err != nil {
		return nil, err
	}
	w, h := max(1, int(float64(s.Width)*scale+0.5)), max(1, int(float64(s.Height)*scale+0.5))
	return pic.resample(Crop{Width: 1, Height: 1}, w, h).rgba(), nil
}
