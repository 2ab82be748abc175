package store_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// whole makes a closed store with snapshots, journal, files and a picture.
func whole(t *testing.T, dir string) (pictures map[exam.DraftID]string, all string) {
	t.Helper()
	o := storetest.Options()
	o.Segment = 8 << 10
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	var ids []exam.DraftID
	for i, step := range steps(18) {
		if err := step(s, &ids); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if _, err := s.NewRecoveryCode(); err != nil {
		t.Fatal(err)
	}
	pictures = map[exam.DraftID]string{}
	page, err := s.List(store.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range page.Rows {
		if pictures[row.ID], err = pictureOf(s, row); err != nil {
			t.Fatal(err)
		}
	}
	all = see(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return pictures, all
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	os.RemoveAll(to)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func allFiles(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != "lock" {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// damage spoils one file and says how.
func damage(t *testing.T, name string, rnd *rand.Rand) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	how := []string{"flip", "flip", "flips", "truncate", "zero", "swap", "remove", "empty", "noise"}[rnd.IntN(9)]
	at := func() int { return rnd.IntN(max(len(raw), 1)) }
	page := func() []byte { i := at() &^ 4095; return raw[i:min(i+4096, len(raw))] }
	switch how {
	case "flip", "flips":
		for range 1 + 7*(len(how)-4) {
			if len(raw) > 0 {
				raw[at()] ^= 1 << rnd.IntN(8)
			}
		}
	case "truncate":
		raw = raw[:at()]
	case "zero":
		clear(page())
	case "swap":
		a, b := page(), page()
		c := append([]byte(nil), a...)
		copy(a, b)
		copy(b, c)
	case "noise":
		for i := range page() {
			raw[i] = byte(rnd.Uint32())
		}
	case "empty":
		raw = nil
	case "remove":
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		return how
	}
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return how
}

func roundsOf(short, release int) int {
	if *roundsFlag > 0 {
		return *roundsFlag
	}
	if long {
		return release
	}
	return some(short)
}

// timely opens a store and fails when that takes more than five seconds.
func timely(t *testing.T, dir string) (*store.Store, error) {
	t.Helper()
	o := storetest.Options()
	o.Segment = 8 << 10
	start := time.Now()
	s, err := store.Open(context.Background(), dir, o)
	if took := time.Since(start); took > 5*time.Second {
		t.Fatalf("opening took %v", took)
	}
	return s, err
}

// TestDamageOfAnyOneFileLosesNothing: everything has two copies.
func TestDamageOfAnyOneFileLosesNothing(t *testing.T) {
	base := scratch(t)
	good, live := filepath.Join(base, "good"), filepath.Join(base, "live")
	_, picture := whole(t, good)
	rounds := roundsOf(250, 5000)
	seed := seedOf()
	rnd := rand.New(rand.NewPCG(seed, 0))
	kinds := map[string]int{}
	for round := range rounds {
		copyTree(t, good, live)
		names := allFiles(t, live)
		name := names[rnd.IntN(len(names))]
		rel, _ := filepath.Rel(live, name)
		how := damage(t, name, rnd)
		kinds[strings.SplitN(rel, string(filepath.Separator), 2)[0]]++
		s, err := timely(t, live)
		if err != nil {
			t.Fatalf("seed %d: %s of %s: %v", seed, how, rel, err)
		}
		if got := see(t, s); got != picture {
			t.Fatalf("seed %d: %s of %s: it shows\n%s\nnot\n%s", seed, how, rel, got, picture)
		}
		if o := s.Opening(); len(o.Lost) > 0 {
			t.Fatalf("seed %d: %s of %s: it reports a loss: %+v", seed, how, rel, o)
		}
		if strings.HasPrefix(rel, "files") || strings.HasPrefix(rel, "copies") {
			mended(t, s, name, filepath.Join(good, rel))
			if round%8 == 0 {
				storetest.Inspect(t, s, live)
			}
		}
		s.Close()
	}
	t.Logf("%d damages: %v, seed %d", rounds, kinds, seed)
}

// mended holds that a check makes a file again from its other copy, so that
// either can be damaged next.
func mended(t *testing.T, s *store.Store, name, good string) {
	t.Helper()
	if found, err := s.Check(context.Background()); err != nil || len(found.Lost) > 0 {
		t.Fatalf("found %+v, %v", found, err)
	}
	was, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if is, err := os.ReadFile(name); err != nil || string(is) != string(was) {
		t.Fatalf("a file of %d bytes is not mended: %v", len(was), err)
	}
	if found, err := s.Check(context.Background()); err != nil || !found.OK() {
		t.Fatalf("found after mending %+v, %v", found, err)
	}
}

func TestAPhotoWithBothCopiesDamagedIsReportedAndNoOther(t *testing.T) {
	dir := t.TempDir()
	s, d, _ := full(t, dir, storetest.Options())
	other, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err == nil {
		other, err = s.Attach(other.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte("another photo"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"files/*/*", "copies/*/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) != 2 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if len(raw) > 200 { // the first draft's
				raw[100] ^= 1
				os.WriteFile(name, raw, 0o600)
			}
		}
	}
	found, err := s.Check(context.Background())
	if err != nil || len(found.Lost) != 1 || found.Lost[0] != (store.Loss{What: "file", Draft: d.ID, Name: string(exam.FilePhoto)}) {
		t.Fatalf("found %+v, %v", found, err)
	}
	if _, err := s.File(d.Files[0].SHA256); exam.KindOf(err) != exam.KindDamaged {
		t.Fatal("the damaged photo is read:", err)
	}
	if got, err := s.File(other.Files[0].SHA256); err != nil || string(got) != "another photo" {
		t.Fatal("the other photo:", err)
	}
	if _, err := s.Attach(d.ID, d.Files[0], bytes.Repeat([]byte("金丝雀的照片"), 50)); err != nil {
		t.Fatal("the same photo once more:", err)
	}
	if found, err = s.Check(context.Background()); err != nil || !found.OK() {
		t.Fatalf("afterwards %+v, %v", found, err)
	}
}

// TestDamageOfManyFilesIsReportedExactly: whatever is not as it was is in the
// list of losses, and the store can be used.
func TestDamageOfManyFilesIsReportedExactly(t *testing.T) {
	base := scratch(t)
	good, live := filepath.Join(base, "good"), filepath.Join(base, "live")
	pictures, _ := whole(t, good)
	rounds := roundsOf(120, 2000)
	seed := seedOf()
	rnd := rand.New(rand.NewPCG(seed, 0))
	lost := 0
	for round := range rounds {
		copyTree(t, good, live)
		var done []string
		names := allFiles(t, live)
		for range 2 + rnd.IntN(3) {
			i := rnd.IntN(len(names))
			rel, _ := filepath.Rel(live, names[i])
			done = append(done, damage(t, names[i], rnd)+" of "+rel)
			names = append(names[:i], names[i+1:]...)
		}
		s, err := timely(t, live)
		switch exam.KindOf(err) {
		case "":
		case exam.KindDamaged, exam.KindLocked: // both copies of the key
			continue
		default:
			t.Fatalf("seed %d: %v: %v", seed, done, err)
		}
		if complaint := missingUnreported(t, s, pictures); complaint != "" {
			t.Fatalf("seed %d: %v: %s\nopening %+v", seed, done, complaint, s.Opening())
		}
		if len(s.Opening().Lost) > 0 {
			lost++
		}
		if round%8 == 0 {
			storetest.Canaries(t, live, everybody(18)...)
		}
		if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
			t.Fatalf("seed %d: %v: it cannot go on: %v", seed, done, err)
		}
		s.Close()
	}
	t.Logf("%d damages of several files, %d with losses, seed %d", rounds, lost, seed)
}

// TestWithEveryCopyGoneEachDraftIsListedAsLost: what the list's own file knew is
// the last witness.
func TestWithEveryCopyGoneEachDraftIsListedAsLost(t *testing.T) {
	base := scratch(t)
	good, live := filepath.Join(base, "good"), filepath.Join(base, "live")
	pictures, _ := whole(t, good)
	for how, spoil := range map[string]func(string) error{
		"removed": os.Remove, "emptied": func(name string) error { return os.Truncate(name, 0) },
	} {
		copyTree(t, good, live)
		for _, name := range allFiles(t, live) {
			rel, _ := filepath.Rel(live, name)
			if strings.HasPrefix(rel, "wenbao.db") || strings.HasPrefix(rel, "snapshots") || strings.HasPrefix(rel, "journal") {
				if err := spoil(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		s, err := timely(t, live)
		if err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		lost := map[exam.DraftID]bool{}
		for _, l := range s.Opening().Lost {
			lost[l.Draft] = true
		}
		for id := range pictures {
			if !lost[id] {
				t.Errorf("%s: %s is not listed as lost: %+v", how, id, s.Opening())
			}
		}
		if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
			t.Errorf("%s: it cannot go on: %v", how, err)
		}
		storetest.Canaries(t, live, everybody(18)...)
		s.Close()
	}
}

// everybody gives what is told of the first n people.
func everybody(n int) (words []string) {
	for i := range n {
		words = append(words, storetest.Words(storetest.Person(i))...)
	}
	return words
}

// missingUnreported says which draft is not as it was and not reported either.
func missingUnreported(t *testing.T, s *store.Store, pictures map[exam.DraftID]string) string {
	t.Helper()
	found, err := s.Check(context.Background())
	if err != nil {
		return err.Error()
	}
	reported := map[exam.DraftID]bool{}
	steps := false
	for _, l := range append(found.Lost, s.Opening().Lost...) {
		reported[l.Draft] = true
		steps = steps || l.What == "steps" && l.Draft == ""
	}
	page, err := s.List(store.Query{Limit: 1000})
	if err != nil {
		return err.Error()
	}
	rows := map[exam.DraftID]store.Summary{}
	for _, row := range page.Rows {
		rows[row.ID] = row
	}
	for id, was := range pictures {
		is, err := pictureOf(s, rows[id])
		if is != was && !reported[id] && !steps {
			return fmt.Sprintf("%s is\n%s\nnot\n%s (%v)", id, is, was, err)
		}
	}
	return ""
}
