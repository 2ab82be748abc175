package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// InSight tells whether a control of the page is not scrolled away: all of it,
// or as much as there is room for.
func (w *Window) InSight(o fyne.CanvasObject) bool {
	if !within(w.body, o) {
		return true // the navigation and the header are tested by their own size
	}
	d := fyne.CurrentApp().Driver()
	area, at := d.AbsolutePositionForObject(w.body), d.AbsolutePositionForObject(o)
	top, bottom := area.Y-0.5, area.Y+w.body.Size().Height+0.5
	return at.Y >= top && (at.Y+o.Size().Height <= bottom || o.Size().Height > w.body.Size().Height)
}

// OnPage tells whether a control stands in the tree that takes input now.
func (w *Window) OnPage(o fyne.CanvasObject) bool { return within(w.front(), o) }

// Kind is a control's kind, "" for other things.
func Kind(o any) string {
	if i, ok := o.(identified); ok {
		return i.controlKind()
	}
	return ""
}

// Dropped is what the system tells of files dropped onto the window.
func (w *Window) Dropped(uris []fyne.URI) { w.dropped(fyne.NewPos(0, 0), uris) }

// Ring is the colour of the focus around a control of a fill.
func Ring(fill fyne.ThemeColorName) fyne.ThemeColorName {
	return (&pressRenderer{press: &Press{look: pressLook{fill: fill}}}).ring()
}

// Fills are the surfaces of everything that can be pressed.
func Fills() []fyne.ThemeColorName {
	return []fyne.ThemeColorName{lookPrimary.fill, lookSecondary.fill, lookDanger.fill, lookCard.fill}
}

// Tones are the inks with their soft surfaces.
func Tones() map[fyne.ThemeColorName]fyne.ThemeColorName {
	out := map[fyne.ThemeColorName]fyne.ThemeColorName{}
	for _, t := range tones {
		out[t.ink] = t.soft
	}
	return out
}

// Rows is how many rows the open list of a picker has made, and how many it has
// to show.
func (p *Picker) Rows() (made, all int) {
	WalkAll(p.list, func(o fyne.CanvasObject) {
		if _, ok := o.(*Text); ok {
			made++
		}
	})
	return made, len(p.found)
}

// WalkAll calls see for everything of a tree that would be drawn, the parts of
// widgets too.
func WalkAll(o fyne.CanvasObject, see func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	see(o)
	switch v := o.(type) {
	case *fyne.Container:
		for _, c := range v.Objects {
			WalkAll(c, see)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(v).Objects() {
			WalkAll(c, see)
		}
	}
}

// Borders are the lines that a control draws, its focus among them.
func Borders(o fyne.CanvasObject) string {
	var b strings.Builder
	WalkAll(o, func(part fyne.CanvasObject) {
		if r, ok := part.(*canvas.Rectangle); ok {
			fmt.Fprint(&b, r.StrokeColor, r.StrokeWidth, r.Visible(), ";")
		}
	})
	return b.String()
}
