package ui_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// full is the made-up candidate with a record in every list.
func full() exam.Document {
	doc := presenttest.Complete()
	doc.Degrees = []exam.Degree{{ID: "d1", Level: exam.Bachelor, AwardedBy: "示例大学", Major: "社会学", Awarded: "2014-06"}}
	doc.Certificates = []exam.Certificate{{ID: "c1", Level: exam.Junior, Number: "20190000123", Awarded: "2019-10"}}
	return doc
}

func TestEveryFieldIsOnItsPageWithWhatWasTyped(t *testing.T) {
	doc := full()
	for _, step := range present.Steps {
		st, _ := draft(t, doc, step)
		for _, s := range st.Desk.Form().Sections() {
			all := slices.Clone(s.Fields)
			for _, r := range s.Records {
				all = append(all, r.Fields...)
			}
			for _, f := range all {
				var o fyne.CanvasObject
				switch f.Kind {
				case present.Options:
					o = st.Window.Find(f.Path + "=" + f.Choices[0].Value)
				case present.Ticks:
					o = st.Window.Find(f.Path + "=" + f.Choices[0].Value)
				default:
					o = st.Window.Find(f.Path)
				}
				if o == nil {
					t.Errorf("%s is not on the page of %s", f.Path, step)
					continue
				}
				if e, ok := o.(*ui.Entry); ok && e.Text != f.Value {
					t.Errorf("%s shows %q, it is %q", f.Path, e.Text, f.Value)
				}
			}
		}
	}
}

func TestTypingInAnyFieldReachesThatFieldAlone(t *testing.T) {
	for _, step := range present.Steps {
		st, w := draft(t, full(), step)
		for _, c := range ui.Controls(st.Window.Body()) {
			e, ok := c.Object.(*ui.Entry)
			if !ok || c.Disabled || strings.HasSuffix(c.ID, ".path") {
				continue
			}
			before := st.World.Drafts[st.Desk.Form().ID()].Document
			w.Canvas().Focus(e)
			e.CursorColumn = len([]rune(e.Text))
			test.Type(e, "7")
			st.World.Loop.Advance(time.Second)
			after := st.World.Drafts[st.Desk.Form().ID()].Document
			old, _ := before.Get(c.ID)
			if now, err := after.Get(c.ID); err != nil || now != old+"7" {
				t.Errorf("%s was %q and is %q (%v)", c.ID, old, now, err)
				continue
			}
			if err := after.Set(c.ID, old); err != nil || string(after.Encode()) != string(before.Encode()) {
				t.Errorf("typing into %s changed something else too", c.ID)
			}
		}
	}
}

func TestTheProblemStandsRightUnderItsField(t *testing.T) {
	for path, typed := range map[string]string{"id_number": "4101", "email": "x", "phone": "12", "postcode": "1", "birth_date": "never"} {
		st, w := draft(t, exam.Document{IDType: exam.ResidentID}, exam.StepPerson)
		e := st.Window.Find(path).(*ui.Entry)
		w.Canvas().Focus(e)
		test.Type(e, typed)
		st.World.Loop.Advance(time.Second)
		lines := strings.Split(ui.Outline(st.Window.Body()), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, " "+path+"]") })
		var said string
		for _, f := range st.Desk.Form().Sections()[0].Fields {
			if f.Path == path && len(f.Problems) > 0 {
				said = f.Problems[0].Text.In(assets.In("zh-CN"))
			}
		}
		for _, f := range st.Desk.Form().Sections()[2].Fields {
			if f.Path == path && len(f.Problems) > 0 {
				said = f.Problems[0].Text.In(assets.In("zh-CN"))
			}
		}
		if said == "" || at < 0 || at+1 >= len(lines) || !strings.Contains(lines[at+1], said) {
			t.Errorf("%s: %q does not follow the field: %q", path, said, lines[at:min(at+3, len(lines))])
		}
	}
}

func TestALockedFieldCannotBeTypedInto(t *testing.T) {
	st, w := show(t, plain, scene(t, "registration-verified"))
	st.Desk.Go(present.PageForm)
	st.Desk.Form().Show(exam.StepPerson)
	st.World.Loop.Drain()
	before := string(st.World.Drafts[st.Desk.Form().ID()].Document.Encode())
	name := st.Window.Find("name").(*ui.Entry)
	if !name.Disabled() {
		t.Fatal("the name of a verified registration can be changed")
	}
	w.Canvas().Focus(name)
	test.Type(name, "x")
	st.World.Loop.Advance(2 * time.Second)
	if after := string(st.World.Drafts[st.Desk.Form().ID()].Document.Encode()); after != before {
		t.Errorf("it became\n%s", after)
	}
}

