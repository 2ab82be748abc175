package present_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// rowOf gives the home page's row of a draft, read anew.
func rowOf(t *testing.T, w *presenttest.World, d *present.Desk, id exam.DraftID) present.HomeRow {
	t.Helper()
	d.Go(present.PageHome)
	d.StoreChanged("")
	w.Loop.Drain()
	for _, r := range d.Home().Rows {
		if r.ID == id {
			return r
		}
	}
	t.Fatal("the draft is not in the list")
	return present.HomeRow{}
}

// every is every state that a registration can be in, the server's first.
var every = []exam.State{exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials, exam.StateVerified, exam.StateConfirmed,
	exam.StatePaying, exam.StateCompleted, exam.StateWithdrawn, exam.StateExpired, exam.StateRefused}

func TestEveryStateSaysWhereItStandsAndWhatComesNext(t *testing.T) {
	for _, state := range every {
		w, d, f := submitted(t, state)
		r := rowOf(t, w, d, f.ID())
		if r.State.Key() != "ui.state."+string(state) || r.Next.Key() != "ui.next."+string(state) {
			t.Errorf("%s is listed as %s, next %s", state, r.State.Key(), r.Next.Key())
		}
		if r.WhereTone != present.Good || r.Where.Key() != "ui.transport.delivered" {
			t.Errorf("%s with its receipt is listed as %s", state, r.Where.Key())
		}
		for _, words := range []present.Words{chinese(), english()} {
			for _, text := range []present.Text{r.State, r.Next, r.Where, r.About, r.Name} {
				if said := text.In(words); said == "" || strings.Contains(said, "⟦") {
					t.Errorf("%s: %s has no words in %s", state, text.Key(), words.Lang())
				}
			}
		}
	}
}

func TestTheListIsNotGreenOverWhatTheServerHasNotSeen(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	f.Set("address", "另一个地址 2 号")
	f.Leave("address")
	if r := rowOf(t, w, d, f.ID()); r.WhereTone == present.Good || r.Where.Key() != "ui.transport.local" {
		t.Errorf("after a change that was not sent the list says %s", r.Where.Key())
	}
}

func TestTonesTellGoodFromBad(t *testing.T) {
	want := map[exam.State]present.Tone{
		exam.StateSubmitted: present.Busy, exam.StateManualReview: present.Busy, exam.StatePaying: present.Busy,
		exam.StateNeedsMaterials: present.Warning,
		exam.StateVerified:       present.Good, exam.StateConfirmed: present.Good, exam.StateCompleted: present.Good,
		exam.StateWithdrawn: present.Calm,
		exam.StateExpired:   present.Trouble, exam.StateRefused: present.Trouble,
	}
	for _, state := range every {
		_, _, f := submitted(t, state)
		if got := f.Standing().StateTone; got != want[state] {
			t.Errorf("%s has tone %v, want %v", state, got, want[state])
		}
	}
}

func TestAWaitingStepIsListedAsWaiting(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	r := rowOf(t, w, d, f.ID())
	if r.Where.Key() != "ui.transport.waiting" || r.Next.Key() != "ui.next.queued" || r.WhereTone != present.Busy {
		t.Errorf("listed as %s, next %s", r.Where.Key(), r.Next.Key())
	}
	w.SetAside(f.ID(), exam.KindInvalid, nil, nil)
	r = rowOf(t, w, d, f.ID())
	if r.Where.Key() != "ui.transport.set_aside" || r.Next.Key() != "ui.next.set_aside" || r.WhereTone != present.Trouble {
		t.Errorf("set aside it is listed as %s, next %s", r.Where.Key(), r.Next.Key())
	}
}

func TestWhatIsRegisteredCannotBeDeletedByMistake(t *testing.T) {
	for _, state := range every {
		w, d, f := submitted(t, state)
		may := state == exam.StateWithdrawn || state == exam.StateExpired
		if r := rowOf(t, w, d, f.ID()); r.Deletable != may {
			t.Errorf("%s: deletable %v", state, r.Deletable)
		}
	}
	w, d, f := opened(t, exam.Document{})
	if r := rowOf(t, w, d, f.ID()); !r.Deletable {
		t.Error("a draft cannot be deleted")
	}
}

