package present_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// situation is one way in which a registration can stand.
type situation struct {
	name  string
	state exam.State
	// after makes something of it.
	after func(*presenttest.World, *present.Desk, *present.Form)
}

// situations are every state, alone and with every kind of step on its way or
// set aside.
func situations() (list []situation) {
	list = append(list, situation{"draft", exam.StateDraft, nil})
	for _, s := range every {
		list = append(list, situation{string(s), s, nil})
	}
	offline := func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Submit()
		w.Loop.Drain()
		w.LineAway(time.Minute)
	}
	busy := func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Submit()
		w.Loop.Drain()
		w.ServerBusy(time.Minute)
	}
	list = append(list, situation{"first submission offline", exam.StateDraft, offline}, situation{"first submission, busy", exam.StateDraft, busy})
	for _, why := range []exam.Kind{exam.KindInvalid, exam.KindDuplicate, exam.KindState, exam.KindClosed, exam.KindUnauthorized, exam.KindTooLarge,
		exam.KindUpgrade, exam.KindUntrusted, exam.KindNotFound, exam.KindInternal, exam.KindDamaged} {
		list = append(list, situation{"aside: " + string(why), exam.StateDraft, func(w *presenttest.World, d *present.Desk, f *present.Form) {
			f.Submit()
			w.Loop.Drain()
			w.SetAside(f.ID(), why, nil, nil)
		}})
	}
	list = append(list, situation{"refused by a rule", exam.StateDraft, func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Submit()
		w.Loop.Drain()
		w.SetAside(f.ID(), exam.KindInvalid, []exam.Problem{{Field: "phone", Rule: "phone.format", Severity: exam.Block}}, nil)
	}}, situation{"conflict", exam.StateSubmitted, func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Set("address", "这里")
		f.Leave("address")
		w.Loop.Drain()
		f.Submit()
		w.Loop.Drain()
		w.Elsewhere(f.ID(), func(d *exam.Document) { d.Address = "那里" })
	}}, situation{"edited", exam.StateVerified, func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Set("address", "另一个地址")
		f.Leave("address")
	}}, situation{"withdrawing", exam.StateVerified, func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Do("withdraw")
		d.Answer(true)
	}}, situation{"confirming", exam.StateVerified, func(w *presenttest.World, d *present.Desk, f *present.Form) {
		f.Do("confirm")
		d.Answer(true)
	}})
	return list
}

func (s situation) play(t *testing.T) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	var w *presenttest.World
	var d *present.Desk
	var f *present.Form
	if s.state == exam.StateDraft {
		w, d, f = complete(t)
	} else {
		w, d, f = submitted(t, s.state)
	}
	if s.after != nil {
		s.after(w, d, f)
		w.Loop.Drain()
		d.StoreChanged("")
		d.LineChanged()
		w.Loop.Drain()
	}
	return w, d, f
}

func TestThereIsNoDeadEnd(t *testing.T) {
	for _, s := range situations() {
		t.Run(s.name, func(t *testing.T) {
			_, _, f := s.play(t)
			st := f.Standing()
			if len(st.Steps) == 0 {
				t.Error("no step can be taken")
			}
			primary := 0
			for _, x := range st.Steps {
				if x.Primary {
					primary++
				}
				if x.Text.Key() != "ui.step.do."+x.ID {
					t.Errorf("step %s is called by %s", x.ID, x.Text.Key())
				}
				if x.Danger != (x.ID == "withdraw") {
					t.Errorf("step %s is dangerous: %v", x.ID, x.Danger)
				}
			}
			if primary > 1 {
				t.Errorf("%d steps are the one to do", primary)
			}
			texts := []present.Text{st.State, st.Where, st.Next}
			for _, a := range st.Aside {
				texts = append(texts, a.Text)
			}
			for _, x := range st.Stages {
				texts = append(texts, x.Text)
			}
			for _, x := range st.Steps {
				texts = append(texts, x.Text)
			}
			for _, text := range texts {
				for _, words := range []present.Words{chinese(), english()} {
					if said := text.In(words); said == "" || strings.Contains(said, "⟦") || strings.Contains(said, "<no value>") {
						t.Errorf("%s says %q in %s", text.Key(), said, words.Lang())
					}
				}
			}
		})
	}
}

