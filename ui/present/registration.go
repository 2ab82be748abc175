package present

import (
	"bytes"
	"context"
	"slices"
	"time"

	"wenbao/exam"
)

// Stage is one line of the timeline of a registration.
type Stage struct {
	Text Text
	At   time.Time // zero: not yet
	Done bool
	Here bool // what it waits for now
	Tone Tone
	Note Text
}

// Standing answers where a registration stands.
type Standing struct {
	Number    string
	State     Text
	StateTone Tone
	Where     Text
	WhereTone Tone
	Receipt   *ReceiptView // nil until one was verified
	Stages    []Stage
	Next      Text   // what to do next
	Wait      Text   // what to do when nothing moves
	Asked     string // a reviewer's words about the material that is wanted
	Refused   string // a reviewer's reason for refusing it
	Edited    bool   // what is typed differs from what the server has
	Steps     []Step
	Aside     []Shown // why the step on its way was set aside
	Progress  *Sending
	Bill      *Bill
}

// Step is something the candidate can do now.
type Step struct {
	ID      string // "submit", "confirm", "pay", "withdraw", "print", "retry", "drop", "edit", "supplement", "resolve"
	Text    Text
	Primary bool
	Danger  bool
}

// ReceiptView is the proof: what the server signed and when.
type ReceiptView struct {
	KeyID    string
	SignedAt time.Time
	Digest   string
	Version  int
}

// Bill is what is to be paid.
type Bill struct {
	Items    []BillItem
	Total    string // yuan, "120.00"
	Known    bool
	Deadline *Countdown
	Waiting  bool // paid here, and not confirmed by the server yet
	Done     bool
}

// BillItem is one line of a bill.
type BillItem struct {
	Name       Text
	Yuan       string
	Refundable bool
}

// road is the way of a registration when nothing goes wrong.
var road = []exam.State{exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StateCompleted}

// take keeps this draft's steps of the outbox.
func (f *Form) take(all []exam.Entry) {
	f.entries = slices.DeleteFunc(slices.Clone(all), func(e exam.Entry) bool { return e.Draft != f.id })
}

// entry is the step on its way, if there is one.
func (f *Form) entry() (exam.Entry, bool) {
	if len(f.entries) == 0 {
		return exam.Entry{}, false
	}
	return f.entries[0], true
}

// sending tells whether a submission is on its way: what it holds must not
// change under it.
func (f *Form) sending() bool {
	e, ok := f.entry()
	return ok && !e.Aside && e.Action == exam.ActionSubmit
}

// transport says where the draft's bytes are.
func (f *Form) transport() exam.Transport {
	e, ok := f.entry()
	switch {
	case ok && e.Aside && f.theirs() != nil:
		return exam.TransportConflict
	case ok && e.Aside:
		return exam.TransportSetAside
	case ok:
		if _, now := f.desk.line.Sending[e.ID]; now {
			return exam.TransportSending
		}
		return exam.TransportWaiting
	case f.draft.Delivered != nil && !f.edits():
		return exam.TransportDelivered
	case !ok && f.theirs() != nil:
		return exam.TransportConflict
	}
	return exam.TransportLocal
}

// edits tells whether what is typed differs from what the server has.
func (f *Form) edits() bool {
	if f.draft.Registration == nil {
		return false
	}
	return exam.Digest(f.prepared()) != f.draft.Registration.Digest
}

// prepared is what would be handed in now.
func (f *Form) prepared() []byte {
	now, _ := exam.Prepare(f.current(), f.pack, f.desk.moment())
	return now.Encode()
}

// current is the draft with what is typed.
func (f *Form) current() exam.Draft {
	d := f.draft
	d.Document = f.doc
	return d
}

// Where says where the draft's bytes are, in words.
func (f *Form) Where() (Tone, Text) {
	t := f.transport()
	if t == exam.TransportSending {
		e, _ := f.entry()
		return transportTone(t), f.desk.line.Sending[e.ID].words()
	}
	return transportTone(t), T("ui.transport." + string(t))
}

