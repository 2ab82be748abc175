package local

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/store"
)

var signer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))

// sealed gives a registration that the server confirmed, as an input for papers.
func sealed(t testing.TB) form.Input {
	t.Helper()
	pack := Packs()[0]
	sub := exam.Submission{Schema: 1, ID: "0198c0de-0000-7000-8000-000000000001", Pack: pack.Ref(),
		Document: exam.Document{Exam: "038", Year: 2026, Level: exam.Junior, Area: "410000", Name: "欧阳𠮷"}}
	content := sub.Encode()
	reg := exam.Registration{ID: sub.ID, Number: "3841260000012345", Version: 2, State: exam.StateVerified, Digest: exam.Digest(content), Content: content,
		History: []exam.Event{{Version: 2, State: exam.StateVerified, At: time.Date(2026, 3, 9, 8, 15, 0, 0, time.UTC)}}}
	seal, err := exam.NewSeal(reg, false)
	if err != nil {
		t.Fatal(err)
	}
	reg.Seal = exam.SignSeal(signer, seal)
	receipt := exam.Sign(signer, exam.Statement{ID: reg.ID, Number: reg.Number, Version: 2, State: reg.State, Digest: reg.Digest})
	return form.Input{Draft: exam.Draft{ID: sub.ID, Document: sub.Document, Registration: &reg, Delivered: &receipt}, Pack: pack}
}

func reviewer() Reviewer {
	return Reviewer{Keys: []ed25519.PublicKey{signer.Public().(ed25519.PublicKey)}, Packs: Packs()}
}

// page gives a picture of a paper as JPEG.
func page(t testing.TB, in form.Input) []byte {
	t.Helper()
	p, err := form.Registration(in)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Image(0, 130)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scanned wraps pictures as the PDF of a copier does.
func scanned(pictures ...[]byte) []byte {
	pdf := []byte("%PDF-1.4\n")
	for i, picture := range pictures {
		pdf = fmt.Appendf(pdf, "%d 0 obj\n<</Type/XObject/Subtype/Image/Filter/DCTDecode/Length %d>>\nstream\n", i+1, len(picture))
		pdf = append(append(pdf, picture...), "\nendstream\nendobj\n"...)
	}
	return append(pdf, "trailer\n<<>>\n%%EOF\n"...)
}

func TestEveryPageOfAScannersPDFIsJudgedByItsCode(t *testing.T) {
	in := sealed(t)
	draft := in
	draft.Draft.Registration, draft.Draft.Delivered = nil, nil
	got := reviewer().File(scanned(page(t, in), page(t, draft)))
	if len(got) != 2 || !got[0].Genuine || got[0].File || got[0].Number != "3841260000012345" || got[1].Genuine || got[1].Reason != form.ReasonDraft {
		t.Errorf("%+v", got)
	}
}

// Whoever sees a stack called genuine believes that of each sheet.
func TestASheetWithoutALegibleCodeIsNotPassedOver(t *testing.T) {
	good, garbage := page(t, sealed(t)), append([]byte("\xff\xd8\xff"), make([]byte, leastScan)...)
	got := reviewer().File(scanned(good, garbage, good))
	if len(got) != 3 || !got[0].Genuine || got[1].Reason != form.ReasonUncoded || !got[2].Genuine {
		t.Errorf("%+v", got)
	}
	many := [][]byte{good}
	for range maxScans {
		many = append(many, garbage)
	}
	got = reviewer().File(scanned(many[:maxScans]...))
	if len(got) != maxScans {
		t.Errorf("%d findings for %d sheets", len(got), maxScans)
	}
	got = reviewer().File(scanned(many...))
	if len(got) != maxScans+1 || got[maxScans].Reason != form.ReasonUnreadable {
		t.Errorf("%d findings for %d sheets", len(got), len(many))
	}
}

func TestWhatHasNoLegibleCodeIsUnreadable(t *testing.T) {
	var blank bytes.Buffer
	if err := jpeg.Encode(&blank, image.NewGray(image.Rect(0, 0, 300, 300)), nil); err != nil {
		t.Fatal(err)
	}
	whole := page(t, sealed(t))
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("hello"), "blank": blank.Bytes(), "a PDF of something": scanned(),
		"a cut picture": whole[:len(whole)/3], "a cut PDF": scanned(whole)[:400]} {
		got := reviewer().File(data)
		if len(got) != 1 || got[0].Genuine || got[0].Reason != form.ReasonUnreadable {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A registration that lies in the bin is known all the same: its earlier paper is
// outdated.
func TestARegistrationInTheBinIsKnownToAReviewer(t *testing.T) {
	ctx, in := context.Background(), sealed(t)
	st, err := Open(ctx, t.TempDir(), store.Keys{Passphrase: "correct-horse"})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	later := *in.Draft.Registration
	later.Version, later.State = 3, exam.StateWithdrawn
	if err := errors.Join(st.Apply("1", []exam.Update{{Registration: later}}, nil), st.Delete(later.ID)); err != nil {
		t.Fatal(err)
	}
	r := reviewer()
	r.Store = st
	if got := r.Code(in.Draft.Registration.Seal); got.Genuine || got.Reason != form.ReasonOutdated {
		t.Errorf("%+v", got)
	}
}

// FuzzReviewer feeds whatever a person may drop on the page: nothing may panic,
// and nothing but the genuine paper is called genuine.
func FuzzReviewer(f *testing.F) {
	in := sealed(f)
	p, err := form.Registration(in)
	if err != nil {
		f.Fatal(err)
	}
	pdf, err := p.PDF()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pdf)
	f.Add(scanned([]byte("\xff\xd8\xff\xe0")))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte("BM"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, finding := range reviewer().File(data) {
			if finding.Genuine && finding.File && !bytes.Equal(data, pdf) {
				t.Error("changed, and called genuine")
			}
		}
	})
}
