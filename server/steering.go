package server

import (
	"net/http"
	"time"

	"wenbao/exam"
)

// Verification is how the practice server decides a submission.
type Verification string

const (
	VerifyAtOnce Verification = ""     // approved by the rules, the default
	VerifyByHand Verification = "hand" // waits for a reviewer
	VerifyAsks   Verification = "ask"  // asks for material, with Reason
)

// Steering bends the practice server so that bad days can be rehearsed. The
// zero value is a good day. A server that is not for practice ignores it.
type Steering struct {
	Slow         time.Duration `json:"slow,omitempty"` // added to every answer, at most a minute
	Away         bool          `json:"away,omitempty"` // every request is told to come back later
	Verification Verification  `json:"verification,omitempty"`
	Reason       string        `json:"reason,omitempty"`
	LosePayments bool          `json:"lose_payments,omitempty"` // notices of payment do not arrive
}

// Steer changes how the practice server behaves from now on.
func (s *Server) Steer(to Steering) error {
	if !s.Practice {
		return exam.Errorf(exam.KindState, "steer server", "not a practice server")
	}
	switch to.Verification {
	case VerifyAtOnce, VerifyByHand, VerifyAsks:
	default:
		return exam.Errorf(exam.KindInvalid, "steer server", "no such verification")
	}
	if to.Slow < 0 || to.Slow > time.Minute {
		return exam.Errorf(exam.KindInvalid, "steer server", "slowness outside 0–1 minute")
	}
	s.steering.Store(&to)
	return nil
}

// Steering tells how the server is bent at the moment.
func (s *Server) Steering() Steering { return *s.steering.Load() }

// steered applies the steering to one request.
func (s *Server) steered(r *http.Request) error {
	to := s.steering.Load()
	if to.Away {
		return &comeBack{kind: exam.KindUnreachable, after: 5 * time.Second}
	}
	if to.Slow == 0 {
		return nil
	}
	select {
	case <-time.After(to.Slow):
	case <-r.Context().Done():
	case <-s.closing:
	}
	return nil
}
