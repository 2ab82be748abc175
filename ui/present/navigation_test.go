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

var pages = present.Pages

func TestBackLeadsTheWayThatWasCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := presenttest.NewWorld()
		d := present.NewDesk(w.Ports(), w.Loop, func() {})
		d.Start()
		d.New()
		w.Loop.Drain()
		way := []present.Page{present.PageHome, present.PageForm}
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			p := rapid.SampledFrom(pages).Draw(t, "page")
			d.Go(p)
			w.Loop.Drain()
			if d.Page() != p {
				t.Fatalf("%s is not shown", p)
			}
			if way[len(way)-1] != p {
				way = append(way, p)
			}
		}
		for i := len(way) - 2; i >= 0; i-- {
			d.Back()
			w.Loop.Drain()
			if d.Page() != way[i] {
				t.Fatalf("back shows %s, it came from %s", d.Page(), way[i])
			}
		}
		d.Back()
		if d.Page() != present.PageHome {
			t.Fatalf("back from the beginning shows %s", d.Page())
		}
	})
}

func TestBackNeverShowsAPageOfADraftThatIsGone(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	for _, p := range pages {
		d.Go(p)
		w.Loop.Drain()
	}
	d.Go(present.PageHome)
	d.Delete(f.ID())
	w.Loop.Drain()
	for range 2 * len(pages) {
		d.Back()
		w.Loop.Drain()
		if slices.Contains([]present.Page{present.PageForm, present.PageRegistration, present.PagePrint, present.PageHistory, present.PageConflict, present.PageOfficial, present.PagePayment}, d.Page()) {
			t.Fatalf("it shows %s, and no draft is open", d.Page())
		}
	}
}

func TestADraftIsOpenedWhereItsCandidateGoesOn(t *testing.T) {
	for _, state := range every {
		w, d, f := submitted(t, state)
		d.Go(present.PageHome)
		w.Loop.Drain()
		d.Open(f.ID())
		w.Loop.Drain()
		if d.Page() != present.PageRegistration {
			t.Errorf("%s opens on %s", state, d.Page())
		}
	}
	w, d, f := opened(t, exam.Document{})
	d.Go(present.PageHome)
	w.Loop.Drain()
	d.Open(f.ID())
	w.Loop.Drain()
	if d.Page() != present.PageForm || d.Form() != f {
		t.Errorf("a draft opens on %s", d.Page())
	}
}

func TestTheLastDraftAskedForIsTheOneThatOpens(t *testing.T) {
	w, d := desk(t)
	var ids []exam.DraftID
	for range 3 {
		n, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, n.ID)
	}
	for _, id := range ids {
		d.Open(id)
	}
	for w.Loop.Waiting() > 0 {
		w.Loop.StepAt(w.Loop.Waiting() - 1) // the last answers first
	}
	if d.Form() == nil || d.Form().ID() != ids[2] {
		t.Error("an earlier one opened over it")
	}
}

func TestADraftThatIsNotThereIsSaid(t *testing.T) {
	w, d := desk(t)
	d.Open(exam.NewDraftID())
	w.Loop.Drain()
	if _, bad := d.Trouble(); !bad || d.Form() != nil || d.Page() != present.PageHome {
		t.Errorf("trouble %v, on %s", bad, d.Page())
	}
}

func TestADraftThatCannotBeMadeIsSaid(t *testing.T) {
	w, d := desk(t)
	w.ReadOnly()
	d.New()
	w.Loop.Drain()
	if text, bad := d.Trouble(); !bad || text.Key() != "ui.trouble.read_only" || d.Form() != nil {
		t.Errorf("says %s", text.Key())
	}
}

func TestADeletionThatFailsIsSaidAndNothingIsGone(t *testing.T) {
	w, d, f := opened(t, exam.Document{Name: "李小满"})
	d.Go(present.PageHome)
	w.Loop.Drain()
	w.DiskFull()
	d.Delete(f.ID())
	w.Loop.Drain()
	if text, bad := d.Trouble(); !bad || text.Key() != "ui.trouble.full" || w.Bin[f.ID()] {
		t.Errorf("says %s, in the bin %v", text.Key(), w.Bin[f.ID()])
	}
}

func TestADeletedDraftTakesItsLastWordsAlong(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("city", "郑州市") // not saved
	d.Delete(f.ID())
	w.Loop.Drain()
	if !w.Bin[f.ID()] || w.Drafts[f.ID()].Document.City != "郑州市" {
		t.Errorf("in the bin %v with %q", w.Bin[f.ID()], w.Drafts[f.ID()].Document.City)
	}
	d.UndoLast()
	w.Loop.Drain()
	d.Open(f.ID())
	w.Loop.Drain()
	if got := fieldOf(t, d.Form(), "city").Value; got != "郑州市" {
		t.Errorf("brought back it says %q", got)
	}
}

