package photo

import (
	"image"
	"math"

	"wenbao/exam"
)

// Adjustment is everything a person may change about a photo. It is kept with
// the draft beside the sealed original, so undoing is making the photo again
// from other values.
type Adjustment struct {
	Crop       Crop    `json:"crop"`
	Rotate     float64 `json:"rotate,omitempty"`     // degrees the picture is turned clockwise about the middle of the crop, −180..180
	Brightness float64 `json:"brightness,omitempty"` // −1..1; 0 leaves it alone, ±1 is one stop
	Whiten     bool    `json:"whiten,omitempty"`     // makes a near-white background white
}

// Crop is the part of the source that becomes the photo, in pixels of the
// upright source (orientation applied), whose top left corner is 0,0.
type Crop struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// middle gives the crop's centre.
func (c Crop) middle() (x, y float64) { return c.X + c.Width/2, c.Y + c.Height/2 }

// shareOf gives the crop in shares of a picture's sides.
func (c Crop) shareOf(size image.Point) Crop {
	w, h := float64(size.X), float64(size.Y)
	return Crop{c.X / w, c.Y / h, c.Width / w, c.Height / h}
}

// around makes a crop of a size about a centre.
func around(x, y, width, height float64) Crop {
	return Crop{X: x - width/2, Y: y - height/2, Width: width, Height: height}
}

// valid refuses what no hand can have made: values that are not finite, a crop
// without area or far outside the picture.
func (a Adjustment) valid(size image.Point) error {
	const op = "adjust photo"
	for _, v := range []float64{a.Crop.X, a.Crop.Y, a.Crop.Width, a.Crop.Height, a.Rotate, a.Brightness} {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return exam.Errorf(exam.KindInvalid, op, "a value is out of range")
		}
	}
	if a.Crop.Width < 1 || a.Crop.Height < 1 || math.Abs(a.Rotate) > 180 || math.Abs(a.Brightness) > 1 {
		return exam.Errorf(exam.KindInvalid, op, "crop, rotation or brightness is out of range")
	}
	if a.outside(size) > 0.9 {
		return exam.Errorf(exam.KindInvalid, op, "the crop lies outside the picture")
	}
	return nil
}

// turn gives sine and cosine of the rotation.
func (a Adjustment) turn() (sin, cos float64) { return math.Sincos(a.Rotate * math.Pi / 180) }

// source maps a place in the crop, as shares of its width and height, to the source.
func (a Adjustment) source(u, v float64) (x, y float64) {
	sin, cos := a.turn()
	mx, my := a.Crop.middle()
	dx, dy := (u-0.5)*a.Crop.Width, (v-0.5)*a.Crop.Height
	return mx + dx*cos + dy*sin, my - dx*sin + dy*cos
}

// place is the inverse of source.
func (a Adjustment) place(x, y float64) (u, v float64) {
	sin, cos := a.turn()
	mx, my := a.Crop.middle()
	dx, dy := x-mx, y-my
	return (dx*cos-dy*sin)/a.Crop.Width + 0.5, (dx*sin+dy*cos)/a.Crop.Height + 0.5
}

// bounds is the upright part of the picture that a turned crop reaches.
func (a Adjustment) bounds(size image.Point) Crop {
	left, top := float64(size.X), float64(size.Y)
	right, bottom := 0.0, 0.0
	for _, corner := range [][2]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		x, y := a.source(corner[0], corner[1])
		left, right = math.Min(left, x), math.Max(right, x)
		top, bottom = math.Min(top, y), math.Max(bottom, y)
	}
	left, top = math.Max(left, 0), math.Max(top, 0)
	right, bottom = math.Min(right, float64(size.X)), math.Min(bottom, float64(size.Y))
	return Crop{left, top, math.Max(right-left, 1), math.Max(bottom-top, 1)}
}

// outside gives the share of the crop that has no picture under it.
func (a Adjustment) outside(size image.Point) float64 {
	const n = 64
	out := 0
	for i := range n * n {
		x, y := a.source((float64(i%n)+0.5)/n, (float64(i/n)+0.5)/n)
		if x < 0 || y < 0 || x > float64(size.X) || y > float64(size.Y) {
			out++
		}
	}
	return float64(out) / (n * n)
}
