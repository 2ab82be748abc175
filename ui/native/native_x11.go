//go:build x11 && cgo && (linux || freebsd || openbsd || netbsd)

package native

/*
#cgo LDFLAGS: -lX11
#include <X11/Xlib.h>

// GLFW asks for static gravity, so a place is that of the window itself and not
// of what the window manager puts around it.
static int wenbao_place(unsigned long window, int *x, int *y) {
	Display *d = XOpenDisplay(NULL);
	if (!d) return 0;
	Window child;
	int ok = XTranslateCoordinates(d, window, DefaultRootWindow(d), 0, 0, x, y, &child);
	XCloseDisplay(d);
	return ok;
}

static int wenbao_screen(int *w, int *h) {
	Display *d = XOpenDisplay(NULL);
	if (!d) return 0;
	*w = DisplayWidth(d, DefaultScreen(d));
	*h = DisplayHeight(d, DefaultScreen(d));
	XCloseDisplay(d);
	return 1;
}
*/
import "C"

func place(h uintptr) (Spot, bool) {
	var x, y C.int
	ok := C.wenbao_place(C.ulong(h), &x, &y)
	return Spot{int(x), int(y)}, ok != 0
}

func screens() (left, top, right, bottom int, ok bool) {
	var w, h C.int
	known := C.wenbao_screen(&w, &h)
	return 0, 0, int(w), int(h), known != 0
}

func restore(uintptr) {} // mapping the window brings it back here
func allowFront()     {}

// Fyne asks XIM for candidates in a window of their own (XIMPreeditNothing),
// which has no place to set.
func caret(uintptr, int, int, int) {}

// parent is the window as a dialog of the system knows it.
func parent(h uintptr) any { return int(h) }
