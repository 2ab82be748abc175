package ui

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/present"
)

const navigationWidth = 216

// navigation is the left side: the open draft with its steps, and the pages
// that are always there.
type navigation struct {
	window *Window
	box    *fyne.Container
	list   *fyne.Container
	pane   *pane
	here   fyne.CanvasObject // the row of what is shown
	drawn  string            // what the list was made from
}

func newNavigation(w *Window) *navigation {
	n := &navigation{window: w, list: newColumn(2)}
	n.pane = newPane(padded(gap, n.list))
	back := canvas.NewRectangle(tint(colorSidebar))
	line := canvas.NewRectangle(tint(colorLine))
	line.SetMinSize(fyne.NewSize(hairline, 1))
	width := canvas.NewRectangle(tint(colorNone))
	width.SetMinSize(fyne.NewSize(navigationWidth*textScale(), 1))
	n.box = container.NewStack(back, width, n.pane.Container, container.New(&edge{}, line))
	return n
}

// edge sets a line at the right.
type edge struct{}

func (edge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(hairline, 1) }

func (edge) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(size.Width-hairline, 0))
	o[0].Resize(fyne.NewSize(hairline, size.Height))
}

func (n *navigation) refresh() {
	rows, drawn := n.rows()
	if drawn == n.drawn {
		return
	}
	n.drawn = drawn
	n.window.keepNavigationFocus(func() {
		n.list.Objects = existing(rows)
		n.pane.settle()
		if n.here != nil {
			n.pane.reveal(n.here) // large text leaves no room for all rows
		}
	})
}

// keepNavigationFocus is [Window.keepFocus] for the left side.
func (w *Window) keepNavigationFocus(change func()) {
	before, _ := w.win.Canvas().Focused().(identified)
	inside := before != nil && within(w.nav.box, before)
	change()
	if !inside {
		return
	}
	walk(w.nav.box, func(i identified) {
		if f, ok := i.(fyne.Focusable); ok && i.controlID() == before.controlID() {
			w.win.Canvas().Focus(f)
		}
	})
}

// logoPicture is decoded once: a resource is decoded anew at every refresh.
var logoPicture = sync.OnceValue(func() image.Image {
	img, err := png.Decode(bytes.NewReader(assets.Icon))
	if err != nil {
		panic("ui: the icon is no PNG: " + err.Error())
	}
	return img
})

func (n *navigation) rows() (rows []fyne.CanvasObject, drawn string) {
	w, k := n.window, n.window.kit
	n.here = nil
	var b strings.Builder
	add := func(o fyne.CanvasObject, what ...any) {
		rows = append(rows, o)
		fmt.Fprint(&b, what...)
		b.WriteByte(';')
	}
	logo := canvas.NewImageFromImage(logoPicture())
	logo.FillMode = canvas.ImageFillContain
	logo.SetMinSize(fyne.NewSquareSize(28 * textScale()))
	add(padded(6, newRow(gapSmall, 1, logo, newText(styleHeading, k.say(present.T("app.name"))))))
	add(space(1, gapSmall))
	here := w.desk.Page()
	for _, p := range []present.Page{present.PageHome, present.PageVerify, present.PageNotices, present.PageHelp, present.PageSettings, present.PagePractice} {
		add(n.pageRow(p, here == p), p, here == p)
	}
	if f := w.desk.Form(); f != nil {
		add(padded(gapSmall, rule()))
		name := f.Name()
		if name == "" {
			name = k.key("draft.unnamed")
		}
		add(padded(6, newColumn(0, newText(styleStrong, name), newText(styleCaption, k.say(f.Level())))), name, k.say(f.Level()))
		for i, s := range f.StepList() {
			add(n.stepRow(i, s, here == present.PageForm && s.Here), s, here)
		}
		add(space(1, gapSmall))
		for _, p := range []present.Page{present.PageRegistration, present.PagePayment, present.PagePrint, present.PageOfficial, present.PageHistory} {
			add(n.pageRow(p, here == p), p, here == p)
		}
	}
	return rows, b.String()
}

var pageIcons = map[present.Page]func() fyne.Resource{
	present.PageHome: theme.HomeIcon, present.PageNotices: theme.MailComposeIcon, present.PageHelp: theme.HelpIcon,
	present.PageSettings: theme.SettingsIcon, present.PageRegistration: theme.AccountIcon,
	present.PagePayment: theme.ListIcon, present.PagePractice: theme.MediaReplayIcon,
	present.PageVerify: theme.SearchIcon, present.PagePrint: theme.DocumentPrintIcon, present.PageOfficial: theme.ContentCopyIcon, present.PageHistory: theme.HistoryIcon,
}

func (n *navigation) pageRow(p present.Page, here bool) fyne.CanvasObject {
	k := n.window.kit
	c, look := colorMuted, lookNavigation
	s := styleBody
	if here {
		c, look.fill, s = colorAccent, colorAccentSoft, styleStrong.in(colorAccent)
	}
	row := newPress(k.control("page."+string(p), "page"), look,
		newRow(10, 1, glyph(pageIcons[p](), c), newText(s, k.key("page."+string(p)))), func() { n.window.desk.Go(p) })
	if here {
		n.here = row
	}
	return row
}

