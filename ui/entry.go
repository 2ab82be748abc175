package ui

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field for text that is safe with input methods.
//
// On X11 Fyne hands an editing key to the entry also while an input method
// composes: Backspace deletes what is already committed, Enter leaves the field
// before the text arrives. A letter key that brings no character is how the
// composing shows itself; until the characters come, editing keys belong to the
// input method and are kept from the text.
//
// An input method that is there but turned off gives every letter back, only
// later than its key. So what an editing key meant shows when the character
// comes: if it is the letter itself, the keys after it were the field's.
type Entry struct {
	widget.Entry
	control
	changed func(text string)
	left    func()
	entered func() // what Enter does in a field that is a command of its own; nil: on to the next

	pending []fyne.KeyName // keys that have not come out as text, and the editing keys among them
	struck  time.Time      // when the last of them was
	came    time.Time      // when text came out that a key had chosen
	now     func() time.Time
	pressed bool // the pointer is down upon it
	rows    int
	marked  bool
}

func newEntry(c control, rows int) *Entry {
	e := &Entry{control: c, now: time.Now, rows: rows}
	e.ExtendBaseWidget(e)
	e.OnChanged = func(s string) {
		if e.changed != nil {
			e.changed(s)
		}
	}
	e.OnCursorChanged = func() {
		if e.hooks.caret != nil {
			e.hooks.caret(e)
		}
	}
	if rows > 1 {
		e.MultiLine, e.Wrapping = true, fyne.TextWrapBreak
		e.SetMinRowsVisible(rows)
	}
	return e
}

var errMarked = errors.New("marked")

// mark draws the border of a field that has a problem.
func (e *Entry) mark(bad bool) {
	if bad == e.marked {
		return
	}
	e.marked = bad
	e.AlwaysShowValidationError = bad
	var err error
	if bad {
		err = errMarked
	}
	e.SetValidationError(err)
}

// fieldKind is what the least size of a field follows from.
type fieldKind struct {
	worn          *Theme
	size          float32
	rows          int
	marked, stars bool
}

var fieldSizes = map[fieldKind]fyne.Size{}

// MinSize implements [fyne.CanvasObject]. Fields of a kind have one size; asking
// Fyne makes it build each of them, those too that never come into sight.
func (e *Entry) MinSize() fyne.Size {
	k := fieldKind{worn(), sizeOf(sizeBody), e.rows, e.marked, e.Password}
	size, ok := fieldSizes[k]
	if !ok {
		size = e.Entry.MinSize()
		fieldSizes[k] = size
	}
	return size
}

// show puts a text into the field without telling it as a change.
func (e *Entry) show(text string) {
	if e.Text == text {
		return
	}
	told := e.changed
	e.changed = nil
	e.SetText(text)
	e.changed = told
}

// suit gives the field a font with the characters that are about to come into it
// where one of them is unusual, before Fyne looks for it in fonts of the machine.
func (e *Entry) suit(text string) {
	if !e.Password && (e.TextStyle.Symbol || len(unusual(text)) > 0) {
		e.TextStyle = editionWith(e.Text + e.PlaceHolder + text)
	}
}

// CreateRenderer implements [fyne.Widget].
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	e.suit(e.Text + e.PlaceHolder)
	r := &entryRenderer{e.Entry.CreateRenderer(), e}
	r.paint()
	return r
}

// entryRenderer is Fyne's but for the border, which Fyne draws without the problem
// when a field is made, and darker where nothing can be typed.
type entryRenderer struct {
	fyne.WidgetRenderer
	entry *Entry
}

func (r *entryRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
}

func (r *entryRenderer) paint() {
	border, ok := r.Objects()[1].(*canvas.Rectangle)
	rest := tint(theme.ColorNameInputBorder)
	switch {
	case !ok:
	case r.entry.Disabled():
		border.StrokeColor = rest
	case r.entry.marked && border.StrokeColor == rest: // not that of the focus
		border.StrokeColor = tint(theme.ColorNameError)
	}
}

// SetText implements [widget.Entry].
func (e *Entry) SetText(text string) {
	e.suit(text)
	e.Entry.SetText(text)
}

// SetPlaceHolder implements [widget.Entry].
func (e *Entry) SetPlaceHolder(text string) {
	e.suit(text)
	e.Entry.SetPlaceHolder(text)
}

// TypedKey implements [fyne.Focusable].
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.composed(k.Name) {
		return
	}
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.entered != nil {
			e.entered()
			return
		}
		if !e.MultiLine {
			e.hooks.key(k)
			return
		}
	case fyne.KeyEscape, fyne.KeyF1, fyne.KeyPageUp, fyne.KeyPageDown:
		e.hooks.key(k)
		return
	case fyne.KeyUp, fyne.KeyDown:
		if !e.MultiLine {
			e.hooks.key(k)
		}
	}
	e.Entry.TypedKey(k)
}

