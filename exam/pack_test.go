package exam_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
)

func TestEveryShippedPackIsSoundSampleAndSigned(t *testing.T) {
	sample := exam.SamplePackKey().Public().(ed25519.PublicKey)
	ids := assets.PackIDs()
	if len(ids) < 2 {
		t.Fatalf("packs %v", ids)
	}
	for _, id := range ids {
		raw, _ := assets.Pack(id)
		signature, ok := assets.PackSignature(id)
		if *update {
			ok, signature = true, exam.SignPack(exam.SamplePackKey(), raw)
			if err := os.WriteFile(filepath.Join("..", "assets", "packs", id+".jsonc.sig"), signature, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !ok {
			t.Fatalf("%s has no signature", id)
		}
		p, err := exam.VerifyPack(raw, signature, []ed25519.PublicKey{sample})
		if err != nil {
			t.Fatalf("%s: %v (after an edit: go test ./exam -run ShippedPack -update)", id, err)
		}
		if p.ID != id || !p.Sample || p.Server.URL != "" || p.About.ZH == "" || p.About.EN == "" {
			t.Errorf("%s: id %s, sample %v, server %q", id, p.ID, p.Sample, p.Server.URL)
		}
	}
}

// What facts 1 and 5 found, read back from the file.
func TestThePackOf2026HoldsWhatWasFoundAndNothingElse(t *testing.T) {
	p := pack(t, "038-2026")
	if len(p.Areas) != 32 || len(p.Levels) != 3 {
		t.Fatalf("%d areas, %d levels", len(p.Areas), len(p.Levels))
	}
	fees := map[string][3]int{ // facts 5.2: 客, 主, 高 in yuan; -1 not found
		"110000": {61, 65, 61}, "120000": {56, 60, 64}, "130000": {56, 60, 69}, "150000": {61, 65, 69}, "210000": {61, 65, 69},
		"230000": {61, 65, 69}, "310000": {0, 0, 0}, "320000": {62, -1, -1}, "350000": {61, 65, 79}, "370000": {61, 65, 69},
		"410000": {65, 70, 69}, "420000": {61, 65, 69}, "430000": {61, 65, 69}, "440000": {56, 60, 74}, "450000": {61, 65, 69},
		"460000": {55, 60, 69}, "500000": {61, 65, 69}, "510000": {61, 65, 69}, "520000": {39, 47, 69}, "530000": {61, 65, 69},
		"610000": {51, 55, 69}, "620000": {61, 85, 89},
	}
	windows := map[string]string{ // facts 5.1
		"460000": "2026-03-09 2026-03-18", "220000": "2026-03-09 2026-03-18", "500000": "2026-03-09T09:00 2026-03-19T17:00",
		"610000": "2026-03-09 2026-03-19", "370000": "2026-03-09 2026-03-20", "150000": "2026-03-09 2026-03-22",
		"230000": "2026-03-10 2026-03-20", "310000": "2026-03-10 2026-03-20", "540000": "2026-03-10 2026-03-20",
		"650000": " 2026-03-27",
	}
	for _, a := range p.Areas {
		want, known := fees[a.ID]
		if known != (a.Fees != nil) {
			t.Errorf("%s: fees known %v", a.ID, a.Fees != nil)
			continue
		}
		for i, class := range []string{"objective", "subjective", "senior"} {
			got := -1
			if known {
				if fen, ok := a.Fees.Subject[class]; ok {
					got = fen / 100
				}
				if got != want[i] {
					t.Errorf("%s %s: %d, want %d", a.ID, class, got, want[i])
				}
			}
		}
		got := ""
		if a.Windows != nil {
			got = string(a.Windows.Registration.Opens) + " " + string(a.Windows.Registration.Closes)
		}
		if got != windows[a.ID] {
			t.Errorf("%s: window %q, want %q", a.ID, got, windows[a.ID])
		}
	}
	cities := map[string]string{ // facts 5.1: notices of one city
		"320000 常州市": "2026-03-10T09:00 2026-03-29T16:00||",
		"420000 武汉市": "2026-03-12T09:00 2026-03-25T20:00|2026-03-12T09:00 2026-03-26T17:00|2026-03-12T09:00 2026-03-27T20:00",
	}
	previous := map[string]string{ // facts 5.1: the rows of 2025
		"110000": "2025-03-11 2025-03-20||2025-03-22 2025-03-25",
		"310000": "2025-03-17T10:00 2025-03-26T16:00| 2025-03-27T16:00|",
		"370000": "2025-03-12 2025-03-24||2025-03-27T09:00 2025-04-02T16:00",
		"460000": "||2025-03-17 2025-03-29",
	}
	extras := map[string]string{"130000": "1000 false", "150000": "2000 false", "500000": "2000 true"} // facts 5.2
	told := func(w exam.Windows) string {
		var parts []string
		for _, x := range []exam.Window{w.Registration, w.Check, w.Payment} {
			part := string(x.Opens) + " " + string(x.Closes)
			if part == " " {
				part = ""
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, "|")
	}
	for _, a := range p.Areas {
		for _, c := range a.Cities {
			if key := a.ID + " " + c.Name.ZH; told(c.Windows) != cities[key] {
				t.Errorf("%s: %s", key, told(c.Windows))
			}
			delete(cities, a.ID+" "+c.Name.ZH)
		}
		got := ""
		if a.Previous != nil {
			got = told(a.Previous.Windows)
		}
		if got != previous[a.ID] || a.Previous != nil && a.Previous.Year != 2025 {
			t.Errorf("%s: earlier %q, want %q", a.ID, got, previous[a.ID])
		}
		got = ""
		if a.Fees != nil && len(a.Fees.Extra) == 1 {
			got = fmt.Sprint(a.Fees.Extra[0].Fen, a.Fees.Extra[0].Refundable)
		}
		if got != extras[a.ID] {
			t.Errorf("%s: per person %q, want %q", a.ID, got, extras[a.ID])
		}
		if a.Confirm != exam.ConfirmUnknown { // facts 2.4 name no province with a policy of this year
			t.Errorf("%s: a policy that no source has", a.ID)
		}
	}
	if len(cities) != 0 {
		t.Errorf("no windows of %v", cities)
	}
	if w, _ := p.WindowsOf("420000", "武汉市"); w.Ticket != (exam.Window{Opens: "2026-05-18T09:00", Closes: "2026-05-24T14:00"}) {
		t.Errorf("Wuhan's tickets: %v", w.Ticket)
	}
	if w, _ := p.WindowsOf("500000", ""); w.Payment.Closes != "2026-03-20T17:00" || w.Ticket != (exam.Window{Opens: "2026-05-18", Closes: "2026-05-22"}) {
		t.Errorf("Chongqing: %v", w)
	}
	if p.Windows.Registration != (exam.Window{Opens: "2026-03-09", Closes: "2026-03-30"}) || p.TimeZone != "+08:00" {
		t.Errorf("the platform: %v in %s", p.Windows.Registration, p.TimeZone)
	}
	if l := p.PassLines; len(l) != 1 || l[0].Year != 2025 || l[0].Marks["junior"] != 53 || l[0].Marks["intermediate"] != 58 || l[0].Marks["senior"] != 0 {
		t.Errorf("separate lines: %v", l)
	}
	for _, l := range p.Levels {
		for _, s := range l.Subjects {
			if s.PassMark != 60 || s.FullMark != 100 {
				t.Errorf("%s: %d of %d", s.ID, s.PassMark, s.FullMark)
			}
		}
	}
	if p.Residence.ZH == "" || p.ResidenceOf("410000") != p.Residence || p.ResidenceOf("310000") == p.Residence {
		t.Error("the rule of residence is not told")
	}
	times := map[string]string{ // facts 1.5
		"junior_comprehensive": "2026-05-24T09:00 120", "junior_practice": "2026-05-24T14:00 120",
		"intermediate_comprehensive": "2026-05-24T09:00 120", "intermediate_law": "2026-05-23T14:00 120", "intermediate_practice": "2026-05-24T14:00 150",
		"senior_practice": "2026-05-24T14:00 180",
	}
	for _, l := range p.Levels {
		for _, s := range l.Subjects {
			if got := fmt.Sprintf("%s %d", s.Starts, s.Minutes); got != times[s.ID] {
				t.Errorf("%s: %s, want %s", s.ID, got, times[s.ID])
			}
		}
	}
}

// No code knows an exam, level, area or subject: what the packs call them
// stands in no file of the rules, but for the constants of the draft document.
func TestNoCodeOfTheRulesKnowsWhatPacksName(t *testing.T) {
	names := map[string]string{}
	for _, id := range assets.PackIDs() {
		p := pack(t, id)
		names[p.ID], names[p.Exam] = "pack", "exam"
		for _, l := range p.Levels {
			names[string(l.ID)] = "level"
			for _, s := range l.Subjects {
				names[s.ID], names[s.FeeClass] = "subject", "fee class"
			}
			for _, path := range l.Paths {
				names[path.ID] = "path"
			}
		}
		for _, a := range p.Areas {
			names[a.ID] = "area"
		}
		for _, e := range p.Evidence {
			names[string(e.ID)] = "evidence"
		}
		for _, x := range p.Reckoning.AreaPoints {
			names[x.ID] = "area point"
		}
	}
	// degree and diploma are words of the document too; the levels of 038 are
	// its documented constants
	for _, shared := range []string{"area_point", "sample"} {
		delete(names, shared)
	}
	for name, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			if what := names[text]; what != "" && name != "document.go" {
				t.Errorf("%s knows the %s %q", name, what, text)
			}
			return true
		})
	}
}

