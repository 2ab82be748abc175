package photo

import (
	"image"
	"math"

	"wenbao/exam"
)

// whiten makes a near-white background white and even, in place, and says what
// it changed. It is no beauty filter: only pixels that look like the
// background, are connected to the border through such pixels and lie outside
// the face are touched. A background of another colour is left alone.
func (x *subject) whiten() {
	before := x.backdrop()
	if !before.nearWhite(x.spec) {
		x.say("whiten_refused", exam.Note, before.colour.String(),
			"L*"+number(x.spec.NearWhiteL, 0)+" C*"+number(x.spec.NearWhiteC, 0))
		return
	}
	if before.colour.l > 98 && before.colour.chroma() < 2 && before.spread < 2 {
		return // nobody would see a difference
	}
	light := x.lighting()
	if light == nil {
		return
	}
	mask := x.flood(light)
	if len(x.faces) > 0 {
		mask.spare(x.faces[0])
	}
	changed := x.lift(light, mask.feathered())
	x.say("whitened", exam.Note, percent(float64(changed)/float64(len(x.Y))), "",
		"from", before.colour.String(), "to", x.backdrop().colour.String())
}

// lighting models the background's colour over the photo: for each channel a
// surface of second degree, which follows the shadows that lamps make.
type lighting [3]surface

// surface has the coefficients of 1, x, y, xx, xy, yy; x and y run from −1 to 1.
type surface [6]float64

func terms(u, v float64) [6]float64 { return [6]float64{1, u, v, u * u, u * v, v * v} }

func (s *surface) at(t *[6]float64) float64 {
	return s[0] + s[1]*t[1] + s[2]*t[2] + s[3]*t[3] + s[4]*t[4] + s[5]*t[5]
}

// Steps of luma and chroma by which a pixel may differ from the model and
// still be background.
const (
	lumaReach   = 14
	chromaReach = 9
)

// lighting fits the model to the border, twice: the second time without what
// did not fit the first. Nil when the border is too small to tell.
func (x *subject) lighting() *lighting {
	model := new(lighting)
	for c, v := range x.backdropSteps() {
		model[c][0] = v
	}
	for _, reach := range []float64{3, 1.2} {
		if model = x.fit(model, reach); model == nil {
			return nil
		}
	}
	return model
}

// backdropSteps is the border's middle colour as Y, Cb, Cr.
func (x *subject) backdropSteps() [3]float64 {
	w, h := x.Rect.Dx(), x.Rect.Dy()
	t := tonesOf(x.frame, image.Rect(0, 0, w/10, h*45/100))
	t.add(x.frame, image.Rect(w-w/10, 0, w, h*45/100))
	t.add(x.frame, image.Rect(w/10, 0, w-w/10, h*6/100))
	return [3]float64{float64(rank(&t.y, t.n, 0.5)), float64(rank(&t.cb, t.nc, 0.5)), float64(rank(&t.cr, t.nc, 0.5))}
}

// fit solves the least squares over the border's pixels within reach of a model.
func (x *subject) fit(model *lighting, reach float64) *lighting {
	var a [6][6]float64
	var b [3][6]float64
	w, h := x.Rect.Dx(), x.Rect.Dy()
	for y := 0; y < h*6/10; y += 2 {
		for c := 0; c < w; c += 2 {
			if c >= w/8 && c < w-w/8 && y >= h*6/100 {
				continue
			}
			t := x.terms(c, y)
			px := x.steps(c, y)
			if !near(model, &t, px, reach) {
				continue
			}
			for i := range t {
				for j := range t {
					a[i][j] += t[i] * t[j]
				}
				for k := range b {
					b[k][i] += t[i] * px[k]
				}
			}
		}
	}
	if a[0][0] < float64(w*h)/400 {
		return nil
	}
	var out lighting
	for k := range out {
		out[k] = solve(a, b[k])
	}
	return &out
}

func (x *subject) terms(c, y int) [6]float64 {
	return terms(2*float64(c)/float64(x.Rect.Dx())-1, 2*float64(y)/float64(x.Rect.Dy())-1)
}

// steps gives a pixel's Y, Cb, Cr.
func (x *subject) steps(c, y int) [3]float64 {
	i := y/2*x.CStride + c/2
	return [3]float64{float64(x.Y[y*x.YStride+c]), float64(x.Cb[i]), float64(x.Cr[i])}
}

func near(model *lighting, t *[6]float64, px [3]float64, reach float64) bool {
	return math.Abs(px[0]-model[0].at(t)) <= reach*lumaReach &&
		math.Abs(px[1]-model[1].at(t)) <= reach*chromaReach &&
		math.Abs(px[2]-model[2].at(t)) <= reach*chromaReach
}

