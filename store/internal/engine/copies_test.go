package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// What After runs comes before anybody can see the change, or a checkpoint take it in.
func TestAfterRunsBeforeTheChangeIsSeen(t *testing.T) {
	e := opened(t, t.TempDir())
	defer e.Close()
	ran := false
	err := e.Update(func(tx *Tx) error {
		tx.Put("b", "k", box.Seal("b", "k", tx.Seq, []byte("x")))
		seq := tx.Seq
		tx.After(func() {
			ran = true
			if v, _ := e.Get("b", "k"); v != nil || e.Seq() >= seq {
				t.Errorf("it is seen already, at %d", e.Seq())
			}
		})
		return nil
	})
	if err != nil || !ran {
		t.Fatal(ran, err)
	}
}

// refusing is a disk on which bbolt cannot write; meanwhile is called first.
type refusing struct {
	disk.OS
	meanwhile func()
}

func (r *refusing) Commit(name string, write func() error) error {
	if r.meanwhile == nil {
		return write()
	}
	f := r.meanwhile
	r.meanwhile = nil
	f()
	return errors.New("no")
}

// What is changed while bbolt refuses what was before stays the newest.
func TestAChangeDuringACheckpointThatFailsStays(t *testing.T) {
	dir := t.TempDir()
	fs := &refusing{}
	o := small()
	o.FS = fs
	e, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	change(t, e, "k", "first")
	change(t, e, "only before", "x")
	fs.meanwhile = func() { change(t, e, "k", "second") }
	if err := e.Checkpoint(); err == nil {
		t.Fatal("it did not fail")
	}
	want := map[string]string{"k": "second", "only before": "x"}
	same(t, "after the failure", contents(t, e), want)
	change(t, e, "other", "y") // in memory that is free
	change(t, e, "k", "third")
	want["other"], want["k"] = "y", "third"
	same(t, "later", contents(t, e), want)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = opened(t, dir)
	defer e.Close()
	same(t, "after opening", contents(t, e), want)
}

// A database that is older than a snapshot (put back by a sync program, say) is
// made anew from the snapshot, and nothing is missing.
func TestADatabaseOlderThanASnapshotIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	want := fill(t, e, 100)
	if err := e.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		key, value := fmt.Sprintf("n%04d", i), fmt.Sprintf("%d-%0500d", i, i)
		change(t, e, key, value)
		want[key] = value
		if i%1000 == 999 {
			e.Checkpoint()
			if err := taken(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, databaseName), old, 0o600); err != nil {
		t.Fatal(err)
	}
	e = opened(t, dir)
	defer e.Close()
	if f := e.Found(); len(f.Missing) > 0 {
		t.Errorf("missing %+v", f.Missing)
	}
	same(t, "after", contents(t, e), want)
}

// taken takes a snapshot as the background does.
func taken(e *Engine) error {
	e.snapping.Lock()
	defer e.snapping.Unlock()
	return e.snapshot()
}

// With the newest snapshot and the database gone, the one before and the journal behind it have everything.
func TestTheSnapshotBeforeIsACopyToo(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	want := map[string]string{}
	for range 3 {
		for k, v := range fill(t, e, 400) {
			want[k] = v
		}
		if err := e.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		if err := taken(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := e.snapshots()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if err := os.Truncate(e.snapshotPath(list[1]), 5000); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, databaseName)); err != nil {
		t.Fatal(err)
	}
	e = opened(t, dir)
	defer e.Close()
	if f := e.Found(); len(f.Missing) > 0 {
		t.Errorf("missing %v", f.Missing)
	}
	same(t, "rebuilt", contents(t, e), want)
}

// A snapshot that is not what was written takes nobody's place.
func TestASnapshotIsReadBack(t *testing.T) {
	o := small()
	o.FS = flipping{}
	e, err := Open(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	fill(t, e, 300)
	if err := e.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := taken(e); err == nil {
		t.Error("it was taken")
	}
}

// flipping is a disk that flips a bit of every value-bearing write of a snapshot.
type flipping struct{ disk.OS }

type flippedFile struct{ disk.File }

func (flipping) Create(name string) (disk.File, error) {
	f, err := disk.OS{}.Create(name)
	if err != nil || !strings.HasSuffix(name, "new.tmp") {
		return f, err
	}
	return flippedFile{f}, nil
}

func (f flippedFile) WriteAt(b []byte, at int64) (int, error) {
	c := append([]byte(nil), b...)
	for i := 500; at >= 8192 && i < len(c); i += 512 {
		c[i] ^= 1
	}
	return f.File.WriteAt(c, at)
}

// Compact removes journal and snapshots only behind a snapshot that was read back.
func TestCompactKeepsTheOtherCopyUntilTheSnapshotIsChecked(t *testing.T) {
	dir := t.TempDir()
	o := small()
	o.FS = flipping{}
	e, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	want := fill(t, e, 300)
	if err := e.Compact(t.Context()); exam.KindOf(err) != exam.KindDamaged {
		t.Errorf("compacted with a snapshot that is none: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, databaseName)); err != nil { // one copy goes
		t.Fatal(err)
	}
	e = opened(t, dir)
	defer e.Close()
	same(t, "from the other copy", contents(t, e), want)
}

// What reads after the end touches no file: the folder may be another's.
func TestReadingAfterClosingTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	a := opened(t, dir)
	fill(t, a, 100)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b := opened(t, dir) // the next process
	defer b.Close()
	_, read := a.Get("b", "k001")
	for what, err := range map[string]error{
		"read": read, "scan": a.Scan("b", "", func(string, []byte) error { return nil }), "take in": a.Checkpoint(),
		"change": a.Update(func(*Tx) error { return nil }), "rebuild": a.rebuildNow(),
	} {
		if exam.KindOf(err) != exam.KindCanceled {
			t.Errorf("%s: %v", what, err)
		}
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*.damaged-*")); len(aside) > 0 {
		t.Errorf("taken from its owner: %v", aside)
	}
}
