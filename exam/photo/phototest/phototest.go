// Package phototest draws made-up people for tests, the storybook and seeded
// data. Nobody is depicted: a portrait is a few ellipses whose proportions are
// close enough to a face for the face finder.
package phototest

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// Portrait describes a drawn photo. Its zero value, once [Portrait.Draw] has
// filled in the defaults, is a flawless one.
type Portrait struct {
	Width, Height int     // pixels; 1200×1600 by default
	CX, CY        float64 // the middle of the face as shares of width and height; 0.5, 0.43 by default
	Face          float64 // the face finder's box as a share of the height; 0.40 by default
	Tilt          float64 // degrees clockwise
	Background    color.RGBA
	Shade         float64 // how much darker the background is at the right edge, 0..1
	Skin          color.RGBA
	Hair          color.RGBA
	Shirt         color.RGBA
	RedEyes       bool
	Glare         bool    // a lamp mirrored on the cheek
	NoFace        bool    // the background and a body without a head
	Beside        bool    // a second person, smaller, at the left
	Noise         float64 // standard deviation in 8-bit steps; 1.5 by default, negative for none
	Seed          uint64  // of the noise, and of small differences between people
}

// White is a flawless background.
var White = color.RGBA{252, 252, 252, 255}

func (p Portrait) filled() Portrait {
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	colour := func(v *color.RGBA, d color.RGBA) {
		if v.A == 0 {
			*v = d
		}
	}
	if p.Width == 0 {
		p.Width, p.Height = 1200, 1600
	}
	def(&p.CX, 0.5)
	def(&p.CY, 0.43)
	def(&p.Face, 0.40)
	def(&p.Noise, 1.5)
	colour(&p.Background, White)
	colour(&p.Skin, color.RGBA{224, 178, 150, 255})
	colour(&p.Hair, color.RGBA{38, 30, 28, 255})
	colour(&p.Shirt, color.RGBA{52, 66, 110, 255})
	return p
}

// Draw paints the portrait.
func (p Portrait) Draw() *image.RGBA {
	p = p.filled()
	c := &canvas{RGBA: image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))}
	c.background(p)
	c.unit = p.Face * float64(p.Height) / seen
	c.cx, c.cy = p.CX*float64(p.Width), p.CY*float64(p.Height)
	c.person(p)
	if p.Beside {
		c.unit *= 0.7
		c.cx *= 0.36
		c.person(p)
	}
	c.noise(p)
	return c.RGBA
}

// seen is the side of the box that the face finder sees, in the units of the drawing.
const seen = 1.17

// canvas paints in units of its own around the middle of the face.
type canvas struct {
	*image.RGBA
	cx, cy, unit float64
	sin, cos     float64
}

func (c *canvas) background(p Portrait) {
	for y := range p.Height {
		for x := range p.Width {
			k := 1 - p.Shade*float64(x)/float64(p.Width)
			b := p.Background
			c.SetRGBA(x, y, color.RGBA{uint8(float64(b.R) * k), uint8(float64(b.G) * k), uint8(float64(b.B) * k), 255})
		}
	}
}

func (c *canvas) person(p Portrait) {
	c.body(p)
	if !p.NoFace {
		c.sin, c.cos = math.Sincos(p.Tilt * math.Pi / 180)
		c.head(p)
	}
}

func (c *canvas) body(p Portrait) {
	c.sin, c.cos = 0, 1
	c.ellipse(0, 1.75, 1.05, 1.0, 0.01, p.Shirt)
	c.ellipse(0, 0.62, 0.24, 0.38, 0.02, shaded(p.Skin, 0.88)) // neck
}

