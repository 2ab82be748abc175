package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// Plates are the pages on which the storybook shows every widget in every state.
var Plates = []string{"controls", "fields", "messages"}

// Plate shows one of [Plates] in place of a page.
func (w *Window) Plate(name string) {
	p := &plate{kit: w.kit}
	shown := map[string]func() fyne.CanvasObject{"controls": p.controls, "fields": p.fields, "messages": p.messages}[name]()
	w.page = newPlainPage(w, func() fyne.CanvasObject { return shown })
	w.body.Objects = []fyne.CanvasObject{w.page.object()}
	w.win.Content().Refresh()
	w.focusFirst()
}

// plate makes specimens, each with an id of its own.
type plate struct {
	*kit
	made int
}

func (p *plate) id() string {
	p.made++
	return "plate." + strconv.Itoa(p.made)
}

// row puts specimens beside the name of their state.
func (p *plate) row(state string, shown ...fyne.CanvasObject) fyne.CanvasObject {
	return newRow(gap, 1, container.New(&fixedWidth{112}, caption(p.key("plate."+state))), newFlow(gap, shown...))
}

func nothing() {}

// controls are what can be pressed, as they lie there, under the pointer, with the
// focus, and where they cannot be used.
func (p *plate) controls() fyne.CanvasObject {
	rest, pointer, focus := func(*Press) {}, func(b *Press) { b.hovered = true }, func(b *Press) { b.focus = true }
	return newColumn(gapLarge, title(p.key("plate.controls")),
		card(p.buttons("rest", rest), p.buttons("pointer", pointer), p.buttons("focus", focus), p.buttons("off", (*Press).turnOff)),
		card(p.choices("rest", false, rest), p.choices("pointer", false, pointer), p.choices("focus", false, focus), p.choices("off", true, rest)))
}

func (p *plate) buttons(state string, change func(*Press)) fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, b := range []*Press{
		p.primary(p.id(), p.key("next"), nothing), p.secondary(p.id(), p.key("undo"), nothing), p.danger(p.id(), p.key("step.do.withdraw"), nothing),
		p.plain(p.id(), p.key("cancel"), nothing), p.iconButton(p.id(), theme.ContentCopyIcon(), p.key("copy"), nothing),
	} {
		change(b)
		shown = append(shown, b)
	}
	return p.row(state, shown...)
}

func (p *plate) choices(state string, locked bool, change func(*Press)) fyne.CanvasObject {
	var shown []fyne.CanvasObject
	for _, on := range []bool{false, true} {
		b := p.option(p.id(), choice{"", p.key("settings.brightness.light")}, on, locked, func(string) {})
		change(b)
		shown = append(shown, b)
	}
	for _, on := range []bool{false, true} {
		b := p.tick(p.id(), p.key("optional"), on, locked, func(bool) {})
		change(b)
		shown = append(shown, container.New(&fixedWidth{110}, b))
	}
	for _, chosen := range []string{"", p.key("page.help")} {
		b := newPicker(p.control(p.id(), "picker"), p.key("pick"), func(string) []choice { return nil }, func(string) {})
		b.disabled = locked
		b.show(chosen)
		change(&b.Press)
		shown = append(shown, container.New(&fixedWidth{160}, b))
	}
	return p.row(state, shown...)
}

// fields are what is typed into.
func (p *plate) fields() fyne.CanvasObject {
	field := func(rows int, text string) *Entry {
		e := newEntry(p.control(p.id(), "entry"), rows)
		e.SetPlaceHolder(p.key("placeholder.day"))
		e.SetText(text)
		return e
	}
	named := func(state string, shown ...fyne.CanvasObject) fyne.CanvasObject {
		return newColumn(gapTiny, append([]fyne.CanvasObject{caption(p.key("plate." + state))}, shown...)...)
	}
	const written = "1990-03-07"
	focus, empty, rest, locked, wrong, secret, long := field(1, written), field(1, ""), field(1, written), field(1, written), field(1, written), field(1, written), field(3, written)
	locked.Disable()
	wrong.mark(true)
	secret.Password = true
	said := newColumn(gapTiny)
	for _, s := range []exam.Severity{exam.Block, exam.Warn, exam.Note} {
		add(said, p.problem(present.Shown{Text: present.T("ui.plate.wrong"), Severity: s}))
	}
	return newColumn(gapLarge, title(p.key("plate.fields")), newHalves(2, 220, named("focus", focus), named("rest", empty), named("rest", rest),
		named("off", locked), named("wrong", wrong, said), named("rest", secret), named("rest", long)))
}

// messages are what says something.
func (p *plate) messages() fyne.CanvasObject {
	text := p.key("plate.text")
	badges, banners, bars := newFlow(gapSmall), newColumn(gapSmall), newColumn(gap)
	for _, t := range []present.Tone{present.Calm, present.Busy, present.Good, present.Warning, present.Trouble} {
		add(badges, badge(t, text))
		add(banners, banner(t, text, text, p.secondary(p.id(), p.key("undo"), nothing)))
	}
	for done := range int64(3) {
		add(bars, progress(done, 2))
	}
	texts := newColumn(gapTiny, title(text), heading(text), newText(styleStrong, text), body(text), caption(text))
	return newHalves(2, 220, newColumn(gap, texts, badges, fact(text, text), bars, rule()), banners)
}
