package form

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/color"
	"image/jpeg"
	"strconv"
	"unicode/utf16"

	"wenbao/assets/fonts"
)

// typeset is what a file's pages refer to: a font with exactly the glyphs that are
// used, regular and bold, and pictures. A text names glyphs by their number in the
// font, and the font's ToUnicode map gives the characters back, beyond U+FFFF too.
type typeset struct {
	font     subset
	pictures [][]byte
	placed   map[string]int // number of a picture by its hash
}

// picture gives the number of a picture, putting it in when it is new.
func (t *typeset) picture(p *photo) (int, error) {
	if n, ok := t.placed[p.sum]; ok {
		return n, nil
	}
	if t.placed == nil {
		t.placed = make(map[string]int)
	}
	object, err := pictureObject(p.jpeg)
	t.placed[p.sum] = len(t.pictures)
	t.pictures = append(t.pictures, object)
	return t.placed[p.sum], err
}

// pictureObject makes the object of a JPEG picture; its bytes stay as they are.
func pictureObject(raw []byte) ([]byte, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	space := "DeviceRGB"
	if c.ColorModel == color.GrayModel {
		space = "DeviceGray"
	}
	b := fmt.Appendf(make([]byte, 0, len(raw)+200), "<</Type /XObject /Subtype /Image /Width %d /Height %d\n"+
		"/ColorSpace /%s /BitsPerComponent 8 /Filter /DCTDecode /Length %d>>\nstream\n", c.Width, c.Height, space, len(raw))
	return append(append(b, raw...), "\nendstream\n"...), nil
}

// subset is a font that grows by the glyphs asked for.
type subset struct {
	numbers  map[letter]*uint16   // beyond U+FFFF
	common   [2][256]*[256]uint16 // up to it, regular and bold, by high and low byte
	runes    []rune               // by number - 1; number 0 is the box of a missing glyph
	glyphs   []fonts.Glyph
	advances []int // in emUnits, by number - 1
}

// number is where the number of a character's glyph is kept, 0 for a new one.
func (s *subset) number(r rune, bold bool) *uint16 {
	weight := 0
	if bold {
		weight = 1
	}
	if r>>16 != 0 {
		return s.rare(letter{r, bold})
	}
	block := &s.common[weight][r>>8]
	if *block == nil {
		*block = new([256]uint16)
	}
	return &(*block)[r&255]
}

// rare is number for the characters beyond U+FFFF, which are few.
func (s *subset) rare(l letter) *uint16 {
	if s.numbers == nil {
		s.numbers = make(map[letter]*uint16)
	}
	n, ok := s.numbers[l]
	if !ok {
		n = new(uint16)
		s.numbers[l] = n
	}
	return n
}

type letter struct {
	r    rune
	bold bool
}

// glyph gives the number of a character's glyph, putting it in when it is new.
// A font holds 65,535; a file of a thousand forms has a few thousand.
func (s *subset) glyph(r rune, bold bool) uint16 {
	if n := *s.number(r, bold); n != 0 {
		return n
	}
	if s.glyphs == nil {
		s.glyphs = []fonts.Glyph{{Outline: fonts.EncodeOutline([]fonts.Contour{rectangle(25, 0, 225, 200)}), Advance: printUnits}}
	}
	if len(s.glyphs) > 0xFFFE {
		return 0
	}
	g := lookUp(r, bold)
	n := uint16(len(s.glyphs))
	*s.number(r, bold) = n
	s.runes = append(s.runes, r)
	s.glyphs = append(s.glyphs, fonts.Glyph{Outline: g.outline(r), Advance: g.advance * printUnits / emUnits})
	s.advances = append(s.advances, g.advance)
	return n
}

// objects gives the five objects of the font, numbered from n: the font, its
// descendant, the descriptor, the font file and the map to Unicode.
func (s *subset) objects(n int) [][]byte {
	file := fonts.Build(printUnits, ascent*printUnits/emUnits, descent*printUnits/emUnits, s.glyphs)
	name := s.tag(file) + "+WenbaoSans"
	descendant := fmt.Appendf(nil, "<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s\n"+
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>\n"+
		"/FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW %d /W [%s]>>\n", name, n+2, emUnits, s.widths())
	return [][]byte{
		fmt.Appendf(nil, "<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H\n"+
			"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>\n", name, n+1, n+4),
		descendant,
		fmt.Appendf(nil, "<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d]\n"+
			"/ItalicAngle 0 /Ascent %d /Descent %d /CapHeight 733 /StemV 80 /FontFile2 %d 0 R>>\n",
			name, -emUnits, descent, 2*emUnits, ascent, ascent, descent, n+3),
		stream(file, 7, fmt.Sprintf("/Length1 %d ", len(file))),
		stream(s.toUnicode(), 6, ""),
	}
}

// tag is the six letters that tell subsets of one font apart.
func (s *subset) tag(file []byte) string {
	sum := sha256.Sum256(file)
	var tag [6]byte
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag[:])
}

// widths lists the glyphs that are not one em wide, in runs.
func (s *subset) widths() []byte {
	var b []byte
	open := false
	for i, advance := range s.advances {
		switch {
		case advance == emUnits && open:
			b = append(b, ']')
			open = false
		case advance != emUnits && !open:
			b = append(strconv.AppendInt(b, int64(i+1), 10), '[')
			open = true
		case advance != emUnits:
			b = append(b, ' ')
		}
		if advance != emUnits {
			b = strconv.AppendInt(b, int64(advance), 10)
		}
	}
	if open {
		b = append(b, ']')
	}
	return b
}

// mapRow divides 256, so that no row of the map crosses a high byte, as the format
// wants.
const mapRow = 64

// toUnicode is the map from numbers to characters (PDF 32000-1, 9.10.3).
func (s *subset) toUnicode() []byte {
	b := []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	for from := 1; from <= len(s.runes); {
		to := min(from/mapRow*mapRow+mapRow-1, len(s.runes))
		b = fmt.Appendf(b, "1 beginbfrange <%04X> <%04X> [", from, to)
		for _, r := range s.runes[from-1 : to] {
			b = append(b, '<')
			for _, u := range utf16.Encode([]rune{r}) {
				b = fmt.Appendf(b, "%04X", u)
			}
			b = append(b, '>')
		}
		b = append(b, "] endbfrange\n"...)
		from = to + 1
	}
	return append(b, "endcmap CMapName currentdict /CMap defineresource pop end end\n"...)
}
