package present

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"wenbao/exam"
)

// Page names a page of the window.
type Page string

// The pages. Those from PageForm to PagePayment show the draft that is open.
const (
	PageHome         Page = "home"         // 首页
	PageForm         Page = "form"         // 填报
	PageRegistration Page = "registration" // 我的报名
	PagePrint        Page = "print"        // 打印
	PageVerify       Page = "verify"       // 核对纸质表
	PageHistory      Page = "history"      // 历史
	PageConflict     Page = "conflict"     // 两处修改
	PageOfficial     Page = "official"     // 官网助手
	PagePayment      Page = "payment"      // 缴费
	PageQueue        Page = "queue"        // 发件箱
	PageNotices      Page = "notices"      // 通知
	PageHelp         Page = "help"         // 帮助
	PageSettings     Page = "settings"     // 设置
	PagePractice     Page = "practice"     // 演练
)

// Pages are all pages.
var Pages = []Page{PageHome, PageForm, PageRegistration, PagePayment, PagePrint, PageVerify, PageHistory, PageConflict, PageOfficial, PageQueue,
	PageNotices, PageHelp, PageSettings, PagePractice}

// ofDraft are the pages that need an open draft.
var ofDraft = []Page{PageForm, PageRegistration, PagePrint, PageHistory, PageConflict, PageOfficial, PagePayment}

// Desk is the whole application as one candidate sees it.
type Desk struct {
	ports  Ports
	loop   Loop
	notify func()

	page   Page
	back   []Page
	form   *Form
	left   []*Form      // drafts that were left before all that was typed into them was saved, or every step was done
	find   func()       // stops the opening of a draft that is on its way; nil none
	sought exam.DraftID // which draft that is; "" a new one
	made   bool         // a new draft is being made

	list     []Summary
	total    int
	search   string // asked for
	searched string // what the list was searched for
	listed   bool   // the list was read at least once
	unread   bool   // the last reading of the list failed
	lists    turns
	queues   turns
	queued   bool // the outbox was read at least once
	trouble  reason
	line     Line
	lineTold time.Time // when the line was last told
	entries  []exam.Entry
	look     Preferences
	undo     *Undo
	crash    crash
	rescue   rescue
	ask      *Ask
	help     string // what is searched on the help page
	print    printing
	press    press
	check    checking
	kept     string // path of the last file that was written for the candidate

	bent, rehearsing bool // what came of the last change of the practice, and of opening it
	reminders        []reminder
	disarm           func() // stops waiting for the next reminder; nil when none waits
	calendar         string // path of the calendar file
	settings         settings
}

// Preferences are the candidate's choices about the window. They hold nothing
// about a person and lie beside the store unsealed, because the window shows
// before there is a key.
type Preferences struct {
	Lang       string  `json:"lang"`       // "zh-CN" or "en"; "" the system's
	TextScale  float32 `json:"text_scale"` // 1 to 2
	Brightness string  `json:"brightness"` // "system", "light" or "dark"
	Width      float32 `json:"width"`      // of the window when it was closed; 0 unknown
	Height     float32 `json:"height"`
	Placed     bool    `json:"placed"` // X and Y are known
	X          int     `json:"x"`      // of the window's corner, in the system's units
	Y          int     `json:"y"`
}

// mostPixels is more than any desk has; a window is not looked for beyond it.
const mostPixels = 1 << 15

// ParsePreferences reads what [Looks] kept; damaged bytes are a first start.
func ParsePreferences(raw []byte) Preferences {
	var p Preferences
	if json.Unmarshal(raw, &p) != nil {
		p = Preferences{}
	}
	return p.sound()
}

// sound brings what is missing or out of range to what a first start has.
func (p Preferences) sound() Preferences {
	p.TextScale = min(max(p.TextScale, 1), 2)
	if !slices.Contains([]string{"system", "light", "dark"}, p.Brightness) {
		p.Brightness = "light"
	}
	if p.Lang != "zh-CN" && p.Lang != "en" {
		p.Lang = ""
	}
	if !(p.Width >= 400 && p.Height >= 300 && p.Width <= mostPixels && p.Height <= mostPixels) {
		p.Width, p.Height = 0, 0
	}
	if !p.Placed || min(p.X, p.Y) < -mostPixels || max(p.X, p.Y) > mostPixels {
		p.Placed, p.X, p.Y = false, 0, 0
	}
	return p
}

