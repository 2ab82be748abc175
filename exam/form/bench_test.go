//go:build unix

package form_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"wenbao/exam/form"
)

// cpu is the time that the process has used on all cores, which other work on the
// machine changes less than the clock on the wall.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportForms(b *testing.B, began time.Duration, forms, size int) {
	b.ReportMetric(float64(forms)/(cpu()-began).Seconds(), "forms/cpu-s")
	b.ReportMetric(float64(size)/1000, "KB/form")
}

type nowhere struct{ n int }

func (w *nowhere) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }
func (w *nowhere) Close() error                { return nil }

func BenchmarkSeparate(b *testing.B) {
	in := inputs(b, 20)
	size, i, began := 0, 0, cpu()
	for b.Loop() {
		size = len(pdfOf(b, makePaper(b, form.KindRegistration, in[i%len(in)])))
		i++
	}
	reportForms(b, began, i, size)
}

func BenchmarkBatch(b *testing.B) {
	in := inputs(b, 500)
	out, began, forms := &nowhere{}, cpu(), 0
	for b.Loop() {
		forms += len(in)
		out.n = 0
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
	}
	reportForms(b, began, forms, out.n/len(in))
}

// BenchmarkTenThousand tells the most memory the process ever held while ten files
// of a thousand forms were written (Linux).
func BenchmarkTenThousand(b *testing.B) {
	in := inputs(b, 200)
	began := cpu()
	for b.Loop() {
		papers := func(yield func(*form.Paper, error) bool) {
			for i := range 10 * form.PerFile {
				if !yield(form.Registration(in[i%len(in)])) {
					return
				}
			}
		}
		if err := form.Batch(context.Background(), papers, func(int) (io.WriteCloser, error) { return &nowhere{}, nil }, nil); err != nil {
			b.Fatal(err)
		}
	}
	reportForms(b, began, b.N*10*form.PerFile, 0)
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kb float64
			if _, err := fmt.Sscan(rest, &kb); err == nil {
				b.ReportMetric(kb/1024, "MB-peak")
			}
		}
	}
}

func BenchmarkLayout(b *testing.B) {
	in := verifiedInput(b)
	for b.Loop() {
		makePaper(b, form.KindRegistration, in)
	}
}

func BenchmarkPreview(b *testing.B) {
	p := makePaper(b, form.KindRegistration, verifiedInput(b))
	for b.Loop() {
		if _, err := p.Image(0, 120); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	pdf, pack := pdfOf(b, makePaper(b, form.KindRegistration, verifiedInput(b))), samplePack(b)
	for b.Loop() {
		if !form.VerifyPDF(pdf, serverKeys, pack)[0].Genuine {
			b.Fatal("not genuine")
		}
	}
}
