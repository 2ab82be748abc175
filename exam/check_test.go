package exam_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
)

func TestAPlainCompleteDocumentWithAPhotoIsSubmittable(t *testing.T) {
	r := exam.Check(complete(), []exam.File{photo}, pack(t, "038-2026"), exam.Moment{Now: at("2026-03-15 12:00"), Trusted: true})
	if !r.Submittable || r.CompletePercent != 100 || r.Eligibility.Verdict != exam.Met {
		t.Fatalf("submittable %v, %d %%, %s: %v", r.Submittable, r.CompletePercent, r.Eligibility.Verdict, rules(r))
	}
	if got, want := rules(r), []string{"info window.unknown area"}; !slices.Equal(got, want) {
		t.Errorf("problems %v, want %v", got, want)
	}
	if len(r.Evidence) != 0 {
		t.Errorf("evidence %v for records the registers know", r.Evidence)
	}
}

func TestEveryRequiredFieldBlocksWhenItIsMissing(t *testing.T) {
	for _, id := range []string{"038-2026", "sample-2026"} {
		p := pack(t, id)
		full := complete()
		full.Certificates = []exam.Certificate{{Level: "junior", Number: "1", Awarded: "2019-10"}}
		for _, path := range p.Fields.Required {
			d := full
			list, field, nested := strings.Cut(path, ".")
			where := path
			switch {
			case nested:
				where = list + ".0." + field
				set(t, &d, where, "")
			case path == "education":
				d.Education = nil
			default:
				set(t, &d, path, "")
			}
			r := exam.Check(d, nil, p, exam.Moment{})
			x, ok := found(r, path+".required", where)
			if !ok || x.Severity != exam.Block || r.Submittable {
				t.Errorf("%s: without %s: %v", id, where, rules(r))
			}
			if r.CompletePercent >= 100 {
				t.Errorf("%s: without %s it is %d %% complete", id, where, r.CompletePercent)
			}
		}
	}
}

func set(t testing.TB, d *exam.Document, path, value string) {
	t.Helper()
	if err := d.Set(path, value); err != nil {
		t.Fatal(err)
	}
}

