package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// formPage is 填报: one step of the form at a time. Its rows stay the same
// objects while the step is shown; only when other fields are asked is the step
// put together anew.
type formPage struct {
	window *Window
	pane   *pane
	rows   map[string]*fieldRow
	step   exam.StepID
	plan   string // which rows stand where
	aside  *fyne.Container
	extra  fyne.CanvasObject // what a step has beside fields; nil none
}

const (
	formWidth  = 720
	asideWidth = 264
)

func newFormPage(w *Window) *formPage {
	p := &formPage{window: w, rows: map[string]*fieldRow{}}
	p.pane = newPane(newColumn(0))
	p.arrange()
	return p
}

func (p *formPage) object() fyne.CanvasObject { return p.pane.Container }
func (p *formPage) scroller() *pane           { return p.pane }
func (p *formPage) form() *present.Form       { return p.window.desk.Form() }

func (p *formPage) refresh() {
	if p.form() == nil {
		return
	}
	if p.step != p.form().At() {
		p.window.uncover()
		p.rows = map[string]*fieldRow{}
		p.arrange()
		p.pane.scroll.ScrollToTop()
		p.window.focusFirst()
		return
	}
	p.window.keepFocus(func() {
		if p.planned() != p.plan || p.differs() {
			p.arrange()
		} else {
			p.update()
		}
		p.fillAside()
		p.pane.settle()
	})
}

// planned says which rows stand where.
func (p *formPage) planned() string {
	var b strings.Builder
	for _, s := range p.form().Sections() {
		fmt.Fprint(&b, s.ID, s.CanAdd, p.window.kit.say(s.Why))
		for _, f := range s.Fields {
			fmt.Fprint(&b, f.Path, f.Kind, f.Half)
		}
		for _, r := range s.Records {
			fmt.Fprint(&b, r.Key, r.Path, r.Locked)
			for _, f := range r.Fields {
				fmt.Fprint(&b, f.Path, f.Kind)
			}
		}
	}
	why, closed := p.form().Closed()
	fmt.Fprint(&b, closed, p.window.kit.say(why))
	if m, ok := p.form().Message(); ok {
		fmt.Fprint(&b, p.window.kit.say(m.Title))
	}
	return b.String()
}

// update brings every row up to date in its place; the lists of records are
// measured anew where one of theirs changed.
func (p *formPage) update() {
	taller := false
	for _, s := range p.form().Sections() {
		for _, f := range s.Fields {
			p.rows[f.Path].update(f)
		}
		for _, r := range s.Records {
			for _, f := range r.Fields {
				taller = p.rows[f.Path].update(f) || taller
			}
		}
	}
	if taller {
		longLists(p.pane.scroll.Content, 0, func(l *longList, _ float32) { l.heights = nil })
	}
}

// arrange puts the step together.
func (p *formPage) arrange() {
	k, f := p.window.kit, p.form()
	p.step, p.plan = f.At(), p.planned()
	main := newColumn(gapLarge, newColumn(gapTiny, title(k.stepName(p.step)), caption(k.key("step."+string(p.step)+".about"))))
	p.window.outcome(main)
	if why, closed := f.Closed(); closed {
		add(main, banner(present.Calm, "", k.say(why)))
	}
	if p.extra = p.special(); p.extra != nil {
		add(main, p.extra)
	}
	for _, s := range f.Sections() {
		add(main, p.section(s))
	}
	add(main, p.steps())
	p.aside = newColumn(gap)
	p.fillAside()
	p.pane.scroll.Content = padded(gapHuge, newBeside(formWidth, asideWidth, main, p.aside))
	p.pane.settle()
}

// special is what a step shows that is no field.
func (p *formPage) special() fyne.CanvasObject {
	switch p.form().At() {
	case exam.StepPhoto:
		return p.window.photoStep()
	case exam.StepEvidence:
		return p.window.evidenceStep()
	case exam.StepCommitment:
		return p.window.commitmentText()
	case present.StepReview:
		return p.window.reviewStep()
	}
	return nil
}

// differs tells whether what the step has beside fields would look otherwise now.
func (p *formPage) differs() bool {
	drops := p.window.drops
	if sketched(p.special()) != sketched(p.extra) {
		return true
	}
	p.window.drops = drops // the cards that stand, not those just made
	return false
}

func sketched(o fyne.CanvasObject) string {
	if o == nil {
		return ""
	}
	return sketch(o)
}

