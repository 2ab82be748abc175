package exam

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// Submission is what a candidate submits: the document, and the files by hash.
// Its encoding is what both sides keep, hash and sign, byte for byte.
type Submission struct {
	Schema   int      `json:"schema"` // 1
	ID       DraftID  `json:"id"`
	Pack     PackRef  `json:"pack"`
	Document Document `json:"document"`
	Files    []File   `json:"files"` // sorted by kind, then hash; no originals
}

// Encode gives the canonical bytes of the submission, as [Document.Encode] does.
func (s Submission) Encode() []byte {
	w := writer{out: make([]byte, 0, 4096)}
	w.number(`{"schema":`, int64(s.Schema))
	w.text(`,"id":`, string(s.ID))
	w.text(`,"pack":{"id":`, s.Pack.ID)
	w.number(`,"version":`, int64(s.Pack.Version))
	w.document(`},"document":`, &s.Document)
	w.mark(`,"files":[`)
	for i := range s.Files {
		w.file(comma(i), &s.Files[i])
	}
	w.mark(`]}`)
	return w.out
}

func (w *writer) file(key string, f *File) {
	w.text(key+`{"kind":`, string(f.Kind))
	w.text(`,"sha256":`, f.SHA256)
	w.number(`,"size":`, f.Size)
	w.text(`,"type":`, f.Type)
	w.mark("}")
}

// DecodeSubmission reads the bytes of [Submission.Encode]. Bytes that are not
// in canonical form are refused, so that one content has one digest.
func DecodeSubmission(raw []byte) (Submission, error) {
	const op = "read submission"
	if len(raw) > MaxSubmissionBytes {
		return Submission{}, Errorf(KindTooLarge, op, "%d bytes, at most %d", len(raw), MaxSubmissionBytes)
	}
	s, read := readCanonical(raw)
	if !read || !bytes.Equal(s.Encode(), raw) {
		s, read = Submission{}, false
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&s); err != nil {
			return Submission{}, &Error{Kind: KindInvalid, Op: op, Err: err}
		}
		if _, err := dec.Token(); err != io.EOF {
			return Submission{}, Errorf(KindInvalid, op, "more than one JSON value")
		}
	}
	if s.Schema != 1 {
		return Submission{}, Errorf(KindUpgrade, op, "schema %d", s.Schema)
	}
	if f := s.Document.bounded(); f != nil {
		return Submission{}, &Error{Kind: KindInvalid, Op: op, Err: f}
	}
	if !read && !bytes.Equal(s.Encode(), raw) {
		return Submission{}, Errorf(KindInvalid, op, "not in canonical form")
	}
	return s, nil
}

