package present

import (
	"context"
	"fmt"
	"image"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
)

// previewDPI is fine enough to read the preview at its size on the screen.
const previewDPI = 110

// Preview is a paper as it will be printed.
type Preview struct {
	Pages   []image.Image
	Missing []rune // characters no font has: the paper shows a box with their code
}

// Printers is the system's printing queue with the journal of what was printed.
// The methods may block, so presenters call them through a [Loop].
type Printers interface {
	// Names are the printers, the usual one first; an error when there is no queue.
	Names(ctx context.Context) ([]string, error)
	// Unfinished gives the job that was interrupted, and how many registrations the
	// server has confirmed, whose papers can be printed in one go.
	Unfinished() (job PrintJob, ok bool, confirmed int, err error)
	// Print prints the papers of drafts in order, of all confirmed registrations
	// when there are none, and tells of every step, from the background.
	Print(ctx context.Context, printer string, kind PaperKind, drafts []exam.DraftID, tell func(PrintJob)) error
	// GoOn goes on with the unfinished job: after the paper with a registration
	// number, "" where it stopped.
	GoOn(ctx context.Context, after string, tell func(PrintJob)) error
	// Forget gives the unfinished job up.
	Forget() error
}

// PrintJob is how far the printing of many papers is.
type PrintJob struct {
	Printer string
	All     int
	Printed int // the queue has finished them
	Queued  int // the queue has them
	Left    int // left out, because they cannot be laid out
	Doubt   int // handed over twice after an interruption
}

// printing is the state of the print page.
type printing struct {
	kind    PaperKind
	shown   Preview
	busy    bool
	trouble bool
	cancel  context.CancelFunc
}

// press is the state of the printers, which outlives the page.
type press struct {
	names     []string
	printer   string
	asked     bool // the printers were asked for, and answered
	confirmed int
	job       PrintJob // running, unfinished or done
	state     PressState
	trouble   Text
	cancel    context.CancelFunc

	mu     sync.Mutex
	latest PrintJob // told from the background
}

// PressState says what the printers are doing.
type PressState string

const (
	PressIdle       PressState = ""
	PressRunning    PressState = "running"
	PressUnfinished PressState = "unfinished" // a job waits to be gone on with
	PressDone       PressState = "done"
)

// PrintView is the print page.
type PrintView struct {
	Kind    PaperKind
	Kinds   []PaperKind // those that this registration has
	Pages   []image.Image
	Missing string // code points of characters no font has, "" none
	Busy    bool
	Trouble bool
	Draft   bool   // the paper bears 草稿, since the server has not confirmed it
	Kept    string // path of the PDF last saved

	Asking    bool // for the printers, which have not answered yet
	Printers  []string
	Printer   string // chosen
	Confirmed int    // registrations whose papers can be printed in one go
	State     PressState
	Job       PrintJob
	Refused   Text // why the queue took nothing; empty when it did
}

// Print gives the print page.
func (d *Desk) Print() PrintView {
	p := &d.press
	v := PrintView{Kind: d.print.kind, Pages: d.print.shown.Pages, Busy: d.print.busy, Trouble: d.print.trouble, Kept: d.kept,
		Kinds:  []PaperKind{PaperRegistration, PaperWorkYears, PaperCommitment},
		Asking: d.ports.Printers != nil && !p.asked, Printers: p.names, Printer: p.printer, Confirmed: p.confirmed, State: p.state, Job: p.job, Refused: p.trouble}
	var missing []string
	for _, r := range d.print.shown.Missing {
		missing = append(missing, fmt.Sprintf("U+%04X", r))
	}
	v.Missing = strings.Join(missing, " ")
	if d.form != nil {
		v.Draft = d.form.transport() != exam.TransportDelivered
		if d.form.draft.State == exam.StateCompleted {
			v.Kinds = append(v.Kinds, PaperReceipt, PaperAdmission)
		}
	}
	return v
}

