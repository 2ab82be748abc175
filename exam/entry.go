package exam

import (
	"encoding/json"
	"time"
)

// SubmitEntry makes the outbox entry of a submission; sub is what [Prepare] gave.
func SubmitEntry(d Draft, sub Submission, at time.Time) Entry {
	e := StepEntry(d, ActionSubmit, sub.Encode(), at)
	e.Files = sub.Files
	return e
}

// StepEntry makes the outbox entry of a later step; content is the method of
// payment for [ActionPay] and nil otherwise.
func StepEntry(d Draft, a Action, content []byte, at time.Time) Entry {
	e := Entry{ID: NewEntryID(), Draft: d.ID, Action: a, Content: content, Queued: at}
	switch {
	case d.Registration == nil:
	case d.Base == nil || a == ActionPay || a == ActionWithdraw:
		e.Base = d.Registration.Version
	default: // nobody hands in or confirms over a change that was not taken in
		e.Base = d.Base.Version
	}
	return e
}

// Waiting is the state of a draft while a step of it waits in the outbox: what
// was never sent is queued, anything else stays where the server has it.
func (s State) Waiting() State {
	if s == StateDraft {
		return StateQueued
	}
	return s
}

// TransportOf says where a draft's bytes are, from the oldest step that waits
// for it (nil for none). That a step is being sent at this very moment
// ([TransportSending]) only the engine knows.
func TransportOf(d Draft, waiting *Entry) Transport {
	switch {
	case waiting != nil && waiting.Aside && waiting.Last == KindConflict:
		return TransportConflict
	case waiting != nil && waiting.Aside:
		return TransportSetAside
	case waiting != nil:
		return TransportWaiting
	case d.Elsewhere() != nil:
		return TransportConflict
	case d.Delivered != nil:
		return TransportDelivered
	}
	return TransportLocal
}

// Read gives what the receipt states without verifying it: for receipts out of
// the store, where only verified ones lie.
func (r Receipt) Read() (Statement, error) {
	var s Statement
	if err := json.Unmarshal(r.Statement, &s); err != nil {
		return Statement{}, &Error{Kind: KindDamaged, Op: "read receipt", Err: err}
	}
	return s, nil
}
