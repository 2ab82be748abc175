package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// benchDir holds the folders of one run, seededIDs the drafts in them: the one
// at i is of storetest.Person(i).
var (
	benchDir  string
	seededIDs = map[int][]exam.DraftID{}
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		typist(dir)
		return
	}
	dir, err := os.MkdirTemp("", "wenbao-store-")
	if err != nil {
		panic(err)
	}
	benchDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		code = 1
	}
	os.Exit(code)
}

// seeded gives a folder with n drafts, made once per run.
func seeded(tb testing.TB, n int) string {
	tb.Helper()
	dir := filepath.Join(benchDir, strconv.Itoa(n))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < n; i += 500 {
		docs := make([]exam.Document, min(500, n-i))
		for k := range docs {
			docs[k] = storetest.Person(i + k)
		}
		drafts, err := s.CreateAll(docs, exam.PackRef{ID: "038-2026", Version: 1})
		if err != nil {
			tb.Fatal(err)
		}
		for _, d := range drafts {
			seededIDs[n] = append(seededIDs[n], d.ID)
		}
	}
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
	return dir
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// BenchmarkOpen reports, in milliseconds, how long it takes until the first 50
// rows are there and until everything can be searched: with the files in the
// system's cache, and without.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, cold := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/%s", n, map[bool]string{false: "warm", true: "cold"}[cold]), func(b *testing.B) {
				dir := seeded(b, n)
				var first, all []time.Duration
				var before, after runtime.MemStats
				for b.Loop() {
					if cold && !forget(b, dir) {
						b.Skip("the cache cannot be emptied here")
					}
					runtime.GC()
					runtime.ReadMemStats(&before)
					start := time.Now()
					s, err := store.Open(context.Background(), dir, store.Options{})
					if err != nil {
						b.Fatal(err)
					}
					if p, err := s.List(store.Query{}); err != nil || len(p.Rows) != 50 || p.Total != n {
						b.Fatal(len(p.Rows), p.Total, err)
					}
					first = append(first, time.Since(start))
					if p, err := s.List(store.Query{Search: "19900000007"}); err != nil || p.Total != 1 {
						b.Fatal(p.Total, err)
					}
					all = append(all, time.Since(start))
					runtime.GC()
					runtime.ReadMemStats(&after)
					s.Close()
				}
				b.ReportMetric(float64(median(first).Microseconds())/1000, "first50-ms")
				b.ReportMetric(float64(median(all).Microseconds())/1000, "searchable-ms")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "heap-MB")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkSearch is one keystroke over 100,000 drafts, by each of the keys.
func BenchmarkSearch(b *testing.B) {
	dir := seeded(b, 100_000)
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.List(store.Query{Search: "x"}); err != nil { // until all is loaded
		b.Fatal(err)
	}
	b.Run("yardstick: one pass over 6 MB of text", func(b *testing.B) {
		text := bytes.Repeat([]byte("zhangwei zw lining ln wangxiao wx "), 6<<20/34)
		for b.Loop() {
			if bytes.Contains(text, []byte("zhongguoren")) {
				b.Fatal("found")
			}
		}
	})
	for _, q := range []string{"王", "张伟", "w", "wang", "zw", "1", "1234", "99000019", "199000", "19900012345", storetest.IDNumber(77), "王 12"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(store.Query{Search: q}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
