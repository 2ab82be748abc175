package store_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// long is set for a release: more of everything.
var long = os.Getenv("WENBAO_LONG") != ""

// some is all of n, and a sixth with -short: so much slower is a store with the
// race detector.
func some(n int) int {
	if testing.Short() {
		return (n + 5) / 6
	}
	return n
}

// chosen tells whether a cut is made: each, and a sixth with -short.
func chosen(rnd *rand.Rand) bool { return !testing.Short() || rnd.IntN(6) == 0 }

var (
	seedFlag   = flag.Uint64("seed", 0, "of what is random in cuts and damages; 0: another each time")
	roundsFlag = flag.Int("rounds", 0, "of each damage test; 0: as WENBAO_LONG says")
)

func seedOf() uint64 { return cmp.Or(*seedFlag, rand.Uint64()) }

// picture is all that a store shows, as text: two stores are the same when
// their pictures are.
func picture(s *store.Store) (string, error) {
	var lines []string
	for _, bin := range []bool{false, true} {
		page, err := s.List(store.Query{Bin: bin, Limit: 1000})
		if err != nil {
			return "", err
		}
		for _, row := range page.Rows {
			line, err := pictureOf(s, row)
			if err != nil {
				return "", err
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	entries, err := s.Entries()
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		lines = append(lines, fmt.Sprint("entry ", e.ID, e.Draft, e.Action, e.Attempts, e.Aside, exam.Digest(e.Content)[:8]))
	}
	cursor, err := s.Cursor()
	if err != nil {
		return "", err
	}
	device, err := s.Setting("device")
	return strings.Join(append(lines, "cursor "+cursor, "device "+string(device)), "\n"), err
}

func pictureOf(s *store.Store, row store.Summary) (string, error) {
	d, err := s.Draft(row.ID)
	if err != nil {
		return "", err
	}
	receipts, err := s.Receipts(row.ID)
	if err != nil {
		return "", err
	}
	history, err := s.History(row.ID)
	if err != nil {
		return "", err
	}
	for _, v := range history {
		if _, err := s.At(row.ID, v.Revision); err != nil {
			return "", err
		}
	}
	for _, f := range d.Files {
		if _, err := s.File(f.SHA256); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(d.ID, " ", d.Revision, " ", exam.Digest(d.Document.Encode())[:12], " ", d.State, " ", row.Transport, " ", d.Number(), " ",
		len(d.Files), len(receipts), len(history), d.Deleted.IsZero(), row.Revision, row.Name == d.Document.Name), nil
}

// steps is a session with everything in it. Each step is one call that must be
// there whole, or not at all.
func steps(n int) []func(s *store.Store, ids *[]exam.DraftID) error {
	ctx := context.Background()
	var list []func(*store.Store, *[]exam.DraftID) error
	add := func(f func(*store.Store, *[]exam.DraftID) error) { list = append(list, f) }
	for i := range n {
		add(func(s *store.Store, ids *[]exam.DraftID) error {
			d, err := s.Create(storetest.Person(i), exam.PackRef{ID: "038-2026", Version: 1})
			*ids = append(*ids, d.ID)
			return err
		})
		for k := range 3 {
			add(func(s *store.Store, ids *[]exam.DraftID) error {
				doc := storetest.Person(i)
				doc.Title = fmt.Sprint(k)
				_, err := s.Save((*ids)[i], doc)
				return err
			})
		}
		switch i % 6 {
		case 0:
			add(func(s *store.Store, ids *[]exam.DraftID) error {
				_, err := s.Attach((*ids)[i], exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte(strings.Repeat(fmt.Sprint("photo", i), 100)))
				return err
			})
		case 1, 2:
			entry := exam.Entry{ID: exam.NewEntryID(), Action: exam.ActionSubmit, Content: []byte(strings.Repeat("c", 500))}
			add(func(s *store.Store, ids *[]exam.DraftID) error {
				entry.Draft = (*ids)[i]
				_, err := s.Queue(entry, exam.StateQueued)
				return err
			})
			if i%6 == 1 {
				add(func(s *store.Store, ids *[]exam.DraftID) error {
					reg, r := storetest.Answer((*ids)[i], entry.Content, 1, exam.StateSubmitted)
					return s.Deliver(entry.ID, reg, r)
				})
			}
		case 3:
			add(func(s *store.Store, ids *[]exam.DraftID) error { return s.Delete((*ids)[i]) })
			add(func(s *store.Store, ids *[]exam.DraftID) error { return s.Purge((*ids)[i]) })
		case 4:
			add(func(s *store.Store, ids *[]exam.DraftID) error { return s.SetSetting("device", []byte(fmt.Sprint(i))) })
			sub := exam.Submission{Schema: 1, ID: exam.NewDraftID(), Document: storetest.Person(100 + i)} // of another machine
			add(func(s *store.Store, ids *[]exam.DraftID) error {
				known, r := storetest.Answer((*ids)[i], []byte("x"), 2, exam.StateVerified)
				adopted, r2 := storetest.Answer(sub.ID, sub.Encode(), 1, exam.StateSubmitted)
				return s.Apply(fmt.Sprint("c", i), []exam.Update{{Registration: known, Receipt: r}, {Registration: adopted, Receipt: r2}}, nil)
			})
		case 5:
			add(func(s *store.Store, ids *[]exam.DraftID) error { return s.Compact(ctx) })
		}
	}
	return list
}

// scratch gives a folder in memory if the system has one.
func scratch(t testing.TB) string {
	t.Helper()
	if st, err := os.Stat("/dev/shm"); err != nil || !st.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "wenbao-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// session runs the steps in recorded sessions and gives the picture after each.
func session(t *testing.T, dir string, rec *storetest.Recorder, n int) (pictures []string) {
	t.Helper()
	o := storetest.Options()
	o.Segment, o.Disk = 12<<10, rec
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	pictures = append(pictures, see(t, s))
	rec.Mark(0)
	var ids []exam.DraftID
	for i, step := range steps(n) {
		if err := step(s, &ids); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		pictures = append(pictures, see(t, s))
		rec.Mark(i + 1)
		if i%25 == 24 { // a new session
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = store.Open(context.Background(), dir, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	storetest.Inspect(t, s, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return pictures
}

func see(t *testing.T, s *store.Store) string {
	t.Helper()
	p, err := picture(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAPowerCutAtAnyWriteLosesNothingAcknowledged cuts the power after each
// recorded write, sync and rename of whole sessions: first creation, saving,
// rotation of the journal, checkpoints, snapshots, compaction, closing.
func TestAPowerCutAtAnyWriteLosesNothingAcknowledged(t *testing.T) {
	base := scratch(t)
	rec := storetest.NewRecorder(base)
	n, every, goal := 12, 4, some(600)
	if long {
		n, every, goal = 24, 1, 10_000
	}
	pictures := session(t, filepath.Join(base, "live"), rec, n)
	seed := seedOf()
	rnd := rand.New(rand.NewPCG(seed, 0))
	cuts := 0
	for round := 0; cuts < goal && !t.Failed(); round++ {
		rec.Replay(func(c storetest.Cut) {
			if t.Failed() || !chosen(rnd) || c.Event > 150 && rnd.IntN(every) != 0 { // first creation in full
				return
			}
			for mode := range storetest.Modes {
				if round > 0 && mode != storetest.Some {
					continue // nothing random in the others
				}
				cuts++
				at := filepath.Join(base, "cut")
				if err := c.Build(at, mode, rnd); err != nil {
					t.Fatal(err)
				}
				if err := checkCut(t, filepath.Join(at, "live"), pictures, c.Acked, rnd.IntN(20) == 0); err != nil {
					t.Errorf("seed %d, event %d, mode %d, after step %d: %v", seed, c.Event, mode, c.Acked, err)
				}
				os.RemoveAll(at)
			}
		})
	}
	t.Logf("%d events, %d cut points opened, seed %d", rec.Len(), cuts, seed)
}

// TestACutWhileSegmentsAreUsedAgainLosesNothing cuts the power while records are
// written over those of an earlier use.
func TestACutWhileSegmentsAreUsedAgainLosesNothing(t *testing.T) {
	base := scratch(t)
	rec := storetest.NewRecorder(base)
	o := storetest.Options()
	o.Segment, o.Disk = 12<<10, rec
	dir := filepath.Join(base, "live")
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	var pictures []string
	start := 0 // the event from which on segments are used again
	for again := 0; again < 8; again = rec.Renamed(".free.tmp", ".wj") {
		if again == 0 {
			start = rec.Len()
		}
		pictures = append(pictures, see(t, s))
		rec.Mark(len(pictures) - 1)
		if len(pictures) > 2000 {
			t.Fatal("no segment was used again")
		}
		d.Document.Title = fmt.Sprint(len(pictures))
		if _, err := s.Save(d.ID, d.Document); err != nil {
			t.Fatal(err)
		}
	}
	pictures = append(pictures, see(t, s))
	rec.Mark(len(pictures) - 1)
	storetest.Inspect(t, s, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	seed, cuts, goal := seedOf(), 0, some(200)
	if long {
		goal = 5000
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	for cuts < goal && !t.Failed() {
		rec.Replay(func(c storetest.Cut) {
			if c.Event < start || t.Failed() || !chosen(rnd) {
				return
			}
			for mode := range storetest.Modes {
				cuts++
				at := filepath.Join(base, "cut")
				if err := c.Build(at, mode, rnd); err != nil {
					t.Fatal(err)
				}
				if err := checkCut(t, filepath.Join(at, "live"), pictures, c.Acked, false); err != nil {
					t.Errorf("seed %d, event %d, mode %d, after step %d: %v", seed, c.Event, mode, c.Acked, err)
				}
				os.RemoveAll(at)
			}
		})
	}
	t.Logf("%d events, %d cut points opened, seed %d", rec.Len()-start, cuts, seed)
}

// checkCut opens what a cut left: it must show the last acknowledged step, or
// the one after it, and go on working.
func checkCut(t *testing.T, dir string, pictures []string, acked int, deep bool) error {
	o := storetest.Options()
	o.Segment = 12 << 10
	return checkCutOf(t, dir, o, pictures, acked, deep)
}

func checkCutOf(t *testing.T, dir string, o store.Options, pictures []string, acked int, deep bool) error {
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		return err
	}
	defer s.Close()
	got, err := picture(s)
	if err != nil {
		return err
	}
	if got != pictures[acked] && (acked+1 >= len(pictures) || got != pictures[acked+1]) {
		return fmt.Errorf("it shows\n%s\nnot\n%s", got, pictures[acked])
	}
	if o := s.Opening(); len(o.Lost) > 0 || o.Rebuilt || len(o.Damaged) > 0 {
		return fmt.Errorf("opening found %+v", o)
	}
	if _, err := s.Create(storetest.Person(999), exam.PackRef{}); err != nil {
		return fmt.Errorf("it cannot go on: %w", err)
	}
	if deep {
		storetest.Inspect(t, s, dir)
	}
	return nil
}

// copyIn puts a folder on a recorded disk, durably.
func copyIn(t *testing.T, rec *storetest.Recorder, from, to string) {
	t.Helper()
	for _, name := range allFiles(t, from) {
		rel, err := filepath.Rel(from, name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, rel)
		if err := rec.Mkdir(filepath.Dir(path)); err != nil {
			t.Fatal(err)
		}
		f, err := rec.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(raw, 0)
		if err = errors.Join(err, f.Sync(), f.Close(), rec.SyncDir(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACutWhileAnOldFormIsTakenOverLosesNothing opens a store of each form that
// was ever written, works in it and compacts it, with a cut after every write.
func TestACutWhileAnOldFormIsTakenOverLosesNothing(t *testing.T) {
	zips, err := filepath.Glob(filepath.Join(corpus, "*.zip"))
	if err != nil || len(zips) == 0 {
		t.Fatal("no corpus", err)
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, name := range zips {
		base, old := scratch(t), t.TempDir()
		unzip(t, name, old)
		rec := storetest.NewRecorder(base)
		dir := filepath.Join(base, "live")
		copyIn(t, rec, old, dir)
		start := rec.Len()
		o := storetest.Options()
		o.Keys.Passphrase, o.Disk = corpusPassphrase, rec
		s, err := store.Open(context.Background(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		pictures := []string{see(t, s)}
		rec.Mark(0)
		for i, step := range []func() error{
			func() error { _, err := s.Create(storetest.Person(500), exam.PackRef{}); return err },
			func() error { _, err := s.Check(context.Background()); return err },
			func() error { return s.Compact(context.Background()) },
			func() error { _, err := s.Create(storetest.Person(501), exam.PackRef{}); return err },
		} {
			if err := step(); err != nil {
				t.Fatal(err)
			}
			pictures = append(pictures, see(t, s))
			rec.Mark(i + 1)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		cuts := 0
		rec.Replay(func(c storetest.Cut) {
			for mode := range storetest.Modes {
				if c.Event < start || t.Failed() || !chosen(rnd) {
					return
				}
				cuts++
				at := filepath.Join(base, "cut")
				if err := c.Build(at, mode, rnd); err != nil {
					t.Fatal(err)
				}
				o := o
				o.Disk = nil
				if err := checkCutOf(t, filepath.Join(at, "live"), o, pictures, c.Acked, rnd.IntN(20) == 0); err != nil {
					t.Errorf("%s, event %d, mode %d, after step %d: %v", filepath.Base(name), c.Event, mode, c.Acked, err)
				}
				os.RemoveAll(at)
			}
		})
		t.Logf("%s: %d cuts", filepath.Base(name), cuts)
		if cuts < some(60) {
			t.Errorf("only %d cuts", cuts)
		}
	}
}

// TestACutWhileThePassphraseChangesLeavesAWayIn: whatever a cut leaves, the key
// from before or the one from after opens the store.
func TestACutWhileThePassphraseChangesLeavesAWayIn(t *testing.T) {
	base := scratch(t)
	rec := storetest.NewRecorder(base)
	o := storetest.Options()
	o.Disk = rec
	s, err := store.Open(context.Background(), filepath.Join(base, "live"), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
		t.Fatal(err)
	}
	want, start := see(t, s), rec.Len()
	keys := []store.Keys{{}, {Passphrase: "第一个"}, {Passphrase: "第二个"}, {}}
	for i, change := range []func() error{
		func() error { return s.SetPassphrase("第一个") },
		func() error { return s.SetPassphrase("第二个") },
		func() error { return s.RemovePassphrase() },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		rec.Mark(i + 1)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	rec.Replay(func(c storetest.Cut) {
		for mode := range storetest.Modes {
			if c.Event < start || t.Failed() {
				return
			}
			at := filepath.Join(base, "cut")
			if err := c.Build(at, mode, rnd); err != nil {
				t.Fatal(err)
			}
			var errs []error
			for _, k := range keys[c.Acked:min(c.Acked+2, len(keys))] {
				o := storetest.Options()
				k.Cost = storetest.CheapCost
				o.Keys = k
				s, err := store.Open(context.Background(), filepath.Join(at, "live"), o)
				if err != nil {
					errs = append(errs, err)
					continue
				}
				if got := see(t, s); got != want {
					t.Errorf("event %d, mode %d: it shows\n%s", c.Event, mode, got)
				}
				if rnd.IntN(10) == 0 {
					storetest.Inspect(t, s, filepath.Join(at, "live"))
				}
				s.Close()
				break
			}
			if len(errs) == 2 {
				t.Errorf("event %d, mode %d, after change %d: no way in: %v", c.Event, mode, c.Acked, errs)
			}
			os.RemoveAll(at)
		}
	})
}
