package local

import (
	"context"
	"image"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"wenbao/exam"
	"wenbao/exam/form"
)

// SystemSpooler is the queue of this system. Windows has no way to hand a PDF to
// every printer, and its shell would need a file and a viewer that prints; so the
// pages are drawn here and given to the printer's driver as pictures, without any
// file of ours.
func SystemSpooler() Spooler { return winspool{} }

type winspool struct{}

var (
	spoolDLL      = windows.NewLazySystemDLL("winspool.drv")
	enumPrinters  = spoolDLL.NewProc("EnumPrintersW")
	usualPrinter  = spoolDLL.NewProc("GetDefaultPrinterW")
	openPrinter   = spoolDLL.NewProc("OpenPrinterW")
	closePrinter  = spoolDLL.NewProc("ClosePrinter")
	enumJobs      = spoolDLL.NewProc("EnumJobsW")
	gdiDLL        = windows.NewLazySystemDLL("gdi32.dll")
	createDC      = gdiDLL.NewProc("CreateDCW")
	deleteDC      = gdiDLL.NewProc("DeleteDC")
	deviceCaps    = gdiDLL.NewProc("GetDeviceCaps")
	startDoc      = gdiDLL.NewProc("StartDocW")
	endDoc        = gdiDLL.NewProc("EndDoc")
	abortDoc      = gdiDLL.NewProc("AbortDoc")
	startPage     = gdiDLL.NewProc("StartPage")
	endPage       = gdiDLL.NewProc("EndPage")
	stretchMode   = gdiDLL.NewProc("SetStretchBltMode")
	stretchDIBits = gdiDLL.NewProc("StretchDIBits")
)

// printDPI is the resolution of the pages handed to a driver: that of the photo
// on the paper.
const printDPI = 300

// Layouts of wingdi.h and winspool.h.
type (
	printerInfo4 struct {
		name, server *uint16
		attributes   uint32
	}
	jobInfo1 struct {
		id                                                uint32
		printer, machine, user, document, datatype, state *uint16
		status, priority, position, pages, printed        uint32
		submitted                                         windows.Systemtime
	}
	docInfo struct {
		size                   int32
		name, output, datatype *uint16
		kind                   uint32
	}
	bitmapInfo struct {
		size                   uint32
		width, height          int32
		planes, bits           uint16
		compression, imageSize uint32
		xPerMetre, yPerMetre   int32
		used, important        uint32
	}
)

