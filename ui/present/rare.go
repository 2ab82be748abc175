package present

import (
	"context"
	"fmt"
	"strings"

	"wenbao/assets/hanzi"
)

// mostRare is how many characters one search shows.
const mostRare = 48

// rare is the search for a character that cannot be typed.
type rare struct {
	path  string // the field that gets it; "" while nothing is searched
	typed string
	found []hanzi.Char
	total int
	busy  bool
}

// RareView is the search for a rare character under a field.
type RareView struct {
	Typed string
	Found []RareChar
	Total int // that fit; Found may be fewer
	Busy  bool
	None  bool // nothing fits what was typed
}

// RareChar is one character that was found.
type RareChar struct {
	Rune   rune
	Code   string // "U+2CB4E"
	Pinyin string // "" where the table has none
}

// Rare is the search under a field; false when it is not open there.
func (f *Form) Rare(path string) (RareView, bool) {
	if f.rare.path != path {
		return RareView{}, false
	}
	v := RareView{Typed: f.rare.typed, Total: f.rare.total, Busy: f.rare.busy, None: f.rare.total == 0 && !f.rare.busy && strings.TrimSpace(f.rare.typed) != ""}
	for _, c := range f.rare.found {
		r := RareChar{Rune: c.Rune, Code: fmt.Sprintf("U+%04X", c.Rune)}
		if len(c.Pinyin) > 0 {
			r.Pinyin = c.Pinyin[0]
		}
		v.Found = append(v.Found, r)
	}
	return v, true
}

// OpenRare opens the search under a field, or closes it where it is open.
func (f *Form) OpenRare(path string) {
	if f.rare.path == path {
		path = ""
	}
	f.rare = rare{path: path}
	f.desk.changed()
}

// SearchRare searches by code point, pinyin, parts or strokes.
func (f *Form) SearchRare(typed string) {
	f.rare.typed, f.rare.busy = typed, true
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		found, total := hanzi.Find(typed, mostRare)
		return func() {
			if f.rare.typed != typed || f.rare.path == "" {
				return // a newer question is on its way
			}
			f.rare.found, f.rare.total, f.rare.busy = found, total, false
			f.desk.changed()
		}
	})
	f.desk.changed()
}

// PutRare puts a character into the field of the search: in place of the first
// stand-in, such as [沛], ? or *, else at the end.
func (f *Form) PutRare(r rune) {
	path := f.rare.path
	value, err := f.doc.Get(path)
	if err != nil || path == "" || f.locked(path) {
		return
	}
	from, to := standIn(value)
	f.rare = rare{}
	f.Set(path, value[:from]+string(r)+value[to:])
	f.Leave(path)
	f.desk.changed()
}

// standIn finds what stands for a character that could not be typed; its end is
// the text's end when there is none.
func standIn(s string) (from, to int) {
	for open, shut := range map[string]string{"[": "]", "［": "］", "【": "】"} {
		if i := strings.Index(s, open); i >= 0 {
			if j := strings.Index(s[i:], shut); j >= 0 {
				return i, i + j + len(shut)
			}
		}
	}
	for _, mark := range []string{"?", "？", "*", "＊", "□", "〓"} {
		if i := strings.Index(s, mark); i >= 0 {
			return i, i + len(mark)
		}
	}
	return len(s), len(s)
}

// canBeRare tells whether a field offers the search: the name always, as it must
// be right to the character, other names once a character is missing in them.
func canBeRare(bare, value string) bool {
	switch bare {
	case "name":
		return true
	case "address", "education.school", "degrees.awarded_by", "work.employer", "work.place":
		from, _ := standIn(value)
		return from < len(value) || hasRare(value)
	}
	return false
}
