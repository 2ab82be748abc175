package exam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// needOf gives what a report says about one entry: "required months, block, missing".
func needOf(r exam.Report, field string) string {
	for _, n := range r.Needs {
		if n.Field == field {
			return strings.Trim(fmt.Sprint(n.Because), "[]") + ", " + string(n.Severity) + map[bool]string{true: ", there", false: ", missing"}[n.Done]
		}
	}
	return ""
}

func TestEachWayToQualifyNamesWhatItNeedsAndWhy(t *testing.T) {
	p := pack(t, "038-2026")
	for _, x := range []struct {
		name, field, want string
		level             exam.Level
		files             []exam.File
		doc               []func(*exam.Document)
	}{
		{"nothing filled in", "education", "required, block, missing", "", nil, nil},
		{"a level chosen", "education", "required schooling, block, missing", "junior", nil, nil},
		{"a level chosen, work not yet", "work", "", "junior", nil, nil},
		{"本科 in social work needs no work", "work", "", "junior", nil, rec(edu(exam.Bachelor, true, "2012-06"))},
		{"本科 in another major", "work", "months, block, missing", "junior", nil, rec(edu(exam.Bachelor, false, "2012-06"))},
		{"本科 in another major, with a post", "work", "months, block, there", "junior", nil, rec(edu(exam.Bachelor, false, "2012-06"), months(3))},
		{"中级 with 高中", "certificates", "held, block, missing", "intermediate", nil, rec(edu(exam.SeniorHigh, false, "2005-06"))},
		{"高级 with the wrong certificate", "certificates", "held, block, missing", "senior", nil, rec(edu(exam.Bachelor, false, "2012-06"), cert("junior", "2014-10"))},
		{"高级", "certificates", "held, block, there", "senior", nil, rec(edu(exam.Bachelor, false, "2012-06"), cert("intermediate", "2014-10"), post("2015-01", ""))},
		{"硕士 by a diploma alone", "degrees", "degree_named, warn, missing", "intermediate", nil, rec(edu(exam.Master, true, "2015-06"), months(12))},
		{"硕士 by the degree", "degrees", "degree_named, warn, there", "intermediate", nil, rec(deg(exam.Master, true), months(12))},
		{"大专 of 2008 is found by its number", "education.0.certificate_number", "auto_check, warn, missing", "junior", nil, rec(edu(exam.Associate, true, "2008-06"))},
		{"大专 of 2001 is not", "education.0.certificate_number", "", "junior", nil, rec(edu(exam.Associate, true, "2001-06"))},
		{"高中 is not", "education.0.certificate_number", "", "junior", nil, rec(edu(exam.SeniorHigh, false, "2008-06"))},
		{"a degree of 2015 is found by its number", "degrees.0.certificate_number", "auto_check, warn, missing", "junior", nil, rec(deg(exam.Bachelor, true))},
		{"full-time study", "education.0.started", "study_start, info, missing", "junior", nil, rec(fullTime("", "2020-06"))},
		{"part-time study", "education.0.started", "", "junior", nil, rec(edu(exam.Bachelor, true, "2012-06"))},
		{"高中 is always checked by hand", "attachments.diploma", "manual_education, warn, missing", "junior", []exam.File{photo}, rec(edu(exam.SeniorHigh, false, "2005-06"), months(48))},
		{"a diploma without its number is checked by hand", "attachments.diploma", "manual_education, warn, missing", "junior", []exam.File{photo}, rec(edu(exam.Bachelor, true, "2012-06"))},
		{"高中, attached", "attachments.diploma", "manual_education, warn, there", "junior", []exam.File{photo, {Kind: "diploma"}}, rec(edu(exam.SeniorHigh, false, "2005-06"), months(48))},
		{"declined", "attachments.id_card", "declined, warn, missing", "junior", []exam.File{photo}, rec(edu(exam.SeniorHigh, false, "2005-06"), declined)},
		{"declined and checked by hand", "attachments.diploma", "declined manual_education, warn, missing", "junior", []exam.File{photo}, rec(edu(exam.SeniorHigh, false, "2005-06"), declined)},
		{"accepted", "attachments.id_card", "", "junior", []exam.File{photo}, rec(edu(exam.SeniorHigh, false, "2005-06"))},
		{"the photo", "photo", "required, block, missing", "junior", []exam.File{}, nil},
		{"the photo, there", "photo", "required, block, there", "junior", []exam.File{photo}, nil},
		{"files are no question", "photo", "", "junior", nil, nil},
		{"wanted", "address", "wanted, warn, missing", "", nil, nil},
	} {
		r := exam.Check(documentOf(x.level, x.doc), x.files, p, exam.Moment{})
		if got := needOf(r, x.field); got != x.want {
			t.Errorf("%s: %s is %q, want %q", x.name, x.field, got, x.want)
		}
	}
}

