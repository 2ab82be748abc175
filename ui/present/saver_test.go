package present_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// texts are fields that hold what is typed and nothing else: no rule and no
// other field writes them.
var texts = []string{"city", "checkpoint", "address", "email", "title", "work.0.employer", "work.0.duties", "education.0.school"}

// typist is somebody who works on two drafts, with whatever the machine does
// meanwhile, and remembers what was typed.
type typist struct {
	world *presenttest.World
	desk  *present.Desk
	ids   []exam.DraftID
	typed map[exam.DraftID]map[string]string
	count int
}

func newTypist(t failing) *typist {
	y := &typist{world: presenttest.NewWorld(), typed: map[exam.DraftID]map[string]string{}}
	for range 2 {
		d, err := y.world.Ports().Drafts.Create(exam.Document{Work: []exam.Work{{ID: "w1"}}, Education: []exam.Education{{ID: "e1"}}}, y.world.Pack.Ref())
		if err != nil {
			t.Fatalf("%v", err)
		}
		y.ids = append(y.ids, d.ID)
		y.typed[d.ID] = map[string]string{}
	}
	y.start()
	return y
}

// failing is what tests and properties share.
type failing interface {
	Fatalf(format string, args ...any)
}

func (y *typist) start() {
	y.desk = present.NewDesk(y.world.Ports(), y.world.Loop, func() {})
	y.desk.Start()
}

// types puts something new into a field of the open draft.
func (y *typist) types(path string) {
	f := y.desk.Form()
	if f == nil || y.desk.Page() != present.PageForm {
		return
	}
	y.count++
	text := fmt.Sprintf("text%d", y.count)
	f.Set(path, text)
	y.typed[f.ID()][path] = text
}

// settle lets everything end that can end.
func (y *typist) settle() {
	y.world.Mended()
	y.world.Loop.Advance(20 * time.Second)
}

// missing is what was typed and is not in the store; "" when nothing is.
func (y *typist) missing(id exam.DraftID) string {
	doc := y.world.Drafts[id].Document
	for path, want := range y.typed[id] {
		if got, err := doc.Get(path); err != nil || got != want {
			return fmt.Sprintf("%s is %q in the store, typed was %q", path, got, want)
		}
	}
	return ""
}

// saysSaved tells whether the screen says that all of the open draft is saved.
func (y *typist) saysSaved() bool {
	f := y.desk.Form()
	if f == nil {
		return false
	}
	_, text := f.Saved()
	return text.Key() == "ui.saved.at"
}

// steps are what can happen, in any order.
func (y *typist) steps() map[string]func(*rapid.T) {
	path := rapid.SampledFrom(texts)
	pages := rapid.SampledFrom([]present.Page{present.PageHome, present.PageForm, present.PageHelp, present.PageHistory, present.PagePrint, present.PageSettings})
	return map[string]func(*rapid.T){
		"type":  func(t *rapid.T) { y.types(path.Draw(t, "path")) },
		"type2": func(t *rapid.T) { y.types(path.Draw(t, "path")) },
		"leave": func(t *rapid.T) {
			if f := y.desk.Form(); f != nil {
				f.Leave(path.Draw(t, "path"))
			}
		},
		"step": func(t *rapid.T) {
			if f := y.desk.Form(); f != nil {
				f.Show(rapid.SampledFrom(present.Steps).Draw(t, "step"))
			}
		},
		"page": func(t *rapid.T) { y.desk.Go(pages.Draw(t, "page")) },
		"back": func(*rapid.T) { y.desk.Back() },
		"attach": func(t *rapid.T) {
			if f := y.desk.Form(); f != nil {
				y.world.Disk["/a.pdf"] = fmt.Appendf(nil, "%%PDF-1.4 %d", y.world.Saves)
				f.AddEvidence(y.world.Pack.Evidence[0].ID, "/a.pdf")
			}
		},
		"record": func(t *rapid.T) {
			if f := y.desk.Form(); f != nil && y.desk.Page() == present.PageForm {
				f.Add("certificates")
			}
		},
		"remove": func(t *rapid.T) {
			if f := y.desk.Form(); f != nil && y.desk.Page() == present.PageForm {
				f.Remove("certificates.0")
			}
		},
		"undo":  func(*rapid.T) { y.desk.UndoLast() },
		"open":  func(t *rapid.T) { y.desk.Open(rapid.SampledFrom(y.ids).Draw(t, "draft")) },
		"heard": func(*rapid.T) { y.desk.StoreChanged("") },
		"work": func(t *rapid.T) {
			if n := y.world.Loop.Waiting(); n > 0 {
				y.world.Loop.StepAt(rapid.IntRange(0, n-1).Draw(t, "which"))
			}
		},
		"time": func(t *rapid.T) {
			y.world.Loop.Advance(time.Duration(rapid.IntRange(1, 1500).Draw(t, "ms")) * time.Millisecond)
		},
		"full":    func(*rapid.T) { y.world.DiskFull() },
		"mended":  func(*rapid.T) { y.world.Mended() },
		"restart": func(*rapid.T) { y.restart() },
		"": func(t *rapid.T) {
			if y.saysSaved() {
				if gone := y.missing(y.desk.Form().ID()); gone != "" {
					t.Fatalf("the screen says saved, and %s", gone)
				}
			}
		},
	}
}