func (p *formPage) section(s present.Section) fyne.CanvasObject {
	k := p.window.kit
	box := newColumn(gap, newColumn(2, heading(k.key("section."+s.ID)), caption(k.key("section."+s.ID+".about"))))
	if s.List == "" {
		add(box, p.grid(s.Fields))
		return box
	}
	var records []fyne.CanvasObject
	for _, r := range s.Records {
		records = append(records, p.record(r))
	}
	add(box, newLongList(gap, records))
	if len(s.Records) == 0 {
		add(box, surface(colorSidebar, colorNone, radius, gap, caption(k.key("section."+s.ID+".empty"))))
	}
	if !s.Why.Empty() {
		add(box, caption(k.say(s.Why)))
	}
	if s.CanAdd {
		add(box, newFlow(0, k.button("action.add."+s.List, lookSecondary, styleBody.in(colorAccent), theme.ContentAddIcon(), k.key("add."+s.List), func() {
			first := p.form().Add(s.List)
			p.window.focusField(first)
		})))
	}
	return box
}

func (p *formPage) record(r present.Record) fyne.CanvasObject {
	k := p.window.kit
	tools := []fyne.CanvasObject{newText(styleStrong, k.say(r.Title))}
	tool := func(id, word string, do func()) {
		b := k.button("action."+id+"."+r.Path, lookPlain, textStyle{size: sizeCaption, color: colorAccent}, nil, k.key(word), do)
		b.look.padX, b.look.padY = 6, 4
		tools = append(tools, b)
	}
	if !r.Locked {
		if !r.First {
			tool("up", "record.up", func() { p.move(r.Path, -1) })
		}
		if !r.Last {
			tool("down", "record.down", func() { p.move(r.Path, 1) })
		}
		if r.Copies {
			tool("copy", "record.copy", func() { p.form().Duplicate(r.Path) })
		}
		tool("remove", "record.remove", func() { p.form().Remove(r.Path) })
	}
	return card(newRow(2, 0, tools...), p.grid(r.Fields))
}

// move shifts a record and takes the focus along, so that the same key shifts it on;
// at the end of the list only the way back is left.
func (p *formPage) move(record string, by int) {
	on, back := "action.up.", "action.down."
	if by > 0 {
		on, back = back, on
	}
	now := p.form().Move(record, by)
	p.window.focusField(back + now)
	p.window.focusField(on + now)
}

// grid sets fields one below the other, and halves beside each other.
func (p *formPage) grid(fields []present.Field) fyne.CanvasObject {
	box := newColumn(16)
	var pair []fyne.CanvasObject
	flush := func() {
		if len(pair) > 0 {
			add(box, newHalves(2, 250, pair...))
			pair = nil
		}
	}
	for _, f := range fields {
		o := p.row(f).box
		if f.Half {
			pair = append(pair, o)
			continue
		}
		flush()
		add(box, o)
	}
	flush()
	return box
}

func (p *formPage) row(f present.Field) *fieldRow {
	r, ok := p.rows[f.Path]
	if !ok || !r.fits(f) {
		r = newFieldRow(p.window, f)
		p.rows[f.Path] = r
		return r
	}
	r.update(f)
	return r
}

// steps are the buttons at the end of a step.
func (p *formPage) steps() fyne.CanvasObject {
	k, f := p.window.kit, p.form()
	var buttons []fyne.CanvasObject
	if f.At() != present.Steps[0] {
		buttons = append(buttons, k.secondary("action.previous", k.key("previous"), f.Previous))
	}
	if f.At() != present.StepReview {
		buttons = append(buttons, k.primary("action.next", k.key("next"), f.Next))
	}
	return newColumn(gap, rule(), newFlow(gap, buttons...))
}

// fillAside shows beside the step what it means: the reckoned years and the
// days that matter.
func (p *formPage) fillAside() {
	w, k, f := p.window, p.window.kit, p.form()
	objects := []fyne.CanvasObject{w.completeCard()}
	if f.At() == exam.StepSchooling || f.At() == exam.StepWork || f.At() == exam.StepRegistration || f.At() == present.StepReview {
		objects = append(objects, w.yearsCard())
	}
	if days := w.daysCard(); days != nil && f.At() == exam.StepRegistration {
		objects = append(objects, days)
	}
	if remark := f.SampleRemark(); !remark.Empty() && f.At() == exam.StepRegistration {
		objects = append(objects, surface(colorSidebar, colorNone, radius, gap, caption(k.say(remark))))
	}
	if p.aside.Objects == nil || sketch(newColumn(0, objects...)) != sketch(newColumn(0, p.aside.Objects...)) {
		p.aside.Objects = objects // else a click upon it that spans a refresh would be lost
	}
}