// checkRows: one change to the complete document, and the one problem it makes.
var checkRows = []struct {
	path, value string
	want        string // "severity rule field"; "" none
}{
	{"exam", "999", "block exam.other_pack exam"},
	{"year", "2025", "block exam.other_pack exam"},
	{"level", "expert", "block level.unknown level"},
	{"area", "999999", "block area.unknown area"},
	{"subjects", "junior_practice,junior_comprehensive", ""},
	{"subjects", "社会工作综合能力（初级）,社会工作实务（初级）", ""},
	{"subjects", "junior_practice", "block subjects.all_at_once subjects"},
	{"subjects", "junior_practice,junior_comprehensive,painting", "block subjects.unknown subjects"},
	{"subjects", "junior_practice,junior_comprehensive,junior_practice", "block subjects.twice subjects"},

	{"name", "张1", "block name.characters name"},
	{"name", "·张三", "block name.dots name"},
	{"name", "张··三", "block name.dots name"},
	{"name", "王晓[沛]", "warn name.makeshift name"},
	{"name", "王晓*", "warn name.makeshift name"},
	{"name", "Zhang San", "warn name.latin name"},
	{"name", "王\ue000", "block name.private_use name"},
	{"name", strings.Repeat("长", 26), "warn name.long name"},
	{"name", strings.Repeat("长", 25), ""},
	{"name", strings.Repeat("长", 101), "block text.too_long name"},
	{"name", "王𬱖", "info name_remark.rare name_remark"},
	{"name", "阿卜杜拉·买买提", ""},
	{"name", "〇", ""},
	{"id_type", "library_card", "block id_type.unknown id_type"},
	{"id_number", "440308199901101513", "block id_number.checksum id_number"},
	{"id_number", "44030819990110151", "block id_number.length id_number"},
	{"id_number", "440308199902301512", "block id_number.birth_date id_number"},
	{"id_number", "440308990110151", "block id_number.old_format id_number"},
	{"id_number", "44030819990110151Y", "block id_number.characters id_number"},
	{"id_number", "810000199408230021", "block id_number.other_type id_number"},
	{"birth_date", "1999-01-11", "block birth_date.not_of_id birth_date"},
	{"birth_date", "1880-01-01", "block birth_date.early birth_date"},
	{"gender", "female", "block gender.not_of_id gender"},
	{"gender", "x", "block gender.unknown gender"},
	{"ethnicity", "99", "block ethnicity.unknown ethnicity"},
	{"nationality", "ZZZ", "block nationality.unknown nationality"},
	{"nationality", "USA", "warn nationality.not_of_id nationality"},
	{"political_status", "99", "warn political_status.unknown political_status"},
	{"political_status", "", "warn political_status.wanted political_status"},
	{"phone", "12345", "block phone.format phone"},
	{"phone", "23800138000", "block phone.format phone"},
	{"phone", "19912345678", ""}, // a segment no list of 2020 knew
	{"phone", "010-87901800", "warn phone.landline phone"},
	{"phone", "+852 23456789", "warn phone.foreign phone"},
	{"email", "nobody", "block email.format email"},
	{"email", "a@b", "block email.format email"},
	{"email", "a b@example.cn", ""}, // a blank is nobody's problem
	{"email", "", ""},
	{"postcode", "4500", "warn postcode.format postcode"},
	{"address", "", "warn address.wanted address"},
	{"address", strings.Repeat("路", 201), "block text.too_long address"},

	{"education.0.level", "primary", "block education.level.unknown education.0.level"},
	{"education.0.study_mode", "sometimes", "block education.study_mode.unknown education.0.study_mode"},
	{"education.0.graduated", "六月", "block education.graduated.format education.0.graduated"},
	{"education.0.started", "2021-09", "block education.graduated.before_started education.0.graduated"},
	{"education.0.started", "", "info education.started.needed education.0.started"},
	{"education.0.major", "社会工作", "warn education.social_work_major.not_ticked education.0.social_work_major"},
	{"education.0.certificate_number", "123", "warn education.certificate_number.format education.0.certificate_number"},
	{"education.0.certificate_number", "104591201905001234", "warn education.certificate_number.year education.0.certificate_number"},
	{"education.0.certificate_number", "104591202002001234", "warn education.certificate_number.level education.0.certificate_number"},
	{"education.0.certificate_number", "", "warn education.certificate_number.wanted education.0.certificate_number"},
	{"degrees.0.level", "associate", "block degrees.level.unknown degrees.0.level"},
	{"degrees.0.awarded", "x", "block degrees.awarded.format degrees.0.awarded"},
	{"degrees.0.certificate_number", "123", "warn degrees.certificate_number.format degrees.0.certificate_number"},
	{"certificates.0.level", "expert", "block certificates.level.unknown certificates.0.level"},

	{"degrees.0.certificate_number", "", "warn degrees.certificate_number.wanted degrees.0.certificate_number"},
	{"work.0", "", "block work.required work"},
	{"work.0.from", "2020-13", "block work.from.format work.0.from"},
	{"work.0.to", "2019-01", "block work.to.before_from work.0.to"},
	{"work.0.to", "2020-06", "block work.to.before_from work.0.to"},
	{"work", `[{"employer":"某某中心","employer_type":"other","place":"郑州市","position":"社工","from":"2020-07","to":"2020-07","social_work":true},{"employer":"某某中心","employer_type":"other","place":"郑州市","position":"社工","from":"2020-08","social_work":true}]`, ""},
	{"work.0.employer_type", "circus", "warn work.employer_type.unknown work.0.employer_type"},
	{"work.0.credit_code", "91350100M000100Y4A", "warn work.credit_code.checksum work.0.credit_code"},
	{"work.0.from", "1998-07", "block work.from.before_birth work.0.from"},
	{"education.0.graduated", "2027-06", "warn education.graduated.future education.0.graduated"},
	{"degrees.0.awarded", "2027-06", "warn degrees.awarded.future degrees.0.awarded"},
	{"certificates.0", `{"level":"junior","number":"1","awarded":"2027-06"}`, "warn certificates.awarded.future certificates.0.awarded"},
	{"certificates.0", `{"level":"junior","number":"1","awarded":"2027-01"}`, "warn certificates.awarded.future certificates.0.awarded"},
	{"certificates.0", `{"level":"junior","number":"1","awarded":"2026-12"}`, ""},
	{"work.0.social_work", "false", "warn work.social_work.none work"},
	{"work.0.from", "2027-01", "warn work.from.future work.0.from"},
	{"work.0.duties", strings.Repeat("事", 2001), "block text.too_long work.0.duties"},
	{"first_worked", "2021-01", "warn first_worked.late first_worked"},
	{"first_worked", "x", "block first_worked.format first_worked"},
	{"commitment", "decline", "warn commitment.declined commitment"},
	{"commitment", "perhaps", "block commitment.unknown commitment"},
}

func TestOneSlipMakesItsOwnProblem(t *testing.T) {
	p := pack(t, "038-2026")
	plain := rules(exam.Check(complete(), nil, p, exam.Moment{}))
	for _, row := range checkRows {
		d := complete()
		set(t, &d, row.path, row.value)
		r := exam.Check(d, nil, p, exam.Moment{})
		var new []string
		for i, x := range rules(r) {
			if !slices.Contains(plain, x) {
				new = append(new, x)
				wantWords(t, "rule."+r.Problems[i].Rule, nonNil(r.Problems[i].Args))
			}
		}
		if row.want == "" && len(new) > 0 || row.want != "" && !slices.Contains(new, row.want) {
			t.Errorf("%s = %q: %v, want %q", row.path, row.value, new, row.want)
		}
		// a slip may also cost the candidate the years: that blocks by itself
		if want := !strings.HasPrefix(row.want, "block") && r.Eligibility.Verdict != exam.NotMet; r.Submittable != want {
			t.Errorf("%s = %q: submittable %v: %v", row.path, row.value, r.Submittable, new)
		}
	}
}

