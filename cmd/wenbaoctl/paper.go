package main

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/form"
)

func (c *printCommand) Run(s *session) error {
	if info, err := os.Stat(c.Output); strings.HasSuffix(c.Output, string(filepath.Separator)) || err == nil && info.IsDir() {
		return s.printEach(c)
	}
	return s.printTogether(c)
}

// lay lays out one paper and warns of characters that no font has.
func (s *session) lay(kind, id string) (*form.Paper, exam.Draft, error) {
	st, d, err := s.draft(id)
	if err != nil {
		return nil, d, err
	}
	p, err := local.Paper(st, form.Kind(kind), d, s.words, false, time.Now())
	if err != nil {
		return nil, d, err
	}
	if len(p.Missing) > 0 {
		var runes []string
		for _, r := range p.Missing {
			runes = append(runes, fmt.Sprintf("U+%04X", r))
		}
		s.out.warn("ctl.print_missing", map[string]string{"runes": strings.Join(runes, " ")})
	}
	return p, d, nil
}

// printEach writes one file for each draft into a folder, named by the
// registration number, or the draft's id while there is none.
func (s *session) printEach(c *printCommand) error {
	if err := os.MkdirAll(c.Output, 0o700); err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: "make folder", Err: err}
	}
	for _, id := range c.IDs {
		p, d, err := s.lay(c.Kind, id)
		if err != nil {
			return err
		}
		raw, err := p.PDF()
		if err != nil {
			return err
		}
		name := d.Number()
		if name == "" {
			name = id
		}
		if err := s.written(filepath.Join(c.Output, name+"-"+c.Kind+".pdf"), raw); err != nil {
			return err
		}
	}
	return nil
}

// printTogether writes all drafts into one file; beyond [form.PerFile] papers
// further files follow, numbered.
func (s *session) printTogether(c *printCommand) error {
	var papers iter.Seq2[*form.Paper, error] = func(yield func(*form.Paper, error) bool) {
		for _, id := range c.IDs {
			p, _, err := s.lay(c.Kind, id)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
	open := func(part int) (io.WriteCloser, error) { return &pdfFile{s: s, name: partName(c.Output, part)}, nil }
	progress := func(done int) {
		if done%100 == 0 {
			s.out.warn("ctl.print_progress", map[string]string{"done": strconv.Itoa(done), "all": strconv.Itoa(len(c.IDs))})
		}
	}
	return form.Batch(s.ctx, papers, open, progress)
}

// partName numbers the files of a long batch: form.pdf, form-2.pdf, …
func partName(name string, part int) string {
	if part == 0 {
		return name
	}
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + strconv.Itoa(part+1) + ext
}

// pdfFile collects a file and puts it in its place when it is complete.
type pdfFile struct {
	s    *session
	name string
	raw  []byte
}

func (f *pdfFile) Write(p []byte) (int, error) {
	f.raw = append(f.raw, p...)
	return len(p), nil
}

func (f *pdfFile) Close() error { return f.s.written(f.name, f.raw) }

// written writes a file and says so.
func (s *session) written(name string, raw []byte) error {
	if err := local.WriteFile(name, raw); err != nil {
		return err
	}
	s.out.record(map[string]any{"file": name, "bytes": len(raw)})
	s.out.text("%s\n", s.words.Say("ctl.written", map[string]string{"file": name}))
	return nil
}

// maxPDF bounds a file that is to be verified: a batch of a thousand forms is
// about 30 MB.
const maxPDF = 200_000_000

// verdict is one line of `verify --json`.
type verdict struct {
	Genuine bool     `json:"genuine"`
	Number  string   `json:"registration_number"`
	Version int      `json:"version"`
	State   string   `json:"state,omitempty"`
	Differs []string `json:"differs"`
	Reason  string   `json:"reason"`
}

func (c *verifyCommand) Run(s *session) error {
	if (c.File == "") == (c.Text == "") {
		return usage("ctl.verify_one", nil)
	}
	keys, err := s.keys(local.Packs()[0])
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return usage("ctl.no_server_key", nil)
	}
	if c.Text != "" {
		s.showVerdict(s.verifyText(c.Text, keys))
		return nil
	}
	raw, err := readBounded(c.File, maxPDF)
	if err != nil {
		return err
	}
	for _, f := range form.VerifyPDF(raw, keys, local.Packs()...) {
		reason := ""
		if f.Reason != form.ReasonNone {
			reason = s.words.Say("form.verify." + string(f.Reason))
		}
		s.showVerdict(verdict{f.Genuine, f.Number, f.Version, string(f.State), append([]string{}, f.Differs...), reason})
	}
	return nil
}

// verifyText judges the text of a QR code: the seal alone, without the paper.
func (s *session) verifyText(text string, keys []ed25519.PublicKey) verdict {
	seal, err := exam.VerifySeal(text, keys)
	if err != nil {
		reason := form.ReasonUntrusted
		if exam.KindOf(err) == exam.KindState {
			reason = form.ReasonDraft
		} else if _, unread := exam.ParseSeal(text); unread != nil {
			reason = form.ReasonUnreadable
		}
		return verdict{Differs: []string{}, Reason: s.words.Say("form.verify." + string(reason))}
	}
	return verdict{Genuine: true, Number: seal.Number, Version: seal.Version, State: string(seal.State), Differs: []string{}}
}

func (s *session) showVerdict(v verdict) {
	s.out.record(v)
	if v.Genuine {
		s.out.text("%s\n", s.words.Say("ctl.verify_genuine", map[string]string{
			"number": v.Number, "version": strconv.Itoa(v.Version), "state": s.words.Say("ctl.state." + v.State),
		}))
		return
	}
	s.out.found(exitProblems)
	s.out.text("%s\n", s.words.Say("ctl.verify_false", map[string]string{"reason": v.Reason}))
	if len(v.Differs) > 0 {
		var names []string
		for _, f := range v.Differs {
			names = append(names, s.fieldName(f))
		}
		s.out.text("%s\n", s.words.Say("ctl.verify_differs", map[string]string{"fields": strings.Join(names, "、")}))
	}
}
