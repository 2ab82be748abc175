package boltdb_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
	"wenbao/sync/wire"
)

func TestContract(t *testing.T) {
	servertest.Contract(t, func(t *testing.T) (server.Repository, func() server.Repository) {
		dir := t.TempDir()
		open := func() *boltdb.DB {
			db, err := boltdb.Open(dir, boltdb.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
		db := open()
		t.Cleanup(func() { db.Close() })
		return db, func() server.Repository {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = open()
			return db
		}
	})
}

func TestAFolderInUseIsSaidToBeBusy(t *testing.T) {
	dir := t.TempDir()
	db, err := boltdb.Open(dir, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := boltdb.Open(dir, boltdb.Options{}); exam.KindOf(err) != exam.KindBusy {
		t.Fatal(err)
	}
}

func TestAFileThatIsNoDatabaseIsDamagedAndStays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, boltdb.FileName)
	junk := []byte("this is not a database, and somebody may still want it")
	if err := os.WriteFile(path, junk, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := boltdb.Open(dir, boltdb.Options{}); exam.KindOf(err) != exam.KindDamaged {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != string(junk) {
		t.Fatal("the file was touched")
	}
}

func TestABackupTakenWhileInUseOpens(t *testing.T) {
	db, err := boltdb.Open(t.TempDir(), boltdb.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := t.TempDir()
	if err := db.Backup(filepath.Join(dir, boltdb.FileName)); err != nil {
		t.Fatal(err)
	}
	copied, err := boltdb.Open(dir, boltdb.Options{NoSync: true})
	if err != nil || copied.Name() != db.Name() || copied.Epoch() <= db.Epoch() {
		t.Fatal(err)
	}
	copied.Close()
}

// unpacked opens a file that was written in an earlier layout.
func unpacked(t *testing.T, name string) *boltdb.DB {
	t.Helper()
	dir := t.TempDir()
	packed, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unzipped, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(unzipped)
	if err != nil || os.WriteFile(filepath.Join(dir, boltdb.FileName), raw, 0o600) != nil {
		t.Fatal(err)
	}
	db, err := boltdb.Open(dir, boltdb.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestAFileOfTheSecondLayoutOpensWithAllThatIsInIt opens a file that was written
// when contents lay under id and version: a registration with two contents, at its
// third version. A step that brings none leaves the content where it is, one that
// brings another keeps it in the present place.
func TestAFileOfTheSecondLayoutOpensWithAllThatIsInIt(t *testing.T) {
	db := unpacked(t, "layout-2.bolt.gz")
	id := exam.DraftID("0198a000-7c4d-7e21-9b0a-000000000001")
	keep := func(rec server.Record) server.Record {
		t.Helper()
		err := db.Decide(t.Context(), server.Question{ID: id}, func(server.Held) server.Decision { return server.Decision{Record: &rec} })
		if err != nil {
			t.Fatal(err)
		}
		rec, err = db.Registration(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	rec, err := db.Registration(t.Context(), id)
	if err != nil || string(rec.Content) != "content of the second layout" || rec.Version != 3 || len(rec.History) != 3 {
		t.Fatal(rec, err)
	}
	rec.Version = 4
	if rec = keep(rec); string(rec.Content) != "content of the second layout" || rec.Version != 4 {
		t.Fatal(rec)
	}
	for v := 5; v < 7; v++ {
		text := fmt.Sprint("content of version ", v)
		rec.Version, rec.Content, rec.Digest = v, []byte(text), exam.Digest([]byte(text))
		if rec = keep(rec); string(rec.Content) != text || rec.Version != v {
			t.Fatal(rec)
		}
		rec.State = exam.StateConfirmed
		if rec = keep(rec); string(rec.Content) != text {
			t.Fatal(rec)
		}
	}
}

// TestAFileOfTheFirstLayoutOpensWithAllThatIsInIt opens a file that was written
// before answers and pieces had their present keys, and goes on with it.
func TestAFileOfTheFirstLayoutOpensWithAllThatIsInIt(t *testing.T) {
	db := unpacked(t, "layout-1.bolt.gz")
	owner, id := server.Owner{1, 1}, exam.DraftID("0198a000-7c4d-7e21-9b0a-000000000001")
	rec, err := db.Registration(t.Context(), id)
	if err != nil || string(rec.Content) != "content of the first layout" || rec.Version != 2 {
		t.Fatal(rec, err)
	}
	for v, entry := range map[int]exam.EntryID{1: "0198a000-7c4d-7e21-9b0a-000000000005", 2: "0198a000-7c4d-7e21-9b0a-000000000006"} {
		err := db.Decide(t.Context(), server.Question{Entry: entry, Owner: owner, ID: id}, func(h server.Held) server.Decision {
			if h.Answered == nil || h.Answered.Status != 200+v {
				t.Errorf("answer %d: %+v", v, h.Answered)
			}
			return server.Decision{}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	photo, scan := []byte("a photo in two pieces"), []byte("half of a scan")
	if got, err := db.File(t.Context(), owner, exam.Digest(photo)); err != nil || string(got) != string(photo) {
		t.Errorf("%q, %v", got, err)
	}
	half := wire.FileRef{SHA256: exam.Digest(scan), Size: int64(len(scan))}
	left, err := db.PutPiece(t.Context(), owner, half, 0, scan[:10], time.Now())
	if err != nil || !slices.Equal(left, []wire.Range{{From: 10, To: 14}}) {
		t.Fatal(left, err)
	}
	if left, err = db.PutPiece(t.Context(), owner, half, 5, scan[5:], time.Now()); err != nil || len(left) != 0 {
		t.Fatal(left, err)
	}
	if got, err := db.File(t.Context(), owner, half.SHA256); err != nil || string(got) != string(scan) {
		t.Errorf("%q, %v", got, err)
	}
	rec.Version = 3
	if err := db.Decide(t.Context(), server.Question{ID: id}, func(server.Held) server.Decision { return server.Decision{Record: &rec} }); err != nil {
		t.Fatal(err)
	}
	if list, err := db.Changes(t.Context(), owner, 0, 10); err != nil || len(list) != 1 || list[0].Version != 3 {
		t.Fatal(list, err)
	}
	if n, err := db.Sweep(t.Context(), time.Now().Add(time.Hour), 10); err != nil || n != 1 {
		t.Fatal("the scan that no registration names:", n, err)
	}
}
