package server_test

import (
	"errors"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/sync/wire"
)

// disks are ways for a server to run out of room, each in a folder; more makes
// room again.
var disks = map[string]func(t *testing.T) (dir string, more func()){
	"limit": func(t *testing.T) (string, func()) {
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
		return t.TempDir(), more
	},
	"disk": func(t *testing.T) (string, func()) {
		dir := t.TempDir()
		mount := func(flags uintptr, size string) error {
			return syscall.Mount("tmpfs", dir, "tmpfs", flags, "size="+size)
		}
		if err := mount(0, "20m"); err != nil {
			t.Skip("a small disk cannot be mounted here; the other case has the same promise:", err)
		}
		t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
		return dir, func() {
			if err := mount(syscall.MS_REMOUNT, "200m"); err != nil {
				t.Error(err)
			}
		}
	},
}

func TestAFullDiskLosesNothingAndIsSurvived(t *testing.T) {
	for name, disk := range disks {
		t.Run(name, func(t *testing.T) {
			dir, more := disk(t)
			open := func() (*boltdb.DB, *server.Server, device) {
				db, err := boltdb.Open(dir, boltdb.Options{})
				if err != nil {
					t.Fatal(err)
				}
				s, err := server.New(server.Config{Repository: db, Rules: rules(t), Signer: signer, Practice: true, Limits: generous, Log: everything()})
				if err != nil {
					t.Fatal(err)
				}
				return db, s, newDevice(t, s, "a")
			}
			db, s, d := open()
			ready := func() int { return d.do("GET", "/readyz", "", nil).Code }
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
				switch w := d.submit(id, n, 0, entry); {
				case w.Code == http.StatusCreated:
					kept, entry = append(kept, id), exam.NewEntryID()
				case w.Code != http.StatusServiceUnavailable || kindOf(t, w) != exam.KindUnreachable || w.Header().Get("Retry-After") != "30":
					t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
				default:
					refused = id
				}
				if n > 2000 {
					t.Fatal("the disk is never full")
				}
			}
			if ready() != http.StatusServiceUnavailable {
				t.Error("a server that cannot write says it is ready")
			}
			there(kept)
			more()
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
			if _, err := os.Stat(filepath.Join(dir, boltdb.FileName)); err != nil {
				t.Error(err)
			}
			t.Logf("%d registrations were kept", len(kept))
		})
	}
}

// waitUntil asks for up to ten seconds; the server rests a second after a
// commit that failed.
func waitUntil(holds func() bool) error {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return nil
		}
	}
	return errors.New("not within ten seconds")
}
