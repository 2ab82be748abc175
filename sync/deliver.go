package sync

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// tries is how often one request is made again at once after the line broke
// under it; the outbox's own waiting begins after that.
const tries = 6

// againIn is how soon.
const againIn = 50 * time.Millisecond

// ask makes a request as often as the line makes sense, each time with a place
// in flight and a time-out of its own.
func (e *Engine) ask(ctx context.Context, r request) ([]byte, *failure) {
	return e.askAnew(ctx, func(int) (request, *failure) { return r, nil })
}

// askAnew is [Engine.ask] with a request made for each attempt; the first is 1.
func (e *Engine) askAnew(ctx context.Context, next func(attempt int) (request, *failure)) ([]byte, *failure) {
	began := time.Now()
	for attempt := 1; ; attempt++ {
		r, f := next(attempt)
		if f != nil {
			return nil, f
		}
		if wait := e.line.closedFor(); wait > 0 {
			return nil, &failure{kind: exam.KindUnreachable, err: errors.New("the line is down")}
		}
		e.turnOf(r)
		t, err := e.line.take(ctx, len(r.body)+overhead, attempt)
		if err != nil {
			return nil, &failure{kind: exam.KindCanceled, err: err}
		}
		raw, f := e.client.do(ctx, traced(t), r)
		switch {
		case f == nil:
			t.succeeded()
			return raw, nil
		case f.kind == exam.KindCanceled:
			t.gaveUp()
			return nil, f
		case f.kind == exam.KindUntrusted:
			t.gaveUp()
			e.astray(f)
			return nil, f
		case f.line:
			if t.failed() {
				return nil, f
			}
			if attempt == tries {
				e.line.missed(began)
				return nil, f
			}
			if !pause(ctx, againIn) {
				return nil, &failure{kind: exam.KindCanceled, err: ctx.Err()}
			}
			e.turnOf(r)
		case f.kind == exam.KindUnreachable, f.kind == exam.KindRateLimited:
			t.toldToWait(f.retryAfter)
			return nil, f
		default:
			t.succeeded()
			return nil, f
		}
	}
}

func (e *Engine) turnOf(r request) {
	if e.c.Turn != nil {
		e.c.Turn(r.method, r.path+r.header["Content-Range"], r.body)
	}
}

// astray notes a failure that says that the way does not lead to the server.
func (e *Engine) astray(f *failure) {
	if f.kind == exam.KindUntrusted && f.line {
		e.line.intercepted()
	}
}

// overhead is about what a request's headers weigh.
const overhead = 400

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// deliver brings one entry to the server: its files, then the step, then the
// proof. nil means that the entry has left the outbox.
func (e *Engine) deliver(ctx context.Context, entry exam.Entry) *failure {
	p := e.begin(entry)
	defer e.finish(entry.ID)
	var missing []wire.Lack
	healed := false
	for round := 0; round < 5; round++ {
		inline, f := e.bring(ctx, entry, missing, round > 0, p)
		if f != nil {
			return f
		}
		f = e.step(ctx, entry, inline, p)
		switch {
		case f == nil:
			return nil
		case f.kind == wire.KindLacks:
			missing = f.problem.Lacks
			e.forget(missing)
		case !healed && lost(f, entry):
			healing := e.healOne(ctx, entry.Draft)
			if healing != nil && healing.passing() {
				return healing
			}
			if healed = healing == nil; !healed {
				return f
			}
		default:
			return f
		}
	}
	return &failure{kind: exam.KindInternal, err: errors.New("the server keeps asking for files it was given")}
}

// lost tells that the server knows less than this machine can prove.
func lost(f *failure, entry exam.Entry) bool {
	switch f.kind {
	case exam.KindNotFound:
		return entry.Base > 0
	case exam.KindConflict:
		return f.problem.Current != nil && f.problem.Current.Registration.Version < entry.Base
	}
	return false
}

// step makes the step's request and takes the answer in. When the line breaks
// under it, what arrived of its files does not go again.
func (e *Engine) step(ctx context.Context, entry exam.Entry, inline []wire.File, p *progress) *failure {
	raw, f := e.askAnew(ctx, func(attempt int) (_ request, f *failure) {
		if attempt > 1 && len(inline) > 0 {
			var missing []wire.Lack
			if missing, f = e.askMissing(ctx, entry.Files); f == nil {
				inline, f = e.bring(ctx, entry, missing, true, p)
			}
		}
		return stepRequest(entry, inline), f
	})
	if f != nil {
		return f
	}
	answer, err := wire.Decode[wire.Answer](raw)
	if err != nil {
		return &failure{kind: exam.KindUntrusted, err: err}
	}
	reg, err := e.verified(answer, entry.Draft)
	if err == nil && reg.Version <= entry.Base {
		err = errors.New("the receipt is about a version from before the step")
	}
	if err == nil && entry.Action.Brings() {
		if reg.Digest != exam.Digest(entry.Content) {
			err = errors.New("the receipt is not over the bytes that were sent")
		}
		reg.Content = entry.Content
	}
	if err != nil {
		return &failure{kind: exam.KindUntrusted, err: err}
	}
	if err := e.c.Outbox.Deliver(entry.ID, reg, answer.Receipt); err != nil {
		return &failure{kind: exam.KindOf(err), err: err}
	}
	for _, f := range inline {
		e.holds(f.SHA256)
	}
	return nil
}

func stepRequest(entry exam.Entry, inline []wire.File) request {
	r := request{
		method: http.MethodPost,
		path:   "/v1/registrations/" + string(entry.Draft) + "/" + string(entry.Action),
		header: map[string]string{
			wire.HeaderIdempotency: string(entry.ID),
			"If-Match":             `"` + strconv.Itoa(entry.Base) + `"`,
		},
	}
	switch entry.Action {
	case exam.ActionSubmit:
		r.path = "/v1/registrations/" + string(entry.Draft)
		fallthrough
	case exam.ActionSupplement:
		r.method = http.MethodPut
		r.body, r.mediaType = wire.PackStep(entry.Content, inline)
	case exam.ActionPay:
		r.body, r.mediaType = wire.Encode(wire.Payment{Method: string(entry.Content)}), wire.JSON
	}
	return r
}

// verified checks that an answer is signed by the server, about this
// registration, and says nothing that the signature does not cover.
func (e *Engine) verified(a wire.Answer, id exam.DraftID) (exam.Registration, error) {
	reg := a.Registration.Registration()
	s, err := a.Receipt.Verify(e.c.Keys)
	if err != nil {
		return reg, err
	}
	if s.ID != id || reg.ID != id || s.Number != reg.Number || s.Version != reg.Version || s.State != reg.State || s.Digest != reg.Digest ||
		len(reg.Content) > 0 && exam.Digest(reg.Content) != s.Digest {
		return reg, exam.Errorf(exam.KindUntrusted, "verify answer", "the receipt is about something else")
	}
	return reg, nil
}

// current gives the server's version that a refusal showed, if it is proved.
func (e *Engine) current(f *failure) *exam.Registration {
	if f.problem.Current == nil {
		return nil
	}
	reg, err := e.verified(*f.problem.Current, f.problem.Current.Registration.ID)
	if err != nil {
		return nil
	}
	return &reg
}
