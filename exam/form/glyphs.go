package form

import (
	"fmt"
	"math"
	"sync"
	"unicode"

	"wenbao/assets"
	"wenbao/assets/fonts"
)

// emUnits is the em of the fonts and of every outline here.
const emUnits = 1000

// Ascent and descent that papers reckon with, in units.
const (
	ascent  = 880
	descent = -120
)

var faces = sync.OnceValue(func() (f struct {
	regular, bold *fonts.Face
	rare          *fonts.Rare
}) {
	var err [3]error
	f.regular, err[0] = fonts.Parse(assets.Regular)
	f.bold, err[1] = fonts.Parse(assets.Bold)
	f.rare, err[2] = fonts.ParseRare(assets.RareGlyphs)
	for _, e := range err {
		if e != nil {
			panic("form: the program's own fonts: " + e.Error())
		}
	}
	return f
})

// glyph is where a character's shape comes from.
type glyph struct {
	face    *fonts.Face // nil for rare and missing ones
	index   uint16
	advance int // units
	missing bool
}

// lookUp finds the shape of a character: in the bold face if asked, else in the
// regular one, else among the rare ones. Characters without a shape of their own,
// such as those that turn the direction of writing, count as missing, so that
// nothing invisible slips onto a paper.
func lookUp(r rune, bold bool) glyph {
	f := faces()
	if bold {
		if g, ok := f.bold.Glyph(r); ok && !hidden(r) {
			return glyph{face: f.bold, index: g, advance: f.bold.Advance(g)}
		}
	}
	if g, ok := f.regular.Glyph(r); ok && !hidden(r) {
		return glyph{face: f.regular, index: g, advance: f.regular.Advance(g)}
	}
	return glyph{advance: emUnits, missing: !f.rare.Has(r)}
}

// advances are the widths of the characters up to U+FFFF, regular and bold, in
// units; gone marks those that no font has.
var advances = sync.OnceValue(func() *[2][0x10000]uint16 {
	var all [2][0x10000]uint16
	for weight := range all {
		for r := range all[weight] {
			g := lookUp(rune(r), weight == 1)
			all[weight][r] = uint16(g.advance)
			if g.missing {
				all[weight][r] |= gone
			}
		}
	}
	return &all
})

const gone = 1 << 15

// advance is the width of a character, and whether no font has it.
func advance(r rune, bold bool) (units int, missing bool) {
	if uint32(r) > 0xFFFF {
		g := lookUp(r, bold)
		return g.advance, g.missing
	}
	weight := 0
	if bold {
		weight = 1
	}
	v := advances()[weight][r]
	return int(v &^ gone), v&gone != 0
}

func hidden(r rune) bool {
	if r >= ' ' && r < 0x7F || r >= 0x2E80 && r < 0xD800 {
		return false
	}
	return r >= 0x7F && unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || r < 0x20
}

// printUnits is the em of the fonts inside files. A seventh of the source's makes
// a file a tenth smaller; at 10 points a unit is 0.025 mm, about a dot of a printer
// of 1000 dots per inch.
const printUnits = 140

var printed sync.Map // outlines by printedKey: only of faces, so at most their size

type printedKey struct {
	face  *fonts.Face
	index uint16
}

// outline gives a character's shape as bytes of a glyf table, at printUnits.
func (g glyph) outline(r rune) []byte {
	key := printedKey{g.face, g.index}
	if raw, ok := printed.Load(key); ok && g.face != nil {
		return raw.([]byte)
	}
	contours := g.contours(r)
	for n, c := range contours {
		for i := range c {
			c[i].X, c[i].Y = toPrint(c[i].X), toPrint(c[i].Y)
		}
		contours[n] = sparing(c)
	}
	raw := fonts.EncodeOutline(contours)
	if g.face != nil {
		printed.Store(key, raw)
	}
	return raw
}

// sparing drops points that say nothing at this fineness: where the one before
// already is, or on the line between two others.
func sparing(c fonts.Contour) fonts.Contour {
	kept := make(fonts.Contour, 0, len(c))
	for i, p := range c {
		before, after := c[len(c)-1], c[(i+1)%len(c)]
		if len(kept) > 0 {
			before = kept[len(kept)-1]
		}
		same := p.X == before.X && p.Y == before.Y && p.On && before.On
		turn := (int(p.X)-int(before.X))*(int(after.Y)-int(p.Y)) - (int(p.Y)-int(before.Y))*(int(after.X)-int(p.X))
		ahead := (int(p.X)-int(before.X))*(int(after.X)-int(p.X)) + (int(p.Y)-int(before.Y))*(int(after.Y)-int(p.Y))
		straight := p.On && before.On && after.On && turn == 0 && ahead > 0
		implied := p.On && !before.On && !after.On && 2*int(p.X) == int(before.X)+int(after.X) && 2*int(p.Y) == int(before.Y)+int(after.Y)
		if i > 0 && len(kept) > 0 && (same || straight || implied) && len(c) > 3 {
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

func toPrint(v int16) int16 {
	return int16(math.Round(float64(v) * printUnits / emUnits))
}

func (g glyph) contours(r rune) []fonts.Contour {
	if g.face == nil && !g.missing {
		if contours, ok := faces().rare.Contours(r, emUnits); ok {
			return contours
		}
	}
	if g.face == nil {
		return codeBox(r)
	}
	contours, err := fonts.DecodeOutline(g.face.Outline(g.index))
	if err != nil {
		panic("form: the program's own fonts: " + err.Error())
	}
	return contours
}

// codeBox is the shape of a character no font has: its code point in a box.
func codeBox(r rune) []fonts.Contour {
	contours := []fonts.Contour{
		rectangle(40, -100, 960, 860),
		reversed(rectangle(75, -65, 925, 825)),
	}
	digits := fmt.Sprintf("%04X", r)
	perRow := (len(digits) + 1) / 2
	for i, digit := range digits {
		row, column := i/perRow, i%perRow
		left := 500 + (column*2-perRow)*130
		contours = append(contours, shrunk(digit, left, 440-row*400)...)
	}
	return contours
}

func rectangle(left, bottom, right, top int16) fonts.Contour {
	return fonts.Contour{{X: left, Y: bottom, On: true}, {X: left, Y: top, On: true}, {X: right, Y: top, On: true}, {X: right, Y: bottom, On: true}}
}

func reversed(c fonts.Contour) fonts.Contour {
	for i, j := 0, len(c)-1; i < j; i, j = i+1, j-1 {
		c[i], c[j] = c[j], c[i]
	}
	return c
}

// shrunk is a digit at 45 % of its size with its lower left corner at (x, y).
func shrunk(digit rune, x, y int) []fonts.Contour {
	contours := lookUp(digit, false).contours(digit)
	for _, c := range contours {
		for i := range c {
			c[i].X = int16(int(c[i].X)*45/100 + x)
			c[i].Y = int16(int(c[i].Y)*45/100 + y)
		}
	}
	return contours
}
