package host

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/sync/wire"
)

// pipes is a listener in memory, so that time is the test's.
type pipes struct {
	come chan net.Conn
	gone chan struct{}
	once sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.come:
		return c, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.gone) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() net.Conn {
	mine, theirs := net.Pipe()
	p.come <- theirs
	return mine
}

// outlives writes bytes one by one and tells after how long the server had enough.
func outlives(c net.Conn, text string, each time.Duration) time.Duration {
	began := time.Now()
	go io.Copy(io.Discard, c)
	for i := 0; ; i = (i + 1) % len(text) {
		c.SetWriteDeadline(time.Now().Add(time.Hour))
		if _, err := c.Write([]byte{text[i]}); err != nil {
			return time.Since(began)
		}
		time.Sleep(each)
	}
}

// TestWhoSendsSlowlyHoldsNobodyUp opens more slow connections than requests are
// worked on at one time: honest requests get through all the while, and whoever
// takes his time is cut off.
func TestWhoSendsSlowlyHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := boltdb.Open(t.TempDir(), boltdb.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := server.New(server.Config{Repository: db, Rules: config(t).Rules, Signer: make([]byte, 64), Practice: true,
			Limits: server.Limits{InFlight: 4, Queue: 4}})
		if err != nil {
			t.Fatal(err)
		}
		l := &pipes{come: make(chan net.Conn), gone: make(chan struct{})}
		h := web(s, nil, slog.New(slog.DiscardHandler))
		var done sync.WaitGroup
		done.Go(func() {
			if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		})
		bearer := "Bearer " + base64.RawURLEncoding.EncodeToString(make([]byte, wire.CredentialSize))
		head := "GET /v1/hello HTTP/1.1\r\nHost: x\r\nX-Slow: "
		body := fmt.Sprintf("PUT /v1/files/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Range: bytes 0-99999/100000\r\nContent-Length: 100000\r\n\r\n", exam.Digest(nil), bearer)
		for range 20 {
			done.Go(func() {
				if d := outlives(l.dial(), head, 3*time.Second); d > time.Minute {
					t.Errorf("a head that never ends was listened to for %v", d)
				}
			})
			done.Go(func() {
				c := l.dial()
				if _, err := io.WriteString(c, body); err != nil {
					t.Error(err)
				}
				if d := outlives(c, "x", 10*time.Second); d > 6*time.Minute {
					t.Errorf("a body that never ends was listened to for %v", d)
				}
			})
		}
		for range 30 {
			time.Sleep(10 * time.Second)
			c := l.dial()
			began := time.Now()
			go fmt.Fprintf(c, "GET /v1/changes HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nConnection: close\r\n\r\n", bearer)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			if resp.StatusCode != http.StatusOK || time.Since(began) > time.Second {
				t.Errorf("an honest request: %d after %v", resp.StatusCode, time.Since(began))
			}
			c.Close()
		}
		time.Sleep(time.Minute)
		s.Drain()
		h.Close()
		done.Wait()
		db.Close()
	})
}