// Standing gives the page of the registration.
func (f *Form) Standing() Standing {
	s := Standing{Number: f.draft.Number(), State: T("ui.state." + string(f.draft.State)), StateTone: stateTone(f.draft.State),
		Edited: f.edits(), Asked: f.Asked(), Refused: f.reason(exam.StateRefused), Stages: f.stages(), Steps: f.steps(), Receipt: f.receipt(), Bill: f.bill()}
	s.WhereTone, s.Where = f.Where()
	s.Next = nextStep(Summary{State: f.draft.State, Transport: f.transport()})
	e, ok := f.entry()
	if f.theirs() != nil {
		s.Next = f.why(e)
	}
	if ok {
		for _, p := range e.Problems {
			s.Aside = append(s.Aside, Shown{Said(exam.Phrase{Key: "rule." + p.Rule, Args: p.Args}), p.Severity})
		}
		if e.Aside && len(e.Problems) == 0 && f.theirs() == nil { // which the next step says
			s.Aside = []Shown{{f.why(e), exam.Block}}
		}
		if sending, ok := f.desk.line.Sending[e.ID]; ok {
			s.Progress = &sending
		}
	}
	if f.quiet() > 72*time.Hour {
		s.Wait = T("ui.wait.long")
	}
	return s
}

// Asked gives a reviewer's words about the material that is wanted, "" when none
// is.
func (f *Form) Asked() string { return f.reason(exam.StateNeedsMaterials) }

// reason gives a reviewer's words when the registration stands there by them, else "".
func (f *Form) reason(state exam.State) string {
	if f.draft.State != state || f.draft.Registration == nil {
		return ""
	}
	for _, e := range slices.Backward(f.draft.Registration.History) {
		if e.State == state {
			return e.Reason
		}
	}
	return ""
}

// quiet is how long the registration has waited for somebody else.
func (f *Form) quiet() time.Duration {
	since, moved := f.lastMove()
	if !moved || f.draft.State != exam.StateSubmitted && f.draft.State != exam.StateManualReview && f.draft.State != exam.StatePaying {
		return 0
	}
	return f.desk.loop.Now().Sub(since.At)
}

// lastMove is the last event that moved the registration.
func (f *Form) lastMove() (exam.Event, bool) {
	if f.draft.Registration != nil {
		for _, e := range slices.Backward(f.draft.Registration.History) {
			if !amends(e) {
				return e, true
			}
		}
	}
	return exam.Event{}, false
}

// amends tells whether an event brought new contact data and moved nothing.
func amends(e exam.Event) bool { return e.Action == exam.ActionSubmit && exam.Amends(e.State) }

func (f *Form) stages() []Stage {
	list := []Stage{{Text: T("ui.stage.draft"), At: f.draft.Created, Done: true, Tone: Calm}}
	last := exam.StateDraft
	if r := f.draft.Registration; r != nil {
		for _, e := range r.History {
			text := T("ui.stage." + string(e.State))
			if amends(e) {
				text = T("ui.stage.amended")
			}
			list = append(list, Stage{Text: text, At: e.At, Done: true, Tone: stateTone(e.State), Note: Plain(e.Reason)})
			last = e.State
		}
	}
	if e, ok := f.entry(); ok {
		tone, where := f.Where()
		list = append(list, Stage{Text: T("ui.stage.queued." + string(e.Action)), At: e.Queued, Here: true, Tone: tone, Note: where})
		if after, ok := exam.Next(last, e.Action, exam.Candidate); ok {
			last = after
		}
	}
	return append(list, ahead(last, len(f.entries) > 0)...)
}

// ahead are the stages still to come after a state.
func ahead(last exam.State, pending bool) []Stage {
	from := map[exam.State]int{exam.StateDraft: 0, exam.StateSubmitted: 1, exam.StateManualReview: 1, exam.StateNeedsMaterials: 1,
		exam.StateVerified: 2, exam.StateConfirmed: 3, exam.StatePaying: 3}
	i, ok := from[last]
	if !ok {
		return nil
	}
	var list []Stage
	for n, s := range road[i:] {
		list = append(list, Stage{Text: T("ui.stage.ahead." + string(s)), Here: n == 0 && !pending, Tone: Calm})
	}
	return list
}

