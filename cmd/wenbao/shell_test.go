//go:build x11 && cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store/storetest"
	"wenbao/ui/present"
)

// active gives the process whose window has the keyboard.
func (s *screen) active() string {
	raw, err := s.command("xdotool", "getactivewindow", "getwindowpid").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

func TestASecondStartBringsTheFirstWindowToTheFront(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	first := s.open("program", data)
	other := s.open("program", t.TempDir()) // another folder is another program
	pid := func(r *running) string { return fmt.Sprint(r.cmd.Process.Pid) }
	s.wait("the other window in front", func() bool { return s.active() == pid(other) })

	second := s.run("program", data)
	if code := second.end(); code != 7 || !strings.Contains(second.said.String(), "已把它的窗口放到最前") {
		t.Errorf("the second start ends with %d and says %q", code, second.said)
	}
	s.wait("the first window in front", func() bool { return s.active() == pid(first) })

	s.output("xdotool", "windowminimize", "--sync", first.window())
	s.wait("another window to have the keyboard", func() bool { return s.active() != pid(first) })
	if code := s.run("program", data).end(); code != 7 {
		t.Errorf("over a small window the second start ends with %d", code)
	}
	s.wait("the small window to come back", func() bool { return s.active() == pid(first) })
	s.shot("second-start")
}

func TestAStartAfterAKillOpensAWindow(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	s.open("program", data).kill() // leaves its word where it listened
	if _, err := os.Stat(filepath.Join(local.Practice(data), frontFile)); err != nil {
		t.Fatalf("the first start listened nowhere: %v", err)
	}
	s.open("program", data)
}

func TestAFolderInUseByAProgramWithoutAWindowIsSaid(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	keys, err := local.Keys("", "")
	if err != nil {
		t.Fatal(err)
	}
	st, err := local.Open(t.Context(), local.Practice(data), keys)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	r := s.launch("program", data)
	r.until("the reason", func(v shown) bool { return v.Settled && v.Page == "refuse" && v.Focus == "action.quit" })
	s.shot("folder-in-use")
	r.front()
	s.keys("Return") // the button that closes
	if code := r.end(); code != 7 {
		t.Errorf("it ends with %d", code)
	}
	storetest.Inspect(t, st, local.Practice(data))
}

func TestTheDoorHearsNobodyWithoutTheWord(t *testing.T) {
	for name, said := range map[string]string{
		"nothing": "", "another word": "ABCDEFGHIJKLMNOPQRSTUVWXYZ\n", "the word cut off": "WORD", "much": strings.Repeat("x", 1<<20), "the word and more": "WORDS\n",
	} {
		ours, theirs := net.Pipe()
		heard := make(chan bool)
		go func() { heard <- answer(ours, "WORD") }()
		go func() { _, _ = io.WriteString(theirs, said); theirs.Close() }()
		if <-heard {
			t.Errorf("%s is let in", name)
		}
	}
	ours, theirs := net.Pipe()
	heard := make(chan bool)
	go func() { heard <- answer(ours, "WORD") }()
	_, _ = io.WriteString(theirs, "WORD\n")
	reply := make([]byte, len(frontAnswer))
	if _, err := io.ReadFull(theirs, reply); err != nil || string(reply) != frontAnswer || !<-heard {
		t.Errorf("the word gives %q, %v", reply, err)
	}
}

func TestAFileThatLeadsNowhereIsNoWindow(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // a stranger, who says something else
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
			c.Close()
		}
	}()
	stranger := fmt.Sprintf(`{"port":%d,"word":"x"}`, l.Addr().(*net.TCPAddr).Port)
	for _, content := range []string{"", "{", "null", `{"port":0,"word":"x"}`, `{"port":70000,"word":"x"}`, `{"port":1,"word":"x"}`, `{"port":22,"word":""}`,
		strings.Repeat("[", 1<<20), stranger} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, frontFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if toFront(dir) {
			t.Errorf("%.40q is taken for a window", content)
		}
		if time.Since(began) > 5*time.Second {
			t.Errorf("%.40q takes %v", content, time.Since(began))
		}
	}
}

// secret is what nobody may find in a crash file.
const secret = "李小满 41010519900307123X"

// crashing are ports with which the program crashes while it reads the list, in
// the background, with somebody's data in the panic.
func crashing(p present.Ports) present.Ports {
	p.Drafts = crashingDrafts{p.Drafts}
	return p
}

type crashingDrafts struct{ present.Drafts }

func (c crashingDrafts) Recent(string, int) ([]present.Summary, int, error) {
	if os.Getenv("WENBAO_TEST_CRASH") == "nil" {
		var d *exam.Draft
		d.Revision++
	}
	panic("cannot show " + secret + "\ngoroutine 1 [running]:\n" + secret + ".go:1")
}

