//go:build linux

package postgres_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/postgres"
	"wenbao/server/servertest"
	wsync "wenbao/sync"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

func TestMain(m *testing.M) {
	code := m.Run()
	servertest.StopPostgres()
	os.Exit(code)
}

func open(t testing.TB, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestContract(t *testing.T) {
	servertest.Contract(t, func(t *testing.T) (server.Repository, func() server.Repository) {
		url := servertest.Postgres(t)
		return open(t, url), func() server.Repository { return open(t, url) }
	})
}

func TestADatabaseThatIsAwayIsUnreachable(t *testing.T) {
	if _, err := postgres.Open(t.Context(), "postgres://x@127.0.0.1:1/x?sslmode=disable"); exam.KindOf(err) != exam.KindUnreachable {
		t.Fatal(err)
	}
}

// TestOneKeyAtManyCopiesHasOneEffect lets copies of the server on one database
// get the same step at the same moment, over and over: one effect, and the same
// bytes for everybody.
func TestOneKeyAtManyCopiesHasOneEffect(t *testing.T) {
	url := servertest.Postgres(t)
	raw, _ := assets.Pack("038-2026")
	pack, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	signer := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
	var copies []*server.Server
	for range 2 {
		s, err := server.New(server.Config{Repository: open(t, url), Rules: server.NewPackRules(pack), Signer: signer, Practice: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Drain)
		copies = append(copies, s)
	}
	bearer := "Bearer " + base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	ask := func(s *server.Server, method, path, mediaType string, body []byte, key exam.EntryID, base int) (int, string) {
		r := httptest.NewRequest(method, path, bytes.NewReader(body))
		for name, value := range map[string]string{"Authorization": bearer, "Content-Type": mediaType, "Idempotency-Key": string(key), "If-Match": fmt.Sprintf(`"%d"`, base)} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for n := range 40 {
		id := exam.NewDraftID()
		photo := synctest.Photo(rand.New(rand.NewPCG(uint64(n), 3)), 20_000)
		f := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(photo), Size: int64(len(photo)), Type: "image/jpeg"}
		body, mediaType := wire.PackStep(synctest.Submit(id, 0, synctest.Document(n), f).Content, []wire.File{{SHA256: f.SHA256, Bytes: photo}})
		path := "/v1/registrations/" + string(id)
		for _, step := range []struct {
			method, path, mediaType string
			body                    []byte
			base, versions          int
		}{{"PUT", path, mediaType, body, 0, 2}, {"POST", path + "/confirm", "", nil, 2, 3}} {
			key := exam.NewEntryID()
			var said sync.Map
			var done sync.WaitGroup
			for i := range 8 {
				done.Go(func() {
					code, text := ask(copies[i%2], step.method, step.path, step.mediaType, step.body, key, step.base)
					said.Store(fmt.Sprint(code, text), true)
				})
			}
			done.Wait()
			answers := 0
			said.Range(func(text, _ any) bool {
				if answers++; !strings.HasPrefix(text.(string), "20") {
					t.Error(text)
				}
				return true
			})
			rec, err := copies[0].Repository.Registration(t.Context(), id)
			if err != nil || answers != 1 || rec.Version != step.versions || len(rec.History) != step.versions {
				t.Fatalf("%d different answers, version %d, %v", answers, rec.Version, err)
			}
		}
	}
	if list, err := copies[1].Repository.List(t.Context(), "", 100); err != nil || len(list) != 40 {
		t.Fatal(len(list), err)
	}
}

// turns sends every request to the next server copy.
type turns struct {
	n    atomic.Uint64
	many []http.Handler
}

func (s *turns) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.many[s.n.Add(1)%uint64(len(s.many))].ServeHTTP(w, r)
}

func TestCopiesSideBySideAnswerAsOne(t *testing.T) {
	url := servertest.Postgres(t)
	raw, _ := assets.Pack("038-2026")
	pack, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	signer := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
	copies := &turns{}
	for range 3 {
		s, err := server.New(server.Config{Repository: open(t, url), Rules: server.NewPackRules(pack), Signer: signer, Practice: true,
			Limits: server.Limits{PerAddress: 1e6, AddressBurst: 1e6}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Drain)
		copies.many = append(copies.many, servertest.Witness(t, s))
	}
	var done sync.WaitGroup
	for client := range 4 {
		done.Go(func() {
			m := synctest.NewMemory()
			r := rand.New(rand.NewPCG(uint64(client), 1))
			n := &synctest.Network{Seed: uint64(client), Rate: 0.2, Only: []synctest.Fault{synctest.Twice, synctest.ResetAfter, synctest.Cut}, To: func() http.Handler { return copies }}
			e, err := wsync.New(wsync.Config{URL: "http://127.0.0.1:1", Keys: []ed25519.PublicKey{signer.Public().(ed25519.PublicKey)},
				Outbox: m, Files: m, Feed: m, Settings: m, Archive: m, Transport: n})
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 20 {
				id := exam.NewDraftID()
				m.Queue(synctest.Submit(id, 0, synctest.Document(client*100+i), m.AddFile(exam.FilePhoto, "image/jpeg", synctest.Photo(r, 22_000))))
				m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionConfirm, Base: 2})
			}
			result, err := e.UntilIdle(t.Context())
			if err != nil || result.Delivered != 40 {
				left, _ := m.Entries()
				t.Errorf("client %d: %+v, %v, %d left", client, result, err, len(left))
			}
		})
	}
	done.Wait()
	db := open(t, url)
	list, err := db.List(t.Context(), "", 1000)
	if err != nil || len(list) != 80 {
		t.Fatal(len(list), err)
	}
	for _, rec := range list {
		if rec.Version != 3 || len(rec.History) != 3 || rec.State != exam.StateConfirmed {
			t.Errorf("%s: v%d %s", rec.ID, rec.Version, rec.State)
		}
	}
}
