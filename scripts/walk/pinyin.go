package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profiles are an input method with two ways to type: letters as they are, and
// pinyin. The keyboard stays the one that was taught.
var profiles = map[string]string{
	"profile": "[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=pinyin\n\n[Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n" +
		"[Groups/0/Items/1]\nName=pinyin\nLayout=\n\n[GroupOrder]\n0=Default\n",
	"conf/xcb.conf": "Allow Overriding System XKB Settings=False\n",
}

// inputMethod starts fcitx5, as people who write Chinese have it running, on a
// bus of its own. Programs started afterwards use it.
func (d *desk) inputMethod(home string) error {
	config := filepath.Join(home, ".config")
	for name, content := range profiles {
		file := filepath.Join(config, "fcitx5", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
	}
	bus := d.command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := bus.StdoutPipe()
	if err != nil {
		return err
	}
	if err := d.keep(bus); err != nil {
		return err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("dbus-daemon: %w", err)
	}
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address), "XMODIFIERS=@im=fcitx", "XDG_CONFIG_HOME="+config)
	if err := d.keep(d.command("fcitx5", "--disable=wayland,waylandim,cloudpinyin,notifications")); err != nil {
		return err
	}
	return d.wait("fcitx5", func() bool { return d.command("fcitx5-remote").Run() == nil })
}

// chinese turns pinyin on or off for the window that has the keyboard.
func (d *desk) chinese(on bool) error {
	name := "keyboard-us"
	if on {
		name = "pinyin"
	}
	if _, err := d.output("fcitx5-remote", "-s", name); err != nil {
		return err
	}
	return d.wait(name, func() bool {
		now, err := d.output("fcitx5-remote", "-n")
		return err == nil && strings.TrimSpace(now) == name
	})
}

// wait polls until something holds.
func (d *desk) wait(what string, holds func() bool) error {
	for end := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) || d.ctx.Err() != nil {
			return fmt.Errorf("waited for %s", what)
		}
	}
	return nil
}

// spelled is a text as it is written with pinyin: letters, and the key that
// chooses among the candidates.
type spelled struct {
	letters, choose string
	text            string // what it becomes; letters without a key stay what they are
}

// spell writes into a field with the input method, in place of what is there, and
// waits for each choice to arrive.
func (w *window) spell(id string, words []spelled) error {
	if err := steps(func() error { return w.empty(id) }, func() error { return w.chinese(true) }); err != nil {
		return err
	}
	typed := 0
	for _, s := range words {
		if err := w.write(s.letters); err != nil {
			return err
		}
		if s.choose != "" {
			composing := func(v view) bool { return v.Focus == id && v.Composing }
			if _, err := w.until(patience, "the input method to compose "+s.letters, composing); err != nil {
				return err
			}
			if s.choose != "space" {
				if err := w.shot("candidates"); err != nil {
					return err
				}
			}
			if err := w.key(s.choose); err != nil {
				return err
			}
		}
		typed += len([]rune(s.text))
		arrived := func(v view) bool { return v.Focus == id && v.Typed == typed && !v.Composing }
		if _, err := w.until(patience, fmt.Sprintf("%s to become %d characters", s.letters, len([]rune(s.text))), arrived); err != nil {
			return err
		}
	}
	return w.chinese(false)
}
