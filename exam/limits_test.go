package exam_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// drafts that a wire cannot carry, or nearly.
func overgrown() map[string]func(*exam.Draft) {
	posts := func(d *exam.Draft, n int) {
		d.Document.Work = slices.Repeat(d.Document.Work, exam.MaxWork)
		for i := range d.Document.Work {
			d.Document.Work[i].Duties = strings.Repeat("职", n)
		}
	}
	scans := func(d *exam.Draft, n int) {
		for i := range n {
			d.Files = append(d.Files, exam.File{Kind: "diploma", SHA256: exam.Digest([]byte{byte(i)}), Size: 9, Type: "image/jpeg"})
		}
	}
	return map[string]func(*exam.Draft){
		"complete":                 func(*exam.Draft) {},
		"long, and it fits":        func(d *exam.Draft) { posts(d, 2000) },
		"too long as a whole":      func(d *exam.Draft) { posts(d, 2000); d.Document.NameRemark = strings.Repeat("长", 20_000) },
		"one endless text":         func(d *exam.Draft) { d.Document.Address = strings.Repeat("路", 90_000) },
		"quotes that are escaped":  func(d *exam.Draft) { d.Document.Work[0].Duties = strings.Repeat(`"`, 131_000) },
		"bytes that are no text":   func(d *exam.Draft) { d.Document.Address = "某路\xff\xfe" },
		"no text in a record":      func(d *exam.Draft) { d.Document.Work[0].Position = "社工\xc3" },
		"no text in a subject":     func(d *exam.Draft) { d.Document.Subjects = []string{"\xff"} },
		"the mark of lost text":    func(d *exam.Draft) { d.Document.Address = "某路\uFFFD" },
		"as many files as allowed": func(d *exam.Draft) { scans(d, exam.MaxFiles-1) },
		"one file too many":        func(d *exam.Draft) { scans(d, exam.MaxFiles) },
		"an original beside them": func(d *exam.Draft) {
			scans(d, exam.MaxFiles-1)
			d.Files = append(d.Files, exam.File{Kind: exam.FilePhotoOriginal, SHA256: exam.Digest(nil), Size: exam.MaxOriginalBytes})
		},
		"a scan too large":  func(d *exam.Draft) { scans(d, 1); d.Files[1].Size = exam.MaxFileBytes + 1 },
		"a photo too large": func(d *exam.Draft) { d.Files[0].Size = exam.MaxFileBytes + 1 },
	}
}

func TestWhatNoServerTakesIsFoundBeforeItIsSent(t *testing.T) {
	want := map[string]string{
		"too long as a whole":     "block document.too_large ",
		"one endless text":        "block document.too_large ",
		"quotes that are escaped": "block document.too_large ",
		"bytes that are no text":  "block text.encoding address",
		"no text in a record":     "block text.encoding work.0.position",
		"no text in a subject":    "block text.encoding subjects.0",
		"one file too many":       "block attachments.too_many attachments",
		"a scan too large":        "block attachments.too_large attachments.diploma",
		"a photo too large":       "block attachments.too_large photo",
	}
	for name, change := range overgrown() {
		d := exam.Draft{ID: exam.NewDraftID(), Document: complete(), Files: []exam.File{photo}}
		change(&d)
		_, r := exam.Prepare(d, pack038, exam.Moment{})
		if want[name] == "" != r.Submittable || want[name] != "" && !slices.Contains(rules(r), want[name]) {
			t.Errorf("%s: %v, want %q", name, rules(r), want[name])
		}
		for _, p := range r.Problems {
			wantWords(t, "rule."+p.Rule, nonNil(p.Args))
		}
	}
}

// The picture that a photo was made of stays here and may be larger than what is sent.
func TestAnOriginalMayBeLargerThanWhatIsSent(t *testing.T) {
	for size, want := range map[int64]bool{exam.MaxFileBytes + 1: false, exam.MaxOriginalBytes: false, exam.MaxOriginalBytes + 1: true} {
		files := []exam.File{photo, {Kind: exam.FilePhotoOriginal, SHA256: exam.Digest(nil), Size: size}}
		_, tooLarge := found(exam.Check(complete(), files, pack038, exam.Moment{}), "attachments.too_large", "attachments."+string(exam.FilePhotoOriginal))
		if tooLarge != want {
			t.Errorf("%d bytes: too large %v", size, tooLarge)
		}
	}
}

