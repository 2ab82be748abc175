package present

import "context"

// Crashes keeps what the program left when it ended by itself: stacks without
// any value.
type Crashes interface {
	// Report gives what the last crash left, nil when there was none.
	Report() ([]byte, error)
	Forget() error
}

// crash is the report that is offered.
type crash struct {
	report []byte
	path   string // where it was written for the candidate, "" not yet
	failed bool   // it could not be written
}

// crashName is the name of the file that is written for the candidate.
const crashName = "wenbao-crash.txt"

func (d *Desk) readCrash() {
	d.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := d.ports.Crashes.Report()
		return func() {
			if err == nil && len(raw) > 0 {
				d.crash = crash{report: raw}
				d.changed()
			}
		}
	})
}

// Crash says that the program ended by itself last time, and what became of the
// report; false when there is nothing to say. offered tells that the report
// still waits to be written or dropped.
func (d *Desk) Crash() (text Text, offered, ok bool) {
	switch {
	case d.crash.path != "":
		return T("ui.crash.kept", "path", d.crash.path), false, true
	case d.crash.failed:
		return T("ui.crash.failed"), true, true
	case d.crash.report != nil:
		return T("ui.crash.offer"), true, true
	}
	return Text{}, false, false
}

// KeepCrash writes the report into the candidate's folder, for whoever helps.
func (d *Desk) KeepCrash() {
	report := d.crash.report
	d.loop.Go(context.Background(), func(context.Context) func() {
		path, err := d.ports.Desktop.Keep(crashName, report)
		if err == nil {
			_ = d.ports.Crashes.Forget() // at worst it is offered once more
		}
		return func() {
			d.crash.path, d.crash.failed = path, err != nil
			d.changed()
		}
	})
}

// DropCrash takes the line away, and the report with it.
func (d *Desk) DropCrash() {
	d.crash = crash{}
	d.loop.Go(context.Background(), func(context.Context) func() {
		_ = d.ports.Crashes.Forget() // at worst it is offered once more
		return nil
	})
	d.changed()
}
