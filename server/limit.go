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
	InFlight     int        // requests at one time; default 1024
	PerOwner     rate.Limit // requests per second of one device; default 200
	OwnerBurst   int        // default 1000
	PerAddress   rate.Limit // requests per second of one address; default 2000
	AddressBurst int        // default 5000
}

func (l Limits) filled() Limits {
	l.InFlight = cmpOr(l.InFlight, 1024)
	l.PerOwner = cmpOr(l.PerOwner, 200)
	l.OwnerBurst = cmpOr(l.OwnerBurst, 1000)
	l.PerAddress = cmpOr(l.PerAddress, 2000)
	l.AddressBurst = cmpOr(l.AddressBurst, 5000)
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
	now   func() time.Time
	slots chan struct{}

	mu        sync.Mutex
	owners    map[Owner]*bucket
	addresses map[string]*bucket
}

type bucket struct {
	*rate.Limiter
	seen time.Time
}

// maxBuckets bounds each table; quiet is when a bucket has refilled anyway.
const (
	maxBuckets = 100_000
	quiet      = time.Minute
)

func newLimiter(l Limits, now func() time.Time) *limiter {
	return &limiter{Limits: l, now: now, slots: make(chan struct{}, l.InFlight),
		owners: map[Owner]*bucket{}, addresses: map[string]*bucket{}}
}

// enter takes a place among the requests in flight.
func (l *limiter) enter(r *http.Request) (release func(), err error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if err := allow(l, l.addresses, host, l.PerAddress, l.AddressBurst); err != nil {
		return nil, err
	}
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots }, nil
	default:
		return nil, &comeBack{exam.KindUnreachable, 2 * time.Second}
	}
}

// owner counts a request of a device.
func (l *limiter) owner(o Owner) error {
	return allow(l, l.owners, o, l.PerOwner, l.OwnerBurst)
}

func allow[K comparable](l *limiter, table map[K]*bucket, key K, every rate.Limit, burst int) error {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := table[key]
	if !ok {
		if len(table) >= maxBuckets {
			forgetQuiet(table, now)
		}
		b = &bucket{Limiter: rate.NewLimiter(every, burst)}
		table[key] = b
	}
	b.seen = now
	r := b.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return &comeBack{exam.KindRateLimited, wait}
	}
	return nil
}

func forgetQuiet[K comparable](table map[K]*bucket, now time.Time) {
	for key, b := range table {
		if now.Sub(b.seen) > quiet {
			delete(table, key)
		}
	}
}
