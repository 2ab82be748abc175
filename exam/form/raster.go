package form

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"

	"wenbao/assets/fonts"
	"wenbao/exam"
)

// Image draws a page (from 0) at the given resolution, at most 600 dpi: the
// preview, from the same list of things as the PDF. A page that does not exist
// is [exam.KindNotFound].
func (p *Paper) Image(page int, dpi float64) (*image.RGBA, error) {
	const op = "draw page"
	if page < 0 || page >= len(p.pages) {
		return nil, exam.Errorf(exam.KindNotFound, op, "page %d of %d", page+1, len(p.pages))
	}
	if !(dpi >= 10 && dpi <= 600) {
		return nil, exam.Errorf(exam.KindInvalid, op, "%g dpi", dpi)
	}
	c := newCanvas(dpi)
	if err := c.page(p.pages[page]); err != nil {
		return nil, &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
	}
	return c.image, nil
}

// canvas paints one page's pixels.
type canvas struct {
	image *image.RGBA
	scale float64 // pixels per millimetre
	shape vector.Rasterizer
	err   error
}

func newCanvas(dpi float64) *canvas {
	scale := dpi / 25.4
	c := &canvas{scale: scale, image: image.NewRGBA(image.Rect(0, 0, int(math.Round(pageWidth*scale)), int(math.Round(pageHeight*scale))))}
	draw.Draw(c.image, c.image.Bounds(), image.White, image.Point{}, draw.Src)
	return c
}

func (c *canvas) page(p *page) error {
	p.layers(func(i *item) {
		switch i.shape {
		case areaShape:
			c.fill(i.x, i.y, i.w, i.h, i.ink)
		case boxShape:
			c.line(i.x, i.y, i.w, 0, i.ink)
			c.line(i.x, i.y+i.h, i.w, 0, i.ink)
			c.line(i.x, i.y, 0, i.h, i.ink)
			c.line(i.x+i.w, i.y, 0, i.h, i.ink)
		case lineShape:
			c.line(i.x, i.y, i.w, i.h, i.ink)
		case markShape:
			m := markAcross(i.text)
			c.text(i, across{m.x, m.y, m.size, m.sin, m.cos})
		case textShape:
			c.text(i, across{i.x, i.y, i.size, 0, 1})
		case pictureShape:
			c.picture(i)
		case codeShape:
			c.code(i)
		}
	})
	return c.err
}

func shade(ink float64) *image.Uniform {
	return image.NewUniform(color.Gray{Y: uint8(math.Round(ink * 255))})
}

func (c *canvas) pixel(v float64) int { return int(math.Round(v * c.scale)) }

func (c *canvas) fill(x, y, w, h, ink float64) {
	r := image.Rect(c.pixel(x), c.pixel(y), c.pixel(x+w), c.pixel(y+h))
	draw.Draw(c.image, r, shade(ink), image.Point{}, draw.Src)
}

// line draws an upright or level line, at least one pixel wide.
func (c *canvas) line(x, y, w, h, ink float64) {
	thick := max(1, c.pixel(hairline))
	left, top := c.pixel(x)-thick/2, c.pixel(y)-thick/2
	right, bottom := c.pixel(x+w)-thick/2+thick, c.pixel(y+h)-thick/2+thick
	draw.Draw(c.image, image.Rect(left, top, right, bottom), shade(ink), image.Point{}, draw.Src)
}

// text fills the outlines of a line of text in one go.
func (c *canvas) text(i *item, at across) {
	em := mm(at.size) * c.scale / emUnits // pixels per unit
	w, h := width(i.text, at.size, i.bold)*c.scale, mm(at.size)*c.scale
	// The box around the turned line, in pixels of the page.
	x0, y0 := at.x*c.scale, at.y*c.scale
	left, right := x0-h*(at.sin+0.2), x0+w*at.cos+h*(at.sin+0.4)
	top, bottom := y0-w*at.sin-h*1.2, y0+h*0.4+h*at.sin
	bounds := image.Rect(int(left)-1, int(top)-1, int(right)+2, int(bottom)+2).Intersect(c.image.Bounds())
	if bounds.Empty() {
		return
	}
	c.shape.Reset(bounds.Dx(), bounds.Dy())
	pen := 0.0
	place := func(p fonts.Point, pen float64) (float32, float32) {
		x, y := (float64(p.X)+pen)*em, float64(p.Y)*em
		return float32(x0 + x*at.cos - y*at.sin - float64(bounds.Min.X)), float32(y0 - x*at.sin - y*at.cos - float64(bounds.Min.Y))
	}
	for _, r := range i.text {
		g := lookUp(r, i.bold)
		for _, contour := range g.contours(r) {
			c.contour(contour, func(p fonts.Point) (float32, float32) { return place(p, pen) })
		}
		pen += float64(g.advance)
	}
	c.shape.Draw(c.image, bounds, shade(i.ink), image.Point{})
}

// contour adds a closed TrueType outline to the shape.
func (c *canvas) contour(points fonts.Contour, place func(fonts.Point) (float32, float32)) {
	n := len(points)
	if n < 2 {
		return
	}
	start := points[0]
	if !start.On {
		start = between(points[n-1], points[0])
		if points[n-1].On {
			start = points[n-1]
		}
	}
	c.shape.MoveTo(place(start))
	for i := range n {
		p, next := points[i], points[(i+1)%n]
		switch {
		case p.On:
			c.shape.LineTo(place(p))
		case next.On:
			cx, cy := place(p)
			x, y := place(next)
			c.shape.QuadTo(cx, cy, x, y)
		default:
			cx, cy := place(p)
			x, y := place(between(p, next))
			c.shape.QuadTo(cx, cy, x, y)
		}
	}
	c.shape.ClosePath()
}

// between is the implied point between two control points.
func between(a, b fonts.Point) fonts.Point {
	return fonts.Point{X: int16((int(a.X) + int(b.X)) / 2), Y: int16((int(a.Y) + int(b.Y)) / 2), On: true}
}

func (c *canvas) picture(i *item) {
	photo, err := jpeg.Decode(bytes.NewReader(i.picture.jpeg))
	if err != nil {
		c.err = err
		return
	}
	r := image.Rect(c.pixel(i.x), c.pixel(i.y), c.pixel(i.x+i.w), c.pixel(i.y+i.h))
	xdraw.ApproxBiLinear.Scale(c.image, r, photo, photo.Bounds(), draw.Src, nil)
}

// code draws a QR code with modules of whole pixels where they are large enough.
func (c *canvas) code(i *item) {
	code, err := codeOf(i.text)
	if err != nil {
		c.err = err
		return
	}
	module := i.w / float64(code.Size)
	runsOf(code, func(x, y, n int) {
		c.fill(i.x+float64(x)*module, i.y+float64(y)*module, float64(n)*module, module, black)
	})
}
