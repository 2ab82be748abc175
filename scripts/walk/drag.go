package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/url"
	"strconv"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// drag drops a file onto the middle of the window, as a file manager would: the
// XDND protocol, version 5, from a window of our own.
func (w *window) drag(file string) error {
	target, err := strconv.ParseUint(w.id, 10, 32)
	if err != nil {
		return err
	}
	xgb.Logger = log.New(io.Discard, "", 0) // it tells of a file that is not needed
	c, err := xgb.NewConnDisplay(w.display)
	if err != nil {
		return err
	}
	defer c.Close()
	s := &dragSource{Conn: c, target: xproto.Window(target), list: (&url.URL{Scheme: "file", Path: file}).String() + "\r\n"}
	if err := s.own(); err != nil {
		return err
	}
	return s.drop(time.Now().Add(patience))
}

// dragSource is the side of a drag that has the file.
type dragSource struct {
	*xgb.Conn
	self, target xproto.Window
	list         string // text/uri-list
	atoms        map[string]xproto.Atom
	x, y         int // on the screen
}

// own makes the source's window and takes the selection that a drop reads.
func (s *dragSource) own() error {
	s.atoms = map[string]xproto.Atom{}
	for _, name := range []string{"XdndEnter", "XdndPosition", "XdndStatus", "XdndDrop", "XdndFinished", "XdndSelection", "XdndActionCopy", "text/uri-list"} {
		r, err := xproto.InternAtom(s.Conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return err
		}
		s.atoms[name] = r.Atom
	}
	screen := xproto.Setup(s.Conn).DefaultScreen(s.Conn)
	id, err := xproto.NewWindowId(s.Conn)
	if err != nil {
		return err
	}
	s.self = id
	if err := xproto.CreateWindowChecked(s.Conn, screen.RootDepth, s.self, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOutput, screen.RootVisual, 0, nil).Check(); err != nil {
		return err
	}
	size, err := xproto.GetGeometry(s.Conn, xproto.Drawable(s.target)).Reply()
	if err != nil {
		return err
	}
	at, err := xproto.TranslateCoordinates(s.Conn, s.target, screen.Root, int16(size.Width/2), int16(size.Height/2)).Reply()
	if err != nil {
		return err
	}
	s.x, s.y = int(at.DstX), int(at.DstY)
	return xproto.SetSelectionOwnerChecked(s.Conn, s.self, s.atoms["XdndSelection"], xproto.TimeCurrentTime).Check()
}

// drop enters, moves, waits to be welcome, lets go and hands over the list.
func (s *dragSource) drop(limit time.Time) error {
	if err := s.tell("XdndEnter", 5<<24, uint32(s.atoms["text/uri-list"]), 0, 0); err != nil {
		return err
	}
	if err := s.tell("XdndPosition", 0, uint32(s.x)<<16|uint32(s.y), 0, uint32(s.atoms["XdndActionCopy"])); err != nil {
		return err
	}
	dropped := false
	for time.Now().Before(limit) {
		e, err := s.PollForEvent()
		if err != nil {
			return err
		}
		switch e := e.(type) {
		case nil:
			time.Sleep(20 * time.Millisecond)
		case xproto.ClientMessageEvent:
			switch {
			case e.Type == s.atoms["XdndStatus"] && e.Data.Data32[1]&1 == 0:
				return errors.New("the window does not take what is dragged onto it")
			case e.Type == s.atoms["XdndStatus"] && !dropped:
				dropped = true
				if err := s.tell("XdndDrop", 0, 0, 0, 0); err != nil {
					return err
				}
			case e.Type == s.atoms["XdndFinished"]:
				return nil
			}
		case xproto.SelectionRequestEvent:
			if err := s.hand(e); err != nil {
				return err
			}
		}
	}
	return errors.New("the window did not finish taking what was dropped on it")
}

func (s *dragSource) hand(e xproto.SelectionRequestEvent) error {
	err := xproto.ChangePropertyChecked(s.Conn, xproto.PropModeReplace, e.Requestor, e.Property, e.Target, 8, uint32(len(s.list)), []byte(s.list)).Check()
	if err != nil {
		return err
	}
	done := xproto.SelectionNotifyEvent{Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: e.Property}
	return xproto.SendEventChecked(s.Conn, false, e.Requestor, 0, string(done.Bytes())).Check()
}

func (s *dragSource) tell(message string, data ...uint32) error {
	m := xproto.ClientMessageEvent{Format: 32, Window: s.target, Type: s.atoms[message],
		Data: xproto.ClientMessageDataUnionData32New(append([]uint32{uint32(s.self)}, data...))}
	if err := xproto.SendEventChecked(s.Conn, false, s.target, 0, string(m.Bytes())).Check(); err != nil {
		return fmt.Errorf("%s: %w", message, err)
	}
	return nil
}
