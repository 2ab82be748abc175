package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"wenbao/ui/present"
)

func uintText(n uint64) string { return strconv.FormatUint(n, 10) }

// registrationPage is 我的报名: where the registration stands, the proof, and
// what to do next.
func (w *Window) registrationPage() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	s := f.Standing()
	head := newColumn(gapSmall, newRow(gap, 0, title(k.key("page.registration")), badge(s.StateTone, k.say(s.State))))
	if s.Number != "" {
		add(head, newFlow(gapSmall, caption1(k.key("registration.number")), newText(textStyle{size: sizeHeading, color: colorText, bold: true, line: true}, s.Number)))
	}
	main := newColumn(gapLarge, head)
	w.outcome(main)
	add(main, w.nextCard(s))
	if s.Bill != nil {
		add(main, w.billCard(*s.Bill, true))
	}
	stages := newColumn(0)
	for i, st := range s.Stages {
		add(stages, w.stage(st, i == len(s.Stages)-1))
	}
	add(main, card(heading(k.key("registration.timeline")), stages))
	return newBeside(formWidth, asideWidth, main, w.receiptCard(s))
}

// outcome puts what came of the last step onto a page of the draft.
func (w *Window) outcome(page *fyne.Container) {
	if m, ok := w.desk.Form().Message(); ok {
		add(page, banner(m.Tone, w.kit.say(m.Title), w.kit.say(m.Text)))
	}
}

// nextCard says what to do next and has the buttons for it.
func (w *Window) nextCard(s present.Standing) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, newText(styleHeading, k.say(s.Next)))
	if s.Asked != "" {
		add(box, k.askedFor(s.Asked))
	}
	if s.Refused != "" {
		add(box, banner(present.Trouble, k.key("registration.refused"), s.Refused))
	}
	for _, p := range s.Aside {
		if k.say(p.Text) != k.say(s.Next) { // what stands above it says it
			add(box, k.problem(p))
		}
	}
	if s.Edited {
		add(box, caption(k.key("registration.edited")))
	}
	if s.Progress != nil {
		add(box, progress(s.Progress.Bytes, s.Progress.OfBytes))
	}
	if !s.Wait.Empty() {
		add(box, banner(present.Warning, "", k.say(s.Wait)))
	}
	add(box, newFlow(gap, w.steps(s.Steps)...))
	return surface(colorAccentSoft, colorNone, radiusCard, gapLarge, box)
}

// steps are the buttons for what can be done.
func (w *Window) steps(list []present.Step) (buttons []fyne.CanvasObject) {
	k, f := w.kit, w.desk.Form()
	for _, step := range list {
		press := k.secondary
		switch {
		case step.Primary:
			press = k.primary
		case step.Danger:
			press = k.danger
		}
		buttons = append(buttons, press("action."+step.ID, k.say(step.Text), func() { f.Do(step.ID) }))
	}
	return buttons
}

// askedFor shows a reviewer's words as they are.
func (k *kit) askedFor(words string) fyne.CanvasObject {
	return banner(present.Warning, k.key("evidence.asked"), words)
}

// stage is a line of the timeline: a point, the line to the next, what happened
// and when.
func (w *Window) stage(s present.Stage, last bool) fyne.CanvasObject {
	k := w.kit
	style, ink := styleBody.in(colorMuted), colorMuted
	if s.Done || s.Here {
		style, ink = styleStrong, tones[s.Tone].ink
	}
	words := newColumn(2, newText(style, k.say(s.Text)))
	if !s.At.IsZero() {
		add(words, caption(k.say(present.Beijing(s.At, present.ToTheSecond))))
	}
	if !s.Note.Empty() {
		add(words, body(k.say(s.Note)))
	}
	dot, line := canvas.NewCircle(tint(ink)), canvas.NewRectangle(tint(colorLine))
	if !s.Done {
		dot.FillColor = tint(colorCard)
		dot.StrokeColor, dot.StrokeWidth = tint(ink), 2
	}
	line.Hidden = last
	return container.New(&stageLayout{}, line, dot, container.New(&inset{bottom: 18}, words))
}

// stageLayout sets the point beside the first line of the words.
type stageLayout struct{ asked }

const stageIndent = 30

func (l *stageLayout) heightFor(o []fyne.CanvasObject, width float32) float32 {
	return heightFor(o[2], width-stageIndent)
}

func (l *stageLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := o[2].MinSize().Width + stageIndent
	return fyne.NewSize(w, l.heightFor(o, max(w, l.width)))
}

func (l *stageLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	middle := sizeOf(sizeBody) * 0.75
	o[0].Move(fyne.NewPos(9, middle))
	o[0].Resize(fyne.NewSize(2, size.Height))
	o[1].Move(fyne.NewPos(4, middle-6))
	o[1].Resize(fyne.NewSize(12, 12))
	o[2].Move(fyne.NewPos(stageIndent, 0))
	o[2].Resize(fyne.NewSize(size.Width-stageIndent, size.Height))
}

// billCard is what is to be paid, item by item, and with standing whether it was.
func (w *Window) billCard(b present.Bill, standing bool) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, heading(k.key("bill.title")))
	for _, i := range b.Items {
		name := k.say(i.Name)
		if i.Refundable {
			name += k.key("bill.refundable")
		}
		add(box, newRow(gap, 0, body(name), newText(styleBody.oneLine(), k.key("bill.yuan", "yuan", i.Yuan))))
	}
	if b.Known {
		add(box, rule())
		add(box, newRow(gap, 0, newText(styleStrong, k.key("bill.total")), newText(styleHeading.oneLine(), k.key("bill.yuan", "yuan", b.Total))))
	} else {
		add(box, caption(k.key("bill.unknown")))
	}
	if b.Deadline != nil {
		add(box, caption(k.key("bill.deadline", "time", b.Deadline.When, "left", b.Deadline.Left)))
	} else if !b.Done {
		add(box, caption(k.key("bill.no_deadline")))
	}
	switch {
	case !standing:
	case b.Done:
		add(box, banner(present.Good, k.key("bill.done"), ""))
	case b.Waiting:
		add(box, banner(present.Busy, k.key("bill.waiting"), k.key("bill.waiting.text")))
	}
	return card(box)
}

// receiptCard is the proof, or says that there is none yet.
func (w *Window) receiptCard(s present.Standing) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, newText(styleStrong, k.key("receipt.title")), newFlow(0, badge(s.WhereTone, k.say(s.Where))))
	if s.Receipt == nil {
		add(box, caption(k.key("receipt.none")))
		return surface(colorCard, colorLine, radiusCard, 16, box)
	}
	add(box, caption(k.key("receipt.text")))
	pair := func(key, value string) {
		add(box, newColumn(0, caption(k.key("receipt."+key)), body(value)))
	}
	pair("signed", k.say(present.Beijing(s.Receipt.SignedAt, present.ToTheSecond)))
	pair("version", strconv.Itoa(s.Receipt.Version))
	pair("key", s.Receipt.KeyID)
	pair("digest", s.Receipt.Digest[:min(len(s.Receipt.Digest), 16)])
	return surface(colorCard, colorLine, radiusCard, 16, box)
}
