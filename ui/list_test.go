package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// crowd is a store of very many drafts: it answers with the first few of them.
type crowd struct {
	present.Drafts
	total int
	asked []int
}

func (c *crowd) Recent(search string, limit int) ([]present.Summary, int, error) {
	c.asked = append(c.asked, limit)
	var list []present.Summary
	for i := range min(limit, c.total) {
		list = append(list, present.Summary{ID: exam.DraftID(fmt.Sprintf("01900000-0000-7000-8000-%012d", i)), Name: fmt.Sprint("考生", search, i), Level: exam.Junior, Area: "410000",
			State: exam.StateSubmitted, Transport: exam.TransportDelivered, Updated: presenttest.Start.Add(-time.Duration(i) * time.Minute)})
	}
	return list, c.total, nil
}

// crowded gives the home page over that many drafts.
func crowded(t *testing.T, total int) (*crowd, *presenttest.World, *ui.Window, fyne.Window) {
	t.Helper()
	world, w := presenttest.NewWorld(), fyne.CurrentApp().NewWindow("")
	t.Cleanup(w.Close)
	ports := world.Ports()
	c := &crowd{Drafts: ports.Drafts, total: total}
	ports.Drafts = c
	win := ui.New(ui.Config{App: fyne.CurrentApp(), Window: w, Ports: ports, Loop: world.Loop, Lang: "zh-CN"})
	world.Loop.Drain()
	w.Resize(fyne.NewSize(1366, 768))
	return c, world, win, w
}

func rowsOf(w *ui.Window) (n int) {
	for _, c := range ui.Controls(w.Body()) {
		if ui.Kind(c.Object) == "draft" {
			n++
		}
	}
	return n
}

func TestAHundredThousandDraftsMakeNoMorePageThanAHundred(t *testing.T) {
	few, _, a, _ := crowded(t, 100)
	many, _, b, _ := crowded(t, 100_000)
	if rowsOf(a) != rowsOf(b) || rowsOf(b) == 0 || rowsOf(b) > 100 {
		t.Errorf("of 100 it shows %d, of 100,000 %d", rowsOf(a), rowsOf(b))
	}
	for _, c := range []*crowd{few, many} {
		for _, limit := range c.asked {
			if limit <= 0 || limit > 200 {
				t.Errorf("the store is asked for %d drafts at once", limit)
			}
		}
	}
	if out := ui.Outline(b.Body()); !strings.Contains(out, "100000") && !strings.Contains(out, "100,000") {
		t.Errorf("nothing says how many there are:\n%s", out)
	}
}

func TestRefreshingALongListCostsWhatItShows(t *testing.T) {
	allocs := func(total int) float64 {
		_, _, win, _ := crowded(t, total)
		return testing.AllocsPerRun(5, win.Refresh)
	}
	if few, many := allocs(100), allocs(100_000); many > 1.1*few {
		t.Errorf("a refresh makes %.0f objects over 100 drafts and %.0f over 100,000", few, many)
	}
}

func TestSearchingAsksTheStoreForEveryKeyAndKeepsTheField(t *testing.T) {
	c, world, win, w := crowded(t, 100_000)
	field := win.Find("home.search").(*ui.Entry)
	w.Canvas().Focus(field)
	before := len(c.asked)
	test.Type(field, "zhang")
	world.Loop.Drain()
	if got := len(c.asked) - before; got != 5 {
		t.Errorf("five keys asked %d times", got)
	}
	if w.Canvas().Focused() != fyne.Focusable(field) || field.Text != "zhang" {
		t.Errorf("the field has %q, the focus is on %q", field.Text, ui.ID(w.Canvas().Focused()))
	}
	if out := ui.Outline(win.Body()); !strings.Contains(out, "考生zhang0") {
		t.Error("the answer is not shown")
	}
}

func TestTheListSaysWhatItIsSearchedFor(t *testing.T) {
	_, world, win, w := crowded(t, 100)
	w.Canvas().Focus(win.Find("home.search").(*ui.Entry))
	test.Type(w.Canvas().Focused(), "zhang")
	world.Loop.Drain()
	for name, again := range map[string]func(){
		"entered again": func() { win.Desk().Go(present.PageHelp); win.Desk().Go(present.PageHome) },
		"another look":  win.Dress,
	} {
		again()
		world.Loop.Drain()
		if field := win.Find("home.search").(*ui.Entry); field.Text != "zhang" || win.Desk().Home().Search != "zhang" {
			t.Errorf("%s: the field has %q, the list is for %q", name, field.Text, win.Desk().Home().Search)
		}
	}
}

func TestALongListOfChoicesMakesOnlyTheRowsInSight(t *testing.T) {
	st, w := draft(t, exam.Document{}, exam.StepPerson)
	p := st.Window.Find("nationality").(*ui.Picker)
	test.Tap(p)
	w.Canvas().Focused() // the search field
	made, all := p.Rows()
	if all < 100 || made == 0 || made > 40 {
		t.Errorf("%d rows were made for %d nationalities", made, all)
	}
}

func TestTheListShowsTheNamesThatWereFound(t *testing.T) {
	st, w := draft(t, exam.Document{}, exam.StepPerson)
	p := st.Window.Find("nationality").(*ui.Picker)
	test.Tap(p)
	for _, r := range "zhongguo" {
		w.Canvas().Focused().TypedRune(r)
	}
	if _, left := p.Rows(); left == 0 || left > 10 {
		t.Errorf("%d nationalities are left", left)
	}
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
}

func TestTheNumberOfOneIsNotSaidInTheList(t *testing.T) {
	st, _ := draft(t, presenttest.Complete(), exam.StepPerson)
	st.Desk.Go(present.PageHome)
	st.World.Loop.Drain()
	number := presenttest.Complete().IDNumber
	if out := ui.Outline(st.Window.Body()); strings.Contains(out, number) || strings.Contains(out, number[:14]) {
		t.Errorf("the list shows the identity number:\n%s", out)
	}
	st.Desk.Go(present.PageQueue)
	st.World.Loop.Drain()
	if out := ui.Outline(st.Window.Front()); strings.Contains(out, number[:14]) {
		t.Errorf("the outbox shows the identity number:\n%s", out)
	}
}
