package ui

import (
	"bytes"
	"image/png"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"

	"wenbao/ui/present"
)

// settingsPage is 设置; choices act at once, what is typed when it is pressed.
func (w *Window) settingsPage() fyne.CanvasObject {
	k, v := w.kit, w.desk.Settings()
	box := newColumn(gapLarge, title(k.key("page.settings")))
	add(box, w.settingsLook())
	if v.Loading {
		add(box, caption(k.key("settings.loading")))
		return held(formWidth, box)
	}
	for _, part := range []func(present.SettingsView) fyne.CanvasObject{w.settingsFolder, w.settingsBackup, w.settingsRestore, w.settingsLock,
		w.settingsNetwork, w.settingsReminders, w.settingsHistory, w.settingsBin} {
		add(box, part(v))
	}
	return held(formWidth, box)
}

// part is a card of the page: its name, what it is for, what it holds, and what
// came of the last action in it.
func (w *Window) part(v present.SettingsView, name string, objects ...fyne.CanvasObject) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, newColumn(2, heading(k.key("settings."+name)), caption(k.key("settings."+name+".about"))))
	add(box, objects...)
	if v.Message != nil && v.About == name {
		add(box, banner(v.Message.Tone, k.say(v.Message.Title), k.say(v.Message.Text)))
	}
	return card(box)
}

// settingsLook is language, size of text and brightness.
func (w *Window) settingsLook() fyne.CanvasObject {
	k, look := w.kit, w.desk.Look()
	group := func(name string, choices []choice, value string, set func(*present.Preferences, string)) fyne.CanvasObject {
		pick := func(v string) { w.desk.Prefer(func(p *present.Preferences) { set(p, v) }) }
		return newColumn(6, caption(k.key("settings."+name)), k.options("settings."+name, choices, value, false, pick))
	}
	var sizes, modes []choice
	for _, s := range textScales {
		sizes = append(sizes, choice{s.name, s.name})
	}
	for _, b := range []Brightness{BrightnessSystem, BrightnessLight, BrightnessDark} {
		modes = append(modes, choice{string(b), k.key("settings.brightness." + string(b))})
	}
	return w.part(present.SettingsView{}, "look",
		group("lang", []choice{{"zh-CN", "中文"}, {"en", "English"}}, k.words.Lang(), func(p *present.Preferences, v string) { p.Lang = v }),
		group("text", sizes, scaleName(look.TextScale), func(p *present.Preferences, v string) { p.TextScale = scaleOf(v) }),
		group("brightness", modes, look.Brightness, func(p *present.Preferences, v string) { p.Brightness = v }))
}

func (w *Window) settingsFolder(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	show := k.secondary("action.show_folder", k.key("settings.show_folder"), func() { w.desk.ShowFile(w.desk.Folder()) })
	facts := newColumn(gapTiny, fact(k.key("settings.folder.path"), w.desk.Folder()), fact(k.key("settings.folder.size"), k.say(present.Size(v.Size))))
	if !v.CanMove {
		return w.part(v, "folder", facts, newFlow(0, show))
	}
	path := w.entry("settings.folder.path")
	path.SetPlaceHolder(k.key("settings.folder.other"))
	move := k.secondary("action.move", k.key("settings.folder.move"), func() { w.desk.MoveTo(path.Text) })
	return w.part(v, "folder", facts, newFlow(0, show), newRow(gapSmall, 0, path, move))
}

// secret gives a field that hides what is typed.
func (w *Window) secret(id, words string) *Entry {
	e := w.entry(id)
	e.Password = true
	e.SetPlaceHolder(w.kit.key(words))
	return e
}

func (w *Window) settingsBackup(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	once, again := w.secret("settings.backup.pass", "settings.passphrase"), w.secret("settings.backup.again", "settings.passphrase.again")
	list := newColumn(gapTiny, caption(k.key("settings.snapshots", "count", len(v.Snapshots))))
	for _, s := range v.Snapshots {
		add(list, caption(k.key("settings.snapshot", "time", s.Taken.Local(), "size", present.Size(s.Bytes))))
	}
	return w.part(v, "backup", newHalves(2, 220, once, again),
		w.busyRow(v, "backup", k.primary("action.backup", k.key("settings.backup.make"), func() { w.desk.MakeBackup(once.Text, again.Text) })), list)
}

