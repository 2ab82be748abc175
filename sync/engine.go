package sync

import (
	"context"
	"crypto/ed25519"
	crand "crypto/rand"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Config is what an [Engine] is made of. URL, Keys, Outbox, Files, Feed and
// Settings are required.
type Config struct {
	URL      string              // of the server; https, or http on this machine
	Keys     []ed25519.PublicKey // whose receipts are believed
	Outbox   Outbox
	Files    Files
	Feed     Feed
	Settings Settings
	Archive  Archive      // nil: a server that lost data is not healed from here
	Keeper   Keeper       // nil: files of registrations that came from the server stay there
	Packs    []*exam.Pack // shipped with the program: newer editions of them are fetched, see [Edition]

	Proxy *url.URL // nil: as the environment says; without a host: none
	// Dial makes connections; nil: the network. Transport is instead of all of
	// HTTP below the engine.
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	Transport http.RoundTripper
	// Addresses gives this machine's addresses as one text: when it changes, what waits
	// is tried at once. nil: nobody looks.
	Addresses func() string
	Now       func() time.Time // this machine's clock, however wrong; default time.Now
	// Turn is called before each request asks for its place, and before it is made anew; nil: all go as they come.
	// A simulation gives each its own moment with it, so that a seed decides who is first.
	Turn func(method, path string, body []byte)
	Rand *rand.Rand   // for jitter; default seeded by the system
	Log  *slog.Logger // default: discards; never gets personal data
}

// Engine sends and fetches. Its methods are safe for concurrent use; one
// sending runs at a time.
type Engine struct {
	c      Config
	client *client
	line   *line
	wake   chan struct{}
	nudge  chan struct{} // wakes the pull

	taking sync.Mutex    // one batch of news is taken in at a time
	half   half          // guarded by taking
	turn   chan struct{} // holds the right to send

	mu     sync.Mutex // guards what follows
	halt   *Halt
	hurry  bool
	active map[exam.EntryID]*progress
	held   map[string]bool          // files the server was heard to hold, by hash
	sends  map[string]chan struct{} // files being sent
	queue  Counts
	next   time.Time
	round  round
	// tried in this pass and not yet counted: perhaps out of the outbox already
	leaving   map[exam.EntryID]bool
	stumbles  map[string]stumble // of the server over one entry or pack, however often the line broke between
	delivered int                // entries, since the engine was made
	stuck     int                // passes in a row that ended for this machine's sake
	epoch     string             // of the server, when it is not the one compared with
	due       time.Time          // when the comparison for it is; zero: none
	subs      map[chan struct{}]struct{}
}

// Halt is a cause that concerns every entry: one message, and no more attempts
// until a person has done something or some time has passed.
type Halt struct {
	Kind  exam.Kind // unauthorized, upgrade or untrusted
	Until time.Time
}

// haltFor is how long a cause for all is believed before one attempt looks again,
// unless it lies in the network: see [line.intercepted].
const haltFor = 15 * time.Minute

// New makes an engine; nothing is sent before [Engine.Run], [Engine.Once] or
// [Engine.UntilIdle]. On first use it makes this device's credential and keeps
// it in the settings. An address that is neither https nor on this machine is
// [exam.KindUntrusted].
func New(c Config) (*Engine, error) {
	const op = "make sync engine"
	if c.Outbox == nil || c.Files == nil || c.Feed == nil || c.Settings == nil || len(c.Keys) == 0 {
		return nil, exam.Errorf(exam.KindInternal, op, "keys, outbox, files, feed and settings are required")
	}
	base, err := checkURL(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	credential, err := credentialOf(c.Settings)
	if err != nil {
		return nil, err
	}
	e := &Engine{c: c, line: newLine(c.Rand), wake: make(chan struct{}, 1), nudge: make(chan struct{}, 1),
		turn: make(chan struct{}, 1), active: map[exam.EntryID]*progress{}, held: map[string]bool{},
		sends: map[string]chan struct{}{}, subs: map[chan struct{}]struct{}{}, round: round{over: true}, leaving: map[exam.EntryID]bool{}, stumbles: map[string]stumble{}}
	if c.Transport == nil {
		c.Transport = transport(c, base.Hostname(), e.serverTime)
	}
	e.client = newClient(base, c.Transport, credential, c.Now)
	return e, nil
}

// credentialOf reads or makes the device's credential.
func credentialOf(s Settings) ([]byte, error) {
	have, err := s.Setting(settingCredential)
	if err != nil || len(have) == wire.CredentialSize {
		return have, err
	}
	fresh := make([]byte, wire.CredentialSize)
	crand.Read(fresh)
	return fresh, s.SetSetting(settingCredential, fresh)
}

// serverTime is the best guess of the true time.
func (e *Engine) serverTime() time.Time {
	now, _ := e.Now()
	return now
}

// Now gives the time by the server's clock, and whether it is known; until then
// it is this machine's own.
func (e *Engine) Now() (now time.Time, trusted bool) {
	if e.client == nil {
		return e.c.Now(), false
	}
	offset, known := e.client.clock()
	return e.c.Now().Add(offset), known
}

// Skew tells how far this machine's clock is behind the server's (negative:
// ahead), and whether that is known.
func (e *Engine) Skew() (time.Duration, bool) { return e.client.clock() }

// Wake makes the engine look at once: something was queued, the network came
// back, or a person pressed "try now". It never blocks. A pause that the server
// asked for stays.
func (e *Engine) Wake() {
	e.line.resume()
	e.mu.Lock()
	e.halt = nil
	e.mu.Unlock()
	e.hurryUp()
	poke(e.nudge)
}

// hurryUp sends what waits although its time has not come.
func (e *Engine) hurryUp() {
	e.mu.Lock()
	e.hurry = true
	e.mu.Unlock()
	poke(e.wake)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// idleLook is how often Run looks at the outbox although nobody woke it.
const idleLook = 5 * time.Minute

// Run sends and fetches until ctx ends, and returns its error.
func (e *Engine) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	beside.Go(func() { e.pullForever(ctx) })
	if e.c.Addresses != nil {
		beside.Go(func() { e.watch(ctx) })
	}
	defer beside.Wait()
	for {
		if _, err := e.pass(ctx); err != nil && ctx.Err() == nil {
			e.c.Log.Info("sync pass ended early", "kind", exam.KindOf(err))
		}
		if !e.sleep(ctx, e.untilNext()) {
			return ctx.Err()
		}
	}
}

// sleep waits to be woken, at most d; false when ctx has ended.
func (e *Engine) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-e.wake:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// untilNext is how long nothing can be sent.
func (e *Engine) untilNext() time.Duration {
	next := e.Status().Next
	if next.IsZero() {
		return idleLook
	}
	least := 20 * time.Millisecond
	e.mu.Lock()
	if e.stuck > 0 {
		least = retryIn << min(e.stuck-1, 7)
	}
	e.mu.Unlock()
	return min(max(next.Sub(e.c.Now()), least), idleLook)
}

// Result counts what became of the outbox in one go.
type Result struct {
	Delivered int `json:"delivered"`
	SetAside  int `json:"set_aside"`
	Conflicts int `json:"conflicts"`
	Waiting   int `json:"waiting"` // still to be sent
}

func (r *Result) add(o Result) {
	r.Delivered += o.Delivered
	r.SetAside += o.SetAside
	r.Conflicts += o.Conflicts
	r.Waiting = o.Waiting
}

// Once tries everything that waits, however often it failed before, and fetches
// once. The error's kind says why something still waits; what was to be sent
// stays queued.
func (e *Engine) Once(ctx context.Context) (Result, error) {
	e.Wake()
	r, err := e.pass(ctx)
	if err != nil {
		return r, err
	}
	return r, e.pullAll(ctx)
}

// UntilIdle sends, waiting out bad lines, until nothing is left to send, and
// fetches. A cause for all ends it with that cause's kind, the end of ctx with
// that of the last attempt.
func (e *Engine) UntilIdle(ctx context.Context) (Result, error) {
	var sum Result
	e.Wake()
	for {
		r, err := e.pass(ctx)
		sum.add(r)
		wait := e.untilNext()
		switch {
		case err == nil && (r.Waiting == 0 || e.Status().Next.IsZero()): // the rest waits for a person
			if err = e.pullAll(ctx); exam.KindOf(err) != exam.KindUnreachable {
				return sum, err
			}
			wait = max(e.line.closedFor(), retryIn)
		case e.halted() != nil:
			return sum, err
		}
		if !e.sleep(ctx, wait) {
			if err == nil || exam.KindOf(err) == exam.KindCanceled {
				err = &exam.Error{Kind: exam.KindUnreachable, Op: "sync until idle", Err: ctx.Err()}
			}
			return sum, err
		}
	}
}

// halted gives the cause for all, nil when there is none any more.
func (e *Engine) halted() *Halt {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.halt != nil && !e.c.Now().Before(e.halt.Until) {
		e.halt = nil
	}
	return e.halt
}

// stop ends all attempts for a cause, and tells for how long.
func (e *Engine) stop(kind exam.Kind) time.Duration {
	wait := haltFor
	if closed := e.line.closedFor(); kind == exam.KindUntrusted && closed > 0 {
		wait = closed
	}
	e.mu.Lock()
	if e.halt == nil {
		e.halt = &Halt{Kind: kind, Until: e.c.Now().Add(wait)}
	}
	e.mu.Unlock()
	e.tell()
	return wait
}

// watch wakes the engine when this machine's addresses have changed: the network is
// another, and what was found out about the one before says nothing.
func (e *Engine) watch(ctx context.Context) {
	before, every := e.c.Addresses(), time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
		if now := e.c.Addresses(); now != before {
			before = now
			e.Wake()
		}
	}
}

const watchEvery = 3 * time.Second

// Addresses are this machine's, for [Config.Addresses].
func Addresses() string {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	return fmt.Sprint(list)
}

// Close lets go of idle connections. Run, Once and UntilIdle must have ended.
func (e *Engine) Close() { e.client.http.GetClient().CloseIdleConnections() }
