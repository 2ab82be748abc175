package exam_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// edu, deg, cert and post build records for the table below.
func edu(level exam.EducationLevel, own bool, graduated string) func(*exam.Document) {
	return func(d *exam.Document) {
		major := "法学"
		if own {
			major = "社会工作"
		}
		d.Education = append(d.Education, exam.Education{
			Level: level, StudyMode: exam.PartTime, School: "某某学校", Major: major, SocialWorkMajor: own,
			Started: "2001-09", Graduated: exam.Month(graduated),
		})
	}
}

func fullTime(started, graduated string) func(*exam.Document) {
	return func(d *exam.Document) {
		d.Education = append(d.Education, exam.Education{
			Level: exam.Bachelor, StudyMode: exam.FullTime, School: "某某大学", Major: "法学",
			Started: exam.Month(started), Graduated: exam.Month(graduated),
		})
	}
}

func deg(level exam.EducationLevel, own bool) func(*exam.Document) {
	return func(d *exam.Document) {
		major := "法学"
		if own {
			major = "社会工作"
		}
		d.Degrees = append(d.Degrees, exam.Degree{Level: level, AwardedBy: "某某大学", Major: major, SocialWorkMajor: own, Awarded: "2015-06"})
	}
}

func cert(level exam.Level, awarded string) func(*exam.Document) {
	return func(d *exam.Document) {
		d.Certificates = append(d.Certificates, exam.Certificate{Level: level, Awarded: exam.Month(awarded)})
	}
}

func post(from, to string) func(*exam.Document) {
	return func(d *exam.Document) {
		d.Work = append(d.Work, exam.Work{Employer: "某某中心" + from, Position: "社工", From: exam.Month(from), To: exam.Month(to), SocialWork: true})
	}
}

func otherPost(from, to string) func(*exam.Document) {
	return func(d *exam.Document) {
		d.Work = append(d.Work, exam.Work{Employer: "某某商店", Position: "采购", From: exam.Month(from), To: exam.Month(to)})
	}
}

// months gives a closed post of n months that ends in December 2025.
func months(n int) func(*exam.Document) {
	last, _ := exam.Month("2025-12").Index()
	return post(string(exam.MonthOf(last-n+1)), "2025-12")
}

func with(school, major string) func(*exam.Document) {
	return func(d *exam.Document) { d.Education[0].School, d.Education[0].Major = school, major }
}