// busyRow is the button of a slow action, or how to stop it while it runs.
func (w *Window) busyRow(v present.SettingsView, action string, press ...*Press) fyne.CanvasObject {
	k := w.kit
	if v.Busy == action {
		return newFlow(gap, badge(present.Busy, k.key("settings.busy."+action)), k.secondary("action.stop", k.key("cancel"), w.desk.StopBusy))
	}
	row := newFlow(gap)
	for _, p := range press {
		if v.Busy != "" {
			p.turnOff()
		}
		add(row, p)
	}
	return row
}

func (w *Window) settingsRestore(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	path, secret := w.entry("settings.restore.path"), w.secret("settings.restore.secret", "settings.restore.secret")
	path.SetPlaceHolder(k.key("settings.restore.path"))
	pick := k.secondary("action.choose.restore", k.key("file.pick"), func() { w.chooseFile([]string{".wenbao"}, func(p string) { path.SetText(p) }) })
	start := k.secondary("action.restore", k.key("settings.restore.start"), func() { w.desk.RestoreBackup(path.Text, secret.Text) })
	back := k.secondary("action.choose.reclaim", k.key("settings.reclaim"), func() { w.chooseFile([]string{".wenbao"}, w.desk.BringBack) })
	var use fyne.CanvasObject
	if v.Restored != "" && v.CanMove {
		use = newFlow(0, k.primary("action.use_restored", k.key("settings.restore.use"), func() { w.desk.MoveTo(v.Restored) }))
	}
	return w.part(v, "restore", newRow(gapSmall, 0, path, pick), secret, w.busyRow(v, "restore", start, back), use)
}

func (w *Window) settingsLock(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	ways := newColumn(gapTiny)
	for _, way := range v.Ways {
		add(ways, fact(k.key("settings.way."+way.Kind), k.key("settings.way.since", "time", way.Made.Local())))
	}
	once, again := w.secret("settings.lock.pass", "settings.passphrase"), w.secret("settings.lock.again", "settings.passphrase.again")
	word := "settings.lock.set"
	if v.Locked {
		word = "settings.lock.change"
	}
	set := k.secondary("action.set_passphrase", k.key(word), func() { w.desk.SetPassphrase(once.Text, again.Text) })
	code := k.secondary("action.recovery", k.key("settings.recovery.make"), w.desk.NewRecoveryCode)
	buttons := []*Press{set, code}
	if v.Locked {
		buttons = append(buttons, k.secondary("action.remove_passphrase", k.key("settings.lock.remove"), w.desk.RemovePassphrase))
	}
	var shown fyne.CanvasObject
	if v.Code != "" {
		shown = w.codeCard(v.Code)
	}
	return w.part(v, "lock", ways, newHalves(2, 220, once, again), w.busyRow(v, "lock", buttons...), shown)
}

// codeCard shows a recovery code once, to be written down or printed.
func (w *Window) codeCard(code string) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, newText(styleStrong.in(colorWarn), k.key("settings.recovery.title")), newText(styleHeading, code), body(k.key("settings.recovery.text")),
		newFlow(gap, k.primary("action.print_code", k.key("settings.recovery.print"), func() { w.printCode(code) }),
			k.secondary("action.forget_code", k.key("settings.recovery.done"), w.desk.ForgetCode)))
	if path := w.desk.Kept(); path != "" {
		add(box, caption(k.key("settings.recovery.kept", "path", path)))
	}
	return surface(colorWarnSoft, colorNone, radius, gapLarge, box)
}

// printCode draws the code as a sheet to be printed with the system's viewer.
func (w *Window) printCode(code string) {
	k := w.kit
	box := newColumn(gapLarge, title(k.key("settings.recovery.sheet")), newText(styleTitle, code), body(k.key("settings.recovery.sheet.text")))
	sheet := surface(colorCard, colorLine, 0, gapHuge, box)
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(sheet)
	width := 700 * textScale()
	c.Resize(fyne.NewSize(width, heightFor(sheet, width)))
	var out bytes.Buffer
	if err := png.Encode(&out, c.Capture()); err == nil { // a picture in memory can always be encoded
		w.desk.KeepSheet(k.key("settings.recovery.file")+".png", out.Bytes())
	}
}

