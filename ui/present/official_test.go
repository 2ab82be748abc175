package present_test

import (
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// everything is the made-up candidate with every field filled in.
func everything() exam.Document {
	doc := presenttest.Complete()
	doc.Checkpoint, doc.NameRemark = "金水区核查点", "小满：节气名"
	doc.Education[0].StudyMode = exam.PartTime
	doc.Degrees = []exam.Degree{{ID: "d1", Level: exam.Bachelor, AwardedBy: "示例大学", Major: "社会学", SocialWorkMajor: true, Awarded: "2014-06", CertificateNumber: "1234542014000123"}}
	doc.Certificates = []exam.Certificate{{ID: "c1", Level: exam.Junior, Number: "20190000123", Awarded: "2019-10"}}
	for i := range doc.Work {
		doc.Work[i].CreditCode, doc.Work[i].Duties, doc.Work[i].EmployerType = "", "个案与小组工作", "social_organisation"
		doc.Work[i].Place, doc.Work[i].Position = "郑州市", "社工"
	}
	return doc
}

func TestWhatIsCopiedIsTheWordAndNotTheCode(t *testing.T) {
	_, _, f := opened(t, everything())
	for _, s := range f.Official() {
		for _, r := range s.Rows {
			for _, words := range []present.Words{chinese(), english()} {
				value := r.Value.In(words)
				if value == "" || r.Field.In(words) == "" || strings.Contains(value, "⟦") || strings.Contains(r.Field.In(words), "⟦") {
					t.Errorf("%s is %q as %q in %s", r.Path, r.Field.In(words), value, words.Lang())
				}
			}
		}
	}
	chosen := map[string]string{"id_type": "居民身份证", "gender": "男", "ethnicity": "汉族", "nationality": "中国", "area": "河南省", "level": "初级",
		"education.0.level": "大专", "education.0.study_mode": "非全日制", "degrees.0.level": "学士", "work.0.employer_type": ""}
	got := copied(f)
	for path, want := range chosen {
		if !strings.Contains(got[path], want) || got[path] == "" {
			t.Errorf("%s is copied as %q, want %s", path, got[path], want)
		}
	}
}

func copied(f *present.Form) map[string]string {
	out := map[string]string{}
	for _, s := range f.Official() {
		for _, r := range s.Rows {
			out[r.Path] = r.Value.In(chinese())
		}
	}
	return out
}

func TestNothingEmptyStandsToBeCopied(t *testing.T) {
	_, _, f := opened(t, exam.Document{Name: "李小满", Work: []exam.Work{{Employer: "示例"}}, Education: []exam.Education{{}}})
	for _, s := range f.Official() {
		if len(s.Rows) == 0 {
			t.Errorf("section %s is empty", s.ID)
		}
	}
	if got := copied(f); len(got) != 2 {
		t.Errorf("copied are %v", got)
	}
}

func TestTheOrderIsTheOfficialSites(t *testing.T) {
	_, _, f := opened(t, everything())
	var ids, identity []string
	for _, s := range f.Official() {
		ids = append(ids, s.ID)
		if s.ID == "identity" {
			for _, r := range s.Rows {
				identity = append(identity, r.Path)
			}
		}
	}
	if !slices.Equal(ids, []string{"identity", "education", "degrees", "work", "contact", "target"}) {
		t.Errorf("sections are %v", ids)
	}
	if !slices.Equal(identity, []string{"name", "id_type", "id_number", "gender", "birth_date", "ethnicity", "nationality", "political_status"}) {
		t.Errorf("identity is %v", identity)
	}
}

func TestRecordsAreNumberedWhereThereAreSeveral(t *testing.T) {
	_, _, f := opened(t, everything())
	var names []string
	for _, s := range f.Official() {
		for _, r := range s.Rows {
			if strings.HasSuffix(r.Path, ".employer") {
				names = append(names, r.Field.In(chinese()))
			}
		}
	}
	if len(names) != 2 || names[0] == names[1] || !strings.Contains(names[1], "2") {
		t.Errorf("the employers are called %q", names)
	}
}

func TestWhatIsCopiedIsInItsUsualForm(t *testing.T) {
	doc := everything()
	doc.Phone, doc.FirstWorked, doc.Name = "+86 138 0013 8000", "2011年7月", " 阿卜杜拉.买买提 "
	_, _, f := opened(t, doc)
	got := copied(f)
	if got["phone"] != "13800138000" || got["first_worked"] != "2011-07" || got["name"] != "阿卜杜拉·买买提" {
		t.Errorf("copied are %q, %q, %q", got["phone"], got["first_worked"], got["name"])
	}
}

func TestTheReviewHasEveryFieldThatIsFilledIn(t *testing.T) {
	doc := everything()
	_, _, f := opened(t, doc)
	read := map[string]bool{}
	for _, s := range f.Review() {
		for _, r := range s.Rows {
			read[r.Path] = true
			for _, words := range []present.Words{chinese(), english()} {
				if v := r.Value.In(words); strings.Contains(v, "⟦") || v == "" {
					t.Errorf("%s reads %q in %s", r.Path, v, words.Lang())
				}
			}
		}
	}
	for _, path := range []string{"level", "subjects", "area", "city", "checkpoint", "name", "name_remark", "id_type", "id_number", "gender", "birth_date",
		"nationality", "ethnicity", "political_status", "phone", "email", "address", "postcode", "first_worked", "title", "commitment",
		"education.0.level", "education.0.study_mode", "education.0.school", "education.0.major", "education.0.social_work_major", "education.0.started",
		"education.0.graduated", "education.0.certificate_number", "degrees.0.level", "degrees.0.awarded_by", "degrees.0.major", "degrees.0.social_work_major",
		"degrees.0.awarded", "degrees.0.certificate_number", "certificates.0.level", "certificates.0.number", "certificates.0.awarded",
		"work.0.employer", "work.0.employer_type", "work.0.from", "work.0.to", "work.0.social_work", "work.0.position", "work.0.place", "work.0.duties", "work.1.from"} {
		if !read[path] {
			t.Errorf("%s is not read through before 提交", path)
		}
	}
}

func TestTheReviewReadsSubjectsByName(t *testing.T) {
	doc := presenttest.Complete()
	doc.Level = exam.Intermediate
	_, _, f := opened(t, doc)
	for _, s := range f.Review() {
		for _, r := range s.Rows {
			if r.Path == "subjects" && strings.Count(r.Value.In(chinese()), "、") != 2 {
				t.Errorf("the subjects are %q", r.Value.In(chinese()))
			}
		}
	}
}
