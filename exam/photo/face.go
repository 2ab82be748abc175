package photo

import (
	"cmp"
	_ "embed"
	"image"
	"math"
	"slices"
	"sync"

	pigo "github.com/esimov/pigo/core"
)

// The face finder is Markuš's pixel comparison cascade as pigo runs it. The
// cascade's licence lies beside it.
//
//go:embed cascade/facefinder
var cascade []byte

var finder = sync.OnceValue(func() *pigo.Pigo {
	p, err := pigo.NewPigo().Unpack(cascade)
	if err != nil {
		panic("photo: the embedded cascade: " + err.Error())
	}
	return p
})

// face is where the finder saw one: the middle and the side of its box.
type face struct{ x, y, size float64 }

// How a head lies about the finder's box, in sides of the box from its middle.
// The finder's own landmarks put the pupils 0.36 apart and 0.075 above the
// middle; with 63 mm between pupils and a head of 223 mm whose eyes are half way
// (GB/T 10000) that gives the chin, and the crown with hair above it.
const (
	crownAbove = 0.78
	chinBelow  = 0.56
	eyesAbove  = 0.075
	eyesAside  = 0.18
	headSize   = crownAbove + chinBelow
)

const (
	// confident is the sum of scores from which a cluster of windows is a face;
	// pigo's own examples take 5.
	confident = 5
	// A second face is told of only when it is no shadow of the first.
	secondSize, secondScore = 0.35, 9
)

// The two looks: samples on the shorter side, and the smallest face among them.
// The first finds the head of any usual photo; the second is slower and for
// people who stand far away.
var nearLook, farLook = [2]int{150, 33}, [2]int{360, 26}

// look finds faces in a picture, best first, in its samples.
func (p plane) look() []face {
	if found := p.lookAt(nearLook); len(found) > 0 {
		return found
	}
	return p.lookAt(farLook)
}

// lookAt is one look, at a small copy.
func (p plane) lookAt(how [2]int) []face {
	side, least := how[0], how[1]
	n := max(1, min(p.w, p.h)/side)
	small := p.boxed(n)
	windows := finder().RunCascade(pigo.CascadeParams{
		MinSize: least, MaxSize: min(small.w, small.h), ShiftFactor: 0.1, ScaleFactor: 1.15,
		ImageParams: pigo.ImageParams{Pixels: small.pix, Rows: small.h, Cols: small.w, Dim: small.w},
	}, 0)
	clusters := finder().ClusterDetections(windows, 0.2)
	slices.SortStableFunc(clusters, func(a, b pigo.Detection) int { return cmp.Compare(b.Q, a.Q) })
	var faces []face
	for i, c := range clusters {
		if i == 0 && c.Q >= confident || i > 0 && c.Q >= secondScore && float64(c.Scale) >= secondSize*float64(clusters[0].Scale) {
			k := float64(n)
			faces = append(faces, face{(float64(c.Col) + 0.5) * k, (float64(c.Row) + 0.5) * k, float64(c.Scale) * k})
		}
	}
	return faces
}

// boxed shrinks by n in both directions, each sample the mean of n×n.
func (p plane) boxed(n int) plane {
	if n <= 1 && p.stride == p.w {
		return p
	}
	out := newPlane(p.w/n, p.h/n)
	sums := make([]int32, out.w*n)
	area := int32(n * n)
	for y := range out.h {
		clear(sums)
		for k := range n {
			for x, v := range p.row(y*n + k)[:len(sums)] {
				sums[x] += int32(v)
			}
		}
		rest := sums
		for x := range out.row(y) {
			sum := area / 2
			for _, v := range rest[:n] {
				sum += v
			}
			out.pix[y*out.stride+x] = byte(sum / area)
			rest = rest[n:]
		}
	}
	return out
}

// lying is a face in a picture that was stored on its side without saying so.
type lying struct {
	degrees float64 // to be turned clockwise
	size    image.Point
	face    face // in the turned picture, of that size
}

// found gives the faces of the source, in its pixels, or the one that appears
// when it is turned.
func (s *Source) found() ([]face, *lying) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looked {
		return s.faces, s.lying
	}
	s.looked = true
	luma := s.pic.y
	k := float64(s.Width) / float64(luma.w)
	if s.faces = luma.lookAt(nearLook); len(s.faces) == 0 {
		if s.lying = luma.lookTurned(k); s.lying == nil {
			s.faces = luma.lookAt(farLook)
		}
	}
	for i, f := range s.faces {
		s.faces[i] = face{f.x * k, f.y * k, f.size * k}
	}
	return s.faces, s.lying
}

