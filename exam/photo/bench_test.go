package photo

import "testing"

// Noise of a 1200×1600 photo, and so the size of its file: smooth as after a
// telephone's smoothing, about 140 KB; grainy, about 240 KB.
const smooth, grainy = 0, 3

// typical is a photo as a phone sends it: 1200×1600.
func typical(t testing.TB, seed uint64, noise float64) []byte {
	p := person(seed)
	p.Width, p.Height, p.Noise = 1200, 1600, noise
	return file(t, p.Draw(), 90)
}

func BenchmarkPhoto(b *testing.B) {
	b.Run("smooth", func(b *testing.B) { benchmarkPhoto(b, typical(b, 0, smooth)) })
	b.Run("grainy", func(b *testing.B) { benchmarkPhoto(b, typical(b, 0, grainy)) })
}

func benchmarkPhoto(b *testing.B, data []byte) {
	spec := Default()
	s := open(b, data)
	adj := s.Propose(spec)
	f, err := s.render(adj, spec)
	if err != nil {
		b.Fatal(err)
	}
	for name, step := range map[string]func(){
		"all": func() {
			s := open(b, data)
			if _, _, err := Fix(s, s.Propose(spec), spec); err != nil {
				b.Fatal(err)
			}
		},
		"decode": func() { open(b, data) },
		"faces":  func() { s.pic.y.look() },
		"render": func() { _, _ = s.render(adj, spec) },
		"judge": func() {
			x := &subject{Source: s, frame: f, adj: adj, spec: spec, faces: s.seen(adj, f)}
			x.judge()
		},
		"encode": func() { f.encode(spec) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				step()
			}
		})
	}
}

func BenchmarkSmallCropOf48Megapixels(b *testing.B) {
	data := file(b, huge(6000, 8000), 85)
	for b.Loop() {
		s := open(b, data)
		if _, _, err := Fix(s, Adjustment{Crop: around(3000, 4000, 600, 840)}, Default()); err != nil {
			b.Fatal(err)
		}
	}
}
