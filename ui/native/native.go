// Package native does with the system's own means what Fyne has no word for:
// where a window stands, bringing it before the others, and where an input
// method shows its candidates. What a system cannot do is left undone and says
// so; nothing here may stop the program.
package native

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// Spot is a window's corner in the system's own units, as
// [fyne.io/fyne/v2/driver/desktop.Window].RequestPosition takes it.
type Spot struct{ X, Y int }

// Place tells where a window stands; false when the system does not say.
func Place(w fyne.Window) (s Spot, ok bool) {
	handle(w, func(h uintptr) { s, ok = place(h) })
	return s, ok
}

// Visible tells whether a window with its corner there can be got hold of: a
// screen that was there yesterday may be gone. It is false when the system does
// not say.
func Visible(s Spot) bool {
	left, top, right, bottom, ok := screens()
	const grip = 80 // enough of the title to drag it
	return ok && s.X >= left-grip && s.X <= right-2*grip && s.Y >= top && s.Y <= bottom-grip
}

// Front brings a window before the others, also one that was made small.
func Front(w fyne.Window) {
	w.Show()
	handle(w, restore)
	w.RequestFocus()
}

// AllowFront lets the program that is running already come before the others;
// some systems leave that only to the program that the person just started.
func AllowFront() { allowFront() }

// Caret tells the system where the text cursor is, in pixels of the window, so
// that an input method shows its candidates beside it.
func Caret(w fyne.Window, x, y, height int) { handle(w, func(h uintptr) { caret(h, x, y, height) }) }

// handle runs f with the system's handle of a window that is there.
func handle(w fyne.Window, f func(h uintptr)) {
	n, ok := w.(driver.NativeWindow)
	if !ok {
		return
	}
	n.RunNative(func(context any) {
		var h uintptr
		switch c := context.(type) {
		case driver.X11WindowContext:
			h = c.WindowHandle
		case driver.WindowsWindowContext:
			h = c.HWND
		}
		if h != 0 {
			f(h)
		}
	})
}
