package local

import (
	"bytes"
	"crypto/ed25519"
	"strings"

	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/exam/photo"
	"wenbao/store"
)

// Reviewer tells whether papers and codes are what the server signed, without a
// network.
type Reviewer struct {
	Keys  []ed25519.PublicKey // whose seals are believed
	Packs []*exam.Pack
	Store *store.Store // what is known of registrations; nil for nothing
}

// MaxPaper bounds a file that is verified: a batch of a thousand forms is about
// 30 MB.
const MaxPaper = 200_000_000

// Code judges the text of a QR code, as a hand-held scanner types it.
func (r Reviewer) Code(text string) form.Finding { return r.known(form.VerifyCode(text, r.Keys)) }

// File judges a file: a PDF of this program page by page, a scan or photograph of
// a paper by its code. A PDF of a scanner is searched for the pictures in it.
func (r Reviewer) File(data []byte) []form.Finding {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return []form.Finding{r.picture(data)}
	}
	findings := form.VerifyPDF(data, r.Keys, r.Packs...)
	if len(findings) == 1 && findings[0].Reason == form.ReasonUnreadable {
		var scanned []form.Finding
		for _, picture := range scans(data) {
			if f := r.picture(picture); f.Reason != form.ReasonUnreadable {
				scanned = append(scanned, f)
			}
		}
		if len(scanned) > 0 {
			return scanned
		}
	}
	for i := range findings {
		findings[i] = r.known(findings[i])
	}
	return findings
}

// picture judges the code on a picture.
func (r Reviewer) picture(data []byte) form.Finding {
	unreadable := form.Finding{Reason: form.ReasonUnreadable, Differs: []string{}}
	source, err := photo.Decode(data)
	if err != nil {
		return unreadable
	}
	page, err := source.Preview(form.ScanSide)
	if err != nil {
		return unreadable
	}
	text, err := form.ReadCode(page)
	if err != nil {
		return unreadable
	}
	return r.Code(text)
}

// Bounds on the pictures looked at in a scanner's PDF.
const (
	maxScans  = 200
	leastScan = 20_000 // bytes; logos are smaller
)

// scans gives the JPEG pictures in a PDF of another program, unharmed by what
// stands around them.
func scans(pdf []byte) (pictures [][]byte) {
	begin, stream := []byte("\xff\xd8\xff"), []byte("endstream")
	for len(pictures) < maxScans {
		at := bytes.Index(pdf, begin)
		if at < 0 {
			break
		}
		pdf = pdf[at:]
		end := bytes.Index(pdf, stream)
		if end < 0 {
			break
		}
		if end > leastScan {
			pictures = append(pictures, pdf[:end])
		}
		pdf = pdf[end:]
	}
	return pictures
}

// Record gives the registration with a number, as last heard; false when this
// machine does not have it.
func (r Reviewer) Record(number string) (exam.Draft, bool) {
	if r.Store == nil || number == "" {
		return exam.Draft{}, false
	}
	// The list is searched by digits; 演练 stands before those of practice.
	digits := strings.TrimLeftFunc(number, func(c rune) bool { return c < '0' || c > '9' })
	for _, bin := range []bool{false, true} {
		page, err := r.Store.List(store.Query{Search: digits, Bin: bin, Limit: 1000})
		if err != nil {
			return exam.Draft{}, false
		}
		for _, row := range page.Rows {
			if row.Number != number {
				continue
			}
			if d, err := r.Store.Draft(row.ID); err == nil && d.Registration != nil {
				return d, true
			}
		}
	}
	return exam.Draft{}, false
}

// known compares a finding with the record at hand.
func (r Reviewer) known(f form.Finding) form.Finding {
	if d, ok := r.Record(f.Number); ok {
		f.Against(*d.Registration)
	}
	return f
}
