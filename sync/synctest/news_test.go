package synctest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/servertest"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// shipped is the exam pack that the program comes with.
func shipped(t testing.TB) *exam.Pack {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// next gives an edition of the shipped pack, signed by the key; signers "" leaves
// the signers as they are.
func next(t testing.TB, version, signer string, key ed25519.PrivateKey) (raw, signature []byte) {
	t.Helper()
	raw, _ = assets.Pack("038-2026")
	raw = bytes.Replace(raw, []byte(`"version": 1,`), []byte(`"version": `+version+`,`), 1)
	if signer != "" {
		p := shipped(t)
		raw = bytes.Replace(raw, []byte(p.Signers[0]), []byte(signer), 1)
	}
	raw = append(raw, bytes.Repeat([]byte("// as long as an edition with every area's windows\n"), 3000)...)
	if _, err := exam.ParsePack(raw); err != nil {
		t.Fatal(err)
	}
	return raw, exam.SignPack(key, raw)
}

func withPack(c *wsync.Config, p *exam.Pack) { c.Packs = []*exam.Pack{p} }

func TestNoticesAndPacksComeWithinASecondOfBeingPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		p := shipped(t)
		e := engine(t, m, Handler{servertest.Witness(t, s)}, func(c *wsync.Config) { withPack(c, p) })
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { e.Run(ctx); close(ended) }()
		time.Sleep(10 * time.Minute)
		first, err := s.PublishNotice(ctx, exam.Notice{Exam: "038", Year: 2026, Text: exam.Text{ZH: "报名延长", EN: "longer"}})
		if err != nil {
			t.Fatal(err)
		}
		raw, signature := next(t, "7", "", exam.SamplePackKey())
		if _, err := s.PublishPack(ctx, raw, signature); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		told, err := wsync.Notices(m, public())
		if err != nil || len(told) != 1 || told[0].ID != first.ID || told[0].Text.ZH != "报名延长" {
			t.Errorf("%+v, %v", told, err)
		}
		if got, err := wsync.Edition(m, p); err != nil || got.Version != 7 {
			t.Errorf("version %d, %v", got.Version, err)
		}
		if _, err := s.PublishNotice(ctx, exam.Notice{Exam: "038", Year: 2026, Text: exam.Text{ZH: "更正"}, Replaces: first.ID}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if told, _ := wsync.Notices(m, public()); len(told) != 1 || told[0].Text.ZH != "更正" {
			t.Errorf("what was taken back is still told: %+v", told)
		}
		if told, _ := wsync.Notices(m, []ed25519.PublicKey{otherSigner.Public().(ed25519.PublicKey)}); len(told) != 0 {
			t.Error("notices of a server that is not believed")
		}
		cancel()
		<-ended
	})
}

func TestEditionsCountOnlyUnderSignersOfTheOneBefore(t *testing.T) {
	m := NewMemory()
	p := shipped(t)
	_, newKey, _ := ed25519.GenerateKey(nil)
	newSigner := exam.EncodePublicKey(newKey.Public().(ed25519.PublicKey))
	type told struct {
		raw, signature []byte
		version        int
	}
	tell := func(version, signer string, key ed25519.PrivateKey, number int) told {
		raw, signature := next(t, version, signer, key)
		return told{raw, signature, number}
	}
	for _, step := range []struct {
		name string
		told told
		want int
	}{
		{"a stranger signed it", tell("5", "", newKey, 5), 1},
		{"a signer names a new one", tell("6", newSigner, exam.SamplePackKey(), 6), 6},
		{"the old signer is none any more", tell("7", "", exam.SamplePackKey(), 7), 6},
		{"the new one is", tell("8", newSigner, newKey, 8), 8},
		{"it is older than what is here", tell("7", newSigner, newKey, 7), 8},
		{"it is not what was announced", told{[]byte("{}"), nil, 9}, 8},
	} {
		liar := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(wire.HeaderProtocol, wire.Version)
			if strings.HasPrefix(r.URL.Path, "/v1/packs/") {
				var from, last int
				if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &last); n == 2 {
					w.Write(step.told.raw[from:min(last+1, len(step.told.raw))])
				}
				return
			}
			w.Write(wire.Encode(wire.Changes{Answers: []wire.Answer{}, Next: step.name, Epoch: "1", Packs: []wire.PackEdition{
				{ID: p.ID, Version: step.told.version, SHA256: exam.Digest(step.told.raw), Size: int64(len(step.told.raw)), Signature: string(step.told.signature)},
				{ID: "999-2026", Version: 1, SHA256: exam.Digest(nil), Size: 1}}}))
		})
		e := engine(t, m, Handler{liar}, func(c *wsync.Config) { withPack(c, p); c.Archive = nil })
		if _, err := e.Once(t.Context()); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got, err := wsync.Edition(m, p); err != nil || got.Version != step.want {
			t.Errorf("%s: version %d, want %d (%v)", step.name, got.Version, step.want, err)
		}
		if c, _ := m.Cursor(); c != step.name {
			t.Errorf("%s: the cursor stays at %q: everything else waits for ever", step.name, c)
		}
	}
}

// rounds is an http.RoundTripper made of a function.
type rounds func(*http.Request) (*http.Response, error)

func (f rounds) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestAPackThatDoesNotComeKeepsNothingElseBack breaks the line under the pack
// alone: registrations and notices of the same batch are here at once, the cursor
// waits, and the ranges that came are not fetched again.
func TestAPackThatDoesNotComeKeepsNothingElseBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, func(c *server.Config) { c.Practice = false; c.Rules = openRules{c.Rules} })
		m, p := NewMemory(), shipped(t)
		id := exam.NewDraftID()
		broken, from := true, []string{}
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/packs/") {
				if broken && len(from) > 0 {
					return nil, errReset
				}
				from = append(from, r.Header.Get("Range"))
			}
			return Handler{servertest.Witness(t, s)}.RoundTrip(r)
		}), func(c *wsync.Config) { withPack(c, p) })
		m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
		if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1 {
			t.Fatal(r, err)
		}
		if _, err := s.Review(t.Context(), id, exam.ActionAsk, "请补充学历证书"); err != nil {
			t.Fatal(err)
		}
		raw, signature := next(t, "7", "", exam.SamplePackKey())
		if _, err := s.PublishPack(t.Context(), raw, signature); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PublishNotice(t.Context(), exam.Notice{Exam: "038", Year: 2026, Text: exam.Text{ZH: "报名延长"}}); err != nil {
			t.Fatal(err)
		}
		before, _ := m.Cursor()
		if _, err := e.Once(t.Context()); exam.KindOf(err) != exam.KindUnreachable {
			t.Fatal("a pack that did not come:", err)
		}
		u, _ := m.Known(id)
		told, _ := wsync.Notices(m, public())
		if after, _ := m.Cursor(); u.Registration.State != exam.StateNeedsMaterials || len(told) != 1 || after != before {
			t.Fatalf("%s, %d notices, cursor %q → %q", u.Registration.State, len(told), before, after)
		}
		broken = false
		time.Sleep(time.Minute)
		if _, err := e.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := wsync.Edition(m, p); got.Version != 7 {
			t.Fatal(got.Version)
		}
		if after, _ := m.Cursor(); after == before {
			t.Fatal("the cursor never moved")
		}
		seen := map[string]bool{}
		for _, r := range from {
			if seen[r] {
				t.Fatalf("fetched again: %v", from)
			}
			seen[r] = true
		}
	})
}
