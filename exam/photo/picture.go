package photo

import (
	"image"
	"image/color"
	"image/draw"

	"wenbao/exam/photo/scaledjpeg"
)

// plane is one channel of a picture, a byte a sample.
type plane struct {
	w, h, stride int
	pix          []byte
}

func newPlane(w, h int) plane { return plane{w: w, h: h, stride: w, pix: make([]byte, w*h)} }

func (p plane) row(y int) []byte { return p.pix[y*p.stride:][:p.w:p.w] }

// picture is a decoded source: Y, Cb and Cr as JFIF defines them (full range,
// BT.601). The chroma planes may be smaller; all three lie over the same area.
type picture struct{ y, cb, cr plane }

// fromImage converts any decoded image; transparent parts lie over white.
func fromImage(m image.Image) picture {
	if ycc, ok := m.(*image.YCbCr); ok {
		return fromYCbCr(ycc)
	}
	b := m.Bounds()
	p := picture{newPlane(b.Dx(), b.Dy()), newPlane(b.Dx(), b.Dy()), newPlane(b.Dx(), b.Dy())}
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	for y := range b.Dy() {
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, m, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		yy, cb, cr := p.y.row(y), p.cb.row(y), p.cr.row(y)
		for x := range yy {
			px := strip.Pix[4*x : 4*x+3 : 4*x+3]
			yy[x], cb[x], cr[x] = color.RGBToYCbCr(px[0], px[1], px[2])
		}
	}
	return p
}

func fromYCbCr(m *image.YCbCr) picture {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	cw, ch := w, h
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		cw = (w + 1) / 2
	case image.YCbCrSubsampleRatio420:
		cw, ch = (w+1)/2, (h+1)/2
	case image.YCbCrSubsampleRatio440:
		ch = (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		cw = (w + 3) / 4
	case image.YCbCrSubsampleRatio410:
		cw, ch = (w+3)/4, (h+1)/2
	}
	return picture{
		plane{w, h, m.YStride, m.Y[m.YOffset(m.Rect.Min.X, m.Rect.Min.Y):]},
		plane{cw, ch, m.CStride, m.Cb[m.COffset(m.Rect.Min.X, m.Rect.Min.Y):]},
		plane{cw, ch, m.CStride, m.Cr[m.COffset(m.Rect.Min.X, m.Rect.Min.Y):]},
	}
}

// fromJPEG takes over the planes of a JPEG; those in other colours are converted.
func fromJPEG(m *scaledjpeg.Image) picture {
	planes := make([]plane, len(m.Planes))
	for i, p := range m.Planes {
		planes[i] = plane{p.W, p.H, p.Stride, p.Pix}
	}
	switch m.Model {
	case scaledjpeg.YCbCr:
		return picture{planes[0], planes[1], planes[2]}
	case scaledjpeg.Grey:
		neutral := plane{1, 1, 1, []byte{128}}
		return picture{planes[0], neutral, neutral}
	}
	return converted(m.Model, planes)
}

// converted makes YCbCr of RGB, CMYK and YCCK.
func converted(model scaledjpeg.Model, planes []plane) picture {
	w, h := planes[0].w, planes[0].h
	p := picture{newPlane(w, h), newPlane(w, h), newPlane(w, h)}
	for y := range h {
		yy, cb, cr := p.y.row(y), p.cb.row(y), p.cr.row(y)
		for x := range w {
			var v [4]byte
			for i, q := range planes {
				v[i] = q.pix[y*q.h/h*q.stride+x*q.w/w]
			}
			yy[x], cb[x], cr[x] = color.RGBToYCbCr(toRGB(model, v))
		}
	}
	return p
}

func toRGB(model scaledjpeg.Model, v [4]byte) (r, g, b byte) {
	switch model {
	case scaledjpeg.CMYK:
		return color.CMYKToRGB(v[0], v[1], v[2], v[3])
	case scaledjpeg.YCCK:
		r, g, b = color.YCbCrToRGB(v[0], v[1], v[2])
		return color.CMYKToRGB(r, g, b, v[3])
	}
	return v[0], v[1], v[2]
}

// upright applies an EXIF orientation (1–8) to a plane.
func (p plane) upright(orientation int) plane {
	if orientation <= 1 || orientation > 8 {
		return p
	}
	out := newPlane(p.w, p.h)
	if orientation >= 5 {
		out = newPlane(p.h, p.w)
	}
	// Where sample x,y of the stored plane goes: the first sample, and the
	// steps to the right and downwards.
	right, down := 1, out.stride
	if orientation >= 5 {
		right, down = out.stride, 1
	}
	start := 0
	if orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8 {
		start, right = start+right*(p.w-1), -right
	}
	if orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7 {
		start, down = start+down*(p.h-1), -down
	}
	for y := range p.h {
		at := start + y*down
		for _, v := range p.row(y) {
			out.pix[at] = v
			at += right
		}
	}
	return out
}

func (p picture) upright(orientation int) picture {
	return picture{p.y.upright(orientation), p.cb.upright(orientation), p.cr.upright(orientation)}
}
