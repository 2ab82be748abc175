package form_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/exam/form"
)

func verify(t *testing.T, pdf []byte) form.Finding {
	t.Helper()
	findings := form.VerifyPDF(pdf, serverKeys, samplePack(t))
	if len(findings) != 1 {
		t.Fatalf("%d findings", len(findings))
	}
	return findings[0]
}

func expectNot(t *testing.T, what string, got form.Finding, reason form.Reason, differs ...string) {
	t.Helper()
	if got.Genuine || got.Reason != reason || len(differs) > 0 && !slices.Equal(got.Differs, differs) {
		t.Errorf("%s: %+v, want reason %q and %q", what, got, reason, differs)
	}
}

func TestSealedPapersAreGenuine(t *testing.T) {
	for _, kind := range form.Kinds {
		in := delivered(draftInput(t), exam.StateCompleted)
		got := verify(t, pdfOf(t, makePaper(t, kind, in)))
		reg := in.Draft.Registration
		if !got.Genuine || got.Number != reg.Number || got.Version != reg.Version || got.State != reg.State || got.Digest != reg.Digest || len(got.Differs) != 0 {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestDraftsAreNeverGenuine(t *testing.T) {
	expectNot(t, "draft", verify(t, pdfOf(t, makePaper(t, form.KindRegistration, draftInput(t)))), form.ReasonDraft)
}

func TestChangedTextIsNamed(t *testing.T) {
	p := makePaper(t, form.KindRegistration, verifiedInput(t))
	pdf := pdfOf(t, p)
	// 1990.03.07 is drawn once, in the cell of the birth date.
	var date strings.Builder
	for _, r := range "1990.03.07" {
		date.WriteString(form.GlyphCode(p, r))
	}
	one, nine := form.GlyphCode(p, '1'), form.GlyphCode(p, '9')
	changed := form.Edit(pdf, func(body []byte) []byte {
		return bytes.Replace(body, []byte("<"+date.String()+">"), []byte("<"+strings.Replace(date.String(), nine, one, 1)+">"), 1)
	})
	if bytes.Equal(changed, pdf) {
		t.Fatal("nothing was changed")
	}
	expectNot(t, "birth date", verify(t, changed), form.ReasonAltered, "birth_date")
}

func TestWhatIsPutOnTopOrBehindIsFound(t *testing.T) {
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, verifiedInput(t)))
	for what, edit := range map[string]func([]byte) []byte{
		"a white box": func(body []byte) []byte {
			return bytes.Replace(body, []byte("EI Q\n"), []byte("f Q\n1 g 100 600 90 20 re f\n"), 1)
		},
		"another text": func(body []byte) []byte {
			return bytes.Replace(body, []byte("EI Q\n"), []byte("f Q\n/F 9 Tf BT 99 99 Td <0001> Tj ET\n"), 1)
		},
		"a glyph's shape": func(body []byte) []byte {
			if i := bytes.Index(body, []byte("glyf")); i > 0 && i < 200 {
				body = slices.Clone(body)
				body[len(body)-400] ^= 0x11
			}
			return body
		},
		"a character's meaning": func(body []byte) []byte {
			return bytes.Replace(body, []byte("[<"), []byte("[<4E00"), 1)
		},
		"the photo": func(body []byte) []byte {
			if i := bytes.Index(body, []byte("/DCTDecode")); i > 0 {
				body = slices.Clone(body)
				body[len(body)-2000] ^= 1
			}
			return body
		},
		"the title in the file": func(body []byte) []byte {
			return bytes.Replace(body, []byte("/Producer (Wenbao)"), []byte("/Producer (Wenbaa)"), 1)
		},
		"the time of printing": func(body []byte) []byte {
			return bytes.Replace(body, []byte(`"printed":"2026-03-09T08:15:00Z"`), []byte(`"printed":"2026-03-11T08:15:00Z"`), 1)
		},
	} {
		changed := form.Edit(pdf, edit)
		if bytes.Equal(changed, pdf) {
			t.Errorf("%s: nothing was changed", what)
		}
		if got := verify(t, changed); got.Genuine || len(got.Differs) == 0 {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

// Somebody else's photo in a batch is found on the paper it is on, the same photo
// of two papers on both, and no other paper is doubted for it.
// inOneFile prints registrations into one PDF.
func inOneFile(t *testing.T, in []form.Input) []byte {
	t.Helper()
	var out bytes.Buffer
	papers := func(yield func(*form.Paper, error) bool) {
		for _, one := range in {
			if !yield(form.Registration(one)) {
				return
			}
		}
	}
	open := func(int) (io.WriteCloser, error) {
		return struct {
			io.Writer
			io.Closer
		}{&out, io.NopCloser(nil)}, nil
	}
	if err := form.Batch(context.Background(), papers, open, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnotherPhotoIsNamedOnItsOwnPapersAlone(t *testing.T) {
	in := inputs(t, 4)
	in[2] = in[1]
	batch := inOneFile(t, in)
	mine, theirs, swapped := in[1].Photo, samplePhoto(9), 0
	pdf := form.Edit(batch, func(body []byte) []byte {
		if !bytes.Contains(body, mine) {
			return body
		}
		swapped++
		body = bytes.Replace(body, mine, theirs, 1)
		return bytes.Replace(body, fmt.Appendf(nil, "/Length %d", len(mine)), fmt.Appendf(nil, "/Length %d", len(theirs)), 1)
	})
	got := form.VerifyPDF(pdf, serverKeys, samplePack(t))
	if swapped != 1 || len(got) != len(in) {
		t.Fatalf("%d pictures swapped, %d papers", swapped, len(got))
	}
	for i, f := range got {
		if altered := i == 1 || i == 2; f.Genuine == altered || altered && !slices.Equal(f.Differs, []string{"photo"}) {
			t.Errorf("paper %d: genuine %v, differs %q", i, f.Genuine, f.Differs)
		}
	}
}

func TestPaperForgedWithTheProgramItselfNamesTheField(t *testing.T) {
	in := verifiedInput(t)
	for path, change := range map[string]func(*exam.Document){
		"name":           func(d *exam.Document) { d.Name = "欧阳别人" },
		"id_number":      func(d *exam.Document) { d.IDNumber = "410105199003071252" },
		"area":           func(d *exam.Document) { d.Area = "110000" },
		"work.0":         func(d *exam.Document) { d.Work[0].From = "2010-07" },
		"education.1":    func(d *exam.Document) { d.Education[1].Level = exam.Doctor },
		"certificates.0": func(d *exam.Document) { d.Certificates = nil },
	} {
		expectNot(t, path, verify(t, pdfOf(t, form.Forge(in, change))), form.ReasonAltered, path)
	}
}

func TestSealOfAnotherPaperOrKeyIsNotBelieved(t *testing.T) {
	mine, theirs := verifiedInput(t), draftInput(t)
	theirs.Draft.Document.Name = "另一个人"
	theirs = delivered(theirs, exam.StateVerified)
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, mine))
	replayed := form.Edit(pdf, func(body []byte) []byte {
		return bytes.Replace(body, []byte(mine.Draft.Registration.Seal), []byte(theirs.Draft.Registration.Seal), 1)
	})
	expectNot(t, "another's seal", verify(t, replayed), form.ReasonAltered)

	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	findings := form.VerifyPDF(pdf, []ed25519.PublicKey{stranger.Public().(ed25519.PublicKey)}, samplePack(t))
	expectNot(t, "another key", findings[0], form.ReasonUntrusted)
	if findings[0].Number != "" {
		t.Error("a number was taken from an untrusted seal")
	}
	expectNot(t, "no key", form.VerifyPDF(pdf, nil, samplePack(t))[0], form.ReasonUntrusted)
	expectNot(t, "no pack", form.VerifyPDF(pdf, serverKeys)[0], form.ReasonPack)
}

// An authority may publish another edition of the pack after a registration was
// made: papers are laid out, and drawn again, by the edition at hand.
func TestPapersOfALaterPackEditionAreGenuine(t *testing.T) {
	in := verifiedInput(t)
	later := *in.Pack
	later.Version++
	later.Remark = exam.Text{ZH: "新版备注", EN: "A new remark"}
	in.Pack = &later
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, in))
	if got := form.VerifyPDF(pdf, serverKeys, samplePack(t), &later)[0]; !got.Genuine {
		t.Errorf("%+v", got)
	}
	expectNot(t, "edition not at hand", form.VerifyPDF(pdf, serverKeys, samplePack(t))[0], form.ReasonPack)
}

func TestAnotherEditionIsSaid(t *testing.T) {
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, verifiedInput(t)))
	other := form.Edit(pdf, func(body []byte) []byte {
		return bytes.Replace(body, []byte(`{"layout":`), []byte(`{"layout":9`), 1)
	})
	expectNot(t, "edition", verify(t, other), form.ReasonEdition)
}

