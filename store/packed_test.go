package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/seal"
	"wenbao/store/storetest"
)

// closed closes a store, in which bbolt must then have so many drafts, and so many
// of them packed.
func closed(t *testing.T, s *store.Store, dir string, drafts, packed int) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(filepath.Join(dir, "wenbao.db"), 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("values")).ForEach(func(k, v []byte) error {
			if strings.HasPrefix(string(k), "drafts/") {
				drafts--
				if seal.Packed(v) {
					packed--
				}
			}
			return nil
		})
	})
	if err != nil || drafts != 0 || packed != 0 {
		t.Fatalf("%d drafts are missing, %d are not packed that should be; %v", drafts, packed, err)
	}
}

func people(n int) (docs []exam.Document) {
	for i := range n {
		docs = append(docs, storetest.Person(i))
	}
	return docs
}

func TestADraftTakesLessThanItsTextInBbolt(t *testing.T) {
	dir, o := t.TempDir(), storetest.Options()
	o.Segment = 0
	s := storetest.OpenAt(t, dir, o)
	const n = 2000
	drafts, err := s.CreateAll(people(n), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s, dir, n, n)
	st, err := os.Stat(filepath.Join(dir, "wenbao.db"))
	if err != nil {
		t.Fatal(err)
	}
	if text := len(storetest.Person(0).Encode()); int(st.Size()) > n*text {
		t.Errorf("%d bytes for a draft whose text has %d", int(st.Size())/n, text)
	}
	s = storetest.OpenAt(t, dir, o)
	for i, d := range drafts {
		if got, err := s.Draft(d.ID); err != nil || got.Document.Name != storetest.Person(i).Name {
			t.Fatal(i, got.Document.Name, err)
		}
	}
}

func TestWhatIsTakenInWhileTheStoreIsLockedIsPackedLater(t *testing.T) {
	for name, later := range map[string]func(*store.Store, exam.Draft) error{
		"saved": func(s *store.Store, d exam.Draft) error {
			d.Document.Title = "改"
			_, err := s.Save(d.ID, d.Document)
			return err
		},
		"compacted": func(s *store.Store, d exam.Draft) error {
			_, err := s.Draft(d.ID)
			return errors.Join(err, s.Compact(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := t.TempDir(), storetest.Options()
			o.Keys.Passphrase = corpusPassphrase
			s := storetest.OpenAt(t, dir, o)
			drafts, err := s.CreateAll(people(20), exam.PackRef{})
			if err != nil {
				t.Fatal(err)
			}
			s.Lock()
			closed(t, s, dir, 20, 0)
			s = storetest.OpenAt(t, dir, o)
			for _, d := range drafts {
				if err := later(s, d); err != nil {
					t.Fatal(err)
				}
			}
			closed(t, s, dir, 20, 20)
			s = storetest.OpenAt(t, dir, o)
			for i, d := range drafts {
				if doc, err := s.At(d.ID, 1); err != nil || !bytes.Equal(doc.Encode(), storetest.Person(i).Encode()) {
					t.Error(i, err)
				}
			}
		})
	}
}
