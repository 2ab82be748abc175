package native

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32 = windows.NewLazySystemDLL("user32.dll")
	imm32  = windows.NewLazySystemDLL("imm32.dll")

	clientToScreen           = user32.NewProc("ClientToScreen")
	getSystemMetrics         = user32.NewProc("GetSystemMetrics")
	isIconic                 = user32.NewProc("IsIconic")
	showWindow               = user32.NewProc("ShowWindow")
	setForegroundWindow      = user32.NewProc("SetForegroundWindow")
	allowSetForegroundWindow = user32.NewProc("AllowSetForegroundWindow")

	immGetContext           = imm32.NewProc("ImmGetContext")
	immReleaseContext       = imm32.NewProc("ImmReleaseContext")
	immSetCompositionWindow = imm32.NewProc("ImmSetCompositionWindow")
	immSetCandidateWindow   = imm32.NewProc("ImmSetCandidateWindow")
)

type point struct{ x, y int32 }

type rect struct{ left, top, right, bottom int32 }

// place gives the corner of the client area, which is what GLFW sets.
func place(h uintptr) (Spot, bool) {
	if iconic, _, _ := isIconic.Call(h); iconic != 0 {
		return Spot{}, false
	}
	var p point
	ok, _, _ := clientToScreen.Call(h, uintptr(unsafe.Pointer(&p)))
	return Spot{int(p.x), int(p.y)}, ok != 0
}

func screens() (left, top, right, bottom int, ok bool) {
	metric := func(n uintptr) int { v, _, _ := getSystemMetrics.Call(n); return int(int32(v)) }
	const virtualX, virtualY, virtualWidth, virtualHeight = 76, 77, 78, 79 // SM_…VIRTUALSCREEN
	left, top = metric(virtualX), metric(virtualY)
	right, bottom = left+metric(virtualWidth), top+metric(virtualHeight)
	return left, top, right, bottom, right > left
}

func restore(h uintptr) {
	const swRestore = 9
	if iconic, _, _ := isIconic.Call(h); iconic != 0 {
		_, _, _ = showWindow.Call(h, swRestore)
	}
	_, _, _ = setForegroundWindow.Call(h) // the system may refuse; its task bar then blinks
}

func allowFront() {
	const anyProcess = ^uintptr(0) // ASFW_ANY
	_, _, _ = allowSetForegroundWindow.Call(anyProcess & 0xffffffff)
}

// compositionForm is COMPOSITIONFORM, candidateForm is CANDIDATEFORM.
type compositionForm struct {
	style uint32
	at    point
	area  rect
}

type candidateForm struct {
	index, style uint32
	at           point
	area         rect
}

func caret(h uintptr, x, y, height int) {
	const cfsPoint, cfsExclude = 0x0002, 0x0080
	himc, _, _ := immGetContext.Call(h)
	if himc == 0 {
		return // this machine has no input method
	}
	at := point{int32(x), int32(y)}
	c := compositionForm{style: cfsPoint, at: at}
	_, _, _ = immSetCompositionWindow.Call(himc, uintptr(unsafe.Pointer(&c)))
	// The candidates keep clear of the line that is typed.
	f := candidateForm{style: cfsExclude, at: at, area: rect{at.x, at.y, at.x + 1, at.y + int32(height)}}
	_, _, _ = immSetCandidateWindow.Call(himc, uintptr(unsafe.Pointer(&f)))
	_, _, _ = immReleaseContext.Call(h, himc)
}

// parent is the window as a dialog of the system knows it.
func parent(h uintptr) any { return h }
