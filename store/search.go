package store

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// columns hold what a search looks at, row by row, packed so that one pass over
// 100,000 rows stays well below a millisecond: names and spellings as one text
// each, the letters of the latter and the first and last sixteen digits of numbers
// in a word.
type columns struct {
	flags                       []byte
	idEnd, phoneStart, phoneEnd []uint64
	numberStart, numberEnd      []uint64
	letters                     []uint64 // of the spelled names, see lettersOf
	names, spellings            texts
	shown, binned               set // rows that are not gaps, by where they are listed
}

const (
	flagLive = 1 << iota
	flagBin
)

// texts is a column of strings, each followed by a zero byte.
type texts struct {
	all []byte
	end []uint32
}

func (c *columns) append(r *row) {
	flags := byte(flagLive)
	if r.deleted != 0 {
		flags |= flagBin
	}
	slot := len(c.flags)
	c.flags = append(c.flags, flags)
	if slot%64 == 0 {
		c.shown, c.binned = append(c.shown, 0), append(c.binned, 0)
	}
	if r.deleted == 0 {
		c.shown.add(slot)
	} else {
		c.binned.add(slot)
	}
	c.idEnd = append(c.idEnd, lastDigits(r.idNumber))
	c.phoneStart, c.phoneEnd = append(c.phoneStart, firstDigits(r.phone)), append(c.phoneEnd, lastDigits(r.phone))
	c.numberStart, c.numberEnd = append(c.numberStart, firstDigits(r.number)), append(c.numberEnd, lastDigits(r.number))
	c.names.append(r.name)
	c.spellings.append(r.spelled)
	c.letters = append(c.letters, lettersOf(r.spelled))
}

// leave makes a gap of a row.
func (c *columns) leave(slot int32) {
	c.flags[slot] = 0
	c.shown.drop(int(slot))
	c.binned.drop(int(slot))
}

// cut takes the last row away, which slot is.
func (c *columns) cut(slot int) {
	c.flags = c.flags[:slot]
	if slot%64 == 0 {
		c.shown, c.binned = c.shown[:slot/64], c.binned[:slot/64]
	}
	for _, w := range []*[]uint64{&c.idEnd, &c.phoneStart, &c.phoneEnd, &c.numberStart, &c.numberEnd, &c.letters} {
		*w = (*w)[:slot]
	}
	c.names.cut(slot)
	c.spellings.cut(slot)
}

// listed counts the rows that do not lie in the bin.
func (c *columns) listed() int { return bytes.Count(c.flags, []byte{flagLive}) }

// reserve makes room for n rows.
func (c *columns) reserve(n int) {
	c.flags = make([]byte, 0, n)
	for _, w := range []*[]uint64{&c.idEnd, &c.phoneStart, &c.phoneEnd, &c.numberStart, &c.numberEnd, &c.letters} {
		*w = make([]uint64, 0, n)
	}
	for _, t := range []*texts{&c.names, &c.spellings} {
		t.all, t.end = make([]byte, 0, 16*n), make([]uint32, 0, n)
	}
}

func (t *texts) append(s string) {
	t.all = append(append(t.all, s...), 0)
	t.end = append(t.end, uint32(len(t.all)))
}

func (t *texts) cut(slot int) {
	t.end = t.end[:slot]
	if slot == 0 {
		t.all = t.all[:0]
		return
	}
	t.all = t.all[:t.end[slot-1]]
}

// wordDigits is how many digits a word holds, four bits each.
const wordDigits = 16

// digit gives a digit's four bits, never zero: 1–10 for 0–9, 11 for X, 12 for
// anything else.
func digit(c byte) uint64 {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c-'0') + 1
	case c == 'X' || c == 'x':
		return 11
	}
	return 12
}

// lastDigits packs the end of s, the last digit lowest.
func lastDigits(s string) (w uint64) {
	for _, c := range []byte(s[max(0, len(s)-wordDigits):]) {
		w = w<<4 | digit(c)
	}
	return w
}

// firstDigits packs the start of s, the first digit highest.
func firstDigits(s string) (w uint64) {
	s = s[:min(len(s), wordDigits)]
	for i, c := range []byte(s) {
		w |= digit(c) << (60 - 4*i)
	}
	return w
}

// set is a set of rows.
type set []uint64

