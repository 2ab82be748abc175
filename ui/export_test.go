package ui

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui/present"
)

// What the tests outside the package may see.

// Palette gives the two values of every token.
var Palette = palette

// Pieces is the line breaker's cutting.
var Pieces = pieces

// Control is a control as tests see it.
type Control struct {
	ID       string
	Object   fyne.CanvasObject
	Disabled bool
}

// Controls lists the controls of a tree in reading order.
func Controls(o fyne.CanvasObject) (list []Control) {
	walk(o, func(i identified) {
		d, ok := i.(fyne.Disableable)
		list = append(list, Control{i.controlID(), i, ok && d.Disabled()})
	})
	return list
}

// ID names a control, "" for other things.
func ID(o any) string {
	if i, ok := o.(identified); ok {
		return i.controlID()
	}
	return ""
}

// Find gives the control with an id on the page shown.
func (w *Window) Find(id string) fyne.CanvasObject {
	o, ok := w.find(func(i identified) bool { return i.controlID() == id })
	if !ok {
		return nil
	}
	return o
}

// Body is the page shown.
func (w *Window) Body() fyne.CanvasObject { return w.body }

// Front is what takes input now.
func (w *Window) Front() fyne.CanvasObject { return w.front() }

// Scrolled is how far the page is scrolled down.
func (w *Window) Scrolled() float32 { return w.page.scroller().scroll.Offset.Y }

// Mark draws the border of a field with a problem.
func (e *Entry) Mark(bad bool) { e.mark(bad) }

// Tint gives a token its colour.
var Tint = tint

// Refresh brings the window up to date.
func (w *Window) Refresh() { w.refresh() }

// Rebuild builds the page anew, as when it is entered.
func (w *Window) Rebuild() {
	w.page = nil
	w.refresh()
}

// Dress builds the whole window anew, as for another language or size of text.
func (w *Window) Dress() { w.dress() }

// Inspected is the map of the controls without the file.
func (w *Window) Inspected() any {
	return (&inspector{win: w.win, state: w.inspected}).collect()
}

// Wait lets time pass for an entry.
func (e *Entry) Wait(d time.Duration) {
	now := e.now().Add(d)
	e.now = func() time.Time { return now }
}

// NewTestEntry is an Entry outside a window.
func NewTestEntry() (e *Entry, passedOn *[]fyne.KeyName) {
	passedOn = &[]fyne.KeyName{}
	h := &hooks{focused: func(fyne.CanvasObject) {}, key: func(k *fyne.KeyEvent) { *passedOn = append(*passedOn, k.Name) }, shortcut: func(fyne.Shortcut) bool { return false }, over: func(fyne.CanvasObject) {}}
	return newEntry(control{id: "test", kind: "entry", hooks: h}, 1), passedOn
}

// NewTestText is a Text with its lines at a width.
func NewTestText(content string, width float32) []string {
	return newText(styleBody, content).broken(width)
}

// Outline writes what a tree shows: controls and words, one a line, indented.
func Outline(o fyne.CanvasObject) string {
	var b strings.Builder
	outline(&b, o, 0)
	return b.String()
}

func outline(b *strings.Builder, o fyne.CanvasObject, depth int) {
	if o == nil || !o.Visible() {
		return
	}
	line := func(format string, args ...any) {
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
	}
	switch v := o.(type) {
	case *Text:
		line("%s", v.content)
		return
	case *Entry:
		line("[%s %s] %q placeholder %q", v.kind, v.id, v.Text, v.PlaceHolder)
		return
	case identified:
		off := ""
		if d, ok := v.(fyne.Disableable); ok && d.Disabled() {
			off = " disabled"
		}
		line("[%s %s%s]", v.controlKind(), v.controlID(), off)
		depth++
	case *canvas.Image:
		if v.Image != nil && v.Resource == nil {
			line("picture %v", v.Image.Bounds().Size())
		}
		return
	}
	for _, child := range children(o) {
		outline(b, child, depth)
	}
}

