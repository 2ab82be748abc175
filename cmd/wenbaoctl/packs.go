package main

import (
	"crypto/ed25519"
	"errors"
	"strconv"
	"strings"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

func (c *packShow) Run(s *session) error {
	if c.Pack == "" {
		for _, p := range local.Packs() {
			s.packLine(p)
		}
		return nil
	}
	raw, ok := assets.Pack(c.Pack)
	if !ok {
		var err error
		raw, err = readBounded(c.Pack, exam.MaxPackBytes)
		var cannot *said
		if errors.As(err, &cannot) && cannot.kind == exam.KindTooLarge {
			return err
		} else if err != nil {
			return &said{exam.KindNotFound, "ctl.pack_unknown", map[string]string{"pack": shorten(c.Pack), "packs": strings.Join(assets.PackIDs(), ", ")}}
		}
	}
	p, err := s.readPack(c.Pack, raw)
	if err != nil {
		return err
	}
	s.out.record(p)
	s.packLine(p)
	if !s.JSON {
		s.showPack(p)
	}
	return nil
}

// readPack reads an exam pack out of a file's bytes.
func (s *session) readPack(name string, raw []byte) (*exam.Pack, error) {
	p, err := exam.ParsePack(raw)
	if exam.KindOf(err) == exam.KindInvalid {
		return nil, &said{exam.KindInvalid, "ctl.pack_wrong", map[string]string{"file": name, "reason": s.out.why(err)}}
	}
	return p, err
}

// packLine prints one pack in one line.
func (s *session) packLine(p *exam.Pack) {
	s.out.text("%s  %s  %s\n", p.ID, p.Title.In(s.words.Lang()), s.words.Say("ctl.pack_line", map[string]string{"version": strconv.Itoa(p.Version), "areas": strconv.Itoa(len(p.Areas))}))
}

// showPack prints what people ask a pack: levels and subjects, and the areas
// with their registration windows.
func (s *session) showPack(p *exam.Pack) {
	lang := s.words.Lang()
	s.out.text("\n%s\n\n", p.About.In(lang))
	for _, l := range p.Levels {
		s.out.text("%s  %s\n", l.ID, l.Name.In(lang))
		for _, sub := range l.Subjects {
			s.out.text("    %s  %s\n", sub.ID, sub.Name.In(lang))
		}
	}
	s.out.text("\n")
	for _, a := range p.Areas {
		s.out.text("%s  %s  %s\n", a.ID, a.Name.In(lang), s.window(p, a.ID))
	}
}

// window says when registration is open in an area, or that it is not known.
func (s *session) window(p *exam.Pack, area string) string {
	w, known := p.WindowsOf(area, "")
	if !known || w.Registration.Opens == "" && w.Registration.Closes == "" {
		return s.words.Say("ctl.window_unknown")
	}
	return s.words.Say("ctl.window", map[string]string{"opens": string(w.Registration.Opens), "closes": string(w.Registration.Closes)})
}

func (c *packVerify) Run(s *session) error {
	raw, err := readBounded(c.File, exam.MaxPackBytes)
	if err != nil {
		return err
	}
	signature, err := readBounded(c.File+".sig", 4096)
	if err != nil {
		return err
	}
	p, err := exam.VerifyPack(raw, signature, signers())
	if exam.KindOf(err) == exam.KindUntrusted {
		s.out.record(map[string]any{"valid": false, "reason": s.out.why(err)})
		s.out.text("%s\n", s.words.Say("ctl.pack_bad", map[string]string{"reason": s.out.why(err)}))
		s.out.found(exitProblems)
		return nil
	}
	if err != nil {
		return err
	}
	s.out.record(map[string]any{"valid": true, "id": p.ID, "version": p.Version, "sample": p.Sample})
	s.out.text("%s\n", s.words.Say("ctl.pack_good", map[string]string{"id": p.ID, "version": strconv.Itoa(p.Version)}))
	if p.Sample {
		s.out.say("ctl.pack_sample")
	}
	return nil
}

// signers gives the keys that the shipped packs name for their next editions.
func signers() []ed25519.PublicKey {
	var keys []ed25519.PublicKey
	for _, p := range local.Packs() {
		for _, line := range p.Signers {
			if key, err := exam.ParsePublicKey([]byte(line)); err == nil {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// Run judges every draft by a newer edition of its pack and lists those whose
// verdict turns, and why; nothing is changed.
func (c *packJudge) Run(s *session) error {
	raw, err := readBounded(c.File, exam.MaxPackBytes)
	if err != nil {
		return err
	}
	next, err := s.readPack(c.File, raw)
	if err != nil {
		return err
	}
	held, err := s.pack(exam.Document{Exam: next.Exam, Year: next.Year})
	if err != nil {
		return err
	}
	st, err := s.store()
	if err != nil {
		return err
	}
	list, err := summaries(st, "", "")
	if err != nil {
		return err
	}
	turned := 0
	var failed error
	drafts := func(yield func(exam.Draft) bool) {
		for _, row := range list {
			d, err := st.Draft(row.ID)
			if err != nil {
				failed = err
				return
			}
			if !yield(d) {
				return
			}
		}
	}
	for t := range exam.Rejudge(drafts, held, next, now()) {
		turned++
		s.showTurn(t)
	}
	s.out.say("ctl.judged", map[string]string{"drafts": strconv.Itoa(len(list)), "turned": strconv.Itoa(turned), "version": strconv.Itoa(next.Version)})
	return failed
}

// showTurn prints one draft whose verdict turns.
func (s *session) showTurn(t exam.Turn) {
	var why []string
	for _, p := range t.Why() {
		why = append(why, p.Said(s.say))
	}
	came := exam.Report{Problems: t.Came}.Said(s.say).Problems
	s.out.record(map[string]any{
		"id": t.ID, "before": t.Before.Eligibility.Verdict, "after": t.After.Eligibility.Verdict,
		"submittable_before": t.Before.Submittable, "submittable_after": t.After.Submittable, "why": why, "came": came,
	})
	s.out.text("%s\n", t.ID)
	for _, w := range why {
		s.out.text("  %s\n", w)
	}
	for _, p := range came {
		s.out.text("  %s: %s\n", s.fieldName(p.Field), p.Message)
	}
}

func (c *loginCommand) Run(s *session) error {
	s.out.record(map[string]any{"required": false})
	s.out.text("%s\n", s.words.Say("ctl.login_none"))
	return nil
}
