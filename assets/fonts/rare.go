package fonts

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"sort"
)

// Rare is a pack of glyphs for the CJK extensions, each one em wide. Only the
// block of a glyph that is asked for is inflated; several goroutines may ask.
type Rare struct {
	upem, block int
	ranges      []rareRange
	ends        []byte // u32 per block
	blocks      []byte
}

type rareRange struct{ first, count, before int }

const rareMagic = "WBRARE1\x00"

// maxBlock bounds an inflated block; the largest has under 32 KB.
const maxBlock = 1 << 20

// ParseRare reads a pack as scripts/fonts makes it. It keeps raw.
func ParseRare(raw []byte) (*Rare, error) {
	head := len(rareMagic) + 8
	if len(raw) < head || string(raw[:len(rareMagic)]) != rareMagic {
		return nil, fault("no pack of rare glyphs")
	}
	u16 := func(i int) int { return int(binary.BigEndian.Uint16(raw[len(rareMagic)+2*i:])) }
	p := &Rare{upem: u16(0), block: u16(1)}
	ranges, blocks := u16(2), u16(3)
	rest := raw[head:]
	if p.upem == 0 || p.block == 0 || len(rest) < 8*ranges+4*blocks {
		return nil, fault("pack cut short")
	}
	before := 0
	for i := range ranges {
		r := rareRange{int(binary.BigEndian.Uint32(rest[8*i:])), int(binary.BigEndian.Uint32(rest[8*i+4:])), before}
		p.ranges = append(p.ranges, r)
		before += r.count
	}
	p.ends, p.blocks = rest[8*ranges:8*ranges+4*blocks], rest[8*ranges+4*blocks:]
	if before > blocks*p.block || blocks > 0 && p.end(blocks-1) > len(p.blocks) {
		return nil, fault("pack cut short")
	}
	return p, nil
}

func (p *Rare) end(block int) int {
	if block < 0 {
		return 0
	}
	return int(binary.BigEndian.Uint32(p.ends[4*block:]))
}

// Has tells whether the pack holds the character.
func (p *Rare) Has(r rune) bool {
	_, ok := p.index(r)
	return ok
}

func (p *Rare) index(r rune) (int, bool) {
	i := sort.Search(len(p.ranges), func(i int) bool { return p.ranges[i].first > int(r) }) - 1
	if i < 0 || int(r) >= p.ranges[i].first+p.ranges[i].count {
		return 0, false
	}
	return p.ranges[i].before + int(r) - p.ranges[i].first, true
}

// Contours gives the outline of a character scaled to upem units per em; false
// if the pack does not hold it or is damaged there.
func (p *Rare) Contours(r rune, upem int) ([]Contour, bool) {
	index, ok := p.index(r)
	if !ok {
		return nil, false
	}
	raw, ok := p.outline(index)
	if !ok {
		return nil, false
	}
	contours, err := DecodeOutline(raw)
	for _, c := range contours {
		for i := range c {
			c[i].X = int16(int(c[i].X) * upem / p.upem)
			c[i].Y = int16(int(c[i].Y) * upem / p.upem)
		}
	}
	return contours, err == nil
}

// Glyph gives a character at upem units per em; false if the pack does not hold
// it or is damaged there.
func (p *Rare) Glyph(r rune, upem int) (Glyph, bool) {
	contours, ok := p.Contours(r, upem)
	return Glyph{EncodeOutline(contours), upem}, ok
}

func (p *Rare) outline(index int) ([]byte, bool) {
	block, within := index/p.block, index%p.block
	from, to := p.end(block-1), p.end(block)
	if from > to || to > len(p.blocks) {
		return nil, false
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(p.blocks[from:to])), maxBlock))
	if err != nil {
		return nil, false
	}
	glyphs := p.block
	if last := p.ranges[len(p.ranges)-1]; block == len(p.ends)/4-1 {
		glyphs = last.before + last.count - block*p.block
	}
	at := 2 * glyphs
	if len(plain) < at {
		return nil, false
	}
	for i := range within {
		at += int(binary.BigEndian.Uint16(plain[2*i:]))
	}
	size := int(binary.BigEndian.Uint16(plain[2*within:]))
	if at+size > len(plain) {
		return nil, false
	}
	return plain[at : at+size], true
}
