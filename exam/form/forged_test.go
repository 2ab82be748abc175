package form_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
)

func TestASmallFileThatUnfoldsHugelyIsJudgedInLittleMemory(t *testing.T) {
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, verifiedInput(t)))
	for what, hostile := range map[string][]byte{
		"millions of papers": form.Edit(pdf, func(body []byte) []byte {
			if bytes.HasPrefix(body, []byte(`{"layout"`)) {
				return []byte(`{"layout":4,"papers":[{}` + strings.Repeat(",{}", 3_000_000) + `]}`)
			}
			return body
		}),
		"a long page many times": form.AddPages(pdf, bytes.Repeat([]byte(" "), 4<<20-1), 100),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if got := form.VerifyPDF(hostile, serverKeys, samplePack(t)); got[0].Genuine {
			t.Errorf("%s: %+v", what, got)
		}
		runtime.ReadMemStats(&after)
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; len(hostile) > 1<<20 || mb > 600 {
			t.Errorf("%s: %d bytes took %d MB", what, len(hostile), mb)
		}
	}
}

// A seal of the practice mode is over a paper that bears 演练, and no other.
func TestAPracticePaperWithoutItsMarkIsNotGenuine(t *testing.T) {
	in := draftInput(t)
	in.Practice = true
	in = delivered(in, exam.StateVerified)
	if got := verify(t, pdfOf(t, makePaper(t, form.KindRegistration, in))); !got.Genuine || !got.Practice {
		t.Fatalf("%+v", got)
	}
	expectNot(t, "without 演练", verify(t, pdfOf(t, form.WithoutMark(in))), form.ReasonAltered, "")
}

// The title, the names and the wording on a paper are of the exam that was sealed.
func TestAPaperThatBearsAnotherExamsTitleIsNotGenuine(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	other, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	in := verifiedInput(t)
	in.Pack = other
	paper := makePaper(t, form.KindRegistration, in)
	if !strings.Contains(form.Text(paper), other.Title.ZH) {
		t.Fatal("the title is not the other exam's")
	}
	expectNot(t, "another exam", form.VerifyPDF(pdfOf(t, paper), serverKeys, other, samplePack(t))[0], form.ReasonAltered, "exam")
}

func TestAListHidesTheMiddleOfShortNumbersToo(t *testing.T) {
	in := centre(t, 1)
	for number, shown := range map[string]string{"E12345678": "E1***5678", "12345678": "1***5678", "H1234567890": "H12****7890", "ab": "*b", "": "", "410105199003071236": "410105********1236"} {
		in.Drafts[0].Document.IDType, in.Drafts[0].Document.IDNumber = exam.Passport, number
		text := form.Text(form.List(in))
		if !strings.Contains(text, "\n"+shown+"\n") || len(number) > 1 && strings.Contains(text, number) {
			t.Errorf("%q is not shown as %q", number, shown)
		}
	}
}

// Subjects of another level have no price here, and no price is not nothing.
func TestTheFeeOfSubjectsThatNoPackNamesIsNotZero(t *testing.T) {
	in := draftInput(t)
	if a, ok := in.Pack.Area(in.Draft.Document.Area); !ok || a.Fees == nil {
		t.Fatal("the area publishes no fees")
	}
	in.Draft.Document.Level = exam.Junior
	for _, kind := range []form.Kind{form.KindRegistration, form.KindReceipt} {
		if text := form.Text(makePaper(t, kind, in)); strings.Contains(text, "0.00") {
			t.Errorf("%s says that it costs nothing", kind)
		}
	}
}

// What stands around the objects decides what a reader shows: which object is the
// catalogue, and where every other one is.
func TestNoByteAroundTheObjectsCanBeChanged(t *testing.T) {
	in := draftInput(t)
	in.Photo = nil
	in.Draft.Files = nil
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, delivered(in, exam.StateVerified)))
	if !verify(t, pdf).Genuine {
		t.Fatal("not genuine as it is")
	}
	table := bytes.LastIndex(pdf, []byte("\nxref\n"))
	for at := range pdf {
		if at > 16 && at < table {
			continue
		}
		pdf[at] ^= 1
		if verify(t, pdf).Genuine {
			t.Errorf("byte %d changed", at)
		}
		pdf[at] ^= 1
	}
	for _, hidden := range []string{"/Root 1 0 R ", "/Encrypt 1 0 R "} {
		if changed := bytes.Replace(pdf, []byte("trailer\n<<"), []byte("trailer\n<<"+hidden), 1); verify(t, changed).Genuine {
			t.Errorf("%s in the trailer", hidden)
		}
	}
}