// Undo is one step that can be taken back.
type Undo struct {
	Text Text
	back func()
	form *Form // the draft it is about, kept until the offer ends; nil none
}

// Ask is a question before a step that cannot be undone.
type Ask struct {
	Title, Text, Yes Text
	yes, no          func() // no may be nil
}

// NewDesk makes the desk; Start reads what it shows. notify is called on the
// window's goroutine whenever something shown may have changed.
func NewDesk(p Ports, loop Loop, notify func()) *Desk {
	return &Desk{ports: p, loop: loop, notify: notify, page: PageHome, line: Line{State: LineNone}, look: p.Look.sound()}
}

func (d *Desk) changed() { d.notify() }

// moment is the time by which deadlines are judged: this machine's, which is
// never trusted.
func (d *Desk) moment() exam.Moment { return exam.Moment{Now: d.loop.Now()} }

// Prefer changes the candidate's choices.
func (d *Desk) Prefer(change func(*Preferences)) {
	change(&d.look)
	d.look = d.look.sound()
	raw, _ := json.Marshal(d.look) // plain values cannot fail
	d.loop.Go(context.Background(), func(context.Context) func() {
		_ = d.ports.Looks.KeepLook(raw) // asked again at the next start
		return nil
	})
	d.changed()
}

// Look gives the choices as they are.
func (d *Desk) Look() Preferences { return d.look }

// Start reads the list of drafts, the line, the reminders, whether the program
// ended by itself last time, and what the store has to tell.
func (d *Desk) Start() {
	d.StoreChanged("")
	d.LineChanged()
	d.readReminders()
	d.readCrash()
	d.readReports()
}

// Page is the page shown.
func (d *Desk) Page() Page { return d.page }

// Form is the open draft, nil when none is.
func (d *Desk) Form() *Form { return d.form }

// Practice tells whether this is the practice mode.
func (d *Desk) Practice() bool { return d.ports.Practice }

// Go shows a page. Pages of a draft are shown only while one is open. A draft
// that is still being opened does not take the page away again.
func (d *Desk) Go(p Page) {
	d.abandon()
	d.rescue.closing = nil // whoever goes on working does not want to close
	d.show(p)
}

// abandon lets the draft go that is on its way to be opened.
func (d *Desk) abandon() {
	if d.find != nil {
		d.find()
		d.find, d.sought = nil, ""
	}
}

func (d *Desk) show(p Page) {
	if p == d.page || d.form == nil && slices.Contains(ofDraft, p) {
		return
	}
	if d.form != nil {
		d.form.SaveNow()
	}
	d.back = append(d.back, d.page)
	d.enter(p)
}

// Back shows the page before that can be shown.
func (d *Desk) Back() {
	d.abandon()
	d.rescue.closing = nil
	for len(d.back) > 0 {
		p := d.back[len(d.back)-1]
		d.back = d.back[:len(d.back)-1]
		if d.form != nil || !slices.Contains(ofDraft, p) {
			d.enter(p)
			return
		}
	}
}

func (d *Desk) enter(p Page) {
	if d.page == PageSettings {
		d.leaveSettings()
	}
	d.page, d.ask, d.trouble = p, nil, ""
	if d.form != nil {
		d.form.message = nil
	}
	switch p {
	case PageHome:
		d.readList()
	case PagePrint:
		d.preview(PaperRegistration)
		d.askPrinters()
	case PageSettings:
		d.readSettings()
	case PageHistory:
		d.form.readPast()
	}
	d.changed()
}

// New makes a draft of the current exam and opens it; pressed twice, it makes one.
func (d *Desk) New() {
	if d.made {
		return
	}
	d.made = true
	wanted := d.seek()
	p := d.ports.Packs[0]
	doc := exam.Document{Exam: p.Exam, Year: p.Year, IDType: exam.ResidentID, Nationality: "CHN"}
	d.loop.Go(context.Background(), func(context.Context) func() {
		draft, err := d.ports.Drafts.Create(doc, p.Ref())
		return func() {
			d.made = false
			if err == nil && wanted.Err() != nil {
				d.StoreChanged(draft.ID) // it stands in the list
				return
			}
			d.opened(draft, err, PageForm)
		}
	})
}

