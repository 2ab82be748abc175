package sync

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// heardConn is a connection that knows whether anything ever came back on it:
// one that was only just made, or swallows everything, takes longer than the
// others, and says nothing about the line.
type heardConn struct {
	net.Conn
	began time.Time // of making it
	heard atomic.Bool
}

func (c *heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.heard.Store(true)
	}
	return n, err
}

// dialer is how connections are made.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) heard(ctx context.Context, network, address string) (net.Conn, error) {
	began := time.Now()
	c, err := d(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &heardConn{Conn: c, began: began}, nil
}

// traced lets a ticket know which connection its request is given.
func traced(t *ticket) context.Context {
	return httptrace.WithClientTrace(t.ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c := got.Conn
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn()
		}
		h, ok := c.(*heardConn)
		if ok && !got.Reused {
			t.l.made(time.Since(h.began))
		}
		t.connected(ok && h.heard.Load())
	}})
}
