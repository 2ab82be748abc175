package present_test

import (
	"slices"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// Answers of the store come when they come: after the page was left, after
// something newer, after the same thing was pressed again.

// backwards runs all work, the last that was handed over first.
func backwards(w *presenttest.World) {
	for w.Loop.Waiting() > 0 {
		w.Loop.StepAt(w.Loop.Waiting() - 1)
	}
}

// asked runs the work that waits but lets nothing of it reach the window yet.
func asked(w *presenttest.World) {
	for i := range w.Loop.Waiting() {
		w.Loop.StepAt(i)
	}
}

func TestADraftThatOpensLateDoesNotTakeThePageAway(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Go(present.PageHome)
	w.Loop.Drain()
	d.Open(other.ID)
	d.Go(present.PageSettings)
	w.Loop.Drain()
	if d.Page() != present.PageSettings || d.Form() != f {
		t.Errorf("on %s, another draft is open: %v", d.Page(), d.Form() != f)
	}
}

func TestANewDraftThatIsMadeLateOnlyStandsInTheList(t *testing.T) {
	w, d := desk(t)
	d.New()
	d.Go(present.PageHelp)
	w.Loop.Drain()
	if d.Page() != present.PageHelp || d.Form() != nil || len(w.Drafts) != 1 {
		t.Errorf("on %s with %d drafts", d.Page(), len(w.Drafts))
	}
	d.Go(present.PageHome)
	w.Loop.Drain()
	if n := len(d.Home().Rows); n != 1 {
		t.Errorf("%d rows are listed", n)
	}
	d.New() // what was not wanted does not stand in the way of the next
	w.Loop.Drain()
	if d.Page() != present.PageForm || len(w.Drafts) != 2 {
		t.Errorf("on %s with %d drafts", d.Page(), len(w.Drafts))
	}
}

func TestADraftMadeLateStandsInTheListThatIsShown(t *testing.T) {
	w, d := desk(t)
	d.New()
	d.Go(present.PageHelp)
	d.Go(present.PageHome)
	w.Loop.Drain()
	if n := len(d.Home().Rows); n != 1 || d.Page() != present.PageHome {
		t.Errorf("%d rows are listed on %s", n, d.Page())
	}
}

// deeds are steps of a registration with how it has to stand for them, what
// takes them, and whether the store has seen to them.
var deeds = map[string]struct {
	state exam.State
	begin func(*present.Desk, *present.Form)
	done  func(*presenttest.World, exam.DraftID) bool
}{
	"submit":   {exam.StateDraft, func(_ *present.Desk, f *present.Form) { f.Submit() }, queued(exam.ActionSubmit)},
	"confirm":  {exam.StateVerified, func(d *present.Desk, f *present.Form) { f.Do("confirm"); d.Answer(true) }, queued(exam.ActionConfirm)},
	"withdraw": {exam.StateVerified, func(d *present.Desk, f *present.Form) { f.Do("withdraw"); d.Answer(true) }, queued(exam.ActionWithdraw)},
	"pay":      {exam.StateConfirmed, func(_ *present.Desk, f *present.Form) { f.Paid() }, queued(exam.ActionPay)},
}

func queued(a exam.Action) func(*presenttest.World, exam.DraftID) bool {
	return func(w *presenttest.World, id exam.DraftID) bool {
		return len(w.Waiting) == 1 && w.Waiting[0].Action == a && w.Waiting[0].Draft == id
	}
}

// standsAt gives a registration in a state, or a complete draft.
func standsAt(t *testing.T, state exam.State) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	if state == exam.StateDraft {
		return complete(t)
	}
	return submitted(t, state)
}

func TestAStepThatIsTakenLateDoesNotTakeThePageAway(t *testing.T) {
	for name, deed := range deeds {
		w, d, f := standsAt(t, deed.state)
		deed.begin(d, f)
		d.Go(present.PageHelp)
		w.Loop.Drain()
		if d.Page() != present.PageHelp || !deed.done(w, f.ID()) {
			t.Errorf("%s: on %s, %d steps wait", name, d.Page(), len(w.Waiting))
		}
	}
}