// Open opens a draft on the page where its candidate goes on.
func (d *Desk) Open(id exam.DraftID) {
	d.load(id, func(draft exam.Draft) Page {
		if draft.State == exam.StateDraft {
			return PageForm
		}
		return PageRegistration
	})
}

func (d *Desk) load(id exam.DraftID, page func(exam.Draft) Page) {
	if f := d.held(id); f != nil {
		d.abandon()
		d.turnTo(f, page(f.draft))
		d.StoreChanged(id) // while it was not shown nobody told it anything
		return
	}
	wanted := d.seek()
	d.sought = id
	d.loop.Go(wanted, func(context.Context) func() {
		draft, err := d.ports.Drafts.Draft(id)
		return func() { d.opened(draft, err, page(draft)) }
	})
}

// seek begins to open a draft; what was sought before is not wanted any more.
func (d *Desk) seek() (wanted context.Context) {
	d.abandon()
	wanted, d.find = context.WithCancel(context.Background())
	return wanted
}

// held gives the form of a draft that is open, not saved yet, or in which
// something can be undone: the store does not have all of it.
func (d *Desk) held(id exam.DraftID) *Form {
	all := append(slices.Clone(d.left), d.form)
	if d.undo != nil {
		all = append(all, d.undo.form)
	}
	for _, f := range all {
		if f != nil && f.ID() == id {
			return f
		}
	}
	return nil
}

func (d *Desk) opened(draft exam.Draft, err error, p Page) {
	if err != nil {
		d.failed(err)
		return
	}
	if !draft.Deleted.IsZero() {
		d.readList() // it went into the bin while it was opened, which takes nothing
		return
	}
	f := newForm(d, draft, d.packOf(draft))
	f.readFiles()
	d.turnTo(f, p)
}

// turnTo makes a form the open one and shows a page of it.
func (d *Desk) turnTo(f *Form, p Page) {
	if f != d.form {
		d.leave()
		d.form = f
		d.press.rest()
		f.take(d.entries)
	}
	d.show(p)
	d.changed()
}

// leave saves the open draft, and keeps it until that has worked.
func (d *Desk) leave() {
	f := d.form
	if f == nil {
		return
	}
	d.form, d.ask = nil, nil
	d.hold(f)
}

// hold keeps a draft that is not open until the store has all of it, and no step of
// it is on its way.
func (d *Desk) hold(f *Form) {
	if !slices.Contains(d.left, f) {
		d.left = append(d.left, f)
	}
	f.saver.then(func() {
		if len(f.doing) == 0 {
			d.left = slices.DeleteFunc(d.left, func(o *Form) bool { return o == f })
		}
	})
}

func (d *Desk) packOf(draft exam.Draft) *exam.Pack {
	for _, p := range d.ports.Packs {
		if p.ID == draft.Pack.ID {
			return p
		}
	}
	return d.ports.Packs[0]
}

func (d *Desk) failed(err error) { d.refused(d.reasonOf(err)) }

func (d *Desk) refused(why reason) { d.trouble = why; d.changed() }

// Alarm is what stands above every page: text that is in the window alone, be its
// draft open or not, else what the store could not do; false when all is well.
func (d *Desk) Alarm() (Text, bool) {
	if f := d.form; f != nil && f.saver.state() == SaveFailed {
		_, text := f.Saved()
		return text, true
	}
	for _, f := range d.left {
		if f.saver.state() == SaveFailed {
			_, text := f.Saved()
			return T("ui.saved.elsewhere", "name", f.called(), "why", text), true
		}
	}
	return d.Trouble()
}

// Trouble is what the store could not do, with what to do about it; false when
// all is well.
func (d *Desk) Trouble() (Text, bool) {
	if d.trouble == "" {
		return Text{}, false
	}
	if d.trouble == unopened {
		return T("ui.trouble.unopened"), true
	}
	return T("ui.trouble." + saveReason(d.trouble)), true
}

// unopened is that the system has no program for a file or an address.
const unopened reason = "unopened"

// ReadAgain reads the list of drafts once more.
func (d *Desk) ReadAgain() {
	d.unread, d.trouble = false, ""
	d.readList()
	d.changed()
}

