package present

import (
	"context"
	"time"
)

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