// lookTurned looks at the picture turned either way and head down; scale is
// the source's pixels for one of its samples.
func (p plane) lookTurned(scale float64) *lying {
	n := max(1, min(p.w, p.h)/nearLook[0])
	small := p.boxed(n)
	scale *= float64(n)
	for _, turn := range []struct {
		orientation int
		degrees     float64
	}{{6, 90}, {8, -90}, {3, 180}} {
		t := small.upright(turn.orientation)
		if faces := t.lookAt(nearLook); len(faces) > 0 {
			f := faces[0]
			return &lying{turn.degrees, image.Pt(int(float64(t.w)*scale), int(float64(t.h)*scale)),
				face{f.x * scale, f.y * scale, f.size * scale}}
		}
	}
	return nil
}

// seen gives the faces that an adjustment leaves in the frame, in its pixels.
// A turned picture is looked at anew: the finder knows upright heads only.
func (s *Source) seen(a Adjustment, f frame) []face {
	w, h := float64(f.Rect.Dx()), float64(f.Rect.Dy())
	if a.Rotate != 0 {
		return plane{f.Rect.Dx(), f.Rect.Dy(), f.YStride, f.Y}.look()
	}
	var in []face
	faces, _ := s.found()
	for _, c := range faces {
		u, v := a.place(c.x, c.y)
		if u > 0 && v > 0 && u < 1 && v < 1 {
			in = append(in, face{u * w, v * h, c.size / a.Crop.Height * h})
		}
	}
	return in
}

// headShare and crownShare are what a proposed crop aims for: the head with its
// hair takes this share of the height, and this much is left above it.
const (
	headShare  = 0.62
	crownShare = 0.11
)

// Propose gives the adjustment to begin with: the whole picture when it has the
// right shape and the head a fitting size; else a crop about the clearest
// face; without a face the largest crop in the middle. A picture that was
// stored lying on its side is turned. The crop never leaves the picture.
func (s *Source) Propose(spec Spec) Adjustment {
	spec = spec.filled()
	size := s.size()
	w, h := largest(size, spec)
	whole := Adjustment{Crop: around(float64(s.Width)/2, float64(s.Height)/2, w, h)}
	faces, lying := s.found()
	switch {
	case lying != nil:
		return lying.propose(size, spec)
	case len(faces) == 0:
		return whole
	}
	head := faces[0].size * headSize
	if w*h > 0.99*float64(s.Width*s.Height) && head > spec.HeadMin*h && head < spec.HeadMax*h {
		return whole
	}
	return Adjustment{Crop: faces[0].crop(size, spec)}
}

// largest is the size of the largest crop of the right shape.
func largest(size image.Point, spec Spec) (w, h float64) {
	w, h = float64(size.X), float64(size.Y)
	if w/h > spec.aspect() {
		return h * spec.aspect(), h
	}
	return w, w / spec.aspect()
}

// crop shows the head as it should be, as far as the picture reaches.
func (f face) crop(size image.Point, spec Spec) Crop {
	mostW, mostH := largest(size, spec)
	h := math.Min(mostH, f.size*headSize/headShare)
	w := math.Min(mostW, h*spec.aspect())
	top := f.y - crownAbove*f.size - crownShare*h
	within := func(v, most float64) float64 { return math.Max(0, math.Min(v, most)) }
	return Crop{
		X: within(f.x-w/2, float64(size.X)-w), Y: within(top, float64(size.Y)-h),
		Width: w, Height: h,
	}
}

// propose gives the crop of the turned picture as one of the stored picture,
// whose size it takes.
func (l *lying) propose(size image.Point, spec Spec) Adjustment {
	c := l.face.crop(l.size, spec)
	w, h := float64(l.size.X), float64(l.size.Y)
	all := Adjustment{Crop: around(float64(size.X)/2, float64(size.Y)/2, w, h), Rotate: l.degrees}
	x, y := c.middle()
	x, y = all.source(x/w, y/h)
	return Adjustment{Crop: around(x, y, c.Width, c.Height), Rotate: l.degrees}
}