func (n *navigation) stepRow(i int, s present.StepView, here bool) fyne.CanvasObject {
	k, w := n.window.kit, n.window
	look, style := lookNavigation, styleBody
	if here {
		look.fill, style = colorAccentSoft, styleStrong.in(colorAccent)
	}
	icon, c := stepMark(s.Mark)
	content := newRow(10, 1, glyph(icon, c), newText(style, k.stepName(s.ID)))
	if t := k.stepCount(s); t != "" {
		add(content, newText(textStyle{size: sizeCaption, color: c, line: true}, t))
	}
	row := newPress(k.control("step."+string(s.ID), "step"), look, content, func() {
		w.desk.Go(present.PageForm)
		w.desk.Form().Show(s.ID)
	})
	if here {
		n.here = row
	}
	return row
}

func stepMark(m present.StepMark) (fyne.Resource, fyne.ThemeColorName) {
	switch m {
	case present.StepDone:
		return theme.ConfirmIcon(), colorGood
	case present.StepMissing:
		return theme.ErrorIcon(), colorBad
	case present.StepDoubt:
		return theme.WarningIcon(), colorWarn
	}
	return theme.RadioButtonIcon(), colorMuted
}

// stepCount says what a step still lacks.
func (k *kit) stepCount(s present.StepView) string {
	switch {
	case s.ID == present.StepReview:
		return ""
	case s.Missing > 0:
		return k.key("step.missing", "count", s.Missing)
	case s.Doubts > 0:
		return k.key("step.doubts", "count", s.Doubts)
	}
	return ""
}

func (k *kit) stepName(s exam.StepID) string { return k.key("step." + string(s)) }

// header is the strip above the page: what is saved, where it is, and the line. Its
// buttons stay the same while the words around them change: pressing one leaves a
// field, which saves and says so before the button is released.
type header struct {
	window *Window
	box    *fyne.Container
	drawn  string

	back, pill *Press
	alarm      fyne.CanvasObject // stands across the whole width; nil while all is well

	height float32
}

func newHeader(w *Window) *header {
	k := w.kit
	look := lookBare
	look.corner = 14 * textScale()
	return &header{window: w, box: newOver(), back: k.iconButton("action.back", theme.NavigateBackIcon(), k.key("back"), w.desk.Back),
		pill: newPress(k.control("page.queue", "pill"), look, space(0, 0), func() { w.desk.Go(present.PageQueue) })}
}

func (h *header) refresh() {
	w, k := h.window, h.window.kit
	objects := []fyne.CanvasObject{}
	drawn := ""
	title := k.key("page." + string(w.desk.Page()))
	var left fyne.CanvasObject = newText(styleCaption, title)
	if w.desk.Page() != present.PageHome {
		left = newRow(gapSmall, 1, h.back, left)
	}
	objects = append(objects, left)
	if alarm := h.alarmed(); sketched(alarm) != sketched(h.alarm) {
		h.alarm = alarm
	}
	drawn += sketched(h.alarm)
	if f := w.desk.Form(); f != nil && w.desk.Page() != present.PageHome {
		tone, saved := f.Saved()
		icon := theme.ConfirmIcon()
		if tone == present.Busy {
			icon = theme.ViewRefreshIcon()
		}
		if tone != present.Trouble {
			objects = append(objects, newRow(6, 1, glyph(icon, colorMuted), newText(textStyle{size: sizeCaption, color: colorMuted, line: true}, k.say(saved))))
		}
		whereTone, where := f.Where()
		objects = append(objects, badge(whereTone, k.say(where)))
		drawn += k.say(saved) + k.say(where)
	}
	tone, pill := w.desk.Pill()
	objects = append(objects, h.pill)
	drawn += k.say(pill) + title
	if drawn == h.drawn {
		return
	}
	h.drawn = drawn
	h.pill.content = badge(tone, k.say(pill))
	back := canvas.NewRectangle(tint(colorPage))
	strip := container.New(&inset{left: gapLarge, top: gapSmall, right: gapLarge, bottom: gapSmall}, container.New(&bar{gap: gap}, objects...))
	h.box.Objects = []fyne.CanvasObject{back, newColumn(0, strip, rule(), h.alarm)}
	h.box.Refresh()
	if height := h.box.MinSize().Height; height != h.height {
		h.height = height
		w.win.Content().Refresh() // the page begins elsewhere
	}
}

// alarmed is what stands above every page while the store does not do its work, nil
// else.
func (h *header) alarmed() fyne.CanvasObject {
	w, k := h.window, h.window.kit
	text, bad := w.desk.Alarm()
	if !bad {
		return nil
	}
	c := tones[present.Trouble]
	said := newColumn(gapTiny, newText(styleStrong.in(c.ink), k.say(text)))
	line := newRow(gapSmall, 0, newRow(gapSmall, 1, top(glyph(theme.WarningIcon(), c.ink)), said))
	if where, unsaved := w.desk.Elsewhere(); unsaved {
		if !where.Empty() {
			add(said, newText(styleBody.in(c.ink), k.say(where)))
		}
		add(line, k.secondary("action.choose.elsewhere", k.key("elsewhere.save"), func() { w.chooseFolder(w.desk.SaveElsewhere) }))
	}
	return stripe(c.soft, line)
}