// Search narrows the list of drafts.
func (d *Desk) Search(text string) { d.search = text; d.readList() }

// HomeSearch is what the list of drafts is searched for.
func (d *Desk) HomeSearch() string { return d.search }

const listLimit = 50

func (d *Desk) readList() {
	search, fresh := d.search, d.lists.ask()
	d.loop.Go(context.Background(), func(context.Context) func() {
		list, total, err := d.ports.Drafts.Recent(search, listLimit)
		return func() {
			if search != d.search || !fresh() {
				return // a newer question is on its way, or was answered
			}
			if err != nil {
				d.unread = true
				d.failed(err)
				return
			}
			if d.unread {
				d.trouble = "" // other trouble is not over
			}
			d.list, d.total, d.searched, d.listed, d.unread = list, total, search, true, false
			d.changed()
		}
	})
}

// Delete puts a draft into the bin; once it is there, that can be undone.
func (d *Desk) Delete(id exam.DraftID) {
	if d.sought == id {
		d.abandon()
	}
	bin := func() {
		d.change(func() error { return d.ports.Drafts.Delete(id) }, func() {
			if d.form != nil && d.form.ID() == id { // opened meanwhile
				d.leave()
				if slices.Contains(ofDraft, d.page) {
					d.enter(PageHome)
				}
			}
			d.offerUndo(T("ui.undo.deleted"), nil, func() {
				d.change(func() error { return d.ports.Drafts.Undelete(id) }, func() {})
			})
		})
	}
	f := d.held(id)
	if f != nil && f == d.form {
		d.leave()
		d.enter(PageHome)
	}
	if f != nil {
		f.saver.step(bin, d.refused) // nothing can be saved into the bin
	} else {
		bin()
	}
}

// change does one thing to the store, then reads the list again.
func (d *Desk) change(do func() error, then func()) {
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := do()
		return func() {
			if err != nil {
				d.failed(err)
				return
			}
			d.trouble = ""
			then()
			d.readList()
		}
	})
}

// StoreChanged is told of every change in the store, also by others than the
// window; "" stands for all drafts.
func (d *Desk) StoreChanged(id exam.DraftID) {
	d.readEntries()
	if d.page == PageHome {
		d.readList()
	}
	if d.form == nil || id != "" && id != d.form.ID() {
		return
	}
	f := d.form
	d.loop.Go(context.Background(), func(context.Context) func() {
		draft, err := d.ports.Drafts.Draft(f.id)
		return func() {
			if err == nil && d.form == f && draft.Revision >= f.draft.Revision {
				f.heard(draft)
			}
		}
	})
}

func (d *Desk) readEntries() {
	fresh := d.queues.ask()
	d.loop.Go(context.Background(), func(context.Context) func() {
		entries, err := d.ports.Outbox.Entries()
		return func() {
			if err != nil || !fresh() {
				return // the list itself tells of a store that cannot be read
			}
			d.entries, d.queued = entries, true
			if d.form != nil {
				d.form.take(entries)
			}
			d.changed()
		}
	})
}

// LineChanged is told when the engine heard or sent something.
func (d *Desk) LineChanged() {
	now := d.ports.Wire.Status()
	same := now.State == d.line.State && now.Cause == d.line.Cause && now.Queue == d.line.Queue && now.Aside == d.line.Aside && now.Last.Equal(d.line.Last) &&
		now.Next.Equal(d.line.Next) && now.Skew == d.line.Skew && now.Round == d.line.Round && maps.Equal(now.Sending, d.line.Sending)
	if same && d.loop.Now().Sub(d.lineTold) < tellLine {
		return // building a page anew for nothing would make every key slow
	}
	d.line, d.lineTold = now, d.loop.Now()
	d.changed()
}

// tellLine is how often the line is told again though it is as it was: words
// such as how long ago depend on the time that passes.
const tellLine = 30 * time.Second

// Line is the line to the server as last heard.
func (d *Desk) Line() Line { return d.line }

// About says what the line means for the candidate, and of a paused one why it is.
func (l Line) About() Text {
	if l.State == LinePaused {
		return T("ui.aside." + string(asideReason(l.Cause)))
	}
	return T("ui.line." + string(l.State) + ".text")
}

