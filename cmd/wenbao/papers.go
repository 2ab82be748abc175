package main

import (
	"context"
	"image"
	"strings"
	"time"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/store"
	"wenbao/ui/present"
)

// papers lays papers out, in Chinese, as offices read them.
type papers struct {
	store    *store.Store
	practice bool
}

func (p papers) make(kind present.PaperKind, d exam.Draft) (*form.Paper, error) {
	return local.Paper(p.store, form.Kind(kind), d, assets.In(""), p.practice, time.Now())
}

func (p papers) Pages(ctx context.Context, kind present.PaperKind, d exam.Draft, dpi float64) (present.Preview, error) {
	paper, err := p.make(kind, d)
	if err != nil {
		return present.Preview{}, err
	}
	shown := present.Preview{Pages: make([]image.Image, paper.Pages()), Missing: paper.Missing}
	for i := range shown.Pages {
		if ctx.Err() != nil {
			return present.Preview{}, &exam.Error{Kind: exam.KindCanceled, Op: "draw preview", Err: ctx.Err()}
		}
		if shown.Pages[i], err = paper.Image(i, dpi); err != nil {
			return present.Preview{}, err
		}
	}
	return shown, nil
}

func (p papers) PDF(_ context.Context, kind present.PaperKind, d exam.Draft) ([]byte, error) {
	paper, err := p.make(kind, d)
	if err != nil {
		return nil, err
	}
	return paper.PDF()
}

// printers is the system's queue in the words of the presenters.
type printers struct{ local.Printing }

func newPrinters(st *store.Store, practice bool) printers {
	return printers{local.Printing{Store: st, Spooler: local.SystemSpooler(), Words: assets.In(""), Practice: practice}}
}

func (p printers) Names(ctx context.Context) ([]string, error) { return p.Spooler.Printers(ctx) }

func (p printers) Unfinished() (present.PrintJob, bool, int, error) {
	ids, err := p.confirmed()
	if err != nil {
		return present.PrintJob{}, false, 0, err
	}
	j, ok, err := p.Printing.Unfinished()
	return told(j), ok, len(ids), err
}

func told(j local.PrintJob) present.PrintJob {
	return present.PrintJob{Printer: j.Printer, All: len(j.IDs), Printed: j.Printed(), Queued: len(j.Queued), Left: len(j.Left), Doubt: j.Doubt}
}

// confirmed lists the registrations that have a number, by number.
func (p printers) confirmed() (ids []exam.DraftID, err error) {
	const rows = 1000
	for at := 0; ; at += rows {
		page, err := p.Store.List(store.Query{Sort: store.SortNumber, Limit: rows, Offset: at})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rows {
			if r.Number != "" {
				ids = append(ids, r.ID)
			}
		}
		if len(page.Rows) < rows {
			return ids, nil
		}
	}
}

func (p printers) Print(ctx context.Context, printer string, kind present.PaperKind, drafts []exam.DraftID, tell func(present.PrintJob)) error {
	if len(drafts) == 0 {
		var err error
		if drafts, err = p.confirmed(); err != nil {
			return err
		}
	}
	j, err := p.Begin(form.Kind(kind), printer, drafts)
	if err != nil {
		return err
	}
	return p.run(ctx, j, tell)
}

func (p printers) GoOn(ctx context.Context, after string, tell func(present.PrintJob)) error {
	j, ok, err := p.Printing.Unfinished()
	if err != nil || !ok {
		return err
	}
	if after != "" {
		if err := p.After(&j, after); err != nil {
			tell(told(j))
			return err
		}
	}
	return p.run(ctx, j, tell)
}

func (p printers) run(ctx context.Context, j local.PrintJob, tell func(present.PrintJob)) error {
	err := p.Run(ctx, &j, func(j local.PrintJob) { tell(told(j)) })
	tell(told(j))
	return err
}

// reviewer judges papers in the words of the presenters.
type reviewer struct{ local.Reviewer }

func (r reviewer) Code(text string) []present.Verdict {
	return []present.Verdict{r.verdict(r.Reviewer.Code(text))}
}

func (r reviewer) File(data []byte) []present.Verdict {
	var list []present.Verdict
	for _, f := range r.Reviewer.File(data) {
		list = append(list, r.verdict(f))
	}
	return list
}

func (r reviewer) verdict(f form.Finding) present.Verdict {
	v := present.Verdict{Genuine: f.Genuine, Whole: f.File, Practice: f.Practice, Reason: string(f.Reason), Currency: string(f.Current),
		Number: f.Number, Version: f.Version, State: f.State, At: f.At, Differs: f.Differs}
	if d, ok := r.Record(f.Number); ok {
		v.Name, v.Level = d.Document.Name, d.Document.Level
		if n := strings.TrimSpace(d.Document.IDNumber); len(n) > 4 {
			v.IDTail = n[len(n)-4:]
		}
	}
	return v
}
