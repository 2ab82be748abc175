package form_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
)

var update = flag.Bool("update", false, "write the goldens anew")

// tool finds a program of the system's; where checks are run for everybody it
// must be there.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("WENBAO_ALL") != "" {
		t.Fatalf("%s is not installed (poppler-utils, qpdf, zbar-tools, mupdf-tools)", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// run gives what a program prints; its failure fails the test.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	var out, fault bytes.Buffer
	c := exec.Command(tool(t, name), args...)
	c.Stdout, c.Stderr = &out, &fault
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out.String(), fault.String())
	}
	return out.String()
}

func written(t testing.TB, name string, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// dense is text without the white space that extraction may add or lose.
func dense(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\f' {
			return -1
		}
		return r
	}, text)
}

func expectFields(t interface{ Errorf(string, ...any) }, p *form.Paper, text string) {
	text = dense(text)
	for _, f := range p.Fields {
		if !strings.Contains(text, dense(f.Text)) {
			t.Errorf("%s: %.40q is not in the text", f.Path, f.Text)
		}
	}
}

func TestGoldens(t *testing.T) {
	plain := draftInput(t)
	plain.Photo = nil
	practice := verifiedInput(t)
	practice.Practice = true
	english := verifiedInput(t)
	english.Words = assets.In("en")
	for name, p := range map[string]*form.Paper{
		"registration":         makePaper(t, form.KindRegistration, verifiedInput(t)),
		"registration-draft":   makePaper(t, form.KindRegistration, plain),
		"registration-english": makePaper(t, form.KindRegistration, english),
		"commitment-practice":  makePaper(t, form.KindCommitment, practice),
		"work-years":           makePaper(t, form.KindWorkYears, verifiedInput(t)),
		"receipt":              makePaper(t, form.KindReceipt, delivered(draftInput(t), exam.StateCompleted)),
		"admission":            makePaper(t, form.KindAdmission, delivered(draftInput(t), exam.StateCompleted)),
		"list":                 form.List(centre(t, 60)),
		"contact-sheet":        sheetOf(t, 14),
	} {
		pdf := pdfOf(t, p)
		golden(t, name+".txt", []byte(strings.Join(form.Drawn(pdf), "\n\f\n")))
		if name == "registration" || name == "registration-draft" {
			golden(t, name+".pdf", pdf)
		}
	}
}

// TestPictures keeps the pictures of the documentation in step with the papers.
func TestPictures(t *testing.T) {
	english := verifiedInput(t)
	english.Words = assets.In("en")
	for name, p := range map[string]*form.Paper{
		"registration": makePaper(t, form.KindRegistration, verifiedInput(t)),
		"draft":        makePaper(t, form.KindRegistration, draftInput(t)),
		"english":      makePaper(t, form.KindRegistration, english),
		"work-years":   makePaper(t, form.KindWorkYears, verifiedInput(t)),
		"commitment":   makePaper(t, form.KindCommitment, verifiedInput(t)),
		"receipt":      makePaper(t, form.KindReceipt, delivered(draftInput(t), exam.StateCompleted)),
		"admission":    makePaper(t, form.KindAdmission, delivered(draftInput(t), exam.StateCompleted)),
		"list":         form.List(centre(t, 60)),
		"failed":       sheetOf(t, 14),
	} {
		img, err := p.Image(0, 96)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "..", "docs", "pictures", "paper-"+name+".png")
		if *update {
			var raw bytes.Buffer
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&raw, img); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, raw.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(img, shown); d > 0.002 {
			t.Errorf("%s shows something else; go test ./exam/form -update", path)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden; look at it, and if it is meant: raise Layout if pages changed, go test ./exam/form -update", name)
	}
}

