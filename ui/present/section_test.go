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

// lists are the lists of records with the step that asks for them and a field
// of theirs that is typed.
var lists = []struct {
	list  string
	step  exam.StepID
	field string
	most  int
}{
	{"education", exam.StepSchooling, "school", exam.MaxEducation},
	{"degrees", exam.StepSchooling, "awarded_by", exam.MaxDegrees},
	{"work", exam.StepWork, "employer", exam.MaxWork},
	{"certificates", exam.StepWork, "number", exam.MaxCertificates},
}

func sectionOf(t *testing.T, f *present.Form, list string) present.Section {
	t.Helper()
	for _, s := range f.Sections() {
		if s.List == list {
			return s
		}
	}
	t.Fatalf("step %s has no list %s", f.At(), list)
	return present.Section{}
}

// column reads one field of every record of a list.
func column(t *testing.T, f *present.Form, list, field string) (values []string) {
	t.Helper()
	for _, r := range sectionOf(t, f, list).Records {
		values = append(values, fieldOf(t, f, r.Path+"."+field).Value)
	}
	return values
}

func TestEveryListAddsCopiesMovesAndRemoves(t *testing.T) {
	for _, l := range lists {
		t.Run(l.list, func(t *testing.T) {
			w, d, f := opened(t, exam.Document{})
			f.Show(l.step)
			want := func(what string, values ...string) {
				t.Helper()
				w.Loop.Drain()
				if got := column(t, f, l.list, l.field); !slices.Equal(got, values) {
					t.Errorf("%s: %q, want %q", what, got, values)
				}
			}
			for _, text := range []string{"甲", "乙", "丙"} {
				first := f.Add(l.list)
				if !strings.HasPrefix(first, l.list+".") {
					t.Errorf("typing goes on in %s after adding", first)
				}
				record, _, _ := strings.Cut(strings.TrimPrefix(first, l.list+"."), ".")
				f.Set(l.list+"."+record+"."+l.field, text)
			}
			want("added", "甲", "乙", "丙")
			f.Move(l.list+".0", 1)
			want("moved down", "乙", "甲", "丙")
			f.Move(l.list+".2", 1)
			want("moved beyond the end", "乙", "甲", "丙")
			f.Duplicate(l.list + ".1")
			want("copied", "乙", "甲", "甲", "丙")
			f.Remove(l.list + ".0")
			want("removed", "甲", "甲", "丙")
			d.UndoLast()
			want("brought back", "乙", "甲", "甲", "丙")
		})
	}
}

func TestUndoingARemovalKeepsWhatWasTypedSince(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	f.Show(exam.StepWork)
	f.Remove("work.0")
	f.Set("work.0.position", "督导") // the post that is left
	f.Add("work")
	f.Set("work.1.employer", "新单位")
	d.UndoLast()
	w.Loop.Advance(2 * time.Second)
	doc := w.Drafts[f.ID()].Document
	if len(doc.Work) != 3 || doc.Work[0].ID != "w1" || doc.Work[1].Position != "督导" || doc.Work[2].Employer != "新单位" {
		t.Errorf("the posts are %+v", doc.Work)
	}
}

func TestUndoBringsBackExactlyWhatWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := presenttest.NewWorld()
		d := present.NewDesk(w.Ports(), w.Loop, func() {})
		doc := presenttest.Complete()
		n := rapid.IntRange(1, 6).Draw(t, "posts")
		doc.Work = nil
		for i := range n {
			doc.Work = append(doc.Work, exam.Work{ID: string(rune('a' + i)), Employer: rapid.StringMatching(`[一-龥]{0,6}`).Draw(t, "employer"),
				From: exam.Month(rapid.SampledFrom([]string{"2011-07", "2012年", "", "soon"}).Draw(t, "from")), SocialWork: rapid.Bool().Draw(t, "social")})
		}
		draft, err := w.Ports().Drafts.Create(doc, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		d.Open(draft.ID)
		w.Loop.Drain()
		f := d.Form()
		before := w.Drafts[f.ID()].Document.Encode()
		f.Remove("work." + string(rune('0'+rapid.IntRange(0, n-1).Draw(t, "removed"))))
		w.Loop.Drain()
		if n := len(w.Drafts[f.ID()].Document.Work); n != len(doc.Work)-1 {
			t.Fatalf("%d posts after removing one of %d", n, len(doc.Work))
		}
		d.UndoLast()
		w.Loop.Drain()
		if after := w.Drafts[f.ID()].Document.Encode(); string(after) != string(before) {
			t.Fatalf("undone to\n%s\nit was\n%s", after, before)
		}
	})
}

func TestRecordsKeepTheirIdentityWhileTheyMove(t *testing.T) {
	_, _, f := opened(t, presenttest.Complete())
	f.Show(exam.StepWork)
	keys := func() (list []string) {
		for _, r := range sectionOf(t, f, "work").Records {
			list = append(list, r.Key)
		}
		return list
	}
	before := keys()
	f.Move("work.1", -1)
	after := keys()
	slices.Reverse(after)
	if !slices.Equal(before, after) || before[0] == before[1] {
		t.Errorf("keys were %v and are, turned round, %v", before, after)
	}
}