func TestWhatIsSetAsideAlwaysSaysWhy(t *testing.T) {
	for _, s := range situations() {
		_, _, f := s.play(t)
		st := f.Standing()
		aside := st.Where.Key() == "ui.transport.set_aside"
		if aside != (len(st.Aside) > 0) && st.Where.Key() != "ui.transport.conflict" {
			t.Errorf("%s: %d reasons, shown as %s", s.name, len(st.Aside), st.Where.Key())
		}
		if aside && st.WhereTone != present.Trouble {
			t.Errorf("%s: tone %v", s.name, st.WhereTone)
		}
	}
}

func TestEveryEntryThatWaitsShowsATimeOrAReason(t *testing.T) {
	for _, s := range situations() {
		w, d, _ := s.play(t)
		rows := d.Queue()
		if len(rows) != len(w.Waiting) {
			t.Errorf("%s: %d rows for %d entries", s.name, len(rows), len(w.Waiting))
		}
		for i, r := range rows {
			e := w.Waiting[i]
			next := r.Next.In(chinese())
			switch {
			case e.Aside:
				want := "ui.next.set_aside"
				if e.Last == exam.KindConflict {
					want = "ui.next.conflict"
				}
				if r.Next.Key() != want || r.Tone != present.Trouble {
					t.Errorf("%s: set aside, and next is %q", s.name, next)
				}
			case e.Next.IsZero():
				if r.Next.Key() != "ui.queue.soon" {
					t.Errorf("%s: to be sent at once, and next is %q", s.name, next)
				}
			case !strings.Contains(next, present.Clock(e.Next)):
				t.Errorf("%s: the next attempt at %s is not in %q", s.name, present.Clock(e.Next), next)
			}
			if next == "" || strings.Contains(r.Next.In(english()), "⟦") || r.What.In(chinese()) == "" || r.ID != e.ID || r.Draft != e.Draft {
				t.Errorf("%s: row %+v", s.name, r)
			}
		}
	}
}

func TestEveryKindOfFailedAttemptIsExplained(t *testing.T) {
	for kind, want := range map[exam.Kind]string{exam.KindRateLimited: "rate_limited", exam.KindUntrusted: "untrusted", exam.KindUnauthorized: "unauthorized",
		exam.KindUnreachable: "unreachable", exam.KindInternal: "unreachable", "": "unreachable"} {
		w, d, f := complete(t)
		f.Submit()
		w.Loop.Drain()
		w.LineAway(time.Minute)
		w.Waiting[0].Last = kind
		d.StoreChanged("")
		w.Loop.Drain()
		why := present.T("ui.why.kind." + want).In(chinese())
		if got := d.Queue()[0].Next.In(chinese()); !strings.Contains(got, why) || strings.Contains(why, "⟦") {
			t.Errorf("%s is explained by %q, want %q in it", kind, got, why)
		}
	}
}

func TestATimeThatIsOverIsNotPromised(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.LineAway(time.Minute)
	d.StoreChanged("")
	w.Loop.Drain()
	w.Loop.Away(2 * time.Minute) // the machine slept
	if got := d.Queue()[0].Next.Key(); got != "ui.queue.soon" {
		t.Errorf("next is %s", got)
	}
}

func TestGreenNeedsAVerifiedReceiptWhateverElseIsTrue(t *testing.T) {
	for _, s := range situations() {
		w, _, f := s.play(t)
		st := f.Standing()
		proved := w.Drafts[f.ID()].Delivered != nil
		if st.WhereTone == present.Good && (!proved || st.Edited || len(w.Waiting) > 0 || st.Receipt == nil) {
			t.Errorf("%s is green: receipt %v, edited %v, %d wait", s.name, proved, st.Edited, len(w.Waiting))
		}
		if st.WhereTone == present.Good && st.Where.Key() != "ui.transport.delivered" {
			t.Errorf("%s: green says %s", s.name, st.Where.Key())
		}
	}
}

func TestAReceiptThatIsMissingOrForSomethingElseIsNotGreen(t *testing.T) {
	spoil := map[string]func(*exam.Draft){
		"none": func(d *exam.Draft) { d.Delivered = nil },
		"other contents": func(d *exam.Draft) {
			r := *d.Registration
			r.Digest = exam.Digest([]byte("other"))
			d.Registration = &r
		},
		"not a receipt": func(d *exam.Draft) {
			d.Delivered = nil
			r := *d.Registration
			r.History = nil
			d.Registration = &r
		},
	}
	for name, do := range spoil {
		w, d, f := submitted(t, exam.StateVerified)
		n := w.Drafts[f.ID()]
		do(&n)
		w.Drafts[f.ID()] = n
		d.StoreChanged(f.ID())
		w.Loop.Drain()
		if tone, text := f.Where(); tone == present.Good {
			t.Errorf("%s: green, %s", name, text.Key())
		}
	}
}

