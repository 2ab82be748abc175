package server

import (
	"context"
	"crypto/ed25519"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Command is what an operator asks: to list, to show, to decide, to settle a
// payment, or to steer the practice server.
type Command struct {
	Do     string      `json:"do"`               // "list", "show", "decide", "publish", "published", "steer", "steering"
	ID     string      `json:"id,omitempty"`     // registration id or number
	Action exam.Action `json:"action,omitempty"` // of "decide": verify, ask, refuse, settle
	Reason string      `json:"reason,omitempty"`
	State  exam.State  `json:"state,omitempty"` // of "list": only this one; "" is what waits for a reviewer
	After  string      `json:"after,omitempty"` // of "list": ids beyond this one
	Steer  *Steering   `json:"steer,omitempty"`

	Notice    *exam.Notice `json:"notice,omitempty"`    // of "publish"
	Pack      []byte       `json:"pack,omitempty"`      // of "publish", instead: the exact bytes of an edition
	Signature []byte       `json:"signature,omitempty"` // of the edition
}

// Outcome answers a [Command].
type Outcome struct {
	Rows     []DeskRow          `json:"rows,omitempty"`
	More     bool               `json:"more,omitempty"` // of "list": go on after the last row
	Record   *exam.Registration `json:"record,omitempty"`
	Verdict  *wire.Verdict      `json:"verdict,omitempty"` // of "show": what the rules say today, with the reckoning
	Steering *Steering          `json:"steering,omitempty"`
	Notices  []exam.Notice      `json:"notices,omitempty"` // of "publish" and "published"
	Packs    []wire.PackEdition `json:"packs,omitempty"`
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
	case "publish":
		return d.publish(ctx, c)
	case "published":
		return d.published(ctx)
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
	out := Outcome{Record: &rec.Registration}
	if sub, err := exam.DecodeSubmission(rec.Content); c.Do == "show" && err == nil {
		v := wire.FromReport(d.s.Rules.Judge(sub))
		out.Verdict = &v
	}
	return out, nil
}

func (d *Desk) publish(ctx context.Context, c Command) (out Outcome, err error) {
	switch {
	case c.Notice != nil:
		var n exam.Notice
		n, err = d.s.PublishNotice(ctx, *c.Notice)
		out.Notices = append(out.Notices, n)
	case c.Pack != nil:
		var e wire.PackEdition
		e, err = d.s.PublishPack(ctx, c.Pack, c.Signature)
		out.Packs = append(out.Packs, e)
	default:
		err = exam.Errorf(exam.KindInvalid, "publish", "neither a notice nor a pack")
	}
	return out, err
}

func (d *Desk) published(ctx context.Context) (out Outcome, err error) {
	list, err := d.s.published(ctx)
	for _, p := range list {
		if p.Pack != nil {
			out.Packs = append(out.Packs, *p.Pack)
			continue
		}
		n, err := p.Notice.Verify(append([]ed25519.PublicKey{d.s.Public()}, d.s.Former...))
		if err != nil {
			return Outcome{}, err
		}
		out.Notices = append(out.Notices, n)
	}
	return out, err
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
	waits := []exam.State{exam.StateManualReview, exam.StateSubmitted}
	if c.State != "" {
		waits = []exam.State{c.State}
	}
	for {
		batch, err := d.s.Repository.List(ctx, after, deskLook, waits...)
		if err != nil || len(batch) == 0 {
			return out, err
		}
		for _, rec := range batch {
			after = rec.ID
			if len(out.Rows) == deskRows {
				out.More = true
				return out, nil
			}
			sub, _ := exam.DecodeSubmission(rec.Content)
			out.Rows = append(out.Rows, DeskRow{ID: rec.ID, Number: rec.Number, Version: rec.Version, State: rec.State, Area: sub.Document.Area})
		}
	}
}