// backWithin is how long a letter takes at most that an input method only
// passes on.
const backWithin = 400 * time.Millisecond

// composed notes what a key means for the composing and tells whether the key
// may be the input method's.
func (e *Entry) composed(name fyne.KeyName) bool {
	composing := e.composing()
	if !composing && e.now().Sub(e.struck) > backWithin {
		e.pending = nil
	}
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape:
		e.pending = nil
		return composing
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyTab:
		return composing
	case fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyLeft, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd:
		if len(e.pending) == 0 {
			return false
		}
		e.pending = append(e.pending, name)
		return true
	}
	if writes(name) {
		e.pending, e.struck = append(e.pending, name), e.now()
	}
	return false
}

// writes tells whether a key is one that writes a character.
func writes(name fyne.KeyName) bool { return len(name) == 1 || name == fyne.KeySpace }

// gives tells whether a character is what a key by itself would have written.
func gives(name fyne.KeyName, r rune) bool {
	if letter(name) {
		return string(unicode.ToUpper(r)) == string(name)
	}
	return r < 0x80 && !unicode.IsLetter(r)
}

func letter(name fyne.KeyName) bool { return len(name) == 1 && name[0] >= 'A' && name[0] <= 'Z' }

// composing tells whether letters are with the input method that Backspace has
// not taken back.
func (e *Entry) composing() bool {
	letters := 0
	for _, k := range e.pending {
		if letter(k) {
			letters++
		} else if k == fyne.KeyBackspace {
			letters--
		}
	}
	return letters > 0
}

// typing is how many characters there are, and whether more are being composed.
func (e *Entry) typing() (characters int, composing bool) {
	return utf8.RuneCountInString(e.Text), e.composing()
}

// AcceptsTab keeps the Tab key in the field while an input method composes.
func (e *Entry) AcceptsTab() bool { return e.composing() }

// TypedRune implements [fyne.Focusable].
func (e *Entry) TypedRune(r rune) {
	e.suit(string(r))
	e.Entry.TypedRune(r)
	if len(e.pending) == 0 {
		return
	}
	if !gives(e.pending[0], r) {
		e.committed()
		return
	}
	e.pending = e.pending[1:]
	for len(e.pending) > 0 && !writes(e.pending[0]) {
		e.Entry.TypedKey(&fyne.KeyEvent{Name: e.pending[0]})
		e.pending = e.pending[1:]
	}
}

// burst is how long the characters of one commit take at most to come in.
const burst = 50 * time.Millisecond

// committed notes that text came out of the letters: those before the key that
// chose it are used up, those struck since are composed anew.
func (e *Entry) committed() {
	now := e.now()
	chose := slices.IndexFunc(e.pending, func(k fyne.KeyName) bool { return writes(k) && !letter(k) })
	switch {
	case chose >= 0:
		e.pending, e.came = e.pending[chose+1:], now
	case now.Sub(e.came) > burst:
		e.pending = nil
	}
}

// TypedShortcut implements [fyne.Shortcutable]: the window's shortcuts come
// first, the others edit the text.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if p, ok := s.(*fyne.ShortcutPaste); ok {
		board := pasted{p.Clipboard}
		e.suit(board.Content())
		s = &fyne.ShortcutPaste{Clipboard: board}
	}
	if _, undo := s.(*fyne.ShortcutUndo); undo || !e.hooks.shortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}

// pasted is a clipboard without tabs, which a field cannot be given by hand
// either: they come from the cells of a table.
type pasted struct{ fyne.Clipboard }

// Content implements [fyne.Clipboard].
func (p pasted) Content() string { return strings.ReplaceAll(p.Clipboard.Content(), "\t", " ") }

// FocusGained implements [fyne.Focusable].
func (e *Entry) FocusGained() {
	e.pending = nil
	e.Entry.FocusGained()
	if !e.pressed {
		e.hooks.focused(e)
	}
}

// MouseDown implements [desktop.Mouseable]. The page does not move to show the
// field while the pointer is down: Fyne would take the release for a click
// elsewhere.
func (e *Entry) MouseDown(m *desktop.MouseEvent) {
	e.pressed = true
	e.Entry.MouseDown(m)
}

// MouseUp implements [desktop.Mouseable].
func (e *Entry) MouseUp(m *desktop.MouseEvent) {
	e.Entry.MouseUp(m)
	e.pressed = false
	e.hooks.focused(e)
}

// FocusLost implements [fyne.Focusable].
func (e *Entry) FocusLost() {
	e.pending = nil
	e.Entry.FocusLost()
	if e.left != nil {
		e.left()
	}
}