// eligibilityRows holds every sentence of the rules, with where it stands.
var eligibilityRows = []struct {
	source   string
	rule     string
	level    exam.Level
	doc      []func(*exam.Document)
	verdict  exam.Verdict
	required int
	counted  int
	doubts   string
}{
	// 助理社会工作师, 国人部发〔2006〕71号 art. 11 (facts 1.2, 1.3)
	{"1.2 初级 1", "高中, 4 years", "junior", rec(edu(exam.SeniorHigh, false, "2005-06"), months(48)), exam.Met, 48, 48, ""},
	{"1.2 初级 1", "中专, 4 years", "junior", rec(edu(exam.SecondaryVocational, false, "2005-06"), months(48)), exam.Met, 48, 48, ""},
	{"1.2 初级 1", "高中, four months short", "junior", rec(edu(exam.SeniorHigh, false, "2005-06"), months(44)), exam.NotMet, 48, 44, ""},
	{"1.2 初级 2", "大专 in social work, 2 years", "junior", rec(edu(exam.Associate, true, "2008-06"), months(24)), exam.Met, 24, 24, ""},
	{"1.2 初级 3", "本科 in social work, no work at all", "junior", rec(edu(exam.Bachelor, true, "2012-06")), exam.Met, 0, 0, ""},
	{"1.2 初级 3", "本科 in social work, graduating this year (应届)", "junior", rec(edu(exam.Bachelor, true, "2026-06")), exam.Met, 0, 0, ""},
	{"1.2 初级 3", "本科 in social work, graduating in the year's last month", "junior", rec(edu(exam.Bachelor, true, "2026-12")), exam.Met, 0, 0, ""},
	{"1.2 初级 3", "本科 in social work, graduating in the month after the year's last", "junior", rec(edu(exam.Bachelor, true, "2027-01")), exam.NotMet, 48, 0, ""},
	{"1.2 初级 3", "本科 in social work, graduating next year", "junior", rec(edu(exam.Bachelor, true, "2027-06")), exam.NotMet, 48, 0, ""},
	{"1.2 初级 3", "及以上学历: 硕士 in social work", "junior", rec(edu(exam.Master, true, "2015-06")), exam.Met, 0, 0, ""},
	{"1.2 初级 3", "及以上学位: 学士 in social work alone", "junior", rec(deg(exam.Bachelor, true)), exam.Met, 0, 0, ""},
	{"1.2 初级 4", "大专 in another major, 4 years", "junior", rec(edu(exam.Associate, false, "2008-06"), months(48)), exam.Met, 48, 48, ""},
	{"1.2 初级 4", "大专 in another major, 2 years do not do", "junior", rec(edu(exam.Associate, false, "2008-06"), months(24)), exam.NotMet, 48, 24, ""},
	{"1.2 初级 5", "本科 in another major, 2 years", "junior", rec(edu(exam.Bachelor, false, "2012-06"), months(24)), exam.Met, 24, 24, ""},
	{"1.2 初级 5", "或学位: 学士 in another major, 2 years", "junior", rec(deg(exam.Bachelor, false), months(24)), exam.Met, 24, 24, ""},
	{"1.3 初级", "硕士 in another major, 2 years", "junior", rec(edu(exam.Master, false, "2015-06"), months(24)), exam.Met, 24, 24, ""},
	{"1.3 初级", "博士 in another major, 2 years", "junior", rec(edu(exam.Doctor, false, "2018-06"), months(24)), exam.Met, 24, 24, ""},
	{"1.2", "初中 cannot register: no record of a level that fits", "junior", rec(months(120)), exam.NotMet, 48, 120, ""},

	// 社会工作师, art. 12
	{"1.2 中级 1", "高中, 6 years after the junior certificate", "intermediate", rec(edu(exam.SeniorHigh, false, "2005-06"), cert("junior", "2015-10"), post("2010-01", "2021-09")), exam.Met, 72, 72, ""},
	{"1.2 中级 1", "高中, work before the certificate does not count", "intermediate", rec(edu(exam.SeniorHigh, false, "2005-06"), cert("junior", "2022-10"), post("2006-01", "")), exam.NotMet, 72, 51, ""},
	{"1.2 中级 1", "高中 without the certificate", "intermediate", rec(edu(exam.SeniorHigh, false, "2005-06"), months(200)), exam.NotMet, 72, 0, ""},
	{"1.2 中级 1", "中专, the earlier of two certificates counts", "intermediate", rec(edu(exam.SecondaryVocational, false, "2005-06"), cert("junior", "2021-10"), cert("junior", "2015-10"), post("2010-01", "2021-09")), exam.Met, 72, 72, ""},
	{"1.2 中级 1", "中专, the earlier of two certificates counts in either order", "intermediate", rec(edu(exam.SecondaryVocational, false, "2005-06"), cert("junior", "2015-10"), cert("junior", "2021-10"), post("2010-01", "2021-09")), exam.Met, 72, 72, ""},
	{"1.2 中级 1", "高中, a certificate whose month cannot be read", "intermediate", rec(edu(exam.SeniorHigh, false, "2005-06"), cert("junior", "不详"), months(200)), exam.NotMet, 72, 0, ""},
	{"1.2 中级 2", "大专 in social work, 4 years", "intermediate", rec(edu(exam.Associate, true, "2008-06"), months(48)), exam.Met, 48, 48, ""},
	{"1.2 中级 3", "本科 in social work, 3 years", "intermediate", rec(edu(exam.Bachelor, true, "2012-06"), months(36)), exam.Met, 36, 36, ""},
	{"1.2 中级 4", "硕士学位 in social work, 1 year", "intermediate", rec(deg(exam.Master, true), months(12)), exam.Met, 12, 12, ""},
	{"1.3 中级", "硕士 schooling in social work, 1 year", "intermediate", rec(edu(exam.Master, true, "2015-06"), months(12)), exam.Met, 12, 12, ""},
	{"1.2 中级 5", "博士学位 in social work, none", "intermediate", rec(deg(exam.Doctor, true)), exam.Met, 0, 0, ""},
	{"1.2 中级 6", "大专 in another major, 4 + 2 years", "intermediate", rec(edu(exam.Associate, false, "2008-06"), months(72)), exam.Met, 72, 72, ""},
	{"1.2 中级 6", "本科 in another major, 3 + 2 years", "intermediate", rec(edu(exam.Bachelor, false, "2012-06"), months(60)), exam.Met, 60, 60, ""},
	{"1.2 中级 6", "本科 in another major, 3 years do not do", "intermediate", rec(edu(exam.Bachelor, false, "2012-06"), months(36)), exam.NotMet, 60, 36, ""},
	{"1.2 中级 6", "硕士 in another major, 1 + 2 years", "intermediate", rec(deg(exam.Master, false), months(36)), exam.Met, 36, 36, ""},
	{"1.2 中级 6", "博士 in another major, 0 + 2 years", "intermediate", rec(deg(exam.Doctor, false), months(24)), exam.Met, 24, 24, ""},

	// 高级社会工作师, 人社部规〔2018〕2号
	{"1.2 高级", "本科, 5 years after the intermediate certificate", "senior", rec(edu(exam.Bachelor, false, "2012-06"), cert("intermediate", "2018-10"), post("2012-07", "")), exam.Met, 60, 99, ""},
	{"1.2 高级", "学士学位 alone is enough schooling", "senior", rec(deg(exam.Bachelor, false), cert("intermediate", "2018-10"), post("2012-07", "")), exam.Met, 60, 99, ""},
	{"1.2 高级 3", "until the end of the exam year: January 2022 to December 2026", "senior", rec(edu(exam.Bachelor, false, "2012-06"), cert("intermediate", "2022-01"), post("2012-07", "")), exam.Met, 60, 60, ""},
	{"1.2 高级 3", "a certificate that is to come counts for nothing yet", "senior", rec(edu(exam.Bachelor, false, "2012-06"), cert("intermediate", "2027-01"), post("2012-07", "")), exam.NotMet, 60, 0, ""},
	{"1.2 高级 3", "a certificate of the last month that counts", "senior", rec(edu(exam.Bachelor, false, "2012-06"), cert("intermediate", "2026-12"), post("2012-07", "")), exam.NotMet, 60, 1, ""},
	{"1.2 高级 3", "the junior certificate does not do", "senior", rec(edu(exam.Bachelor, true, "2012-06"), cert("junior", "2014-10"), post("2012-07", "")), exam.NotMet, 60, 0, ""},
	{"1.2 高级 2", "大专 does not do", "senior", rec(edu(exam.Associate, true, "2008-06"), cert("intermediate", "2012-10"), post("2009-01", "")), exam.NotMet, 60, 171, ""},

	// how the years are counted
	{"1.4", "an open post runs to December of the exam year", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2025-01", "")), exam.Met, 24, 24, ""},
	{"1.4", "nothing after December of the exam year counts", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2025-01", "2030-12")), exam.Met, 24, 24, ""},
	{"1.4", "before and after the diploma add up (前后…总和)", "junior", rec(edu(exam.Bachelor, false, "2020-06"), post("2010-01", "2010-12"), post("2021-01", "2021-12")), exam.Met, 24, 24, ""},
	{"1.4", "work during part-time study counts", "junior", rec(edu(exam.Bachelor, false, "2020-06"), post("2018-01", "2019-12")), exam.Met, 24, 24, ""},
	{"1.4", "months of full-time study do not count", "junior", rec(fullTime("2016-09", "2020-06"), post("2019-01", "2020-12")), exam.NotMet, 24, 6, ""},
	{"1.4", "work before full-time study counts", "junior", rec(fullTime("2016-09", "2020-06"), post("2014-09", "2016-12")), exam.Met, 24, 24, ""},
	{"1.4", "posts outside social work do not count", "junior", rec(edu(exam.Bachelor, false, "2012-06"), otherPost("2013-01", "2020-12"), months(24)), exam.Met, 24, 24, ""},
	{"command line", "the first and the last month both count", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2020-03", "2020-03"), post("2021-01", "2022-11")), exam.Met, 24, 24, ""},
	{"command line", "overlapping posts count once", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2020-01", "2020-12"), post("2020-07", "2021-12")), exam.Met, 24, 24, ""},
	{"command line", "the same months twice are not two years", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2020-01", "2020-12"), post("2020-01", "2020-12")), exam.NotMet, 24, 12, ""},

	{"1.4", "a post whose begin cannot be read counts for nothing", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("不详", "2025-12")), exam.NotMet, 24, 0, ""},
	{"1.4", "nor does one whose end cannot be read", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2012-07", "不详")), exam.NotMet, 24, 0, ""},

	// what the areas decide
	{"1.4 [GK]", "three months short", "junior", rec(edu(exam.Bachelor, false, "2012-06"), months(21)), exam.ForReview, 24, 21, "short"},
	{"1.4 [GK]", "one month short", "junior", rec(edu(exam.Bachelor, false, "2012-06"), months(23)), exam.ForReview, 24, 23, "short"},
	{"1.4 [GK]", "four months short", "junior", rec(edu(exam.Bachelor, false, "2012-06"), months(20)), exam.NotMet, 24, 20, ""},
	{"1.3 [GK]", "类别 of a technical school", "junior", rec(edu(exam.SecondaryVocational, false, "2005-06"), with("某某市高级技工学校", "数控"), months(48)), exam.ForReview, 48, 48, "technical_school"},
	{"1.3 [GK]", "a technical school, and months short beyond doubt", "junior", rec(edu(exam.SecondaryVocational, false, "2005-06"), with("某某市职业高中", "数控"), months(40)), exam.NotMet, 48, 40, ""},
	{"1.4 [GK]", "相近专业", "junior", rec(edu(exam.Bachelor, true, "2012-06"), with("某某大学", "社会政策")), exam.ForReview, 0, 0, "near_major"},
	{"1.4 [GK]", "相近专业, but two years make it sure", "junior", rec(edu(exam.Bachelor, true, "2012-06"), with("某某大学", "社会政策"), months(24)), exam.Met, 24, 24, ""},
	{"1.4", "entry into full-time study unknown, and it matters", "junior", rec(fullTime("", "2020-06"), post("2019-01", "2020-12")), exam.ForReview, 24, 24, "study_start"},
	{"1.4", "entry into full-time study unknown, and the month of the diploma is needed", "junior", rec(fullTime("", "2020-06"), post("2020-06", "2022-05")), exam.ForReview, 24, 24, "study_start"},
	{"1.4", "entry into full-time study unknown, work begins in the month after the diploma", "junior", rec(fullTime("", "2020-06"), post("2020-07", "2022-06")), exam.Met, 24, 24, ""},
	{"1.4", "entry into full-time study unknown, and it does not matter", "junior", rec(fullTime("", "2020-06"), post("2020-01", "2022-12")), exam.Met, 24, 36, ""},
	{"1.3 [GK]", "类别 of a technical school that gives 大专 is none", "junior", rec(edu(exam.Associate, false, "2008-06"), with("某某技师学院", "法学"), months(48)), exam.Met, 48, 48, ""},
	{"1.2 取得", "the diploma comes in the month after registration closes", "junior", rec(edu(exam.Bachelor, false, "2026-04"), months(24)), exam.ForReview, 24, 24, "late"},
	{"1.2 取得", "the diploma comes after registration closes", "junior", rec(edu(exam.Bachelor, false, "2026-07"), months(24)), exam.ForReview, 24, 24, "late"},

	{"1.2 取得", "the diploma comes in the month registration closes", "junior", rec(edu(exam.Bachelor, false, "2026-03"), months(24)), exam.Met, 24, 24, ""},

	// the most favourable of several records
	{"1.3", "大专 in social work beats 本科 in another major with 2 years", "intermediate", rec(edu(exam.Associate, true, "2008-06"), edu(exam.Bachelor, false, "2012-06"), months(48)), exam.Met, 48, 48, ""},
	{"1.3", "a degree beats the schooling", "intermediate", rec(edu(exam.Bachelor, false, "2012-06"), deg(exam.Master, true), months(12)), exam.Met, 12, 12, ""},
}

func rec(parts ...func(*exam.Document)) []func(*exam.Document) { return parts }

func documentOf(level exam.Level, parts []func(*exam.Document)) exam.Document {
	d := exam.Document{Exam: "038", Year: 2026, Level: level, Area: "410000"}
	for _, part := range parts {
		part(&d)
	}
	return d
}

func TestEverySentenceOfTheRulesIsReckonedAsPublished(t *testing.T) {
	p := pack(t, "038-2026")
	for _, row := range eligibilityRows {
		t.Run(string(row.level)+" "+row.rule, func(t *testing.T) {
			e := p.Reckon(documentOf(row.level, row.doc))
			got := fmt.Sprintf("%s %d/%d %s", e.Verdict, e.Counted, e.Required, strings.Join(e.Doubts, " "))
			want := fmt.Sprintf("%s %d/%d %s", row.verdict, row.counted, row.required, row.doubts)
			if got != want {
				t.Errorf("facts %s: %s, want %s (by %s)", row.source, got, want, e.Path)
			}
			sum := 0
			for _, i := range e.Intervals {
				sum += i.Months
			}
			if sum != e.Counted || e.Until != "2026-12-31" {
				t.Errorf("intervals %v add up to %d, counted %d until %s", e.Intervals, sum, e.Counted, e.Until)
			}
		})
	}
}

// Every path of the pack is the best way of some row: no rule is dead data.
func TestEveryPathOfThePackIsReliedOnInTheTable(t *testing.T) {
	p := pack(t, "038-2026")
	used := map[string]bool{}
	for _, row := range eligibilityRows {
		if row.verdict == exam.Met {
			used[string(row.level)+" "+p.Reckon(documentOf(row.level, row.doc)).Path] = true
		}
	}
	for _, l := range p.Levels {
		for _, path := range l.Paths {
			if !used[string(l.ID)+" "+path.ID] {
				t.Errorf("no row relies on %s of %s", path.ID, l.ID)
			}
		}
	}
}

func TestAVerdictLeftToTheAreaWarnsAndNeverBlocks(t *testing.T) {
	p := pack(t, "038-2026")
	for _, row := range eligibilityRows {
		r := exam.Check(documentOf(row.level, row.doc), nil, p, exam.Moment{})
		var severities []exam.Severity
		for _, x := range r.Problems {
			if strings.HasPrefix(x.Rule, "eligibility.") {
				severities = append(severities, x.Severity)
			}
		}
		want := map[exam.Verdict][]exam.Severity{exam.Met: nil, exam.ForReview: {exam.Warn}, exam.NotMet: {exam.Block}}[row.verdict]
		if row.verdict == exam.NotMet && len(documentOf(row.level, row.doc).Education) == 0 {
			want = nil // education.required says it
		}
		if !slices.Equal(severities, want) {
			t.Errorf("%s: %v, want %v", row.rule, severities, want)
		}
	}
}

func TestAnAreaMayDecideAPoint(t *testing.T) {
	p := pack(t, "sample-2026")
	for _, x := range []struct {
		area    string
		school  string
		verdict exam.Verdict
	}{
		{"A01", "某某技工学校", exam.Met}, {"A02", "某某技工学校", exam.NotMet}, {"A03", "某某技工学校", exam.ForReview},
		{"A02", "某某中专", exam.Met},
	} {
		d := exam.Document{Level: "basic", Area: x.area, Education: []exam.Education{{Level: exam.SecondaryVocational, School: x.school, Major: "护理", Graduated: "2020-06"}}}
		months(12)(&d)
		if e := p.Reckon(d); e.Verdict != x.verdict {
			t.Errorf("%s in %s: %s, want %s", x.school, x.area, e.Verdict, x.verdict)
		}
	}
	near := exam.Document{Level: "basic", Area: "A02", Education: []exam.Education{{Level: exam.Associate, School: "某某学院", Major: "护理", SocialWorkMajor: true, Graduated: "2020-06"}}}
	if e := p.Reckon(near); e.Verdict != exam.NotMet || e.Path != "anyone" {
		t.Errorf("a near major the area does not accept: %s by %s", e.Verdict, e.Path)
	}
}

func TestTheReckoningIsDeclaredInSentencesOfBothLanguages(t *testing.T) {
	p := pack(t, "038-2026")
	for _, row := range eligibilityRows {
		e := p.Reckon(documentOf(row.level, row.doc))
		for lang, say := range languages {
			text := e.Explain(say)
			if text == "" || strings.ContainsAny(text, "⟦") || strings.Contains(text, "<no value>") {
				t.Errorf("%s %s: %q", lang, row.rule, text)
			}
			if e.Required > 0 && e.Verdict != exam.NotMet && !strings.Contains(text, exam.Duration(e.Required, say)) {
				t.Errorf("%s %s: %q does not say %s", lang, row.rule, text, exam.Duration(e.Required, say))
			}
		}
	}
	d := documentOf("junior", rec(edu(exam.Bachelor, false, "2012-06"), months(21)))
	if got, want := p.Reckon(d).Explain(languages["zh-CN"]), "按「取得其他专业本科及以上学历（或学位），从事社会工作满 2 年」计：截至 2026-12-31 从事社会工作 1 年 9 个月，要求 2 年，是否符合由考区核定，可以提交。只差 3 个月，不满一年的月份怎样折算由考区决定。"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

// anyCareer draws records of a plausible life, in no order.
func anyCareer(t *rapid.T) exam.Document { return careerFor(t, pack038) }

func careerFor(t *rapid.T, p *exam.Pack) exam.Document {
	var levels []exam.Level
	for _, l := range p.Levels {
		levels = append(levels, l.ID)
	}
	d := exam.Document{Exam: p.Exam, Year: p.Year, Area: p.Areas[len(p.Areas)/2].ID, Level: rapid.SampledFrom(levels).Draw(t, "level")}
	month := func(label string) exam.Month {
		early, late := 2010*12, 2027*12
		if rapid.Bool().Draw(t, label+" about the end") {
			early, late = 2024*12, 2028*12
		}
		return exam.MonthOf(rapid.IntRange(early, late).Draw(t, label))
	}
	for range rapid.IntRange(0, 4).Draw(t, "records") {
		e := exam.Education{
			Level: rapid.SampledFrom(exam.EducationLevels).Draw(t, "schooling"), StudyMode: rapid.SampledFrom([]exam.StudyMode{exam.FullTime, exam.PartTime}).Draw(t, "mode"),
			Major: rapid.SampledFrom([]string{"社会工作", "社会政策", "法学"}).Draw(t, "major"), SocialWorkMajor: rapid.Bool().Draw(t, "own"),
			School: rapid.SampledFrom([]string{"某某大学", "某某技工学校"}).Draw(t, "school"), Started: month("started"), Graduated: month("graduated"),
		}
		if rapid.IntRange(0, 2).Draw(t, "unknown start") == 0 {
			e.Started = ""
		}
		d.Education = append(d.Education, e)
	}
	for range rapid.IntRange(0, 2).Draw(t, "certificates") {
		d.Certificates = append(d.Certificates, exam.Certificate{Level: rapid.SampledFrom(levels).Draw(t, "held"), Awarded: month("awarded")})
	}
	for range rapid.IntRange(0, 6).Draw(t, "posts") {
		w := exam.Work{From: month("from"), To: month("to"), SocialWork: rapid.Bool().Draw(t, "in the field")}
		if rapid.Bool().Draw(t, "open") {
			w.To = ""
		}
		d.Work = append(d.Work, w)
	}
	return d
}

// days are the first and the last of a stretch of days, counted from 1970.
type days struct{ first, last int }

// daysFrom gives the days from the first of one month to the last of another;
// an empty month leaves its end open.
func daysFrom(from, to exam.Month) days {
	d := days{math.MinInt, math.MaxInt}
	if begin, err := time.Parse("2006-01", string(from)); err == nil {
		d.first = int(begin.Unix() / 86400)
	}
	if begin, err := time.Parse("2006-01", string(to)); err == nil {
		d.last = int(begin.AddDate(0, 1, 0).Unix()/86400) - 1
	}
	return d
}

// countedByDays is the rule in its plainest words: a month counts when on each of
// its days, from the certificate on and until the last month of the reckoning,
// somebody was at work in the field and not in full-time study. sure leaves out
// what full-time study of unknown beginning may have taken.
func countedByDays(p *exam.Pack, d exam.Document, held string) (counted, sure []exam.Month) {
	within := func(list []days, day int) bool {
		return slices.ContainsFunc(list, func(x days) bool { return x.first <= day && day <= x.last })
	}
	var posts, study, unknown []days
	for _, w := range d.Work {
		if w.SocialWork {
			posts = append(posts, daysFrom(w.From, w.To))
		}
	}
	for _, e := range d.Education {
		switch {
		case e.StudyMode == exam.PartTime:
		case e.Started == "":
			unknown = append(unknown, daysFrom("", e.Graduated))
		default:
			study = append(study, daysFrom(e.Started, e.Graduated))
		}
	}
	since := exam.Month("2009-01")
	for i, c := range d.Certificates {
		if held == fmt.Sprint("certificates.", i) {
			since = max(since, c.Awarded)
		}
	}
	for at, _ := time.Parse("2006-01", string(since)); at.Format(time.DateOnly) <= string(p.Reckoning.Until); at = at.AddDate(0, 1, 0) {
		whole, certain := true, true
		for day := at; day.Month() == at.Month(); day = day.AddDate(0, 0, 1) {
			n := int(day.Unix() / 86400)
			whole = whole && within(posts, n) && !within(study, n)
			certain = certain && !within(unknown, n)
		}
		if whole {
			counted = append(counted, exam.Month(at.Format("2006-01")))
		}
		if whole && certain {
			sure = append(sure, exam.Month(at.Format("2006-01")))
		}
	}
	return counted, sure
}

func TestMonthsAreCountedAsDayByDay(t *testing.T) {
	for _, p := range []*exam.Pack{pack038, packSample} { // the years end in December, and in August
		rapid.Check(t, func(t *rapid.T) {
			d := careerFor(t, p)
			e := p.Reckon(d)
			level, _ := p.Level(d.Level)
			after := slices.ContainsFunc(level.Paths, func(x exam.Path) bool { return x.ID == e.Path && x.After != "" })
			if e.Record == "" || after && e.Held == "" {
				return // nothing is counted where the schooling or the certificate is lacking
			}
			want, sure := countedByDays(p, d, e.Held)
			var got []exam.Month
			for _, i := range e.Intervals {
				from, _ := i.From.Index()
				for n := range i.Months {
					got = append(got, exam.MonthOf(from+n))
				}
				if got[len(got)-1] != i.To {
					t.Fatalf("%d months from %s to %s", i.Months, i.From, i.To)
				}
			}
			if e.Counted != len(want) || !slices.Equal(got, want) {
				t.Fatalf("%v, day by day %v: %s", got, want, d.Encode())
			}
			short, border := e.Required-e.Counted, p.Reckoning.Borderline
			doubtful := len(sure) < e.Counted && len(sure) < e.Required && short <= border
			if slices.Contains(e.Doubts, exam.DoubtStudyStart) != doubtful || slices.Contains(e.Doubts, exam.DoubtShort) != (short > 0 && short <= border) {
				t.Fatalf("%d of %d counted, %d for sure, doubts %v", e.Counted, e.Required, len(sure), e.Doubts)
			}
			switch {
			case e.Verdict == exam.Met && short > 0, e.Verdict == exam.ForReview && short > border, e.Verdict == exam.NotMet && short <= border,
				e.Verdict == exam.ForReview && len(e.Doubts) == 0, e.Verdict != exam.ForReview && len(e.Doubts) != 0:
				t.Fatalf("%s with %d of %d, doubts %v", e.Verdict, e.Counted, e.Required, e.Doubts)
			}
		})
	}
}

// Years and months in words are as many as were counted.
func TestADurationInWordsIsTheMonthsItWasMadeFrom(t *testing.T) {
	bare := func(key string, args map[string]string) string {
		return args["count"] + args["years"] + args["months"] + strings.TrimPrefix(key, "duration.") + ";"
	}
	rapid.Check(t, func(t *rapid.T) {
		n, total := rapid.IntRange(0, 1500).Draw(t, "months"), 0
		for _, part := range strings.Split(strings.TrimSuffix(exam.Duration(n, bare), ";both;"), ";") {
			part = strings.TrimSuffix(part, "both")
			var count int
			switch _, err := fmt.Sscanf(part, "%d", &count); {
			case part == "":
			case err != nil:
				t.Fatalf("%q", part)
			case strings.HasSuffix(part, "years"):
				total += 12 * count
			case strings.HasSuffix(part, "months") && count < 12:
				total += count
			}
		}
		if total != n {
			t.Fatalf("%d months are %q", n, exam.Duration(n, bare))
		}
	})
}

func rank(v exam.Verdict) int {
	return slices.Index([]exam.Verdict{exam.NotMet, exam.ForReview, exam.Met}, v)
}

func TestAnotherPartTimeDiplomaOrPostNeverMakesTheVerdictWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyCareer(t)
		before := pack038.Reckon(d)
		more := anyCareer(t)
		for _, e := range more.Education {
			e.StudyMode = exam.PartTime // full-time study takes months away
			d.Education = append(d.Education, e)
		}
		d.Work = append(d.Work, more.Work...)
		d.Certificates = append(d.Certificates, more.Certificates...)
		if after := pack038.Reckon(d); rank(after.Verdict) < rank(before.Verdict) {
			t.Fatalf("%s became %s", before.Verdict, after.Verdict)
		}
	})
}

func TestTheOrderOfRecordsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyCareer(t)
		before := pack038.Reckon(d)
		slices.Reverse(d.Education)
		slices.Reverse(d.Work)
		slices.Reverse(d.Certificates)
		if after := pack038.Reckon(d); after.Verdict != before.Verdict || after.Counted != before.Counted || after.Required != before.Required {
			t.Fatalf("%+v, reversed %+v", before, after)
		}
	})
}

