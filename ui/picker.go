package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// choice is one entry of a list to pick from.
type choice struct{ value, label string }

// pickerRows is how many entries the open list shows at once.
const pickerRows = 8

// Picker is a field whose value comes from a list. Pressing it, or typing into
// it, opens the list; typing narrows it (also by pinyin and its initials, which
// is the finder's matter), the arrows move, Enter takes.
type Picker struct {
	Press
	label  *Text
	empty  string
	picked func(value string)
	// find gives the choices for what was typed, best first; "" gives all.
	find func(typed string) []choice

	open   *widget.PopUp
	search *searchEntry
	list   *widget.List
	found  []choice
	at     int
}

func newPicker(c control, empty string, find func(string) []choice, picked func(string)) *Picker {
	p := &Picker{label: newText(styleBody, empty), empty: empty, picked: picked, find: find}
	arrow := widget.NewIcon(theme.NewThemedResource(theme.MenuDropDownIcon()))
	look := lookSecondary
	look.padX = 10
	p.Press = Press{control: c, look: look, content: newRow(gapSmall, 0, p.label, arrow), pressed: p.unfold}
	p.ExtendBaseWidget(p)
	return p
}

// show puts the text of the value in the field.
func (p *Picker) show(label string) {
	switch {
	case label == "":
		p.label.set(p.empty, "placeholder")
	case p.disabled:
		p.label.set(label, theme.ColorNameDisabled)
	default:
		p.label.set(label, colorText)
	}
}

// Tapped implements [fyne.Tappable].
func (p *Picker) Tapped(*fyne.PointEvent) { p.press() }

// FocusGained implements [fyne.Focusable].
func (p *Picker) FocusGained() { p.focus = true; p.Refresh(); p.hooks.focused(p) }

// TypedKey implements [fyne.Focusable].
func (p *Picker) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace, e.Name == fyne.KeyDown && p.armed:
		p.byKey()
	default:
		p.hooks.key(e)
	}
}

// TypedRune opens the list and narrows it at once.
func (p *Picker) TypedRune(r rune) {
	if r == ' ' || p.disabled {
		return
	}
	p.unfold()
	p.search.TypedRune(r)
}

func (p *Picker) unfold() {
	if p.disabled {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(p)
	if c == nil {
		return
	}
	p.found, p.at = p.find(""), 0
	p.search = newSearchEntry(p)
	p.list = widget.NewList(func() int { return len(p.found) }, p.makeRow, p.fillRow)
	p.list.HideSeparators = true
	p.list.OnSelected = func(i widget.ListItemID) { p.take(i) }
	p.open = widget.NewPopUp(newListBox(p.search, p.list), c)
	p.hooks.over(p.open.Content)
	p.place(c)
	c.Focus(p.search)
}

// place opens the list under the field, or above it where there is no room.
func (p *Picker) place(c fyne.Canvas) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(p)
	size := fyne.NewSize(max(p.Size().Width, 260*textScale()), p.search.MinSize().Height+pickerRows*p.makeRow().MinSize().Height+gapLarge)
	below, above := c.Size().Height-at.Y-p.Size().Height-gapSmall, at.Y-gapSmall
	y := at.Y + p.Size().Height + gapTiny
	if below < size.Height && above > below {
		size.Height = min(size.Height, above)
		y = at.Y - size.Height - gapTiny
	} else {
		size.Height = min(size.Height, below)
	}
	x := min(at.X, c.Size().Width-size.Width-gapSmall)
	p.open.ShowAtPosition(fyne.NewPos(max(x, 0), max(y, 0)))
	p.open.Resize(size)
}

func newListBox(search, list fyne.CanvasObject) fyne.CanvasObject {
	return container.New(searchOver{}, search, list)
}

// searchOver gives the search field its height and the list the rest.
type searchOver struct{}

func (searchOver) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, o[0].MinSize().Height*3)
}

func (searchOver) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(size.Width, h))
	o[1].Move(fyne.NewPos(0, h+gapTiny))
	o[1].Resize(fyne.NewSize(size.Width, size.Height-h-gapTiny))
}

func (p *Picker) makeRow() fyne.CanvasObject {
	return surface(colorNone, colorNone, radius, 6, newText(styleBody.oneLine(), "国"))
}

func (p *Picker) fillRow(i widget.ListItemID, o fyne.CanvasObject) {
	box := o.(*fyne.Container)
	t := box.Objects[1].(*fyne.Container).Objects[0].(*Text)
	col := colorText
	if i == p.at {
		col = colorAccent
	}
	t.set(p.found[i].label, col)
}

func (p *Picker) narrow(typed string) {
	p.found, p.at = p.find(typed), 0
	p.list.UnselectAll()
	p.list.Refresh()
	p.list.ScrollToTop()
}

func (p *Picker) move(by int) {
	if len(p.found) == 0 {
		return
	}
	p.at = min(max(p.at+by, 0), len(p.found)-1)
	p.list.ScrollTo(p.at)
	p.list.Refresh()
}

func (p *Picker) take(i int) {
	if i < 0 || i >= len(p.found) {
		return
	}
	v := p.found[i]
	p.fold()
	if p.disabled {
		return // it was locked while the list was open
	}
	p.show(v.label)
	p.picked(v.value)
}

// fold closes the list and gives the focus back to the field.
func (p *Picker) fold() {
	if p.open == nil {
		return
	}
	p.open.Hide()
	p.open = nil
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
		c.Focus(p)
	}
}

// searchEntry is the field over an open list.
type searchEntry struct {
	Entry
	picker *Picker
}

func newSearchEntry(p *Picker) *searchEntry {
	s := &searchEntry{picker: p}
	s.now = time.Now
	s.control = control{id: p.id + ".search", kind: "search", hooks: &hooks{focused: func(fyne.CanvasObject) {}, key: s.key, shortcut: func(fyne.Shortcut) bool { return false }}}
	s.ExtendBaseWidget(s)
	s.OnChanged = p.narrow
	return s
}

// AcceptsTab keeps the Tab key: there is nothing over the page to go on to.
func (s *searchEntry) AcceptsTab() bool { return true }

// TypedKey implements [fyne.Focusable]. Tab goes back to the field, which has what
// it had.
func (s *searchEntry) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyTab && !s.composing() {
		s.picker.fold()
		return
	}
	s.Entry.TypedKey(e)
}

func (s *searchEntry) key(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDown:
		s.picker.move(1)
	case fyne.KeyUp:
		s.picker.move(-1)
	case fyne.KeyPageDown:
		s.picker.move(pickerRows)
	case fyne.KeyPageUp:
		s.picker.move(-pickerRows)
	case fyne.KeyReturn, fyne.KeyEnter:
		s.picker.take(s.picker.at)
	case fyne.KeyEscape:
		s.picker.fold()
	}
}
