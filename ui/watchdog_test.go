package ui

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const (
	drawing = "goroutine 1 [running, locked to thread]:\nfyne.io/fyne/v2/internal/driver/glfw.(*gLDriver).drawSingleFrame(0xc0)\n\t/fyne/loop.go:60\n" +
		"fyne.io/fyne/v2/internal/driver/glfw.(*gLDriver).runGL(0xc0)\n\t/fyne/loop.go:120\nwenbao/cmd/wenbao.run()\n\tmain.go:50\n"
	reckoning = "goroutine 1 [runnable]:\nwenbao/ui.(*Window).show(0xc0)\n\t/ui/window.go:170\n" +
		"fyne.io/fyne/v2/internal/driver/glfw.(*gLDriver).runGL(0xc0)\n\t/fyne/loop.go:120\nwenbao/cmd/wenbao.run()\n\tmain.go:50\n"
)

// play lets the goroutine be found in each of the stacks for one sample, and
// then answer.
func play(t *testing.T, stacks ...string) (told []Standstill) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		beat := make(chan struct{})
		i := 0
		watch(t.Context(), beat, Stall, func(s Standstill) { told = append(told, s) }, func() string {
			if i == len(stacks)-1 {
				close(beat)
			}
			i++
			return stacks[i-1]
		})
	})
	return told
}

func times(n int, stack string) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat(stack+"\x00", n), "\x00"), "\x00")
}

func TestAStandstillOfOurOwnIsToldWithItsStack(t *testing.T) {
	told := play(t, times(16, reckoning)...)
	if len(told) != 1 || !strings.Contains(told[0].Stack, "ui.(*Window).show") || told[0].For < Stall || told[0].Waiting {
		t.Errorf("told %+v", told)
	}
}

func TestWhatIsShortOrOnlyDrawnIsNoStandstill(t *testing.T) {
	if told := play(t, times(10, reckoning)...); len(told) != 0 {
		t.Errorf("45 ms are told as a standstill: %+v", told)
	}
	if told := play(t, times(100, drawing)...); len(told) != 0 {
		t.Errorf("drawing is told as a standstill: %+v", told)
	}
	var mixed []string // never longer than 45 ms in one piece
	for range 5 {
		mixed = append(mixed, append(times(9, reckoning), drawing)...)
	}
	if told := play(t, mixed...); len(told) != 0 {
		t.Errorf("pieces with drawing between are told as one: %+v", told)
	}
}

func TestTwoStandstillsInOneBeatAreTwo(t *testing.T) {
	if told := play(t, append(append(times(14, reckoning), drawing), times(14, reckoning)...)...); len(told) != 2 {
		t.Errorf("told %d", len(told))
	}
}

func TestACallIntoTheGraphicsLibraryIsNoWaiting(t *testing.T) {
	title := "goroutine 1 [syscall, locked to thread]:\ngithub.com/go-gl/glfw/v3.4/glfw._Cfunc_glfwSetWindowTitle(0x1ca41220)\n\t_cgo_gotypes.go:2586\nwenbao/ui.(*Window).show(0xc0)\n\t/ui/window.go:181\n"
	if waits(title) {
		t.Error("drawing a title is told as waiting")
	}
	read := "goroutine 1 [syscall, locked to thread]:\nsyscall.Syscall(0x0)\n\t/go/asm.s:1\nwenbao/store.(*Store).File(0xc0)\n\t/store/files.go:83\ngithub.com/go-gl/glfw/v3.4/glfw._Cfunc_glfwPollEvents()\n"
	if !waits(read) {
		t.Error("reading a file within an event is not told as waiting")
	}
}

// The stacks are real ones here: a goroutine that waits for a lock, a channel
// and a pause, and one that reckons.
func TestWaitingIsToldFromReckoning(t *testing.T) {
	buf := make([]byte, stackBytes)
	stop := make(chan struct{})
	var held sync.Mutex
	var done atomic.Bool
	held.Lock()
	for name, c := range map[string]struct {
		do   func()
		want bool
	}{
		"lock":    {func() { held.Lock(); defer held.Unlock() }, true},
		"channel": {func() { <-stop }, true},
		"pause":   {func() { time.Sleep(time.Hour) }, true},
		"reckoning": {func() {
			for !done.Load() {
			}
		}, false},
	} {
		id := make(chan string)
		go func() {
			id <- number()
			c.do()
		}()
		n := <-id
		for end := time.Now().Add(10 * time.Second); ; {
			s := stackOf(n, buf)
			if strings.Contains(s, "TestWaitingIsToldFromReckoning") && waits(s) == c.want {
				break
			}
			if time.Now().After(end) {
				t.Errorf("%s: waiting is told as %v of\n%s", name, !c.want, s)
				break
			}
		}
	}
	held.Unlock()
	close(stop)
	done.Store(true)
}