func TestRecordsSayWhereTheyStand(t *testing.T) {
	_, _, f := opened(t, presenttest.Complete())
	f.Show(exam.StepWork)
	r := sectionOf(t, f, "work").Records
	if !r[0].First || r[0].Last || r[1].First || !r[1].Last {
		t.Errorf("first %v %v, last %v %v", r[0].First, r[1].First, r[0].Last, r[1].Last)
	}
	if got := r[1].Title.In(chinese()); got != "工作经历 2" {
		t.Errorf("the second post is called %q", got)
	}
}

func TestNoListGrowsBeyondItsBound(t *testing.T) {
	for _, l := range lists {
		_, _, f := opened(t, exam.Document{})
		f.Show(l.step)
		for i := range l.most {
			if !sectionOf(t, f, l.list).CanAdd {
				t.Fatalf("%s takes no more than %d", l.list, i)
			}
			f.Add(l.list)
		}
		if sectionOf(t, f, l.list).CanAdd {
			t.Errorf("%s takes more than %d", l.list, l.most)
		}
	}
}

func TestARecordThatIsGoneIsNeitherCopiedNorMovedNorRemoved(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	before := string(w.Drafts[f.ID()].Document.Encode())
	f.Duplicate("work.2")
	f.Move("work.2", -1)
	f.Move("work.2", 1)
	f.Remove("work.2")
	w.Loop.Drain()
	if after := string(w.Drafts[f.ID()].Document.Encode()); after != before {
		t.Errorf("it became\n%s", after)
	}
	if _, ok := d.Undoable(); ok {
		t.Error("an undo is offered for nothing")
	}
}

func TestALockedListChangesInNoWay(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	before := string(w.Drafts[f.ID()].Document.Encode())
	f.Show(exam.StepWork)
	for what, change := range map[string]func(){
		"added": func() { f.Add("work") }, "copied": func() { f.Duplicate("work.0") }, "moved": func() { f.Move("work.0", 1) }, "removed": func() { f.Remove("work.0") },
	} {
		change()
		w.Loop.Advance(2 * time.Second)
		if after := string(w.Drafts[f.ID()].Document.Encode()); after != before {
			t.Errorf("%s although the posts are locked", what)
		}
		if _, ok := d.Undoable(); ok {
			t.Errorf("%s: an undo is offered for what did not happen", what)
		}
	}
	s := sectionOf(t, f, "work")
	if s.CanAdd || !s.Records[0].Locked {
		t.Error("the list does not show that it is locked")
	}
}

func TestAProblemStandsUnderItsFieldAlone(t *testing.T) {
	for _, c := range []struct {
		step        exam.StepID
		path, typed string
		rule        string
	}{
		{exam.StepPerson, "id_number", "410105199003071230", "rule.id_number."},
		{exam.StepPerson, "email", "li at example", "rule.email.format"},
		{exam.StepPerson, "phone", "138", "rule.phone."},
		{exam.StepPerson, "postcode", "45", "rule.postcode.format"},
		{exam.StepPerson, "birth_date", "yesterday", "rule.birth_date.format"},
		{exam.StepPerson, "name", "李3", "rule.name.characters"},
		{exam.StepSchooling, "education.0.graduated", "soon", "rule.education.graduated"},
		{exam.StepWork, "work.1.from", "then", "rule.work.from"},
		{exam.StepWork, "work.0.credit_code", "123", "rule.work.credit_code"},
	} {
		w, _, f := opened(t, presenttest.Complete())
		f.Show(c.step)
		before := under(f)
		f.Set(c.path, c.typed)
		w.Loop.Advance(time.Second)
		after := under(f)
		if !slices.ContainsFunc(after[c.path], func(k string) bool { return strings.HasPrefix(k, c.rule) }) {
			t.Errorf("%s as %q: under the field stands %v, want %s…", c.path, c.typed, after[c.path], c.rule)
		}
		for path, keys := range after {
			if path != c.path && !slices.Equal(keys, before[path]) && !strings.HasPrefix(path, strings.TrimRight(c.path, "abcdefghijklmnopqrstuvwxyz_")) {
				t.Errorf("%s as %q: %s says %v", c.path, c.typed, path, keys)
			}
		}
	}
}

// under gives what stands under each field of the step shown.
func under(f *present.Form) map[string][]string {
	out := map[string][]string{}
	for _, s := range f.Sections() {
		all := slices.Clone(s.Fields)
		for _, r := range s.Records {
			all = append(all, r.Fields...)
		}
		for _, v := range all {
			for _, p := range v.Problems {
				out[v.Path] = append(out[v.Path], p.Text.Key())
			}
		}
	}
	return out
}

