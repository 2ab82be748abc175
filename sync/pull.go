package sync

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// pullWait is how long the server may hold a question for news; after a question
// that broke it is asked for less, since something on the way may bear no more.
const (
	pullWait  = 50 * time.Second
	leastWait = 10 * time.Second
)

// pullForever keeps asking for news until ctx ends. The first question, and the
// one after a break, is answered at once and tells whether the line is up.
func (e *Engine) pullForever(ctx context.Context) {
	wait := time.Duration(0)
	fails := 0
	for ctx.Err() == nil {
		err := e.pullNews(ctx, wait)
		switch kind := exam.KindOf(err); {
		case err == nil:
			fails, wait = 0, min(max(2*wait, leastWait), pullWait)
			e.compareSoon(ctx)
		case kind == exam.KindUnauthorized, kind == exam.KindUpgrade, kind == exam.KindUntrusted:
			wait = 0
			e.rest(ctx, e.stop(kind))
		case wait > 0 && kind == exam.KindUnreachable && e.line.closedFor() == 0:
			wait = 0 // looks at once whether the line is there
		default:
			wait = 0
			fails++
			ceiling := min(firstPause<<min(fails, 10), maxPause)
			e.rest(ctx, max(e.line.closedFor(), firstPause+e.line.jitter(ceiling)))
		}
		e.tell()
	}
}

// rest waits to be nudged, at most d.
func (e *Engine) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-e.nudge:
	case <-ctx.Done():
	}
}

func (e *Engine) pullNews(ctx context.Context, wait time.Duration) error {
	for {
		more, err := e.pull(ctx, wait)
		if err != nil || !more {
			return err
		}
	}
}

// pullAll fetches all there is, without waiting for news, and compares once a day.
func (e *Engine) pullAll(ctx context.Context) error {
	if err := e.pullNews(ctx, 0); err != nil {
		return err
	}
	return e.compareIfDue(ctx)
}

// pull fetches one batch of changes and takes it in with its cursor. A batch of
// which one receipt does not verify is refused whole.
func (e *Engine) pull(ctx context.Context, wait time.Duration) (more bool, err error) {
	cursor, err := e.c.Feed.Cursor()
	if err != nil {
		return false, err
	}
	q := url.Values{"wait": {strconv.Itoa(int(wait / time.Second))}}
	if cursor != "" {
		q.Set("after", cursor)
	}
	r := request{method: http.MethodGet, path: "/v1/changes?" + q.Encode()}
	var raw []byte
	var f *failure
	if wait > 0 {
		raw, f = e.hang(ctx, r, wait)
	} else {
		raw, f = e.ask(ctx, r)
	}
	if f != nil {
		return false, f.domain("fetch changes")
	}
	batch, err := wire.Decode[wire.Changes](raw)
	if err != nil {
		return false, err
	}
	var updates []exam.Update
	for _, a := range batch.Answers {
		reg, err := e.verified(a, a.Registration.ID)
		if err != nil {
			return false, err
		}
		updates = append(updates, exam.Update{Registration: reg, Receipt: a.Receipt})
	}
	if err := e.takeIn(ctx, cursor, batch, updates); err != nil {
		return false, err
	}
	if batch.More && batch.Next != cursor { // or it would never end
		return true, nil
	}
	e.fetchFiles(ctx)
	return false, e.heedEpoch(batch.Epoch)
}

// hang makes a request that the server may hold: it takes no place from what is
// being sent, and teaches nothing but whether the server is there.
func (e *Engine) hang(ctx context.Context, r request, wait time.Duration) ([]byte, *failure) {
	patience, cancel := context.WithTimeout(ctx, wait+30*time.Second)
	defer cancel()
	raw, f := e.client.do(ctx, patience, r)
	switch {
	case f == nil:
		if e.line.heard() { // it was taken for down
			e.hurryUp()
		}
	case f.retryAfter > 0:
		e.line.told(f.retryAfter)
	default:
		e.astray(f)
	}
	return raw, f
}

// takeIn applies a batch. What is here already does not wait for the exam packs
// that are still to be fetched; the cursor does.
func (e *Engine) takeIn(ctx context.Context, cursor string, batch wire.Changes, updates []exam.Update) error {
	e.taking.Lock()
	defer e.taking.Unlock()
	settings, err := e.toldNotices(batch.Notices)
	if err == nil {
		err = e.noteFiles(updates, settings)
	}
	if err != nil {
		return err
	}
	if len(batch.Packs) > 0 {
		if len(updates)+len(settings) > 0 {
			if err := e.c.Feed.Apply(cursor, updates, settings); err != nil {
				return err
			}
		}
		updates = nil
		if settings, err = e.toldPacks(ctx, batch.Packs); err != nil {
			return err
		}
	}
	if batch.Next == cursor && len(updates)+len(settings) == 0 {
		return nil
	}
	if err := e.c.Feed.Apply(batch.Next, updates, settings); err != nil {
		return err
	}
	e.tell()
	return nil
}

// domain gives a failure as an error of the domain.
func (f *failure) domain(op string) error {
	return &exam.Error{Kind: f.kind, Op: op, Err: errors.New(f.err.Error())}
}
