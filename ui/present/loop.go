package present

import (
	"context"
	"time"
)

// queue lets one piece of work begin after the other, in their order: a stack of
// files at once would not fit into memory. It is owned by the window's goroutine.
type queue struct {
	waiting []func(done func())
	busy    bool // also while one is being done
}

// add begins work once all before it is done; it calls done when it is done itself.
func (q *queue) add(work func(done func())) {
	q.waiting = append(q.waiting, work)
	if !q.busy {
		q.next()
	}
}

func (q *queue) next() {
	if q.busy = len(q.waiting) > 0; q.busy {
		work := q.waiting[0]
		q.waiting = q.waiting[1:]
		work(q.next)
	}
}

// Loop hands work to the background and its result to the window's goroutine.
type Loop interface {
	// Go runs work in the background and then, unless ctx is done by then, the
	// function it returned (nil: nothing) on the window's goroutine.
	Go(ctx context.Context, work func(ctx context.Context) (then func()))
	// After calls f on the window's goroutine after a while, unless stopped.
	After(d time.Duration, f func()) (stop func())
	// Now is the machine's time: for display and for pauses, never for deadlines.
	Now() time.Time
}
