package form

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"wenbao/assets"
	"wenbao/exam"
)

// china is the time zone of every printed time.
var china = time.FixedZone("CST", 8*3600)

// sheet is a paper being laid out.
type sheet struct {
	flow
	record
	kind Kind
	mark string
}

// say gives words of a form's translation file; without arguments of their own
// they may name the pack's kind of work.
func (s *sheet) say(key string, args ...map[string]string) string {
	words, own := s.words.(assets.Words)
	if len(args) > 0 || !own {
		return s.words.Say("form."+key, args...)
	}
	type phrase struct {
		lang, key string
		work      exam.Text
	}
	at := phrase{lang: words.Lang(), key: key}
	if s.pack != nil {
		at.work = s.pack.Reckoning.Work
	}
	if text, ok := phrases.Load(at); ok {
		return text.(string)
	}
	text := words.Say("form."+key, map[string]string{"work": at.work.ZH, "work_en": at.work.EN})
	phrases.Store(at, text)
	return text
}

// phrases are fixed words that were said before: finding one anew takes longer
// than putting it on the page.
var phrases sync.Map

// in gives a pack's words in the paper's language.
func (s *sheet) in(t exam.Text) string { return t.In(s.words.Lang()) }

// choice gives the name of a code; "" stays "".
func (s *sheet) choice(field, code string) string {
	if code == "" {
		return ""
	}
	return s.in(s.pack.ChoiceName(field, code))
}

// head is what a paper begins with: title, code, and the lines under the title.
func (s *sheet) head(title string, under []cell) {
	p := s.addPage()
	const codeWidth, top = 27.0, 10.0
	p.put(item{shape: codeShape, x: pageWidth - marginX - codeWidth, y: top, w: codeWidth, h: codeWidth, text: s.code})
	room := bodyWidth - 2*(codeWidth+3)
	size := 17.0
	for width(title, size, true) > room && size > 13 {
		size -= 0.5
	}
	lines := wrap(title, size, true, room)
	s.y = top + 3
	if len(lines) == 1 {
		s.y = top + 7
	}
	for _, line := range lines {
		s.text(item{x: (pageWidth - width(line, size, true)) / 2, y: baseline(s.y, size), size: size, bold: true, text: line})
		s.y += mm(size) * 1.35
	}
	s.y = top + codeWidth - 5
	s.under(under, bodyWidth-codeWidth-4)
	s.y = top + codeWidth + 2
}

// under puts label-and-value pairs side by side without a table, smaller where
// they would touch.
func (s *sheet) under(cells []cell, room float64) {
	x := marginX
	for i, c := range cells {
		label := s.say(c.column) + s.say("colon")
		column := room * []float64{0.40, 0.27, 0.33}[i%3]
		size := fit(label+c.text, 9, c.bold, column-1)
		y := baseline(s.y, 9)
		s.text(item{x: x, y: y, size: size, text: label, ink: labelInk})
		s.text(item{x: x + width(label, size, false), y: y, size: size, bold: c.bold, text: c.text, field: c.field})
		s.fields = append(s.fields, Field{Path: c.field, Label: s.say(c.column), Text: c.text})
		x += column
	}
}

// fit is the largest size of type, at most the given, at which a line has room.
func fit(text string, size float64, bold bool, room float64) float64 {
	if w := width(text, size, bold); w > room {
		return size * room / w
	}
	return size
}

// further is the head of every page but the first.
func (s *sheet) further(title string) {
	s.y = 12
	y := baseline(s.y, 10)
	s.text(item{x: marginX, y: y, size: fit(title, 10, true, bodyWidth*0.6), bold: true, text: title})
	const room, least = bodyWidth * 0.38, 4.5
	right := printable(strings.Trim(s.seal.Number+"　"+s.doc.Name, "　"))
	size := fit(right, 9, false, room)
	if strings.Contains(right, "\n") || size < least { // a name of several lines
		right, size = s.seal.Number, 9
	}
	s.text(item{x: pageWidth - marginX - width(right, size, false), y: y, size: size, text: right})
	s.y += 7
}

// standing is the three values under the title of every numbered paper.
func (s *sheet) standing() []cell {
	number, state, printed := s.seal.Number, s.say("state.draft"), "printed"
	if s.signed() {
		printed = "signed"
		state = s.say("state." + string(s.seal.State))
	} else {
		number = s.say("number.none")
	}
	return []cell{
		{column: "number", field: "registration_number", text: number, bold: s.signed()},
		{column: "state", field: "state", text: state},
		{column: printed, field: "printed", text: s.printed.In(china).Format("2006-01-02 15:04")},
	}
}

