package synctest

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"
)

// Profile describes a line, in the figures of the measurements that the goals
// come from: all connections share its bandwidth in each direction; a connection
// pays two round trips before its first byte, grows its window by slow start, has
// a jitter that is drawn anew every 200 ms and keeps the order, is reset after a
// random number of bytes (what is under way is lost), or swallows everything
// before it has taken any bandwidth.
type Profile struct {
	Name               string
	RTT, Jitter        time.Duration
	Up, Down           float64 // bytes per second; 0 has no limit
	ResetMin, ResetMax int     // bytes of both directions; 0 never
	Black              float64 // share of connections that swallow everything
}

// The three lines of the goals.
var (
	Good  = Profile{Name: "good", RTT: 60 * time.Millisecond, Jitter: 5 * time.Millisecond, Up: 20e6 / 8, Down: 20e6 / 8}
	Bad   = Profile{Name: "bad", RTT: 300 * time.Millisecond, Jitter: 150 * time.Millisecond, Up: 1e6 / 8, Down: 4e6 / 8, ResetMin: 200e3, ResetMax: 800e3}
	Awful = Profile{Name: "awful", RTT: 800 * time.Millisecond, Jitter: 200 * time.Millisecond, Up: 256e3 / 8, Down: 256e3 / 8, ResetMin: 60e3, ResetMax: 140e3, Black: 0.2}
	Slow  = Profile{Name: "2 kbit/s", RTT: 1500 * time.Millisecond, Jitter: 300 * time.Millisecond, Up: 250, Down: 250}
)

// Link is a line in memory. It is a net.Listener for the server's side; Dial is
// for the client's. In a bubble of testing/synctest its time is virtual.
type Link struct {
	p        Profile
	accept   chan net.Conn
	closed   chan struct{}
	once     sync.Once
	up, down serializer

	mu     sync.Mutex
	r      *rand.Rand
	Sent   int64 // bytes that went up
	Lost   int64 // of them, destroyed by resets
	Conns  int
	Resets int
}

// NewLink makes a line whose accidents follow from the seed.
func NewLink(p Profile, seed uint64) *Link {
	return &Link{p: p, accept: make(chan net.Conn, 64), closed: make(chan struct{}), r: rng(seed),
		up: serializer{rate: p.Up}, down: serializer{rate: p.Down}}
}

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// serializer hands out the moments at which bytes have left. A sender that wakes
// late has lost nothing for it, within burst.
type serializer struct {
	rate float64
	mu   sync.Mutex
	next time.Time
	idle []gap
}

// gap is a time in which nobody used the line, between others in which somebody did.
type gap struct{ from, to time.Time }

const burst = 4 * time.Millisecond

func (s *serializer) reserve(n int) time.Time {
	now := time.Now()
	if s.rate == 0 {
		return now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if early := now.Add(-burst); s.next.Before(early) {
		s.idle = append(s.idle, gap{s.next, early})
		s.next = early
	}
	s.next = s.next.Add(time.Duration(float64(n) / s.rate * float64(time.Second)))
	return s.next
}

// Idle gives how long the way up lay idle between two moments: before the first byte,
// between others, and after the last.
func (l *Link) Idle(from, to time.Time) (before, between, after time.Duration) {
	l.up.mu.Lock()
	defer l.up.mu.Unlock()
	for i, g := range l.up.idle {
		switch {
		case i == 0:
			before = g.to.Sub(from)
		case g.to.Before(to):
			between += g.to.Sub(g.from)
		case g.from.Before(to):
			return before, between, to.Sub(g.from)
		}
	}
	return before, between, max(0, to.Sub(l.up.next))
}

// Dial makes a connection through the line.
func (l *Link) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	l.mu.Lock()
	l.Conns++
	t := &tie{l: l, dead: make(chan struct{}), black: l.r.Float64() < l.p.Black}
	if l.p.ResetMax > 0 {
		t.limit = int64(l.p.ResetMin + l.r.IntN(l.p.ResetMax-l.p.ResetMin))
	}
	t.fire = time.Duration(l.r.Int64N(int64(l.p.RTT) + 1))
	l.mu.Unlock()
	up, down := newFlow(t, &l.up, true), newFlow(t, &l.down, false)
	client, server := &conn{t: t, in: down, out: up}, &conn{t: t, in: up, out: down}
	if !t.black {
		select {
		case l.accept <- server:
		case <-l.closed:
			return nil, errors.New("connection refused")
		}
	}
	if err := sleep(ctx, 2*l.p.RTT); err != nil && !t.black {
		t.kill()
		return nil, err
	}
	return client, nil
}