func TestDamagedFilesAreNeverGenuine(t *testing.T) {
	pdf := pdfOf(t, makePaper(t, form.KindRegistration, verifiedInput(t)))
	for n := 0; n < len(pdf); n += 1 + len(pdf)/100 {
		if verify(t, pdf[:n]).Genuine {
			t.Fatalf("cut to %d bytes", n)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		changed := slices.Clone(pdf)
		i := rng.IntN(len(changed))
		changed[i] ^= 1 << rng.IntN(8)
		if verify(t, changed).Genuine {
			t.Fatalf("byte %d changed", i)
		}
	}
	appended := append(slices.Clone(pdf), "5 0 obj\n<</Type /Page>>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 5 0 R>>\nstartxref\n9\n%%EOF\n"...)
	expectNot(t, "later changes appended", verify(t, appended), form.ReasonUnreadable)
	expectNot(t, "no PDF", verify(t, []byte("hello")), form.ReasonUnreadable)
}

func TestOneAlteredPaperOfABatchIsFound(t *testing.T) {
	in := inputs(t, 5)
	batch := inOneFile(t, in)
	for i, f := range form.VerifyPDF(batch, serverKeys, samplePack(t)) {
		if !f.Genuine {
			t.Errorf("paper %d: %+v", i, f)
		}
	}
	page := 0
	changed := form.Edit(batch, func(body []byte) []byte {
		if bytes.Contains(body, []byte(" Tj ET\n")) {
			if page++; page == 3 {
				return append(slices.Clone(body), "0 g 1 1 9 9 re f\n"...)
			}
		}
		return body
	})
	for i, f := range form.VerifyPDF(changed, serverKeys, samplePack(t)) {
		if f.Genuine != (i != 2) {
			t.Errorf("paper %d: %+v", i, f)
		}
	}
}

func FuzzVerifyPDF(f *testing.F) {
	in := verifiedInput(f)
	in.Photo = nil
	pdf := pdfOf(f, makePaper(f, form.KindRegistration, in))
	pack := samplePack(f)
	f.Add(pdf)
	f.Add([]byte("%PDF-1.7\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, finding := range form.VerifyPDF(raw, serverKeys, pack) {
			if finding.Genuine && !bytes.Equal(raw, pdf) {
				t.Error("changed, and called genuine")
			}
		}
	})
}

func FuzzStatement(f *testing.F) {
	in := verifiedInput(f)
	in.Photo = nil
	pdf := pdfOf(f, makePaper(f, form.KindRegistration, in))
	pack := samplePack(f)
	var said []byte
	form.Edit(pdf, func(body []byte) []byte {
		if bytes.HasPrefix(body, []byte(`{"layout"`)) {
			said = slices.Clone(body)
		}
		return body
	})
	f.Add(said)
	f.Add([]byte(`{"layout":1,"papers":[{"kind":"registration","language":"en","printed":"2026-03-10T01:30:00Z","code":"","content":"{}"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		changed := form.Edit(pdf, func(body []byte) []byte {
			if bytes.HasPrefix(body, []byte(`{"layout"`)) {
				return raw
			}
			return body
		})
		for _, finding := range form.VerifyPDF(changed, serverKeys, pack) {
			if finding.Genuine && !bytes.Equal(raw, said) {
				t.Error("another statement, and called genuine")
			}
		}
	})
}