// restart closes the window, waits until it lets itself be closed, and starts
// the program again.
func (y *typist) restart() {
	closed := false
	y.desk.Close(func() { closed = true })
	y.settle()
	if !closed {
		panic("the window cannot be closed")
	}
	y.world = y.world.Killed()
	y.start()
}

func TestNothingTypedIsLostInWhateverOrderThingsHappen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newTypist(t)
		t.Repeat(y.steps())
		y.settle()
		for _, id := range y.ids {
			if gone := y.missing(id); gone != "" {
				t.Fatalf("%s", gone)
			}
		}
	})
}

func TestAClosedWindowLeavesNothingUnsaved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newTypist(t)
		t.Repeat(y.steps())
		closed := false
		y.desk.Close(func() {
			closed = true
			for _, id := range y.ids {
				if gone := y.missing(id); gone != "" {
					t.Fatalf("closed although %s", gone)
				}
			}
		})
		y.settle()
		if !closed {
			t.Fatalf("the window cannot be closed")
		}
	})
}

func TestADraftOpenedAgainBeforeItsSaveShowsWhatWasTyped(t *testing.T) {
	y := newTypist(t)
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	y.world.DiskFull()
	y.types("city")
	y.desk.Go(present.PageHome)
	y.world.Loop.Drain()
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	if got := fieldOf(t, y.desk.Form(), "city").Value; got != "text1" {
		t.Errorf("the field shows %q", got)
	}
	if y.saysSaved() {
		t.Error("it says saved, and the disk is full")
	}
}

func TestAnotherDraftsSaveIsNotForgotten(t *testing.T) {
	y := newTypist(t)
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	y.world.DiskFull()
	y.types("city")
	y.desk.Open(y.ids[1])
	y.world.Loop.Drain()
	closed := false
	y.desk.Close(func() { closed = true })
	y.world.Loop.Advance(time.Minute)
	if closed {
		t.Fatal("closed while the first draft's text is in the window alone")
	}
	y.world.Mended()
	y.world.Loop.Advance(time.Minute)
	if gone := y.missing(y.ids[0]); gone != "" || !closed {
		t.Errorf("closed %v: %s", closed, gone)
	}
}

func TestEveryFaultOfTheDiskHasItsWords(t *testing.T) {
	for name, fault := range map[string]func(*presenttest.World){
		"full": (*presenttest.World).DiskFull, "read_only": (*presenttest.World).ReadOnly,
		"locked": (*presenttest.World).Locked, "damaged": (*presenttest.World).Damaged,
		"too_large": func(w *presenttest.World) { w.Fails = exam.KindTooLarge },
		"internal":  func(w *presenttest.World) { w.Fails = exam.KindCanceled }, // a kind without words of its own
	} {
		w, _, f := opened(t, exam.Document{})
		fault(w)
		f.Set("city", "郑州市")
		f.SaveNow()
		w.Loop.Drain()
		tone, text := f.Saved()
		if tone != present.Trouble || text.Key() != "ui.saved.failed."+name {
			t.Errorf("%s: says %v %s", name, tone, text.Key())
		}
		for _, words := range []present.Words{chinese(), english()} {
			if said := text.In(words); said == "" || said == text.Key() {
				t.Errorf("%s has no words in %s", text.Key(), words.Lang())
			}
		}
	}
}

func TestAFailedSaveIsTriedAgainAndAgainUntilItWorks(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.ReadOnly()
	f.Set("city", "郑州市")
	f.SaveNow()
	w.Loop.Advance(10 * time.Minute)
	if tone, _ := f.Saved(); tone != present.Trouble {
		t.Fatal("after ten minutes it no longer says that nothing is saved")
	}
	w.Mended()
	w.Loop.Advance(5 * time.Second)
	if got := w.Drafts[f.ID()].Document.City; got != "郑州市" {
		t.Errorf("five seconds after the folder was writable the store has %q", got)
	}
}

