package present_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// scene is a world with a draft open in it.
type scene struct {
	w *presenttest.World
	d *present.Desk
	f *present.Form
}

// presses are what a person can press on the pages of a draft. effect counts what
// has come of it in the store; pressed once it is one.
var presses = map[string]struct {
	set    func(*testing.T) scene
	press  func(scene)
	effect func(scene) int
}{
	"new":             {begun, func(s scene) { s.d.New() }, func(s scene) int { return len(s.w.Drafts) - 1 }},
	"delete":          {begun, func(s scene) { s.d.Delete(s.f.ID()) }, func(s scene) int { return len(s.w.Bin) }},
	"submit":          {ready, func(s scene) { s.f.Submit() }, func(s scene) int { return len(s.w.Waiting) }},
	"use the photo":   {pictured, func(s scene) { s.f.UsePhoto() }, func(s scene) int { return kinds(s, exam.FilePhoto) }},
	"clear the photo": {ready, func(s scene) { s.f.ClearPhoto() }, func(s scene) int { return 1 - kinds(s, exam.FilePhoto) }},
	"add evidence":    {papers, func(s scene) { s.f.AddEvidence("diploma", "/b.pdf") }, func(s scene) int { return kinds(s, "diploma") - 1 }},
	"remove evidence": {papers, func(s scene) { s.f.RemoveEvidence(shownPaper(s)) }, func(s scene) int { return 1 - kinds(s, "diploma") }},
	"restore": {older, func(s scene) { s.f.Restore(1) }, func(s scene) (n int) {
		for _, v := range s.w.Versions[s.f.ID()][2:] {
			if v.Address == presenttest.Complete().Address {
				n++
			}
		}
		return n
	}},
	"drop": {waits, func(s scene) { s.f.Do("drop") }, func(s scene) int { return 1 - len(s.w.Waiting) }},
	"retry": {aside, func(s scene) { s.f.Do("retry") }, func(s scene) int {
		return len(slices.DeleteFunc(slices.Clone(s.w.Waiting), func(e exam.Entry) bool { return e.Aside }))
	}},
	"resolve": {tornApart, func(s scene) { s.f.Resolve(map[string]bool{"address": true}) }, func(s scene) int {
		if s.w.Drafts[s.f.ID()].Document.Address == "那里" {
			return 1
		}
		return 0
	}},
	"print": {begun, func(s scene) { s.d.PrintPaper() }, func(s scene) int { return len(s.w.Tray.Given) }},
}

func begun(t *testing.T) scene {
	w, d, f := opened(t, presenttest.Complete())
	return scene{w, d, f}
}

func ready(t *testing.T) scene { w, d, f := complete(t); return scene{w, d, f} }

func pictured(t *testing.T) scene {
	s := begun(t)
	s.w.Disk["/me.jpg"] = []byte("a picture")
	s.f.TakePicture("/me.jpg")
	s.w.Loop.Drain()
	return s
}

func papers(t *testing.T) scene {
	w, d, f := onEvidence(t)
	w.Disk["/a.pdf"], w.Disk["/b.pdf"] = document(100), document(200)
	f.AddEvidence("diploma", "/a.pdf")
	w.Loop.Drain()
	return scene{w, d, f}
}

// shownPaper is the paper on the page, which may be gone from the store.
func shownPaper(s scene) exam.File {
	list, _ := s.f.Evidence()
	for _, e := range list {
		if len(e.Files) > 0 {
			return e.Files[0]
		}
	}
	return exam.File{}
}

func older(t *testing.T) scene {
	s := begun(t)
	s.f.Set("address", "别处")
	s.f.Leave("address")
	s.w.Loop.Drain()
	return s
}

func waits(t *testing.T) scene {
	s := ready(t)
	s.f.Submit()
	s.w.Loop.Drain()
	return s
}

func aside(t *testing.T) scene {
	s := waits(t)
	s.w.SetAside(s.f.ID(), exam.KindClosed, nil, nil)
	s.d.StoreChanged("")
	s.w.Loop.Drain()
	return s
}

func tornApart(t *testing.T) scene {
	w, d, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Address = "那里" })
	return scene{w, d, f}
}

func kinds(s scene, kind exam.FileKind) (n int) {
	for _, file := range s.w.Drafts[s.f.ID()].Files {
		if file.Kind == kind {
			n++
		}
	}
	return n
}

// troubled is what the screen complains of, "" when of nothing.
func (s scene) troubled() string {
	if text, bad := s.d.Alarm(); bad {
		return text.Key()
	}
	for _, f := range []*present.Form{s.f, s.d.Form()} {
		if f == nil {
			continue
		}
		if m, ok := f.Message(); ok && m.Tone == present.Trouble {
			return m.Title.Key()
		}
	}
	return ""
}

func eachPress(t *testing.T, run func(t *testing.T, s scene, press func(scene), effect func(scene) int)) {
	for _, name := range slices.Sorted(maps.Keys(presses)) {
		t.Run(name, func(t *testing.T) { p := presses[name]; run(t, p.set(t), p.press, p.effect) })
	}
}

