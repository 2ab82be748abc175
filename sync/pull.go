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

// pullWait is how long the server may hold a question for news.
const pullWait = 50 * time.Second

// pullForever keeps asking for news until ctx ends.
func (e *Engine) pullForever(ctx context.Context) {
	fails := 0
	for ctx.Err() == nil {
		err := e.pullNews(ctx)
		wait := time.Duration(0)
		switch kind := exam.KindOf(err); {
		case err == nil:
			fails = 0
		case kind == exam.KindUnauthorized, kind == exam.KindUpgrade, kind == exam.KindUntrusted:
			e.stop(kind)
			wait = haltFor
		default:
			fails++
			ceiling := min(firstPause<<min(fails, 10), maxPause)
			wait = max(e.line.closedFor(), firstPause+e.line.jitter(ceiling))
		}
		if wait == 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-e.nudge:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

func (e *Engine) pullNews(ctx context.Context) error {
	for {
		more, err := e.pull(ctx, pullWait)
		if err != nil || !more {
			return err
		}
	}
}

// pullAll fetches all there is, without waiting for news.
func (e *Engine) pullAll(ctx context.Context) error {
	for {
		more, err := e.pull(ctx, 0)
		if err != nil {
			return err
		}
		if !more {
			return e.compareIfDue(ctx)
		}
	}
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
		patience, cancel := context.WithTimeout(ctx, wait+30*time.Second)
		defer cancel()
		raw, f = e.client.do(ctx, patience, r) // takes no place from what is being sent
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
	if wait > 0 && !batch.More {
		return false, e.heedEpoch(ctx, batch.Epoch)
	}
	return batch.More, nil
}

// takeIn applies a batch. What is here already does not wait for the exam packs
// that are still to be fetched; the cursor does.
func (e *Engine) takeIn(ctx context.Context, cursor string, batch wire.Changes, updates []exam.Update) error {
	settings, err := e.toldNotices(batch.Notices)
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
