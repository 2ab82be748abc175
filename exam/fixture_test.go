package exam_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
)

// pack gives a shipped pack.
func pack(t testing.TB, id string) *exam.Pack {
	t.Helper()
	raw, ok := assets.Pack(id)
	if !ok {
		t.Fatalf("no pack %s", id)
	}
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// edited gives a shipped pack with a piece of its text replaced.
func edited(t testing.TB, id string, replace ...string) *exam.Pack {
	t.Helper()
	raw, _ := assets.Pack(id)
	text := string(raw)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the pack has no %q", replace[i])
		}
		text = strings.ReplaceAll(text, replace[i], replace[i+1])
	}
	p, err := exam.ParsePack([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// complete is a made-up candidate with everything filled in: 本科 in another
// major and fourteen years of social work.
func complete() exam.Document {
	return exam.Document{
		Exam: "038", Year: 2026, Level: "junior", Area: "410000", City: "郑州市",
		Name: "张某某", IDType: exam.ResidentID, IDNumber: "440308199901101512", Gender: exam.Male, BirthDate: "1999-01-10",
		Ethnicity: "01", Nationality: "CHN", PoliticalStatus: "13", Phone: "13800138000", Email: "someone@example.cn", Address: "某路 1 号", Postcode: "450000",
		Education: []exam.Education{{
			Level: exam.Bachelor, StudyMode: exam.FullTime, School: "某某大学", Major: "法学",
			Started: "2016-09", Graduated: "2020-06", CertificateNumber: "104591202005001234",
		}},
		Degrees: []exam.Degree{{Level: exam.Bachelor, AwardedBy: "某某大学", Major: "法学", Awarded: "2020-06", CertificateNumber: "1045942020001234"}},
		Work: []exam.Work{{
			Employer: "某某社会工作服务中心", EmployerType: "social_organisation", CreditCode: "91350100M000100Y43", Place: "郑州市",
			Position: "社区社工", From: "2020-07", SocialWork: true,
		}},
		FirstWorked: "2020-07", Title: "无", Commitment: exam.CommitmentAccepted,
	}
}

var photo = exam.File{Kind: exam.FilePhoto, SHA256: strings.Repeat("ab", 32), Size: 20_000, Type: "image/jpeg"}

// beijing is the time of notices.
var beijing = time.FixedZone("CST", 8*60*60)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, beijing)
	if err != nil {
		panic(err)
	}
	return t
}

// rules lists "severity rule field" of a report's problems.
func rules(r exam.Report) []string {
	var list []string
	for _, p := range r.Problems {
		list = append(list, string(p.Severity)+" "+p.Rule+" "+p.Field)
	}
	return list
}

// found gives the problem of a rule at a field.
func found(r exam.Report, rule, field string) (exam.Problem, bool) {
	for _, p := range r.Problems {
		if p.Rule == rule && p.Field == field {
			return p, true
		}
	}
	return exam.Problem{}, false
}

// languages says things in the program's languages.
var languages = func() map[string]exam.Say {
	all := map[string]exam.Say{}
	for _, lang := range assets.Languages {
		w := assets.In(lang)
		all[lang] = func(key string, args map[string]string) string { return w.Say(key, args) }
	}
	return all
}()

// wantWords fails unless every language has a sentence for the key with these
// arguments, and no place in it stays empty.
func wantWords(t testing.TB, key string, args map[string]string) {
	t.Helper()
	for _, lang := range assets.Languages {
		if !assets.In(lang).Has(key) {
			t.Errorf("%s: no words for %s", lang, key)
			continue
		}
		if text := (exam.Phrase{Key: key, Args: args}).Said(languages[lang]); args != nil && (strings.Contains(text, "<no value>") || text == "") {
			t.Errorf("%s: %s with %v says %q", lang, key, args, text)
		}
	}
}

// The shipped packs, for tests that rapid runs many times.
var pack038, packSample = shipped("038-2026"), shipped("sample-2026")

func shipped(id string) *exam.Pack {
	raw, _ := assets.Pack(id)
	p, err := exam.ParsePack(raw)
	if err != nil {
		panic(err)
	}
	return p
}

func itoa(n int) string { return strconv.Itoa(n) }
