package photo

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// frame is the photo in the making: the pixels of the finished file.
type frame struct{ *image.YCbCr }

func (f frame) rgba() *image.RGBA {
	m := image.NewRGBA(f.Rect)
	for y := range f.Rect.Dy() {
		row := m.Pix[y*m.Stride:]
		for x := range f.Rect.Dx() {
			c := y/2*f.CStride + x/2
			px := row[4*x : 4*x+4 : 4*x+4]
			px[0], px[1], px[2] = color.YCbCrToRGB(f.Y[y*f.YStride+x], f.Cb[c], f.Cr[c])
			px[3] = 255
		}
	}
	return m
}

// render makes the photo's pixels from the source: cropped, turned, scaled and
// brightened, not yet whitened. Parts of the crop without picture repeat its
// edge, or are white in a turned one.
func (s *Source) render(a Adjustment, spec Spec) (frame, error) {
	if err := a.valid(s.size()); err != nil {
		return frame{}, err
	}
	scale := math.Min(1, float64(spec.Height)/a.Crop.Height)
	pic, err := s.view(scale)
	if err != nil {
		return frame{}, err
	}
	var f frame
	if a.Rotate == 0 {
		f = pic.resample(a.Crop.shareOf(s.size()), spec.Width, spec.Height)
	} else {
		f = pic.turned(a, s.size(), spec)
	}
	f.brighten(a.Brightness)
	return f, nil
}

// turned is the slower path for a rotated crop: the upright box around it is
// scaled to twice the photo's pixels at most, then turned.
func (p picture) turned(a Adjustment, size image.Point, spec Spec) frame {
	box := a.bounds(size)
	scale := math.Min(float64(p.y.h)/float64(size.Y), 2*float64(spec.Height)/a.Crop.Height)
	w, h := int(math.Ceil(box.Width*scale)), int(math.Ceil(box.Height*scale))
	src := p.resample(box.shareOf(size), max(w, 1), max(h, 1)).rgba()

	// From the photo to src by three corners, then the inverse of it.
	kx, ky := float64(src.Rect.Dx())/box.Width, float64(src.Rect.Dy())/box.Height
	corner := func(u, v float64) (x, y float64) {
		x, y = a.source(u, v)
		return (x - box.X) * kx, (y - box.Y) * ky
	}
	ox, oy := corner(0, 0)
	rx, ry := corner(1, 0)
	dx, dy := corner(0, 1)
	m00, m01 := (rx-ox)/float64(spec.Width), (dx-ox)/float64(spec.Height)
	m10, m11 := (ry-oy)/float64(spec.Width), (dy-oy)/float64(spec.Height)
	det := m00*m11 - m01*m10
	inverse := f64.Aff3{
		m11 / det, -m01 / det, (m01*oy - m11*ox) / det,
		-m10 / det, m00 / det, (m10*ox - m00*oy) / det,
	}
	dst := image.NewRGBA(image.Rect(0, 0, spec.Width, spec.Height))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Transform(dst, inverse, src, src.Rect, draw.Src, nil)
	return fromImage(dst).resample(Crop{Width: 1, Height: 1}, spec.Width, spec.Height)
}

// brighten changes the middle tones and keeps black and white: a gamma of one
// stop at ±1.
func (f frame) brighten(by float64) {
	if by == 0 {
		return
	}
	var curve [256]byte
	for i := range curve {
		curve[i] = byte(255*math.Pow(float64(i)/255, math.Exp2(-by)) + 0.5)
	}
	for i, v := range f.Y {
		f.Y[i] = curve[v]
	}
}
