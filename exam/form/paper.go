package form

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"slices"
	"time"

	"wenbao/assets"
	"wenbao/exam"
)

// Layout is the edition of what papers look like. It rises with every change of
// a page, so that [VerifyPDF] knows which papers it can draw again.
const Layout = 4

// Words says the fixed sentences of a paper in one language; assets.In gives one.
type Words interface {
	Say(key string, args ...map[string]string) string
	Lang() string
}

// Input is what a paper is made of.
type Input struct {
	// Draft is the registration: its document, files and, once there is one, the
	// server's registration with content and seal, and the receipt over it.
	Draft exam.Draft
	Pack  *exam.Pack // of the draft's exam; nil prints codes instead of names
	Photo []byte     // the processed JPEG, nil for none; it must be the one the draft names
	// Printed is the time on a draft, and the time inside its file. A paper with a
	// seal bears the seal's time instead, so that every machine makes the same bytes.
	Printed  time.Time
	Practice bool  // 演练 across every page
	Words    Words // nil: Chinese
}

// Kind names a paper.
type Kind string

// The papers, named as in `wenbaoctl print --kind`.
const (
	KindRegistration Kind = "registration" // 报名表
	KindWorkYears    Kind = "work-years"   // 从事社会工作年限证明, a page per employer
	KindCommitment   Kind = "commitment"   // 告知承诺书
	KindReceipt      Kind = "receipt"      // 缴费凭条
	KindAdmission    Kind = "admission"    // 准考凭条

	// Of many registrations; see [List] and [ContactSheet].
	KindList         Kind = "list"          // 报名名单
	KindContactSheet Kind = "contact-sheet" // 照片名册
)

// Kinds lists the papers of one registration in the order of a menu.
var Kinds = []Kind{KindRegistration, KindWorkYears, KindCommitment, KindReceipt, KindAdmission}

// Field is one printed value: where it comes from (a document path such as
// "name" or "work.1.employer", or "registration_number", "state", "fee"), the
// label it stands under, and its text.
type Field struct{ Path, Label, Text string }

// Paper is a paper laid out, ready for the painters. It is read-only.
type Paper struct {
	Kind    Kind
	Fields  []Field // every printed value in the order of the paper
	Missing []rune  // characters shown as a box with their code point, sorted
	Draft   bool    // the paper bears 草稿, or another mark that it proves nothing
	pages   []*page
	record  record
	// unsealed papers state nothing that a server could have signed.
	unsealed bool
}

// Pages is the number of pages.
func (p *Paper) Pages() int { return len(p.pages) }

// Registration makes the registration form (报名表).
func Registration(in Input) (*Paper, error) { return Make(KindRegistration, in) }

// WorkYears makes the certificates of years of work, one page for each post in
// the field, for the employer to stamp. A draft without such a post is
// [exam.KindInvalid].
func WorkYears(in Input) (*Paper, error) { return Make(KindWorkYears, in) }

// Commitment makes the letter of commitment (告知承诺书).
func Commitment(in Input) (*Paper, error) { return Make(KindCommitment, in) }

// PaymentReceipt makes the slip that shows what was paid. It is no fiscal
// receipt and says so; before payment it bears 草稿.
func PaymentReceipt(in Input) (*Paper, error) { return Make(KindReceipt, in) }

// Admission makes the admission slip: subjects and times. Room and seat are the
// authority's to announce; before payment it bears 草稿.
func Admission(in Input) (*Paper, error) { return Make(KindAdmission, in) }

// Make makes a paper. A photo that is not a JPEG or not the one the draft names,
// and an unknown kind, are [exam.KindInvalid].
func Make(kind Kind, in Input) (*Paper, error) {
	r, err := in.record()
	if err != nil {
		return nil, err
	}
	return r.paper(kind)
}

// Fields gives every value of the registration form with its text.
func Fields(in Input) ([]Field, error) {
	p, err := Registration(in)
	if err != nil {
		return nil, err
	}
	return p.Fields, nil
}

func (r record) paper(kind Kind) (*Paper, error) {
	draw, ok := map[Kind]func(*sheet){
		KindRegistration: (*sheet).registration,
		KindWorkYears:    (*sheet).workYears,
		KindCommitment:   (*sheet).commitment,
		KindReceipt:      (*sheet).receipt,
		KindAdmission:    (*sheet).admission,
	}[kind]
	if !ok {
		return nil, exam.Errorf(exam.KindInvalid, "print", "no paper %q", string(kind))
	}
	if kind == KindWorkYears && !slices.ContainsFunc(r.doc.Work, func(w exam.Work) bool { return w.SocialWork }) {
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: "print", Err: &exam.Fault{Code: "no_post"}}
	}
	return r.draw(kind, r.markFor(kind), draw), nil
}

// draw lays a paper out.
func (r record) draw(kind Kind, mark string, draw func(*sheet)) *Paper {
	s := &sheet{record: r, kind: kind, mark: mark}
	s.left = marginX
	draw(s)
	s.finish()
	return &Paper{Kind: kind, Fields: s.fields, Missing: missing(s.pages), Draft: mark != "" && mark != "practice", pages: s.pages, record: r}
}