func TestEveryFieldOfARandomRegistrationIsInTheText(t *testing.T) {
	pack := samplePack(t)
	text := rapid.StringOfN(rapid.OneOf(
		rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0x4E00, Hi: 0x9FEF, Stride: 1}}}),
		rapid.RuneFrom(nil, &unicode.RangeTable{R32: []unicode.Range32{{Lo: 0x20000, Hi: 0x2A6D6, Stride: 1}, {Lo: 0x2B820, Hi: 0x2CEA1, Stride: 1}}}),
		rapid.SampledFrom([]rune("，。（）·ABCxyz0189@-.éß 　㐀䶮〇①\u202E\U0010FFFD")),
	), 0, 40, -1)
	rounds := 0
	rapid.Check(t, func(t *rapid.T) {
		d := sampleDocument()
		for _, path := range []string{"name", "name_remark", "id_number", "phone", "email", "address", "postcode", "city", "checkpoint", "title", "level", "area", "gender", "ethnicity",
			"education.0.school", "education.1.major", "education.1.certificate_number", "degrees.0.awarded_by", "certificates.0.number",
			"work.0.employer", "work.0.credit_code", "work.1.duties", "work.1.position", "work.1.place", "work.0.from", "first_worked", "birth_date"} {
			if rapid.Bool().Draw(t, path+" changed") {
				if err := d.Set(path, text.Draw(t, path)); err != nil {
					t.Fatal(err)
				}
			}
		}
		in := form.Input{Draft: exam.Draft{ID: "0198c0de-0000-7000-8000-000000000001", Document: d}, Pack: pack, Printed: printedAt}
		p, err := form.Registration(in)
		if err != nil {
			t.Fatal(err)
		}
		if rounds++; rounds%4 == 0 { // writing and reading a file takes longest
			pdf, err := p.PDF()
			if err != nil {
				t.Fatal(err)
			}
			expectFields(t, p, strings.Join(form.Drawn(pdf), ""))
		}
		expectFields(t, p, form.Text(p))
		if all := dense(fieldText(p)); !strings.Contains(all, dense(d.Name)) || !strings.Contains(all, dense(d.IDNumber)) || !strings.Contains(all, dense(d.Work[1].Duties)) {
			t.Errorf("a value of the document is in no field")
		}
	})
}

func fieldText(p *form.Paper) string {
	var b strings.Builder
	for _, f := range p.Fields {
		b.WriteString(f.Text + "\n")
	}
	return b.String()
}

func TestOtherReadersGetTheSameText(t *testing.T) {
	for _, in := range []form.Input{verifiedInput(t), draftInput(t)} {
		p := makePaper(t, form.KindRegistration, in)
		path := written(t, "form.pdf", pdfOf(t, p))
		text := run(t, "pdftotext", "-raw", path, "-")
		expectFields(t, p, text)
		if !strings.Contains(text, "欧阳𠮷𬭎") {
			t.Error("pdftotext: the name with rare characters is not one word")
		}
		if drafted := strings.Contains(dense(text), "状态：草稿"); drafted != p.Draft {
			t.Errorf("状态：草稿 in the text: %v, want %v", drafted, p.Draft)
		}
		mutool := run(t, "mutool", "draw", "-q", "-F", "txt", "-o", "-", path)
		for _, f := range p.Fields {
			if !strings.Contains(f.Text, "\n") && len([]rune(f.Text)) < 12 && !strings.Contains(dense(mutool), dense(f.Text)) {
				t.Errorf("mutool: %s: %q is missing", f.Path, f.Text)
			}
		}
	}
}

func TestEveryFileIsSound(t *testing.T) {
	full := draftInput(t)
	full.Draft.Document = fullDocument()
	for name, in := range map[string]form.Input{"draft": draftInput(t), "completed": delivered(draftInput(t), exam.StateCompleted), "full": full, "empty": {Printed: printedAt}} {
		for _, kind := range form.Kinds {
			if name == "empty" && kind == form.KindWorkYears {
				continue
			}
			p := makePaper(t, kind, in)
			form.CheckPages(t, p)
			if out := run(t, "qpdf", "--check", written(t, "p.pdf", pdfOf(t, p))); strings.Contains(out, "WARNING") {
				t.Errorf("%s %s: %s", name, kind, out)
			}
		}
	}
}

func TestEveryCodeIsReadFromPaperAndPreview(t *testing.T) {
	full := draftInput(t)
	full.Draft.Document = fullDocument()
	for _, in := range []form.Input{draftInput(t), verifiedInput(t), delivered(full, exam.StateManualReview)} {
		p := makePaper(t, form.KindRegistration, in)
		want := exam.DraftSealText(in.Draft.ID)
		if in.Draft.Registration != nil {
			want = in.Draft.Registration.Seal
		}
		img, err := p.Image(0, 220)
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		// The upper right corner; finding a code on a whole page takes zbar long.
		if err := png.Encode(&raw, img.SubImage(image.Rect(1300, 30, 1790, 400))); err != nil {
			t.Fatal(err)
		}
		base := filepath.Join(t.TempDir(), "print")
		run(t, "pdftoppm", "-r", "220", "-x", "1300", "-y", "30", "-W", "490", "-H", "370", "-png", "-l", "1", "-singlefile", written(t, "p.pdf", pdfOf(t, p)), base)
		for _, picture := range []string{written(t, "preview.png", raw.Bytes()), base + ".png"} {
			if got := strings.TrimSpace(run(t, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture)); got != want {
				t.Errorf("%s reads %q, want %q", filepath.Base(picture), got, want)
			}
		}
	}
}

