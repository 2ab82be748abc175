package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"wenbao/ui/present"
)

// inspector writes a map of the controls in sight for tests that press real
// keys and click real pixels. It holds no value of any field.
type inspector struct {
	win   fyne.Window
	loop  present.Loop
	file  string
	state func(*inspected) (front, body fyne.CanvasObject) // what takes input, and what of it scrolls
	ended func() bool
	last  []byte // as collected last
	told  []byte // as written last

	writing sync.Mutex // one file at a time
}

// inspectEvery is how often the window is looked at. A map is settled once two
// looks in a row are the same.
const inspectEvery = 60 * time.Millisecond

type inspected struct {
	Settled bool   `json:"settled"`
	Page    string `json:"page"`
	Step    string `json:"step,omitempty"`
	Focus   string `json:"focus"`
	// Typed is how many characters the field with the focus has, and Composing
	// that an input method has letters that are not in it yet.
	Typed     int              `json:"typed"`
	Composing bool             `json:"composing"`
	Saved     bool             `json:"saved"` // nothing typed waits to be saved
	Lang      string           `json:"lang"`
	Width     int              `json:"width"`
	Height    int              `json:"height"`
	Controls  []inspectedThing `json:"controls"`
}

type inspectedThing struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	X       int    `json:"x"`
	Y       int    `json:"y"`
	W       int    `json:"w"`
	H       int    `json:"h"`
	Enabled bool   `json:"enabled"`
	InView  bool   `json:"in_view"` // its middle is not scrolled out of sight
}

func inspect(i *inspector) { i.loop.After(inspectEvery, i.look) }

// inspectPages tells of a window with pages.
func (w *Window) inspectPages(file string) {
	inspect(&inspector{win: w.win, loop: w.loop, file: file, state: w.inspected, ended: func() bool { return false }})
}

func (w *Window) inspected(out *inspected) (front, body fyne.CanvasObject) {
	out.Page, out.Lang, out.Saved = string(w.desk.Page()), w.kit.words.Lang(), true
	if f := w.desk.Form(); f != nil {
		out.Step, out.Saved = string(f.At()), f.AllSaved()
	}
	return w.front(), w.body
}

// inspectPlain tells of a window without pages until it shows something else.
func (c Config) inspectPlain(name string) {
	if c.Inspect == "" {
		return
	}
	content := c.Window.Content()
	inspect(&inspector{win: c.Window, loop: c.Loop, file: c.Inspect, ended: func() bool { return c.Window.Content() != content },
		state: func(out *inspected) (front, body fyne.CanvasObject) {
			out.Page, out.Saved = name, true
			return content, content
		}})
}

func (i *inspector) look() {
	if i.ended() {
		return
	}
	now := i.collect()
	raw, _ := json.MarshalIndent(now, "", " ") // plain values cannot fail
	now.Settled = bytes.Equal(raw, i.last)
	i.last = raw
	if now.Settled {
		raw, _ = json.MarshalIndent(now, "", " ")
	}
	if !bytes.Equal(raw, i.told) {
		i.tell(raw)
	}
	i.loop.After(inspectEvery, i.look)
}

func (i *inspector) tell(raw []byte) {
	i.told = raw
	i.loop.Go(context.Background(), func(context.Context) func() {
		i.writing.Lock()
		defer i.writing.Unlock()
		if os.WriteFile(i.file+".new", raw, 0o600) == nil {
			_ = os.Rename(i.file+".new", i.file) // the next look tries again
		}
		return nil
	})
}

func (i *inspector) collect() inspected {
	c := i.win.Canvas()
	out := inspected{Controls: []inspectedThing{}}
	front, body := i.state(&out)
	if f, ok := c.Focused().(identified); ok {
		out.Focus = f.controlID()
	}
	if e, ok := c.Focused().(interface{ typing() (int, bool) }); ok {
		out.Typed, out.Composing = e.typing()
	}
	out.Width, out.Height = c.PixelCoordinateForPosition(fyne.NewPos(c.Size().Width, c.Size().Height))
	walk(front, func(o identified) { out.Controls = append(out.Controls, i.thing(c, body, o)) })
	return out
}

func (i *inspector) thing(c fyne.Canvas, body fyne.CanvasObject, o identified) inspectedThing {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	t := inspectedThing{ID: o.controlID(), Kind: o.controlKind(), Enabled: true}
	t.X, t.Y = c.PixelCoordinateForPosition(at)
	x, y := c.PixelCoordinateForPosition(at.Add(o.Size()))
	t.W, t.H = x-t.X, y-t.Y
	if d, ok := o.(fyne.Disableable); ok {
		t.Enabled = !d.Disabled()
	}
	middle := at.Y + o.Size().Height/2
	t.InView = middle >= 0 && middle <= c.Size().Height
	if within(body, o) {
		area := fyne.CurrentApp().Driver().AbsolutePositionForObject(body)
		t.InView = middle >= area.Y && middle <= area.Y+body.Size().Height
	}
	return t
}