func TestPressedTwiceItIsDoneOnceAndNothingIsComplainedOf(t *testing.T) {
	eachPress(t, func(t *testing.T, s scene, press func(scene), effect func(scene) int) {
		press(s)
		press(s)
		s.w.Loop.Advance(time.Minute)
		if n := effect(s); n != 1 {
			t.Errorf("it was done %d times", n)
		}
		if what := s.troubled(); what != "" {
			t.Errorf("it says %s", what)
		}
	})
}

func TestPressedTwiceHalfWayItIsDoneOnce(t *testing.T) {
	eachPress(t, func(t *testing.T, s scene, press func(scene), effect func(scene) int) {
		press(s)
		asked(s.w) // the store has done it, the window has not heard of it
		press(s)
		s.w.Loop.Drain()
		if n := effect(s); n != 1 {
			t.Errorf("it was done %d times", n)
		}
		if what := s.troubled(); what != "" {
			t.Errorf("it says %s", what)
		}
	})
}

// unsaved leaves text in the window that the full disk does not take.
func (s scene) unsaved() {
	s.w.DiskFull()
	s.f.Set("email", "unsaved@example.com")
	s.f.SaveNow()
	s.w.Loop.Drain()
}

func TestAStepWhoseSaveFailsIsRefusedAndNotTakenByItselfLater(t *testing.T) {
	eachPress(t, func(t *testing.T, s scene, press func(scene), effect func(scene) int) {
		if slices.Contains([]string{"retry", "drop", "new"}, name(t)) {
			t.Skip("nothing is saved before it")
		}
		if name(t) == "drop" || s.f.Standing().Where.Key() == "ui.transport.waiting" {
			t.Skip("what is on its way cannot be typed into")
		}
		s.unsaved()
		press(s)
		s.w.Loop.Drain()
		if s.troubled() == "" {
			t.Error("nothing is said")
		}
		if n := effect(s); n != 0 {
			t.Fatalf("it was done %d times without a save", n)
		}
		s.w.Mended()
		s.w.Loop.Advance(time.Minute)
		if n := effect(s); n != 0 {
			t.Error("once there was room it was done, and nobody pressed")
		}
		if got := s.w.Drafts[s.f.ID()].Document.Email; got != "unsaved@example.com" {
			t.Errorf("the text itself became %q", got)
		}
		if text, bad := s.d.Alarm(); bad && text.Key() != "ui.trouble.full" {
			t.Errorf("it still says %s", text.Key())
		}
		if s.d.Form() == nil {
			s.d.Open(s.f.ID())
			s.w.Loop.Drain()
			s.f = s.d.Form()
		}
		press(s)
		s.w.Loop.Advance(time.Minute)
		if n := effect(s); n != 1 {
			t.Errorf("pressed again it was done %d times", n)
		}
	})
}

func name(t *testing.T) string {
	for i := len(t.Name()) - 1; i >= 0; i-- {
		if t.Name()[i] == '/' {
			return t.Name()[i+1:]
		}
	}
	return t.Name()
}

func TestNothingCanBeUndoneThatWasNotDone(t *testing.T) {
	for _, name := range []string{"delete", "clear the photo", "remove evidence", "restore", "resolve"} {
		t.Run(name, func(t *testing.T) {
			p := presses[name]
			s := p.set(t)
			s.w.DiskFull()
			p.press(s)
			s.w.Loop.Drain()
			if text, ok := s.d.Undoable(); ok {
				t.Errorf("it did not work, and %q is offered to be undone", text.In(chinese()))
			}
			if s.troubled() == "" {
				t.Error("nothing is said")
			}
			s.w.Mended()
			p.press(s)
			s.w.Loop.Drain()
			if _, ok := s.d.Undoable(); !ok {
				t.Error("it worked, and cannot be undone")
			}
		})
	}
}

func TestWhatWasTakenOutComesBackWithItsBytesAlsoBeforeTheyWereShown(t *testing.T) {
	w, _, f := complete(t)
	d, g := openedUnread(t, w, f.ID())
	photo, _ := w.Drafts[f.ID()].Photo()
	g.ClearPhoto() // its bytes are still being read
	w.Loop.Drain()
	if v := g.Photo(); v.Photo != nil || v.Reading {
		t.Errorf("%d bytes are shown", len(v.Photo))
	}
	d.UndoLast()
	w.Loop.Drain()
	if back, ok := w.Drafts[f.ID()].Photo(); !ok || back.SHA256 != photo.SHA256 || exam.Digest(g.Photo().Photo) != photo.SHA256 {
		t.Errorf("back is %+v", back)
	}
}

func TestUndoingInADraftThatWasOpenedAgainKeepsWhatWasTypedSince(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	f.Remove("work.0")
	w.Loop.Drain()
	d.Go(present.PageHome)
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(other.ID)
	w.Loop.Drain()
	d.Open(f.ID())
	w.Loop.Drain()
	d.Form().Set("address", "后来写的")
	d.Form().Leave("address")
	w.Loop.Drain()
	d.UndoLast()
	w.Loop.Drain()
	got := w.Drafts[f.ID()].Document
	if got.Address != "后来写的" || len(got.Work) != 2 {
		t.Errorf("stored are %q and %d posts", got.Address, len(got.Work))
	}
	if n := len(d.Form().Sections()); n == 0 || d.Form().Name() != got.Name {
		t.Error("the window shows another draft")
	}
}