func TestThePreviewIsThePrint(t *testing.T) {
	for _, in := range []form.Input{verifiedInput(t), draftInput(t)} {
		p := makePaper(t, form.KindRegistration, in)
		base := filepath.Join(t.TempDir(), "print")
		run(t, "pdftoppm", "-r", "100", "-png", "-l", "1", "-singlefile", written(t, "p.pdf", pdfOf(t, p)), base)
		f, err := os.Open(base + ".png")
		if err != nil {
			t.Fatal(err)
		}
		printed, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		preview, err := p.Image(0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(preview, printed); d > 0.035 {
			t.Errorf("preview and print differ by %.3f of black on average", d)
		}
	}
}

// difference compares blurred brightness, so that the smoothing of edges and a
// pixel's shift do not count, and a missing or moved line of text does.
func difference(a, b image.Image) float64 {
	const block = 6
	bounds := a.Bounds().Intersect(b.Bounds())
	worst := 0.0
	for y := bounds.Min.Y; y+8*block <= bounds.Max.Y; y += 8 * block {
		for x := bounds.Min.X; x+8*block <= bounds.Max.X; x += 8 * block {
			sum := 0.0
			for dy := 0; dy < 8*block; dy += block {
				for dx := 0; dx < 8*block; dx += block {
					r := image.Rect(x+dx, y+dy, x+dx+block, y+dy+block)
					d := brightness(a, r) - brightness(b, r)
					sum += max(d, -d)
				}
			}
			worst = max(worst, sum/64)
		}
	}
	return worst / 4
}

func brightness(img image.Image, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			_, g, _, _ := img.At(x, y).RGBA()
			sum += float64(g) / 0xFFFF
		}
	}
	return sum / float64(r.Dx()*r.Dy())
}

func TestUsualRegistrationFitsOnOnePage(t *testing.T) {
	if p := makePaper(t, form.KindRegistration, verifiedInput(t)); p.Pages() != 1 {
		t.Errorf("%d pages", p.Pages())
	}
}

// What is handed in without subjects is handed in with all of its level: the
// draft on paper says so.
func TestADraftThatNamesNoSubjectsShowsAllOfItsLevel(t *testing.T) {
	in := draftInput(t)
	in.Draft.Document.Subjects = nil
	for _, kind := range []form.Kind{form.KindRegistration, form.KindAdmission} {
		text := dense(form.Text(makePaper(t, kind, in)))
		for _, s := range in.Pack.Subjects(in.Draft.Document.Level) {
			if !strings.Contains(text, dense(s.Name.ZH)) {
				t.Errorf("%s lacks %s", kind, s.Name.ZH)
			}
		}
	}
}

// A page that fell out of a stack can be put back: its head has the name, 25
// characters and the number of the practice too.
func TestEveryFurtherPageSaysWhoseItIs(t *testing.T) {
	in := draftInput(t)
	in.Draft.Document = fullDocument()
	in.Draft.Document.Name = strings.Repeat("欧阳𠮷𬭎阿", 5)
	numbered := delivered(in, exam.StateVerified)
	numbered.Draft.Registration.Number = "演练4100002604804135857"
	for name, in := range map[string]form.Input{"draft": in, "numbered": numbered} {
		for i, text := range form.Drawn(pdfOf(t, makePaper(t, form.KindRegistration, in))) {
			if !strings.Contains(dense(text), in.Draft.Document.Name) {
				t.Errorf("%s: page %d does not name the candidate", name, i+1)
			}
		}
	}
}

func TestTheFormSaysHowManyYearsWereCounted(t *testing.T) {
	if text := form.Text(makePaper(t, form.KindRegistration, verifiedInput(t))); !strings.Contains(text, "从事社会工作 14 年 6 个月，截至 2026.12.31；要求 3 年") {
		t.Error(text)
	}
	in := draftInput(t)
	in.Draft.Document.Education, in.Draft.Document.Degrees = nil, nil
	if text := form.Text(makePaper(t, form.KindRegistration, in)); strings.Contains(text, "截至") {
		t.Error("years are counted by no rule:", text)
	}
}

