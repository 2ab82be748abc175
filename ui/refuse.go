package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/present"
)

// Refuse fills a window with the reason why the program cannot start and what
// to do about it.
func Refuse(a fyne.App, w fyne.Window, f Fonts, words assets.Words, why exam.Kind) {
	wear(a, NewTheme(f, Look{Brightness: BrightnessLight, TextScale: 1}))
	if !slices.Contains([]exam.Kind{exam.KindBusy, exam.KindLocked, exam.KindReadOnly, exam.KindFull, exam.KindDamaged, exam.KindUpgrade}, why) {
		why = exam.KindInternal
	}
	k := &kit{words: words, hooks: &hooks{focused: func(fyne.CanvasObject) {}, key: func(*fyne.KeyEvent) {}, shortcut: func(fyne.Shortcut) bool { return false }, over: func(fyne.CanvasObject) {}}}
	box := newColumn(gapLarge, title(k.key("refuse.title")), banner(present.Trouble, k.key("refuse."+string(why)), k.key("refuse."+string(why)+".text")),
		newFlow(0, k.primary("action.quit", k.key("refuse.quit"), a.Quit)))
	w.SetContent(newPane(padded(gapHuge, box)).Container)
	w.Resize(fyne.NewSize(560, 320))
	w.Show()
}
