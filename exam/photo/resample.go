package photo

import (
	"encoding/binary"
	"image"
	"math"
)

// Resampling is separable, with the Catmull-Rom kernel widened to the scale
// when it shrinks (the kernel and the widening of x/image/draw.CatmullRom), but in
// fixed point and directly on the planes, without the way through RGBA.

// weightBits is the precision of the weights of a tap.
const weightBits = 14

// taps says for each sample of the result which source samples it is made of.
type taps struct {
	first []int32
	w     []int32 // n for each
	n     int
}

func catmullRom(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

// newTaps maps length samples from start onto count. Weights beyond the n
// samples there are fall on the outermost ones.
func newTaps(start, length float64, count, n int) taps {
	scale := length / float64(count)
	widen := math.Max(scale, 1)
	t := taps{n: int(math.Ceil(4 * widen)), first: make([]int32, count)}
	t.w = make([]int32, count*t.n)
	sums := make([]float64, t.n)
	for i := range count {
		centre := start + (float64(i)+0.5)*scale - 0.5
		lo := int(math.Floor(centre-2*widen)) + 1
		first := max(0, min(lo, n-t.n))
		clear(sums)
		total := 0.0
		for k := lo; float64(k) < centre+2*widen; k++ {
			v := catmullRom((float64(k) - centre) / widen)
			sums[max(0, min(k, n-1)-first)] += v
			total += v
		}
		t.first[i] = int32(first)
		quantise(t.w[i*t.n:][:t.n], sums, total)
	}
	return t
}

// quantise makes the weights integers that sum to exactly one.
func quantise(w []int32, sums []float64, total float64) {
	rest, biggest := int32(1<<weightBits), 0
	for k, v := range sums {
		w[k] = int32(math.Round(v / total * (1 << weightBits)))
		rest -= w[k]
		if w[k] > w[biggest] {
			biggest = k
		}
	}
	w[biggest] += rest
}

// resample gives part of a plane, c in shares of the plane, as w×h samples:
// first downwards, only the columns needed, then across, eight rows at a time.
func (p plane) resample(c Crop, w, h int) plane {
	across := newTaps(c.X*float64(p.w), c.Width*float64(p.w), w, p.w)
	down := newTaps(c.Y*float64(p.h), c.Height*float64(p.h), h, p.h)
	left := int(across.first[0])
	right := min(p.w, int(across.first[w-1])+across.n)
	// Eight rows side by side, column after column, with room for the weights,
	// zero, that reach past the last one.
	mid := make([]byte, 8*(max(right, left+across.n)-left))
	rows := make([][]byte, down.n)
	out := newPlane(w, h)
	for y := range h {
		for k := range rows {
			rows[k] = p.row(min(int(down.first[y])+k, p.h-1))[left:right]
		}
		blend(mid[y%8:], rows, down.w[y*down.n:][:down.n])
		if y%8 == 7 || y == h-1 {
			across.rows(out, y&^7, y, mid, left)
		}
	}
	return out
}

// lanes adds up eight weighted samples at once, two to a word; an offset keeps
// the lower one from borrowing of the upper.
type lanes struct{ a, b, c, d uint64 }

const (
	laneOffset = 1<<26 + 1<<(weightBits-1) // the last term rounds
	laneStart  = laneOffset | laneOffset<<32
	laneMask   = 0x000000ff000000ff
)

func (l lanes) add(samples, weight uint64) lanes {
	l.a += samples & laneMask * weight
	l.b += samples >> 8 & laneMask * weight
	l.c += samples >> 16 & laneMask * weight
	l.d += samples >> 24 & laneMask * weight
	return l
}

// sums gives the weighted means in the order of the samples.
func (l lanes) sums() [8]byte {
	return [8]byte{
		lane(uint32(l.a)), lane(uint32(l.b)), lane(uint32(l.c)), lane(uint32(l.d)),
		lane(uint32(l.a >> 32)), lane(uint32(l.b >> 32)), lane(uint32(l.c >> 32)), lane(uint32(l.d >> 32)),
	}
}

func lane(sum uint32) byte { return clamped((int32(sum) - 1<<26) >> weightBits) }

// blend adds up weighted rows into every eighth byte of dst.
func blend(dst []byte, rows [][]byte, w []int32) {
	n := len(rows[0])
	x := 0
	for ; x+8 <= n; x += 8 {
		l := lanes{laneStart, laneStart, laneStart, laneStart}
		for k, row := range rows {
			l = l.add(binary.LittleEndian.Uint64(row[x:]), uint64(w[k]))
		}
		out := (*[57]byte)(dst[8*x:])
		for i, v := range l.sums() {
			out[8*i] = v
		}
	}
	for ; x < n; x++ {
		sum := int32(1 << (weightBits - 1))
		for k, row := range rows {
			sum += w[k] * int32(row[x])
		}
		dst[8*x] = clamped(sum >> weightBits)
	}
}

// rows makes rows top to last of the result, at most eight, from columns of
// eight samples, the first being column left.
func (t taps) rows(out plane, top, last int, mid []byte, left int) {
	w := t.w
	for i, first := range t.first {
		l := lanes{laneStart, laneStart, laneStart, laneStart}
		columns := mid[8*(int(first)-left):]
		for k, weight := range w[:t.n] {
			l = l.add(binary.LittleEndian.Uint64(columns[8*k:]), uint64(weight))
		}
		w = w[t.n:]
		sums := l.sums()
		at := top*out.stride + i
		for _, v := range sums[:last-top+1] {
			out.pix[at] = v
			at += out.stride
		}
	}
}

func clamped(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31))
	}
	return byte(v)
}

// resample gives part of the picture, c in shares of it, with chroma at half
// the resolution both ways, as photos are stored.
func (p picture) resample(c Crop, w, h int) frame {
	cw, ch := (w+1)/2, (h+1)/2
	// The chroma of an odd side covers one pixel more.
	wide := c
	wide.Width *= float64(2*cw) / float64(w)
	wide.Height *= float64(2*ch) / float64(h)
	y, cb, cr := p.y.resample(c, w, h), p.cb.resample(wide, cw, ch), p.cr.resample(wide, cw, ch)
	return frame{&image.YCbCr{
		Y: y.pix, Cb: cb.pix, Cr: cr.pix, YStride: w, CStride: cw,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
	}}
}