func TestWhatIsTypedWhileTheDiskIsFullJoinsTheNextSave(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.DiskFull()
	f.Set("city", "郑州市")
	f.Leave("city")
	w.Loop.Drain()
	f.Set("address", "示例路 1 号")
	f.Leave("address")
	w.Loop.Drain()
	w.Mended()
	w.Loop.Advance(5 * time.Second)
	doc := w.Drafts[f.ID()].Document
	if doc.City != "郑州市" || doc.Address != "示例路 1 号" {
		t.Errorf("the store has %q and %q", doc.City, doc.Address)
	}
	if w.Saves != 1 {
		t.Errorf("%d saves for one state of the draft", w.Saves)
	}
}

func TestTypingTheSameTextAgainSavesNothing(t *testing.T) {
	w, _, f := opened(t, exam.Document{City: "郑州市"})
	f.Set("city", "郑州市")
	f.Leave("city")
	f.Set("no.such.field", "x")
	w.Loop.Advance(10 * time.Second)
	if w.Saves != 0 {
		t.Errorf("%d saves although nothing changed", w.Saves)
	}
}

func TestOneSaveAtATimeAndTheNewestTextLast(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Set("city", "一")
	f.SaveNow()
	for _, text := range []string{"二", "三", "四"} {
		f.Set("city", text)
		f.SaveNow()
		if n := w.Loop.Waiting(); n != 1 {
			t.Fatalf("%d saves are on their way at once", n)
		}
	}
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document.City; got != "四" || w.Saves != 2 {
		t.Errorf("stored %q after %d saves", got, w.Saves)
	}
}

func TestTheTimeOfTheLastSaveIsShown(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.Loop.Advance(3 * time.Minute)
	f.Set("city", "郑州市")
	if tone, text := f.Saved(); tone != present.Busy || text.Key() != "ui.saved.waits" {
		t.Errorf("while typing it says %s", text.Key())
	}
	f.SaveNow()
	if tone, text := f.Saved(); tone != present.Busy || text.Key() != "ui.saved.waits" {
		t.Errorf("before the disk answered it says %s", text.Key())
	}
	w.Loop.Drain()
	if _, text := f.Saved(); text.In(chinese()) != "已保存 10:45:07" {
		t.Errorf("says %q", text.In(chinese()))
	}
}

func TestAnAnswerOfTheServerLeavesWhatIsBeingTyped(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	f.Set("phone", "13900139000") // not saved yet
	w.Answer(f.ID(), exam.StateNeedsMaterials, "请补充")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	f.Show(exam.StepPerson)
	if got := fieldOf(t, f, "phone").Value; got != "13900139000" {
		t.Errorf("the field shows %q", got)
	}
	if got := f.Standing().State.Key(); got != "ui.state.needs_materials" {
		t.Errorf("the answer is shown as %s", got)
	}
	w.Loop.Advance(time.Second)
	if n := w.Drafts[f.ID()]; n.Document.Phone != "13900139000" || n.State != exam.StateNeedsMaterials {
		t.Errorf("stored phone %q in state %s", n.Document.Phone, n.State)
	}
}

func TestAStaleReadDoesNotTakeBackWhatWasSavedSince(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "旧"})
	d.StoreChanged(f.ID()) // hands over two reads
	for w.Loop.Waiting() > 0 {
		before := w.Loop.Waiting()
		w.Loop.StepAt(w.Loop.Waiting() - 1) // the draft is read …
		if w.Loop.Waiting() == before {
			break
		}
	}
	f.Set("city", "新")
	f.SaveNow()
	w.Loop.StepAt(w.Loop.Waiting() - 1) // … the save overtakes it …
	w.Loop.StepAt(w.Loop.Waiting() - 1)
	w.Loop.Drain() // … and only now the old read reaches the window
	if got := fieldOf(t, f, "city").Value; got != "新" {
		t.Errorf("the field shows %q", got)
	}
}

func TestAnAttachmentThatIsToldLateTakesBackNoText(t *testing.T) {
	w, _, f := opened(t, exam.Document{City: "旧"})
	w.Disk["/a.pdf"] = []byte("%PDF-1.4")
	f.AddEvidence(w.Pack.Evidence[0].ID, "/a.pdf")
	for len(w.Drafts[f.ID()].Files) == 0 { // until it is attached, but the window has not heard
		w.Loop.StepAt(0)
	}
	f.Set("city", "新")
	f.SaveNow()
	for w.Loop.Waiting() > 0 {
		w.Loop.StepAt(w.Loop.Waiting() - 1) // the save is heard first
	}
	if got := fieldOf(t, f, "city").Value; got != "新" {
		t.Errorf("the field shows %q", got)
	}
	list, _ := f.Evidence()
	if n := len(w.Drafts[f.ID()].Files); n != 1 || !slices.ContainsFunc(list, func(e present.EvidenceView) bool { return len(e.Files) == 1 }) {
		t.Errorf("%d files are stored, the page shows %v", n, list)
	}
}