func TestANewUndoTakesThePlaceOfTheOld(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	f.Remove("work.0")
	w.Loop.Advance(10 * time.Second)
	f.Remove("work.0")
	w.Loop.Advance(5 * time.Second) // the first one's time is over, the second one's is not
	if _, ok := d.Undoable(); !ok {
		t.Fatal("the second undo went with the first")
	}
	d.UndoLast()
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Document.Work); n != 1 {
		t.Errorf("%d posts, the second alone should be back", n)
	}
	if _, ok := d.Undoable(); ok {
		t.Error("it can be undone twice")
	}
}

func TestAnAnswerToNoQuestionDoesNothing(t *testing.T) {
	w, d := desk(t)
	d.Answer(true)
	d.Answer(false)
	w.Loop.Drain()
	if d.Page() != present.PageHome {
		t.Errorf("on %s", d.Page())
	}
}

func TestTheWindowIsToldOfEveryChange(t *testing.T) {
	w, told := presenttest.NewWorld(), 0
	d := present.NewDesk(w.Ports(), w.Loop, func() { told++ })
	d.New()
	w.Loop.Drain()
	f := d.Form()
	for name, change := range map[string]func(){
		"typing": func() { f.Set("city", "x") }, "leaving": func() { f.Set("phone", "１"); f.Leave("phone") }, "a step": func() { f.Show(exam.StepWork) },
		"a record": func() { f.Add("work") }, "a page": func() { d.Go(present.PageHelp) }, "back": func() { d.Back() }, "the line": func() { w.Line.Queue++; d.LineChanged() },
		"a bad day": func() { d.Bend(func(b *present.BadDay) { b.Away = !b.Away }) },
		"a search":  func() { d.SearchHelp("x") }, "looks": func() { d.Prefer(func(p *present.Preferences) { p.TextScale = 2 }) },
		"the store": func() { d.StoreChanged("") }, "an undo": func() { f.Add("work"); f.Remove("work.0"); d.UndoLast() },
	} {
		told = 0
		change()
		w.Loop.Drain()
		if told == 0 {
			t.Errorf("%s: the window was not told", name)
		}
	}
	f.Set("city", "y")
	told = 0
	w.Loop.Advance(2 * time.Second)
	if told == 0 {
		t.Error("the window was not told that it is saved")
	}
}

func TestTheNewDraftKnowsItsExam(t *testing.T) {
	w, d := desk(t)
	d.New()
	w.Loop.Drain()
	doc := w.Drafts[d.Form().ID()].Document
	if doc.Exam != w.Pack.Exam || doc.Year != w.Pack.Year || doc.IDType != exam.ResidentID || doc.Nationality != "CHN" || w.Drafts[d.Form().ID()].Pack != w.Pack.Ref() {
		t.Errorf("it begins as %+v", doc)
	}
}

func TestAnOldDraftKeepsItsOwnPack(t *testing.T) {
	w := presenttest.NewWorld()
	newer := *w.Pack
	newer.ID, newer.Version, newer.Levels = "038-2027", w.Pack.Version+1, w.Pack.Levels[:1]
	ports := w.Ports()
	ports.Packs = []*exam.Pack{&newer, w.Pack}
	d := present.NewDesk(ports, w.Loop, func() {})
	old, err := ports.Drafts.Create(exam.Document{Level: exam.Intermediate}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(old.ID)
	w.Loop.Drain()
	if n := len(fieldOf(t, d.Form(), "level").Choices); n != len(w.Pack.Levels) {
		t.Errorf("it is judged by a pack of %d levels", n)
	}
	d.New()
	w.Loop.Drain()
	if n := len(fieldOf(t, d.Form(), "level").Choices); n != 1 {
		t.Errorf("a new one is judged by a pack of %d levels", n)
	}
}

func TestAStepIsMarkedByWhatItLacks(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	mark := func(id exam.StepID) present.StepMark {
		for _, s := range f.StepList() {
			if s.ID == id {
				return s.Mark
			}
		}
		t.Fatalf("no step %s", id)
		return 0
	}
	if got := mark(exam.StepPerson); got != present.StepDone {
		t.Errorf("a complete step is marked %v", got)
	}
	if got := mark(exam.StepPhoto); got != present.StepOpen {
		t.Errorf("a step not looked at is marked %v", got)
	}
	f.Show(exam.StepPhoto)
	f.Show(exam.StepPerson)
	if got := mark(exam.StepPhoto); got != present.StepMissing {
		t.Errorf("a step left without its photo is marked %v", got)
	}
	f.Set("postcode", "12") // worth a look, no more
	w.Loop.Advance(time.Second)
	if got := mark(exam.StepPerson); got != present.StepDoubt {
		t.Errorf("a step with a doubt is marked %v", got)
	}
	f.Set("phone", "")
	if got := mark(exam.StepPerson); got != present.StepOpen {
		t.Errorf("while it is filled in it is marked %v", got)
	}
	if got := mark(present.StepReview); got != present.StepOpen {
		t.Errorf("the review of a draft is marked %v", got)
	}
}

func TestTheCountsOfTheStepsAreThoseOfTheProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := presenttest.NewWorld()
		d := present.NewDesk(w.Ports(), w.Loop, func() {})
		doc := presenttest.Complete()
		for _, path := range []string{"name", "phone", "email", "level", "area", "id_number", "postcode", "commitment", "work.0.employer", "work.1.from", "education.0.school"} {
			if rapid.Bool().Draw(t, path) {
				if err := doc.Set(path, rapid.SampledFrom([]string{"", "x", "2012"}).Draw(t, "text")); err != nil {
					t.Fatal(err)
				}
			}
		}
		n, err := w.Ports().Drafts.Create(doc, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		d.Open(n.ID)
		w.Loop.Drain()
		f := d.Form()
		missing, doubts := map[exam.StepID]int{}, map[exam.StepID]int{}
		for _, p := range f.Problems() {
			switch p.Severity {
			case exam.Block:
				missing[p.Step]++
			case exam.Warn:
				doubts[p.Step]++
			}
		}
		total := 0
		for _, s := range f.StepList() {
			if s.Missing != missing[s.ID] || s.Doubts != doubts[s.ID] {
				t.Fatalf("%s counts %d and %d, listed are %d and %d", s.ID, s.Missing, s.Doubts, missing[s.ID], doubts[s.ID])
			}
			total += s.Missing
		}
		if f.Submittable() != (total == 0) {
			t.Fatalf("%d things prevent it, and it may be submitted: %v", total, f.Submittable())
		}
	})
}

