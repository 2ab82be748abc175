package present_test

import (
	"testing"

	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// crashed gives a desk whose program ended by itself last time.
func crashed(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w := presenttest.NewWorld()
	w.Crash = []byte("goroutine 1 [running]:\nmain.main()\n")
	d := w.Desk(t)
	d.Start()
	w.Loop.Drain()
	return w, d
}

func TestACrashIsOfferedOnceAndOnlyIfThereWasOne(t *testing.T) {
	_, calm := desk(t)
	if _, _, ok := calm.Crash(); ok {
		t.Error("a crash is told that never was")
	}
	w, d := crashed(t)
	text, offered, ok := d.Crash()
	if !ok || !offered || text.Key() != "ui.crash.offer" {
		t.Fatalf("it says %s, offered %v", text.Key(), offered)
	}
	if len(w.Kept) != 0 {
		t.Error("it was written before anybody asked")
	}
}

func TestTheReportIsWrittenWhereItSaysAndForgotten(t *testing.T) {
	w, d := crashed(t)
	report := string(w.Crash)
	d.KeepCrash()
	w.Loop.Drain()
	text, offered, ok := d.Crash()
	if !ok || offered || text.Key() != "ui.crash.kept" || text.Arg("path") == "" {
		t.Errorf("it says %s at %s", text.Key(), text.Arg("path"))
	}
	if got := string(w.Kept["wenbao-crash.txt"]); got != report || w.Crash != nil {
		t.Errorf("written is %q, left is %q", got, w.Crash)
	}
	again := present.NewDesk(w.Ports(), w.Loop, func() {})
	again.Start()
	w.Loop.Drain()
	if _, _, ok := again.Crash(); ok {
		t.Error("it is offered again at the next start")
	}
}

func TestAReportThatCannotBeWrittenStays(t *testing.T) {
	w, d := crashed(t)
	w.DiskFull()
	d.KeepCrash()
	w.Loop.Drain()
	text, offered, ok := d.Crash()
	if !ok || !offered || text.Key() != "ui.crash.failed" || w.Crash == nil {
		t.Fatalf("it says %s, offered %v, left %d bytes", text.Key(), offered, len(w.Crash))
	}
	w.Mended()
	d.KeepCrash()
	w.Loop.Drain()
	if text, _, _ := d.Crash(); text.Key() != "ui.crash.kept" {
		t.Errorf("at the second try it says %s", text.Key())
	}
}

func TestADroppedReportIsGone(t *testing.T) {
	w, d := crashed(t)
	d.DropCrash()
	w.Loop.Drain()
	if _, _, ok := d.Crash(); ok || w.Crash != nil || len(w.Kept) != 0 {
		t.Errorf("told %v, left %q, written %d", ok, w.Crash, len(w.Kept))
	}
}
