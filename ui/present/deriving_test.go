package present_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// derived reads what a number filled in, as the step shows it.
func derived(t *testing.T, f *present.Form) (birth, gender present.Field) {
	t.Helper()
	f.Show(exam.StepPerson)
	return fieldOf(t, f, "birth_date"), fieldOf(t, f, "gender")
}

func TestDerivedFieldsFollowTheNumberWhileItIsTypedAndCorrected(t *testing.T) {
	w, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	first, second := presenttest.Number("41010519900307123"), presenttest.Number("11010119851224206")
	for i := range first {
		f.Set("id_number", first[:i+1])
		w.Loop.Advance(50 * time.Millisecond)
	}
	if birth, gender := derived(t, f); birth.Value != "1990-03-07" || gender.Value != "male" {
		t.Fatalf("typed: %q, %q", birth.Value, gender.Value)
	}
	for i := len(first); i >= 0; i-- { // taken back letter by letter
		f.Set("id_number", first[:i])
	}
	for i := range second {
		f.Set("id_number", second[:i+1])
	}
	if birth, gender := derived(t, f); birth.Value != "1985-12-24" || gender.Value != "female" {
		t.Errorf("corrected: %q, %q", birth.Value, gender.Value)
	}
}

func TestADerivedValueFollowsAlsoAfterARestart(t *testing.T) {
	w, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	f.Set("id_number", presenttest.Number("41010519900307123"))
	w.Loop.Advance(2 * time.Second)
	w = w.Killed()
	d := present.NewDesk(w.Ports(), w.Loop, func() {})
	d.Open(f.ID())
	w.Loop.Drain()
	d.Form().Set("id_number", "")
	d.Form().Set("id_number", presenttest.Number("11010119851224206"))
	if birth, gender := derived(t, d.Form()); birth.Value != "1985-12-24" || gender.Value != "female" {
		t.Errorf("after a restart the old number's %q, %q stay", birth.Value, gender.Value)
	}
}

func TestWhatAPersonTypedIsNotOverwrittenByTheNumber(t *testing.T) {
	w, _, f := opened(t, exam.Document{IDType: exam.ResidentID})
	f.Set("birth_date", "1991-04-08")
	f.Leave("birth_date")
	f.Set("id_number", presenttest.Number("41010519900307123"))
	f.Leave("id_number")
	w.Loop.Advance(time.Second)
	birth, gender := derived(t, f)
	if birth.Value != "1991-04-08" || birth.Locked {
		t.Errorf("the typed date became %q, locked %v", birth.Value, birth.Locked)
	}
	if len(birth.Problems) != 1 || birth.Problems[0].Text.Key() != "rule.birth_date.not_of_id" {
		t.Errorf("under the date stands %v", birth.Problems)
	}
	if gender.Value != "male" {
		t.Errorf("the gender, which nobody typed, is %q", gender.Value)
	}
	f.Set("birth_date", "1990年3月7日")
	f.Leave("birth_date")
	if birth, _ := derived(t, f); !birth.Locked || birth.Why.Key() != "ui.why.from_number" || len(birth.Problems) != 0 {
		t.Errorf("once they agree: %+v", birth)
	}
}

func TestOnlyNumbersThatCarryItFillAnything(t *testing.T) {
	for _, c := range []struct {
		kind          exam.IDType
		number        string
		birth, gender string
	}{
		{exam.ResidentID, presenttest.Number("41010519900307123"), "1990-03-07", "male"},
		{exam.ResidentID, " " + presenttest.Number("41010519900307124") + "　", "1990-03-07", "female"},
		{exam.ResidentID, "410105199003071230", "", ""}, // wrong check character
		{exam.ResidentID, "41010519900307", "", ""},
		{exam.Passport, "E12345678", "", ""},
		{exam.Passport, presenttest.Number("41010519900307123"), "", ""},
		{exam.OtherID, presenttest.Number("41010519900307123"), "", ""},
		{exam.MilitaryID, "军字第1234567号", "", ""},
	} {
		_, _, f := opened(t, exam.Document{IDType: c.kind})
		f.Set("id_number", c.number)
		birth, gender := derived(t, f)
		if birth.Value != c.birth || gender.Value != c.gender {
			t.Errorf("%s %q fills %q and %q", c.kind, c.number, birth.Value, gender.Value)
		}
		if (c.birth != "") != birth.Locked {
			t.Errorf("%s %q: locked %v", c.kind, c.number, birth.Locked)
		}
	}
}