func TestTheButtonsOfARecordDoWhatTheySay(t *testing.T) {
	for _, list := range []struct {
		name string
		step exam.StepID
	}{{"education", exam.StepSchooling}, {"degrees", exam.StepSchooling}, {"work", exam.StepWork}, {"certificates", exam.StepWork}} {
		st, _ := draft(t, full(), list.step)
		records := func() int {
			n := 0
			for _, c := range ui.Controls(st.Window.Body()) {
				if strings.HasPrefix(c.ID, "action.remove."+list.name+".") {
					n++
				}
			}
			return n
		}
		tap := func(id string) {
			t.Helper()
			o := st.Window.Find(id)
			if o == nil {
				t.Fatalf("%s: no %s", list.name, id)
			}
			test.Tap(o.(fyne.Tappable))
			st.World.Loop.Drain()
		}
		n := records()
		tap("action.add." + list.name)
		if records() != n+1 {
			t.Errorf("%s: %d records after adding to %d", list.name, records(), n)
		}
		tap("action.copy." + list.name + ".0")
		if records() != n+2 {
			t.Errorf("%s: %d records after copying", list.name, records())
		}
		if st.Window.Find("action.up."+list.name+".0") != nil {
			t.Errorf("%s: the first record can be moved up", list.name)
		}
		tap("action.down." + list.name + ".0")
		tap("action.remove." + list.name + ".0")
		tap("action.remove." + list.name + ".0")
		if records() != n {
			t.Errorf("%s: %d records after removing two", list.name, records())
		}
	}
}

func TestARecordThatMovesTakesItsTextAlong(t *testing.T) {
	st, _ := draft(t, full(), exam.StepWork)
	first := st.Window.Find("work.0.employer").(*ui.Entry).Text
	test.Tap(st.Window.Find("action.down.work.0").(fyne.Tappable))
	st.World.Loop.Drain()
	if got := st.Window.Find("work.1.employer").(*ui.Entry).Text; got != first {
		t.Errorf("the moved post shows %q, it was %q", got, first)
	}
	if got := st.Window.Find("work.0.employer").(*ui.Entry).Text; got == first {
		t.Error("both posts show the same employer")
	}
}

func TestTheFieldKeepsCursorAndFocusWhileEverythingAroundChanges(t *testing.T) {
	st, w := draft(t, full(), exam.StepPerson)
	e := st.Window.Find("address").(*ui.Entry)
	w.Canvas().Focus(e)
	e.CursorColumn = 3
	test.Type(e, "中间")
	st.World.Answer(st.Desk.Form().ID(), exam.StateDraft, "") // news of the server
	st.Desk.StoreChanged("")
	st.World.LineAway(time.Minute)
	st.Desk.LineChanged()
	st.World.Loop.Advance(3 * time.Second)
	if w.Canvas().Focused() != fyne.Focusable(e) || e.CursorColumn != 5 || !strings.HasPrefix(e.Text[len("河南省"):], "中间") {
		t.Errorf("the focus is on %q, the cursor at %d, the text %q", ui.ID(w.Canvas().Focused()), e.CursorColumn, e.Text)
	}
}

func TestEveryStepIsReachedFromTheNavigation(t *testing.T) {
	st, _ := draft(t, full(), exam.StepRegistration)
	for _, step := range present.Steps {
		var row fyne.CanvasObject
		for _, c := range ui.Controls(st.Window.Front()) {
			if strings.HasSuffix(c.ID, "step."+string(step)) {
				row = c.Object
			}
		}
		if row == nil {
			t.Errorf("the navigation has no step %s", step)
			continue
		}
		test.Tap(row.(fyne.Tappable))
		st.World.Loop.Drain()
		if st.Desk.Form().At() != step {
			t.Errorf("it leads to %s, not %s", st.Desk.Form().At(), step)
		}
	}
}

func TestNextAndPreviousWalkThroughAllSteps(t *testing.T) {
	st, _ := draft(t, full(), exam.StepRegistration)
	var walked []exam.StepID
	for range present.Steps {
		walked = append(walked, st.Desk.Form().At())
		if next := st.Window.Find("action.next"); next != nil {
			test.Tap(next.(fyne.Tappable))
			st.World.Loop.Drain()
		}
	}
	if !slices.Equal(walked, present.Steps) {
		t.Errorf("walked %v", walked)
	}
	if st.Window.Find("action.next") != nil {
		t.Error("the last step has a next one")
	}
	for range present.Steps {
		if previous := st.Window.Find("action.previous"); previous != nil {
			test.Tap(previous.(fyne.Tappable))
			st.World.Loop.Drain()
		}
	}
	if st.Desk.Form().At() != present.Steps[0] || st.Window.Find("action.previous") != nil {
		t.Errorf("back on %s", st.Desk.Form().At())
	}
}

