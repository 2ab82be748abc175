package boltdb_test

import (
	"os"
	"path/filepath"
	"testing"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
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