// TestContactDataAndBirthDatesAreJudgedAtTheirEdges: facts 6.5; "" is no problem.
func TestContactDataAndBirthDatesAreJudgedAtTheirEdges(t *testing.T) {
	long := strings.Repeat("a", 64)
	domain := strings.Repeat("b.", 94) + "c" // with the longest name before it 254 characters
	for _, x := range []struct{ path, value, want string }{
		{"phone", "13000000000", ""},
		{"phone", "12999999999", "phone.format"},
		{"phone", "1380013800", "phone.format"},
		{"phone", "138001380000", "phone.format"},
		{"phone", "23800138000", "phone.format"},
		{"phone", "1380013800a", "phone.format"},
		{"phone", "0108790180", "phone.landline"},
		{"phone", "010879018", "phone.format"},
		{"phone", "037165900000123456", "phone.landline"},
		{"phone", "0371659000001234567", "phone.format"},
		{"phone", "0371-6590-000a", "phone.format"},
		{"phone", "6590000000", "phone.format"},
		{"phone", "+852123", "phone.foreign"},
		{"phone", "+85212", "phone.format"},
		{"phone", "+852123456789012", "phone.foreign"},
		{"phone", "+8521234567890123", "phone.format"},
		{"phone", "+8522345678a", "phone.format"},
		{"email", "a@b.c", ""},
		{"email", long + "@example.cn", ""},
		{"email", "a" + long + "@example.cn", "email.format"},
		{"email", long + "@" + domain, ""},
		{"email", long + "@b" + domain, "email.format"},
		{"email", "example.cn", "email.format"},
		{"email", "@example.cn", "email.format"},
		{"email", "a@example", "email.format"},
		{"email", "a@.cn", "email.format"},
		{"email", "a@example.", "email.format"},
		{"email", "a@example..cn", "email.format"},
		{"email", "a@.example.cn", "email.format"},
		{"email", "a@b@example.cn", "email.format"},
		{"email", "a@example.cn,b@example.cn", "email.format"},
		{"email", "a,b@example.cn", "email.format"},
		{"email", "a;b@example.cn", "email.format"},
		{"email", "<a>@example.cn", "email.format"},
		{"birth_date", "1999-02-29", "birth_date.format"},
		{"birth_date", "1899-12-31", "birth_date.early"},
		{"birth_date", "1900-01-01", "birth_date.not_of_id"},
		{"birth_date", "2026-12-31", "birth_date.not_of_id"},
		{"birth_date", "2027-01-01", "birth_date.future"},
		{"first_worked", "1899-12", "first_worked.format"},
		{"first_worked", "1900-01", ""},
		{"first_worked", "2100-12", "first_worked.late"},
		{"first_worked", "2101-01", "first_worked.format"},
		{"name", "张\ue000", "name.private_use"},
		{"name", "张\uf8ff", "name.private_use"},
		{"name", "张\U000F0000", "name.private_use"},
		{"name", "张\uf900", ""},
	} {
		d := complete()
		d.NameRemark = "见身份证"
		set(t, &d, x.path, x.value)
		var got []string
		for _, p := range exam.Check(d, nil, pack038, exam.Moment{}).Problems {
			if p.Field == x.path {
				got = append(got, p.Rule)
			}
		}
		if x.want == "" && len(got) > 0 || x.want != "" && !slices.Contains(got, x.want) {
			t.Errorf("%s = %q: %v, want %q", x.path, x.value, got, x.want)
		}
	}
}

// What is not filled in yet is missing, and contradicts nothing.
func TestWhatIsNotFilledInDoesNotDisagreeWithTheNumber(t *testing.T) {
	for _, path := range []string{"gender", "birth_date", "id_number", "id_type"} {
		d := complete()
		set(t, &d, path, "")
		for _, x := range rules(exam.Check(d, nil, pack038, exam.Moment{})) {
			if strings.Contains(x, "not_of_id") {
				t.Errorf("without %s: %s", path, x)
			}
		}
	}
}

func nonNil(args map[string]string) map[string]string {
	if args == nil {
		return map[string]string{}
	}
	return args
}

func TestPostsAreAlsoJudgedSideBySide(t *testing.T) {
	d := complete()
	d.Work = append(d.Work, d.Work[0])
	if _, ok := found(exam.Check(d, nil, pack(t, "038-2026"), exam.Moment{}), "work.overlap", "work"); !ok {
		t.Error("posts at the same time, and nothing is said")
	}
}

func TestForeignNamesAndPapersAreAccepted(t *testing.T) {
	d := complete()
	d.Name, d.IDType, d.IDNumber, d.Nationality = "Mary-Ann O’Neil", exam.ForeignPermanent, "911124198108030024", "CAN"
	d.BirthDate, d.Gender = "1981-08-03", exam.Female
	r := exam.Check(d, nil, pack(t, "038-2026"), exam.Moment{})
	if !r.Submittable || len(r.Problems) != 1 {
		t.Errorf("%v", rules(r))
	}
}

func TestFilesThatWereNotAskedAboutAreNoProblem(t *testing.T) {
	p := pack(t, "038-2026")
	if r := exam.Check(complete(), nil, p, exam.Moment{}); !r.Submittable {
		t.Errorf("nil: %v", rules(r))
	}
	r := exam.Check(complete(), []exam.File{}, p, exam.Moment{})
	if x, ok := found(r, "photo.required", "photo"); !ok || x.Severity != exam.Block || r.Submittable || r.CompletePercent == 100 {
		t.Errorf("none attached: %v, %d %%", rules(r), r.CompletePercent)
	}
	if r := exam.Check(complete(), []exam.File{{Kind: exam.FilePhotoOriginal}}, p, exam.Moment{}); r.Submittable {
		t.Error("the original passes for the photo")
	}
}

