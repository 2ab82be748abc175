package fonts

import (
	"encoding/binary"
	"slices"
)

// Glyph is one glyph of a font to be built.
type Glyph struct {
	Outline []byte // as in the glyf table, see [EncodeOutline]
	Advance int    // units
}

// Build makes a TrueType font of the glyphs, in their order, for embedding in a
// document that names glyphs by number: no character map, no names. The first
// glyph is what a reader shows for a number that does not exist.
func Build(upem, ascent, descent int, glyphs []Glyph) []byte {
	tables, long := glyphTables(glyphs)
	tables["head"] = headTable(upem, ascent, descent, long)
	tables["hhea"] = hheaTable(upem, ascent, descent, len(glyphs))
	tables["maxp"] = maxpTable(glyphs)
	return assemble(tables)
}

// glyphTables writes the outlines and the widths, and tells how the index of the
// outlines is written.
func glyphTables(glyphs []Glyph) (tables map[string][]byte, long byte) {
	size := 0
	for _, g := range glyphs {
		size += len(g.Outline) + 1
	}
	glyf := make([]byte, 0, size)
	hmtx := make([]byte, 0, 4*len(glyphs))
	starts := make([]int, 0, len(glyphs)+1)
	for _, g := range glyphs {
		starts = append(starts, len(glyf))
		glyf = append(glyf, g.Outline...)
		if len(glyf)%2 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(g.Advance))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(leftBearing(g.Outline)))
	}
	long, loca := locaTable(append(starts, len(glyf)))
	return map[string][]byte{"hmtx": hmtx, "loca": loca, "glyf": glyf}, long
}

// locaTable says where the outlines, all even in length, begin: in halves where
// those fit in 16 bits.
func locaTable(starts []int) (long byte, loca []byte) {
	if starts[len(starts)-1]/2 > 0xFFFF {
		for _, at := range starts {
			loca = binary.BigEndian.AppendUint32(loca, uint32(at))
		}
		return 1, loca
	}
	for _, at := range starts {
		loca = binary.BigEndian.AppendUint16(loca, uint16(at/2))
	}
	return 0, loca
}

func leftBearing(outline []byte) int16 {
	if len(outline) < 4 {
		return 0
	}
	return int16(binary.BigEndian.Uint16(outline[2:]))
}

func headTable(upem, ascent, descent int, long byte) []byte {
	t := make([]byte, 54)
	binary.BigEndian.PutUint32(t, 0x00010000)
	binary.BigEndian.PutUint32(t[4:], 0x00010000)
	binary.BigEndian.PutUint32(t[12:], 0x5F0F3CF5)
	binary.BigEndian.PutUint16(t[16:], 3) // baseline and left bearing at zero
	binary.BigEndian.PutUint16(t[18:], uint16(upem))
	for i, v := range []int{-upem, descent, 2 * upem, ascent} {
		binary.BigEndian.PutUint16(t[36+2*i:], uint16(v))
	}
	binary.BigEndian.PutUint16(t[46:], 6)
	binary.BigEndian.PutUint16(t[48:], 2)
	t[51] = long
	return t
}

func hheaTable(upem, ascent, descent, glyphs int) []byte {
	t := make([]byte, 36)
	binary.BigEndian.PutUint32(t, 0x00010000)
	for at, v := range map[int]int{4: ascent, 6: descent, 10: upem, 16: upem, 18: 1, 34: glyphs} {
		binary.BigEndian.PutUint16(t[at:], uint16(v))
	}
	return t
}

func maxpTable(glyphs []Glyph) []byte {
	t := make([]byte, 32)
	binary.BigEndian.PutUint32(t, 0x00010000)
	binary.BigEndian.PutUint16(t[4:], uint16(len(glyphs)))
	var points, contours int
	for _, g := range glyphs {
		if len(g.Outline) < 12 {
			continue
		}
		n := int(binary.BigEndian.Uint16(g.Outline))
		contours = max(contours, n)
		if end := 10 + 2*(n-1); n > 0 && end+2 <= len(g.Outline) {
			points = max(points, int(binary.BigEndian.Uint16(g.Outline[end:]))+1)
		}
	}
	binary.BigEndian.PutUint16(t[6:], uint16(points))
	binary.BigEndian.PutUint16(t[8:], uint16(contours))
	binary.BigEndian.PutUint16(t[14:], 2)
	return t
}

// assemble writes a font file of the tables, sorted by name, with checksums. The
// sum of the file in head is zero.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	size := 12 + 16*len(tables)
	for name, t := range tables {
		names = append(names, name)
		size += (len(t) + 3) &^ 3
	}
	slices.Sort(names)
	search := 1
	for search*2 <= len(names) {
		search *= 2
	}
	log := 0
	for 1<<(log+1) <= len(names) {
		log++
	}
	raw := make([]byte, 12+16*len(names), size)
	binary.BigEndian.PutUint32(raw, 0x00010000)
	for i, v := range []int{len(names), search * 16, log, (len(names) - search) * 16} {
		binary.BigEndian.PutUint16(raw[4+2*i:], uint16(v))
	}
	var head, sum uint32 // where the table head begins; of all tables
	for i, name := range names {
		t := tables[name]
		record := raw[12+16*i:]
		copy(record, name)
		own := tableSum(t)
		sum += own
		if name == "head" {
			head = uint32(len(raw))
		}
		binary.BigEndian.PutUint32(record[4:], own)
		binary.BigEndian.PutUint32(record[8:], uint32(len(raw)))
		binary.BigEndian.PutUint32(record[12:], uint32(len(t)))
		raw = append(raw, t...)
		for len(raw)%4 != 0 {
			raw = append(raw, 0)
		}
	}
	// head.checkSumAdjustment, over the whole file
	binary.BigEndian.PutUint32(raw[head+8:], 0xB1B0AFBA-sum-tableSum(raw[:12+16*len(names)]))
	return raw
}

func tableSum(t []byte) uint32 {
	var sum uint32
	for ; len(t) >= 4; t = t[4:] {
		sum += binary.BigEndian.Uint32(t)
	}
	if len(t) > 0 {
		var last [4]byte
		copy(last[:], t)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}