// What is called submittable can be encoded, sent and read back as it was.
func TestWhatIsSubmittableCanBeSent(t *testing.T) {
	changes := overgrown()
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		d := exam.Draft{ID: exam.NewDraftID(), Document: complete(), Files: []exam.File{photo}}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			changes[rapid.SampledFrom(names).Draw(t, "change")](&d)
		}
		for range rapid.IntRange(0, 4).Draw(t, "texts") {
			path := rapid.SampledFrom(d.Document.Paths()).Draw(t, "path")
			_ = d.Document.Set(path, rapid.SampledFrom([]string{"\u2028", "\x00", "<&>", "\uFFFD", "\U0010FFFF", "\xff", `\`, strings.Repeat("\u2029", 50_000)}).Draw(t, "text"))
		}
		s, r := exam.Prepare(d, pack038, exam.Moment{})
		if !r.Submittable {
			return
		}
		raw := s.Encode()
		back, err := exam.DecodeSubmission(raw)
		if err != nil {
			t.Fatalf("submittable, and %v", err)
		}
		if string(back.Encode()) != string(raw) {
			t.Fatal("it came back changed")
		}
		for _, f := range back.Files {
			if !f.Sound() {
				t.Fatal("a reference to a file that is none")
			}
		}
	})
}

// TestEveryTextAndListHasItsBound: one character or record more is a problem where it stands.
func TestEveryTextAndListHasItsBound(t *testing.T) {
	full := complete()
	cert("junior", "2021-10")(&full)
	bounds := map[string]int{"work.0.duties": 2000}
	for _, path := range []string{"city", "checkpoint", "name_remark", "address", "title", "education.0.school", "education.0.major", "education.0.certificate_number",
		"degrees.0.awarded_by", "degrees.0.major", "degrees.0.certificate_number", "certificates.0.number", "work.0.employer", "work.0.place", "work.0.position"} {
		bounds[path] = 200
	}
	for path, most := range bounds {
		for n, want := range map[int]bool{most: false, most + 1: true} {
			d := full
			set(t, &d, path, strings.Repeat("长", n))
			if _, ok := found(exam.Check(d, nil, pack038, exam.Moment{}), "text.too_long", path); ok != want {
				t.Errorf("%d characters of %s: too long %v", n, path, ok)
			}
		}
	}
	for list, grow := range map[string]func(*exam.Document, int){
		"education":    func(d *exam.Document, n int) { d.Education = slices.Repeat(full.Education[:1], n) },
		"degrees":      func(d *exam.Document, n int) { d.Degrees = slices.Repeat(full.Degrees[:1], n) },
		"certificates": func(d *exam.Document, n int) { d.Certificates = slices.Repeat(full.Certificates[:1], n) },
		"work":         func(d *exam.Document, n int) { d.Work = slices.Repeat(full.Work[:1], n) },
	} {
		most := map[string]int{"education": exam.MaxEducation, "degrees": exam.MaxDegrees, "certificates": exam.MaxCertificates, "work": exam.MaxWork}[list]
		for n, want := range map[int]bool{most: false, most + 1: true} {
			d := full
			grow(&d, n)
			if _, ok := found(exam.Check(d, nil, pack038, exam.Moment{}), "list.too_long", list); ok != want {
				t.Errorf("%d of %s: too long %v", n, list, ok)
			}
		}
	}
}

func TestAReferenceToAFileIsSoundOrRefused(t *testing.T) {
	for name, change := range map[string]func(*exam.File){
		"no kind":     func(f *exam.File) { f.Kind = "" },
		"long kind":   func(f *exam.File) { f.Kind = exam.FileKind(strings.Repeat("k", 65)) },
		"empty":       func(f *exam.File) { f.Size = 0 },
		"less":        func(f *exam.File) { f.Size = -1 },
		"no hash":     func(f *exam.File) { f.SHA256 = "" },
		"capital hex": func(f *exam.File) { f.SHA256 = strings.Repeat("AB", 32) },
		"slash":       func(f *exam.File) { f.SHA256 = "/" + f.SHA256[1:] },
		"colon":       func(f *exam.File) { f.SHA256 = ":" + f.SHA256[1:] },
		"g":           func(f *exam.File) { f.SHA256 = "g" + f.SHA256[1:] },
		"grave":       func(f *exam.File) { f.SHA256 = "`" + f.SHA256[1:] },
	} {
		f := photo
		change(&f)
		if f.Sound() || !photo.Sound() {
			t.Errorf("%s is sound", name)
		}
	}
	f := photo
	if f.SHA256 = strings.Repeat("0189afbe", 8); !f.Sound() {
		t.Error("a digest of every kind of digit is not sound")
	}
}