func (f *Form) receipt() *ReceiptView {
	if f.draft.Delivered == nil {
		return nil
	}
	s, err := f.draft.Delivered.Read()
	if err != nil {
		return nil
	}
	return &ReceiptView{KeyID: f.draft.Delivered.KeyID, SignedAt: s.SignedAt, Digest: s.Digest, Version: s.Version}
}

// steps are what the candidate can do now, the first being the one to do.
func (f *Form) steps() []Step {
	var list []Step
	add := func(id string, primary bool) { list = append(list, step(id, primary)) }
	e, queued := f.entry()
	switch {
	case queued && e.Aside:
		list = f.mends(e)
	case queued:
		add("drop", false)
	case f.theirs() != nil: // nothing is handed in over a change that was not looked at
		add("resolve", true)
		if f.may(exam.ActionPay) {
			add("pay", false)
		}
		add("edit", false)
		if f.may(exam.ActionWithdraw) {
			add("withdraw", false)
		}
	case f.draft.State == exam.StateDraft || f.draft.State == exam.StateWithdrawn:
		add("edit", true)
	case f.draft.State == exam.StateNeedsMaterials:
		if f.edits() {
			add("submit", true)
		}
		add("supplement", !f.edits())
		add("edit", false)
	default:
		f.later(add)
	}
	add("print", false)
	return list
}

func step(id string, primary bool) Step {
	return Step{ID: id, Text: T("ui.step.do." + id), Primary: primary, Danger: id == "withdraw"}
}

// mends are what can be done about a step that was set aside, the first being the
// one to do.
func (f *Form) mends(e exam.Entry) (list []Step) {
	add := func(id string) { list = append(list, step(id, len(list) == 0)) }
	switch {
	case f.theirs() != nil:
		add("resolve")
		if e.Action.Brings() { // taking it back would leave the same question
			return list
		}
	case f.reworked(e):
		add("submit")
		add("edit")
	default:
		if e.Action.Brings() && e.Last != exam.KindConflict && e.Last != exam.KindState {
			add("edit")
		}
		if f.hopeful(e) {
			add("retry")
		}
	}
	add("drop")
	return list
}

// reworked tells whether a submission that was set aside is not what would be
// handed in now.
func (f *Form) reworked(e exam.Entry) bool {
	return e.Action == exam.ActionSubmit && !bytes.Equal(f.prepared(), e.Content)
}

// hopeful tells whether a step that was set aside can be taken when it is sent again.
func (f *Form) hopeful(e exam.Entry) bool {
	switch e.Last {
	case exam.KindConflict:
		return f.moved() != nil && f.may(e.Action)
	case exam.KindState, exam.KindInvalid, exam.KindTooLarge: // the same again is refused again
		return false
	}
	return true
}

// why says why a step was set aside, and where the registration stands when that is
// the reason.
func (f *Form) why(e exam.Entry) Text {
	now, kind := f.moved(), asideReason(e.Last)
	switch {
	case f.theirs() != nil && e.Aside && !e.Action.Brings():
		return T("ui.aside.conflict_first")
	case f.theirs() != nil:
		return T("ui.aside.conflict")
	case now != nil && kind == exam.KindState:
		return T("ui.aside.state_now", "state", T("ui.state."+string(now.State)))
	case now != nil:
		return T("ui.aside.moved", "state", T("ui.state."+string(now.State)))
	case kind == exam.KindConflict: // the server's version was not proved
		kind = exam.KindState
	}
	return T("ui.aside." + string(kind))
}

// may tells whether the candidate can take a step where the registration stands.
func (f *Form) may(a exam.Action) bool {
	_, ok := exam.Next(f.stands(), a, exam.Candidate)
	return ok
}

