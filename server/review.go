package server

import (
	"context"

	"wenbao/exam"
)

// MaxReason bounds a reviewer's words, in bytes.
const MaxReason = 2000

// Review takes a reviewer's or operator's step on a registration: approve
// ([exam.ActionVerify]), ask, refuse (both with a reason for the candidate), or
// settle a payment whose notice came by other means, or give one up. A step that the state does
// not allow is [exam.KindState].
func (s *Server) Review(ctx context.Context, id exam.DraftID, action exam.Action, reason string) (Record, error) {
	const op = "review"
	actor := exam.Reviewer
	switch action {
	case exam.ActionVerify:
	case exam.ActionSettle, exam.ActionUnpaid:
		actor = exam.System
	case exam.ActionAsk, exam.ActionRefuse:
		if reason == "" {
			return Record{}, exam.Errorf(exam.KindInvalid, op, "a reason is required")
		}
	default:
		return Record{}, exam.Errorf(exam.KindInvalid, op, "no such decision")
	}
	if len(reason) > MaxReason {
		return Record{}, exam.Errorf(exam.KindTooLarge, op, "a reason of %d bytes, at most %d", len(reason), MaxReason)
	}
	var out Record
	var refused error
	err := s.Repository.Decide(ctx, Question{ID: id}, func(h Held) Decision {
		if refused = nil; h.Record == nil {
			refused = exam.Errorf(exam.KindNotFound, op, "no such registration")
			return Decision{}
		}
		l := s.life(h.Record)
		if !l.advance(action, actor, reason) {
			refused = exam.Errorf(exam.KindState, op, "state %s does not allow it", h.Record.State)
			return Decision{}
		}
		l.seal()
		out = l.rec
		return Decision{Record: &l.rec}
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return Record{}, err
	}
	s.hub.tell(out.Owner)
	return out, nil
}
