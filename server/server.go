package server

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	_ "embed"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Config is what a [Server] is made of. Repository, Rules and Signer are
// required.
type Config struct {
	Repository Repository
	Rules      Rules
	Signer     ed25519.PrivateKey // signs receipts; whoever holds it is the server
	// Former are the public halves of keys that were lost: what they signed is
	// believed, and nothing new is signed with them.
	Former []ed25519.PublicKey
	// Practice makes the server of the practice mode: everything is decided at
	// once, windows are always open, and numbers and receipts say 演练.
	Practice bool
	// ManualPayments leaves a payment waiting until an operator settles it.
	ManualPayments bool
	Now            func() time.Time // default time.Now
	Log            *slog.Logger     // default: discards; never gets personal data
	Limits         Limits           // zero fields take the defaults
}

// Server answers clients. It is safe for concurrent use.
type Server struct {
	Config
	personKey []byte
	public    ed25519.PublicKey
	mux       *http.ServeMux
	hub       hub
	news      news
	editions  sync.Mutex // one is published at a time
	limiter   *limiter
	metrics   *metrics
	steering  atomic.Pointer[Steering]
	draining  atomic.Bool
	closing   chan struct{}
}

//go:embed openapi.yaml
var openapi []byte

// OpenAPI gives the description of the wire that the server publishes.
func OpenAPI() []byte { return openapi }

// New makes a server. Call [Server.Drain] before its repository closes.
func New(c Config) (*Server, error) {
	if c.Repository == nil || c.Rules == nil || len(c.Signer) != ed25519.PrivateKeySize {
		return nil, exam.Errorf(exam.KindInternal, "start server", "repository, rules and signer are required")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	personKey, err := hkdf.Key(sha256.New, c.Signer.Seed(), nil, "wenbao person v1", 32)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindInternal, Op: "start server", Err: err}
	}
	s := &Server{Config: c, personKey: personKey, public: c.Signer.Public().(ed25519.PublicKey), closing: make(chan struct{})}
	s.hub.init()
	s.limiter = newLimiter(c.Limits.filled(), c.Now)
	s.metrics = newMetrics()
	s.steering.Store(&Steering{})
	s.routes()
	return s, nil
}

// Public is the key that verifies this server's receipts.
func (s *Server) Public() ed25519.PublicKey { return s.public }

// Drain makes the server unready and ends long polls, so that requests in
// flight can finish and no new ones are sent here.
func (s *Server) Drain() {
	if s.draining.CompareAndSwap(false, true) {
		close(s.closing)
	}
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	open := func(pattern string, h func(http.ResponseWriter, *http.Request)) { s.mux.HandleFunc(pattern, h) }
	open("GET /healthz", func(w http.ResponseWriter, r *http.Request) { plain(w, http.StatusOK, "ok\n") })
	open("GET /readyz", s.ready)
	open("GET /metrics", s.metrics.serve)
	open("GET /openapi.yaml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		w.Write(openapi)
	})
	s.handle("GET /v1/hello", s.hello)
	s.handle("GET /v1/dictionaries/1", s.dictionary)
	s.owned("PUT /v1/registrations/{id}", s.submit(exam.ActionSubmit))
	s.owned("PUT /v1/registrations/{id}/supplement", s.submit(exam.ActionSupplement))
	s.owned("POST /v1/registrations/{id}/confirm", s.later(exam.ActionConfirm))
	s.owned("POST /v1/registrations/{id}/unconfirm", s.later(exam.ActionUnconfirm))
	s.owned("POST /v1/registrations/{id}/pay", s.later(exam.ActionPay))
	s.owned("POST /v1/registrations/{id}/withdraw", s.later(exam.ActionWithdraw))
	s.owned("GET /v1/registrations/{id}", s.registration)
	s.owned("PUT /v1/registrations/{id}/receipt", s.restore)
	s.owned("POST /v1/verdicts", s.verdict)
	s.owned("POST /v1/files/missing", s.missing)
	s.owned("PUT /v1/files/{sha256}", s.piece)
	s.owned("GET /v1/files/{sha256}", s.file)
	s.serve(route{pattern: "GET /v1/changes", owned: true, long: true, h: s.changes})
	s.owned("GET /v1/digests", s.digests)
	s.owned("GET /v1/digests/{range}", s.summaries)
	s.handle("GET /v1/packs/{sha256}", s.pack)
	s.tusRoutes()
	s.handle("/", func(r *http.Request) (reply, error) {
		return reply{}, exam.Errorf(exam.KindNotFound, "route", "no such resource")
	})
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > wire.MaxStepBody && r.Method != http.MethodPatch {
		w.Header().Set("Connection", "close")
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	switch err := s.Repository.Ready(ctx); {
	case s.draining.Load():
		plain(w, http.StatusServiceUnavailable, "draining\n")
	case err != nil:
		s.Log.Error("not ready", "err", err)
		plain(w, http.StatusServiceUnavailable, "repository not ready\n")
	default:
		plain(w, http.StatusOK, "ready\n")
	}
}

func (s *Server) hello(*http.Request) (reply, error) {
	return reply{message: wire.Hello{Protocols: []string{wire.Version}, Practice: s.Practice, Time: s.Now().UTC(),
		Keys: []string{exam.KeyID(s.public)}}}, nil
}

func (s *Server) dictionary(*http.Request) (reply, error) {
	return reply{mediaType: wire.Bytes, raw: exam.Dictionary()}, nil
}
