package presenttest

import (
	"context"
	"image"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
)

// Tray is a printing queue in memory.
type Tray struct {
	Away    bool      // there is no queue on this machine
	Refuses exam.Kind // what handing over fails with; "" nothing
	Job     present.PrintJob
	Open    bool // the job is unfinished
	Ready   int  // confirmed registrations
	Given   []exam.DraftID
	After   string
}

// Names implements [present.Printers].
func (t *Tray) Names(context.Context) ([]string, error) {
	if t.Away {
		return nil, exam.Errorf(exam.KindNotFound, "list printers", "no queue")
	}
	return []string{"HP LaserJet 1020", "Pantum P2500"}, nil
}

// Unfinished implements [present.Printers].
func (t *Tray) Unfinished() (present.PrintJob, bool, int, error) {
	return t.Job, t.Open, t.Ready, nil
}

// Print implements [present.Printers].
func (t *Tray) Print(_ context.Context, printer string, _ present.PaperKind, drafts []exam.DraftID, tell func(present.PrintJob)) error {
	all := len(drafts)
	if all == 0 {
		all = t.Ready
	}
	t.Given = drafts
	return t.print(present.PrintJob{Printer: printer, All: all}, tell)
}

// GoOn implements [present.Printers].
func (t *Tray) GoOn(_ context.Context, after string, tell func(present.PrintJob)) error {
	t.After = after
	return t.print(t.Job, tell)
}

func (t *Tray) print(j present.PrintJob, tell func(present.PrintJob)) error {
	t.Job, t.Open = j, true
	if t.Refuses != "" {
		tell(t.Job)
		return exam.Errorf(t.Refuses, "print", "as the test wants")
	}
	t.Job.Printed, t.Open = t.Job.All, false
	tell(t.Job)
	return nil
}

// Forget implements [present.Printers].
func (t *Tray) Forget() error { t.Open = false; return nil }

// Verdicts are what the fake reviewer says, by the code or the content of a file.
type Verdicts map[string]present.Verdict

// Code implements [present.Reviewer].
func (v Verdicts) Code(text string) []present.Verdict {
	if verdict, ok := v[text]; ok {
		return []present.Verdict{verdict}
	}
	return []present.Verdict{{Reason: "no_code"}}
}

// File implements [present.Reviewer].
func (v Verdicts) File(data []byte) []present.Verdict {
	if verdict, ok := v[string(data)]; ok {
		return []present.Verdict{verdict}
	}
	return []present.Verdict{{Reason: "unreadable"}}
}

// GenuinePaper is the verdict on a made-up candidate's paper.
func GenuinePaper() present.Verdict {
	return present.Verdict{Genuine: true, Whole: true, Currency: "current", Number: "3841260000012345", Version: 3, State: exam.StateVerified,
		At: time.Date(2026, 3, 10, 10, 0, 0, 0, Start.Location()), Name: "李小满", IDTail: "1234", Level: exam.Junior}
}

type paper struct{ w *World }

func (p paper) Pages(_ context.Context, kind present.PaperKind, d exam.Draft, dpi float64) (present.Preview, error) {
	if p.w.Unpaintable {
		return present.Preview{}, exam.Errorf(exam.KindInvalid, "draw paper", "as the test wants")
	}
	if p.w.Paint == nil {
		return present.Preview{Pages: []image.Image{Picture(210, 297)}, Missing: p.w.Missing}, nil
	}
	pages, err := p.w.Paint(kind, d, dpi)
	return present.Preview{Pages: pages, Missing: p.w.Missing}, err
}

func (paper) PDF(context.Context, present.PaperKind, exam.Draft) ([]byte, error) {
	return []byte("%PDF-1.7\n"), nil
}
