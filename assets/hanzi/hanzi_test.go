package hanzi

import (
	"bytes"
	"slices"
	"testing"
	"time"
	"unicode"
)

func runes(list []Char) (out []rune) {
	for _, c := range list {
		out = append(out, c.Rune)
	}
	return out
}

func TestACharacterIsFoundByItsCodePointHoweverItIsWritten(t *testing.T) {
	for _, typed := range []string{"U+2CB4E", "u+2cb4e", "2CB4E", `\u{2CB4E}`, "&#x2CB4E;", "U2CB4E", " 0x2cb4e ", "Ｕ＋2CB4E"} {
		list, total := Find(typed, 10)
		if total != 1 || list[0].Rune != 0x2CB4E || !slices.Contains(list[0].Pinyin, "hong") {
			t.Errorf("%q finds %c", typed, runes(list))
		}
	}
}

func TestWhatIsNoCharacterIsNotOfferedAsOne(t *testing.T) {
	for _, typed := range []string{"", "  ", "U+0041", "U+1F600", "110000", "U+FFFFFFFF", "12", "!?", "U+D800", "zzzz"} {
		if list, total := Find(typed, 10); total != 0 || len(list) != 0 {
			t.Errorf("%q finds %c", typed, runes(list))
		}
	}
}

func TestACharacterIsFoundByPartsPinyinAndStrokesTogether(t *testing.T) {
	for typed, want := range map[string]rune{"钅厷": 0x2CB4E, "金 厷": 0x2CB4E, "吉吉": '喆', "zhe 吉": '喆', "龍": '龘', "da 龍 48": '龘', "土口 6画": '𠮷',
		"hong 钅 12": 0x2CB4E, "女 刀": '㛃', "HONG 金": 0x2CB4E} {
		list, total := Find(typed, 5000)
		if !slices.Contains(runes(list), want) {
			t.Errorf("%q does not find %c among %d", typed, want, total)
		}
	}
}

func TestTheUsualReadingComesFirstAndFewStrokesBeforeMany(t *testing.T) {
	list, total := Find("hong", 200)
	if total < 100 || !slices.IsSortedFunc(list, func(a, b Char) int {
		q := question{pinyin: []string{"hong"}}
		if r := q.rank(a) - q.rank(b); r != 0 {
			return r
		}
		return a.Strokes - b.Strokes
	}) {
		t.Errorf("%d in this order: %c", total, runes(list)[:20])
	}
	for _, c := range list[:20] {
		if !slices.Contains(c.Pinyin, "hong") {
			t.Errorf("%c is read %v", c.Rune, c.Pinyin)
		}
	}
}

func TestTheListIsBoundedAndTheCountIsNot(t *testing.T) {
	list, total := Find("口", 60)
	if len(list) != 60 || total < 5000 {
		t.Errorf("%d of %d", len(list), total)
	}
}

func TestTheTableIsWhole(t *testing.T) {
	n, read, parted := 0, 0, 0
	last := rune(0)
	for line := range bytes.Lines(lines()) {
		c := parse(line)
		if c.Rune <= last || !unicode.Is(unicode.Han, c.Rune) || c.Strokes == 0 {
			t.Fatalf("line %d is %q", n, line)
		}
		last = c.Rune
		n++
		if len(c.Pinyin) > 0 {
			read++
		}
		if c.Parts != "" {
			parted++
		}
	}
	if n != 87_915 || read != 41_417 || parted != 87_901 {
		t.Errorf("%d characters, %d with pinyin, %d with parts: README.md says otherwise", n, read, parted)
	}
}

func TestASearchTakesNoLongerThanABlink(t *testing.T) {
	Find("口", 1)
	began := time.Now()
	for range 5 {
		Find("hong 金 口 12", 60)
	}
	if each := time.Since(began) / 5; each > 500*time.Millisecond {
		t.Errorf("%v", each)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("U+2CB4E")
	f.Add("hong 钅 12画")
	f.Add("\\u{FFFFFF}")
	f.Fuzz(func(t *testing.T, typed string) {
		list, total := Find(typed, 5)
		if len(list) > 5 || len(list) > total {
			t.Errorf("%q: %d of %d", typed, len(list), total)
		}
	})
}
