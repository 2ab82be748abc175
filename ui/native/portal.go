package native

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/godbus/dbus/v5"
)

// The desktop portal: whatever the desktop is, its own dialog, over D-Bus
// (org.freedesktop.portal.FileChooser, version 3 of which first had folders).
const (
	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = "/org/freedesktop/portal/desktop"
	portalChooser = "org.freedesktop.portal.FileChooser"
	portalRequest = "org.freedesktop.portal.Request"
	portalLeast   = 3

	portalPatience = 3 * time.Second // for the bus, and for a dialog to be promised
)

var errNoPortal = errors.New("the desktop has no portal for files")

// Answers of org.freedesktop.portal.Request::Response.
const (
	portalChosen   = 0
	portalCanceled = 1
)

// portalFilter and portalPattern are the a(sa(us)) of the option "filters".
type portalFilter struct {
	Name     string
	Patterns []portalPattern
}

type portalPattern struct {
	Kind    uint32 // 0: a pattern of the shell
	Pattern string
}

// askPortal asks in the desktop's dialog, over window ("x11:…" or ""). An error says
// that no dialog came, or that it went without an answer.
func askPortal(ctx context.Context, window string, q Question) (path string, err error) {
	bus, err := sessionBus(ctx)
	if err != nil {
		return "", err
	}
	defer bus.Close()
	soon, cancel := context.WithTimeout(ctx, portalPatience)
	defer cancel()
	portal := bus.Object(portalName, portalPath)
	var version dbus.Variant
	err = portal.CallWithContext(soon, "org.freedesktop.DBus.Properties.Get", 0, portalChooser, "version").Store(&version)
	if v, _ := version.Value().(uint32); err != nil || v < portalLeast {
		return "", errors.Join(errNoPortal, err)
	}
	signals := make(chan *dbus.Signal, 16)
	bus.Signal(signals)
	err = errors.Join(
		bus.AddMatchSignalContext(soon, dbus.WithMatchSender(portalName), dbus.WithMatchInterface(portalRequest), dbus.WithMatchMember("Response")),
		bus.AddMatchSignalContext(soon, dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, portalName)))
	var request dbus.ObjectPath
	if err == nil {
		err = portal.CallWithContext(soon, portalChooser+".OpenFile", 0, window, q.Title, q.options()).Store(&request)
	}
	for err == nil {
		select {
		case s, open := <-signals:
			switch {
			case !open, s.Name == "org.freedesktop.DBus.NameOwnerChanged" && len(s.Body) == 3 && s.Body[2] == "": // nobody has the name now
				err = errors.New("the portal went away")
			case s.Name == portalRequest+".Response" && s.Path == request:
				return chosen(s.Body)
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if ctx.Err() != nil {
		return "", nil // the portal closes the dialog of whoever leaves the bus
	}
	return "", err
}

// sessionBus connects to the bus of the person's session until ctx ends, and starts
// none. A bus that does not answer is none.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	ctx, end := context.WithCancel(ctx)
	late := time.AfterFunc(portalPatience, end)
	bus, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err == nil {
		err = bus.Auth(nil)
	}
	if err == nil {
		err = bus.Hello()
	}
	if err != nil || !late.Stop() {
		end()
		return nil, errors.Join(errors.New("the session has no bus"), err)
	}
	return bus, nil
}

// options are those of FileChooser.OpenFile.
func (q Question) options() map[string]dbus.Variant {
	o := map[string]dbus.Variant{"modal": dbus.MakeVariant(true), "directory": dbus.MakeVariant(q.Folder)}
	if q.From != "" {
		o["current_folder"] = dbus.MakeVariant(append([]byte(q.From), 0))
	}
	if !q.Folder && len(q.Kinds) > 0 {
		f := portalFilter{Name: q.kinds()}
		for _, k := range q.Kinds {
			f.Patterns = append(f.Patterns, portalPattern{Pattern: "*" + anyCase(k)})
		}
		o["filters"] = dbus.MakeVariant([]portalFilter{f})
	}
	return o
}

// anyCase gives the pattern that an extension fits in capitals too.
func anyCase(extension string) string {
	var b strings.Builder
	for _, c := range extension {
		if low, up := unicode.ToLower(c), unicode.ToUpper(c); low != up {
			fmt.Fprintf(&b, "[%c%c]", low, up)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// chosen reads an answer of the portal: "" when the person chose nothing.
func chosen(body []any) (path string, err error) {
	var status uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(body, &status, &results); err != nil {
		return "", err
	}
	switch status {
	case portalCanceled:
		return "", nil
	case portalChosen:
		uris, _ := results["uris"].Value().([]string)
		if len(uris) == 1 {
			if u, err := url.Parse(uris[0]); err == nil && u.Scheme == "file" && u.Path != "" {
				return u.Path, nil
			}
		}
	}
	return "", errors.New("the portal gave no file")
}
