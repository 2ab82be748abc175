package form

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zlib"

	"wenbao/exam"
)

// object is an object of a PDF file: what stands between "N 0 obj" and "endobj".
type object struct {
	number int
	body   []byte
}

// finish writes gofpdf's file anew with the pages' contents, the pictures and the
// font in it, and one cross-reference table over all.
func finish(w io.Writer, raw []byte, pages [][]byte, set *typeset) error {
	file, err := splitFile(raw)
	if err != nil {
		return err
	}
	var added []object
	add := func(body []byte) int {
		added = append(added, object{len(file.objects) + len(added) + 1, body})
		return added[len(added)-1].number
	}
	fonts, pictures := "/Font <<\n", "/XObject <<\n"
	if len(set.font.glyphs) > 0 {
		next := len(file.objects) + 1
		fonts += fmt.Sprintf("/F %d 0 R\n", next)
		for _, body := range set.font.objects(next) {
			add(body)
		}
	}
	for i, body := range set.pictures {
		pictures += fmt.Sprintf("/P%d %d 0 R\n", i, add(body))
	}
	// Nobody has read the list of procedures since PDF 1.4 (ISO 32000-1, 14.2).
	resources := strings.NewReplacer("/Font <<\n", fonts, "/XObject <<\n", pictures, "/ProcSet [/PDF /Text /ImageB /ImageC /ImageI]\n", "")
	for i, o := range file.objects {
		switch {
		case o.number == 2:
			file.objects[i].body = []byte(resources.Replace(string(o.body)))
		case bytes.HasPrefix(o.body, []byte("<</Length ")):
			file.objects[i].body, pages = pages[0], pages[1:]
		}
	}
	file.objects = append(file.objects, added...)
	return file.write(w)
}

var deflaters [10]sync.Pool // of *zlib.Writer by level; one is over 1 MB

// stream makes a stream object's body, deflated.
func stream(content []byte, effort int, more string) []byte {
	var b bytes.Buffer
	z, ok := deflaters[effort].Get().(*zlib.Writer)
	if ok {
		z.Reset(&b)
	} else {
		z, _ = zlib.NewWriterLevel(&b, effort)
	}
	_, _ = z.Write(content) // into memory
	_ = z.Close()
	deflaters[effort].Put(z)
	body := fmt.Appendf(make([]byte, 0, b.Len()+80), "<<%s/Filter /FlateDecode /Length %d>>\nstream\n", more, b.Len())
	return append(append(body, b.Bytes()...), "\nendstream\n"...)
}

// pdfFile is a PDF file taken apart.
type pdfFile struct {
	objects    []object // in the order of the file
	root, info int
}

// maxObjects bounds the objects of a file: a thousand forms have under 20,000.
const maxObjects = 200_000

// splitFile takes apart a file of gofpdf's, or of [pdfFile.write]: objects
// without gaps between them, one cross-reference table, one trailer. Any other
// file, one with later changes appended among them, is [exam.KindInvalid].
func splitFile(raw []byte) (*pdfFile, error) {
	fault := func(what string) (*pdfFile, error) {
		return nil, exam.Errorf(exam.KindInvalid, "read pdf", "%s", what)
	}
	if !bytes.HasPrefix(raw, []byte("%PDF-")) || !bytes.HasSuffix(raw, []byte("%%EOF\n")) {
		return fault("not a whole PDF file")
	}
	tail := raw[max(0, len(raw)-64):]
	at := bytes.LastIndex(tail, []byte("startxref\n"))
	if at < 0 {
		return fault("no cross-reference table")
	}
	xref, err := strconv.Atoi(string(bytes.TrimSuffix(tail[at+len("startxref\n"):], []byte("\n%%EOF\n"))))
	if err != nil || xref < 0 || xref >= len(raw) {
		return fault("no cross-reference table")
	}
	var n int
	if _, err := fmt.Sscanf(string(raw[xref:min(len(raw), xref+30)]), "xref\n0 %d\n", &n); err != nil || n < 2 || n > maxObjects {
		return fault("no cross-reference table")
	}
	entries := xref + len(fmt.Sprintf("xref\n0 %d\n", n))
	end := len(raw) - len(tail) + at
	if entries+20*n > end {
		return fault("cross-reference table cut short")
	}
	f := &pdfFile{}
	trailer := raw[entries+20*n : end]
	if f.root, f.info = reference(trailer, "/Root "), reference(trailer, "/Info "); f.root == 0 || bytes.Contains(trailer, []byte("/Prev")) {
		return fault("no catalogue")
	}
	byOffset := make(map[int]int, n)
	for i := 1; i < n; i++ {
		offset, err := strconv.Atoi(string(raw[entries+20*i : entries+20*i+10]))
		if err != nil {
			return fault("cross-reference table damaged")
		}
		byOffset[offset] = i
	}
	if len(byOffset) != n-1 {
		return fault("two objects in one place")
	}
	return f, f.readObjects(raw, byOffset, xref)
}

// reference gives the number of the object after a key.
func reference(dictionary []byte, key string) int {
	_, rest, ok := bytes.Cut(dictionary, []byte(key))
	digits := rest
	for i, c := range rest {
		if c < '0' || c > '9' {
			digits = rest[:i]
			break
		}
	}
	n, err := strconv.Atoi(string(digits))
	if !ok || err != nil {
		return 0
	}
	return n
}

// readObjects walks from the header to the cross-reference table; every byte
// must belong to an object that the table names, and no two may share one.
func (f *pdfFile) readObjects(raw []byte, byOffset map[int]int, xref int) error {
	starts := slices.Sorted(maps.Keys(byOffset))
	if len(starts) == 0 || starts[0] < 0 || starts[0] > 32 || starts[len(starts)-1] >= xref {
		return exam.Errorf(exam.KindInvalid, "read pdf", "objects do not fill the file")
	}
	for i, start := range starts {
		end := xref
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		number := byOffset[start]
		body, headed := bytes.CutPrefix(raw[start:end], fmt.Appendf(nil, "%d 0 obj\n", number))
		body, ended := bytes.CutSuffix(body, []byte("endobj\n"))
		if !headed || !ended {
			return exam.Errorf(exam.KindInvalid, "read pdf", "object %d is not where the table says", number)
		}
		f.objects = append(f.objects, object{number, body})
	}
	return nil
}

// write puts the file together.
func (f *pdfFile) write(w io.Writer) error {
	out := &counter{w: bufio.NewWriterSize(w, 1<<16)}
	out.print("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(f.objects)+1)
	for _, o := range f.objects {
		offsets[o.number] = out.n
		out.print(strconv.Itoa(o.number) + " 0 obj\n")
		out.bytes(o.body)
		out.print("endobj\n")
	}
	xref := out.n
	out.print(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(offsets)))
	for _, offset := range offsets[1:] {
		out.print(fmt.Sprintf("%010d 00000 n \n", offset))
	}
	out.print(fmt.Sprintf("trailer\n<</Size %d /Root %d 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets), f.root, f.info, xref))
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("write pdf: %w", out.err)
	}
	return nil
}

// counter writes and counts; after an error it writes nothing more.
type counter struct {
	w   *bufio.Writer
	n   int
	err error
}

func (c *counter) print(text string) { c.bytes([]byte(text)) }

func (c *counter) bytes(raw []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(raw)
		c.n += len(raw)
	}
}
