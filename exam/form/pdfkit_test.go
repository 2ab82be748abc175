//go:build unix

package form_test

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"wenbao/assets"
	"wenbao/exam/form"
)

var peers = flag.Bool("peers", false, "compare with pdfkit, which node and npm fetch")

// BenchmarkAgainstPdfkit makes the same pages with pdfkit, the fastest of the
// other ways that were measured, in turn with ours, and compares processor time a
// form. Ours also judges the registration, lays it out and writes its statement.
func BenchmarkAgainstPdfkit(b *testing.B) {
	if !*peers {
		b.Skip("no yardstick without -peers (node and npm)")
	}
	dir := b.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "draw.js"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "pdfkit", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), raw, 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	install := exec.Command("npm", "ci", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		b.Fatalf("pdfkit cannot be had: %v\n%s", err, out)
	}
	for name, raw := range map[string][]byte{"regular.ttf": assets.Regular, "bold.ttf": assets.Bold} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for mode, n := range map[string]int{"separate": 60, "batch": 400} {
		b.Run(mode, func(b *testing.B) { againstPdfkit(b, dir, mode, n) })
	}
}

func againstPdfkit(b *testing.B, dir, mode string, n int) {
	in := inputs(b, n)
	var displays []any
	for _, one := range in {
		displays = append(displays, form.Display(makePaper(b, form.KindRegistration, one)))
	}
	raw, err := json.Marshal(displays)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, mode+".json"), raw, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs []float64
	var theirBytes float64
	bytes := 0
	for b.Loop() {
		for range 3 {
			began := cpu()
			bytes = filesOf(b, mode, in)
			ours = append(ours, (cpu()-began).Seconds()/float64(n))
			c := exec.Command("node", "draw.js", mode+".json", "regular.ttf", "bold.ttf", mode)
			c.Dir = dir
			out, err := c.Output()
			var told struct{ Seconds, Bytes float64 }
			if err == nil {
				err = json.Unmarshal(out, &told)
			}
			if err != nil {
				b.Fatalf("pdfkit: %v\n%s", err, out)
			}
			theirs, theirBytes = append(theirs, told.Seconds), told.Bytes
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	us, they := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(1/us, "forms/cpu-s")
	b.ReportMetric(1/they, "pdfkit/cpu-s")
	b.ReportMetric(they/us, "times-pdfkit")
	b.ReportMetric(float64(bytes)/float64(n)/1000, "KB/form")
	b.ReportMetric(theirBytes/1000, "pdfkit-KB")
	b.ReportMetric(0, "ns/op")
}

// filesOf makes the files and gives their bytes in all.
func filesOf(b *testing.B, mode string, in []form.Input) (bytes int) {
	if mode == "separate" {
		for _, one := range in {
			bytes += len(pdfOf(b, makePaper(b, form.KindRegistration, one)))
		}
		return bytes
	}
	out := &nowhere{}
	papers := func(yield func(*form.Paper, error) bool) {
		for _, one := range in {
			if !yield(form.Registration(one)) {
				return
			}
		}
	}
	if err := form.Batch(context.Background(), papers, func(int) (io.WriteCloser, error) { return out, nil }, nil); err != nil {
		b.Fatal(err)
	}
	return out.n
}
