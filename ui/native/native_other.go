//go:build !windows && !(x11 && cgo && (linux || freebsd || openbsd || netbsd))

package native

func place(uintptr) (Spot, bool)                       { return Spot{}, false }
func screens() (left, top, right, bottom int, ok bool) { return 0, 0, 0, 0, false }
func restore(uintptr)                                  {}
func allowFront()                                      {}
func caret(uintptr, int, int, int)                     {}
func parent(uintptr) any                               { return nil }