func (c *canvas) head(p Portrait) {
	c.ellipse(0, -0.17, 0.56, 0.62, 0.02, p.Hair)
	c.ellipse(-0.47, 0.0, 0.06, 0.12, 0.02, shaded(p.Skin, 0.9)) // ears
	c.ellipse(0.47, 0.0, 0.06, 0.12, 0.02, shaded(p.Skin, 0.9))
	c.ellipse(0, 0.02, 0.455, 0.55, 0.04, p.Skin)
	for _, side := range []float64{-1, 1} {
		c.ellipse(side*0.35, 0.05, 0.05, 0.2, 0.05, shaded(p.Skin, 0.9)) // cheeks turn away
		c.ellipse(side*0.185, -0.09, 0.13, 0.09, 0.09, shaded(p.Skin, 0.72))
		c.ellipse(side*0.19, -0.19, 0.12, 0.028, 0.02, shaded(p.Hair, 1.3)) // brow
		c.ellipse(side*0.18, -0.075, 0.082, 0.042, 0.012, color.RGBA{236, 232, 228, 255})
		c.ellipse(side*0.18, -0.075, 0.038, 0.040, 0.012, color.RGBA{34, 24, 20, 255})
		if p.RedEyes {
			c.ellipse(side*0.18, -0.075, 0.030, 0.030, 0.012, color.RGBA{210, 30, 40, 255})
		}
		c.ellipse(side*0.05, 0.16, 0.03, 0.018, 0.015, shaded(p.Skin, 0.5)) // nostril
	}
	c.ellipse(0, 0.02, 0.035, 0.13, 0.05, shaded(p.Skin, 1.08)) // nose
	c.ellipse(0, 0.155, 0.10, 0.035, 0.05, shaded(p.Skin, 0.80))
	if p.Glare {
		c.ellipse(0.10, 0.12, 0.17, 0.14, 0.01, color.RGBA{255, 255, 255, 255})
	}
	c.ellipse(0, 0.315, 0.15, 0.045, 0.02, color.RGBA{176, 92, 88, 255})
	c.ellipse(0, 0.315, 0.13, 0.010, 0.01, color.RGBA{96, 44, 44, 255})
	c.ellipse(0, 0.40, 0.10, 0.025, 0.04, shaded(p.Skin, 0.85))
}

// ellipse paints one; soft is the width of its edge in units.
func (c *canvas) ellipse(x, y, rx, ry, soft float64, col color.RGBA) {
	mx := c.cx + (x*c.cos-y*c.sin)*c.unit
	my := c.cy + (x*c.sin+y*c.cos)*c.unit
	reach := (math.Max(rx, ry) + soft) * c.unit
	box := image.Rect(int(mx-reach)-1, int(my-reach)-1, int(mx+reach)+2, int(my+reach)+2).Intersect(c.Rect)
	edge := math.Max(soft*c.unit, 1)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		for px := box.Min.X; px < box.Max.X; px++ {
			dx, dy := float64(px)+0.5-mx, float64(py)+0.5-my
			u := (dx*c.cos + dy*c.sin) / (rx * c.unit)
			v := (-dx*c.sin + dy*c.cos) / (ry * c.unit)
			r := math.Sqrt(u*u + v*v)
			// The distance to the rim, near enough for a soft edge.
			d := (1 - r) * math.Min(rx, ry) * c.unit
			a := math.Min(1, math.Max(0, d/edge+0.5))
			if a > 0 {
				c.blend(px, py, col, a)
			}
		}
	}
}

func (c *canvas) blend(x, y int, col color.RGBA, a float64) {
	i := c.PixOffset(x, y)
	px := c.Pix[i : i+3 : i+3]
	for k, v := range [3]uint8{col.R, col.G, col.B} {
		px[k] = uint8(float64(px[k])*(1-a) + float64(v)*a + 0.5)
	}
}

// noise is a sensor's: the same for one seed.
func (c *canvas) noise(p Portrait) {
	if p.Noise < 0 {
		return
	}
	r := rand.NewPCG(p.Seed, 1)
	for i := 0; i < len(c.Pix); i += 4 {
		// The sum of four bytes is close to normal, its deviation 147.8.
		v := r.Uint64()
		sum := int(v&255) + int(v>>8&255) + int(v>>16&255) + int(v>>24&255) - 510
		n := int(float64(sum) * p.Noise / 147.8)
		for k := range 3 {
			c.Pix[i+k] = uint8(min(max(int(c.Pix[i+k])+n, 0), 255))
		}
	}
}

func shaded(c color.RGBA, k float64) color.RGBA {
	return color.RGBA{clamp(float64(c.R) * k), clamp(float64(c.G) * k), clamp(float64(c.B) * k), 255}
}

func clamp(v float64) uint8 { return uint8(math.Min(255, math.Max(0, v+0.5))) }