func TestAReceiptThatCannotBeReadIsNotShown(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	n := w.Drafts[f.ID()]
	n.Delivered = &exam.Receipt{Statement: []byte("{")}
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if r := f.Standing().Receipt; r != nil {
		t.Errorf("shown is %+v", r)
	}
}

func TestTheTimelineGoesForwardAndIsDatedAsFarAsItIsDone(t *testing.T) {
	for _, s := range situations() {
		_, _, f := s.play(t)
		here, over := 0, false
		var last time.Time
		for _, st := range f.Standing().Stages {
			if st.Here {
				here++
			}
			if !st.Done {
				over = true
			} else if over {
				t.Errorf("%s: %s is done behind one that is not", s.name, st.Text.Key())
			}
			if st.Done && (st.At.IsZero() || st.At.Before(last)) {
				t.Errorf("%s: %s is dated %s", s.name, st.Text.Key(), st.At)
			}
			if st.Done {
				last = st.At
			}
		}
		ended := slices.Contains([]exam.State{exam.StateCompleted, exam.StateWithdrawn, exam.StateExpired, exam.StateRefused}, s.state)
		if want := map[bool]int{true: 0, false: 1}[ended]; here != want {
			t.Errorf("%s: it waits at %d places", s.name, here)
		}
	}
}

func TestAQuestionComesBeforeWhatCannotBeUndoneAndOnlyThen(t *testing.T) {
	for id, asks := range map[string]bool{"confirm": true, "withdraw": true, "edit": false, "print": false} {
		w, d, f := submitted(t, exam.StateVerified)
		f.Do(id)
		a, asked := d.Asked()
		if asked != asks {
			t.Errorf("%s: asked %v", id, asked)
		}
		if !asks {
			continue
		}
		for _, words := range []present.Words{chinese(), english()} {
			for _, text := range []present.Text{a.Title, a.Text, a.Yes} {
				if strings.Contains(text.In(words), "⟦") {
					t.Errorf("%s asks %s", id, text.Key())
				}
			}
		}
		w.Loop.Drain()
		if len(w.Waiting) != 0 {
			t.Errorf("%s was queued before the answer", id)
		}
		d.Go(present.PageHelp)
		if _, still := d.Asked(); still {
			t.Errorf("%s is still asked on another page", id)
		}
		d.Answer(true)
		w.Loop.Drain()
		if len(w.Waiting) != 0 {
			t.Errorf("%s was queued by an answer to nothing", id)
		}
	}
}

func TestAStepThatCannotBeQueuedIsSaidAndNothingChanges(t *testing.T) {
	for kind, words := range map[string]func(*presenttest.World){"full": (*presenttest.World).DiskFull, "read_only": (*presenttest.World).ReadOnly,
		"locked": (*presenttest.World).Locked, "damaged": (*presenttest.World).Damaged} {
		w, d, f := complete(t)
		before := w.Woken
		words(w)
		f.Submit()
		w.Loop.Drain()
		m, ok := f.Message()
		if !ok || m.Tone != present.Trouble || m.Title.Key() != "ui.step.failed."+kind+".title" {
			t.Errorf("%s: says %v", kind, m)
		}
		if len(w.Waiting) != 0 || w.Drafts[f.ID()].State != exam.StateDraft || d.Page() == present.PageRegistration || w.Woken != before {
			t.Errorf("%s: %d wait, state %s, on %s", kind, len(w.Waiting), w.Drafts[f.ID()].State, d.Page())
		}
	}
}

func TestPressingTwiceTakesAStepOnce(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	f.Submit()
	w.Loop.Drain()
	if m, ok := f.Message(); ok || len(w.Waiting) != 1 || d.Page() != present.PageRegistration {
		t.Errorf("%d steps wait, it says %v", len(w.Waiting), m)
	}
	w, d, f = submitted(t, exam.StateVerified)
	f.Do("withdraw")
	d.Answer(true)
	d.Answer(true)
	w.Loop.Drain()
	if m, ok := f.Message(); ok || len(w.Waiting) != 1 {
		t.Errorf("%d steps wait, it says %v", len(w.Waiting), m)
	}
}

