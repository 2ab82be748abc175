package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// evidenceStep is 证明材料: what is asked for, why, and what is attached.
func (w *Window) evidenceStep() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	list, locked := f.Evidence()
	box, needed := newColumn(gapLarge), false
	w.drops = map[exam.FileKind]fyne.CanvasObject{}
	for _, e := range list {
		needed = needed || e.Needed
	}
	switch asked := f.Asked(); {
	case asked != "":
		add(box, k.askedFor(asked))
	case !needed:
		add(box, banner(present.Good, k.key("evidence.none"), k.key("evidence.none.text")))
	}
	if f.Weighing() {
		add(box, caption(k.key("evidence.weighing")))
	}
	more := newColumn(gap)
	for _, e := range list {
		card := w.evidenceCard(f, e, locked)
		w.drops[e.Kind] = card
		if e.Needed || len(e.Files) > 0 || len(f.Offered(e.Kind)) > 0 {
			add(box, card)
		} else {
			add(more, card)
		}
	}
	if len(more.Objects) > 0 {
		add(box, newColumn(gapTiny, heading(k.key("evidence.more")), caption(k.key("evidence.more.text"))))
		add(box, more)
	}
	return box
}

func (w *Window) evidenceCard(f *present.Form, e present.EvidenceView, locked bool) fyne.CanvasObject {
	k := w.kit
	head := newFlow(gapSmall, newText(styleStrong.oneLine(), k.say(e.Name)))
	switch {
	case e.Needed && e.Early:
		add(head, badge(present.Trouble, k.key("evidence.early")))
	case e.Needed:
		add(head, badge(present.Warning, k.key("evidence.later")))
	}
	box := newColumn(gapSmall, head, caption(k.say(e.Hint)))
	for _, why := range e.Why {
		add(box, caption(k.key("evidence.why", "why", why)))
	}
	for _, p := range e.Problems {
		add(box, k.problem(p))
	}
	for _, file := range e.Files {
		add(box, w.evidenceFile(f, file, locked))
	}
	for i, o := range f.Offered(e.Kind) {
		add(box, w.offer(f, o, i))
	}
	if locked {
		return card(box)
	}
	id := "evidence." + string(e.Kind)
	take := func(path string) { f.AddEvidence(e.Kind, path) }
	if e.Needed {
		add(box, w.fileField(id, "evidence.path", evidenceTypes, take, func(path string, unread func()) { f.AddTyped(e.Kind, path, unread) }))
	} else {
		add(box, newFlow(0, k.plain("action.choose."+id, k.key("file.pick"), func() { w.chooseFile(evidenceTypes, take) })))
	}
	return card(box)
}

var evidenceTypes = []string{".jpg", ".jpeg", ".png", ".pdf"}

// evidenceFile is one attached file: what it shows, its name and size, and what
// can be done with it.
func (w *Window) evidenceFile(f *present.Form, file exam.File, locked bool) fyne.CanvasObject {
	k := w.kit
	g, drawn := f.Glimpse(file)
	facts := k.say(present.Size(file.Size))
	switch {
	case drawn && g.Pages > 1:
		facts = k.key("evidence.pages", "pages", g.Pages, "size", facts)
	case drawn && g.Width > 0:
		facts = k.key("evidence.pixels", "width", g.Width, "height", g.Height, "size", facts)
	}
	id := string(file.Kind) + "." + file.SHA256[:min(len(file.SHA256), 8)]
	tools := newFlow(0, k.plain("action.open."+id, k.key("evidence.open"), func() { f.OpenEvidence(file) }))
	if !locked {
		add(tools, k.plain("action.remove."+id, k.key("record.remove"), func() { f.RemoveEvidence(file) }))
	}
	words := newColumn(2, body(file.Name), caption(facts), tools)
	if path := w.desk.Kept(); path != "" {
		add(words, caption(k.key("evidence.kept", "path", path)))
	}
	return surface(colorSidebar, colorNone, radius, gap, newRow(gap, 1, top(w.thumbnail(g)), words))
}

const (
	thumbWidth  float32 = 96
	thumbHeight float32 = 128
)

// thumbnail shows the first page, or that the file has to be opened to be seen.
func (w *Window) thumbnail(g present.Glimpse) fyne.CanvasObject {
	if g.Picture == nil {
		return surface(colorCard, colorLine, 2, (thumbWidth-sizeOf(theme.SizeNameInlineIcon))/2, glyph(theme.DocumentIcon(), colorMuted))
	}
	c := canvas.NewImageFromImage(g.Picture)
	c.FillMode = canvas.ImageFillContain
	c.SetMinSize(fyne.NewSize(thumbWidth, thumbHeight))
	return surface(colorCard, colorLine, 2, 1, c)
}

// offer asks whether a large picture may be made smaller.
func (w *Window) offer(f *present.Form, o present.Offer, i int) fyne.CanvasObject {
	k := w.kit
	id := string(o.Kind) + "." + uintText(uint64(i))
	text, before, after := "evidence.offer.text", present.Size(int64(o.Before)), present.Size(int64(o.After))
	buttons := []fyne.CanvasObject{k.primary("action.smaller."+id, k.key("evidence.offer.smaller", "size", after), func() { f.Choose(o, true, true) })}
	if o.Must {
		text = "evidence.offer.must"
	} else {
		buttons = append(buttons, k.secondary("action.as_is."+id, k.key("evidence.offer.as_is", "size", before), func() { f.Choose(o, false, true) }))
	}
	buttons = append(buttons, k.plain("action.neither."+id, k.key("evidence.offer.neither"), func() { f.Choose(o, false, false) }))
	return banner(present.Warning, k.key("evidence.offer", "name", o.Name), k.key(text, "before", before, "after", after, "megabytes", exam.MaxFileBytes>>20), buttons...)
}

// droppedAt gives the kind of evidence whose card lies at a place of the window.
func (w *Window) droppedAt(at fyne.Position) (exam.FileKind, bool) {
	for kind, o := range w.drops {
		corner := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		in := at.Subtract(corner)
		if in.X >= 0 && in.Y >= 0 && in.X < o.Size().Width && in.Y < o.Size().Height {
			return kind, true
		}
	}
	return "", false
}
