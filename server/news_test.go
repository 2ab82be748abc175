package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// later gives the next edition of the shipped pack, after a change, signed.
func later(t testing.TB, old, changed string) (raw, signature []byte) {
	t.Helper()
	shipped, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(shipped)
	if err != nil {
		t.Fatal(err)
	}
	raw = bytes.Replace(shipped, []byte(`"version": 1,`), []byte(`"version": 9,`), 1)
	raw = bytes.Replace(raw, []byte(old), []byte(changed), 1)
	if next, err := exam.ParsePack(raw); err != nil || next.Version != 9 || p.Version >= 9 || !bytes.Contains(raw, []byte(changed)) {
		t.Fatal("the next edition cannot be made:", err)
	}
	return raw, exam.SignPack(exam.SamplePackKey(), raw)
}

func news(t testing.TB, d device, after string) wire.Changes {
	t.Helper()
	path := "/v1/changes"
	if after != "" {
		path += "?after=" + after
	}
	w := d.do("GET", path, "", nil)
	c, err := wire.Decode[wire.Changes](w.Body.Bytes())
	if err != nil || w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	return c
}

func TestEverybodyIsToldOnceWhatIsPublished(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	desk := server.NewDesk(s)
	before := news(t, d, "")
	old := before.Next[:strings.LastIndex(before.Next, ".")] // a cursor from before there were publications
	woken := make(chan wire.Changes)
	go func() {
		w := d.do("GET", "/v1/changes?wait=50&after="+before.Next, "", nil)
		c, _ := wire.Decode[wire.Changes](w.Body.Bytes())
		woken <- c
	}()
	told, err := desk.Do(t.Context(), server.Command{Do: "publish", Notice: &exam.Notice{Exam: "038", Year: 2026, Area: "410000", Text: exam.Text{ZH: "报名延长", EN: "Longer"}}})
	if err != nil {
		t.Fatal(err)
	}
	first := <-woken
	if len(first.Notices) != 1 || first.Reset {
		t.Fatalf("the long poll was not told: %+v", first)
	}
	n, err := first.Notices[0].Verify([]ed25519.PublicKey{s.Public()})
	if err != nil || n.ID != told.Notices[0].ID || n.Text.ZH != "报名延长" || !n.Practice {
		t.Fatal(n, err)
	}
	raw, signature := later(t, `"038-2026"`, `"038-2026"`)
	if _, err := desk.Do(t.Context(), server.Command{Do: "publish", Pack: raw, Signature: signature}); err != nil {
		t.Fatal(err)
	}
	second := news(t, d, first.Next)
	if len(second.Packs) != 1 || len(second.Notices) != 0 || second.Packs[0].Version != 9 {
		t.Fatalf("%+v", second)
	}
	if all := news(t, d, old); len(all.Packs) != 1 || len(all.Notices) != 1 || all.Reset {
		t.Fatalf("from the beginning: %+v", all)
	}
	if none := news(t, d, second.Next); len(none.Packs)+len(none.Notices) != 0 || none.Next != second.Next {
		t.Fatalf("told twice: %+v", none)
	}
	place := "/v1/packs/" + second.Packs[0].SHA256
	if w := d.do("GET", place, "", nil); !bytes.Equal(w.Body.Bytes(), raw) {
		t.Fatal(w.Code, "not the bytes that were published")
	}
	if w := d.do("GET", place, "", nil, "Range", "bytes=10-19"); w.Code != http.StatusPartialContent || !bytes.Equal(w.Body.Bytes(), raw[10:20]) {
		t.Fatal(w.Code)
	}
}

func TestAnEditionCountsOnlyWithItsSignersSignature(t *testing.T) {
	s := fresh(t, nil)
	raw, signature := later(t, `"038-2026"`, `"038-2026"`)
	_, stranger, _ := ed25519.GenerateKey(nil)
	for name, x := range map[string]struct {
		raw, signature []byte
		want           exam.Kind
	}{
		"stranger": {raw, exam.SignPack(stranger, raw), exam.KindUntrusted},
		"none":     {raw, nil, exam.KindUntrusted},
		"no pack":  {[]byte("{"), signature, exam.KindInvalid},
		"other":    {bytes.Replace(raw, []byte("2026-03"), []byte("2026-02"), 1), signature, exam.KindUntrusted},
	} {
		if _, err := s.PublishPack(t.Context(), x.raw, x.signature); exam.KindOf(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := news(t, newDevice(t, s, "a"), ""); len(c.Packs) != 0 {
		t.Fatal("published all the same")
	}
	for range 2 {
		if _, err := s.PublishPack(t.Context(), raw, signature); err != nil && exam.KindOf(err) != exam.KindConflict {
			t.Fatal(err)
		}
	}
	if c := news(t, newDevice(t, s, "a"), ""); len(c.Packs) != 1 {
		t.Fatal("an edition twice, or not at all")
	}
}

// fullOnce is a repository that has no room for the first publication.
type fullOnce struct {
	server.Repository
	refused bool
}

func (f *fullOnce) Publish(ctx context.Context, p server.Publication, raw []byte) error {
	if !f.refused {
		f.refused = true
		return exam.Errorf(exam.KindFull, "publish", "no room")
	}
	return f.Repository.Publish(ctx, p, raw)
}

// Nobody is judged by an edition that no client can get.
func TestAnEditionThatCouldNotBeStoredJudgesNobody(t *testing.T) {
	s := fresh(t, nil)
	s.Repository = &fullOnce{Repository: s.Repository}
	d := newDevice(t, s, "a")
	raw, signature := later(t, `"required": [`, `"required": ["name_remark", `)
	if _, err := s.PublishPack(t.Context(), raw, signature); exam.KindOf(err) != exam.KindFull {
		t.Fatal(err)
	}
	if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Errorf("judged by an edition that nobody has: %d %s", w.Code, w.Body)
	}
	if _, err := s.PublishPack(t.Context(), raw, signature); err != nil {
		t.Errorf("the second try: %v", err)
	}
	if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code == http.StatusCreated {
		t.Error("not judged by the edition that was published")
	}
}

// TestAPublishedEditionJudgesFromThenOn requires one field more: what
// was accepted before is refused afterwards, also by a server that was started
// with the old pack on the same repository.
func TestAPublishedEditionJudgesFromThenOn(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	raw, signature := later(t, `"required": [`, `"required": ["name_remark", `)
	if _, err := s.PublishPack(t.Context(), raw, signature); err != nil {
		t.Fatal(err)
	}
	again, err := server.New(server.Config{Repository: s.Repository, Rules: rules(t), Signer: signer, Practice: true, Limits: generous})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(again.Drain)
	for n, one := range []*server.Server{s, again} {
		if w := newDevice(t, one, "a").submit(exam.NewDraftID(), 2+n, 0, exam.NewEntryID()); kindOf(t, w) != exam.KindInvalid {
			t.Error("judged by the edition before:", w.Code, w.Body)
		}
	}
}
