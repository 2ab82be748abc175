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

// reminding gives a desk with the reminders of the made-up candidate set.
func reminding(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w, d, _ := opened(t, presenttest.Complete())
	d.Remind(chinese())
	w.Loop.Drain()
	return w, d
}

func rung(w *presenttest.World) (keys []string) {
	for _, text := range w.Rung {
		keys = append(keys, text.Key())
	}
	return keys
}

func TestRemindersAreSetWithOneClickAndSaid(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	if r := d.Reminders(); !r.Can || r.Set || r.Count == 0 {
		t.Fatalf("before: %+v", r)
	}
	d.Remind(chinese())
	w.Loop.Drain()
	r := d.Reminders()
	if !r.Set || !strings.HasSuffix(r.File, ".ics") || len(w.Kept) != 1 {
		t.Errorf("after: %+v, kept %d files", r, len(w.Kept))
	}
	for _, raw := range w.Kept {
		if n := strings.Count(string(raw), "BEGIN:VEVENT"); n != r.Count {
			t.Errorf("%d events in the file, %d days are reminded of", n, r.Count)
		}
	}
}

func TestSettingThemTwiceRingsOnce(t *testing.T) {
	w, d := reminding(t)
	d.Remind(chinese())
	w.Loop.Advance(90 * 24 * time.Hour)
	seen := map[string]int{}
	for _, k := range rung(w) {
		seen[k]++
	}
	if seen["ui.remind.registration_closes"] != 3 {
		t.Errorf("the end of registration was told %d times, for 3 days, 1 day and 3 hours before: %v", seen["ui.remind.registration_closes"], seen)
	}
}

func TestItRingsBeforeTheDayAndNotBehindIt(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	var closes time.Time
	for _, c := range d.Home().Days {
		if c.Text.Key() == "deadline.registration_closes" {
			closes = c.At
		}
	}
	d.Remind(chinese())
	w.Loop.Drain()
	at := func(before time.Duration) int {
		w.Loop.Advance(closes.Add(-before).Sub(w.Loop.Now()))
		return strings.Count(strings.Join(rung(w), " "), "registration_closes")
	}
	for _, c := range []struct {
		before time.Duration
		want   int
	}{{73 * time.Hour, 0}, {72*time.Hour - time.Minute, 1}, {25 * time.Hour, 1}, {24*time.Hour - time.Minute, 2}, {3*time.Hour - time.Minute, 3}, {-time.Hour, 3}} {
		if got := at(c.before); got != c.want {
			t.Errorf("%s before it was told %d times, want %d", c.before, got, c.want)
		}
	}
}

func TestRemindersOutliveTheProgram(t *testing.T) {
	w, _ := reminding(t)
	w = w.Killed()
	w.Rung = nil
	d := w.Desk(t)
	d.Start()
	w.Loop.Drain()
	w.Loop.Advance(30 * 24 * time.Hour)
	if len(w.Rung) == 0 {
		t.Error("after a restart nothing is told any more")
	}
}

func TestWhatFellDueWhileTheProgramWasAwayIsToldOnce(t *testing.T) {
	w, d := reminding(t)
	var closes time.Time
	for _, c := range d.Home().Days {
		if c.Text.Key() == "deadline.registration_closes" {
			closes = c.At
		}
	}
	w = w.Killed()
	w.Rung = nil
	w.Loop.Away(closes.Add(-2 * time.Hour).Sub(w.Loop.Now())) // all three leads have passed
	start := func() {
		d = present.NewDesk(w.Ports(), w.Loop, func() {})
		d.Start()
		w.Loop.Drain()
	}
	start()
	first := len(w.Rung)
	if first == 0 {
		t.Fatal("nothing was told")
	}
	w = w.Killed()
	start()
	if len(w.Rung) != first {
		t.Errorf("told again at the next start: %v", rung(w))
	}
}

func TestADayThatIsOverIsNotTold(t *testing.T) {
	w, _ := reminding(t)
	w = w.Killed()
	w.Rung = nil
	w.Loop.Away(365 * 24 * time.Hour)
	d := w.Desk(t)
	d.Start()
	w.Loop.Drain()
	for _, k := range rung(w) {
		if k != "ui.remind.ticket_opens" {
			t.Errorf("a year later it tells %s", k)
		}
	}
	if d.Reminders().Can {
		t.Error("a year later reminders can be set")
	}
}

