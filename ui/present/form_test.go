package present_test

import (
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// opened gives a desk with a draft of doc open on the form.
func opened(t *testing.T, doc exam.Document) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w := presenttest.NewWorld()
	d, f := filled(t, w, doc)
	return w, d, f
}

// filled opens a draft of doc in a world.
func filled(t *testing.T, w *presenttest.World, doc exam.Document) (*present.Desk, *present.Form) {
	t.Helper()
	d := w.Desk(t)
	d.Start()
	draft, err := w.Ports().Drafts.Create(doc, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(draft.ID)
	w.Loop.Drain()
	if d.Form() == nil {
		t.Fatal("the draft did not open")
	}
	return d, d.Form()
}

// openedUnread opens a draft in a window of its own whose photo is still to be read.
func openedUnread(t *testing.T, w *presenttest.World, id exam.DraftID) (*present.Desk, *present.Form) {
	t.Helper()
	d := w.Desk(t)
	d.Open(id)
	w.Loop.StepAt(0)
	w.Loop.StepAt(0)
	return d, d.Form()
}

// complete opens a draft that may be submitted.
func complete(t *testing.T) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d, f := opened(t, presenttest.Complete())
	w.Disk["/me.jpg"] = []byte("a picture")
	f.TakePicture("/me.jpg")
	w.Loop.Drain()
	f.UsePhoto()
	w.Loop.Drain()
	if !f.Submittable() {
		t.Fatalf("the made-up candidate cannot submit: %v", problemsOf(f))
	}
	return w, d, f
}

func problemsOf(f *present.Form) (keys []string) {
	for _, p := range f.Problems() {
		if p.Severity == exam.Block {
			keys = append(keys, p.Path+" "+p.Text.Key())
		}
	}
	return keys
}

func fieldOf(t *testing.T, f *present.Form, path string) present.Field {
	t.Helper()
	for _, s := range f.Sections() {
		all := s.Fields
		for _, r := range s.Records {
			all = append(all, r.Fields...)
		}
		for _, v := range all {
			if v.Path == path {
				return v
			}
		}
	}
	t.Fatalf("step %s asks for no %s", f.At(), path)
	return present.Field{}
}

func TestAKeystrokeIsDurableWithinASecond(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Set("name", "李")
	typed := "李"
	for range 30 { // somebody who never pauses
		w.Loop.Advance(50 * time.Millisecond)
		typed += "小"
		f.Set("name", typed)
		if w.Loop.Now().Sub(presenttest.Start) > time.Second && w.Saves == 0 {
			t.Fatal("nothing saved after a second of typing")
		}
	}
	w.Loop.Advance(time.Second)
	if got := w.Drafts[f.ID()].Document.Name; got != typed {
		t.Errorf("stored name is %q", got)
	}
}

func TestLeavingAFieldSavesAtOnce(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Set("name", "李小满")
	f.Leave("name")
	w.Loop.Drain()
	if w.Drafts[f.ID()].Document.Name != "李小满" {
		t.Error("the name was not stored when its field was left")
	}
	if _, text := f.Saved(); text.Key() != "ui.saved.at" || text.Arg("time") != "10:42:07" {
		t.Errorf("saved says %s %s", text.Key(), text.Arg("time"))
	}
}

func TestAFailedSaveIsSaidAndTriedAgain(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.Fails = exam.KindFull
	f.Set("name", "李小满")
	f.Leave("name")
	w.Loop.Drain()
	if tone, text := f.Saved(); tone != present.Trouble || text.Key() != "ui.saved.failed.full" {
		t.Fatalf("saved says %v %s", tone, text.Key())
	}
	w.Fails = ""
	w.Loop.Advance(6 * time.Second)
	if w.Drafts[f.ID()].Document.Name != "李小满" {
		t.Error("the save was not tried again")
	}
	if tone, _ := f.Saved(); tone != present.Calm {
		t.Error("the trouble is still shown")
	}
}

