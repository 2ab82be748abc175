package local

import (
	"context"

	"wenbao/exam/form"
)

// Spooler is the system's printing queue.
type Spooler interface {
	// Printers names the printers, the usual one first. Without a queue on this
	// machine it is [exam.KindNotFound].
	Printers(ctx context.Context) ([]string, error)
	// Print hands a paper over under a title without personal data and gives the
	// queue's name for it. A printer that the queue does not know is
	// [exam.KindNotFound], one that takes nothing [exam.KindUnreachable].
	Print(ctx context.Context, printer, title string, p *form.Paper) (job string, err error)
	// Waiting lists what the queue of a printer has not finished.
	Waiting(ctx context.Context, printer string) (jobs []string, err error)
}
