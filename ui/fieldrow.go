package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// fieldRow is a field of the form: its name, what is typed or chosen, and what
// there is to say about it. A row lives as long as its step is shown, so that
// the focus and the cursor stay while everything around changes.
type fieldRow struct {
	box   *fyne.Container
	kit   *kit
	form  func() *present.Form
	after func(time.Duration, func()) (stop func())
	focus func(id string) // gives a control of the page the focus
	field present.Field

	entry  *Entry
	rare   *Entry // searches for rare characters; nil until it was opened
	picker *Picker
	drawn  string
}

// typedKind tells how the row's control is made; another kind needs another row.
func (r *fieldRow) fits(f present.Field) bool {
	return r.field.Kind == f.Kind && r.field.Path == f.Path
}

func newFieldRow(w *Window, f present.Field) *fieldRow {
	k := w.kit
	r := &fieldRow{kit: k, form: w.desk.Form, after: w.loop.After, focus: w.focusField, field: f, box: newColumn(gapTiny)}
	switch f.Kind {
	case present.Line1, present.Day, present.YearMon, present.Lines:
		r.makeEntry(f)
	case present.List:
		r.picker = newPicker(k.control(f.Path, "picker"), k.key("pick"), r.find, r.pick)
	}
	r.update(f)
	return r
}

func (r *fieldRow) makeEntry(f present.Field) {
	rows := 1
	if f.Kind == present.Lines {
		rows = 3
	}
	r.entry = newEntry(r.kit.control(f.Path, "entry"), rows)
	switch f.Kind {
	case present.Day:
		r.entry.PlaceHolder = r.kit.key("placeholder.day")
	case present.YearMon:
		r.entry.PlaceHolder = r.kit.key("placeholder.month")
	}
	r.entry.Text = f.Value
	r.entry.changed = func(s string) { r.form().Set(f.Path, s) }
	r.entry.left = func() { r.leave(r.form()) }
}

// clickPause is longer than a click takes. What is said about a field that was
// left moves the page; it must not move between the press and the release of
// the button that left it, or the click is lost.
const clickPause = 160 * time.Millisecond

// leave saves at once and says what is wrong a moment later.
func (r *fieldRow) leave(f *present.Form) {
	if f == nil {
		return
	}
	f.SaveNow()
	r.after(clickPause, func() { f.Leave(r.field.Path) })
}

// set changes the field and, as a choice is complete at once, leaves it.
func (r *fieldRow) set(value string) {
	r.form().Set(r.field.Path, value)
	r.form().Leave(r.field.Path)
}

func (r *fieldRow) pick(value string) { r.set(value) }

func (r *fieldRow) find(typed string) []choice {
	var out []choice
	for _, c := range present.Find(r.field.Choices, typed, r.kit.words) {
		out = append(out, choice{c.Value, r.kit.say(c.Name)})
	}
	return out
}

// update brings the row to what the field is now, and tells whether more than the
// typed text is drawn anew.
func (r *fieldRow) update(f present.Field) (changed bool) {
	r.field = f
	if r.entry != nil {
		r.entry.show(f.Value)
		if f.Locked != r.entry.Disabled() {
			if f.Locked {
				r.entry.Disable()
			} else {
				r.entry.Enable()
			}
		}
	}
	drawn := r.signature()
	if drawn == r.drawn {
		return false
	}
	r.drawn = drawn
	objects := []fyne.CanvasObject{}
	if f.Kind != present.Tick {
		objects = append(objects, r.name())
	}
	objects = append(objects, r.control())
	if !f.Why.Empty() {
		objects = append(objects, caption(r.kit.say(f.Why)))
	} else if !f.Hint.Empty() && len(f.Problems) == 0 {
		objects = append(objects, caption(r.kit.say(f.Hint)))
	}
	for _, p := range f.Problems {
		objects = append(objects, r.kit.problem(p))
	}
	if f.Rare {
		objects = append(objects, newFlow(0, r.rareOpener()))
	}
	if v, open := r.form().Rare(f.Path); open {
		objects = append(objects, r.rarePanel(v))
	}
	r.box.Objects = objects
	return true
}

