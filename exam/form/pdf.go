package form

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"unicode/utf16"

	"github.com/jung-kurt/gofpdf"
	"rsc.io/qr"
	"rsc.io/qr/coding"

	"wenbao/exam"
)

// PDF gives the paper as a PDF file.
func (p *Paper) PDF() ([]byte, error) {
	var b bytes.Buffer
	if err := writePDF(&b, []*Paper{p}, 7); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// writePDF writes papers as one file. effort is zlib's level for the pages.
func writePDF(w io.Writer, papers []*Paper, effort int) error {
	f := newFile(papers[0], effort)
	for _, p := range papers {
		if err := f.add(p); err != nil {
			return err
		}
	}
	return f.end(w)
}

// file is a PDF file being written. gofpdf makes pages, attachments and catalogue;
// [finish] puts in what is on the pages, the pictures, and a font of exactly the
// glyphs used.
type file struct {
	doc    *gofpdf.Fpdf
	set    typeset
	said   statement
	pages  [][]byte // content streams, deflated
	out    []byte   // the last page's content, to be written over
	effort int      // zlib's level for the pages
}

// newFile begins a file named and dated after its first paper.
func newFile(first *Paper, effort int) *file {
	doc := gofpdf.New("P", "mm", "A4", "")
	doc.SetCompression(false)
	doc.SetCatalogSort(true)
	doc.SetAutoPageBreak(false, 0)
	doc.SetProducer("Wenbao", false)
	doc.SetCreationDate(first.record.printed.In(china))
	doc.SetModificationDate(first.record.printed.In(china))
	doc.SetTitle(utf16Text(first.record.words.Say("form.file."+string(first.Kind))), false)
	return &file{doc: doc, said: statement{Layout: Layout}, effort: effort}
}

// add paints a paper's pages; the paper is not needed any more.
func (f *file) add(p *Paper) error {
	if !p.unsealed {
		f.said.Papers = append(f.said.Papers, p.stated())
	}
	for _, pg := range p.pages {
		f.doc.AddPage()
		painter := painter{set: &f.set, out: f.out[:0]}
		if err := painter.page(pg); err != nil {
			return &exam.Error{Kind: exam.KindInternal, Op: "write pdf", Err: err}
		}
		f.out = painter.out
		f.pages = append(f.pages, stream(f.out, f.effort, ""))
	}
	return nil
}

// end writes the file.
func (f *file) end(w io.Writer) error {
	if len(f.said.Papers) > 0 {
		said, err := f.said.encode()
		if err != nil {
			return &exam.Error{Kind: exam.KindInternal, Op: "write pdf", Err: err}
		}
		f.doc.SetAttachments([]gofpdf.Attachment{{Content: said, Filename: statementName}})
	}
	var raw bytes.Buffer
	if err := f.doc.Output(&raw); err != nil {
		return &exam.Error{Kind: exam.KindInternal, Op: "write pdf", Err: err}
	}
	return finish(w, raw.Bytes(), f.pages, &f.set)
}

// utf16Text is text for gofpdf's metadata, which garbles it otherwise.
func utf16Text(text string) string {
	b := []byte{0xFE, 0xFF}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

// painter writes one page's stream.
type painter struct {
	set  *typeset
	out  []byte
	ink  float64
	line float64
	size float64 // of type
	err  error
}

// The units of a stream are points from the bottom left.
const pointsPerMM = 72 / 25.4

func (p *painter) page(pg *page) error {
	p.ink, p.line = -1, -1
	pg.layers(func(i *item) {
		switch i.shape {
		case areaShape:
			p.gray(i.ink, "g")
			p.rectangle(i.x, i.y, i.w, i.h)
			p.out = append(p.out, "f\n"...)
		case markShape:
			p.mark(i)
		case boxShape:
			p.stroke(i.ink)
			p.rectangle(i.x, i.y, i.w, i.h)
			p.out = append(p.out, "S\n"...)
		case lineShape:
			p.stroke(i.ink)
			p.point(i.x, i.y)
			p.out = append(p.out, "m "...)
			p.point(i.x+i.w, i.y+i.h)
			p.out = append(p.out, "l S\n"...)
		case textShape:
			p.gray(i.ink, "g")
			p.font(i.size)
			p.out = append(p.out, "BT "...)
			p.point(i.x, i.y)
			p.out = append(p.out, "Td "...)
			p.show(i)
		case pictureShape:
			p.picture(i)
		case codeShape:
			p.code(i)
		}
	})
	return p.err
}

// number writes a length in hundredths of a point, without needless zeros.
func (p *painter) number(v float64) {
	n := int64(math.Round(v * 100))
	if n < 0 {
		p.out, n = append(p.out, '-'), -n
	}
	p.out = strconv.AppendInt(p.out, n/100, 10)
	if n %= 100; n != 0 {
		p.out = append(p.out, '.', byte('0'+n/10))
		if n %= 10; n != 0 {
			p.out = append(p.out, byte('0'+n))
		}
	}
	p.out = append(p.out, ' ')
}

func (p *painter) point(x, y float64) {
	p.number(x * pointsPerMM)
	p.number((pageHeight - y) * pointsPerMM)
}

func (p *painter) rectangle(x, y, w, h float64) {
	p.point(x, y+h)
	p.number(w * pointsPerMM)
	p.number(h * pointsPerMM)
	p.out = append(p.out, "re "...)
}

// gray sets the colour of areas and text.
func (p *painter) gray(ink float64, operator string) {
	if p.ink == ink {
		return
	}
	p.ink = ink
	p.number(ink)
	p.out = append(append(p.out, operator...), '\n')
}

// stroke sets the colour and width of lines.
func (p *painter) stroke(ink float64) {
	if p.line == ink {
		return
	}
	p.line = ink
	p.number(ink)
	p.out = append(p.out, "G "...)
	p.number(hairline * pointsPerMM)
	p.out = append(p.out, "w\n"...)
}

// font sets the size of the type.
func (p *painter) font(size float64) {
	if p.size == size {
		return
	}
	p.size = size
	p.out = append(p.out, "/F "...)
	p.number(size)
	p.out = append(p.out, "Tf\n"...)
}

// show ends a text object whose position has been given.
func (p *painter) show(i *item) {
	p.out = append(p.out, '<')
	const hex = "0123456789ABCDEF"
	for _, r := range i.text {
		g := p.set.font.glyph(r, i.bold)
		p.out = append(p.out, hex[g>>12], hex[g>>8&15], hex[g>>4&15], hex[g&15])
	}
	p.out = append(p.out, "> Tj ET\n"...)
}

// mark puts turned text across the page.
func (p *painter) mark(i *item) {
	p.gray(i.ink, "g")
	m := markAcross(i.text)
	p.font(m.size)
	p.out = append(p.out, "BT "...)
	for _, v := range []float64{m.cos, m.sin, -m.sin, m.cos} {
		p.out = strconv.AppendFloat(p.out, v, 'f', 5, 64)
		p.out = append(p.out, ' ')
	}
	p.point(m.x, m.y)
	p.out = append(p.out, "Tm "...)
	p.show(i)
}

// across is where a mark begins, how large and how turned it is.
type across struct{ x, y, size, sin, cos float64 }

func markAcross(text string) across {
	const length, turn = 190.0, math.Pi / 4
	size := min(170, 100*length/width(text, 100, true))
	w, h := width(text, size, true), mm(size)*0.38
	sin, cos := math.Sincos(turn)
	// The middle of the text is the middle of the page.
	return across{x: pageWidth/2 - w/2*cos + h*sin, y: pageHeight/2 + w/2*sin + h*cos, size: size, sin: sin, cos: cos}
}

func (p *painter) picture(i *item) {
	number, err := p.set.picture(i.picture)
	if err != nil && p.err == nil {
		p.err = err
	}
	p.out = append(p.out, "q "...)
	for _, v := range []float64{i.w * pointsPerMM, 0, 0, i.h * pointsPerMM} {
		p.number(v)
	}
	p.point(i.x, i.y+i.h)
	p.out = append(p.out, "cm /P"...)
	p.out = strconv.AppendInt(p.out, int64(number), 10)
	p.out = append(p.out, " Do Q\n"...)
}

// code draws a QR code as a stencil, a bit for a module: a path of as many
// rectangles would be most of the page's stream. The bits are written in
// hexadecimal, because readers look for the end of an inline picture in its bytes.
func (p *painter) code(i *item) {
	c, err := codeOf(i.text)
	if err != nil {
		if p.err == nil {
			p.err = fmt.Errorf("code: %w", err)
		}
		return
	}
	p.gray(black, "g")
	p.out = append(p.out, "q "...)
	for _, v := range []float64{i.w * pointsPerMM, 0, 0, i.w * pointsPerMM} {
		p.number(v)
	}
	p.point(i.x, i.y+i.h)
	p.out = fmt.Appendf(p.out, "cm\nBI /IM true /W %d /H %d /F /AHx ID\n", c.Size, c.Size)
	const hex = "0123456789ABCDEF"
	for y := range c.Size {
		for x := 0; x < c.Size; x += 8 {
			light := byte(0) // bits that are 0 are painted
			for k := range 8 {
				if x+k >= c.Size || !c.Black(x+k, y) {
					light |= 0x80 >> k
				}
			}
			p.out = append(p.out, hex[light>>4], hex[light&15])
		}
	}
	p.out = append(p.out, ">\nEI Q\n"...)
}

// plans are the layouts of QR codes by version, at level M: making one takes as
// long as filling it.
var plans sync.Map

// codeOf makes a QR code, as qr.Encode does, but with the plan kept.
func codeOf(text string) (*qr.Code, error) {
	const level = coding.M
	var enc coding.Encoding = coding.String(text)
	if coding.Alpha(text).Check() == nil {
		enc = coding.Alpha(text)
	}
	v := coding.Version(coding.MinVersion)
	for enc.Bits(v) > v.DataBytes(level)*8 {
		if v++; v > coding.MaxVersion {
			return nil, exam.Errorf(exam.KindTooLarge, "make code", "%d characters", len(text))
		}
	}
	plan, ok := plans.Load(v)
	if !ok {
		made, err := coding.NewPlan(v, level, 0)
		if err != nil {
			return nil, err
		}
		plan, _ = plans.LoadOrStore(v, made)
	}
	c, err := plan.(*coding.Plan).Encode(enc)
	if err != nil {
		return nil, err
	}
	return &qr.Code{Bitmap: c.Bitmap, Size: c.Size, Stride: c.Stride}, nil
}

// runsOf calls dark for every run of dark modules in a row.
func runsOf(c *qr.Code, dark func(x, y, n int)) {
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			n := 0
			for x+n < c.Size && c.Black(x+n, y) {
				n++
			}
			if n > 0 {
				dark(x, y, n)
				x += n
			}
		}
	}
}