func TestEvidenceIsAskedForByTheWayChosenAndMayComeLater(t *testing.T) {
	p := pack(t, "038-2026")
	highSchool := func(d *exam.Document) {
		d.Education[0] = exam.Education{Level: exam.SeniorHigh, StudyMode: exam.FullTime, School: "某某中学", Major: "无", Started: "2014-09", Graduated: "2017-06"}
		d.Degrees = nil
	}
	for _, x := range []struct {
		name   string
		change func(*exam.Document)
		want   string
	}{
		{"自动核查, 采用", func(*exam.Document) {}, ""},
		{"高中 is always checked by hand", highSchool, "diploma"},
		{"大专以上 before 2002", func(d *exam.Document) {
			d.Education[0].Started, d.Education[0].Graduated, d.Degrees = "1997-09", "2001-06", nil
		}, "diploma"},
		{"no number to find it by", func(d *exam.Document) { d.Education[0].CertificateNumber = "" }, "diploma"},
		{"不采用", func(d *exam.Document) { d.Commitment = exam.CommitmentDeclined }, "id_card diploma degree work_years"},
		{"不采用, senior", func(d *exam.Document) {
			d.Commitment, d.Level = exam.CommitmentDeclined, "senior"
			d.Certificates = []exam.Certificate{{Level: "intermediate", Number: "1", Awarded: "2021-10"}}
		}, "id_card diploma degree work_years held_certificate"},
		{"相近专业", func(d *exam.Document) {
			d.Education[0].SocialWorkMajor, d.Education[0].Major, d.Degrees, d.Work = true, "社会政策", nil, nil
		}, "area_point"},
	} {
		d := complete()
		x.change(&d)
		r := exam.Check(d, []exam.File{photo}, p, exam.Moment{})
		var asked []string
		for _, e := range r.Evidence {
			asked = append(asked, string(e.ID))
			if y, ok := found(r, "evidence.later", "attachments."+string(e.ID)); !ok || y.Severity != exam.Warn {
				t.Errorf("%s: %s is asked for, and nothing is said", x.name, e.ID)
			}
			for _, c := range e.Because {
				wantWords(t, "case."+string(c), nil)
			}
		}
		if got := strings.Join(asked, " "); got != x.want {
			t.Errorf("%s: asks for %q, want %q", x.name, got, x.want)
		}
		if !r.Submittable {
			t.Errorf("%s: %v", x.name, rules(r))
		}
	}
}

func TestAttachedEvidenceIsNotAskedForAgain(t *testing.T) {
	d := complete()
	d.Education[0].CertificateNumber = ""
	diploma := exam.File{Kind: "diploma", SHA256: strings.Repeat("cd", 32), Type: "application/pdf"}
	r := exam.Check(d, []exam.File{photo, diploma}, pack(t, "038-2026"), exam.Moment{})
	if len(r.Evidence) != 1 || r.Evidence[0].Attached != 1 {
		t.Errorf("%+v", r.Evidence)
	}
	if _, ok := found(r, "evidence.later", "attachments.diploma"); ok {
		t.Error("it is there and asked for")
	}
}

func TestEvidenceThatMustComeFirstBlocks(t *testing.T) {
	r := exam.Check(exam.Document{}, []exam.File{photo}, pack(t, "sample-2026"), exam.Moment{})
	if x, ok := found(r, "evidence.early", "attachments.health"); !ok || x.Severity != exam.Block {
		t.Errorf("%v", rules(r))
	}
}

func TestEarlyEvidenceCountsInItsStepAndInThePercentage(t *testing.T) {
	percent := func(files ...exam.File) (int, exam.StepReport) {
		d := complete()
		d.Exam, d.Area, d.Level, d.Subjects = "sample", "A01", "basic", nil
		r := exam.Check(d, append([]exam.File{photo}, files...), pack(t, "sample-2026"), exam.Moment{})
		return r.CompletePercent, r.Steps[slices.Index(exam.Steps, exam.StepEvidence)]
	}
	if n, step := percent(); n >= 100 || step.Missing != 1 || step.Blocks != 1 || step.Done != 0 {
		t.Errorf("missing: %d %%, %+v", n, step)
	}
	if n, step := percent(exam.File{Kind: "health", SHA256: photo.SHA256, Size: 1}); n != 100 || step.Missing != 0 || step.Done != 1 {
		t.Errorf("there: %d %%, %+v", n, step)
	}
}