// solve eliminates; a little is added to the diagonal, so that a border
// without extent in one direction gives a flat surface.
func solve(a [6][6]float64, b [6]float64) surface {
	for i := range a {
		a[i][i] += 1e-3 * a[0][0]
	}
	for i := range a {
		for r := i + 1; r < 6; r++ {
			k := a[r][i] / a[i][i]
			for c := i; c < 6; c++ {
				a[r][c] -= k * a[i][c]
			}
			b[r] -= k * b[i]
		}
	}
	var s surface
	for i := 5; i >= 0; i-- {
		s[i] = b[i]
		for c := i + 1; c < 6; c++ {
			s[i] -= a[i][c] * s[c]
		}
		s[i] /= a[i][i]
	}
	return s
}

// mask says of each pixel whether it is background: 255 or 0, and between for
// a soft edge.
type mask struct{ plane }

// flood spreads from the upper three quarters of the border over what looks
// like background.
func (x *subject) flood(light *lighting) mask {
	w, h := x.Rect.Dx(), x.Rect.Dy()
	m := mask{newPlane(w, h)}
	var stack []int32
	visit := func(c, y int) {
		i := y*w + c
		if m.pix[i] != 0 {
			return
		}
		t := x.terms(c, y)
		if near(light, &t, x.steps(c, y), 1) {
			m.pix[i] = 255
			stack = append(stack, int32(i))
		}
	}
	for c := range w {
		visit(c, 0)
	}
	for y := range h * 3 / 4 {
		visit(0, y)
		visit(w-1, y)
	}
	for len(stack) > 0 {
		i := int(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		c, y := i%w, i/w
		if c > 0 {
			visit(c-1, y)
		}
		if c < w-1 {
			visit(c+1, y)
		}
		if y > 0 {
			visit(c, y-1)
		}
		if y < h-1 {
			visit(c, y+1)
		}
	}
	return m
}

// spare takes the face out of the mask, whatever it looks like: an overexposed
// cheek stays as it is.
func (m mask) spare(f face) {
	r := f.part(-0.36, -0.45, 0.36, 0.55).Intersect(image.Rect(0, 0, m.w, m.h))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		v := (float64(y) - f.y - 0.05*f.size) / (0.5 * f.size)
		for c := r.Min.X; c < r.Max.X; c++ {
			u := (float64(c) - f.x) / (0.36 * f.size)
			if u*u+v*v < 1 {
				m.pix[y*m.w+c] = 0
			}
		}
	}
}

// feathered softens the edge by one pixel, inwards: nothing outside the mask
// is ever touched.
func (m mask) feathered() mask {
	soft := mask{newPlane(m.w, m.h)}
	copy(soft.pix, m.pix)
	for y := 1; y+1 < m.h; y++ {
		for c := 1; c+1 < m.w; c++ {
			i := y*m.w + c
			if m.pix[i] != 0 && m.pix[i-1]&m.pix[i+1]&m.pix[i-m.w]&m.pix[i+m.w] == 0 {
				soft.pix[i] = 128
			}
		}
	}
	return soft
}

// white is what the background becomes: a step below the end of the scale, so
// that the edge of the photo is still seen on white paper.
const white = 254

// lift divides the light out of the background and gives how many pixels it
// changed.
func (x *subject) lift(light *lighting, m mask) (changed int) {
	w, h := x.Rect.Dx(), x.Rect.Dy()
	for y := range h {
		for c := range w {
			alpha := float64(m.pix[y*w+c]) / 255
			if alpha == 0 {
				continue
			}
			t := x.terms(c, y)
			i := y*x.YStride + c
			v := float64(x.Y[i])
			to := byte(math.Min(255, v+alpha*(v*white/math.Max(1, light[0].at(&t))-v)) + 0.5)
			if to != x.Y[i] {
				changed++
			}
			x.Y[i] = to
		}
	}
	for y := range (h + 1) / 2 {
		for c := range (w + 1) / 2 {
			alpha := m.quad(2*c, 2*y)
			if alpha == 0 {
				continue
			}
			t := x.terms(2*c, 2*y)
			i := y*x.CStride + c
			for k, pix := range [][]byte{x.Cb, x.Cr} {
				pix[i] = byte(math.Max(0, math.Min(255, float64(pix[i])-alpha*(light[1+k].at(&t)-128)+0.5)))
			}
		}
	}
	return changed
}

// quad gives the least share of mask in the 2×2 pixels of a sample of chroma.
func (m mask) quad(c, y int) float64 {
	c1, y1 := min(c+1, m.w-1), min(y+1, m.h-1)
	return float64(min(m.pix[y*m.w+c], m.pix[y*m.w+c1], m.pix[y1*m.w+c], m.pix[y1*m.w+c1])) / 255
}
