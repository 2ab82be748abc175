package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// homePage is 首页: what to do next, in one look.
type homePage struct {
	window *Window
	search *Entry
	rows   rowKeeper
}

func newHomePage(w *Window) *homePage {
	h := &homePage{window: w, search: newEntry(w.kit.control("home.search", "entry"), 1)}
	h.search.SetPlaceHolder(w.kit.key("home.search"))
	h.search.SetText(w.desk.HomeSearch())
	h.search.changed = w.desk.Search
	return h
}

func (h *homePage) build() fyne.CanvasObject {
	w, k, v := h.window, h.window.kit, h.window.desk.Home()
	begin := k.primary("action.new", k.key("home.new"), w.desk.New)
	box := newColumn(gapLarge)
	switch {
	case v.Loading:
		add(box, caption(k.key("home.loading")))
	case v.Unread && len(v.Rows) == 0:
		add(box, title(k.key("home.title")))
		add(box, body(k.key("home.failed")))
		add(box, newFlow(0, k.primary("action.read_again", k.key("home.again"), w.desk.ReadAgain)))
	case v.First:
		add(box, h.welcome(begin))
	default:
		add(box, newRow(gap, 0, title(k.key("home.title")), begin))
		if v.Total > 4 || v.Search != "" {
			add(box, held(420, h.search))
		}
		add(box, keepList(&h.rows, gapLarge, v.Rows, func(r present.HomeRow) string { return fmt.Sprint(r) }, h.row))
		if len(v.Rows) == 0 && !v.Unread {
			add(box, caption(k.key("home.none_found")))
		}
		if len(v.Rows) < v.Total {
			add(box, caption(k.key("home.shown", "shown", len(v.Rows), "total", v.Total)))
		}
	}
	days := w.daysCard()
	if days == nil {
		return box
	}
	return newBeside(formWidth, asideWidth, box, days)
}

func (h *homePage) welcome(begin fyne.CanvasObject) fyne.CanvasObject {
	k := h.window.kit
	box := newColumn(gapLarge, newColumn(gapSmall, title(k.key("welcome.title")), body(k.key("welcome.text"))))
	for _, p := range []string{"offline", "checks", "proof"} {
		icon := container.New(&inset{top: 2}, glyph(theme.ConfirmIcon(), colorGood))
		add(box, newRow(gap, 1, top(icon), newColumn(2, newText(styleStrong, k.key("welcome."+p)), caption(k.key("welcome."+p+".text")))))
	}
	add(box, newFlow(0, begin))
	add(box, caption(k.key("welcome.not_official")))
	return box
}

func (h *homePage) row(r present.HomeRow) fyne.CanvasObject {
	w, k := h.window, h.window.kit
	id := string(r.ID)
	head := newRow(gap, 0, newText(styleHeading, k.say(r.Name)), badge(r.StateTone, k.say(r.State)))
	content := newColumn(6, head, caption(k.say(r.About)), newRow(gapSmall, 1, glyph(theme.NavigateNextIcon(), colorAccent), newText(styleBody, k.say(r.Next))),
		newFlow(gap, badge(r.WhereTone, k.say(r.Where)), caption1(k.key("home.updated", "time", r.Updated.Local()))))
	open := newPress(k.control("draft."+id, "draft"), lookCard, content, func() { w.desk.Open(r.ID) })
	if !r.Deletable {
		return open
	}
	remove := k.button("action.delete."+id, lookPlain, textStyle{size: sizeCaption, color: colorMuted}, nil, k.key("delete"), func() { w.desk.Delete(r.ID) })
	return newRow(gapSmall, 0, open, remove)
}

func caption1(s string) *Text { return newText(styleCaption.oneLine(), s) }

// queuePage is 发件箱: what waits, where its bytes are, the next attempt.
type queuePage struct {
	window *Window
	rows   rowKeeper
}

