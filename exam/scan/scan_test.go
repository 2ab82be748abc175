package scan

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"wenbao/exam"
)

// page is a made-up certificate: white, with dark lines and a little noise.
func page(w, h int, noise bool) image.Image {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(245)
			if y%40 < 3 && x > w/8 && x < w*7/8 {
				v = 30
			}
			if noise {
				v -= uint8(r.IntN(24))
			}
			img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	return img
}

func asJPEG(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureIsShownSmallAndUncut(t *testing.T) {
	for typ, raw := range map[string][]byte{JPEG: asJPEG(t, page(1200, 800, false), 90), PNG: asPNG(t, page(1200, 800, false))} {
		g, err := Look(typ, raw)
		if err != nil {
			t.Fatal(err)
		}
		if b := g.Picture.Bounds(); b.Dx() != side || b.Dy() < side*2/3-1 || b.Dy() > side*2/3+1 {
			t.Errorf("%s is shown as %v", typ, b)
		}
		if g.Width != 1200 || g.Height != 800 || g.Pages != 1 {
			t.Errorf("%s: %d × %d, %d pages", typ, g.Width, g.Height, g.Pages)
		}
	}
}

func TestALargeScanIsReducedAndStaysAPageOfA4(t *testing.T) {
	raw := asJPEG(t, page(3600, 5000, true), 97)
	small, ok := Reduce(JPEG, raw)
	if !ok {
		t.Fatal("nothing is proposed")
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(small))
	if err != nil || c.Height != reducedSide {
		t.Errorf("%d × %d, %v", c.Width, c.Height, err)
	}
	if float64(len(small)) > least*float64(len(raw)) {
		t.Errorf("%d bytes of %d", len(small), len(raw))
	}
}

func TestWhatWouldNotGainIsLeftAsItIs(t *testing.T) {
	for name, raw := range map[string][]byte{
		"small":       asJPEG(t, page(600, 800, false), 80),
		"no picture":  bytes.Repeat([]byte("x"), 2*worth),
		"low quality": asJPEG(t, page(3000, 4000, true), 30),
	} {
		if out, ok := Reduce(JPEG, raw); ok {
			t.Errorf("%s: %d bytes became %d", name, len(raw), len(out))
		}
	}
	if _, ok := Reduce(PDF, bytes.Repeat([]byte("%PDF-"), worth)); ok {
		t.Error("a PDF was reduced; its text may be what counts")
	}
}

// pdf is a file of so many pages, its tree plain or in an object stream, with
// pictures in it.
func pdf(pages int, packed bool, pictures ...[]byte) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	tree := fmt.Sprintf("2 0 obj << /Type /Pages /Count %d /Kids [%s] >> endobj\n", pages, strings.Repeat("3 0 R ", pages))
	if packed {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write([]byte(tree))
		w.Close()
		fmt.Fprintf(&b, "9 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\r\n", z.Len())
		b.Write(z.Bytes())
		b.WriteString("\nendstream endobj\n")
	} else {
		b.WriteString(tree)
	}
	for _, p := range pictures {
		fmt.Fprintf(&b, "5 0 obj << /Subtype /Image /Filter /DCTDecode /Length %d >> stream\n", len(p))
		b.Write(p)
		b.WriteString("\nendstream endobj\n")
	}
	b.WriteString("%%EOF\n")
	return b.Bytes()
}

func TestThePagesOfAPDFAreCounted(t *testing.T) {
	for _, packed := range []bool{false, true} {
		for _, n := range []int{1, 3, 250} {
			if g, err := Look(PDF, pdf(n, packed)); err != nil || g.Pages != n {
				t.Errorf("%d pages, packed %v: %d, %v", n, packed, g.Pages, err)
			}
		}
	}
}

// TestBookmarksAreNoPages: the outline of a PDF counts its entries in /Count too.
func TestBookmarksAreNoPages(t *testing.T) {
	const outline = "7 0 obj << /Type /Outlines /First 8 0 R /Last 8 0 R /Count 40 >> endobj\n" +
		"8 0 obj << /Title (1) /Parent 7 0 R /Count 39 /First 10 0 R /Last 48 0 R /Dest [3 0 R /Fit] >> endobj\n"
	for _, packed := range []bool{false, true} {
		raw := append(pdf(2, packed), outline...)
		if g, err := Look(PDF, raw); err != nil || g.Pages != 2 {
			t.Errorf("packed %v: %d pages, %v", packed, g.Pages, err)
		}
	}
	tree := "%PDF-1.7\n2 0 obj << /Type /Pages /Resources << /Font << /F1 6 0 R >> >> /Count 3 /Kids [3 0 R 4 0 R 5 0 R] >> endobj\n"
	if g, err := Look(PDF, []byte(tree+outline)); err != nil || g.Pages != 3 {
		t.Errorf("%d pages, %v", g.Pages, err)
	}
}

