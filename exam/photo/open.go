package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"wenbao/exam"
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

// MaxPixels bounds pictures that can be decoded at a reduced size (JPEG);
// MaxPixelsWhole those that have to be unpacked whole.
const (
	MaxPixels      = 160_000_000
	MaxPixelsWhole = 50_000_000
)

func (s *Source) open() error {
	switch s.Format {
	case "heic", "avif":
		return refuse(exam.KindInvalid, nil, s.Format, s.Format, "jpeg")
	case "":
		return refuse(exam.KindInvalid, nil, "unknown", "", "")
	case "jpeg":
		return s.openJPEG()
	}
	return s.openWhole()
}

func (s *Source) openJPEG() error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(s.data))
	if err != nil {
		return damaged(err)
	}
	s.Width, s.Height = c.Width, c.Height
	s.pic, err = s.decodeJPEG(1)
	s.shrink = 1
	return err
}

func (s *Source) decodeJPEG(shrink int) (picture, error) {
	m, err := jpeg.Decode(bytes.NewReader(s.data))
	if err != nil {
		return picture{}, damaged(err)
	}
	return fromImage(m).upright(s.orientation), nil
}

// codec is what a format's package offers.
type codec struct {
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

var codecs = map[string]codec{
	"png": {
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }},
	"webp": {
		func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) }},
	"bmp": {
		func(b []byte) (image.Config, error) { return bmp.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return bmp.Decode(bytes.NewReader(b)) }},
	"gif": {
		func(b []byte) (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(b)) }},
	"tiff": {
		func(b []byte) (image.Config, error) { return tiff.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return tiff.Decode(bytes.NewReader(b)) }},
}

// openWhole decodes the formats that are unpacked in one piece.
func (s *Source) openWhole() error {
	c := codecs[s.Format]
	size, err := attempt(func() (image.Config, error) { return c.config(s.data) })
	if err != nil {
		return damaged(err)
	}
	if err := bounded(size.Width, size.Height, MaxPixelsWhole); err != nil {
		return err
	}
	m, err := attempt(func() (image.Image, error) { return c.decode(s.data) })
	if err != nil {
		return damaged(err)
	}
	s.pic, s.shrink = fromImage(m).upright(s.orientation), 1
	s.Width, s.Height = s.pic.y.w, s.pic.y.h
	return nil
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

func damaged(err error) error {
	return refuse(exam.KindInvalid, err, "damaged", "", "")
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