// Pill gives the words of the mark that stands on every page: the line and the
// queue.
func (d *Desk) Pill() (Tone, Text) {
	tone := map[LineState]Tone{LineOnline: Calm, LineOffline: Warning, LineBusy: Warning, LinePaused: Warning, LineNone: Calm}[d.line.State]
	if d.line.Aside > 0 {
		return Trouble, T("ui.line.aside", "count", d.line.Aside)
	}
	if d.line.Queue > 0 {
		return Busy, T("ui.line."+string(d.line.State)+".queue", "count", d.line.Queue)
	}
	return tone, T("ui.line." + string(d.line.State))
}

// Sent tells how far the sending has come in all, with its denominators; nothing when
// nothing is to be sent.
func (d *Desk) Sent() Text {
	r := d.line.Round
	if d.line.Queue == 0 || r.Of == 0 {
		return Text{}
	}
	sent := T("ui.queue.round", "done", r.Done, "of", r.Of, "sent", Size(r.Sent), "all", Size(r.Bytes))
	if d.line.State != LineOnline || d.line.Rate <= 0 {
		return sent
	}
	return T("ui.queue.round.rate", "sent", sent, "rate", Size(int64(d.line.Rate)))
}

// Size gives a number of bytes as people read it: kilobytes, or megabytes with one
// decimal.
func Size(n int64) Text {
	if n < 1_000_000 {
		return Plain(strconv.FormatInt((n+999)/1000, 10) + " KB")
	}
	return Plain(strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB")
}

// Title is the title of the window: which draft is open.
func (d *Desk) Title() Text {
	if d.form == nil || d.page == PageHome {
		return T("app.name")
	}
	return T("ui.title.draft", "name", d.form.called(), "app", T("app.name"))
}

const undoFor = 12 * time.Second

// offerUndo offers to take back a step, in the draft of form or of the desk (nil).
func (d *Desk) offerUndo(text Text, form *Form, back func()) {
	u := &Undo{Text: text, back: back, form: form}
	d.undo = u
	d.loop.After(undoFor, func() {
		if d.undo == u {
			d.undo = nil
			d.changed()
		}
	})
	d.changed()
}

// Undoable is the last step that can still be taken back.
func (d *Desk) Undoable() (Text, bool) {
	if d.undo == nil {
		return Text{}, false
	}
	return d.undo.Text, true
}

// UndoLast takes back the last step.
func (d *Desk) UndoLast() {
	if u := d.undo; u != nil {
		d.undo = nil
		u.back()
		if u.form != nil && u.form != d.form {
			d.hold(u.form)
		}
		d.changed()
	}
}

// Asked is the question that waits for an answer.
func (d *Desk) Asked() (Ask, bool) {
	if d.ask == nil {
		return Ask{}, false
	}
	return *d.ask, true
}

// Answer answers the question.
func (d *Desk) Answer(yes bool) {
	a := d.ask
	d.ask = nil
	switch {
	case a != nil && yes:
		a.yes()
	case a != nil && a.no != nil:
		a.no()
	}
	d.changed()
}

// drafts are the draft that is open and those that were left before all of them
// was saved, each once.
func (d *Desk) drafts() []*Form {
	list := slices.Clone(d.left)
	if d.form != nil && !slices.Contains(list, d.form) {
		list = append(list, d.form)
	}
	return list
}

// flush saves what is typed, into drafts that were left too, and goes on then.
func (d *Desk) flush(w waiting) {
	open := d.drafts()
	if len(open) == 0 {
		w.then()
	}
	rest := len(open)
	each := waiting{then: func() {
		if rest--; rest == 0 {
			w.then()
		}
	}}
	if w.refused != nil {
		each.refused = func(why reason) {
			if rest > 0 {
				rest = 0
				w.refused(why)
			}
		}
	}
	for _, o := range open {
		o.saver.wait(each)
	}
}

// turns keeps answers in order that may overtake one another: an answer is fresh
// unless a later question was answered before it.
type turns struct{ asked, taken uint64 }

func (t *turns) ask() (fresh func() bool) {
	t.asked++
	turn := t.asked
	return func() bool {
		if turn < t.taken {
			return false
		}
		t.taken = turn
		return true
	}
}

// outdate makes every answer stale that is still on its way: what it tells was
// just changed here.
func (t *turns) outdate() { t.asked++; t.taken = t.asked }
