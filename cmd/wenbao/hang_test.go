//go:build x11 && cgo

package main

import (
	"context"
	"crypto/ed25519"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
)

// hangFile names the file that decides what hangs: "disk" makes every call of
// the store and the file system wait as long as the file is there, "window"
// makes one call wait that the window itself makes.
const hangFile = "WENBAO_TEST_HANG"

func hangs(what string) {
	for {
		raw, err := os.ReadFile(os.Getenv(hangFile))
		if err != nil || string(raw) != what {
			return
		}
		if _, err := os.Stat(os.Getenv(hangFile) + ".held"); err != nil {
			_ = os.WriteFile(os.Getenv(hangFile)+".held", nil, 0o600) // the test waits for it
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// hanging are ports whose disk may hang.
func hanging(p present.Ports) present.Ports {
	p.Drafts, p.Files, p.Outbox, p.Past = hungDrafts{p.Drafts}, hungFiles{p.Files}, hungOutbox{p.Outbox}, hungPast{p.Past}
	p.Settings, p.Looks, p.Crashes, p.Desktop = hungSettings{p.Settings}, hungLooks{p.Looks}, hungCrashes{p.Crashes}, hungDesktop{p.Desktop}
	p.Paper, p.Wire = hungPaper{p.Paper}, hungWire{p.Wire}
	return p
}

type hungDrafts struct{ present.Drafts }

func (h hungDrafts) Create(doc exam.Document, pack exam.PackRef) (exam.Draft, error) {
	hangs("disk")
	return h.Drafts.Create(doc, pack)
}
func (h hungDrafts) Draft(id exam.DraftID) (exam.Draft, error) {
	hangs("disk")
	return h.Drafts.Draft(id)
}
func (h hungDrafts) Save(id exam.DraftID, doc exam.Document) (exam.Draft, error) {
	hangs("disk")
	return h.Drafts.Save(id, doc)
}
func (h hungDrafts) Recent(search string, limit int) ([]present.Summary, int, error) {
	hangs("disk")
	return h.Drafts.Recent(search, limit)
}

type hungFiles struct{ present.Files }

func (h hungFiles) File(sha256 string) ([]byte, error) { hangs("disk"); return h.Files.File(sha256) }

type hungOutbox struct{ present.Outbox }

func (h hungOutbox) Entries() ([]exam.Entry, error) { hangs("disk"); return h.Outbox.Entries() }

type hungPast struct{ present.Past }

func (h hungPast) History(id exam.DraftID) ([]present.Version, error) {
	hangs("disk")
	return h.Past.History(id)
}

type hungSettings struct{ present.Settings }

func (h hungSettings) Setting(key string) ([]byte, error) {
	hangs("disk")
	return h.Settings.Setting(key)
}
func (h hungSettings) SetSetting(key string, value []byte) error {
	hangs("disk")
	return h.Settings.SetSetting(key, value)
}

type hungLooks struct{ present.Looks }

func (h hungLooks) KeepLook(raw []byte) error { hangs("disk"); return h.Looks.KeepLook(raw) }

type hungCrashes struct{ present.Crashes }

func (h hungCrashes) Report() ([]byte, error) { hangs("disk"); return h.Crashes.Report() }

type hungDesktop struct{ present.Desktop }

func (h hungDesktop) Keep(name string, data []byte) (string, error) {
	hangs("disk")
	return h.Desktop.Keep(name, data)
}

type hungPaper struct{ present.Paper }

func (h hungPaper) Pages(ctx context.Context, kind present.PaperKind, d exam.Draft, dpi float64) (present.Preview, error) {
	hangs("disk")
	return h.Paper.Pages(ctx, kind, d, dpi)
}

type hungWire struct{ present.Wire }

func (h hungWire) Status() present.Line { hangs("window"); return h.Wire.Status() }

// silent is a server that takes every connection and never says a word.
func silent(t *testing.T) (url, key string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var held []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			held = append(held, c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
		for _, c := range held {
			c.Close()
		}
	})
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key = filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, []byte(exam.EncodePublicKey(public)), 0o600); err != nil {
		t.Fatal(err)
	}
	return "http://" + l.Addr().String(), key
}

// hang makes something hang, or nothing.
func (r *running) hang(what string) {
	r.t.Helper()
	file := r.hangs()
	if err := os.WriteFile(file+".new", []byte(what), 0o600); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) hangs() string { return filepath.Join(r.data, "hang") }

// stood are the standstills that the watchdog told.
func (r *running) stood() []string {
	return strings.Split(r.said.String(), "wenbao: the window ")[1:]
}

// waited are those in which the window waited for something.
func (r *running) waited() []string {
	return slices.DeleteFunc(r.stood(), func(s string) bool { return !strings.HasPrefix(s, "waited") })
}

func TestTheWindowAnswersWhileDiskAndServerHang(t *testing.T) {
	s := newScreen(t)
	url, key := silent(t)
	data := t.TempDir()
	s.env = append(s.env, hangFile+"="+filepath.Join(data, "hang"))
	r := s.open("hanging", data, "--server", url, "--server-key", key)
	r.press("action.new")
	r.until("the form", func(v shown) bool { return v.Settled && v.has("step.person") })
	r.press("step.person")
	r.reach("name")

	r.hang("disk")
	s.write(30, "abc")
	r.reach("birth_date")
	s.write(30, "19900307")
	r.reach("phone")
	for _, page := range []string{"page.print", "page.history", "page.registration", "page.queue", "page.settings", "page.home", "step.work"} {
		began := time.Now()
		r.press(page)
		r.until(page, func(v shown) bool {
			return v.Settled && (v.Page == strings.TrimPrefix(page, "page.") || v.Step == "work")
		})
		t.Logf("%s after %d ms, while the disk hangs", page, time.Since(began).Milliseconds())
	}
	s.shot("disk-hangs")

	r.hang("")
	r.saved() // one save at a time: the hung one, then the newest
	doc := r.stored()
	if stacks := r.waited(); len(stacks) != 0 {
		t.Errorf("the window waited:\n%s", strings.Join(stacks, "\n"))
	}
	if doc.Name != "abc" || doc.BirthDate != "1990-03-07" {
		t.Errorf("typed while the disk hung: stored are name %q, birth date %q", doc.Name, doc.BirthDate)
	}
}

// The test above proves something only if the watchdog barks.
func TestAWindowThatWaitsIsToldWithItsStack(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	s.env = append(s.env, hangFile+"="+filepath.Join(data, "hang"))
	r := s.open("hanging", data)
	r.hang("window") // the line is looked at every few seconds
	s.wait("the window to hang", func() bool { _, err := os.Stat(r.hangs() + ".held"); return err == nil })
	time.Sleep(4 * ui.Stall) // this long the window waits
	r.hang("")
	s.wait("the watchdog to tell", func() bool {
		return slices.ContainsFunc(r.stood(), func(s string) bool { return strings.Contains(s, "hungWire.Status") })
	})
}
