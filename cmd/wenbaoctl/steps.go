package main

import (
	"strconv"
	"time"

	"wenbao/exam"
)

func (c *draftSubmit) Run(s *session) error {
	return s.each(c.IDs, s.submit)
}

// submit queues one draft, or lists why it cannot be.
func (s *session) submit(id string) error {
	st, d, err := s.draft(id)
	if err != nil {
		return err
	}
	pack, err := s.pack(d.Document)
	if err != nil {
		return err
	}
	if err := s.allowed(d, exam.ActionSubmit); err != nil {
		return err
	}
	sub, report := exam.Prepare(d, pack, now())
	answer := map[string]any{"id": d.ID, "queued": report.Submittable, "problems": report.Said(s.say).Problems}
	if !report.Submittable {
		s.out.found(exitProblems)
		s.out.record(answer)
		s.out.text("%s\n", s.words.Say("ctl.not_submitted", map[string]string{"id": id, "problems": strconv.Itoa(blocking(report.Problems))}))
		for _, p := range report.Problems {
			if p.Severity == exam.Block {
				s.out.text("  %s: %s\n", s.fieldName(p.Field), p.Message(s.say))
			}
		}
		return nil
	}
	if _, err := st.Queue(exam.SubmitEntry(d, sub, time.Now()), d.State.Waiting()); err != nil {
		return err
	}
	s.out.record(answer)
	s.out.text("%s\n", s.words.Say("ctl.queued", map[string]string{"id": id}))
	return nil
}

// allowed tells why a step cannot be taken now.
func (s *session) allowed(d exam.Draft, a exam.Action) error {
	pack, err := s.pack(d.Document)
	if err != nil {
		return err
	}
	if _, ok := pack.Next(d.Document.Area, d.State, a, exam.Candidate); ok {
		return nil
	}
	return &said{exam.KindState, "ctl.step_refused", map[string]string{
		"step": s.words.Say("ctl.action." + string(a)), "state": s.words.Say("ctl.state." + string(d.State)),
	}}
}

// step queues a later step of a registration.
func (s *session) step(id string, a exam.Action, content []byte) error {
	st, d, err := s.draft(id)
	if err != nil {
		return err
	}
	if err := s.allowed(d, a); err != nil {
		return err
	}
	if _, err := st.Queue(exam.StepEntry(d, a, content, time.Now()), d.State); err != nil {
		return err
	}
	s.out.record(map[string]any{"id": d.ID, "queued": true})
	s.out.text("%s\n", s.words.Say("ctl.step_queued", map[string]string{"id": id, "step": s.words.Say("ctl.action." + string(a))}))
	return nil
}

func (c *draftConfirm) Run(s *session) error { return s.step(c.ID, exam.ActionConfirm, nil) }

func (c *draftPay) Run(s *session) error { return s.step(c.ID, exam.ActionPay, []byte(c.Method)) }

func (c *draftWithdraw) Run(s *session) error { return s.step(c.ID, exam.ActionWithdraw, nil) }

// statusLine is one line of `status --json`.
type statusLine struct {
	ID        exam.DraftID   `json:"id"`
	State     exam.State     `json:"state"`
	Transport exam.Transport `json:"transport"`
	Number    string         `json:"registration_number"`
	Version   int            `json:"version"`
	Next      string         `json:"next"`
	Receipt   *receiptLine   `json:"receipt"`
}

type receiptLine struct {
	KeyID    string `json:"key_id"`
	SignedAt string `json:"signed_at"`
	Digest   string `json:"digest"`
}

func (c *statusCommand) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	entries, err := st.Entries()
	if err != nil {
		return err
	}
	ids := c.IDs
	if len(ids) == 0 {
		list, err := summaries(st, "", "")
		if err != nil {
			return err
		}
		for _, d := range list {
			ids = append(ids, string(d.ID))
		}
	}
	if len(ids) == 0 {
		s.out.say("ctl.list_empty")
	}
	return s.each(ids, func(id string) error { return s.status(id, entries) })
}

func (s *session) status(id string, entries []exam.Entry) error {
	_, d, err := s.draft(id)
	if err != nil {
		return err
	}
	entry := oldestOf(entries, d.ID)
	line := statusLine{ID: d.ID, State: d.State, Transport: exam.TransportOf(d, entry), Number: d.Number(), Next: s.nextStep(d, entry)}
	if d.Registration != nil {
		line.Version = d.Registration.Version
	}
	if d.Delivered != nil {
		if line.Receipt, err = receiptOf(*d.Delivered); err != nil {
			return err
		}
	}
	s.out.record(line)
	s.out.text("%s  %s  %s  %s\n    %s\n", d.ID, s.words.Say("ctl.state."+string(d.State)), s.words.Say("ctl.transport."+string(line.Transport)), line.Number, line.Next)
	return nil
}

// receiptOf reads what a receipt in the store states; it was verified before it
// was put there.
func receiptOf(r exam.Receipt) (*receiptLine, error) {
	st, err := r.Read()
	if err != nil {
		return nil, err
	}
	return &receiptLine{r.KeyID, st.SignedAt.UTC().Format(time.RFC3339), st.Digest}, nil
}

// oldestOf finds the oldest step of a draft that waits, nil if none does; the
// entries are the outbox's, oldest first.
func oldestOf(entries []exam.Entry, id exam.DraftID) *exam.Entry {
	for _, e := range entries {
		if e.Draft == id {
			return &e
		}
	}
	return nil
}

// nextStep says what happens next, or what the candidate can do.
func (s *session) nextStep(d exam.Draft, e *exam.Entry) string {
	if e == nil {
		return s.words.Say("ctl.then." + string(d.State))
	}
	args := map[string]string{"step": s.words.Say("ctl.action." + string(e.Action)), "at": e.Next.Local().Format(time.TimeOnly)}
	if e.Last != "" {
		args["reason"] = s.words.Say("ctl.error." + string(e.Last))
	}
	switch {
	case e.Aside && e.Last == exam.KindConflict:
		return s.words.Say("ctl.then_conflict", args)
	case e.Aside:
		if len(e.Problems) > 0 {
			args["reason"] = e.Problems[0].Message(s.say)
		}
		return s.words.Say("ctl.then_aside", args)
	case e.Attempts == 0:
		return s.words.Say("ctl.then_first", args)
	}
	return s.words.Say("ctl.then_again", args)
}
