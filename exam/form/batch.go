package form

import (
	"context"
	"io"
	"iter"

	"wenbao/exam"
)

// PerFile is the number of papers in one file of a batch. It bounds memory: a
// file is held until it is complete.
const PerFile = 1000

// Batch writes many papers into as few files as [PerFile] allows. papers is read
// one by one; open gives the file for part 0, 1, … and Batch closes it; after
// each paper that was laid out progress (which may be nil) hears how many there
// are. The first error ends the batch: of papers, of a file, or, after ctx was
// cancelled, [exam.KindCanceled].
func Batch(ctx context.Context, papers iter.Seq2[*Paper, error], open func(part int) (io.WriteCloser, error), progress func(done int)) error {
	var some []*Paper
	part, done := 0, 0
	flush := func() error {
		if len(some) == 0 {
			return nil
		}
		w, err := open(part)
		if err != nil {
			return err
		}
		err = writePDF(w, some, 1)
		if closed := w.Close(); err == nil {
			err = closed
		}
		some = some[:0]
		part++
		return err
	}
	for p, err := range papers {
		if ctx.Err() != nil {
			return &exam.Error{Kind: exam.KindCanceled, Op: "print batch", Err: ctx.Err()}
		}
		if err != nil {
			return err
		}
		some = append(some, p)
		if done++; progress != nil {
			progress(done)
		}
		if len(some) == PerFile {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return &exam.Error{Kind: exam.KindCanceled, Op: "print batch", Err: ctx.Err()}
	}
	return flush()
}
