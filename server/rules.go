package server

import (
	"strconv"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Rules judges a submission. [NewPackRules] gives the real ones.
type Rules interface {
	// Judge says all there is to say about a submission. Windows are not its
	// question.
	Judge(s exam.Submission) exam.Report
	// Closed tells whether the window for a candidate's step is known and shut
	// at a time, and the scope it is shut for, see [wire.ScopeOf].
	Closed(d exam.Document, action exam.Action, now time.Time) (scope string, closed bool)
	// Locked lists what a submission changes though the state of what is held
	// does not allow it.
	Locked(state exam.State, held, next exam.Submission) []exam.Problem
	// Next is the table of states with the policy of the document's area.
	Next(d exam.Document, from exam.State, action exam.Action, actor exam.Actor) (exam.State, bool)
	// Overdue tells whether a registration can no longer be completed: it is
	// in a state that time ends, and the last day of its area for paying is
	// known and over.
	Overdue(d exam.Document, state exam.State, now time.Time) bool
	// Adopt takes a later edition of a pack that the rules have, signed by one
	// of its signers; see [exam.Pack.Succeed] for what is refused.
	Adopt(raw, signature []byte) (*exam.Pack, error)
	// Adoptable gives the edition that Adopt would take, and takes nothing.
	Adoptable(raw, signature []byte) (*exam.Pack, error)
}

// packRules are the rules that clients run too, with the server's edition of
// the pack: the verdict at the kitchen table is the verdict here.
type packRules struct {
	mu    sync.RWMutex
	packs map[string]*exam.Pack
}

// NewPackRules makes rules of exam packs, of which the newest edition of each
// exam and year counts.
func NewPackRules(packs ...*exam.Pack) Rules {
	r := &packRules{packs: map[string]*exam.Pack{}}
	for _, p := range packs {
		if old := r.pack(p.Exam, p.Year); old == nil || old.Version < p.Version {
			r.packs[packKey(p.Exam, p.Year)] = p
		}
	}
	return r
}

func (r *packRules) pack(exam string, year int) *exam.Pack {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.packs[packKey(exam, year)]
}

// Adopt implements [Rules].
func (r *packRules) Adopt(raw, signature []byte) (*exam.Pack, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next, err := r.successor(raw, signature)
	if err == nil {
		r.packs[packKey(next.Exam, next.Year)] = next
	}
	return next, err
}

// Adoptable implements [Rules].
func (r *packRules) Adoptable(raw, signature []byte) (*exam.Pack, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.successor(raw, signature)
}

// successor reads an edition that may follow one of those here. The caller holds
// the lock.
func (r *packRules) successor(raw, signature []byte) (*exam.Pack, error) {
	next, err := exam.ParsePack(raw)
	if err != nil {
		return nil, err
	}
	p := r.packs[packKey(next.Exam, next.Year)]
	if p == nil {
		return nil, exam.Errorf(exam.KindUntrusted, "update exam pack", "no edition of it is here that could name its signer")
	}
	return p.Succeed(raw, signature)
}

func packKey(exam string, year int) string { return exam + "/" + strconv.Itoa(year) }

// Judge implements [Rules].
func (r *packRules) Judge(s exam.Submission) exam.Report {
	p := r.pack(s.Document.Exam, s.Document.Year)
	if p == nil {
		return exam.Report{Problems: []exam.Problem{{Field: "exam", Rule: "exam.unknown", Severity: exam.Block}}}
	}
	files := s.Files
	if files == nil {
		files = []exam.File{}
	}
	return exam.Check(s.Document, files, p, exam.Moment{})
}

// Locked implements [Rules].
func (r *packRules) Locked(state exam.State, held, next exam.Submission) []exam.Problem {
	if p := r.pack(held.Document.Exam, held.Document.Year); p != nil {
		return p.Locked(state, held, next)
	}
	return nil
}

// Next implements [Rules].
func (r *packRules) Next(d exam.Document, from exam.State, action exam.Action, actor exam.Actor) (exam.State, bool) {
	if p := r.pack(d.Exam, d.Year); p != nil {
		return p.Next(d.Area, from, action, actor)
	}
	return exam.Next(from, action, actor)
}

// Overdue implements [Rules]. Where no last day for paying is published nothing
// ends by itself, and neither does a payment under way: its notice may be late.
func (r *packRules) Overdue(d exam.Document, state exam.State, now time.Time) bool {
	p := r.pack(d.Exam, d.Year)
	if p == nil {
		return false
	}
	if _, ends := p.Next(d.Area, state, exam.ActionExpire, exam.System); !ends {
		return false
	}
	w, known := p.WindowsOf(d.Area, d.City)
	closes, set := w.Payment.Closes.End()
	return known && set && !now.Before(closes)
}

// Closed implements [Rules]: a submission by the registration window, a payment
// by the payment window, other steps by none. What is not published blocks
// nobody.
func (r *packRules) Closed(d exam.Document, action exam.Action, now time.Time) (string, bool) {
	p := r.pack(d.Exam, d.Year)
	if p == nil {
		return "", false
	}
	w, known := p.WindowsOf(d.Area, d.City)
	if !known {
		return "", false
	}
	span := w.Registration
	switch action {
	case exam.ActionSubmit, exam.ActionConfirm:
	case exam.ActionPay:
		span = w.Payment
	default:
		return "", false
	}
	if opens, ok := span.Opens.Begin(); ok && now.Before(opens) {
		return wire.ScopeOf(d), true
	}
	closes, ok := span.Closes.End()
	return wire.ScopeOf(d), ok && !now.Before(closes)
}
