package ui

import (
	"context"
	"image"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"wenbao/exam"
	"wenbao/ui/native"
	"wenbao/ui/present"
)

// Window is the one window: navigation at the left, the page at the right, what
// must always be in sight above it.
type Window struct {
	app  fyne.App
	win  fyne.Window
	desk *present.Desk
	loop present.Loop
	lang string // the system's language, for those who chose none
	kit  *kit

	page    view
	shown   shownPage
	dark    bool // as it was built
	fresh   bool // the page has not got the focus yet
	nav     *navigation
	head    *header
	body    *fyne.Container // the page
	foot    *fyne.Container // what can be undone
	asked   *widget.PopUp
	over    fyne.CanvasObject // what lies over the page, while something does
	strip   *Text             // says on every page that it is practice; nil outside
	entries map[string]*Entry // of the page, so that typing outlives a rebuilding
	typed   map[string]string // what they had before the window was built anew

	pictures map[*byte]image.Image               // decoded photos by their bytes
	drops    map[exam.FileKind]fyne.CanvasObject // cards of evidence that files can be dropped on
	codes    map[string]image.Image              // square codes by their text
	network  *present.Network                    // as chosen on the settings page and not kept yet

	copied   [2]string // field and value that were copied last
	chooser  Chooser   // nil: files are chosen in a drawn dialog
	choosing bool      // in the system's dialog
}

// entry gives the page's field of that id, the same while the page is shown.
func (w *Window) entry(id string) *Entry {
	e, ok := w.entries[id]
	if !ok {
		e = newEntry(w.kit.control(id, "entry"), 1)
		e.Text = w.typed[id]
		w.entries[id] = e
	}
	return e
}

// view is a page that is shown.
type view interface {
	object() fyne.CanvasObject
	// refresh brings the page up to date with its presenter.
	refresh()
	// scroller is what scrolls to bring a control into sight.
	scroller() *pane
}

// shownPage is what a view was built for; another one needs another view.
type shownPage struct {
	page  present.Page
	draft string
	look  present.Preferences
}

// Config is what a window is made from. Ports are needed by [New] alone.
type Config struct {
	App     fyne.App
	Window  fyne.Window
	Look    present.Preferences // as kept last
	Ports   present.Ports
	Loop    present.Loop
	Lang    string  // the system's language
	Inspect string  // file that gets a map of the controls; "" none
	Chooser Chooser // nil: files are chosen in a drawn dialog
}

// New fills a window and reads what it shows. It must run on the window's
// goroutine, as everything in this package.
func New(c Config) *Window {
	w := &Window{app: c.App, win: c.Window, loop: c.Loop, lang: c.Lang, chooser: c.Chooser, pictures: map[*byte]image.Image{}}
	if c.Ports.Bell == nil {
		c.Ports.Bell = bell{w}
	}
	w.desk = present.NewDesk(c.Ports, c.Loop, w.refresh)
	w.win.SetPadded(false)
	w.dress()
	w.keys()
	w.win.SetOnDropped(w.dropped)
	w.win.SetCloseIntercept(w.Close)
	if c.Inspect != "" {
		w.inspectPages(c.Inspect)
	}
	if l, ok := c.Loop.(*Loop); ok { // the system turns dark or light, and says so only after the start
		w.app.Settings().AddListener(func(fyne.Settings) { l.do(w.refresh) })
	}
	w.desk.Start()
	return w
}

// Desk is what the window shows; the program tells it of changes.
func (w *Window) Desk() *present.Desk { return w.desk }

// dress applies the candidate's choices and builds everything anew.
func (w *Window) dress() {
	look := w.desk.Look()
	w.kit = &kit{words: words(look, w.lang), hooks: &hooks{focused: w.focused, key: w.key, shortcut: w.shortcut, caret: w.caret,
		over: func(o fyne.CanvasObject) { w.over = o }}}
	wear(w.app, lookOf(look))
	w.dark = dark()
	w.nav, w.head = newNavigation(w), newHeader(w)
	w.body, w.foot = container.NewStack(), newColumn(0)
	focus, _ := w.win.Canvas().Focused().(identified)
	w.page = nil
	frame := &shell{strip: w.practice(), nav: w.nav.box, head: w.head.box, body: w.body, foot: newPane(w.foot)}
	w.win.SetContent(container.New(frame, existing([]fyne.CanvasObject{frame.strip, w.body, w.head.box, frame.foot.Container, w.nav.box})...))
	w.show()
	if focus != nil {
		w.Bring(focus.controlID())
	}
}