func TestACrashLeavesAReportWithoutPersonalDataAndTheNextStartOffersIt(t *testing.T) {
	for kind, want := range map[string]string{"value": "its value is left out", "nil": "invalid memory address or nil pointer dereference"} {
		t.Run(kind, func(t *testing.T) {
			s := newScreen(t)
			data := t.TempDir()
			s.env = append(s.env, "WENBAO_TEST_CRASH="+kind)
			if code := s.launch("crashing", data).end(); code != 2 {
				t.Fatalf("it crashed with %d", code)
			}
			file := filepath.Join(local.Practice(data), crashFile)
			s.wait("the report", func() bool { _, err := os.Stat(file); return err == nil })
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			report := string(raw)
			if !strings.Contains(report, want) || !strings.Contains(report, "crashingDrafts.Recent") || !strings.Contains(report, "wenbao/shell_test.go:") {
				t.Errorf("the report does not say where it was:\n%s", report)
			}
			if strings.Contains(report, "小满") || strings.Contains(report, "4101") || strings.Contains(report, "0x") || strings.Contains(report, data) {
				t.Errorf("the report holds what it must not:\n%s", report)
			}

			r := s.open("program", data)
			r.until("the report to be offered", func(v shown) bool { return v.has("action.crash.keep") })
			s.shot("crash-offered")
			r.press("action.crash.keep")
			r.until("the report to be written", func(v shown) bool { return v.Settled && !v.has("action.crash.keep") && v.has("action.crash.drop") })
			s.shot("crash-kept")
			kept, err := os.ReadFile(filepath.Join(s.home, "wenbao-crash.txt"))
			if err != nil || !bytes.Equal(kept, raw) {
				t.Errorf("exported is %q, %v", kept, err)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("the report is still in the data folder")
			}
		})
	}
}

func TestAProgramThatEndsInOrderLeavesNoReport(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	r := s.open("program", data)
	r.quit()
	if code := r.end(); code != 0 {
		t.Errorf("it ends with %d", code)
	}
	if _, err := os.Stat(filepath.Join(local.Practice(data), crashFile)); err == nil {
		t.Error("there is a report of no crash")
	}
}

// still waits until something has been the same for a while, and gives it.
func still(s *screen, look func() string) string {
	s.t.Helper()
	const looks = 12
	last, same := look(), 0
	s.wait("the window to stay where it is", func() bool {
		now := look()
		if same++; now != last {
			last, same = now, 0
		}
		return same >= looks
	})
	return last
}

func TestTheWindowOpensWhereAndAsLargeAsItWasLeft(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	geometry := func(r *running) string {
		var where []string
		for _, line := range strings.Split(s.output("xdotool", "getwindowgeometry", r.window()), "\n")[1:] {
			where = append(where, strings.TrimSpace(line))
		}
		return strings.Join(where, " ")
	}
	r := s.open("program", data)
	s.output("xdotool", "windowsize", "--sync", r.window(), "900", "600")
	s.output("xdotool", "windowmove", "--sync", r.window(), "210", "95")
	r.until("the window to know", func(v shown) bool { return v.Settled && v.Width == 900 && v.Height == 600 })
	left := still(s, func() string { return geometry(r) })
	for range 3 { // a decoration that is reckoned wrong adds up
		r.quit()
		if code := r.end(); code != 0 {
			t.Fatalf("closing gives %d: %s", code, r.said)
		}
		r = s.open("program", data)
		if got := still(s, func() string { return geometry(r) }); got != left {
			t.Fatalf("left at %s, opened at %s", left, got)
		}
	}

	r.kill()
	look, err := json.Marshal(present.Preferences{TextScale: 1, Brightness: "dark", Width: 800, Height: 600, Placed: true, X: 9000, Y: 9000})
	if err != nil {
		t.Fatal(err)
	}
	if err := (looks{local.Practice(data)}).KeepLook(look); err != nil {
		t.Fatal(err)
	}
	if got := geometry(s.open("program", data)); strings.Contains(got, "9000") {
		t.Errorf("a window of a screen that is gone opens at %s", got)
	}
	s.shot("dark")
}

func TestAStoreWithAPassphraseAsksForItAndOpens(t *testing.T) {
	s := newScreen(t)
	data := t.TempDir()
	keys, err := local.Keys("", "geheim-2026")
	if err != nil {
		t.Fatal(err)
	}
	st, err := local.Open(t.Context(), local.Practice(data), keys)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Inspect(t, st, local.Practice(data))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	r := s.run("program", data)
	r.until("the question", func(v shown) bool { return v.Settled && v.Page == "unlock" && v.Focus == "passphrase" })
	r.front()
	s.write(40, "wrong")
	s.keys("Return")
	r.until("the answer", func(v shown) bool { return v.Settled && v.Page == "unlock.wrong" && v.Focus == "passphrase" })
	s.shot("passphrase-wrong")
	s.write(40, "geheim-2026")
	s.keys("Return")
	r.until("the first page", func(v shown) bool { return v.Settled && v.has("action.new") })
	if !strings.Contains(s.output("xdotool", "getwindowname", r.window()), assets.In("zh-CN").Say("app.name")) {
		t.Error("the title does not name the program")
	}
}
