//go:build x11 && cgo

package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wenbao/cmd/internal/local"
)

func TestWithoutAScreenThatIsSaid(t *testing.T) {
	for _, display := range []string{"", ":4711"} {
		data := t.TempDir()
		c := exec.Command(os.Args[0], "--practice", "--data", data)
		c.Env = append(os.Environ(), asProgram+"=program", "DISPLAY="+display, "HOME="+t.TempDir(), "LC_ALL=en", "DBUS_SESSION_BUS_ADDRESS=disabled:")
		raw, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(raw), "no screen") || strings.Contains(string(raw), "goroutine ") {
			t.Errorf("on %q it ends with %d and says %s", display, code, raw)
		}
		if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
			t.Errorf("it left %v, %v", left, err)
		}
	}
}

func TestWhatWasTypedLastIsKeptWhenTheSystemEndsTheProgram(t *testing.T) {
	hung := make(chan os.Signal, 1)
	signal.Notify(hung, syscall.SIGHUP) // or the program would ignore it as well under nohup
	defer signal.Stop(hung)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := newScreen(t)
			r := s.open("program", t.TempDir())
			r.press("action.new")
			r.until("the form", func(v shown) bool { return v.Settled && v.has("step.person") })
			r.press("step.person")
			r.reach("name")
			r.saved()
			s.write(1, "abc")
			r.until("the letters", func(v shown) bool { return v.Typed == 3 })
			if err := r.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := r.end(); code != 0 {
				t.Errorf("it ends with %d and says\n%s", code, r.said)
			}
			if doc := r.stored(); doc.Name != "abc" {
				t.Errorf("stored is the name %q", doc.Name)
			}
		})
	}
}

// As when a launcher that read what the program says is gone.
func TestAReaderOfItsWordsThatHasGoneEndsNoWindow(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	nobody, said, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	defer said.Close()
	r := &running{screen: s, data: data, report: filepath.Join(t.TempDir(), "window.json"), said: &log{}, ended: make(chan struct{}), began: time.Now()}
	r.cmd = s.command(os.Args[0], "--practice", "--data", data)
	r.cmd.Env = append(r.cmd.Env, asProgram+"=program", "WENBAO_INSPECT="+r.report)
	r.cmd.Stdout, r.cmd.Stderr = said, said
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.cmd.Wait(); close(r.ended) }()
	t.Cleanup(r.kill)
	r.until("a page", func(v shown) bool { return v.Settled && v.has("action.new") })
}

func TestNoOtherProgramGetsThePassphrase(t *testing.T) {
	s := newScreen(t)
	const passphrase = "geheim-2026"
	s.env = append(s.env, local.PassphraseVariable+"="+passphrase)
	r := s.run("program", t.TempDir())
	r.until("a page", func(v shown) bool { return v.Settled && v.has("action.new") })
	children := func() []string {
		raw, _ := exec.Command("pgrep", "-P", fmt.Sprint(r.cmd.Process.Pid)).Output()
		return strings.Fields(string(raw))
	}
	s.wait("the program that writes crashes down", func() bool { return len(children()) > 0 })
	for _, pid := range children() {
		raw, err := os.ReadFile(filepath.Join("/proc", pid, "environ"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), passphrase) {
			t.Errorf("program %s has the passphrase", pid)
		}
	}
}
