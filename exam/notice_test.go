package exam

import (
	"crypto/ed25519"
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

func TestANoticeThatSaysNothingIsNotSigned(t *testing.T) {
	key := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
	good := Notice{ID: "1", Exam: "038", Year: 2026, Text: Text{ZH: "字"}}
	for name, spoil := range map[string]func(*Notice){
		"no words":       func(n *Notice) { n.Text = Text{} },
		"no exam":        func(n *Notice) { n.Exam = "" },
		"no year":        func(n *Notice) { n.Year = 0 },
		"too many words": func(n *Notice) { n.Text.ZH = strings.Repeat("字", MaxNotice) },
	} {
		n := good
		spoil(&n)
		if _, err := SignNotice(key, n); KindOf(err) != KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	back := good
	back.Text, back.Replaces = Text{}, "0"
	if _, err := SignNotice(key, back); err != nil {
		t.Error("taking back:", err)
	}
}
