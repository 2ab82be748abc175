package phototest

import (
	"image"
	"math"
)

// each replaces every pixel.
func each(m *image.RGBA, f func(x, y int, r, g, b float64) (float64, float64, float64)) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			i := m.PixOffset(x, y)
			r, g, b := f(x, y, float64(m.Pix[i]), float64(m.Pix[i+1]), float64(m.Pix[i+2]))
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = clamp(r), clamp(g), clamp(b), 255
		}
	}
	return out
}

// Exposed multiplies the light by a power of two.
func Exposed(m *image.RGBA, stops float64) *image.RGBA {
	k := math.Exp2(stops / 2.2)
	return each(m, func(_, _ int, r, g, b float64) (float64, float64, float64) { return r * k, g * k, b * k })
}

// Tinted multiplies the channels, as light of another colour does.
func Tinted(m *image.RGBA, red, green, blue float64) *image.RGBA {
	return each(m, func(_, _ int, r, g, b float64) (float64, float64, float64) { return r * red, g * green, b * blue })
}

// Greyed takes the colour away.
func Greyed(m *image.RGBA) *image.RGBA {
	return each(m, func(_, _ int, r, g, b float64) (float64, float64, float64) {
		v := 0.299*r + 0.587*g + 0.114*b
		return v, v, v
	})
}

// Gridded lays a screen's pattern over the picture: so many pixels a period,
// slanted, and so strong (0..1).
func Gridded(m *image.RGBA, period, strength float64) *image.RGBA {
	return each(m, func(x, y int, r, g, b float64) (float64, float64, float64) {
		u, v := float64(x)*0.94+float64(y)*0.34, float64(y)*0.94-float64(x)*0.34
		k := 1 + strength/2*(math.Sin(2*math.Pi*u/period)+math.Sin(2*math.Pi*v/period)-2)/2
		return r * k, g * k, b * k
	})
}

// Barred paints flat dark bars over the top and the bottom, each a share of
// the height, as around a picture on a telephone's screen.
func Barred(m *image.RGBA, share float64) *image.RGBA {
	h := float64(m.Rect.Dy())
	return each(m, func(_, y int, r, g, b float64) (float64, float64, float64) {
		if float64(y) < h*share || float64(y) >= h*(1-share) {
			return 18, 18, 18
		}
		return r, g, b
	})
}

// Blurred is out of focus by so many pixels: three means of their width.
func Blurred(m *image.RGBA, radius int) *image.RGBA {
	for range 3 {
		m = mean(mean(m, radius, 4), radius, m.Stride)
	}
	return m
}

// mean blurs along one direction; step is the distance of neighbours in Pix.
func mean(m *image.RGBA, radius, step int) *image.RGBA {
	out := image.NewRGBA(m.Rect)
	line, lines, next := m.Rect.Dx(), m.Rect.Dy(), m.Stride
	if step != 4 {
		line, lines, next = lines, line, 4
	}
	for l := range lines {
		for k := range 4 {
			at := func(i int) int { return l*next + min(max(i, 0), line-1)*step + k }
			sum := 0
			for i := -radius; i <= radius; i++ {
				sum += int(m.Pix[at(i)])
			}
			for i := range line {
				out.Pix[at(i)] = uint8(sum / (2*radius + 1))
				sum += int(m.Pix[at(i+radius+1)]) - int(m.Pix[at(i-radius)])
			}
		}
	}
	return out
}