// stands is the state without a step that was set aside.
func (f *Form) stands() exam.State {
	e, _ := f.entry()
	switch {
	case !e.Aside:
		return f.draft.State
	case f.latest() != nil:
		return f.latest().State
	case f.draft.Registration != nil:
		return f.draft.Registration.State
	}
	return exam.StateDraft
}

func (f *Form) later(add func(string, bool)) {
	if f.edits() && f.may(exam.ActionSubmit) {
		add("submit", true)
	}
	if f.may(exam.ActionConfirm) {
		add("confirm", !f.edits())
	}
	if f.may(exam.ActionPay) {
		add("pay", true)
	}
	if f.may(exam.ActionSubmit) {
		add("edit", false)
	}
	if f.may(exam.ActionWithdraw) {
		add("withdraw", false)
	}
}

func (f *Form) bill() *Bill {
	if !slices.Contains([]exam.State{exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted}, f.draft.State) {
		return nil
	}
	return f.reckoned()
}

// reckoned is the bill by the rules, or by the server once it has said.
func (f *Form) reckoned() *Bill {
	b := &Bill{Known: f.report.Fee.Known, Total: Yuan(f.report.Fee.Total), Waiting: f.draft.State == exam.StatePaying, Done: f.draft.State == exam.StateCompleted}
	for _, i := range f.report.Fee.Items {
		b.Items = append(b.Items, BillItem{Named(i.Name), Yuan(i.Fen), i.Refundable})
	}
	if r := f.draft.Registration; r != nil && r.Due > 0 {
		b.Known, b.Total = true, Yuan(r.Due)
	}
	for _, d := range f.desk.days() {
		if d.Text.Key() == "deadline."+string(exam.PaymentCloses) && !d.National {
			b.Deadline = &d
		}
	}
	return b
}

// Do takes a step of [Standing.Steps].
func (f *Form) Do(id string) {
	switch id {
	case "submit":
		f.Submit()
	case "confirm":
		f.desk.askFirst("confirm", func() { f.queue(exam.ActionConfirm, nil, nil) })
	case "pay":
		f.desk.Go(PagePayment)
	case "withdraw":
		f.desk.askFirst("withdraw", func() { f.queue(exam.ActionWithdraw, nil, nil) })
	case "edit":
		f.desk.Go(PageForm)
	case "supplement":
		f.desk.Go(PageForm)
		f.Show(exam.StepEvidence)
	case "print":
		f.desk.Go(PagePrint)
	case "resolve":
		f.desk.Go(PageConflict)
	case "retry":
		f.retry()
	case "drop":
		f.withEntry(func(e exam.EntryID) error { return f.desk.ports.Outbox.Drop(e) }, func() {})
	}
}

// retry lets a step that was set aside be sent again; one that was refused because
// the registration has moved goes on what it is now.
func (f *Form) retry() {
	if e, _ := f.entry(); f.moved() != nil {
		f.queueThen(e.Action, e.Content, e.Files, f.desk.page, func() {})
		return
	}
	f.withEntry(func(e exam.EntryID) error { return f.desk.ports.Outbox.PutBack(e) }, func() {})
}

// withEntry does something to the step on its way, and what follows.
func (f *Form) withEntry(do func(exam.EntryID) error, then func()) {
	e, ok := f.entry()
	if !ok || f.doing["entry"] > 0 {
		return
	}
	f.doing["entry"]++
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		err := do(e.ID)
		return func() {
			defer f.did("entry")()
			if err != nil {
				f.refused(f.desk.reasonOf(err))
				return
			}
			f.stepped()
			then()
		}
	})
}

func (d *Desk) askFirst(id string, yes func()) {
	d.ask = &Ask{Title: T("ui.ask." + id + ".title"), Text: T("ui.ask." + id + ".text"), Yes: T("ui.ask." + id + ".yes"), yes: yes}
	d.changed()
}

// Readiness says what there is to do about 提交.
type Readiness string

