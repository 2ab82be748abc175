package local

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/store"
)

// Printing prints the papers of many drafts in order through the system's queue
// and keeps a sealed journal of it, so that after a jam or a power cut it goes on
// with the next sheet: what was to be printed, how far the queue has taken it,
// and which of that the queue has not finished.
type Printing struct {
	Store    *store.Store
	Spooler  Spooler
	Words    assets.Words
	Practice bool
}

// PrintJob is what the journal says.
type PrintJob struct {
	Kind    form.Kind      `json:"kind"`
	Printer string         `json:"printer"`
	IDs     []exam.DraftID `json:"ids"`
	Begun   time.Time      `json:"begun"`

	place
}

// place is how far a job is; it is written before and after every paper.
type place struct {
	// Taken counts the papers that the queue has taken or that were left out.
	Taken int `json:"taken"`
	// Handing is set while the paper after Taken is on its way: after a cut nobody
	// knows whether the queue has it, and it is handed over again.
	Handing bool `json:"handing,omitempty"`
	// Doubt counts the papers that may therefore have come out twice.
	Doubt int `json:"doubt,omitempty"`
	// Queued are the papers that the queue had not finished when last asked, by
	// the queue's names.
	Queued []string `json:"queued,omitempty"`
	// Left are papers that could not be laid out, by their place from 0.
	Left []int `json:"left,omitempty"`
}

// Printed counts the papers that the queue has finished.
func (j PrintJob) Printed() int { return j.Taken - len(j.Queued) - len(j.Left) }

// Over tells whether nothing is left to do.
func (j PrintJob) Over() bool { return j.Taken >= len(j.IDs) && len(j.Queued) == 0 }

// MaxPrint bounds a job.
const MaxPrint = 20_000

const (
	jobKey   = "print.job"
	placeKey = "print.place"
	// ahead is how many papers are in the queue at once: enough to keep a printer
	// busy, few enough to be counted again after a jam.
	ahead    = 10
	askEvery = time.Second
)

// Unfinished gives the job that the journal holds; false when there is none.
func (p Printing) Unfinished() (PrintJob, bool, error) {
	const op = "read print journal"
	raw, err := p.Store.Setting(jobKey)
	if err != nil || raw == nil {
		return PrintJob{}, false, err
	}
	at, err := p.Store.Setting(placeKey)
	if err != nil {
		return PrintJob{}, false, err
	}
	var j PrintJob
	if err := json.Unmarshal(raw, &j); err != nil {
		return PrintJob{}, false, &exam.Error{Kind: exam.KindDamaged, Op: op, Err: err}
	}
	if at != nil {
		if err := json.Unmarshal(at, &j.place); err != nil {
			return PrintJob{}, false, &exam.Error{Kind: exam.KindDamaged, Op: op, Err: err}
		}
	}
	if j.Taken < 0 || j.Taken > len(j.IDs) {
		return PrintJob{}, false, exam.Errorf(exam.KindDamaged, op, "paper %d of %d", j.Taken, len(j.IDs))
	}
	return j, true, nil
}

// Begin writes a new job into the journal. While another is unfinished it is
// [exam.KindState].
func (p Printing) Begin(kind form.Kind, printer string, ids []exam.DraftID) (PrintJob, error) {
	const op = "begin printing"
	if len(ids) == 0 || len(ids) > MaxPrint {
		return PrintJob{}, exam.Errorf(exam.KindTooLarge, op, "%d papers; from 1 to %d go at once", len(ids), MaxPrint)
	}
	if j, ok, err := p.Unfinished(); err != nil || ok && !j.Over() {
		if err == nil {
			err = exam.Errorf(exam.KindState, op, "another job is unfinished")
		}
		return PrintJob{}, err
	}
	j := PrintJob{Kind: kind, Printer: printer, IDs: ids, Begun: time.Now().UTC().Truncate(time.Second)}
	// The place of a former job must never be read with the list of the new one.
	if err := p.Forget(); err != nil {
		return PrintJob{}, err
	}
	raw, err := json.Marshal(j)
	if err != nil {
		return PrintJob{}, &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
	}
	return j, p.Store.SetSetting(jobKey, raw)
}

