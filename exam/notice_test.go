package exam

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestANoticeCountsUnderItsServersKeyOnly(t *testing.T) {
	key := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
	other := ed25519.NewKeyFromSeed([]byte("another key, also known to all.."))
	pub := key.Public().(ed25519.PublicKey)
	n := Notice{ID: "1", Exam: "038", Year: 2026, Area: "410000", Text: Text{ZH: "报名延长至 3 月 22 日", EN: "Open until March 22"}, At: time.Date(2026, 3, 9, 1, 2, 3, 4, time.UTC)}
	s, err := SignNotice(key, n)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Verify([]ed25519.PublicKey{pub})
	if err != nil || got.Text != n.Text || got.Area != n.Area || !got.At.Equal(n.At.Truncate(time.Second)) {
		t.Fatal(got, err)
	}
	if _, err := s.Verify([]ed25519.PublicKey{other.Public().(ed25519.PublicKey)}); KindOf(err) != KindUntrusted {
		t.Error("another server's key:", err)
	}
	turned := s
	turned.Notice = []byte(strings.Replace(string(s.Notice), "22", "23", 1))
	if _, err := turned.Verify([]ed25519.PublicKey{pub}); KindOf(err) != KindUntrusted {
		t.Error("other words:", err)
	}
	receipt := Sign(key, Statement{ID: "x"})
	if _, err := (SignedNotice{KeyID: receipt.KeyID, Notice: receipt.Statement, Signature: receipt.Signature}).Verify([]ed25519.PublicKey{pub}); KindOf(err) != KindUntrusted {
		t.Error("a receipt was taken for a notice:", err)
	}
}

// signedNotice signs a notice as it is.
func signedNotice(t *testing.T, key ed25519.PrivateKey, n Notice) SignedNotice {
	t.Helper()
	raw, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return SignedNotice{KeyID: KeyID(key.Public().(ed25519.PublicKey)), Notice: raw, Signature: ed25519.Sign(key, append([]byte(noticeContext), raw...))}
}

func TestANoticeThatSaysNothingIsNotSigned(t *testing.T) {
	key := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
	good := Notice{ID: "1", Exam: "038", Year: 2026, Text: Text{ZH: "字"}}
	for name, spoil := range map[string]func(*Notice){
		"no words":       func(n *Notice) { n.Text = Text{} },
		"no exam":        func(n *Notice) { n.Exam = "" },
		"no year":        func(n *Notice) { n.Year = 0 },
		"too many words": func(n *Notice) { n.Text.ZH = strings.Repeat("字", MaxNotice) },
		"in English too": func(n *Notice) { n.Text.EN = strings.Repeat("w", MaxNotice+1) },
		"no id":          func(n *Notice) { n.ID = "" },
		"a long id":      func(n *Notice) { n.ID = strings.Repeat("1", 65) },
		"a long area":    func(n *Notice) { n.Area = strings.Repeat("1", maxAreaCode+1) },
		"a long exam":    func(n *Notice) { n.Exam = strings.Repeat("1", 17) },
		"a long name":    func(n *Notice) { n.Replaces = strings.Repeat("1", 65) },
	} {
		n := good
		spoil(&n)
		if _, err := SignNotice(key, n); KindOf(err) != KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
		// Nor is it believed where another program signed it.
		n.Schema = 1
		if _, err := signedNotice(t, key, n).Verify([]ed25519.PublicKey{key.Public().(ed25519.PublicKey)}); KindOf(err) != KindUntrusted {
			t.Errorf("%s, signed: %v", name, err)
		}
	}
	full := good
	full.Text.EN = strings.Repeat("w", MaxNotice)
	if _, err := SignNotice(key, full); err != nil {
		t.Error("as many words as there may be:", err)
	}
	if _, err := signedNotice(t, key, Notice{Schema: 2}).Verify([]ed25519.PublicKey{key.Public().(ed25519.PublicKey)}); KindOf(err) != KindUpgrade {
		t.Error("of a later edition:", err)
	}
	back := good
	back.Text, back.Replaces = Text{}, "0"
	if _, err := SignNotice(key, back); err != nil {
		t.Error("taking back:", err)
	}
}
