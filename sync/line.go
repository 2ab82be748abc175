package sync

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Bounds of what the engine does with a line. They come from measurements on
// good, bad and awful lines; see DESIGN.md.
const (
	firstWidth   = 10
	maxWidth     = 16
	minPiece     = 2 << 10
	maxPiece     = 64 << 10
	maxInline    = 32 << 10
	unknownPiece = 4 << 10

	heardTimeout = 5 * time.Second // a busy server may take its time …
	freshTimeout = 1 * time.Second // … but a connection on which nothing was ever heard is perhaps none
	maxTimeout   = 3 * time.Minute
	queueFor     = 6                      // seconds, beside some round trips, that the line may need for all that is in flight
	inlineFor    = 1.5                    // seconds that it may need for the files inside one step
	quickTrip    = 100 * time.Millisecond // a line whose round trip is shorter takes all at once

	firstPause = time.Second
	maxPause   = 5 * time.Minute
	lookAgain  = 15 * time.Second // with as much again twice over in jitter
)

// line is what is known about the way to the server, learnt from the requests
// themselves: how many may be in flight, how large a piece may be, how long to
// wait, and whether it makes sense to try at all.
type line struct {
	rand *rand.Rand // guarded by mu

	mu       sync.Mutex
	waiting  []*waiter // for a place, in the order they came
	flying   map[*ticket]struct{}
	bytes    int64 // in flight
	width    float64
	guesses  int           // steps that were made before anything was known
	rate     float64       // bytes per second, all requests together; 0 unknown
	rated    bool          // rate is more than a first impression
	rtt      time.Duration // the quickest answer or connection of late; 0 unknown
	lag      float64       // seconds by which answers of late came later than their share of the line and rtt explain
	began    time.Time     // of the sending that the first impression is taken from
	acked    int64         // bytes of all requests that were answered
	failures int           // in a row, without any success between
	stretch  float64
	downs    int       // pauses in a row
	asked    bool      // the server asked for the present pause
	until    time.Time // no request before; zero: now
	success  time.Time // last answer of the server
}

func newLine(r *rand.Rand) *line {
	return &line{rand: r, flying: map[*ticket]struct{}{}, width: firstWidth, stretch: 1}
}

// ticket is one request's place in flight. Its context ends when the answer is
// given up, which is judged anew with everything that other answers teach.
type ticket struct {
	l      *line
	ctx    context.Context
	cancel context.CancelFunc
	bytes  int64
	began  time.Time
	acked  int64 // what the line's was then
	timer  *time.Timer

	attempt int  // the first is 1
	fresh   bool // on a connection on which nothing was heard yet
}

// waiter is a request that has no place yet.
type waiter struct {
	ctx        context.Context
	n, attempt int
	got        chan *ticket
}

// take waits for a place for a request of n bytes that is the attempt-th of
// its kind, from 1. Who came first is first.
func (l *line) take(ctx context.Context, n, attempt int) (*ticket, error) {
	w := &waiter{ctx, n, attempt, make(chan *ticket, 1)}
	l.mu.Lock()
	l.waiting = append(l.waiting, w)
	l.admit()
	l.mu.Unlock()
	select {
	case t := <-w.got:
		w.got <- t
	case <-ctx.Done():
	}
	if ctx.Err() == nil { // who gives up in the moment that a place comes gives up
		return <-w.got, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case t := <-w.got:
		l.release(t)
	default:
		l.waiting = slices.DeleteFunc(l.waiting, func(o *waiter) bool { return o == w })
	}
	return nil, ctx.Err()
}

// admit gives those who wait what places there are.
func (l *line) admit() {
	for len(l.waiting) > 0 && l.room() {
		w := l.waiting[0]
		l.waiting = l.waiting[1:]
		w.got <- l.launch(w.ctx, w.n, w.attempt)
	}
}

func (l *line) launch(ctx context.Context, n, attempt int) *ticket {
	now := time.Now()
	if len(l.flying) == 0 {
		l.began = now
	}
	t := &ticket{l: l, bytes: int64(n), began: now, acked: l.acked, attempt: attempt}
	t.ctx, t.cancel = context.WithCancel(ctx)
	l.flying[t] = struct{}{}
	l.bytes += t.bytes
	t.timer = time.AfterFunc(l.timeout(t), t.cancel)
	return t
}