// finish puts the mark and the foot on every page.
func (s *sheet) finish() {
	for i, p := range s.pages {
		s.foot(p, i+1)
		if s.mark != "" {
			p.put(item{shape: markShape, text: s.say("mark." + s.mark), ink: markInk, bold: true})
		}
	}
}

func (s *sheet) foot(p *page, number int) {
	const y, size = 285.5, 7.6
	p.put(item{shape: lineShape, x: marginX, y: y - 1.2, w: bodyWidth, ink: hairInk})
	left := []string{s.in(s.pack.Remark), s.say("proof.none")}
	switch {
	case s.kind == KindList || s.kind == KindContactSheet:
		left[1] = s.say("proof.list")
	case s.kind == KindWorkYears:
		left[1] = s.say("proof.stamp")
	case s.signed():
		left[1] = s.say("proof.signed", map[string]string{
			"digest": s.seal.Digest[:16], "version": strconv.Itoa(s.seal.Version),
			"time": s.seal.At.In(china).Format("2006-01-02 15:04")})
	}
	if left[0] == "" {
		left[0] = s.say("unofficial")
	}
	for i, text := range left {
		p.put(item{shape: textShape, x: marginX, y: baseline(y+float64(i)*3.5, size), size: fit(text, size, false, bodyWidth-30), ink: faintInk, text: text})
	}
	right := s.say("page", map[string]string{"page": strconv.Itoa(number), "pages": strconv.Itoa(len(s.pages))})
	p.put(item{shape: textShape, x: pageWidth - marginX - width(right, size, false), y: baseline(y, size), size: size, ink: faintInk, text: right})
}

// label and value make cells of a table.
func (s *sheet) label(key string, width float64) cell {
	return cell{text: s.say(key), label: true, width: width}
}

func value(field, text string, width float64) cell {
	return cell{text: printable(text), field: field, width: width}
}

// picture puts the photo, or the place for one, into a box.
func (s *sheet) picture(x, y, w, h float64) {
	p := s.page()
	p.put(item{shape: boxShape, x: x, y: y, w: w, h: h, ink: hairInk})
	const photoWidth, photoHeight = 25.0, 35.0
	px, py := x+(w-photoWidth)/2, y+(h-photoHeight)/2
	if len(s.photo.jpeg) > 0 {
		p.put(item{shape: pictureShape, x: px, y: py, w: photoWidth, h: photoHeight, picture: &s.photo})
		return
	}
	p.put(item{shape: boxShape, x: px, y: py, w: photoWidth, h: photoHeight, ink: 0.75})
	for i, line := range wrap(s.say("photo.here"), labelSize, false, photoWidth-2*padX) {
		s.text(item{x: px + (photoWidth-width(line, labelSize, false))/2, y: baseline(y+h/2-6+float64(i)*5, labelSize), size: labelSize, ink: labelInk, text: line})
	}
}

// signature puts "label：________" and, if asked, a date to fill in, from x to
// the right.
func (s *sheet) signature(key string, x, room float64, dated bool) {
	label := s.say(key) + s.say("colon")
	date := s.say("date.blank")
	y := baseline(s.y, valueSize)
	s.text(item{x: x, y: y, size: valueSize, text: label})
	from, to := x+width(label, valueSize, false)+1, x+room
	if dated {
		to -= width(date, valueSize, false)
		s.text(item{x: to, y: y, size: valueSize, text: date})
		to -= 4
	}
	s.page().put(item{shape: lineShape, x: from, y: y + 0.8, w: to - from, ink: hairInk})
}

// span is the text of two months: "2012.07—2016.03", "2016.03—至今".
func (s *sheet) span(from, to exam.Month, open bool) string {
	begin, end := dotted(string(from)), dotted(string(to))
	if end == "" && open && begin != "" {
		end = s.say("now")
	}
	if begin == "" && end == "" {
		return ""
	}
	return begin + "—" + end
}

// dotted writes a month or day as forms do: 2012.06, 1990.03.07.
func dotted(text string) string { return strings.ReplaceAll(text, "-", ".") }

// yuan writes an amount of fen.
func yuan(fen int) string {
	return strconv.Itoa(fen/100) + "." + strconv.Itoa(fen/10%10) + strconv.Itoa(fen%10)
}
