package synctest

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

var lines = flag.Bool("lines", false, "print the table of goodput on every line, five seeds each, and the peers beside it")

// load is what is sent over a line, and what is to come of it.
type load struct {
	p     Profile
	n     int     // registrations with a photo
	scans []int   // sizes of attachments, one more registration each
	goal  float64 // goodput of the median of some seeds
	again float64 // share of the payload that may be sent again
}

var eightScans = []int{200e3, 500e3, 1e6, 2e6, 200e3, 500e3, 1e6, 2e6}

var loads = []load{
	{p: Good, n: 2000, goal: 1.04, again: 0.01},
	{p: Bad, n: 500, goal: 1.02, again: 0.03},
	{p: Awful, n: 100, goal: 0.95, again: 0.08},
	{p: Bad, scans: eightScans, goal: 0.95, again: 0.03},
	{p: Awful, scans: eightScans, goal: 0.90, again: 0.08},
	{p: Slow, n: 8, goal: 0.80, again: 0.08},
}

// carriage is what a line carried.
type carriage struct {
	payload int64
	done    int           // registrations that are at the server
	took    time.Duration // until the last of them was acknowledged
	sent    int64         // bytes that went up
	again   int64         // of them, those that went up for nothing
	conns   int
	resets  int

	before, between, after time.Duration // in which nothing went up
}

// goodput is payload bytes over bandwidth times time: above 1 the packing of
// text beats the line.
func (c carriage) goodput(p Profile) float64 { return float64(c.payload) / (p.Up * c.took.Seconds()) }

func (c carriage) repeated() float64 { return float64(c.again) / float64(c.payload) }

func (c carriage) line(who string, l load) string {
	return fmt.Sprintf("%-22s %-8s %4d records %d scans: goodput %.3f (%.0f s), wire/payload %.3f, again %.3f, idle %.1f + %.1f + %.1f s, %d connections, %d resets",
		who, l.p.Name, l.n, len(l.scans), c.goodput(l.p), c.took.Seconds(), float64(c.sent)/float64(c.payload), c.repeated(),
		c.before.Seconds(), c.between.Seconds(), c.after.Seconds(), c.conns, c.resets)
}

// TestGoodputOnEveryLine lets the real engine and the real server's HTTP run
// over the line model in virtual time, with nothing set by hand: the median of
// some seeds reaches the goal within a hundredth and does not send too much again,
// and none sends twice that.
func TestGoodputOnEveryLine(t *testing.T) {
	if *lines {
		t.Skip("-lines prints the table instead")
	}
	for _, l := range loads {
		if testing.Short() && l.n >= 500 {
			continue
		}
		t.Run(fmt.Sprintf("%s/%d+%d", l.p.Name, l.n, len(l.scans)), func(t *testing.T) {
			seeds := uint64(3)
			if l.n > 0 && l.n <= 100 {
				seeds = 15 // little is sent: each accident weighs more
				if testing.Short() {
					seeds = 7
				}
			}
			l.judge(t, l.seeds(t, seeds, wenbao, t.Log), 0.01)
		})
	}
}

// TestGoodputTable prints, for every line, what the project and what a user would
// otherwise have get through it: the same link, the same seeds, the same payload.
func TestGoodputTable(t *testing.T) {
	if !*lines {
		t.Skip("-lines prints it")
	}
	say := func(a ...any) { fmt.Fprintln(os.Stdout, a...) }
	for _, l := range loads {
		t.Run(fmt.Sprintf("%s/%d+%d", l.p.Name, l.n, len(l.scans)), func(t *testing.T) {
			runs := l.seeds(t, 5, wenbao, say)
			kind := "photos"
			if l.n == 0 {
				kind = "scans"
			}
			say(fmt.Sprintf("BenchmarkGoodput/%s/%s 1 %.3f goodput %.3f worst %.3f again", l.p.Name, kind, runs[2].goodput(l.p), runs[0].goodput(l.p), runs[2].repeated()))
			l.judge(t, runs, 0)
			for _, peer := range []struct {
				name string
				run  client
			}{{"multipart POST, 8", multipartPOST(8)}, {"tus, 8", tus(8)}, {"multipart POST, serial", multipartPOST(1)}} {
				c := l.over(t, 0, peer.run)
				say(c.line(peer.name, l), "done", c.done)
			}
		})
	}
}

