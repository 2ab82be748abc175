package present

import (
	"maps"
	"slices"
	"strings"
	"time"

	"wenbao/exam"
)

// showPause is how long typing must rest before a field says what is wrong.
const showPause = 700 * time.Millisecond

// Form is the one draft that is open.
type Form struct {
	desk  *Desk
	id    exam.DraftID // may be read from the background; draft and doc may not
	pack  *exam.Pack
	draft exam.Draft    // as last stored
	doc   exam.Document // as typed
	step  exam.StepID

	filled   exam.IDFinding // what a number filled in; what else stands there was typed
	report   exam.Report
	entries  []exam.Entry   // of this draft, oldest first
	doing    map[string]int // steps that were pressed and are not done; pressed again they do nothing
	files    files
	evidence evidence
	rare     rare

	saver    *saver
	typed    map[string]bool      // fields whose problems may be shown
	left     map[exam.StepID]bool // steps that were left: all their problems are shown
	rest     func()               // stops the pause after the last key
	resting  string               // the field it is about; "" when none runs
	past     []Version
	pastRead bool // it was read at least once
	pastLost bool // it could not be read
	pasts    turns

	compared   uint64 // version whose changes are shown; 0 none
	difference []Change

	message *Message // last outcome of a step such as 提交; nil none
}

// Message is one outcome to read on a page, with its tone.
type Message struct {
	Tone  Tone
	Title Text
	Text  Text
}

func newForm(desk *Desk, d exam.Draft, p *exam.Pack) *Form {
	f := &Form{desk: desk, id: d.ID, pack: p, draft: d, doc: d.Document, step: exam.StepRegistration,
		typed: map[string]bool{}, left: map[exam.StepID]bool{}, doing: map[string]int{}}
	f.saver = &saver{loop: desk.loop, drafts: desk.ports.Drafts, id: d.ID, at: d.Updated,
		current: func() exam.Document { return f.doc },
		stored:  f.stored,
		changed: desk.changed, troubled: desk.askUnsaved, reasonOf: desk.reasonOf}
	if found, ok := f.fromNumber(); ok {
		f.filled = found // it may have been filled in before the program was started
	}
	f.judge()
	return f
}

// stored takes over what a save made of the draft; what was typed meanwhile
// stays. Answers of the store may overtake one another: an older one is no news.
func (f *Form) stored(d exam.Draft) {
	if d.Revision >= f.draft.Revision {
		f.adopt(d)
		f.judge()
	}
}

// adopt makes a draft the one last stored, and reads its photo where it is another.
// A save may be heard before what changed the files is.
func (f *Form) adopt(d exam.Draft) {
	before := f.draft
	f.draft = d
	was, _ := before.Photo()
	if now, has := d.Photo(); now.SHA256 != was.SHA256 || has && f.files.photo == nil && !f.files.reading {
		f.readFiles()
	}
	f.desk.redraw(f, before)
}

// heard takes over a draft that changed by other hands than typing: the server
// answered, a file was attached, a version was restored.
func (f *Form) heard(d exam.Draft) {
	if d.Revision < f.draft.Revision {
		return
	}
	maps.DeleteFunc(f.files.others, func(_ string, raw []byte) bool { return raw == nil }) // it may have come
	f.adopt(d)
	if f.saver.state() == SavedAll {
		f.doc = d.Document
	}
	f.judge()
	if f.step == exam.StepEvidence {
		f.look()
	}
	f.desk.changed()
}

func (f *Form) judge() {
	files := f.draft.Files
	if files == nil {
		files = []exam.File{}
	}
	f.report = exam.Check(f.doc, files, f.pack, f.desk.moment())
}

// ID names the draft.
func (f *Form) ID() exam.DraftID { return f.id }

// Name is the candidate's name as typed, "" while there is none.
func (f *Form) Name() string { return strings.TrimSpace(f.doc.Name) }

// called is the name to show for the draft.
func (f *Form) called() Text {
	if f.Name() == "" {
		return T("ui.draft.unnamed")
	}
	return Plain(f.Name())
}

// Level is the name of the level as chosen, empty while none is.
func (f *Form) Level() Text {
	if l, ok := f.pack.Level(f.doc.Level); ok {
		return Named(l.Name)
	}
	return Text{}
}

// At is the step shown.
func (f *Form) At() exam.StepID { return f.step }

// Set puts text into a field, as typed. It is durable within a second.
func (f *Form) Set(path, text string) {
	if old, err := f.doc.Get(path); err == nil && old == text {
		return
	}
	if f.doc.Set(path, text) != nil {
		return
	}
	f.follow(path)
	f.judge()
	f.saver.touch()
	f.restAfter(path)
	f.desk.changed()
}

