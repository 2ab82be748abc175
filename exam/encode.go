package exam

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Encode gives the document's canonical bytes: compact JSON, keys in the order
// of the type, lists never null, no HTML escaping. Equal documents have equal
// bytes, which is what digests and receipts are made over.
//
// It is what encoding/json writes, field by field, because every save waits for
// it; TestTheCanonicalBytesAreThoseOfEncodingJSON holds the two together.
func (d Document) Encode() []byte {
	w := writer{out: make([]byte, 0, 4096)}
	w.document("", &d)
	return w.out
}

// Encoder encodes documents one after the other, each mostly as the one before,
// as those of a draft being typed are: what is the same is copied, not written
// anew. It remembers the last of them. The zero Encoder is ready; it is for one
// goroutine.
type Encoder struct {
	bytes   []byte   // of the document before
	fields  []passed // in the order of their writing
	lengths [5]int   // of its lists: as long as they are the same, so are the fields
}

// passed is a field that was written: its text, and where it ends.
type passed struct {
	text string
	end  int
}

// Encode gives the bytes that [Document.Encode] gives, in room if that is large
// enough. They must stay as they are until the next are made. Room that holds the
// last is taken as well, but then nothing is copied from there.
func (e *Encoder) Encode(room []byte, d Document) []byte {
	w := writer{out: room[:0], before: e, fields: e.fields}
	if unsafe.SliceData(room) == unsafe.SliceData(e.bytes) {
		w.fields = w.fields[:0]
	}
	w.document("", &d)
	w.copy()
	e.bytes, e.fields = w.out, w.fields
	return w.out
}

// writer appends JSON to out; a key comes with the punctuation before it. What is
// as it was before is left out at first, and copied in one piece when something
// else follows.
type writer struct {
	out    []byte
	before *Encoder // nil: everything is written
	fields []passed // of the document before, from at on
	at     int      // fields passed
	copied int      // of them those that are in out
	end    int      // in before.bytes of the field written last
	lists  int      // lists begun
}

// same passes a field whose text is as it was before. Else it is to be written, from
// copy on, and wrote told.
func (w *writer) same(text string) bool {
	if w.at < len(w.fields) && w.fields[w.at].text == text {
		w.at++
		return true
	}
	return false
}

// copy appends the fields that were passed.
func (w *writer) copy() {
	if w.copied == w.at {
		return
	}
	fields, moved := w.fields[w.copied:w.at], len(w.out)-w.end
	w.out = append(w.out, w.before.bytes[w.end:fields[len(fields)-1].end]...)
	if moved != 0 {
		for i := range fields {
			fields[i].end += moved
		}
	}
}

// wrote remembers the field that out ends with.
func (w *writer) wrote(text string) {
	if w.before == nil {
		return
	}
	if field := (passed{text, len(w.out)}); w.at < len(w.fields) {
		w.end = w.fields[w.at].end
		w.fields[w.at] = field
	} else {
		w.fields = append(w.fields, field)
	}
	w.at++
	w.copied = w.at
}

