//go:build linux && !race

// SQLite, which stands beside the store here, takes minutes to compile with the
// race detector and for each other system.

package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	_ "modernc.org/sqlite"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/disk"
	"wenbao/store/storetest"
)

// saver is one way to make an edit durable.
type saver struct {
	name   string
	before func(i int) error        // what comes before it and is not timed; nil: nothing
	next   func(i int) func() error // what is timed
	dir    string                   // of the store; "" for the others
	took   []time.Duration
	disk   float64 // KB written for each save, all told
}

// BenchmarkSave compares one durable edit of a 3 KB draft, one writer, in turns
// of a hundred within one run: the store (encrypted, with list, search and
// history) editing one draft as a person does, any draft at random that was read
// before, as the program reads what it edits, and any draft unread; a bare
// write and fdatasync of as many bytes; bbolt.Update; SQLite (WAL,
// synchronous=FULL). What a turn saves is made before it. The bare write and the
// two databases get bytes that were encoded then; the store encodes, seals and
// keeps the version before while it is timed.
//
// The same bare write takes longer when something else was done since the one
// before it: the disk of a virtual machine is polled for some ten microseconds and
// has to be woken after that. So what is saved after reading has a yardstick of its
// own, bare writes with such a reading before each.
//
// It prints a table; figures are multiples of the bare write. What is written is
// counted afterwards, of each alone, with what it does behind.
func BenchmarkSave(b *testing.B) {
	for _, n := range []int{0, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			raw, rawRead := rawSaver(b), rawSaver(b)
			many := draftsOf(b, n)
			one, unread, read := draftsOf(b, n).one("store, one"), many.unread(), many.read()
			rawRead.name, rawRead.before = "raw, read", func(i int) error { return read.before(i + 250_000) }
			savers := []*saver{raw, one, unread, boltSaver(b, n), sqliteSaver(b, n), rawRead, read}
			for round := 0; b.Loop(); round++ {
				for _, s := range savers {
					s.turn(b, round)
				}
			}
			b.ReportMetric(0, "ns/op")
			for _, s := range savers {
				if s != read {
					s.weigh(b)
				}
			}
			read.disk = unread.disk // it is one store
			title := fmt.Sprintf("save, %d drafts inside", n)
			table(title, savers[:5])
			table(title+", each after reading a draft", savers[5:])
			for prefix, s := range map[string][2]*saver{"": {one, raw}, "unread-": {unread, raw}, "read-": {read, rawRead}} {
				b.ReportMetric(ratio(s[0].at(50), s[1].at(50)), prefix+"p50/raw")
				b.ReportMetric(ratio(s[0].at(99), s[1].at(99)), prefix+"p99/raw")
				b.ReportMetric(s[0].rate()/s[1].rate(), prefix+"rate/raw")
				b.ReportMetric(s[0].disk, prefix+"KB/save")
			}
		})
	}
}

