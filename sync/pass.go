package sync

import (
	"context"
	"slices"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// sideBySide is how many registrations are worked on at one time; the line
// decides how many requests of theirs are in flight.
const sideBySide = maxWidth + 4

// farthest is the longest wait that the engine itself ever sets. An entry that
// wants to wait longer was written under another clock, and is due.
const farthest = time.Hour

// pass sends what is due, until nothing is or the line is down. The error says
// why something that is due still waits.
func (e *Engine) pass(ctx context.Context) (Result, error) {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return Result{}, canceled(ctx)
	}
	e.mu.Lock()
	hurry := e.hurry
	e.hurry = false
	e.mu.Unlock()
	p := &pass{e: e, hurry: hurry, known: map[exam.EntryID]bool{}, busy: map[exam.DraftID]bool{}, closed: map[string]bool{}}
	err := p.run(ctx)
	counts, countErr := e.count()
	if err == nil {
		err = countErr
	}
	p.result.Waiting = counts.Waiting
	e.mu.Lock()
	if local(err) {
		e.stuck++
	} else {
		e.stuck = 0
	}
	if e.hurry { // a wish that came meanwhile: this pass has not heeded it
		poke(e.wake)
	}
	e.mu.Unlock()
	e.tell()
	return p.result, err
}

// local tells that a pass ended for this machine's sake: the store cannot keep what
// became of an entry, so that none says when to come back.
func local(err error) bool {
	switch exam.KindOf(err) {
	case "", exam.KindCanceled, exam.KindUnreachable, exam.KindRateLimited, exam.KindUnauthorized, exam.KindUpgrade, exam.KindUntrusted:
		return false
	}
	return true
}

// pass is one going-through of the outbox. Its fields belong to the goroutine
// of run.
type pass struct {
	e      *Engine
	hurry  bool
	known  map[exam.EntryID]bool         // entries taken up or found not due
	queue  []exam.Entry                  // due, one a registration
	behind map[exam.DraftID][]exam.Entry // steps that wait for the one before them
	busy   map[exam.DraftID]bool         // registrations being worked on
	closed map[string]bool               // scopes whose window is closed
	result Result
	err    error // why the pass ends early
}

// done is the end of one entry's work.
type done struct {
	entry exam.Entry
	err   *failure
}

func (p *pass) run(ctx context.Context) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan done)
	flying := 0
	if err := p.look(); err != nil {
		return err
	}
	for {
		for p.err == nil && ctx.Err() == nil && flying < sideBySide && len(p.queue) > 0 && p.open() {
			entry := p.queue[0]
			p.queue = p.queue[1:]
			if p.shut(entry) {
				continue
			}
			p.busy[entry.Draft] = true
			flying++
			go func() { results <- done{entry, p.e.deliver(working, entry)} }()
		}
		if flying == 0 {
			if len(p.queue) > 0 {
				p.err = firstOf(p.err, canceled(ctx))
			}
			return p.err
		}
		select {
		case d := <-results:
			flying--
			delete(p.busy, d.entry.Draft)
			p.end(ctx, d)
		case <-p.e.wake:
			p.err = firstOf(p.err, p.look())
		case <-ctx.Done():
			p.err = firstOf(p.err, canceled(ctx))
			for ; flying > 0; flying-- {
				p.end(ctx, <-results)
			}
			return p.err
		}
		if p.err != nil {
			cancel()
		}
	}
}

