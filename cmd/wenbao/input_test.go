//go:build x11 && cgo

package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

// pinyin starts fcitx5 with its pinyin on a screen.
func (s *screen) pinyin() {
	s.t.Helper()
	bus := s.command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := bus.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.start(bus)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.t.Fatal(err)
	}
	profile := "[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=pinyin\n\n[Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n" +
		"[Groups/0/Items/1]\nName=pinyin\nLayout=\n\n[GroupOrder]\n0=Default\n"
	dir := filepath.Join(s.home, ".config", "fcitx5")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "profile"), []byte(profile), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address), "XMODIFIERS=@im=fcitx", "XDG_CONFIG_HOME="+filepath.Join(s.home, ".config"))
	s.start(s.command("fcitx5", "--disable=wayland,waylandim,cloudpinyin,notifications"))
	s.wait("fcitx5", func() bool { return s.command("fcitx5-remote").Run() == nil })
}

// wait polls until something holds.
func (s *screen) wait(what string, holds func() bool) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("waited for %s", what)
		}
	}
}

// chinese turns the input method on or off for the field that has the focus.
func (s *screen) chinese(on bool) {
	s.t.Helper()
	name := "keyboard-us"
	if on {
		name = "pinyin"
	}
	s.output("fcitx5-remote", "-s", name)
	s.wait(name, func() bool { return s.output("fcitx5-remote", "-n") == name })
}

// Each case types into a field of its own; what is on the disk in the end must
// be what the input method committed and nothing else.
func TestChineseInputLeavesWhatWasCommitted(t *testing.T) {
	s := newScreen(t)
	s.pinyin()
	r := s.open("program", t.TempDir())
	r.press("action.new")
	r.until("the form", func(v shown) bool { return v.Settled && v.has("step.person") })
	r.press("step.person")
	rest := func() { time.Sleep(800 * time.Millisecond) } // for the way through the input method and back
	field := func(id string) {
		t.Helper()
		rest()
		r.reach(id)
		s.chinese(true)
	}

	field("name")
	s.write(60, "zhangsan")
	s.shot("composing")
	s.keys("space")
	rest()
	s.write(60, "li") // two letters, taken back one by one
	s.keys("BackSpace", "BackSpace")
	r.at("name")
	rest()
	s.write(60, "wang")
	s.keys("Escape") // drops the letters, must not leave the page
	r.at("name")
	s.shot("committed")

	field("email") // Enter while composing gives the letters as they are
	s.write(60, "zhongwen")
	rest()
	s.keys("Return")
	r.at("email")

	field("phone") // Tab, arrows, Home, End and Delete walk among the candidates
	s.write(60, "shi")
	s.keys("Tab", "Tab", "Down", "Right", "Left", "Up")
	r.at("phone")
	s.keys("Home", "End", "Delete")
	r.at("phone")
	s.keys("space")

	field("address") // faster than anybody types
	s.write(8, "zhonghuarenmingongheguo ")
	rest()
	s.write(8, "beijing ")
	rest()
	s.keys("BackSpace") // nothing composes: this one is the field's
	r.at("address")

	field("postcode") // the input method off: plain keys
	s.chinese(false)
	s.write(30, "100abc")
	rest()
	s.keys("BackSpace", "Left", "Left", "Delete")
	r.at("postcode")
	s.keys("Tab")
	r.until("Tab to leave the field", func(v shown) bool { return v.Focus != "postcode" && v.Focus != "" })
	s.shot("typed")

	time.Sleep(time.Second) // the promise: durable within one second
	doc := r.stored()
	for name, c := range map[string]struct{ got, want string }{
		"Backspace and Escape while composing": {doc.Name, "张三"},
		"Enter while composing":                {doc.Email, "zhongwen"},
		"fast typing, then Backspace":          {doc.Address, "中华人民共和国北"},
		"without the input method":             {doc.Postcode, "100b"},
	} {
		if c.got != c.want {
			t.Errorf("%s: stored is %q, want %q", name, c.got, c.want)
		}
	}
	if got := []rune(doc.Phone); len(got) != 1 || !unicode.Is(unicode.Han, got[0]) {
		t.Errorf("walking among candidates: stored is %q, want one Chinese character", doc.Phone)
	}
}
