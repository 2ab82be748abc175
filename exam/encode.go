package exam

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Encode gives the document's canonical bytes: compact JSON, keys in the order
// of the type, lists never null, no HTML escaping. Equal documents have equal
// bytes, which is what digests and receipts are made over.
//
// It is what encoding/json writes, field by field, because every save waits for
// it; TestTheCanonicalBytesAreThoseOfEncodingJSON holds the two together.
func (d Document) Encode() []byte { return d.AppendEncode(make([]byte, 0, 4096)) }

// AppendEncode appends the canonical bytes to dst.
func (d Document) AppendEncode(dst []byte) []byte { return writer(dst).document("", &d) }

func (w writer) document(key string, d *Document) writer {
	w = w.text(key+`{"exam":`, d.Exam)
	w = strconv.AppendInt(append(w, `,"year":`...), int64(d.Year), 10)
	w = w.text(`,"level":`, string(d.Level))
	w = w.text(`,"area":`, d.Area)
	w = w.text(`,"city":`, d.City)
	w = w.text(`,"checkpoint":`, d.Checkpoint)
	w = list(w, `,"subjects":[`, d.Subjects, writer.subject)
	w = w.text(`,"name":`, d.Name)
	w = w.text(`,"name_remark":`, d.NameRemark)
	w = w.text(`,"id_type":`, string(d.IDType))
	w = w.text(`,"id_number":`, d.IDNumber)
	w = w.text(`,"gender":`, string(d.Gender))
	w = w.text(`,"birth_date":`, string(d.BirthDate))
	w = w.text(`,"ethnicity":`, d.Ethnicity)
	w = w.text(`,"nationality":`, d.Nationality)
	w = w.text(`,"political_status":`, d.PoliticalStatus)
	w = w.text(`,"phone":`, d.Phone)
	w = w.text(`,"email":`, d.Email)
	w = w.text(`,"address":`, d.Address)
	w = w.text(`,"postcode":`, d.Postcode)
	w = list(w, `,"education":[`, d.Education, writer.education)
	w = list(w, `,"degrees":[`, d.Degrees, writer.degree)
	w = list(w, `,"certificates":[`, d.Certificates, writer.certificate)
	w = list(w, `,"work":[`, d.Work, writer.work)
	w = w.text(`,"first_worked":`, string(d.FirstWorked))
	w = w.text(`,"title":`, d.Title)
	w = w.text(`,"commitment":`, string(d.Commitment))
	return append(w, '}')
}

// writer appends JSON; a key comes with the punctuation before it.
type writer []byte

// list writes the records of a list.
func list[T any](w writer, key string, records []T, write func(writer, *T) writer) writer {
	w = append(w, key...)
	for i := range records {
		if i > 0 {
			w = append(w, ',')
		}
		w = write(w, &records[i])
	}
	return append(w, ']')
}

func (w writer) subject(s *string) writer { return w.text("", *s) }

func (w writer) education(e *Education) writer {
	w = w.id(e.ID)
	w = w.text(`"level":`, string(e.Level))
	w = w.text(`,"study_mode":`, string(e.StudyMode))
	w = w.text(`,"school":`, e.School)
	w = w.text(`,"major":`, e.Major)
	w = w.flag(`,"social_work_major":`, e.SocialWorkMajor)
	w = w.text(`,"started":`, string(e.Started))
	w = w.text(`,"graduated":`, string(e.Graduated))
	w = w.text(`,"certificate_number":`, e.CertificateNumber)
	return append(w, '}')
}

func (w writer) degree(d *Degree) writer {
	w = w.id(d.ID)
	w = w.text(`"level":`, string(d.Level))
	w = w.text(`,"awarded_by":`, d.AwardedBy)
	w = w.text(`,"major":`, d.Major)
	w = w.flag(`,"social_work_major":`, d.SocialWorkMajor)
	w = w.text(`,"awarded":`, string(d.Awarded))
	w = w.text(`,"certificate_number":`, d.CertificateNumber)
	return append(w, '}')
}

func (w writer) certificate(c *Certificate) writer {
	w = w.id(c.ID)
	w = w.text(`"level":`, string(c.Level))
	w = w.text(`,"number":`, c.Number)
	w = w.text(`,"awarded":`, string(c.Awarded))
	return append(w, '}')
}

func (w writer) work(r *Work) writer {
	w = w.id(r.ID)
	w = w.text(`"employer":`, r.Employer)
	w = w.text(`,"employer_type":`, r.EmployerType)
	w = w.text(`,"credit_code":`, r.CreditCode)
	w = w.text(`,"place":`, r.Place)
	w = w.text(`,"position":`, r.Position)
	w = w.text(`,"duties":`, r.Duties)
	w = w.text(`,"from":`, string(r.From))
	w = w.text(`,"to":`, string(r.To))
	w = w.flag(`,"social_work":`, r.SocialWork)
	return append(w, '}')
}

// id begins a record, with its identity if it has one.
func (w writer) id(id string) writer {
	w = append(w, '{')
	if id != "" {
		w = append(w.text(`"id":`, id), ',')
	}
	return w
}

func (w writer) flag(key string, b bool) writer {
	return strconv.AppendBool(append(w, key...), b)
}

func (w writer) text(key, s string) writer {
	w = append(append(w, key...), '"')
	from := len(w)
	w = append(w, s...)
	if !unescaped(w[from:]) {
		return append(w[:from-1], escaped(s)...)
	}
	return append(w, '"')
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
