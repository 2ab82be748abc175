//go:build linux

package postgres_test

import (
	"crypto/ed25519"
	"math/rand/v2"
	"net/http"
	"os"
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
)

func TestMain(m *testing.M) {
	code := m.Run()
	servertest.StopPostgres()
	os.Exit(code)
}

func open(t *testing.T, url string) *postgres.DB {
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
