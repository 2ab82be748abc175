package server

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"wenbao/exam"
)

// Limits bound what clients may ask of the server. A school is one address, so
// an address gets far more than a device.
type Limits struct {
	InFlight     int        // requests worked on at one time; default 256
	Queue        int        // requests that have arrived and wait for their turn; default 2048
	Waiting      int        // long polls, streams and bodies under way at one time; default 10,000
	PerOwner     rate.Limit // requests per second of one device; default 200
	OwnerBurst   int        // default 1000
	PerAddress   rate.Limit // requests per second of one address; default 2000
	AddressBurst int        // default 5000
	// Unnamed bounds what one device may keep here that no registration names, in
	// bytes; a file counts 64 KB more than it has. Default 4 GiB: forty scans of the
	// largest size for each of several registrations at a time.
	Unnamed int64
}

func (l Limits) filled() Limits {
	l.InFlight = cmpOr(l.InFlight, 256)
	l.Queue = cmpOr(l.Queue, 2048)
	l.Waiting = cmpOr(l.Waiting, 10_000)
	l.PerOwner = cmpOr(l.PerOwner, 200)
	l.OwnerBurst = cmpOr(l.OwnerBurst, 1000)
	l.PerAddress = cmpOr(l.PerAddress, 2000)
	l.AddressBurst = cmpOr(l.AddressBurst, 5000)
	l.Unnamed = cmpOr(l.Unnamed, 4<<30)
	return l
}

func cmpOr[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// limiter holds the buckets. The table is emptied of whoever is quiet when it
// has grown, so that inventing devices costs no memory for ever.
type limiter struct {
	Limits
	now     func() time.Time
	slots   chan struct{} // held while worked on
	queue   chan struct{} // held while waiting for a slot
	waiting chan struct{} // held while the network is waited for
	// Held while a file of up to [exam.MaxFileBytes] lies in memory: read for a piece
	// of it, until all of it is sent, until its checksum is known.
	reading, sending, summing chan struct{}

	mu        sync.Mutex
	tidied    time.Time
	owners    map[Owner]*bucket
	addresses map[string]*bucket
}

type bucket struct {
	*rate.Limiter
	seen time.Time
	room int64 // bytes of files that surely fit before the repository must be asked
}

// wholes is how many files may lie in memory at one time for each of these reasons.
const wholes = 8

// maxBuckets bounds each table; quiet is when a bucket has refilled anyway.
const (
	maxBuckets = 100_000
	quiet      = time.Minute
)

func newLimiter(l Limits, now func() time.Time) *limiter {
	return &limiter{Limits: l, now: now, slots: make(chan struct{}, l.InFlight),
		queue: make(chan struct{}, l.Queue), waiting: make(chan struct{}, l.Waiting),
		reading: make(chan struct{}, wholes), sending: make(chan struct{}, wholes), summing: make(chan struct{}, wholes),
		owners: map[Owner]*bucket{}, addresses: map[string]*bucket{}}
}

// come counts a request of an address and takes it in: a place among those that
// wait for the network, or the advice to come back. Whoever sends slowly, or
// asks for news and waits, holds such a place and none of those that work.
func (l *limiter) come(r *http.Request) (leave func(), err error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if err := allow(l, l.addresses, host, l.PerAddress, l.AddressBurst); err != nil {
		return nil, err
	}
	if len(l.queue) == cap(l.queue) { // before the body has travelled for nothing
		return nil, busy()
	}
	return hold(l.waiting)
}

// patience is how long an arrived request waits for its turn.
const patience = 3 * time.Second

// work waits for a request's turn.
func (l *limiter) work(r *http.Request) (done func(), err error) {
	if done, err := hold(l.slots); err == nil {
		return done, nil
	}
	leave, err := hold(l.queue)
	if err != nil {
		return nil, err
	}
	defer leave()
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots }, nil
	case <-t.C:
		return nil, busy()
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func hold(places chan struct{}) (free func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	default:
		return nil, busy()
	}
}

func busy() error { return &comeBack{kind: exam.KindUnreachable, after: 2 * time.Second} }

// owner counts a request of a device.
func (l *limiter) owner(o Owner) error {
	return allow(l, l.owners, o, l.PerOwner, l.OwnerBurst)
}

// weight is what a file counts against [Limits.Unnamed].
func weight(size int64) int64 { return size + 64<<10 }

// fits tells whether a file of a device fits what is known to be free.
func (l *limiter) fits(o Owner, size int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.owners[o]
	if b == nil || b.room < weight(size) {
		return false
	}
	b.room -= weight(size)
	return true
}

// free says how much room a device has.
func (l *limiter) free(o Owner, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.owners[o]; b != nil {
		b.room = bytes
	}
}

func allow[K comparable](l *limiter, table map[K]*bucket, key K, every rate.Limit, burst int) error {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := table[key]
	if !ok {
		l.makeRoom(func() {
			forgetQuiet(table, now)
			if len(table) >= maxBuckets { // so many at once are nobody's honest devices: begin anew
				clear(table)
			}
		}, len(table), now)
		b = &bucket{Limiter: rate.NewLimiter(every, burst)}
		table[key] = b
	}
	b.seen = now
	r := b.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return &comeBack{kind: exam.KindRateLimited, after: wait}
	}
	return nil
}

// makeRoom empties a table that is full, once a second and not for every
// newcomer.
func (l *limiter) makeRoom(forget func(), size int, now time.Time) {
	if size < maxBuckets || size < 2*maxBuckets && now.Sub(l.tidied) < time.Second {
		return
	}
	l.tidied = now
	forget()
}

func forgetQuiet[K comparable](table map[K]*bucket, now time.Time) {
	for key, b := range table {
		if now.Sub(b.seen) > quiet {
			delete(table, key)
		}
	}
}