// TestEachCaseOfEvidenceAppliesToItsOwnSituation: facts 2.2 (what the registers find)
// and 2.5 (what a commitment replaces), each at its edge.
func TestEachCaseOfEvidenceAppliesToItsOwnSituation(t *testing.T) {
	declined := func(d *exam.Document) { d.Commitment = exam.CommitmentDeclined }
	byDegree := func(awarded exam.Month, number string) func(*exam.Document) {
		return func(d *exam.Document) {
			d.Education[0].Level = exam.Associate
			d.Degrees[0].Awarded, d.Degrees[0].CertificateNumber = awarded, number
		}
	}
	byDiploma := func(graduated exam.Month, number string) func(*exam.Document) {
		return func(d *exam.Document) {
			d.Degrees = nil
			d.Education[0].Started, d.Education[0].Graduated, d.Education[0].CertificateNumber = "1998-09", graduated, number
		}
	}
	for _, x := range []struct {
		name   string
		change []func(*exam.Document)
		want   string
	}{
		{"the registers find the diploma", nil, "always"},
		{"a diploma of their first month", rec(byDiploma("2002-01", "104591200205001234")), "always"},
		{"a diploma of the month before", rec(byDiploma("2001-12", "104591200105001234")), "always manual_education"},
		{"a diploma without its number", rec(byDiploma("2002-01", "")), "always manual_education"},
		{"a diploma by a number of another year", rec(byDiploma("2002-01", "104591200305001234")), "always manual_education"},
		{"a degree of their first month", rec(byDegree("2008-09", "1045942008001234")), "always"},
		{"a degree of the month before", rec(byDegree("2008-08", "1045942008001234")), "always manual_degree"},
		{"a degree without its number", rec(byDegree("2008-09", "")), "always manual_degree"},
		{"a degree by a number of another year", rec(byDegree("2008-09", "1045942009001234")), "always manual_degree"},
		{"declined", rec(declined), "always declined degree_declined work_declined"},
		{"declined, and no degree", rec(declined, byDiploma("2002-01", "104591200205001234")), "always declined work_declined"},
		{"declined, and no work is needed", rec(declined, func(d *exam.Document) { d.Education[0].SocialWorkMajor, d.Education[0].Major = true, "社会工作" }), "always declined degree_declined"},
		{"a certificate is needed", rec(func(d *exam.Document) { d.Level = "senior" }, cert("intermediate", "2021-10")), "always"},
		{"declined, and a certificate is needed", rec(declined, func(d *exam.Document) { d.Level = "senior" }, cert("intermediate", "2021-10")), "always declined degree_declined work_declined held_declined"},
		{"months short", rec(func(d *exam.Document) { d.Work[0].From = "2025-02" }), "always"},
		{"begin of study unknown", rec(func(d *exam.Document) {
			d.Education[0].Started, d.Work[0].From, d.Work[0].To = "", "2019-01", "2020-12"
		}), "always"},
		{"the diploma comes late", rec(func(d *exam.Document) {
			d.Degrees, d.Education[0].StudyMode, d.Education[0].Graduated, d.Education[0].CertificateNumber = nil, exam.PartTime, "2026-07", "104591202605001234"
		}), "always area_point"},
	} {
		d := complete()
		for _, change := range x.change {
			change(&d)
		}
		var got []string
		r := exam.Check(d, nil, pack038, exam.Moment{})
		for _, c := range r.Cases {
			got = append(got, string(c))
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: %v, want %s (by %s, %v)", x.name, got, x.want, r.Eligibility.Record, r.Eligibility.Doubts)
		}
	}
}

// TestAVerdictIsShownWhereItCanBeMended names the field of each.
func TestAVerdictIsShownWhereItCanBeMended(t *testing.T) {
	master := func(d *exam.Document) {
		d.Level, d.Degrees = "intermediate", nil
		d.Education[0].Level, d.Education[0].Major, d.Education[0].SocialWorkMajor = exam.Master, "社会工作", true
	}
	for _, x := range []struct {
		name, field string
		rule        string
		change      []func(*exam.Document)
	}{
		{"years", "work", "eligibility.lacks_months", rec(func(d *exam.Document) { d.Work[0].From = "2026-01" })},
		{"certificate", "certificates", "eligibility.lacks_held", rec(func(d *exam.Document) { d.Level = "senior" })},
		{"schooling", "education", "eligibility.lacks_schooling", rec(func(d *exam.Document) { d.Level, d.Degrees, d.Education[0].Level = "senior", nil, exam.Associate })},
		{"a few months", "work", "eligibility.for_review", rec(func(d *exam.Document) { d.Work[0].From = "2025-02" })},
		{"major", "education.0", "eligibility.for_review", rec(func(d *exam.Document) {
			d.Degrees, d.Work[0].From, d.Education[0].SocialWorkMajor, d.Education[0].Major = nil, "2026-01", true, "社会政策"
		})},
		{"degree that the rule names", "degrees", "degrees.named", rec(master)},
	} {
		d := complete()
		for _, change := range x.change {
			change(&d)
		}
		r := exam.Check(d, nil, pack038, exam.Moment{})
		if _, ok := found(r, x.rule, x.field); !ok {
			t.Errorf("%s: %v, want %s at %s", x.name, rules(r), x.rule, x.field)
		}
	}
	d := complete()
	master(&d)
	deg(exam.Master, true)(&d)
	if _, ok := found(exam.Check(d, nil, pack038, exam.Moment{}), "degrees.named", "degrees"); ok {
		t.Error("the degree is there, and asked for")
	}
}

// TestAnEndThatIsNotPublishedClosesNothing, and a time of another zone names it.
func TestAnEndThatIsNotPublishedClosesNothing(t *testing.T) {
	const published = `{"opens": "2026-03-09", "closes": "2026-03-22"}`
	d := complete()
	d.Area, d.City = "150000", "呼和浩特市"
	late := exam.Moment{Now: at("2027-01-01 00:00"), Trusted: true}
	open := edited(t, "038-2026", published, `{"opens": "2026-03-09"}`)
	if r := exam.Check(d, nil, open, late); slices.ContainsFunc(r.Problems, func(p exam.Problem) bool { return strings.HasPrefix(p.Rule, "window.") }) {
		t.Errorf("%v", rules(r))
	}
	for closes, want := range map[string]string{"2026-03-22": "2026-03-22", "2026-03-22T17:00+08:00": "2026-03-22 17:00", "2026-03-22T17:00+09:00": "2026-03-22 17:00 (UTC+09:00)"} {
		p := edited(t, "038-2026", published, `{"opens": "2026-03-09", "closes": "`+closes+`"}`)
		if x, ok := found(exam.Check(d, nil, p, late), "window.closed", "area"); !ok || x.Args["closes"] != want {
			t.Errorf("%s is shown as %q, want %q", closes, x.Args["closes"], want)
		}
	}
}