func (q *queuePage) build() fyne.CanvasObject {
	w, k := q.window, q.window.kit
	tone, pill := w.desk.Pill()
	line := w.desk.Line()
	box := newColumn(gapLarge, title(k.key("page.queue")),
		banner(tone, k.say(pill), k.say(line.About())))
	if line.State == present.LineNone {
		return box
	}
	add(box, newFlow(gap, k.secondary("action.try_now", k.key("queue.try_now"), w.desk.TryNow)))
	if sent := w.desk.Sent(); !sent.Empty() {
		add(box, newColumn(gapSmall, body(k.say(sent)), progress(line.Round.Sent, max(line.Round.Bytes, 1))))
	}
	if !line.Last.IsZero() {
		add(box, caption(k.key("queue.last", "time", line.Last.Local())))
	}
	rows, all := w.desk.Queue(), w.desk.Queued()
	switch {
	case !w.desk.QueueRead():
		add(box, caption(k.key("queue.reading")))
	case all == 0:
		add(box, caption(k.key("queue.empty")))
	}
	add(box, keepList(&q.rows, gapLarge, rows, func(r present.QueueRow) string { return fmt.Sprint(r) }, q.row))
	if len(rows) < all {
		add(box, caption(k.key("queue.shown", "shown", len(rows), "total", all)))
	}
	return box
}

func (q *queuePage) row(r present.QueueRow) fyne.CanvasObject {
	w, k := q.window, q.window.kit
	inner := newColumn(gapSmall, newRow(gap, 0, newText(styleStrong, k.say(r.What)), badge(r.Tone, k.say(r.Where))), caption(k.say(r.Next)))
	if p := r.Progress; p.OfBytes > 0 {
		add(inner, progress(p.Bytes, p.OfBytes))
		add(inner, caption(k.key("queue.bytes", "done", present.Size(p.Bytes), "all", present.Size(p.OfBytes))))
	}
	add(inner, newFlow(0, k.plain("action.open."+string(r.ID), k.key("queue.open"), func() { w.desk.Open(r.Draft) })))
	return card(inner)
}

// noticesPage is 通知.
func (w *Window) noticesPage() fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, title(k.key("page.notices")), caption(k.key("notices.about")))
	list := w.desk.Notices()
	for _, n := range list {
		add(box, banner(n.Tone, "", k.say(n.Text)))
	}
	if len(list) == 0 {
		add(box, caption(k.key("notices.empty")))
	}
	days := w.daysCard()
	if days == nil {
		return box
	}
	return newBeside(formWidth, asideWidth, box, days)
}

// helpPage is 帮助: answers to what candidates really ask.
type helpPage struct {
	window *Window
	search *Entry
}

func newHelpPage(w *Window) *helpPage {
	h := &helpPage{window: w, search: newEntry(w.kit.control("help.search", "entry"), 1)}
	h.search.SetPlaceHolder(w.kit.key("help.search"))
	h.search.SetText(w.desk.HelpSearch())
	h.search.changed = w.desk.SearchHelp
	return h
}

func (h *helpPage) build() fyne.CanvasObject {
	w, k := h.window, h.window.kit
	box := newColumn(gapLarge, title(k.key("page.help")), h.search)
	answers := w.desk.Help(k.words)
	for _, a := range answers {
		add(box, newColumn(gapTiny, newText(styleStrong, k.say(a.Question)), body(k.say(a.Answer))))
	}
	if len(answers) == 0 {
		add(box, caption(k.key("help.none")))
	}
	keys := newColumn(gapSmall, newText(styleStrong, k.key("help.keys")))
	for _, s := range present.Shortcuts {
		add(keys, newColumn(0, newText(textStyle{size: sizeCaption, color: colorText, bold: true}, s.Keys), caption(k.key("key."+s.ID))))
	}
	aside := newColumn(gap, surface(colorCard, colorLine, radiusCard, 16, keys), w.contactsCard())
	return newBeside(formWidth, asideWidth, box, aside)
}

func (w *Window) contactsCard() fyne.CanvasObject {
	k := w.kit
	box := newColumn(gapSmall, newText(styleStrong, k.key("help.contacts")))
	list := w.desk.Contacts()
	for _, c := range list {
		reach := c.Phone
		if reach == "" {
			reach = c.URL
		}
		add(box, newColumn(0, body(k.say(present.Named(c.Name))), newText(styleStrong, reach), caption(k.say(present.Named(c.Hours)))))
	}
	if len(list) == 0 {
		add(box, caption(k.key("help.no_contacts")))
	}
	return surface(colorCard, colorLine, radiusCard, 16, box)
}

