package present_test

import (
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// lines gives what stands on every page while the disk takes nothing.
func lines(d *present.Desk) (keys []string) {
	if t, bad := d.Alarm(); bad {
		keys = append(keys, t.Key())
	}
	if t, unsaved := d.Elsewhere(); unsaved && !t.Empty() {
		keys = append(keys, t.Key())
	}
	return keys
}

func TestClosingWithAFullDiskAsksAndLosesNothing(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Fails = exam.KindFull
	f.Set("name", "李小满")
	closed := 0
	d.Close(func() { closed++ })
	w.Loop.Drain()
	ask, asked := d.Asked()
	if closed > 0 || !asked || ask.Text.Key() != "ui.ask.unsaved.text" {
		t.Fatalf("closed %d, asked %v", closed, asked)
	}
	if got := lines(d); len(got) != 1 || got[0] != "ui.saved.failed.full" {
		t.Errorf("it says %v", got)
	}
	d.Answer(false)
	w.Loop.Advance(time.Minute) // tried again and again
	if _, asked := d.Asked(); asked || closed > 0 {
		t.Fatal("it asks again, or closed, though the candidate stays")
	}

	d.SaveElsewhere("/full")
	w.Loop.Drain()
	if got := lines(d); len(got) != 2 || got[1] != "ui.elsewhere.failed" {
		t.Errorf("it says %v", got)
	}
	d.Close(func() { closed++ })
	if _, asked := d.Asked(); !asked || closed > 0 {
		t.Fatal("it closes though the text is in the window alone")
	}
	d.Answer(false)

	d.SaveElsewhere("/media/stick")
	w.Loop.Drain()
	if got := lines(d); len(got) != 2 || got[1] != "ui.elsewhere.kept" {
		t.Errorf("it says %v", got)
	}
	f.Set("city", "郑州市")
	if got := lines(d); len(got) != 1 {
		t.Errorf("after another key it says %v", got)
	}
	d.SaveElsewhere("/media/stick")
	w.Loop.Drain()
	d.Close(func() { closed++ })
	w.Loop.Drain()
	if closed != 1 {
		t.Fatalf("closed %d times with everything kept elsewhere", closed)
	}

	w.Fails = ""
	again := present.NewDesk(w.Ports(), w.Loop, func() {})
	again.Start()
	w.Loop.Drain()
	again.BringBack("/media/stick/wenbao-draft-2.wenbao")
	w.Loop.Drain()
	if doc := w.Drafts[f.ID()].Document; doc.Name != "李小满" || doc.City != "郑州市" {
		t.Errorf("brought back %q %q", doc.Name, doc.City)
	}
}

// A slow stick: nothing is there before it says so.
func TestWhatIsStillBeingPutElsewhereIsNotThere(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Fails = exam.KindFull
	f.Set("name", "李小满")
	w.Loop.Advance(time.Second)
	d.SaveElsewhere("/media/stick")
	if got := lines(d); len(got) != 1 {
		t.Errorf("before it is written it says %v", got)
	}
	closed := false
	d.Close(func() { closed = true })
	if _, asked := d.Asked(); !asked || closed {
		t.Fatal("it closes while the stick is written")
	}
	d.Answer(false)
	f.Set("city", "郑州市")
	w.Loop.Drain()
	if got := lines(d); len(got) != 1 {
		t.Errorf("what was typed meanwhile is not on the stick, and it says %v", got)
	}
	d.SaveElsewhere("/media/stick")
	w.Loop.Drain()
	other, err := w.Ports().Drafts.Draft(f.ID())
	if err != nil {
		t.Fatal(err)
	}
	other.ID = exam.NewDraftID()
	w.Drafts[other.ID] = other
	d.Open(other.ID)
	w.Loop.Drain()
	d.Form().Set("city", "开封市")
	w.Loop.Advance(time.Second)
	if got := lines(d); len(got) != 1 {
		t.Errorf("with another draft unsaved it says %v", got)
	}
	d.SaveElsewhere("/media/stick")
	w.Loop.Drain()
	if d.Close(func() { closed = true }); !closed {
		t.Error("it does not close with everything on the stick")
	}
}

func TestChangesAreDroppedOnlyWhenTheCandidateSaysSo(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Fails = exam.KindReadOnly
	f.Set("name", "李小满")
	d.Go(present.PageHome) // it is not open any more, and not saved
	closed := false
	d.Close(func() { closed = true })
	w.Loop.Drain()
	if _, asked := d.Asked(); !asked || closed {
		t.Fatal("a draft that was left is forgotten")
	}
	d.Answer(true)
	if !closed {
		t.Error("it does not close")
	}
}

func TestADraftThatNeverReachedTheDiskIsBroughtBackAsANewOne(t *testing.T) {
	w, d, f := opened(t, exam.Document{Name: "李小满"})
	w.Away["/media/stick/a.wenbao"] = w.Drafts[f.ID()]
	delete(w.Drafts, f.ID())
	d.BringBack("/media/stick/a.wenbao")
	w.Loop.Drain()
	if len(w.Drafts) != 1 {
		t.Fatalf("%d drafts", len(w.Drafts))
	}
	for _, n := range w.Drafts {
		if n.Document.Name != "李小满" {
			t.Errorf("it is %+v", n.Document)
		}
	}
}

func TestWhatTheStoreFoundIsSaidUntilItIsDropped(t *testing.T) {
	w := presenttest.NewWorld()
	w.Reports = []present.Report{{Tone: present.Good, Text: present.T("store.opening.repaired", "count", 3, "replayed", 1)}}
	d := present.NewDesk(w.Ports(), w.Loop, func() {})
	d.Start()
	w.Loop.Drain()
	if got := d.Reports(); len(got) != 1 || got[0].Text.Key() != "store.opening.repaired" {
		t.Fatalf("it says %v", got)
	}
	d.DropReports()
	if got := d.Reports(); len(got) != 0 {
		t.Fatalf("still %v", got)
	}
	w.Reports = []present.Report{{Tone: present.Trouble, Text: present.T("store.opening.lost", "count", 2, "lost", 1)}}
	d.StoreRepaired()
	w.Loop.Drain()
	if got := d.Reports(); len(got) != 1 || got[0].Tone != present.Trouble {
		t.Fatalf("of a repair while working it says %v", got)
	}
}

func TestAClockThatIsFarOffIsSaid(t *testing.T) {
	for _, c := range []struct {
		year int
		skew time.Duration
		says string
	}{
		{1970, 0, "ui.clock.absurd"}, {2100, 0, "ui.clock.absurd"}, {2026, 0, ""}, {2026, 9 * time.Minute, ""},
		{2026, -26 * time.Hour, "ui.clock.off"}, {1970, 56 * 365 * 24 * time.Hour, "ui.clock.off"},
	} {
		w := presenttest.NewWorld()
		w.Loop.Advance(time.Date(c.year, 3, 2, 9, 0, 0, 0, time.UTC).Sub(w.Loop.Now()))
		w.Line.Skew = c.skew
		d := present.NewDesk(w.Ports(), w.Loop, func() {})
		d.Start()
		w.Loop.Drain()
		got := ""
		if r := d.Reports(); len(r) > 0 {
			got = r[0].Text.Key()
		}
		if got != c.says {
			t.Errorf("in %d, %v from the server, it says %q", c.year, c.skew, got)
		}
	}
}

func TestTamperingIsNotCalledDamage(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Fails, w.Cause = exam.KindDamaged, "tampered"
	f.Set("name", "李小满")
	f.SaveNow()
	w.Loop.Drain()
	if got := lines(d); len(got) != 1 || got[0] != "ui.saved.failed.tampered" {
		t.Errorf("it says %v", got)
	}
}
