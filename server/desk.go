package server

import (
	"context"

	"wenbao/exam"
)

// Command is what an operator asks: to list, to show, to decide, to settle a
// payment, or to steer the practice server.
type Command struct {
	Do     string      `json:"do"`               // "list", "show", "decide", "steer", "steering"
	ID     string      `json:"id,omitempty"`     // registration id or number
	Action exam.Action `json:"action,omitempty"` // of "decide": verify, ask, refuse, settle
	Reason string      `json:"reason,omitempty"`
	State  exam.State  `json:"state,omitempty"` // of "list": only this one; "" is what waits for a reviewer
	After  string      `json:"after,omitempty"` // of "list": ids beyond this one
	Steer  *Steering   `json:"steer,omitempty"`
}

// Outcome answers a [Command].
type Outcome struct {
	Rows     []DeskRow          `json:"rows,omitempty"`
	More     bool               `json:"more,omitempty"` // of "list": go on after the last row
	Record   *exam.Registration `json:"record,omitempty"`
	Steering *Steering          `json:"steering,omitempty"`
}

// DeskRow is one registration in a reviewer's list. It bears no name: the list
// says where to look, the record what is there.
type DeskRow struct {
	ID      exam.DraftID `json:"id"`
	Number  string       `json:"registration_number"`
	Version int          `json:"version"`
	State   exam.State   `json:"state"`
	Area    string       `json:"area"`
}

// Desk does operators' commands.
type Desk struct{ s *Server }

// NewDesk makes the desk of a server.
func NewDesk(s *Server) *Desk { return &Desk{s} }

// Do runs one command.
func (d *Desk) Do(ctx context.Context, c Command) (Outcome, error) {
	switch c.Do {
	case "list":
		return d.list(ctx, c)
	case "steer":
		if c.Steer == nil {
			return Outcome{}, exam.Errorf(exam.KindInvalid, "operate", "nothing to steer to")
		}
		return Outcome{Steering: c.Steer}, d.s.Steer(*c.Steer)
	case "steering":
		now := d.s.Steering()
		return Outcome{Steering: &now}, nil
	}
	id, err := d.find(ctx, c.ID)
	if err != nil {
		return Outcome{}, err
	}
	var rec Record
	switch c.Do {
	case "show":
		rec, err = d.s.Repository.Registration(ctx, id)
	case "decide":
		rec, err = d.s.Review(ctx, id, c.Action, c.Reason)
	default:
		err = exam.Errorf(exam.KindInvalid, "operate", "no such command")
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Record: &rec.Registration}, nil
}

// find takes an id or a registration number.
func (d *Desk) find(ctx context.Context, text string) (exam.DraftID, error) {
	if id, err := exam.ParseDraftID(text); err == nil {
		return id, nil
	}
	return d.s.Repository.Number(ctx, text)
}

// deskRows bounds one list; deskLook how many records are read for it.
const (
	deskRows = 500
	deskLook = 1000
)

func (d *Desk) list(ctx context.Context, c Command) (Outcome, error) {
	out := Outcome{Rows: []DeskRow{}}
	after := exam.DraftID(c.After)
	for {
		batch, err := d.s.Repository.List(ctx, after, deskLook)
		if err != nil || len(batch) == 0 {
			return out, err
		}
		for _, rec := range batch {
			after = rec.ID
			if !waits(rec.State, c.State) {
				continue
			}
			if len(out.Rows) == deskRows {
				out.More = true
				return out, nil
			}
			sub, _ := exam.DecodeSubmission(rec.Content)
			out.Rows = append(out.Rows, DeskRow{ID: rec.ID, Number: rec.Number, Version: rec.Version, State: rec.State, Area: sub.Document.Area})
		}
	}
}

func waits(state, want exam.State) bool {
	if want != "" {
		return state == want
	}
	return state == exam.StateManualReview || state == exam.StateSubmitted
}
