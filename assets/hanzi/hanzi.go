// Package hanzi finds characters by code point, pinyin, parts and strokes, for
// names that no input method at hand can type. README.md says what the table
// covers and where it comes from.
package hanzi

import (
	"bytes"
	"cmp"
	"compress/flate"
	_ "embed"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed hanzi.z
var packed []byte

// Char is one character of the table.
type Char struct {
	Rune    rune
	Pinyin  []string // without tones, ü as v; the usual reading first
	Strokes int      // 0 unknown
	Parts   string   // every part that is itself a character, at any depth
}

// lines is the table, inflated at the first search (20 ms).
var lines = sync.OnceValue(func() []byte {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		panic("hanzi: the table is damaged: " + err.Error())
	}
	return raw
})

// question is what was typed, taken apart.
type question struct {
	exact   rune     // a code point; 0 none
	pinyin  []string // each has to begin a reading
	parts   []rune   // all have to be in the character
	strokes int
}

// longest bounds what is read of a question, in characters.
const longest = 40

// ask takes a question apart: "U+2CB4E" and "2CB4E" are code points, letters are
// pinyin, characters are parts, and a number up to 84 counts strokes.
func ask(typed string) (q question, ok bool) {
	if r := []rune(typed); len(r) > longest {
		typed = string(r[:longest])
	}
	typed = strings.NewReplacer("＋", "+", "Ｕ", "U", "ü", "v", "画", " ", "畫", " ", "，", " ", ",", " ", "、", " ").Replace(typed)
	for _, word := range strings.Fields(typed) {
		if r, is := codePoint(word); is {
			return question{exact: r}, true
		}
		if n, err := strconv.Atoi(word); err == nil && n > 0 && n <= 84 {
			q.strokes = n
			continue
		}
		letters := ""
		for _, r := range word {
			switch {
			case unicode.Is(unicode.Han, r):
				q.parts = append(q.parts, r)
			case r < utf8.RuneSelf && unicode.IsLetter(r):
				letters += string(unicode.ToLower(r))
			}
		}
		if letters != "" {
			q.pinyin = append(q.pinyin, letters)
		}
	}
	return q, len(q.parts)+len(q.pinyin) > 0
}

// codePoint reads U+2CB4E, u2cb4e, \u{2CB4E}, &#x2CB4E; and 2CB4E: the last only
// with a digit in it, as pinyin may look like hexadecimal.
func codePoint(word string) (rune, bool) {
	w := strings.ToUpper(strings.Trim(word, `\&#;{}<>`))
	marked := false
	for _, mark := range []string{"U+", "U{", "0X", "U", "X"} {
		if rest, ok := strings.CutPrefix(w, mark); ok {
			w, marked = strings.Trim(rest, "{}"), true
			break
		}
	}
	if len(w) < 4 || len(w) > 6 || !marked && !strings.ContainsAny(w, "0123456789") {
		return 0, false
	}
	n, err := strconv.ParseUint(w, 16, 32)
	if err != nil || !unicode.Is(unicode.Han, rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// Find gives the characters that fit what was typed, at most most of them, and
// how many fit in all. Those read exactly as typed, or that are themselves what
// was typed, come first, then those with fewer strokes.
func Find(typed string, most int) (list []Char, total int) {
	q, ok := ask(typed)
	if q.exact != 0 {
		if c, found := Lookup(q.exact); found {
			return []Char{c}, 1
		}
		return []Char{{Rune: q.exact}}, 1
	}
	if !ok {
		return nil, 0
	}
	for line := range bytes.Lines(lines()) {
		if c := parse(line); q.fits(c) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Char) int {
		return cmp.Or(q.rank(a)-q.rank(b), a.Strokes-b.Strokes)
	})
	return list[:min(most, len(list))], len(list)
}

// Lookup gives a character; false when the table lacks it.
func Lookup(r rune) (Char, bool) {
	want := string(r) + "\t"
	for line := range bytes.Lines(lines()) {
		if bytes.HasPrefix(line, []byte(want)) {
			return parse(line), true
		}
	}
	return Char{}, false
}

func parse(line []byte) Char {
	head, rest, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "\t")
	readings, rest, _ := strings.Cut(rest, "\t")
	strokes, parts, _ := strings.Cut(rest, "\t")
	c := Char{Parts: parts}
	c.Rune, _ = utf8.DecodeRuneInString(head)
	c.Strokes, _ = strconv.Atoi(strokes)
	if readings != "" {
		c.Pinyin = strings.Split(readings, ",")
	}
	return c
}

func (q question) fits(c Char) bool {
	if q.strokes != 0 && c.Strokes != q.strokes {
		return false
	}
	for _, p := range q.parts {
		if c.Rune != p && !strings.ContainsRune(c.Parts, p) {
			return false
		}
	}
	for _, typed := range q.pinyin {
		if !slices.ContainsFunc(c.Pinyin, func(reading string) bool { return strings.HasPrefix(reading, typed) }) {
			return false
		}
	}
	return true
}

func (q question) rank(c Char) int {
	switch {
	case slices.Contains(q.parts, c.Rune):
		return 0
	case len(q.pinyin) > 0 && len(c.Pinyin) > 0 && slices.Contains(q.pinyin, c.Pinyin[0]):
		return 1
	case slices.ContainsFunc(q.pinyin, func(p string) bool { return slices.Contains(c.Pinyin, p) }):
		return 2
	}
	return 3
}
