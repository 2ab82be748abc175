package synctest

import (
	"context"
	"crypto/ed25519"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// rules are the real rules with the pack that ships.
func rules(t testing.TB) server.Rules {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return server.NewPackRules(p)
}

var signer = ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))

func public() []ed25519.PublicKey { return []ed25519.PublicKey{signer.Public().(ed25519.PublicKey)} }

// practiceServer makes a real practice server on a real database.
func practiceServer(t testing.TB, change func(*server.Config)) *server.Server {
	t.Helper()
	db, err := boltdb.Open(t.TempDir(), boltdb.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	c := server.Config{Repository: db, Rules: rules(t), Signer: signer, Practice: true}
	if change != nil {
		change(&c)
	}
	s, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Drain(); db.Close() })
	return s
}

func engine(t testing.TB, m *Memory, rt http.RoundTripper, change func(*wsync.Config)) *wsync.Engine {
	t.Helper()
	c := wsync.Config{URL: "http://127.0.0.1:1", Keys: public(), Outbox: m, Files: m, Feed: m, Settings: m, Archive: m,
		Transport: rt, Rand: rand.New(rand.NewPCG(1, 2))}
	if change != nil {
		change(&c)
	}
	e, err := wsync.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// photo gives a machine a photo of the size and kind the rules want.
func photo(m *Memory, seed uint64) exam.File {
	return m.AddFile(exam.FilePhoto, "image/jpeg", Photo(rand.New(rand.NewPCG(seed, 7)), 25_000))
}

func TestSubmissionWithPhotoIsDeliveredWithAReceiptOverItsBytes(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	entry := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1))
	m.Queue(entry)
	r, err := e.Once(context.Background())
	if err != nil || r != (wsync.Result{Delivered: 1}) {
		left, _ := m.Entries()
		t.Fatalf("%+v, %v; left %+v", r, err, left)
	}
	got, _ := m.Delivered(entry.ID)
	st, err := got.Receipt.Verify(public())
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Proves(entry.Draft, entry.Content); err != nil {
		t.Fatal(err)
	}
	if got.Registration.State != exam.StateVerified || got.Registration.Version != 2 || got.Registration.Seal == "" {
		t.Fatalf("%+v", got.Registration)
	}
}

func TestStepsOfOneRegistrationFollowEachOtherToCompletion(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	id := exam.NewDraftID()
	m.Queue(Submit(id, 0, Document(2), photo(m, 2)))
	m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionConfirm, Base: 2})
	m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionPay, Base: 3, Content: []byte("sandbox")})
	r, err := e.UntilIdle(t.Context())
	if err != nil || r.Delivered != 3 {
		left, _ := m.Entries()
		t.Fatalf("%+v, %v; left %+v", r, err, left)
	}
	u, _ := m.Known(id)
	if u.Registration.State != exam.StateCompleted || u.Registration.Version != 5 {
		t.Fatalf("%+v", u.Registration)
	}
}

func TestAFullDocumentIsLetPassAndPacksToAThird(t *testing.T) {
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	report := exam.Check(FullDocument(3), nil, p, exam.Moment{})
	if !report.Submittable {
		t.Errorf("%+v", report.Problems)
	}
	content := Submit(exam.NewDraftID(), 0, FullDocument(3)).Content
	if packed := wire.Pack(content); len(content) < 2200 || len(packed)*3 > len(content) {
		t.Errorf("%d bytes, packed %d", len(content), len(packed))
	}
}

func TestManyRegistrationsAreDeliveredSideBySide(t *testing.T) {
	s := practiceServer(t, func(c *server.Config) {
		c.Limits.PerOwner = 1e6
		c.Limits.OwnerBurst = 1e6
		c.Limits.PerAddress = 1e6
		c.Limits.AddressBurst = 1e6
	})
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	for n := range 300 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(n), photo(m, uint64(n))))
	}
	began := time.Now()
	r, err := e.Once(context.Background())
	t.Logf("300 in %v", time.Since(began))
	if err != nil || r.Delivered != 300 {
		t.Fatalf("%+v, %v", r, err)
	}
}

var otherSigner = ed25519.NewKeyFromSeed([]byte("a second key, of somebody else.."))

// shutRules are rules whose every window is closed, openRules whose none is.
type (
	shutRules struct{ server.Rules }
	openRules struct{ server.Rules }
)

func (shutRules) Closed(exam.Document, exam.Action, time.Time) (string, bool) {
	return wire.ScopeOf(Document(0)), true
}

func (openRules) Closed(exam.Document, exam.Action, time.Time) (string, bool) { return "", false }

// serialized lets one request through at a time.
type serialized struct{ http.RoundTripper }

var one sync.Mutex

func (s serialized) RoundTrip(r *http.Request) (*http.Response, error) {
	one.Lock()
	defer one.Unlock()
	return s.RoundTripper.RoundTrip(r)
}
