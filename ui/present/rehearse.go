package present

import (
	"context"
	"slices"

	"wenbao/exam"
)

// Trainer bends the practice server and the line to it, so that bad days can be
// rehearsed. It exists only in practice mode, where the program itself is the
// server: none of it can reach a real one.
type Trainer interface {
	Day() BadDay
	// Bend makes the practice server behave as said from now on.
	Bend(BadDay) error
	// Act takes a step as the reviewer or the bank of the practice would;
	// KindState when the registration's state does not allow it.
	Act(id exam.DraftID, step exam.Action) error
}

// BadDay is how the practice goes wrong. The zero value is a good day.
type BadDay struct {
	Line    string // "" good, "slow" or "gone"
	Away    bool   // the server asks everybody to come back later
	Review  string // "" at once, "hand": a person looks, "ask": material is asked for
	Payment string // "" at once, "late": after half a minute, "lost": never by itself
}

// Good tells whether nothing is bent.
func (b BadDay) Good() bool { return b == BadDay{} }

// The choices of each part of a bad day, the good one first.
var (
	DayLines    = []string{"", "slow", "gone"}
	DayReviews  = []string{"", "hand", "ask"}
	DayPayments = []string{"", "late", "lost"}
)

// Rehearsal is the page 演练.
type Rehearsal struct {
	Here    bool   // this is the practice program
	Can     bool   // a practice window can be opened from here
	Opened  bool   // it was asked for
	Trouble bool   // the last change did not work
	Day     BadDay // meaningful when Here
	// Acts are what the other side could do now with the registration that is open.
	Acts []exam.Action
	Name Text // of the registration that is open; empty: none
}

// acts are the steps of reviewer and bank, in the order in which they are shown.
var acts = []struct {
	action exam.Action
	actor  exam.Actor
}{{exam.ActionVerify, exam.Reviewer}, {exam.ActionAsk, exam.Reviewer}, {exam.ActionSettle, exam.System}, {exam.ActionUnpaid, exam.System}}

// Rehearsal gives the page 演练.
func (d *Desk) Rehearsal() Rehearsal {
	r := Rehearsal{Here: d.ports.Practice && d.ports.Trainer != nil, Can: d.ports.Rehearse != nil, Opened: d.rehearsing, Trouble: d.bent}
	if !r.Here {
		return r
	}
	r.Day = d.ports.Trainer.Day()
	if f := d.form; f != nil {
		r.Name = f.called()
		for _, a := range acts {
			if _, ok := exam.Next(f.draft.State, a.action, a.actor); ok {
				r.Acts = append(r.Acts, a.action)
			}
		}
	}
	return r
}

// Bend changes the practice's bad day.
func (d *Desk) Bend(change func(*BadDay)) {
	if !d.Rehearsal().Here {
		return
	}
	day := d.ports.Trainer.Day()
	change(&day)
	d.train(func() error { return d.ports.Trainer.Bend(day) })
}

// Act does to the open registration what a reviewer or the bank would do.
func (d *Desk) Act(step exam.Action) {
	if r := d.Rehearsal(); !slices.Contains(r.Acts, step) {
		return
	}
	id := d.form.ID()
	d.train(func() error { return d.ports.Trainer.Act(id, step) })
}

func (d *Desk) train(do func() error) {
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := do()
		return func() {
			d.bent = err != nil
			d.ports.Wire.Wake() // what changed shows at the next word with the server
			d.LineChanged()
			d.changed() // also when the line is as it was
		}
	})
}

// Rehearse opens the practice program in a window of its own, with its own data
// folder.
func (d *Desk) Rehearse() {
	if d.ports.Rehearse == nil {
		return
	}
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := d.ports.Rehearse()
		return func() {
			d.rehearsing, d.bent = err == nil, err != nil
			d.changed()
		}
	})
}

// Strip is what stands above every page of the practice: that it is practice,
// and what of the day is bent.
func (d *Desk) Strip() Text {
	if t := d.ports.Trainer; t != nil && !t.Day().Good() {
		return T("ui.practice.strip.bent")
	}
	return T("ui.practice.strip")
}
