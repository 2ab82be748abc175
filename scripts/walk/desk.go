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
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// desk is an X display of our own with a window manager, a keyboard that has
// every character the walk types, and a numbered pile of screenshots.
type desk struct {
	ctx     context.Context
	display string
	out     string
	pace    time.Duration // between two keys of a text
	shots   int
	env     []string // of every program started here
	procs   []*exec.Cmd
}

// The size every page must fit (experience, rule 9).
const screen = "1366x768x24"

// openDesk starts Xvfb and a window manager and teaches the keyboard the runes.
func openDesk(ctx context.Context, out string, pace time.Duration, runes string) (*desk, error) {
	d := &desk{ctx: ctx, out: out, pace: pace}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// A server that resets when its first client leaves would forget the keyboard.
	x := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", screen, "-nolisten", "tcp", "-noreset")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	w.Close()
	d.procs = append(d.procs, x)
	n, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.close()
		return nil, fmt.Errorf("no display from Xvfb: %w", err)
	}
	d.display = ":" + strings.TrimSpace(n)
	err = steps(
		func() error { return d.keep(d.command("openbox")) },
		func() error {
			return d.wait("the window manager", func() bool { return d.command("xdotool", "get_desktop").Run() == nil })
		},
		func() error { return d.teach(runes) },
	)
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// keep starts a program that ends with the desk.
func (d *desk) keep(c *exec.Cmd) error {
	if err := c.Start(); err != nil {
		return err
	}
	d.procs = append(d.procs, c)
	return nil
}

func (d *desk) close() {
	for _, p := range slices.Backward(d.procs) {
		p.Process.Kill()
		p.Wait()
	}
}

func (d *desk) command(name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(d.ctx, name, args...)
	c.Env = append(append(os.Environ(), "DISPLAY="+d.display, "LIBGL_ALWAYS_SOFTWARE=1"), d.env...)
	return c
}

func (d *desk) output(name string, args ...string) (string, error) {
	raw, err := d.command(name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(raw))
	}
	return string(raw), nil
}

// teach puts the runes that no Latin keyboard has on keys that nothing uses, two
// a key. A fixed layout types reliably; xdotool's way of moving one key from
// rune to rune races with the program that reads it.
func (d *desk) teach(runes string) error {
	table, err := d.output("xmodmap", "-pke")
	if err != nil {
		return err
	}
	var free []string
	for line := range strings.Lines(table) {
		f := strings.Fields(line) // keycode N = SYM…
		if len(f) >= 3 && (len(f) == 3 || strings.HasPrefix(f[3], "XF86")) {
			free = append(free, f[1])
		}
	}
	var rare []rune
	for _, r := range runes {
		if r > 0x7e && !slices.Contains(rare, r) {
			rare = append(rare, r)
		}
	}
	if len(rare) > 2*len(free) {
		return fmt.Errorf("the walk types %d characters, the keyboard has room for %d", len(rare), 2*len(free))
	}
	var m strings.Builder
	for i := 0; i < len(rare); i += 2 {
		fmt.Fprintf(&m, "keycode %s =", free[i/2])
		for _, r := range rare[i:min(i+2, len(rare))] {
			fmt.Fprintf(&m, " U%04X", r)
		}
		m.WriteByte('\n')
	}
	c := d.command("xmodmap", "-")
	c.Stdin = strings.NewReader(m.String())
	if raw, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("xmodmap: %w: %s", err, raw)
	}
	return nil
}

// drawn is how long a software-rendered window may need to show the last key.
const drawn = 700 * time.Millisecond

// shot takes a numbered screenshot.
func (d *desk) shot(name string) error {
	time.Sleep(drawn)
	d.shots++
	file := filepath.Join(d.out, fmt.Sprintf("%02d-%s.png", d.shots, name))
	_, err := d.output("import", "-window", "root", file)
	return err
}

// window is the application's window, known by what it reports of itself.
type window struct {
	*desk
	cmd    *exec.Cmd
	id     string // of the X window
	report string // the file that WENBAO_INSPECT names
	log    *os.File
}

