package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// control is what every interactive widget has: a stable id (the path of a
// field, or an action such as "action.submit"), its kind, and the hooks of the
// window it stands in.
type control struct {
	id, kind string
	hooks    *hooks
}

// hooks tie controls to their window.
type hooks struct {
	// focused is told which control has the focus now.
	focused func(o fyne.CanvasObject)
	// over is told what lies over the page and takes all input.
	over func(o fyne.CanvasObject)
	// key gets every key that the control itself has no use for.
	key func(*fyne.KeyEvent)
	// shortcut gets every shortcut and tells whether it was the window's.
	shortcut func(fyne.Shortcut) bool
	// caret is told where the text cursor went; nil where nobody needs to know.
	caret func(e *Entry)
}

func (c control) controlID() string   { return c.id }
func (c control) controlKind() string { return c.kind }

// identified is every control, as [inspect] and focus keeping see it.
type identified interface {
	fyne.CanvasObject
	controlID() string
	controlKind() string
}

// pressLook is how a Press looks at rest; focus and hover are drawn on top.
type pressLook struct {
	fill, stroke fyne.ThemeColorName
	corner       float32
	padX, padY   float32
}

var (
	lookPrimary   = pressLook{fill: colorAccent, corner: radius, padX: 18, padY: 8}
	lookSecondary = pressLook{fill: colorCard, stroke: "inputBorder", corner: radius, padX: 16, padY: 8}
	lookPlain     = pressLook{corner: radius, padX: 10, padY: 8}
	lookDanger    = pressLook{fill: colorCard, stroke: colorBad, corner: radius, padX: 16, padY: 8}
	lookRow       = pressLook{corner: radius, padX: gapSmall, padY: 4}
	// lookNavigation is lower, so that every page of a draft is in sight at 768.
	lookNavigation = pressLook{corner: radius, padX: gapSmall, padY: 2}
	lookCard       = pressLook{fill: colorCard, stroke: colorLine, corner: radiusCard, padX: gapLarge, padY: gapLarge}
	lookBare       = pressLook{corner: radius, padX: 2, padY: 2}
)

// Press is anything that can be pressed, by pointer, Enter or the space bar:
// buttons, boxes to tick, rows of a list, items of the navigation. What it
// shows is its content's matter.
type Press struct {
	widget.BaseWidget
	control
	look     pressLook
	content  fyne.CanvasObject
	pressed  func()
	disabled bool
	// enterMoves makes Enter go on to the next field, for choices within a form.
	enterMoves bool

	hovered, focus bool
	armed          bool // a key went down upon it and has not pressed yet
}

func newPress(c control, look pressLook, content fyne.CanvasObject, pressed func()) *Press {
	p := &Press{control: c, look: look, content: content, pressed: pressed}
	p.ExtendBaseWidget(p)
	return p
}

func (p *Press) press() {
	if !p.disabled && p.pressed != nil {
		p.pressed()
	}
}

// turnOff makes a button one that cannot be pressed now, and looks so.
func (p *Press) turnOff() {
	p.disabled = true
	p.look.fill, p.look.stroke = theme.ColorNameDisabledButton, ""
	fade(p.content)
}

// fade gives words the colour of what cannot be changed.
func fade(o fyne.CanvasObject) {
	if t, ok := o.(*Text); ok {
		t.style.color = theme.ColorNameDisabled
	}
	for _, child := range children(o) {
		fade(child)
	}
}

// Tapped implements [fyne.Tappable]. The keyboard goes on from what was pressed.
func (p *Press) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil && !p.disabled {
		c.Focus(p)
	}
	p.press()
}

// KeyDown implements [desktop.Keyable]. A key that is held repeats, and reaches
// whatever has got the focus meanwhile: Enter held in a field must not run on to
// the buttons behind it. Only a key that went down here presses, and once.
func (p *Press) KeyDown(*fyne.KeyEvent) { p.armed = true }

// KeyUp implements [desktop.Keyable].
func (p *Press) KeyUp(*fyne.KeyEvent) { p.armed = false }

// byKey presses for a key, unless it is the repetition of one.
func (p *Press) byKey() {
	if p.armed {
		p.armed = false
		p.press()
	}
}

// TypedKey implements [fyne.Focusable].
func (p *Press) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace, !p.enterMoves && (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter):
		p.byKey()
	default:
		p.hooks.key(e)
	}
}