func TestTakingThemBackIsSilentAndCanBeUndone(t *testing.T) {
	w, d := reminding(t)
	d.Unremind()
	w.Loop.Drain()
	if d.Reminders().Set {
		t.Error("they are still set")
	}
	d.UndoLast()
	w.Loop.Drain()
	if !d.Reminders().Set {
		t.Error("not undone")
	}
	d.Unremind()
	w.Loop.Advance(90 * 24 * time.Hour)
	if len(w.Rung) != 0 {
		t.Errorf("told although taken back: %v", rung(w))
	}
}

func TestWithoutABellNothingBreaks(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Bell = nil
	d := present.NewDesk(ports, w.Loop, func() {})
	d.Start()
	w.Loop.Drain()
	d.Remind(english())
	w.Loop.Advance(90 * 24 * time.Hour)
	if d.Home().Loading {
		t.Error("the desk stands still")
	}
}

func TestRemindersThatCannotBeKeptAreSaid(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	w.DiskFull()
	d.Remind(chinese())
	w.Loop.Drain()
	if _, bad := d.Trouble(); !bad {
		t.Error("nothing is said")
	}
}

func TestDamagedRemindersAreNone(t *testing.T) {
	w := presenttest.NewWorld()
	w.Values["ui.reminders"] = []byte(`[{"kind":"registration_closes","at":"yesterday"}`)
	d := w.Desk(t)
	d.Start()
	w.Loop.Advance(90 * 24 * time.Hour)
	if d.Reminders().Set || len(w.Rung) != 0 {
		t.Errorf("read as %+v, told %v", d.Reminders(), rung(w))
	}
}

func TestANotificationSaysNothingAboutAnybody(t *testing.T) {
	w, _ := reminding(t)
	w.Loop.Advance(90 * 24 * time.Hour)
	doc := presenttest.Complete()
	for _, text := range w.Rung {
		for _, words := range []present.Words{chinese(), english()} {
			said := text.In(words)
			if strings.Contains(said, "⟦") || strings.ContainsAny(said, "$`\"'\\{}") {
				t.Errorf("%q", said)
			}
			for _, own := range []string{doc.Name, doc.IDNumber, doc.Phone} {
				if strings.Contains(said, own) {
					t.Errorf("%q names the candidate", said)
				}
			}
		}
	}
	if len(w.Rung) < 4 {
		t.Errorf("only %d were told", len(w.Rung))
	}
}

func TestACalendarFileIsInTheLanguageOfTheWindow(t *testing.T) {
	for _, words := range []present.Words{chinese(), english()} {
		w, d, _ := opened(t, presenttest.Complete())
		d.Remind(words)
		w.Loop.Drain()
		for name, raw := range w.Kept {
			text := strings.Join(unfolded(raw), "\n")
			if han := strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }); han != (words.Lang() == "zh-CN") {
				t.Errorf("%s in %s:\n%s", name, words.Lang(), text)
			}
		}
	}
}

func TestEachPaperOfTheExamHasItsEvent(t *testing.T) {
	w, _ := reminding(t)
	var titles []string
	for _, raw := range w.Kept {
		for _, l := range unfolded(raw) {
			if title, ok := strings.CutPrefix(l, "SUMMARY:"); ok {
				titles = append(titles, title)
			}
		}
	}
	for _, s := range w.Pack.Subjects(exam.Junior) {
		if !slices.ContainsFunc(titles, func(t string) bool { return strings.Contains(t, s.Name.ZH) }) {
			t.Errorf("%s has no event in %v", s.Name.ZH, titles)
		}
	}
}

func TestRemindersThatCannotBeKeptAreNotShownAsSet(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	w.ReadOnly()
	d.Remind(chinese())
	w.Loop.Drain()
	if d.Reminders().Set {
		t.Error("they are shown as set, and gone at the next start")
	}
	w.Mended()
	d.Remind(chinese())
	w.Loop.Drain()
	if !d.Reminders().Set {
		t.Error("they are kept, and not shown as set")
	}
	w.ReadOnly()
	d.Unremind()
	w.Loop.Drain()
	if !d.Reminders().Set {
		t.Error("they are shown as taken back, and ring after the next start")
	}
}
