package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/disk"
	"wenbao/store/storetest"
)

// reader is a disk that calls on when a sealed photo is read.
type reader struct {
	disk.OS
	on atomic.Pointer[func()]
}

func (r *reader) Read(name string) (disk.File, error) {
	if f := r.on.Load(); f != nil && strings.Contains(name, "/files/") && r.on.CompareAndSwap(f, nil) {
		(*f)()
	}
	return r.OS.Read(name)
}

// What is purged while everything is checked is not lost.
func TestWhatIsPurgedDuringACheckIsNotLost(t *testing.T) {
	for range 8 { // the buckets are checked in any order
		d := &reader{}
		o := storetest.Options()
		o.Disk = d
		s := storetest.OpenAt(t, t.TempDir(), o)
		a, err := s.Create(storetest.Person(1), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Create(storetest.Person(2), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Attach(a.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte("photo")); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(b.ID); err != nil {
			t.Fatal(err)
		}
		purge := func() {
			if err := s.Purge(b.ID); err != nil {
				t.Error(err)
			}
		}
		d.on.Store(&purge)
		if f, err := s.Check(context.Background()); err != nil || len(f.Lost) > 0 {
			t.Fatalf("%v, %v", f.Lost, err)
		}
	}
}

// Who closes the store while everything is checked finds the database as it was.
func TestClosingDuringACheckRebuildsNothing(t *testing.T) {
	dir := t.TempDir()
	d := &reader{}
	o := storetest.Options()
	o.Disk = d
	s := storetest.OpenAt(t, dir, o)
	for i := range 3 {
		a, err := s.Create(storetest.Person(i), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Attach(a.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte(strings.Repeat("photo", i+1))); err != nil {
			t.Fatal(err)
		}
	}
	quit := func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	d.on.Store(&quit)
	if _, err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "backup"), "pass"); err == nil {
		t.Error("a backup of a closed store is made")
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "wenbao.db.damaged-*")); len(aside) > 0 {
		t.Errorf("a sound database was set aside: %v", aside)
	}
	if op := storetest.OpenAt(t, dir, storetest.Options()).Opening(); op.Repaired() || op.Drafts != 3 {
		t.Errorf("%+v", op)
	}
}

func TestCheckingAClosedStoreTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	s := storetest.OpenAt(t, dir, storetest.Options())
	if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); err == nil {
		t.Error("a closed store is checked")
	}
	if aside, _ := filepath.Glob(filepath.Join(dir, "*.damaged-*")); len(aside) > 0 {
		t.Error(aside)
	}
}

// lazy is a disk whose second read of the index file, that of its whole, takes long
// and may fail.
type lazy struct {
	disk.OS
	n     atomic.Int32
	at    chan struct{}
	fails bool
}

func (l *lazy) Read(name string) (disk.File, error) {
	if filepath.Base(name) == "index" && l.n.Add(1) == 2 {
		close(l.at)
		time.Sleep(time.Second)
		if l.fails {
			return nil, errors.New("bad sector")
		}
	}
	return l.OS.Read(name)
}