func (w *writer) document(key string, d *Document) {
	w.text(key+`{"exam":`, d.Exam)
	w.number(`,"year":`, int64(d.Year))
	w.text(`,"level":`, string(d.Level))
	w.text(`,"area":`, d.Area)
	w.text(`,"city":`, d.City)
	w.text(`,"checkpoint":`, d.Checkpoint)
	w.list(`,"subjects":[`, len(d.Subjects))
	for i, s := range d.Subjects {
		w.text(comma(i), s)
	}
	w.text(`],"name":`, d.Name)
	w.text(`,"name_remark":`, d.NameRemark)
	w.text(`,"id_type":`, string(d.IDType))
	w.text(`,"id_number":`, d.IDNumber)
	w.text(`,"gender":`, string(d.Gender))
	w.text(`,"birth_date":`, string(d.BirthDate))
	w.text(`,"ethnicity":`, d.Ethnicity)
	w.text(`,"nationality":`, d.Nationality)
	w.text(`,"political_status":`, d.PoliticalStatus)
	w.text(`,"phone":`, d.Phone)
	w.text(`,"email":`, d.Email)
	w.text(`,"address":`, d.Address)
	w.text(`,"postcode":`, d.Postcode)
	w.list(`,"education":[`, len(d.Education))
	for i := range d.Education {
		w.education(comma(i), &d.Education[i])
	}
	w.list(`],"degrees":[`, len(d.Degrees))
	for i := range d.Degrees {
		w.degree(comma(i), &d.Degrees[i])
	}
	w.list(`],"certificates":[`, len(d.Certificates))
	for i := range d.Certificates {
		w.certificate(comma(i), &d.Certificates[i])
	}
	w.list(`],"work":[`, len(d.Work))
	for i := range d.Work {
		w.work(comma(i), &d.Work[i])
	}
	w.text(`],"first_worked":`, string(d.FirstWorked))
	w.text(`,"title":`, d.Title)
	w.text(`,"commitment":`, string(d.Commitment))
	w.mark("}")
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func (w *writer) education(key string, e *Education) {
	w.id(key, e.ID)
	w.text(`"level":`, string(e.Level))
	w.text(`,"study_mode":`, string(e.StudyMode))
	w.text(`,"school":`, e.School)
	w.text(`,"major":`, e.Major)
	w.flag(`,"social_work_major":`, e.SocialWorkMajor)
	w.text(`,"started":`, string(e.Started))
	w.text(`,"graduated":`, string(e.Graduated))
	w.text(`,"certificate_number":`, e.CertificateNumber)
	w.mark("}")
}

func (w *writer) degree(key string, d *Degree) {
	w.id(key, d.ID)
	w.text(`"level":`, string(d.Level))
	w.text(`,"awarded_by":`, d.AwardedBy)
	w.text(`,"major":`, d.Major)
	w.flag(`,"social_work_major":`, d.SocialWorkMajor)
	w.text(`,"awarded":`, string(d.Awarded))
	w.text(`,"certificate_number":`, d.CertificateNumber)
	w.mark("}")
}

func (w *writer) certificate(key string, c *Certificate) {
	w.id(key, c.ID)
	w.text(`"level":`, string(c.Level))
	w.text(`,"number":`, c.Number)
	w.text(`,"awarded":`, string(c.Awarded))
	w.mark("}")
}

func (w *writer) work(key string, r *Work) {
	w.id(key, r.ID)
	w.text(`"employer":`, r.Employer)
	w.text(`,"employer_type":`, r.EmployerType)
	w.text(`,"credit_code":`, r.CreditCode)
	w.text(`,"place":`, r.Place)
	w.text(`,"position":`, r.Position)
	w.text(`,"duties":`, r.Duties)
	w.text(`,"from":`, string(r.From))
	w.text(`,"to":`, string(r.To))
	w.flag(`,"social_work":`, r.SocialWork)
	w.mark("}")
}

// mark writes punctuation.
func (w *writer) mark(s string) { w.plain("", s) }

// plain writes text that stands in JSON without quotes.
func (w *writer) plain(key, s string) {
	if !w.same(s) {
		w.copy()
		w.out = append(w.out, key...)
		w.out = append(w.out, s...)
		w.wrote(s)
	}
}

func (w *writer) flag(key string, b bool) { w.plain(key, strconv.FormatBool(b)) }

func (w *writer) number(key string, n int64) { w.plain(key, strconv.FormatInt(n, 10)) }

// list begins a list of n records.
func (w *writer) list(key string, n int) {
	if e := w.before; e != nil {
		if e.lengths[w.lists] != n { // other fields than before follow
			e.lengths[w.lists], w.fields = n, w.fields[:w.at]
		}
		w.lists++
	}
	w.mark(key)
}

// id begins a record, with its identity if it has one.
func (w *writer) id(key, id string) {
	if w.same(id) {
		return
	}
	w.copy()
	w.out = append(w.out, key...)
	w.out = append(w.out, '{')
	if id != "" {
		w.quote(`"id":`, id)
		w.out = append(w.out, ',')
	}
	w.wrote(id)
}

func (w *writer) text(key, s string) {
	if !w.same(s) {
		w.copy()
		w.quote(key, s)
		w.wrote(s)
	}
}

func (w *writer) quote(key, s string) {
	w.out = append(w.out, key...)
	w.out = append(w.out, '"')
	from := len(w.out)
	w.out = append(w.out, s...)
	if !unescaped(w.out[from:]) {
		w.out = append(w.out[:from-1], escaped(s)...)
		return
	}
	w.out = append(w.out, '"')
}

// unescaped tells whether text stands in JSON as it is. Eight bytes of ASCII, and
// three characters from U+3000 to U+9FFF, are looked at together.
func unescaped(b []byte) bool {
	const (
		ones, tops = 0x0101010101010101, 0x8080808080808080
		shape      = 0xC0F0C0C0F0C0C0F0 // of nine bytes the first eight: E?, then two from 80 to BF, and again
		han        = 0x80E08080E08080E0
		third      = 0x0001000001000001 // bytes 0, 3 and 6, whose lower halves are 3 to 9
	)
	for i := 0; i < len(b); {
		if i+9 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			if quote, backslash := w^'"'*ones, w^'\\'*ones; (w|(w-' '*ones)|(quote-ones)|(backslash-ones))&tops == 0 {
				i += 8
				continue
			}
			low := w & (15 * third)
			if w&shape == han && b[i+8]&0xC0 == 0x80 && (low+13*third)&^(low+6*third)&(16*third) == 16*third {
				i += 9
				continue
			}
		}
		switch c := b[i]; {
		case c < utf8.RuneSelf:
			if c < ' ' || c == '"' || c == '\\' {
				return false
			}
			i++
		case 0xE3 <= c && c <= 0xE9 && i+2 < len(b) && b[i+1]&0xC0 == 0x80 && b[i+2]&0xC0 == 0x80: // U+3000 to U+9FFF
			i += 3
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
				return false
			}
			i += n
		}
	}
	return true
}

func escaped(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic("exam: a string cannot fail to encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
