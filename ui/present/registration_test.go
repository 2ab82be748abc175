package present_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func stepIDs(f *present.Form) (ids []string) {
	for _, s := range f.Standing().Steps {
		ids = append(ids, s.ID)
	}
	return ids
}

func where(f *present.Form) string { _, t := f.Where(); return t.Key() }

// submitted gives a registration that the server has and holds in a state.
func submitted(t *testing.T, state exam.State) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.Answer(f.ID(), exam.StateSubmitted, "")
	if state != exam.StateSubmitted {
		w.Answer(f.ID(), state, "")
	}
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	return w, d, f
}

func TestAnIncompleteDraftIsNotSubmitted(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Submit()
	w.Loop.Drain()
	if len(w.Waiting) != 0 || d.Page() != present.PageForm || f.At() != present.StepReview {
		t.Errorf("%d steps queued, on %s %s", len(w.Waiting), d.Page(), f.At())
	}
	if m, ok := f.Message(); !ok || m.Tone != present.Trouble || m.Title.Key() != "ui.submit.not_yet.title" {
		t.Error("nothing says why")
	}
}

func TestSubmittingQueuesWhatIsTypedAndWakesTheEngine(t *testing.T) {
	w, d, f := complete(t)
	f.Set("phone", "13900139000") // not saved yet
	f.Submit()
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Woken == 0 || d.Page() != present.PageRegistration {
		t.Fatalf("%d steps queued, woken %d times, on %s", len(w.Waiting), w.Woken, d.Page())
	}
	sub, err := exam.DecodeSubmission(w.Waiting[0].Content)
	if err != nil || sub.Document.Phone != "13900139000" || len(sub.Files) != 1 || sub.Files[0].Kind != exam.FilePhoto {
		t.Errorf("the submission holds phone %q and files %v: %v", sub.Document.Phone, sub.Files, err)
	}
	if where(f) != "ui.transport.waiting" || w.Drafts[f.ID()].State != exam.StateQueued {
		t.Errorf("shown as %s, state %s", where(f), w.Drafts[f.ID()].State)
	}
}