// seeds runs a load over a line with some accidents each, and gives the runs in
// the order of their goodput.
func (l load) seeds(t *testing.T, n uint64, run client, say func(...any)) (runs []carriage) {
	for seed := range n {
		c := l.over(t, seed, run)
		say(c.line("wenbao", l))
		runs = append(runs, c)
	}
	slices.SortFunc(runs, func(a, b carriage) int { return cmp.Compare(a.goodput(l.p), b.goodput(l.p)) })
	return runs
}

// judge holds the median to the goal, less what a test of every day allows.
func (l load) judge(t *testing.T, runs []carriage, slack float64) {
	t.Helper()
	if got := runs[len(runs)/2].goodput(l.p); got < l.goal-slack {
		t.Errorf("goodput %.3f, goal %.2f", got, l.goal)
	}
	again := make([]float64, len(runs))
	for i, c := range runs {
		again[i] = c.repeated()
	}
	slices.Sort(again)
	if usual, most := again[len(again)/2], again[len(again)-1]; usual > l.again || most > 2*l.again {
		t.Errorf("sent again %.3f, once %.3f, at most %.2f, once twice that", usual, most, l.again)
	}
}

// client sends a load through dial to the server behind serve, and gives the
// moment of the last acknowledgement.
type client func(t *testing.T, l load, dial dialing, serve func(http.Handler)) (last time.Time, payload int64, done int)

type dialing func(ctx context.Context, network, address string) (net.Conn, error)

// longest is when a client that still has not got everything through is given up.
const longest = 30 * time.Minute

func (l load) over(t *testing.T, seed uint64, run client) (c carriage) {
	synctest.Test(t, func(t *testing.T) {
		link := NewLink(l.p, seed)
		var useful atomic.Int64
		var web *http.Server
		served := make(chan struct{})
		serve := func(h http.Handler) {
			web = &http.Server{Handler: counted(h, &useful)}
			go func() { web.Serve(link); close(served) }()
		}
		began := time.Now()
		last, payload, done := run(t, l, link.Dial, serve)
		c = link.carriage(began, last, useful.Load())
		c.payload, c.done = payload, done
		web.Close()
		link.Close()
		<-served
		time.Sleep(5 * time.Minute) // what is still under way ends
	})
	return c
}

// carriage is what a line has carried between two moments, of which useful bytes
// arrived for good; payload and done are the caller's.
func (l *Link) carriage(from, to time.Time, useful int64) carriage {
	l.mu.Lock()
	c := carriage{took: to.Sub(from), sent: l.Sent, again: l.Sent - useful, conns: l.Conns, resets: l.Resets}
	l.mu.Unlock()
	c.before, c.between, c.after = l.Idle(from, to)
	return c
}

// counted adds up, once for each, the sizes of the requests that arrived whole,
// and what arrived of those whose server keeps a part.
func counted(next http.Handler, useful *atomic.Int64) http.Handler {
	var mu sync.Mutex
	seen := map[string]bool{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head, _ := httputil.DumpRequest(r, false)
		body, err := io.ReadAll(r.Body)
		keeps := r.Header.Get("Content-Range") != "" || r.Method == http.MethodPatch
		switch key := r.Method + r.URL.String() + r.Header.Get("Idempotency-Key") + r.Header.Get("Content-Range") + r.Header.Get("Upload-Offset"); {
		case err != nil && keeps:
			useful.Add(int64(len(body)))
		case err != nil:
			for _, f := range wire.Arrived(r.Header.Get("Content-Type"), body) {
				useful.Add(int64(len(f.Bytes)))
			}
		case err == nil:
			mu.Lock()
			if !seen[key] {
				seen[key] = true
				useful.Add(int64(len(head) + len(body)))
			}
			mu.Unlock()
		}
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		next.ServeHTTP(w, r)
	})
}