func TestFillingInOnlyAddsToWhatIsComplete(t *testing.T) {
	_, _, f := opened(t, exam.Document{})
	last := f.Complete()
	doc := presenttest.Complete()
	for _, path := range []string{"level", "area", "city", "name", "id_type", "id_number", "ethnicity", "nationality", "political_status", "phone", "address", "first_worked", "commitment"} {
		text, err := doc.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Set(path, text)
		if f.Complete() < last {
			t.Errorf("after %s it is %d %% complete, before %d %%", path, f.Complete(), last)
		}
		last = f.Complete()
	}
	if last <= 40 || last > 100 {
		t.Errorf("it ends at %d %%", last)
	}
}

func TestTheDeskSaysWhereItsBytesAre(t *testing.T) {
	w, d := desk(t)
	if d.Folder() != "/home/example/wenbao" || d.Server() == "" || !d.Practice() {
		t.Errorf("folder %q, server %q, practice %v", d.Folder(), d.Server(), d.Practice())
	}
	w.Line = present.Line{State: present.LineBusy, Queue: 2, Last: presenttest.Start}
	d.LineChanged()
	if l := d.Line(); l.State != present.LineBusy || l.Queue != 2 || !l.Last.Equal(presenttest.Start) {
		t.Errorf("the line is %+v", l)
	}
	d.ShowFile("/home/example/x.pdf")
	w.Loop.Drain()
	if !slices.Equal(w.Shown, []string{"/home/example/x.pdf"}) {
		t.Errorf("opened were %v", w.Shown)
	}
	w.Bare = true
	d.ShowFile("https://www.example.invalid")
	w.Loop.Drain()
	if text, ok := d.Trouble(); !ok || text.Key() != "ui.trouble.unopened" {
		t.Errorf("where the system opens nothing it says %v", text)
	}
	d.KeepSheet("sheet.png", []byte("png"))
	w.Loop.Drain()
	if text, _ := d.Trouble(); text.Key() != "ui.trouble.unopened" || d.Kept() == "" {
		t.Errorf("a file that is kept and cannot be opened: %v, kept as %q", text, d.Kept())
	}
}

func TestTheTitleHidesTheDraftOnTheHomePage(t *testing.T) {
	_, d, _ := opened(t, presenttest.Complete())
	d.Go(present.PageHome)
	if title := d.Title().In(chinese()); strings.Contains(title, "李小满") {
		t.Errorf("the title is %q", title)
	}
}

func TestTheCommitmentIsThePacks(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	if got := f.Commitment(); len(got.Points) != len(w.Pack.Commitment.Points) || len(got.Points) == 0 {
		t.Errorf("it has %d points, the pack %d", len(got.Points), len(w.Pack.Commitment.Points))
	}
	if f.Level().In(chinese()) == "" {
		t.Error("the level has no name")
	}
	f.Set("level", "")
	if !f.Level().Empty() {
		t.Error("without a level one is named")
	}
}

func TestAStepIsFoundForEveryField(t *testing.T) {
	for path, want := range map[string]exam.StepID{"name": exam.StepPerson, "work.3.from": exam.StepWork, "certificates.0.number": exam.StepWork,
		"education.1.school": exam.StepSchooling, "photo": exam.StepPhoto, "attachments.diploma": exam.StepEvidence, "": present.StepReview, "nothing": present.StepReview} {
		if got := present.StepOf(path); got != want {
			t.Errorf("%q belongs to %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{"education.0.school": "education.school", "name": "name", "work.12.from": "work.from"} {
		if got := present.Bare(path); got != want {
			t.Errorf("%q is barely %q", path, got)
		}
	}
}
