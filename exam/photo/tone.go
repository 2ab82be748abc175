package photo

import (
	"image"
	"image/color"
	"math"
)

// tones counts the samples of a part of the photo, by value.
type tones struct {
	y, cb, cr [256]int
	n         int // pixels
	nc        int // samples of chroma
}

// add counts a rectangle, clipped to the photo; every pixel of luma and every
// sample of chroma within it.
func (t *tones) add(f frame, r image.Rectangle) {
	r = r.Intersect(f.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, v := range f.Y[y*f.YStride:][r.Min.X:max(r.Max.X, r.Min.X)] {
			t.y[v]++
		}
	}
	for y := (r.Min.Y + 1) / 2; y < r.Max.Y/2; y++ {
		row := y * f.CStride
		for x := (r.Min.X + 1) / 2; x < r.Max.X/2; x++ {
			t.cb[f.Cb[row+x]]++
			t.cr[f.Cr[row+x]]++
		}
		t.nc += max(0, r.Max.X/2-(r.Min.X+1)/2)
	}
	t.n += r.Dx() * r.Dy()
}

func tonesOf(f frame, r image.Rectangle) *tones {
	t := new(tones)
	t.add(f, r)
	return t
}

// rank gives the value below which a share of n counted samples lies.
func rank(hist *[256]int, n int, share float64) int {
	left := int(share * float64(n))
	for v, c := range hist {
		if left -= c; left < 0 {
			return v
		}
	}
	return 255
}

// median gives the middle of each channel as one colour.
func (t *tones) median() lab {
	return labOf(byte(rank(&t.y, t.n, 0.5)), byte(rank(&t.cb, t.nc, 0.5)), byte(rank(&t.cr, t.nc, 0.5)))
}

// lab is a colour in CIE L*a*b* under D65.
type lab struct{ l, a, b float64 }

// chroma is the distance from grey.
func (c lab) chroma() float64 { return math.Hypot(c.a, c.b) }

// hue is the angle from red towards yellow in degrees, 0..360.
func (c lab) hue() float64 { return math.Mod(math.Atan2(c.b, c.a)*180/math.Pi+360, 360) }

// distance is CIE 1976's ΔE.
func (c lab) distance(d lab) float64 {
	return math.Sqrt((c.l-d.l)*(c.l-d.l) + (c.a-d.a)*(c.a-d.a) + (c.b-d.b)*(c.b-d.b))
}

// labOf converts one sRGB colour, given as JFIF's YCbCr.
func labOf(y, cb, cr byte) lab {
	r8, g8, b8 := color.YCbCrToRGB(y, cb, cr)
	r, g, b := linear(r8), linear(g8), linear(b8)
	// IEC 61966-2-1's matrix, each row divided by D65's white.
	fx := cieRoot((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	fy := cieRoot(0.2126*r + 0.7152*g + 0.0722*b)
	fz := cieRoot((0.0193*r + 0.1192*g + 0.9505*b) / 1.0890)
	return lab{116*fy - 16, 500 * (fx - fy), 200 * (fy - fz)}
}

func linear(v byte) float64 {
	c := float64(v) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

func cieRoot(t float64) float64 {
	if t > 216.0/24389 {
		return math.Cbrt(t)
	}
	return (24389.0/27*t + 16) / 116
}