// packedIn is an object stream that holds a text.
func packedIn(text string) string {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	w.Write([]byte(text))
	w.Close()
	return fmt.Sprintf("9 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >> stream\r\n%s\nendstream endobj\n", z.Len(), z.String())
}

// TestWhatIsReadOfAPDFIsBounded: each of these files is made to be read for minutes.
// What lies beyond the bounds is not counted any more.
func TestWhatIsReadOfAPDFIsBounded(t *testing.T) {
	many, last := strings.Repeat("/Count 2 ", mostCounts), "/Count 7 "
	for name, x := range map[string]struct {
		body string
		want int
	}{
		"page trees":                       {many + last, 2},
		"page trees, just all":             {many[len(last):] + last, 7},
		"page trees of several streams":    {packedIn(many[:len(many)/2]) + packedIn(many[:len(many)/2]) + packedIn(last), 2},
		"leaves":                           {strings.Repeat("/Type /Page ", mostLeaves+9), mostLeaves},
		"leaves of several streams":        {strings.Repeat(packedIn(strings.Repeat("/Type /Page ", mostLeaves/2)), 3), mostLeaves},
		"leaves without a tree":            {"/Type /Page /Type /Page ", 2},
		"a stream that unfolds hugely":     {packedIn(strings.Repeat(" ", mostInflated)) + packedIn(last), 0},
		"a stream that just fits":          {packedIn(strings.Repeat(" ", mostInflated-len(last))+last) + packedIn("/Count 9 "), 7},
		"a stream that is no deflated one": {"9 0 obj << /Type /ObjStm >> stream\n/Count\nendstream " + last, 7},
	} {
		if g, err := Look(PDF, []byte("%PDF-1.7\n"+x.body)); err != nil || g.Pages != x.want {
			t.Errorf("%s: %d pages, %v, want %d", name, g.Pages, err, x.want)
		}
	}
}

// TestAPDFThatIsCutOffShowsWhatIsThere wherever it is cut.
func TestAPDFThatIsCutOffShowsWhatIsThere(t *testing.T) {
	whole := pdf(3, true, asJPEG(t, page(300, 420, false), 30))
	for n := len(pdfHead); n < len(whole); n += 1 + n/200 {
		if g, err := Look(PDF, whole[:n]); err != nil || g.Pages != 0 && g.Pages != 3 {
			t.Fatalf("%d of %d bytes: %d pages, %v", n, len(whole), g.Pages, err)
		}
	}
}

func TestAScannedPDFShowsItsFirstPageAndNoSeal(t *testing.T) {
	seal, scan := asJPEG(t, page(120, 120, false), 80), asJPEG(t, page(900, 1300, false), 80)
	g, err := Look(PDF, pdf(2, true, seal, scan))
	if err != nil || g.Picture == nil || g.Width != 900 || g.Height != 1300 || g.Pages != 2 {
		t.Errorf("%d × %d, %d pages, %v", g.Width, g.Height, g.Pages, err)
	}
	if g, err := Look(PDF, pdf(2, true, seal)); err != nil || g.Picture != nil {
		t.Errorf("a seal alone is shown as the page: %v", err)
	}
}

func TestWhatIsNoFileOfItsTypeIsRefused(t *testing.T) {
	for typ, raw := range map[string][]byte{JPEG: []byte("\xff\xd8\xffgarbage"), PNG: nil, PDF: []byte("PK\x03\x04")} {
		if _, err := Look(typ, raw); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%s: %v", typ, err)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add(pdf(2, true))
	f.Add(pdf(1, false, []byte("\xff\xd8\xff\xe0broken")))
	f.Add([]byte("%PDF-1.4 stream endstream /Count 99999999999"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := Look(PDF, raw)
		if err == nil && (g.Pages < 0 || g.Pages > 999_999) {
			t.Errorf("%d pages", g.Pages)
		}
	})
}