// BenchmarkSaveAged compares editing a draft among 10,000 with editing one among
// what is left when nine tenths of them have been purged: the rate of the latter
// as a share of the former's; the goal is 0.95.
func BenchmarkSaveAged(b *testing.B) {
	const n = 10_000
	dir := filepath.Join(benchDir, "aged")
	copied(b, dir, seeded(b, n))
	purge(b, dir, n-n/10)
	savers := []*saver{rawSaver(b), draftsOf(b, n).one("store, one"), opened(b, dir, 0).one("store, aged")}
	for round := 0; b.Loop(); round++ {
		for _, s := range savers {
			s.turn(b, round)
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, s := range savers {
		s.weigh(b)
	}
	table("save, nine tenths of 10000 drafts purged", savers)
	b.ReportMetric(savers[2].rate()/savers[1].rate(), "rate/fresh")
}

// purge destroys n drafts.
func purge(b *testing.B, dir string, n int) {
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for n > 0 {
		page, err := s.List(store.Query{Limit: min(n, 1000)})
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range page.Rows {
			if err := errors.Join(s.Delete(row.ID), s.Purge(row.ID)); err != nil {
				b.Fatal(err)
			}
		}
		n -= len(page.Rows)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// table prints the savers as multiples of the first.
func table(title string, savers []*saver) {
	raw := savers[0]
	fmt.Printf("%s: raw %v, p99 %v, %.0f/s (goal: p50 1.10, p99 3, rate 0.85, %.1f KB)\n", title, raw.at(50), raw.at(99), raw.rate(), 4*float64(len(edited(0).Encode()))/1024)
	for _, s := range savers {
		fmt.Printf("  %-14s p50 %5.2f  p99 %5.2f  rate %5.2f  %5.1f KB/save\n", s.name,
			ratio(s.at(50), raw.at(50)), ratio(s.at(99), raw.at(99)), s.rate()/raw.rate(), s.disk)
	}
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// weigh counts what saves write, with nothing else at work: some thousand, of the
// store all from one snapshot to the next, so that what it does behind is in it.
func (s *saver) weigh(b *testing.B) {
	b.Helper()
	i := 1_000_000
	some := func() {
		for range 500 {
			if err := s.next(i)(); err != nil {
				b.Fatal(s.name, err)
			}
			i++
		}
	}
	period := func() {
		for was, n := s.snapshot(b), 0; n < 16 || s.dir != "" && s.snapshot(b) == was; n++ {
			some()
		}
	}
	if s.dir != "" { // until the first snapshot, and while it is taken, every segment is new
		period()
		period()
	}
	from, before := i, written()
	period()
	s.disk = float64(written()-before) / float64(i-from) / 1024
}

// snapshot names the store's newest, which stands there when it is whole.
func (s *saver) snapshot(b *testing.B) string {
	b.Helper()
	list, err := filepath.Glob(filepath.Join(s.dir, "snapshots", "*.db"))
	if err != nil {
		b.Fatal(err)
	}
	return slices.Max(append(list, ""))
}

func (s *saver) turn(b *testing.B, round int) {
	b.Helper()
	saves := make([]func() error, 100)
	for i := range saves {
		saves[i] = s.next(round*100 + i)
	}
	for i, save := range saves {
		if s.before != nil {
			if err := s.before(round*100 + i); err != nil {
				b.Fatal(s.name, err)
			}
		}
		start := time.Now()
		if err := save(); err != nil {
			b.Fatal(s.name, err)
		}
		s.took = append(s.took, time.Since(start))
	}
}

func (s *saver) at(percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(s.took))
	return sorted[(len(sorted)-1)*percent/100]
}

// rate is saves a second of the median turn, what is done behind included.
func (s *saver) rate() float64 {
	var turns []time.Duration
	for turn := range slices.Chunk(s.took, 100) {
		sum := time.Duration(0)
		for _, d := range turn {
			sum += d
		}
		turns = append(turns, sum)
	}
	return 100 / median(turns).Seconds()
}

// written is what this process has given to the disk, where the system tells.
func written() int64 {
	raw, _ := os.ReadFile("/proc/self/io")
	_, after, _ := strings.Cut(string(raw), "\nwrite_bytes: ")
	n, _ := strconv.ParseInt(strings.SplitN(after, "\n", 2)[0], 10, 64)
	return n
}

func edited(i int) exam.Document {
	doc := storetest.Person(7)
	doc.Email = fmt.Sprintf("edit%d@example.invalid", i)
	return doc
}

func rawSaver(b *testing.B) *saver {
	f, err := disk.OS{}.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	const size = 64 << 20
	for at := int64(0); at < size; at += 4096 { // in pages, or the system keeps larger ones
		if _, err := f.WriteAt(make([]byte, 4096), at); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	record := edited(0).Encode()
	at := int64(0)
	save := func() error {
		if at += int64(len(record)); at+int64(len(record)) > size {
			at = 0
		}
		if _, err := f.WriteAt(record, at); err != nil {
			return err
		}
		return f.Sync()
	}
	return &saver{name: "raw", next: func(int) func() error { return save }}
}

// copied copies a store page by page: of what is written in larger pieces the
// system may keep large pages, and write all of one for every change in it.
func copied(b *testing.B, to, from string) {
	b.Helper()
	for _, name := range allFiles(b, from) {
		raw, err := os.ReadFile(name)
		rest, _ := filepath.Rel(from, name)
		target := filepath.Join(to, rest)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(target), 0o700))
		f, openErr := os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o600)
		if err = errors.Join(err, openErr); err != nil {
			b.Fatal(err)
		}
		for page := range slices.Chunk(raw, 4096) {
			if _, err := f.Write(page); err != nil {
				b.Fatal(err)
			}
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			b.Fatal(err)
		}
	}
}

// drafts is a store of its own with drafts that were seeded and a new one, which
// comes first.
type drafts struct {
	*store.Store
	dir string
	ids []exam.DraftID
}

func draftsOf(b *testing.B, n int) drafts {
	dir := filepath.Join(b.TempDir(), "s")
	if n > 0 {
		copied(b, dir, seeded(b, n))
	}
	return opened(b, dir, n)
}

func opened(b *testing.B, dir string, n int) drafts {
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	d, err := s.Create(edited(0), exam.PackRef{})
	if err != nil {
		b.Fatal(err)
	}
	return drafts{s, dir, append([]exam.DraftID{d.ID}, seededIDs[n]...)}
}

func (s drafts) which(i int) int { return i * 7919 % len(s.ids) }

// one edits a field of one draft again and again, as a window does: the rest of the
// document stays where it is.
func (s drafts) one(name string) *saver {
	doc := edited(0)
	return &saver{name: name, dir: s.dir, next: func(i int) func() error {
		doc.Email = edited(i + 1).Email
		return s.save(s.ids[0], doc)
	}}
}

// unread edits a field of any draft, whose document was made elsewhere.
func (s drafts) unread() *saver {
	return &saver{name: "store, unread", dir: s.dir, next: func(i int) func() error {
		k, doc := s.which(i), edited(i+1)
		if k > 0 {
			email := doc.Email
			doc = storetest.Person(k - 1)
			doc.Email = email
		}
		return s.save(s.ids[k], doc)
	}}
}

// read edits a field of any draft that was read just before, of others than unread
// does in the same round.
func (s drafts) read() *saver {
	const others = 500_000
	var doc exam.Document
	return &saver{name: "store, read", dir: s.dir, before: func(i int) error {
		d, err := s.Draft(s.ids[s.which(i+others)])
		doc = d.Document
		return err
	}, next: func(i int) func() error {
		id, email := s.ids[s.which(i+others)], edited(i+1).Email
		return func() error {
			doc.Email = email
			_, err := s.Save(id, doc)
			return err
		}
	}}
}

func (s drafts) save(id exam.DraftID, doc exam.Document) func() error {
	return func() error {
		_, err := s.Save(id, doc)
		return err
	}
}

func boltSaver(b *testing.B, n int) *saver {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "b.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	put := func(from int, records ...[]byte) error {
		return db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("drafts"))
			for i, record := range records {
				err = errors.Join(err, bucket.Put(fmt.Appendf(nil, "%036d", from+i), record))
			}
			return err
		})
	}
	for i := 0; i < n; i += 1000 {
		block := make([][]byte, 1000)
		for k := range block {
			block[k] = edited(i + k).Encode()
		}
		if err := put(i, block...); err != nil {
			b.Fatal(err)
		}
	}
	return &saver{name: "bbolt.Update", next: func(i int) func() error {
		record := edited(i).Encode()
		return func() error { return put(i*7919%(n+1), record) }
	}}
}

func sqliteSaver(b *testing.B, n int) *saver {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "s.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("create table drafts (id text primary key, updated integer, document blob) without rowid; create index recent on drafts (updated)"); err != nil {
		b.Fatal(err)
	}
	const upsert = "insert into drafts values (?, ?, ?) on conflict (id) do update set updated = excluded.updated, document = excluded.document"
	for from := 0; from < n; from += 1000 {
		tx, err := db.Begin()
		for i := from; err == nil && i < from+1000; i++ {
			_, err = tx.Exec(upsert, fmt.Sprintf("%036d", i), i, edited(i).Encode())
		}
		if err == nil {
			err = tx.Commit()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	stmt, err := db.Prepare(upsert)
	if err != nil {
		b.Fatal(err)
	}
	return &saver{name: "SQLite WAL", next: func(i int) func() error {
		key, record := fmt.Sprintf("%036d", i*7919%(n+1)), edited(i).Encode()
		return func() error {
			_, err := stmt.Exec(key, n+i, record)
			return err
		}
	}}
}