func TestWhatIsWrongIsSaidInBothLanguagesWithoutGaps(t *testing.T) {
	doc := exam.Document{IDType: exam.ResidentID, IDNumber: "4101", Name: "李3", Email: "x", Phone: "1", Postcode: "9", BirthDate: "x", Level: exam.Senior,
		Education: []exam.Education{{}, {Level: exam.Bachelor, Started: "2012-01", Graduated: "2011-01"}}, Work: []exam.Work{{From: "2020-01", To: "2019-01"}, {}},
		Degrees: []exam.Degree{{}}, Certificates: []exam.Certificate{{}}, FirstWorked: "x"}
	_, _, f := opened(t, doc)
	list := f.Problems()
	if len(list) < 25 {
		t.Fatalf("only %d problems", len(list))
	}
	for _, p := range list {
		for _, words := range []present.Words{chinese(), english()} {
			for _, said := range []string{p.Text.In(words), p.Field.In(words)} {
				if p.Path != "" && said == "" || strings.ContainsAny(said, "{}⟦⟧") || strings.Contains(said, "<no value>") {
					t.Errorf("%s in %s: %q", p.Path, words.Lang(), said)
				}
			}
		}
	}
}

func TestChoosingIsLimitedToWhatThePackHas(t *testing.T) {
	doc := presenttest.Complete()
	doc.Degrees, doc.Certificates = []exam.Degree{{}}, []exam.Certificate{{}}
	_, _, f := opened(t, doc)
	chosen := 0
	for _, step := range present.Steps {
		f.Show(step)
		for _, s := range f.Sections() {
			all := s.Fields
			for _, r := range s.Records {
				all = append(all, r.Fields...)
			}
			for _, v := range all {
				choice := v.Kind == present.Options || v.Kind == present.List || v.Kind == present.Ticks
				if choice != (len(v.Choices) > 0) {
					t.Errorf("%s is chosen %v and has %d choices", v.Path, choice, len(v.Choices))
				}
				if !choice {
					continue
				}
				chosen++
				seen := map[string]bool{}
				for _, c := range v.Choices {
					if c.Value == "" || seen[c.Value] || c.Name.In(chinese()) == "" || c.Name.In(english()) == "" {
						t.Errorf("%s offers %q as %q", v.Path, c.Value, c.Name.In(english()))
					}
					seen[c.Value] = true
				}
			}
		}
	}
	if chosen < 12 {
		t.Errorf("only %d fields are chosen", chosen)
	}
}

// What the way to qualify wants is asked for where it is to be added, with the reason.
func TestAListThatTheWayToQualifyWantsSaysWhy(t *testing.T) {
	doc := exam.Document{Level: "senior", Education: []exam.Education{{Level: exam.Bachelor, StudyMode: exam.PartTime, School: "某某大学", Major: "法学", Graduated: "2012-06"}}}
	_, _, f := opened(t, doc)
	f.Show(exam.StepWork)
	for _, list := range []string{"work", "certificates"} {
		if why := sectionOf(t, f, list).Why.In(chinese()); !strings.Contains(why, "取得社会工作师（中级）资格后") {
			t.Errorf("%s: %q", list, why)
		}
	}
	f.Show(exam.StepSchooling)
	if why := sectionOf(t, f, "degrees").Why; !why.Empty() {
		t.Errorf("degrees: %q", why.In(chinese()))
	}
}

// Contact data may be changed in every state; where nothing can be sent any more
// the field says that the change stays here.
func TestContactDataIsChangedInEveryStateAndSentWhileTheRegistrationStands(t *testing.T) {
	for _, state := range []exam.State{exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted, exam.StateRefused, exam.StateExpired} {
		w, _, f := submitted(t, state)
		over := state == exam.StateRefused || state == exam.StateExpired
		f.Show(exam.StepPerson)
		found := false
		for _, s := range f.Sections() {
			for _, v := range s.Fields {
				if v.Path == "phone" {
					found = !v.Locked && (v.Why.Key() == "ui.why.kept_here") == over
				}
			}
		}
		if !found {
			t.Errorf("%s: the phone is locked, or nothing says where the change goes", state)
		}
		f.Set("phone", "13900139000")
		w.Loop.Drain()
		if got := slices.Contains(stepIDs(f), "submit"); got == over {
			t.Errorf("%s: a change of the phone can be sent: %v", state, got)
		}
	}
}

func TestALockedFieldSaysWhy(t *testing.T) {
	for _, state := range []exam.State{exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted, exam.StateWithdrawn, exam.StateRefused, exam.StateExpired} {
		_, _, f := submitted(t, state)
		for _, step := range present.Steps {
			f.Show(step)
			for _, s := range f.Sections() {
				all := s.Fields
				for _, r := range s.Records {
					all = append(all, r.Fields...)
				}
				whole, closed := f.Closed()
				for _, v := range all {
					if closed && (!v.Locked || strings.HasPrefix(v.Why.Key(), "ui.why.locked") || !v.Hint.Empty()) {
						t.Errorf("%s: the step says why it is closed, and %s says %q %q", state, v.Path, v.Why.In(english()), v.Hint.In(english()))
					}
					if closed {
						v.Why = whole
					}
					if v.Locked && (v.Why.In(chinese()) == "" || strings.HasPrefix(v.Why.In(english()), "ui.") || strings.Contains(v.Why.In(english()), "⟦")) {
						t.Errorf("%s: %s is locked because %q", state, v.Path, v.Why.In(english()))
					}
				}
			}
		}
	}
}
