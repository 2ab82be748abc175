package scaledjpeg

// lookBits is how many bits one look into a table decides on.
const lookBits = 10

// huffman is a code table. look gives length<<8|symbol for short codes (0 for
// longer ones). whole decides code and value at once where both are short:
// value<<16 | run<<8 | bits; 0 where they are not.
type huffman struct {
	look  [1 << lookBits]uint16
	whole [1 << lookBits]int32
	last  [17]int32 // the greatest code of a length, -1 without one
	delta [17]int32 // from a code of a length to its place in vals
	vals  []byte
}

func (d *decoder) huffmanTables(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return invalid("Huffman table")
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n == 0 || n > 256 || len(b) < 17+n {
			return invalid("Huffman table of %d codes", n)
		}
		h, err := newHuffman(b[1:17], b[17:17+n])
		if err != nil {
			return err
		}
		d.tables[b[0]>>4<<2|b[0]&3] = h
		b = b[17+n:]
	}
	return nil
}

func newHuffman(counts, vals []byte) (*huffman, error) {
	h := &huffman{vals: vals}
	code, k := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		h.delta[length] = k - code
		h.last[length] = code + n - 1
		if n == 0 {
			h.last[length] = -1
		}
		if code+n > 1<<length {
			return nil, invalid("Huffman codes overflow")
		}
		for ; n > 0; n-- {
			h.enter(code, length, vals[k])
			code++
			k++
		}
		code <<= 1
	}
	h.combine()
	return h, nil
}

func (h *huffman) enter(code int32, length int, symbol byte) {
	if length > lookBits {
		return
	}
	first := code << (lookBits - length)
	for i := range int32(1) << (lookBits - length) {
		h.look[first+i] = uint16(length)<<8 | uint16(symbol)
	}
}

// combine fills in the codes whose value also lies within the look.
func (h *huffman) combine() {
	for i, e := range h.look {
		length, run, size := int(e>>8), int32(e>>4&15), int(e&15)
		if length == 0 || size == 0 || length+size > lookBits {
			continue
		}
		v := int32(i) >> (lookBits - length - size) & (1<<size - 1)
		if v < 1<<(size-1) {
			v += -1<<size + 1
		}
		h.whole[i] = v<<16 | run<<8 | int32(length+size)
	}
}

// symbol reads the next one. An impossible code reads as 0 and is noticed as
// an overrun or by the picture; it never costs more than its 16 bits.
func (b *bits) symbol(h *huffman) int {
	if b.n < 32 {
		b.fill()
	}
	if e := h.look[b.acc>>(64-lookBits)]; e != 0 {
		b.acc <<= e >> 8
		b.n -= int(e >> 8)
		return int(e & 255)
	}
	code := int32(b.acc >> 48)
	for length := lookBits + 1; length <= 16; length++ {
		if c := code >> (16 - length); c <= h.last[length] {
			b.take(length)
			return int(h.vals[c+h.delta[length]])
		}
	}
	b.take(16)
	return 0
}