func TestLongListsAndTextsFlowOn(t *testing.T) {
	in := draftInput(t)
	in.Draft.Document = fullDocument()
	p := makePaper(t, form.KindRegistration, in)
	if p.Pages() < 3 {
		t.Errorf("%d pages", p.Pages())
	}
	pages := form.Drawn(pdfOf(t, p))
	expectFields(t, p, strings.Join(pages, ""))
	for i, text := range pages {
		for _, want := range []string{"草稿", fmt.Sprintf("第 %d 页，共 %d 页", i+1, len(pages))} {
			if !strings.Contains(text, want) {
				t.Errorf("page %d lacks %q", i+1, want)
			}
		}
		if i > 0 && !strings.Contains(text, "报名表（续）") {
			t.Errorf("page %d has no head", i+1)
		}
	}
	if n := strings.Count(strings.Join(pages[1:], ""), "工作内容"); n < 2 {
		t.Errorf("the heading of the list of posts is on %d further pages", n)
	}
	for _, path := range []string{"name", "id_number", "address", "work.0.duties", "education.0.school", "city"} {
		d := sampleDocument()
		if err := d.Set(path, strings.Repeat("很长的文字，", 1500)); err != nil {
			t.Fatal(err)
		}
		in.Draft.Document = d
		p := makePaper(t, form.KindRegistration, in)
		form.CheckPages(t, p)
		if n := strings.Count(strings.Join(form.Drawn(pdfOf(t, p)), ""), "很"); n != 1500 {
			t.Errorf("%s: %d of 1500 pieces are printed", path, n)
		}
	}
}

func TestCharactersWithoutAShapeAreBoxedAndReported(t *testing.T) {
	in := draftInput(t)
	in.Draft.Document.Name = "张\U0010FFFD\u202E三\x00𠮷"
	p := makePaper(t, form.KindRegistration, in)
	if want := []rune{0, 0x202E, 0x10FFFD}; !slices.Equal(p.Missing, want) {
		t.Errorf("missing %U, want %U", p.Missing, want)
	}
	if text := form.Drawn(pdfOf(t, p))[0]; !strings.Contains(text, "张\U0010FFFD\u202E三\x00𠮷") {
		t.Error("the name's characters cannot be copied")
	}
	if all := makePaper(t, form.KindRegistration, draftInput(t)).Missing; len(all) != 0 {
		t.Errorf("a usual form lacks %U", all)
	}
}

func TestMarkSaysWhatThePaperIs(t *testing.T) {
	changed := verifiedInput(t)
	changed.Draft.Document.Phone = "13900000000"
	noReceipt := verifiedInput(t)
	noReceipt.Draft.Delivered = nil
	otherReceipt := verifiedInput(t)
	receipt := exam.Sign(serverKey, exam.Statement{ID: otherReceipt.Draft.ID, Number: "1", Version: 1, State: exam.StateVerified, Digest: exam.Digest(nil)})
	otherReceipt.Draft.Delivered = &receipt
	noSeal := verifiedInput(t)
	noSeal.Draft.Registration.Seal = ""
	practice := verifiedInput(t)
	practice.Practice = true
	for name, test := range map[string]struct {
		in    form.Input
		kind  form.Kind
		draft bool
		mark  string
	}{
		"draft":                {draftInput(t), form.KindRegistration, true, "草稿"},
		"received only":        {delivered(draftInput(t), exam.StateSubmitted), form.KindRegistration, true, "草稿"},
		"changed since":        {changed, form.KindRegistration, true, "草稿"},
		"no receipt":           {noReceipt, form.KindRegistration, true, "草稿"},
		"receipt of another":   {otherReceipt, form.KindRegistration, true, "草稿"},
		"no seal":              {noSeal, form.KindRegistration, true, "草稿"},
		"not paid":             {verifiedInput(t), form.KindReceipt, true, "草稿"},
		"withdrawn":            {delivered(draftInput(t), exam.StateWithdrawn), form.KindRegistration, true, "已撤回"},
		"practice":             {practice, form.KindRegistration, false, "演练"},
		"verified":             {verifiedInput(t), form.KindRegistration, false, ""},
		"manual review":        {delivered(draftInput(t), exam.StateManualReview), form.KindRegistration, false, ""},
		"paid":                 {delivered(draftInput(t), exam.StateCompleted), form.KindReceipt, false, ""},
		"certificate to stamp": {draftInput(t), form.KindWorkYears, false, ""},
	} {
		p := makePaper(t, test.kind, test.in)
		text := strings.Join(form.Drawn(pdfOf(t, p)), "")
		if p.Draft != test.draft || test.mark != "" && !strings.Contains(text, test.mark) {
			t.Errorf("%s: draft %v, text has the mark: %v", name, p.Draft, strings.Contains(text, test.mark))
		}
		if test.mark == "" && strings.Contains(text, "草稿") {
			t.Errorf("%s: 草稿 is on it", name)
		}
	}
}

