package ui

import (
	"image"
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"golang.org/x/image/vector"

	"wenbao/assets/fonts"
	"wenbao/ui/present"
)

// rareOpener opens the search, and gives it the focus.
func (r *fieldRow) rareOpener() fyne.CanvasObject {
	return r.kit.button("rare.open."+r.field.Path, lookBare, textStyle{size: sizeCaption, color: colorAccent}, nil, r.kit.key("rare.open"), func() {
		r.form().OpenRare(r.field.Path)
		r.focus(r.field.Path + ".rare")
	})
}

// rarePanel is the search for a character under a field of the form.
func (r *fieldRow) rarePanel(v present.RareView) fyne.CanvasObject {
	k := r.kit
	if r.rare == nil {
		r.rare = newEntry(k.control(r.field.Path+".rare", "entry"), 1)
		r.rare.SetPlaceHolder(k.key("rare.placeholder"))
		r.rare.changed = func(s string) { r.form().SearchRare(s) }
	}
	r.rare.show(v.Typed)
	box := newColumn(gapSmall, caption(k.key("rare.about")), r.rare)
	switch {
	case v.None:
		add(box, caption(k.key("rare.none")))
	case len(v.Found) < v.Total:
		add(box, caption(k.key("rare.more", "shown", len(v.Found), "total", v.Total)))
	}
	grid := newFlow(6)
	for _, c := range v.Found {
		add(grid, r.rareButton(c))
	}
	add(box, grid)
	return surface(colorSidebar, colorLine, radius, gap, box)
}

func (r *fieldRow) rareButton(c present.RareChar) fyne.CanvasObject {
	words := newColumn(0, newText(styleCaption.oneLine(), c.Pinyin), newText(styleCaption.oneLine(), c.Code))
	look := lookSecondary
	look.padX, look.padY = 8, 4
	return newPress(r.kit.control("rare."+c.Code, "button"), look, newRow(6, -1, glyphOf(c.Rune, 30*textScale()), words), func() { r.form().PutRare(c.Rune) })
}

// glyphOf draws a character from the program's own fonts, which no machine can
// lack.
func glyphOf(r rune, side float32) fyne.CanvasObject {
	img := canvas.NewImageFromImage(glyphPicture(r, tint(colorText)))
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSquareSize(side))
	return img
}

// glyphPixels is the side of a drawn character, enough for a screen at 200 %.
const glyphPixels = 96

type drawnGlyph struct {
	r   rune
	ink color.Color
}

var drawnGlyphs sync.Map // drawnGlyph -> image.Image; a few hundred at most in a session

func glyphPicture(r rune, ink color.Color) image.Image {
	key := drawnGlyph{r, ink}
	if img, ok := drawnGlyphs.Load(key); ok {
		return img.(image.Image)
	}
	img := image.NewNRGBA(image.Rect(0, 0, glyphPixels, glyphPixels))
	z := vector.NewRasterizer(glyphPixels, glyphPixels)
	upem, contours := outlineOf(r)
	scale := float32(glyphPixels) / float32(upem)
	at := func(p fonts.Point) (x, y float32) {
		return float32(p.X) * scale, (0.88*float32(upem) - float32(p.Y)) * scale
	}
	for _, c := range contours {
		contour(z, c, at)
	}
	z.Draw(img, img.Bounds(), image.NewUniform(ink), image.Point{})
	drawnGlyphs.Store(key, image.Image(img))
	return img
}

func outlineOf(r rune) (upem int, contours []fonts.Contour) {
	face, rare := ownFonts()
	upem = face.UnitsPerEm()
	if g, ok := face.Glyph(r); ok {
		contours, _ = fonts.DecodeOutline(face.Outline(g)) // a test reads every glyph of the font
		return upem, contours
	}
	contours, _ = rare.Contours(r, upem)
	return upem, contours
}

// contour draws one closed line of TrueType's quadratics: between two points off
// the curve lies one upon it.
func contour(z *vector.Rasterizer, points fonts.Contour, at func(fonts.Point) (x, y float32)) {
	if len(points) < 2 {
		return
	}
	start := 0
	for i, p := range points {
		if p.On {
			start = i
			break
		}
	}
	first := points[start]
	if !first.On {
		first = middle(points[len(points)-1], points[0])
	}
	z.MoveTo(at(first))
	var off *fonts.Point
	for i := 1; i <= len(points); i++ {
		p := points[(start+i)%len(points)]
		if i == len(points) {
			p = fonts.Point{X: first.X, Y: first.Y, On: true}
		}
		switch {
		case p.On && off == nil:
			z.LineTo(at(p))
		case p.On:
			cx, cy := at(*off)
			x, y := at(p)
			z.QuadTo(cx, cy, x, y)
			off = nil
		case off == nil:
			off = &p
		default:
			m := middle(*off, p)
			cx, cy := at(*off)
			x, y := at(m)
			z.QuadTo(cx, cy, x, y)
			off = &p
		}
	}
	z.ClosePath()
}

func middle(a, b fonts.Point) fonts.Point {
	return fonts.Point{X: int16((int(a.X) + int(b.X)) / 2), Y: int16((int(a.Y) + int(b.Y)) / 2), On: true}
}