func TestAStepThatIsTakenLateChangesNothingInAnotherDraft(t *testing.T) {
	for name, deed := range deeds {
		w, d, f := standsAt(t, deed.state)
		other, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		deed.begin(d, f)
		asked(w)
		d.Open(other.ID)
		backwards(w)
		if d.Form().ID() != other.ID || d.Page() != present.PageForm || len(d.Form().Standing().Stages) == 0 || where(d.Form()) != "ui.transport.local" {
			t.Errorf("%s: on %s, the other draft is %s", name, d.Page(), where(d.Form()))
		}
		if !deed.done(w, f.ID()) {
			t.Errorf("%s: it was lost", name)
		}
	}
}

func TestAStepThatFailsLateIsSaidWhereverThePersonIs(t *testing.T) {
	for name, deed := range deeds {
		w, d, f := standsAt(t, deed.state)
		other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		d.Open(other.ID)
		d.Open(f.ID())
		w.Loop.Drain()
		w.DiskFull()
		deed.begin(d, f)
		asked(w)
		w.Mended()
		d.Open(other.ID)
		backwards(w)
		if text, bad := d.Trouble(); !bad || text.Key() != "ui.trouble.full" {
			t.Errorf("%s: says %q", name, text.Key())
		}
		if _, ok := d.Form().Message(); ok {
			t.Errorf("%s: said on the page of another draft", name)
		}
	}
}

func TestAnOlderAnswerNeverTakesThePlaceOfANewerOne(t *testing.T) {
	t.Run("the list", func(t *testing.T) {
		w, d := desk(t)
		d.StoreChanged("")
		asked(w) // the list was read while it was empty
		if _, err := w.Ports().Drafts.Create(exam.Document{Name: "李小满"}, w.Pack.Ref()); err != nil {
			t.Fatal(err)
		}
		d.StoreChanged("")
		backwards(w)
		if n := len(d.Home().Rows); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("the outbox", func(t *testing.T) {
		w, d, f := complete(t)
		d.StoreChanged("")
		asked(w)
		f.Submit()
		w.Loop.StepAt(w.Loop.Waiting() - 1)
		w.Loop.StepAt(w.Loop.Waiting() - 1) // queued, while the old answer is on its way
		backwards(w)
		if len(d.Queue()) != 1 || where(f) != "ui.transport.waiting" {
			t.Errorf("%d steps are shown, %s", len(d.Queue()), where(f))
		}
	})
	t.Run("the outbox, as it was before", func(t *testing.T) {
		w, d, f := complete(t)
		d.StoreChanged("")
		asked(w)
		f.Submit()
		for w.Loop.Waiting() > 1 && len(d.Queue()) == 0 && where(f) != "ui.transport.waiting" {
			w.Loop.StepAt(w.Loop.Waiting() - 1)
		}
		for where(f) == "ui.transport.waiting" && w.Loop.Waiting() > 0 {
			w.Loop.StepAt(0) // the oldest first
		}
		if where(f) != "ui.transport.waiting" {
			t.Errorf("for a moment it was shown as %s", where(f))
		}
	})
	t.Run("the history", func(t *testing.T) {
		w, d, f := opened(t, exam.Document{City: "零"})
		d.Go(present.PageHistory)
		asked(w)
		f.Set("city", "一")
		f.Leave("city")
		w.Loop.StepAt(w.Loop.Waiting() - 1)
		w.Loop.StepAt(w.Loop.Waiting() - 1)
		d.Go(present.PageHelp)
		d.Go(present.PageHistory)
		backwards(w)
		if n := len(f.Past()); n != 2 {
			t.Errorf("%d versions", n)
		}
	})
	t.Run("the settings", func(t *testing.T) {
		w, d := desk(t)
		d.Go(present.PageSettings)
		asked(w)
		d.KeepVersions(20)
		backwards(w)
		if got := d.Settings().Versions; got != 20 {
			t.Errorf("%d versions are kept", got)
		}
		if d.Settings().Loading {
			t.Error("the page says for ever that it reads")
		}
	})
}

func TestAPhotoThatIsReadLateIsNotShownInPlaceOfTheNewOne(t *testing.T) {
	w, _, f := complete(t)
	again, g := openedUnread(t, w, f.ID())
	if v := g.Photo(); !v.Reading || v.Photo != nil {
		t.Fatalf("reading %v, shown %d bytes", v.Reading, len(v.Photo))
	}
	asked(w)
	if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, []byte("another")); err != nil {
		t.Fatal(err)
	}
	again.StoreChanged(f.ID())
	backwards(w)
	if got := string(g.Photo().Photo); got != "another" || g.Photo().Reading {
		t.Errorf("shown are %d bytes", len(got))
	}
}

func TestThePhotoFollowsWhatTheStoreSays(t *testing.T) {
	w, d, f := complete(t)
	n := w.Drafts[f.ID()]
	w.Bytes[exam.Digest([]byte("from elsewhere"))] = []byte("from elsewhere")
	n.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest([]byte("from elsewhere"))}}
	n.Revision++
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if got := string(f.Photo().Photo); got != "from elsewhere" {
		t.Errorf("shown are %d bytes of another", len(got))
	}
	n.Files, n.Revision = nil, n.Revision+1
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if v := f.Photo(); v.Photo != nil || v.Reading {
		t.Errorf("shown are %d bytes, and there is no photo", len(v.Photo))
	}
}

