package form

import "strings"

// Measures of a table, in millimetres and points.
const (
	rowHeight = 6.7 // least height of a row
	barHeight = 5.6
	padX      = 1.5
	padY      = 1.2
	valueSize = 9.5
	labelSize = 8.8
	smallSize = 8.2
	leading   = 1.28 // line height over type size
)

// cell is one cell of a row.
type cell struct {
	text   string
	field  string  // document path, or a name such as "registration_number"
	width  float64 // millimetres
	label  bool    // a shaded cell with a name in it
	center bool
	bold   bool
	size   float64 // 0: the usual one
	column string  // heading of a value in a list, for [Field.Label]
}

// typeSize is the size of the cell's type; a label shrinks a little rather than
// break.
func (c cell) typeSize() float64 {
	switch {
	case c.label:
		size := c.size
		if size == 0 {
			size = labelSize
		}
		if w := fit(c.text, size, false, c.width-2); w >= 7 {
			return w
		}
		return size
	case c.size != 0:
		return c.size
	}
	return valueSize
}

// room is the width that the text of the cell may take.
func (c cell) room() float64 {
	if c.label {
		return c.width - 1.9
	}
	return c.width - 2*padX
}

func (c cell) lineHeight() float64 { return mm(c.typeSize()) * leading }

// flow puts rows one below the other and begins new pages.
type flow struct {
	pages  []*page
	fields []Field
	y      float64     // where the next thing goes
	left   float64     // left edge of rows
	begin  func(*flow) // draws the head of a further page and sets y
	repeat []row       // rows to put again when a list goes on on a new page
}

// row is a row of cells, all as high as the highest.
type row struct {
	cells []cell
	least float64 // height; 0: rowHeight
}

func (f *flow) page() *page { return f.pages[len(f.pages)-1] }

// addPage adds an empty page; a full one has about 350 items.
func (f *flow) addPage() *page {
	f.pages = append(f.pages, &page{items: make([]item, 0, 384)})
	return f.page()
}

func (f *flow) newPage() {
	f.addPage()
	f.begin(f)
	for _, r := range f.repeat {
		f.place(r, broken(r))
	}
}

// room is what is left of the page.
func (f *flow) room() float64 { return bodyBottom - f.y }

// need begins a new page unless so many millimetres are left on this one.
func (f *flow) need(height float64) {
	if f.room() < height {
		f.newPage()
	}
}

// row puts a row: on this page, else on the next, else, when no page is high
// enough for it, in pieces.
func (f *flow) row(r row) {
	f.collect(r)
	lines := broken(r)
	if height(r, lines) <= f.room() {
		f.place(r, lines)
		return
	}
	if f.room() < bodyBottom/2 || height(r, lines) <= bodyBottom/2 {
		f.newPage()
	}
	for height(r, lines) > f.room() {
		var now [][]string
		for i, c := range r.cells {
			n := min(len(lines[i]), max(1, int((f.room()-2*padY)/c.lineHeight())))
			now = append(now, lines[i][:n])
			lines[i] = lines[i][n:]
		}
		f.place(r, now)
		f.newPage()
	}
	f.place(r, lines)
}

// collect notes what the row's cells say, each value with its label.
func (f *flow) collect(r row) {
	label := ""
	for _, c := range r.cells {
		if c.label {
			label = c.text
		}
		if c.field != "" {
			if c.column != "" {
				label = c.column
			}
			f.fields = append(f.fields, Field{Path: c.field, Label: label, Text: c.text})
		}
	}
}

// broken breaks the text of each cell into lines.
func broken(r row) [][]string {
	lines := make([][]string, len(r.cells))
	for i, c := range r.cells {
		lines[i] = wrap(c.text, c.typeSize(), c.bold, c.room())
	}
	return lines
}

