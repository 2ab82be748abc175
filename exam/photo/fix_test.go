package photo

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"wenbao/exam"
	"wenbao/exam/photo/phototest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestFinishedFileIsWhatTheSiteTakes(t *testing.T) {
	noisy := person(3)
	noisy.Noise = 40
	for name, p := range map[string]phototest.Portrait{"usual": person(3), "full of detail": noisy} {
		s := open(t, file(t, p.Draw(), 95))
		out, found, err := Fix(s, s.Propose(Default()), Default())
		if err != nil {
			t.Fatal(err)
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(out))
		if err != nil || c.Width != 295 || c.Height != 413 || c.ColorModel != color.YCbCrModel {
			t.Errorf("%s: %+v %v", name, c, err)
		}
		if n := len(out); n < 10_000 || n > 30_000 {
			t.Errorf("%s: %d bytes", name, n)
		}
		if !bytes.Equal(out[6:11], []byte("JFIF\x00")) || out[13] != 1 || int(out[14])<<8|int(out[15]) != 300 {
			t.Errorf("%s: header % x", name, out[:20])
		}
		if _, ok := found.Find("bytes"); ok {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// A picture that no quality brings within the limits is made all the same, and blocks.
func TestSizeThatCannotBeReachedBlocks(t *testing.T) {
	s := open(t, file(t, person(1).Draw(), 90))
	for _, spec := range []Spec{{MinBytes: 900_000, MaxBytes: 1_000_000}, {MinBytes: 100, MaxBytes: 700}} {
		out, found, err := Fix(s, s.Propose(spec), spec)
		f, ok := found.Find("bytes")
		if err != nil || len(out) == 0 || !ok || f.Severity != exam.Block {
			t.Errorf("%d bytes, %v, %v", len(out), found, err)
		}
	}
}

func TestFixedPhotoPassesUnchanged(t *testing.T) {
	s := open(t, file(t, person(2).Draw(), 92))
	first, _, err := Fix(s, s.Propose(Default()), Default())
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, first)
	adj := again.Propose(Default())
	if adj.Crop != (Crop{Width: 295, Height: 413}) {
		t.Errorf("crop %+v", adj.Crop)
	}
	if found := Check(again, adj, Default()); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

func TestSmallPhotoIsNeverEnlarged(t *testing.T) {
	for _, c := range []struct {
		w, h int
		few  bool
	}{{294, 412, true}, {295, 413, false}, {240, 336, true}, {600, 412, true}} {
		p := phototest.Portrait{Width: c.w, Height: c.h}
		s := open(t, file(t, p.Draw(), 95))
		w, h := largest(s.size(), Default())
		f, few := Check(s, Adjustment{Crop: Crop{Width: w, Height: h}}, Default()).Find("pixels_few")
		if few != c.few || few && f.Severity != exam.Block {
			t.Errorf("%d×%d: %v %+v", c.w, c.h, few, f)
		}
	}
}

func TestCropIsHeldToShapeAndPicture(t *testing.T) {
	s := open(t, file(t, person(1).Draw(), 90)) // 480×640
	for _, c := range []struct {
		adj      Adjustment
		rule     string
		severity exam.Severity
	}{
		{Adjustment{Crop: Crop{0, 0, 400, 500}}, "aspect", exam.Block},
		{Adjustment{Crop: Crop{-50, 0, 400, 560}}, "crop_outside", exam.Block},
		{Adjustment{Crop: Crop{40, 40, 400, 560}, Rotate: 30}, "crop_outside", exam.Block},
		{Adjustment{Crop: Crop{40, 40, 400, 560}}, "", ""},
		{Adjustment{Crop: Crop{40, 40, 400, 560}, Rotate: 2}, "", ""},
	} {
		found := Check(s, c.adj, Default())
		f, ok := found.Find(c.rule)
		if c.rule == "" && !found.Acceptable() || c.rule != "" && (!ok || f.Severity != c.severity) {
			t.Errorf("%+v: %v", c.adj, found)
		}
	}
}

// What the turned crop takes from a place is put back there.
func TestAPlaceInTheCropAndInThePictureAreOne(t *testing.T) {
	for _, degrees := range []float64{0, 7, -30, 90, 180} {
		a := Adjustment{Crop: Crop{40, 60, 295, 413}, Rotate: degrees}
		for _, p := range [][2]float64{{0, 0}, {0.25, 0.75}, {1, 0.5}} {
			if u, v := a.place(a.source(p[0], p[1])); math.Abs(u-p[0]) > 1e-9 || math.Abs(v-p[1]) > 1e-9 {
				t.Errorf("turned by %v°: %v comes back as %v, %v", degrees, p, u, v)
			}
		}
	}
}

func TestAdjustmentsOutOfRangeAreRefused(t *testing.T) {
	s := open(t, file(t, small(), 90))
	good := Adjustment{Crop: Crop{0, 0, 120, 168}}
	for name, spoil := range map[string]func(*Adjustment){
		"nothing":  func(a *Adjustment) { *a = Adjustment{} },
		"nan":      func(a *Adjustment) { a.Crop.X = math.NaN() },
		"infinite": func(a *Adjustment) { a.Crop.Width = math.Inf(1) },
		"negative": func(a *Adjustment) { a.Crop.Height = -3 },
		"far off":  func(a *Adjustment) { a.Crop.X = 5000 },
		"turned":   func(a *Adjustment) { a.Rotate = 1000 },
		"lit":      func(a *Adjustment) { a.Brightness = 9 },
	} {
		adj := good
		spoil(&adj)
		if _, _, err := Fix(s, adj, Default()); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
		if Check(s, adj, Default()).Acceptable() {
			t.Errorf("%s: acceptable", name)
		}
	}
}

// Whatever the picture, the proposal lies within it and has the right shape.
func TestProposalLiesInThePicture(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 12 {
		p := phototest.Portrait{Width: 200 + r.IntN(500), Height: 200 + r.IntN(500),
			CX: 0.1 + 0.8*r.Float64(), CY: 0.1 + 0.8*r.Float64(), Face: 0.1 + 0.5*r.Float64(), Noise: -1}
		s := open(t, file(t, p.Draw(), 90))
		c := s.Propose(Default()).Crop
		const e = 1e-6
		if c.X < -e || c.Y < -e || c.X+c.Width > float64(s.Width)+e || c.Y+c.Height > float64(s.Height)+e ||
			math.Abs(c.Width/c.Height-295.0/413) > e {
			t.Errorf("%d×%d: %+v", s.Width, s.Height, c)
		}
	}
}

// A photo that lies on its side is proposed upright, with the head as it should be.
func TestSidewaysPhotoIsTurned(t *testing.T) {
	upright := fromImage(person(2).Draw())
	for orientation, want := range map[int]float64{6: -90, 8: 90, 3: 180} {
		m := upright.upright(orientation)
		s := open(t, file(t, m.resample(Crop{Width: 1, Height: 1}, m.y.w, m.y.h).YCbCr, 92))
		adj := s.Propose(Default())
		if adj.Rotate != want {
			t.Errorf("stored as %d: turned by %v°", orientation, adj.Rotate)
			continue
		}
		if found := Check(s, adj, Default()); len(found) > 0 {
			t.Errorf("stored as %d: %v", orientation, found)
		}
	}
}

// Whitening makes the background white and leaves the person alone.
func TestWhiteningTouchesTheBackgroundOnly(t *testing.T) {
	for seed := range uint64(4) {
		p := person(seed)
		p.Background, p.Shade = color.RGBA{232, 230, 222, 255}, 0.12
		s := open(t, file(t, p.Draw(), 95))
		spec := Default()
		adj := s.Propose(spec)
		before, err := s.render(adj, spec)
		if err != nil {
			t.Fatal(err)
		}
		adj.Whiten = true
		after, found, err := s.compose(adj, spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range []string{"background", "background_uneven", "background_colour"} {
			if f, ok := found.Find(rule); ok {
				t.Errorf("person %d: %+v", seed, f)
			}
		}
		f, ok := found.Find("whitened")
		if !ok || f.Severity != exam.Note || f.Args["from"] == f.Args["to"] {
			t.Errorf("person %d: %+v", seed, f)
		}
		// What is dark or colourful is the person; all of it stays as it was.
		person := 0
		for y := range 413 {
			for x := range 295 {
				was := before.YCbCrAt(x, y)
				if was.Y > 170 && abs(int(was.Cb)-128) < 12 && abs(int(was.Cr)-128) < 12 {
					continue
				}
				person++
				if was != after.YCbCrAt(x, y) {
					t.Fatalf("person %d: pixel %d,%d changed from %v to %v", seed, x, y, was, after.YCbCrAt(x, y))
				}
			}
		}
		if person < 30_000 {
			t.Errorf("person %d has %d pixels", seed, person)
		}
	}
}

func TestColouredBackgroundIsNotWhitened(t *testing.T) {
	p := person(1)
	p.Background = color.RGBA{67, 142, 219, 255}
	s := open(t, file(t, p.Draw(), 95))
	adj := s.Propose(Default())
	plain, err := s.render(adj, Default())
	if err != nil {
		t.Fatal(err)
	}
	adj.Whiten = true
	same, found, err := s.compose(adj, Default())
	if err != nil || !bytes.Equal(plain.Y, same.Y) || !bytes.Equal(plain.Cb, same.Cb) {
		t.Error("changed", err)
	}
	if _, ok := found.Find("whiten_refused"); !ok || found.Acceptable() {
		t.Errorf("%v", found)
	}
}

func TestBrightnessMovesTheMiddleTonesOnly(t *testing.T) {
	s := open(t, file(t, person(1).Draw(), 95))
	adj := s.Propose(Default())
	face := func(b float64) float64 {
		adj.Brightness = b
		f, err := s.render(adj, Default())
		if err != nil {
			t.Fatal(err)
		}
		if white := f.Y[0]; white < 245 {
			t.Errorf("brightness %v: white became %d", b, white)
		}
		return tonesOf(f, s.seen(adj, f)[0].skin()).median().l
	}
	if dark, plain, light := face(-0.5), face(0), face(0.5); !(dark < plain-3 && plain+3 < light) {
		t.Errorf("L* %.0f, %.0f, %.0f", dark, plain, light)
	}
}

// The planes' resampling is x/image's Catmull-Rom, but for rounding.
func TestResamplingAgreesWithCatmullRom(t *testing.T) {
	src := image.NewGray(image.Rect(0, 0, 211, 173))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range src.Pix {
		src.Pix[i] = byte(128 + 90*math.Sin(float64(i)/40) + 30*r.Float64())
	}
	p := plane{211, 173, 211, src.Pix}
	for _, size := range []image.Point{{60, 84}, {150, 100}, {211, 173}, {300, 310}, {20, 25}} {
		want := image.NewGray(image.Rect(0, 0, size.X, size.Y))
		draw.CatmullRom.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		got := p.resample(Crop{Width: 1, Height: 1}, size.X, size.Y)
		// At the border ours repeats the last sample and theirs does without.
		rx, ry := 3+3*size.X/211, 3+3*size.Y/173
		for y := ry; y < size.Y-ry; y++ {
			for x := rx; x < size.X-rx; x++ {
				if a, b := int(got.row(y)[x]), int(want.GrayAt(x, y).Y); abs(a-b) > 2 {
					t.Fatalf("%v, sample %d,%d: %d, want %d", size, x, y, a, b)
				}
			}
		}
	}
}

// A turned crop shows the same as the straight one of a turned picture.
func TestQuarterTurnIsExact(t *testing.T) {
	upright := fromImage(small())
	lying := upright.upright(6)
	s := &Source{Width: 168, Height: 120, Format: "png", pic: lying, eighths: 8}
	f, err := s.render(Adjustment{Crop: around(84, 60, 120, 168), Rotate: -90}, Spec{Width: 120, Height: 168}.filled())
	if err != nil {
		t.Fatal(err)
	}
	got := picture{plane{120, 168, 120, f.Y}, plane{60, 84, 60, f.Cb}, plane{60, 84, 60, f.Cr}}
	if off := difference(got, upright); off > 1.5 {
		t.Errorf("differs by %.2f", off)
	}
}

// The findings of a few photos, as `photo check --json` prints them.
func TestGoldenFindings(t *testing.T) {
	blue, tilted, grey := person(1), person(2), person(3)
	blue.Background = color.RGBA{67, 142, 219, 255}
	tilted.Tilt, tilted.Background = 11, color.RGBA{224, 222, 216, 255}
	var b strings.Builder
	for _, c := range []struct {
		name string
		m    image.Image
	}{
		{"flawless", person(0).Draw()},
		{"blue background", blue.Draw()},
		{"tilted before near-white", tilted.Draw()},
		{"grey and blurred", phototest.Blurred(phototest.Greyed(grey.Draw()), 6)},
		{"too small", small()},
	} {
		s := open(t, file(t, c.m, 90))
		adj := s.Propose(Default())
		adj.Whiten = true
		out, found, err := Fix(s, adj, Default())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.MarshalIndent(found, "  ", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: crop %.0f,%.0f %.0f×%.0f, %d KB, acceptable %v\n  %s\n", c.name,
			adj.Crop.X, adj.Crop.Y, adj.Crop.Width, adj.Crop.Height, len(out)/1000, found.Acceptable(), raw)
	}
	const golden = "testdata/findings.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("findings changed (go test -update writes them anew):\n%s", b.String())
	}
}

// The picture in the documents: every flaw at its strongest, and what whitening does.
func TestPictureOfTheFlaws(t *testing.T) {
	if !*update {
		t.Skip("drawn by go test -update")
	}
	page := image.NewRGBA(image.Rect(0, 0, 8*150, 3*209))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	for i, f := range flaws {
		m, quality := f.make(person(uint64(i)), f.strong)
		s := open(t, file(t, m, quality))
		out, _, err := Fix(s, s.Propose(Default()), Default())
		if err != nil {
			t.Fatal(err)
		}
		done, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		draw.CatmullRom.Scale(page, image.Rect(0, 0, 146, 205).Add(image.Pt(i%8*150, i/8*209)), done, done.Bounds(), draw.Src, nil)
	}
	if err := os.WriteFile("../../docs/pictures/photo-flaws.jpg", file(t, page, 82), 0o644); err != nil {
		t.Fatal(err)
	}
}
