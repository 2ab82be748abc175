package synctest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Load is complete registrations, made before anything is timed, and the
// clients that bring them over loopback, each on a kept connection.
type Load struct {
	Clients int
	calls   []call
	next    atomic.Int64
	times   []time.Duration
	ends    []time.Duration // since the beginning
	began   time.Time
	refused atomic.Int64
}

// call is one registration on its way.
type call struct {
	path, mediaType, key string
	body                 []byte
}

// NewLoad makes n registrations; photo is the size of each one's photo in
// bytes, 0 for one that all of a client share and that is there before.
func NewLoad(clients, n, photo int) *Load {
	l := &Load{Clients: clients, calls: make([]call, n), times: make([]time.Duration, n), ends: make([]time.Duration, n)}
	r := rand.New(rand.NewPCG(rand.Uint64(), 1))
	for i := range l.calls {
		id, raw := DraftOfAnyDay(), shared
		if photo > 0 {
			raw = Photo(r, photo)
		}
		f := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}
		var inline []wire.File
		if photo > 0 {
			inline = []wire.File{{SHA256: f.SHA256, Bytes: raw}}
		}
		c := call{path: "/v1/registrations/" + string(id), key: string(exam.NewEntryID())}
		c.body, c.mediaType = wire.PackStep(Submit(id, 0, FullDocument(int(person.Add(1))), f).Content, inline)
		l.calls[i] = c
	}
	return l
}

// DraftOfAnyDay makes the id of a draft that was begun some day of the last two
// months: what arrives at one moment was begun on many machines, in no order.
func DraftOfAnyDay() exam.DraftID {
	id := uuid.Must(uuid.NewV7())
	begun := time.Now().Add(-time.Duration(rand.Int64N(int64(60 * 24 * time.Hour)))).UnixMilli()
	binary.BigEndian.PutUint32(id[:], uint32(begun>>16))
	binary.BigEndian.PutUint16(id[4:], uint16(begun))
	return exam.DraftID(id.String())
}

// person counts the made-up people of all loads: nobody registers twice.
var person atomic.Int64

var shared = Photo(rand.New(rand.NewPCG(1, 1)), 24_800)

// Run brings everything to a handler behind a listener of its own and gives the
// time it took. An answer that says when to come back is obeyed; any other than
// success fails the test.
func (l *Load) Run(t testing.TB, h http.Handler) time.Duration {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: h}
	var serving sync.WaitGroup
	serving.Go(func() { web.Serve(listener) })
	defer serving.Wait()
	defer web.Close()
	var ready, done sync.WaitGroup
	ready.Add(l.Clients)
	begin := make(chan struct{})
	for n := range l.Clients {
		done.Go(func() {
			c, err := newLoader(listener.Addr().String(), n)
			if err == nil {
				defer c.conn.Close()
				err = c.share()
			}
			ready.Done()
			<-begin
			for err == nil {
				i := l.next.Add(1) - 1
				if i >= int64(len(l.calls)) {
					return
				}
				err = l.bring(c, i)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	ready.Wait()
	l.began = time.Now()
	close(begin)
	done.Wait()
	return time.Since(l.began)
}

// Middle gives registrations a second between the first and the last tenth of
// those that were answered: the ramp and the stragglers are left out.
func (l *Load) Middle() float64 {
	sorted := slices.Clone(l.ends)
	slices.Sort(sorted)
	from, to := len(sorted)/10, len(sorted)*9/10
	return float64(to-from) / (sorted[to] - sorted[from]).Seconds()
}

func (l *Load) bring(c *loader, i int64) error {
	began := time.Now()
	for {
		wait, err := c.put(l.calls[i])
		if err != nil || wait == 0 {
			l.times[i], l.ends[i] = time.Since(began), time.Since(l.began)
			return err
		}
		l.refused.Add(1)
		time.Sleep(time.Duration(rand.Int64N(int64(wait))))
	}
}

// Refused is how often somebody was told to come back.
func (l *Load) Refused() int64 { return l.refused.Load() }

// Percentile gives the time within which a share of the registrations was
// answered, waiting to come back included.
func (l *Load) Percentile(share float64) time.Duration {
	sorted := slices.Clone(l.times)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// loader is one client on one kept connection. It writes bytes made before, so
// that the machine's time goes to the server.
type loader struct {
	conn   net.Conn
	in     *bufio.Reader
	bearer string
}

func newLoader(address string, n int) (*loader, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(strconv.Itoa(n) + exam.Digest(shared)))
	return &loader{conn, bufio.NewReader(conn), "Bearer " + base64.RawURLEncoding.EncodeToString(sum[:])}, nil
}

// share brings the photo that calls without one of their own name.
func (c *loader) share() error {
	size := int64(len(shared))
	_, err := c.ask("/v1/files/"+exam.Digest(shared), shared, "Content-Type", wire.Bytes,
		"Content-Range", wire.ContentRange(0, size, size), "Content-Digest", wire.ContentDigest(shared))
	return err
}

func (c *loader) put(to call) (wait time.Duration, err error) {
	return c.ask(to.path, to.body, "Content-Type", to.mediaType, "Idempotency-Key", to.key, "If-Match", `"0"`)
}

func (c *loader) ask(path string, body []byte, header ...string) (wait time.Duration, err error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "PUT %s HTTP/1.1\r\nHost: server\r\nAuthorization: %s\r\nContent-Length: %d\r\n", path, c.bearer, len(body))
	for i := 0; i < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	b.WriteString("\r\n")
	if _, err := (&net.Buffers{b.Bytes(), body}).WriteTo(c.conn); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	switch after, _ := strconv.Atoi(resp.Header.Get("Retry-After")); {
	case err != nil:
		return 0, err
	case after > 0:
		return time.Duration(after) * time.Second, nil
	case resp.StatusCode/100 != 2:
		return 0, fmt.Errorf("%s: %d %.300s", path, resp.StatusCode, raw)
	}
	return 0, nil
}
