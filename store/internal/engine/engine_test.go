package engine

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wenbao/store/internal/seal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var box, _ = seal.NewBox(make([]byte, seal.KeySize))

// small makes files and groups small, so that tests meet all of them.
func small() Options { return Options{Segment: 128 << 10, Idle: time.Hour, Pack: box.Pack} }

func opened(t *testing.T, dir string) *Engine {
	t.Helper()
	e, err := Open(dir, small())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func change(t *testing.T, e *Engine, key, value string) {
	t.Helper()
	err := e.Update(func(tx *Tx) error {
		tx.Put("b", key, box.SealIn(tx.Room(), "b", key, tx.Seq, []byte(value)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsReadStaysWhileItsMemoryIsUsedAgain(t *testing.T) {
	e := opened(t, t.TempDir())
	defer e.Close()
	change(t, e, "k", "first")
	read, err := e.Get("b", "k")
	if err != nil {
		t.Fatal(err)
	}
	err = e.Scan("b", "", func(key string, sealed []byte) error {
		change(t, e, "k", "other")
		change(t, e, "k", "third") // where the first was
		for _, value := range [][]byte{read, sealed} {
			if plain, err := box.Open("b", key, value); err != nil || string(plain) != "first" {
				t.Errorf("%q, %v", plain, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "afterwards", contents(t, e), map[string]string{"k": "third"})
}

func contents(t *testing.T, e *Engine) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := e.Scan("b", "", func(key string, sealed []byte) error {
		plain, err := box.Open("b", key, sealed)
		got[key] = string(plain)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for k, v := range want {
		if got[k] != v {
			t.Fatalf("%s: %s differs", what, k)
		}
	}
}

// fill makes n changes over 50 keys and tells what should be there.
func fill(t *testing.T, e *Engine, n int) map[string]string {
	t.Helper()
	want := map[string]string{}
	for i := range n {
		key, value := fmt.Sprintf("k%03d", i*13%50), fmt.Sprintf("%d-%0500d", i, i)
		change(t, e, key, value)
		want[key] = value
	}
	return want
}

// abandon leaves an engine as a killed process does.
func abandon(e *Engine) {
	close(e.quit)
	<-e.done
	e.taking.Lock()
	defer e.taking.Unlock()
	if e.journal.file != nil {
		e.journal.file.Close()
	}
	e.db.close()
}

func TestChangesSurviveAKilledProcessBeforeAndAfterBboltTookThem(t *testing.T) {
	for _, n := range []int{1, 10, 300, 1000} {
		dir := t.TempDir()
		e := opened(t, dir)
		want := fill(t, e, n)
		same(t, "while open", contents(t, e), want)
		abandon(e)
		e = opened(t, dir)
		same(t, "after a kill", contents(t, e), want)
		if f := e.Found(); f.Clean || f.Rebuilt || len(f.Missing) > 0 || f.JournalShort {
			t.Fatalf("%d: found %+v", n, f)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		e = opened(t, dir)
		same(t, "after closing", contents(t, e), want)
		if f := e.Found(); !f.Clean || f.Replayed > 0 || f.JournalShort {
			t.Fatalf("%d: found %+v", n, f)
		}
		e.Close()
	}
}

func TestADatabaseThatIsGoneIsRebuiltWhole(t *testing.T) {
	for _, n := range []int{3, 400, 2000} {
		for _, damage := range []func(string) error{
			os.Remove,
			func(name string) error { return os.WriteFile(name, []byte("no database"), 0o600) },
			func(name string) error { return os.Truncate(name, 9000) },
			func(name string) error { return os.Truncate(name, 0) },
		} {
			dir := t.TempDir()
			e := opened(t, dir)
			want := fill(t, e, n)
			e.Close()
			if err := damage(filepath.Join(dir, databaseName)); err != nil {
				t.Fatal(err)
			}
			e = opened(t, dir)
			same(t, "rebuilt", contents(t, e), want)
			if f := e.Found(); !f.Rebuilt || len(f.Missing) > 0 || f.Rescued > 0 {
				t.Fatalf("%d: found %+v", n, f)
			}
			e.Close()
		}
	}
}

func TestALostJournalCostsNothingThatBboltHas(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	want := fill(t, e, 200)
	e.Close()
	if err := os.RemoveAll(filepath.Join(dir, journalDir)); err != nil {
		t.Fatal(err)
	}
	e = opened(t, dir)
	same(t, "without journal", contents(t, e), want)
	if !e.Found().JournalShort {
		t.Fatal("it was not noticed")
	}
	change(t, e, "new", "after")
	want["new"] = "after"
	e.Close()
	os.Remove(filepath.Join(dir, databaseName))
	e = opened(t, dir)
	same(t, "second copy", contents(t, e), want)
	e.Close()
}

func TestDamageSeenWhileReadingIsHealed(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	want := fill(t, e, 200)
	if err := e.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, databaseName)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteAt(make([]byte, len(raw)-8192), 8192)
	f.Close()
	same(t, "healed", contents(t, e), want)
	if !e.Found().Rebuilt {
		t.Fatal("no rebuild is reported")
	}
	e.Close()
}

// TestABranchThatLeadsAstrayWhileWorkingHidesNothing flips bits in the branches of
// a file that is open: what a lookup is led past is noticed, and comes back.
func TestABranchThatLeadsAstrayWhileWorkingHidesNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	rebuilt := 0
	for range 60 {
		dir := t.TempDir()
		e := opened(t, dir)
		want := fill(t, e, 60)
		if err := e.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(dir, databaseName), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		page := make([]byte, 4096)
		for id := int64(2); ; id++ {
			if _, err := f.ReadAt(page, id*4096); err != nil {
				break
			}
			if n := int(binary.LittleEndian.Uint16(page[10:])); binary.LittleEndian.Uint16(page[8:]) == 1 && n > 1 && binary.LittleEndian.Uint64(page) == uint64(id) {
				at := 16 + 16*n + rnd.IntN(n*len("b/k000")) // in the keys
				page[at] ^= 1 << rnd.IntN(8)
				if _, err := f.WriteAt(page[at:at+1], id*4096+int64(at)); err != nil {
					t.Fatal(err)
				}
			}
		}
		f.Close()
		for key, value := range want {
			sealed, err := e.Get("b", key)
			if err != nil {
				t.Fatal(err)
			}
			if plain, err := box.Open("b", key, sealed); err != nil || string(plain) != value {
				t.Fatalf("%s is %d bytes, %v", key, len(sealed), err)
			}
		}
		if _, err := e.Get("b", "k999"); err != nil {
			t.Fatal("a key that was never there:", err)
		}
		same(t, "listed", contents(t, e), want)
		change(t, e, "k007", "once more")
		want["k007"] = "once more"
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if e.Found().Rebuilt {
			rebuilt++
		}
		e = opened(t, dir)
		same(t, "afterwards", contents(t, e), want)
		e.Close()
	}
	if rebuilt == 0 {
		t.Error("no flip led a lookup astray: the test looks in the wrong place")
	}
	t.Logf("%d of 60 files were rebuilt", rebuilt)
}

func TestBothCopiesDamagedRescuesWhatIsReadable(t *testing.T) {
	dir := t.TempDir()
	o := small()
	o.Segment = 1 << 20 // no snapshot
	e, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := fill(t, e, 50)
	e.Close()
	segment := filepath.Join(dir, journalDir, segmentName(1, 1))
	raw, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw[5*4096 : 6*4096]) // one of the changes
	os.WriteFile(segment, raw, 0o600)
	db := filepath.Join(dir, databaseName)
	if raw, err = os.ReadFile(db); err != nil {
		t.Fatal(err)
	}
	clear(raw[:8192]) // both meta pages
	os.WriteFile(db, raw, 0o600)
	e = opened(t, dir)
	same(t, "rescued", contents(t, e), want)
	f := e.Found()
	if !f.Rebuilt || f.Rescued == 0 || len(f.Missing) == 0 || len(f.Damaged) == 0 {
		t.Fatalf("found %+v", f)
	}
	e.Close()
}