// officialPage is 官网助手: every field in the official site's order, to copy.
func (w *Window) officialPage() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	box := newColumn(gapLarge, title(k.key("page.official")), body(k.key("official.about")))
	if site := f.OfficialSite(); site != "" {
		add(box, banner(present.Warning, k.key("official.warning.title"), k.key("official.warning.text", "address", site),
			k.secondary("action.official", k.key("official.open"), func() { w.desk.ShowFile(site) })))
	}
	if f.Photo().Photo != nil {
		row := newFlow(gap, k.secondary("action.keep_photo", k.key("official.photo"), f.KeepPhoto))
		if path := w.desk.Kept(); path != "" {
			add(row, caption(path))
		}
		add(box, row)
	}
	filled := f.Official()
	if len(filled) == 0 {
		add(box, caption(k.key("official.empty")))
	}
	var sections []fyne.CanvasObject
	for _, s := range filled {
		rows := newColumn(6, heading(k.say(s.Name)))
		for _, r := range s.Rows {
			add(rows, w.copyRow(r))
		}
		sections = append(sections, card(rows))
	}
	return held(820, add(box, newLongList(gapLarge, sections)))
}

func (w *Window) copyRow(r present.CopyRow) fyne.CanvasObject {
	k := w.kit
	value := k.say(r.Value)
	what, icon := "copy", theme.ContentCopyIcon()
	if w.copied == [2]string{r.Path, value} {
		what, icon = "copied", theme.ConfirmIcon()
	}
	b := k.button("copy."+r.Path, lookPlain, textStyle{size: sizeCaption, color: colorAccent}, icon, k.key(what), func() {
		w.app.Clipboard().SetContent(value)
		w.copied = [2]string{r.Path, value}
		w.refresh()
	})
	b.look.padY = 3
	return newRow(gap, 1, container.New(&fixedWidth{190}, caption(k.say(r.Field))), body(value), b)
}

// historyPage is 历史: older versions, what each changed, and the way back.
type historyPage struct {
	window *Window
	rows   rowKeeper
}

func (h *historyPage) build() fyne.CanvasObject {
	k, f := h.window.kit, h.window.desk.Form()
	box := newColumn(gap, title(k.key("page.history")), caption(k.key("history.about")))
	h.window.outcome(box)
	list := f.Past()
	var newest uint64
	if len(list) > 0 {
		newest = list[0].Revision
	}
	open, changes := f.Compared()
	read, failed := f.PastRead()
	key := func(v present.Version) string {
		if v.Revision != open {
			return fmt.Sprint(v, v.Revision == newest)
		}
		return fmt.Sprint(v, v.Revision == newest, changes == nil, changes)
	}
	add(box, keepList(&h.rows, gap, list, key, func(v present.Version) fyne.CanvasObject { return h.row(v, v.Revision == newest) }))
	switch {
	case !read:
		add(box, caption(k.key("history.reading")))
	case failed:
		add(box, body(k.key("history.failed")))
		add(box, newFlow(0, k.primary("action.read_again", k.key("home.again"), f.ReadPast)))
	case len(list) == 0:
		add(box, caption(k.key("history.empty")))
	}
	return held(formWidth, box)
}

func (h *historyPage) row(v present.Version, newest bool) fyne.CanvasObject {
	k, f := h.window.kit, h.window.desk.Form()
	open, changes := f.Compared()
	tools := newRow(gapSmall, -1)
	word := "history.compare"
	if open == v.Revision {
		word = "history.close"
	}
	if f.Comparable(v.Revision) {
		add(tools, k.plain("action.compare."+k.revision(v), k.key(word), func() { f.Compare(v.Revision) }))
	}
	if newest {
		add(tools, badge(present.Calm, k.key("history.now")))
	} else {
		add(tools, k.secondary("action.restore."+k.revision(v), k.key("history.restore"), func() { f.Restore(v.Revision) }))
	}
	when := v.Saved.Local().Format("2006-01-02 15:04:05")
	row := newColumn(gapSmall, newRow(gap, 0, newColumn(0, newText(styleStrong, when), caption(k.key("history.row", "revision", k.revision(v), "state", present.T("ui.state."+string(v.State))))), tools))
	if open == v.Revision {
		add(row, h.window.changeList(changes))
	}
	return card(row)
}

