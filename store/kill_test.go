package store_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// childDir tells the test binary to be the child that types, in this folder.
const childDir = "WENBAO_STORE_CHILD"

// typist saves, queues and delivers without end and says on its standard output
// what was acknowledged.
func typist(dir string) {
	o := storetest.Options()
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	fmt.Println("open")
	for i := os.Getpid(); ; i++ {
		d, err := s.Create(storetest.Person(i), exam.PackRef{ID: "038-2026", Version: 1})
		for k := 0; err == nil && k < 5; k++ {
			fmt.Println("saved", d.ID, d.Revision, exam.Digest(d.Document.Encode()))
			doc := d.Document
			doc.Address += "号"
			d, err = s.Save(d.ID, doc)
		}
		e := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit, Content: d.Document.Encode()}
		if err == nil {
			_, err = s.Queue(e, exam.StateQueued)
			fmt.Println("queued", d.ID, e.ID)
		}
		if err == nil && i%2 == 0 {
			reg, r := storetest.Answer(d.ID, e.Content, 1, exam.StateSubmitted)
			err = s.Deliver(e.ID, reg, r)
			fmt.Println("delivered", d.ID, e.ID)
		}
		if err != nil {
			fmt.Println("failed", err)
			return
		}
	}
}

// oracle is what a killed child had acknowledged, over all its lives.
type oracle struct {
	saved     map[exam.DraftID]string // digest by draft
	revision  map[exam.DraftID]string
	queued    map[exam.DraftID]exam.EntryID
	delivered map[exam.DraftID]exam.EntryID
}

func (o *oracle) hear(line string) error {
	f := strings.Fields(line)
	switch f[0] {
	case "saved":
		id := exam.DraftID(f[1])
		o.revision[id], o.saved[id] = f[2], f[3]
	case "queued":
		o.queued[exam.DraftID(f[1])] = exam.EntryID(f[2])
	case "delivered":
		o.delivered[exam.DraftID(f[1])] = exam.EntryID(f[2])
	case "failed":
		return fmt.Errorf("the child %s", line)
	}
	return nil
}

// life runs a child and kills it after a while.
func (o *oracle) life(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		if kill == nil { // the store is open
			kill = time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		if err := o.hear(lines.Text()); err != nil {
			t.Error(err)
		}
	}
	cmd.Wait()
}

// check compares the store with what was acknowledged.
func (o *oracle) check(t *testing.T, s *store.Store) {
	t.Helper()
	for id, digest := range o.saved {
		d, err := s.Draft(id)
		if err != nil {
			t.Fatalf("acknowledged draft: %v", err)
		}
		var revision uint64
		fmt.Sscan(o.revision[id], &revision)
		doc, err := s.At(id, revision)
		if err != nil || exam.Digest(doc.Encode()) != digest {
			t.Fatalf("revision %d of %d is not what was acknowledged: %v", revision, d.Revision, err)
		}
	}
	entries, err := s.Entries()
	if err != nil {
		t.Fatal(err)
	}
	waiting := map[exam.DraftID]exam.EntryID{}
	for _, e := range entries {
		if _, twice := waiting[e.Draft]; twice {
			t.Fatal("a step is doubled")
		}
		waiting[e.Draft] = e.ID
	}
	for id, entry := range o.queued {
		d, err := s.Draft(id)
		if err != nil {
			t.Fatal(err)
		}
		sent := d.Delivered != nil
		if sent == (waiting[id] == entry) || o.delivered[id] != "" && !sent {
			t.Fatalf("a queued step is neither waiting nor delivered, or both (delivered %v)", sent)
		}
	}
}

// TestKilledAtAnyInstantLosesAndDoublesNothing kills a typing process with -9
// again and again on one folder; an oracle outside knows what it acknowledged.
func TestKilledAtAnyInstantLosesAndDoublesNothing(t *testing.T) {
	lives := some(20)
	if long {
		lives = 300
	}
	dir := t.TempDir()
	o := &oracle{map[exam.DraftID]string{}, map[exam.DraftID]string{}, map[exam.DraftID]exam.EntryID{}, map[exam.DraftID]exam.EntryID{}}
	for life := range lives {
		o.life(t, dir, time.Duration(rand.IntN(120_000))*time.Microsecond)
		s, err := store.Open(context.Background(), dir, storetest.Options())
		if err != nil {
			t.Fatal(err)
		}
		o.check(t, s)
		if f := s.Opening(); len(f.Lost) > 0 || f.Rebuilt {
			t.Fatalf("life %d: %+v", life, f)
		}
		if life%10 == 9 {
			storetest.Inspect(t, s, dir)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d drafts, %d steps", lives, len(o.saved), len(o.queued))
	if len(o.saved) < lives {
		t.Errorf("only %d drafts were saved", len(o.saved))
	}
}