func TestAStepIsOfferedOnlyWhileItIsAllowed(t *testing.T) {
	action := map[string]exam.Action{"confirm": exam.ActionConfirm, "pay": exam.ActionPay, "withdraw": exam.ActionWithdraw, "submit": exam.ActionSubmit}
	for _, s := range situations() {
		w, _, f := s.play(t)
		for _, id := range stepIDs(f) {
			a, ok := action[id]
			if !ok {
				continue
			}
			if _, may := exam.Next(w.Drafts[f.ID()].State, a, exam.Candidate); !may && s.state != exam.StateDraft {
				t.Errorf("%s offers %s", s.name, id)
			}
		}
	}
}

func TestPaymentIsWaitedForAcrossARestart(t *testing.T) {
	w, _, f := submitted(t, exam.StatePaying)
	w = w.Killed()
	d := present.NewDesk(w.Ports(), w.Loop, func() {})
	d.Start()
	d.Open(f.ID())
	w.Loop.Drain()
	st := d.Form().Standing()
	if d.Page() != present.PageRegistration || st.Bill == nil || !st.Bill.Waiting || st.Bill.Done || st.Next.Key() != "ui.next.paying" {
		t.Errorf("after a restart on %s: bill %+v, next %s", d.Page(), st.Bill, st.Next.Key())
	}
	if slices.Contains(stepIDs(d.Form()), "pay") {
		t.Error("it can be paid twice")
	}
}

func TestABillIsWhatTheServerSaysOnceItHasSaid(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	if b := f.Standing().Bill; b == nil || b.Total != "130.00" || b.Waiting || b.Done {
		t.Fatalf("by the rules the bill is %+v", b)
	}
	n := w.Drafts[f.ID()]
	r := *n.Registration
	r.Due = 12345
	n.Registration = &r
	w.Drafts[f.ID()] = n
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if b := f.Standing().Bill; b == nil || b.Total != "123.45" {
		t.Errorf("the server's due is shown as %+v", b)
	}
}

func TestThereIsABillFromVerifiedOn(t *testing.T) {
	for _, state := range every {
		_, _, f := submitted(t, state)
		has := f.Standing().Bill != nil
		want := slices.Contains([]exam.State{exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted}, state)
		if has != want {
			t.Errorf("%s: a bill %v", state, has)
		}
	}
}

func TestSilenceIsAnsweredWhereSomebodyElseMustAct(t *testing.T) {
	for _, state := range every {
		w, _, f := submitted(t, state)
		w.Loop.Advance(100 * time.Hour)
		said := !f.Standing().Wait.Empty()
		if want := state == exam.StateSubmitted || state == exam.StateManualReview || state == exam.StatePaying; said != want {
			t.Errorf("%s after four days: %v", state, said)
		}
	}
}

func TestYuanAreWrittenWithTwoPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.IntRange(0, 10_000_000).Draw(t, "fen")
		got := present.Yuan(fen)
		whole, rest, ok := strings.Cut(got, ".")
		if !ok || len(rest) != 2 || whole == "" {
			t.Fatalf("%d fen are %q", fen, got)
		}
		back := 0
		for _, r := range whole + rest {
			back = back*10 + int(r-'0')
		}
		if back != fen {
			t.Fatalf("%d fen are %q", fen, got)
		}
	})
}

func TestProgressIsSaidByWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		sending present.Sending
		want    string
	}{
		{present.Sending{Pieces: 3, OfPieces: 5}, "正在上传 (3/5)"},
		{present.Sending{Pieces: 3, Bytes: 180_000, OfBytes: 300_000}, "正在上传 (180 KB/300 KB)"},
		{present.Sending{}, "正在上传"},
	} {
		w, d, f := complete(t)
		f.Submit()
		w.Loop.Drain()
		w.Line.Sending = map[exam.EntryID]present.Sending{w.Waiting[0].ID: c.sending}
		d.LineChanged()
		if _, text := f.Where(); text.In(chinese()) != c.want {
			t.Errorf("%+v is said as %q", c.sending, text.In(chinese()))
		}
		if got := d.Queue()[0].Where.In(chinese()); got != c.want {
			t.Errorf("in the outbox %+v is said as %q", c.sending, got)
		}
	}
}
