package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/exam/photo/phototest"
)

// file gives a picture as a camera would save it.
func file(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *Source {
	t.Helper()
	s, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// flaw makes photos with one thing wrong with them. weak and strong are the
// least and the greatest strength that has to be found; fine is the greatest
// that must not be.
type flaw struct {
	rule               string
	severity           exam.Severity
	fine, weak, strong float64
	make               func(p phototest.Portrait, strength float64) (m *image.RGBA, quality int)
	whole              bool // crop the largest part of the picture in place of the proposal
}

// people differ in what must not matter.
func person(seed uint64) phototest.Portrait {
	skins := []color.RGBA{{}, {238, 200, 176, 255}, {205, 158, 124, 255}, {186, 136, 104, 255}}
	shirts := []color.RGBA{{}, {150, 40, 44, 255}, {36, 36, 40, 255}, {212, 206, 196, 255}}
	return phototest.Portrait{
		Width: 480, Height: 640, Seed: seed,
		CX: 0.46 + 0.02*float64(seed%5), CY: 0.41 + 0.01*float64(seed%4), Face: 0.33 + 0.015*float64(seed%6),
		Skin: skins[seed%4], Shirt: shirts[seed/2%4], Noise: 1 + float64(seed%3),
	}
}

func grey(v float64) color.RGBA { return color.RGBA{uint8(v), uint8(v), uint8(v), 255} }

var flaws = []flaw{
	{rule: "background", severity: exam.Warn, fine: 248, weak: 225, strong: 200,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Background = grey(s); return p.Draw(), 92 }},
	{rule: "background_colour", severity: exam.Block, fine: 0.05, weak: 0.5, strong: 1,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			p.Background = color.RGBA{uint8(250 - 183*s), uint8(250 - 108*s), uint8(250 - 31*s), 255}
			return p.Draw(), 92
		}},
	{rule: "background_uneven", severity: exam.Warn, fine: 0.05, weak: 0.3, strong: 0.5,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Shade = s; return p.Draw(), 92 }},
	{rule: "grey", severity: exam.Block, fine: 0, weak: 1, strong: 1,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			if s == 0 {
				return p.Draw(), 92
			}
			return phototest.Greyed(p.Draw()), 92
		}},
	{rule: "face_none", severity: exam.Warn, fine: 0, weak: 1, strong: 1,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.NoFace = s > 0; return p.Draw(), 92 }},
	{rule: "face_many", severity: exam.Warn, fine: 0, weak: 1, strong: 1, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			p.CX, p.Face, p.Beside = 0.6, 0.3, s > 0
			return p.Draw(), 92
		}},
	{rule: "head_small", severity: exam.Warn, fine: 0.42, weak: 0.30, strong: 0.2, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Face = s; return p.Draw(), 92 }},
	{rule: "head_large", severity: exam.Warn, fine: 0.45, weak: 0.64, strong: 0.7, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Face = s; return p.Draw(), 92 }},
	{rule: "head_left", severity: exam.Warn, fine: 0.46, weak: 0.36, strong: 0.3, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.CX = s; return p.Draw(), 92 }},
	{rule: "head_right", severity: exam.Warn, fine: 0.54, weak: 0.64, strong: 0.7, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.CX = s; return p.Draw(), 92 }},
	{rule: "head_high", severity: exam.Warn, fine: 0.43, weak: 0.26, strong: 0.25, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.CY, p.Face = s, 0.4; return p.Draw(), 92 }},
	{rule: "head_low", severity: exam.Warn, fine: 0.43, weak: 0.56, strong: 0.6, whole: true,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.CY, p.Face = s, 0.4; return p.Draw(), 92 }},
	{rule: "tilt_right", severity: exam.Warn, fine: 4, weak: 8, strong: 14,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Tilt = s; return p.Draw(), 92 }},
	{rule: "tilt_left", severity: exam.Warn, fine: -4, weak: -8, strong: -14,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Tilt = s; return p.Draw(), 92 }},
	{rule: "red_eyes", severity: exam.Warn, fine: 0, weak: 1, strong: 1,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.RedEyes = s > 0; return p.Draw(), 92 }},
	{rule: "dark", severity: exam.Warn, fine: -0.5, weak: -3, strong: -4,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { return phototest.Exposed(p.Draw(), s), 92 }},
	{rule: "bright", severity: exam.Warn, fine: 0.2, weak: 2, strong: 2.5,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { return phototest.Exposed(p.Draw(), s), 92 }},
	{rule: "clipped", severity: exam.Warn, fine: 0, weak: 1, strong: 1,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { p.Glare = s > 0; return p.Draw(), 92 }},
	{rule: "tint", severity: exam.Warn, fine: 0.02, weak: 0.35, strong: 0.5,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			return phototest.Tinted(p.Draw(), 1-s, 1-s/4, 1), 92
		}},
	{rule: "blurred", severity: exam.Warn, fine: 0, weak: 4, strong: 6,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			return phototest.Blurred(p.Draw(), int(s)), 92
		}},
	{rule: "compressed", severity: exam.Warn, fine: 70, weak: 40, strong: 15,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { return p.Draw(), int(s) }},
	{rule: "screenshot", severity: exam.Warn, fine: 0, weak: 0.04, strong: 0.15,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) { return phototest.Barred(p.Draw(), s), 92 }},
	{rule: "rephotographed", severity: exam.Warn, fine: 0, weak: 0.1, strong: 0.3,
		make: func(p phototest.Portrait, s float64) (*image.RGBA, int) {
			return phototest.Gridded(p.Draw(), 7.3, s), 92
		}},
}