// Who compacts while the list is being loaded breaks nothing and leaves no row of
// what was purged.
func TestCompactingWhileTheListIsLoaded(t *testing.T) {
	for _, fails := range []bool{false, true} {
		dir := t.TempDir()
		s := storetest.OpenAt(t, dir, storetest.Options())
		d, err := s.Create(storetest.Person(1), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Check(t.Context()); err != nil { // the index file has the row
			t.Fatal(err)
		}
		old, err := os.ReadFile(filepath.Join(dir, "index"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Delete(d.ID), s.Purge(d.ID), s.Close()); err != nil {
			t.Fatal(err)
		}
		o := storetest.Options()
		l := &lazy{at: make(chan struct{}), fails: fails}
		o.Disk = l
		s = storetest.OpenAt(t, dir, o)
		<-l.at
		if err := s.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now, err := os.ReadFile(filepath.Join(dir, "index")); err != nil || bytes.Contains(now, old) {
			t.Error("the row of the purged draft is still in the index file", err)
		}
	}
}

// logged is a disk that calls on when a record of the journal is durable, before
// anybody learns of it.
type logged struct {
	disk.OS
	on atomic.Pointer[func()]
}

type loggedFile struct {
	disk.File
	d *logged
}

func (d *logged) OpenLog(name string) (disk.File, error) {
	f, err := d.OS.OpenLog(name)
	if err != nil || !strings.HasSuffix(name, ".wj") {
		return f, err
	}
	return loggedFile{f, d}, nil
}

func (f loggedFile) WriteThrough(b []byte, at int64) error {
	err := f.File.WriteThrough(b, at)
	if on := f.d.on.Load(); on != nil && at > 0 && f.d.on.CompareAndSwap(on, nil) {
		(*on)()
	}
	return err
}

// A change that was under way when the store was locked is in the list after unlocking.
func TestAChangeUnderWayWhileTheStoreIsLockedIsListed(t *testing.T) {
	dir := t.TempDir()
	d, at, ahead := &logged{}, make(chan struct{}), make(chan struct{})
	o := storetest.Options()
	o.Disk = d
	s := storetest.OpenAt(t, dir, o)
	if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); err != nil { // bbolt and the index file have everything
		t.Fatal(err)
	}
	wait := func() { close(at); <-ahead }
	d.on.Store(&wait)
	done := make(chan error)
	go func() {
		_, err := s.Create(storetest.Person(2), exam.PackRef{})
		done <- err
	}()
	<-at
	s.Lock()
	time.AfterFunc(300*time.Millisecond, func() { close(ahead) }) // Unlock may wait for it
	if err := s.Unlock(store.Keys{}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p, err := s.List(store.Query{}); err != nil || p.Total != 2 {
		t.Errorf("%d drafts are listed, %v", p.Total, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = storetest.OpenAt(t, dir, storetest.Options())
	s.Opening()
	if p, err := s.List(store.Query{}); err != nil || p.Total != 2 {
		t.Errorf("after a restart %d drafts are listed, %v", p.Total, err)
	}
}

// Unlocking a store that is open looks at the keys and leaves the list alone.
func TestUnlockingAnOpenStoreTouchesNothing(t *testing.T) {
	d, at, ahead := &logged{}, make(chan struct{}), make(chan struct{})
	o := storetest.Options()
	o.Disk = d
	s := storetest.OpenAt(t, t.TempDir(), o)
	wait := func() { close(at); <-ahead }
	d.on.Store(&wait)
	done := make(chan error)
	go func() {
		_, err := s.Create(storetest.Person(1), exam.PackRef{})
		done <- err
	}()
	<-at
	unlocked := make(chan error)
	go func() { unlocked <- s.Unlock(store.Keys{}) }()
	select {
	case err := <-unlocked:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for the change that is under way")
	}
	close(ahead)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if p, err := s.List(store.Query{}); err != nil || p.Total != 1 {
		t.Errorf("%d drafts are listed, %v", p.Total, err)
	}
}

// After a kill the list stands in the order in which the drafts were changed.
func TestAfterAKillTheListKeepsItsOrder(t *testing.T) {
	dir := t.TempDir()
	o := store.Options{Keys: store.Keys{Cost: storetest.CheapCost}}
	s := storetest.OpenAt(t, dir, o)
	var ids []exam.DraftID
	for i := range 12 {
		d, err := s.Create(storetest.Person(i), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	if _, err := s.Check(t.Context()); err != nil { // the index file is written
		t.Fatal(err)
	}
	for i, id := range ids {
		doc := storetest.Person(i)
		doc.Title = fmt.Sprint("t", i)
		if _, err := s.Save(id, doc); err != nil {
			t.Fatal(err)
		}
	}
	order := func(s *store.Store) (list []exam.DraftID) {
		p, err := s.List(store.Query{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			list = append(list, r.ID)
		}
		return list
	}
	want := order(s)
	killed := filepath.Join(t.TempDir(), "killed")
	copyTree(t, dir, killed)
	s2 := storetest.OpenAt(t, killed, o)
	s2.Opening()
	if got := order(s2); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the list is\n%v\nand was\n%v", got, want)
	}
}

// two makes two drafts.
func two(t *testing.T, s *store.Store) (a, b exam.DraftID) {
	t.Helper()
	drafts, err := s.CreateAll([]exam.Document{{Name: "王小雪"}, {Name: "李小满"}}, exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	return drafts[0].ID, drafts[1].ID
}

// What is read while a change of the draft becomes durable is older than that, and
// the next change must not begin from it.
func TestAChangeIsNotMadeFromWhatWasReadBeforeAnother(t *testing.T) {
	d := &logged{}
	o := storetest.Options()
	o.Disk = d
	s := storetest.OpenAt(t, t.TempDir(), o)
	a, b := two(t, s)
	city := func(id exam.DraftID, name string) uint64 {
		t.Helper()
		got, err := s.Save(id, exam.Document{Name: "王小雪", City: name})
		if err != nil {
			t.Fatal(err)
		}
		return got.Revision
	}
	city(b, "洛阳市") // so that a is not the draft being typed
	read := func() {
		if got, err := s.Draft(a); err != nil || got.Revision != 1 {
			t.Errorf("%d, %v", got.Revision, err)
		}
	}
	d.on.Store(&read)
	city(a, "开封市")
	if d.on.Load() != nil {
		t.Fatal("nothing was read beside the change")
	}
	city(b, "南阳市")
	if got := city(a, "郑州市"); got != 3 {
		t.Fatalf("revision %d after two changes", got)
	}
	if was, err := s.At(a, 2); err != nil || was.City != "开封市" {
		t.Errorf("the version between is %q, %v", was.City, err)
	}
}

// Whoever reads beside those who save, every version is there in the end.
func TestReadersBesideChangesLoseNoVersion(t *testing.T) {
	s := storetest.Open(t)
	a, b := two(t, s)
	ids := []exam.DraftID{a, b}
	var readers sync.WaitGroup
	for i := range 4 {
		readers.Go(func() {
			for t.Context().Err() == nil {
				if _, err := s.Draft(ids[i%2]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	t.Cleanup(readers.Wait)
	const edits = 60
	email := func(i int) string { return fmt.Sprintf("n%d@example.invalid", i) }
	for i := range edits {
		for _, id := range ids {
			if _, err := s.Save(id, exam.Document{Name: "王小雪", Email: email(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, id := range ids {
		for i := range edits {
			if doc, err := s.At(id, uint64(i+2)); err != nil || doc.Email != email(i) {
				t.Fatalf("revision %d has %q, %v", i+2, doc.Email, err)
			}
		}
	}
}

// Whoever reads while the store is closed gets an answer or a refusal.
func TestReadingBesideClosing(t *testing.T) {
	for range 5 {
		s := storetest.Open(t)
		a, _ := two(t, s)
		var readers sync.WaitGroup
		started := make(chan struct{})
		readers.Go(func() {
			for n := 0; ; n++ {
				if _, err := s.Draft(a); err != nil {
					return
				}
				if n == 0 {
					close(started)
				}
			}
		})
		<-started
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		readers.Wait()
	}
}
