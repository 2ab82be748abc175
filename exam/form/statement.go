package form

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"wenbao/assets"
	"wenbao/exam"
)

// statementName is the name of the attachment that every file carries.
const statementName = "wenbao.json"

// statement is what a file says about itself, so that [VerifyPDF] can draw it
// again: nothing in it is believed but the seals.
type statement struct {
	Layout int    `json:"layout"`
	Papers papers `json:"papers"`
}

type papers []stated

// UnmarshalJSON reads at most [maxPapers]: a paper is two bytes in a hostile
// file and 200 in memory.
func (p *papers) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return exam.Errorf(exam.KindInvalid, "read statement", "no list of papers")
	}
	for d.More() {
		var s stated
		if err := d.Decode(&s); err != nil {
			return err
		}
		if *p = append(*p, s); len(*p) > maxPapers {
			return exam.Errorf(exam.KindTooLarge, "read statement", "more than %d papers", maxPapers)
		}
	}
	return nil
}

// stated is one paper of a file.
type stated struct {
	Kind     Kind   `json:"kind"`
	Language string `json:"language"`
	// Pack is the edition that gave the names of codes, which may be a later one
	// than the submission was made with.
	Pack     exam.PackRef `json:"pack"`
	Printed  time.Time    `json:"printed"`
	Practice bool         `json:"practice,omitempty"`
	Photo    bool         `json:"photo,omitempty"` // the photo is on it
	Code     string       `json:"code"`            // text of the QR code: a seal, or that of a draft
	Content  string       `json:"content"`         // the submission's bytes
}

// stated says what the paper is.
func (p *Paper) stated() stated {
	r := p.record
	return stated{Kind: p.Kind, Language: r.words.Lang(), Pack: r.pack.Ref(), Printed: r.printed, Practice: r.practice,
		Photo: p.pictured(), Code: r.code, Content: string(r.submission())}
}

func (s statement) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return b.Bytes(), err
}

// submission gives the bytes of what is printed: the server's content, or what a
// draft would submit.
func (r record) submission() []byte {
	if r.signed() {
		return r.content
	}
	return exam.Submission{Schema: 1, ID: r.id, Pack: r.pack.Ref(), Document: r.doc, Files: r.files}.Encode()
}

// pictured tells whether the photo is on a page of the paper.
func (p *Paper) pictured() bool {
	return slices.ContainsFunc(p.pages, func(pg *page) bool {
		return slices.ContainsFunc(pg.items, func(i item) bool { return i.shape == pictureShape })
	})
}

// maxStatement and maxPapers bound what a file may say about itself.
const (
	maxStatement = 64 << 20
	maxPapers    = 2000
)

// readStatement finds and reads the attachment.
func readStatement(f *pdfFile) (statement, error) {
	fault := func(err error) (statement, error) {
		return statement{}, &exam.Error{Kind: exam.KindInvalid, Op: "read statement", Err: err}
	}
	for _, o := range f.objects {
		if !bytes.Contains(o.body[:min(len(o.body), 80)], []byte("/Type /EmbeddedFile")) {
			continue
		}
		content, ok := inflated(o.body, maxStatement)
		if !ok {
			break
		}
		var s statement
		d := json.NewDecoder(bytes.NewReader(content))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return fault(err)
		}
		if len(s.Papers) == 0 {
			return fault(exam.Errorf(exam.KindInvalid, "read statement", "no papers"))
		}
		return s, nil
	}
	return fault(exam.Errorf(exam.KindNotFound, "read statement", "the file carries none"))
}

// record makes the record that a stated paper claims to show. photoOf gives the
// file's picture with a hash.
func (p stated) record(photoOf func(sha256 string) []byte, packs []*exam.Pack) (record, exam.Submission, bool, error) {
	sub, err := exam.DecodeSubmission([]byte(p.Content))
	if err != nil {
		return record{}, sub, false, err
	}
	r := record{doc: sub.Document, id: sub.ID, files: sub.Files, words: assets.In(p.Language), printed: p.Printed, practice: p.Practice, code: p.Code,
		pack: &exam.Pack{ID: p.Pack.ID, Version: p.Pack.Version, Year: sub.Document.Year}}
	known := false
	for _, pack := range packs {
		if pack != nil && pack.Ref() == p.Pack {
			r.pack, known = pack, true
		}
	}
	if seal, err := exam.ParseSeal(p.Code); err == nil {
		r.seal, r.content = seal, []byte(p.Content)
		r.printed = r.dated(p.Printed)
	}
	if named, ok := (exam.Draft{Files: sub.Files}).Photo(); ok && p.Photo {
		r.photo = photo{photoOf(named.SHA256), named.SHA256}
	}
	return r, sub, known, nil
}