func TestEveryRowOfTheReviewLeadsToItsField(t *testing.T) {
	st, w := draft(t, exam.Document{Work: []exam.Work{{}}, Education: []exam.Education{{}}}, present.StepReview)
	problems := st.Desk.Form().Problems()
	for i, p := range problems {
		st.Desk.Form().Show(present.StepReview)
		st.World.Loop.Drain()
		row := st.Window.Find("problem." + strconv.Itoa(i))
		if row == nil {
			t.Fatalf("no row for %s", p.Path)
		}
		test.Tap(row.(fyne.Tappable))
		st.World.Loop.Drain()
		if p.Step != present.StepReview && st.Desk.Form().At() != p.Step {
			t.Errorf("%s leads to step %s, not %s", p.Path, st.Desk.Form().At(), p.Step)
		}
		at := ui.ID(w.Canvas().Focused())
		if p.Path != "" && p.Path != "photo" && !strings.HasPrefix(p.Path, "attachments") && st.Window.Find(p.Path) != nil && at != p.Path {
			t.Errorf("%s leads to %q", p.Path, at)
		}
	}
	if len(problems) < 10 {
		t.Errorf("only %d problems were tried", len(problems))
	}
}

func TestPuttingThePageTogetherAgainLosesNoLetter(t *testing.T) {
	st, w := draft(t, exam.Document{}, exam.StepPerson)
	e := st.Window.Find("name").(*ui.Entry)
	w.Canvas().Focus(e)
	test.Type(e, "李\U0002CB4E") // a rare character asks for one field more
	st.World.Loop.Drain()
	if st.Window.Find("name_remark") == nil {
		t.Fatal("the remark is not asked for")
	}
	now := w.Canvas().Focused()
	if ui.ID(now) != "name" {
		t.Fatalf("the focus went to %q", ui.ID(now))
	}
	test.Type(now, "满")
	st.World.Loop.Advance(2 * time.Second)
	if got := st.World.Drafts[st.Desk.Form().ID()].Document.Name; got != "李\U0002CB4E满" {
		t.Errorf("stored is %q", got)
	}
}

func TestARecordGrowsWithWhatIsSaidInIt(t *testing.T) {
	doc := presenttest.Complete()
	second := doc.Work[0]
	second.ID = "0123456789abcdef"
	doc.Work = append(doc.Work, second)
	st, w := draft(t, doc, exam.StepWork)
	between := func() float32 {
		last, next := st.Window.Find("work.0.duties"), st.Window.Find("action.up.work.1")
		d := fyne.CurrentApp().Driver()
		return d.AbsolutePositionForObject(next).Y - d.AbsolutePositionForObject(last).Y - last.Size().Height
	}
	before := between()
	for _, id := range []string{"work.0.credit_code", "work.0.from"} {
		fill(t, st, w, id, "1")
	}
	st.World.Loop.Advance(2 * time.Second)
	if after := between(); after < before-1 {
		t.Errorf("between two records there were %.0f, and are %.0f once a problem is said", before, after)
	}
}

// What is brought up to date, field by field, says what the page would say that was
// built anew.
func TestAPageThatIsKeptSaysWhatANewOneWould(t *testing.T) {
	values := []string{"", "x", "2012-06", "2019-01", "410105199003071234", "true", "示例"}
	levels := []present.Choice{{Value: "junior"}, {Value: "intermediate"}, {Value: "senior"}}
	rounds := 96
	if testing.Short() {
		rounds = 32
	}
	for _, doc := range []exam.Document{{}, presenttest.Complete()} {
		st, _ := draft(t, doc, exam.StepRegistration)
		f, random := st.Desk.Form(), rand.New(rand.NewPCG(1, 2))
		for i := range rounds {
			f.Show(present.Steps[i%len(present.Steps)])
			st.World.Loop.Drain()
			fields := []present.Field{{Path: "level", Choices: levels}} // what is asked of every step follows from it
			for _, s := range f.Sections() {
				fields = append(fields, s.Fields...)
				for _, r := range s.Records {
					fields = append(fields, r.Fields...)
				}
				if len(s.Records) < 3 && s.CanAdd && random.IntN(3) == 0 {
					f.Add(s.List)
				}
			}
			for range min(4, len(fields)) {
				field := fields[random.IntN(len(fields))]
				value := values[random.IntN(len(values))]
				if n := len(field.Choices); n > 0 {
					value = field.Choices[random.IntN(n)].Value
				}
				f.Set(field.Path, value)
				f.Leave(field.Path)
			}
			st.World.Loop.Advance(2 * time.Second)
			kept := ui.Outline(st.Window.Body())
			st.Window.Rebuild()
			if anew := ui.Outline(st.Window.Body()); kept != anew {
				t.Fatalf("%s says still %q, and anew %q", f.At(), firstDifference(kept, anew), firstDifference(anew, kept))
			}
		}
	}
}

func TestThePageSaysWhyARecordIsWantedAsSoonAsItIs(t *testing.T) {
	doc := full()
	doc.Certificates = nil
	st, _ := draft(t, doc, exam.StepWork)
	why := func() (said []string) {
		for _, s := range st.Desk.Form().Sections() {
			if !s.Why.Empty() {
				said = append(said, s.Why.In(st.Words))
			}
		}
		return said
	}
	before := why()
	st.Desk.Form().Set("level", "senior")
	st.World.Loop.Drain()
	after := why()
	if slices.Equal(before, after) || len(after) == 0 {
		t.Fatalf("the level changes nothing: %q", after)
	}
	if m := says(st, after...); m != "" {
		t.Errorf("it does not say %q", m)
	}
}
