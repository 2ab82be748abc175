package synctest

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	wsync "wenbao/sync"
)

var lines = flag.Bool("lines", false, "print the table of goodput on every line, with more seeds and more registrations")

// load is what is sent over a line, and the share of it that must get through:
// goodput is payload bytes over bandwidth times time, and above 1 the packing of
// text beats the line.
type load struct {
	p     Profile
	n     int
	scans []int // sizes of attachments
	least float64
}

// TestGoodputOnEveryLine lets the real engine and the real server's HTTP run
// over the line model in virtual time, with nothing set by hand.
func TestGoodputOnEveryLine(t *testing.T) {
	scans := []int{200e3, 200e3, 500e3, 500e3, 1e6, 1e6, 2e6, 2e6}
	loads := []load{
		{p: Good, n: 300, least: 0.80}, {p: Bad, n: 100, least: 0.85}, {p: Awful, n: 60, least: 0.50},
		{p: Bad, scans: scans, least: 0.88}, {p: Awful, scans: scans, least: 0.70}, {p: Slow, n: 2, least: 0.45},
	}
	runs := uint64(1)
	if *lines {
		loads[0].n, loads[1].n, loads[2].n, runs = 1000, 300, 100, 2
	}
	for _, l := range loads {
		for seed := range runs {
			t.Run(fmt.Sprintf("%s/%d+%d/%d", l.p.Name, l.n, len(l.scans), seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { l.run(t, seed) })
			})
		}
	}
}

func (l load) run(t *testing.T, seed uint64) {
	s := practiceServer(t, func(c *server.Config) {
		c.Limits = server.Limits{PerOwner: 1e5, OwnerBurst: 1e5, PerAddress: 1e5, AddressBurst: 1e5}
	})
	link := NewLink(l.p, seed)
	web := &http.Server{Handler: s}
	served := make(chan struct{})
	go func() { web.Serve(link); close(served) }()
	m := NewMemory()
	e := engine(t, m, nil, func(c *wsync.Config) { c.Transport, c.Dial, c.Archive = nil, link.Dial, nil })
	payload := 0
	queue := func(n int, files ...exam.File) {
		entry := Submit(exam.NewDraftID(), 0, FullDocument(n), files...)
		m.Queue(entry)
		payload += len(entry.Content)
		for _, f := range files {
			payload += int(f.Size)
		}
	}
	for n := range l.n {
		queue(n, photo(m, uint64(n)))
	}
	for n, size := range l.scans {
		queue(5000+n, photo(m, uint64(5000+n)), m.AddFile("diploma", "application/pdf", Photo(rng(uint64(n)), size)))
	}
	began := time.Now()
	r, err := e.UntilIdle(t.Context())
	took := time.Since(began)
	if err != nil || r.Delivered != l.n+len(l.scans) {
		t.Errorf("%+v, %v", r, err)
	}
	goodput := float64(payload) / (l.p.Up * took.Seconds())
	link.mu.Lock()
	line := fmt.Sprintf("%-9s %4d records %d scans: goodput %.3f (%.0f s), wire/payload %.3f, lost %.3f of the payload, %d connections, %d resets",
		l.p.Name, l.n, len(l.scans), goodput, took.Seconds(), float64(link.Sent)/float64(payload), float64(link.Lost)/float64(payload), link.Conns, link.Resets)
	link.mu.Unlock()
	t.Log(line)
	if *lines {
		fmt.Fprintln(os.Stdout, line)
	}
	if goodput < l.least {
		t.Errorf("goodput %.3f, at least %.2f", goodput, l.least)
	}
	e.Close()
	web.Close()
	link.Close()
	<-served
	time.Sleep(time.Minute)
}
