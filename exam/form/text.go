package form

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable is text as papers show it: valid UTF-8, with blanks for tabs. Line
// breaks stay.
func printable(text string) string {
	if utf8.ValidString(text) && !strings.ContainsAny(text, "\t\r") {
		return text
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(text)
}

// width is the width of text on a line, in millimetres.
func width(text string, size float64, bold bool) float64 {
	units := 0
	for _, r := range text {
		a, _ := advance(r, bold)
		units += a
	}
	return mm(size) * float64(units) / emUnits
}

// Characters that may not begin a line, and those that may not end one
// (the usual rules of Chinese typesetting, GB/T 15834-2011).
const (
	notFirst = "，。、；：？！…—·～）》〉」』】〕〗｝”’％‰℃,.;:?!)]}%·"
	notLast  = "（《〈「『【〔〖｛“‘([{￥¥$"
)

// wrap breaks text into lines no wider than the given millimetres. Lines break
// between Han characters, at blanks, and inside a word only if the word alone is
// too wide. Every character of the text is in exactly one line.
func wrap(text string, size float64, bold bool, room float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrapParagraph(paragraph, size, bold, room)...)
	}
	return lines
}

func wrapParagraph(text string, size float64, bold bool, room float64) []string {
	if width(text, size, bold) <= room {
		return []string{text}
	}
	limit := int(room / mm(size) * emUnits)
	runes := []rune(text)
	var lines []string
	for len(runes) > 0 {
		n := fitting(runes, bold, limit)
		if n < len(runes) {
			n = breakBefore(runes, n)
		}
		lines = append(lines, string(runes[:n]))
		runes = runes[n:]
	}
	return lines
}

// fitting counts the runes that fit into limit units, at least one. Blanks at
// the end of a line may stand over.
func fitting(runes []rune, bold bool, limit int) int {
	units := 0
	for i, r := range runes {
		a, _ := advance(r, bold)
		units += a
		if units > limit && i > 0 && r != ' ' {
			return i
		}
	}
	return len(runes)
}

// breakBefore moves a break at n to the left until the line may end there. When
// no such place is left, a word is broken, but still not before a comma.
func breakBefore(runes []rune, n int) int {
	for at := n; at > 0; at-- {
		if mayBreak(runes[at-1], runes[at]) {
			return at
		}
	}
	for at := n; at > 1; at-- {
		if !strings.ContainsRune(notFirst, runes[at]) && !strings.ContainsRune(notLast, runes[at-1]) {
			return at
		}
	}
	return n
}

func mayBreak(before, after rune) bool {
	switch {
	case after == ' ' || strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	case before == ' ':
		return true
	}
	return !(ofWord(before) && ofWord(after))
}

// ofWord tells whether a character belongs to a word that is kept together.
func ofWord(r rune) bool {
	return r > ' ' && r < 0x2E80 && (r < 0x80 || unicode.IsLetter(r) || unicode.IsMark(r))
}
