package exam_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"wenbao/exam"
)

// FuzzSet: whatever is put at whatever path, the document is as it was or can be
// written, read back and judged.
func FuzzSet(f *testing.F) {
	for _, s := range [][2]string{{"name", "张"}, {"work.1.from", "2012年6月"}, {"work.0", ""}, {"education", `[{"shcool":1}]`}, {"subjects", "a,b"}, {"subjects", `["a"]`},
		{"year", "1e9"}, {"work.0.social_work", "TRUE"}, {"work.-1", ""}, {"..", "x"}, {"name", "\xff"}, {"degrees", "[[[["}, {"work.999999999999", ""}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		d := complete()
		before := d.Encode()
		err := d.Set(path, text)
		if err != nil {
			if exam.KindOf(err) != exam.KindInvalid || len(exam.Faults(err)) != 1 || !bytes.Equal(d.Encode(), before) {
				t.Fatalf("%q = %q: %v, %v", path, text, err, exam.Faults(err))
			}
			return
		}
		back, err := exam.DecodeDocument(d.Encode())
		if len(d.Encode()) <= exam.MaxDocumentBytes && (err != nil || !bytes.Equal(back.Encode(), d.Encode())) {
			t.Fatalf("%q = %q: %v", path, text, err)
		}
		exam.Check(d, []exam.File{}, pack038, exam.Moment{})
	})
}

// FuzzStrictReading: what is read strictly is what the library reads, however it
// is laid out.
func FuzzStrictReading(f *testing.F) {
	f.Add(complete().Encode())
	f.Add([]byte("{ \"work\" : [ { \"from\" : \"2012-07\" } , {} ] }\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := exam.DecodeDocument(raw)
		if err != nil {
			if list := exam.Faults(err); exam.KindOf(err) == exam.KindInvalid && len(list) != 1 {
				t.Fatalf("%v names no place", err)
			}
			return
		}
		var plain exam.Document
		text := bytes.TrimPrefix(raw, []byte("\uFEFF"))
		if err := json.Unmarshal(text, &plain); err != nil || !bytes.Equal(plain.Encode(), d.Encode()) {
			t.Fatalf("%v: %s is read as %s", err, plain.Encode(), d.Encode())
		}
		var wide bytes.Buffer
		if err := json.Indent(&wide, text, "", "\t"); err != nil {
			t.Fatal(err)
		}
		if again, err := exam.DecodeDocument(wide.Bytes()); wide.Len() <= exam.MaxDocumentBytes && (err != nil || !bytes.Equal(again.Encode(), d.Encode())) {
			t.Fatalf("laid out it is refused: %v", err)
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add([]byte(exam.EncodePublicKey(public(signingKey('a')))))
	f.Add([]byte("wenbao-ed25519 "))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := exam.ParsePublicKey(text)
		if err != nil {
			return
		}
		if again, err := exam.ParsePublicKey([]byte(exam.EncodePublicKey(key))); err != nil || !again.Equal(key) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzVerifyReceipt(f *testing.F) {
	key := signingKey('a')
	good := exam.Sign(key, exam.Statement{ID: "x", Number: "1", Version: 2, State: exam.StateVerified, Digest: exam.Digest(nil)})
	f.Add(good.KeyID, good.Statement, good.Signature)
	f.Add("", []byte("{}"), []byte{})
	f.Fuzz(func(t *testing.T, id string, statement, signature []byte) {
		r := exam.Receipt{KeyID: id, Statement: statement, Signature: signature}
		_, err := r.Verify([]ed25519.PublicKey{public(key)})
		if same := id == good.KeyID && bytes.Equal(statement, good.Statement) && bytes.Equal(signature, good.Signature); (err == nil) != same {
			t.Fatalf("%v", err)
		}
		_, _ = r.Read()
	})
}

func FuzzInstant(f *testing.F) {
	for _, s := range []string{"2026-03-09T09:00", "2026-03-18", "2026-03-18+09:00", "2026-03-09T09:00-05:30", "+08:00", "2026-02-29", "２０２６-03-09"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		i := exam.Instant(s)
		begins, ok := i.Begin()
		ends, also := i.End()
		if ok != also || ok && ends.Before(begins) || ok && i.DayOnly() != strings.HasPrefix(ends.Sub(begins).String(), "24h") {
			t.Fatalf("%q from %v to %v", s, begins, ends)
		}
		w := exam.Window{Opens: i, Closes: i}
		if state := w.State(begins); ok && state != exam.WindowClosing && state != exam.WindowClosed {
			t.Fatalf("%q at its beginning is %s", s, state)
		}
	})
}

func FuzzCreditCode(f *testing.F) {
	f.Add("91350100M000100Y43")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, s string) {
		if exam.ValidCreditCode(s) && (len(s) != 18 || strings.ContainsAny(s, "IOSVZ")) {
			t.Fatalf("%q passes", s)
		}
	})
}