// canceled says that ctx has ended; nil while it has not.
func canceled(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return &exam.Error{Kind: exam.KindCanceled, Op: "send", Err: ctx.Err()}
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// open tells whether the line takes requests; when it does not, that is why the
// pass ends.
func (p *pass) open() bool {
	if h := p.e.halted(); h != nil {
		p.err = exam.Errorf(h.Kind, "send", "waits for a person")
		return false
	}
	if p.e.line.closedFor() > 0 {
		p.err = exam.Errorf(exam.KindUnreachable, "send", "the line is down")
		return false
	}
	return true
}

// look reads the outbox and queues, of each registration that nobody works on,
// the oldest step if it is due. An entry that failed in this pass is not taken
// up again by it.
func (p *pass) look() error {
	entries, err := p.e.c.Outbox.Entries()
	if err != nil {
		return err
	}
	p.e.survey(entries)
	slices.SortStableFunc(entries, func(a, b exam.Entry) int { return strings.Compare(string(a.ID), string(b.ID)) })
	seen := map[exam.DraftID]bool{}
	for _, q := range p.queue {
		seen[q.Draft] = true
	}
	p.behind = map[exam.DraftID][]exam.Entry{}
	for _, entry := range entries {
		if seen[entry.Draft] || p.busy[entry.Draft] {
			p.behind[entry.Draft] = append(p.behind[entry.Draft], entry)
			continue
		}
		seen[entry.Draft] = true
		p.take(entry)
	}
	return nil
}

// take queues an entry if it is due and was not tried in this pass.
func (p *pass) take(entry exam.Entry) {
	if !p.known[entry.ID] && !entry.Aside && p.due(entry) {
		p.known[entry.ID] = true
		p.queue = append(p.queue, entry)
	}
}

// follow queues the step that waited for one that went through.
func (p *pass) follow(id exam.DraftID) {
	waiting := p.behind[id]
	for len(waiting) > 0 && p.known[waiting[0].ID] {
		waiting = waiting[1:]
	}
	if len(waiting) > 0 {
		p.behind[id] = waiting[1:]
		p.take(waiting[0])
	}
}

func (p *pass) due(entry exam.Entry) bool {
	wait := entry.Next.Sub(p.e.c.Now())
	return p.hurry || entry.Next.IsZero() || wait <= 0 || wait > farthest
}

// shut sets an entry aside without asking when its window was just found closed.
func (p *pass) shut(entry exam.Entry) bool {
	if len(p.closed) == 0 || entry.Action != exam.ActionSubmit || entry.Base > 0 || entry.Attempts > 0 {
		return false
	}
	sub, err := exam.DecodeSubmission(entry.Content)
	if err != nil || !p.closed[wire.ScopeOf(sub.Document)] {
		return false
	}
	p.aside(entry, exam.KindClosed, closedProblem(), nil)
	return true
}

func closedProblem() []exam.Problem {
	return []exam.Problem{{Field: "area", Rule: "window.closed", Severity: exam.Block}}
}

// end does what the kind of a failure says, and nothing else decides.
func (p *pass) end(ctx context.Context, d done) {
	p.e.ended(d.entry.ID, d.err == nil)
	if d.err == nil {
		p.result.Delivered++
		p.follow(d.entry.Draft)
		return
	}
	switch f := d.err; f.kind {
	case exam.KindCanceled:
	case exam.KindUnreachable, exam.KindRateLimited:
		p.postpone(d.entry, f.kind, max(p.e.line.closedFor(), retryIn))
	case exam.KindUnauthorized, exam.KindUpgrade, exam.KindUntrusted:
		p.postpone(d.entry, f.kind, p.e.stop(f.kind))
		p.err = firstOf(p.err, exam.Errorf(f.kind, "send", "waits for a person"))
	case exam.KindInternal, exam.KindLocked, exam.KindDamaged, exam.KindFull, exam.KindReadOnly:
		p.oops(d.entry, f)
	case exam.KindClosed:
		p.closed[f.problem.Scope] = true
		p.aside(d.entry, f.kind, closedProblem(), nil)
	case exam.KindConflict, exam.KindState:
		current := p.e.current(f)
		p.err = firstOf(p.err, p.e.noteCurrent(current))
		p.aside(d.entry, f.kind, f.problem.Problems, current)
	default:
		p.aside(d.entry, f.kind, f.problem.Problems, nil)
	}
}

// retryIn is the least wait before an entry is tried again.
const retryIn = 2 * time.Second

// oops handles a fault on the server's or this machine's side that concerns one
// entry: again later, but not for ever.
func (p *pass) oops(entry exam.Entry, f *failure) {
	n, enough := p.e.fault(string(entry.ID), f)
	if enough {
		p.aside(entry, f.kind, f.problem.Problems, nil)
		return
	}
	wait := retryIn << (min(n, poison) - 1)
	p.postpone(entry, f.kind, wait+p.e.line.jitter(wait))
}

func (p *pass) postpone(entry exam.Entry, kind exam.Kind, wait time.Duration) {
	err := p.e.c.Outbox.Postpone(entry.ID, kind, p.e.c.Now().Add(min(wait, farthest)))
	if exam.KindOf(err) != exam.KindNotFound {
		p.err = firstOf(p.err, err)
	}
}

func (p *pass) aside(entry exam.Entry, kind exam.Kind, problems []exam.Problem, current *exam.Registration) {
	err := p.e.c.Outbox.SetAside(entry.ID, kind, problems, current)
	switch {
	case exam.KindOf(err) == exam.KindNotFound: // dropped meanwhile
	case err != nil:
		p.err = firstOf(p.err, err)
	case kind == exam.KindConflict:
		p.result.Conflicts++
	default:
		p.result.SetAside++
	}
}
