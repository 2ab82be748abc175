package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// inspector writes a map of the controls in sight for tests that press real
// keys and click real pixels. It holds no value of any field.
type inspector struct {
	window *Window
	file   string
	last   []byte // as collected last
	told   []byte // as written last

	writing sync.Mutex // one file at a time
}

// inspectEvery is how often the window is looked at. A map is settled once two
// looks in a row are the same.
const inspectEvery = 60 * time.Millisecond

type inspected struct {
	Settled  bool             `json:"settled"`
	Page     string           `json:"page"`
	Step     string           `json:"step,omitempty"`
	Focus    string           `json:"focus"`
	Lang     string           `json:"lang"`
	Width    int              `json:"width"`
	Height   int              `json:"height"`
	Controls []inspectedThing `json:"controls"`
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

func newInspector(w *Window, file string) *inspector {
	i := &inspector{window: w, file: file}
	w.loop.After(inspectEvery, i.look)
	return i
}

func (i *inspector) look() {
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
	i.window.loop.After(inspectEvery, i.look)
}

func (i *inspector) tell(raw []byte) {
	i.told = raw
	i.window.loop.Go(context.Background(), func(context.Context) func() {
		i.writing.Lock()
		defer i.writing.Unlock()
		if os.WriteFile(i.file+".new", raw, 0o600) == nil {
			_ = os.Rename(i.file+".new", i.file) // the next look tries again
		}
		return nil
	})
}

func (i *inspector) collect() inspected {
	w := i.window
	c := w.win.Canvas()
	out := inspected{Page: string(w.desk.Page()), Lang: w.kit.words.Lang(), Controls: []inspectedThing{}}
	if f := w.desk.Form(); f != nil {
		out.Step = string(f.At())
	}
	if f, ok := c.Focused().(identified); ok {
		out.Focus = f.controlID()
	}
	out.Width, out.Height = c.PixelCoordinateForPosition(fyne.NewPos(c.Size().Width, c.Size().Height))
	walk(w.front(), func(o identified) { out.Controls = append(out.Controls, i.thing(c, o)) })
	return out
}

func (i *inspector) thing(c fyne.Canvas, o identified) inspectedThing {
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
	if within(i.window.body, o) {
		area := fyne.CurrentApp().Driver().AbsolutePositionForObject(i.window.body)
		t.InView = middle >= area.Y && middle <= area.Y+i.window.body.Size().Height
	}
	return t
}
