package storetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf16"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/keyslot"
)

// CheapCost makes a passphrase cost next to nothing, for tests alone.
var CheapCost = keyslot.Cost{Passes: 1, Memory: 64, Threads: 1}

// Options for tests: a cheap key and small journal files, so that a short test
// meets their ends.
func Options() store.Options {
	return store.Options{Keys: store.Keys{Cost: CheapCost}, Segment: 32 << 10}
}

// Open opens a store in a folder of the test. When the test ends the store is
// checked in full and closed.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenAt(t, t.TempDir(), Options())
}

// OpenAt is [Open] in a folder, with options.
func OpenAt(t testing.TB, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Inspect(t, s, dir)
		_ = s.Close()
	})
	return s
}

// Inspect holds what must be true of a store that a test has written: it is
// whole, and nothing of what it tells of its drafts lies in a file of its folder
// as it is. A store that the test closed or locked itself is left alone.
func Inspect(t testing.TB, s *store.Store, dir string) {
	t.Helper()
	found, err := s.Check(context.Background())
	if exam.KindOf(err) == exam.KindLocked {
		return
	}
	if err != nil || !found.OK() {
		t.Errorf("the store is not whole: lost %v, faults %v, %v", found.Lost, found.Faults, err)
	}
	Canaries(t, dir, personal(t, s)...)
}

// InspectFolders is [Inspect] for every data folder below root, with the first
// of the keys that opens it.
func InspectFolders(t testing.TB, root string, keys ...store.Keys) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() != "keys.json" {
			return err
		}
		dir := filepath.Dir(name)
		for _, k := range append(keys, store.Keys{}) {
			o := Options()
			k.Cost = CheapCost
			o.Keys, o.Segment = k, 0
			s, err := store.Open(context.Background(), dir, o)
			if err == nil {
				Inspect(t, s, dir)
				return s.Close()
			}
			if exam.KindOf(err) != exam.KindLocked {
				return err
			}
		}
		t.Errorf("no key opens %s", filepath.Base(dir))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// inspected is of how many drafts the personal data is searched for.
const inspected = 25

// personal gives what the store tells of its drafts, and of their files.
func personal(t testing.TB, s *store.Store) (words []string) {
	t.Helper()
	for _, bin := range []bool{false, true} {
		page, err := s.List(store.Query{Bin: bin, Limit: inspected})
		if err != nil {
			t.Error(err)
		}
		for _, row := range page.Rows {
			d, err := s.Draft(row.ID)
			if err != nil {
				t.Error(err)
				continue
			}
			words = append(words, row.Number)
			words = append(words, Words(d.Document)...)
			for _, f := range d.Files {
				data, err := s.File(f.SHA256)
				if err != nil {
					t.Error(err)
				}
				words = append(words, f.SHA256, f.Name, string(data[:min(len(data), 48)]))
			}
		}
	}
	return words
}

// Words gives what a document holds of a person, for [Canaries].
func Words(doc exam.Document) []string {
	words := []string{doc.Name, doc.NameRemark, doc.IDNumber, doc.Phone, doc.Email, doc.Address}
	for _, e := range doc.Education {
		words = append(words, e.School, e.CertificateNumber)
	}
	for _, w := range doc.Work {
		words = append(words, w.Employer, w.Duties)
	}
	return words
}

// Canaries fails the test where [Search] finds a word of personal data in a file
// under dir.
func Canaries(t testing.TB, dir string, words ...string) {
	t.Helper()
	words = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(words))), func(w string) bool { return len(w) < 6 })
	found, err := Search(dir, words...)
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range found {
		t.Error(where)
	}
}

// Search looks for words in every byte of every file under dir, and in their
// names, in each encoding that a careless writer might use, and says where they
// are.
func Search(dir string, words ...string) (found []string, err error) {
	forms := map[string]map[string][]byte{}
	for _, word := range words {
		forms[word] = encodings(word)
	}
	for range 10 { // a store that is open may rename a file on the way
		if found, err = search(dir, forms); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return found, err
}

func search(dir string, words map[string]map[string][]byte) (found []string, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, forms := range words {
			for how, form := range forms {
				if bytes.Contains(raw, form) || bytes.Contains([]byte(name), form) {
					found = append(found, filepath.Base(name)+" holds personal data as "+how)
				}
			}
		}
		return nil
	})
	return found, err
}

// encodings gives the forms of a word; base64 at each of its three offsets,
// without the characters that neighbours would change. Forms that chance could
// write are left out.
func encodings(word string) map[string][]byte {
	forms := map[string][]byte{"text": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word)))}
	var wide []byte
	for _, u := range utf16.Encode([]rune(word)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	forms["UTF-16"] = wide
	for shift, how := range []string{"base64", "base64+1", "base64+2"} {
		coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), word...))
		if first := (shift*8 + 5) / 6; len(coded)-1-first >= 10 {
			forms[how] = []byte(coded[first : len(coded)-1])
		}
	}
	maps.DeleteFunc(forms, func(_ string, form []byte) bool { return len(form) < 6 })
	return forms
}
