package form

import (
	"cmp"
	"context"
	"io"
	"iter"

	"wenbao/exam"
)

// PerFile is the number of papers in one file of a batch. It bounds memory: a
// file's pages are held until it is complete.
const PerFile = 1000

// Batch writes many papers into as few files as [PerFile] allows. papers is read
// one by one; open gives the file for part 0, 1, … and Batch closes it; after
// each paper that was laid out progress (which may be nil) hears how many there
// are. The first error ends the batch: of papers, of a file, or, after ctx was
// cancelled, [exam.KindCanceled].
func Batch(ctx context.Context, papers iter.Seq2[*Paper, error], open func(part int) (io.WriteCloser, error), progress func(done int)) error {
	var current *file
	part, held, done := 0, 0, 0
	flush := func() error {
		if current == nil {
			return nil
		}
		w, err := open(part)
		if err != nil {
			return err
		}
		err = current.end(w)
		if closed := w.Close(); err == nil {
			err = closed
		}
		current, held = nil, 0
		part++
		return err
	}
	canceled := func() error {
		if ctx.Err() == nil {
			return nil
		}
		return &exam.Error{Kind: exam.KindCanceled, Op: "print batch", Err: ctx.Err()}
	}
	for p, err := range papers {
		if err := cmp.Or(canceled(), err); err != nil {
			return err
		}
		if current == nil {
			current = newFile(p, 1)
		}
		if err := current.add(p); err != nil {
			return err
		}
		held++
		if done++; progress != nil {
			progress(done)
		}
		if held == PerFile {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := canceled(); err != nil {
		return err
	}
	return flush()
}
