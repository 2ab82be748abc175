package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// server is wenbaod as a process of its own, which can be stopped and started.
type server struct {
	ctx                  context.Context
	bin, data, key, addr string
	log                  *os.File
	cmd                  *exec.Cmd
}

// newServer starts a practice server on a free port of this machine and keeps
// its public key beside its data.
func newServer(ctx context.Context, bin, data, out string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{ctx: ctx, bin: bin, data: data, key: data + ".key", addr: l.Addr().String()}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if s.log, err = os.Create(filepath.Join(out, "wenbaod.log")); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	key, err := exec.CommandContext(ctx, filepath.Join(bin, "wenbaod"), "keys", "public", "--data", data).Output()
	if err != nil {
		return nil, fmt.Errorf("wenbaod keys public: %w", err)
	}
	return s, os.WriteFile(s.key, key, 0o600)
}

func (s *server) url() string { return "http://" + s.addr }

// start starts the server and waits until it is ready.
func (s *server) start() error {
	s.cmd = exec.CommandContext(s.ctx, filepath.Join(s.bin, "wenbaod"), "serve", "--practice", "--insecure-http", "--listen", s.addr, "--data", s.data)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && s.ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if r, err := http.Get(s.url() + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("wenbaod is not ready after %v; see wenbaod.log", patience)
}

// steer bends what the practice server does.
func (s *server) steer(flags ...string) error {
	args := append([]string{"practice", "--data", s.data}, flags...)
	if raw, err := exec.CommandContext(s.ctx, filepath.Join(s.bin, "wenbaod"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("wenbaod %v: %w: %s", args, err, raw)
	}
	return nil
}

// stop is kill as a leg of the way.
func (s *server) stop() error { s.kill(); return nil }

// kill ends the server at once, as a power cut would.
func (s *server) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}
