package engine

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// worn changes n keys until the open segment is one that was used before and has
// room for some records more, and tells what should be there.
func worn(t *testing.T, e *Engine) map[string]string {
	t.Helper()
	want := map[string]string{}
	for i := 0; ; i++ {
		key, value := fmt.Sprintf("k%03d", i*13%50), fmt.Sprintf("%d-%0500d", i, i)
		change(t, e, key, value)
		want[key] = value
		if i > 20_000 {
			t.Fatal("no segment was used again")
		}
		e.tend() // as in the background, for a session that does not wait
		last := e.journal.segments[len(e.journal.segments)-1]
		raw, err := os.ReadFile(filepath.Join(e.journal.dir, last.name))
		if err != nil {
			t.Fatal(err)
		}
		if _, seq, ok := soundRecord(raw[len(raw)-block:]); ok && seq < last.first && e.journal.offset > 3*block {
			return want
		}
	}
}

func TestAKilledProcessLeavesARecordOfAnEarlierUseUnread(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	want := worn(t, e)
	last := e.journal.path(len(e.journal.segments) - 1)
	abandon(e)
	whole, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string]func([]byte) []byte{
		"nothing": func(b []byte) []byte { return b },
		"its newest record": func(b []byte) []byte {
			for at := block; at < len(b); at += block {
				if _, seq, ok := soundRecord(b[at:]); !ok || seq < e.seq {
					b[at-block+100] ^= 1
					return b
				}
			}
			t.Fatal("no newest record")
			return nil
		},
		"every record of its own": func(b []byte) []byte {
			for at := block; at < int(e.journal.offset); at += block {
				b[at+100] ^= 1
			}
			return b
		},
		"its header": func(b []byte) []byte { clear(b[:block]); return b },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(last, damage(bytes.Clone(whole)), 0o600); err != nil {
				t.Fatal(err)
			}
			e := opened(t, dir)
			same(t, "opened", contents(t, e), want) // bbolt has all of it
			f := e.Found()
			if f.Rebuilt || len(f.Missing) > 0 {
				t.Errorf("found %+v", f)
			}
			if name == "nothing" && (f.Dropped > 0 || len(f.Damaged) > 0 || f.Replayed > 0) {
				t.Errorf("found %+v", f)
			}
			abandon(e)
		})
	}
}

func TestARebuildTakesNothingOfAnEarlierUse(t *testing.T) {
	for _, lost := range []int{0, 1, 3} { // records of the last segment that are gone
		dir := t.TempDir()
		e := opened(t, dir)
		want := worn(t, e)
		last, end := e.journal.path(len(e.journal.segments)-1), e.journal.offset
		seq := e.seq
		abandon(e)
		raw, err := os.ReadFile(last)
		if err != nil {
			t.Fatal(err)
		}
		for i := range lost {
			clear(raw[int(end)-(i+1)*block:][:block])
		}
		if err := os.WriteFile(last, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, databaseName)); err != nil {
			t.Fatal(err)
		}
		e = opened(t, dir)
		if got := e.Seq(); got != seq-uint64(lost) {
			t.Errorf("%d records gone: rebuilt up to %d of %d", lost, got, seq)
		}
		got := contents(t, e)
		if len(got) != len(want) {
			t.Errorf("%d records gone: %d values, want %d", lost, len(got), len(want))
		}
		older := 0
		for key := range want {
			if got[key] != want[key] {
				older++
			}
		}
		if older != lost {
			t.Errorf("%d records gone: %d values are not the newest", lost, older)
		}
		e.Close()
	}
}

func TestASegmentThatLostItsRecordsGivesNoneOfAnEarlierUse(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	worn(t, e)
	e.tend()
	newest := map[string]string{} // of the segments before
	s, err := e.journal.since(0)
	if err != nil {
		t.Fatal(err)
	}
	last := e.journal.segments[len(e.journal.segments)-1]
	for _, r := range s.records {
		for _, o := range r.ops {
			if plain, err := box.Open("b", o.key[2:], o.value); err == nil && r.seq < last.first {
				newest[o.key] = string(plain)
			}
		}
	}
	name, end := filepath.Join(e.journal.dir, last.name), int(e.journal.offset)
	abandon(e)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	clear(raw[block:end])
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	snapshots, _ := filepath.Glob(filepath.Join(dir, snapshotDir, "*"+snapshotSuffix))
	if len(snapshots) == 0 || len(newest) == 0 {
		t.Fatal("nothing to lose")
	}
	for _, lost := range append(snapshots, filepath.Join(dir, databaseName)) {
		if err := os.Remove(lost); err != nil {
			t.Fatal(err)
		}
	}
	e = opened(t, dir)
	defer e.Close()
	got := contents(t, e)
	if f := e.Found(); f.Replayed > 0 || len(f.Missing) != 1 || f.Missing[0].To != s.records[0].seq-1 {
		t.Errorf("found %+v", f)
	}
	for key, value := range newest {
		if got[key[2:]] != value {
			t.Errorf("%s is not as the journal has it", key)
		}
	}
	if len(got) > len(newest) {
		t.Errorf("%d values, the journal has %d", len(got), len(newest))
	}
}

func TestCompactingLeavesNothingInSegmentsThatWereUsedBefore(t *testing.T) {
	dir := t.TempDir()
	e := opened(t, dir)
	for len(e.journal.free) == 0 || len(e.journal.segments) < 2 {
		worn(t, e)
		fill(t, e, 40)
	}
	var traces [][]byte // of values in the open segment and of its earlier use, in a full one, in one that waits
	last := len(e.journal.segments) - 1
	for _, name := range []string{e.journal.segments[last].name, e.journal.segments[last-1].name, e.journal.free[0]} {
		raw, err := os.ReadFile(filepath.Join(e.journal.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		traces = append(traces, raw[block+200:][:32], raw[len(raw)-block+200:][:32])
	}
	err := e.Update(func(tx *Tx) error {
		for i := range 50 {
			tx.Delete("b", fmt.Sprintf("k%03d", i))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, trace := range traces {
		if found(t, dir, trace) {
			t.Error("a value is still there:", i)
		}
	}
	worn(t, e)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, journalDir, "*"+freeSuffix)); len(left) > 0 {
		t.Error("segments lie about after closing:", len(left))
	}
}

func found(t *testing.T, dir string, trace []byte) (there bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		there = there || bytes.Contains(raw, trace)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}

func TestARecordOfManyBlocksLeavesItsSegmentForGood(t *testing.T) {
	e := opened(t, t.TempDir())
	defer e.Close()
	worn(t, e)
	change(t, e, "large", string(make([]byte, 3*block)))
	large := e.journal.segments[len(e.journal.segments)-1].name
	for i := 0; e.journal.segments[0].name <= large; i++ {
		if i > 50 {
			t.Fatal("it is never trimmed")
		}
		fill(t, e, 50)
		e.tend()
	}
	if slices.Contains(e.journal.free, large+freeSuffix) {
		t.Error("it waits to be used again")
	}
}
