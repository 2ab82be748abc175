package server

import (
	"context"
	"errors"
	"time"

	"wenbao/exam"
)

const (
	// UnnamedFor is how long bytes stay that no registration names: longer than
	// a client goes on trying to send the rest.
	UnnamedFor = 14 * 24 * time.Hour
	// AnsweredFor is how long an answer is given again to the same idempotency
	// key: longer than a registration's year, so that a machine which was put
	// away with a full outbox still gets its answers. Afterwards the version in
	// If-Match alone keeps a step from being taken twice.
	AnsweredFor = 400 * 24 * time.Hour
)

// tidyBatch bounds what is done in one transaction.
const tidyBatch = 500

// Tidy does what time alone brings about: registrations that nobody can
// complete any more expire, answers and uploads that nobody can ask for are
// forgotten. Several copies of the server may do so at the same time.
func (s *Server) Tidy(ctx context.Context) error {
	now := s.Now()
	return errors.Join(s.expire(ctx, now),
		batches(func() (int, error) { return s.Repository.Forget(ctx, now.Add(-AnsweredFor), tidyBatch) }),
		batches(func() (int, error) { return s.Repository.Sweep(ctx, now.Add(-UnnamedFor), tidyBatch) }))
}

// batches repeats until a batch is not full.
func batches(do func() (int, error)) error {
	for {
		if n, err := do(); err != nil || n < tidyBatch {
			return err
		}
	}
}

// expire ends the registrations that are overdue. A practice server has no
// windows, and nothing expires there.
func (s *Server) expire(ctx context.Context, now time.Time) error {
	if s.Practice {
		return nil
	}
	if _, err := s.published(ctx); err != nil { // the newest edition may have moved the days
		return err
	}
	for after := exam.DraftID(""); ; {
		batch, err := s.Repository.List(ctx, after, tidyBatch, exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials,
			exam.StateVerified, exam.StateConfirmed)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, rec := range batch {
			after = rec.ID
			if !s.overdue(&rec, now) {
				continue
			}
			if err := s.expireOne(ctx, rec.ID, now); err != nil {
				return err
			}
		}
	}
}

func (s *Server) overdue(rec *Record, now time.Time) bool {
	sub, err := exam.DecodeSubmission(rec.Content)
	return err == nil && s.Rules.Overdue(sub.Document, rec.State, now)
}

// expireOne looks again in the transaction that writes: the candidate may have
// paid since.
func (s *Server) expireOne(ctx context.Context, id exam.DraftID, now time.Time) error {
	var ended *Record
	err := s.Repository.Decide(ctx, Question{ID: id}, func(h Held) Decision {
		if ended = nil; h.Record == nil || !s.overdue(h.Record, now) {
			return Decision{}
		}
		l := s.life(h.Record)
		if !l.advance(exam.ActionExpire, exam.System, "") {
			return Decision{}
		}
		l.seal()
		ended = &l.rec
		return Decision{Record: ended}
	})
	if err == nil && ended != nil {
		s.hub.tell(ended.Owner)
	}
	return err
}
