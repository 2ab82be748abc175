package presenttest_test

import (
	"context"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func TestTheWorldInMemoryBehavesAsAStore(t *testing.T) {
	presenttest.Behaves(t, func(*testing.T) present.Ports { return presenttest.NewWorld().Ports() })
}

func TestEveryFaultStopsEveryWriteAndLeavesTheOld(t *testing.T) {
	for name, fault := range map[string]func(*presenttest.World){"full": (*presenttest.World).DiskFull, "read only": (*presenttest.World).ReadOnly,
		"locked": (*presenttest.World).Locked, "damaged": (*presenttest.World).Damaged} {
		w := presenttest.NewWorld()
		p := w.Ports()
		d, err := p.Drafts.Create(presenttest.Complete(), w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		if d, err = p.Files.Attach(d.ID, exam.File{Kind: "diploma"}, []byte("%PDF-")); err != nil {
			t.Fatal(err)
		}
		fault(w)
		for op, do := range map[string]func() error{
			"create":   func() error { _, err := p.Drafts.Create(exam.Document{}, w.Pack.Ref()); return err },
			"save":     func() error { _, err := p.Drafts.Save(d.ID, exam.Document{}); return err },
			"delete":   func() error { return p.Drafts.Delete(d.ID) },
			"undelete": func() error { return p.Drafts.Undelete(d.ID) },
			"attach":   func() error { _, err := p.Files.Attach(d.ID, exam.File{Kind: "diploma"}, []byte("%PDF-2")); return err },
			"detach":   func() error { _, err := p.Files.Detach(d.ID, "diploma", exam.Digest([]byte("%PDF-"))); return err },
			"queue": func() error {
				_, err := p.Outbox.Queue(exam.StepEntry(d, exam.ActionSubmit, nil, presenttest.Start), exam.StateQueued)
				return err
			},
			"set":  func() error { return p.Settings.SetSetting("k", []byte("v")) },
			"keep": func() error { _, err := p.Desktop.Keep("a.pdf", []byte("x")); return err },
		} {
			if err := do(); err == nil {
				t.Errorf("%s: %s works", name, op)
			}
		}
		w.Mended()
		got, err := p.Drafts.Draft(d.ID)
		if err != nil || got.Revision != d.Revision || len(got.Files) != 1 || len(w.Waiting) != 0 || len(w.Values) != 0 || len(w.Kept) != 0 || w.Bin[d.ID] {
			t.Errorf("%s: afterwards it is %+v (%v)", name, got, err)
		}
	}
}

func TestTheLoopRunsInWhateverOrderItIsStepped(t *testing.T) {
	l := presenttest.NewLoop()
	var log string
	for _, name := range []string{"a", "b"} {
		l.Go(context.Background(), func(context.Context) func() { log += name; return func() { log += name + "!" } })
	}
	l.StepAt(1)
	l.StepAt(0)
	l.StepAt(1)
	l.StepAt(0)
	if log != "bab!a!" || l.Waiting() != 0 {
		t.Errorf("it went %s, %d wait", log, l.Waiting())
	}
}

func TestACanceledWorkTellsNothing(t *testing.T) {
	l := presenttest.NewLoop()
	ctx, cancel := context.WithCancel(context.Background())
	l.Go(ctx, func(context.Context) func() { return func() { t.Error("told although canceled") } })
	cancel()
	l.Drain()
}

func TestTimersRunInTheirOrderAndNotWhenStopped(t *testing.T) {
	l := presenttest.NewLoop()
	var log string
	l.After(3*time.Second, func() { log += "3" })
	l.After(time.Second, func() { log += "1"; l.After(time.Second, func() { log += "2" }) })
	stop := l.After(2500*time.Millisecond, func() { log += "x" })
	stop()
	l.Advance(2 * time.Second)
	if log != "12" {
		t.Errorf("after two seconds %q", log)
	}
	l.Advance(time.Second)
	if log != "123" || l.Now().Sub(presenttest.Start) != 3*time.Second {
		t.Errorf("after three seconds %q at %s", log, l.Now())
	}
}

func TestAPowerCutKeepsWhatIsDurableAndNothingThatRan(t *testing.T) {
	w := presenttest.NewWorld()
	d, err := w.Ports().Drafts.Create(exam.Document{City: "郑州市"}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	w.Loop.Go(context.Background(), func(context.Context) func() { t.Error("work of before the cut ran"); return nil })
	w.Loop.After(time.Second, func() { t.Error("a timer of before the cut ran") })
	after := w.Killed()
	after.Loop.Advance(time.Minute)
	if got, err := after.Ports().Drafts.Draft(d.ID); err != nil || got.Document.City != "郑州市" {
		t.Errorf("read back is %q, %v", got.Document.City, err)
	}
}

func TestNumbersOfNobodyAreValid(t *testing.T) {
	for _, first := range []string{"41010519900307123", "11010119851224206", "65010020000101000"} {
		if f := exam.InspectID(presenttest.Number(first), exam.ResidentID); !f.Valid {
			t.Errorf("%s is not valid: %s", presenttest.Number(first), f.Reason)
		}
	}
}