// connected tells a ticket that its request has a connection, and whether
// anything was ever heard on it.
func (t *ticket) connected(heard bool) {
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	t.fresh = !heard
	t.timer.Reset(max(0, l.timeout(t)-time.Since(t.began)))
	if l.rate == 0 {
		l.began = time.Now() // making connections is no sending
	}
}

// made learns from how long making a connection took: two round trips, one of them
// for TLS. Where they are quick, all may be in flight at once.
func (l *line) made(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if trip := took / 2; l.rtt == 0 || trip < l.rtt {
		l.rtt = trip
	}
	if l.rate == 0 && l.rtt < quickTrip {
		l.width = maxWidth
		l.admit()
	}
}

// room tells whether a request may join those in flight: as many as were found
// useful, and no more than the line moves in some seconds. Two always may, so
// that one that hangs does not stop the other.
func (l *line) room() bool {
	n := len(l.flying)
	switch {
	case l.downs > 0:
		return n < 1 // a single one tries whether the line is back
	case l.rate > 0 && n >= 2 && float64(l.moving()) >= l.flight():
		return false
	}
	return n < int(l.width)
}

// moving is how many bytes in flight take part in the line. What is on a connection
// on which nothing was heard for longer than a new one may be silent goes perhaps nowhere.
func (l *line) moving() (n int64) {
	now := time.Now()
	for t := range l.flying {
		if !t.fresh || now.Sub(t.began).Seconds() < freshTimeout.Seconds()+4*l.rtt.Seconds()+l.share(t) {
			n += t.bytes
		}
	}
	return n
}

// share is how many seconds a request needs when all have an equal part of the line.
func (l *line) share(t *ticket) float64 {
	return float64(t.bytes) * float64(len(l.flying)) / l.rate
}

// flight is how many bytes in flight keep the line busy.
func (l *line) flight() float64 { return l.rate * (queueFor + 3*l.rtt.Seconds()) }

// timeout is twice a request's share of the line, longer when answers are late (when
// the line queues what all send, for instance) but never more than all that is in
// flight takes twice. It grows while requests run into it, and doubles for a request
// that ran into it: perhaps the server needs so long for this one. A connection on which nothing was heard yet takes two
// round trips more, and gets no patience beyond them.
func (l *line) timeout(t *ticket) time.Duration {
	wait := maxTimeout.Seconds()
	if l.rate > 0 {
		least, trips, again := heardTimeout, 2.0, float64(int(1)<<min(t.attempt-1, 10))
		if t.fresh {
			least, trips, again = freshTimeout, 4, 1
		}
		queued := min(l.share(t)+l.lag, float64(l.bytes)/l.rate)
		wait = (least.Seconds() + trips*l.rtt.Seconds() + 2*queued) * l.stretch * again
	}
	return time.Duration(min(wait, maxTimeout.Seconds()) * float64(time.Second))
}

// piece is how many bytes one request should carry at the moment.
func (l *line) piece() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return unknownPiece // nothing is known yet: a small one's answer comes soon
	}
	return int(l.size())
}

// inline is how many bytes of files one step should carry: what arrived of them
// counts although the line broke, so they may be more than a piece. While nothing is
// known yet, every third step carries none: the answer to the piece that goes
// instead tells the rate early, and the others keep the line busy meanwhile.
func (l *line) inline() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate > 0 {
		return int(max(l.size()*5/4, min(l.rate*inlineFor, maxInline))) // 5/4: as pieces go
	}
	if l.guesses++; l.guesses%3 == 0 {
		return 0
	}
	return maxInline
}

// size is a piece that leaves room for many of them in flight. What arrived of
// one counts although the line broke, so breaks do not ask for smaller ones.
func (l *line) size() float64 {
	best := min(l.flight()/20, maxPiece)
	return max(minPiece, best)
}

// heard notes an answer to a request that took no place. It tells whether the
// line was taken for down.
func (l *line) heard() (was bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was = l.downs > 0
	l.up(time.Now())
	return was
}

// told notes that the server wants to be left alone for a while.
func (l *line) told(asked time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.success = time.Now()
	l.pause(asked)
}

func (l *line) up(now time.Time) {
	l.failures, l.downs, l.stretch, l.until, l.asked, l.success = 0, 0, 1, time.Time{}, false, now
}

// succeeded ends a request that the server answered, whatever it said.
func (t *ticket) succeeded() {
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.up(now)
	l.measure(t, now)
	if took := now.Sub(t.began); !t.fresh && (l.rtt == 0 || took < l.rtt) {
		l.rtt = took
	}
	l.width = min(l.width+1, maxWidth)
	l.late(t, now)
	l.release(t)
	for o := range l.flying {
		o.timer.Reset(max(0, l.timeout(o)-now.Sub(o.began)))
	}
}