func (w *Window) settingsNetwork(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	now := w.typedNetwork(v)
	server := w.desk.Server()
	if server == "" {
		server = k.key("settings.no_server")
	}
	facts := newColumn(gapTiny, fact(k.key("settings.server"), server))
	for _, id := range v.Keys {
		add(facts, fact(k.key("settings.key"), id))
	}
	var proxies []choice
	for _, p := range []string{"", "none", "manual"} {
		proxies = append(proxies, choice{p, k.key("settings.proxy." + named(p))})
	}
	address, key, proxy := w.entry("settings.server.url"), w.entry("settings.server.key"), w.entry("settings.proxy.url")
	address.SetPlaceHolder(k.key("settings.server.other"))
	key.SetPlaceHolder(k.key("settings.server.other_key"))
	proxy.SetPlaceHolder(k.key("settings.proxy.url"))
	var manual fyne.CanvasObject
	if now.Proxy == "manual" {
		manual = proxy
	}
	keep := k.secondary("action.network", k.key("settings.network.keep"), func() { w.desk.SetNetwork(w.typedNetwork(v)) })
	reset := k.plain("action.network.reset", k.key("settings.network.reset"), func() {
		w.network = &present.Network{}
		for _, e := range []*Entry{address, key, proxy} {
			e.show("")
		}
		w.desk.SetNetwork(present.Network{})
	})
	box := []fyne.CanvasObject{facts, newColumn(6, caption(k.key("settings.proxy")), k.options("settings.proxy", proxies, now.Proxy, false, func(s string) {
		n := w.typedNetwork(v)
		n.Proxy = s
		w.network = &n
		w.refresh()
	})), manual, newColumn(6, caption(k.key("settings.server.change")), newHalves(2, 220, address, key)), newFlow(gap, keep, reset)}
	if v.Restart {
		box = append(box, banner(present.Warning, "", k.key("settings.restart")))
	}
	return w.part(v, "network", box...)
}

// typedNetwork is what is chosen and typed about the network and not kept yet.
func (w *Window) typedNetwork(v present.SettingsView) present.Network {
	if w.network == nil {
		n := v.Network
		w.network = &n
		w.entry("settings.server.url").show(n.Server)
		w.entry("settings.server.key").show(n.Key)
		w.entry("settings.proxy.url").show(n.ProxyURL)
	}
	n := *w.network
	n.Server, n.Key, n.ProxyURL = w.entry("settings.server.url").Text, w.entry("settings.server.key").Text, w.entry("settings.proxy.url").Text
	return n
}

func (w *Window) settingsReminders(v present.SettingsView) fyne.CanvasObject {
	row := w.remindRow()
	if row == nil {
		row = caption(w.kit.key("remind.none"))
	}
	return w.part(v, "reminders", row)
}

func (w *Window) settingsHistory(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	var list []choice
	for _, n := range present.VersionChoices {
		list = append(list, choice{strconv.Itoa(n), k.key("settings.history.count", "count", n)})
	}
	return w.part(v, "history", k.options("settings.history", list, strconv.Itoa(v.Versions), false, func(s string) {
		n, _ := strconv.Atoi(s) // one of the choices
		w.desk.KeepVersions(n)
	}))
}

// settingsBin is the bin and the room that can be given back.
func (w *Window) settingsBin(v present.SettingsView) fyne.CanvasObject {
	k := w.kit
	list := newColumn(gapSmall)
	for _, s := range v.Bin {
		name := s.Name
		if name == "" {
			name = k.key("draft.unnamed")
		}
		id := string(s.ID)
		add(list, newRow(gapSmall, 0, body(k.key("settings.bin.row", "name", name, "time", s.Updated.Local())),
			k.plain("action.undelete."+id, k.key("settings.bin.undelete"), func() { w.desk.Undelete(s.ID) }),
			k.danger("action.purge."+id, k.key("settings.bin.purge"), func() { w.desk.Purge(s.ID) })))
	}
	if len(v.Bin) == 0 {
		add(list, caption(k.key("settings.bin.empty")))
	}
	return w.part(v, "bin", list, w.busyRow(v, "compact", k.secondary("action.compact", k.key("settings.bin.compact"), w.desk.Compact)))
}

var textScales = []struct {
	name  string
	scale float32
}{{"100 %", 1}, {"125 %", 1.25}, {"150 %", 1.5}, {"200 %", 2}}

func scaleName(s float32) string {
	for _, t := range textScales {
		if t.scale == s {
			return t.name
		}
	}
	return ""
}

func scaleOf(name string) float32 {
	for _, t := range textScales {
		if t.name == name {
			return t.scale
		}
	}
	return 1
}