// Forget ends the journal's job; papers that the queue has stay there.
func (p Printing) Forget() error {
	if err := p.Store.SetSetting(jobKey, nil); err != nil {
		return err
	}
	return p.Store.SetSetting(placeKey, nil)
}

// From sets where a job goes on: with paper n, counted from 1. What the queue
// still holds is no longer waited for.
func (j *PrintJob) From(n int) error {
	if n < 1 || n > len(j.IDs) {
		return exam.Errorf(exam.KindInvalid, "go on printing", "paper %d of %d", n, len(j.IDs))
	}
	j.place = place{Taken: n - 1}
	return nil
}

// After sets a job to go on with the paper after the one of a registration
// number, which stands on the last good sheet.
func (p Printing) After(j *PrintJob, number string) error {
	for i, id := range j.IDs {
		if d, err := p.Store.Draft(id); err == nil && d.Number() == number {
			if i+1 == len(j.IDs) {
				j.place = place{Taken: len(j.IDs)}
				return nil
			}
			return j.From(i + 2)
		}
	}
	return exam.Errorf(exam.KindNotFound, "go on printing", "no paper of the job has this number")
}

// Run prints what is left of a job and waits until the queue has finished it.
// progress, which may be nil, hears after every step. A draft that cannot be
// laid out is left out and counted; a queue that refuses, a full disk and a
// cancelled context end the run, and the journal knows where.
func (p Printing) Run(ctx context.Context, j *PrintJob, progress func(PrintJob)) error {
	if progress == nil {
		progress = func(PrintJob) {}
	}
	if j.Handing {
		j.Handing, j.Doubt = false, j.Doubt+1
	}
	for !j.Over() {
		if ctx.Err() != nil {
			return &exam.Error{Kind: exam.KindCanceled, Op: "print", Err: ctx.Err()}
		}
		if err := p.heed(ctx, j); err != nil {
			return err
		}
		progress(*j)
		if j.Taken < len(j.IDs) && len(j.Queued) < ahead {
			if err := p.hand(ctx, j); err != nil {
				return err
			}
			progress(*j)
			continue
		}
		if j.Over() {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(askEvery):
		}
	}
	return p.Forget()
}

// hand lays out the next paper and hands it to the queue.
func (p Printing) hand(ctx context.Context, j *PrintJob) error {
	paper, err := p.lay(j.Kind, j.IDs[j.Taken])
	if err != nil {
		switch exam.KindOf(err) {
		case exam.KindLocked, exam.KindBusy:
			return err
		}
		j.Left = append(j.Left, j.Taken)
		j.Taken++
		return p.write(j)
	}
	j.Handing = true
	if err := p.write(j); err != nil {
		return err
	}
	job, err := p.Spooler.Print(ctx, j.Printer, fmt.Sprintf("wenbao %d/%d", j.Taken+1, len(j.IDs)), paper)
	if err != nil {
		if exam.KindOf(err) != exam.KindCanceled { // refused: the queue does not have it
			j.Handing = false
			_ = p.write(j) // the queue's error is the one to tell
		}
		return err
	}
	j.Taken, j.Handing = j.Taken+1, false
	j.Queued = append(j.Queued, job)
	return p.write(j)
}

func (p Printing) lay(kind form.Kind, id exam.DraftID) (*form.Paper, error) {
	d, err := p.Store.Draft(id)
	if err != nil {
		return nil, err
	}
	return Paper(p.Store, kind, d, p.Words, p.Practice, time.Now())
}

// heed asks the queue what it has finished, once it is full or has all.
func (p Printing) heed(ctx context.Context, j *PrintJob) error {
	if len(j.Queued) == 0 || len(j.Queued) < ahead && j.Taken < len(j.IDs) {
		return nil
	}
	waiting, err := p.Spooler.Waiting(ctx, j.Printer)
	if err != nil {
		return err
	}
	before := len(j.Queued)
	j.Queued = slices.DeleteFunc(slices.Clone(j.Queued), func(job string) bool { return !slices.Contains(waiting, job) })
	if len(j.Queued) == before {
		return nil
	}
	return p.write(j)
}

func (p Printing) write(j *PrintJob) error {
	raw, err := json.Marshal(j.place)
	if err != nil {
		return &exam.Error{Kind: exam.KindInternal, Op: "write print journal", Err: err}
	}
	return p.Store.SetSetting(placeKey, raw)
}