// Accept implements net.Listener.
func (l *Link) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Link) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *Link) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// jitterFor is how long a connection keeps its jitter.
const jitterFor = 200 * time.Millisecond

// oneWay is the delay of one packet.
func (t *tie) oneWay() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.l.p.Jitter > 0 && (t.jitterAt.IsZero() || time.Since(t.jitterAt) > jitterFor) {
		t.l.mu.Lock()
		t.jitter = time.Duration(t.l.r.Int64N(2*int64(t.l.p.Jitter))) - t.l.p.Jitter
		t.l.mu.Unlock()
		t.jitterAt = time.Now()
	}
	return (t.l.p.RTT + t.jitter) / 2
}

// tie is what the two ends of a connection have in common.
type tie struct {
	l     *Link
	black bool
	fire  time.Duration
	limit int64

	mu       sync.Mutex
	used     int64
	shot     bool
	jitter   time.Duration
	jitterAt time.Time
	dead     chan struct{}
	once     sync.Once
}

func (t *tie) kill() { t.once.Do(func() { close(t.dead) }) }

// count resets the connection some time after its limit.
func (t *tie) count(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used += int64(n); t.limit == 0 || t.used <= t.limit || t.shot {
		return
	}
	t.shot = true
	time.AfterFunc(t.fire, func() {
		t.l.mu.Lock()
		t.l.Resets++
		t.l.mu.Unlock()
		t.kill()
	})
}

const (
	mss        = 1448
	sendBuffer = 128 << 10
)

// flow is one direction of a connection: a send buffer, a window that grows by
// slow start, and packets that arrive in order.
type flow struct {
	t      *tie
	ser    *serializer
	up     bool
	mu     sync.Mutex
	out    []byte // waiting to be sent
	in     []byte // arrived
	ended  bool   // the sender closed
	eof    bool   // and the reader has been told
	change chan struct{}
}

func newFlow(t *tie, s *serializer, up bool) *flow {
	f := &flow{t: t, ser: s, up: up, change: make(chan struct{})}
	go f.run()
	return f
}

// news wakes everybody who waits for a change; the mutex is held.
func (f *flow) news() {
	close(f.change)
	f.change = make(chan struct{})
}

type packet struct {
	bytes   []byte
	arrives time.Time
}

func (f *flow) run() {
	packets := make(chan packet, 4096)
	go f.arrive(packets)
	defer close(packets)
	window, flying := 10*mss, 0
	var acks []packet
	last := time.Time{}
	for {
		f.mu.Lock()
		n := min(mss, len(f.out))
		ended, wait := f.ended, f.change
		f.mu.Unlock()
		if n == 0 {
			if ended {
				return
			}
			select {
			case <-wait:
			case <-f.t.dead:
				return
			}
			continue
		}
		for ; len(acks) > 0 && !acks[0].arrives.After(time.Now()); acks = acks[1:] {
			flying -= len(acks[0].bytes)
			window = min(window+len(acks[0].bytes), 1<<20)
		}
		if flying+n > window {
			if !f.t.until(acks[0].arrives) {
				return
			}
			continue
		}
		f.mu.Lock()
		b := f.out[:n:n]
		f.out = f.out[n:]
		f.news()
		f.mu.Unlock()
		if f.t.black {
			continue
		}
		if !f.t.until(f.ser.reserve(n)) {
			return
		}
		if f.up {
			f.t.l.mu.Lock()
			f.t.l.Sent += int64(n)
			f.t.l.mu.Unlock()
		}
		f.t.count(n)
		there := f.t.oneWay()
		if last.Before(time.Now().Add(there)) {
			last = time.Now().Add(there)
		}
		p := packet{b, last}
		flying += n
		acks = append(acks, packet{b, last.Add(there)})
		select {
		case packets <- p:
		case <-f.t.dead:
			return
		}
	}
}