// failing is the end of a body: io.EOF, or how the line broke.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// eager are limits that no client of a test meets.
var eager = server.Limits{PerOwner: 1e5, OwnerBurst: 1e5, PerAddress: 1e5, AddressBurst: 1e5}

// timed notes when the last entry left the outbox.
type timed struct {
	*Memory
	mu   sync.Mutex
	last time.Time
	n    int
}

func (o *timed) Deliver(id exam.EntryID, reg exam.Registration, r exam.Receipt) error {
	o.mu.Lock()
	o.last, o.n = time.Now(), o.n+1
	o.mu.Unlock()
	return o.Memory.Deliver(id, reg, r)
}

func wenbao(t *testing.T, l load, dial dialing, serve func(http.Handler)) (time.Time, int64, int) {
	serve(practiceServer(t, func(c *server.Config) { c.Limits = eager }))
	o := &timed{Memory: NewMemory()}
	e := engine(t, o.Memory, nil, func(c *wsync.Config) { c.Outbox, c.Transport, c.Dial, c.Archive = o, nil, dial, nil })
	payload := int64(0)
	for _, entry := range l.entries(o.Memory) {
		o.Queue(entry)
		payload += weight(entry)
	}
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	r, err := e.UntilIdle(ctx)
	if err != nil || r.Delivered != l.n+len(l.scans) {
		t.Errorf("%+v, %v", r, err)
	}
	e.Close()
	return o.last, payload, o.n
}

func weight(e exam.Entry) int64 {
	n := int64(len(e.Content))
	for _, f := range e.Files {
		n += f.Size
	}
	return n
}

// entries makes the load's registrations.
func (l load) entries(m *Memory) (list []exam.Entry) {
	for n := range l.n {
		list = append(list, Submit(exam.NewDraftID(), 0, FullDocument(n), photo(m, uint64(n))))
	}
	for n, size := range l.scans {
		list = append(list, Submit(exam.NewDraftID(), 0, FullDocument(5000+n), photo(m, uint64(5000+n)),
			m.AddFile("diploma", "application/pdf", Photo(rng(uint64(n)), size))))
	}
	return list
}

// peer is a client as they are usually written: one request for one thing, 30
// seconds of silence end a connection, and after a failure it tries again in a
// second.
type peer struct {
	http *http.Client
	ctx  context.Context
}

func newPeer(ctx context.Context, dial dialing, conns int) *peer {
	return &peer{ctx: ctx, http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: conns, MaxConnsPerHost: conns, DisableCompression: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			return impatient{c}, err
		}}}}
}

type impatient struct{ net.Conn }

const peerPatience = 30 * time.Second

func (c impatient) Read(b []byte) (int, error) {
	c.SetReadDeadline(time.Now().Add(peerPatience))
	return c.Conn.Read(b)
}

func (c impatient) Write(b []byte) (int, error) {
	c.SetDeadline(time.Now().Add(peerPatience))
	return c.Conn.Write(b)
}

// do asks until it is answered with one of the codes.
func (p *peer) do(method, at string, body []byte, header map[string]string, want int) http.Header {
	for p.ctx.Err() == nil {
		if h, ok := p.once(method, at, body, header, want); ok {
			return h
		}
		sleep(p.ctx, time.Second)
	}
	return nil
}

