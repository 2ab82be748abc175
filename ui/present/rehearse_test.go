package present_test

import (
	"slices"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func TestBadDaysAreBentAndStraightenedAgain(t *testing.T) {
	w, d := desk(t)
	if r := d.Rehearsal(); !r.Here || !r.Day.Good() {
		t.Fatalf("practice begins with %+v", r)
	}
	for _, line := range present.DayLines {
		for _, review := range present.DayReviews {
			for _, pay := range present.DayPayments {
				want := present.BadDay{Line: line, Review: review, Payment: pay, Away: pay == "late"}
				before := w.Woken
				d.Bend(func(b *present.BadDay) { *b = want })
				w.Loop.Drain()
				if got := d.Rehearsal().Day; got != want || w.Day != want {
					t.Errorf("bent to %+v, it is %+v", want, got)
				}
				if w.Woken == before {
					t.Error("what changed is not heard at once")
				}
				if key := d.Strip().Key(); (key == "ui.practice.strip.bent") == want.Good() {
					t.Errorf("%+v: the strip says %s", want, key)
				}
			}
		}
	}
}

func TestTheFirstChoiceOfEachBadDayIsTheGoodOne(t *testing.T) {
	for _, list := range [][]string{present.DayLines, present.DayReviews, present.DayPayments} {
		if list[0] != "" || len(list) < 3 || slices.Contains(list[1:], "") {
			t.Errorf("the choices are %q", list)
		}
	}
}

func TestADayThatCannotBeBentIsSaid(t *testing.T) {
	w, d := desk(t)
	w.Locked()
	d.Bend(func(b *present.BadDay) { b.Away = true })
	w.Loop.Drain()
	if r := d.Rehearsal(); !r.Trouble || r.Day.Away {
		t.Errorf("it shows %+v", r)
	}
	w.Mended()
	d.Bend(func(b *present.BadDay) { b.Away = true })
	w.Loop.Drain()
	if r := d.Rehearsal(); r.Trouble || !r.Day.Away {
		t.Errorf("then it shows %+v", r)
	}
}

func TestTheOtherSideDoesOnlyWhatItMay(t *testing.T) {
	for _, c := range []struct {
		state exam.State
		acts  []exam.Action
	}{
		{exam.StateSubmitted, []exam.Action{exam.ActionVerify, exam.ActionAsk}},
		{exam.StateManualReview, []exam.Action{exam.ActionVerify, exam.ActionAsk}},
		{exam.StateVerified, nil},
		{exam.StateConfirmed, []exam.Action{exam.ActionSettle}},
		{exam.StatePaying, []exam.Action{exam.ActionSettle, exam.ActionUnpaid}},
		{exam.StateCompleted, nil},
	} {
		w, d, f := submitted(t, c.state)
		if got := d.Rehearsal().Acts; !slices.Equal(got, c.acts) {
			t.Errorf("%s: the other side could %v, want %v", c.state, got, c.acts)
		}
		d.Act(exam.ActionRefuse) // never offered
		w.Loop.Drain()
		if len(w.Acts) != 0 || w.Drafts[f.ID()].State != c.state {
			t.Errorf("%s: something was done that is not offered", c.state)
		}
	}
}

func TestActingMovesTheRegistration(t *testing.T) {
	w, d, f := submitted(t, exam.StatePaying)
	d.Act(exam.ActionSettle)
	w.Loop.Drain()
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if got := f.Standing().State.Key(); got != "ui.state.completed" {
		t.Errorf("after the notice it is %s", got)
	}
}

func TestWithoutARegistrationTheOtherSideHasNothingToDo(t *testing.T) {
	w, d := desk(t)
	if r := d.Rehearsal(); len(r.Acts) != 0 || !r.Name.Empty() {
		t.Errorf("it shows %+v", r)
	}
	d.Act(exam.ActionVerify)
	w.Loop.Drain()
	if len(w.Acts) != 0 {
		t.Errorf("done were %v", w.Acts)
	}
}

func TestARealProgramCanOnlyOpenPracticeBesideItself(t *testing.T) {
	w := presenttest.NewWorld()
	w.Real = true
	d := w.Desk(t)
	r := d.Rehearsal()
	if r.Here || !r.Can || d.Practice() {
		t.Fatalf("it shows %+v", r)
	}
	d.Bend(func(b *present.BadDay) { b.Line = "gone" })
	d.Act(exam.ActionVerify)
	w.Loop.Drain()
	if !w.Day.Good() || len(w.Acts) != 0 {
		t.Error("the real program's day was bent")
	}
	d.Rehearse()
	w.Loop.Drain()
	if r := d.Rehearsal(); w.Windows != 1 || !r.Opened || r.Trouble {
		t.Errorf("%d windows, %+v", w.Windows, r)
	}
}

func TestAPracticeThatDoesNotOpenIsSaid(t *testing.T) {
	w := presenttest.NewWorld()
	w.Real = true
	d := w.Desk(t)
	w.ReadOnly()
	d.Rehearse()
	w.Loop.Drain()
	if r := d.Rehearsal(); !r.Trouble || r.Opened {
		t.Errorf("it shows %+v", r)
	}
}

func TestPracticeCannotOpenPractice(t *testing.T) {
	w, d := desk(t)
	d.Rehearse()
	w.Loop.Drain()
	if r := d.Rehearsal(); r.Can || w.Windows != 0 {
		t.Errorf("%d windows, %+v", w.Windows, r)
	}
}
