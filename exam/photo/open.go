package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"wenbao/exam"
	"wenbao/exam/photo/scaledjpeg"
)

// sniff tells the format by its first bytes, "" when it is none of ours.
func sniff(b []byte) string {
	at := func(i int, s string) bool { return len(b) >= i+len(s) && string(b[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return "jpeg"
	case at(0, "\x89PNG\r\n\x1a\n"):
		return "png"
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp"
	case at(0, "BM"):
		return "bmp"
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif"
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return "tiff"
	case at(4, "ftyp"):
		return brand(b)
	}
	return ""
}

// brand names the ISO media formats that phones write in place of JPEG.
func brand(b []byte) string {
	end := min(len(b), int(max(b[3], 16)))
	for i := 8; i+4 <= end; i += 4 {
		switch string(b[i : i+4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1":
			return "heic"
		}
	}
	return ""
}

// Bounds on a picture. A JPEG is decoded at a reduced size, never more than
// decodedPixels of it at once; the other formats have to be unpacked whole.
const (
	MaxPixels     = 160_000_000 // of a JPEG
	MaxUnpacked   = 200_000_000 // bytes of any other format once unpacked: 50 megapixels in 8-bit colour
	decodedPixels = 32_000_000
)

func (s *Source) open() error {
	switch s.Format {
	case "heic", "avif":
		return refuse(exam.KindInvalid, nil, s.Format, strings.ToUpper(s.Format), "JPEG")
	case "":
		return refuse(exam.KindInvalid, nil, "unknown", "", "")
	case "jpeg":
		return s.openJPEG()
	}
	return s.openWhole()
}

func (s *Source) openJPEG() error {
	h, err := scaledjpeg.ReadHeader(s.data)
	if err != nil {
		return damaged(err)
	}
	s.Width, s.Height, s.Quality = h.Width, h.Height, h.Quality
	if err := bounded(h.Width, h.Height, MaxPixels); err != nil {
		return err
	}
	if s.orientation = orientation(h.Exif); s.orientation >= 5 {
		s.Width, s.Height = s.Height, s.Width
	}
	s.eighths = s.eighthsFor(overview / float64(min(s.Width, s.Height)))
	s.pic, err = s.decodeJPEG(s.eighths)
	return err
}

// overview is how many pixels a photo is decoded to at first, on its shorter
// side: enough for the finished photo unless the crop is less than two thirds of it.
const overview = 440

// eighthsFor gives the smallest size to decode to that has the pixels of scale,
// or the largest that the bound on memory allows.
func (s *Source) eighthsFor(scale float64) int {
	best := 1
	for _, e := range scaledjpeg.Eighths {
		if s.Width*s.Height/64*e*e > decodedPixels {
			break
		}
		if best = e; float64(e) >= 8*scale {
			break
		}
	}
	return best
}

func (s *Source) decodeJPEG(eighths int) (picture, error) {
	m, err := scaledjpeg.Decode(s.data, eighths)
	if err != nil {
		return picture{}, damaged(err)
	}
	return fromJPEG(m).upright(s.orientation), nil
}

// codec is what a format's package offers.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	packs  int // more pixels than a byte of the file can stand for; 0 where there is no such bound
}

// Deflate packs at most 1032 bytes into one, LZW with codes of 12 bits about 2700.
var codecs = map[string]codec{
	"png":  {png.DecodeConfig, png.Decode, 8 * 1032},
	"webp": {webp.DecodeConfig, webp.Decode, 0},
	"bmp":  {bmp.DecodeConfig, bmp.Decode, 8},
	"gif":  {gif.DecodeConfig, gif.Decode, 4096},
	"tiff": {tiff.DecodeConfig, tiff.Decode, 8 * 4096},
}

// openWhole decodes the formats that are unpacked in one piece.
func (s *Source) openWhole() error {
	c := codecs[s.Format]
	size, err := attempt(func() (image.Config, error) { return c.config(bytes.NewReader(s.data)) })
	if err != nil {
		return damaged(err)
	}
	if err := bounded(size.Width, size.Height, MaxUnpacked/depth(size.ColorModel)); err != nil {
		return err
	}
	if c.packs > 0 && size.Width*size.Height/c.packs > len(s.data) {
		return damaged(fmt.Errorf("%d bytes cannot hold %d×%d pixels", len(s.data), size.Width, size.Height))
	}
	m, err := attempt(func() (image.Image, error) { return c.decode(bytes.NewReader(s.data)) })
	if err != nil {
		return damaged(err)
	}
	if s.Format == "webp" {
		fullRange(m)
	}
	s.pic = fromImage(m).upright(orientation(exif(s.Format, s.data)))
	s.eighths = 8
	s.Width, s.Height = s.pic.y.w, s.pic.y.h
	return nil
}

// fullRange widens the samples of a lossy WebP in place: VP8 has the range of
// television (luma 16–235, chroma 16–240), which its package passes on as if it
// were JFIF's.
func fullRange(m image.Image) {
	var ycc *image.YCbCr
	switch m := m.(type) {
	case *image.YCbCr:
		ycc = m
	case *image.NYCbCrA:
		ycc = &m.YCbCr
	default:
		return
	}
	for i, v := range ycc.Y {
		ycc.Y[i] = clamped((int32(v) - 16) * 255 / 219)
	}
	for _, pix := range [][]byte{ycc.Cb, ycc.Cr} {
		for i, v := range pix {
			pix[i] = clamped((int32(v)-128)*255/224 + 128)
		}
	}
}

// depth is how many bytes a pixel takes once unpacked.
func depth(m color.Model) int {
	switch m {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		return 8
	}
	return 4
}

// bounded refuses a picture without pixels or with too many.
func bounded(w, h, most int) error {
	if w < 1 || h < 1 {
		return damaged(fmt.Errorf("%d×%d pixels", w, h))
	}
	if int64(w)*int64(h) > int64(most) {
		return refuse(exam.KindTooLarge, nil, "pixels_many", pixels(w, h), number(float64(most)/1e6, 0)+" MP")
	}
	return nil
}

// damaged says why a decoder gave up.
func damaged(err error) error {
	rule := "damaged"
	var feature tiff.UnsupportedError
	switch {
	case errors.Is(err, scaledjpeg.ErrTruncated), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		rule = "truncated"
	case errors.Is(err, scaledjpeg.ErrUnsupported), errors.Is(err, bmp.ErrUnsupported), errors.As(err, &feature):
		rule = "unsupported"
	}
	return refuse(exam.KindInvalid, err, rule, "", "")
}

// attempt turns a decoder's panic on a hostile file into an error: the decoders
// are other people's, and a photo must never end the program.
func attempt[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	return f()
}
