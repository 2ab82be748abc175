package form

import (
	"image"
	"image/draw"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	xdraw "golang.org/x/image/draw"

	"wenbao/exam"
)

// ScanSide is the longer side, in pixels, at which a picture of a page is best
// handed to [ReadCode]: an A4 page at 300 dots per inch. The code of a paper is
// an eighth of that.
const ScanSide = 3508

// ReadCode reads the QR code on a scan or a photograph of a paper, turned or
// not: of the whole picture, then of its upper right part, where papers bear it,
// then at half the size, where the noise of a camera is evened out. A picture
// without a legible code is [exam.KindNotFound].
func ReadCode(picture image.Image) (string, error) {
	whole := toGray(picture, picture.Bounds(), 1)
	b := whole.Bounds()
	for _, try := range []func() *image.Gray{
		func() *image.Gray { return whole },
		func() *image.Gray {
			return toGray(whole, image.Rect(b.Dx()*55/100, 0, b.Dx(), b.Dy()*30/100), 1)
		},
		func() *image.Gray { return toGray(whole, b, 2) },
		func() *image.Gray { return toGray(whole, b, 4) },
	} {
		if text, ok := readCode(try()); ok {
			return text, nil
		}
	}
	return "", exam.Errorf(exam.KindNotFound, "read code", "no legible code in %d × %d pixels", b.Dx(), b.Dy())
}

// readCode tries both ways of telling dark from light: by neighbourhood, good
// for shadows, and by the whole picture, good for small clean ones.
func readCode(picture *image.Gray) (text string, ok bool) {
	if picture.Rect.Dx() < 40 || picture.Rect.Dy() < 40 {
		return "", false
	}
	// The reader is another's, and a picture must never end the program.
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	source := gozxing.NewLuminanceSourceFromImage(picture)
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			continue
		}
		if r, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			return r.GetText(), true
		}
	}
	return "", false
}

// toGray gives a part of a picture in shades of grey, at a fraction of its size.
func toGray(m image.Image, part image.Rectangle, divisor int) *image.Gray {
	if g, ok := m.(*image.Gray); ok && divisor == 1 && part == g.Rect {
		return g
	}
	g := image.NewGray(image.Rect(0, 0, part.Dx()/divisor, part.Dy()/divisor))
	if divisor == 1 {
		draw.Draw(g, g.Rect, m, part.Min, draw.Src)
	} else {
		xdraw.ApproxBiLinear.Scale(g, g.Rect, m, part, draw.Src, nil)
	}
	return g
}