func TestNothingTypedDuringASaveIsLost(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Set("name", "李")
	f.SaveNow() // on its way
	f.Set("name", "李小满")
	w.Loop.Advance(2 * time.Second)
	if got := w.Drafts[f.ID()].Document.Name; got != "李小满" {
		t.Errorf("stored name is %q", got)
	}
}

func TestLeavingBringsAValueIntoItsUsualForm(t *testing.T) {
	for _, c := range []struct{ path, typed, usual string }{
		{"birth_date", "1990年3月7日", "1990-03-07"},
		{"birth_date", "１９９００３０７", "1990-03-07"},
		{"first_worked", "2012.6", "2012-06"},
		{"first_worked", "somewhen", "somewhen"}, // what was typed stays, also when it is wrong
		{"name", "阿卜杜拉.买买提", "阿卜杜拉·买买提"},
		{"phone", "+86 138 0013 8000", "13800138000"},
	} {
		w, _, f := opened(t, exam.Document{})
		f.Set(c.path, c.typed)
		f.Leave(c.path)
		w.Loop.Drain()
		if got, _ := w.Drafts[f.ID()].Document.Get(c.path); got != c.usual {
			t.Errorf("%s typed as %q is stored as %q, want %q", c.path, c.typed, got, c.usual)
		}
	}
}

func TestProblemsWaitUntilTypingPauses(t *testing.T) {
	w, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	f.Show(exam.StepPerson)
	f.Set("id_number", "4101")
	if p := fieldOf(t, f, "id_number").Problems; len(p) != 0 {
		t.Errorf("said while typing: %v", p)
	}
	w.Loop.Advance(time.Second)
	if p := fieldOf(t, f, "id_number").Problems; len(p) != 1 || p[0].Severity != exam.Block {
		t.Errorf("after a pause: %v", p)
	}
}

func TestLeavingOneFieldLateKeepsWhatIsToBeSaidOfAnother(t *testing.T) {
	w, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	f.Show(exam.StepPerson)
	f.Set("id_number", "4101")
	f.Leave("name") // the window says it a moment after the focus went on
	w.Loop.Advance(time.Second)
	if p := fieldOf(t, f, "id_number").Problems; len(p) != 1 {
		t.Errorf("after a pause: %v", p)
	}
}

func TestWhatIsMissingIsSaidOnceTheStepWasLeft(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Show(exam.StepPerson)
	if len(fieldOf(t, f, "name").Problems) != 0 {
		t.Error("an untouched field complains")
	}
	f.Show(exam.StepSchooling)
	f.Show(exam.StepPerson)
	w.Loop.Drain()
	if p := fieldOf(t, f, "name").Problems; len(p) != 1 || p[0].Text.Key() != "rule.name.required" {
		t.Errorf("after leaving the step: %v", p)
	}
}

func TestTheNumberFillsBirthDateAndGender(t *testing.T) {
	_, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	f.Show(exam.StepPerson)
	f.Set("id_number", presenttest.Number("41010519900307123"))
	for path, want := range map[string]string{"birth_date": "1990-03-07", "gender": "male"} {
		v := fieldOf(t, f, path)
		if v.Value != want || !v.Locked || v.Why.Key() != "ui.why.from_number" {
			t.Errorf("%s is %q, locked %v, because %s", path, v.Value, v.Locked, v.Why.Key())
		}
	}
	f.Set("id_type", string(exam.Passport))
	if fieldOf(t, f, "birth_date").Locked {
		t.Error("a passport says nothing about the birth date, yet it is locked")
	}
}

