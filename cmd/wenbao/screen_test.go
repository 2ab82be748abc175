//go:build x11 && cgo

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
	"wenbao/ui/present"
)

// asProgram makes the test binary the program itself: these tests run the real
// window in a process of its own.
const asProgram = "WENBAO_TEST_AS"

func TestMain(m *testing.M) {
	if file := os.Getenv(crashWriter); file != "" {
		os.Exit(writeCrash(os.Stdin, file))
	}
	switch os.Getenv(asProgram) {
	case "":
		os.Exit(m.Run())
	case "program":
		os.Exit(run(os.Args[1:], os.Stderr, func(p present.Ports) present.Ports { return p }))
	case "hanging":
		os.Exit(run(os.Args[1:], os.Stderr, hanging))
	case "crashing":
		os.Exit(run(os.Args[1:], os.Stderr, crashing))
	case "empty":
		empty()
	}
}

// screen is an X display with a window manager.
type screen struct {
	t    *testing.T
	home string
	env  []string
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	home, err := os.MkdirTemp("", "wenbao-screen-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) }) // an input method that was just ended may still write there
	s := &screen{t: t, home: home}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset")
	x.ExtraFiles = []*os.File{w}
	s.start(x)
	w.Close()
	n, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("no display from Xvfb (scripts/packages test installs it): %v", err)
	}
	// No bus: asking for one starts one that outlives the test.
	s.env = []string{"DBUS_SESSION_BUS_ADDRESS=disabled:", "DISPLAY=:" + strings.TrimSpace(n), "LIBGL_ALWAYS_SOFTWARE=1", "LANG=zh_CN.UTF-8", "LC_ALL=C.UTF-8", "HOME=" + s.home}
	s.start(s.command("openbox"))
	s.wait("the window manager", func() bool { return s.command("xdotool", "get_desktop").Run() == nil })
	return s
}

// patience is how long anything may take on a machine that is busy with other
// tests; it costs nothing while all goes well.
const patience = 90 * time.Second

// wait polls until something holds.
func (s *screen) wait(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.shot("went-wrong")
			s.t.Fatalf("waited for %s", what)
		}
	}
}

func (s *screen) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), s.env...)
	return c
}

// start starts a program that ends with the test.
func (s *screen) start(c *exec.Cmd) {
	s.t.Helper()
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
}

// output runs a program to its end.
func (s *screen) output(name string, args ...string) string {
	s.t.Helper()
	raw, err := s.command("timeout", append([]string{fmt.Sprint(patience.Seconds()), name}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, raw)
	}
	return strings.TrimSpace(string(raw))
}

// keys presses keys such as "Return".
func (s *screen) keys(keys ...string) {
	s.t.Helper()
	s.output("xdotool", append([]string{"key", "--delay", "60"}, keys...)...)
}

// write presses the keys of a text, so many milliseconds apart.
func (s *screen) write(pace int, text string) {
	s.t.Helper()
	s.output("xdotool", "type", "--delay", fmt.Sprint(pace), "--", text)
}

// shot leaves a picture of the screen in out/, to be looked at.
func (s *screen) shot(name string) {
	s.t.Helper()
	dir := filepath.Join("..", "..", "out", "window")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.output("import", "-window", "root", filepath.Join(dir, name+".png"))
}

// log is what a process said, which may be read while it goes on.
type log struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}

// running is the application in a process of its own, in practice mode.
type running struct {
	*screen
	cmd    *exec.Cmd
	data   string
	report string
	said   *log
	ended  chan struct{}
	began  time.Time
}

// launch starts the application and waits for nothing; what it leaves on the
// disk is checked and searched.
func (s *screen) launch(as, data string, args ...string) *running {
	s.t.Helper()
	s.t.Cleanup(func() { storetest.InspectFolders(s.t, local.Practice(data)) })
	return s.run(as, data, args...)
}

func (s *screen) run(as, data string, args ...string) *running {
	s.t.Helper()
	r := &running{screen: s, data: data, report: filepath.Join(s.t.TempDir(), "window.json"), said: &log{}, ended: make(chan struct{}), began: time.Now()}
	r.cmd = s.command(os.Args[0], append([]string{"--practice", "--data", data}, args...)...)
	r.cmd.Env = append(r.cmd.Env, asProgram+"="+as, "WENBAO_INSPECT="+r.report)
	r.cmd.Stdout, r.cmd.Stderr = r.said, r.said
	if err := r.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = r.cmd.Wait(); close(r.ended) }()
	s.t.Cleanup(r.kill)
	return r
}

// open starts the application and waits for its first page.
func (s *screen) open(as, data string, args ...string) *running {
	s.t.Helper()
	r := s.launch(as, data, args...)
	r.until("a page", func(v shown) bool { return v.Settled && len(v.Controls) > 0 })
	r.front()
	return r
}

