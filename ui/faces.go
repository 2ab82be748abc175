package ui

import (
	"maps"
	"slices"
	"sync"

	"fyne.io/fyne/v2"

	"wenbao/assets"
	"wenbao/assets/fonts"
)

// The screen's faces hold the characters of the bold font: every fixed sentence
// and nearly every name is made of them. Fyne reads every outline of a font on
// the window's goroutine before it shows a first letter, and the regular font has
// three times as many. What has another character is set in a font of its own.

// ownFonts are the program's own fonts, read once.
var ownFonts = sync.OnceValues(func() (*fonts.Face, *fonts.Rare) {
	rare, err := fonts.ParseRare(assets.RareGlyphs)
	if err != nil {
		panic("ui: the rare glyphs are damaged: " + err.Error())
	}
	return parsed(assets.Regular), rare
})

var boldFont = sync.OnceValue(func() *fonts.Face { return parsed(assets.Bold) })

func parsed(font []byte) *fonts.Face {
	face, err := fonts.Parse(font)
	if err != nil {
		panic("ui: a font is damaged: " + err.Error())
	}
	return face
}

// The faces of the screen, of one family, so that no text falls back to a face of
// the machine. Fyne reads a font once for each resource.
var (
	screenRegular = sync.OnceValue(func() fyne.Resource {
		return fyne.NewStaticResource("regular.ttf", chosen(boldFont().Runes()))
	})
	screenBold = sync.OnceValue(func() fyne.Resource { return fyne.NewStaticResource("bold.ttf", assets.Bold) })
)

// mostTaken is how many characters the pack gives to one font: it inflates a
// block for each, in a third of a millisecond, and no name has as many.
const mostTaken = 20

// taken keeps the glyphs that were taken from the pack.
var taken = map[rune]fonts.Glyph{}

// chosen is a regular font of these characters.
func chosen(runes []rune) []byte {
	face, rare := ownFonts()
	left := mostTaken
	return face.Choose(runes, func(r rune) (fonts.Glyph, bool) {
		g, ok := taken[r]
		if ok || left == 0 || !rare.Has(r) {
			return g, ok
		}
		left--
		if g, ok = rare.Glyph(r, face.UnitsPerEm()); ok {
			taken[r] = g
		}
		return g, ok
	})
}

// unusual gives the characters of a text that the program's fonts have and the
// screen's faces lack.
func unusual(text string) (list []rune) {
	for _, r := range text {
		if _, ok := boldFont().Glyph(r); ok || slices.Contains(list, r) {
			continue
		}
		face, rare := ownFonts()
		if _, ok := face.Glyph(r); ok || rare.Has(r) {
			list = append(list, r)
		}
	}
	return list
}

// lineFonts are the fonts of texts with unusual characters, by the characters.
var lineFonts = map[string]fyne.Resource{}

// lineFont gives the font of a text: one with exactly its characters where one of
// them is unusual, nil where the screen's face will do. Reading it takes Fyne a
// fraction of a millisecond.
func lineFont(text string) fyne.Resource {
	if len(unusual(text)) == 0 {
		return nil
	}
	runes := []rune(text + standIns)
	slices.Sort(runes)
	key := string(slices.Compact(runes))
	font, ok := lineFonts[key]
	if !ok {
		font = fyne.NewStaticResource("line.ttf", chosen(runes))
		lineFonts[key] = font
	}
	return font
}

// standIns are the characters that Fyne asks every font for: the one whose height
// is the line's, and the one in place of what is in no font.
const standIns = " \uFFFD"

// editions are fonts of fields with an unusual character: each has the characters
// of the one before and what came into a field since. Fyne gives a field no font
// of its own, only a style, for which it asks the theme once. So an edition is a
// style that no other text has: of symbols, for which Fyne reads no further fonts,
// with a tab of a width of its own, which nothing shows: no field holds a tab.
var editions struct {
	made   int // since the program began
	kept   int // by Fyne
	has    map[rune]bool
	newest fyne.Resource
}

// editionWith gives the style of an edition with the characters of a text.
func editionWith(text string) fyne.TextStyle {
	e := &editions
	if e.has == nil {
		e.has = map[rune]bool{}
		for r := ' '; r <= '~'; r++ { // else the first digits typed are an edition each
			e.has[r] = true
		}
	}
	had := len(e.has)
	for _, r := range text + standIns {
		e.has[r] = true
	}
	if len(e.has) > had {
		e.made, e.kept = e.made+1, e.kept+1
		e.newest = fyne.NewStaticResource("edition.ttf", chosen(slices.Collect(maps.Keys(e.has))))
	}
	return fyne.TextStyle{Symbol: true, TabWidth: e.made}
}

// How many fonts of lines and of fields Fyne may keep: at most some 15 MB of the
// one, and 50 MB of the other.
const (
	mostLineFonts = 1024
	mostEditions  = 128
)

// lighten makes Fyne let go of the fonts of lines and fields when they have become
// many. It reads all that are in sight anew then, for which the window stands
// still a tenth of a second.
func (w *Window) lighten() {
	if len(lineFonts) < mostLineFonts && editions.kept < mostEditions {
		return
	}
	clear(lineFonts)
	editions.kept = 0
	again := *worn()
	w.app.Settings().SetTheme(&again)
}
