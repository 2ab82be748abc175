// Package host runs a registration server in a process: its data folder, its
// listener with limits on time and size, its operators' door, its housekeeping,
// and an end in which requests in flight are answered.
package host

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"wenbao/exam"
	"wenbao/server"
)

// Config says how to run a server.
type Config struct {
	Dir    string // data folder: key, operators' door, and the repository if it is a file
	Listen string // "127.0.0.1:8443"; port 0 takes a free one
	// Open opens the repository in the data folder.
	Open func(dir string) (server.Repository, error)
	// CertFile and KeyFile are PEM files of a certificate. Without them the
	// server proves itself with a certificate issued by its signing key, which
	// clients that know that key accept.
	CertFile, KeyFile string
	PlainHTTP         bool // no TLS; on loopback addresses only

	Rules          server.Rules
	Practice       bool
	ManualPayments bool
	Limits         server.Limits
	Log            *slog.Logger
	// Between stands between the listener and the server; nil is nothing. Tests
	// hold what passes to the OpenAPI document.
	Between func(http.Handler) http.Handler
}

// Host is a running server.
type Host struct {
	*server.Server
	url   string
	http  *http.Server
	door  *door
	repo  server.Repository
	stop  context.CancelFunc
	done  sync.WaitGroup
	fatal chan error
}

// Start opens the folder and begins to serve. Errors are the repository's, the
// key's, or [exam.KindInvalid] for an address or certificate that cannot be
// used.
func Start(c Config) (*Host, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	listener, scheme, err := listen(c)
	if err != nil {
		return nil, err
	}
	h, err := start(c, listener)
	if err != nil {
		listener.Close()
		return nil, err
	}
	h.url = scheme + "://" + listener.Addr().String()
	c.Log.Info("serving", "url", h.url, "practice", c.Practice, "key", exam.KeyID(h.Public()))
	return h, nil
}

func start(c Config, listener net.Listener) (*Host, error) {
	repo, err := c.Open(c.Dir)
	if err != nil {
		return nil, err
	}
	h := &Host{repo: repo, fatal: make(chan error, 2)}
	key, former, err := Identity(context.Background(), c.Dir, repo)
	var config *tls.Config
	if err == nil && !c.PlainHTTP {
		config, err = tlsConfig(c, key)
	}
	if err == nil {
		h.Server, err = server.New(server.Config{Repository: repo, Rules: c.Rules, Signer: key, Former: former, Practice: c.Practice,
			ManualPayments: c.ManualPayments, Limits: c.Limits, Log: c.Log})
	}
	if err == nil {
		h.door, err = openDoor(c.Dir, h.Server)
	}
	if err != nil {
		return nil, errors.Join(err, repo.Close())
	}
	var handler http.Handler = h.Server
	if c.Between != nil {
		handler = c.Between(handler)
	}
	h.http = web(handler, config, c.Log)
	h.serve(listener)
	return h, nil
}

// web is the HTTP server with every limit on time and size that is not the
// handler's. A piece of 64 KB gets through at 2 kbit/s within them.
func web(h http.Handler, config *tls.Config, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, TLSConfig: config, ReadHeaderTimeout: 20 * time.Second,
		ReadTimeout: 5 * time.Minute, WriteTimeout: 6 * time.Minute, IdleTimeout: 3 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}

// serve starts the goroutines of the host; Close waits for all of them.
func (h *Host) serve(listener net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	h.done.Go(func() {
		var err error
		if h.http.TLSConfig != nil {
			err = h.http.ServeTLS(listener, "", "")
		} else {
			err = h.http.Serve(listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			h.fatal <- err
		}
	})
	h.done.Go(h.door.serve)
	h.done.Go(func() { h.tidy(ctx) })
}

// tidy lets the server do what time brings about: at the start, for it may have
// been away for long, and then every quarter of an hour.
func (h *Host) tidy(ctx context.Context) {
	t := time.NewTicker(15 * time.Minute)
	defer t.Stop()
	for {
		if err := h.Tidy(ctx); err != nil && ctx.Err() == nil {
			h.Log.Error("housekeeping", "err", err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// URL is where clients reach the server.
func (h *Host) URL() string { return h.url }

// Fatal gives the error when serving ends by itself.
func (h *Host) Fatal() <-chan error { return h.fatal }

// Close stops taking requests, lets those in flight finish while ctx allows,
// and closes the repository.
func (h *Host) Close(ctx context.Context) error {
	h.Drain()
	err := h.http.Shutdown(ctx)
	if err != nil {
		h.http.Close()
	}
	h.stop()
	h.door.close(ctx)
	h.done.Wait()
	return errors.Join(err, h.repo.Close())
}

// listen takes the address. Plain HTTP goes to this machine only: receipts and
// personal data would lie open on any other line.
func listen(c Config) (net.Listener, string, error) {
	const op = "listen"
	addr, err := net.ResolveTCPAddr("tcp", c.Listen)
	if err != nil {
		return nil, "", &exam.Error{Kind: exam.KindInvalid, Op: op, Err: err}
	}
	if c.PlainHTTP && !addr.IP.IsLoopback() {
		return nil, "", exam.Errorf(exam.KindInvalid, op, "plain HTTP on an address that is not loopback")
	}
	l, err := net.ListenTCP("tcp", addr)
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EADDRNOTAVAIL): // nobody else has it: it is not to be had
		return nil, "", &exam.Error{Kind: exam.KindInvalid, Op: op, Err: err}
	case err != nil:
		return nil, "", &exam.Error{Kind: exam.KindBusy, Op: op, Err: err}
	}
	if c.PlainHTTP {
		return l, "http", nil
	}
	return l, "https", nil
}

func tlsConfig(c Config, key ed25519.PrivateKey) (*tls.Config, error) {
	var cert tls.Certificate
	var err error
	if c.CertFile != "" || c.KeyFile != "" {
		cert, err = tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	} else {
		cert, err = issue(key, time.Now())
	}
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: "read certificate", Err: err}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}, nil
}