// TypedRune implements [fyne.Focusable].
func (p *Press) TypedRune(rune) {}

// TypedShortcut implements [fyne.Shortcutable].
func (p *Press) TypedShortcut(s fyne.Shortcut) { p.hooks.shortcut(s) }

// FocusGained implements [fyne.Focusable].
func (p *Press) FocusGained() { p.focus = true; p.Refresh(); p.hooks.focused(p) }

// FocusLost implements [fyne.Focusable].
func (p *Press) FocusLost() { p.focus, p.armed = false, false; p.Refresh() }

// MouseIn implements [desktop.Hoverable].
func (p *Press) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (p *Press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (p *Press) MouseOut() { p.hovered = false; p.Refresh() }

// Cursor implements [desktop.Cursorable].
func (p *Press) Cursor() desktop.Cursor {
	if p.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Disabled implements part of [fyne.Disableable]: a disabled Press is passed
// over by the Tab key.
func (p *Press) Disabled() bool { return p.disabled }

// Enable implements [fyne.Disableable].
func (p *Press) Enable() { p.disabled = false; p.Refresh() }

// Disable implements [fyne.Disableable].
func (p *Press) Disable() { p.disabled = true; p.Refresh() }

// HeightFor gives the height at a width.
func (p *Press) HeightFor(width float32) float32 {
	return heightFor(p.content, width-2*p.look.padX) + 2*p.look.padY
}

// CreateRenderer implements [fyne.Widget].
func (p *Press) CreateRenderer() fyne.WidgetRenderer {
	r := &pressRenderer{press: p, back: canvas.NewRectangle(nil), veil: canvas.NewRectangle(nil), focus: canvas.NewRectangle(nil)}
	r.paint()
	return r
}

type pressRenderer struct {
	press             *Press
	back, veil, focus *canvas.Rectangle
}

func (r *pressRenderer) paint() {
	p := r.press
	r.back.FillColor, r.back.CornerRadius = tint(p.look.fill), p.look.corner
	r.back.StrokeColor, r.back.StrokeWidth = tint(p.look.stroke), hairline
	r.veil.FillColor, r.veil.CornerRadius = tint(colorNone), p.look.corner
	r.focus.FillColor, r.focus.CornerRadius = tint(colorNone), p.look.corner
	r.focus.StrokeColor, r.focus.StrokeWidth = tint(colorNone), 0
	if p.hovered && !p.disabled {
		r.veil.FillColor = tint("hover")
	}
	if p.focus {
		r.focus.StrokeColor, r.focus.StrokeWidth = tint(r.ring()), 2
	}
}

// ring is the colour of the focus: it stands out from what it is drawn upon.
func (r *pressRenderer) ring() fyne.ThemeColorName {
	if r.press.look.fill == colorAccent {
		return colorOnAccent
	}
	return colorAccent
}

// inward is how far within the edge the focus is drawn: in a filled button, so
// that the fill surrounds it.
func (r *pressRenderer) inward() float32 {
	if r.press.look.fill == colorAccent {
		return 3
	}
	return 0
}

func (r *pressRenderer) Refresh() {
	r.paint()
	r.Layout(r.press.Size()) // another content may stand in it
	r.back.Refresh()
	r.veil.Refresh()
	r.focus.Refresh()
	r.press.content.Refresh()
}

func (r *pressRenderer) Layout(size fyne.Size) {
	l := r.press.look
	r.back.Resize(size)
	r.veil.Resize(size)
	r.focus.Move(fyne.NewSquareOffsetPos(r.inward()))
	r.focus.Resize(size.SubtractWidthHeight(2*r.inward(), 2*r.inward()))
	r.press.content.Move(fyne.NewPos(l.padX, l.padY))
	r.press.content.Resize(fyne.NewSize(size.Width-2*l.padX, size.Height-2*l.padY))
}

func (r *pressRenderer) MinSize() fyne.Size {
	l := r.press.look
	w := r.press.content.MinSize().Width + 2*l.padX
	return fyne.NewSize(w, r.press.HeightFor(max(w, r.press.Size().Width)))
}

func (r *pressRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.press.content, r.veil, r.focus}
}

func (r *pressRenderer) Destroy() {}
