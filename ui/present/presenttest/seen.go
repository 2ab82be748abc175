package presenttest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wenbao/ui/present"
)

// Desk makes a desk over the world and watches that its window is never told
// less than everything: whenever the loop has done something, and at the end of
// the test, what the desk would show is what it showed when it last told. With
// -short nothing is watched: with the race detector that takes most of the time.
func (w *World) Desk(t testing.TB) *present.Desk {
	if testing.Short() {
		return present.NewDesk(w.Ports(), w.Loop, func() {})
	}
	var d *present.Desk
	var shown []string
	var at time.Time
	see := func() { shown, at = screen(d), w.Loop.now }
	d = present.NewDesk(w.Ports(), w.Loop, see)
	see()
	look := func() {
		t.Helper()
		now := screen(d)
		for i := range now {
			if timed := strings.HasPrefix(now[i], "time"); timed && at != w.Loop.now {
				continue
			}
			if i >= len(shown) || now[i] != shown[i] {
				t.Errorf("the window was not told of %s", difference(shown, now, i))
				break
			}
		}
		shown, at = now, w.Loop.now
	}
	w.Loop.look = look
	t.Cleanup(look)
	return d
}

func difference(old, now []string, i int) string {
	if i >= len(old) {
		return now[i]
	}
	a, b := old[i], now[i]
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	name, _, _ := strings.Cut(now[i], " ")
	return fmt.Sprintf("%s: %.120q became %.120q", name, a, b)
}

// screen is everything that a desk would show now, but for what the passing of
// time changes.
func screen(d *present.Desk) (views []string) {
	see := func(name string, values ...any) { views = append(views, name+" "+fmt.Sprintf("%+v", values)) }
	home := d.Home()
	home.Days = nil
	see("home", home)
	alarm, alarmed := d.Alarm()
	undo, undoable := d.Undoable()
	ask, asked := d.Asked()
	see("frame", d.Page(), d.Title(), d.Look(), alarm, alarmed, undo, undoable, ask.Title, ask.Text, asked, d.Kept(), d.HelpSearch())
	see("line", d.Line(), d.QueueRead())
	for _, r := range d.Queue() {
		see("time: outbox", r.ID, r.What, r.Where, r.Tone, r.Next)
	}
	crash, offered, crashed := d.Crash()
	see("crash", crash, offered, crashed)
	see("settings", d.Settings())
	practice := d.Rehearsal()
	see("practice", practice.Here, practice.Can, practice.Opened, practice.Trouble, practice.Acts, practice.Name)
	reminders := d.Reminders()
	see("time: reminders", reminders.Set, reminders.File)
	see("checking", d.Checking())
	see("print", d.Print())
	if f := d.Form(); f != nil {
		views = append(views, pages(f)...)
	}
	return views
}

// pages are the pages of the open draft.
func pages(f *present.Form) (views []string) {
	see := func(name string, values ...any) { views = append(views, name+" "+fmt.Sprintf("%+v", values)) }
	tone, saved := f.Saved()
	message, told := f.Message()
	see("form", f.ID(), f.At(), f.Name(), tone, saved.Key(), message, told, f.StepList(), f.Problems(), f.Complete())
	see("time: saved", saved)
	for _, s := range f.Sections() {
		fields := s.Fields
		for _, r := range s.Records {
			see("record", r.Path, r.Key)
			fields = append(fields, r.Fields...)
		}
		for i := range fields {
			fields[i].Choices = nil // they follow from what stands beside them
			rare, open := f.Rare(fields[i].Path)
			see("field", fields[i], rare, open)
		}
	}
	photo := f.Photo()
	see("photo", len(photo.Photo), photo.Source != nil, photo.Crop, len(photo.Made), photo.Found, photo.Busy, photo.Reading, photo.Locked, photo.Trouble, photo.Problems)
	evidence, locked := f.Evidence()
	see("evidence", evidence, locked, f.Weighing())
	for _, e := range evidence {
		for _, o := range f.Offered(e.Kind) {
			see("offer", o.Kind, o.Name, o.Before, o.After, o.Must)
		}
		for _, file := range e.Files {
			g, drawn := f.Glimpse(file)
			see("glimpse", g.Pages, g.Width, drawn)
		}
	}
	standing := f.Standing()
	standing.Wait, standing.Bill = present.Text{}, nil
	see("standing", standing.Number, standing.State, standing.Where, standing.Next, standing.Asked, standing.Steps, standing.Aside, standing.Edited, standing.Receipt != nil)
	see("stages", standing.Stages)
	pay := f.Payment()
	see("payment", pay.Stage, pay.Code, pay.Aside, pay.Offline, pay.Words)
	revision, list := f.Compared()
	read, failed := f.PastRead()
	see("history", f.Past(), read, failed, revision, list, list == nil)
	see("meeting", f.Meeting())
	return views
}
