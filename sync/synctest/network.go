package synctest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
)

// Fault is something a network does to one request.
type Fault string

// The faults, each named after what happens.
const (
	None       Fault = ""
	Lost       Fault = "lost"        // the request never arrives; silence
	Reset      Fault = "reset"       // the connection breaks before it arrives
	LostAnswer Fault = "lost_answer" // the server acts; the answer never arrives
	ResetAfter Fault = "reset_after" // the server acts; the connection breaks
	Twice      Fault = "twice"       // the request arrives twice
	Late       Fault = "late"        // the request arrives again, an hour later
	Portal     Fault = "portal"      // something in between answers 200 and HTML
	Redirect   Fault = "redirect"    // something in between redirects to another host
	ProxyError Fault = "proxy_error" // a proxy answers 502
	Cut        Fault = "cut"         // the answer is cut off in its middle
	Busy       Fault = "busy"        // a proxy of the server says 503, come back
	Intercept  Fault = "intercept"   // something in between shows a certificate of its own
)

// Faults lists those that strike single requests.
var Faults = []Fault{Lost, Reset, LostAnswer, ResetAfter, Twice, Late, Portal, Redirect, ProxyError, Cut, Busy}

var errReset = errors.New("connection reset by peer")

// Network is an http.RoundTripper in memory with virtual time. Which fault hits
// a request is decided by the seed, the request and how often it was made, and so is
// the moment at which it goes: a run does not depend on the order of goroutines.
type Network struct {
	Seed  uint64
	Rate  float64             // share of requests that are hit
	Delay time.Duration       // largest one-way delay
	Only  []Fault             // nil: any
	To    func() http.Handler // the server that is up at the moment; nil: none
	Told  io.Writer           // unless nil, gets every request, fault and answer in order, with its instant

	mu      sync.Mutex
	calm    bool
	portal  Fault
	count   map[[32]byte]uint64
	late    sync.WaitGroup
	moments map[[32]byte]uint64
	Hits    map[Fault]int // how often each fault hit
}

// Portal puts something in front of everything, [Portal] or [Intercept], or with
// [None] takes it away.
func (n *Network) Portal(f Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.portal = f
}

// Calm ends all faults.
func (n *Network) Calm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calm, n.portal = true, None
}

// Quiet waits for requests that are still to arrive late.
func (n *Network) Quiet() { n.late.Wait() }

// draw decides the fault and the two delays of a request.
func (n *Network) draw(r *http.Request) (f Fault, there, back time.Duration) {
	name := r.Method + r.URL.Path + r.Header.Get("Authorization") + r.Header.Get("Idempotency-Key") + r.Header.Get("Content-Range")
	sum := sha256.Sum256([]byte(name))
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count == nil {
		n.count, n.Hits = map[[32]byte]uint64{}, map[Fault]int{}
	}
	n.count[sum]++
	var seed [48]byte
	copy(seed[:], sum[:])
	binary.LittleEndian.PutUint64(seed[32:], n.Seed)
	binary.LittleEndian.PutUint64(seed[40:], n.count[sum])
	dice := sha256.Sum256(seed[:])
	part := func(i int) float64 { return float64(binary.LittleEndian.Uint32(dice[4*i:])) / (1 << 32) }
	there, back = time.Duration(part(0)*float64(n.Delay)), time.Duration(part(1)*float64(n.Delay))
	if part(2) < n.Rate {
		among := n.Only
		if among == nil {
			among = Faults
		}
		f = among[int(part(3)*float64(len(among)))]
	}
	switch {
	case n.portal != None:
		f = n.portal
	case n.calm:
		f, there, back = None, there/1000, back/1000 // still no two in one instant
	}
	n.tell("%s try %d: %q, %v and %v", name, n.count[sum], f, there, back)
	n.Hits[f]++
	return f, there, back
}

// Moment waits a little, below a millisecond, as the seed decides for what is asked
// and how often it was: nothing happens in the same instant as something else. It fits
// the engine's Turn.
func (n *Network) Moment(method, path string, body []byte) {
	path, _, _ = strings.Cut(path, "?") // a cursor holds what the server drew by lot
	sum := sha256.Sum256(append([]byte(method+" "+path+" "), body...))
	n.mu.Lock()
	if n.moments == nil {
		n.moments = map[[32]byte]uint64{}
	}
	n.moments[sum]++
	var seed [48]byte
	copy(seed[:], sum[:])
	binary.LittleEndian.PutUint64(seed[32:], n.Seed)
	binary.LittleEndian.PutUint64(seed[40:], n.moments[sum])
	n.mu.Unlock()
	dice := sha256.Sum256(seed[:])
	time.Sleep(time.Duration(1 + binary.LittleEndian.Uint64(dice[:])%1_000_000))
}

// tell writes what happened, and when; the mutex is held.
func (n *Network) tell(format string, what ...any) {
	if n.Told != nil {
		fmt.Fprintf(n.Told, "%d "+format+"\n", append([]any{time.Now().UnixNano()}, what...)...)
	}
}

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	n.Moment(r.Header.Get("Authorization")+r.Header.Get("Idempotency-Key")+r.Method, r.URL.Path+r.Header.Get("Content-Range"), nil)
	f, there, back := n.draw(r)
	if err := sleep(r.Context(), there); err != nil {
		return nil, err
	}
	switch f {
	case Lost:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case Reset:
		return nil, errReset
	case Intercept:
		return nil, exam.Errorf(exam.KindUntrusted, "verify server", "somebody else's certificate")
	case Portal:
		return told(r, http.StatusOK, "text/html", "<html>please log in</html>"), nil
	case Redirect:
		resp := told(r, http.StatusFound, "text/html", "")
		resp.Header.Set("Location", "http://portal.example/login")
		return resp, nil
	case ProxyError:
		return told(r, http.StatusBadGateway, "text/html", "bad gateway"), nil
	case Busy:
		resp := told(r, http.StatusServiceUnavailable, "application/problem+json", `{"type":"urn:wenbao:problem:unreachable","title":"","status":503,"kind":"unreachable"}`)
		resp.Header.Set("Retry-After", "7")
		resp.Header.Set("Wenbao-Protocol", "1")
		return resp, nil
	case Twice:
		n.reach(r.Context(), r, body)
	case Late:
		n.late.Go(func() {
			time.Sleep(time.Hour)
			n.reach(context.Background(), r, body)
		})
	}
	resp, err := n.reach(r.Context(), r, body)
	if err != nil {
		return nil, err
	}
	if err := sleep(r.Context(), back); err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.tell("%s %s answered %d", r.Method, r.URL.Path, resp.StatusCode)
	n.mu.Unlock()
	switch f {
	case LostAnswer:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case ResetAfter:
		return nil, errReset
	case Cut:
		raw, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(raw[:len(raw)/2])), broken{}))
	}
	return resp, nil
}

// broken is a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errReset }

// reach hands the request to the server that is up; when that server dies
// meanwhile, its answer is lost.
func (n *Network) reach(ctx context.Context, r *http.Request, body []byte) (*http.Response, error) {
	server := n.To()
	if server == nil {
		return nil, errors.New("connection refused")
	}
	again := r.Clone(ctx)
	if body != nil {
		again.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	resp, err := Handler{server}.RoundTrip(again)
	if err == nil && n.To() == nil {
		return nil, errReset
	}
	return resp, err
}

func told(r *http.Request, status int, mediaType, text string) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {mediaType}}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