// What can be the matter, in the order in which it is looked at.
const (
	ReadyConflict Readiness = "conflict" // a change made elsewhere comes first
	ReadyAside    Readiness = "aside"    // a step was set aside and needs the candidate
	ReadyWaiting  Readiness = "waiting"  // a step is on its way already
	ReadySame     Readiness = "same"     // the server has exactly this
	ReadyClosed   Readiness = "closed"   // nothing can be submitted any more
	ReadyMissing  Readiness = "missing"  // something prevents it
	Ready         Readiness = "ready"
)

// Readiness tells about the page 核对提交.
func (f *Form) Readiness() Readiness {
	e, queued := f.entry()
	switch {
	case f.transport() == exam.TransportConflict:
		return ReadyConflict
	case queued && e.Aside && !f.reworked(e):
		return ReadyAside
	case queued && !e.Aside:
		return ReadyWaiting
	case f.draft.Registration != nil && !f.edits() && f.stands() != exam.StateWithdrawn:
		return ReadySame
	case !f.may(exam.ActionSubmit):
		return ReadyClosed
	case !f.report.Submittable:
		return ReadyMissing
	}
	return Ready
}

// Submit saves everything and puts the submission into the outbox, or shows
// what prevents it.
func (f *Form) Submit() { f.submit(func() {}) }

// submit is Submit, with what follows once the submission is in the outbox.
func (f *Form) submit(then func()) {
	from := f.desk.page
	f.saver.step(func() {
		if r := f.Readiness(); r == ReadyWaiting || r == ReadyClosed {
			f.goOn(from, PageRegistration) // which says where it stands
			return
		}
		sub, report := exam.Prepare(f.current(), f.pack, f.desk.moment())
		if !report.Submittable {
			f.goOn(from, PageForm)
			f.Show(StepReview)
			f.tell(Trouble, "submit.not_yet", "count", blocks(report.Problems))
			return
		}
		f.queueThen(exam.ActionSubmit, sub.Encode(), sub.Files, PageRegistration, then)
	}, f.refused)
}

func blocks(list []exam.Problem) (n int) {
	for _, p := range list {
		if p.Severity == exam.Block {
			n++
		}
	}
	return n
}

// queue puts a step into the outbox together with the state that follows, and
// wakes the engine.
func (f *Form) queue(a exam.Action, content []byte, files []exam.File) {
	f.queueThen(a, content, files, PageRegistration, func() {})
}

// queueThen is queue, followed by a page and whatever else follows.
func (f *Form) queueThen(a exam.Action, content []byte, files []exam.File, page Page, then func()) {
	if f.doing["queue"] > 0 {
		return // pressed twice
	}
	f.doing["queue"]++
	from := f.desk.page
	e := exam.StepEntry(f.draft, a, content, f.desk.loop.Now())
	e.Files = files
	if now := f.moved(); now != nil {
		e.Base = max(e.Base, now.Version)
	}
	state := f.draft.State.Waiting()
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		d, err := f.desk.ports.Outbox.Queue(e, state)
		return func() {
			defer f.did("queue")()
			if err != nil {
				f.refused(f.desk.reasonOf(err))
				return
			}
			f.draft = d
			f.entries = append(f.entries, e)
			f.stepped()
			f.goOn(from, page)
			then()
		}
	})
}

// stepped follows a step that was queued, put back or dropped.
func (f *Form) stepped() {
	f.message = nil
	f.judge()
	f.desk.changed()
	f.desk.queues.outdate()
	f.desk.ports.Wire.Wake()
	f.desk.StoreChanged(f.ID())
}

// goOn shows the page after a step, unless whoever took it has gone elsewhere.
func (f *Form) goOn(from, to Page) {
	if f.desk.form == f && f.desk.page == from {
		f.desk.show(to)
	}
}

// asideReason picks the kinds that have words of their own for a step that was
// set aside.
func asideReason(k exam.Kind) exam.Kind {
	switch k {
	case exam.KindInvalid, exam.KindDuplicate, exam.KindState, exam.KindClosed, exam.KindUnauthorized, exam.KindTooLarge,
		exam.KindUpgrade, exam.KindUntrusted, exam.KindNotFound, exam.KindConflict:
		return k
	}
	return exam.KindInternal
}
