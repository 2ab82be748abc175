package jfif

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"wenbao/exam/photo/phototest"
)

// drawn gives a portrait as the photo's pixels are stored.
func drawn(w, h int) *image.YCbCr {
	src := phototest.Portrait{Width: w, Height: h}.Draw()
	m := image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			c := src.RGBAAt(x, y)
			i := m.COffset(x, y)
			m.Y[m.YOffset(x, y)], m.Cb[i], m.Cr[i] = color.RGBToYCbCr(c.R, c.G, c.B)
		}
	}
	return m
}

// noise is the root mean square error of a decoded file's luma.
func noise(t *testing.T, m *image.YCbCr, file []byte) float64 {
	t.Helper()
	got, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	d, ok := got.(*image.YCbCr)
	if !ok || d.Rect != m.Rect {
		t.Fatalf("decoded as %T %v", got, got.Bounds())
	}
	sum := 0.0
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			e := float64(m.Y[m.YOffset(x, y)]) - float64(d.Y[d.YOffset(x, y)])
			sum += e * e
		}
	}
	return math.Sqrt(sum / float64(m.Rect.Dx()*m.Rect.Dy()))
}

// At the same quality the file is as true and as large as the standard encoder's.
func TestAsGoodAsTheStandardEncoder(t *testing.T) {
	for _, size := range []image.Point{{295, 413}, {16, 16}, {1, 1}, {17, 40}} {
		m := drawn(size.X, size.Y)
		e := New(m)
		for _, quality := range []int{1, 10, 50, 75, 92, 100} {
			file := e.Encode(quality, 300)
			var standard bytes.Buffer
			if err := jpeg.Encode(&standard, m, &jpeg.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			ours, theirs := noise(t, m, file), noise(t, m, standard.Bytes())
			if ours > theirs*1.02+0.05 {
				t.Errorf("%v at %d: error %.3f, the standard encoder's %.3f", size, quality, ours, theirs)
			}
			if n, most := len(file), standard.Len()*101/100+40; n > most {
				t.Errorf("%v at %d: %d bytes, the standard encoder needs %d", size, quality, n, standard.Len())
			}
		}
	}
}

func TestHeaderHoldsTheResolution(t *testing.T) {
	file := New(drawn(20, 20)).Encode(90, 300)
	want := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 1, 300 >> 8, 300 & 255, 300 >> 8, 300 & 255, 0, 0}
	if !bytes.HasPrefix(file, want) {
		t.Fatalf("begins with % x", file[:24])
	}
}

func BenchmarkEncode(b *testing.B) {
	m := drawn(295, 413)
	for b.Loop() {
		New(m).Encode(92, 300)
	}
}
