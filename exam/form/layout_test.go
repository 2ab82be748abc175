package form

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var someRunes = []rune("中国社会工作者，。；：（）《》“”、！？abcXYZ019 -./@　·…—欧阳𠮷𬭎𪚥\U0010FFFD\u202Eé")

func TestWrapLosesNothingAndStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom(someRunes), 0, 120, -1).Draw(t, "text")
		size := rapid.Float64Range(6, 18).Draw(t, "size")
		room := rapid.Float64Range(4, 120).Draw(t, "room")
		bold := rapid.Bool().Draw(t, "bold")
		lines := wrap(text, size, bold, room)
		if strings.Join(lines, "") != text {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			if runes := []rune(strings.TrimRight(line, " ")); len(runes) > 1 && width(string(runes), size, bold) > room+0.01 {
				t.Fatalf("%q is %.1f mm wide, room is %.1f", line, width(line, size, bold), room)
			}
		}
	})
}

func TestLinesBreakAsChineseTypesettingWants(t *testing.T) {
	text := "甲乙丙丁戊己庚辛壬癸，子丑寅卯（辰巳午未）申酉戌亥。employer@example.com，天地玄黄《宇宙》洪荒。"
	for room := 20.0; room < 120; room += 0.7 {
		lines := wrap(text, 10, false, room)
		for i, line := range lines {
			runes := []rune(line)
			if i > 0 && strings.ContainsRune("，。）》", runes[0]) {
				t.Errorf("%.1f mm: a line begins with %c", room, runes[0])
			}
			if i < len(lines)-1 && strings.ContainsRune("（《", runes[len(runes)-1]) {
				t.Errorf("%.1f mm: a line ends with %c", room, runes[len(runes)-1])
			}
		}
		if room > 45 && !strings.Contains(strings.Join(lines, "\n"), "employer@example.com") {
			t.Errorf("%.1f mm: a word that has room was broken: %q", room, lines)
		}
	}
}

// CheckPages looks for texts that lie on one another and for anything outside the
// margins.
func CheckPages(t *testing.T, p *Paper) {
	t.Helper()
	for n, pg := range p.pages {
		type box struct {
			left, top, right, bottom float64
			text                     string
		}
		var boxes []box
		for _, i := range pg.items {
			if i.shape == markShape {
				continue
			}
			b := box{i.x, i.y, i.x + i.w, i.y + i.h, i.text}
			if i.shape == textShape {
				em := mm(i.size)
				b = box{i.x, i.y - em*0.80, i.x + width(strings.TrimRight(i.text, " "), i.size, i.bold), i.y + em*0.08, i.text}
				for _, other := range boxes {
					if b.left < other.right-0.05 && other.left < b.right-0.05 && b.top < other.bottom && other.top < b.bottom {
						t.Errorf("page %d: %q lies on %q", n+1, i.text, other.text)
					}
				}
				boxes = append(boxes, b)
			}
			if b.left < marginX-0.1 || b.right > pageWidth-marginX+0.1 || b.top < 5 || b.bottom > pageHeight-5 {
				t.Errorf("page %d: %v %q is outside the margins", n+1, i.shape, i.text)
			}
		}
	}
}