// window is the X window's number.
func (r *running) window() string {
	r.t.Helper()
	var ids []string
	r.wait("the window of the program", func() bool {
		raw, _ := r.command("xdotool", "search", "--onlyvisible", "--pid", fmt.Sprint(r.cmd.Process.Pid)).Output()
		ids = strings.Fields(string(raw))
		return len(ids) > 0
	})
	return ids[len(ids)-1]
}

// kill ends the process as a power cut would.
func (r *running) kill() {
	_ = r.cmd.Process.Signal(syscall.SIGKILL)
	<-r.ended
}

// end waits for the process to end by itself and gives its exit code.
func (r *running) end() int {
	r.t.Helper()
	select {
	case <-r.ended:
		return r.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		_ = r.cmd.Process.Signal(syscall.SIGQUIT) // it says where it is
		select {
		case <-r.ended:
		case <-time.After(10 * time.Second):
		}
		r.t.Fatalf("it has not ended after %v; it said:\n%s", patience, r.said)
		return 0
	}
}

// front gives the window the keyboard.
func (r *running) front() {
	r.t.Helper()
	r.output("xdotool", "windowfocus", "--sync", r.window())
}

// quit closes the window as a person does. The keys go to nobody by name: the
// window may be gone before they are let go.
func (r *running) quit() {
	r.t.Helper()
	r.front()
	r.keys("alt+F4")
}

// shown is the map of the controls.
type shown struct {
	Settled, Saved    bool
	Page, Step, Focus string
	Typed             int  // characters in the field with the focus
	Composing         bool // an input method has letters that are not in it yet
	Width, Height     int
	Controls          []spot
}

// spot is where a control is, in pixels of the window.
type spot struct {
	ID         string
	X, Y, W, H int
	Enabled    bool
	InView     bool `json:"in_view"`
}

func (v shown) has(id string) bool {
	for _, c := range v.Controls {
		if c.ID == id {
			return c.Enabled
		}
	}
	return false
}

// until waits for the window to be as wanted.
func (r *running) until(what string, fits func(shown) bool) shown {
	r.t.Helper()
	var v shown
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		raw, err := os.ReadFile(r.report)
		if err == nil && json.Unmarshal(raw, &v) == nil && fits(v) {
			return v
		}
		select {
		case <-r.ended:
			r.t.Fatalf("it ended while waiting for %s; it said:\n%s", what, r.said)
		default:
		}
	}
	r.shot("went-wrong")
	r.t.Fatalf("waited for %s; the window shows %+v; it said:\n%s", what, v, r.said)
	return v
}

// at waits until the keyboard is in a control, and for the window to rest.
func (r *running) at(id string) {
	r.t.Helper()
	r.until("the focus in "+id, func(v shown) bool { return v.Settled && v.Focus == id })
}

// saved waits until nothing typed waits to be saved.
func (r *running) saved() {
	r.t.Helper()
	r.until("everything to be saved", func(v shown) bool { return v.Settled && v.Saved })
}

// reach presses Tab until the keyboard is in a control.
func (r *running) reach(id string) {
	r.t.Helper()
	v := r.until(id, func(v shown) bool { return v.Settled && v.has(id) })
	for range len(v.Controls) {
		if v.Focus == id {
			return
		}
		r.keys("Tab")
		from := v.Focus
		v = r.until("Tab to move on", func(v shown) bool { return v.Settled && v.Focus != from })
	}
	r.t.Fatalf("Tab does not lead to %s", id)
}

// press clicks a control, or reaches one that is scrolled out of sight.
func (r *running) press(id string) {
	r.t.Helper()
	v := r.until(id, func(v shown) bool { return v.Settled && v.has(id) })
	for _, c := range v.Controls {
		switch {
		case c.ID == id && !c.InView:
			r.reach(id)
			r.keys("space")
		case c.ID == id:
			r.output("xdotool", "mousemove", "--sync", "--window", r.window(), fmt.Sprint(c.X+c.W/2), fmt.Sprint(c.Y+c.H/2), "click", "1")
		}
	}
}

// stored ends the process at once and reads the one draft that is on the disk.
func (r *running) stored() exam.Document {
	r.t.Helper()
	r.kill()
	keys, err := local.Keys("", "")
	if err != nil {
		r.t.Fatal(err)
	}
	st, err := local.Open(context.Background(), local.Practice(r.data), keys)
	if err != nil {
		r.t.Fatal(err)
	}
	defer st.Close()
	page, err := st.List(store.Query{Limit: 2})
	if err != nil || len(page.Rows) != 1 {
		r.t.Fatalf("%d drafts are stored: %v", len(page.Rows), err)
	}
	d, err := st.Draft(page.Rows[0].ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.Document
}
