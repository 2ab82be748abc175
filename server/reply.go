package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// reply is what a handler wants to say: a message, or raw bytes of a media type.
type reply struct {
	status    int // default 200
	message   any
	mediaType string // default JSON
	raw       []byte // instead of message
	header    map[string]string
	sent      func() // unless nil, called when the answer has been sent
}

// refusal is an error that carries its whole problem document.
type refusal struct{ wire.Problem }

func (r *refusal) Error() string { return string(r.Kind) + ": " + r.Title }

// comeBack is an error that also says when to come back.
type comeBack struct {
	kind  exam.Kind
	after time.Duration
	why   string // for whoever reads a log; "" when there are too many
}

func (c *comeBack) Error() string { return string(c.kind) }

// plainHandler is a handler before it is dressed by [Server.handle].
type plainHandler func(*http.Request) (reply, error)

// ownedHandler is a handler that needs to know who asks.
type ownedHandler func(*http.Request, Owner) (reply, error)

// route is a resource and how it is asked for.
type route struct {
	pattern string
	owned   bool // belongs to somebody: who asks must say who it is
	long    bool // waits for the network or for news, and works little
	h       ownedHandler
}

func (s *Server) handle(pattern string, h plainHandler) {
	s.serve(route{pattern: pattern, h: func(r *http.Request, _ Owner) (reply, error) { return h(r) }})
}

func (s *Server) owned(pattern string, h ownedHandler) {
	s.serve(route{pattern: pattern, owned: true, h: h})
}

// serve dresses a handler with what every answer of the protocol has: limits,
// version, time, problem documents, metrics and a line in the log.
func (s *Server) serve(to route) {
	pattern := to.pattern
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		leave, err := s.limiter.come(r)
		var out reply
		if err == nil {
			defer leave()
			out, err = s.guarded(w, r, to)
		}
		if out.sent != nil {
			defer out.sent()
		}
		if err != nil {
			out = s.problem(w, r, err)
		}
		n := s.send(w, r, out)
		s.metrics.observe(pattern, out.status, n, time.Since(began))
		s.Log.Debug("answered", "route", pattern, "status", out.status, "bytes", n, "took", time.Since(began))
	})
}

// guarded runs a handler within the limits. One that panics is a fault of the server
// like any other: without an answer a client takes it for a broken line and comes
// back for ever. What the panic says may be what somebody entered, and is not logged.
func (s *Server) guarded(w http.ResponseWriter, r *http.Request, to route) (out reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("a handler panicked", "route", to.pattern, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			out, err = reply{}, exam.Errorf(exam.KindInternal, "serve", "a panic")
		}
	}()
	if err := s.steered(r); err != nil {
		return reply{}, err
	}
	if v := r.Header.Get(wire.HeaderProtocol); v != "" && v != wire.Version {
		return reply{}, exam.Errorf(exam.KindUpgrade, "greet client", "protocol %.8q", v)
	}
	var owner Owner
	if to.owned {
		if owner, err = ownerOf(r); err == nil {
			err = s.limiter.owner(owner)
		}
		if err != nil {
			return reply{}, err
		}
	}
	if to.long {
		r.Body = http.MaxBytesReader(w, r.Body, exam.MaxFileBytes+1) // a stream, never held in memory as a whole
		return to.h(r, owner)
	}
	raw, err := arrived(http.MaxBytesReader(w, r.Body, wire.MaxStepBody), r.ContentLength)
	if err != nil {
		return reply{}, err
	}
	r.Body = raw
	done, err := s.limiter.work(r)
	if err != nil {
		return reply{}, err
	}
	defer done()
	return to.h(r, owner)
}

// ownerOf reads the device's credential.
func ownerOf(r *http.Request) (Owner, error) {
	const op = "read credential"
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return Owner{}, exam.Errorf(exam.KindUnauthorized, op, "none given")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != wire.CredentialSize {
		return Owner{}, exam.Errorf(exam.KindUnauthorized, op, "not %d bytes of base64url", wire.CredentialSize)
	}
	return sha256.Sum256(raw), nil
}

// held is a body that has arrived, or as much of it as did before the line broke.
type held struct {
	io.Reader
	raw    []byte
	broken error
}

func (held) Close() error { return nil }

