package sync

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// metered is a connection that counts what it carried, so that the line learns
// how far connections come before they break.
type metered struct {
	net.Conn
	in, out atomic.Int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	m.in.Add(int64(n))
	return n, err
}

func (m *metered) Write(b []byte) (int, error) {
	n, err := m.Conn.Write(b)
	m.out.Add(int64(n))
	return n, err
}

func (m *metered) carried() int64 { return m.in.Load() + m.out.Load() }

// answered tells whether anything ever came back.
func (m *metered) answered() bool { return m.in.Load() > 0 }

// dialer is how connections are made.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) metered(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &metered{Conn: c}, nil
}

// traced lets a ticket know which connection its request is given.
func traced(t *ticket) context.Context {
	return httptrace.WithClientTrace(t.ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c := got.Conn
		if secure, ok := c.(*tls.Conn); ok {
			c = secure.NetConn()
		}
		m, ok := c.(*metered)
		t.carried(m, !ok || !m.answered())
	}})
}
