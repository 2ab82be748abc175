//go:build linux

package postgres_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/host"
	"wenbao/server/postgres"
	"wenbao/server/servertest"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

func shippedRules(t *testing.T) server.Rules {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	pack, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return server.NewPackRules(pack)
}

func serving(t *testing.T, db server.Repository) *server.Server {
	t.Helper()
	s, err := server.New(server.Config{Repository: db, Rules: shippedRules(t), Signer: ed25519.NewKeyFromSeed([]byte("a key for tests, known to all...")), Practice: true,
		Limits: server.Limits{PerAddress: 1e6, AddressBurst: 1e6, PerOwner: 1e6, OwnerBurst: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Drain)
	return s
}

func bearer(n int) string {
	c := make([]byte, wire.CredentialSize)
	c[0], c[1] = byte(n), byte(n>>8)
	return "Bearer " + base64.RawURLEncoding.EncodeToString(c)
}

// submission is the request of a device of its own, made anew for each sending.
type submission struct {
	id     exam.DraftID
	file   exam.File
	photo  []byte
	digest string
	owner  int
	body   []byte
	header map[string]string
}

func submissionOf(n int) submission {
	id := exam.NewDraftID()
	photo := synctest.Photo(rand.New(rand.NewPCG(uint64(n), 3)), 20_000)
	f := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(photo), Size: int64(len(photo)), Type: "image/jpeg"}
	content := synctest.Submit(id, 0, synctest.Document(n), f).Content
	body, mediaType := wire.PackStep(content, []wire.File{{SHA256: f.SHA256, Bytes: photo}})
	return submission{id, f, photo, exam.Digest(content), n, body, map[string]string{
		"Authorization": bearer(n), "Content-Type": mediaType, "Idempotency-Key": string(exam.NewEntryID()), "If-Match": `"0"`}}
}

func (r submission) to(ctx context.Context, s *server.Server) *httptest.ResponseRecorder {
	q := httptest.NewRequestWithContext(ctx, "PUT", "/v1/registrations/"+string(r.id), bytes.NewReader(r.body))
	for name, value := range r.header {
		q.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, q)
	return w
}

// A large group whose connection breaks goes the longer way at once, each with a
// connection of its own, while serials run out.
func TestAGroupThatBrokeDoesNotStallTheServer(t *testing.T) {
	url := servertest.Postgres(t)
	s := serving(t, open(t, url))
	locker := func() (c *pgx.Conn, lock func() error) {
		c, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(context.Background()) })
		return c, func() error {
			_, err := c.Exec(t.Context(), "begin; lock table owners in exclusive mode")
			return err
		}
	}
	one, lockOne := locker()
	two, lockTwo := locker()
	const before, n = 40, 250 // fewer at a time than server.Limits.InFlight
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var done sync.WaitGroup
	var taken atomic.Int64
	come := func(from, to int) {
		for i := from; i < to; i++ {
			r := submissionOf(i)
			done.Go(func() {
				if r.to(ctx, s).Code == http.StatusCreated {
					taken.Add(1)
				}
			})
		}
	}
	come(1000, 1000+before) // the writers' connections have their statements prepared
	done.Wait()
	if err := lockOne(); err != nil {
		t.Fatal(err)
	}
	come(0, 10) // the first groups, small ones, wait
	time.Sleep(time.Second)
	second := make(chan error)
	go func() { second <- lockTwo() }()
	come(10, n) // the others will be two large groups
	time.Sleep(3 * time.Second)
	if _, err := one.Exec(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if _, err := two.Exec(t.Context(), "select pg_terminate_backend(pid) from pg_stat_activity where query like '%insert into owners%' and pid <> pg_backend_pid() and datname = current_database()"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Exec(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	done.Wait()
	if taken.Load() != before+n {
		t.Errorf("%d of %d were taken within %v", taken.Load(), before+n, time.Since(began))
	}
}

// relay stands before PostgreSQL and can become a black hole.
type relay struct {
	net.Listener
	to    string
	black atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
}

func (r *relay) serve() {
	for {
		c, err := r.Accept()
		if err != nil {
			return
		}
		r.hold(c)
		if r.black.Load() {
			continue // accepted, and never a word
		}
		d, err := net.Dial("tcp", r.to)
		if err != nil {
			c.Close()
			continue
		}
		r.hold(d)
		go func() { io.Copy(d, c); d.Close() }()
		go func() { io.Copy(c, d); c.Close() }()
	}
}

func (r *relay) hold(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
}

func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
	r.conns = nil
}

func TestADatabaseThatSwallowsConnectionsIsAway(t *testing.T) {
	address, err := url.Parse(servertest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l, to: address.Host}
	t.Cleanup(func() { l.Close(); r.cut() })
	go r.serve()
	address.Host = l.Addr().String()
	db, err := postgres.Open(t.Context(), address.String()+"&connect_timeout=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := serving(t, db)
	r.black.Store(true)
	r.cut()
	for i := range 3 {
		if w := submissionOf(i).to(t.Context(), s); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	}
}

func TestALockThatTakesTooLongIsNoFaultOfOurs(t *testing.T) {
	address := servertest.Postgres(t)
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	if _, err := c.Exec(t.Context(), fmt.Sprintf("alter database %s set lock_timeout = '300ms'", c.Config().Database)); err != nil {
		t.Fatal(err)
	}
	db := open(t, address)
	if _, err := c.Exec(t.Context(), "begin; lock table files in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	_, err = db.PutPiece(t.Context(), server.Owner{1}, wire.FileRef{SHA256: exam.Digest([]byte("x")), Size: 1}, 0, []byte("x"), time.Now())
	if exam.KindOf(err) != exam.KindUnreachable {
		t.Error(err)
	}
}

func TestTheServerEndsWhilePostgreSQLHangs(t *testing.T) {
	address := servertest.Postgres(t)
	h, err := host.Start(host.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", PlainHTTP: true, Practice: true, Rules: shippedRules(t),
		Open: func(string) (server.Repository, error) { return postgres.Open(t.Context(), address) }})
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("a file")
	hash := exam.Digest(text)
	do := func(method, path string, body []byte, header ...string) {
		q, err := http.NewRequestWithContext(t.Context(), method, h.URL()+path, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		q.Header.Set("Authorization", bearer(1))
		q.Header.Set("Tus-Resumable", "1.0.0")
		for i := 0; i < len(header); i += 2 {
			q.Header.Set(header[i], header[i+1])
		}
		if resp, err := http.DefaultClient.Do(q); err == nil {
			resp.Body.Close()
		}
	}
	do("POST", "/v1/tus", nil, "Upload-Length", "6", "Upload-Metadata", "sha256 "+base64.StdEncoding.EncodeToString([]byte(hash)))
	c, err := pgx.Connect(t.Context(), address)
	if err == nil {
		_, err = c.Exec(t.Context(), "begin; lock table pieces in access exclusive mode")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	var sent sync.WaitGroup
	sent.Go(func() {
		do("PATCH", "/v1/tus/"+hash, text, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	})
	for waits := false; !waits; time.Sleep(20 * time.Millisecond) {
		if err := c.QueryRow(t.Context(), "select exists (select from pg_locks where not granted)").Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	began := time.Now()
	_ = h.Close(ctx) // it says that somebody had to be cut off
	if took := time.Since(began); took > 40*time.Second {
		t.Errorf("it ended after %v", took)
	}
	sent.Wait()
}