func TestOnlyATrustedClockAndAPublishedDayCloseAWindow(t *testing.T) {
	p := pack(t, "038-2026")
	for _, x := range []struct {
		area, city string
		now        string
		trusted    bool
		want       string
	}{
		{"420000", "武汉市", "2026-03-25 19:59", true, ""},
		{"420000", "武汉市", "2026-03-25 20:00", true, "block window.closed"},
		{"420000", "武汉市", "2026-03-25 20:00", false, "warn window.closed"},
		{"420000", "武汉市", "2026-03-12 08:59", true, "block window.not_open"},
		{"420000", "武汉市", "2026-03-12 09:00", true, ""},
		{"420000", "宜昌市", "2027-01-01 00:00", true, "info window.unknown"}, // only Wuhan's notice is known
		{"410000", "郑州市", "2027-01-01 00:00", true, "info window.unknown"},
		{"460000", "海口市", "2026-03-18 23:59", true, ""}, // only the day is known: all of it
		{"460000", "海口市", "2026-03-19 00:00", true, "block window.closed"},
		{"650000", "乌鲁木齐市", "2020-01-01 00:00", true, ""}, // the opening is not known
		{"460000", "海口市", "", true, ""},
	} {
		d := complete()
		d.Area, d.City = x.area, x.city
		m := exam.Moment{Trusted: x.trusted}
		if x.now != "" {
			m.Now = at(x.now)
		}
		got := ""
		for _, y := range exam.Check(d, nil, p, m).Problems {
			if strings.HasPrefix(y.Rule, "window.") {
				got = string(y.Severity) + " " + y.Rule
				wantWords(t, "rule."+y.Rule, nonNil(y.Args))
			}
		}
		if got != x.want {
			t.Errorf("%s %s at %s (trusted %v): %q, want %q", x.area, x.city, x.now, x.trusted, got, x.want)
		}
	}
}

func TestStepsCountWhatIsDoneMissingAndWrong(t *testing.T) {
	d := complete()
	d.Phone, d.Email, d.Address = "", "nobody", ""
	r := exam.Check(d, []exam.File{}, pack(t, "038-2026"), exam.Moment{})
	var ids []exam.StepID
	for _, s := range r.Steps {
		ids = append(ids, s.ID)
		wantWords(t, "step."+string(s.ID), nil)
	}
	if !slices.Equal(ids, exam.Steps) {
		t.Fatalf("steps %v", ids)
	}
	want := exam.StepReport{ID: exam.StepPerson, Done: 7, Missing: 1, Blocks: 2, Warns: 1}
	if r.Steps[1] != want {
		t.Errorf("%+v, want %+v", r.Steps[1], want)
	}
	if want := (exam.StepReport{ID: exam.StepPhoto, Missing: 1, Blocks: 1}); r.Steps[4] != want {
		t.Errorf("%+v, want %+v", r.Steps[4], want)
	}
	if empty := exam.Check(exam.Document{}, []exam.File{}, pack(t, "038-2026"), exam.Moment{}); empty.CompletePercent != 0 || empty.Submittable {
		t.Errorf("an empty draft is %d %% complete", empty.CompletePercent)
	}
}

func TestProblemsComeInTheOrderOfTheForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := exam.Check(anyDocument(t, "doc"), []exam.File{}, pack038, exam.Moment{Now: time.Unix(1_774_000_000, 0), Trusted: true})
		last := -1
		for _, p := range r.Problems {
			step := slices.Index(exam.Steps, exam.StepOf(p.Field))
			if step < 0 || step < last {
				t.Fatalf("%s of step %d after %d", p.Field, step, last)
			}
			last = step
			for lang, say := range languages {
				if text := p.Message(say); text == "" || strings.Contains(text, "⟦") || strings.Contains(text, "<no value>") {
					t.Fatalf("%s: %s says %q", lang, p.Rule, text)
				}
			}
		}
		if slices.ContainsFunc(r.Problems, func(p exam.Problem) bool { return p.Severity == exam.Block }) == r.Submittable {
			t.Fatal("submittable and blocked")
		}
	})
}

