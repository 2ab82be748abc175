package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

var faults = map[exam.Kind]error{exam.KindFull: syscall.ENOSPC, exam.KindDamaged: syscall.EIO, exam.KindReadOnly: syscall.EROFS}

// TestAFailingDiskLosesNothingAndSaysWhatIsWrong lets every write of a session,
// from the first change to the end of closing, fail in turn, once or for good. A step that fails says why and has changed
// nothing, or is there whole after a restart; afterwards the same step succeeds.
func TestAFailingDiskLosesNothingAndSaysWhatIsWrong(t *testing.T) {
	base := scratch(t)
	every := 41
	if testing.Short() {
		every *= 6
	}
	if long {
		every = 1
	}
	tried, failed := 0, 0
	for kind, cause := range faults {
		for times := range 2 {
			for after := 0; ; after += every {
				dir := filepath.Join(base, "live")
				tried++
				hit, ended := failAt(t, dir, kind, cause, after, times)
				failed += hit
				os.RemoveAll(dir)
				if ended || t.Failed() {
					break
				}
			}
		}
	}
	t.Logf("%d sessions, %d operations failed", tried, failed)
}

// failAt runs a session whose disk fails; ended tells that it never did.
func failAt(t *testing.T, dir string, kind exam.Kind, cause error, after, times int) (hit int, ended bool) {
	t.Helper()
	disk := &storetest.Faulty{}
	o := storetest.Options()
	o.Segment, o.Disk = 8<<10, disk
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	disk.Fail(cause, after, times)
	var ids []exam.DraftID
	for i, step := range steps(6) {
		before := see(t, s)
		n := len(ids)
		if err := step(s, &ids); err != nil {
			if got := exam.KindOf(err); got != kind {
				t.Fatalf("%v at %d: step %d fails with %q: %v", cause, after, i, got, err)
			}
			if got := see(t, s); got != before {
				t.Fatalf("%v at %d: step %d failed and changed\n%s\nto\n%s", cause, after, i, before, got)
			}
			hit += disk.Heal()
			ids = ids[:n]
			if err := step(s, &ids); err != nil {
				t.Fatalf("%v at %d: step %d again: %v", cause, after, i, err)
			}
		}
	}
	want := see(t, s)
	if err := s.Close(); err != nil && exam.KindOf(err) != kind {
		t.Fatalf("%v at %d: close: %v", cause, after, err)
	}
	hit += disk.Heal()
	if s, err = store.Open(context.Background(), dir, o); err != nil {
		t.Fatalf("%v at %d: open: %v", cause, after, err)
	}
	defer s.Close()
	if got := see(t, s); got != want {
		t.Fatalf("%v at %d: after a restart\n%s\nnot\n%s", cause, after, got, want)
	}
	if f := s.Opening(); len(f.Lost) > 0 || f.Rebuilt {
		t.Fatalf("%v at %d: %+v", cause, after, f)
	}
	storetest.Inspect(t, s, dir)
	return hit, hit == 0
}

func TestAFullOrReadOnlyDiskAtTheStartIsAClearError(t *testing.T) {
	for kind, cause := range faults {
		for after := range 60 {
			disk := &storetest.Faulty{}
			disk.Fail(cause, after, 0)
			o := storetest.Options()
			o.Disk = disk
			dir := t.TempDir()
			s, err := store.Open(context.Background(), dir, o)
			if err == nil {
				disk.Heal()
				s.Close()
				break
			}
			if exam.KindOf(err) != kind {
				t.Fatalf("%v at %d: %v", cause, after, err)
			}
			disk.Heal()
			if s, err = store.Open(context.Background(), dir, o); err != nil {
				t.Fatalf("%v at %d: afterwards: %v", cause, after, err)
			}
			storetest.Inspect(t, s, dir)
			s.Close()
		}
	}
}

func TestASecondProcessGetsBusy(t *testing.T) {
	dir := t.TempDir()
	storetest.OpenAt(t, dir, storetest.Options())
	_, err := store.Open(context.Background(), dir, storetest.Options())
	if exam.KindOf(err) != exam.KindBusy {
		t.Fatal(err)
	}
}

// TestWhatIsOnTheScreenCanBeSavedElsewhere: the data folder is gone for good.
func TestWhatIsOnTheScreenCanBeSavedElsewhere(t *testing.T) {
	disk := &storetest.Faulty{}
	o := storetest.Options()
	o.Disk = disk
	s := storetest.OpenAt(t, t.TempDir(), o)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	disk.Fail(syscall.EIO, 0, 0)
	doc := d.Document
	doc.Address = "样例路九十九号"
	if _, err := s.Save(d.ID, doc); exam.KindOf(err) != exam.KindDamaged {
		t.Fatal(err)
	}
	away := t.TempDir()
	name := filepath.Join(away, "draft.wenbao")
	if err := s.Evacuate(name, d.ID, doc); err != nil {
		t.Fatal(err)
	}
	storetest.Canaries(t, away, doc.Address, doc.IDNumber, doc.Name)
	disk.Heal()
	id, got, err := s.Reclaim(context.Background(), name)
	if err != nil || id != d.ID || got.Address != doc.Address {
		t.Fatal(id, err)
	}
	raw, _ := os.ReadFile(name)
	if err := os.WriteFile(name, raw[:len(raw)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Reclaim(context.Background(), name); exam.KindOf(err) != exam.KindDamaged {
		t.Fatal("a file cut short is read:", err)
	}
	if _, err := store.RestoreBackup(context.Background(), name, filepath.Join(away, "x"), o); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Fatal("a cut file restores:", err)
	}
}