func TestALevelBringsItsSubjects(t *testing.T) {
	_, _, f := opened(t, exam.Document{})
	f.Set("level", string(exam.Junior))
	v := fieldOf(t, f, "subjects")
	if len(v.Choices) != 2 || strings.Count(v.Value, ",") != 1 || !v.Locked {
		t.Errorf("junior: %d subjects, chosen %q, locked %v", len(v.Choices), v.Value, v.Locked)
	}
	f.Set("level", string(exam.Intermediate))
	if v = fieldOf(t, f, "subjects"); len(v.Choices) != 3 || v.Locked {
		t.Errorf("intermediate: %d subjects, locked %v", len(v.Choices), v.Locked)
	}
}

func TestTheRemarkOnTheNameIsAskedForRareCharactersAlone(t *testing.T) {
	_, _, f := opened(t, exam.Document{Name: "李小满"})
	f.Show(exam.StepPerson)
	has := func() bool {
		for _, v := range f.Sections()[0].Fields {
			if v.Path == "name_remark" {
				return true
			}
		}
		return false
	}
	if has() {
		t.Error("asked for an ordinary name")
	}
	f.Set("name", "李\U0002CB4E")
	if !has() {
		t.Error("not asked for U+2CB4E")
	}
}

func TestRecordsCanBeAddedCopiedMovedAndRemovedWithUndo(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	employers := func() (list []string) {
		for _, x := range w.Drafts[f.ID()].Document.Work {
			list = append(list, x.Employer)
		}
		return list
	}
	same := func(what string, want ...string) {
		t.Helper()
		w.Loop.Drain()
		if got := employers(); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	const a, b = "示例社会工作服务中心", "示例街道办事处"
	f.Move("work.1", -1)
	same("moved up", b, a)
	f.Move("work.0", -1)
	same("moved beyond the top", b, a)
	f.Duplicate("work.0")
	same("copied", b, b, a)
	f.Remove("work.1")
	same("removed", b, a)
	f.Remove("work.0")
	same("removed", a)
	if text, ok := d.Undoable(); !ok || text.Key() != "ui.undo.removed" {
		t.Fatal("removing cannot be undone")
	}
	d.UndoLast()
	same("undone", b, a)
	if first := f.Add("work"); first != "work.2.employer" {
		t.Errorf("the new post begins at %q", first)
	}
	same("added", b, a, "")
	ids := map[string]bool{}
	for _, x := range w.Drafts[f.ID()].Document.Work {
		ids[x.ID] = true
	}
	if len(ids) != 3 || ids[""] {
		t.Errorf("records share identities: %v", ids)
	}
}

func TestUndoIsOfferedForAWhileOnly(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	f.Remove("work.0")
	w.Loop.Advance(time.Minute)
	if _, ok := d.Undoable(); ok {
		t.Error("still offered after a minute")
	}
	d.UndoLast() // must do nothing
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Document.Work); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestListsHaveTheirBounds(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	f.Show(exam.StepSchooling)
	for range exam.MaxEducation {
		f.Add("education")
	}
	w.Loop.Drain()
	if s := f.Sections()[0]; s.CanAdd || len(s.Records) != exam.MaxEducation {
		t.Errorf("%d records and another may be added: %v", len(s.Records), s.CanAdd)
	}
}

func TestTheStepListCountsWhatIsMissing(t *testing.T) {
	_, _, f := opened(t, exam.Document{})
	steps := f.StepList()
	if len(steps) != 8 || steps[0].ID != exam.StepRegistration || steps[7].ID != present.StepReview {
		t.Fatalf("steps are %v", steps)
	}
	if steps[0].Missing == 0 || steps[0].Mark != present.StepOpen || !steps[0].Here {
		t.Errorf("before it was left: %+v", steps[0])
	}
	f.Show(exam.StepPerson)
	if s := f.StepList()[0]; s.Mark != present.StepMissing || s.Here {
		t.Errorf("after it was left: %+v", s)
	}
}

func TestNextAndPreviousStayWithinTheForm(t *testing.T) {
	_, _, f := opened(t, exam.Document{})
	f.Previous()
	if f.At() != exam.StepRegistration {
		t.Error("went before the first step")
	}
	for range 20 {
		f.Next()
	}
	if f.At() != present.StepReview {
		t.Errorf("ended on %s", f.At())
	}
}

func TestTheListOfProblemsLeadsToTheFields(t *testing.T) {
	_, _, f := opened(t, exam.Document{Education: []exam.Education{{}}})
	f.Show(present.StepReview)
	list := f.Problems()
	if len(list) == 0 {
		t.Fatal("an empty draft has no problems")
	}
	seen, blocksOver := map[string]present.Problem{}, false
	for _, p := range list {
		seen[p.Path] = p
		if p.Severity != exam.Block {
			blocksOver = true
		} else if blocksOver {
			t.Errorf("%s prevents submission but stands behind what does not", p.Path)
		}
	}
	for path, step := range map[string]exam.StepID{"name": exam.StepPerson, "education.0.school": exam.StepSchooling, "photo": exam.StepPhoto, "level": exam.StepRegistration} {
		if p, ok := seen[path]; !ok || p.Step != step {
			t.Errorf("%s: %+v, want step %s", path, p, step)
		}
	}
	if got := seen["education.0.school"].Field.Key(); got != "ui.record.field" {
		t.Errorf("a record's field is named by %s", got)
	}
}

func TestTheYearsAreDrawnAsReckoned(t *testing.T) {
	_, _, f := opened(t, presenttest.Complete())
	y := f.Years()
	if y.Verdict != exam.Met || y.Tone != present.Good || y.Counted != 186 || y.Required != 24 {
		t.Errorf("verdict %s, %d of %d months", y.Verdict, y.Counted, y.Required)
	}
	if len(y.Posts) != 2 || y.From != 2011*12 || y.To != 2026*12+11 {
		t.Errorf("%d posts from %d to %d", len(y.Posts), y.From, y.To)
	}
	_, _, empty := opened(t, exam.Document{})
	if y := empty.Years(); y.Verdict != present.Unknown || y.Tone != present.Calm || y.From != y.To {
		t.Errorf("an empty draft: %+v", y)
	}
}

func TestFindUnderstandsPinyinAndInitials(t *testing.T) {
	_, _, f := opened(t, exam.Document{})
	areas := fieldOf(t, f, "area").Choices
	words := chinese()
	for _, c := range []struct{ typed, first string }{{"hen", "河南省"}, {"hns", "河南省"}, {"内蒙", "内蒙古自治区"}, {"110000", "北京市"}, {"xj", "新疆维吾尔自治区"}} {
		found := present.Find(areas, c.typed, words)
		if len(found) == 0 || found[0].Name.In(words) != c.first {
			t.Errorf("%q finds %d, first %v", c.typed, len(found), found)
		}
	}
	if n := len(present.Find(areas, "hen", words)); n > 3 {
		t.Errorf("hen finds %d areas: it matched inside syllables", n)
	}
	if n := len(present.Find(areas, "", words)); n != len(areas) {
		t.Errorf("nothing typed finds %d of %d", n, len(areas))
	}
	if n := len(present.Find(areas, "qqqq", words)); n != 0 {
		t.Errorf("nonsense finds %d", n)
	}
}

func TestEveryFieldOfTheDocumentIsAskedSomewhere(t *testing.T) {
	doc := presenttest.Complete()
	doc.Name, doc.Degrees, doc.Certificates = "李\U0002CB4E", []exam.Degree{{}}, []exam.Certificate{{}}
	_, _, f := opened(t, doc)
	asked := map[string]bool{"exam": true, "year": true} // the pack's
	for _, step := range present.Steps {
		f.Show(step)
		for _, s := range f.Sections() {
			for _, v := range s.Fields {
				asked[v.Path] = true
			}
			for _, r := range s.Records {
				for _, v := range r.Fields {
					asked[present.Bare(v.Path)] = true
				}
			}
		}
	}
	for _, path := range leaves() {
		if !asked[path] {
			t.Errorf("%s is asked nowhere", path)
		}
	}
}
