package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	phoneHere      = "13900139000"
	phoneElsewhere = "13700137000"
)

// clash copies the data folder to another machine, changes the phone number
// here while the server is away, and there while it is back; there comes first.
func (w *walk) clash() error {
	there := filepath.Join(w.home, "another-machine")
	w.win.kill()
	if err := os.CopyFS(there, os.DirFS(filepath.Join(w.data, "practice"))); err != nil {
		return err
	}
	w.server.kill()
	err := steps(
		w.reopen,
		func() error { return w.win.click("action.edit") },
		func() error { return w.turn("person") },
		func() error { return w.fills("phone", phoneHere) },
		func() error { return w.turn("review") },
		w.submit,
		func() error { return w.win.durable() },
		func() error { w.win.kill(); return w.server.start() },
		func() error { return w.server.steer("--verify", "ask") }, // once the other machine's version is there
	)
	if err != nil {
		return err
	}
	return w.elsewhere(there)
}

// elsewhere is wenbaoctl on the other machine.
func (w *walk) elsewhere(data string) error {
	ctl := func(args ...string) ([]byte, error) {
		c := exec.CommandContext(w.ctx, filepath.Join(w.bin, "wenbaoctl"), append([]string{"--data", data, "--server", w.server.url(), "--server-key", w.server.key, "--json"}, args...)...)
		c.Env = w.command("true").Env
		c.Stderr = w.server.log
		out, err := c.Output()
		if err != nil {
			err = fmt.Errorf("on the other machine wenbaoctl %s: %w: %s", strings.Join(args, " "), err, out)
		}
		return out, err
	}
	list, err := ctl("draft", "list")
	if err != nil {
		return err
	}
	var row struct{ ID string }
	if err := json.Unmarshal(list, &row); err != nil {
		return fmt.Errorf("there is not exactly one draft: %w", err)
	}
	for _, args := range [][]string{{"draft", "set", row.ID, "phone=" + phoneElsewhere}, {"draft", "submit", row.ID}} {
		if _, err := ctl(args...); err != nil {
			return err
		}
	}
	out, err := ctl("sync", "--until-idle", "--timeout", "30s")
	if err != nil {
		return err
	}
	var did struct{ Delivered int }
	if err := json.Unmarshal(out, &did); err != nil || did.Delivered != 1 {
		return fmt.Errorf("the other machine delivered %s", out)
	}
	return nil
}

// decide opens the application, which now meets the other machine's version.
func (w *walk) decide() error {
	return steps(
		w.reopen,
		func() error { return w.win.click("page.registration") },
		func() error { _, err := w.win.has("action.resolve"); return err },
		func() error { return w.shot("conflict-said") },
		func() error { return w.win.click("action.resolve") },
		func() error { return w.page("conflict") },
		func() error { return w.win.press("conflict.phone=theirs") },
		func() error { return w.shot("conflict-desk") },
		func() error { return w.win.press("action.resolve") },
		func() error { return w.page("registration") },
	)
}

// supplemented hands in what the reviewer asked for, who is content with it.
func (w *walk) supplemented() error {
	return steps(
		w.asked,
		func() error { return w.server.steer("--verify", "once") },
		w.handIn,
		w.verified,
	)
}