// What is wished for and needed as well is needed.
func TestTheGraverOfTwoReasonsCounts(t *testing.T) {
	p := edited(t, "038-2026", `"wanted": [`, `"wanted": ["work", `)
	for want, parts := range map[string][]func(*exam.Document){
		"wanted, warn, missing":         rec(edu(exam.Bachelor, true, "2012-06")),
		"wanted months, block, missing": rec(edu(exam.Bachelor, false, "2012-06")),
	} {
		if got := needOf(exam.Check(documentOf("junior", parts), nil, p, exam.Moment{}), "work"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNeedsAreSaidInTheOrderOfTheForm(t *testing.T) {
	r := exam.Check(documentOf("senior", rec(edu(exam.Bachelor, false, "2012-06"))), []exam.File{}, pack038, exam.Moment{})
	said := r.Said(languages["en"]).Needs
	if len(said) != len(r.Needs) || len(said) < 10 {
		t.Fatalf("%d of %d", len(said), len(r.Needs))
	}
	last := 0
	for _, n := range said {
		i := slices.Index(exam.Steps, n.Step)
		if i < last || n.Step != exam.StepOf(n.Field) || n.Reason == "" {
			t.Errorf("%s in %s comes behind %s: %q", n.Field, n.Step, exam.Steps[last], n.Reason)
		}
		last = max(last, i)
	}
}

func declined(d *exam.Document) { d.Commitment = exam.CommitmentDeclined }

// What is needed and what is said to be missing are the same; the figures of the
// steps count it.
func TestWhatIsMissingIsAProblemAndWhatIsAProblemIsNeeded(t *testing.T) {
	for _, p := range []*exam.Pack{pack038, packSample} {
		rapid.Check(t, func(t *rapid.T) {
			d := careerFor(t, p)
			for _, path := range complete().Paths() { // what a career leaves out, here and there
				if text, err := complete().Get(path); err == nil && !strings.Contains(path, ".") && path != "level" && path != "exam" && path != "year" && rapid.Bool().Draw(t, path) {
					if err := d.Set(path, text); err != nil {
						t.Fatal(err)
					}
				}
			}
			files := rapid.SampledFrom([][]exam.File{nil, {}, {photo}}).Draw(t, "files")
			r := exam.Check(d, files, p, exam.Moment{})
			seen := map[string]bool{}
			count := map[exam.StepID][2]int{}
			for _, n := range r.Needs {
				if seen[n.Field] || exam.StepOf(n.Field) == "" || len(n.Because) == 0 {
					t.Fatalf("%+v", n)
				}
				seen[n.Field] = true
				problem := slices.ContainsFunc(r.Problems, func(x exam.Problem) bool { return x.Field == n.Field && x.Severity == exam.Block })
				if n.Severity == exam.Block && !n.Done && !problem {
					t.Fatalf("%+v is missing, and nobody says so", n)
				}
				if n.Severity == exam.Block {
					c := count[exam.StepOf(n.Field)]
					c[map[bool]int{true: 0, false: 1}[n.Done]]++
					count[exam.StepOf(n.Field)] = c
				}
				for lang, say := range languages {
					for _, why := range r.Why(n) {
						if text := why.Said(say); text == "" || strings.Contains(text, "⟦") || strings.Contains(text, "<no value>") {
							t.Fatalf("%s %s: %q", lang, why.Key, text)
						}
					}
				}
			}
			for _, x := range r.Problems {
				if strings.HasSuffix(x.Rule, ".required") && !strings.HasSuffix(needOf(r, x.Field), "block, missing") {
					t.Fatalf("%s is asked for, and its need is %q", x.Field, needOf(r, x.Field))
				}
			}
			for _, s := range r.Steps {
				if c := count[s.ID]; c != [2]int{s.Done, s.Missing} {
					t.Fatalf("%s: %v, counted %+v", s.ID, c, s)
				}
			}
		})
	}
}
