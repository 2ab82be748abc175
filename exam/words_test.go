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
// method, over all sources of the rules.
func literals(t *testing.T, method string, n int) []string {
	t.Helper()
	var list []string
	for _, file := range sources(t) {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) <= n {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			lit, isLiteral := call.Args[n].(*ast.BasicLit)
			if ok && isLiteral && sel.Sel.Name == method && lit.Kind == token.STRING {
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

func TestDurationsAreSaidInYearsAndMonths(t *testing.T) {
	for months, want := range map[int][2]string{
		0: {"0 个月", "0 months"}, 1: {"1 个月", "1 month"}, 12: {"1 年", "1 year"}, 13: {"1 年 1 个月", "1 year 1 month"}, 30: {"2 年 6 个月", "2 years 6 months"},
	} {
		if zh, en := exam.Duration(months, languages["zh-CN"]), exam.Duration(months, languages["en"]); zh != want[0] || en != want[1] {
			t.Errorf("%d: %q %q", months, zh, en)
		}
	}
}
