package fonts

import (
	"encoding/binary"
	"slices"
)

// Extend makes a font file of the face and, under their own code points, those
// of the runes that it lacks and the pack has: for a screen that must show one
// rare name. Without any such rune it gives the face's own bytes.
func (f *Face) Extend(rare *Rare, runes []rune) []byte {
	added := make(map[rune]Glyph)
	for _, r := range runes {
		if _, ok := f.Glyph(r); ok {
			continue
		}
		if contours, ok := rare.Contours(r, f.upem); ok && f.glyphs+len(added) < 0xFFFF {
			added[r] = Glyph{EncodeOutline(contours), f.upem}
		}
	}
	if len(added) == 0 {
		return f.raw
	}
	order := make([]rune, 0, len(added))
	for r := range added {
		order = append(order, r)
	}
	slices.Sort(order)
	return f.withGlyphs(order, added)
}

func (f *Face) withGlyphs(order []rune, added map[rune]Glyph) []byte {
	tables := make(map[string][]byte, len(f.tables))
	for name, t := range f.tables {
		tables[name] = t
	}
	glyf := slices.Clone(f.tables["glyf"])
	var loca, hmtx []byte
	for g := range f.glyphs {
		loca = binary.BigEndian.AppendUint32(loca, f.offset(g))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.Advance(uint16(g))))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(leftBearing(f.Outline(uint16(g)))))
	}
	glyphOf := make(map[rune]uint16, len(order))
	for i, r := range order {
		glyphOf[r] = uint16(f.glyphs + i)
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, added[r].Outline...)
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(added[r].Advance))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(leftBearing(added[r].Outline)))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	tables["glyf"], tables["loca"], tables["hmtx"] = glyf, loca, hmtx
	tables["cmap"] = f.cmapTable(order, glyphOf)
	patch := func(name string, at int, v uint16) {
		tables[name] = slices.Clone(tables[name])
		binary.BigEndian.PutUint16(tables[name][at:], v)
	}
	patch("head", 50, 1)
	binary.BigEndian.PutUint32(tables["head"][8:], 0)
	patch("hhea", 34, uint16(f.glyphs+len(order)))
	patch("maxp", 4, uint16(f.glyphs+len(order)))
	post := make([]byte, 32)
	binary.BigEndian.PutUint32(post, 0x00030000) // no glyph names
	tables["post"] = post
	return assemble(tables)
}

func (f *Face) offset(glyph int) uint32 {
	if f.longLoca {
		return binary.BigEndian.Uint32(f.tables["loca"][4*glyph:])
	}
	return 2 * uint32(binary.BigEndian.Uint16(f.tables["loca"][2*glyph:]))
}

// cmapTable writes one map of format 12 for the face's and the added runes.
func (f *Face) cmapTable(order []rune, glyphOf map[rune]uint16) []byte {
	runes := append(f.Runes(), order...)
	slices.Sort(runes)
	var groups []byte
	n, last, lastGlyph := 0, rune(-2), uint16(0)
	for _, r := range runes {
		glyph, ok := f.Glyph(r)
		if !ok {
			glyph = glyphOf[r]
		}
		if r == last+1 && glyph == lastGlyph+1 {
			binary.BigEndian.PutUint32(groups[len(groups)-8:], uint32(r))
		} else {
			groups = binary.BigEndian.AppendUint32(groups, uint32(r))
			groups = binary.BigEndian.AppendUint32(groups, uint32(r))
			groups = binary.BigEndian.AppendUint32(groups, uint32(glyph))
			n++
		}
		last, lastGlyph = r, glyph
	}
	t := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0}
	t = binary.BigEndian.AppendUint32(t, uint32(16+len(groups)))
	t = binary.BigEndian.AppendUint32(t, 0)
	t = binary.BigEndian.AppendUint32(t, uint32(n))
	return append(t, groups...)
}