// late learns from an answer by how much answers are late: at once when it is more
// than was known, slowly when it is less.
func (l *line) late(t *ticket, now time.Time) {
	trips := 1.0
	if t.fresh {
		trips = 3
	}
	by := max(0, now.Sub(t.began).Seconds()-l.share(t)-trips*l.rtt.Seconds())
	l.lag = max(by, l.lag-(l.lag-by)/8)
}

// measure takes the rate from an answer: what was answered in all while the request
// was under way. The first impression is the first answer: all that were sent by
// then shared the line with it. Less than was known counts slowly, and only while
// the line is full.
func (l *line) measure(t *ticket, now time.Time) {
	l.acked += t.bytes
	if l.rate == 0 {
		l.rate = float64(min(l.bytes, t.bytes*int64(len(l.flying)))) / max(now.Sub(l.began).Seconds(), 0.001)
		return
	}
	if t.acked == 0 || 2*t.bytes*int64(len(l.flying)) < l.bytes {
		return // it went when nothing had been answered yet, or saw too little of the others
	}
	rate := float64(l.acked-t.acked) / max(now.Sub(t.began).Seconds(), 0.001)
	switch {
	case !l.rated:
		l.rate, l.rated = max(rate, l.rate/2), true
	case rate > l.rate:
		l.rate += (rate - l.rate) / 4
	case !l.room():
		l.rate -= (l.rate - rate) / 8
	}
}

// failed ends a request that the line swallowed. It tells whether the line is
// now taken for down.
func (t *ticket) failed() (down bool) {
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures++
	silent := t.ctx.Err() != nil
	if silent {
		l.stretch = min(l.stretch*1.5, 8)
		l.rtt += l.rtt / 8 // perhaps the way has become longer
	}
	l.width = max(l.width*0.85, 2)
	defer l.release(t)
	if l.downs > 0 || l.failures >= 3*max(2, int(l.width)) {
		l.pause(0)
		return true
	}
	return false
}

// missed notes that a request got no answer however often it was made. Unless
// something else was heard since it began, the line is taken for down.
func (l *line) missed(began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.success.Before(began) {
		l.pause(0)
	}
}

// intercepted notes that somebody else answers in the server's place: a network that
// wants a login first, perhaps. One connection looks again soon; when it is still
// not the server's, it ends before anything is sent.
func (l *line) intercepted() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); !now.Before(l.until) {
		l.downs, l.asked = max(l.downs, 1), false
		l.until = now.Add(lookAgain + time.Duration(l.rand.Int64N(int64(2*lookAgain))))
	}
}

// pause stops all requests for a while: as long as the server asked for, or by
// backoff, with jitter so that not everybody comes back at once.
func (l *line) pause(asked time.Duration) {
	now := time.Now()
	if now.Before(l.until) && (asked == 0 || l.asked) {
		return // several requests failed of the same cause
	}
	l.downs++
	wait := asked + time.Duration(l.rand.Int64N(int64(asked/4+firstPause)))
	if asked == 0 {
		ceiling := min(firstPause<<min(l.downs, 10), maxPause)
		wait = firstPause/4 + time.Duration(l.rand.Int64N(int64(ceiling)))
	}
	l.until, l.asked = now.Add(wait), asked > 0
}

// toldToWait ends a request that the server answered with "come back later".
func (t *ticket) toldToWait(asked time.Duration) {
	t.l.told(asked)
	t.gaveUp()
}

// gaveUp ends a request that the engine itself cut off.
func (t *ticket) gaveUp() {
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	t.l.release(t)
}

func (l *line) release(t *ticket) {
	t.timer.Stop()
	t.cancel()
	delete(l.flying, t)
	l.bytes -= t.bytes
	l.admit()
}

// resume forgets a pause, unless the server asked for it: a person wants it
// now, or the network changed.
func (l *line) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked {
		l.until = time.Time{}
	}
}

// closedFor is how long nothing will be sent; 0 when sending makes sense.
func (l *line) closedFor() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, time.Until(l.until))
}

// state gives what a person wants to know of the line.
func (l *line) state() (rate float64, down, asked bool, success time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rate, l.downs > 0, l.asked, l.success
}

// jitter gives a random time below d.
func (l *line) jitter(d time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Duration(l.rand.Int64N(int64(max(d, 1))))
}