// changeList says what became of each field; nil while it is being read.
func (w *Window) changeList(list []present.Change) fyne.CanvasObject {
	k := w.kit
	box := newColumn(6)
	switch {
	case list == nil:
		add(box, caption(k.key("history.reading")))
	case len(list) == 0:
		add(box, caption(k.key("history.same")))
	}
	for _, c := range list {
		from, to := orNone(k, k.say(c.From)), orNone(k, k.say(c.To))
		add(box, newRow(gap, 1, container.New(&fixedWidth{150}, caption(k.say(c.Field))), body(k.key("compare.row", "from", from, "to", to))))
	}
	return surface(colorSidebar, colorNone, radius, gap, box)
}

func (k *kit) revision(v present.Version) string { return k.say(present.Plain(uintText(v.Revision))) }

// conflictPage is the desk where two versions meet: base, mine, theirs per field.
type conflictPage struct {
	window *Window
	theirs map[string]bool
}

func newConflictPage(w *Window) *conflictPage {
	return &conflictPage{window: w, theirs: map[string]bool{}}
}

func (c *conflictPage) build() fyne.CanvasObject {
	w, k, f := c.window, c.window.kit, c.window.desk.Form()
	m := f.Meeting()
	box := newColumn(gapLarge, title(k.key("page.conflict")))
	w.outcome(box)
	if m.Theirs.Who.Empty() {
		add(box, banner(present.Good, k.key("conflict.none"), k.key("conflict.none.text")))
		return held(820, box)
	}
	about := "conflict.about"
	if len(m.Decide) == 0 {
		about = "conflict.about.none"
	}
	add(box, body(k.key(about, "count", len(m.Decide))))
	add(box, card(fact(k.key("conflict.by.mine"), c.side(m.Mine)), fact(k.key("conflict.by.theirs"), c.side(m.Theirs))))
	for _, d := range m.Decide {
		value, outcome := "mine", "conflict.outcome."
		if c.theirs[d.Path] {
			value = "theirs"
		}
		if d.Path == exam.PhotoPath {
			outcome = "conflict.outcome.photo."
		}
		pick := func(v string) { c.theirs[d.Path] = v == "theirs"; w.refresh() }
		add(box, card(newText(styleStrong, k.say(d.Field)), c.sides(d),
			k.options("conflict."+d.Path, []choice{{"mine", k.key("conflict.use_mine")}, {"theirs", k.key("conflict.use_theirs")}}, value, false, pick),
			caption(k.key(outcome+value))))
	}
	if len(m.Joined) > 0 {
		var said []string
		for _, j := range m.Joined {
			said = append(said, k.key("conflict.joined.row", "name", j.Name, "mine", j.Mine, "theirs", j.Theirs, "all", j.All))
		}
		add(box, banner(present.Warning, k.key("conflict.joined"), strings.Join(append(said, k.key("conflict.joined.text")), "\n")))
	}
	if len(m.Taken) > 0 {
		add(box, newColumn(gapSmall, newText(styleStrong, k.key("conflict.taken", "count", len(m.Taken))), w.changeList(m.Taken)))
	}
	add(box, caption(k.key("conflict.consequence")))
	add(box, newFlow(0, k.primary("action.resolve", k.key("conflict.resolve"), func() { f.Resolve(c.theirs) })))
	return held(820, box)
}

// sides shows what there was, what is here and what is on the server: photos as
// pictures, once their bytes are here.
func (c *conflictPage) sides(d present.Difference) fyne.CanvasObject {
	k, photo := c.window.kit, d.Path == exam.PhotoPath
	box := newColumn(gapSmall)
	if photo {
		box = newFlow(gap)
	}
	for i, name := range []string{"conflict.base", "conflict.mine", "conflict.theirs"} {
		said := orNone(k, k.say(d.Shown[i]))
		if !photo {
			add(box, fact(k.key(name), said))
			continue
		}
		var picture fyne.CanvasObject = surface(colorSidebar, colorLine, 2, 1, space(photoWidth, photoHeight))
		if d.Pictures[i] != nil {
			picture = c.window.photoPicture(d.Pictures[i])
		}
		add(box, newColumn(gapSmall, caption(k.key(name)), picture, body(said)))
	}
	return box
}

