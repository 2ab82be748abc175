// Package scaledjpeg decodes JPEG files at 1/1, 1/2, 1/4 or 1/8 of their size.
//
// The standard library decodes every pixel of a photo whose finished form has
// a hundredth of them. Here the unwanted frequencies are dropped before the
// inverse transform, as libjpeg's "shrink on load" does, so a reduced picture
// costs a fraction of the time and of the memory: a 100-megapixel file at 1/4
// needs about 10 MB, or 60 MB when it is progressive.
//
// Baseline, extended sequential and progressive files with 8 bits a sample and
// Huffman coding are decoded (grey, YCbCr, RGB, CMYK, YCCK, any sampling
// factors). Input is hostile: every length is checked, work is bounded by the
// size of the picture and [maxScans], and a file that ends too early is an error
// rather than a half-grey picture.
package scaledjpeg

import (
	"errors"
	"fmt"
)

// What a decoding error can be asked for with errors.Is.
var (
	ErrFormat      = errors.New("not a valid JPEG")
	ErrTruncated   = errors.New("JPEG ends too early")
	ErrUnsupported = errors.New("kind of JPEG that is not supported")
)

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// Model says what the planes of an [Image] are.
type Model int

const (
	Grey  Model = iota
	YCbCr       // JFIF: full range, BT.601
	RGB
	CMYK // amounts of ink, 0 for none; Adobe's inverted files are set right
	YCCK // Y, Cb, Cr whose red, green and blue are the amounts of cyan, magenta and yellow; black
)

// Plane is one component, reduced: W×H samples in rows of Stride bytes. Other
// components may have other sizes and lie over the same area.
type Plane struct {
	W, H, Stride int
	Pix          []byte
}

// Image is a decoded picture; its full size is the header's.
type Image struct {
	Model  Model
	Planes []Plane
}

// Header is what stands before the picture.
type Header struct {
	Width, Height int // pixels as stored; EXIF orientation not applied
	Model         Model
	Progressive   bool
	Quality       int    // estimated from the luma quantisation table, 1–100
	Exif          []byte // the TIFF structure of the first Exif segment; nil without one
}