func TestEveryWayToWriteADateIsUnderstood(t *testing.T) {
	days := []string{"20120601", "2012.6.1", "2012年6月1日", "2012/06/01", "2012-6-1", "２０１２０６０１", "２０１２年６月１日", "2012．6．1", " 2012-06-01 ", "2012 年 6 月 1 日"}
	for _, typed := range days {
		w, _, f := opened(t, exam.Document{})
		f.Set("birth_date", typed)
		f.Leave("birth_date")
		w.Loop.Drain()
		if got := w.Drafts[f.ID()].Document.BirthDate; got != "2012-06-01" {
			t.Errorf("the day %q becomes %q", typed, got)
		}
	}
	months := []string{"201206", "2012.6", "2012年6月", "2012/06", "2012-6", "２０１２０６", "２０１２．６", "2012 年 6 月", "2012-06"}
	for _, typed := range months {
		for _, path := range []string{"first_worked", "work.0.from", "work.0.to", "education.0.started", "education.0.graduated", "degrees.0.awarded", "certificates.0.awarded"} {
			w, _, f := opened(t, exam.Document{Work: []exam.Work{{}}, Education: []exam.Education{{}}, Degrees: []exam.Degree{{}}, Certificates: []exam.Certificate{{}}})
			f.Set(path, typed)
			f.Leave(path)
			w.Loop.Drain()
			if got, _ := w.Drafts[f.ID()].Document.Get(path); got != "2012-06" {
				t.Errorf("the month %q in %s becomes %q", typed, path, got)
			}
		}
	}
}

func TestWhatCannotBeReadStaysAsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := presenttest.NewWorld()
		d := present.NewDesk(w.Ports(), w.Loop, func() {})
		draft, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		d.Open(draft.ID)
		w.Loop.Drain()
		typed := rapid.StringMatching(`[a-z一-龥]{1,8}[0-9]{0,3}[一-龥]{1,4}`).Draw(t, "typed")
		f := d.Form()
		f.Set("birth_date", typed)
		f.Leave("birth_date")
		w.Loop.Advance(time.Second)
		got := string(w.Drafts[f.ID()].Document.BirthDate)
		if got != typed && exam.Date(got) != exam.Normalize(exam.Document{BirthDate: exam.Date(typed)}).BirthDate {
			t.Fatalf("typed %q, stored %q", typed, got)
		}
		if got == "" {
			t.Fatalf("typed %q, and it is gone", typed)
		}
	})
}

func TestUntilNowIsAnEmptyMonth(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	f.Set("work.0.to", "至今")
	f.Leave("work.0.to")
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document.Work[0].To; got != "" {
		t.Errorf("stored as %q", got)
	}
}

func TestANewLevelTakesTheSubjectsOfItsOwn(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	for _, level := range []exam.Level{exam.Senior, exam.Junior, exam.Intermediate} {
		f.Set("level", string(level))
		w.Loop.Advance(time.Second)
		known := map[string]bool{}
		for _, s := range w.Pack.Subjects(level) {
			known[s.ID] = true
		}
		got := w.Drafts[f.ID()].Document.Subjects
		if len(got) != len(known) {
			t.Errorf("%s: %d subjects, the pack has %d", level, len(got), len(known))
		}
		for _, id := range got {
			if !known[id] {
				t.Errorf("%s keeps subject %s of another level", level, id)
			}
		}
	}
}
