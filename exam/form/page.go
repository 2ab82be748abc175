package form

// A4, and the part of it that papers use, in millimetres from the top left.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	marginX    = 15.0
	bodyWidth  = pageWidth - 2*marginX
	bodyBottom = 282.5
)

// Shades of grey, 0 black to 1 white.
const (
	black     = 0.0
	labelInk  = 0.25
	faintInk  = 0.42
	hairInk   = 0.35
	labelFill = 0.945
	headFill  = 0.90
	markInk   = 0.87
)

// hairline is the width of a table's lines.
const hairline = 0.2

// shape says what an item is; areas are drawn first, then marks, then the rest.
type shape uint8

const (
	areaShape    shape = iota // filled rectangle
	markShape                 // turned text across the page
	boxShape                  // rectangle of lines
	lineShape                 // from (x, y) to (x+w, y+h)
	textShape                 // baseline begins at (x, y)
	pictureShape              // a JPEG picture
	codeShape                 // a QR code, w wide and high
)

// item is one thing on a page. Lengths are millimetres, y downwards.
type item struct {
	shape      shape
	x, y, w, h float64
	ink        float64
	bold       bool
	size       float64 // of text, in points
	text       string  // of text and codes
	field      string  // whose value the text is part of; "" for fixed words
	picture    *photo  // of a pictureShape
}

// photo is a JPEG with its SHA-256 in hexadecimal.
type photo struct {
	jpeg []byte
	sum  string
}

// page is a list of items in the order they were put.
type page struct{ items []item }

func (p *page) put(i item) { p.items = append(p.items, i) }

// layers calls draw for every item: areas, then marks, then the rest.
func (p *page) layers(draw func(*item)) {
	for _, wanted := range []func(shape) bool{
		func(s shape) bool { return s == areaShape },
		func(s shape) bool { return s == markShape },
		func(s shape) bool { return s > markShape },
	} {
		for i := range p.items {
			if wanted(p.items[i].shape) {
				draw(&p.items[i])
			}
		}
	}
}

// mm converts points, the measure of type, to millimetres.
func mm(points float64) float64 { return points * 25.4 / 72 }
