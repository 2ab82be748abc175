package main

import (
	"io"
	"strings"
	"testing"
)

func TestATableNamesWhatIsMetMissedAndAbsent(t *testing.T) {
	found := figures{}
	output := `goos: linux
BenchmarkSave/10000-2   12   1.08 p50/raw   0.80 rate/raw
BenchmarkSave/10000-2   12   1.30 p50/raw   0.80 rate/raw
BenchmarkSave/10000-2   12   1.09 p50/raw   0.80 rate/raw
BenchmarkOther is not a line of figures
--- FAIL: BenchmarkThird
ok  	wenbao/store	17.123s
`
	if err := found.read(strings.NewReader(output), io.Discard); err != nil {
		t.Fatal(err)
	}
	if v, ok := found.median("BenchmarkSave/10000", "p50/raw"); !ok || v != 1.09 {
		t.Errorf("the middle of 1.08, 1.30, 1.09 is %v, %v", v, ok)
	}
	var out strings.Builder
	absent, missed := found.judge(&out, []goal{
		{bench: "BenchmarkSave/10000", unit: "p50/raw", limit: most(1.1)},
		{bench: "BenchmarkSave/10000", unit: "rate/raw", limit: least(0.85)},
		{bench: "BenchmarkOther", unit: "rate/raw", limit: least(0.85)},
		{bench: "BenchmarkThird", unit: "rate/raw", limit: least(0.85)},
	})
	if absent != 2 || missed != 1 {
		t.Errorf("%d absent, %d missed:\n%s", absent, missed, out.String())
	}
	if !strings.Contains(out.String(), "≥ 0.85   missed") || !strings.Contains(out.String(), "≤ 1.1    met") {
		t.Errorf("the table:\n%s", out.String())
	}
}

// A goal that is named twice would be counted twice.
func TestEveryGoalIsNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range runs {
		for _, g := range r.goals {
			if g.what == "" || seen[g.what] || g.bench == "" || g.unit == "" {
				t.Errorf("%+v", g)
			}
			seen[g.what] = true
		}
	}
}

func TestAWordThatNoRunHasIsAFailure(t *testing.T) {
	if err := all([]string{"./nowhere"}); err == nil {
		t.Error("nothing was run, and that passes")
	}
}

// Each run is judged by its own figures: the benchmarks of bbolt and PostgreSQL have
// the same names.
func TestRunsDoNotShareFigures(t *testing.T) {
	one, two := figures{}, figures{}
	for f, ratio := range map[*figures]string{&one: "0.3", &two: "0.7"} {
		if err := f.read(strings.NewReader("BenchmarkRegistrations/27KB/32clients-2 1 "+ratio+" ratio(goal≥0.6)\n"), io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	goals := loads("bbolt", "bbolt-loop/s")[1:]
	_, missed := one.judge(io.Discard, goals)
	if _, met := two.judge(io.Discard, goals); missed != 1 || met != 0 {
		t.Errorf("0.3 and 0.7 of a goal of 0.6: %d and %d missed", missed, met)
	}
}
