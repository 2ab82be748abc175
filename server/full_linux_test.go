package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/postgres"
	"wenbao/server/servertest"
	"wenbao/sync/wire"
)

// place is where a server keeps everything, with little room.
type place struct {
	open func() (server.Repository, error)
	more func() // makes room
	gone func() // unless nil nothing can be read without room either, and it waits until all of that has ended
}

// places are ways for a server to run out of room.
var places = map[string]func(t *testing.T) place{
	"limit": func(t *testing.T) place {
		signal.Ignore(syscall.SIGXFSZ)
		var was syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
		more := func() {
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
				t.Error(err)
			}
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 20 << 20, Max: was.Max}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { more(); signal.Reset(syscall.SIGXFSZ) })
		return place{open: bolt(t.TempDir()), more: more}
	},
	"disk": func(t *testing.T) place {
		dir, more := smallDisk(t)
		return place{open: bolt(dir), more: more}
	},
	"postgres tables": func(t *testing.T) place {
		dir, more := smallDisk(t)
		return place{open: onPostgres(servertest.OwnPostgres(t, "").Database(t, dir)), more: more}
	},
	// PostgreSQL breaks off when it cannot write its log, tries to recover, and ends;
	// it is there again when there is room and whoever watches over it has started it.
	"postgres log": func(t *testing.T) place {
		dir, more := smallDisk(t)
		c := servertest.OwnPostgres(t, dir)
		return place{open: onPostgres(c.Database(t, "")), gone: c.Ended, more: func() {
			more()
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
		}}
	},
}

func bolt(dir string) func() (server.Repository, error) {
	return func() (server.Repository, error) { return boltdb.Open(dir, boltdb.Options{}) }
}

func onPostgres(url string) func() (server.Repository, error) {
	return func() (server.Repository, error) { return postgres.Open(context.Background(), url) }
}

// smallDisk mounts 20 MB in a folder that other users may enter; more makes them
// 200.
func smallDisk(t *testing.T) (dir string, more func()) {
	dir, err := os.MkdirTemp("", "wenbao-full-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	mount := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags, "mode=0755,size="+size)
	}
	if err := mount(0, "20m"); err != nil {
		t.Skip("a small disk cannot be mounted here, so nothing is known about this case; a limit on the size of files has the same promise for bbolt:", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir, func() {
		if err := mount(syscall.MS_REMOUNT, "200m"); err != nil {
			t.Error(err)
		}
	}
}

func TestAFullDiskLosesNothingAndIsSurvived(t *testing.T) {
	for name, small := range places {
		t.Run(name, func(t *testing.T) {
			place := small(t)
			log := slog.New(slog.NewMultiHandler(everything().Handler(), slog.NewTextHandler(t.Output(), nil)))
			open := func() (server.Repository, *server.Server, device) {
				db, err := place.open()
				if err != nil {
					t.Fatal(err)
				}
				s, err := server.New(server.Config{Repository: db, Rules: rules(t), Signer: signer, Practice: true, Limits: generous, Log: log})
				if err != nil {
					t.Fatal(err)
				}
				return db, s, newDevice(t, s, "a")
			}
			db, s, d := open()
			ready := func() int { return d.do("GET", "/readyz", "", nil).Code }
			refuses := func(w *httptest.ResponseRecorder) {
				t.Helper()
				if w.Code != http.StatusServiceUnavailable || kindOf(t, w) != exam.KindUnreachable || w.Header().Get("Retry-After") == "" {
					t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
				}
			}
			there := func(ids []exam.DraftID) {
				t.Helper()
				for _, id := range ids {
					if w := d.do("GET", "/v1/registrations/"+string(id), "", nil); w.Code != http.StatusOK {
						t.Fatalf("what was acknowledged is gone: %d %s", w.Code, w.Body)
					}
				}
			}
			var kept []exam.DraftID
			var refused exam.DraftID
			entry := exam.NewEntryID()
			for n := 1; refused == ""; n++ {
				id := exam.NewDraftID()
				if w := d.submit(id, n, 0, entry); w.Code == http.StatusCreated {
					kept, entry = append(kept, id), exam.NewEntryID()
				} else {
					refuses(w)
					refused = id
				}
				if n > 2000 {
					t.Fatal("the disk is never full")
				}
			}
			if ready() != http.StatusServiceUnavailable {
				t.Error("a server that cannot write says it is ready")
			}
			if place.gone == nil {
				there(kept)
			} else {
				refuses(d.submit(refused, len(kept)+1, 0, entry))
				place.gone()
				refuses(d.submit(refused, len(kept)+1, 0, entry))
				refuses(d.do("GET", "/v1/registrations/"+string(kept[0]), "", nil))
			}
			place.more()
			if err := waitUntil(func() bool { return ready() == http.StatusOK }); err != nil {
				t.Fatal("there is room, and the server does not see it")
			}
			if w := d.submit(refused, len(kept)+1, 0, entry); w.Code != http.StatusCreated {
				t.Fatalf("what was refused is not taken now: %d %s", w.Code, w.Body)
			}
			kept = append(kept, refused)
			there(kept)
			s.Drain()
			db.Close()
			db, s, d = open()
			there(kept)
			if list := d.do("GET", "/v1/digests", "", nil); list.Code != http.StatusOK {
				t.Error(list.Code)
			} else if c, err := wire.Decode[wire.Comparison](list.Body.Bytes()); err != nil || len(c.Ranges) == 0 {
				t.Error(list.Body)
			}
			s.Drain()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			t.Logf("%d registrations were kept", len(kept))
		})
	}
}

// waitUntil asks for up to half a minute; the server rests a second after a
// commit that failed.
func waitUntil(holds func() bool) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return errors.New("not within half a minute")
}
