package presenttest

import (
	"slices"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
)

// The faults of a candidate's machine and of the line, by what they do. Each
// lasts until it is mended.

// DiskFull makes every write of the store fail for want of space.
func (w *World) DiskFull() { w.Fails = exam.KindFull }

// ReadOnly makes every write of the store fail for want of permission.
func (w *World) ReadOnly() { w.Fails = exam.KindReadOnly }

// Locked makes every write of the store fail because its key is not there.
func (w *World) Locked() { w.Fails = exam.KindLocked }

// Damaged makes every read and write of the store fail because of bad sectors.
func (w *World) Damaged() { w.Fails, w.Hides = exam.KindDamaged, exam.KindDamaged }

// Unreadable makes every read of the store fail because of bad sectors.
func (w *World) Unreadable() { w.Hides = exam.KindDamaged }

// Mended ends whatever was wrong with the disk.
func (w *World) Mended() { w.Fails, w.Hides = "", "" }

// LineAway takes the line down: every step that waits has been tried in vain and
// will be tried again after a while.
func (w *World) LineAway(again time.Duration) {
	w.refuse(present.LineOffline, exam.KindUnreachable, again)
}

// ServerBusy has the server ask every step to come back later.
func (w *World) ServerBusy(again time.Duration) {
	w.refuse(present.LineBusy, exam.KindRateLimited, again)
}

func (w *World) refuse(state present.LineState, why exam.Kind, again time.Duration) {
	w.Line = present.Line{State: state, Queue: len(w.Waiting), Next: w.Loop.Now().Add(again)}
	for i := range w.Waiting {
		e := &w.Waiting[i]
		if e.Aside {
			continue
		}
		e.Attempts, e.Last, e.Next = e.Attempts+1, why, w.Line.Next
	}
}

// Elsewhere changes a registration from another machine, which a pull brings here,
// and sets the step on its way from here aside as a conflict, as the server would.
func (w *World) Elsewhere(id exam.DraftID, change func(*exam.Document)) {
	n := w.Drafts[id]
	current := *n.Registration
	sub, err := exam.DecodeSubmission(current.Content)
	if err != nil {
		panic("presenttest: " + err.Error())
	}
	change(&sub.Document)
	current.Version++
	current.Content = sub.Encode()
	current.Digest = exam.Digest(current.Content)
	n.Registration = &current
	w.Drafts[id] = n
	w.SetAside(id, exam.KindConflict, nil, &current)
}

// Killed is the machine after a power cut: what was durable, and a loop on which
// nothing runs that ran before. The clock goes on.
func (w *World) Killed() *World {
	after := *w
	after.Loop = &Loop{now: w.Loop.now}
	after.Waiting = slices.Clone(w.Waiting)
	return &after
}
