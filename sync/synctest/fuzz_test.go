package synctest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"wenbao/exam"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// FuzzAnyReply lets whoever answers say anything to every request: nothing is
// delivered or lost, nothing comes into the feed, and nothing panics.
func FuzzAnyReply(f *testing.F) {
	m := NewMemory()
	e := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1))
	r := exam.Registration{ID: e.Draft, Number: "41000026000001", Version: 1, State: exam.StateSubmitted, Content: e.Content, Digest: exam.Digest(e.Content)}
	signed := exam.Sign(otherSigner, exam.Statement{Schema: 1, ID: r.ID, Number: r.Number, Version: 1, State: r.State, Digest: r.Digest})
	answer := wire.Answer{Registration: wire.FromRegistration(r), Receipt: signed}
	f.Add(200, true, false, wire.Encode(answer))
	f.Add(200, true, true, wire.Deflate(wire.Encode(answer)))
	f.Add(200, true, false, wire.Encode(wire.Changes{Answers: []wire.Answer{answer}, Next: "x.1", More: true, Epoch: "1"}))
	f.Add(200, true, false, wire.Encode(wire.FileReply{Lacks: []wire.Lack{{SHA256: e.Files[0].SHA256, Size: 25_000, Missing: []wire.Range{{From: -5, To: 1 << 60}}}}}))
	f.Add(424, true, false, wire.Encode(wire.Problem{Kind: wire.KindLacks, Lacks: []wire.Lack{{SHA256: e.Files[0].SHA256, Size: 25_000, Missing: []wire.Range{{From: 9, To: 3}}}}}))
	f.Add(409, true, false, wire.Encode(wire.Problem{Kind: exam.KindConflict, Current: &answer}))
	f.Add(301, true, false, []byte("moved"))
	f.Add(200, false, false, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, ours, packed bool, body []byte) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		m := NewMemory()
		for i := range 2 {
			m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1), m.AddFile("diploma", "application/pdf", Photo(rng(2), 40_000))))
		}
		any := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if ours {
				w.Header().Set(wire.HeaderProtocol, wire.Version)
			}
			if packed {
				w.Header().Set("Content-Encoding", "zstd")
			}
			w.WriteHeader(status)
			w.Write(body)
		})
		e := engine(t, m, Handler{any}, func(c *wsync.Config) { c.Archive = nil })
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond) // long enough for everything but waiting
		defer cancel()
		r, _ := e.Once(ctx)
		left, _ := m.Entries()
		if r.Delivered != 0 || len(left) != 2 {
			t.Fatalf("%+v; %d left", r, len(left))
		}
		m.Held(func(u exam.Update) error { t.Fatal("shown without proof"); return nil })
	})
}
