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
// not: of the whole picture, then of each quarter, since papers bear it in a
// corner, enlarged while the modules may be small. The reader finds the modules of
// a dense code at one size and misses them at the next, so that a clean picture is
// tried at several; the smaller ones even out the noise of a camera. A picture
// without a legible code is [exam.KindNotFound].
func ReadCode(picture image.Image) (string, error) {
	whole := toGray(picture, picture.Bounds(), 1)
	b := whole.Bounds()
	if text, ok := readCode(whole); ok {
		return text, nil
	}
	enlarged := 1.0
	if max(b.Dx(), b.Dy()) < 3000 {
		enlarged = 2
	}
	mid := image.Pt(b.Dx()/2, b.Dy()/2)
	quarters := []image.Rectangle{{Min: image.Pt(mid.X, 0), Max: image.Pt(b.Dx(), mid.Y)}, {Min: mid, Max: b.Max},
		{Min: image.Pt(0, mid.Y), Max: image.Pt(mid.X, b.Dy())}, {Max: mid}}
	for _, scale := range []float64{enlarged, 1.1, 0.8, 0.6} {
		for _, quarter := range quarters {
			if text, ok := readCode(toGray(whole, quarter, scale)); ok {
				return text, nil
			}
		}
	}
	for _, scale := range []float64{0.5, 0.25} {
		if text, ok := readCode(toGray(whole, b, scale)); ok {
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

// toGray gives a part of a picture in shades of grey, at a scale.
func toGray(m image.Image, part image.Rectangle, scale float64) *image.Gray {
	if g, ok := m.(*image.Gray); ok && scale == 1 && part == g.Rect {
		return g
	}
	g := image.NewGray(image.Rect(0, 0, int(float64(part.Dx())*scale), int(float64(part.Dy())*scale)))
	if scale == 1 {
		draw.Draw(g, g.Rect, m, part.Min, draw.Src)
	} else {
		xdraw.ApproxBiLinear.Scale(g, g.Rect, m, part, draw.Src, nil)
	}
	return g
}
