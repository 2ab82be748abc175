package exam_test

import (
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wenbao/exam"
)

// literals lists the string literals that stand as argument n of calls to a
// function or method, over all sources of the rules.
func literals(t *testing.T, method string, n int) []string {
	t.Helper()
	var list []string
	for _, file := range sources(t) {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) <= n {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if lit, ok := call.Args[n].(*ast.BasicLit); ok && name == method && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value)
				list = append(list, text)
			}
			return true
		})
	}
	return list
}

// paths lists every path without index that a pack may require.
func paths() []string {
	var list []string
	var walk func(prefix string, t reflect.Type)
	walk = func(prefix string, t reflect.Type) {
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			list = append(list, prefix+name)
			if f := t.Field(i).Type; f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct {
				walk(prefix+name+".", f.Elem())
			}
		}
	}
	walk("", reflect.TypeFor[exam.Document]())
	return list
}

func TestEveryRuleThatCodeNamesHasWordsInBothLanguages(t *testing.T) {
	var named []string
	for _, method := range []string{"block", "warn", "note"} {
		named = append(named, literals(t, method, 1)...)
	}
	named = append(named, literals(t, "say", 2)...)
	if len(named) < 40 || !slices.Contains(named, "phone.format") || !slices.Contains(named, "window.closed") {
		t.Fatalf("found only %v", named)
	}
	for _, rule := range named {
		wantWords(t, "rule."+rule, nil)
	}
}

func TestEveryRuleThatCodePutsTogetherHasWords(t *testing.T) {
	for _, path := range paths() {
		wantWords(t, "field."+path, nil)
		if strings.HasSuffix(path, ".id") || strings.Contains(path, ".social_work") {
			continue // the program's own; and yes or no, which is never missing
		}
		wantWords(t, "rule."+path+".required", nil)
		wantWords(t, "rule."+path+".wanted", nil)
	}
	for _, rule := range []string{
		"education.started.format", "education.graduated.format", "degrees.awarded.format", "certificates.awarded.format", "work.from.format", "work.to.format", "first_worked.format",
		"education.graduated.future", "degrees.awarded.future", "certificates.awarded.future", "work.from.future",
		"education.graduated.before_started", "work.to.before_from",
		"ethnicity.unknown", "nationality.unknown", "political_status.unknown", "work.employer_type.unknown",
		"education.social_work_major.not_ticked", "degrees.social_work_major.not_ticked",
		"education.certificate_number.format", "education.certificate_number.year", "education.certificate_number.level",
		"degrees.certificate_number.format", "degrees.certificate_number.year", "degrees.certificate_number.level",
		"eligibility.for_review", "eligibility.lacks_months", "eligibility.lacks_held", "eligibility.lacks_schooling",
		"evidence.later", "evidence.early",
	} {
		wantWords(t, "rule."+rule, nil)
	}
	for _, v := range []exam.Verdict{exam.Met, exam.ForReview, exam.NotMet} {
		wantWords(t, "verdict."+string(v), nil)
		wantWords(t, "turn.verdict."+string(v), nil)
	}
}

func TestEveryFaultHasWordsInBothLanguages(t *testing.T) {
	codes := []string{"empty", "too_many", "wants_text", "wants_bool", "wants_number", "wants_list", "wants_object"}
	codes = append(codes, literals(t, "check", 2)...)
	codes = append(codes, literals(t, "faultAt", 3)...)
	codes = append(codes, literals(t, "badField", 1)...)
	codes = append(codes, literals(t, "untrusted", 1)...)
	if !slices.Contains(codes, "closes_before_opens") || !slices.Contains(codes, "cut_off") || !slices.Contains(codes, "no_field") {
		t.Fatalf("found only %v", codes)
	}
	for _, code := range codes {
		f := exam.Fault{Code: code, Path: "areas.A01", Line: 3, Column: 7, Args: map[string]string{"value": "x", "range": "1–2", "count": "3", "most": "2", "key": "x"}}
		wantWords(t, "fault."+code, nil)
		for lang, say := range languages {
			if said := f.Said(say); !strings.Contains(said, "areas.A01") || !strings.Contains(said, "3") || strings.Contains(said, "<no value>") {
				t.Errorf("%s %s: %q", lang, code, said)
			}
		}
	}
}

func TestDurationsAreSaidInYearsAndMonths(t *testing.T) {
	for months, want := range map[int][2]string{
		0: {"0 个月", "0 months"}, 1: {"1 个月", "1 month"}, 12: {"1 年", "1 year"}, 13: {"1 年 1 个月", "1 year 1 month"}, 30: {"2 年 6 个月", "2 years 6 months"},
	} {
		if zh, en := exam.Duration(months, languages["zh-CN"]), exam.Duration(months, languages["en"]); zh != want[0] || en != want[1] {
			t.Errorf("%d: %q %q", months, zh, en)
		}
	}
}
