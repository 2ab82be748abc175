package sync

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of what the engine does with a line. They come from measurements on
// good, bad and awful lines; see DESIGN.md.
const (
	firstWidth   = 8
	maxWidth     = 16
	minPiece     = 2 << 10
	maxPiece     = 64 << 10
	unknownPiece = 4 << 10

	heardTimeout = 5 * time.Second // a busy server may take its time …
	freshTimeout = 1 * time.Second // … but a connection on which nothing was ever heard is perhaps none
	maxTimeout   = 3 * time.Minute
	queueFor     = 2 // seconds, beside some round trips, that the line may need for all that is in flight
	pieceFor     = 8 // seconds that it may need for one piece

	firstPause = time.Second
	maxPause   = 5 * time.Minute
)

// line is what is known about the way to the server, learnt from the requests
// themselves: how many may be in flight, how large a piece may be, how long to
// wait, and whether it makes sense to try at all.
type line struct {
	rand *rand.Rand // guarded by mu

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when a place becomes free
	flying  map[*ticket]struct{}
	bytes   int64 // in flight
	width   float64
	rate    float64       // bytes per second, all requests together; 0 unknown
	rated   bool          // rate is more than a first impression
	rtt     time.Duration // the quickest answer of late; 0 unknown
	window  struct {
		began time.Time
		bytes int64
	}
	failures int // in a row, without any success between
	stretch  float64
	downs    int       // pauses in a row
	asked    bool      // the server asked for the present pause
	until    time.Time // no request before; zero: now
	success  time.Time // last answer of the server
}

func newLine(r *rand.Rand) *line {
	return &line{rand: r, changed: make(chan struct{}), flying: map[*ticket]struct{}{}, width: firstWidth, stretch: 1}
}

// ticket is one request's place in flight. Its context ends when the answer is
// given up, which is judged anew with everything that other answers teach.
type ticket struct {
	l      *line
	ctx    context.Context
	cancel context.CancelFunc
	bytes  int64
	began  time.Time
	timer  *time.Timer

	attempt int  // the first is 1
	fresh   bool // on a connection on which nothing was heard yet
}

// take waits for a place for a request of n bytes that is made for the so-manieth
// time; the first is 1.
func (l *line) take(ctx context.Context, n, attempt int) (*ticket, error) {
	for {
		l.mu.Lock()
		if l.room() {
			t := l.launch(ctx, n, attempt)
			l.mu.Unlock()
			return t, nil
		}
		wait := l.changed
		l.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (l *line) launch(ctx context.Context, n, attempt int) *ticket {
	now := time.Now()
	if len(l.flying) == 0 {
		l.window.began, l.window.bytes = now, 0
	}
	t := &ticket{l: l, bytes: int64(n), began: now, attempt: attempt}
	t.ctx, t.cancel = context.WithCancel(ctx)
	l.flying[t] = struct{}{}
	l.bytes += t.bytes
	t.timer = time.AfterFunc(l.timeout(t), t.cancel)
	return t
}

// connected tells a ticket that its request has a connection, and whether
// anything was ever heard on it.
func (t *ticket) connected(heard bool) {
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	t.fresh = !heard
	t.timer.Reset(max(0, t.l.timeout(t)-time.Since(t.began)))
	if t.l.rate == 0 && t.l.window.bytes == 0 {
		t.l.window.began = time.Now() // making connections is no sending
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
	case l.rated && n >= 2 && float64(l.bytes) >= l.flight():
		return false
	}
	return n < int(l.width)
}

// flight is how many bytes in flight keep the line busy.
func (l *line) flight() float64 { return l.rate * (queueFor + 3*l.rtt.Seconds()) }

// timeout is generous about what is already in flight, grows while requests run
// into it, and doubles for a request that ran into it: perhaps the server needs
// so long for this one. A connection on which nothing was heard yet takes two
// round trips more, and gets no patience beyond them.
func (l *line) timeout(t *ticket) time.Duration {
	wait := maxTimeout.Seconds()
	if l.rate > 0 {
		least, trips, again := heardTimeout, 2.0, float64(int(1)<<min(t.attempt-1, 10))
		if t.fresh {
			least, trips, again = freshTimeout, 4, 1
		}
		wait = (least.Seconds() + trips*l.rtt.Seconds() + 2*float64(l.bytes)/l.rate) * l.stretch * again
	}
	return time.Duration(min(wait, maxTimeout.Seconds()) * float64(time.Second))
}

// piece is how many bytes one request should carry at the moment.
func (l *line) piece() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate == 0 {
		return unknownPiece // nothing is known yet: on a very slow line more would be thrown away
	}
	return int(l.size())
}

// size is a piece that leaves room for eight of them in flight. What arrived of
// one counts although the line broke, so breaks do not ask for smaller ones.
func (l *line) size() float64 {
	best := min(l.rate*pieceFor, maxPiece)
	if l.rated {
		best = min(best, l.flight()/8)
	}
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
	l.measure(now, t.bytes)
	if took := now.Sub(t.began); !t.fresh && (l.rtt == 0 || took < l.rtt) {
		l.rtt = took
	}
	l.width = min(l.width+1, maxWidth)
	l.release(t)
	for o := range l.flying {
		o.timer.Reset(max(0, l.timeout(o)-now.Sub(o.began)))
	}
}

// measure takes the rate over windows of at least half a second, some round
// trips and 16 KB. The first impression is the first answer: what was sent by
// then shared the line with it.
func (l *line) measure(now time.Time, n int64) {
	took := now.Sub(l.window.began)
	if l.rate == 0 {
		l.rate = float64(l.bytes) / max(took.Seconds(), 0.001)
		l.window.began = now
		return
	}
	l.window.bytes += n
	if took < 500*time.Millisecond+2*l.rtt || l.window.bytes < 16<<10 && took < 5*time.Second {
		return
	}
	rate := float64(l.window.bytes) / took.Seconds()
	if l.rated {
		rate = l.rate + (rate-l.rate)/3
	}
	l.rate, l.rated = rate, true
	l.window.began, l.window.bytes = now, 0
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

// pause stops all requests for a while: as long as the server asked for, or by
// backoff, with jitter so that not everybody comes back at once.
func (l *line) pause(asked time.Duration) {
	now := time.Now()
	if now.Before(l.until) {
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
	close(l.changed)
	l.changed = make(chan struct{})
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