func TestAPhotoThatCannotBeReadIsNoMissingPhoto(t *testing.T) {
	w, _, f := complete(t)
	w.Unreadable()
	w = w.Killed()
	d := w.Desk(t)
	w.Mended()
	d.Open(f.ID())
	w.Loop.StepAt(0)
	w.Loop.StepAt(0)
	w.Unreadable()
	w.Loop.Drain()
	v := d.Form().Photo()
	if v.Trouble.Key() != "ui.photo.unreadable" || v.Reading || v.Photo != nil {
		t.Errorf("says %q, reading %v", v.Trouble.Key(), v.Reading)
	}
	for _, s := range d.Form().StepList() {
		if s.ID == exam.StepPhoto && s.Missing != 0 {
			t.Error("the step counts the photo as missing")
		}
	}
}

func TestADifferenceThatIsReadLateIsNotShownOnceItWasClosed(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	f.Set("city", "一")
	f.Leave("city")
	d.Go(present.PageHistory)
	w.Loop.Drain()
	f.Compare(2)
	if revision, list := f.Compared(); revision != 2 || list != nil {
		t.Errorf("while it is read, %d shows %v", revision, list)
	}
	f.Compare(2)
	w.Loop.Drain()
	if revision, list := f.Compared(); revision != 0 || list != nil {
		t.Errorf("closed, %d shows %v", revision, list)
	}
	f.Compare(2)
	f.Compare(1)
	backwards(w)
	if revision, list := f.Compared(); revision != 1 || len(list) != 1 || list[0].To.In(chinese()) != "零" {
		t.Errorf("%d shows %v", revision, list)
	}
}

func TestADifferenceThatCannotBeReadIsSaid(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	d.Go(present.PageHistory)
	w.Loop.Drain()
	w.Unreadable()
	f.Compare(1)
	w.Loop.Drain()
	text, bad := d.Alarm()
	if revision, _ := f.Compared(); !bad || text.Key() != "ui.trouble.damaged" || revision != 0 {
		t.Errorf("%d is open, it says %q", revision, text.Key())
	}
	f.Compare(99) // a version that never was
	if revision, _ := f.Compared(); revision != 0 {
		t.Errorf("%d is open", revision)
	}
}

func TestTheWindowClosesThoughADraftWasStillBeingOpened(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	for _, late := range []func(){func() { d.Open(other.ID) }, d.New, f.Submit} {
		f.Set("address", "最后一句 "+w.Loop.Now().String())
		late()
		closed := false
		d.Close(func() { closed = true })
		backwards(w)
		w.Loop.Advance(time.Second)
		if !closed {
			t.Error("what came late kept the window open")
		}
	}
}