// Preview draws a paper of the open draft.
func (d *Desk) Preview(k PaperKind) { d.preview(k); d.changed() }

// redraw draws the paper shown anew once it is of another draft than the one before:
// the preview is what is printed.
func (d *Desk) redraw(f *Form, before exam.Draft) {
	now := f.draft
	if d.form != f || d.page != PagePrint || now.Revision == before.Revision && now.State == before.State && now.Number() == before.Number() && (now.Delivered == nil) == (before.Delivered == nil) {
		return
	}
	kept := d.kept
	d.preview(d.print.kind)
	d.kept = kept
}

func (d *Desk) preview(k PaperKind) {
	if d.form == nil {
		return
	}
	if d.print.cancel != nil {
		d.print.cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.kept = ""
	d.print = printing{kind: k, busy: true, cancel: cancel}
	f := d.form
	draw := func() {
		draft := f.current()
		d.loop.Go(ctx, func(ctx context.Context) func() {
			shown, err := d.ports.Paper.Pages(ctx, k, draft, previewDPI)
			return func() {
				d.print.shown, d.print.busy, d.print.trouble = shown, false, err != nil
				d.changed()
			}
		})
	}
	f.saver.step(draw, func(reason) { draw() }) // a full disk hides no paper
}

// SavePDF writes the paper shown into the candidate's folder; open also opens
// it, to be printed from there.
func (d *Desk) SavePDF(open bool) {
	if d.form == nil {
		return
	}
	draft, kind := d.form.current(), d.print.kind
	d.keep("wenbao-"+string(kind)+".pdf", func() ([]byte, error) {
		return d.ports.Paper.PDF(context.Background(), kind, draft)
	}, open)
}

// keep writes a file for the candidate and tells where.
func (d *Desk) keep(name string, make func() ([]byte, error), open bool) {
	d.write(name, make, open, func(path string) { d.kept = path })
}

// keepThen writes a file for the candidate and hands over its path.
func (d *Desk) keepThen(name string, make func() ([]byte, error), then func(path string)) {
	d.write(name, make, false, then)
}

func (d *Desk) write(name string, make func() ([]byte, error), open bool, then func(path string)) {
	if d.trouble != "" && !d.unread { // of the last time
		d.trouble = ""
		d.changed()
	}
	d.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := make()
		path := ""
		if err == nil {
			path, err = d.ports.Desktop.Keep(name, raw)
		}
		shown := err != nil || !open || d.ports.Desktop.Show(path) == nil
		return func() {
			then(path)
			switch {
			case err != nil:
				d.trouble = d.reasonOf(err)
			case !shown:
				d.trouble = unopened
			}
			d.changed()
		}
	})
}

// KeepSheet writes a picture for the candidate and opens it, to be printed.
func (d *Desk) KeepSheet(name string, png []byte) {
	d.keep(name, func() ([]byte, error) { return png, nil }, true)
}

// Kept is the path of the file last written for the candidate.
func (d *Desk) Kept() string { return d.kept }

// ShowFile opens a file or address with the system's program for it.
func (d *Desk) ShowFile(target string) {
	d.loop.Go(context.Background(), func(context.Context) func() {
		if d.ports.Desktop.Show(target) == nil {
			return nil
		}
		return func() { d.refused(unopened) }
	})
}

// askPrinters asks for the printers and for a job that was interrupted.
func (d *Desk) askPrinters() {
	if d.ports.Printers == nil || d.press.state == PressRunning {
		return
	}
	d.loop.Go(context.Background(), func(ctx context.Context) func() {
		names, _ := d.ports.Printers.Names(ctx) // none, where there is no queue
		job, unfinished, confirmed, jerr := d.ports.Printers.Unfinished()
		return func() {
			p := &d.press
			p.names, p.asked, p.confirmed = names, true, confirmed
			if p.printer == "" && len(names) > 0 {
				p.printer = names[0]
			}
			switch {
			case jerr != nil || p.state == PressRunning:
			case unfinished:
				p.job, p.state = job, PressUnfinished
			case p.state == PressUnfinished: // it never began
				p.job, p.state = PrintJob{}, PressIdle
			}
			d.changed()
		}
	})
}