func TestGreenComesOnlyWithAReceiptOverWhatIsShown(t *testing.T) {
	w, d, f := complete(t)
	if tone, _ := f.Where(); tone == present.Good {
		t.Fatal("green before anything was sent")
	}
	f.Submit()
	w.Loop.Drain()
	if tone, _ := f.Where(); tone == present.Good {
		t.Fatal("green while it waits")
	}
	w.Answer(f.ID(), exam.StateSubmitted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if tone, _ := f.Where(); tone != present.Good || where(f) != "ui.transport.delivered" {
		t.Fatalf("with the receipt: %v %s", tone, where(f))
	}
	if r := f.Standing().Receipt; r == nil || r.Version != 1 || len(r.Digest) != 64 {
		t.Errorf("receipt is %+v", r)
	}
	f.Set("address", "另一个地址 2 号")
	if tone, _ := f.Where(); tone == present.Good || !f.Standing().Edited {
		t.Error("still green after a change that the server has not seen")
	}
}

func TestProgressIsCountedWhileSending(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.Line.Sending = map[exam.EntryID]present.Sending{w.Waiting[0].ID: {Pieces: 3, OfPieces: 5, Bytes: 100, OfBytes: 400}}
	d.LineChanged()
	if _, text := f.Where(); text.In(chinese()) != "正在上传 (3/5)" {
		t.Errorf("says %q", text.In(chinese()))
	}
	if p := f.Standing().Progress; p == nil || p.Bytes != 100 {
		t.Errorf("progress is %+v", p)
	}
}

func TestEachStateOffersItsStepsAndNoOther(t *testing.T) {
	for state, want := range map[exam.State][]string{
		exam.StateSubmitted:      {"edit", "withdraw", "print"},
		exam.StateManualReview:   {"edit", "withdraw", "print"},
		exam.StateNeedsMaterials: {"supplement", "edit", "print"},
		exam.StateVerified:       {"confirm", "edit", "withdraw", "print"},
		exam.StateConfirmed:      {"pay", "edit", "withdraw", "print"},
		exam.StatePaying:         {"edit", "print"},
		exam.StateCompleted:      {"edit", "print"},
		exam.StateRefused:        {"print"},
		exam.StateExpired:        {"print"},
	} {
		_, _, f := submitted(t, state)
		if got := stepIDs(f); !slices.Equal(got, want) {
			t.Errorf("%s offers %v, want %v", state, got, want)
		}
	}
}

func TestTheWholeWayToCompleted(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	f.Do("confirm")
	if ask, ok := d.Asked(); !ok || ask.Title.Key() != "ui.ask.confirm.title" {
		t.Fatal("confirming does not ask first")
	}
	d.Answer(false)
	w.Loop.Drain()
	if len(w.Waiting) != 0 {
		t.Fatal("confirmed although the answer was no")
	}
	f.Do("confirm")
	d.Answer(true)
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Waiting[0].Action != exam.ActionConfirm || w.Waiting[0].Base != 2 {
		t.Fatalf("queued %+v", w.Waiting)
	}
	w.Answer(f.ID(), exam.StateConfirmed, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	f.Do("pay")
	f.Paid()
	w.Loop.Drain()
	if w.Waiting[0].Action != exam.ActionPay || string(w.Waiting[0].Content) != "sandbox" {
		t.Fatalf("queued %+v", w.Waiting)
	}
	w.Answer(f.ID(), exam.StateCompleted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	s := f.Standing()
	if s.State.Key() != "ui.state.completed" || s.StateTone != present.Good || !s.Bill.Done {
		t.Errorf("ends as %s", s.State.Key())
	}
	for _, st := range s.Stages {
		if !st.Done || st.At.IsZero() {
			t.Errorf("stage %s is not done", st.Text.Key())
		}
	}
}

func TestTheTimelineShowsWhatComes(t *testing.T) {
	_, _, f := submitted(t, exam.StateVerified)
	var keys []string
	for _, s := range f.Standing().Stages {
		keys = append(keys, s.Text.Key())
	}
	want := []string{"ui.stage.draft", "ui.stage.submitted", "ui.stage.verified", "ui.stage.ahead.confirmed", "ui.stage.ahead.completed"}
	if !slices.Equal(keys, want) {
		t.Errorf("stages are %v", keys)
	}
}

func TestAReviewersWordsReachTheCandidate(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	w.Answer(f.ID(), exam.StateNeedsMaterials, "请补充毕业证书扫描件")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	stages := f.Standing().Stages
	found := false
	for _, s := range stages {
		found = found || s.Note.In(chinese()) == "请补充毕业证书扫描件"
	}
	if !found || f.Standing().Next.Key() != "ui.next.needs_materials" {
		t.Errorf("the reason is not shown in %v", stages)
	}
	if got := f.Standing().Asked; got != "请补充毕业证书扫描件" || stepIDs(f)[0] != "supplement" {
		t.Errorf("beside the steps %v stands %q", stepIDs(f), got)
	}
	f.Do("supplement")
	if d.Page() != present.PageForm || f.At() != exam.StepEvidence {
		t.Errorf("adding the material leads to %s, step %s", d.Page(), f.At())
	}
	w.Answer(f.ID(), exam.StateVerified, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if f.Asked() != "" {
		t.Error("it is still asked for after 核验通过")
	}
	if f.Standing().Refused != "" {
		t.Error("what passed was refused")
	}
	w.Answer(f.ID(), exam.StateRefused, "年限证明与社保记录不符")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if s := f.Standing(); s.Refused != "年限证明与社保记录不符" || s.Next.Key() != "ui.next.refused" || s.Asked != "" {
		t.Errorf("refused with %q, next %s, asked for %q", s.Refused, s.Next.Key(), s.Asked)
	}
}

func TestAStepSetAsideSaysWhyAndHowToGoOn(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.SetAside(f.ID(), exam.KindDuplicate, nil, nil)
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	s := f.Standing()
	if s.WhereTone != present.Trouble || len(s.Aside) != 1 || s.Aside[0].Text.Key() != "ui.aside.duplicate" {
		t.Fatalf("shown as %s with %v", s.Where.Key(), s.Aside)
	}
	if got := stepIDs(f); !slices.Equal(got, []string{"edit", "retry", "drop", "print"}) {
		t.Errorf("offers %v", got)
	}
	f.Do("retry")
	w.Loop.Drain()
	if w.Waiting[0].Aside {
		t.Error("not put back")
	}
	f.Do("drop")
	w.Loop.Drain()
	if len(w.Waiting) != 0 || w.Drafts[f.ID()].State != exam.StateDraft {
		t.Errorf("%d steps wait, state %s", len(w.Waiting), w.Drafts[f.ID()].State)
	}
}

// What the server refused for what is in it is refused again as it is; once it was
// changed, the change is what is offered to be handed in.
func TestWhatWasRefusedForItsContentIsHandedInOnceItWasChanged(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.SetAside(f.ID(), exam.KindInvalid, []exam.Problem{{Field: "phone", Rule: "phone.format", Severity: exam.Block}}, nil)
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if got := stepIDs(f); !slices.Equal(got, []string{"edit", "drop", "print"}) || f.Readiness() != present.ReadyAside {
		t.Errorf("offers %v, %s", got, f.Readiness())
	}
	f.Set("phone", "13900139000")
	if got := stepIDs(f); !slices.Equal(got, []string{"submit", "edit", "drop", "print"}) || f.Readiness() != present.Ready {
		t.Errorf("once changed it offers %v, %s", got, f.Readiness())
	}
	f.Do("submit")
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Waiting[0].Aside {
		t.Fatalf("waiting: %+v", w.Waiting)
	}
	if sub, err := exam.DecodeSubmission(w.Waiting[0].Content); err != nil || sub.Document.Phone != "13900139000" {
		t.Errorf("handed in is the phone %s (%v)", sub.Document.Phone, err)
	}
}

func TestASubmissionRefusedBecauseTheRegistrationMovedGoesOnWhatItIsNow(t *testing.T) {
	for _, changedAgain := range []bool{false, true} {
		w, d, f := submitted(t, exam.StateSubmitted)
		f.Set("address", "这里改的地址")
		f.Submit()
		w.Loop.Drain()
		current := movedTo(w, f.ID(), exam.StateManualReview)
		w.SetAside(f.ID(), exam.KindConflict, nil, current)
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		want, do := []string{"retry", "drop", "print"}, "retry"
		if changedAgain {
			f.Set("address", "又改的地址")
			want, do = []string{"submit", "edit", "drop", "print"}, "submit"
		}
		if got := stepIDs(f); !slices.Equal(got, want) {
			t.Errorf("it offers %v", got)
		}
		f.Do(do)
		w.Loop.Drain()
		if len(w.Waiting) != 1 || w.Waiting[0].Aside || w.Waiting[0].Base != current.Version || w.Waiting[0].Action != exam.ActionSubmit {
			t.Fatalf("waiting: %+v", w.Waiting)
		}
		if sub, err := exam.DecodeSubmission(w.Waiting[0].Content); err != nil || !strings.HasSuffix(sub.Document.Address, "改的地址") || len(sub.Files) != 1 || len(w.Waiting[0].Files) != 1 {
			t.Errorf("handed in are %q and %d files (%v)", sub.Document.Address, len(sub.Files), err)
		}
	}
}

func TestASubmissionOnItsWayCannotBeChanged(t *testing.T) {
	w, _, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	f.Show(exam.StepPerson)
	why, closed := f.Closed()
	if v := fieldOf(t, f, "name"); !v.Locked || !closed || why.Empty() {
		t.Error("the name can be changed while it is being sent")
	}
}

func TestTheNameIsLockedOnceVerifiedButContactIsNot(t *testing.T) {
	_, _, f := submitted(t, exam.StateVerified)
	f.Show(exam.StepPerson)
	if !fieldOf(t, f, "name").Locked || fieldOf(t, f, "phone").Locked {
		t.Errorf("name locked %v, phone locked %v", fieldOf(t, f, "name").Locked, fieldOf(t, f, "phone").Locked)
	}
}

func TestAConflictIsDecidedFieldByField(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	base := *w.Drafts[f.ID()].Registration
	f.Set("phone", "13900139000")
	f.Set("address", "这里改的地址")
	w.Loop.Advance(time.Second)
	f.Submit()
	w.Loop.Drain()
	theirs, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		t.Fatal(err)
	}
	theirs.Document.Phone, theirs.Document.Email = "13700137000", "theirs@example.com"
	current := base
	current.Version, current.Content = base.Version+1, theirs.Encode()
	current.Digest = exam.Digest(current.Content)
	w.SetAside(f.ID(), exam.KindConflict, nil, &current)
	d.StoreChanged(f.ID())
	w.Loop.Drain()

	list := f.Conflict()
	if len(list) != 1 || list[0].Path != "phone" || list[0].Mine != "13900139000" || list[0].Theirs != "13700137000" || list[0].Base != "13800138000" {
		t.Fatalf("to decide: %+v", list)
	}
	if stepIDs(f)[0] != "resolve" {
		t.Errorf("offers %v", stepIDs(f))
	}
	f.Resolve(map[string]bool{"phone": true})
	w.Loop.Drain()
	got := w.Drafts[f.ID()].Document
	if got.Phone != "13700137000" || got.Email != "theirs@example.com" || got.Address != "这里改的地址" {
		t.Errorf("merged to %s, %s, %s", got.Phone, got.Email, got.Address)
	}
	if len(w.Waiting) != 1 || w.Waiting[0].Aside || w.Waiting[0].Base != current.Version {
		t.Errorf("queued %+v", w.Waiting)
	}
}

// changedElsewhere lets another machine's next version of base come, and gives the
// draft that knows of it.
func changedElsewhere(w *presenttest.World, d *present.Desk, f *present.Form, base exam.Registration, sub exam.Submission) exam.Draft {
	current := base
	current.Version, current.Content = base.Version+1, sub.Encode()
	current.Digest = exam.Digest(current.Content)
	held := w.Drafts[f.ID()]
	held.Base, held.Registration = &base, &current
	w.Drafts[f.ID()] = held
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	return held
}

// TestAPhotoThatBothChangedIsAsked shows both photos, theirs once its bytes have come,
// and does what was chosen; undoing puts mine back, and the question with it.
func TestAPhotoThatBothChangedIsAsked(t *testing.T) {
	for _, useTheirs := range []bool{false, true} {
		w, d, f := submitted(t, exam.StateSubmitted)
		base := *w.Drafts[f.ID()].Registration
		own := w.Drafts[f.ID()]
		mine := exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}
		if _, err := w.Ports().Files.Attach(own.ID, mine, []byte("my new photo")); err != nil {
			t.Fatal(err)
		}
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		mine, _ = w.Drafts[f.ID()].Photo()
		sub, err := exam.DecodeSubmission(base.Content)
		if err != nil {
			t.Fatal(err)
		}
		raw := []byte("their new photo")
		theirs := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}
		sub.Files = exam.TakePhoto(sub.Files, []exam.File{theirs})
		changedElsewhere(w, d, f, base, sub)

		decide := func() present.Difference {
			t.Helper()
			f.Meeting() // asks for the pictures
			w.Loop.Drain()
			m := f.Meeting()
			if len(m.Decide) != 1 || m.Decide[0].Path != exam.PhotoPath || m.Decide[0].Field.Empty() {
				t.Fatalf("to decide: %+v", m.Decide)
			}
			return m.Decide[0]
		}
		if got := decide(); string(got.Pictures[1]) != "my new photo" || got.Pictures[2] != nil || got.Shown[2].Key() != "ui.conflict.photo.coming" {
			t.Errorf("before its bytes have come: %+v", got)
		}
		w.Bytes[theirs.SHA256] = raw
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		if got := decide(); string(got.Pictures[2]) != string(raw) || got.Shown[2].Key() == "ui.conflict.photo.coming" {
			t.Errorf("after they have come: %+v", got)
		}
		f.Resolve(map[string]bool{exam.PhotoPath: useTheirs})
		w.Loop.Drain()
		want := mine.SHA256
		if useTheirs {
			want = theirs.SHA256
		}
		if now, _ := w.Drafts[f.ID()].Photo(); now.SHA256 != want {
			t.Errorf("chose theirs: %v, and the photo is %.8s", useTheirs, now.SHA256)
		}
		if !useTheirs { // also once the server has it
			w.Answer(f.ID(), exam.StateSubmitted, "")
			d.StoreChanged(f.ID())
			w.Loop.Drain()
			lost := w.Drafts[f.ID()]
			lost.Files = slices.DeleteFunc(slices.Clone(lost.Files), func(x exam.File) bool { return x.Kind == exam.FilePhoto })
			lost.Revision++
			w.Drafts[f.ID()] = lost
			d.StoreChanged(f.ID())
			w.Loop.Drain()
		}
		d.UndoLast()
		w.Loop.Drain()
		if now, _ := w.Drafts[f.ID()].Photo(); now.SHA256 != mine.SHA256 {
			t.Errorf("chose theirs: %v; undoing does not bring my photo back", useTheirs)
		}
	}
}

// Evidence is not asked for: what either side has stays, and the page says so, as it
// says which files come from there alone.
func TestWhatBecomesOfFilesIsSaidBeforeTheyAreJoined(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	attach := func(kind exam.FileKind, text string) {
		t.Helper()
		if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: kind, Type: "application/pdf"}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	there := func(kind exam.FileKind, text string) exam.File {
		return exam.File{Kind: kind, SHA256: exam.Digest([]byte(text)), Size: int64(len(text)), Type: "application/pdf"}
	}
	base := *w.Drafts[f.ID()].Registration
	attach("diploma", "one of mine")
	attach("diploma", "another of mine")
	attach("degree", "mine alone")
	sub, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		t.Fatal(err)
	}
	sub.Files = append(sub.Files, there("diploma", "one of theirs"), there("work_years", "theirs alone"))
	held := changedElsewhere(w, d, f, base, sub)
	m := f.Meeting()
	if len(m.Decide) != 0 || len(m.Joined) != 1 || m.Joined[0].Name.In(chinese()) == "diploma" || m.Joined[0].Mine != 2 || m.Joined[0].Theirs != 1 || m.Joined[0].All != 3 {
		t.Errorf("asked %+v, joined %+v", m.Decide, m.Joined)
	}
	if len(m.Taken) != 1 || m.Taken[0].From.In(chinese()) != "这里的 0 个文件" || m.Taken[0].To.In(english()) != "1 file on the server" || m.Taken[0].Field.Empty() {
		t.Errorf("taken over: %+v", m.Taken)
	}
	f.Resolve(nil)
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Files; len(got) != len(held.Files)+2 {
		t.Errorf("attached are %+v", got)
	}
}

