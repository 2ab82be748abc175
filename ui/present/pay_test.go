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

// reread is the window after the program was started again on what is stored.
func reread(t *testing.T, w *presenttest.World, id exam.DraftID) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w = w.Killed()
	d := w.Desk(t)
	d.Start()
	d.Open(id)
	w.Loop.Drain()
	if d.Form() == nil {
		t.Fatal("the draft did not open")
	}
	return w, d, d.Form()
}

func TestEachStateHasItsStageOfPayment(t *testing.T) {
	want := map[exam.State]present.PayStage{exam.StateConfirmed: present.PayDue, exam.StatePaying: present.PayWaiting, exam.StateCompleted: present.PayDone,
		exam.StateExpired: present.PayOver, exam.StateRefused: present.PayOver}
	for _, state := range every {
		stage := want[state]
		if stage == "" {
			stage = present.PayNotYet
		}
		_, _, f := submitted(t, state)
		p := f.Payment()
		if p.Stage != stage {
			t.Errorf("%s is at %s, want %s", state, p.Stage, stage)
		}
		if (p.Code != "") != (stage == present.PayDue) {
			t.Errorf("%s shows the code %q", state, p.Code)
		}
		if p.Bill.Total == "" || p.Number == "" {
			t.Errorf("%s: number %q, amount %q", state, p.Number, p.Bill.Total)
		}
	}
	_, _, f := opened(t, presenttest.Complete())
	if p := f.Payment(); p.Stage != present.PayNotYet || p.Bill.Total != "130.00" || p.Number != "" {
		t.Errorf("a draft shows %+v", p)
	}
}

func TestTheCodeHoldsNumberAndAmountAndIsNoOrderOfPayment(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	n := w.Drafts[f.ID()]
	r := *n.Registration
	r.Due = 12345
	n.Registration = &r
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	code := f.Payment().Code
	if !strings.Contains(code, r.Number) || !strings.Contains(code, "12345") {
		t.Errorf("the code is %q", code)
	}
	for _, real := range []string{"weixin", "wxp", "alipay", "https", "unionpay"} {
		if strings.Contains(strings.ToLower(code), real) {
			t.Errorf("the code %q looks like a real payment", code)
		}
	}
	if !strings.HasPrefix(code, "WENBAO-SANDBOX") {
		t.Errorf("the code %q does not say what it is", code)
	}
}