func TestADraftShownAgainHearsWhatItMissed(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	w.DiskFull()
	f.Set("address", "还没存下")
	d.Open(other.ID)
	w.Loop.Drain()
	w.Answer(f.ID(), exam.StateVerified, "") // while another draft is shown
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	d.Open(f.ID())
	w.Loop.Drain()
	if d.Form() != f || f.Standing().State.Key() != "ui.state.verified" {
		t.Errorf("it stands at %s", f.Standing().State.Key())
	}
	if got, err := w.Drafts[f.ID()].Document.Get("address"); err != nil || got == "还没存下" {
		t.Fatal("the disk was not full")
	}
	w.Mended()
	w.Loop.Advance(20 * time.Second)
	if got := w.Drafts[f.ID()].Document.Address; got != "还没存下" {
		t.Errorf("stored is %q", got)
	}
}

func TestEveryPageSaysThatItReadsBeforeItSaysThatNothingIsThere(t *testing.T) {
	w := presenttest.NewWorld()
	d := w.Desk(t)
	d.Start()
	if h := d.Home(); !h.Loading || h.First || h.Unread {
		t.Errorf("home: %+v", h)
	}
	if d.QueueRead() {
		t.Error("the outbox was not read yet")
	}
	w.Loop.Drain()
	if h := d.Home(); h.Loading || !h.First || !d.QueueRead() {
		t.Errorf("home: %+v, outbox read %v", h, d.QueueRead())
	}
	d.New()
	w.Loop.Drain()
	d.Go(present.PageHistory)
	if read, _ := d.Form().PastRead(); read {
		t.Error("the history was not read yet")
	}
	d.Go(present.PagePrint)
	if v := d.Print(); !v.Asking || !v.Busy || len(v.Pages) != 0 {
		t.Errorf("printing: asking %v, busy %v", v.Asking, v.Busy)
	}
	d.Go(present.PageSettings)
	if !d.Settings().Loading {
		t.Error("the settings were not read yet")
	}
	w.Loop.Drain()
	past, _ := d.Form().PastRead()
	if v := d.Print(); !past || v.Asking || v.Busy || d.Settings().Loading {
		t.Errorf("it still reads: history %v, printers %v, paper %v, settings %v", !past, v.Asking, v.Busy, d.Settings().Loading)
	}
}

func TestAListThatCannotBeReadIsReadAgainWhenAsked(t *testing.T) {
	w := presenttest.NewWorld()
	d := w.Desk(t)
	w.Unreadable()
	d.Start()
	w.Loop.Drain()
	if h := d.Home(); !h.Unread || h.Loading || h.First {
		t.Errorf("%+v", h)
	}
	w.Mended()
	d.ReadAgain()
	if h := d.Home(); h.Unread || !h.Loading {
		t.Errorf("while it is read again: %+v", h)
	}
	w.Loop.Drain()
	if h := d.Home(); h.Unread || h.Loading || !h.First {
		t.Errorf("%+v", h)
	}
	if _, bad := d.Alarm(); bad {
		t.Error("what is over is still said")
	}
}

func TestASearchThatWasNotAnsweredYetFindsNotNothing(t *testing.T) {
	w, d := desk(t)
	if _, err := w.Ports().Drafts.Create(exam.Document{Name: "李小满"}, w.Pack.Ref()); err != nil {
		t.Fatal(err)
	}
	d.StoreChanged("")
	w.Loop.Drain()
	d.Search("王")
	if h := d.Home(); h.Search != "" || len(h.Rows) != 1 {
		t.Errorf("before the answer %q has %d rows", h.Search, len(h.Rows))
	}
	w.Loop.Drain()
	if h := d.Home(); h.Search != "王" || len(h.Rows) != 0 || h.First {
		t.Errorf("%q has %d rows", h.Search, len(h.Rows))
	}
	d.Search("")
	w.Loop.Drain()
	if names := d.Home().Rows; !slices.ContainsFunc(names, func(r present.HomeRow) bool { return r.Name.In(chinese()) == "李小满" }) {
		t.Errorf("all are %v", names)
	}
}