// ChoosePrinter takes a printer for what is printed next.
func (d *Desk) ChoosePrinter(name string) { d.press.printer = name; d.changed() }

// PrintPaper hands the paper shown to the printer.
func (d *Desk) PrintPaper() {
	if d.form == nil {
		return
	}
	f, kind, printer := d.form, d.print.kind, d.press.printer
	f.saver.step(func() {
		d.run(func(ctx context.Context, tell func(PrintJob)) error {
			return d.ports.Printers.Print(ctx, printer, kind, []exam.DraftID{f.ID()}, tell)
		})
	}, d.refused)
}

// PrintAll hands the papers of every confirmed registration to the printer.
func (d *Desk) PrintAll() {
	kind, printer := d.print.kind, d.press.printer
	d.run(func(ctx context.Context, tell func(PrintJob)) error {
		return d.ports.Printers.Print(ctx, printer, kind, nil, tell)
	})
}

// GoOnPrinting goes on with the interrupted job after the sheet with a
// registration number, "" where it stopped.
func (d *Desk) GoOnPrinting(after string) {
	after = strings.TrimSpace(after)
	d.run(func(ctx context.Context, tell func(PrintJob)) error { return d.ports.Printers.GoOn(ctx, after, tell) })
}

// StopPrinting stops handing papers over; it can be gone on with.
func (d *Desk) StopPrinting() {
	if d.press.cancel != nil {
		d.press.cancel()
	}
}

// ForgetPrinting gives the interrupted job up.
func (d *Desk) ForgetPrinting() {
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := d.ports.Printers.Forget()
		return func() {
			if err != nil {
				d.failed(err)
				return
			}
			d.press.state, d.press.job, d.press.trouble = PressIdle, PrintJob{}, Text{}
			d.changed()
		}
	})
}

// tellEvery is how often the window looks how far the printing is.
const tellEvery = 300 * time.Millisecond

// run runs a job; only one runs at a time.
func (d *Desk) run(print func(ctx context.Context, tell func(PrintJob)) error) {
	p := &d.press
	if d.ports.Printers == nil || p.state == PressRunning {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.state, p.trouble = cancel, PressRunning, Text{}
	p.latest, p.job = PrintJob{Printer: p.printer}, PrintJob{Printer: p.printer}
	d.loop.Go(context.Background(), func(outer context.Context) func() {
		stop := context.AfterFunc(outer, cancel)
		defer stop()
		err := print(ctx, func(j PrintJob) {
			p.mu.Lock()
			p.latest = j
			p.mu.Unlock()
		})
		return func() {
			cancel()
			p.look()
			p.state = PressDone
			if err != nil {
				p.state = PressUnfinished
				p.trouble = T("ui.print.refused." + string(printReason(exam.KindOf(err))))
			}
			d.askPrinters() // what the journal says decides
			d.changed()
		}
	})
	d.watchPress()
	d.changed()
}

func (p *press) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.job = p.latest
}

// rest forgets a job that is over: what was printed is no other draft's paper.
func (p *press) rest() {
	if p.state == PressDone {
		p.state, p.job, p.trouble = PressIdle, PrintJob{}, Text{}
	}
}

func (d *Desk) watchPress() {
	d.loop.After(tellEvery, func() {
		if d.press.state == PressRunning {
			d.press.look()
			d.changed()
			d.watchPress()
		}
	})
}

// printReason picks the kinds of a failed print that have words of their own.
func printReason(k exam.Kind) exam.Kind {
	switch k {
	case exam.KindCanceled, exam.KindNotFound, exam.KindUnreachable, exam.KindState:
		return k
	}
	return exam.KindInternal
}
