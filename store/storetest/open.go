package storetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"wenbao/store"
	"wenbao/store/internal/keyslot"
)

// CheapCost makes a passphrase cost next to nothing, for tests alone.
var CheapCost = keyslot.Cost{Passes: 1, Memory: 64, Threads: 1}

// Options for tests: a cheap key and small journal files, so that a short test
// meets their ends.
func Options() store.Options {
	return store.Options{Keys: store.Keys{Cost: CheapCost}, Segment: 64 << 10}
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
	t.Cleanup(func() { Close(t, s) })
	return s
}

// Close checks a store in full and closes it. A store that the test closed or
// locked itself is left alone.
func Close(t testing.TB, s *store.Store) {
	t.Helper()
	found, err := s.Check(context.Background())
	if err == nil && !found.OK() {
		t.Errorf("the store is not whole: lost %v, faults %v", found.Lost, found.Faults)
	}
	_ = s.Close()
}

// Canaries fails the test where [Search] finds a word of personal data in a file
// under dir.
func Canaries(t testing.TB, dir string, words ...string) {
	t.Helper()
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
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, word := range words {
			for how, form := range encodings(word) {
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
// without the characters that neighbours would change.
func encodings(word string) map[string][]byte {
	forms := map[string][]byte{"text": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word)))}
	var wide []byte
	for _, u := range utf16.Encode([]rune(word)) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	forms["UTF-16"] = wide
	for shift, how := range []string{"base64", "base64+1", "base64+2"} {
		coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), word...))
		forms[how] = []byte(coded[(shift*8+5)/6 : len(coded)-1])
	}
	return forms
}
