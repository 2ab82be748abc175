package ui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a field for text that is safe with input methods.
//
// On X11 Fyne hands an editing key to the entry also while an input method
// composes: Backspace deletes what is already committed, Enter leaves the field
// before the text arrives. A letter key that brings no character is how the
// composing shows itself; until the characters come, editing keys belong to the
// input method and are swallowed here.
type Entry struct {
	widget.Entry
	control
	changed func(text string)
	left    func()

	composing int  // letters typed that have not come out as text
	pressed   bool // the pointer is down upon it
}

func newEntry(c control, rows int) *Entry {
	e := &Entry{control: c}
	e.ExtendBaseWidget(e)
	e.OnChanged = func(s string) {
		if e.changed != nil {
			e.changed(s)
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
	e.AlwaysShowValidationError = bad
	var err error
	if bad {
		err = errMarked
	}
	e.SetValidationError(err)
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

// TypedKey implements [fyne.Focusable].
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.composed(k.Name) {
		return
	}
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
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

// composed notes what a key means for the composing and tells whether the key
// was the input method's.
func (e *Entry) composed(name fyne.KeyName) bool {
	if len(name) == 1 && name[0] >= 'A' && name[0] <= 'Z' {
		e.composing++
		return false
	}
	if e.composing == 0 {
		return false
	}
	switch name {
	case fyne.KeyBackspace:
		e.composing--
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape:
		e.composing = 0
	case fyne.KeyDelete, fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd,
		fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyTab:
	default:
		return false
	}
	return true
}

// AcceptsTab keeps the Tab key in the field while an input method composes.
func (e *Entry) AcceptsTab() bool { return e.composing > 0 }

// TypedRune implements [fyne.Focusable].
func (e *Entry) TypedRune(r rune) {
	e.composing = 0
	e.Entry.TypedRune(r)
}

// TypedShortcut implements [fyne.Shortcutable]: the window's shortcuts come
// first, the others edit the text.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if _, undo := s.(*fyne.ShortcutUndo); undo || !e.hooks.shortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}

// FocusGained implements [fyne.Focusable].
func (e *Entry) FocusGained() {
	e.composing = 0
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
	e.composing = 0
	e.Entry.FocusLost()
	if e.left != nil {
		e.left()
	}
}