// practice is the strip that no page is without in practice mode.
func (w *Window) practice() fyne.CanvasObject {
	if !w.desk.Practice() {
		return nil
	}
	w.strip = newText(textStyle{size: sizeCaption, color: colorWarn, bold: true}, w.kit.say(w.desk.Strip()))
	w.strip.style.align = fyne.TextAlignCenter
	return surface(colorWarnSoft, colorNone, 0, 4, w.strip)
}

// refresh brings the window up to date after anything may have changed.
func (w *Window) refresh() {
	if w.kit == nil {
		return // still being made
	}
	if w.shown.look != (present.Preferences{}) && (styled(w.shown.look) != styled(w.desk.Look()) || w.dark != dark()) {
		w.dress()
		return
	}
	w.show()
}

// styled is the part of the preferences that shows.
func styled(p present.Preferences) present.Preferences {
	return present.Preferences{Lang: p.Lang, TextScale: p.TextScale, Brightness: p.Brightness}
}

func (w *Window) show() {
	now := shownPage{page: w.desk.Page(), look: w.desk.Look()}
	if f := w.desk.Form(); f != nil && now.page != present.PageHome {
		now.draft = string(f.ID())
	}
	same := w.shown.page == now.page && w.shown.draft == now.draft
	fresh := w.page == nil || !same
	w.shown = now
	w.nav.refresh()
	w.head.refresh() // before the page, which it would lay out and draw once more
	if w.strip != nil {
		if text := w.kit.say(w.desk.Strip()); text != w.strip.content {
			w.strip.set(text, colorWarn)
			w.win.Content().Refresh() // it may take another line
		}
	}
	if fresh {
		w.uncover() // it belongs to a page that is gone
		w.begin(same)
		w.page = w.build(now.page)
		w.body.Objects = []fyne.CanvasObject{w.page.object()}
		w.body.Layout.Layout(w.body.Objects, w.body.Size())
		canvas.Refresh(w.body)
	} else {
		w.page.refresh()
	}
	w.showFoot()
	w.showAsk()
	w.win.SetTitle(w.kit.say(w.desk.Title()))
	w.lighten()
	w.fresh = w.fresh || fresh || w.ghost()
	if w.fresh && !(now.page == present.PageHome && w.desk.Home().Loading) { // what can be done there comes with the list
		w.fresh = false
		w.focusFirst()
	}
}

// begin forgets what was typed into the page before and kept nowhere, unless the
// same page is only built anew.
func (w *Window) begin(same bool) {
	w.typed = map[string]string{}
	if same {
		for id, e := range w.entries {
			w.typed[id] = e.Text
		}
	} else {
		w.network = nil
	}
	w.entries = map[string]*Entry{}
}

// ghost tells whether the control with the focus is gone from the window.
func (w *Window) ghost() bool {
	c := w.win.Canvas()
	o, ok := c.Focused().(identified)
	return ok && c.Overlays().Top() == nil && !within(w.win.Content(), o)
}

func (w *Window) build(p present.Page) view {
	switch p {
	case present.PageForm:
		return newFormPage(w)
	case present.PageRegistration:
		return newPlainPage(w, w.registrationPage)
	case present.PagePrint:
		return newPlainPage(w, w.printPage)
	case present.PageVerify:
		return newPlainPage(w, w.verifyPage)
	case present.PageHistory:
		return newPlainPage(w, (&historyPage{window: w}).build)
	case present.PageConflict:
		return newPlainPage(w, newConflictPage(w).build)
	case present.PageOfficial:
		return newPlainPage(w, w.officialPage)
	case present.PageQueue:
		return newPlainPage(w, (&queuePage{window: w}).build)
	case present.PageNotices:
		return newPlainPage(w, w.noticesPage)
	case present.PageHelp:
		return newPlainPage(w, newHelpPage(w).build)
	case present.PagePayment:
		return newPlainPage(w, w.paymentPage)
	case present.PagePractice:
		return newPlainPage(w, w.practicePage)
	case present.PageSettings:
		return newPlainPage(w, w.settingsPage)
	}
	return newPlainPage(w, newHomePage(w).build)
}

