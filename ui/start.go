package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/native"
	"wenbao/ui/present"
)

// The window as a first start has it, in Fyne's units.
const (
	startWidth  float32 = 1240
	startHeight float32 = 720
)

// Place gives the window the size and the place it was left with.
func Place(c Config) {
	c.Window.SetPadded(false)
	size := fyne.NewSize(startWidth, startHeight)
	if c.Look.Width > 0 {
		size = fyne.NewSize(c.Look.Width, c.Look.Height)
	}
	if d, ok := c.Window.(desktop.Window); ok && c.Look.Placed && native.Visible(native.Spot{X: c.Look.X, Y: c.Look.Y}) {
		d.RequestPosition(c.Look.X, c.Look.Y)
	}
	c.Window.Resize(size)
}

// Opening says that the data are being opened. It needs nothing from the disk.
func Opening(c Config) {
	k := c.plain()
	c.fill("opening", newColumn(gapSmall, title(k.say(present.T("app.name"))), body(k.key("opening"))))
}

// Refuse fills a window with the reason why the program cannot start and what
// to do about it. why is a Kind or a cause that has words ("ui.refuse.tampered").
func Refuse(c Config, why string) {
	k := c.plain()
	if !k.words.Has("ui.refuse." + why + ".text") {
		why = string(exam.KindInternal)
	}
	quit := k.primary("action.quit", k.key("refuse.quit"), func() { Quit(c.App, c.Loop) })
	c.fill("refuse", newColumn(gapLarge, title(k.key("refuse.title")),
		banner(present.Trouble, k.key("refuse."+why), k.key("refuse."+why+".text")), newFlow(0, quit)))
	c.Window.Canvas().Focus(quit)
}

// Unlock asks for the passphrase, or the printed recovery code, and hands it
// to try. wrong tells that the last one did not fit.
func Unlock(c Config, wrong bool, try func(passphrase string)) {
	k := c.plain()
	field := newEntry(k.control("passphrase", "entry"), 1)
	field.Password = true
	open := func() {
		if field.Text != "" {
			try(field.Text)
		}
	}
	k.hooks.key = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
			open()
		}
	}
	var trouble fyne.CanvasObject
	if wrong {
		trouble = banner(present.Trouble, k.key("unlock.wrong"), k.key("unlock.wrong.text"))
	}
	name := "unlock"
	if wrong {
		name = "unlock.wrong"
	}
	c.fill(name, newColumn(gap, existing([]fyne.CanvasObject{title(k.key("unlock.title")), body(k.key("unlock.text")), trouble, field,
		newFlow(gapSmall, k.primary("action.unlock", k.key("unlock.open"), open), k.secondary("action.quit", k.key("refuse.quit"), func() { Quit(c.App, c.Loop) }))})...))
	c.Window.Canvas().Focus(field)
}

// fill shows one column in the middle of a window without pages; name is what
// the map of controls calls it.
func (c Config) fill(name string, column fyne.CanvasObject) {
	c.Window.SetContent(newPane(padded(gapHuge, held(startColumn, column))).Container)
	c.inspectPlain(name)
}

const startColumn = 560

// plain puts the theme on and gives a kit for a window without pages.
func (c Config) plain() *kit {
	wear(c.App, lookOf(c.Look))
	return &kit{words: words(c.Look, c.Lang), hooks: &hooks{focused: func(fyne.CanvasObject) {}, key: func(*fyne.KeyEvent) {},
		shortcut: func(fyne.Shortcut) bool { return false }, over: func(fyne.CanvasObject) {}}}
}

// words are those of the language that was chosen, else of the system's.
func words(look present.Preferences, system string) assets.Words {
	if look.Lang != "" {
		return assets.In(look.Lang)
	}
	return assets.In(system)
}

func lookOf(p present.Preferences) Look {
	return Look{Brightness: Brightness(p.Brightness), TextScale: p.TextScale}
}