func height(r row, lines [][]string) float64 {
	h := r.least
	if h == 0 {
		h = rowHeight
	}
	for i, c := range r.cells {
		h = max(h, float64(len(lines[i]))*c.lineHeight()+2*padY)
	}
	return h
}

// place draws a row whose text is broken into lines, and moves on.
func (f *flow) place(r row, lines [][]string) {
	h, x := height(r, lines), f.left
	for i, c := range r.cells {
		f.cell(c, lines[i], x, h)
		x += c.width
	}
	f.y += h
}

func (f *flow) cell(c cell, lines []string, x, h float64) {
	p := f.page()
	if c.label {
		p.put(item{shape: areaShape, x: x, y: f.y, w: c.width, h: h, ink: labelFill})
	}
	p.put(item{shape: boxShape, x: x, y: f.y, w: c.width, h: h, ink: hairInk})
	size := c.typeSize()
	top := f.y + (h-float64(len(lines))*c.lineHeight())/2
	for i, line := range lines {
		left := x + padX
		if c.center || c.label {
			left = x + (c.width-width(strings.TrimRight(line, " "), size, c.bold))/2
		}
		f.text(item{x: left, y: baseline(top+float64(i)*c.lineHeight(), size), size: size, bold: c.bold, text: line, field: c.field, ink: cellInk(c)})
	}
}

func cellInk(c cell) float64 {
	if c.label {
		return labelInk
	}
	return black
}

// baseline is where a line of type stands whose line box begins at top.
func baseline(top, size float64) float64 {
	return top + mm(size)*((leading-1)/2+float64(ascent)/emUnits)
}

// text puts one line of text; an empty one is left out.
func (f *flow) text(i item) {
	if i.text != "" {
		i.shape = textShape
		f.page().put(i)
	}
}

// bar puts the name of a block across the table, and at its right end what the
// block comes to.
func (f *flow) bar(title string, sums ...cell) {
	const high = barHeight
	p := f.page()
	p.put(item{shape: areaShape, x: f.left, y: f.y, w: bodyWidth, h: high, ink: headFill})
	p.put(item{shape: boxShape, x: f.left, y: f.y, w: bodyWidth, h: high, ink: hairInk})
	f.text(item{x: f.left + padX + 0.5, y: baseline(f.y+(high-mm(9.5)*leading)/2, 9.5), size: 9.5, bold: true, text: title})
	for _, c := range sums {
		if c.text == "" {
			continue
		}
		size := fit(c.text, 9, false, bodyWidth-width(title, 9.5, true)-4*padX)
		f.text(item{x: f.left + bodyWidth - padX - 0.5 - width(c.text, size, false), y: baseline(f.y+(high-mm(9)*leading)/2, 9), size: size, text: c.text, field: c.field})
		f.fields = append(f.fields, Field{Path: c.field, Label: c.column, Text: c.text})
	}
	f.y += high
}

// list puts a block whose heading row is repeated on every page it reaches; the
// first record never stands apart from the heading.
func (f *flow) list(title string, head row, rows []row, sums ...cell) {
	for _, r := range rows {
		for i := range r.cells {
			r.cells[i].width, r.cells[i].column = head.cells[i].width, head.cells[i].text
		}
	}
	first := rowHeight
	if len(rows) > 0 {
		first = min(height(rows[0], broken(rows[0])), bodyBottom/3)
	}
	f.need(barHeight + rowHeight + first)
	f.bar(title, sums...)
	f.place(head, broken(head))
	f.repeat = []row{head}
	for _, r := range rows {
		f.row(r)
	}
	f.repeat = nil
}

// paragraph puts running text in the given width, a page break between lines
// allowed.
func (f *flow) paragraph(text string, x, room, size float64, bold bool) {
	for _, line := range wrap(text, size, bold, room) {
		f.need(mm(size) * 1.5)
		f.text(item{x: x, y: baseline(f.y, size), size: size, bold: bold, text: line})
		f.y += mm(size) * 1.5
	}
}