// Digest is the SHA-256 of content in lower-case hex, as receipts carry it.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// IsDigest tells whether s has the form of [Digest].
func IsDigest(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Registration is what the server says about a registration.
type Registration struct {
	ID      DraftID `json:"id"`
	Number  string  `json:"registration_number"` // 报名序号
	Version int     `json:"version"`             // rises by one with every accepted step
	State   State   `json:"state"`
	Digest  string  `json:"digest"` // of Content
	// Content is the current submission's exact bytes; empty in lists.
	Content []byte `json:"content,omitempty"`
	// History holds every step so far, oldest first.
	History []Event `json:"history"`
	// Due is what is to be paid, in fen (1/100 yuan); 0 when free or unknown.
	Due int `json:"due_fen"`
	// Seal is the text of the QR code of a printed form, signed by the server
	// over what the form shows; "" from a server that makes none.
	Seal string `json:"seal,omitempty"`
}

// follows tells whether a registration comes from a version of it, by that one's
// last step: a version's number can be given twice, the moment is another then. What
// a server got back by a receipt need not come from what it held before. Where a
// history is not known the numbers have to do.
func (r Registration) follows(version Registration) bool {
	if r.Digest == version.Digest {
		return true
	}
	n := len(version.History)
	if n == 0 || len(r.History) == 0 {
		return r.Version > version.Version
	}
	last := version.History[n-1]
	for _, e := range slices.Backward(r.History) {
		switch {
		case e.Version == last.Version && e.At.Equal(last.At):
			return true
		case e.Action == ActionRestore:
			return false
		}
	}
	return false
}

// Last is the registration with its last step alone, all that tells a version from
// another.
func (r Registration) Last() Registration {
	r.History = r.History[max(0, len(r.History)-1):]
	return r
}

// Made gives the step that brought Content after a version. The second result is
// false when none did, or when nobody can tell: a server that lost a registration
// and got it back knows what it held, and not who had changed it.
func (r Registration) Made(after int) (Event, bool) {
	for _, e := range slices.Backward(r.History) {
		switch {
		case e.Version <= after || e.Action == ActionRestore:
			return Event{}, false
		case e.Action.Brings():
			return e, true
		}
	}
	return Event{}, false
}

// Event is one step in a registration's life, by the server's clock.
type Event struct {
	Version int       `json:"version"`
	State   State     `json:"state"` // after the step
	Action  Action    `json:"action"`
	Actor   Actor     `json:"actor"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"` // a reviewer's words to the candidate
}

// Statement is what the server signs: that under Number it holds, as Version
// and in State, exactly the content with Digest.
type Statement struct {
	Schema   int       `json:"schema"` // 1
	ID       DraftID   `json:"id"`
	Number   string    `json:"registration_number"`
	Version  int       `json:"version"`
	State    State     `json:"state"`
	Digest   string    `json:"digest"`
	SignedAt time.Time `json:"signed_at"` // UTC, seconds
	Practice bool      `json:"practice,omitempty"`
}

// Receipt is a signed [Statement] (回执). Bytes are kept as signed: what is
// verified is what was sent, not a re-encoding of it.
type Receipt struct {
	KeyID     string `json:"key_id"`
	Statement []byte `json:"statement"` // JSON of Statement
	Signature []byte `json:"signature"` // Ed25519 over receiptContext + Statement
}

// receiptContext keeps a signature over a receipt from being taken for one over
// anything else.
const receiptContext = "wenbao receipt v1\x00"

// KeyID is the name of a public key: the first 8 bytes of its SHA-256 in hex.
func KeyID(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return hex.EncodeToString(sum[:8])
}

// Sign makes the receipt for a statement.
func Sign(key ed25519.PrivateKey, s Statement) Receipt {
	s.Schema = 1
	s.SignedAt = s.SignedAt.UTC().Truncate(time.Second)
	raw, err := json.Marshal(s)
	if err != nil {
		panic("exam: a statement of plain values cannot fail to encode: " + err.Error())
	}
	return Receipt{
		KeyID:     KeyID(key.Public().(ed25519.PublicKey)),
		Statement: raw,
		Signature: ed25519.Sign(key, append([]byte(receiptContext), raw...)),
	}
}

// Verify checks the receipt's signature against the keys a pack (or an
// operator) names, and gives what it states. Anything that does not verify is
// [KindUntrusted].
func (r Receipt) Verify(keys []ed25519.PublicKey) (Statement, error) {
	const op = "verify receipt"
	for _, pub := range keys {
		if len(pub) != ed25519.PublicKeySize || KeyID(pub) != r.KeyID {
			continue
		}
		if !ed25519.Verify(pub, append([]byte(receiptContext), r.Statement...), r.Signature) {
			return Statement{}, Errorf(KindUntrusted, op, "the signature of key %s does not fit", r.KeyID)
		}
		var s Statement
		if err := json.Unmarshal(r.Statement, &s); err != nil {
			return Statement{}, &Error{Kind: KindUntrusted, Op: op, Err: err}
		}
		if s.Schema != 1 {
			return Statement{}, Errorf(KindUpgrade, op, "schema %d", s.Schema)
		}
		return s, nil
	}
	return Statement{}, Errorf(KindUntrusted, op, "no trusted key has the id %q", shortened(r.KeyID, 32))
}

// Proves tells whether the statement is about exactly this content of this draft.
func (s Statement) Proves(id DraftID, content []byte) error {
	if s.ID != id || s.Digest != Digest(content) {
		return Errorf(KindUntrusted, "verify receipt", "the receipt is not about these bytes")
	}
	return nil
}

// EncodePublicKey gives the one-line text form of a server key:
// "wenbao-ed25519 " and the key in standard base64.
func EncodePublicKey(pub ed25519.PublicKey) string {
	return publicKeyPrefix + base64.StdEncoding.EncodeToString(pub)
}

const publicKeyPrefix = "wenbao-ed25519 "

// ParsePublicKey reads [EncodePublicKey]'s text; white space around it is fine.
func ParsePublicKey(text []byte) (ed25519.PublicKey, error) {
	const op = "read public key"
	line := bytes.TrimSpace(text)
	rest, ok := bytes.CutPrefix(line, []byte(publicKeyPrefix))
	if !ok || len(line) > 200 {
		return nil, Errorf(KindInvalid, op, "does not begin with %q", publicKeyPrefix)
	}
	key, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(rest)))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, Errorf(KindInvalid, op, "not %d bytes of base64", ed25519.PublicKeySize)
	}
	return key, nil
}

// shortened cuts a text after at most n bytes, between two characters.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s… (%d bytes)", s[:n], len(s))
}