func (winspool) Printers(context.Context) ([]string, error) {
	const localOrConnected, level = 2 | 4, 4
	var need, count uint32
	_, _, _ = enumPrinters.Call(localOrConnected, 0, level, 0, 0, uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if need == 0 {
		return nil, nil
	}
	buffer := make([]uint64, need/8+1) // aligned for pointers
	ok, _, err := enumPrinters.Call(localOrConnected, 0, level, uintptr(unsafe.Pointer(&buffer[0])), uintptr(need), uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if ok == 0 {
		return nil, &exam.Error{Kind: exam.KindUnreachable, Op: "list printers", Err: err}
	}
	var names []string
	usual := usualName()
	for _, p := range unsafe.Slice((*printerInfo4)(unsafe.Pointer(&buffer[0])), count) {
		name := windows.UTF16PtrToString(p.name)
		if name == usual {
			names = append([]string{name}, names...)
		} else {
			names = append(names, name)
		}
	}
	return names, nil
}

func usualName() string {
	var name [512]uint16
	size := uint32(len(name))
	if ok, _, _ := usualPrinter.Call(uintptr(unsafe.Pointer(&name[0])), uintptr(unsafe.Pointer(&size))); ok == 0 {
		return ""
	}
	return windows.UTF16ToString(name[:])
}

func (winspool) Print(ctx context.Context, printer, title string, p *form.Paper) (job string, err error) {
	const op = "hand over to the printing queue"
	device, err := windows.UTF16PtrFromString(printer)
	if err != nil {
		return "", &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
	}
	name, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return "", &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
	}
	dc, _, _ := createDC.Call(0, uintptr(unsafe.Pointer(device)), 0, 0)
	if dc == 0 {
		return "", exam.Errorf(exam.KindNotFound, op, "no such printer")
	}
	defer func() { _, _, _ = deleteDC.Call(dc) }()
	doc := docInfo{name: name}
	doc.size = int32(unsafe.Sizeof(doc))
	id, _, cause := startDoc.Call(dc, uintptr(unsafe.Pointer(&doc)))
	if int32(id) <= 0 {
		return "", &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	for i := range p.Pages() {
		if err = ctx.Err(); err != nil {
			err = &exam.Error{Kind: exam.KindCanceled, Op: op, Err: err}
		} else {
			err = printPage(dc, p, i)
		}
		if err != nil {
			_, _, _ = abortDoc.Call(dc)
			return "", err
		}
	}
	if ok, _, cause := endDoc.Call(dc); int32(ok) <= 0 {
		return "", &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	return strconv.Itoa(int(int32(id))), nil
}

// printPage draws a page and gives it to the driver, at its real size on the
// sheet whatever the printer's margins are.
func printPage(dc uintptr, p *form.Paper, page int) error {
	const op, offsetX, offsetY, dpiX, dpiY = "print page", 112, 113, 88, 90
	m, err := p.Image(page, printDPI)
	if err != nil {
		return err
	}
	measure := func(index uintptr) int { v, _, _ := deviceCaps.Call(dc, index); return int(int32(v)) }
	width, height := m.Rect.Dx()*measure(dpiX)/printDPI, m.Rect.Dy()*measure(dpiY)/printDPI
	head, pixels := dib(m)
	if ok, _, cause := startPage.Call(dc); int32(ok) <= 0 {
		return &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	const halftone, colours, copyPixels, failed = 4, 0, 0x00CC0020, 0
	_, _, _ = stretchMode.Call(dc, halftone)
	lines, _, cause := stretchDIBits.Call(dc, uintptr(-measure(offsetX)), uintptr(-measure(offsetY)), uintptr(width), uintptr(height),
		0, 0, uintptr(m.Rect.Dx()), uintptr(m.Rect.Dy()), uintptr(unsafe.Pointer(&pixels[0])), uintptr(unsafe.Pointer(&head)), colours, copyPixels)
	if int32(lines) <= failed {
		return &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	if ok, _, cause := endPage.Call(dc); int32(ok) <= 0 {
		return &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	return nil
}

// dib is a picture as Windows wants it: rows from the top of blue, green, red.
func dib(m *image.RGBA) (bitmapInfo, []byte) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	stride := (3*w + 3) &^ 3
	pixels := make([]byte, stride*h)
	for y := range h {
		from, to := m.Pix[y*m.Stride:], pixels[y*stride:]
		for x := range w {
			to[3*x], to[3*x+1], to[3*x+2] = from[4*x+2], from[4*x+1], from[4*x]
		}
	}
	head := bitmapInfo{width: int32(w), height: -int32(h), planes: 1, bits: 24, imageSize: uint32(len(pixels))}
	head.size = uint32(unsafe.Sizeof(head))
	return head, pixels
}

func (winspool) Waiting(_ context.Context, printer string) ([]string, error) {
	const op, most, level, printed = "ask the printing queue", 10_000, 1, 0x80
	name, err := windows.UTF16PtrFromString(printer)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
	}
	var handle syscall.Handle
	if ok, _, cause := openPrinter.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&handle)), 0); ok == 0 {
		return nil, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	defer func() { _, _, _ = closePrinter.Call(uintptr(handle)) }()
	var need, count uint32
	_, _, _ = enumJobs.Call(uintptr(handle), 0, most, level, 0, 0, uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if need == 0 {
		return nil, nil
	}
	buffer := make([]uint64, need/8+1)
	ok, _, cause := enumJobs.Call(uintptr(handle), 0, most, level, uintptr(unsafe.Pointer(&buffer[0])), uintptr(need), uintptr(unsafe.Pointer(&need)), uintptr(unsafe.Pointer(&count)))
	if ok == 0 {
		return nil, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: cause}
	}
	var jobs []string
	for _, j := range unsafe.Slice((*jobInfo1)(unsafe.Pointer(&buffer[0])), count) {
		if j.status&printed == 0 {
			jobs = append(jobs, strconv.Itoa(int(j.id)))
		}
	}
	return jobs, nil
}
