package main

import (
	"wenbao/exam"
)

func (c *idCheck) Run(s *session) error {
	named := func(field, code string) string { return new(exam.Pack).ChoiceName(field, code).In(s.words.Lang()) }
	for _, n := range c.Numbers {
		f := exam.InspectID(n, exam.IDType(c.Type))
		if !f.Valid {
			s.out.found(exitProblems)
		}
		reason := ""
		if f.Reason != "" {
			reason = s.words.Say("id.reason." + string(f.Reason))
		}
		s.out.record(map[string]any{
			"number": n, "valid": f.Valid, "type": f.Type, "birth_date": f.BirthDate, "gender": f.Gender, "reason": reason,
		})
		if f.Valid {
			s.out.text("%s  %s  %s  %s  %s\n", n, s.words.Say("ctl.id_valid"), named("id_type", string(f.Type)), f.BirthDate, named("gender", string(f.Gender)))
		} else {
			s.out.text("%s  %s  %s\n", n, s.words.Say("ctl.id_wrong"), reason)
		}
	}
	return nil
}
