// Command bench runs the benchmarks whose figures have a goal and prints one
// table: the figure, what it is measured beside, the goal, and whether it is met.
// A figure that no benchmark gave is a failure; a goal that is missed is only
// told, because machines are shared and noisy.
//
//	go run ./scripts/bench            # everything, ten to twenty minutes on two cores
//	go run ./scripts/bench store      # what has this in its name
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// run is one command whose output holds benchmark lines in Go's format.
type run struct {
	args  string
	goals []goal
}

// goal is a figure that is promised. Bench is the name of the benchmark without
// the number of cores; ours and beside are units of the same line, shown as they
// are; unit is the figure's own.
type goal struct {
	what, bench  string
	ours, beside string
	unit         string
	limit        limit
}

// limit is a floor or a ceiling of a figure.
type limit struct {
	value  float64
	atMost bool
}

func least(v float64) limit { return limit{value: v} }
func most(v float64) limit  { return limit{v, true} }

func (l limit) String() string {
	return map[bool]string{false: "≥ ", true: "≤ "}[l.atMost] + strconv.FormatFloat(l.value, 'g', -1, 64)
}

func (l limit) met(v float64) bool {
	if l.atMost {
		return v <= l.value
	}
	return v >= l.value
}

// figures are the values of one run's benchmarks by unit, more than one when one ran
// more than once. Another run may have a benchmark of the same name.
type figures map[string]map[string][]float64

// read takes the benchmark lines out of a command's output.
func (f figures) read(r io.Reader, echo io.Writer) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fmt.Fprintln(echo, lines.Text())
		words := strings.Fields(lines.Text())
		if len(words) < 4 || len(words)%2 != 0 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		if _, err := strconv.Atoi(words[1]); err != nil {
			continue
		}
		name := words[0]
		if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
			name = name[:i]
		}
		for i := 2; i < len(words); i += 2 {
			v, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				break
			}
			if f[name] == nil {
				f[name] = map[string][]float64{}
			}
			f[name][words[i+1]] = append(f[name][words[i+1]], v)
		}
	}
	return lines.Err()
}

// median gives the middle of a benchmark's values.
func (f figures) median(bench, unit string) (float64, bool) {
	all := slices.Sorted(slices.Values(f[bench][unit]))
	if len(all) == 0 {
		return 0, false
	}
	return all[len(all)/2], true
}

// shown is a value with its unit, or nothing.
func (f figures) shown(bench, unit string) string {
	v, ok := f.median(bench, unit)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 4, 64) + " " + unit
}

// heading stands above the lines of [figures.judge].
func heading(w io.Writer) {
	fmt.Fprintf(w, "\n%-58s %12s  %-8s %-7s %s\n", "what", "figure", "goal", "", "ours · beside")
}

// judge prints a line for every goal of the run and counts those without a figure
// and those missed.
func (f figures) judge(w io.Writer, goals []goal) (absent, missed int) {
	for _, g := range goals {
		v, ok := f.median(g.bench, g.unit)
		word := "met"
		switch {
		case !ok:
			word, absent = "ABSENT", absent+1
		case !g.limit.met(v):
			word, missed = "missed", missed+1
		}
		beside := strings.Trim(f.shown(g.bench, g.ours)+" · "+f.shown(g.bench, g.beside), " ·")
		fmt.Fprintf(w, "%-58s %12.4g  %-8s %-7s %s\n", g.what, v, g.limit, word, beside)
	}
	return absent, missed
}

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), `usage: bench [WORD ...]

Runs the benchmarks whose figures have a goal, those with a WORD in their command
if any is given, and prints one table. Example:

  go run ./scripts/bench ./store ./server

The yardsticks of photos, paper and PostgreSQL need vipsthumbnail, npm and
Debian's postgresql; make bench installs them.
`)
	}
	flag.Parse()
	if err := all(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func all(words []string) error {
	began := time.Now()
	var failed []error
	chosen := slices.DeleteFunc(slices.Clone(runs), func(r run) bool {
		return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(r.args, w) })
	})
	if len(chosen) == 0 {
		return fmt.Errorf("no run has %s in its command", strings.Join(words, " or "))
	}
	found := make([]figures, len(chosen))
	for i, r := range chosen {
		fmt.Printf("\n== %d of %d, %s so far: go test %s\n", i+1, len(chosen), time.Since(began).Round(time.Second), r.args)
		found[i] = figures{}
		c := exec.Command("go", append([]string{"test", "-count=1", "-timeout=30m"}, strings.Fields(r.args)...)...)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			return err
		}
		if err := errors.Join(found[i].read(out, os.Stdout), c.Wait()); err != nil {
			failed = append(failed, fmt.Errorf("go test %s: %w", r.args, err))
		}
	}
	heading(os.Stdout)
	goals, absent, missed := 0, 0, 0
	for i, r := range chosen {
		a, m := found[i].judge(os.Stdout, r.goals)
		goals, absent, missed = goals+len(r.goals), absent+a, missed+m
	}
	fmt.Printf("\n%d goals: %d met, %d missed, %d without a figure; %s\n", goals, goals-absent-missed, missed, absent, time.Since(began).Round(time.Second))
	if absent > 0 {
		failed = append(failed, fmt.Errorf("%d figures are absent", absent))
	}
	return errors.Join(failed...)
}
