package photo

import (
	"cmp"
	_ "embed"
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

// look finds faces in a picture, best first, in its luma's pixels. A head of a
// usual photo is found in a small copy; a smaller one in a second, slower look.
func (p picture) look() []face {
	for _, try := range []struct{ side, least int }{{150, 33}, {360, 26}} {
		if found := p.y.lookAt(try.side, try.least); len(found) > 0 {
			return found
		}
	}
	return nil
}

// lookAt looks at a copy with about side samples on the shorter side, for
// faces of at least so many of them.
func (p plane) lookAt(side, least int) []face {
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

// found gives the faces of the upright source, in its pixels.
func (s *Source) found() []face {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.looked {
		k := float64(s.Width) / float64(s.pic.y.w)
		for _, f := range s.pic.look() {
			s.faces = append(s.faces, face{f.x * k, f.y * k, f.size * k})
		}
		s.looked = true
	}
	return s.faces
}

// seen gives the faces that an adjustment leaves in the frame, in its pixels.
// A turned picture is looked at anew: the finder knows upright heads only.
func (s *Source) seen(a Adjustment, f frame) []face {
	w, h := float64(f.Rect.Dx()), float64(f.Rect.Dy())
	if a.Rotate != 0 {
		return picture{y: plane{f.Rect.Dx(), f.Rect.Dy(), f.YStride, f.Y}}.look()
	}
	var in []face
	for _, c := range s.found() {
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
// right shape and the head a fitting size; else a crop about the largest
// face; without a face the largest crop in the middle. A picture without
// Exif that lies on its side is turned when that shows a face. The crop never
// leaves the picture.
func (s *Source) Propose(spec Spec) Adjustment {
	spec = spec.filled()
	w, h := s.largest(spec)
	whole := Adjustment{Crop: around(float64(s.Width)/2, float64(s.Height)/2, w, h)}
	faces := s.found()
	if len(faces) == 0 {
		return s.sideways(whole, spec)
	}
	head := faces[0].size * headSize
	if w*h > 0.99*float64(s.Width*s.Height) && head > spec.HeadMin*h && head < spec.HeadMax*h {
		return whole
	}
	return Adjustment{Crop: s.cropTo(faces[0], spec)}
}

// largest is the size of the largest crop of the right shape.
func (s *Source) largest(spec Spec) (w, h float64) {
	w, h = float64(s.Width), float64(s.Height)
	if w/h > spec.aspect() {
		return h * spec.aspect(), h
	}
	return w, w / spec.aspect()
}

// cropTo gives the crop that shows a head as it should be, as far as the
// picture reaches.
func (s *Source) cropTo(f face, spec Spec) Crop {
	mostW, mostH := s.largest(spec)
	h := math.Min(mostH, f.size*headSize/headShare)
	w := math.Min(mostW, h*spec.aspect())
	top := f.y - crownAbove*f.size - crownShare*h
	within := func(v, most float64) float64 { return math.Max(0, math.Min(v, most)) }
	return Crop{
		X: within(f.x-w/2, float64(s.Width)-w), Y: within(top, float64(s.Height)-h),
		Width: w, Height: h,
	}
}

// sideways tries a quarter turn either way and head down.
func (s *Source) sideways(upright Adjustment, spec Spec) Adjustment {
	s.mu.Lock()
	luma := s.pic.y
	s.mu.Unlock()
	k := float64(s.Width) / float64(luma.w)
	for _, turn := range []struct {
		orientation int
		degrees     float64
	}{{6, 90}, {8, -90}, {3, 180}} {
		faces := luma.boxed(max(1, min(luma.w, luma.h)/150)).upright(turn.orientation).lookAt(150, 33)
		if len(faces) == 0 {
			continue
		}
		k *= float64(max(1, min(luma.w, luma.h)/150))
		turned := &Source{Width: s.Width, Height: s.Height}
		if turn.orientation >= 5 {
			turned.Width, turned.Height = s.Height, s.Width
		}
		c := turned.cropTo(face{faces[0].x * k, faces[0].y * k, faces[0].size * k}, spec)
		w, h := float64(turned.Width), float64(turned.Height)
		x, y := c.middle()
		all := Adjustment{Crop: around(float64(s.Width)/2, float64(s.Height)/2, w, h), Rotate: turn.degrees}
		x, y = all.source(x/w, y/h)
		return Adjustment{Crop: around(x, y, c.Width, c.Height), Rotate: turn.degrees}
	}
	return upright
}
