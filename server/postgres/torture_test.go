//go:build linux

package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wenbao/server"
	"wenbao/server/postgres"
	"wenbao/server/servertest"
	"wenbao/sync/wire"
)

// TestPostgreSQLThatBreaksAtAnyMoment ends connections, backends, or all of
// PostgreSQL at random moments while many hand in, for a minute each
// (WENBAO_LONG=1). Everybody is answered with what was asked for or told when to come
// back, and what was acknowledged is there, and acknowledged again with the same bytes.
func TestPostgreSQLThatBreaksAtAnyMoment(t *testing.T) {
	if os.Getenv("WENBAO_LONG") == "" {
		t.Skip("takes five minutes: WENBAO_LONG=1")
	}
	const pick = " from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend' order by random() limit "
	for name, breaks := range map[string]struct {
		every time.Duration
		now   func(c *pgx.Conn, own *servertest.Cluster) error
	}{
		"connections": {30 * time.Millisecond, func(c *pgx.Conn, _ *servertest.Cluster) error {
			_, err := c.Exec(t.Context(), "select pg_terminate_backend(pid)"+pick+"3")
			return err
		}},
		"a backend": {6 * time.Second, func(c *pgx.Conn, _ *servertest.Cluster) error {
			var pid int
			err := c.QueryRow(t.Context(), "select pid"+pick+"1").Scan(&pid)
			if err == nil {
				err = syscall.Kill(pid, syscall.SIGKILL)
			}
			return err
		}},
		"all of it": {4 * time.Second, func(c *pgx.Conn, own *servertest.Cluster) error {
			var text string
			var pid int
			err := c.QueryRow(t.Context(), "select pg_read_file('postmaster.pid')").Scan(&text)
			if err == nil {
				_, err = fmt.Sscan(text, &pid)
			}
			if err == nil {
				err = syscall.Kill(pid, []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT}[rand.IntN(2)])
			}
			if err != nil {
				return err
			}
			own.Ended()
			return own.Start()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			own := servertest.OwnPostgres(t, "")
			address := own.Database(t, "")
			db, err := postgres.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			s := serving(t, db)
			stop := make(chan struct{})
			time.AfterFunc(time.Minute, func() { close(stop) })
			over := func() bool {
				select {
				case <-stop:
					return true
				default:
					return false
				}
			}
			kept := submitted(t, s, over)
			broken := 0
			for !over() {
				time.Sleep(rand.N(breaks.every))
				c, err := pgx.Connect(t.Context(), address)
				if err != nil {
					continue // it is being recovered
				}
				if breaks.now(c, own) == nil {
					broken++
				}
				c.Close(context.Background())
			}
			all := kept()
			for range 300 { // a backend that was killed takes all of PostgreSQL through a recovery
				if db.Ready(t.Context()) == nil {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			for _, a := range all {
				rec, err := db.Registration(t.Context(), a.id)
				if err != nil || rec.Digest != a.digest {
					t.Fatalf("what was acknowledged is gone: %v", err)
				}
				again := until(t, func(ctx context.Context) *httptest.ResponseRecorder { return a.to(ctx, s) })
				if again != a.answer {
					t.Fatal("another answer")
				}
				if raw, err := db.File(t.Context(), rec.Owner, a.file.SHA256); err != nil || !bytes.Equal(raw, a.photo) {
					t.Fatalf("its photo: %v", err)
				}
			}
			t.Logf("%d registrations were kept, broken %d times", len(all), broken)
			if len(all) == 0 || broken == 0 {
				t.Error("nothing was tried")
			}
		})
	}
}

// acknowledged is a submission with its answer.
type acknowledged struct {
	submission
	answer string
}

// submitted hands in from many devices until it is over, each submission until it is
// acknowledged, every fourth with its photo in pieces before; kept waits for the end.
func submitted(t *testing.T, s *server.Server, over func() bool) (kept func() []acknowledged) {
	var mu sync.Mutex
	var list []acknowledged
	var n atomic.Int64
	var done sync.WaitGroup
	for range 48 {
		done.Go(func() {
			for !over() && !t.Failed() {
				r := submissionOf(int(n.Add(1)))
				for from := 0; r.owner%4 == 0 && from < len(r.photo); from += 8000 {
					piece := r.photo[from:min(from+8000, len(r.photo))]
					until(t, func(ctx context.Context) *httptest.ResponseRecorder {
						q := httptest.NewRequestWithContext(ctx, "PUT", "/v1/files/"+r.file.SHA256, bytes.NewReader(piece))
						q.Header.Set("Authorization", r.header["Authorization"])
						q.Header.Set("Content-Range", wire.ContentRange(int64(from), int64(from+len(piece)), r.file.Size))
						q.Header.Set("Content-Digest", wire.ContentDigest(piece))
						w := httptest.NewRecorder()
						s.ServeHTTP(w, q)
						return w
					})
				}
				if answer := until(t, func(ctx context.Context) *httptest.ResponseRecorder { return r.to(ctx, s) }); answer != "" {
					mu.Lock()
					list = append(list, acknowledged{r, answer})
					mu.Unlock()
				}
			}
		})
	}
	return func() []acknowledged { done.Wait(); return list }
}

// until asks again as long as it is told to come back, and gives the answer.
func until(t *testing.T, ask func(context.Context) *httptest.ResponseRecorder) string {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		w := ask(ctx)
		cancel()
		switch {
		case w.Code >= 200 && w.Code < 300:
			return w.Body.String()
		case w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "":
			t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			return ""
		}
		time.Sleep(20 * time.Millisecond)
	}
}
