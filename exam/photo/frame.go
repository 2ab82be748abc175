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
// brightened, not yet whitened. Parts of the crop without picture repeat its edge.
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
		f = pic.resample(Crop{
			X: a.Crop.X / float64(s.Width), Y: a.Crop.Y / float64(s.Height),
			Width: a.Crop.Width / float64(s.Width), Height: a.Crop.Height / float64(s.Height),
		}, spec.Width, spec.Height)
	} else {
		f = pic.turned(a, s.size(), spec)
	}
	f.brighten(a.Brightness)
	return f, nil
}

// turned is the slow path for a rotated crop.
func (p picture) turned(a Adjustment, size image.Point, spec Spec) frame {
	kx, ky := float64(p.y.w)/float64(size.X), float64(p.y.h)/float64(size.Y)
	// From the photo to the source by three corners, then the inverse of it.
	ox, oy := a.source(0, 0)
	rx, ry := a.source(1, 0)
	dx, dy := a.source(0, 1)
	w, h := float64(spec.Width), float64(spec.Height)
	m00, m01 := (rx-ox)*kx/w, (dx-ox)*kx/h
	m10, m11 := (ry-oy)*ky/w, (dy-oy)*ky/h
	det := m00*m11 - m01*m10
	ox, oy = ox*kx, oy*ky
	inverse := f64.Aff3{
		m11 / det, -m01 / det, (m01*oy - m11*ox) / det,
		-m10 / det, m00 / det, (m10*ox - m00*oy) / det,
	}
	f := frame{image.NewYCbCr(image.Rect(0, 0, spec.Width, spec.Height), image.YCbCrSubsampleRatio420)}
	full := p.rgba()
	dst := image.NewRGBA(f.Rect)
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Transform(dst, inverse, full, full.Rect, draw.Src, nil)
	f.set(dst)
	return f
}

// rgba converts the whole picture.
func (p picture) rgba() *image.RGBA {
	return p.resample(Crop{Width: 1, Height: 1}, p.y.w, p.y.h).rgba()
}

// set takes the pixels of an image of the same size.
func (f frame) set(m *image.RGBA) {
	p := fromImage(m)
	copy(f.Y, p.y.pix)
	half := p.resample(Crop{Width: 1, Height: 1}, f.Rect.Dx(), f.Rect.Dy())
	copy(f.Cb, half.Cb)
	copy(f.Cr, half.Cr)
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