func TestAListThatCannotBeReadIsNotAnEmptyList(t *testing.T) {
	w, d := desk(t)
	w.Loop.Drain()
	if h := d.Home(); !h.First || h.Unread || h.Loading {
		t.Fatalf("before: %+v", h)
	}
	w.Damaged()
	d.StoreChanged("")
	w.Loop.Drain()
	if _, bad := d.Trouble(); !bad {
		t.Error("nothing is said of a list that cannot be read")
	}
	if h := d.Home(); h.First || !h.Unread || h.Loading {
		t.Errorf("a list that cannot be read is shown as %+v", h)
	}
	w.Mended()
	d.StoreChanged("")
	w.Loop.Drain()
	if h := d.Home(); !h.First || h.Unread {
		t.Errorf("read again: %+v", h)
	}
}

func TestASearchNarrowsAndItsAnswerIsTheNewestQuestions(t *testing.T) {
	w, d := desk(t)
	for _, name := range []string{"李小满", "王小雪", "李大寒"} {
		if _, err := w.Ports().Drafts.Create(exam.Document{Name: name}, w.Pack.Ref()); err != nil {
			t.Fatal(err)
		}
	}
	d.Search("李")
	d.Search("王") // before the first is answered
	for w.Loop.Waiting() > 0 {
		w.Loop.StepAt(w.Loop.Waiting() - 1) // the newest answers first
	}
	if h := d.Home(); len(h.Rows) != 1 || h.Rows[0].Name.In(chinese()) != "王小雪" || h.Total != 1 || h.Search != "王" {
		t.Errorf("found %d, of %d, for %q", len(h.Rows), h.Total, h.Search)
	}
	d.Search("赵")
	w.Loop.Drain()
	if h := d.Home(); len(h.Rows) != 0 || h.First {
		t.Errorf("nothing found looks like a first start: %+v", h)
	}
}

func TestALongListSaysHowManyMoreThereAre(t *testing.T) {
	w, d := desk(t)
	for i := range 120 {
		if _, err := w.Ports().Drafts.Create(exam.Document{Name: fmt.Sprint("考生", i)}, w.Pack.Ref()); err != nil {
			t.Fatal(err)
		}
	}
	d.StoreChanged("")
	w.Loop.Drain()
	if h := d.Home(); h.Total != 120 || len(h.Rows) >= h.Total || len(h.Rows) == 0 {
		t.Errorf("%d rows of %d", len(h.Rows), h.Total)
	}
}

func TestTheTroubleGoesAwayWithItsCause(t *testing.T) {
	w, d := desk(t)
	w.Unreadable()
	d.StoreChanged("")
	w.Loop.Drain()
	if _, bad := d.Trouble(); !bad {
		t.Fatal("nothing is said")
	}
	w.Mended()
	d.StoreChanged("")
	w.Loop.Drain()
	if text, bad := d.Trouble(); bad {
		t.Errorf("it still says %s", text.Key())
	}
}

func TestCountdownsAreTheAreasOwnOnceItIsChosen(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	known := map[string]bool{}
	for _, x := range w.Pack.Deadlines(presenttest.Complete()) {
		key := "deadline." + string(x.Kind)
		if x.Kind == exam.ExamBegins {
			key = "ui.days.exam"
		}
		known[key+x.At.String()] = true
	}
	days := d.Home().Days
	if len(days) == 0 {
		t.Fatal("no day is counted down")
	}
	for i, c := range days {
		if !known[c.Text.Key()+c.At.String()] {
			t.Errorf("%s is counted down to %s, which is not in the pack", c.Text.Key(), c.At)
		}
		if i > 0 && c.At.Before(days[i-1].At) {
			t.Errorf("%s stands behind a later day", c.Text.Key())
		}
	}
	f.Set("area", "")
	for _, c := range d.Home().Days {
		if !c.National && c.Text.Key() != "ui.days.exam" && strings.Contains(c.Text.Key(), "registration") {
			t.Errorf("%s is shown as an area's own while no area is chosen", c.Text.Key())
		}
	}
}

