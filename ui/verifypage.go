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
		add(box, banner(present.Warning, k.key("check.no_key"), k.key("check.no_key.text")))
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
	add(box, newRow(gapSmall, 0, code, k.secondary("action.check", k.key("check.do"), code.entered)))
	add(box, newFlow(gap, k.button("action.choose.check", lookSecondary, styleBody.in(colorAccent), theme.FolderOpenIcon(), k.key("check.file"), choose)))
	add(box, caption(k.key("check.drop")))
	if !v.Trouble.Empty() {
		add(box, banner(present.Trouble, "", k.say(v.Trouble)))
	}
	if v.Busy {
		add(box, caption(k.key("check.busy")))
	}
	if v.Count > 0 {
		add(box, caption(k.key("check.count", "count", v.Count, "good", v.Good)))
	}
	for _, p := range v.Verdicts {
		add(box, w.verdictCard(p))
	}
	return held(formWidth, box)
}

// verdictCard is one paper: what it is, why, and what to compare by eye.
func (w *Window) verdictCard(p present.CheckedPaper) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, banner(p.Tone, k.say(p.Title), k.say(p.Text)))
	for _, f := range p.Facts {
		add(box, fact(k.say(f.Name), k.say(f.Value)))
	}
	for i, d := range p.Differs {
		if i == 0 {
			add(box, newText(styleStrong.in(colorBad), k.key("check.differs")))
		}
		add(box, newRow(gapSmall, 1, glyph(theme.WarningIcon(), colorBad), body(k.say(d))))
	}
	return card(box)
}