func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) drop(i int)     { s[i/64] &^= 1 << (i % 64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// search gives the rows that every word of the text is found in; nil means all.
func (ix *index) search(text string) set {
	var found set
	for _, word := range words(text) {
		hits := make(set, len(ix.rows)/64+1)
		switch {
		case strings.Trim(word, "0123456789x") == "" && word != "x":
			ix.findDigits(word, hits)
		case isASCII(word):
			ix.columns.findSpelled(word, hits)
			ix.findNumber(word, hits)
		default:
			ix.columns.names.find(word, hits)
		}
		if found == nil {
			found = hits
			continue
		}
		for i := range found {
			found[i] &= hits[i]
		}
	}
	return found
}

// words splits what a person typed: width and case do not matter, ü is v as on
// a keyboard.
func words(text string) []string {
	runes := []rune(norm.NFKC.String(text))
	text = strings.ToLower(string(runes[:min(len(runes), maxSearch)]))
	text = strings.NewReplacer("ü", "v", "\x00", "").Replace(text)
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '·' || r == '…' })
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// find adds the rows whose text holds word. It looks for the last byte of it: the
// first one of all characters is one of six.
func (t *texts) find(word string, hits set) {
	needle, slot, last := []byte(word), 0, len(word)-1
	for at := last; at < len(t.all); {
		i := bytes.IndexByte(t.all[at:], needle[last])
		if i < 0 {
			return
		}
		start := at + i - last
		if !bytes.HasPrefix(t.all[start:], needle) {
			at += i + 1
			continue
		}
		for t.end[slot] <= uint32(start) {
			slot++
		}
		hits.add(slot)
		at = int(t.end[slot]) + last
	}
}

// of gives the text of a row, with the zero byte behind it.
func (t *texts) of(slot int) []byte {
	start := uint32(0)
	if slot > 0 {
		start = t.end[slot-1]
	}
	return t.all[start:t.end[slot]]
}

// lettersOf gives the letters in a spelled name, a bit for each, and above them a
// bit for each pair of letters side by side, which some pairs share.
func lettersOf(spelled string) (w uint64) {
	before := 0
	for i := range len(spelled) {
		c := int(spelled[i]) - 'a' + 1
		if c < 1 || c > 26 {
			before = 0
			continue
		}
		w |= 1 << (c - 1)
		if before > 0 {
			w |= 1 << (26 + (before*27+c)%38)
		}
		before = c
	}
	return w
}

// findSpelled adds the rows whose spelled name holds word.
func (c *columns) findSpelled(word string, hits set) {
	needle, want := []byte(word), lettersOf(word)
	for i, has := range c.letters {
		if has&want == want && (len(word) == 1 && want != 0 || bytes.Contains(c.spellings.of(i), needle)) {
			hits.add(i)
		}
	}
}

// findDigits adds the rows with an ID number that ends in word, or a phone or
// registration number that begins or ends with it.
func (ix *index) findDigits(word string, hits set) {
	c, n := &ix.columns, min(len(word), wordDigits)
	low, high := ^uint64(0)>>(64-4*n), ^uint64(0)<<(64-4*n)
	end, start := lastDigits(word), firstDigits(word)
	for i := range c.flags {
		if c.idEnd[i]&low == end || c.phoneEnd[i]&low == end || c.numberEnd[i]&low == end ||
			c.phoneStart[i]&high == start || c.numberStart[i]&high == start {
			if len(word) <= wordDigits || ix.rows[i].hasNumber(strings.ToUpper(word)) {
				hits.add(i)
			}
		}
	}
}

func (r *row) hasNumber(word string) bool {
	return strings.HasSuffix(r.idNumber, word) || strings.HasPrefix(r.number, word) || strings.HasSuffix(r.number, word)
}

// findNumber adds the rows whose ID or registration number, which may hold
// letters, has word in it.
func (ix *index) findNumber(word string, hits set) {
	if strings.IndexFunc(word, unicode.IsDigit) < 0 {
		return
	}
	word = strings.ToUpper(word)
	for i := range ix.rows {
		if r := &ix.rows[i]; strings.Contains(r.idNumber, word) || strings.Contains(strings.ToUpper(r.number), word) {
			hits.add(i)
		}
	}
}

// list gives the page of a query.
func (ix *index) list(q Query) Page {
	select {
	case <-ix.ready:
	default:
		if p, ok := ix.firstPage(q); ok {
			return p
		}
	}
	if orders[q.Sort] == nil {
		ix.rlock()
		defer ix.mu.RUnlock()
		return ix.page(q, ix.search(q.Search), nil)
	}
	ix.lock() // the order may have to be made
	defer ix.mu.Unlock()
	return ix.page(q, ix.search(q.Search), ix.order(q.Sort))
}

// firstPage answers the plainest query while the rest is being loaded.
func (ix *index) firstPage(q Query) (Page, bool) {
	if ix.first == nil || q != (Query{Limit: q.Limit}) || q.Limit > len(ix.first) && len(ix.first) < ix.total {
		return Page{}, false
	}
	p := Page{Total: ix.total}
	for i := range ix.first[:min(q.Limit, len(ix.first))] {
		p.Rows = append(p.Rows, ix.first[i].summary())
	}
	return p, true
}

// page walks the rows in order (nil: by last change).
func (ix *index) page(q Query, found set, order []int32) (p Page) {
	want := byte(flagLive)
	if q.Bin {
		want |= flagBin
	}
	n := len(ix.rows)
	if order != nil {
		n = len(order)
	}
	plain := q.plain()
	if plain && order == nil && !q.Reverse {
		return ix.newestOf(q, found)
	}
	for k := range n {
		i := n - 1 - k // by last change, newest first
		if q.Reverse {
			i = k
		}
		if order != nil {
			i = int(order[n-1-i])
		}
		if ix.columns.flags[i] != want || found != nil && !found.has(i) || !plain && !q.accepts(&ix.rows[i]) {
			continue
		}
		if p.Total++; p.Total > q.Offset && len(p.Rows) < q.Limit {
			p.Rows = append(p.Rows, ix.rows[i].summary())
		}
	}
	return p
}

// newestOf is page where nothing but the bin and the search restricts the list:
// whole words of rows at a time.
func (ix *index) newestOf(q Query, found set) (p Page) {
	listed := ix.columns.shown
	if q.Bin {
		listed = ix.columns.binned
	}
	for i := len(listed) - 1; i >= 0; i-- {
		word := listed[i]
		if found != nil {
			word &= found[i]
		}
		if n := bits.OnesCount64(word); p.Total+n <= q.Offset || len(p.Rows) == q.Limit {
			p.Total += n
			continue
		}
		for ; word != 0; p.Total++ {
			bit := bits.Len64(word) - 1
			word &^= 1 << bit
			if p.Total >= q.Offset && len(p.Rows) < q.Limit {
				p.Rows = append(p.Rows, ix.rows[i*64+bit].summary())
			}
		}
	}
	return p
}

// plain tells whether nothing but the bin and the search restricts the list.
func (q Query) plain() bool {
	return q.State == "" && q.Transport == "" && q.Exam == "" && q.Year == 0 && q.Level == "" && q.Area == ""
}

func (q Query) accepts(r *row) bool {
	return (q.State == "" || q.State == r.state) && (q.Exam == "" || q.Exam == r.exam) &&
		(q.Year == 0 || q.Year == r.year) && (q.Level == "" || q.Level == r.level) &&
		(q.Area == "" || q.Area == r.area) && (q.Transport == "" || q.Transport == r.transport())
}

// order gives the rows sorted; it is kept until the next change.
func (ix *index) order(by Sort) []int32 {
	if order := ix.sorted[by]; order != nil {
		return order
	}
	order := make([]int32, 0, len(ix.rows)-ix.gaps)
	for i := len(ix.rows) - 1; i >= 0; i-- {
		if ix.rows[i].id != "" {
			order = append(order, int32(i))
		}
	}
	compare := orders[by]
	slices.SortStableFunc(order, func(a, b int32) int { return compare(&ix.rows[a], &ix.rows[b]) })
	if ix.sorted == nil {
		ix.sorted = map[Sort][]int32{}
	}
	ix.sorted[by] = order
	return order
}

var orders = map[Sort]func(a, b *row) int{
	SortCreated: func(a, b *row) int { return cmp.Compare(b.created, a.created) },
	SortName:    func(a, b *row) int { return cmp.Or(cmp.Compare(a.spelled, b.spelled), cmp.Compare(a.name, b.name)) },
	SortNumber: func(a, b *row) int {
		if (a.number == "") != (b.number == "") {
			return cmp.Compare(len(b.number), len(a.number))
		}
		return cmp.Compare(a.number, b.number)
	},
	SortState: func(a, b *row) int { return cmp.Compare(a.state, b.state) },
}
