// Package fonts reads the program's fonts and cuts new ones from them: a small
// font with just the glyphs of one paper, the screen's, or that of one line with
// a rare character.
//
// It knows exactly as much of TrueType as the files of this folder need: simple
// glyphs, character maps of formats 4 and 12, no hinting, no layout tables.
package fonts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Face is a TrueType font. It reads from the bytes it was given and never
// writes; it may be used by several goroutines.
type Face struct {
	raw              []byte
	tables           map[string][]byte
	hmtx, loca, glyf []byte // of tables, at hand
	upem             int
	ascent, descent,
	capHeight int
	glyphs, metrics int
	longLoca        bool
	bmp             [0x10000]uint16 // glyph by rune
	beyond          map[rune]uint16 // the rest
}

var errFont = errors.New("not a font of this program's kind")

func fault(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errFont, fmt.Sprintf(format, args...))
}

// Parse reads a TrueType font. It keeps raw.
func Parse(raw []byte) (*Face, error) {
	f := &Face{raw: raw, tables: make(map[string][]byte), beyond: make(map[rune]uint16)}
	if len(raw) < 12 || binary.BigEndian.Uint32(raw) != 0x00010000 {
		return nil, fault("no TrueType header")
	}
	for i := range int(binary.BigEndian.Uint16(raw[4:])) {
		record := 12 + 16*i
		if record+16 > len(raw) {
			return nil, fault("directory cut short")
		}
		from, size := uint64(binary.BigEndian.Uint32(raw[record+8:])), uint64(binary.BigEndian.Uint32(raw[record+12:]))
		if from+size > uint64(len(raw)) {
			return nil, fault("table %q beyond the end", raw[record:record+4])
		}
		f.tables[string(raw[record:record+4])] = raw[from : from+size]
	}
	for name, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 0, "cmap": 4} {
		if t, ok := f.tables[name]; !ok || len(t) < least {
			return nil, fault("table %q missing or cut short", name)
		}
	}
	f.hmtx, f.loca, f.glyf = f.tables["hmtx"], f.tables["loca"], f.tables["glyf"]
	if err := f.readMetrics(); err != nil {
		return nil, err
	}
	return f, f.readCmap()
}

func (f *Face) readMetrics() error {
	head, hhea := f.tables["head"], f.tables["hhea"]
	f.upem = int(binary.BigEndian.Uint16(head[18:]))
	f.longLoca = binary.BigEndian.Uint16(head[50:]) != 0
	f.ascent = int(int16(binary.BigEndian.Uint16(hhea[4:])))
	f.descent = int(int16(binary.BigEndian.Uint16(hhea[6:])))
	f.capHeight = f.upem * 733 / 1000
	if os2 := f.tables["OS/2"]; len(os2) >= 90 {
		f.capHeight = int(int16(binary.BigEndian.Uint16(os2[88:])))
	}
	f.metrics = int(binary.BigEndian.Uint16(hhea[34:]))
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	size := 2
	if f.longLoca {
		size = 4
	}
	switch {
	case f.upem < 16 || f.upem > 16384:
		return fault("%d units per em", f.upem)
	case f.glyphs == 0 || len(f.tables["loca"]) < (f.glyphs+1)*size:
		return fault("glyph index cut short")
	case f.metrics == 0 || f.metrics > f.glyphs || len(f.tables["hmtx"]) < 4*f.metrics+2*(f.glyphs-f.metrics):
		return fault("widths cut short")
	}
	return nil
}

// readCmap reads the Unicode maps: format 12 if there is one, else format 4.
func (f *Face) readCmap() error {
	cmap := f.tables["cmap"]
	var four, twelve []byte
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		if 4+8*i+8 > len(cmap) {
			return fault("character map cut short")
		}
		at := int(binary.BigEndian.Uint32(cmap[4+8*i+4:]))
		if at < 0 || at+16 > len(cmap) {
			return fault("character map cut short")
		}
		switch binary.BigEndian.Uint16(cmap[at:]) {
		case 4:
			four = cmap[at:]
		case 12:
			twelve = cmap[at:]
		}
	}
	switch {
	case twelve != nil:
		return f.readFormat12(twelve)
	case four != nil:
		return f.readFormat4(four)
	}
	return fault("no Unicode character map")
}