// missing lists the characters of the pages that no font has.
func missing(pages []*page) []rune {
	var found []rune
	for _, p := range pages {
		for i := range p.items {
			for _, r := range p.items[i].text {
				if _, none := advance(r, false); none && p.items[i].shape != codeShape && !slices.Contains(found, r) {
					found = append(found, r)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// record is what is printed, and how much of it the server has signed.
type record struct {
	doc      exam.Document
	photo    photo
	pack     *exam.Pack
	words    Words
	printed  time.Time
	practice bool
	id       exam.DraftID
	files    []exam.File // of the submission; originals stay on their machine

	// Of a registration whose content is what is printed; else zero.
	content []byte
	seal    exam.Seal
	code    string // the seal's text, or that of a draft
}

// record decides what is printed: the server's content if the draft is the same
// and a receipt and a seal say so; else the draft.
func (in Input) record() (record, error) {
	r := record{doc: in.Draft.Document, pack: in.Pack, words: in.Words,
		printed: in.Printed.UTC().Truncate(time.Second), practice: in.Practice, id: in.Draft.ID, code: exam.DraftSealText(in.Draft.ID)}
	if r.words == nil {
		r.words = assets.In("")
	}
	if r.pack == nil {
		r.pack = &exam.Pack{ID: in.Draft.Pack.ID, Version: in.Draft.Pack.Version, Year: r.doc.Year}
	}
	files := in.Draft.Files
	if sub, seal, ok := in.sealed(); ok {
		r.content, r.code, files = in.Draft.Registration.Content, in.Draft.Registration.Seal, sub.Files
		r.doc, r.seal = sub.Document, seal
		r.printed = r.dated(r.printed)
		r.practice = r.practice || r.seal.Practice
	}
	r.files = slices.DeleteFunc(slices.Clone(files), func(f exam.File) bool { return f.Kind == exam.FilePhotoOriginal })
	file, named := exam.Draft{Files: files}.Photo()
	if len(in.Photo) > 0 {
		if !named || exam.Digest(in.Photo) != file.SHA256 {
			return record{}, exam.Errorf(exam.KindInvalid, "print", "the photo is not the registration's")
		}
		if err := checkPhoto(in.Photo); err != nil {
			return record{}, &exam.Error{Kind: exam.KindInvalid, Op: "print photo", Err: err}
		}
		r.photo = photo{in.Photo, file.SHA256}
	}
	return r, nil
}

// checkPhoto refuses what the painters could not draw.
func checkPhoto(raw []byte) error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return err
	case c.Width*c.Height > 4<<20 || c.Width < 1 || c.Height < 1:
		return exam.Errorf(exam.KindTooLarge, "open", "%d × %d pixels", c.Width, c.Height)
	case c.ColorModel != color.YCbCrModel && c.ColorModel != color.GrayModel:
		return exam.Errorf(exam.KindInvalid, "open", "neither colour nor grey")
	}
	return nil
}

// sealed gives the server's content if it is what the draft shows: a receipt is
// over it, a seal is over it, and nothing was changed since.
func (in Input) sealed() (exam.Submission, exam.Seal, bool) {
	no := func() (exam.Submission, exam.Seal, bool) { return exam.Submission{}, exam.Seal{}, false }
	reg, receipt := in.Draft.Registration, in.Draft.Delivered
	if reg == nil || receipt == nil || len(reg.Content) == 0 {
		return no()
	}
	seal, err := exam.ParseSeal(reg.Seal)
	if err != nil || seal.Number != reg.Number || seal.Version != reg.Version || seal.State != reg.State || seal.Digest != exam.Digest(reg.Content) {
		return no()
	}
	if s, err := receipt.Read(); err != nil || s.Digest != seal.Digest || s.Number != seal.Number {
		return no()
	}
	sub, err := exam.DecodeSubmission(reg.Content)
	if err != nil || !in.sameContent(sub) {
		return no()
	}
	return sub, seal, true
}

// sameContent tells whether the draft, as it is or made ready for submission,
// still says what was submitted.
func (in Input) sameContent(sub exam.Submission) bool {
	want, _ := exam.Draft{Files: sub.Files}.Photo()
	have, _ := in.Draft.Photo()
	content := sub.Document.Encode()
	if have.SHA256 != want.SHA256 || bytes.Equal(in.Draft.Document.Encode(), content) {
		return have.SHA256 == want.SHA256
	}
	doc := exam.Normalize(in.Draft.Document)
	if in.Pack != nil {
		ready, _ := exam.Prepare(in.Draft, in.Pack, exam.Moment{})
		doc = ready.Document
	}
	return bytes.Equal(doc.Encode(), content)
}

// dated is the time of a paper: its seal's, else, of a draft or under a seal
// without a time, the given one.
func (r record) dated(printed time.Time) time.Time {
	if r.seal.At.Unix() > 0 {
		return r.seal.At
	}
	return printed
}

// signed tells whether a server's seal is over what is printed.
func (r record) signed() bool { return len(r.content) > 0 }

// markFor says which mark stands across the pages of a paper: "" for none.
// What the server has not yet decided on is a draft: so is a registration that
// was only received ([exam.StateSubmitted]), and a slip about a payment that has
// not been made.
func (r record) markFor(kind Kind) string {
	final := []exam.State{exam.StateManualReview, exam.StateNeedsMaterials, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted}
	if kind == KindReceipt || kind == KindAdmission {
		final = []exam.State{exam.StateCompleted}
	}
	ended := []exam.State{exam.StateWithdrawn, exam.StateExpired, exam.StateRefused}
	switch {
	case r.practice:
		return "practice"
	case kind == KindWorkYears || kind == KindCommitment && r.signed():
		return "" // the employer's stamp or the candidate's signature makes it valid
	case r.signed() && slices.Contains(ended, r.seal.State):
		return string(r.seal.State)
	case r.signed() && slices.Contains(final, r.seal.State):
		return ""
	}
	return "draft"
}