func TestAChangeElsewhereIsTakenInBeforeAnythingElse(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	mine := w.Drafts[f.ID()].Document
	w.Elsewhere(f.ID(), func(doc *exam.Document) { doc.Phone = "13700137000" })
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if ids := stepIDs(f); ids[0] != "resolve" || slices.Contains(ids, "confirm") || slices.Contains(ids, "submit") {
		t.Errorf("over a change that nobody here has seen it offers %v", ids)
	}
	if tone, _ := f.Where(); tone == present.Good {
		t.Error("green although the server has something else")
	}
	if list := f.Conflict(); len(list) != 0 {
		t.Errorf("asks %+v although only one side changed anything", list)
	}
	f.Resolve(nil)
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document; got.Phone != "13700137000" || len(w.Waiting) != 0 {
		t.Errorf("phone %s, %d steps wait", got.Phone, len(w.Waiting))
	}
	d.UndoLast()
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document; got.Phone != mine.Phone {
		t.Errorf("after undoing the phone is %s", got.Phone)
	}
	if ids := stepIDs(f); ids[0] != "resolve" {
		t.Errorf("after undoing the question is not there again: %v", ids)
	}
}

func TestWhatWasChangedHereIsHandedInAgainOnTheirs(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	f.Set("address", "这里改的地址")
	f.SaveNow()
	w.Loop.Drain()
	w.Elsewhere(f.ID(), func(doc *exam.Document) { doc.Phone = "13700137000" })
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	f.Resolve(nil)
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Waiting[0].Base != w.Drafts[f.ID()].Registration.Version {
		t.Fatalf("waiting: %+v", w.Waiting)
	}
	sub, err := exam.DecodeSubmission(w.Waiting[0].Content)
	if err != nil || sub.Document.Phone != "13700137000" || sub.Document.Address != "这里改的地址" {
		t.Errorf("handed in phone %s, address %s (%v)", sub.Document.Phone, sub.Document.Address, err)
	}
	d.UndoLast()
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document; len(w.Waiting) != 0 || got.Phone == "13700137000" || stepIDs(f)[0] != "resolve" {
		t.Errorf("undone before it was sent: %d steps wait, phone %s, offers %v", len(w.Waiting), got.Phone, stepIDs(f))
	}
	f.Resolve(nil)
	w.Loop.Drain()
	w.Answer(f.ID(), exam.StateSubmitted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	d.UndoLast()
	w.Loop.Drain()
	if ids := stepIDs(f); !slices.Contains(ids, "submit") || slices.Contains(ids, "resolve") {
		t.Errorf("undone after it was delivered it offers %v", ids)
	}
}

func TestThreeQuietDaysAreAnswered(t *testing.T) {
	w, _, f := submitted(t, exam.StateManualReview)
	if !f.Standing().Wait.Empty() {
		t.Error("said on the first day")
	}
	w.Loop.Advance(73 * time.Hour)
	if f.Standing().Wait.Empty() {
		t.Error("nothing said after three days")
	}
}

func TestTheBillHasItsItems(t *testing.T) {
	_, _, f := submitted(t, exam.StateVerified)
	b := f.Standing().Bill
	if b == nil || !b.Known || len(b.Items) != 2 || b.Items[0].Yuan != "65.00" || b.Total != "130.00" {
		t.Errorf("bill is %+v", b)
	}
	_, _, draft := opened(t, exam.Document{})
	if draft.Standing().Bill != nil {
		t.Error("a draft has a bill")
	}
}

func TestTheReviewOffersToSubmitOnlyWhatCanBeSubmitted(t *testing.T) {
	for _, s := range situations() {
		w, d, f := s.play(t)
		r := f.Readiness()
		for _, words := range []present.Words{chinese(), english()} {
			if r == present.ReadyMissing {
				break // it counts, which the window does
			}
			for _, key := range []string{"ui.review." + string(r), "ui.review." + string(r) + ".text"} {
				if said := present.T(key).In(words); strings.Contains(said, "⟦") {
					t.Errorf("%s: %s", s.name, said)
				}
			}
		}
		waiting := len(w.Waiting)
		f.Submit()
		w.Loop.Drain()
		switch {
		case r == present.Ready && (len(w.Waiting) != waiting+1 || d.Page() != present.PageRegistration):
			t.Errorf("%s: it is offered, and %d steps wait", s.name, len(w.Waiting))
		case (r == present.ReadyWaiting || r == present.ReadyClosed) && len(w.Waiting) != waiting:
			t.Errorf("%s: it is not offered, and was taken", s.name)
		}
	}
}

func TestTheReviewSaysWhatThereIsToDo(t *testing.T) {
	want := map[string]present.Readiness{"draft": present.Ready, "first submission offline": present.ReadyWaiting, "conflict": present.ReadyConflict,
		"refused by a rule": present.ReadyAside, "submitted": present.ReadySame, "completed": present.ReadySame, "edited": present.Ready, "withdrawn": present.Ready,
		"confirming": present.ReadyWaiting, "withdrawing": present.ReadyWaiting}
	for _, s := range situations() {
		if r, ok := want[s.name]; ok {
			if _, _, f := s.play(t); f.Readiness() != r {
				t.Errorf("%s: it says %s, want %s", s.name, f.Readiness(), r)
			}
		}
	}
	if _, _, f := opened(t, exam.Document{}); f.Readiness() != present.ReadyMissing {
		t.Errorf("an empty draft is %s", f.Readiness())
	}
}

func TestAPaymentIsOfferedAlsoWhileAChangeElsewhereWaits(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	n := w.Drafts[f.ID()]
	theirs := *n.Registration
	sub, err := exam.DecodeSubmission(theirs.Content)
	if err != nil {
		t.Fatal(err)
	}
	sub.Document.City = "开封市"
	theirs.Version, theirs.Content = theirs.Version+1, sub.Encode()
	theirs.Digest = exam.Digest(theirs.Content)
	n.Registration, n.Revision = &theirs, n.Revision+1
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if ids := stepIDs(f); ids[0] != "resolve" || !slices.Contains(ids, "pay") || slices.Contains(ids, "confirm") || slices.Contains(ids, "submit") {
		t.Errorf("offered are %v", ids)
	}
	f.Do("pay")
	f.Paid()
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Waiting[0].Action != exam.ActionPay || w.Waiting[0].Base != theirs.Version {
		t.Errorf("%d steps wait: %+v", len(w.Waiting), w.Waiting)
	}
}
