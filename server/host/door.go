package host

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// DoorName is the file that tells an operator's command where a running server
// listens and with what token; it is readable by the server's user alone.
const DoorName = "door.json"

// door is the operators' way in: a listener on loopback that takes the token.
type door struct {
	desk     *server.Desk
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
	d := &door{desk: server.NewDesk(s), path: filepath.Join(dir, DoorName), listener: l, token: base64.RawURLEncoding.EncodeToString(token)}
	raw, err := json.Marshal(doorFile{Address: l.Addr().String(), Token: d.token})
	if err == nil {
		os.Remove(d.path)
		err = os.WriteFile(d.path, raw, 0o600)
	}
	if err != nil {
		l.Close()
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	d.http = &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	return d, nil
}

func (d *door) serve() { d.http.Serve(d.listener) }

func (d *door) close() {
	d.http.Close()
	os.Remove(d.path)
}

// ServeHTTP runs one command of an operator: POST of [server.Command].
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(token), []byte(d.token)) != 1 || r.Method != http.MethodPost {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*exam.MaxPackBytes))
	var c server.Command
	if err == nil {
		c, err = wire.Decode[server.Command](raw)
	}
	var out server.Outcome
	if err == nil {
		out, err = d.desk.Do(r.Context(), c)
	}
	if err != nil {
		p := wire.NewProblem(exam.KindOf(err), err.Error())
		w.WriteHeader(p.Status)
		w.Write(wire.Encode(p))
		return
	}
	w.Write(wire.Encode(out))
}

// Operate runs an operator's command on a data folder: through the door of the
// server that has the folder, or on the folder itself when none runs. offline
// makes the desk in that case.
func Operate(ctx context.Context, dir string, c server.Command, offline func() (*server.Desk, func() error, error)) (server.Outcome, error) {
	out, err := throughDoor(ctx, dir, c)
	if exam.KindOf(err) != exam.KindUnreachable {
		return out, err
	}
	desk, done, err := offline()
	if err != nil {
		return server.Outcome{}, err
	}
	out, err = desk.Do(ctx, c)
	return out, errors.Join(err, done())
}

func throughDoor(ctx context.Context, dir string, c server.Command) (server.Outcome, error) {
	const op = "reach server"
	none := func(err error) (server.Outcome, error) {
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+f.Address+"/", bytes.NewReader(wire.Encode(c)))
	if err != nil {
		return none(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.Token)
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	resp, err := client.Do(req)
	if err != nil {
		return none(err)
	}
	defer resp.Body.Close()
	if raw, err = io.ReadAll(io.LimitReader(resp.Body, wire.MaxMessage)); err != nil {
		return none(err)
	}
	if resp.StatusCode == http.StatusUnauthorized {
		return none(errors.New("another program listens there"))
	}
	if resp.StatusCode != http.StatusOK {
		p, err := wire.Decode[wire.Problem](raw)
		if err != nil {
			return none(err)
		}
		return server.Outcome{}, exam.Errorf(p.Kind, "operate", "%s", p.Title)
	}
	return wire.Decode[server.Outcome](raw)
}
