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
	firstWidth   = 4
	maxWidth     = 16
	minPiece     = 2 << 10
	maxPiece     = 64 << 10
	firstPiece   = 32 << 10
	unknownPiece = 4 << 10

	minTimeout   = 2 * time.Second
	maxTimeout   = 2 * time.Minute
	firstTimeout = 30 * time.Second
	slowest      = 200 // bytes per second; silence is never taken for a slower line

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
	flying  int
	bytes   int64 // in flight
	width   float64
	rate    float64 // bytes per second, all requests together; 0 unknown
	rtt     time.Duration
	acked   float64 // bytes since about the last breaks …
	breaks  float64 // … and their number, both fading
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
	l := &line{rand: r, changed: make(chan struct{}), width: firstWidth, stretch: 1}
	l.acked, l.breaks = float64(firstPiece*safety), 1
	return l
}

// safety is how many pieces should fit between two breaks of a line.
const safety = 12

// ticket is one request's place in flight.
type ticket struct {
	l       *line
	bytes   int64
	began   time.Time
	timeout time.Duration
}

// take waits for a place for a request of n bytes.
func (l *line) take(ctx context.Context, n int) (*ticket, error) {
	for {
		l.mu.Lock()
		if l.flying < l.allowed() {
			l.flying++
			l.bytes += int64(n)
			now := time.Now()
			if l.flying == 1 {
				l.window.began, l.window.bytes = now, 0
			}
			t := &ticket{l: l, bytes: int64(n), began: now, timeout: l.timeout()}
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

// allowed is how many requests may be in flight: as many as were found useful,
// and no more than the line moves in some seconds.
func (l *line) allowed() int {
	n := int(l.width)
	if l.downs > 0 {
		return 1 // a single one tries whether the line is back
	}
	if l.rate > 0 {
		n = min(n, max(1, int(l.rate*20/float64(l.pieceLocked()))))
	}
	return max(1, n)
}

// timeout is generous about what is already in flight and grows while requests
// run into it.
func (l *line) timeout() time.Duration {
	t := firstTimeout.Seconds()
	if l.rate > 0 {
		t = minTimeout.Seconds() + 3*l.rtt.Seconds() + 2*float64(l.bytes)/l.rate
	}
	return time.Duration(min(t*l.stretch, maxTimeout.Seconds()) * float64(time.Second))
}

// piece is how many bytes one request should carry at the moment.
func (l *line) piece() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pieceLocked()
}

func (l *line) pieceLocked() int {
	if l.rate == 0 {
		return unknownPiece // nothing is known yet: on a very slow line more would be thrown away
	}
	want := min(l.acked/l.breaks/safety, l.rate*8)
	size := minPiece
	for size*2 <= maxPiece && float64(size*2) <= want {
		size *= 2
	}
	return size
}

// succeeded ends a request that the server answered, whatever it said.
func (t *ticket) succeeded() {
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	took := now.Sub(t.began)
	l.failures, l.downs, l.stretch, l.until, l.asked, l.success = 0, 0, 1, time.Time{}, false, now
	l.acked += float64(t.bytes)
	if l.acked > 4<<20 {
		l.acked, l.breaks = l.acked/2, max(l.breaks/2, 0.5)
	}
	l.measure(now, t.bytes)
	if sample := took - l.transit(t.bytes); sample > 0 {
		if l.rtt == 0 || sample < l.rtt {
			l.rtt = sample
		} else {
			l.rtt += (sample - l.rtt) / 16
		}
	}
	l.width = min(l.width+1, maxWidth)
	l.release(t)
}

func (l *line) transit(n int64) time.Duration {
	if l.rate == 0 {
		return 0
	}
	return time.Duration(float64(n) / l.rate * float64(time.Second))
}

// measure takes the rate over windows of at least half a second and 16 KB; the
// first may be shorter.
func (l *line) measure(now time.Time, n int64) {
	l.window.bytes += n
	took := now.Sub(l.window.began)
	enough := took >= 500*time.Millisecond && (l.window.bytes >= 16<<10 || took >= 5*time.Second)
	if !enough && (l.rate > 0 || l.window.bytes < 2*unknownPiece || took <= 0) {
		return
	}
	rate := float64(l.window.bytes) / took.Seconds()
	if l.rate == 0 {
		l.rate = rate
	} else {
		l.rate += (rate - l.rate) / 3
	}
	l.window.began, l.window.bytes = now, 0
}

// failed ends a request that the line swallowed. It tells whether the line is
// now taken for down.
func (t *ticket) failed() (down bool) {
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaks++
	l.failures++
	if time.Since(t.began) >= t.timeout {
		l.stretch = min(l.stretch*1.5, 8)
		l.rate = max(l.rate*0.8, min(l.rate, slowest))
	}
	l.width = max(l.width*0.85, 2)
	defer l.release(t)
	if l.downs > 0 || l.failures >= 3*max(2, l.allowed()) {
		l.pause(0)
		return true
	}
	return false
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
	l := t.l
	l.mu.Lock()
	defer l.mu.Unlock()
	l.success = time.Now()
	l.pause(asked)
	l.release(t)
}

// gaveUp ends a request that the engine itself cut off.
func (t *ticket) gaveUp() {
	t.l.mu.Lock()
	defer t.l.mu.Unlock()
	t.l.release(t)
}

func (l *line) release(t *ticket) {
	l.flying--
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
