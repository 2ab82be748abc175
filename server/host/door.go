package host

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// DoorName is the file that tells an operator's command where a running server
// listens and with what token; it is readable by the server's user alone.
const DoorName = "door.json"

// door is the operators' way in: a listener on loopback that takes what whoever
// has the token says.
type door struct {
	desk     *server.Desk
	log      *slog.Logger
	path     string
	token    string
	listener net.Listener
	http     *http.Server
}

type doorFile struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

func openDoor(dir string, s *server.Server) (*door, error) {
	const op = "open operators' door"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindBusy, Op: op, Err: err}
	}
	token := make([]byte, 32)
	rand.Read(token)
	d := &door{desk: server.NewDesk(s), log: s.Log, path: filepath.Join(dir, DoorName), listener: l, token: base64.RawURLEncoding.EncodeToString(token)}
	raw, err := json.Marshal(doorFile{Address: l.Addr().String(), Token: d.token})
	if err == nil {
		os.Remove(d.path)
		err = os.WriteFile(d.path, raw, 0o600)
	}
	if err != nil {
		l.Close()
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	d.http = &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: time.Minute,
		MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)}
	return d, nil
}

func (d *door) serve() { d.http.Serve(d.listener) }

// close lets commands under way finish while ctx allows: an operator who is not
// answered does not know what was done.
func (d *door) close(ctx context.Context) {
	os.Remove(d.path)
	if d.http.Shutdown(ctx) != nil {
		d.http.Close()
	}
}

// ServeHTTP runs one command of an operator: POST of [server.Command].
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*exam.MaxPackBytes))
	if err != nil || r.Method != http.MethodPost || !hmac.Equal([]byte(r.Header.Get("Authorization")), []byte(authorization(d.token, asked))) {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	c, err := wire.Decode[server.Command](asked)
	var out server.Outcome
	if err == nil {
		out, err = d.do(r.Context(), c)
	}
	status, answer := http.StatusOK, wire.Encode(out)
	if err != nil {
		p := doorProblem{Kind: exam.KindOf(err), Title: err.Error(), Faults: exam.Faults(err)}
		status, answer = wire.NewProblem(p.Kind, "").Status, wire.Encode(p)
	}
	w.Header().Set(proofHeader, proof(d.token, "answer", answer))
	w.WriteHeader(status)
	w.Write(answer)
}

// proofHeader bears the proof that an answer is the server's: when a server died,
// any program may listen where it listened.
const proofHeader = "Wenbao-Proof"

// proof shows that whoever said raw has the token, without telling the token.
func proof(token, what string, raw []byte) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte(what + "\n"))
	m.Write(raw)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func authorization(token string, asked []byte) string { return "Wenbao " + proof(token, "ask", asked) }

// do runs a command. What a panic says may be what somebody entered, and is not
// logged.
func (d *door) do(ctx context.Context, c server.Command) (out server.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("an operator's command panicked", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			out, err = server.Outcome{}, exam.Errorf(exam.KindInternal, "operate", "a panic")
		}
	}()
	return d.desk.Do(ctx, c)
}

// doorProblem is an error as it goes through the door. Unlike a client, an
// operator is told of the server's own troubles and of every fault.
type doorProblem struct {
	Kind   exam.Kind     `json:"kind"`
	Title  string        `json:"title"`
	Faults []*exam.Fault `json:"faults,omitempty"`
}

func (p doorProblem) error() error {
	err := errors.New(p.Title)
	if len(p.Faults) > 0 {
		var all []error
		for _, f := range p.Faults {
			all = append(all, f)
		}
		err = errors.Join(all...)
	}
	return &exam.Error{Kind: p.Kind, Op: "operate", Err: err}
}

// Operate runs an operator's command on a data folder: through the door of the
// server that has the folder, or on the folder itself when none runs. offline
// makes the desk in that case. A server that took the command and did not answer
// is [exam.KindUnreachable]: it may have done it, and it is not done again.
func Operate(ctx context.Context, dir string, c server.Command, offline func() (*server.Desk, func() error, error)) (server.Outcome, error) {
	out, err := throughDoor(ctx, dir, c)
	if !errors.Is(err, errNoServer) {
		return out, err
	}
	desk, done, err := offline()
	if err != nil {
		return server.Outcome{}, err
	}
	out, err = desk.Do(ctx, c)
	return out, errors.Join(err, done())
}

// errNoServer is that no server took the command.
var errNoServer = errors.New("no server runs on the folder")

// throughDoor gives errNoServer unless a server took the command.
func throughDoor(ctx context.Context, dir string, c server.Command) (server.Outcome, error) {
	const op = "reach server"
	none := func(err error) (server.Outcome, error) {
		return server.Outcome{}, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: errors.Join(errNoServer, err)}
	}
	unanswered := func(err error) (server.Outcome, error) {
		return server.Outcome{}, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: err}
	}
	raw, err := os.ReadFile(filepath.Join(dir, DoorName))
	if err != nil {
		return none(err)
	}
	f, err := wire.Decode[doorFile](raw)
	if err != nil {
		return none(err)
	}
	asked := wire.Encode(c)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+f.Address+"/", bytes.NewReader(asked))
	if err != nil {
		return none(err)
	}
	req.Header.Set("Authorization", authorization(f.Token, asked))
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	switch {
	case err != nil && brokenOff(err):
		return unanswered(err)
	case err != nil:
		return none(err)
	}
	defer resp.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(resp.Body, wire.MaxMessage+1))
	switch {
	case err != nil:
		return unanswered(err)
	case len(raw) > wire.MaxMessage:
		return server.Outcome{}, exam.Errorf(exam.KindTooLarge, op, "an answer of more than %d bytes", wire.MaxMessage)
	}
	if !hmac.Equal([]byte(resp.Header.Get(proofHeader)), []byte(proof(f.Token, "answer", raw))) {
		return none(errors.New("another program listens there"))
	}
	if resp.StatusCode != http.StatusOK {
		p, err := wire.Decode[doorProblem](raw)
		if err != nil {
			return server.Outcome{}, err
		}
		return server.Outcome{}, p.error()
	}
	return wire.Decode[server.Outcome](raw)
}

// brokenOff tells that whoever was called took the call and then said nothing,
// unlike one who was not there or speaks another language.
func brokenOff(err error) bool {
	var call *net.OpError
	if errors.As(err, &call) && call.Op == "dial" {
		return false
	}
	var late net.Error
	return call != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) ||
		errors.As(err, &late) && late.Timeout()
}