// trusted is how much memory the promise of a long body is worth.
const trusted = 64 << 10

// arrived reads a body to its end, or to where the line breaks.
func arrived(body io.Reader, size int64) (held, error) {
	var b bytes.Buffer
	b.Grow(int(min(max(size, 0), trusted)) + bytes.MinRead)
	_, err := b.ReadFrom(body)
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return held{}, exam.Errorf(exam.KindTooLarge, "read request", "over %d bytes", big.Limit)
	case err != nil:
		err = &exam.Error{Kind: exam.KindInvalid, Op: "read request", Err: err}
	}
	return held{bytes.NewReader(b.Bytes()), b.Bytes(), err}, nil
}

// body gives what the request carried. When the line broke it gives what
// arrived, and the error.
func body(r *http.Request) ([]byte, error) {
	b, _ := r.Body.(held)
	return b.raw, b.broken
}

// problem is the one place where an error becomes an answer.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, err error) reply {
	p := wire.NewProblem(exam.KindOf(err), "")
	var back *comeBack
	var full *refusal
	switch {
	case errors.As(err, &full):
		p = full.Problem
	case errors.As(err, &back):
		p = wire.NewProblem(back.kind, cmp.Or(back.why, "come back later"))
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int((back.after+time.Second-1)/time.Second))))
	case p.Kind == exam.KindInternal && unwritable(err):
		s.Log.Error("nothing can be written", "route", r.Pattern, "err", err)
		p = wire.NewProblem(exam.KindUnreachable, "the server cannot write at present; what it acknowledged before is kept")
		w.Header().Set("Retry-After", strconv.Itoa(int(unwritableFor/time.Second)))
	case r.Context().Err() != nil || errors.Is(err, context.Canceled):
		p = wire.NewProblem(exam.KindUnreachable, "the request was given up")
	case p.Kind == exam.KindUnreachable:
		s.Log.Error("the repository is away", "route", r.Pattern, "err", err)
		p.Title = "the server cannot serve at present; what it acknowledged before is kept"
		w.Header().Set("Retry-After", strconv.Itoa(int(awayFor/time.Second)))
	case p.Kind == exam.KindInternal:
		s.Log.Error("a request failed", "route", r.Pattern, "err", err)
		p.Title = "a fault of the server"
	default:
		var e *exam.Error
		if errors.As(err, &e) {
			p.Problems = e.Problems
			p.Title = e.Op
			if e.Err != nil {
				p.Title += ": " + e.Err.Error()
			}
		}
	}
	if p.Kind == exam.KindUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	return reply{status: p.Status, mediaType: wire.ProblemDoc, raw: wire.Encode(p)}
}

// unwritableFor is when to come back to a server whose disk is full, and awayFor
// to one whose repository does not answer, or is closing.
const (
	unwritableFor = 30 * time.Second
	awayFor       = 10 * time.Second
)

// unwritable tells that the server's own disk is full or fails. A client must
// not take that for its own.
func unwritable(err error) bool {
	kind := exam.KindOf(err)
	return kind == exam.KindFull || kind == exam.KindReadOnly
}

// packedFrom is the size from which an answer is worth compressing.
const packedFrom = 700

// send writes the answer and gives its size in bytes.
func (s *Server) send(w http.ResponseWriter, r *http.Request, out reply) int {
	if out.raw == nil && out.message != nil {
		out.raw = wire.Encode(out.message)
	}
	if out.mediaType == "" {
		out.mediaType = wire.JSON
	}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	h := w.Header()
	for name, value := range out.header {
		h.Set(name, value)
	}
	h.Set(wire.HeaderProtocol, wire.Version)
	h.Set("Date", s.Now().UTC().Format(http.TimeFormat))
	if len(out.raw) > 0 {
		h.Set("Content-Type", out.mediaType)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if len(out.raw) >= packedFrom && accepts(r, "zstd") {
		h.Set("Content-Encoding", "zstd")
		out.raw = wire.Deflate(out.raw)
	}
	if out.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(out.raw)))
	}
	w.WriteHeader(out.status)
	if r.Method != http.MethodHead {
		w.Write(out.raw)
	}
	return len(out.raw)
}

// accepts tells whether the client takes a content coding.
func accepts(r *http.Request, coding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}

// plain answers outside the protocol, for probes and people.
func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}
