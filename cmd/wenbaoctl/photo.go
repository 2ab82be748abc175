package main

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/photo"
)

// finding is one line of `photo check --json`.
type finding struct {
	Rule     string        `json:"rule"`
	Severity exam.Severity `json:"severity"`
	Value    string        `json:"value"`
	Limit    string        `json:"limit"`
	Message  string        `json:"message"`
}

// develop opens a photo file, and makes the registration photo of it.
func (s *session) develop(file string, spec photo.Spec) (original, jpeg []byte, found photo.Findings, err error) {
	if original, err = readBounded(file, photo.MaxBytes); err != nil {
		return nil, nil, nil, err
	}
	src, err := photo.Decode(original)
	if err != nil {
		if reasons := photo.Reasons(err); len(reasons) > 0 {
			return original, nil, reasons, nil
		}
		return nil, nil, nil, err
	}
	jpeg, found, err = photo.Fix(src, src.Propose(spec), spec)
	return original, jpeg, found, err
}

// showFindings prints what was found and tells whether the photo is acceptable.
func (s *session) showFindings(found photo.Findings) bool {
	list := []finding{}
	for _, f := range found {
		message := s.words.Say(f.Key(), f.Args)
		list = append(list, finding{f.Rule, f.Severity, f.Value, f.Limit, message})
		s.out.text("%s  %s\n", s.words.Say("ctl.severity."+string(f.Severity)), message)
	}
	ok := found.Acceptable()
	s.out.record(map[string]any{"acceptable": ok, "findings": list})
	if !ok {
		s.out.found(exitProblems)
	}
	return ok
}

func (c *photoCheck) Run(s *session) error {
	_, _, found, err := s.develop(c.File, photo.Default())
	if err != nil {
		return err
	}
	if s.showFindings(found) {
		s.out.text("%s\n", s.words.Say("ctl.photo_good"))
	}
	return nil
}

func (c *photoFix) Run(s *session) error {
	_, jpeg, found, err := s.develop(c.File, photo.Default())
	if err != nil {
		return err
	}
	if !s.showFindings(found) {
		return nil
	}
	if err := local.WriteFile(c.Output, jpeg); err != nil {
		return err
	}
	s.out.text("%s\n", s.words.Say("ctl.written", map[string]string{"file": c.Output}))
	return nil
}

func (c *draftPhoto) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	original, jpeg, found, err := s.develop(c.File, photo.Default())
	if err != nil {
		return err
	}
	if !s.showFindings(found) {
		return nil
	}
	if _, err := st.Attach(d.ID, exam.File{Kind: exam.FilePhotoOriginal, Type: http.DetectContentType(original), Name: filepath.Base(c.File)}, original); err != nil {
		return err
	}
	if _, err := st.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: filepath.Base(c.File)}, jpeg); err != nil {
		return err
	}
	s.out.text("%s\n", s.words.Say("ctl.photo_attached"))
	return nil
}

func (c *draftAttach) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	pack, err := s.pack(d.Document)
	if err != nil {
		return err
	}
	var kinds []string
	for _, e := range pack.Evidence {
		kinds = append(kinds, string(e.ID))
	}
	if !slices.Contains(kinds, c.Kind) {
		return usage("ctl.evidence_kind", map[string]string{"kind": shorten(c.Kind), "kinds": strings.Join(kinds, ", ")})
	}
	raw, err := readBounded(c.File, exam.MaxFileBytes)
	if err != nil {
		return err
	}
	mime := http.DetectContentType(raw)
	if mime != "image/jpeg" && mime != "image/png" && mime != "application/pdf" {
		return &said{exam.KindInvalid, "ctl.evidence_type", map[string]string{"file": c.File}}
	}
	d, err = st.Attach(d.ID, exam.File{Kind: exam.FileKind(c.Kind), Type: mime, Name: filepath.Base(c.File)}, raw)
	return s.changed(d, err, "ctl.attached")
}