// One thing that does not fit, and the paper is a draft.
func TestAPaperIsADraftUnlessReceiptAndSealAreOverWhatItShows(t *testing.T) {
	if makePaper(t, form.KindRegistration, verifiedInput(t)).Draft {
		t.Fatal("a draft as it is")
	}
	another := draftInput(t)
	another.Draft.Document.Name = "另一个人"
	another = delivered(another, exam.StateVerified)
	for what, change := range map[string]func(*form.Input, *exam.Registration){
		"a seal over another content": func(_ *form.Input, r *exam.Registration) { r.Seal = another.Draft.Registration.Seal },
		"a seal and a receipt over another content": func(in *form.Input, r *exam.Registration) {
			r.Seal, in.Draft.Delivered = another.Draft.Registration.Seal, another.Draft.Delivered
		},
		"a receipt over another content": func(in *form.Input, _ *exam.Registration) { in.Draft.Delivered = another.Draft.Delivered },
		"a receipt of another number": func(in *form.Input, r *exam.Registration) {
			receipt := exam.Sign(serverKey, exam.Statement{ID: r.ID, Number: "3841260000099999", Version: r.Version, State: r.State, Digest: r.Digest})
			in.Draft.Delivered = &receipt
		},
		"a seal of an earlier version": func(_ *form.Input, r *exam.Registration) { r.Version++ },
		"a seal of another state":      func(_ *form.Input, r *exam.Registration) { r.State = exam.StateConfirmed },
		"another photo": func(in *form.Input, _ *exam.Registration) {
			in.Photo = samplePhoto(2)
			in.Draft.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(in.Photo), Size: int64(len(in.Photo)), Type: "image/jpeg"}}
		},
		"another photo under a document that is the same once it is made ready": func(in *form.Input, _ *exam.Registration) {
			in.Photo = samplePhoto(2)
			in.Draft.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(in.Photo), Size: int64(len(in.Photo)), Type: "image/jpeg"}}
			in.Draft.Document.City += " "
		},
	} {
		in := verifiedInput(t)
		reg := *in.Draft.Registration
		in.Draft.Registration = &reg
		change(&in, &reg)
		if p := makePaper(t, form.KindRegistration, in); !p.Draft || !strings.Contains(form.Text(p), "草稿") {
			t.Errorf("%s: no draft", what)
		}
	}
}

func TestWhatAPracticeServerSealedBearsItsMark(t *testing.T) {
	in := draftInput(t)
	in.Practice = true
	in = delivered(in, exam.StateVerified)
	in.Practice = false
	if text := form.Text(makePaper(t, form.KindRegistration, in)); !strings.Contains(text, "演练") {
		t.Error("no 演练 on it")
	}
}

// Two contents, or two states, under one version: neither is believed.
func TestOneVersionSignedTwiceIsNotGenuine(t *testing.T) {
	in := verifiedInput(t)
	for what, change := range map[string]func(*exam.Registration){
		"another content": func(r *exam.Registration) { r.Digest = exam.Digest([]byte("another")) },
		"another state":   func(r *exam.Registration) { r.State = exam.StateConfirmed },
	} {
		known := *in.Draft.Registration
		change(&known)
		got := form.VerifyCode(in.Draft.Registration.Seal, serverKeys)
		got.Against(known)
		if expectNot(t, what, got, form.ReasonAltered); got.Current != form.CurrencyUnknown {
			t.Errorf("%s: %q", what, got.Current)
		}
	}
}

// A file is often written only when it is closed.
func TestABatchWhoseFileCannotBeClosedFails(t *testing.T) {
	in, full := verifiedInput(t), errors.New("the disk is full")
	papers := func(yield func(*form.Paper, error) bool) { yield(form.Registration(in)) }
	open := func(int) (io.WriteCloser, error) { return unclosed{full}, nil }
	if err := form.Batch(context.Background(), papers, open, nil); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

type unclosed struct{ err error }

func (unclosed) Write(p []byte) (int, error) { return len(p), nil }
func (u unclosed) Close() error              { return u.err }
