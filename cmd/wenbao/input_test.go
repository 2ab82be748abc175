//go:build x11 && cgo

package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	composing := func(id string) {
		t.Helper()
		r.until("the input method to compose", func(v shown) bool { return v.Focus == id && v.Composing })
	}
	has := func(id string, characters int) {
		t.Helper()
		r.until(fmt.Sprintf("%d characters in %s", characters, id), func(v shown) bool {
			return v.Settled && v.Focus == id && v.Typed == characters && !v.Composing
		})
	}
	field := func(id string) {
		t.Helper()
		r.reach(id)
		s.chinese(true)
	}

	field("name")
	s.write(60, "zhangsan")
	composing("name")
	s.shot("composing")
	s.keys("space")
	has("name", 2)
	s.write(60, "li") // two letters, taken back one by one
	composing("name")
	s.keys("BackSpace", "BackSpace")
	has("name", 2)
	s.write(60, "wang")
	composing("name")
	s.keys("Escape") // drops the letters, must not leave the page
	has("name", 2)
	s.shot("committed")

	field("email") // Enter while composing gives the letters as they are
	s.write(60, "zhongwen")
	composing("email")
	s.keys("Return")
	has("email", 8)

	field("phone") // Tab, arrows, Home, End and Delete walk among the candidates
	s.write(60, "shi")
	s.keys("Tab", "Tab", "Down", "Right", "Left", "Up")
	composing("phone")
	s.keys("Home", "End", "Delete")
	r.at("phone")
	s.keys("space")
	has("phone", 1)

	field("address") // faster than anybody types
	s.write(8, "zhonghuarenmingongheguo ")
	has("address", 7)
	s.write(8, "beijing ")
	has("address", 9)
	s.keys("BackSpace") // nothing composes: this one is the field's
	has("address", 8)

	field("postcode") // the input method off: plain keys
	s.chinese(false)
	s.write(30, "100abc")
	has("postcode", 6)
	s.keys("BackSpace", "Left", "Left", "Delete")
	has("postcode", 4)
	s.keys("Tab")
	r.until("Tab to leave the field", func(v shown) bool { return v.Focus != "postcode" && v.Focus != "" })
	s.shot("typed")

	r.saved()
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