// plainPage is a page without typing: it is built anew when something changed,
// and keeps its place and its focus.
type plainPage struct {
	window *Window
	make   func() fyne.CanvasObject
	pane   *pane
}

const pageWidth = 1040

func newPlainPage(w *Window, build func() fyne.CanvasObject) *plainPage {
	p := &plainPage{window: w, make: build}
	p.pane = newPane(p.content())
	return p
}

func (p *plainPage) content() fyne.CanvasObject {
	return padded(gapHuge, held(pageWidth, p.make()))
}

func (p *plainPage) object() fyne.CanvasObject { return p.pane.Container }
func (p *plainPage) scroller() *pane           { return p.pane }

func (p *plainPage) refresh() {
	content := p.content()
	if sketch(content) == sketch(p.pane.scroll.Content) {
		if len(p.window.entries) > 0 {
			p.pane.settle() // what was thrown away laid out the fields that both share
		}
		return
	}
	p.window.keepFocus(func() {
		p.pane.scroll.Content = content
		p.pane.settle()
	})
}

// keepFocus runs a change that replaces controls and gives the focus to the
// control of the same id afterwards, or to the one in its place when it is gone.
func (w *Window) keepFocus(change func()) {
	c := w.win.Canvas()
	before, _ := c.Focused().(identified)
	place := slices.Index(w.stops(), before)
	change()
	if place < 0 {
		return
	}
	after := w.stops()
	if i := slices.IndexFunc(after, func(o identified) bool { return o.controlID() == before.controlID() }); i >= 0 {
		place = i
	}
	if len(after) == 0 {
		c.Unfocus()
		return
	}
	if o := after[min(place, len(after)-1)]; o != before {
		c.Focus(o.(fyne.Focusable))
	}
}

// stops are the controls of the page at which the Tab key stops, in their order.
func (w *Window) stops() (list []identified) {
	walk(w.body, func(o identified) {
		if d, ok := o.(fyne.Disableable); !ok || !d.Disabled() {
			list = append(list, o)
		}
	})
	return list
}

// find gives the first control on the page that fits.
func (w *Window) find(fits func(identified) bool) (identified, bool) {
	var found identified
	walk(w.body, func(o identified) {
		if found == nil && fits(o) {
			found = o
		}
	})
	return found, found != nil
}

// focusFirst gives the focus to the first field of a page, so that typing can
// begin at once. A page opens at its top: where the field lies further down, what
// stands above it is to be read first.
func (w *Window) focusFirst() {
	o, ok := w.find(func(i identified) bool {
		d, can := i.(fyne.Disableable)
		return !can || !d.Disabled()
	})
	if !ok || !w.page.scroller().shows(o) {
		w.win.Canvas().Unfocus()
		return
	}
	w.win.Canvas().Focus(o.(fyne.Focusable))
}

// focusField brings a field of the page into sight and gives it the focus.
func (w *Window) focusField(path string) {
	fits := func(i identified) bool { return i.controlID() == path || optionOf(i.controlID(), path) }
	o, ok := w.find(fits)
	if !ok {
		o, ok = w.page.scroller().fetch(fits)
	}
	if ok {
		w.win.Canvas().Focus(o.(fyne.Focusable))
	}
}

func optionOf(id, path string) bool {
	return len(id) > len(path) && id[:len(path)] == path && id[len(path)] == '='
}

// Bring brings a control of the page into sight and gives it the focus.
func (w *Window) Bring(id string) { w.focusField(id) }

// focused is told of every control that gets the focus.
func (w *Window) focused(o fyne.CanvasObject) {
	if w.page != nil && within(w.body, o) {
		w.page.scroller().reveal(o)
	}
}

