package exam

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"time"
)

// MaxNotice bounds each language of a notice's words, in bytes.
const MaxNotice = 4000

// Notice is what the authority tells candidates between two editions of a pack
// (通知): a changed window, a hotline, a warning. It is for everybody who has a
// draft or registration of its exam, year and area.
type Notice struct {
	Schema   int       `json:"schema"` // 1
	ID       string    `json:"id"`     // UUID, made by the server
	Exam     string    `json:"exam"`
	Year     int       `json:"year"`
	Area     string    `json:"area"` // "" the whole country
	Text     Text      `json:"text"` // empty in both languages: nothing new is said, Replaces is taken back
	At       time.Time `json:"at"`   // UTC, by the server's clock
	Replaces string    `json:"replaces,omitempty"`
	Practice bool      `json:"practice,omitempty"`
}

// SignedNotice is a [Notice] with the signature of the server that published
// it. Bytes are kept as signed.
type SignedNotice struct {
	KeyID     string `json:"key_id"`
	Notice    []byte `json:"notice"`    // JSON of Notice
	Signature []byte `json:"signature"` // Ed25519 over noticeContext + Notice
}

// noticeContext keeps a signature over a notice from being taken for one over
// anything else.
const noticeContext = "wenbao notice v1\x00"

// SignNotice signs a notice. Words beyond [MaxNotice], an exam without a name
// and a notice that neither says nor replaces anything are [KindInvalid].
func SignNotice(key ed25519.PrivateKey, n Notice) (SignedNotice, error) {
	n.Schema, n.At = 1, n.At.UTC().Truncate(time.Second)
	if err := n.sound(); err != nil {
		return SignedNotice{}, &Error{Kind: KindInvalid, Op: "sign notice", Err: err}
	}
	raw, err := json.Marshal(n)
	if err != nil {
		return SignedNotice{}, &Error{Kind: KindInvalid, Op: "sign notice", Err: err}
	}
	return SignedNotice{KeyID: KeyID(key.Public().(ed25519.PublicKey)), Notice: raw,
		Signature: ed25519.Sign(key, append([]byte(noticeContext), raw...))}, nil
}

func (n Notice) sound() error {
	var f faults
	f.check(n.ID != "" && len(n.ID) <= 64, "id", "missing")
	f.check(n.Exam != "" && len(n.Exam) <= 16 && n.Year > 2000 && n.Year < 3000, "exam", "missing")
	f.check(len(n.Area) <= maxAreaCode && len(n.Replaces) <= 64, "area", "too_long")
	f.check(len(n.Text.ZH) <= MaxNotice && len(n.Text.EN) <= MaxNotice, "text", "too_long")
	f.check(n.Text != Text{} || n.Replaces != "", "text", "missing")
	return errors.Join(f...)
}

// Verify checks the signature against the keys of the server and gives the
// notice. Anything that does not verify is [KindUntrusted].
func (s SignedNotice) Verify(keys []ed25519.PublicKey) (Notice, error) {
	const op = "verify notice"
	for _, pub := range keys {
		if len(pub) != ed25519.PublicKeySize || KeyID(pub) != s.KeyID {
			continue
		}
		if !ed25519.Verify(pub, append([]byte(noticeContext), s.Notice...), s.Signature) {
			return Notice{}, Errorf(KindUntrusted, op, "the signature of key %s does not fit", s.KeyID)
		}
		var n Notice
		if err := json.Unmarshal(s.Notice, &n); err != nil {
			return Notice{}, &Error{Kind: KindUntrusted, Op: op, Err: err}
		}
		if n.Schema != 1 {
			return Notice{}, Errorf(KindUpgrade, op, "schema %d", n.Schema)
		}
		if err := n.sound(); err != nil {
			return Notice{}, &Error{Kind: KindUntrusted, Op: op, Err: err}
		}
		return n, nil
	}
	return Notice{}, Errorf(KindUntrusted, op, "no trusted key has the id %q", shortened(s.KeyID, 32))
}
