package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// Tile is one photo of a contact sheet and what is to be said about it, a
// line each; long lines are wrapped.
type Tile struct {
	Photo []byte // a JPEG such as [Result] holds; nil leaves the place empty
	Lines []string
}

// The contact sheet: A4 at 150 dots per inch.
const (
	sheetWidth, sheetHeight = 1240, 1754
	sheetMargin             = 40
	sheetColumns, sheetRows = 5, 5
	thumbWidth, thumbHeight = 125, 175
)

// ContactSheet draws the tiles, 25 on a page, with a font of the caller's.
func ContactSheet(tiles []Tile, face font.Face) []*image.RGBA {
	var pages []*image.RGBA
	for i, t := range tiles {
		const onPage = sheetColumns * sheetRows
		if i%onPage == 0 {
			page := image.NewRGBA(image.Rect(0, 0, sheetWidth, sheetHeight))
			draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
			pages = append(pages, page)
		}
		const w, h = (sheetWidth - 2*sheetMargin) / sheetColumns, (sheetHeight - 2*sheetMargin) / sheetRows
		x, y := sheetMargin+i%sheetColumns*w, sheetMargin+i%onPage/sheetColumns*h
		t.draw(pages[len(pages)-1], image.Rect(x, y, x+w-10, y+h-10), face)
	}
	return pages
}

func (t Tile) draw(page *image.RGBA, r image.Rectangle, face font.Face) {
	thumb := image.Rect(0, 0, thumbWidth, thumbHeight).Add(r.Min)
	draw.Draw(page, thumb, image.NewUniform(color.Gray{224}), image.Point{}, draw.Src)
	if m, err := jpeg.Decode(bytes.NewReader(t.Photo)); err == nil {
		draw.ApproxBiLinear.Scale(page, thumb.Inset(1), m, m.Bounds(), draw.Src, nil)
	}
	pen := font.Drawer{Dst: page, Src: image.Black, Face: face}
	metrics := face.Metrics()
	y := fixed.I(thumb.Max.Y+4) + metrics.Ascent
	for _, text := range t.Lines {
		for text != "" && y+metrics.Descent <= fixed.I(r.Max.Y) {
			n := fitting(face, text, fixed.I(r.Dx()))
			pen.Dot = fixed.Point26_6{X: fixed.I(r.Min.X), Y: y}
			pen.DrawString(text[:n])
			text = text[n:]
			y += metrics.Height
		}
	}
}

// fitting gives how many bytes of text fit on a line, at least one character.
func fitting(face font.Face, text string, width fixed.Int26_6) int {
	var used fixed.Int26_6
	for i, c := range text {
		advance, _ := face.GlyphAdvance(c)
		if used += advance; used > width && i > 0 {
			return i
		}
	}
	return len(text)
}
