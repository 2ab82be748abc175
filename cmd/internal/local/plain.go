package local

import (
	"strings"
	"unicode"
)

// Plain is text of other people's for a terminal: one line, and nothing in it that
// moves the cursor, turns the writing or colours what stands around it.
func Plain(text string) string {
	return PlainLines(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' ' // what people type
		}
		return r
	}, text))
}

// PlainLines is such a text with its line breaks.
func PlainLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
