package pages_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"wenbao/store/internal/pages"
)

// sample makes a file with n values, some overwritten, some deleted.
func sample(t *testing.T, n int) ([]byte, map[string]string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sample.db")
	db, err := bolt.Open(name, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for round := range 3 {
		err := db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("values"))
			for i := 0; err == nil && i < n; i++ {
				key := fmt.Sprintf("key/%06d", i*7%n)
				value := fmt.Sprintf("%d:%s", round, bytes.Repeat([]byte{byte('a' + i%26)}, i%9000))
				if want[key] = value; round == 2 && i%5 == 0 {
					delete(want, key)
					err = b.Delete([]byte(key))
				} else {
					err = b.Put([]byte(key), []byte(value))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw, want
}

func read(raw []byte) (map[string]string, []error, error) {
	f, err := pages.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, nil, err
	}
	got := map[string]string{}
	faults, err := f.Walk(func(v pages.Value) error {
		got[string(v.Key)] = string(v.Value)
		return nil
	})
	return got, faults, err
}

func TestWalkVisitsExactlyWhatBboltHolds(t *testing.T) {
	for _, n := range []int{0, 1, 3, 40, 700} {
		raw, want := sample(t, n)
		got, faults, err := read(raw)
		if err != nil || len(faults) > 0 || len(got) != len(want) {
			t.Fatalf("%d values: %d of %d, faults %v, %v", n, len(got), len(want), faults, err)
		}
		for k, v := range want {
			if got[k] != v {
				t.Fatalf("%d values: %s differs", n, k)
			}
		}
	}
}

func TestDamageOfThePagesNeverPanicsOrLoopsAndIsSeen(t *testing.T) {
	raw, want := sample(t, 300)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		broken := bytes.Clone(raw)
		switch i % 4 {
		case 0:
			broken[r.IntN(len(broken))] ^= 1 << r.IntN(8)
		case 1:
			broken = broken[:r.IntN(len(broken))]
		case 2:
			at := r.IntN(len(broken)/4096) * 4096
			clear(broken[at : at+4096])
		case 3:
			a, b := r.IntN(len(broken)/4096)*4096, r.IntN(len(broken)/4096)*4096
			copy(broken[a:a+4096], raw[b:b+4096])
		}
		got, faults, err := read(broken)
		if err != nil || len(faults) > 0 || !bytes.Equal(broken[:min(len(broken), 2*4096)], raw[:2*4096]) {
			continue // seen, or the transaction before the last, which is sound
		}
		// Without a fault every key is there; values carry checksums of their own.
		if len(got) != len(want) {
			t.Fatalf("damage %d: %d values of %d and no fault", i, len(got), len(want))
		}
	}
}

func TestScavengeFindsValuesOfAFileWithoutMetaPages(t *testing.T) {
	raw, want := sample(t, 300)
	clear(raw[:2*4096])
	found := map[string]map[string]bool{}
	err := pages.Scavenge(bytes.NewReader(raw), int64(len(raw)), 4096, func(key, value []byte) error {
		if found[string(key)] == nil {
			found[string(key)] = map[string]bool{}
		}
		found[string(key)][string(value)] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range want {
		if !found[k][v] {
			t.Fatalf("%s was not found", k)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte("short"))
	f.Add(make([]byte, 3*4096))
	f.Fuzz(func(t *testing.T, raw []byte) {
		read(raw)
		_ = pages.Scavenge(bytes.NewReader(raw), int64(len(raw)), 4096, func(k, v []byte) error { return nil })
	})
}

// TestAKeyOfABranchThatLeadsAstrayIsAFault flips every bit of every branch: a walk
// that finds nothing wrong means that bbolt finds every key.
func TestAKeyOfABranchThatLeadsAstrayIsAFault(t *testing.T) {
	raw, want := sample(t, 300)
	name := filepath.Join(t.TempDir(), "flipped.db")
	flips, faulty := 0, 0
	for at := 2 * 4096; at < len(raw); at += 4096 {
		const branch = 0x01
		if binary.LittleEndian.Uint16(raw[at+8:]) != branch || binary.LittleEndian.Uint64(raw[at:]) != uint64(at/4096) {
			continue
		}
		used := 16 + int(binary.LittleEndian.Uint16(raw[at+10:]))*(16+len("key/000000"))
		for bit := 16 * 8; bit < min(used, 4096)*8; bit += 3 {
			flipped := bytes.Clone(raw)
			flipped[at+bit/8] ^= 1 << (bit % 8)
			flips++
			if _, faults, err := read(flipped); err != nil || len(faults) > 0 {
				faulty++
				continue
			}
			if err := os.WriteFile(name, flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			for k := range notFound(t, name, want) {
				t.Fatalf("bit %d of page %d: %s is not found, and the file counts as sound", bit, at/4096, k)
			}
		}
	}
	if flips < 300 || faulty == 0 {
		t.Fatalf("%d flips, %d faults", flips, faulty)
	}
	t.Logf("%d flips, %d faults", flips, faulty)
}

// notFound gives the keys that bbolt does not find.
func notFound(t *testing.T, name string, want map[string]string) map[string]string {
	t.Helper()
	db, err := bolt.Open(name, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	missing := map[string]string{}
	err = db.View(func(tx *bolt.Tx) error {
		for k, v := range want {
			if string(tx.Bucket([]byte("values")).Get([]byte(k))) != v {
				missing[k] = v
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return missing
}
