package ui

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"time"
)

// Stall is the longest that the window may keep a person waiting for anything
// but its own drawing.
const Stall = 50 * time.Millisecond

// Standstill is a time in which the window's goroutine was in this program's
// code and took up nothing else.
type Standstill struct {
	For   time.Duration
	Stack string // of the goroutine, as it was found when the limit was passed
	// Waiting tells that it waited for a lock, a channel, the disk or the network,
	// rather than reckoned.
	Waiting bool
}

const (
	sampleEvery = 5 * time.Millisecond
	beatEvery   = 20 * time.Millisecond
	stackBytes  = 1 << 20
)

// Guard tells of every standstill longer than limit. It costs nothing while the
// window answers: only a late answer makes it look at what the goroutine does.
// What the driver draws is not counted, for that is the graphics card's time.
func (l *Loop) Guard(limit time.Duration, told func(Standstill)) {
	l.work.Go(func() {
		id := l.whoAmI()
		buf := make([]byte, stackBytes)
		for l.ctx.Err() == nil && id != "" {
			watch(l.ctx, l.beat(), limit, told, func() string { return stackOf(id, buf) })
			select {
			case <-l.ctx.Done():
			case <-time.After(beatEvery):
			}
		}
	})
}

// watch waits for one beat, and looks at the stack again and again while it
// does not come.
func watch(ctx context.Context, beat <-chan struct{}, limit time.Duration, told func(Standstill), stack func() string) {
	var s Standstill
	var since time.Time // when the goroutine was first found in our code
	for {
		select {
		case <-beat:
			if s.Stack != "" {
				s.For = time.Since(since)
				told(s)
			}
			return
		case <-ctx.Done(): // it may have been taken by nobody
			return
		case <-time.After(sampleEvery):
		}
		found := stack()
		switch {
		case !ours(found):
			if s.Stack != "" {
				s.For = time.Since(since)
				told(s)
				s = Standstill{}
			}
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		case s.Stack == "" && time.Since(since) >= limit:
			s.Stack, s.Waiting = found, waits(found)
		}
	}
}

// number gives the number of the goroutine that calls.
func number() string {
	head := make([]byte, 32) // "goroutine 1 [running]:…"
	head = head[:runtime.Stack(head, false)]
	return string(bytes.Fields(head)[1])
}

// stackOf gives the stack of one goroutine.
func stackOf(id string, buf []byte) string {
	all := buf[:runtime.Stack(buf, true)]
	from := bytes.Index(all, []byte("goroutine "+id+" ["))
	if from < 0 {
		return ""
	}
	one, _, _ := bytes.Cut(all[from:], []byte("\n\n"))
	return string(one)
}

// ours tells whether the innermost frames, above the driver's loop, are of this
// program.
func ours(stack string) bool {
	inner, _, _ := strings.Cut(stack, "internal/driver/glfw.(*gLDriver).runGL")
	return strings.Contains(inner, "\nwenbao/")
}

// waits tells whether a stack is of a goroutine that waits. A call into the
// graphics library shows as a system call too.
func waits(stack string) bool {
	state, _, _ := strings.Cut(stack, "]")
	_, state, _ = strings.Cut(state, "[")
	state, _, _ = strings.Cut(state, ",")
	switch state {
	case "running", "runnable":
		return false
	case "syscall":
		_, frames, _ := strings.Cut(stack, "\n")
		innermost, _, _ := strings.Cut(frames, "\n")
		return !strings.Contains(innermost, "._Cfunc_")
	}
	return true
}
