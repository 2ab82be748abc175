package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/ui"
	"wenbao/ui/native"
	"wenbao/ui/present"
)

// start brings the window up: it shows before the store is open, and asks for
// the passphrase where one is needed.
type start struct {
	flags  flags
	dir    string
	stderr io.Writer
	tap    func(present.Ports) present.Ports
	loop   *ui.Loop
	conf   ui.Config
	code   int                     // exit code when nothing was opened
	behind atomic.Pointer[program] // what must be closed at the end
	shown  bool                    // the window's loop runs
}

func newStart(f flags, dir string, stderr io.Writer, tap func(present.Ports) present.Ports) *start {
	return &start{flags: f, dir: dir, stderr: stderr, tap: tap, loop: ui.NewLoop()}
}

// endsWithin is how long what still runs in the background may hold the program
// that was closed; everything typed is durable before.
const endsWithin = 3 * time.Second

// run opens the window and gives the exit code; err is why there is no data
// folder.
func (s *start) run(err error) int {
	a := app.NewWithID(appID) // before any work, whose results go through it
	look := make(chan present.Preferences, 1)
	s.loop.Go(context.Background(), func(context.Context) func() { look <- readLook(s.dir); return nil })
	s.loop.After(0, func() { s.shown = true })
	if err == nil {
		// Once the window shows: anything beside it takes its time from it.
		s.loop.After(0, func() {
			s.open(s.flags.Passphrase, false)
			s.loop.Go(context.Background(), func(context.Context) func() { watchCrashes(s.dir); return nil })
		})
	}
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	w := a.NewWindow(assets.In(language()).Say("app.name"))
	w.SetMaster()
	s.conf = ui.Config{App: a, Window: w, Loop: s.loop, Look: within(look, lookWithin), Lang: language(), Inspect: inspectFile(s.flags)}
	ui.Place(s.conf)
	if err != nil {
		s.refuse(err)
	} else {
		ui.Opening(s.conf)
	}
	if development {
		s.loop.Guard(ui.Stall, s.stoodStill)
	}
	s.show(w)
	s.loop.Close(endsWithin)
	if p := s.behind.Load(); p != nil {
		p.close()
	}
	return s.code
}

// show runs the window to its end. Without a screen the toolkit panics, with an
// error of its own, before anything shows: that is said instead.
func (s *start) show(w fyne.Window) {
	defer func() {
		if s.shown {
			return
		}
		p := recover()
		if p == nil {
			return
		}
		var fault runtime.Error
		if err, ok := p.(error); !ok || errors.As(err, &fault) {
			panic(p)
		}
		fmt.Fprintln(s.stderr, assets.In(language()).Say("ui.no_screen"))
		s.code = 1
	}()
	w.ShowAndRun()
}

// heed closes the window as its button does when the system asks the program to
// end, as at the end of a session or when the terminal it was started from closes;
// by itself it would end at once, and what was typed in the last moment with it.
// Whoever asks twice does not wait.
func (s *start) heed(w *ui.Window) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	asked := make(chan os.Signal, 2)
	signal.Notify(asked, signals...)
	again := false
	ui.Watch(s.loop, asked, func(os.Signal) {
		if again {
			ui.Quit(s.conf.App, s.loop)
			return
		}
		again = true
		w.Close()
	})
}

// Opening a large store leaves twice its list behind as garbage; a machine with
// little memory wants it back at once, and the heap to keep close to what lives.
const (
	collectAt   = 25 // per cent of growth
	tidiedAfter = 4 * time.Second
)

func (s *start) tidy() {
	debug.SetGCPercent(collectAt)
	s.loop.After(tidiedAfter, func() {
		s.loop.Go(context.Background(), func(context.Context) func() { debug.FreeOSMemory(); return nil })
	})
}

// lookWithin is how long the window waits for how it looked last; a disk that
// does not answer costs the look, not the window.
const lookWithin = 150 * time.Millisecond

func within(from <-chan present.Preferences, most time.Duration) present.Preferences {
	select {
	case p := <-from:
		return p
	case <-time.After(most):
		return present.ParsePreferences(nil)
	}
}

// open opens everything behind the window in the background. typed tells that
// somebody typed the passphrase, which may then be the recovery code too.
func (s *start) open(passphrase string, typed bool) {
	s.loop.Go(context.Background(), func(ctx context.Context) func() {
		keys, err := local.Keys("", passphrase)
		if typed {
			keys, err = store.Keys{Passphrase: passphrase, Recovery: passphrase, Keyring: store.SystemKeyring()}, nil
		}
		var p *program
		if err == nil {
			p, err = open(ctx, s.flags, s.dir, keys)
		}
		s.behind.Store(p)
		return func() { s.opened(p, err, typed) }
	})
}

func (s *start) opened(p *program, err error, typed bool) {
	switch kind := exam.KindOf(err); {
	case err == nil:
		s.code = 0
		p.ports.Look = s.conf.Look
		s.conf.Ports = s.tap(p.ports)
		if s.conf.Inspect == "" { // a walk cannot see into it
			s.conf.Chooser = native.NewChooser(s.conf.Window)
		}
		w := ui.New(s.conf)
		p.run(w, s.loop)
		s.heed(w)
		s.tidy()
		p.listen(s.dir, s.loop, func() { native.Front(s.conf.Window) })
	case asks(err):
		s.code = exitCode(err)
		ui.Unlock(s.conf, typed, func(passphrase string) {
			ui.Opening(s.conf)
			s.open(passphrase, true)
		})
	case kind == exam.KindBusy:
		s.busy(err)
	default:
		s.refuse(err)
	}
}

// busy gives way to the window that has the folder; when nothing answers
// there, it says that the folder is in use.
func (s *start) busy(err error) {
	s.loop.Go(context.Background(), func(ctx context.Context) func() {
		for range 10 { // it may have been started in the same moment
			if toFront(s.dir) {
				return func() {
					fmt.Fprintln(s.stderr, assets.In(language()).Say("ui.front.raised"))
					s.code = exitCode(err)
					ui.Quit(s.conf.App, s.loop)
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(200 * time.Millisecond):
			}
		}
		return func() { s.refuse(err) }
	})
}

func (s *start) refuse(err error) {
	s.code = exitCode(err)
	ui.Refuse(s.conf, reason(err))
}

// asks tells whether a passphrase or a recovery code could open the store.
func asks(err error) bool {
	return exam.KindOf(err) == exam.KindLocked && !errors.Is(err, store.ErrKeyMissing)
}

// reason is what the window says of an error of opening: more than the Kind
// where the store knows more.
func reason(err error) string {
	return cmp.Or(cause(err), string(exam.KindOf(err)))
}

// stoodStill is what whoever works on the window gets to read.
func (s *start) stoodStill(b ui.Standstill) {
	what := "reckoned"
	if b.Waiting {
		what = "waited"
	}
	fmt.Fprintf(s.stderr, "wenbao: the window %s for %d ms\n%s\n", what, b.For.Milliseconds(), b.Stack)
}
