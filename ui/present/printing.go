package present

import (
	"context"
	"image"

	"wenbao/exam"
)

// previewDPI is fine enough to read the preview at its size on the screen.
const previewDPI = 110

// printing is the state of the print page.
type printing struct {
	kind    PaperKind
	pages   []image.Image
	busy    bool
	trouble bool
	cancel  context.CancelFunc
}

// PrintView is the print page.
type PrintView struct {
	Kind    PaperKind
	Kinds   []PaperKind // those that this registration has
	Pages   []image.Image
	Busy    bool
	Trouble bool
	Draft   bool   // the paper bears 草稿, since the server has not confirmed it
	Kept    string // path of the PDF last saved
}

// Print gives the print page.
func (d *Desk) Print() PrintView {
	v := PrintView{Kind: d.print.kind, Pages: d.print.pages, Busy: d.print.busy, Trouble: d.print.trouble, Kept: d.kept,
		Kinds: []PaperKind{PaperRegistration, PaperWorkYears, PaperCommitment}}
	if d.form != nil {
		v.Draft = d.form.transport() != exam.TransportDelivered
		if d.form.draft.State == exam.StateCompleted {
			v.Kinds = append(v.Kinds, PaperReceipt)
		}
	}
	return v
}

// Preview draws a paper of the open draft.
func (d *Desk) Preview(k PaperKind) { d.preview(k); d.changed() }

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
	f.saver.then(func() {
		draft := f.current()
		d.loop.Go(ctx, func(ctx context.Context) func() {
			pages, err := d.ports.Paper.Pages(ctx, k, draft, previewDPI)
			return func() {
				d.print.pages, d.print.busy, d.print.trouble = pages, false, err != nil
				d.changed()
			}
		})
	})
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
	d.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := make()
		path := ""
		if err == nil {
			path, err = d.ports.Desktop.Keep(name, raw)
		}
		if err == nil && open {
			err = d.ports.Desktop.Show(path)
		}
		return func() {
			then(path)
			if err != nil {
				d.failed(err)
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
		_ = d.ports.Desktop.Show(target) // the address stands on the page to be copied
		return nil
	})
}