// signature is everything about the row that is drawn, the typed text apart.
func (r *fieldRow) signature() string {
	f, k := r.field, r.kit
	parts := []string{k.say(f.Why), k.say(f.Hint)}
	if r.entry == nil {
		parts = append(parts, f.Value)
	}
	if f.Locked {
		parts = append(parts, "locked")
	}
	for _, c := range f.Choices {
		if len(f.Choices) < 12 {
			parts = append(parts, c.Value)
		}
	}
	for _, p := range f.Problems {
		parts = append(parts, string(p.Severity), k.say(p.Text))
	}
	if f.Rare {
		parts = append(parts, "rare")
	}
	if v, open := r.form().Rare(f.Path); open {
		parts = append(parts, fmt.Sprint(v.Found, v.Total, v.None))
	}
	return strings.Join(parts, "\x00")
}

func (r *fieldRow) name() fyne.CanvasObject {
	k, f := r.kit, r.field
	objects := []fyne.CanvasObject{newText(styleBody.oneLine(), k.say(f.Label))}
	switch {
	case f.Locked:
	case f.Required:
		objects = append(objects, newText(textStyle{size: sizeBody, color: colorBad, bold: true, line: true}, "*"))
	default:
		objects = append(objects, newText(styleCaption.oneLine(), k.key("optional")))
	}
	return newFlow(6, objects...)
}

func (r *fieldRow) control() fyne.CanvasObject {
	f := r.field
	switch {
	case r.entry != nil:
		r.entry.mark(slices.ContainsFunc(f.Problems, func(p present.Shown) bool { return p.Severity == exam.Block }))
		return r.entry
	case r.picker != nil:
		r.picker.disabled = f.Locked
		r.picker.show(r.chosen())
		return r.picker
	}
	switch f.Kind {
	case present.Tick:
		return r.kit.tick(f.Path, r.kit.say(f.Label), f.Value == "true", f.Locked, func(on bool) { r.set(map[bool]string{true: "true", false: "false"}[on]) })
	case present.Ticks:
		return r.ticks()
	}
	return r.kit.options(f.Path, r.find(""), f.Value, f.Locked, r.set)
}

func (r *fieldRow) chosen() string {
	for _, c := range r.field.Choices {
		if c.Value == r.field.Value {
			return r.kit.say(c.Name)
		}
	}
	return r.field.Value
}

// ticks are several boxes, any of which can be ticked.
func (r *fieldRow) ticks() fyne.CanvasObject {
	f := r.field
	on := strings.Split(f.Value, ",")
	box := newColumn(gapTiny)
	for _, c := range f.Choices {
		t := r.kit.tick(f.Path+"="+c.Value, r.kit.say(c.Name), slices.Contains(on, c.Value), f.Locked, func(now bool) { r.turn(c.Value, now) })
		add(box, t)
	}
	return box
}

// turn ticks or clears one value, in the order of the choices.
func (r *fieldRow) turn(value string, now bool) {
	on := strings.Split(r.field.Value, ",")
	var next []string
	for _, c := range r.field.Choices {
		if c.Value == value && now || c.Value != value && slices.Contains(on, c.Value) {
			next = append(next, c.Value)
		}
	}
	r.set(strings.Join(next, ","))
}

// problem is what is said under a field: shape, colour and words.
func (k *kit) problem(p present.Shown) fyne.CanvasObject {
	c, icon := colorMuted, theme.InfoIcon()
	switch p.Severity {
	case exam.Block:
		c, icon = colorBad, theme.ErrorIcon()
	case exam.Warn:
		c, icon = colorWarn, theme.WarningIcon()
	}
	return newRow(6, 1, top(glyph(icon, c)), newText(textStyle{size: sizeCaption, color: c}, k.say(p.Text)))
}
