//go:build linux && !race

package ui_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"golang.org/x/sys/unix"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// spent is the processor time of this thread, which others on a busy machine do
// not lengthen as they do the time on the wall.
func spent(t *testing.T) time.Duration {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &at); err != nil {
		t.Fatal(err)
	}
	return time.Duration(at.Nano())
}

// calm is the processor time of [yardstick] on a usual machine of two cores of
// 2.4 GHz.
const calm = 3500 * time.Microsecond

// yardstick is work of the kind that builds a page, and always as much: what it
// takes tells how slow this machine is at the moment.
func yardstick() {
	boxes := map[string]*fyne.Container{}
	for i := range 4000 {
		boxes[strconv.Itoa(i*7919)] = container.NewWithoutLayout()
	}
	for _, name := range slices.Sorted(maps.Keys(boxes)) {
		boxes[name].Move(fyne.NewPos(1, float32(len(name))))
	}
}

// holds fails when a piece of work takes longer of the window's goroutine than
// [ui.Stall]; on a machine slower than that of [calm], as much longer as it is
// slower in the same moment. It is the least of some tries, for a collection of
// garbage may fall into one.
func holds(t *testing.T, what string, work func()) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	took := func(work func()) time.Duration {
		from := spent(t)
		work()
		return spent(t) - from
	}
	least, slower := time.Hour, 1.0
	before := took(yardstick)
	for try := 0; try < 3 || try < 12 && least > ui.Stall; try++ {
		worked, after := took(work), took(yardstick)
		slow := max(1, float64(min(before, after))/float64(calm))
		if calmly := time.Duration(float64(worked) / slow); calmly < least {
			least, slower = calmly, slow
		}
		before = after
	}
	t.Logf("%5.1f ms %s (a machine %.1f times slower)", float64(least.Microseconds())/1000, what, slower)
	if least > ui.Stall {
		t.Errorf("%s takes %v of the window's time", what, least)
	}
}

// measured asks everything in a tree for its least size, as Fyne does before it
// draws what changed.
func measured(o fyne.CanvasObject) {
	ui.Visit(o, func(o fyne.CanvasObject) { o.MinSize() })
}

// pieces are what the window does in one go on any page.
func pieces(t *testing.T, st *story.Stage, w fyne.Window) {
	t.Helper()
	holds(t, "the page built anew", st.Window.Rebuild)
	holds(t, "a refresh without news", st.Window.Refresh)
	holds(t, "the sizes before it is drawn", func() { measured(w.Content()) })
	holds(t, "another size of the window", func() {
		w.Resize(fyne.NewSize(plain.Width-200, plain.Height))
		w.Resize(fyne.NewSize(plain.Width, plain.Height))
	})
	turn := func(what string, change func(*present.Preferences)) {
		t.Helper()
		holds(t, what, func() { st.Desk.Prefer(change) })
	}
	turn("another size of the text", func(p *present.Preferences) { p.TextScale = 3 - p.TextScale })
	turn("another language", func(p *present.Preferences) { p.Lang = map[string]string{"zh-CN": "en", "en": "zh-CN"}[p.Lang] })
	turn("another brightness", func(p *present.Preferences) {
		p.Brightness = map[string]string{"light": "dark", "dark": "light"}[p.Brightness]
	})
}

// With 100,000 further drafts in the list behind every scene.
func TestNoPieceOfWorkHoldsTheWindow(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		set := s.Set
		s.Set = func(w *presenttest.World) {
			w.Others = 100_000
			if set != nil {
				set(w)
			}
		}
		st, w := show(t, plain, s)
		pieces(t, st, w)
	})
}

// The largest that each page can become: every record that a draft may have, as
// long as the rules let them be, an outbox of a whole centre, a long history.
func TestTheLargestPagesDoNotHoldTheWindow(t *testing.T) {
	st, w := show(t, plain, story.Scene{Name: "large", Play: func(s *story.Stage) {
		d, err := s.World.Ports().Drafts.Create(lengthy(), s.World.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			s.World.Versions[d.ID] = append(s.World.Versions[d.ID], d.Document)
		}
		for i := range 100_000 {
			s.World.Waiting = append(s.World.Waiting, exam.Entry{ID: exam.EntryID(fmt.Sprint("entry-", i)), Draft: exam.DraftID(fmt.Sprint("draft-", i)), Action: exam.ActionSubmit})
		}
		s.Desk.StoreChanged("")
		s.Desk.Open(d.ID)
	}})
	for _, step := range present.Steps {
		st.Desk.Form().Show(step)
		st.World.Loop.Drain()
		t.Run(string(step), func(t *testing.T) { pieces(t, st, w) })
	}
	for _, p := range []present.Page{present.PageRegistration, present.PageOfficial, present.PagePrint, present.PageHistory, present.PageQueue} {
		st.Desk.Go(p)
		st.World.Loop.Drain()
		t.Run(string(p), func(t *testing.T) { pieces(t, st, w) })
	}
}