func TestEveryPhraseExistsInBothLanguages(t *testing.T) {
	full := draftInput(t)
	full.Draft.Document.Commitment = exam.CommitmentDeclined
	for _, lang := range assets.Languages {
		for _, state := range []exam.State{exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted, exam.StateWithdrawn, exam.StateExpired, exam.StateRefused} {
			for _, in := range []form.Input{draftInput(t), full, {Printed: printedAt}, delivered(draftInput(t), state)} {
				in.Words = assets.In(lang)
				for _, kind := range form.Kinds {
					p, err := form.Make(kind, in)
					if err != nil {
						continue
					}
					if strings.ContainsAny(form.Text(p), "⟦⟧") {
						t.Errorf("%s %s %s: a phrase is missing", lang, state, kind)
					}
				}
			}
		}
		for _, r := range []form.Reason{form.ReasonNone, form.ReasonUnreadable, form.ReasonDraft, form.ReasonUntrusted, form.ReasonAltered, form.ReasonPack, form.ReasonEdition} {
			if key := "form.verify." + string(r); !assets.In(lang).Has(key) {
				t.Errorf("%s: no %s", lang, key)
			}
		}
	}
}

func TestPhotoMustBeTheRegistrations(t *testing.T) {
	other := draftInput(t)
	other.Photo = samplePhoto(2)
	broken := draftInput(t)
	broken.Photo = []byte("not a picture")
	broken.Draft.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(broken.Photo)}}
	for name, in := range map[string]form.Input{"another's": other, "broken": broken} {
		if _, err := form.Registration(in); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := form.Make("poster", draftInput(t)); exam.KindOf(err) != exam.KindInvalid {
		t.Errorf("a poster: %v", err)
	}
}

func TestPapersAreTheSameOnEveryRunAndInParallel(t *testing.T) {
	want := pdfOf(t, makePaper(t, form.KindRegistration, verifiedInput(t)))
	shared := makePaper(t, form.KindRegistration, verifiedInput(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			p, err := form.Registration(verifiedInput(t))
			if err != nil {
				t.Error(err)
				return
			}
			for _, paper := range []*form.Paper{p, shared} {
				if pdf, err := paper.PDF(); err != nil || !bytes.Equal(pdf, want) {
					t.Errorf("another PDF: %v", err)
				}
				if _, err := paper.Image(0, 60); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

type part struct {
	bytes.Buffer
	closed bool
}

func (p *part) Close() error { p.closed = true; return nil }

func TestBatchIsCutTellsProgressAndStops(t *testing.T) {
	p := makePaper(t, form.KindCommitment, verifiedInput(t))
	total := form.PerFile + 2
	many := func(yield func(*form.Paper, error) bool) {
		for range total {
			if !yield(p, nil) {
				return
			}
		}
	}
	var parts []*part
	open := func(n int) (io.WriteCloser, error) {
		if n != len(parts) {
			t.Errorf("part %d after %d", n, len(parts))
		}
		parts = append(parts, &part{})
		return parts[n], nil
	}
	heard := 0
	if err := form.Batch(context.Background(), many, open, func(done int) { heard++; _ = done }); err != nil {
		t.Fatal(err)
	}
	if len(parts) != 2 || heard != total || !parts[0].closed || !parts[1].closed || len(form.Drawn(parts[0].Bytes())) != form.PerFile || len(form.Drawn(parts[1].Bytes())) != 2 {
		t.Errorf("%d parts, heard of %d papers", len(parts), heard)
	}

	ctx, cancel := context.WithCancel(context.Background())
	if err := form.Batch(ctx, many, open, func(done int) {
		if done == 5 {
			cancel()
		}
	}); exam.KindOf(err) != exam.KindCanceled {
		t.Errorf("cancelled: %v", err)
	}
	full := errors.New("no space left")
	if err := form.Batch(context.Background(), many, func(int) (io.WriteCloser, error) { return nil, full }, nil); !errors.Is(err, full) {
		t.Errorf("no file: %v", err)
	}
	bad := func(yield func(*form.Paper, error) bool) { yield(nil, full) }
	if err := form.Batch(context.Background(), bad, open, nil); !errors.Is(err, full) {
		t.Errorf("bad paper: %v", err)
	}
}

func TestImageRefusesWhatItCannotDraw(t *testing.T) {
	p := makePaper(t, form.KindRegistration, verifiedInput(t))
	for _, test := range []struct {
		page int
		dpi  float64
		kind exam.Kind
	}{{1, 100, exam.KindNotFound}, {-1, 100, exam.KindNotFound}, {0, 5000, exam.KindInvalid}, {0, 0, exam.KindInvalid}} {
		if _, err := p.Image(test.page, test.dpi); exam.KindOf(err) != test.kind {
			t.Errorf("page %d at %g dpi: %v", test.page, test.dpi, err)
		}
	}
}
