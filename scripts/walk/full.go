package main

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// room is what a file may hold while the disk is "full": enough for the window's
// report and for a draft put elsewhere, too little for the same draft behind the
// head of a journal's segment.
const room = 8 << 10

// longDuties make a draft that long.
const longDuties = 240

// mayGrow bounds the files that the application writes from now on: to it, what
// lies further on is a full disk.
func (w *window) mayGrow(bytes string) error {
	_, err := w.output("prlimit", "--pid", fmt.Sprint(w.cmd.Process.Pid), "--fsize="+bytes+":unlimited")
	return err
}

// full fills the disk under the application: what is typed is said to be unsaved,
// can be put elsewhere, is asked about when the window is closed, and is saved
// once there is room.
func (w *walk) full() error {
	const typed = "999998"
	return steps(
		func() error { return w.turn("person") },
		w.win.durable,
		func() error { return w.win.mayGrow(fmt.Sprint(room)) },
		func() error { return w.win.fill("postcode", typed) },
		func() error { return w.win.key("Tab") },
		func() error { _, err := w.win.has("action.choose.elsewhere"); return err },
		func() error { return w.shot("disk-full") },
		w.putElsewhere,
		func() error { return w.win.mayGrow("unlimited") },
		w.win.durable,
		func() error { return w.shot("room-again") },
		func() error {
			w.win.kill()
			return w.kept(typed)
		},
		w.reopen,
	)
}

// kept compares the postcode on the disk with what was typed.
func (w *walk) kept(typed string) error {
	doc, err := w.document()
	if err == nil && doc["postcode"] != typed {
		err = fmt.Errorf("the postcode on the disk is %q, typed was %q", doc["postcode"], typed)
	}
	return err
}

// sessionEnds asks the application to end, as the end of a session does, in the
// moment after the last key.
func (w *walk) sessionEnds() error {
	const typed = "999997"
	return steps(
		func() error { return w.turn("person") },
		func() error { return w.win.fill("postcode", typed) },
		func() error { return w.win.cmd.Process.Signal(syscall.SIGTERM) },
		w.win.cmd.Wait,
		func() error { return w.kept(typed) },
		w.reopen,
	)
}

// putElsewhere closes the window, which asks, and goes on; then it saves what the
// disk does not take into the folder that the chooser offers first.
func (w *walk) putElsewhere() error {
	return steps(
		func() error { return w.win.key("alt+F4") },
		func() error { _, err := w.win.has("action.no"); return err },
		func() error { return w.shot("closing-with-a-full-disk") },
		func() error { return w.win.click("action.no") },
		func() error { return w.win.click("action.choose.elsewhere") },
		func() error { return w.shot("choose-a-folder") },
		w.takeFolder,
		func() error {
			return w.wait("the draft to be put elsewhere", func() bool {
				found, err := filepath.Glob(filepath.Join(w.home, "*.wenbao"))
				return err == nil && len(found) == 1
			})
		},
		func() error { return w.shot("put-elsewhere") },
	)
}

// takeFolder presses the button of the drawn dialog, which Fyne puts into its
// lower right corner.
func (w *walk) takeFolder() error {
	v, err := w.win.view()
	if err != nil {
		return err
	}
	const margin, half = 32, 24 // around the dialog, and of the button
	_, err = w.output("xdotool", "mousemove", "--sync", "--window", w.win.id, fmt.Sprint(v.Width-margin-half), fmt.Sprint(v.Height-margin-half), "click", "1")
	return err
}
