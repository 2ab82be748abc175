package sync

import (
	"slices"
	"strings"
	"time"

	"wenbao/exam"
)

// Link is how the server can be reached.
type Link string

const (
	Online  Link = "online"
	Offline Link = "offline"
	Busy    Link = "busy"   // the server asks to come back later
	Paused  Link = "paused" // a person has to do something, see Cause
)

// Status is where everything stands. It is a copy.
type Status struct {
	Link        Link
	Cause       exam.Kind // of Paused
	Counts      Counts
	Active      []Progress    // what is being sent, oldest first
	Round       Round         // since the outbox was last empty
	Next        time.Time     // next attempt, by this machine's clock; zero: none needed
	LastSuccess time.Time     // when the server last answered, by this machine's clock
	Rate        float64       // bytes per second, measured; 0 unknown
	Skew        time.Duration // server's clock minus this machine's
	SkewKnown   bool
}

// Counts counts the outbox.
type Counts struct {
	Waiting int // to be sent, those in flight included
	Aside   int // wait for a person
}

// Round is how far the sending has come since the outbox was last empty: steps,
// and bytes of what they bring. What was set aside or dropped does not count.
type Round struct {
	Done, Of    int
	Sent, Bytes int64
}

// round is [Round] while it changes; the engine's mutex guards it.
type round struct {
	Round
	weights map[exam.EntryID]int64 // of the steps that still wait, or whose delivery was not counted yet
	over    bool                   // nothing waited any more
}

// survey counts what came into the outbox, and forgets what left it otherwise
// than by being delivered.
func (e *Engine) survey(entries []exam.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := &e.round
	waits := map[exam.EntryID]bool{}
	for _, entry := range entries {
		if entry.Aside {
			continue
		}
		if r.over {
			*r = round{weights: map[exam.EntryID]int64{}}
		}
		waits[entry.ID] = true
		if _, known := r.weights[entry.ID]; !known {
			w := weight(entry)
			r.weights[entry.ID] = w
			r.Of, r.Bytes = r.Of+1, r.Bytes+w
		}
	}
	for id, w := range r.weights {
		if !waits[id] && !e.leaving[id] {
			delete(r.weights, id)
			r.Of, r.Bytes = r.Of-1, r.Bytes-w
		}
	}
}

// weight is how many bytes an entry brings.
func weight(entry exam.Entry) int64 {
	n := int64(len(entry.Content))
	for _, f := range distinct(entry.Files) {
		n += f.Size
	}
	return n
}

// ended counts an entry that was delivered, and leaves one that was not to the
// next survey.
func (e *Engine) ended(id exam.EntryID, delivered bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.leaving, id)
	if delivered {
		delete(e.stumbles, string(id))
		e.delivered++
	}
	r := &e.round
	if w, ok := r.weights[id]; ok && delivered {
		delete(r.weights, id)
		r.Done, r.Sent = r.Done+1, r.Sent+w
	}
}

// stumble is what is known of an entry or a pack that met faults.
type stumble struct {
	faults    int
	delivered int // entries at the first fault
}

// After poison faults that is given up over which this machine stumbles, or the
// server while it takes others. A server that stumbles over everything is waited for
// until hopeless, which takes six and a half hours at least, ten as a rule.
const (
	poison   = 8
	hopeless = 100
)

// fault counts a fault that an entry or a pack met, unless it says nothing about that.
// It gives how many there were, and whether it is enough; whoever asks again then
// begins anew.
func (e *Engine) fault(name string, f *failure) (faults int, enough bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, known := e.stumbles[name]
	if f.passing() || f.line {
		return s.faults, false
	}
	if !known {
		s.delivered = e.delivered
	}
	s.faults++
	ours, alone := f.problem.Kind == "", e.delivered > s.delivered
	if enough = s.faults >= poison && (ours || alone) || s.faults >= hopeless; enough {
		delete(e.stumbles, name)
	} else {
		e.stumbles[name] = s
	}
	return s.faults, enough
}

