package fonts

import "encoding/binary"

// Point is a point of an outline, in units of the font, y upwards. A point off
// the curve is the control point of a quadratic; between two of them lies an
// implied point on the curve.
type Point struct {
	X, Y int16
	On   bool
}

// Contour is a closed line of points.
type Contour []Point

// Flags of a point in a simple glyph.
const (
	flagOn = 1 << iota
	flagShortX
	flagShortY
	flagRepeat
	flagSameX // with flagShortX: positive
	flagSameY // with flagShortY: positive
)

// maxPoints bounds an outline; the fullest glyph here has under 600.
const maxPoints = 1 << 14

// DecodeOutline reads the outline bytes of a simple glyph. Empty bytes are a
// blank.
func DecodeOutline(raw []byte) ([]Contour, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if len(raw) < 12 {
		return nil, fault("outline cut short")
	}
	n := int(int16(binary.BigEndian.Uint16(raw)))
	if n < 0 {
		return nil, fault("a composite glyph")
	}
	r := outlineReader{rest: raw[10:]}
	ends := make([]int, n)
	total := 0
	for i := range ends {
		end := int(r.u16()) + 1
		if end <= total || end > maxPoints {
			return nil, fault("points of an outline out of order")
		}
		ends[i], total = end, end
	}
	r.skip(int(r.u16()))
	flags := r.flags(total)
	points := make([]Point, total)
	r.axis(flags, flagShortX, flagSameX, func(i int, v int16) { points[i].X = v })
	r.axis(flags, flagShortY, flagSameY, func(i int, v int16) { points[i].Y = v })
	if r.short {
		return nil, fault("outline cut short")
	}
	contours := make([]Contour, n)
	from := 0
	for i, end := range ends {
		contours[i], from = points[from:end], end
	}
	for i, flag := range flags {
		points[i].On = flag&flagOn != 0
	}
	return contours, nil
}

// outlineReader reads big-endian numbers; short is set when they end too early.
type outlineReader struct {
	rest  []byte
	short bool
}

func (r *outlineReader) skip(n int) {
	if n > len(r.rest) {
		r.short, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}

func (r *outlineReader) u8() byte {
	if len(r.rest) < 1 {
		r.short = true
		return 0
	}
	v := r.rest[0]
	r.rest = r.rest[1:]
	return v
}

func (r *outlineReader) u16() uint16 { return uint16(r.u8())<<8 | uint16(r.u8()) }

func (r *outlineReader) flags(n int) []byte {
	flags := make([]byte, 0, n)
	for len(flags) < n && !r.short {
		flag := r.u8()
		flags = append(flags, flag)
		if flag&flagRepeat != 0 {
			for times := r.u8(); times > 0 && len(flags) < n; times-- {
				flags = append(flags, flag)
			}
		}
	}
	return flags
}

func (r *outlineReader) axis(flags []byte, short, same byte, set func(int, int16)) {
	var at int16
	for i, flag := range flags {
		switch {
		case flag&short != 0 && flag&same != 0:
			at += int16(r.u8())
		case flag&short != 0:
			at -= int16(r.u8())
		case flag&same == 0:
			at += int16(r.u16())
		}
		set(i, at)
	}
}

// EncodeOutline gives the bytes of a simple glyph, even in length; nil for a
// blank.
func EncodeOutline(contours []Contour) []byte {
	if len(contours) == 0 {
		return nil
	}
	raw := make([]byte, 10, 256)
	binary.BigEndian.PutUint16(raw, uint16(len(contours)))
	box := [4]int16{32767, 32767, -32768, -32768}
	end := -1
	for _, c := range contours {
		end += len(c)
		raw = binary.BigEndian.AppendUint16(raw, uint16(end))
		for _, p := range c {
			box = [4]int16{min(box[0], p.X), min(box[1], p.Y), max(box[2], p.X), max(box[3], p.Y)}
		}
	}
	for i, v := range box {
		binary.BigEndian.PutUint16(raw[2+2*i:], uint16(v))
	}
	raw = append(raw, 0, 0) // no instructions
	var flags, xs, ys []byte
	var at Point
	for _, c := range contours {
		for _, p := range c {
			var flag byte
			if p.On {
				flag = flagOn
			}
			flag |= appendDelta(&xs, int(p.X)-int(at.X), flagShortX, flagSameX)
			flag |= appendDelta(&ys, int(p.Y)-int(at.Y), flagShortY, flagSameY)
			flags = append(flags, flag)
			at = p
		}
	}
	raw = appendFlags(raw, flags)
	raw = append(append(raw, xs...), ys...)
	if len(raw)%2 != 0 {
		raw = append(raw, 0)
	}
	return raw
}

func appendDelta(to *[]byte, d int, short, same byte) byte {
	switch {
	case d == 0:
		return same
	case d > 0 && d < 256:
		*to = append(*to, byte(d))
		return short | same
	case d < 0 && d > -256:
		*to = append(*to, byte(-d))
		return short
	}
	*to = binary.BigEndian.AppendUint16(*to, uint16(d))
	return 0
}

func appendFlags(raw, flags []byte) []byte {
	for i := 0; i < len(flags); {
		n := 1
		for i+n < len(flags) && flags[i+n] == flags[i] && n < 256 {
			n++
		}
		if n > 1 {
			raw = append(raw, flags[i]|flagRepeat, byte(n-1))
		} else {
			raw = append(raw, flags[i])
		}
		i += n
	}
	return raw
}
