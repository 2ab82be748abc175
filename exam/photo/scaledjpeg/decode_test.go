package scaledjpeg

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
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

// Whole pictures agree with the standard library to within rounding, whatever
// the scans, the sampling and the number of components.
func TestFullSizeAgreesWithTheStandardDecoder(t *testing.T) {
	pictures := map[string][]byte{}
	for _, quality := range []int{20, 75, 95} {
		pictures[fmt.Sprint("quality ", quality)] = encoded(t, drawn(), quality)
	}
	names, err := filepath.Glob("../testdata/formats/*.jpg")
	if err != nil || len(names) < 8 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if pictures[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range pictures {
		want, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data, 8)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		switch w := want.(type) {
		case *image.YCbCr:
			compare(t, name, got.Planes[0], w.Y, w.YStride, 1)
			compare(t, name, got.Planes[1], w.Cb, w.CStride, 1)
			compare(t, name, got.Planes[2], w.Cr, w.CStride, 1)
		case *image.Gray:
			compare(t, name, got.Planes[0], w.Pix, w.Stride, 1)
		case *image.CMYK:
			for k := range w.Rect.Dx() * w.Rect.Dy() {
				x, y := k%w.Rect.Dx(), k/w.Rect.Dx()
				var ink [4]byte
				for i, p := range got.Planes {
					ink[i] = p.Pix[y*p.Stride+x]
				}
				if got.Model == YCCK {
					ink[0], ink[1], ink[2] = color.YCbCrToRGB(ink[0], ink[1], ink[2])
				}
				for i, v := range w.Pix[y*w.Stride+4*x:][:4] {
					if d := int(ink[i]) - int(v); d > 3 || d < -3 {
						t.Fatalf("%s: ink %d at %d,%d is %d, want %d", name, i, x, y, ink[i], v)
					}
				}
			}
		default:
			t.Fatalf("%s: %T", name, want)
		}
	}
}

func compare(t *testing.T, name string, p Plane, want []byte, stride, tolerance int) {
	t.Helper()
	for y := range p.H {
		for x := range p.W {
			a, b := int(p.Pix[y*p.Stride+x]), int(want[y*stride+x])
			if a-b > tolerance || b-a > tolerance {
				t.Fatalf("%s: sample %d,%d is %d, want %d ± %d", name, x, y, a, b, tolerance)
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
	compare(t, "grey", got.Planes[0], want.(*image.Gray).Pix, want.(*image.Gray).Stride, 1)
}

// Three eighths are no whole number of pixels: a ramp stays the same ramp.
func TestThreeEighthsKeepARamp(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 256, 256))
	for i := range m.Pix {
		m.Pix[i] = byte((i%256 + i/256) / 2)
	}
	got, err := Decode(encoded(t, m, 100), 3)
	if err != nil {
		t.Fatal(err)
	}
	p := got.Planes[0]
	if p.W != 96 || p.H != 96 {
		t.Fatalf("%d×%d", p.W, p.H)
	}
	for y := range p.H {
		for x := range p.W {
			want := (float64(x)+float64(y)+1)*4/3 - 0.5
			if d := float64(p.Pix[y*p.Stride+x]) - want; d > 2 || d < -2 {
				t.Fatalf("%d,%d is %d, want %.1f", x, y, p.Pix[y*p.Stride+x], want)
			}
		}
	}
}

// A progressive file shows the same reduced as the baseline file it came from.
func TestProgressiveIsReducedLikeBaseline(t *testing.T) {
	data, err := os.ReadFile("../testdata/formats/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	full, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	again := encoded(t, full, 98)
	for _, eighths := range Eighths {
		a, errA := Decode(data, eighths)
		b, errB := Decode(again, eighths)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		compare(t, fmt.Sprint(eighths, " eighths"), a.Planes[0], b.Planes[0].Pix, b.Planes[0].Stride, 6)
	}
}

func TestOtherKindsOfJPEGAreNamed(t *testing.T) {
	data := encoded(t, drawn(), 80)
	arithmetic := bytes.Clone(data)
	arithmetic[bytes.Index(data, []byte{0xff, 0xc0})+1] = 0xc9
	deep := bytes.Clone(data)
	deep[bytes.Index(data, []byte{0xff, 0xc0})+4] = 12
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"arithmetic":   {arithmetic, ErrUnsupported},
		"12 bits":      {deep, ErrUnsupported},
		"no start":     {data[2:], ErrFormat},
		"only a start": {data[:2], ErrTruncated},
	} {
		if _, err := Decode(c.data, 8); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := Decode(data, 5); !errors.Is(err, ErrFormat) {
		t.Errorf("5 eighths: %v", err)
	}
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
