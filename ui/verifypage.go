package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"wenbao/ui/present"
)

// verifyPage is 核对纸质表. The field has the focus, so that a scanner, which types
// the code and Enter, works through a stack of papers without a hand on the mouse.
func (w *Window) verifyPage() fyne.CanvasObject {
	k, v := w.kit, w.desk.Checking()
	box := newColumn(gapLarge, title(k.key("page.verify")), body(k.key("check.about")))
	if !v.Ready {
		box.Add(banner(present.Warning, k.key("check.no_key"), k.key("check.no_key.text")))
		return held(formWidth, box)
	}
	code := w.entry("verify.code")
	code.SetPlaceHolder(k.key("check.scan"))
	code.entered = func() {
		typed := code.Text
		code.show("")
		w.desk.CheckCode(typed)
	}
	choose := func() {
		w.chooseFile([]string{".pdf", ".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}, func(path string) { w.desk.CheckFiles(path) })
	}
	box.Add(newRow(gapSmall, 0, code, k.secondary("action.check", k.key("check.do"), code.entered)))
	box.Add(newFlow(gap, k.button("action.choose.check", lookSecondary, styleBody.in(colorAccent), theme.FolderOpenIcon(), k.key("check.file"), choose)))
	box.Add(caption(k.key("check.drop")))
	if !v.Trouble.Empty() {
		box.Add(banner(present.Trouble, "", k.say(v.Trouble)))
	}
	if v.Busy {
		box.Add(caption(k.key("check.busy")))
	}
	if v.Count > 0 {
		box.Add(caption(k.key("check.count", "count", v.Count, "good", v.Good)))
	}
	for _, p := range v.Verdicts {
		box.Add(w.verdictCard(p))
	}
	return held(formWidth, box)
}

// verdictCard is one paper: what it is, why, and what to compare by eye.
func (w *Window) verdictCard(p present.CheckedPaper) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, banner(p.Tone, k.say(p.Title), k.say(p.Text)))
	for _, f := range p.Facts {
		box.Add(fact(k.say(f.Name), k.say(f.Value)))
	}
	for i, d := range p.Differs {
		if i == 0 {
			box.Add(newText(styleStrong.in(colorBad), k.key("check.differs")))
		}
		box.Add(newRow(gapSmall, 1, glyph(theme.WarningIcon(), colorBad), body(k.say(d))))
	}
	return card(box)
}
