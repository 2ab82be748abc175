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
// a paper by its code. Of a scanner's PDF every picture is judged, in its order: one
// without a legible code is not passed over.
func (r Reviewer) File(data []byte) []form.Finding {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return []form.Finding{r.picture(data)}
	}
	findings := form.VerifyPDF(data, r.Keys, r.Packs...)
	if len(findings) == 1 && findings[0].Reason == form.ReasonUnreadable {
		var scanned []form.Finding
		legible := false
		pictures, whole := scans(data)
		for _, picture := range pictures {
			f := r.picture(picture)
			if f.Reason == form.ReasonUnreadable {
				f.Reason = form.ReasonUncoded
			} else {
				legible = true
			}
			scanned = append(scanned, f)
		}
		if !whole {
			scanned = append(scanned, findings[0])
		}
		if legible {
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
// stands around them, and whether they are all.
func scans(pdf []byte) (pictures [][]byte, whole bool) {
	begin, stream := []byte("\xff\xd8\xff"), []byte("endstream")
	for len(pictures) < maxScans {
		at := bytes.Index(pdf, begin)
		if at < 0 {
			return pictures, true
		}
		pdf = pdf[at:]
		end := bytes.Index(pdf, stream)
		if end < 0 {
			return pictures, true
		}
		if end > leastScan {
			pictures = append(pictures, pdf[:end])
		}
		pdf = pdf[end:]
	}
	return pictures, !bytes.Contains(pdf, begin)
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
