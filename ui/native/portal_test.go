package native

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// desk is a desktop's portal on a bus of the test's own.
type desk struct {
	bus     *dbus.Conn
	version uint32
	asked   chan question
}

type question struct {
	sender        dbus.Sender
	window, title string
	options       map[string]dbus.Variant
}

const requestPath = dbus.ObjectPath(portalPath + "/request/1_1/t")

// OpenFile implements org.freedesktop.portal.FileChooser.
func (d *desk) OpenFile(sender dbus.Sender, window, title string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	d.asked <- question{sender, window, title, options}
	return requestPath, nil
}

// Get implements org.freedesktop.DBus.Properties for the version.
func (d *desk) Get(string, string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(d.version), nil
}

func (d *desk) answer(t *testing.T, path dbus.ObjectPath, status uint32, uris ...string) {
	t.Helper()
	if err := d.bus.Emit(path, portalRequest+".Response", status, map[string]dbus.Variant{"uris": dbus.MakeVariant(uris)}); err != nil {
		t.Fatal(err)
	}
}

// ownBus starts a bus that is the session's for the test.
func ownBus(t *testing.T) {
	t.Helper()
	program, err := exec.LookPath("dbus-daemon")
	if err != nil {
		if os.Getenv("WENBAO_ALL") != "" {
			t.Fatal("dbus-daemon is needed (Debian's dbus)")
		}
		t.Skip("dbus-daemon is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program, "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
}

func portal(t *testing.T, version uint32) *desk {
	t.Helper()
	ownBus(t)
	bus, err := sessionBus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Close() })
	d := &desk{bus: bus, version: version, asked: make(chan question, 1)}
	for _, name := range []string{portalChooser, "org.freedesktop.DBus.Properties"} {
		if err := bus.Export(d, portalPath, name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bus.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return d
}

type outcome struct {
	path string
	err  error
}

// ask puts a question and gives what the portal was asked.
func (d *desk) ask(ctx context.Context, q Question) (question, <-chan outcome) {
	done := make(chan outcome, 1)
	go func() {
		path, err := askPortal(ctx, "x11:2a", q)
		done <- outcome{path, err}
	}()
	return <-d.asked, done
}

func TestThePortalIsAskedAsItWants(t *testing.T) {
	d := portal(t, 4)
	files := Question{Title: "选择文件", Kinds: []string{".jpg", ".pdf"}, From: "/home/考生"}
	if v := files.options()["filters"]; v.Signature().String() != "a(sa(us))" {
		t.Errorf("filters are %s", v.Signature())
	}
	got, done := d.ask(t.Context(), files)
	if got.window != "x11:2a" || got.title != "选择文件" {
		t.Errorf("asked %+v", got)
	}
	if from, _ := got.options["current_folder"].Value().([]byte); string(from) != "/home/考生\x00" {
		t.Errorf("from %q", from)
	}
	if text := got.options["filters"].String(); !strings.Contains(text, "*.[jJ][pP][gG]") || !strings.Contains(text, "*.[pP][dD][fF]") || !strings.Contains(text, "*.jpg *.pdf") {
		t.Errorf("filters: %s", text)
	}
	d.answer(t, requestPath+"_other", portalChosen, "file:///not/mine") // of another question
	d.answer(t, requestPath, portalChosen, "file:///home/%E8%80%83%E7%94%9F/a+b%20c%25.jpg")
	if o := <-done; o.err != nil || o.path != "/home/考生/a+b c%.jpg" {
		t.Errorf("chosen %+v", o)
	}

	got, done = d.ask(t.Context(), Question{Folder: true, Kinds: []string{".jpg"}})
	if folder, _ := got.options["directory"].Value().(bool); !folder || len(got.options) != 2 {
		t.Errorf("asked for a folder with %v", got.options)
	}
	d.answer(t, requestPath, portalCanceled)
	if o := <-done; o != (outcome{}) {
		t.Errorf("canceled: %+v", o)
	}
}

func TestAPortalThatFailsIsAnError(t *testing.T) {
	for name, uris := range map[string][]string{
		"none": {}, "two": {"file:///a", "file:///b"}, "elsewhere": {"smb://host/a"}, "no address": {"file://%zz"}, "no path": {"file:"},
	} {
		t.Run(name, func(t *testing.T) {
			d := portal(t, 3)
			_, done := d.ask(t.Context(), Question{})
			d.answer(t, requestPath, portalChosen, uris...)
			if o := <-done; o.err == nil || o.path != "" {
				t.Errorf("%+v", o)
			}
		})
	}
	t.Run("it ends", func(t *testing.T) {
		d := portal(t, 3)
		_, done := d.ask(t.Context(), Question{})
		d.answer(t, requestPath, 2)
		if o := <-done; o.err == nil {
			t.Errorf("%+v", o)
		}
	})
	t.Run("it goes away", func(t *testing.T) {
		d := portal(t, 3)
		_, done := d.ask(t.Context(), Question{})
		d.bus.Close()
		if o := <-done; o.err == nil {
			t.Errorf("%+v", o)
		}
	})
	t.Run("it is too old for folders", func(t *testing.T) {
		portal(t, 2)
		if _, err := askPortal(t.Context(), "", Question{}); err == nil {
			t.Error("asked all the same")
		}
	})
	t.Run("there is none", func(t *testing.T) {
		ownBus(t)
		began := time.Now()
		if _, err := askPortal(t.Context(), "", Question{}); err == nil || time.Since(began) > portalPatience {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
	t.Run("the bus does not answer", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "bus")
		deaf, err := net.Listen("unix", name)
		if err != nil {
			t.Fatal(err)
		}
		defer deaf.Close()
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+name)
		if _, err := askPortal(t.Context(), "", Question{}); err == nil {
			t.Error("no error")
		}
	})
	t.Run("there is no bus", func(t *testing.T) {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
		if _, err := askPortal(t.Context(), "", Question{}); err == nil {
			t.Error("no error")
		}
	})
}

// Whoever leaves the bus has its dialog closed by the portal.
func TestWhenTheProgramEndsTheDialogIsLeft(t *testing.T) {
	d := portal(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	got, done := d.ask(ctx, Question{})
	cancel()
	if o := <-done; o != (outcome{}) {
		t.Errorf("%+v", o)
	}
	for range 1000 {
		var there bool
		if err := d.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, string(got.sender)).Store(&there); err != nil {
			t.Fatal(err)
		}
		if !there {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it is on the bus still")
}
