package synctest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

// carrier is a link in real time between processes: whoever dials its front on
// loopback speaks through the link to the server at its back. What ends, breaks, is
// swallowed or has to wait on one side does so on the other when the link lets it.
//
// Loopback answers a dial at once, so a client does not see the two round trips
// that its connection then pays, and its system takes some bytes before they are on
// the line.
type carrier struct {
	link  *Link
	front net.Listener
	back  string
	ctx   context.Context
	works sync.WaitGroup
}

// carry begins to carry; the end of the test ends it.
func carry(t testing.TB, link *Link, back string) *carrier {
	t.Helper()
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &carrier{link: link, front: front, back: back, ctx: ctx}
	c.works.Go(func() { c.join(front, link.Dial) })
	c.works.Go(func() { c.join(link, new(net.Dialer).DialContext) })
	t.Cleanup(func() {
		stop()
		front.Close()
		link.Close()
		c.works.Wait()
	})
	return c
}

// Dial reaches the front, whatever address is asked for.
func (c *carrier) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", c.front.Addr().String())
}

// join gives each connection that comes another that is dialled for it.
func (c *carrier) join(from net.Listener, dial dialing) {
	for {
		a, err := from.Accept()
		if err != nil {
			return
		}
		c.works.Go(func() {
			if tcp, ok := a.(*net.TCPConn); ok {
				tcp.SetReadBuffer(sendBuffer) // so that the link's pace is felt
			}
			b, err := dial(c.ctx, "tcp", c.back)
			if err != nil {
				reset(a)
				return
			}
			c.relay(a, b)
		})
	}
}

// relay carries both directions until each has ended or something breaks.
func (c *carrier) relay(a, b net.Conn) {
	cut := func() { reset(a); reset(b) }
	defer context.AfterFunc(c.ctx, cut)()
	var both sync.WaitGroup
	one := func(to, from net.Conn) {
		if _, err := io.Copy(to, from); err != nil {
			cut()
			return
		}
		end(to)
	}
	both.Go(func() { one(a, b) })
	both.Go(func() { one(b, a) })
	both.Wait()
	for _, side := range []net.Conn{a, b} {
		if tcp, ok := side.(*net.TCPConn); ok {
			tcp.Close() // both directions have ended; the link's end empties itself
		}
	}
}

// end says that nothing more is written; what was written still arrives.
func end(side net.Conn) {
	switch side := side.(type) {
	case *net.TCPConn:
		side.CloseWrite()
	case *conn:
		side.out.mu.Lock()
		side.out.ended = true
		side.out.news()
		side.out.mu.Unlock()
	}
}

// reset breaks a connection for both who hold it.
func reset(side net.Conn) {
	switch side := side.(type) {
	case *net.TCPConn:
		side.SetLinger(0)
		side.Close()
	case *conn:
		side.t.kill()
	}
}

// carried gives both ends of a new connection over a line without delay.
func carried(t *testing.T, p Profile) (client, server *net.TCPConn) {
	t.Helper()
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	a, err := carry(t, NewLink(p, 1), back.Addr().String()).Dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	back.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
	b, err := back.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []net.Conn{a, b} {
		side.SetDeadline(time.Now().Add(time.Minute))
		t.Cleanup(func() { side.Close() })
	}
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

func TestACarrierLetsOneDirectionEndBeforeTheOther(t *testing.T) {
	client, server := carried(t, Profile{})
	question, answer := Photo(rng(1), 1<<20), Photo(rng(2), 1<<20)
	go func() { client.Write(question); client.CloseWrite() }()
	if got, err := io.ReadAll(server); err != nil || !bytes.Equal(got, question) {
		t.Fatalf("%d bytes arrived: %v", len(got), err)
	}
	go func() { server.Write(answer); server.Close() }()
	if got, err := io.ReadAll(client); err != nil || !bytes.Equal(got, answer) {
		t.Fatalf("%d bytes came back: %v", len(got), err)
	}
}

func TestACarrierResetsBothEnds(t *testing.T) {
	client, server := carried(t, Profile{ResetMin: 10_000, ResetMax: 20_000})
	_, err := client.Write(make([]byte, 64<<10))
	if err == nil {
		_, err = client.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client was told %v", err)
	}
	if _, err := io.Copy(io.Discard, server); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server was told %v", err)
	}
	client, server = carried(t, Profile{})
	client.SetLinger(0)
	client.Close()
	if _, err := io.Copy(io.Discard, server); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a client that resets is to its server: %v", err)
	}
}

func TestACarrierSwallowsWhatItsLineDoes(t *testing.T) {
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := carry(t, NewLink(Profile{Black: 1}, 1), back.Addr().String()).Dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write(make([]byte, 16<<20)); err != nil {
		t.Error(err)
	}
	client.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	var late net.Error
	if n, err := client.Read(make([]byte, 1)); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("%d bytes, %v", n, err)
	}
	back.(*net.TCPListener).SetDeadline(time.Now())
	if _, err := back.Accept(); err == nil {
		t.Error("the server heard of it")
	}
}

func TestACarrierMakesItsClientWait(t *testing.T) {
	client, server := carried(t, Profile{Up: 1e6})
	began := time.Now()
	client.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	var late net.Error
	if n, err := client.Write(make([]byte, 64<<20)); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("%d bytes were taken at once: %v", n, err)
	}
	client.SetLinger(0)
	client.Close()
	n, _ := io.Copy(io.Discard, server)
	if took := time.Since(began); float64(n) > 1e6*took.Seconds()+sendBuffer {
		t.Errorf("%d bytes came in %v", n, took)
	}
}