// Cut lists the texts of a tree that do not fit where they stand.
func Cut(root fyne.CanvasObject, width float32) (cut []string) {
	var visit func(o fyne.CanvasObject, x float32)
	visit = func(o fyne.CanvasObject, x float32) {
		if o == nil || !o.Visible() {
			return
		}
		x += o.Position().X
		if t, ok := o.(*Text); ok {
			lines := t.broken(t.Size().Width)
			for _, l := range lines {
				if t.measure(l) > t.Size().Width+1 {
					cut = append(cut, fmt.Sprintf("%q is %.0f wide in %.0f", l, t.measure(l), t.Size().Width))
				}
			}
			if h := t.lineHeight() * float32(len(lines)); h > t.Size().Height+1 {
				cut = append(cut, fmt.Sprintf("%q is %.0f high in %.0f", t.content, h, t.Size().Height))
			}
		}
		if x+o.Size().Width > width+1 && o.Size().Width > 0 {
			if _, ok := o.(identified); ok {
				cut = append(cut, fmt.Sprintf("%s ends at %.0f of %.0f", ID(o), x+o.Size().Width, width))
			}
		}
		for _, child := range children(o) {
			visit(child, x)
		}
	}
	visit(root, 0)
	return cut
}

// Visit calls see for everything in sight of a tree.
func Visit(o fyne.CanvasObject, see func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	see(o)
	for _, child := range children(o) {
		Visit(child, see)
	}
}

// Ring rings the window's own bell.
func (w *Window) Ring(text present.Text) { bell{w}.Ring(present.T("app.name"), text) }

// Glyph is a character as the search draws it.
func Glyph(r rune) image.Image { return glyphPicture(r, color.Black) }

// RunesOf are the characters of a font.
func RunesOf(font fyne.Resource) []rune { return parsed(font.Content()).Runes() }

// Boxed lists the texts of a tree, and what stands in its fields, that have an
// unusual character which the font that they are set in lacks; seen is how many
// have one.
func Boxed(root fyne.CanvasObject) (seen int, list []string) {
	theme := fyne.CurrentApp().Settings().Theme()
	see := func(text string, font fyne.Resource, style fyne.TextStyle) {
		extra := unusual(text)
		if len(extra) == 0 {
			return
		}
		seen++
		if font == nil {
			font = theme.Font(style)
		}
		has := RunesOf(font)
		for _, r := range extra {
			if _, found := slices.BinarySearch(has, r); !found {
				list = append(list, fmt.Sprintf("%q in %s", text, font.Name()))
			}
		}
	}
	Visit(root, func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *Text:
			for _, o := range test.WidgetRenderer(v).Objects() {
				c := o.(*canvas.Text)
				see(c.Text, c.FontSource, c.TextStyle)
			}
		case *Entry:
			test.WidgetRenderer(v)
			see(v.Text, nil, v.TextStyle)
		}
	})
	return seen, list
}

// Unusual tells whether the screen's faces lack a character of the fonts.
func Unusual(r rune) bool { return len(unusual(string(r))) > 0 }

// Label is a text, bold or not.
func Label(content string, bold bool) *Text {
	style := styleBody
	style.bold = bold
	return newText(style, content)
}

// Put changes the words.
func (t *Text) Put(content string) { t.set(content, t.style.color) }

// FontsKept is how many fonts of lines and of fields Fyne keeps at most.
func FontsKept() (lines, fields int) { return len(lineFonts), editions.kept }

// CardOf is a place on the card of a kind of evidence.
func (w *Window) CardOf(kind exam.FileKind) (fyne.Position, bool) {
	o, ok := w.drops[kind]
	if !ok {
		return fyne.Position{}, false
	}
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).AddXY(10, 10), true
}

// DropAt drops a file at a place of the window.
func (w *Window) DropAt(at fyne.Position, path string) {
	w.dropped(at, []fyne.URI{storage.NewFileURI(path)})
}

// NewFrame is the frame over a picture, and the picture.
func (w *Window) NewFrame(v present.PhotoView) (fyne.CanvasObject, *canvas.Image) {
	img := canvas.NewImageFromImage(v.Source)
	return newCropFrame(w.kit, img, v, func(present.Crop) {}), img
}

// Anywhere gives the control of the window, beside the page too, with an id.
func (w *Window) Anywhere(id string) fyne.CanvasObject {
	var found fyne.CanvasObject
	walk(w.win.Content(), func(i identified) {
		if i.controlID() == id {
			found = i
		}
	})
	return found
}