// What would cure a shortfall: another level of the exam, or time.
func TestAShortfallSaysWhatWouldCureIt(t *testing.T) {
	p := pack(t, "038-2026")
	for _, x := range []struct {
		rule    string
		level   exam.Level
		doc     []func(*exam.Document)
		instead string
		metIn   int
	}{
		{"本科, one year of work held until now: the year after next", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2026-01", "")), "", 2027},
		{"full-time study that is over takes nothing away", "junior", rec(fullTime("2016-09", "2020-06"), post("2026-01", "")), "", 2027},
		{"nor does part-time study until next summer", "junior", rec(edu(exam.Bachelor, false, "2012-06"), edu(exam.Master, false, "2027-06"), post("2026-01", "")), "", 2027},
		{"eleven months until December: one is missing a year later", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2026-02", "")), "", 2028},
		{"and from December", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2026-12", "")), "", 2028},
		{"a post that ended grows no more", "junior", rec(edu(exam.Bachelor, false, "2012-06"), post("2025-01", "2025-12")), "", 0},
		{"enough for 初级", "intermediate", rec(edu(exam.Bachelor, false, "2012-06"), months(36)), "junior", 0},
		{"高级 without the certificate", "senior", rec(edu(exam.Bachelor, false, "2012-06"), post("2015-01", "")), "junior intermediate", 0},
		{"大专 never does for 高级", "senior", rec(edu(exam.Associate, true, "2008-06"), cert("intermediate", "2012-10"), post("2009-01", "")), "junior intermediate", 0},
		{"no schooling at all", "junior", rec(months(120)), "", 0},
		{"study until next summer takes months away that nobody can count yet", "junior", rec(edu(exam.Bachelor, false, "2012-06"), fullTime("2025-09", "2027-06"), post("2026-01", "")), "", 0},
	} {
		e := p.Reckon(documentOf(x.level, x.doc))
		var instead []string
		for _, l := range e.Instead {
			instead = append(instead, string(l))
		}
		if e.Verdict != exam.NotMet || strings.Join(instead, " ") != x.instead || e.MetIn != x.metIn {
			t.Errorf("%s: %s, instead %v, in %d", x.rule, e.Verdict, e.Instead, e.MetIn)
		}
		for lang, say := range languages {
			text := e.Explain(say)
			if want := 1 + len(e.Instead) + min(x.metIn, 1); len(e.Phrases()) != want {
				t.Errorf("%s %s: %q is not %d sentences", lang, x.rule, text, want)
			}
			if x.metIn > 0 && !strings.Contains(text, itoa(x.metIn)) || strings.Contains(text, "<no value>") {
				t.Errorf("%s %s: %q", lang, x.rule, text)
			}
			for _, l := range e.Instead {
				rules, _ := p.Level(l)
				if !strings.Contains(text, map[string]string{"zh-CN": rules.Name.ZH, "en": rules.Name.EN}[lang]) {
					t.Errorf("%s %s: %q names no %s", lang, x.rule, text, l)
				}
			}
		}
	}
}

// A rule that names diplomas alone takes no degree in their place.
func TestADegreeDoesNotStandForADiploma(t *testing.T) {
	d := exam.Document{Level: "basic", Area: "A01"}
	post("2020-01", "")(&d)
	deg(exam.Bachelor, false)(&d)
	if e := packSample.Reckon(d); e.Verdict != exam.NotMet || e.Record != "" {
		t.Errorf("by the degree alone: %s, %q", e.Verdict, e.Record)
	}
	edu(exam.Bachelor, false, "2012-06")(&d)
	if e := packSample.Reckon(d); e.Verdict != exam.Met || e.Record != "education.0" {
		t.Errorf("with the diploma: %s, %q", e.Verdict, e.Record)
	}
}

func TestWhereNoWorkIsAskedForNoneIsSpokenOf(t *testing.T) {
	for want, parts := range map[string][]func(*exam.Document){
		"eligibility.met_without_work":        rec(edu(exam.Bachelor, true, "2012-06")),
		"eligibility.for_review_without_work": rec(edu(exam.Bachelor, true, "2012-06"), with("某某大学", "社会政策")),
		"eligibility.met":                     rec(edu(exam.Bachelor, false, "2012-06"), months(24)),
	} {
		if got := pack038.Reckon(documentOf("junior", parts)).Phrases()[0].Key; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// The year that is named holds: with the open post gone on until then, the
// years are enough.
func TestTheYearThatIsPromisedIsEnough(t *testing.T) {
	for _, p := range []*exam.Pack{pack038, packSample} {
		rapid.Check(t, func(t *rapid.T) {
			d := careerFor(t, p)
			e := p.Reckon(d)
			if e.MetIn == 0 {
				return
			}
			in := func(year int) exam.Eligibility {
				later := *p
				later.Year, later.Reckoning.Until = year, exam.Date(itoa(year)+string(p.Reckoning.Until[4:]))
				later.Windows = exam.Windows{}
				return later.Reckon(d)
			}
			if after := in(e.MetIn); after.Verdict == exam.NotMet {
				t.Fatalf("%d of %d, enough in %d, and then %d of %d", e.Counted, e.Required, e.MetIn, after.Counted, after.Required)
			}
			for _, l := range e.Instead {
				d.Level = l
				if other := p.Reckon(d); other.Verdict != exam.Met {
					t.Fatalf("%s is named, and is %s", l, other.Verdict)
				}
			}
		})
	}
}

// The same sentences speak of another exam's work when its pack does.
func TestTheReckoningSpeaksOfThePacksOwnWork(t *testing.T) {
	d := exam.Document{Level: "basic", Area: "A03", Education: []exam.Education{{Level: exam.Associate, StudyMode: exam.PartTime, School: "某某学院", Major: "法学", Graduated: "2020-06"}}}
	for _, n := range []int{3, 30} {
		d.Work = nil
		months(n)(&d)
		text := packSample.Reckon(d).Explain(languages["zh-CN"])
		if !strings.Contains(text, "助老服务") || strings.Contains(text, "社会工作") {
			t.Error(text)
		}
		if text := packSample.Reckon(d).Explain(languages["en"]); !strings.Contains(text, "care work") || strings.Contains(text, "social work") {
			t.Error(text)
		}
	}
}