func TestUndoingInADraftThatIsNotOpenIsSavedAllTheSame(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	f.Remove("work.0")
	d.Open(other.ID)
	w.Loop.Drain()
	w.DiskFull()
	d.UndoLast()
	w.Loop.Drain()
	if text, bad := d.Alarm(); !bad || text.Key() != "ui.saved.elsewhere" {
		t.Errorf("it is in the window alone, and the window says %q", text.In(chinese()))
	}
	closed := false
	d.Close(func() { closed = true })
	w.Loop.Advance(time.Minute)
	if closed {
		t.Fatal("closed over what is not saved")
	}
	w.Mended()
	w.Loop.Advance(time.Minute)
	if n := len(w.Drafts[f.ID()].Document.Work); n != 2 || !closed {
		t.Errorf("%d posts are stored, closed %v", n, closed)
	}
}

func TestRestoringCanBeTakenBackToWhatWasTypedLast(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	f.Set("city", "一") // not saved yet
	f.Restore(1)
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document.City; got != "零" {
		t.Fatalf("restored is %q", got)
	}
	d.UndoLast()
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document.City; got != "一" {
		t.Errorf("taken back it is %q", got)
	}
}

func TestTheAlarmStandsUntilTheTextIsSavedWhateverPageIsShown(t *testing.T) {
	w, d, f := opened(t, exam.Document{Name: "李小满"})
	w.DiskFull()
	f.Set("city", "郑州市")
	f.SaveNow()
	w.Loop.Drain()
	for _, p := range pages {
		d.Go(p)
		w.Loop.Drain()
		if text, bad := d.Alarm(); !bad || text.Key() != "ui.saved.failed.full" {
			t.Errorf("%s: says %q", p, text.Key())
		}
	}
	other, err := w.Ports().Drafts.Draft(f.ID())
	if err != nil || other.Document.City != "" {
		t.Fatalf("stored is %q: %v", other.Document.City, err)
	}
	d.Delete(f.ID()) // which leaves it, and is refused
	w.Loop.Drain()
	text, bad := d.Alarm()
	if said := text.In(chinese()); !bad || text.Key() != "ui.saved.elsewhere" || text.Arg("name") == "" || said == "" {
		t.Errorf("left unsaved: says %q", said)
	}
	w.Mended()
	w.Loop.Advance(time.Minute)
	d.Go(present.PageHelp)
	if text, bad := d.Alarm(); bad {
		t.Errorf("all is saved, and it says %q", text.In(chinese()))
	}
}

func TestAnOutcomeIsNotShownAgainOnAnotherPage(t *testing.T) {
	w, d, f := complete(t)
	w.DiskFull()
	f.Submit()
	w.Loop.Drain()
	if _, ok := f.Message(); !ok {
		t.Fatal("nothing is said")
	}
	d.Go(present.PageHelp)
	d.Go(present.PageForm)
	if m, ok := f.Message(); ok {
		t.Errorf("it still says %s", m.Title.Key())
	}
	d.SavePDF(false)
	w.Loop.Drain()
	if text, _ := d.Alarm(); text.Key() != "ui.trouble.full" {
		t.Errorf("says %q", text.Key())
	}
	w.Mended()
	d.SavePDF(false)
	w.Loop.Drain()
	if text, bad := d.Alarm(); bad {
		t.Errorf("the file is written, and it says %q", text.Key())
	}
}

func TestABackupWithoutWhatWasTypedIsNotMade(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	d.Go(present.PageSettings)
	w.Loop.Drain()
	scene{w, d, f}.unsaved()
	d.MakeBackup("correct horse", "correct horse")
	w.Loop.Drain()
	if key, about := said(d); key != "ui.settings.backup.failed.full.title" || about != "backup" {
		t.Errorf("says %s under %s", key, about)
	}
	readable(t, d)
	w.Mended()
	w.Loop.Advance(time.Minute)
	if _, ok := w.Disk["/home/example/wenbao.backup"]; ok {
		t.Error("once there was room a backup was made, and nobody asked")
	}
	d.MakeBackup("correct horse", "correct horse")
	w.Loop.Drain()
	if key, _ := said(d); key != "ui.settings.backup.made.title" {
		t.Errorf("says %s", key)
	}
}

func TestTheSearchForACharacterClosesWhenItsRecordMayHaveMoved(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	f.Show(exam.StepWork)
	f.OpenRare("work.1.employer")
	f.Move("work.1", -1)
	w.Loop.Drain()
	if _, open := f.Rare("work.1.employer"); open {
		t.Error("it is open under another post")
	}
	f.OpenRare("name")
	f.Remove("work.1")
	if _, open := f.Rare("name"); !open {
		t.Error("it closed under a field that stayed")
	}
}