// view is what the window reports: what is where, and no one's data.
type view struct {
	Settled   bool   `json:"settled"`   // two looks in a row saw the same
	Saved     bool   `json:"saved"`     // nothing typed waits to be saved
	Typed     int    `json:"typed"`     // characters in the field with the focus
	Composing bool   `json:"composing"` // an input method has letters that are not in it yet
	Page      string `json:"page"`
	Step      string `json:"step"`
	Focus     string `json:"focus"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Controls  []control
}

type control struct {
	ID         string `json:"id"`
	X, Y, W, H int
	Enabled    bool `json:"enabled"`
	InView     bool `json:"in_view"`
}

func (v view) find(id string) (control, bool) {
	for _, c := range v.Controls {
		if c.ID == id {
			return c, true
		}
	}
	return control{}, false
}

// first finds the first control whose id begins with prefix.
func (v view) first(prefix string) (control, bool) {
	for _, c := range v.Controls {
		if strings.HasPrefix(c.ID, prefix) {
			return c, true
		}
	}
	return control{}, false
}

// open starts the application and waits until its window shows.
func (d *desk) open(program string, args ...string) (*window, error) {
	report := filepath.Join(d.out, "window.json")
	os.Remove(report)
	log, err := os.OpenFile(filepath.Join(d.out, "wenbao.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := &window{desk: d, cmd: d.command(program, args...), report: report, log: log}
	w.cmd.Env = append(w.cmd.Env, "WENBAO_INSPECT="+report)
	w.cmd.Stdout, w.cmd.Stderr = log, log
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := w.until(patience, "the window to open", func(v view) bool { return len(v.Controls) > 0 && v.Settled }); err != nil {
		return w, err
	}
	id, err := d.output("xdotool", "search", "--sync", "--onlyvisible", "--name", windowName)
	if err != nil {
		return w, err
	}
	lines := strings.Fields(id)
	w.id = lines[len(lines)-1]
	_, err = d.output("xdotool", "windowfocus", "--sync", w.id)
	return w, err
}

// patience is how long anything may take on a machine that is busy with other
// things; it costs nothing while all goes well.
const patience = 2 * time.Minute

// windowName is in every title of the window.
const windowName = "稳报"

// kill ends the process at once, as a power cut would.
func (w *window) kill() {
	w.cmd.Process.Kill()
	w.cmd.Wait()
	w.log.Close()
}

// dump makes the application write what each goroutine is doing into its log.
func (w *window) dump() {
	if w.cmd.Process.Signal(syscall.SIGQUIT) == nil {
		time.Sleep(time.Second)
	}
}

func (w *window) view() (view, error) {
	var v view
	raw, err := os.ReadFile(w.report)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(raw, &v)
}

// until polls the window's report until it fits.
func (w *window) until(limit time.Duration, what string, fits func(view) bool) (view, error) {
	var last view
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if v, err := w.view(); err == nil {
			last = v
			if fits(v) {
				return v, nil
			}
		}
		if w.cmd.ProcessState != nil || w.ctx.Err() != nil {
			break
		}
	}
	var ids []string
	for _, x := range last.Controls {
		ids = append(ids, x.ID)
	}
	return last, fmt.Errorf("waited at most %v for %s; on page %q with focus %q there are: %s", limit, what, last.Page, last.Focus, strings.Join(ids, " "))
}

// durable waits until the window says that everything typed is saved.
func (w *window) durable() error {
	_, err := w.until(patience, "everything typed to be saved", func(v view) bool { return v.Settled && v.Saved })
	return err
}

// has waits for a control that can be used.
func (w *window) has(id string) (control, error) {
	v, err := w.until(patience, id, func(v view) bool { c, ok := v.find(id); return ok && c.Enabled && v.Settled })
	c, _ := v.find(id)
	return c, err
}

// click clicks the middle of a control; one that is scrolled out of sight is
// reached with the keyboard and pressed.
func (w *window) click(id string) error {
	c, err := w.has(id)
	if err != nil {
		return err
	}
	if !c.InView {
		return w.press(id)
	}
	_, err = w.output("xdotool", "mousemove", "--sync", "--window", w.id, fmt.Sprint(c.X+c.W/2), fmt.Sprint(c.Y+c.H/2), "click", "1")
	return err
}

// press reaches a control with the keyboard and presses it.
func (w *window) press(id string) error {
	return steps(func() error { return w.reach(id) }, func() error { return w.key("space") })
}

// key presses keys such as "Return" or "ctrl+s".
func (w *window) key(keys ...string) error {
	_, err := w.output("xdotool", append([]string{"key", "--delay", "30"}, keys...)...)
	return err
}

// write presses the keys of a text.
func (w *window) write(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8")
	}
	_, err := w.output("xdotool", "type", "--delay", fmt.Sprint(w.pace.Milliseconds()), "--", text)
	return err
}

// mostTabs is more than any page has stops.
const mostTabs = 120

// reach presses Tab until the keyboard is in a control, as somebody without a
// mouse would.
func (w *window) reach(id string) error {
	if _, err := w.has(id); err != nil {
		return err
	}
	for range mostTabs {
		v, err := w.view()
		if err != nil {
			return err
		}
		if v.Focus == id {
			return nil
		}
		if err := w.key("Tab"); err != nil {
			return err
		}
		if _, err := w.until(patience, "Tab to move on", func(n view) bool { return n.Focus != v.Focus }); err != nil {
			return err
		}
	}
	return fmt.Errorf("%d times Tab does not lead to %s", mostTabs, id)
}

// fill types a text into a field, in place of what is there.
func (w *window) fill(id, text string) error {
	return steps(
		func() error { return w.empty(id) },
		func() error { return w.write(text) },
		func() error { return w.arrived(id, text) },
	)
}

// empty goes to a field and takes out what is there.
func (w *window) empty(id string) error {
	return steps(
		func() error { return w.reach(id) },
		func() error { return w.key("ctrl+a", "BackSpace") },
		func() error { return w.arrived(id, "") },
	)
}

// arrived waits until what was typed is in the field. With an input method
// letters take a way of their own, and keys struck before they are back belong
// to it.
func (w *window) arrived(id, text string) error {
	_, err := w.until(patience, text+" to arrive in "+id, func(v view) bool {
		return v.Focus == id && v.Typed == utf8.RuneCountInString(text) && !v.Composing
	})
	return err
}

// pick types into a list until it is narrowed down, and takes the first.
func (w *window) pick(id, typed string) error {
	if err := w.reach(id); err != nil {
		return err
	}
	if err := w.write(typed); err != nil {
		return err
	}
	search := id + ".search"
	if err := w.arrived(search, typed); err != nil {
		return err
	}
	if err := w.key("Return"); err != nil {
		return err
	}
	_, err := w.until(patience, "the list of "+id+" to close", func(v view) bool { return v.Focus != search })
	return err
}

// choose presses an option or a tick.
func (w *window) choose(id string) error {
	if err := w.reach(id); err != nil {
		return err
	}
	return w.key("space")
}
