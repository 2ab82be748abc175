package form_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"slices"
	"strings"
	"testing"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"wenbao/exam"
	"wenbao/exam/form"
)

// photographed draws a page as a camera might see it: turned, at a scale, with a
// shadow falling across, noise, and saved as JPEG.
func photographed(t *testing.T, page image.Image, degrees, scale float64, shadow bool) image.Image {
	t.Helper()
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	w, h := float64(page.Bounds().Dx())*scale, float64(page.Bounds().Dy())*scale
	side := int(math.Hypot(w, h)) + 20
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
	mid := float64(side) / 2
	m := f64.Aff3{scale * cos, -scale * sin, mid - cos*w/2 + sin*h/2, scale * sin, scale * cos, mid - sin*w/2 - cos*h/2}
	xdraw.BiLinear.Transform(out, m, page, page.Bounds(), draw.Over, nil)
	noise := uint32(1)
	for i := range out.Pix {
		noise = noise*1664525 + 1013904223
		v := int(out.Pix[i]) + int(noise>>28) - 8
		if shadow {
			v = v * (100 - 55*(i/4%side)/side) / 100
		}
		out.Pix[i] = uint8(min(255, max(0, v)))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	seen, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestCodesAreReadFromScansAndPhotographs(t *testing.T) {
	full := draftInput(t)
	full.Draft.Document = fullDocument() // the fullest code there is
	for name, in := range map[string]form.Input{"usual": verifiedInput(t), "draft": draftInput(t), "full": delivered(full, exam.StateManualReview)} {
		want := exam.DraftSealText(in.Draft.ID)
		if in.Draft.Registration != nil {
			want = in.Draft.Registration.Seal
		}
		page, err := makePaper(t, form.KindRegistration, in).Image(0, 180)
		if err != nil {
			t.Fatal(err)
		}
		for i, view := range []struct {
			degrees, scale float64
			shadow         bool
		}{{-8, 1, true}, {0, 0.8, false}, {90, 1, false}, {180, 0.9, false}, {3, 1, true}} {
			if i > 1 && name != "full" {
				break // the fullest code is the hardest
			}
			got, err := form.ReadCode(photographed(t, page, view.degrees, view.scale, view.shadow))
			if err != nil || got != want {
				t.Errorf("%s turned by %g°, at %g of 180 dpi, shadow %v: %q, %v", name, view.degrees, view.scale, view.shadow, got, err)
			}
		}
	}
}

// Two codes that the reader misses on a clean page of 300 dpi, and finds when the
// page is a little smaller.
func TestACodeThatIsMissedAtOneSizeIsFoundAtAnother(t *testing.T) {
	for _, phone := range []string{"13900142542", "13900728548"} {
		full := draftInput(t)
		full.Draft.Document = fullDocument()
		full.Draft.Document.Phone = phone
		in := delivered(full, exam.StateManualReview)
		page, err := makePaper(t, form.KindRegistration, in).Image(0, 300)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := form.ReadCode(page); err != nil || got != in.Draft.Registration.Seal {
			t.Errorf("%s: %q, %v", phone, got, err)
		}
	}
}

func TestPicturesWithoutACodeAreRefused(t *testing.T) {
	half, err := makePaper(t, form.KindRegistration, verifiedInput(t)).Image(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	draw.Draw(half, image.Rect(720, 0, 827, 200), image.White, image.Point{}, draw.Src) // the right half of the code is torn off
	for name, m := range map[string]image.Image{"torn": half, "white": image.NewGray(image.Rect(0, 0, 500, 500)), "tiny": image.NewGray(image.Rect(0, 0, 1, 1)), "empty": image.NewGray(image.Rectangle{})} {
		if text, err := form.ReadCode(m); exam.KindOf(err) != exam.KindNotFound {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestCodesAloneAreJudged(t *testing.T) {
	in := verifiedInput(t)
	seal := in.Draft.Registration.Seal
	if f := form.VerifyCode(seal, serverKeys); !f.Genuine || f.File || f.Number != in.Draft.Registration.Number {
		t.Errorf("%+v", f)
	}
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r - '!' + '！'
		}
		return r
	}, seal)
	for what, typed := range map[string]string{"full width": wide, "Caps Lock": strings.ToLower(seal), "a line feed behind": seal + "\r\n",
		"an input method": strings.NewReplacer(".", "。", "/", "、", "$", "￥").Replace(seal)} {
		if f := form.VerifyCode(typed, serverKeys); !f.Genuine {
			t.Errorf("typed with %s: %+v", what, f)
		}
	}
	expectNot(t, "draft", form.VerifyCode(exam.DraftSealText(in.Draft.ID), serverKeys), form.ReasonDraft)
	expectNot(t, "no key", form.VerifyCode(seal, nil), form.ReasonUntrusted)
	expectNot(t, "cut", form.VerifyCode(seal[:len(seal)-3], serverKeys), form.ReasonNoCode)
	expectNot(t, "another text", form.VerifyCode("https://example.com", serverKeys), form.ReasonNoCode)
	for i := 4; i < len(seal); i += 7 { // every forged character
		b := []byte(seal)
		b[i] = "0123456789A"[(bytes.IndexByte([]byte("0123456789A"), b[i])+1)%11]
		if f := form.VerifyCode(string(b), serverKeys); f.Genuine {
			t.Fatalf("character %d forged: %+v", i, f)
		}
	}
}

// A seal that was true once is not genuine when a later version is known: a
// withdrawn registration's old paper must not pass.
func TestReplayedVersionsAreNotGenuine(t *testing.T) {
	in := verifiedInput(t)
	old := *in.Draft.Registration
	if f := form.VerifyCode(old.Seal, serverKeys); !f.Genuine {
		t.Fatalf("%+v", f)
	}
	later := in
	later.Draft.Document.Phone = "13900000000"
	later = delivered(later, exam.StateWithdrawn)
	known := *later.Draft.Registration
	known.Version = old.Version + 1

	f := form.VerifyCode(old.Seal, serverKeys)
	f.Against(known)
	expectNot(t, "code replayed", f, form.ReasonOutdated)
	for _, path := range []string{"phone", "state"} {
		if !slices.Contains(f.Differs, path) {
			t.Errorf("%v does not name %s", f.Differs, path)
		}
	}
	f = verify(t, pdfOf(t, makePaper(t, form.KindRegistration, in)))
	f.Against(known)
	expectNot(t, "file replayed", f, form.ReasonOutdated)

	known.Version = old.Version
	f = form.VerifyCode(old.Seal, serverKeys)
	f.Against(known)
	expectNot(t, "one version with two contents", f, form.ReasonAltered)

	f = form.VerifyCode(old.Seal, serverKeys)
	f.Against(old)
	if !f.Genuine || f.Current != form.CurrencyKnown {
		t.Errorf("%+v", f)
	}
	old.Version--
	f.Against(old)
	if !f.Genuine || f.Current != form.CurrencyNewer {
		t.Errorf("%+v", f)
	}
	old.Number, old.Version = "another", old.Version+9
	f = form.VerifyCode(known.Seal, serverKeys)
	f.Against(old)
	if !f.Genuine || f.Current != form.CurrencyUnknown {
		t.Errorf("%+v", f)
	}
}
