//go:build x11 && cgo && (linux || freebsd || openbsd || netbsd)

package native

/*
#cgo LDFLAGS: -lX11
#include <X11/Xlib.h>

// The window that the window manager put around ours stands where a later
// XMoveWindow of ours would bring it.
static int wenbao_place(unsigned long window, int *x, int *y) {
	Display *d = XOpenDisplay(NULL);
	if (!d) return 0;
	Window root, parent, *children;
	unsigned int count, w, h, border, depth;
	int ok = 0;
	for (;;) {
		if (!XQueryTree(d, window, &root, &parent, &children, &count)) break;
		if (children) XFree(children);
		if (parent == root || parent == 0) {
			ok = XGetGeometry(d, window, &root, x, y, &w, &h, &border, &depth);
			break;
		}
		window = parent;
	}
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