// restAfter shows the field's problems once typing pauses.
func (f *Form) restAfter(path string) {
	if f.rest != nil {
		f.rest()
	}
	f.resting = path
	f.rest = f.desk.loop.After(showPause, func() {
		f.rest, f.resting = nil, ""
		f.typed[path] = true
		f.desk.changed()
	})
}

// follow sets what follows from a field that was just changed.
func (f *Form) follow(path string) {
	switch path {
	case "level":
		f.doc.Subjects = nil
		for _, s := range f.pack.Subjects(f.doc.Level) {
			f.doc.Subjects = append(f.doc.Subjects, s.ID)
		}
	case "id_number", "id_type":
		f.fill()
	}
}

// fill takes over what a number says, except where somebody typed otherwise:
// one of the two is wrong then, and the rules say so.
func (f *Form) fill() {
	found, ok := f.fromNumber()
	if !ok {
		return
	}
	if f.doc.BirthDate == "" || f.doc.BirthDate == f.filled.BirthDate {
		f.doc.BirthDate = found.BirthDate
	}
	if f.doc.Gender == "" || f.doc.Gender == f.filled.Gender {
		f.doc.Gender = found.Gender
	}
	f.filled = found
}

// fromNumber reads birth date and gender out of a number that has them.
func (f *Form) fromNumber() (exam.IDFinding, bool) {
	d := exam.Normalize(f.doc)
	found := exam.InspectID(d.IDNumber, d.IDType)
	return found, found.Valid && found.BirthDate != "" && found.Gender != ""
}

// Leave is called when a field loses the focus: its text is brought into its
// usual form, and everything is saved at once.
func (f *Form) Leave(path string) {
	usual := exam.Normalize(f.doc)
	if text, err := usual.Get(path); err == nil {
		if old, err := f.doc.Get(path); err == nil && old != text {
			f.Set(path, text)
		}
	}
	if f.resting == path {
		f.rest()
		f.rest, f.resting = nil, ""
		f.typed[path] = true
		f.desk.changed()
	}
	f.saver.now()
}

// SaveNow makes everything typed durable at once.
func (f *Form) SaveNow() { f.saver.now() }

// Close saves what is typed and then calls done.
func (f *Form) Close(done func()) { f.saver.then(done) }

// Saved says where what was typed is, in words and with the time of the last
// save.
func (f *Form) Saved() (Tone, Text) {
	switch f.saver.state() {
	case SaveFailed:
		return Trouble, T("ui.saved.failed." + saveReason(f.saver.failed))
	case SaveWaits:
		return Busy, T("ui.saved.waits")
	}
	return Calm, T("ui.saved.at", "time", f.desk.clock(f.saver.at))
}

// clock gives the time of day, of another day than today its date.
func (d *Desk) clock(t time.Time) string {
	if now := d.loop.Now().In(t.Location()); now.YearDay() != t.YearDay() || now.Year() != t.Year() {
		return t.Format(ToTheDay)
	}
	return Clock(t)
}

// AllSaved tells whether everything typed is on the disk.
func (f *Form) AllSaved() bool { return f.saver.state() == SavedAll }

// reason is why the store refused: a Kind, or what [Ports.Cause] says.
type reason string

// tampered is the reason of [Ports.Cause] for bytes that somebody changed.
const tampered reason = "tampered"

func (d *Desk) reasonOf(err error) reason {
	if err != nil && d.ports.Cause != nil {
		if cause := d.ports.Cause(err); cause != "" {
			return reason(cause)
		}
	}
	return reason(exam.KindOf(err))
}

// saveReason picks the reasons that have words of their own.
func saveReason(r reason) string {
	if slices.Contains([]reason{reason(exam.KindFull), reason(exam.KindReadOnly), reason(exam.KindLocked), reason(exam.KindDamaged), reason(exam.KindTooLarge), tampered}, r) {
		return string(r)
	}
	return string(exam.KindInternal)
}

// Show goes to a step. The step that is left shows its problems from then on.
func (f *Form) Show(step exam.StepID) {
	if step == f.step {
		return
	}
	f.left[f.step] = true
	f.step = step
	if step == StepReview {
		for _, s := range Steps {
			f.left[s] = true
		}
	}
	if step == exam.StepEvidence {
		f.look()
	}
	f.message = nil
	f.saver.now()
	f.desk.changed()
}

// Next and Previous go one step on and back; at the ends they stay.
func (f *Form) Next()     { f.Show(f.neighbour(1)) }
func (f *Form) Previous() { f.Show(f.neighbour(-1)) }

func (f *Form) neighbour(by int) exam.StepID {
	i := slices.Index(Steps, f.step) + by
	return Steps[min(max(i, 0), len(Steps)-1)]
}

// StepMark says how a step stands.
type StepMark int

