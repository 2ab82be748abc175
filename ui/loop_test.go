package ui

import (
	"context"
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
