package ui

import (
	"fyne.io/fyne/v2"

	"wenbao/exam"
	"wenbao/ui/present"
)

// practicePage is 演练: what can go wrong, to be tried where nothing is at stake.
func (w *Window) practicePage() fyne.CanvasObject {
	k, v := w.kit, w.desk.Rehearsal()
	box := newColumn(gapLarge, newColumn(gapTiny, title(k.key("page.practice")), body(k.key("practice.about"))))
	if v.Trouble {
		add(box, banner(present.Trouble, k.key("practice.trouble"), k.key("practice.trouble.text")))
	}
	if !v.Here {
		return held(formWidth, w.practiceDoor(box, v))
	}
	part := func(name string, values []string, value string, set func(*present.BadDay, string)) {
		var list []choice
		for _, c := range values {
			list = append(list, choice{c, k.key("practice." + name + "." + named(c))})
		}
		add(box, card(newText(styleStrong, k.key("practice."+name)), caption(k.key("practice."+name+".about."+named(value))),
			k.options("practice."+name, list, value, false, func(s string) { w.desk.Bend(func(d *present.BadDay) { set(d, s) }) })))
	}
	part("line", present.DayLines, v.Day.Line, func(d *present.BadDay, s string) { d.Line = s })
	part("server", []string{"", "away"}, map[bool]string{true: "away"}[v.Day.Away], func(d *present.BadDay, s string) { d.Away = s != "" })
	part("review", present.DayReviews, v.Day.Review, func(d *present.BadDay, s string) { d.Review = s })
	part("payment", present.DayPayments, v.Day.Payment, func(d *present.BadDay, s string) { d.Payment = s })
	if !v.Day.Good() {
		add(box, newFlow(0, k.secondary("action.good_day", k.key("practice.good_day"), func() { w.desk.Bend(func(d *present.BadDay) { *d = present.BadDay{} }) })))
	}
	add(box, w.practiceActs(v))
	return held(formWidth, box)
}

func named(choice string) string {
	if choice == "" {
		return "good"
	}
	return choice
}

// practiceDoor is the page outside practice: what it is, and the way in.
func (w *Window) practiceDoor(box *fyne.Container, v present.Rehearsal) fyne.CanvasObject {
	k := w.kit
	add(box, card(newText(styleStrong, k.key("practice.door")), body(k.key("practice.door.text"))))
	if v.Can {
		add(box, newFlow(0, k.primary("action.rehearse", k.key("practice.open"), w.desk.Rehearse)))
	}
	if v.Opened {
		add(box, banner(present.Good, k.key("practice.opened"), k.key("practice.opened.text")))
	}
	return box
}

// practiceActs lets the trainer play the reviewer and the bank.
func (w *Window) practiceActs(v present.Rehearsal) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, newText(styleStrong, k.key("practice.acts")))
	switch {
	case v.Name.Empty():
		add(box, caption(k.key("practice.acts.none")))
	case len(v.Acts) == 0:
		add(box, caption(k.key("practice.acts.idle", "name", v.Name)))
	default:
		add(box, caption(k.key("practice.acts.about", "name", v.Name)))
		buttons := newFlow(gap)
		for _, a := range v.Acts {
			add(buttons, w.actButton(a))
		}
		add(box, buttons)
	}
	return card(box)
}

func (w *Window) actButton(a exam.Action) fyne.CanvasObject {
	return w.kit.secondary("act."+string(a), w.kit.key("practice.act."+string(a)), func() { w.desk.Act(a) })
}
