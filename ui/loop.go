package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"wenbao/ui/present"
)

// Loop is the [present.Loop] of the real window. It holds the only go
// statements and the only fyne.Do of the window's code.
type Loop struct {
	work   sync.WaitGroup
	ctx    context.Context
	cancel context.CancelFunc
	giving atomic.Int32 // how many are handing the window something
}

// NewLoop makes a loop; Close ends it.
func NewLoop() *Loop {
	l := &Loop{}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// Go implements [present.Loop]. The work's context ends with the loop.
func (l *Loop) Go(ctx context.Context, work func(context.Context) func()) {
	l.work.Go(func() {
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		stop := context.AfterFunc(l.ctx, cancel)
		defer stop()
		if then := work(inner); then != nil {
			l.do(func() {
				if ctx.Err() == nil { // it may end while the window is busy
					then()
				}
			})
		}
	})
}

// After implements [present.Loop].
func (l *Loop) After(d time.Duration, f func()) (stop func()) {
	stopped := false // touched on the window's goroutine alone
	t := time.AfterFunc(d, func() {
		l.do(func() {
			if !stopped {
				f()
			}
		})
	})
	return func() { stopped = true; t.Stop() }
}

// do runs f on the window's goroutine, unless the program is ending.
func (l *Loop) do(f func()) {
	l.give(func() {
		if l.ctx.Err() == nil {
			f()
		}
	})
}

// give hands f to the window's goroutine, unless the program is ending: then Fyne
// closes the queue under who still writes to it, which is a panic, and later runs
// what it is given on any goroutine, over a window that is gone.
func (l *Loop) give(f func()) {
	l.giving.Add(1)
	defer l.giving.Add(-1)
	if l.ctx.Err() == nil {
		fyne.Do(f)
	}
}

// end lets nothing more be given, and waits for who is about to: that takes no time,
// unless Fyne does here and now what it is given.
func (l *Loop) end() {
	l.cancel()
	for until := time.Now().Add(100 * time.Millisecond); l.giving.Load() > 0 && time.Now().Before(until); {
		time.Sleep(100 * time.Microsecond)
	}
}

// Quit ends the window's loop, and all work beside it. Fyne 2.8.1 panics at the end of its own Quit on a
// machine that has no file watcher left (a nil of its type in stopWatching);
// everything else has ended by then.
func Quit(a fyne.App, loop present.Loop) {
	if l, ok := loop.(*Loop); ok {
		l.end()
	}
	defer func() { _ = recover() }()
	a.Quit()
}

// Now implements [present.Loop].
func (l *Loop) Now() time.Time { return time.Now() }

// Watch calls f on the window's goroutine for everything that comes through the
// channel, until the channel or the loop is closed.
func Watch[T any](l *Loop, from <-chan T, f func(T)) {
	l.work.Go(func() {
		for {
			select {
			case v, ok := <-from:
				if !ok {
					return
				}
				l.do(func() { f(v) })
			case <-l.ctx.Done():
				return
			}
		}
	})
}

// beat gives a channel that is closed when the window's goroutine next takes up
// work.
func (l *Loop) beat() <-chan struct{} {
	done := make(chan struct{})
	l.give(func() { close(done) })
	return done
}

// whoAmI gives the number of the window's goroutine, "" when the loop ends
// before it answers.
func (l *Loop) whoAmI() string {
	id := make(chan string, 1)
	l.give(func() { id <- number() })
	select {
	case n := <-id:
		return n
	case <-l.ctx.Done():
		return ""
	}
}

// Close asks all work to stop and waits for it, at most so long: a disk or a
// server that hangs must not keep a program that was closed.
func (l *Loop) Close(most time.Duration) (ended bool) {
	l.end()
	done := make(chan struct{})
	go func() {
		l.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(most):
		return false
	}
}
