// Package scan looks into evidence: what a scanned certificate shows, how many
// pages it has, and how small it can be made without hurting its text.
//
// Everything in a file comes from outside: what is read of it is bounded, and a
// file that cannot be read is an error of [exam.KindInvalid], never a panic.
package scan

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/jpeg"
	"io"
	"regexp"
	"strconv"

	"wenbao/exam"
	"wenbao/exam/photo"
)

// Types of files that can be evidence.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	PDF  = "application/pdf"
)

// Glimpse is what a file shows.
type Glimpse struct {
	// Picture is the file made small, or the first page of a PDF where that page
	// is a scan; nil when the file cannot be drawn here.
	Picture image.Image
	Width   int // of the file's picture in pixels; 0 without one
	Height  int
	Pages   int // of a PDF; 0 unknown, 1 for a picture
}

// side is the longer side of a glimpse in pixels.
const side = 640

// Look gives what a file shows; KindInvalid when it is no file of its type.
func Look(typ string, data []byte) (Glimpse, error) {
	if typ == PDF {
		return lookPDF(data)
	}
	g, err := lookPicture(data)
	g.Pages = 1
	return g, err
}

func lookPicture(data []byte) (Glimpse, error) {
	s, err := photo.Decode(data)
	if err != nil {
		return Glimpse{}, &exam.Error{Kind: exam.KindInvalid, Op: "look into file", Err: err}
	}
	small, err := s.Preview(side)
	if err != nil {
		return Glimpse{}, &exam.Error{Kind: exam.KindInvalid, Op: "look into file", Err: err}
	}
	return Glimpse{Picture: small, Width: s.Width, Height: s.Height}, nil
}

// A page of A4 at 200 dots per inch keeps the small print of certificates.
const (
	reducedSide    = 2339
	reducedQuality = 82
)

// worth is the size from which reducing is proposed at all, and least how much
// smaller the result has to be, as a share of the original.
const (
	worth = 1 << 20
	least = 0.7
)

// Reduce makes a picture as small as a clear print needs. ok is false when the
// file is no picture, is small already, or would hardly get smaller.
func Reduce(typ string, data []byte) (smaller []byte, ok bool) {
	if typ == PDF || len(data) < worth {
		return nil, false
	}
	s, err := photo.Decode(data)
	if err != nil {
		return nil, false
	}
	img, err := s.Preview(min(reducedSide, max(s.Width, s.Height)))
	if err != nil {
		return nil, false
	}
	var out bytes.Buffer
	if jpeg.Encode(&out, img, &jpeg.Options{Quality: reducedQuality}) != nil || float64(out.Len()) > least*float64(len(data)) {
		return nil, false
	}
	return out.Bytes(), true
}

var (
	pdfHead    = []byte("%PDF-")
	pagesCount = regexp.MustCompile(`/Count\s+(\d{1,6})`)
	bookmarks  = regexp.MustCompile(`/(First|Last|Outlines)\b`)
	onePage    = regexp.MustCompile(`/Type\s*/Page[^s]`)
	objectLoad = regexp.MustCompile(`/Type\s*/ObjStm`)
	streamFrom = []byte("stream")
	streamTo   = []byte("endstream")
	scanned    = []byte("/DCTDecode")
)

// Bounds of what is read of a PDF.
const (
	mostInflated = 8 << 20 // of all object streams together
	mostCounts   = 10_000  // entries of the page tree and of outlines
	mostLeaves   = 20_000  // pages counted where no tree tells
	mostScans    = 8       // pictures looked at for the first page
	leastScan    = 300     // pixels of the shorter side; smaller pictures are seals and logos
)

// lookPDF counts pages and draws the first if it is a scan. A PDF's page tree
// says how many leaves are below each node in /Count; the root's is the largest.
// Newer files keep that tree inside compressed object streams.
func lookPDF(data []byte) (Glimpse, error) {
	if !bytes.HasPrefix(data, pdfHead) {
		return Glimpse{}, exam.Errorf(exam.KindInvalid, "look into file", "no PDF")
	}
	g := Glimpse{}
	room := int64(mostInflated)
	t := tally{counts: mostCounts, leaves: mostLeaves}
	t.read(data)
	for at := 0; ; {
		i := bytes.Index(data[at:], streamFrom)
		if i < 0 {
			break
		}
		head := data[at+max(0, i-400) : at+i]
		body := data[at+i+len(streamFrom):]
		end := bytes.Index(body, streamTo)
		if end < 0 {
			break
		}
		if objectLoad.Match(head) && room > 0 {
			t.read(inflate(body[:end], &room))
		}
		at += i + len(streamFrom) + end + len(streamTo)
	}
	if g.Pages = t.pages; g.Pages == 0 {
		g.Pages = mostLeaves - t.leaves
	}
	g.scan(data)
	return g, nil
}

// tally counts the pages of a PDF.
type tally struct {
	pages          int // the largest /Count
	counts, leaves int // how many more are looked at
}

// read counts what a part of the file has.
func (t *tally) read(part []byte) {
	if t.counts > 0 {
		found := pagesCount.FindAllSubmatchIndex(part, t.counts)
		t.counts -= len(found)
		for _, m := range found {
			if n, err := strconv.Atoi(string(part[m[2]:m[3]])); err == nil && !ofOutline(beside(part, m[0], m[1])) {
				t.pages = max(t.pages, n)
			}
		}
	}
	if t.leaves > 0 {
		t.leaves -= len(onePage.FindAll(part, t.leaves))
	}
}

// ofOutline tells whether a dictionary is an outline's, which counts its entries by
// the same key.
func ofOutline(dictionary []byte) bool {
	for _, key := range []string{"/First", "/Last", "/Outlines"} { // found a hundred times faster than the expression fails
		if bytes.Contains(dictionary, []byte(key)) {
			return bookmarks.Match(dictionary)
		}
	}
	return false
}

// beside gives what stands with a key in its dictionary, up to the next bracket of one.
func beside(part []byte, from, to int) []byte {
	const reach = 300
	low, high := max(0, from-reach), min(len(part), to+reach)
	if i := max(bytes.LastIndex(part[low:from], []byte("<<")), bytes.LastIndex(part[low:from], []byte(">>"))); i >= 0 {
		low += i
	}
	for _, bracket := range []string{"<<", ">>"} {
		if i := bytes.Index(part[to:high], []byte(bracket)); i >= 0 {
			high = to + i
		}
	}
	return part[low:high]
}

func inflate(body []byte, room *int64) []byte {
	r, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(body, "\r\n")))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(io.LimitReader(r, *room)) // what was read before a fault is as good
	*room -= int64(len(plain))
	return plain
}

// scan draws the first picture of a PDF that is large enough to be a page.
func (g *Glimpse) scan(data []byte) {
	if !bytes.Contains(data, scanned) {
		return
	}
	for range mostScans {
		i := bytes.Index(data, []byte("\xff\xd8\xff"))
		if i < 0 {
			return
		}
		data = data[i:]
		end := bytes.Index(data, streamTo)
		if end < 0 {
			return
		}
		if c, err := jpeg.DecodeConfig(bytes.NewReader(data[:end])); err == nil && min(c.Width, c.Height) >= leastScan {
			if p, err := lookPicture(data[:end]); err == nil {
				g.Picture, g.Width, g.Height = p.Picture, p.Width, p.Height
				return
			}
		}
		data = data[end:]
	}
}
