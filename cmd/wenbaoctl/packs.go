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

// showPack prints what people ask a pack: levels and subjects, and for every
// area its windows, its fees, and what an earlier year had. What is not known is
// said to be so.
func (s *session) showPack(p *exam.Pack) {
	lang := s.words.Lang()
	s.out.text("\n%s\n%s\n", p.About.In(lang), p.Residence.In(lang))
	for _, l := range p.PassLines {
		s.out.text("%s (%d):", l.Name.In(lang), l.Year)
		for _, level := range p.Levels {
			if mark, ok := l.Marks[level.ID]; ok {
				s.out.text(" %s %d", level.Grade.In(lang), mark)
			}
		}
		s.out.text("\n")
	}
	s.out.text("\n")
	for _, l := range p.Levels {
		s.out.text("%s  %s\n", l.ID, l.Name.In(lang))
		for _, sub := range l.Subjects {
			s.out.text("    %s  %s  %s\n", sub.ID, sub.Name.In(lang), s.instant(sub.Starts))
		}
	}
	s.out.text("\n")
	for i := range p.Areas {
		s.showArea(p, &p.Areas[i])
	}
}

func (s *session) showArea(p *exam.Pack, a *exam.Area) {
	lang := s.words.Lang()
	var w exam.Windows
	if a.Windows != nil {
		w = *a.Windows
	}
	s.out.text("%s  %s  %s\n", a.ID, a.Name.In(lang), s.windows(w))
	for _, c := range a.Cities {
		s.out.text("    %s  %s\n", c.Name.In(lang), s.windows(c.Windows))
	}
	if a.Previous != nil {
		s.out.text("    %d  %s\n", a.Previous.Year, s.windows(a.Previous.Windows))
	}
	s.out.text("    %s\n", s.fees(p, a.ID))
	if a.Residence != nil {
		s.out.text("    %s\n", a.Residence.In(lang))
	}
}

// windows says when each step is open, as far as it is known.
func (s *session) windows(w exam.Windows) string {
	var parts []string
	for _, x := range []struct {
		kind exam.WindowKind
		exam.Window
	}{{exam.WindowRegistration, w.Registration}, {exam.WindowCheck, w.Check}, {exam.WindowPayment, w.Payment}, {exam.WindowTicket, w.Ticket}} {
		if x.Opens != "" || x.Closes != "" {
			span := s.words.Say("ctl.window", map[string]string{"opens": s.instant(x.Opens), "closes": s.instant(x.Closes)})
			parts = append(parts, s.words.Say("window.kind."+string(x.kind))+" "+span)
		}
	}
	if w.Registration == (exam.Window{}) {
		parts = append([]string{s.words.Say("ctl.window_unknown")}, parts...)
	}
	return strings.Join(parts, " · ")
}

// instant gives a time of a notice as people read it.
func (s *session) instant(i exam.Instant) string {
	if i == "" {
		return s.words.Say("ctl.not_published")
	}
	return strings.Replace(string(i), "T", " ", 1)
}

// fees says what each level costs in an area, with all its subjects.
func (s *session) fees(p *exam.Pack, area string) string {
	var parts []string
	for _, l := range p.Levels {
		text := s.words.Say("ctl.not_published")
		if fee := p.Fee(exam.Document{Level: l.ID, Area: area}); fee.Known {
			text = strconv.FormatFloat(float64(fee.Total)/100, 'f', -1, 64)
		}
		parts = append(parts, l.Grade.In(s.words.Lang())+" "+text)
	}
	return s.words.Say("ctl.fees", map[string]string{"fees": strings.Join(parts, " · ")})
}

func (c *packVerify) Run(s *session) error {
	raw, err := readBounded(c.File, exam.MaxPackBytes)
	if err != nil {
		return err
	}
	signature, err := local.ReadFile(c.File+".sig", 4096)
	if exam.KindOf(err) == exam.KindNotFound {
		return usage("ctl.pack_no_signature", map[string]string{"file": c.File + ".sig"})
	}
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
