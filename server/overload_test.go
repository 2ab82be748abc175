package server_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	load "wenbao/sync/synctest"
)

// TestWhoFindsNoPlaceIsToldWhenToComeBack fills every place for those who wait
// and holds the server to its answer for everybody else.
func TestWhoFindsNoPlaceIsToldWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fresh(t, func(c *server.Config) {
			c.Limits.Waiting = 20
		})
		d := newDevice(t, s, "a")
		var polls sync.WaitGroup
		for range 20 {
			polls.Go(func() {
				if w := d.do("GET", "/v1/changes?wait=50", "", nil); w.Code != http.StatusOK {
					t.Error("a long poll:", w.Code)
				}
			})
		}
		synctest.Wait()
		w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID())
		if kindOf(t, w) != exam.KindUnreachable || w.Header().Get("Retry-After") == "" {
			t.Error(w.Code, w.Header())
		}
		if w := d.do("GET", "/healthz", "", nil); w.Code != http.StatusOK {
			t.Error("a probe finds no place:", w.Code)
		}
		polls.Wait()
		if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
			t.Error("and afterwards:", w.Code, w.Body)
		}
	})
}

// TestLongPollsTakeNoPlaceOfThoseThatWork lets far more clients wait for news
// than requests are worked on at one time.
func TestLongPollsTakeNoPlaceOfThoseThatWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fresh(t, func(c *server.Config) {
			c.Limits.InFlight, c.Limits.Queue = 2, 1
		})
		d := newDevice(t, s, "a")
		var polls sync.WaitGroup
		for range 100 {
			polls.Go(func() { newDevice(t, s, "waiting").do("GET", "/v1/changes?wait=50", "", nil) })
		}
		synctest.Wait()
		for n := range 10 {
			if w := d.submit(exam.NewDraftID(), n, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
				t.Error(w.Code, w.Body)
			}
		}
		polls.Wait()
	})
}

// TestEverybodyGetsThroughAnOverloadedServer brings ten times as many clients
// as find a place at one time: most are told to come back, none is lost.
func TestEverybodyGetsThroughAnOverloadedServer(t *testing.T) {
	s := fresh(t, func(c *server.Config) {
		c.Limits.InFlight, c.Limits.Queue, c.Limits.Waiting = 4, 4, 16
	})
	l := load.NewLoad(160, 320, 2000)
	l.Run(t, s)
	if l.Refused() == 0 {
		t.Error("nobody was refused: the server was not overloaded")
	}
	if list, err := s.Repository.List(t.Context(), "", 1000); err != nil || len(list) != 320 {
		t.Error(len(list), err)
	}
}

// BenchmarkOverload compares the rate at ten times saturation with the peak, and
// the slowest answers below saturation with the usual ones.
func BenchmarkOverload(b *testing.B) {
	db, err := boltdb.Open(b.TempDir(), boltdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	s, err := server.New(server.Config{Repository: db, Rules: rules(b), Signer: signer, Practice: true, Limits: generous})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Drain()
	const runs = 3
	n := max(b.N, 6000) / runs
	var peak, over, tail, refused []float64
	b.ResetTimer()
	for range runs {
		below := load.NewLoad(2, n/4, 24_800)
		below.Run(b, s)
		tail = append(tail, float64(below.Percentile(0.99))/float64(below.Percentile(0.5)))
		full := load.NewLoad(128, n, 24_800)
		full.Run(b, s)
		peak = append(peak, full.Middle())
		ten := load.NewLoad(1280, 2*n, 24_800)
		ten.Run(b, s)
		over = append(over, ten.Middle())
		refused = append(refused, float64(ten.Refused())/float64(2*n))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(peak), "peak/s")
	b.ReportMetric(median(over), "ten-times/s")
	b.ReportMetric(median(over)/median(peak), "ratio(goal≥0.9)")
	b.ReportMetric(median(refused), "refusals-each")
	b.ReportMetric(median(tail), "p99÷p50-below(goal≤10)")
}
