package exam

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of what is handed in. Window and command line, store, wire and
// server hold these and no others, so that nothing one of them takes is refused
// by the next.
const (
	// MaxDocumentBytes bounds a document in canonical JSON. The fullest honest
	// one has about 30 KB.
	MaxDocumentBytes = 256 << 10
	// MaxSubmissionBytes bounds a submission in canonical JSON: the largest
	// document, and room for the references of [MaxFiles] files.
	MaxSubmissionBytes = MaxDocumentBytes + 16<<10
	// MaxFiles bounds the files of a draft; each of them may be sent.
	MaxFiles = 40
	// MaxFileBytes bounds a photo as it is sent, or a scan.
	MaxFileBytes = 20 << 20
	// MaxOriginalBytes bounds the picture that a photo is made of. It stays on
	// this machine, so that no line limits it.
	MaxOriginalBytes = 64 << 20
	// maxKind bounds the name of a kind of file.
	maxKind = 64
	// maxAreas bounds the areas of a pack: more than the country has counties, of
	// which there are 2,846.
	maxAreas = 4000
	// maxAreaCode bounds an area's id. A code of GB/T 2260 has six digits.
	maxAreaCode = 16
)

// MaxBytes bounds a file of this kind.
func (k FileKind) MaxBytes() int {
	if k == FilePhotoOriginal {
		return MaxOriginalBytes
	}
	return MaxFileBytes
}

// Sound tells whether a reference to a file is one: a kind, a SHA-256 in
// lower-case hex, and a size. What exceeds the bounds is a [Problem].
func (f File) Sound() bool {
	return f.Kind != "" && len(f.Kind) <= maxKind && f.Size > 0 && IsDigest(f.SHA256)
}

// texts judges all texts together: whether each is text at all, and whether the
// document is of a size that a server takes.
func (c *checker) texts() {
	w := c.doc.weigh()
	if w.broken {
		eachText(reflect.ValueOf(c.doc).Elem(), nil, func(path []string, text string) {
			if !utf8.ValidString(text) {
				c.block(strings.Join(path, "."), "text.encoding")
			}
		})
	}
	// Escaped, a byte takes at most six; the keys of the longest lists take less
	// than 32 KB.
	if 6*w.bytes+32<<10 <= MaxDocumentBytes {
		return
	}
	if n := len(c.doc.Encode()); n > MaxDocumentBytes {
		c.block("", "document.too_large", "kilobytes", itoa((n+1023)>>10), "most", itoa(MaxDocumentBytes>>10))
	}
}

// weight is what all texts of a document have together.
type weight struct {
	bytes  int
	broken bool // one of them is no UTF-8
}

func (w *weight) add(texts ...string) {
	for _, s := range texts {
		w.bytes += len(s)
		w.broken = w.broken || !utf8.ValidString(s)
	}
}

// weigh is [eachText] without its cost: it runs at every keystroke.
func (d *Document) weigh() (w weight) {
	w.add(d.Exam, string(d.Level), d.Area, d.City, d.Checkpoint, d.Name, d.NameRemark, string(d.IDType), d.IDNumber, string(d.Gender), string(d.BirthDate),
		d.Ethnicity, d.Nationality, d.PoliticalStatus, d.Phone, d.Email, d.Address, d.Postcode, string(d.FirstWorked), d.Title, string(d.Commitment))
	w.add(d.Subjects...)
	for i := range d.Education {
		e := &d.Education[i]
		w.add(e.ID, string(e.Level), string(e.StudyMode), e.School, e.Major, string(e.Started), string(e.Graduated), e.CertificateNumber)
	}
	for i := range d.Degrees {
		g := &d.Degrees[i]
		w.add(g.ID, string(g.Level), g.AwardedBy, g.Major, string(g.Awarded), g.CertificateNumber)
	}
	for i := range d.Certificates {
		x := &d.Certificates[i]
		w.add(x.ID, string(x.Level), x.Number, string(x.Awarded))
	}
	for i := range d.Work {
		p := &d.Work[i]
		w.add(p.ID, p.Employer, p.EmployerType, p.CreditCode, p.Place, p.Position, p.Duties, string(p.From), string(p.To))
	}
	return w
}

// eachText shows every text below a value, with the parts of its path.
func eachText(v reflect.Value, path []string, see func(path []string, text string)) {
	below := func(part string) []string { return append(path[:len(path):len(path)], part) }
	switch v.Kind() {
	case reflect.String:
		see(path, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			eachText(v.Field(i), below(jsonKey(v.Type().Field(i))), see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), below(strconv.Itoa(i)), see)
		}
	}
}