func TestPayingTwiceIsPayingOnce(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	d.Go(present.PagePayment)
	f.Paid()
	f.Paid() // before the first is in the outbox, and again behind it
	w.Loop.Drain()
	f.Paid()
	w.Loop.Drain()
	n := 0
	for _, e := range w.Waiting {
		if e.Action == exam.ActionPay {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d payments are in the outbox", n)
	}
	if d.Page() != present.PagePayment || f.Payment().Stage != present.PaySending {
		t.Errorf("on %s at stage %s", d.Page(), f.Payment().Stage)
	}
}

func TestNothingIsPaidBeforeItIsDue(t *testing.T) {
	for _, state := range every {
		w, _, f := submitted(t, state)
		before := len(w.Waiting)
		f.Paid()
		w.Loop.Drain()
		if queued := len(w.Waiting) > before; queued != (state == exam.StateConfirmed) {
			t.Errorf("%s: a payment was queued: %v", state, queued)
		}
	}
}

func TestAPaymentOnItsWaySurvivesARestart(t *testing.T) {
	w, _, f := submitted(t, exam.StateConfirmed)
	f.Paid()
	w.Loop.Drain()
	since := f.Payment().Since
	_, _, again := reread(t, w, f.ID())
	if p := again.Payment(); p.Stage != present.PaySending || !p.Since.Equal(since) || since.IsZero() {
		t.Errorf("after a restart at %s since %s, before since %s", p.Stage, p.Since, since)
	}
}

func TestALateNoticeIsSaidAndThenTheTelephone(t *testing.T) {
	w, _, f := submitted(t, exam.StatePaying)
	for _, c := range []struct {
		after      time.Duration
		late, call bool
	}{{0, false, false}, {9 * time.Minute, false, false}, {2 * time.Minute, true, false}, {23 * time.Hour, true, false}, {2 * time.Hour, true, true}} {
		w.Loop.Advance(c.after)
		p := f.Payment()
		if p.Late != c.late || p.Call != c.call {
			t.Errorf("%s later: late %v, call %v", w.Loop.Now().Sub(p.Since), p.Late, p.Call)
		}
		if len(p.Contacts) == 0 || p.Words.Empty() {
			t.Errorf("nothing to tell, or nobody to tell it to: %+v", p)
		}
	}
}

func TestNewContactDataLeavesAPaymentWaitingWhereItStands(t *testing.T) {
	w, d, f := submitted(t, exam.StatePaying)
	before := f.Payment()
	w.Loop.Advance(time.Hour)
	f.Set("phone", "13900139000")
	w.Loop.Drain()
	f.Submit()
	w.Loop.Drain()
	if p := f.Payment(); p.Stage != present.PayWaiting || !p.Since.Equal(before.Since) {
		t.Errorf("while it is on its way: %s since %s", p.Stage, p.Since)
	}
	w.Answer(f.ID(), exam.StatePaying, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if p := f.Payment(); p.Stage != present.PayWaiting || !p.Since.Equal(before.Since) || !p.Late {
		t.Errorf("%s since %s, late %v", p.Stage, p.Since, p.Late)
	}
	var told int
	for _, s := range f.Standing().Stages {
		if s.Text.Key() == "ui.stage.amended" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d stages tell of the change", told)
	}
}

func TestWhatToSayOnTheTelephoneIsOfBeijing(t *testing.T) {
	w, _, f := submitted(t, exam.StateConfirmed)
	f.Paid()
	w.Loop.Drain()
	p := f.Payment()
	for _, words := range []present.Words{chinese(), english()} {
		said := p.Words.In(words)
		for _, part := range []string{p.Number, p.Bill.Total, "2026-03-10 10:42"} {
			if !strings.Contains(said, part) {
				t.Errorf("%q lacks %s", said, part)
			}
		}
	}
}

func TestAPaymentThatBouncedIsDueAgainAndSaid(t *testing.T) {
	w, d, f := submitted(t, exam.StatePaying)
	if f.Payment().Bounced {
		t.Error("said before anything was heard")
	}
	n := w.Drafts[f.ID()]
	r := *n.Registration
	r.State, r.Version = exam.StateConfirmed, r.Version+1
	r.History = append(slices.Clone(r.History), exam.Event{Version: r.Version, State: exam.StateConfirmed, Action: exam.ActionUnpaid, Actor: exam.System, At: w.Loop.Now()})
	n.State, n.Registration = exam.StateConfirmed, &r
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	p := f.Payment()
	if p.Stage != present.PayDue || !p.Bounced || p.Code == "" {
		t.Errorf("after the bank's word: %+v", p)
	}
	f.Paid()
	w.Loop.Drain()
	if f.Payment().Stage != present.PaySending {
		t.Errorf("the second payment is at %s", f.Payment().Stage)
	}
}

func TestAPaymentThatWasNotTakenSaysWhy(t *testing.T) {
	for _, why := range []exam.Kind{exam.KindClosed, exam.KindState, exam.KindUnauthorized, exam.KindFull} {
		w, d, f := submitted(t, exam.StateConfirmed)
		f.Paid()
		w.Loop.Drain()
		w.SetAside(f.ID(), why, nil, nil)
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		p := f.Payment()
		if p.Stage != present.PayAside || p.Aside.Empty() || strings.Contains(p.Aside.In(english()), "⟦") {
			t.Errorf("%s: at %s, because %s", why, p.Stage, p.Aside.Key())
		}
		steps := stepIDs(f)
		var here []string
		for _, s := range p.Mends {
			here = append(here, s.ID)
		}
		if again := why != exam.KindState; slices.Contains(steps, "retry") != again || !slices.Contains(steps, "drop") || !slices.Equal(append(here, "print"), steps) {
			t.Errorf("%s: offers %v, and on this page %v", why, steps, here)
		}
	}
}

// movedTo is the server's version after nothing but its state has changed.
func movedTo(w *presenttest.World, id exam.DraftID, to exam.State) *exam.Registration {
	now := *w.Drafts[id].Registration
	now.State, now.Version = to, now.Version+1
	now.History = append(slices.Clone(now.History), exam.Event{Version: now.Version, State: to, Action: exam.ActionSettle, Actor: exam.System, At: w.Loop.Now()})
	return &now
}

// A payment that was refused because the registration has moved is not offered to be
// sent as it was: it goes on what the server has now, or, where there is nothing to
// pay any more, is taken back.
func TestAPaymentRefusedBecauseTheRegistrationMovedGoesOnWhatItIsNow(t *testing.T) {
	for _, c := range []struct {
		now    exam.State
		offers []string
	}{{exam.StateConfirmed, []string{"retry", "drop", "print"}}, {exam.StateCompleted, []string{"drop", "print"}}} {
		w, d, f := submitted(t, exam.StateConfirmed)
		f.Paid()
		w.Loop.Drain()
		current := movedTo(w, f.ID(), c.now)
		w.SetAside(f.ID(), exam.KindConflict, nil, current)
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		p := f.Payment()
		if p.Aside.Key() != "ui.aside.moved" || !strings.Contains(p.Aside.In(chinese()), present.T("ui.state."+string(c.now)).In(chinese())) {
			t.Errorf("now %s: it says %q", c.now, p.Aside.In(chinese()))
		}
		if got := stepIDs(f); !slices.Equal(got, c.offers) || !f.Standing().Steps[0].Primary {
			t.Errorf("now %s: it offers %v", c.now, got)
		}
		if s := f.Standing(); s.Where.Key() != "ui.transport.set_aside" || len(s.Aside) != 1 || s.Aside[0].Text.Key() != "ui.aside.moved" || len(f.Conflict()) != 0 {
			t.Errorf("now %s: it stands at %s, %v", c.now, s.Where.Key(), s.Aside)
		}
		if m := f.Meeting(); !m.Theirs.Who.Empty() {
			t.Errorf("now %s: nobody changed anything, and it names %s", c.now, m.Theirs.Who.Key())
		}
		if c.now == exam.StateConfirmed { // and what is heard later counts
			later := *current
			later.Version, later.State = later.Version+1, exam.StateCompleted
			n := w.Drafts[f.ID()]
			before := *n.Registration
			n.Registration, n.Revision = &later, n.Revision+1
			w.Drafts[f.ID()] = n
			d.StoreChanged(f.ID())
			w.Loop.Drain()
			if got := stepIDs(f); !slices.Equal(got, []string{"drop", "print"}) || !strings.Contains(f.Payment().Aside.In(chinese()), "已完成") {
				t.Errorf("once it was completed it offers %v and says %q", got, f.Payment().Aside.In(chinese()))
			}
			n.Registration, n.Revision = &before, n.Revision+1
			w.Drafts[f.ID()] = n
			d.StoreChanged(f.ID())
			w.Loop.Drain()
		}
		f.Do(c.offers[0])
		w.Loop.Drain()
		switch {
		case c.offers[0] == "drop" && len(w.Waiting) != 0:
			t.Error("it is still there")
		case c.offers[0] == "retry" && (len(w.Waiting) != 1 || w.Waiting[0].Aside || w.Waiting[0].Action != exam.ActionPay || w.Waiting[0].Base != current.Version || string(w.Waiting[0].Content) != "sandbox"):
			t.Errorf("waiting: %+v", w.Waiting)
		}
	}
}

func TestAPaymentRefusedOverAChangeElsewhereLeadsToTheChoice(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	f.Paid()
	w.Loop.Drain()
	w.Elsewhere(f.ID(), func(doc *exam.Document) { doc.City = "开封市" })
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if got := stepIDs(f); !slices.Equal(got, []string{"resolve", "drop", "print"}) {
		t.Errorf("it offers %v", got)
	}
	if p := f.Payment(); p.Aside.Key() != "ui.aside.conflict_first" || f.Standing().Next.Key() != p.Aside.Key() {
		t.Errorf("it says %s", p.Aside.Key())
	}
	f.Resolve(nil)
	w.Loop.Drain()
	if len(w.Waiting) != 0 || f.Payment().Stage != present.PayDue || f.Payment().Code == "" {
		t.Errorf("once taken in, %d steps wait and the payment is at %s", len(w.Waiting), f.Payment().Stage)
	}
}

func TestWithoutALineThePageSaysThatItHearsNothing(t *testing.T) {
	w, d, f := submitted(t, exam.StatePaying)
	if f.Payment().Offline {
		t.Error("offline while the line is up")
	}
	w.LineAway(time.Minute)
	d.LineChanged()
	if !f.Payment().Offline {
		t.Error("it does not say that the line is gone")
	}
}

func TestOnceItIsDoneNothingIsLate(t *testing.T) {
	w, d, f := submitted(t, exam.StatePaying)
	w.Loop.Advance(48 * time.Hour)
	w.Answer(f.ID(), exam.StateCompleted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	p := f.Payment()
	if p.Stage != present.PayDone || p.Late || p.Call || p.Code != "" || p.Since.IsZero() {
		t.Errorf("paid and settled: %+v", p)
	}
}
