package fonts_test

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"wenbao/assets"
	"wenbao/assets/fonts"
)

func face(t testing.TB, raw []byte) *fonts.Face {
	t.Helper()
	f, err := fonts.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func rare(t testing.TB) *fonts.Rare {
	t.Helper()
	p, err := fonts.ParseRare(assets.RareGlyphs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func fromPack(t testing.TB) func(rune) (fonts.Glyph, bool) {
	p := rare(t)
	return func(r rune) (fonts.Glyph, bool) { return p.Glyph(r, 1000) }
}

// The levels of GB 18030-2022 by their ranges, as scripts/fonts/fonts.py has them.
var (
	level1 = [][2]rune{{0x3400, 0x4DB5}, {0x4E00, 0x9FEF}}
	level3 = [][2]rune{{0x20000, 0x2A6D6}, {0x2A700, 0x2B734}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}}
	compat = []rune{0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29}
)

func TestEveryHanOfGB18030HasAGlyph(t *testing.T) {
	regular, pack := face(t, assets.Regular), rare(t)
	runes := slices.Clone(compat)
	for _, r := range append(slices.Clone(level1), level3...) {
		for c := r[0]; c <= r[1]; c++ {
			runes = append(runes, c)
		}
	}
	if len(runes) < 87_887 {
		t.Fatalf("the ranges have %d characters", len(runes))
	}
	for _, r := range runes {
		glyph, ok := regular.Glyph(r)
		if ok && len(regular.Outline(glyph)) == 0 {
			t.Errorf("%U is blank", r)
		}
		if !ok && !pack.Has(r) {
			t.Errorf("%U has no glyph", r)
		}
	}
}

func TestEveryRareGlyphDecodesAndIsNotBlank(t *testing.T) {
	pack := rare(t)
	step := rune(17) // a block has 64, so every block is opened
	if os.Getenv("WENBAO_LONG") != "" {
		step = 1
	}
	for _, r := range level3 {
		for c := r[0]; c <= r[1]; c += step {
			if contours, ok := pack.Contours(c, 1000); pack.Has(c) && (!ok || len(contours) == 0) {
				t.Errorf("%U: decodes %v, %d contours", c, ok, len(contours))
			}
		}
	}
	if _, ok := pack.Contours('中', 1000); ok {
		t.Error("the pack claims a common character")
	}
}

func TestOutlinesSurviveEncoding(t *testing.T) {
	for _, raw := range [][]byte{assets.Regular, assets.Bold} {
		f := face(t, raw)
		for _, r := range f.Runes() {
			glyph, _ := f.Glyph(r)
			contours, err := fonts.DecodeOutline(f.Outline(glyph))
			if err != nil {
				t.Fatalf("%U: %v", r, err)
			}
			again, err := fonts.DecodeOutline(fonts.EncodeOutline(contours))
			if err != nil || !slices.EqualFunc(contours, again, slices.Equal[fonts.Contour]) {
				t.Fatalf("%U changed: %v", r, err)
			}
		}
	}
}

// The characters chosen are drawn by others as they are in the fonts they come
// from, and nothing else is in the file.
func TestAChosenFontHasExactlyTheCharactersAskedFor(t *testing.T) {
	f := face(t, assets.Regular)
	raw := f.Choose([]rune("A中\u4e2d㐀陳\U0002CB4E\U00020BB7\U0002A6A5\U00020BB7 \u2F00一\U0010FFFD"), fromPack(t))
	want := []rune(" A\u2F00㐀一中陳\U00020BB7\U0002A6A5\U0002CB4E")
	if got := face(t, raw).Runes(); !slices.Equal(got, want) {
		t.Errorf("holds %q, want %q", string(got), string(want))
	}
	other, err := sfnt.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := sfnt.Parse(assets.Regular)
	if err != nil {
		t.Fatal(err)
	}
	if got := other.NumGlyphs(); got != 10 { // one for what is not there; 一 and its radical share one
		t.Errorf("%d glyphs", got)
	}
	var b sfnt.Buffer
	for _, r := range want {
		glyph, err := other.GlyphIndex(&b, r)
		if err != nil || glyph == 0 {
			t.Errorf("%U: glyph %d, %v", r, glyph, err)
			continue
		}
		segments, err := other.LoadGlyph(&b, glyph, 1000<<6, nil)
		if err != nil || len(segments) == 0 && r != ' ' {
			t.Errorf("%U: %d segments, %v", r, len(segments), err)
		}
		from, err := whole.GlyphIndex(&b, r)
		if err != nil || from == 0 {
			continue // of the pack
		}
		if same, err := whole.LoadGlyph(&b, from, 1000<<6, nil); err != nil || !slices.Equal(slices.Clone(same), segments) {
			t.Errorf("%U is another outline: %v", r, err)
		}
	}
}

// Text set in a font that was chosen stands where it stands in the whole one.
func TestAChosenFontHasTheMetricsOfItsFace(t *testing.T) {
	whole, err := sfnt.Parse(assets.Regular)
	if err != nil {
		t.Fatal(err)
	}
	f := face(t, assets.Regular)
	const size = 1000 << 6
	var b sfnt.Buffer
	for _, runes := range [][]rune{nil, []rune("xi\U00020BB7"), face(t, assets.Bold).Runes()} {
		cut, err := sfnt.Parse(f.Choose(runes, fromPack(t)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := cut.Metrics(&b, size, 0)
		if want, _ := whole.Metrics(&b, size, 0); err != nil || got != want || cut.UnitsPerEm() != whole.UnitsPerEm() {
			t.Errorf("a line is %+v, want %+v: %v", got, want, err)
		}
		for _, r := range runes {
			want := fixed.Int26_6(size) // of the pack
			if g, err := whole.GlyphIndex(&b, r); err == nil && g != 0 {
				if want, err = whole.GlyphAdvance(&b, g, size, 0); err != nil {
					t.Fatal(err)
				}
			}
			g, err := cut.GlyphIndex(&b, r)
			if err != nil || g == 0 {
				t.Fatalf("%U: glyph %d, %v", r, g, err)
			}
			if got, err := cut.GlyphAdvance(&b, g, size, 0); err != nil || got != want {
				t.Errorf("%U is %v wide, want %v: %v", r, got, want, err)
			}
		}
	}
}

// A reader that checks the file's sums, as the systems' own do, finds them right.
func TestTheSumsOfAFontFileAreRight(t *testing.T) {
	f := face(t, assets.Regular)
	for name, raw := range map[string][]byte{"chosen": f.Choose([]rune("陳\U0002CB4E"), fromPack(t)), "built": fonts.Build(1000, 880, -120, []fonts.Glyph{{Advance: 500}})} {
		sum := func(t []byte) (sum uint32) {
			for ; len(t) > 0; t = t[4:] {
				sum += binary.BigEndian.Uint32(t)
			}
			return sum
		}
		if got := sum(raw); got != 0xB1B0AFBA {
			t.Errorf("%s: the file's sum is %#x", name, got)
		}
		for i := range int(binary.BigEndian.Uint16(raw[4:])) {
			record := raw[12+16*i:]
			from, size := binary.BigEndian.Uint32(record[8:]), binary.BigEndian.Uint32(record[12:])
			table := slices.Clone(raw[from : from+(size+3)&^3])
			if string(record[:4]) == "head" {
				clear(table[8:12])
			}
			if got := sum(table); got != binary.BigEndian.Uint32(record[4:]) {
				t.Errorf("%s: the sum of %s is %#x", name, record[:4], got)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	small := fonts.Build(1000, 880, -120, []fonts.Glyph{{Advance: 500}, {Outline: fonts.EncodeOutline([]fonts.Contour{{{0, 0, true}, {9, 9, false}, {9, 0, true}}}), Advance: 10}})
	f.Add(small)
	f.Add(small[:60])
	f.Fuzz(func(t *testing.T, raw []byte) {
		face, err := fonts.Parse(raw)
		if err != nil {
			return
		}
		for _, r := range face.Runes() {
			glyph, _ := face.Glyph(r)
			_, _ = fonts.DecodeOutline(face.Outline(glyph))
			_ = face.Advance(glyph)
		}
	})
}

func FuzzDecodeOutline(f *testing.F) {
	f.Add(fonts.EncodeOutline([]fonts.Contour{{{0, 0, true}, {900, 9, false}, {9, -300, true}}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		contours, err := fonts.DecodeOutline(raw)
		if err != nil {
			return
		}
		again, err := fonts.DecodeOutline(fonts.EncodeOutline(contours))
		if err != nil || !slices.EqualFunc(contours, again, slices.Equal[fonts.Contour]) {
			t.Errorf("changed by encoding: %v", err)
		}
	})
}

func FuzzParseRare(f *testing.F) {
	f.Add(assets.RareGlyphs[:2000])
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := fonts.ParseRare(raw)
		if err != nil {
			return
		}
		for _, r := range []rune{0x20000, 0x2A6D6, 0x2A700, 'x'} {
			_, _ = p.Contours(r, 1000)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		face(b, assets.Regular)
	}
}

func BenchmarkChoose(b *testing.B) {
	f, runes := face(b, assets.Regular), face(b, assets.Bold).Runes()
	for name, chosen := range map[string][]rune{"screen": runes, "line": []rune("报名序号 038-2026-000123，考区：陳\U0002CB4E")} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f.Choose(chosen, fromPack(b))
			}
		})
	}
}

func BenchmarkRareGlyph(b *testing.B) {
	p := rare(b)
	for b.Loop() {
		if _, ok := p.Contours('𠮷', 1000); !ok {
			b.Fatal("gone")
		}
	}
}
