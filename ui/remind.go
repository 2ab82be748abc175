package ui

import (
	"fyne.io/fyne/v2"

	"wenbao/ui/present"
)

// remindRow is the one click that sets reminders, or what is set; nil when no
// day to come is known.
func (w *Window) remindRow() fyne.CanvasObject {
	k, r := w.kit, w.desk.Reminders()
	switch {
	case !r.Can:
		return nil
	case !r.Set:
		return newColumn(gapSmall, newFlow(0, k.secondary("action.remind", k.key("remind.set"), func() { w.desk.Remind(k.words) })), caption(k.key("remind.about")))
	}
	box := newColumn(gapSmall, newFlow(0, badge(present.Good, k.key("remind.is_set", "count", r.Count))))
	if r.File != "" {
		add(box, caption(k.key("remind.file", "path", r.File)))
	}
	again := k.plain("action.remind_file", k.key("remind.again"), func() { w.desk.Remind(k.words) })
	off := k.plain("action.unremind", k.key("remind.off"), w.desk.Unremind)
	again.look.padX, off.look.padX = 2, 2
	add(box, newFlow(gap, again, off))
	return box
}

// bell tells things by the system's notifications, in the words of the window.
type bell struct{ window *Window }

func (b bell) Ring(title, text present.Text) {
	b.window.app.SendNotification(fyne.NewNotification(b.window.kit.say(title), b.window.kit.say(text)))
}
