package jfif

import (
	"image"
	"math"
	"math/bits"
)

// Encoder holds a picture's coefficients.
type Encoder struct {
	width, height int
	luma, chroma  []block // in the order of the file: four and two for each 16×16 pixels
}

// block has the coefficients of 8×8 samples in zigzag order, times eight.
type block [64]int16

// New transforms a picture with chroma at half its size both ways (4:2:0) and
// its origin at 0,0; the sides are at most 65535.
func New(m *image.YCbCr) *Encoder {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	across, down := (w+15)/16, (h+15)/16
	e := &Encoder{width: w, height: h,
		luma:   make([]block, 4*across*down),
		chroma: make([]block, 2*across*down)}
	for i := range across * down {
		x, y := i%across, i/across
		for k := range 4 {
			e.luma[4*i+k].load(m.Y, m.YStride, w, h, 2*x+k%2, 2*y+k/2)
		}
		e.chroma[2*i].load(m.Cb, m.CStride, (w+1)/2, (h+1)/2, x, y)
		e.chroma[2*i+1].load(m.Cr, m.CStride, (w+1)/2, (h+1)/2, x, y)
	}
	return e
}

// load transforms the samples of block bx,by; past the edges the last sample repeats.
func (b *block) load(pix []byte, stride, w, h, bx, by int) {
	var s [64]int32
	for y := range 8 {
		row := pix[min(by*8+y, h-1)*stride:][:w]
		if bx*8+8 <= w {
			for x, v := range (*[8]byte)(row[bx*8:]) {
				s[8*y+x] = int32(v) - 128
			}
			continue
		}
		for x := range 8 {
			s[8*y+x] = int32(row[min(bx*8+x, w-1)]) - 128
		}
	}
	forward(&s)
	for z, i := range zigzag {
		b[z] = int16(s[i])
	}
}

// Encode writes the file at a quality of 1 to 100, in the scale of the
// Independent JPEG Group, with a resolution in dots per inch.
func (e *Encoder) Encode(quality, dpi int) []byte {
	tables := [2]steps{scaled(&lumaSteps, quality), scaled(&chromaSteps, quality)}
	w := &writer{out: make([]byte, 0, 32<<10)}
	w.header(e, &tables, min(max(dpi, 1), math.MaxUint16))
	var dc [3]int32
	for i := range len(e.luma) / 4 {
		for k := range 4 {
			w.block(&e.luma[4*i+k], &tables[0], &codes[0], &dc[0])
		}
		w.block(&e.chroma[2*i], &tables[1], &codes[1], &dc[1])
		w.block(&e.chroma[2*i+1], &tables[1], &codes[1], &dc[2])
	}
	return w.end()
}

// steps is a quantisation table in zigzag order.
type steps [64]byte

func scaled(t *steps, quality int) (out steps) {
	quality = min(max(quality, 1), 100)
	scale := 5000 / quality
	if quality >= 50 {
		scale = 200 - 2*quality
	}
	for z, v := range t {
		out[z] = byte(min(max((int(v)*scale+50)/100, 1), 255))
	}
	return out
}

// writer appends to the file; acc holds n bits that are not yet bytes.
type writer struct {
	out []byte
	acc uint64
	n   uint
}

func (w *writer) segment(marker byte, body ...byte) {
	n := len(body) + 2
	w.out = append(append(w.out, 0xff, marker, byte(n>>8), byte(n)), body...)
}

func (w *writer) header(e *Encoder, tables *[2]steps, dpi int) {
	high, low := byte(dpi>>8), byte(dpi)
	w.out = append(w.out, 0xff, 0xd8)
	w.segment(0xe0, 'J', 'F', 'I', 'F', 0, 1, 1, 1, high, low, high, low, 0, 0)
	for i := range tables {
		w.segment(0xdb, append([]byte{byte(i)}, tables[i][:]...)...)
	}
	w.segment(0xc0, 8, byte(e.height>>8), byte(e.height), byte(e.width>>8), byte(e.width),
		3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	for i := range huffman {
		for class := range huffman[i] {
			h := &huffman[i][class]
			w.segment(0xc4, append(append([]byte{byte(class<<4 | i)}, h.counts[:]...), h.symbols...)...)
		}
	}
	w.segment(0xda, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// block writes one block's quantised coefficients.
func (w *writer) block(b *block, q *steps, c *codePair, dc *int32) {
	v := quantised(int32(b[0]), int32(q[0]))
	w.value(&c.dc, 0, v-*dc)
	*dc = v
	run := 0
	for z := 1; z < 64; z++ {
		half := 4 * int32(q[z])
		v := int32(b[z])
		if uint32(v+half-1) < uint32(2*half-1) {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			w.put(c.ac[0xf0])
		}
		w.value(&c.ac, run, quantised(v, int32(q[z])))
		run = 0
	}
	if run > 0 {
		w.put(c.ac[0])
	}
}

// quantised divides a coefficient, which is eight times too large, by its step.
func quantised(v, step int32) int32 {
	if v < 0 {
		return -((-v + 4*step) / (8 * step))
	}
	return (v + 4*step) / (8 * step)
}

// value writes a run of zeros and a value.
func (w *writer) value(codes *[256]code, run int, v int32) {
	low := v
	if v < 0 {
		low--
		v = -v
	}
	size := bits.Len32(uint32(v))
	c := codes[run<<4|size]
	w.put(code{c.bits<<size | uint32(low)&(1<<size-1), c.n + uint8(size)})
}

func (w *writer) put(c code) {
	w.acc = w.acc<<c.n | uint64(c.bits)
	for w.n += uint(c.n); w.n >= 8; {
		w.n -= 8
		v := byte(w.acc >> w.n)
		w.out = append(w.out, v)
		if v == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

// end fills the last byte with ones and closes the image.
func (w *writer) end() []byte {
	w.put(code{0x7f, 7})
	return append(w.out, 0xff, 0xd9)
}