const (
	StepOpen    StepMark = iota // not looked at yet, and not complete
	StepDone                    // nothing missing, nothing wrong
	StepMissing                 // something prevents 提交
	StepDoubt                   // something is worth a look
)

// StepView is a row of the list of steps.
type StepView struct {
	ID      exam.StepID
	Mark    StepMark
	Missing int // problems that prevent 提交
	Doubts  int // problems that are worth a look
	Here    bool
}

// StepList gives the list of steps with what each still lacks.
func (f *Form) StepList() []StepView {
	views := make([]StepView, len(Steps))
	for i, id := range Steps {
		v := StepView{ID: id, Here: id == f.step}
		for _, p := range f.report.Problems {
			if StepOf(p.Field) != id {
				continue
			}
			switch p.Severity {
			case exam.Block:
				v.Missing++
			case exam.Warn:
				v.Doubts++
			}
		}
		v.Mark = f.mark(v)
		views[i] = v
	}
	return views
}

func (f *Form) mark(v StepView) StepMark {
	switch {
	case v.ID == StepReview:
		if f.draft.State != exam.StateDraft {
			return StepDone
		}
		return StepOpen
	case v.Missing > 0 && !f.left[v.ID]:
		return StepOpen
	case v.Missing > 0:
		return StepMissing
	case v.Doubts > 0 && (f.left[v.ID] || f.begun(v.ID)):
		return StepDoubt
	case !f.left[v.ID] && !f.begun(v.ID):
		return StepOpen
	}
	return StepDone
}

// begun tells whether anything that a step requires is there.
func (f *Form) begun(step exam.StepID) bool {
	for _, s := range f.report.Steps {
		if s.ID == step && s.Done > 0 {
			return true
		}
	}
	_, photo := f.draft.Photo()
	return step == exam.StepWork && len(f.doc.Work) > 0 || step == exam.StepPhoto && photo
}

// Complete is how much of the form is filled in, 0 to 100.
func (f *Form) Complete() int { return f.report.CompletePercent }

// Submittable tells whether nothing prevents 提交.
func (f *Form) Submittable() bool { return f.report.Submittable }

// Problem is a row of the list before 提交: which field, what is wrong, and
// where to go.
type Problem struct {
	Field    Text
	Text     Text
	Severity exam.Severity
	Step     exam.StepID
	Path     string
}

// Problems lists everything that is wrong or missing, what prevents 提交 first,
// else in the order of the form.
func (f *Form) Problems() []Problem {
	var list []Problem
	for _, p := range f.report.Problems {
		list = append(list, f.row(p))
	}
	slices.SortStableFunc(list, func(a, b Problem) int {
		if r := rank(a.Severity) - rank(b.Severity); r != 0 {
			return r
		}
		return slices.Index(Steps, a.Step) - slices.Index(Steps, b.Step)
	})
	return list
}

func rank(s exam.Severity) int {
	return slices.Index([]exam.Severity{exam.Block, exam.Warn, exam.Note}, s)
}

func (f *Form) row(p exam.Problem) Problem {
	row := Problem{Text: Said(exam.Phrase{Key: "rule." + p.Rule, Args: p.Args}), Severity: p.Severity, Step: StepOf(p.Field), Path: p.Field}
	if p.Field != "" {
		row.Field = f.fieldName(p.Field)
	}
	return row
}

// fieldName names a field with the number of its record: "工作经历 2 · 单位名称".
func (f *Form) fieldName(path string) Text {
	if kind, ok := strings.CutPrefix(path, "attachments."); ok {
		return f.evidenceName(exam.FileKind(kind))
	}
	parts := strings.Split(path, ".")
	if len(parts) < 2 {
		return label(path)
	}
	list := T("ui.record."+parts[0], "number", recordNumber(parts[1]))
	if len(parts) == 2 {
		return list
	}
	return T("ui.record.field", "record", list, "field", label(path))
}

// Message is the outcome of the last step such as 提交; false when there is none.
func (f *Form) Message() (Message, bool) {
	if f.message == nil {
		return Message{}, false
	}
	return *f.message, true
}

// telling are the pages that show [Form.Message].
var telling = []Page{PageForm, PageRegistration, PagePayment, PageHistory, PageConflict}

// refused says that a step was not taken, on the page that is shown.
func (f *Form) refused(why reason) {
	if f.desk.form != f || !slices.Contains(telling, f.desk.page) {
		f.desk.refused(why) // its own pages are not in sight
		return
	}
	f.tell(Trouble, "step.failed."+saveReason(why))
}

func (f *Form) offerUndo(text Text, back func()) { f.desk.offerUndo(text, f, back) }

func (f *Form) tell(tone Tone, key string, pairs ...any) {
	f.message = &Message{Tone: tone, Title: T("ui."+key+".title", pairs...), Text: T("ui."+key+".text", pairs...)}
	f.desk.changed()
}
