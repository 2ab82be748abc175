package scaledjpeg

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the bytes, a picture comes out whole or not at all, at every size.
func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("../testdata/formats/*.jpg")
	if err != nil || len(names) == 0 {
		f.Fatal("no pictures", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, 8)
		f.Add(data, 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, eighths int) {
		h, err := ReadHeader(data)
		if err != nil || h.Width*h.Height > 1<<20 {
			return
		}
		if h.Width < 1 || h.Height < 1 || h.Quality < 1 || h.Quality > 100 {
			t.Fatalf("header %+v", h)
		}
		m, err := Decode(data, eighths)
		if err != nil {
			return
		}
		for i, p := range m.Planes {
			if p.W < 1 || p.H < 1 || p.Stride < p.W || len(p.Pix) < (p.H-1)*p.Stride+p.W {
				t.Fatalf("plane %d: %d×%d in %d bytes of stride %d", i, p.W, p.H, len(p.Pix), p.Stride)
			}
		}
		if p := m.Planes[0]; p.W != (h.Width*eighths+7)/8 && len(m.Planes) == 1 {
			t.Fatalf("%d wide at %d eighths: %d", h.Width, eighths, p.W)
		}
	})
}
