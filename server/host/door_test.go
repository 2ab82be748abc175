package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
)

// lists is a repository whose lists are the test's; that of one row, which a
// start asks for, is its own.
type lists struct {
	server.Repository
	list func() error
}

func (l lists) List(ctx context.Context, after exam.DraftID, limit int, states ...exam.State) ([]server.Record, error) {
	if limit > 1 {
		if err := l.list(); err != nil {
			return nil, err
		}
	}
	return l.Repository.List(ctx, after, limit, states...)
}

func (c Config) listing(list func() error) Config {
	open := c.Open
	c.Open = func(dir string) (server.Repository, error) {
		repo, err := open(dir)
		return lists{repo, list}, err
	}
	return c
}

// never is the way past a server that runs, which must not be taken.
func never(t *testing.T) func() (*server.Desk, func() error, error) {
	return func() (*server.Desk, func() error, error) {
		t.Error("the command was to be done on the folder itself")
		return nil, nil, errors.New("not on the folder")
	}
}

func TestAnOperatorUnderWayIsAnsweredBeforeTheEnd(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	c := config(t).listing(func() error { close(asked); <-answer; return nil })
	h, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := Operate(t.Context(), c.Dir, server.Command{Do: "list"}, never(t))
		done <- err
	}()
	<-asked
	closed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		closed <- h.Close(ctx)
	}()
	for range 1000 { // until the door is shut
		if _, err := os.Stat(filepath.Join(c.Dir, DoorName)); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	close(answer)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// TestWhatAServerMayHaveDoneIsNotDoneAgain stands for a server that ends, or is
// too slow, between doing a command and saying so.
func TestWhatAServerMayHaveDoneIsNotDoneAgain(t *testing.T) {
	gone := freed(t)
	for name, at := range map[string]struct {
		handler http.HandlerFunc
		address string
		offline bool
	}{
		"broken off": {handler: func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }},
		"half an answer": {handler: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "99")
			w.Write([]byte("{"))
		}},
		"nobody listens":  {address: gone, offline: true},
		"another program": {handler: func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusUnauthorized) }, offline: true},
		"who says yes":    {handler: func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("{}")) }, offline: true},
		"a third program": {handler: http.NotFound, offline: true},
	} {
		dir, address := t.TempDir(), at.address
		if at.handler != nil {
			s := httptest.NewServer(at.handler)
			defer s.Close()
			address = s.Listener.Addr().String()
		}
		raw, _ := json.Marshal(doorFile{Address: address, Token: "token"})
		if err := os.WriteFile(filepath.Join(dir, DoorName), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		offline := false
		_, err := Operate(t.Context(), dir, server.Command{Do: "publish", Notice: &exam.Notice{}}, func() (*server.Desk, func() error, error) {
			offline = true
			return nil, nil, exam.Errorf(exam.KindBusy, "open", "in use")
		})
		want := exam.KindUnreachable
		if at.offline {
			want = exam.KindBusy
		}
		if offline != at.offline || exam.KindOf(err) != want {
			t.Errorf("%s: on the folder itself %v, %v", name, offline, err)
		}
	}
}

func freed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// logged is a log that may be written at any time.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestAPanicBehindTheDoorIsAnsweredAndNotQuoted(t *testing.T) {
	c := config(t).listing(func() error { panic("张三") })
	said := new(logged)
	c.Log = slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	log.SetOutput(said)
	defer log.SetOutput(os.Stderr)
	run(t, c)
	if _, err := Operate(t.Context(), c.Dir, server.Command{Do: "list"}, never(t)); exam.KindOf(err) != exam.KindInternal {
		t.Error(err)
	}
	if text := said.String(); strings.Contains(text, "张三") || !strings.Contains(text, "panicked") {
		t.Error(text)
	}
}

func TestAnErrorComesThroughTheDoorWhole(t *testing.T) {
	raw, _ := assets.Pack("038-2026")
	full := &exam.Error{Kind: exam.KindFull, Op: "list"}
	c := config(t).listing(func() error { return full })
	run(t, c)
	_, err := Operate(t.Context(), c.Dir, server.Command{Do: "publish", Pack: raw, Signature: []byte("none")}, never(t))
	if faults := exam.Faults(err); exam.KindOf(err) != exam.KindUntrusted || len(faults) != 1 || faults[0].Code != "no_signature" {
		t.Error(err)
	}
	if _, err := Operate(t.Context(), c.Dir, server.Command{Do: "list"}, never(t)); exam.KindOf(err) != exam.KindFull {
		t.Error(err)
	}
	// What a running server cannot reach is not a server that is not reached.
	full.Kind = exam.KindUnreachable
	if _, err := Operate(t.Context(), c.Dir, server.Command{Do: "list"}, never(t)); exam.KindOf(err) != exam.KindUnreachable {
		t.Error(err)
	}
}

// TestTheDoorOpensToTheTokenAlone calls with the words of another command, or none.
func TestTheDoorOpensToTheTokenAlone(t *testing.T) {
	c := config(t)
	h := run(t, c)
	body := `{"do":"published"}`
	for name, authorization := range map[string]string{
		"nothing":         "",
		"another token":   "Wenbao " + proof("token", "ask", []byte(body)),
		"another command": "Wenbao " + proof(h.door.token, "ask", []byte(`{"do":"steering"}`)),
		"an answer":       "Wenbao " + proof(h.door.token, "answer", []byte(body)),
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		h.door.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || w.Header().Get(proofHeader) != "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if _, err := Operate(t.Context(), c.Dir, server.Command{Do: "published"}, never(t)); err != nil {
		t.Error(err)
	}
}
