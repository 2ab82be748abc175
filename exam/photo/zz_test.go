package photo

import (
	"bytes"
	"fmt"
	"image/color"
	"image/jpeg"
	"os"
	"testing"
	"wenbao/exam/photo/phototest"
)

func TestZZ(t *testing.T) {
	for _, c := range []struct {
		n string
		p phototest.Portrait
	}{
		{"good", phototest.Portrait{}},
		{"small face", phototest.Portrait{Face: .15}},
		{"large", phototest.Portrait{Face: .6}},
		{"off", phototest.Portrait{CX: .3, CY: .3, Face: .3}},
		{"tilt5", phototest.Portrait{Tilt: 5}},
		{"tilt10", phototest.Portrait{Tilt: 10}},
		{"tilt-15", phototest.Portrait{Tilt: -15}},
		{"grey bg", phototest.Portrait{Background: color.RGBA{225, 222, 215, 255}}},
		{"blue", phototest.Portrait{Background: color.RGBA{67, 142, 219, 255}}},
		{"shade", phototest.Portrait{Shade: .25}},
		{"redeye", phototest.Portrait{RedEyes: true}},
		{"dark skin", phototest.Portrait{Skin: color.RGBA{120, 80, 60, 255}}},
		{"noface", phototest.Portrait{NoFace: true}},
		{"noisy", phototest.Portrait{Noise: 8}},
	} {
		var b bytes.Buffer
		jpeg.Encode(&b, c.p.Draw(), &jpeg.Options{Quality: 90})
		s, err := Decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		a := s.Propose(Default())
		a.Whiten = true
		out, f, err := Fix(s, a, Default())
		fmt.Println(c.n, a, s.faces, len(out), err)
		for _, x := range f {
			fmt.Println("   ", x.Rule, x.Severity, x.Value, x.Limit, x.Args["from"], x.Args["to"])
		}
		os.WriteFile("/tmp/w/ph/out/z_"+c.n+".jpg", out, 0644)
	}
}
func BenchmarkAll(b *testing.B) {
	var w bytes.Buffer
	jpeg.Encode(&w, phototest.Portrait{}.Draw(), &jpeg.Options{Quality: 90})
	for b.Loop() {
		s, _ := Decode(w.Bytes())
		Fix(s, s.Propose(Default()), Default())
	}
}
func BenchmarkParts(b *testing.B) {
	var w bytes.Buffer
	jpeg.Encode(&w, phototest.Portrait{}.Draw(), &jpeg.Options{Quality: 90})
	s, _ := Decode(w.Bytes())
	a := s.Propose(Default())
	sp := Default()
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			Decode(w.Bytes())
		}
	})
	b.Run("face", func(b *testing.B) {
		for b.Loop() {
			s.pic.look()
		}
	})
	b.Run("render", func(b *testing.B) {
		for b.Loop() {
			s.render(a, sp)
		}
	})
	f, _ := s.render(a, sp)
	b.Run("judge", func(b *testing.B) {
		for b.Loop() {
			x := &subject{Source: s, frame: f, adj: a, spec: sp, faces: s.seen(a, f)}
			x.judge()
		}
	})
	b.Run("moire", func(b *testing.B) {
		for b.Loop() {
			s.pic.y.moire()
		}
	})
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			f.encode(sp)
		}
	})
}