func TestNoKeyHoldsTheWindow(t *testing.T) {
	st, w := draft(t, lengthy(), exam.StepWork)
	e := st.Window.Find("work.0.employer").(*ui.Entry)
	holds(t, "a key in the largest form", func() { test.Type(e, "社") })
	holds(t, "leaving the field", func() { w.Canvas().FocusNext(); st.World.Loop.Advance(time.Second); w.Canvas().Focus(e) })
	st.Desk.Form().Show(exam.StepPerson)
	st.World.Loop.Drain()
	p := st.Window.Find("nationality").(*ui.Picker)
	holds(t, "opening the longest list", func() { test.Tap(p); w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
	holds(t, "a key in its search", func() {
		test.Tap(p)
		w.Canvas().Focused().TypedRune('z')
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	})
}

func TestNoUnusualCharacterHoldsTheWindow(t *testing.T) {
	st, w := draft(t, exam.Document{Name: "李", IDType: exam.ResidentID}, exam.StepPerson)
	e := st.Window.Find("name").(*ui.Entry)
	holds(t, "an unusual character typed", func() {
		test.Type(e, fresh(1))
		measured(w.Content())
	})
	f := st.Desk.Form()
	holds(t, "an unusual character put into the field of a draft that is opened", func() {
		f.Set("name", "李"+fresh(1))
		st.World.Loop.Drain()
		st.Window.Rebuild()
		measured(w.Content())
	})
	page := func(what string, n int, text func() string) {
		holds(t, what, func() {
			box := container.NewVBox()
			for range n {
				box.Add(ui.Label(text(), false))
			}
			w.SetContent(box)
			measured(box)
		})
	}
	page("a page with ten unusual names", 10, func() string { return "李" + fresh(1) + "，报名序号 038-2026-000123" })
	page("a text of twenty unusual characters", 1, func() string { return fresh(20) })
	holds(t, "as many put into a field", func() {
		e.SetText(fresh(20))
		measured(w.Content())
	})
}

// listed are the drafts that stand on the page.
func listed(st *story.Stage) (ids []string) {
	for _, c := range ui.Controls(st.Window.Body()) {
		if ui.Kind(c.Object) == "draft" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// crowdedHome is the home page over very many drafts.
func crowdedHome(t *testing.T) (*story.Stage, fyne.Window) {
	return show(t, plain, story.Scene{Name: "crowd", Set: func(w *presenttest.World) { w.Others = 100_000 }, Play: func(*story.Stage) {}})
}

func TestOnlyTheRowsInSightStandInTheWindow(t *testing.T) {
	st, w := crowdedHome(t)
	if n := len(listed(st)); n == 0 || n > 10 {
		t.Errorf("%d rows stand in the window", n)
	}
	first := listed(st)[0]
	w.Canvas().Focus(st.Window.Find(first).(fyne.Focusable))
	for range 50 {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	}
	rows := listed(st)
	if len(rows) > 10 || !slices.Contains(rows, first) || len(rows) < 3 {
		t.Errorf("at the end stand %d rows; the one with the focus among them: %v", len(rows), slices.Contains(rows, first))
	}
	if cut := ui.Cut(w.Content(), plain.Width); len(cut) != 0 {
		t.Errorf("cut off: %v", cut)
	}
}

func TestTabLeadsThroughTheWholeOfALongList(t *testing.T) {
	st, w := crowdedHome(t)
	w.Canvas().Focus(st.Window.Find(listed(st)[0]).(fyne.Focusable))
	seen := []string{ui.ID(w.Canvas().Focused())}
	for range 49 {
		w.Canvas().FocusNext()
		seen = append(seen, ui.ID(w.Canvas().Focused()))
	}
	if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != 50 {
		t.Errorf("Tab goes %v", seen)
	}
	for i := 48; i >= 0; i-- {
		w.Canvas().FocusPrevious()
		if got := ui.ID(w.Canvas().Focused()); got != seen[i] {
			t.Fatalf("Shift+Tab comes to %s, want %s", got, seen[i])
		}
	}
}

func TestARefreshKeepsTheRowsThatShowTheSame(t *testing.T) {
	st, _ := crowdedHome(t)
	before := st.Window.Find(listed(st)[1])
	if _, err := st.World.Ports().Drafts.Create(exam.Document{Name: "李小满"}, st.World.Pack.Ref()); err != nil {
		t.Fatal(err)
	}
	st.Desk.StoreChanged("")
	st.World.Loop.Drain()
	if st.Window.Find(ui.ID(before)) != before {
		t.Error("a new draft replaced the rows of the others")
	}
}
