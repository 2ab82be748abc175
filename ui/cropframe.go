package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"wenbao/ui/present"
)

// cropFrame is a picture with a frame upon it: dragging moves the frame, the
// wheel makes it larger or smaller, the arrow keys move it by small steps.
type cropFrame struct {
	widget.BaseWidget
	control
	img    *canvas.Image
	view   present.PhotoView
	crop   present.Crop
	framed func(present.Crop)
	focus  bool
}

func newCropFrame(k *kit, img *canvas.Image, v present.PhotoView, framed func(present.Crop)) *cropFrame {
	c := &cropFrame{control: k.control("photo.frame", "crop"), img: img, view: v, crop: v.Crop, framed: framed}
	c.ExtendBaseWidget(c)
	return c
}

// HeightFor keeps the picture's shape.
func (c *cropFrame) HeightFor(width float32) float32 {
	return min(width*float32(c.view.Height)/float32(max(c.view.Width, 1)), 460)
}

// scale is how many units of the window a pixel of the picture takes. The frame may
// be given more height than the picture has at its width.
func (c *cropFrame) scale() float32 {
	return min(c.Size().Width/float32(max(c.view.Width, 1)), c.Size().Height/float32(max(c.view.Height, 1)))
}

// Dragged implements [fyne.Draggable].
func (c *cropFrame) Dragged(e *fyne.DragEvent) {
	c.crop.X += float64(e.Dragged.DX / c.scale())
	c.crop.Y += float64(e.Dragged.DY / c.scale())
	c.Refresh()
}

// DragEnd implements [fyne.Draggable].
func (c *cropFrame) DragEnd() { c.framed(c.crop) }

// Scrolled implements [fyne.Scrollable].
func (c *cropFrame) Scrolled(e *fyne.ScrollEvent) {
	if e.Scrolled.DY == 0 {
		return // sideways
	}
	by := 1.04
	if e.Scrolled.DY > 0 {
		by = 1 / by
	}
	c.crop.Scale(by)
	c.framed(c.crop)
}

// Cursor implements [desktop.Cursorable].
func (c *cropFrame) Cursor() desktop.Cursor { return desktop.PointerCursor }

// Tapped implements [fyne.Tappable], to take the focus.
func (c *cropFrame) Tapped(*fyne.PointEvent) {
	if v := fyne.CurrentApp().Driver().CanvasForObject(c); v != nil {
		v.Focus(c)
	}
}

// FocusGained implements [fyne.Focusable].
func (c *cropFrame) FocusGained() { c.focus = true; c.Refresh(); c.hooks.focused(c) }

// FocusLost implements [fyne.Focusable].
func (c *cropFrame) FocusLost() { c.focus = false; c.Refresh() }

// TypedRune implements [fyne.Focusable].
func (c *cropFrame) TypedRune(r rune) {
	switch r {
	case '+', '=':
		c.crop.Scale(1 / 1.03)
	case '-':
		c.crop.Scale(1.03)
	default:
		return
	}
	c.framed(c.crop)
}

// TypedKey implements [fyne.Focusable].
func (c *cropFrame) TypedKey(e *fyne.KeyEvent) {
	step := c.crop.Width * 0.02
	switch e.Name {
	case fyne.KeyLeft:
		c.crop.X -= step
	case fyne.KeyRight:
		c.crop.X += step
	case fyne.KeyUp:
		c.crop.Y -= step
	case fyne.KeyDown:
		c.crop.Y += step
	default:
		c.hooks.key(e)
		return
	}
	c.framed(c.crop)
}

// TypedShortcut implements [fyne.Shortcutable].
func (c *cropFrame) TypedShortcut(s fyne.Shortcut) { c.hooks.shortcut(s) }

// CreateRenderer implements [fyne.Widget].
func (c *cropFrame) CreateRenderer() fyne.WidgetRenderer {
	r := &cropRenderer{frame: c, box: canvas.NewRectangle(tint(colorNone))}
	for i := range r.head {
		r.head[i] = canvas.NewLine(tint(colorAccent))
		r.head[i].StrokeWidth = 1
	}
	r.box.StrokeColor, r.box.StrokeWidth = tint(colorAccent), 2
	return r
}

type cropRenderer struct {
	frame *cropFrame
	box   *canvas.Rectangle
	head  [2]*canvas.Line // where the crown and the chin belong
}

// Where the official frame wants the crown and the chin, as shares of the
// photo's height (facts 3: head 28–33 mm of 35 mm wide, 2–4 mm above it).
const (
	crownShare = 0.10
	chinShare  = 0.72
)

func (r *cropRenderer) Layout(fyne.Size) {
	c := r.frame
	s := c.scale()
	c.img.Resize(fyne.NewSize(float32(c.view.Width)*s, float32(c.view.Height)*s))
	at := fyne.NewPos(float32(c.crop.X)*s, float32(c.crop.Y)*s)
	box := fyne.NewSize(float32(c.crop.Width)*s, float32(c.crop.Height)*s)
	r.box.Move(at)
	r.box.Resize(box)
	for i, share := range []float32{crownShare, chinShare} {
		y := at.Y + box.Height*share
		r.head[i].Position1, r.head[i].Position2 = fyne.NewPos(at.X, y), fyne.NewPos(at.X+box.Width, y)
	}
}

func (r *cropRenderer) MinSize() fyne.Size {
	return fyne.NewSize(120, r.frame.HeightFor(max(r.frame.Size().Width, 120)))
}

func (r *cropRenderer) Refresh() {
	r.Layout(r.frame.Size())
	r.box.StrokeWidth = 2
	if r.frame.focus {
		r.box.StrokeWidth = 3
	}
	canvas.Refresh(r.frame)
}

func (r *cropRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.frame.img, r.box, r.head[0], r.head[1]}
}

func (r *cropRenderer) Destroy() {}