func (f *Face) readFormat12(t []byte) error {
	groups := int(binary.BigEndian.Uint32(t[12:]))
	if groups < 0 || groups > (len(t)-16)/12 {
		return fault("character map cut short")
	}
	for i := range groups {
		g := t[16+12*i:]
		first, last, glyph := binary.BigEndian.Uint32(g), binary.BigEndian.Uint32(g[4:]), binary.BigEndian.Uint32(g[8:])
		if last < first || last > 0x10FFFF || uint64(glyph)+uint64(last-first) >= uint64(f.glyphs) {
			return fault("character map names a glyph that is not there")
		}
		for r := first; r <= last; r++ {
			f.mapRune(rune(r), uint16(glyph+r-first))
		}
	}
	return nil
}

func (f *Face) readFormat4(t []byte) error {
	n := int(binary.BigEndian.Uint16(t[6:])) / 2
	if len(t) < 16+8*n {
		return fault("character map cut short")
	}
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(t[at:])) }
	for i := range n {
		last, first := u16(14+2*i), u16(16+2*n+2*i)
		delta, offset := u16(16+4*n+2*i), u16(16+6*n+2*i)
		for r := first; r <= last && r < 0xFFFF; r++ {
			glyph := r
			if offset != 0 {
				at := 16 + 6*n + 2*i + offset + 2*(r-first)
				if at+2 > len(t) {
					return fault("character map cut short")
				}
				if glyph = u16(at); glyph == 0 {
					continue
				}
			}
			if glyph = (glyph + delta) & 0xFFFF; glyph >= f.glyphs {
				return fault("character map names a glyph that is not there")
			}
			f.mapRune(rune(r), uint16(glyph))
		}
	}
	return nil
}

func (f *Face) mapRune(r rune, glyph uint16) {
	if r < 0x10000 {
		f.bmp[r] = glyph
	} else {
		f.beyond[r] = glyph
	}
}

// UnitsPerEm is the measure of all other numbers of the face.
func (f *Face) UnitsPerEm() int { return f.upem }

// CapHeight is the height of a capital letter, in units.
func (f *Face) CapHeight() int { return f.capHeight }

// Glyph gives the glyph of a character; false if the face has none.
func (f *Face) Glyph(r rune) (uint16, bool) {
	if r >= 0 && r < 0x10000 {
		return f.bmp[r], f.bmp[r] != 0
	}
	g, ok := f.beyond[r]
	return g, ok
}

// Advance is a glyph's width in units.
func (f *Face) Advance(glyph uint16) int {
	i := min(int(glyph), f.metrics-1)
	return int(binary.BigEndian.Uint16(f.hmtx[4*i:]))
}

// Outline gives a glyph's bytes in the glyf table: empty for a blank, and for a
// glyph that is not in the font.
func (f *Face) Outline(glyph uint16) []byte {
	if int(glyph) >= f.glyphs {
		return nil
	}
	loca, glyf := f.loca, f.glyf
	var from, to uint64
	if f.longLoca {
		from, to = uint64(binary.BigEndian.Uint32(loca[4*int(glyph):])), uint64(binary.BigEndian.Uint32(loca[4*int(glyph)+4:]))
	} else {
		from, to = 2*uint64(binary.BigEndian.Uint16(loca[2*int(glyph):])), 2*uint64(binary.BigEndian.Uint16(loca[2*int(glyph)+2:]))
	}
	if from > to || to > uint64(len(glyf)) {
		return nil
	}
	return glyf[from:to]
}

// Runes lists the characters of the face in order.
func (f *Face) Runes() []rune {
	var runes []rune
	for r, glyph := range f.bmp {
		if glyph != 0 {
			runes = append(runes, rune(r))
		}
	}
	n := len(runes)
	for r := range f.beyond {
		runes = append(runes, r)
	}
	slices.Sort(runes[n:])
	return runes
}