// sources parses the package's own files, tests left out.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestAPackMayHoldCommentsAndTrailingCommas(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	text := strings.Replace(string(raw), `"server": {`, "/* a note,\n   of // two lines */ \"server\": { // and another, \"quoted\"\n", 1)
	text = strings.Replace(text, `"version"`, `/* a *//* b */"version"`, 1)
	text = strings.Replace(text, `"zh": "这是虚构的考试。"`, `"zh": "不是注释 // , /* ] */ \" \\"`, 1)
	p, err := exam.ParsePack([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Notices[0].ZH; got != `不是注释 // , /* ] */ " \` {
		t.Errorf("a text with marks of comments became %q", got)
	}
}

func TestWhatContradictsItselfIsRefusedWithItsPlace(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	for _, x := range []struct {
		old, new string
		kind     exam.Kind
		says     string
	}{
		{`"format": 1`, `"format": 2`, exam.KindUpgrade, "format 2"},
		{`"format": 1`, `"format": 0`, exam.KindInvalid, `format: out of range range="1" value="0"`},
		{`"version": 1`, `"version": 0`, exam.KindInvalid, "version"},
		{`"version": 1`, `"version": "one"`, exam.KindInvalid, "line 8, column 14: version: wants number"},
		{`"version": 1`, `"version": 1, "verison": 2`, exam.KindInvalid, "line 8, column 17: verison: unknown key"},
		{`"version": 1`, `"version": 1, "version": 2`, exam.KindInvalid, `line 8, column 17: version: key twice`},
		{`"version": 1,`, `"version": 1`, exam.KindInvalid, "line 9, column 3"},
		{`"version": 1,`, `"version": 1,,`, exam.KindInvalid, "line 8, column 16"},
		{`"version": 1`, `"version": 1 / 2`, exam.KindInvalid, "line 8, column 16: lone slash"},
		{`"version": 1`, `"version": /* 1`, exam.KindInvalid, "comment open"},
		{`"id": "sample-2026"`, `"id": "sample-2027"`, exam.KindInvalid, "id:"},
		{`"issued": "2026-01-05"`, `"issued": "2026-02-30"`, exam.KindInvalid, "issued"},
		{`"url": ""`, `"url": "http://exam.example.cn"`, exam.KindInvalid, "server.url"},
		{`"url": ""`, `"url": "https://exam.example.cn"`, exam.KindInvalid, "server.keys"},
		{`"url": ""`, `"url": "https:exam.example.cn"`, exam.KindInvalid, "server.url: not https"},
		{`"signers": [`, `"signers": ["wenbao-ed25519 AAAA",`, exam.KindInvalid, "signers.0: not a key"},
		{`"exam": "sample"`, `"exam": ""`, exam.KindInvalid, "exam: missing"},
		{`"time_zone": "+08:00"`, `"official": {"url": "ftp://x.example.cn", "sections": []}`, exam.KindInvalid, `official.url: not https`},
		{`"time_zone": "+08:00"`, `"official": {"url": "https:", "sections": []}`, exam.KindInvalid, `official.url: not https`},
		{`"id": "islands"`, `"id": ""`, exam.KindInvalid, `pass_lines: id twice value=""`},
		{`"keys": []`, `"keys": ["wenbao-ed25519 AAAA"]`, exam.KindInvalid, "server.keys.0: not a key"},
		{`"level", "area", "name"`, `"level", "area", "nmae"`, exam.KindInvalid, `fields.required: no such value="nmae"`},
		{`"id": "advanced",`, `"id": "basic",`, exam.KindInvalid, `levels: id twice value="basic"`},
		{`"after": "basic"`, `"after": "lower"`, exam.KindInvalid, `levels.advanced.paths.after_basic.after: no such value="lower"`},
		{`"education": ["senior_high", "secondary_vocational", "associate", "bachelor", "master", "doctor"]`, `"education": ["primary"]`, exam.KindInvalid, `no such value="primary"`},
		{`"months": 24`, `"months": -1`, exam.KindInvalid, `months: out of range range="0–600" value="-1"`},
		{`"until": "2026-08-31"`, `"until": "August"`, exam.KindInvalid, "reckoning.until"},
		{`"own_majors": [`, `"own_majors": ["", `, exam.KindInvalid, "reckoning.own_majors: fits everything"},
		{`"needed": ["always"]`, `"needed": ["sometimes"]`, exam.KindInvalid, `evidence.health.needed: no such value="sometimes"`},
		{`"id": "health"`, `"id": "photo"`, exam.KindInvalid, "evidence.photo: photo is none"},
		{`"background": "white"`, `"background": "blue"`, exam.KindInvalid, `photo.background: no such value="blue"`},
		{`"major": {"zh": "养老服务", "en": "care for the elderly"},`, ``, exam.KindInvalid, "reckoning.major: wants both languages"},
		{`"width": 358`, `"width": 0`, exam.KindInvalid, "photo: contradiction"},
		{`"height": 441`, `"height": -1`, exam.KindInvalid, "photo: contradiction"},
		{`"min_bytes": 14000`, `"min_bytes": 0`, exam.KindInvalid, "photo: contradiction"},
		{`"borderline_months": 0`, `"borderline_months": 13`, exam.KindInvalid, `reckoning.borderline_months: out of range`},
		{`"borderline_months": 0`, `"borderline_months": -1`, exam.KindInvalid, `reckoning.borderline_months: out of range`},
		{`"education_since": "2002-01"`, `"education_since": "2002-13"`, exam.KindInvalid, `auto_check.education_since: not a month`},
		{`"degrees_since": "2008-09"`, `"degrees_since": "2008"`, exam.KindInvalid, `auto_check.degrees_since: not a month`},
		{`"min_bytes": 14000`, `"min_bytes": 100000`, exam.KindInvalid, "photo"},
		{`"closes": "2026-06-15T17:00"`, `"closes": "2026-05-15T17:00"`, exam.KindInvalid, "areas.A01.windows.registration: closes before opens"},
		{`"closes": "2026-06-15T17:00"`, `"closes": "15 June"`, exam.KindInvalid, `areas.A01.windows.registration: not a time value="15 June"`},
		{`"written": 0`, `"oral": 0`, exam.KindInvalid, `areas.A02.fees: no such value="oral"`},
		{`"written": 5000`, `"written": -5`, exam.KindInvalid, "areas.A01.fees.written"},
		{`"levels": ["advanced"], "refundable"`, `"levels": ["advnaced"], "refundable"`, exam.KindInvalid, `areas.A01.fees.material: no such value="advnaced"`},
		{`"extra": [`, `"extra": [{"id": "material", "name": {"zh": "耗材", "en": "Material"}, "fen": 1},`, exam.KindInvalid, `areas.A01.fees.extra: id twice value="material"`},
		{`"after_confirm": "locked"`, `"after_confirm": "maybe"`, exam.KindInvalid, "after_confirm"},
		{`"points": {"technical_school": "met"}`, `"points": {"technical_school": "yes"}`, exam.KindInvalid, "areas.A01.points"},
		{`"points": {"technical_school": "met"}`, `"points": {"night_school": "met"}`, exam.KindInvalid, "areas.A01.points"},
		{`"time_zone": "+08:00"`, `"time_zone": "CST"`, exam.KindInvalid, `time_zone: not a zone value="CST"`},
		{`"time_zone": "+08:00"`, `"time_zone": "08:00+"`, exam.KindInvalid, `time_zone: not a zone value="08:00+"`},
		{`"time_zone": "+08:00"`, `"time_zone": "+08-00"`, exam.KindInvalid, `time_zone: not a zone value="+08-00"`},
		{`"time_zone": "+08:00"`, `"time_zone": "+0x:00"`, exam.KindInvalid, `time_zone: not a zone value="+0x:00"`},
		{`"time_zone": "+08:00"`, `"time_zone": "+08:0x"`, exam.KindInvalid, `time_zone: not a zone value="+08:0x"`},
		{`"time_zone": "+08:00"`, `"time_zone": "+15:00"`, exam.KindInvalid, `time_zone: not a zone value="+15:00"`},
		{`"time_zone": "+08:00"`, `"time_zone": "+08:60"`, exam.KindInvalid, `time_zone: not a zone value="+08:60"`},
		{`"marks": {"basic": 55}`, `"marks": {"basic": 101}`, exam.KindInvalid, "pass_lines.islands.marks.basic: out of range"},
		{`"marks": {"basic": 55}`, `"marks": {"lower": 55}`, exam.KindInvalid, `pass_lines.islands.marks: no such value="lower"`},
		{`"work": {"zh": "助老服务", "en": "care work"},`, ``, exam.KindInvalid, "reckoning.work: wants both languages"},
		{`"year": 2025, "marks"`, `"year": 2027, "marks"`, exam.KindInvalid, "pass_lines.islands.year: out of range"},
		{`"after_confirm": "centre",`, `"after_confirm": "centre", "previous": {"year": 2026, "windows": {}},`, exam.KindInvalid, "areas.A03.previous.year: out of range"},
		{`"after_confirm": "centre",`, `"after_confirm": "centre", "previous": {"year": 2025, "windows": {"payment": {"opens": "soon"}}},`, exam.KindInvalid, "areas.A03.previous.windows.payment: not a time"},
		{`"time_zone": "+08:00"`, `"official": {"url": "ftp://x", "sections": [{"id": "a", "name": {"zh": "甲", "en": "A"}, "fields": ["nmae"]}]}`, exam.KindInvalid, `official.sections.a: no such value="nmae"`},
		{`"time_zone": "+08:00"`, `"official": {"url": "", "sections": [{"id": "a", "name": {"zh": "甲", "en": "A"}, "fields": ["education.shcool"]}]}`, exam.KindInvalid, `official.sections.a: no such value="education.shcool"`},
		{`"time_zone": "+08:00"`, `"official": {"url": "", "sections": [{"id": "a", "name": {"zh": "甲", "en": "A"}, "fields": ["name.first"]}]}`, exam.KindInvalid, `official.sections.a: no such value="name.first"`},
		{`"year": 2025, "marks"`, `"year": 1899, "marks"`, exam.KindInvalid, "pass_lines.islands.year: out of range"},
		{`"marks": {"basic": 55}`, `"marks": {"basic": 0}`, exam.KindInvalid, "pass_lines.islands.marks.basic: out of range"},
		{`"zh": "技工学校学历是否认可", `, ``, exam.KindInvalid, "reckoning.area_points.technical_school: wants both languages"},
		{`"area_points": [`, `"area_points": [{"id": "technical_school", "name": {"zh": "甲", "en": "A"}},`, exam.KindInvalid, `reckoning.area_points: id twice value="technical_school"`},
		{`"school_contains": ["技工学校", `, `"school_contains": ["", `, exam.KindInvalid, "reckoning.area_points.technical_school: fits everything"},
		{`"fen": 1550`, `"fen": -1`, exam.KindInvalid, "areas.A01.fees.material: out of range"},
		{`"fen": 1550`, `"fen": 100001`, exam.KindInvalid, "areas.A01.fees.material: out of range"},
		{`"starts": "2026-09-13"`, `"starts": "13 September"`, exam.KindInvalid, `levels.advanced.subjects.advanced_practice.starts: not a time value="13 September"`},
		{`, "en": "Community Care Assistant Assessment (made-up sample)"`, ``, exam.KindInvalid, "title: wants both languages"},
		{`"version": 1`, "/* one\n two */ \"version\": \"one\"", exam.KindInvalid, "line 9, column 20: version: wants number"},
		{`"time_zone": "+08:00"`, `"official": {"url": "", "sections": [{"id": "a", "name": {"zh": "甲", "en": "A"}}, {"id": "a", "name": {"zh": "乙", "en": "B"}}]}`, exam.KindInvalid, `official.sections: id twice value="a"`},
		{`"after_confirm": "centre",`, `"after_confirm": "centre", "residence": {"zh": "甲"},`, exam.KindInvalid, "areas.A03.residence: wants both languages"},
		{`"name": {"zh": "养老院", "en": "Care home"}`, `"name": {"zh": "养老院"}`, exam.KindInvalid, "choices.employer_type care_home: wants both languages"},
		{`"choices": {`, `"choices": {"political_status": [],`, exam.KindInvalid, "choices.political_status: missing"},
		{`"education": ["secondary_vocational", "associate", "bachelor"],`, ``, exam.KindInvalid, "levels.basic.paths.own_major.education: missing"},
		{`"id": "A01"`, `"id": ""`, exam.KindInvalid, `areas: id twice value=""`},
		{`"id": "A01"`, `"id": "A0123456789012345"`, exam.KindInvalid, `areas: out of range range="1–16 A–Z a–z 0–9 - _" value="A0123456789012345"`},
		{`"id": "A01"`, `"id": "甲区"`, exam.KindInvalid, `value="甲区"`},
		{`"id": "A01"`, `"id": "` + strings.Repeat("甲", 20) + `"`, exam.KindInvalid, `value="` + strings.Repeat("甲", 13) + `… (60 bytes)"`},
		{`"id": "A01"`, `"id": "A/01"`, exam.KindInvalid, `areas: out of range`},
		{`"id": "A01"`, `"id": "` + strings.Repeat("A", 100_000) + `"`, exam.KindInvalid, `AA… (100000 bytes)`},
		{`"name": {"zh": "甲区", "en": "Area One"}`, `"name": {"zh": "甲区"}`, exam.KindInvalid, "areas.A01.name: wants both languages"},
	} {
		if !strings.Contains(string(raw), x.old) {
			t.Fatalf("the pack has no %q", x.old)
		}
		_, err := exam.ParsePack([]byte(strings.Replace(string(raw), x.old, x.new, 1)))
		if exam.KindOf(err) != x.kind || !strings.Contains(fmt.Sprint(err), x.says) {
			t.Errorf("%s → %s: %v, want %s %q", x.old, x.new, err, x.kind, x.says)
		}
	}
}

