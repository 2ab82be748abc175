package form

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
)

// ListInput is what a paper about many registrations is made of.
type ListInput struct {
	Drafts   []exam.Draft // in the order of the list
	Pack     *exam.Pack   // nil prints codes instead of names
	Printed  time.Time
	Practice bool
	Words    Words // nil: Chinese
}

// List makes the list of a centre's registrations (报名名单): a row each, as the
// machine knows them. Of ID numbers and phones it shows enough to tell people
// apart. It is for the centre's own use, carries no seal and proves nothing.
func List(in ListInput) *Paper {
	return in.paper(KindList, (*sheet).roll, in.Drafts)
}

// Tile is one photo of a contact sheet and what is to be said about it.
type Tile struct {
	Photo []byte // a JPEG as papers show it; nil, or one that cannot be drawn, leaves the place empty
	Name  string
	Lines []string
}

// ContactSheet makes a sheet of photos, four in a row, each with its name and
// lines. title is a key under "form.title."; "" stands for the usual one.
func ContactSheet(title string, tiles []Tile, in ListInput) *Paper {
	return in.paper(KindContactSheet, func(s *sheet, _ []exam.Draft) { s.tiles(title, tiles) }, nil)
}

func (in ListInput) paper(kind Kind, draw func(*sheet, []exam.Draft), drafts []exam.Draft) *Paper {
	r, _ := Input{Pack: in.Pack, Printed: in.Printed, Practice: in.Practice, Words: in.Words}.record() // fails over photos only
	mark := ""
	if in.Practice {
		mark = "practice"
	}
	p := r.draw(kind, mark, func(s *sheet) { draw(s, drafts) })
	p.unsealed = true
	return p
}

// rollHead begins a page about many: the title, and how many there are.
func (s *sheet) rollHead(title, about string, count int) {
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	s.addPage()
	s.y = 12
	s.text(item{x: (pageWidth - width(title, 17, true)) / 2, y: baseline(s.y, 17), size: 17, bold: true, text: title})
	s.y += 11
	text := s.say(about, map[string]string{"count": strconv.Itoa(count), "time": s.printed.In(china).Format("2006-01-02 15:04")})
	s.text(item{x: marginX, y: baseline(s.y, 9), size: fit(text, 9, false, bodyWidth), text: text, ink: labelInk})
	s.y += 6.5
}

// roll lays out the list.
func (s *sheet) roll(drafts []exam.Draft) {
	s.rollHead(s.say("title.list"), "list.about", len(drafts))
	head := s.columns("serial registration_number name id_number grade place_of_exam state phone", 10, 42, 30, 30, 13, 16, 19, 20)
	var rows []row
	for i, d := range drafts {
		s.doc = d.Document // names of areas and levels are the document's
		number, state := "", s.say("state.draft")
		if d.Registration != nil {
			number, state = d.Registration.Number, s.say("state."+string(d.Registration.State))
		}
		name := d.Document.Name
		if name == "" {
			name = s.say("list.unnamed")
		}
		rows = append(rows, listRow("list."+strconv.Itoa(i), "serial", strconv.Itoa(i+1), "registration_number", number, "name", name,
			"id_number", masked(d.Document.IDNumber, 6, 4), "level", s.grade(d.Document.Level), "area", s.areaName(), "state", state,
			"phone", masked(d.Document.Phone, 3, 4)))
	}
	s.doc = exam.Document{}
	s.place(head, broken(head))
	s.repeat = []row{head}
	for _, r := range rows {
		for i := range r.cells {
			r.cells[i].width, r.cells[i].column = head.cells[i].width, head.cells[i].text
		}
		s.row(r)
	}
	s.repeat = nil
	if len(rows) == 0 {
		s.row(row{cells: []cell{{text: s.say("list.none"), width: bodyWidth, center: true, size: smallSize}}})
	}
}

// grade is the short name of a level.
func (s *sheet) grade(id exam.Level) string {
	if l, ok := s.pack.Level(id); ok {
		if grade := s.in(l.Grade); grade != "" {
			return grade
		}
		return s.in(l.Name)
	}
	return string(id)
}

// masked hides the middle of a number: at least a third of it, also of a short
// one, such as a passport's.
func masked(number string, first, last int) string {
	r := []rune(number)
	for first+last > 2*len(r)/3 {
		if first > 0 {
			first--
		} else {
			last--
		}
	}
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}

// The contact sheet's measures in millimetres: a photo at its real size.
const (
	tilesInRow    = 4
	tileWidth     = bodyWidth / tilesInRow
	tileGap       = 5.0
	tilePhotoWide = 25.0
	tilePhotoHigh = 35.0
	tileSize      = 8.5 // of its text, in points
)

// tiles lays out a contact sheet; a row is as high as its longest text.
func (s *sheet) tiles(title string, tiles []Tile) {
	if title == "" {
		title = "contact-sheet"
	}
	s.rollHead(s.say("title."+title), "sheet.about", len(tiles))
	s.y += 2
	for n, some := range slices.Collect(slices.Chunk(tiles, tilesInRow)) {
		texts := make([][]item, len(some))
		most := 0
		for i, t := range some {
			for k, text := range append([]string{t.Name}, t.Lines...) {
				for _, line := range wrap(printable(text), tileSize, k == 0, tileWidth-tileGap) {
					texts[i] = append(texts[i], item{text: line, bold: k == 0, size: tileSize, field: "tiles." + strconv.Itoa(n*tilesInRow+i)})
				}
			}
			most = max(most, len(texts[i]))
		}
		s.need(min(tilePhotoHigh+3+float64(most)*4.2+4, bodyBottom-30))
		top := s.y
		for i, t := range some {
			s.tile(t, marginX+float64(i)*tileWidth, top, "tiles."+strconv.Itoa(n*tilesInRow+i))
		}
		s.y = top + tilePhotoHigh + 3
		s.tileTexts(texts, most)
		s.y += 4
	}
	if len(tiles) == 0 {
		s.row(row{cells: []cell{{text: s.say("list.none"), width: bodyWidth, center: true, size: smallSize}}})
	}
}

// tile puts a photo, or the empty place for one.
func (s *sheet) tile(t Tile, x, y float64, path string) {
	s.fields = append(s.fields, Field{Path: path + ".name", Text: t.Name})
	for _, line := range t.Lines {
		s.fields = append(s.fields, Field{Path: path + ".line", Text: line})
	}
	if len(t.Photo) > 0 && checkPhoto(t.Photo) == nil {
		s.page().put(item{shape: pictureShape, x: x, y: y, w: tilePhotoWide, h: tilePhotoHigh, picture: &photo{t.Photo, exam.Digest(t.Photo)}})
		s.page().put(item{shape: boxShape, x: x, y: y, w: tilePhotoWide, h: tilePhotoHigh, ink: 0.75})
		return
	}
	s.page().put(item{shape: areaShape, x: x, y: y, w: tilePhotoWide, h: tilePhotoHigh, ink: headFill})
	text := s.say("list.photo_none")
	s.text(item{x: x + (tilePhotoWide-width(text, 8, false))/2, y: y + tilePhotoHigh/2, size: 8, ink: labelInk, text: text})
}

// tileTexts puts the lines under a row of photos, going on on a further page
// when they are more than this one holds.
func (s *sheet) tileTexts(texts [][]item, most int) {
	for k := range most {
		s.need(4.2)
		for i := range texts {
			if k < len(texts[i]) {
				line := texts[i][k]
				line.x, line.y = marginX+float64(i)*tileWidth, baseline(s.y, tileSize)
				s.text(line)
			}
		}
		s.y += 4.2
	}
}