// check runs one photo with a flaw and tells whether it was noticed.
func (f flaw) check(t testing.TB, seed uint64, strength float64) (Finding, bool) {
	t.Helper()
	m, quality := f.make(person(seed), strength)
	s := open(t, file(t, m, quality))
	adj := s.Propose(Default())
	if f.whole {
		w, h := largest(s.size(), Default())
		adj = Adjustment{Crop: around(float64(s.Width)/2, float64(s.Height)/2, w, h)}
	}
	return Check(s, adj, Default()).Find(f.rule)
}

// A photo without a flaw has no findings.
func TestFlawlessPhotosHaveNoFindings(t *testing.T) {
	for seed := range uint64(12) {
		s := open(t, file(t, person(seed).Draw(), 92))
		if found := Check(s, s.Propose(Default()), Default()); len(found) > 0 {
			t.Errorf("person %d: %v", seed, found)
		}
	}
}

// Each flaw is found where it is plain and not where it is within bounds. The
// table says how often.
func TestAccuracy(t *testing.T) {
	people := 4
	if testing.Short() {
		people = 1
	}
	rows := make([]string, len(flaws))
	t.Run("flaws", func(t *testing.T) {
		for i, f := range flaws {
			t.Run(f.rule, func(t *testing.T) {
				t.Parallel()
				wrong, weak, strong := f.count(t, people, f.fine), f.count(t, people, f.weak), f.count(t, people, f.strong)
				rows[i] = fmt.Sprintf("%-18s %10d %10d %10d\n", f.rule, wrong, weak, strong)
				// A second face is advice at its most modest: half of them will do.
				least := max(1, people-1)
				if f.rule == "face_many" {
					least = people / 2
				}
				if wrong > 0 || weak < least || strong < least {
					t.Errorf("%d false, %d of the weak and %d of the strong of %d found", wrong, weak, strong, people)
				}
			})
		}
	})
	t.Logf("accuracy\n%-18s %10s %10s %10s   (of %d)\n%s", "finding", "false", "weak", "strong", people, strings.Join(rows, ""))
}

// count tells for how many people the flaw of a strength is found.
func (f flaw) count(t *testing.T, people int, strength float64) (n int) {
	for seed := range uint64(people) {
		finding, found := f.check(t, seed, strength)
		if !found {
			continue
		}
		n++
		if finding.Severity != f.severity || finding.Value == "" || finding.Limit == "" {
			t.Errorf("%+v, want %s with value and limit", finding, f.severity)
		}
	}
	return n
}

func TestTiltIsMeasuredWithinADegreeAndAHalf(t *testing.T) {
	for _, tilt := range []float64{-14, -9, 9, 14} {
		p := person(2)
		p.Tilt = tilt
		s := open(t, file(t, p.Draw(), 92))
		f, ok := Check(s, s.Propose(Default()), Default()).Find(either(tilt < 0, "tilt_left", "tilt_right"))
		if !ok {
			t.Fatalf("%v° not found", tilt)
		}
		var turn float64
		if _, err := fmt.Sscan(f.Args["turn"], &turn); err != nil || math.Abs(turn+tilt) > 1.5 {
			t.Errorf("%v°: to be turned by %s°", tilt, f.Args["turn"])
		}
	}
}