// Progress is one entry on its way.
type Progress struct {
	Entry  exam.EntryID
	Draft  exam.DraftID
	Action exam.Action
	Sent   int64 // bytes of files that the server has acknowledged
	Total  int64 // bytes of files
	Pieces int   // requests acknowledged
}

// progress is [Progress] while it changes; the engine's mutex guards it.
type progress struct {
	e *Engine
	Progress
}

func (e *Engine) begin(entry exam.Entry) *progress {
	p := &progress{e: e, Progress: Progress{Entry: entry.ID, Draft: entry.Draft, Action: entry.Action}}
	for _, f := range distinct(entry.Files) {
		p.Total += f.Size
	}
	e.mu.Lock()
	e.active[entry.ID], e.leaving[entry.ID] = p, true
	e.mu.Unlock()
	e.tell()
	return p
}

func (e *Engine) finish(id exam.EntryID) {
	e.mu.Lock()
	delete(e.active, id)
	e.mu.Unlock()
	e.tell()
}

// sent counts a piece that the server has acknowledged.
func (p *progress) sent(n int64) {
	p.e.mu.Lock()
	p.Sent = min(p.Sent+n, p.Total)
	p.Pieces++
	p.e.mu.Unlock()
	p.e.tell()
}

// whole counts a file that the server has already.
func (p *progress) whole(n int64) {
	p.e.mu.Lock()
	p.Sent = min(p.Sent+n, p.Total)
	p.e.mu.Unlock()
}

// count looks at the outbox after a pass: how many wait, and until when.
func (e *Engine) count() (Counts, error) {
	entries, err := e.c.Outbox.Entries()
	if err != nil {
		return Counts{}, err
	}
	var c Counts
	var next time.Time
	now := e.c.Now()
	asides := map[exam.DraftID]bool{}
	for _, entry := range entries {
		if entry.Aside {
			c.Aside++
			asides[entry.Draft] = true
			continue
		}
		c.Waiting++
		at := entry.Next
		if at.Sub(now) > farthest || at.Before(now) {
			at = now
		}
		if !asides[entry.Draft] && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	e.survey(entries)
	e.mu.Lock()
	e.queue, e.next, e.round.over = c, next, c.Waiting == 0
	e.mu.Unlock()
	return c, nil
}

// Status tells where everything stands.
func (e *Engine) Status() Status {
	halt := e.halted()
	rate, down, asked, success := e.line.state()
	closed := e.line.closedFor()
	now := e.c.Now()
	skew, known := e.client.clock()
	e.mu.Lock()
	defer e.mu.Unlock()
	s := Status{Link: Online, Counts: e.queue, Round: e.round.Round, Next: e.next, Rate: rate, Skew: skew, SkewKnown: known}
	if !success.IsZero() {
		s.LastSuccess = now.Add(-time.Since(success))
	}
	for _, p := range e.active {
		s.Active = append(s.Active, p.Progress)
		s.Round.Sent += p.Sent
	}
	slices.SortFunc(s.Active, func(a, b Progress) int { return strings.Compare(string(a.Entry), string(b.Entry)) })
	switch {
	case halt != nil:
		s.Link, s.Cause, s.Next = Paused, halt.Kind, halt.Until
	case down && asked:
		s.Link = Busy
	case down, success.IsZero():
		s.Link = Offline
	}
	if back := now.Add(closed); closed > 0 && back.After(s.Next) && s.Link != Paused {
		s.Next = back
	}
	return s
}

// Subscribe gives a channel that gets a value when [Engine.Status] may have
// changed; values that nobody took are one. cancel ends it.
func (e *Engine) Subscribe() (changes <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	e.mu.Lock()
	e.subs[c] = struct{}{}
	e.mu.Unlock()
	return c, func() {
		e.mu.Lock()
		delete(e.subs, c)
		e.mu.Unlock()
	}
}

func (e *Engine) tell() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.subs {
		poke(c)
	}
}