func TestAPackWithoutLevelsOrAreasIsNone(t *testing.T) {
	small, err := os.ReadFile("testdata/small.jsonc")
	if err != nil {
		t.Fatal(err)
	}
	text := string(small)
	levels, areas := strings.Index(text, `"levels":[`), strings.Index(text, `"areas":[`)
	subjects, paths := strings.Index(text, `"subjects":[`), strings.Index(text, `"paths":[`)
	for name, x := range map[string]string{
		"levels.l.paths: missing": text[:paths] + `"paths":[]}],` + text[areas:], "levels.l.subjects: missing": text[:subjects] + `"subjects":[],` + text[paths:],
		"levels: missing": text[:levels] + `"levels":[],` + text[areas:], "areas: missing": text[:areas] + `"areas":[]}`} {
		if _, err := exam.ParsePack([]byte(x)); exam.KindOf(err) != exam.KindInvalid || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

// What is not known yet stays out, and the edges of what is allowed are allowed.
func TestAPackMayLeaveOpenWhatIsNotKnown(t *testing.T) {
	edited(t, "sample-2026", `"starts": "2026-09-13"`, `"starts": ""`)
	edited(t, "sample-2026", `"year": 2025, "marks"`, `"year": 2026, "marks"`)
	edited(t, "sample-2026", `"marks": {"basic": 55}`, `"marks": {"basic": 100}`)
	edited(t, "sample-2026", `"fen": 1550`, `"fen": 100000`)
	edited(t, "sample-2026", `"time_zone": "+08:00"`, `"time_zone": "+14:59"`)
	edited(t, "sample-2026", `"months": 24`, `"months": 600`)
	edited(t, "sample-2026", `"borderline_months": 0`, `"borderline_months": 12`)
	edited(t, "sample-2026", `"education_since": "2002-01"`, `"education_since": ""`)
}

// TestAPackOfKeysAloneIsRefusedAtOnce: a map may have as many keys as the file has
// room for. A plain reading of the same text is the yardstick.
func TestAPackOfKeysAloneIsRefusedAtOnce(t *testing.T) {
	text := []byte(`{"choices":{`)
	for i := range 70_000 {
		text = fmt.Appendf(text, `"%05x":[],`, i)
	}
	text = append(text, `"z":[]}}`...)
	start := time.Now()
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	yardstick := time.Since(start)
	start = time.Now()
	if _, err := exam.ParsePack(text); exam.KindOf(err) != exam.KindInvalid {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 60*yardstick {
		t.Errorf("%v, where a plain reading takes %v", took, yardstick)
	}
}

func TestTheNumberOfAreasOfAPackIsBounded(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	with := func(more int) error {
		areas := `"areas": [`
		for i := range more {
			areas += fmt.Sprintf(`{"id": "C-%04d_x", "name": {"zh": "县", "en": "County"}},`, i)
		}
		_, err := exam.ParsePack([]byte(strings.Replace(string(raw), `"areas": [`, areas, 1)))
		return err
	}
	there := len(pack(t, "sample-2026").Areas)
	if err := with(4000 - there); err != nil {
		t.Errorf("4000 areas: %v", err)
	}
	if err := with(4001 - there); exam.KindOf(err) != exam.KindInvalid || !strings.Contains(fmt.Sprint(err), `areas: too many count="4001" most="4000"`) {
		t.Errorf("4001 areas: %v", err)
	}
}

func TestWhatIsNoPackIsRefused(t *testing.T) {
	for _, text := range []string{"", "{", "null", "[]", "{}", "\xff", "/*", "//", `{"format":1}`, strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)} {
		if p, err := exam.ParsePack([]byte(text)); err == nil || p != nil || exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, err := exam.ParsePack(make([]byte, exam.MaxPackBytes+1)); exam.KindOf(err) != exam.KindTooLarge {
		t.Errorf("a megabyte and one: %v", err)
	}
}

func TestASignatureCountsForTheseBytesThisKeyAndPacksOnly(t *testing.T) {
	seed := sha256.Sum256([]byte("an authority of a test"))
	key, stranger := ed25519.NewKeyFromSeed(seed[:]), exam.SamplePackKey()
	trusted := []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}
	raw, _ := assets.Pack("sample-2026")
	good := exam.SignPack(key, raw)
	if _, err := exam.VerifyPack(raw, good, trusted); err != nil {
		t.Fatal(err)
	}
	bare := ed25519.Sign(key, raw) // without the context that says it is a pack
	for name, x := range map[string][2][]byte{
		"other bytes":   {append([]byte(" "), raw...), good},
		"another key":   {raw, exam.SignPack(stranger, raw)},
		"no signature":  {raw, nil},
		"cut":           {raw, good[:len(good)-10]},
		"long":          {raw, append(good, make([]byte, 1000)...)},
		"no context":    {raw, fmt.Appendf(nil, "wenbao-pack-ed25519 %s %s\n", exam.KeyID(trusted[0]), base64.StdEncoding.EncodeToString(bare))},
		"not of a pack": {raw, []byte("wenbao-ed25519 " + string(good[20:]))},
	} {
		if _, err := exam.VerifyPack(x[0], x[1], trusted); exam.KindOf(err) != exam.KindUntrusted {
			t.Errorf("%s: %v", name, err)
		}
	}
	// While one key replaces another both are named, in any order.
	for _, keys := range [][]ed25519.PublicKey{{trusted[0], public(stranger)}, {public(stranger), trusted[0]}} {
		if _, err := exam.VerifyPack(raw, good, keys); err != nil {
			t.Errorf("one of two keys: %v", err)
		}
	}
	if _, err := exam.VerifyPack(raw, good, nil); exam.KindOf(err) != exam.KindUntrusted {
		t.Error("verified with no keys at all")
	}
}

func TestAnEditionIsSucceededByASignedLaterOneOfItsOwn(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	p, key := pack(t, "sample-2026"), exam.SamplePackKey()
	later := strings.Replace(string(raw), `"version": 1`, `"version": 2`, 1)
	other := strings.NewReplacer(`"version": 1`, `"version": 2`, `sample-2026`, `sample-2027`, `"year": 2026`, `"year": 2027`).Replace(string(raw))
	for _, x := range []struct {
		text string
		key  ed25519.PrivateKey
		want exam.Kind
	}{
		{later, key, ""},
		{string(raw), key, exam.KindConflict},
		{other, key, exam.KindInvalid},
		{later, ed25519.NewKeyFromSeed(make([]byte, 32)), exam.KindUntrusted},
	} {
		next, err := p.Succeed([]byte(x.text), exam.SignPack(x.key, []byte(x.text)))
		if exam.KindOf(err) != x.want || x.want == "" && next.Ref() != (exam.PackRef{ID: "sample-2026", Version: 2}) {
			t.Errorf("%v, want %q", err, x.want)
		}
	}
}

func FuzzParsePack(f *testing.F) {
	small, err := os.ReadFile("testdata/small.jsonc")
	if err != nil {
		f.Fatal(err)
	}
	if _, err := exam.ParsePack(small); err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	for _, s := range []string{`{"format":1,}`, "/* */ // x\n{}", `{"a":"\u0000//"}`, `{"areas":[{"id":"1"},],}`, `{"issued":"2026-01-05"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := exam.ParsePack(raw)
		if (p == nil) == (err == nil) {
			t.Fatal("a pack and a fault, or neither")
		}
		if err == nil { // whatever is accepted must be safe to judge by
			d := complete()
			d.Level, d.Area = p.Levels[0].ID, p.Areas[0].ID
			exam.Check(d, []exam.File{}, p, exam.Moment{Now: at("2026-03-10 00:00")})
			exam.Check(exam.Document{}, nil, p, exam.Moment{})
			p.Deadlines(d)
		}
	})
}

func FuzzVerifyPack(f *testing.F) {
	raw, _ := assets.Pack("sample-2026")
	key := exam.SamplePackKey()
	good := exam.SignPack(key, raw)
	f.Add(good)
	f.Add([]byte("wenbao-pack-ed25519  "))
	f.Fuzz(func(t *testing.T, signature []byte) {
		_, err := exam.VerifyPack(raw, signature, []ed25519.PublicKey{key.Public().(ed25519.PublicKey)})
		if same := strings.TrimSpace(string(signature)) == strings.TrimSpace(string(good)); (err == nil) != same {
			t.Fatalf("%q: %v", signature, err)
		}
	})
}
