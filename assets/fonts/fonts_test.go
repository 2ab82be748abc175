package fonts_test

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/image/font/sfnt"

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

func TestExtendedFontShowsRareCharactersToOthers(t *testing.T) {
	f := face(t, assets.Regular)
	raw := f.Extend(rare(t), []rune{'中', '𠮷', '𪚥', '𠮷', 0x10FFFD})
	other, err := sfnt.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	var b sfnt.Buffer
	for _, r := range "A中𬭎𠮷𪚥" {
		glyph, err := other.GlyphIndex(&b, r)
		if err != nil || glyph == 0 {
			t.Errorf("%U: glyph %d, %v", r, glyph, err)
			continue
		}
		segments, err := other.LoadGlyph(&b, glyph, 1000<<6, nil)
		if err != nil || len(segments) == 0 {
			t.Errorf("%U: %d segments, %v", r, len(segments), err)
		}
	}
	again := face(t, raw)
	if len(again.Runes()) != len(f.Runes())+2 {
		t.Errorf("%d characters, had %d", len(again.Runes()), len(f.Runes()))
	}
	if same := f.Extend(rare(t), []rune{'中'}); &same[0] != &assets.Regular[0] {
		t.Error("nothing to add, and yet a copy")
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

func BenchmarkRareGlyph(b *testing.B) {
	p := rare(b)
	for b.Loop() {
		if _, ok := p.Contours('𠮷', 1000); !ok {
			b.Fatal("gone")
		}
	}
}
