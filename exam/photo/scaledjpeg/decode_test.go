package scaledjpeg

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"wenbao/exam/photo/phototest"
)

func encoded(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func drawn() *image.RGBA {
	return phototest.Portrait{Width: 301, Height: 403}.Draw()
}

// Whole pictures agree with the standard library to within rounding.
func TestFullSizeAgreesWithTheStandardDecoder(t *testing.T) {
	for _, quality := range []int{20, 75, 95} {
		data := encoded(t, drawn(), quality)
		want, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data, 8)
		if err != nil {
			t.Fatal(err)
		}
		w := want.(*image.YCbCr)
		for i, pix := range [][]byte{w.Y, w.Cb, w.Cr} {
			stride := w.YStride
			if i > 0 {
				stride = w.CStride
			}
			compare(t, got.Planes[i], pix, stride, 2)
		}
	}
}

func compare(t *testing.T, p Plane, want []byte, stride, tolerance int) {
	t.Helper()
	for y := range p.H {
		for x := range p.W {
			a, b := int(p.Pix[y*p.Stride+x]), int(want[y*stride+x])
			if a-b > tolerance || b-a > tolerance {
				t.Fatalf("sample %d,%d is %d, want %d ± %d", x, y, a, b, tolerance)
			}
		}
	}
}

// A reduced picture is the mean of the pixels it stands for, as near as a
// transform of low frequencies can be to a mean.
func TestReducedPictureIsTheMeanOfItsPixels(t *testing.T) {
	data := encoded(t, phototest.Portrait{Width: 320, Height: 400}.Draw(), 95)
	full, err := Decode(data, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, shrink := range []int{2, 4, 8} {
		small, err := Decode(data, 8/shrink)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range small.Planes {
			f := full.Planes[i]
			off := 0.0
			for y := range p.H {
				for x := range p.W {
					sum := 0
					for j := range shrink * shrink {
						sum += int(f.Pix[(y*shrink+j/shrink)*f.Stride+x*shrink+j%shrink])
					}
					diff := float64(sum)/float64(shrink*shrink) - float64(p.Pix[y*p.Stride+x])
					off += diff * diff
				}
			}
			if mse := off / float64(p.W*p.H); mse > 20 {
				t.Errorf("1/%d, plane %d: mean square error %.1f", shrink, i, mse)
			}
		}
	}
}

func TestGreyHasOnePlane(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 33, 17))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
	}
	data := encoded(t, m, 90)
	got, err := Decode(data, 8)
	if err != nil {
		t.Fatal(err)
	}
	if got.Model != Grey || len(got.Planes) != 1 || got.Planes[0].W != 33 || got.Planes[0].H != 17 {
		t.Fatalf("%+v", got.Model)
	}
	want, _ := jpeg.Decode(bytes.NewReader(data))
	compare(t, got.Planes[0], want.(*image.Gray).Pix, want.(*image.Gray).Stride, 2)
}

func TestEveryCutIsNoticed(t *testing.T) {
	data := encoded(t, drawn(), 80)
	for n := 0; n < len(data)-3; n += 97 {
		if _, err := Decode(data[:n], 4); err == nil {
			t.Fatalf("%d of %d bytes decoded", n, len(data))
		}
	}
}

func TestQualityIsEstimated(t *testing.T) {
	for _, quality := range []int{15, 50, 75, 90} {
		h, err := ReadHeader(encoded(t, image.NewGray(image.Rect(0, 0, 8, 8)), quality))
		if err != nil {
			t.Fatal(err)
		}
		if h.Quality < quality-2 || h.Quality > quality+2 {
			t.Errorf("quality %d estimated as %d", quality, h.Quality)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := encoded(b, phototest.Portrait{}.Draw(), 90)
	for _, eighths := range Eighths {
		b.Run("eighths="+string(rune('0'+eighths)), func(b *testing.B) {
			for b.Loop() {
				if _, err := Decode(data, eighths); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("standard", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