// caret tells the system where text is typed, for the input method's candidates.
func (w *Window) caret(e *Entry) {
	c := w.win.Canvas()
	if c.Focused() != fyne.Focusable(e) {
		return // every field tells of its cursor whenever it is drawn
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(e).Add(e.CursorPosition())
	x, y := c.PixelCoordinateForPosition(at)
	_, below := c.PixelCoordinateForPosition(at.AddXY(0, fyne.MeasureText("M", sizeOf(sizeBody), e.TextStyle).Height))
	native.Caret(w.win, x, y, below-y)
}

// within tells whether o stands on the page.
func within(page fyne.CanvasObject, o fyne.CanvasObject) bool {
	found := false
	walk(page, func(i identified) { found = found || fyne.CanvasObject(i) == o })
	return found
}

// showFoot says what can be undone, what the store has to tell, and that the
// program ended by itself last time.
func (w *Window) showFoot() {
	var lines []fyne.CanvasObject
	if reports := w.desk.Reports(); len(reports) > 0 {
		said := newColumn(gapTiny)
		for _, r := range reports {
			add(said, newText(styleBody.in(tones[r.Tone].ink), w.kit.say(r.Text)))
		}
		drop := w.kit.plain("action.reports.drop", w.kit.key("reports.drop"), w.desk.DropReports)
		lines = append(lines, rule(), stripe(tones[reports[0].Tone].soft, newRow(gap, 0, said, drop)))
	}
	if text, offered, ok := w.desk.Crash(); ok {
		drop := w.kit.plain("action.crash.drop", w.kit.key("crash.drop"), w.desk.DropCrash)
		var keep fyne.CanvasObject
		if offered {
			keep = w.kit.secondary("action.crash.keep", w.kit.key("crash.keep"), w.desk.KeepCrash)
		}
		lines = append(lines, rule(), stripe(colorWarnSoft, newRow(gap, 0, existing([]fyne.CanvasObject{body(w.kit.say(text)), keep, drop})...)))
	}
	if text, ok := w.desk.Undoable(); ok {
		undo := w.kit.secondary("action.undo", w.kit.key("undo"), w.desk.UndoLast)
		lines = append(lines, rule(), stripe(colorSidebar, newRow(gap, 0, body(w.kit.say(text)), undo)))
	}
	if sketch(newColumn(0, lines...)) == sketch(newColumn(0, w.foot.Objects...)) {
		return // refreshing the whole window for nothing would make every key slow, and lose a click
	}
	w.foot.Objects = lines
	w.win.Content().Refresh()
}

func (w *Window) showAsk() {
	a, ok := w.desk.Asked()
	if !ok {
		if w.asked != nil {
			w.asked.Hide()
			w.asked = nil
		}
		return
	}
	if w.asked != nil {
		return
	}
	no := w.kit.secondary("action.no", w.kit.key("cancel"), func() { w.desk.Answer(false) })
	yes := w.kit.danger("action.yes", w.kit.say(a.Yes), func() { w.desk.Answer(true) })
	box := newColumn(gap, heading(w.kit.say(a.Title)), body(w.kit.say(a.Text)), newFlow(gapSmall, no, yes))
	width := min(460*textScale(), w.win.Canvas().Size().Width-gapHuge*2)
	w.asked = widget.NewModalPopUp(container.New(&fixedWidth{width / textScale()}, padded(gapLarge, box)), w.win.Canvas())
	w.over = w.asked.Content
	w.asked.Show()
	w.win.Canvas().Focus(no)
}

// key is every key that a control has no use for.
func (w *Window) key(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		w.win.Canvas().FocusNext()
	case fyne.KeyUp:
		w.win.Canvas().FocusPrevious()
	case fyne.KeyEscape:
		w.escape()
	case fyne.KeyF1:
		w.desk.Go(present.PageHelp)
	case fyne.KeyPageDown, fyne.KeyPageUp:
		w.turn(e.Name == fyne.KeyPageDown)
	}
}

func (w *Window) turn(down bool) {
	p := w.page.scroller()
	by := p.scroll.Size().Height * 0.8
	if !down {
		by = -by
	}
	p.to(fyne.NewPos(0, max(p.scroll.Offset.Y+by, 0)))
}

func (w *Window) escape() {
	if _, ok := w.desk.Asked(); ok {
		w.desk.Answer(false)
		return
	}
	if w.win.Canvas().Overlays().Top() != nil {
		w.uncover() // a list or a dialog in which nothing has the focus
		return
	}
	w.desk.Back()
}

