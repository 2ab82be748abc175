package fonts

import (
	"encoding/binary"
	"slices"
)

// Choose makes a font file, of the face's own metrics, that holds the runes of
// the face and, under their code points, those that only other has: for a
// toolkit that reads the whole of every font it is given. What neither has is
// left out. The runes are fewer than 65,535.
func (f *Face) Choose(runes []rune, other func(rune) (Glyph, bool)) []byte {
	glyphs := []Glyph{{f.Outline(0), f.Advance(0)}} // stands for what is left out
	add := func(g Glyph) uint16 {
		glyphs = append(glyphs, g)
		return uint16(len(glyphs) - 1)
	}
	var chars []char
	place := make([]uint16, f.glyphs) // of the face's glyphs, which runes may share
	for _, r := range slices.Compact(slices.Sorted(slices.Values(runes))) {
		if own, ok := f.Glyph(r); ok {
			if place[own] == 0 {
				place[own] = add(Glyph{f.Outline(own), f.Advance(own)})
			}
			chars = append(chars, char{r, place[own]})
		} else if g, ok := other(r); ok {
			chars = append(chars, char{r, add(g)})
		}
	}
	return f.withGlyphs(glyphs, chars)
}

// char is a character and its glyph.
type char struct {
	r     rune
	glyph uint16
}

// withGlyphs is the face's file with other glyphs, for characters in order.
func (f *Face) withGlyphs(glyphs []Glyph, chars []char) []byte {
	tables, long := glyphTables(glyphs)
	for name, t := range f.tables {
		if _, ok := tables[name]; !ok {
			tables[name] = slices.Clone(t)
		}
	}
	binary.BigEndian.PutUint16(tables["head"][50:], uint16(long))
	binary.BigEndian.PutUint32(tables["head"][8:], 0) // the sum of the file it came from
	binary.BigEndian.PutUint16(tables["hhea"][34:], uint16(len(glyphs)))
	binary.BigEndian.PutUint16(tables["maxp"][4:], uint16(len(glyphs)))
	tables["cmap"] = cmapTable(chars)
	tables["post"] = binary.BigEndian.AppendUint32(make([]byte, 0, 32), 0x00030000)[:32] // no names of glyphs
	return assemble(tables)
}

// cmapTable writes one map of format 12.
func cmapTable(chars []char) []byte {
	var groups []byte
	n, last := 0, char{-2, 0}
	for _, c := range chars {
		if c.r == last.r+1 && c.glyph == last.glyph+1 {
			binary.BigEndian.PutUint32(groups[len(groups)-8:], uint32(c.r))
		} else {
			groups = binary.BigEndian.AppendUint32(groups, uint32(c.r))
			groups = binary.BigEndian.AppendUint32(groups, uint32(c.r))
			groups = binary.BigEndian.AppendUint32(groups, uint32(c.glyph))
			n++
		}
		last = c
	}
	t := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0}
	t = binary.BigEndian.AppendUint32(t, uint32(16+len(groups)))
	t = binary.BigEndian.AppendUint32(t, 0)
	t = binary.BigEndian.AppendUint32(t, uint32(n))
	return append(t, groups...)
}
