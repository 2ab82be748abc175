package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

// busyApp is an application whose window's goroutine is busy: what it is given waits.
type busyApp struct {
	fyne.App
	given chan func()
}

func (a *busyApp) Driver() fyne.Driver { return busyDriver{a.App.Driver(), a} }

type busyDriver struct {
	fyne.Driver
	app *busyApp
}

func (d busyDriver) DoFromGoroutine(f func(), _ bool) { d.app.given <- f }

// endingApp is an application that takes nothing any more once it has ended.
type endingApp struct {
	fyne.App
	ended, late atomic.Bool
}

func (a *endingApp) Driver() fyne.Driver { return endingDriver{a.App.Driver(), a} }

func (a *endingApp) Quit() { a.ended.Store(true) }

type endingDriver struct {
	fyne.Driver
	app *endingApp
}

func (d endingDriver) DoFromGoroutine(f func(), _ bool) {
	time.Sleep(time.Microsecond)
	if d.app.ended.Load() {
		d.app.late.Store(true)
	}
}

func TestAWindowThatEndsIsGivenNothingMore(t *testing.T) {
	a := &endingApp{App: fyne.CurrentApp()}
	fyne.SetCurrentApp(a)
	defer fyne.SetCurrentApp(a.App)
	l := NewLoop()
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for !a.late.Load() && l.ctx.Err() == nil {
				l.do(func() {})
			}
			l.do(func() {})
			l.beat()
		})
	}
	time.Sleep(10 * time.Millisecond)
	Quit(a, l)
	busy.Wait()
	if a.late.Load() {
		t.Error("its queue, which is closed by then, was written to")
	}
}

func TestAnAnswerThatNobodyWantsAnyMoreIsDroppedWhileTheWindowIsBusy(t *testing.T) {
	a := &busyApp{App: fyne.CurrentApp(), given: make(chan func(), 1)}
	fyne.SetCurrentApp(a)
	defer fyne.SetCurrentApp(a.App)
	l := NewLoop()
	defer l.Close(time.Minute)
	for _, wanted := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		taken := false
		l.Go(ctx, func(context.Context) func() { return func() { taken = true } })
		answer := <-a.given
		if !wanted {
			cancel() // as by going to another page while a draft is opened
		}
		answer()
		if taken != wanted {
			t.Errorf("wanted %v, taken %v", wanted, taken)
		}
		cancel()
	}
}