// until waits for a moment; false when the connection died first.
func (t *tie) until(at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-t.dead:
		return false
	}
}

func (f *flow) arrive(packets <-chan packet) {
	for p := range packets {
		if !f.t.until(p.arrives) {
			if f.up {
				f.t.l.mu.Lock()
				f.t.l.Lost += int64(len(p.bytes))
				f.t.l.mu.Unlock()
			}
			continue
		}
		f.mu.Lock()
		f.in = append(f.in, p.bytes...)
		f.news()
		f.mu.Unlock()
	}
	f.mu.Lock()
	f.eof = true
	f.news()
	f.mu.Unlock()
}

// conn is one end of a connection.
type conn struct {
	t       *tie
	in, out *flow

	mu          sync.Mutex
	read, write deadline
}

// deadline is a moment whose passing closes a channel.
type deadline struct {
	timer  *time.Timer
	passed chan struct{}
}

func (c *conn) Read(b []byte) (int, error) {
	for {
		c.mu.Lock()
		passed := c.read.passed
		c.mu.Unlock()
		if isClosed(passed) {
			return 0, os.ErrDeadlineExceeded
		}
		c.in.mu.Lock()
		if n := copy(b, c.in.in); n > 0 {
			c.in.in = c.in.in[n:]
			c.in.mu.Unlock()
			return n, nil
		}
		eof, wait := c.in.eof, c.in.change
		c.in.mu.Unlock()
		switch {
		case isClosed(c.t.dead):
			return 0, errReset
		case eof:
			return 0, io.EOF
		}
		select {
		case <-wait:
		case <-passed:
		case <-c.t.dead:
		}
	}
}

func (c *conn) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 {
		c.mu.Lock()
		passed := c.write.passed
		c.mu.Unlock()
		c.out.mu.Lock()
		n := min(len(b), sendBuffer-len(c.out.out))
		if n > 0 {
			c.out.out = append(c.out.out, b[:n]...)
			c.out.news()
		}
		wait, ended := c.out.change, c.out.ended
		c.out.mu.Unlock()
		written += n
		b = b[n:]
		switch {
		case isClosed(c.t.dead) || ended:
			return written, errReset
		case isClosed(passed):
			return written, os.ErrDeadlineExceeded
		case n > 0:
			continue
		}
		select {
		case <-wait:
		case <-passed:
		case <-c.t.dead:
		}
	}
	return written, nil
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Close ends both directions; what is under way is given up.
func (c *conn) Close() error {
	c.out.mu.Lock()
	c.out.ended = true
	c.out.news()
	c.out.mu.Unlock()
	c.SetDeadline(time.Time{})
	time.AfterFunc(2*c.t.l.p.RTT+time.Second, c.t.kill)
	return nil
}

func (c *conn) LocalAddr() net.Addr  { return c.t.l.Addr() }
func (c *conn) RemoteAddr() net.Addr { return c.t.l.Addr() }

func (c *conn) SetDeadline(at time.Time) error {
	c.SetReadDeadline(at)
	return c.SetWriteDeadline(at)
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read.set(at)
	c.in.mu.Lock()
	c.in.news()
	c.in.mu.Unlock()
	return nil
}

func (c *conn) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write.set(at)
	c.out.mu.Lock()
	c.out.news()
	c.out.mu.Unlock()
	return nil
}

func (d *deadline) set(at time.Time) {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.passed = make(chan struct{})
	if at.IsZero() {
		return
	}
	passed := d.passed
	if wait := time.Until(at); wait > 0 {
		d.timer = time.AfterFunc(wait, func() { close(passed) })
	} else {
		close(passed)
	}
}