// side says who made a version and when; both by one clock, so that they compare.
func (c *conflictPage) side(s present.Side) string {
	k := c.window.kit
	if s.At.IsZero() {
		return k.say(s.Who)
	}
	return k.key("conflict.side", "who", s.Who, "time", present.Beijing(s.At, present.ToTheMinute))
}

func orNone(k *kit, s string) string {
	if s == "" {
		return k.key("none")
	}
	return s
}

// commitmentText is what the candidate commits to, word for word.
func (w *Window) commitmentText() fyne.CanvasObject {
	k, c := w.kit, w.desk.Form().Commitment()
	box := newColumn(gap, heading(k.say(present.Named(c.Title))))
	for i, p := range c.Points {
		add(box, body(k.key("commitment.point", "number", i+1, "text", present.Named(p))))
	}
	notes := newColumn(gapSmall)
	for _, n := range c.Notes {
		add(notes, body(k.say(present.Named(n))))
	}
	return newColumn(gap, card(box), banner(present.Warning, k.key("commitment.notes"), ""), padded(gapSmall, notes))
}

// reviewStep is 核对提交: what is missing, then everything to read through.
func (w *Window) reviewStep() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	box := newColumn(gapLarge)
	list := f.Problems()
	add(box, w.readyCard(f, list))
	if len(list) > 0 {
		var rows []fyne.CanvasObject
		for i, p := range list {
			rows = append(rows, w.problemRow(i, p))
		}
		add(box, card(heading(k.key("review.problems")), newLongList(2, rows)))
	}
	var sections []fyne.CanvasObject
	for _, s := range f.Review() {
		rows := newColumn(6, newRow(gap, 0, heading(k.stepName(s.Step)), k.plain("edit."+string(s.Step), k.key("review.change"), func() { f.Show(s.Step) })))
		for _, r := range s.Rows {
			add(rows, newRow(gap, 1, container.New(&fixedWidth{190}, caption(k.say(r.Field))), body(k.say(r.Value))))
		}
		if len(s.Rows) == 0 {
			add(rows, caption(k.key("none")))
		}
		sections = append(sections, card(rows))
	}
	return add(box, newLongList(gapLarge, sections))
}

// readyCard says what there is to do about 提交, with the button for it.
func (w *Window) readyCard(f *present.Form, list []present.Problem) fyne.CanvasObject {
	k, r := w.kit, f.Readiness()
	submit := k.primary("action.submit", k.key("submit"), f.Submit)
	title, text := k.key("review."+string(r)), k.key("review."+string(r)+".text")
	progress := func() *Press {
		return k.secondary("action.back_to_registration", k.key("pay.back_to_registration"), func() { w.desk.Go(present.PageRegistration) })
	}
	switch r {
	case present.ReadyMissing:
		submit.turnOff()
		return banner(present.Trouble, k.key("review.missing", "count", blocking(list)), text, submit)
	case present.ReadyConflict:
		return banner(present.Trouble, title, text, k.primary("action.resolve", k.key("step.do.resolve"), func() { f.Do("resolve") }))
	case present.ReadyAside:
		return banner(present.Trouble, title, text, progress())
	case present.ReadyWaiting:
		return banner(present.Busy, title, text, progress())
	case present.ReadySame:
		return banner(present.Good, title, text, progress())
	case present.ReadyClosed:
		return banner(present.Calm, title, text, progress())
	}
	return surface(colorAccentSoft, colorNone, radiusCard, gapLarge, newColumn(gap, heading(k.key("review.ready")), body(k.key("review.ready.text")), newFlow(0, submit)))
}

func blocking(list []present.Problem) (n int) {
	for _, p := range list {
		if p.Severity == exam.Block {
			n++
		}
	}
	return n
}

func (w *Window) problemRow(i int, p present.Problem) fyne.CanvasObject {
	k := w.kit
	row := newColumn(0)
	name := k.stepName(p.Step)
	if !p.Field.Empty() {
		name = k.say(p.Field)
	}
	add(row, newText(styleStrong, name))
	add(row, k.problem(present.Shown{Text: p.Text, Severity: p.Severity}))
	return newPress(k.control("problem."+uintText(uint64(i)), "problem"), lookRow, newRow(gap, 0, row, glyph(theme.NavigateNextIcon(), colorMuted)), func() {
		w.desk.Form().Show(p.Step)
		w.focusField(p.Path)
	})
}