func TestEverySittingIsCountedDownByItsSubjectAndItsHours(t *testing.T) {
	in(t, time.FixedZone("CST", 8*3600))
	doc := presenttest.Complete()
	doc.Level, doc.Subjects = exam.Intermediate, nil
	w, d, _ := opened(t, doc)
	w.Loop.Advance(70 * 24 * time.Hour) // only the exam is still to come
	want := [][3]string{
		{"考试：社会工作法规与政策（中级）", "Exam: Law and Policy (Intermediate)", "2026-05-23 14:00–16:00"},
		{"考试：社会工作综合能力（中级）", "Exam: Comprehensive Ability (Intermediate)", "2026-05-24 09:00–11:00"},
		{"考试：社会工作实务（中级）", "Exam: Practice (Intermediate)", "2026-05-24 14:00–16:30"},
	}
	var got [][3]string
	for _, c := range d.Home().Days {
		if c.Text.Key() == "ui.days.exam" {
			got = append(got, [3]string{c.Text.In(chinese()), c.Text.In(english()), c.When.In(chinese())})
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("counted down are %q", got)
	}
}

func TestWhatIsDueOnOneDayIsAsManyDaysAway(t *testing.T) {
	_, d, _ := opened(t, presenttest.Complete())
	left, twice := map[string]string{}, false
	for _, c := range d.Home().Days {
		day, n := c.At.In(time.FixedZone("", 8*3600)).Format(time.DateOnly), c.Left.Arg("count")
		if was, ok := left[day]; ok {
			if twice = true; was != n {
				t.Errorf("%s is %s and %s days away", day, was, n)
			}
		}
		left[day] = n
	}
	if !twice {
		t.Error("no day has two moments")
	}
}

func TestACountdownCountsDownAndTurnsNear(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	closes := func() (present.Countdown, bool) {
		for _, c := range d.Home().Days {
			if c.Text.Key() == "deadline.registration_closes" {
				return c, true
			}
		}
		return present.Countdown{}, false
	}
	c, ok := closes()
	if !ok {
		t.Fatalf("the end of registration is not counted down: %+v", d.Home().Days)
	}
	for _, x := range []struct {
		before time.Duration
		key    string
		count  string
		near   bool
	}{
		{4*24*time.Hour + time.Hour, "ui.left.days", "4", false},
		{72 * time.Hour, "ui.left.days", "3", true},
		{47 * time.Hour, "ui.left.days", "1", true},
		{24 * time.Hour, "ui.left.days", "1", true},
		{24*time.Hour - time.Minute, "ui.left.hours", "23", true},
		{5*time.Hour + time.Minute, "ui.left.hours", "5", true},
		{20 * time.Minute, "ui.left.minutes", "20", true},
		{10 * time.Second, "ui.left.minutes", "1", true},
	} {
		w.Loop.Away(c.At.Add(-x.before).Sub(w.Loop.Now()))
		now, ok := closes()
		if !ok || now.Left.Key() != x.key || now.Left.Arg("count") != x.count || now.Near != x.near {
			t.Errorf("%s before: %s %s, near %v", x.before, now.Left.Key(), now.Left.Arg("count"), now.Near)
		}
	}
	w.Loop.Away(time.Minute)
	if _, ok := closes(); ok {
		t.Error("a day that is over is still counted down")
	}
	if !f.Submittable() && len(problemsOf(f)) > 1 { // the photo alone is missing
		t.Errorf("once it is over the machine's clock forbids: %v", problemsOf(f))
	}
}

func TestAWrongClockLocksNobodyOut(t *testing.T) {
	for _, away := range []time.Duration{-20 * 365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		w, d, f := complete(t)
		w.Loop.Away(away)
		f.Set("title", "中级职称")
		f.Leave("title")
		w.Loop.Drain()
		if !f.Submittable() {
			t.Errorf("with a clock that is %s off: %v", away, problemsOf(f))
		}
		f.Submit()
		w.Loop.Drain()
		if len(w.Waiting) != 1 || d.Page() != present.PageRegistration {
			t.Errorf("with a clock that is %s off nothing was queued", away)
		}
	}
}

func TestTheListShowsTheEndOfTheNumberAndNeverMore(t *testing.T) {
	w, d := desk(t)
	for _, c := range []struct{ number, tail string }{{presenttest.Complete().IDNumber, "123X"}, {"E12345678", "5678"}, {"12", "12"}, {"", ""}} {
		n, err := w.Ports().Drafts.Create(exam.Document{Name: "李小满", IDNumber: c.number}, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		about := rowOf(t, w, d, n.ID).About
		for dots, words := range map[string]present.Words{"…": chinese(), "...": english()} {
			said := about.In(words)
			if (c.tail != "") != strings.Contains(said, dots+c.tail) || strings.Contains(said, dots) != (c.tail != "") {
				t.Errorf("%q is shown as %q", c.number, said)
			}
			if len(c.number) > 4 && strings.Contains(said, c.number) {
				t.Errorf("the whole number is shown: %q", said)
			}
		}
	}
}

func TestNothingThatWaitsInTheOutboxIsOfferedForTheBin(t *testing.T) {
	for _, s := range situations() {
		w, d, f := s.play(t)
		r := rowOf(t, w, d, f.ID())
		d.Delete(f.ID())
		w.Loop.Drain()
		if r.Deletable && !w.Bin[f.ID()] {
			text, _ := d.Alarm()
			t.Errorf("%s: the bin is offered and refuses: %s", s.name, text.Key())
		}
	}
}
