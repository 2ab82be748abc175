//go:build unix

package form_test

import (
	"bytes"
	"image/png"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/jung-kurt/gofpdf"
	"rsc.io/qr"

	"wenbao/assets"
	"wenbao/exam/form"
)

// plainly prints the same values, photo and code with gofpdf as its manual says:
// the whole font, a cell a value. What is beyond U+FFFF it cannot print.
func plainly(tb testing.TB, in []form.Input, papers []*form.Paper) int {
	tb.Helper()
	doc := gofpdf.New("P", "mm", "A4", "")
	doc.AddUTF8FontFromBytes("sans", "", slices.Clone(assets.Regular))
	for i, one := range in {
		p := papers[i]
		doc.AddPage()
		doc.SetFont("sans", "", 9)
		for i, f := range p.Fields {
			doc.SetXY(15+float64(i%2)*90, 20+float64(i/2)*7)
			doc.CellFormat(25, 7, bmp(f.Label), "1", 0, "C", false, 0, "")
			doc.CellFormat(65, 7, bmp(f.Text), "1", 0, "L", false, 0, "")
		}
		name := one.Draft.Document.IDNumber
		doc.RegisterImageOptionsReader(name, gofpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(one.Photo))
		doc.ImageOptions(name, 170, 30, 25, 35, false, gofpdf.ImageOptions{}, 0, "")
		code, err := qr.Encode(one.Draft.Registration.Seal, qr.M)
		if err != nil {
			tb.Fatal(err)
		}
		var picture bytes.Buffer
		if err := png.Encode(&picture, code.Image()); err != nil {
			tb.Fatal(err)
		}
		doc.RegisterImageOptionsReader("code"+name, gofpdf.ImageOptions{ImageType: "PNG"}, &picture)
		doc.ImageOptions("code"+name, 168, 5, 27, 27, false, gofpdf.ImageOptions{}, 0, "")
	}
	out := &nowhere{}
	if err := doc.Output(out); err != nil {
		tb.Fatal(err)
	}
	return out.n
}

func bmp(text string) string {
	runes := []rune(text)
	return string(slices.DeleteFunc(runes, func(r rune) bool { return r > 0xFFFF || r < ' ' }))
}

// BenchmarkAgainstPlain runs our way and the plain way in turn and reports the
// ratio of processor time, medians of rounds.
func BenchmarkAgainstPlain(b *testing.B) {
	in := inputs(b, 100)
	papers := make([]*form.Paper, len(in)) // their values; not part of the plain way's time
	for i := range in {
		papers[i] = makePaper(b, form.KindRegistration, in[i])
	}
	ways := map[string]func(){
		"ours-separate": func() {
			for i := range 20 {
				pdfOf(b, makePaper(b, form.KindRegistration, in[i]))
			}
		},
		"plain-separate": func() {
			for i := range 20 {
				plainly(b, in[i:i+1], papers[i:i+1])
			}
		},
		"ours-batch": func() {
			papers := func(yield func(*form.Paper, error) bool) {
				for _, i := range in {
					if !yield(form.Registration(i)) {
						return
					}
				}
			}
			if err := form.Batch(b.Context(), papers, func(int) (io.WriteCloser, error) { return &nowhere{}, nil }, nil); err != nil {
				b.Fatal(err)
			}
		},
		"plain-batch": func() { plainly(b, in, papers) },
	}
	spent := make(map[string][]time.Duration)
	for b.Loop() {
		for range 5 {
			for name, way := range ways {
				began := cpu()
				way()
				spent[name] = append(spent[name], cpu()-began)
			}
		}
	}
	median := func(name string) float64 {
		slices.Sort(spent[name])
		return spent[name][len(spent[name])/2].Seconds()
	}
	b.ReportMetric(20/median("ours-separate"), "separate-forms/cpu-s")
	b.ReportMetric(median("plain-separate")/median("ours-separate"), "separate-ratio")
	b.ReportMetric(100/median("ours-batch"), "batch-forms/cpu-s")
	b.ReportMetric(median("plain-batch")/median("ours-batch"), "batch-ratio")
}