func (p *peer) once(method, at string, body []byte, header map[string]string, want int) (http.Header, bool) {
	r, _ := http.NewRequestWithContext(p.ctx, method, "http://127.0.0.1:1"+at, bytes.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := p.http.Do(r)
	if err != nil {
		return nil, false
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.Header, err == nil && resp.StatusCode == want
}

// sideBySide lets send have every entry, so many at a time.
func sideBySide(t *testing.T, l load, dial dialing, wide int, send func(*peer, exam.Entry, *Memory) bool) (last time.Time, payload int64, done int) {
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	m := NewMemory()
	p := newPeer(ctx, dial, wide)
	work := make(chan exam.Entry)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range wide {
		workers.Go(func() {
			for e := range work {
				if send(p, e, m) {
					mu.Lock()
					last, payload, done = time.Now(), payload+weight(e), done+1
					mu.Unlock()
				}
			}
		})
	}
	for _, e := range l.entries(m) {
		work <- e
	}
	close(work)
	workers.Wait()
	if done < l.n+len(l.scans) {
		last = time.Now() // it never ends
	}
	p.http.CloseIdleConnections()
	return last, payload, done
}

// multipartPOST is one multipart/form-data request with everything of a
// registration in it, in the manner of OpenRosa clients.
func multipartPOST(wide int) client {
	return func(t *testing.T, l load, dial dialing, serve func(http.Handler)) (time.Time, int64, int) {
		serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) }))
		return sideBySide(t, l, dial, wide, func(p *peer, e exam.Entry, m *Memory) bool {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			part, _ := w.CreateFormFile("xml_submission_file", "submission.json")
			part.Write(e.Content)
			for _, f := range e.Files {
				raw, _ := m.File(f.SHA256)
				part, _ = w.CreateFormFile(f.SHA256, string(f.Kind))
				part.Write(raw)
			}
			w.Close()
			return p.do("POST", "/submission", b.Bytes(), map[string]string{"Content-Type": w.FormDataContentType(), "Idempotency-Key": string(e.ID)}, http.StatusCreated) != nil
		})
	}
}

// tus creates an upload for each file, sends it in one PATCH that continues where
// the line broke, and then posts the form.
func tus(wide int) client {
	return func(t *testing.T, l load, dial dialing, serve func(http.Handler)) (time.Time, int64, int) {
		serve(newTusStore())
		return sideBySide(t, l, dial, wide, func(p *peer, e exam.Entry, m *Memory) bool {
			for _, f := range e.Files {
				raw, _ := m.File(f.SHA256)
				h := p.do("POST", "/files", nil, map[string]string{"Tus-Resumable": "1.0.0", "Upload-Length": strconv.Itoa(len(raw)), "Idempotency-Key": string(e.ID) + f.SHA256}, http.StatusCreated)
				if h == nil || !p.patch(h.Get("Location"), raw) {
					return false
				}
			}
			return p.do("POST", "/form", e.Content, map[string]string{"Idempotency-Key": string(e.ID)}, http.StatusCreated) != nil
		})
	}
}

func (p *peer) patch(at string, raw []byte) bool {
	for from := 0; from < len(raw); {
		h, ok := p.once("PATCH", at, raw[from:], map[string]string{"Tus-Resumable": "1.0.0", "Upload-Offset": strconv.Itoa(from), "Content-Type": "application/offset+octet-stream"}, http.StatusNoContent)
		if !ok {
			if sleep(p.ctx, time.Second) != nil {
				return false
			}
			if h = p.do("HEAD", at, nil, map[string]string{"Tus-Resumable": "1.0.0"}, http.StatusOK); h == nil {
				return false
			}
		}
		from, _ = strconv.Atoi(h.Get("Upload-Offset"))
	}
	return true
}

// tusStore is a tus server in memory: what arrived of a broken PATCH counts.
type tusStore struct {
	mu   sync.Mutex
	size []int
	have []int
}

func newTusStore() *tusStore { return &tusStore{} }

func (s *tusStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/form" {
		w.WriteHeader(http.StatusCreated)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		size, _ := strconv.Atoi(r.Header.Get("Upload-Length"))
		s.size, s.have = append(s.size, size), append(s.have, 0)
		w.Header().Set("Location", "/files/"+strconv.Itoa(len(s.size)-1))
		w.WriteHeader(http.StatusCreated)
		return
	}
	i, _ := strconv.Atoi(path.Base(r.URL.Path))
	if r.Method == http.MethodPatch {
		n, _ := io.Copy(io.Discard, r.Body)
		from, _ := strconv.Atoi(r.Header.Get("Upload-Offset"))
		s.have[i] = max(s.have[i], from+int(n))
		w.Header().Set("Upload-Offset", strconv.Itoa(s.have[i]))
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Upload-Offset", strconv.Itoa(s.have[i]))
}
