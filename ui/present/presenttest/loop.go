// Package presenttest holds the fakes behind presenters: a loop that is stepped
// by hand and a store, line, printer and photographer in memory. Tests and the
// storybook share them; all people in them are made up.
package presenttest

import (
	"context"
	"slices"
	"time"
)

// Loop is a [present.Loop] that does nothing by itself. Work runs when it is
// drained, timers when time is advanced, both inline. The window's own loop runs
// work side by side; [Loop.StepAt] plays every order that it can have.
type Loop struct {
	now    time.Time
	work   []*job
	timers []*timer

	look       func() // after everything that was done; nil nothing
	background bool   // while work runs, which may block; not while what it left to do does
}

type job struct {
	ctx  context.Context
	run  func(context.Context) func()
	ran  bool
	then func() // what is left to do once it ran
}

type timer struct {
	at time.Time
	f  func()
}

// Start is the time at which every loop begins.
var Start = time.Date(2026, 3, 10, 10, 42, 7, 0, time.FixedZone("CST", 8*60*60))

// NewLoop makes a loop whose clock stands at [Start].
func NewLoop() *Loop { return &Loop{now: Start} }

// Go implements [present.Loop].
func (l *Loop) Go(ctx context.Context, work func(context.Context) func()) {
	l.work = append(l.work, &job{ctx: ctx, run: work})
}

// After implements [present.Loop].
func (l *Loop) After(d time.Duration, f func()) (stop func()) {
	t := &timer{l.now.Add(d), f}
	l.timers = append(l.timers, t)
	return func() { l.timers = slices.DeleteFunc(l.timers, func(o *timer) bool { return o == t }) }
}

// Now implements [present.Loop].
func (l *Loop) Now() time.Time { return l.now }

// Waiting is how many pieces of work were handed over and are not done.
func (l *Loop) Waiting() int { return len(l.work) }

// Step runs the oldest work and what it returned; false when there is none.
func (l *Loop) Step() bool {
	if len(l.work) == 0 {
		return false
	}
	j := l.work[0]
	for slices.Contains(l.work, j) {
		l.StepAt(0)
	}
	return true
}

// StepAt takes one of the [Loop.Waiting] pieces of work half a step on: it runs,
// as it would in the background, or what it returned reaches the window.
func (l *Loop) StepAt(i int) {
	l.looked()
	j := l.work[i]
	if !j.ran {
		l.background = true
		j.ran, j.then = true, j.run(j.ctx)
		l.background = false
		if j.then != nil {
			return
		}
	}
	l.work = slices.Delete(l.work, i, i+1)
	if j.then != nil && j.ctx.Err() == nil {
		j.then()
		l.looked()
	}
}

func (l *Loop) looked() {
	if l.look != nil {
		l.look()
	}
}

// Away is a machine that sleeps, or whose clock is set: time jumps without
// anything having run, and backwards too.
func (l *Loop) Away(d time.Duration) { l.now = l.now.Add(d) }

// Drain runs all work, also what it leads to.
func (l *Loop) Drain() {
	for l.Step() {
	}
}

// Advance lets time pass, runs the timers that fall due in their order, and
// drains after each.
func (l *Loop) Advance(d time.Duration) {
	end := l.now.Add(d)
	l.Drain()
	for {
		i := l.soonest(end)
		if i < 0 {
			break
		}
		t := l.timers[i]
		l.timers = slices.Delete(l.timers, i, i+1)
		l.now = t.at
		t.f()
		l.looked()
		l.Drain()
	}
	l.now = end
}

func (l *Loop) soonest(end time.Time) int {
	best := -1
	for i, t := range l.timers {
		if !t.at.After(end) && (best < 0 || t.at.Before(l.timers[best].at)) {
			best = i
		}
	}
	return best
}
