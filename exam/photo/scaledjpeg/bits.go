package scaledjpeg

import (
	"bytes"
	"encoding/binary"
)

// bits reads the entropy-coded data: the next bit is the highest of acc. Where
// the data ends, at a marker or at the file's end, zeros follow, and pad counts
// them, so that the check for overrun is made once per MCU and not per bit.
type bits struct {
	data []byte
	pos  int
	acc  uint64
	n    int // bits in acc
	pad  int // of which were not in the data
}

// fill makes at least 57 bits available.
func (b *bits) fill() {
	if b.pos+8 <= len(b.data) {
		v := binary.BigEndian.Uint64(b.data[b.pos:])
		// No byte is 0xff: take as many whole ones as fit. The part of the next
		// byte that also lands in acc is put there again, the same, later.
		if x := ^v; (x-0x0101010101010101)&v&0x8080808080808080 == 0 {
			b.acc |= v >> b.n
			whole := (64 - b.n) >> 3
			b.pos += whole
			b.n += whole << 3
			return
		}
	}
	for b.n <= 56 {
		var v byte
		switch {
		case b.pos >= len(b.data):
			b.pad += 8
		case b.data[b.pos] != 0xff:
			v = b.data[b.pos]
			b.pos++
		case b.pos+1 < len(b.data) && b.data[b.pos+1] == 0:
			v = 0xff
			b.pos += 2
		default:
			b.pad += 8
		}
		b.acc |= uint64(v) << (56 - b.n)
		b.n += 8
	}
}

// overrun tells whether bits were used that the data does not have.
func (b *bits) overrun() bool { return b.n < b.pad }

// take gives the next k bits, 0..16; they must be filled.
func (b *bits) take(k int) int32 {
	v := int32(b.acc >> (64 - k))
	b.acc <<= k
	b.n -= k
	return v
}

// extend reads a value of s bits in JPEG's signed form.
func (b *bits) extend(s int) int32 {
	v := b.take(s)
	if v < 1<<(s-1) {
		v += -1<<s + 1
	}
	return v
}

// align drops what is left of the entropy-coded data.
func (b *bits) align() { b.acc, b.n, b.pad = 0, 0, 0 }

// restart passes the restart marker that has to come now.
func (b *bits) restart(expect byte) error {
	b.align()
	i := bytes.IndexByte(b.data[b.pos:], 0xff)
	for i >= 0 && b.pos+i+1 < len(b.data) && b.data[b.pos+i+1] == 0xff {
		b.pos++ // fill bytes
	}
	if i < 0 || b.pos+i+1 >= len(b.data) {
		return ErrTruncated
	}
	if got := b.data[b.pos+i+1]; got != expect {
		return invalid("marker %#x in place of restart %#x", got, expect)
	}
	b.pos += i + 2
	return nil
}