func TestAReportDoesNotDependOnBlanksAndWidths(t *testing.T) {
	p := pack(t, "038-2026")
	d := complete()
	d.IDNumber, d.Phone, d.BirthDate, d.Name = " ４４０３０８19990110 1512", "+86 138-0013-8000", "1999年1月10日", " 张 某某"
	if got, want := rules(exam.Check(d, nil, p, exam.Moment{})), rules(exam.Check(complete(), nil, p, exam.Moment{})); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheReportInWordsHasTheKeysScriptsRelyOn(t *testing.T) {
	raw, err := json.Marshal(exam.Check(complete(), nil, pack(t, "038-2026"), exam.Moment{}).Said(languages["zh-CN"]))
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Submittable     *bool `json:"submittable"`
		CompletePercent *int  `json:"complete_percent"`
		Problems        []struct {
			Field, Rule, Severity, Message *string
		} `json:"problems"`
		Eligibility struct {
			Verdict   *string `json:"verdict"`
			Required  *int    `json:"required_months"`
			Counted   *int    `json:"counted_months"`
			Until     *string `json:"until"`
			Intervals []struct {
				From, To *string
				Months   *int
			} `json:"intervals"`
			Explanation *string `json:"explanation"`
		} `json:"eligibility"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	e := r.Eligibility
	if r.Submittable == nil || r.CompletePercent == nil || len(r.Problems) != 1 || r.Problems[0].Message == nil || *r.Problems[0].Message == "" ||
		e.Verdict == nil || *e.Verdict != "met" || *e.Required != 24 || *e.Counted != 78 || *e.Until != "2026-12-31" ||
		len(e.Intervals) != 1 || *e.Intervals[0].From != "2020-07" || *e.Intervals[0].To != "2026-12" || *e.Intervals[0].Months != 78 || *e.Explanation == "" {
		t.Errorf("%s", raw)
	}
}

// No input makes a check panic, and a report never repeats an ID number or a
// name: they would end in logs.
func TestNoDocumentMakesACheckPanicOrTalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t, "doc")
		d.Name, d.IDNumber, d.Phone = "慕容某某", "440308199901101513", "1380013800"
		d.Level = rapid.SampledFrom([]exam.Level{"junior", "intermediate", "senior", "basic", "x"}).Draw(t, "level")
		p := map[bool]*exam.Pack{false: pack038, true: packSample}[rapid.Bool().Draw(t, "sample")]
		r := exam.Check(d, []exam.File{photo}, p, exam.Moment{})
		for _, x := range r.Problems {
			for _, text := range x.Args {
				if strings.Contains(text, "慕容") || strings.Contains(text, "4403081999") || strings.Contains(text, "138001") {
					t.Fatalf("%s tells %q", x.Rule, text)
				}
			}
		}
	})
}

func TestPrepareGivesWhatIsSigned(t *testing.T) {
	p := pack(t, "038-2026")
	diploma := exam.File{Kind: "diploma", SHA256: strings.Repeat("cd", 32), Size: 9, Type: "application/pdf", Name: "我的毕业证.pdf"}
	d := exam.Draft{ID: exam.NewDraftID(), Document: complete(), Files: []exam.File{photo, {Kind: exam.FilePhotoOriginal, SHA256: strings.Repeat("ef", 32)}, diploma, diploma}}
	d.Document.Exam, d.Document.Year, d.Document.Phone = "", 0, "+86 138 0013 8000"
	s, r := exam.Prepare(d, p, exam.Moment{})
	if !r.Submittable {
		t.Fatal(rules(r))
	}
	if s.Document.Exam != "038" || s.Document.Year != 2026 || s.Document.Phone != "13800138000" || s.Pack != p.Ref() {
		t.Errorf("%+v", s)
	}
	if got := strings.Join(s.Document.Subjects, " "); got != "junior_comprehensive junior_practice" {
		t.Errorf("subjects %q", got)
	}
	if len(s.Files) != 2 || s.Files[0].Kind != "diploma" || s.Files[1].Kind != exam.FilePhoto || s.Files[0].Name != "" {
		t.Errorf("files %+v", s.Files)
	}
	degree := diploma // both papers on one scan
	degree.Kind = "degree"
	if both, _ := exam.Prepare(exam.Draft{ID: d.ID, Document: d.Document, Files: []exam.File{diploma, photo, degree}}, p, exam.Moment{}); len(both.Files) != 3 {
		t.Errorf("one scan for two papers: %+v", both.Files)
	}
	back, err := exam.DecodeSubmission(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	again, _ := exam.Prepare(exam.Draft{ID: d.ID, Document: back.Document, Files: back.Files}, p, exam.Moment{})
	if string(again.Encode()) != string(s.Encode()) {
		t.Error("prepared twice, it differs")
	}
}

func TestSubjectsByNameAreSentByTheirIDs(t *testing.T) {
	d := complete()
	d.Level, d.Subjects = "intermediate", []string{"社会工作实务（中级）"}
	s, r := exam.Prepare(exam.Draft{ID: exam.NewDraftID(), Document: d}, pack(t, "038-2026"), exam.Moment{})
	if got := strings.Join(s.Document.Subjects, " "); got != "intermediate_practice" {
		t.Errorf("subjects %q", got)
	}
	unknown := edited(t, "038-2026", `"valid_years": 2,`, `"valid_years": 0,`)
	if x, ok := found(exam.Check(d, nil, unknown, exam.Moment{}), "subjects.part_unknown", "subjects"); !ok || x.Severity != exam.Warn {
		t.Error("how long a passed subject counts is not known, and a number is named")
	}
	wantWords(t, "rule.subjects.part_unknown", map[string]string{})
	if x, ok := found(r, "subjects.part", "subjects"); !ok || x.Severity != exam.Warn {
		t.Errorf("%v", rules(r))
	}
}

// Whatever a pack requires, a candidate who does not qualify cannot submit.
func TestWhoDoesNotQualifyIsBlockedWhateverThePackRequires(t *testing.T) {
	loose := edited(t, "sample-2026", `"education", "education.level", "education.school", "education.graduated",`, ``)
	rapid.Check(t, func(t *rapid.T) {
		p := map[bool]*exam.Pack{false: pack038, true: loose}[rapid.Bool().Draw(t, "loose")]
		d := anyCareer(t)
		if p == loose {
			d.Exam, d.Area, d.Level = "sample", "A01", rapid.SampledFrom([]exam.Level{"basic", "advanced"}).Draw(t, "its level")
		}
		r := exam.Check(d, nil, p, exam.Moment{})
		blocked := slices.ContainsFunc(r.Problems, func(x exam.Problem) bool {
			return x.Severity == exam.Block && (strings.HasPrefix(x.Rule, "eligibility.") || x.Rule == "work.required" || x.Rule == "education.required")
		})
		if blocked != (r.Eligibility.Verdict == exam.NotMet || len(d.Education) == 0 && p == pack038) {
			t.Fatalf("%s, and %v", r.Eligibility.Verdict, rules(r))
		}
	})
}

// What the server holds, and its state, decide what a new submission may change.
func TestWhatAStateLocksIsFoundBeforeItIsSent(t *testing.T) {
	p := pack(t, "038-2026")
	draft := exam.Draft{ID: exam.NewDraftID(), Document: complete(), Files: []exam.File{photo}}
	held, _ := exam.Prepare(draft, p, exam.Moment{})
	late := exam.Moment{Now: at("2026-04-20 12:00"), Trusted: true}
	for _, x := range []struct {
		state exam.State
		path  string
		value string
		want  string
	}{
		{exam.StateSubmitted, "name", "李某某", ""},
		{exam.StateVerified, "name", "李某某", "block field.locked name"},
		{exam.StateVerified, "education.0.major", "会计", "block field.locked education"},
		{exam.StateVerified, "city", "洛阳市", ""},
		{exam.StateVerified, "phone", "13900139000", ""},
		{exam.StateConfirmed, "phone", "+86 139 0013 9000", ""},
		{exam.StateConfirmed, "city", "洛阳市", "block field.locked city"},
		{exam.StateCompleted, "address", "新路 2 号", ""},
		{exam.StateCompleted, "work.0.to", "2025-12", "block field.locked work"},
		{exam.StateCompleted, "name", " 张某某 ", ""}, // a blank is no change
		{exam.StateWithdrawn, "name", "李某某", ""},
		{exam.StateSubmitted, "commitment", "decline", ""},
	} {
		d := draft
		d.Registration = &exam.Registration{ID: d.ID, State: x.state, Version: 3, Content: held.Encode()}
		set(t, &d.Document, x.path, x.value)
		_, r := exam.Prepare(d, p, exam.Moment{})
		var locked []string
		for _, rule := range rules(r) {
			if strings.Contains(rule, "field.locked") {
				locked = append(locked, rule)
			}
		}
		if got := strings.Join(locked, " "); got != x.want || r.Submittable != (x.want == "") {
			t.Errorf("%s %s: %v, want %q", x.state, x.path, rules(r), x.want)
		}
		wantWords(t, "rule.field.locked", nil)
	}
	declined := held
	declined.Document.Commitment = exam.CommitmentDeclined
	for _, state := range []exam.State{exam.StateSubmitted, exam.StateNeedsMaterials, exam.StateVerified, exam.StateWithdrawn} {
		d := draft // which accepts
		d.Registration = &exam.Registration{ID: d.ID, State: state, Version: 3, Content: declined.Encode()}
		_, r := exam.Prepare(d, p, exam.Moment{})
		if _, ok := found(r, "field.locked", "commitment"); !ok || r.Submittable {
			t.Errorf("%s: accepted after it was declined: %v", state, rules(r))
		}
	}
	d := draft
	d.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: strings.Repeat("ef", 32), Size: 7, Type: "image/jpeg"}}
	for state, want := range map[exam.State]bool{exam.StateVerified: true, exam.StateCompleted: false} {
		d.Registration = &exam.Registration{ID: d.ID, State: state, Content: held.Encode()}
		if _, r := exam.Prepare(d, p, exam.Moment{}); r.Submittable != want {
			t.Errorf("another photo in %s: %v", state, rules(r))
		}
	}
	// no window closes a new telephone number
	d = draft
	d.Document.Area, d.Document.City = "500000", "重庆市"
	s, _ := exam.Prepare(d, p, exam.Moment{})
	for state, want := range map[exam.State]bool{exam.StateVerified: false, exam.StateConfirmed: true, exam.StateCompleted: true} {
		d.Registration = &exam.Registration{ID: d.ID, State: state, Content: s.Encode()}
		d.Document.Phone = "13900139000"
		if _, r := exam.Prepare(d, p, late); r.Submittable != want {
			t.Errorf("%s after the end: %v", state, rules(r))
		}
	}
}

// TestADraftThatComesToTheSameIsTakenAsTheServerHoldsIt: what Prepare fills in is no difference.
func TestADraftThatComesToTheSameIsTakenAsTheServerHoldsIt(t *testing.T) {
	d := exam.Draft{ID: exam.NewDraftID(), Document: complete(), Files: []exam.File{photo}}
	d.Document.Subjects, d.Document.Name = nil, d.Document.Name+" "
	sub, _ := exam.Prepare(d, pack038, exam.Moment{})
	theirs := exam.Registration{ID: d.ID, Content: sub.Encode()}
	theirs.Digest = exam.Digest(theirs.Content)
	if got := d.AsHeld(pack038, theirs); len(got.Subjects) == 0 || string(got.Encode()) != string(sub.Document.Encode()) {
		t.Errorf("%s", got.Encode())
	}
	for _, change := range []func(*exam.Draft){
		func(d *exam.Draft) { d.Document.Phone = "13700137000" },
		func(d *exam.Draft) { d.Files = nil },
	} {
		other := d
		change(&other)
		if got := other.AsHeld(pack038, theirs); string(got.Encode()) != string(other.Document.Encode()) {
			t.Errorf("another draft: %s", got.Encode())
		}
	}
}