// uncover takes away what lies over the page.
func (w *Window) uncover() {
	if w.asked != nil {
		w.asked.Hide()
		w.asked = nil
	}
	over := w.win.Canvas().Overlays()
	if list := over.List(); len(list) > 0 {
		over.Remove(list[0]) // and all above it
	}
}

// chords are the window's shortcuts; present.Shortcuts lists them for people.
func (w *Window) chords() map[string]func() {
	form := func(do func(*present.Form)) func() {
		return func() {
			if f := w.desk.Form(); f != nil {
				do(f)
			}
		}
	}
	onForm := func(do func(*present.Form)) func() {
		return form(func(f *present.Form) {
			if w.desk.Page() == present.PageForm {
				do(f)
			}
		})
	}
	return map[string]func(){
		chord(fyne.KeyS):                      form((*present.Form).SaveNow),
		chord(fyne.KeyReturn):                 onForm((*present.Form).Next),
		chord(fyne.KeyEnter):                  onForm((*present.Form).Next),
		chord(fyne.KeyP):                      form(func(*present.Form) { w.desk.Go(present.PagePrint) }),
		chord(fyne.KeyPageDown):               onForm((*present.Form).Next),
		chord(fyne.KeyPageUp):                 onForm((*present.Form).Previous),
		(&fyne.ShortcutUndo{}).ShortcutName(): w.desk.UndoLast,
	}
}

func chord(k fyne.KeyName) string {
	return (&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}).ShortcutName()
}

// shortcut runs a shortcut of the window and tells whether it was one.
func (w *Window) shortcut(s fyne.Shortcut) bool {
	do := w.chords()[s.ShortcutName()]
	if do == nil {
		return false
	}
	do()
	return true
}

func (w *Window) keys() {
	c := w.win.Canvas()
	c.SetOnTypedKey(w.key)
	for _, k := range []fyne.KeyName{fyne.KeyS, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyP, fyne.KeyPageDown, fyne.KeyPageUp} {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}, func(s fyne.Shortcut) { w.shortcut(s) })
	}
	c.AddShortcut(&fyne.ShortcutUndo{}, func(s fyne.Shortcut) { w.shortcut(s) })
}

func (w *Window) dropped(at fyne.Position, uris []fyne.URI) {
	var paths []string
	for _, u := range uris {
		paths = append(paths, u.Path())
	}
	f := w.desk.Form()
	kind, on := w.droppedAt(at)
	switch {
	case w.desk.Page() == present.PageVerify:
		w.desk.CheckFiles(paths...)
	case f == nil:
	case on && w.desk.Page() == present.PageForm && f.At() == exam.StepEvidence:
		f.DropOn(kind, paths)
	default:
		f.Drop(paths)
	}
}

// Close keeps the window's size and place, saves what is typed and ends; what the
// disk does not take is asked about first.
func (w *Window) Close() {
	size := w.win.Canvas().Size()
	spot, placed := native.Place(w.win)
	w.desk.Prefer(func(p *present.Preferences) {
		p.Width, p.Height = size.Width, size.Height
		p.Placed, p.X, p.Y = placed, spot.X, spot.Y
	})
	w.desk.Close(func() {
		w.loop.Go(context.Background(), func(context.Context) func() { return func() { Quit(w.app, w.loop) } })
	})
}

// front is what takes input now: the page, or what lies over it. Fyne does not
// tell what a list or a question holds, so those who open one do.
func (w *Window) front() fyne.CanvasObject {
	if w.win.Canvas().Overlays().Top() != nil && w.over != nil {
		return w.over
	}
	return w.win.Content()
}

// walk calls see for every control in sight of a tree, in reading order.
func walk(o fyne.CanvasObject, see func(identified)) {
	if o == nil || !o.Visible() {
		return
	}
	if i, ok := o.(identified); ok {
		see(i)
	}
	for _, child := range children(o) {
		walk(child, see)
	}
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch v := o.(type) {
	case *fyne.Container:
		return v.Objects
	case *pane:
		return v.Objects
	case *container.Scroll:
		return []fyne.CanvasObject{v.Content}
	case *Press:
		return []fyne.CanvasObject{v.content}
	case *Picker:
		return []fyne.CanvasObject{v.content}
	}
	return nil
}
