package main

import (
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
	"wenbao/store"
)

func (c *printCommand) Run(s *session) error {
	if (c.Sheet != 0 || c.After != "") && !c.Resume || c.State != "" && !c.All {
		return usage("ctl.print_flags", nil)
	}
	switch {
	case c.Printers:
		return s.printers()
	case c.Resume:
		return s.resume(c)
	case c.Forget:
		p, err := s.printing()
		if err != nil {
			return err
		}
		return p.Forget()
	case (c.Output == "") == (c.Printer == ""):
		return usage("ctl.print_where", nil)
	}
	if err := c.chosen(s); err != nil {
		return err
	}
	switch info, err := os.Stat(c.Output); {
	case c.Kind == string(form.KindList), c.Kind == string(form.KindContactSheet):
		return s.printMany(c)
	case c.Printer != "":
		return s.printQueued(c)
	case os.IsPathSeparator(c.Output[len(c.Output)-1]), err == nil && info.IsDir():
		return s.printEach(c)
	case len(c.IDs) == 1:
		p, _, err := s.lay(c.Kind, c.IDs[0])
		if err != nil {
			return err
		}
		raw, err := p.PDF()
		if err != nil {
			return err
		}
		return s.written(c.Output, raw)
	}
	return s.printTogether(c)
}

// chosen fills in the ids that --all stands for.
func (c *printCommand) chosen(s *session) error {
	if c.All == (len(c.IDs) > 0) {
		return usage("ctl.print_which", nil)
	}
	if !c.All {
		return nil
	}
	if err := s.stateNamed(c.State); err != nil {
		return err
	}
	st, err := s.store()
	if err != nil {
		return err
	}
	list, err := summaries(st, exam.State(c.State), "")
	for _, d := range list {
		c.IDs = append(c.IDs, string(d.ID))
	}
	if err == nil && len(c.IDs) == 0 {
		err = &said{exam.KindNotFound, emptyList(c.State, ""), nil}
	}
	return err
}

// printing is the queue with its journal.
func (s *session) printing() (local.Printing, error) {
	st, err := s.store()
	return local.Printing{Store: st, Spooler: local.SystemSpooler(), Words: s.words}, err
}

func (s *session) printers() error {
	names, err := local.SystemSpooler().Printers(s.ctx)
	if err != nil {
		return noQueue(err)
	}
	for i, name := range names {
		s.out.record(map[string]any{"printer": name, "usual": i == 0})
		s.out.text("%s\n", name)
	}
	if len(names) == 0 {
		s.out.say("ctl.printers_none")
	}
	return nil
}

// noQueue gives the queue's errors their sentences.
func noQueue(err error) error {
	switch exam.KindOf(err) {
	case exam.KindNotFound:
		return &said{exam.KindNotFound, "ctl.printer_none", nil}
	case exam.KindUnreachable:
		return &said{exam.KindInternal, "ctl.printer_refused", nil}
	}
	return err
}

// printQueued prints through the system's queue. Characters that no font has are
// told before the first sheet.
func (s *session) printQueued(c *printCommand) error {
	p, err := s.printing()
	if err != nil {
		return err
	}
	ids := make([]exam.DraftID, len(c.IDs))
	for i, id := range c.IDs {
		if _, _, err := s.lay(c.Kind, id); err != nil {
			return err
		}
		ids[i] = exam.DraftID(id)
	}
	job, err := p.Begin(form.Kind(c.Kind), c.Printer, ids)
	switch exam.KindOf(err) {
	case "":
		return s.printOn(p, job)
	case exam.KindState:
		return &said{exam.KindState, "ctl.print_unfinished", nil}
	}
	return err
}

// resume goes on with the journal's job.
func (s *session) resume(c *printCommand) error {
	p, err := s.printing()
	if err != nil {
		return err
	}
	job, ok, err := p.Unfinished()
	switch {
	case err != nil:
		return err
	case !ok:
		return &said{exam.KindNotFound, "ctl.print_nothing", nil}
	case c.After != "":
		err = p.After(&job, c.After)
	case c.Sheet != 0:
		err = job.From(c.Sheet)
	}
	if err != nil {
		return &said{exam.KindOf(err), "ctl.print_no_sheet", map[string]string{"all": strconv.Itoa(len(job.IDs))}}
	}
	return s.printOn(p, job)
}

// printOn runs a job and tells how far it is, at most twice a second.
func (s *session) printOn(p local.Printing, job local.PrintJob) error {
	told := time.Time{}
	tell := func(j local.PrintJob) {
		if time.Since(told) < time.Second/2 {
			return
		}
		told = time.Now()
		s.out.warn("ctl.print_queue", map[string]string{"printed": strconv.Itoa(j.Printed()), "all": strconv.Itoa(len(j.IDs)), "queued": strconv.Itoa(len(j.Queued))})
	}
	err := p.Run(s.ctx, &job, tell)
	next := 0 // all were handed over
	if job.Taken < len(job.IDs) {
		next = job.Taken + 1
	}
	s.out.record(map[string]any{"printed": job.Printed(), "all": len(job.IDs), "queued": len(job.Queued), "left_out": len(job.Left), "next": next})
	if job.Doubt > 0 {
		s.out.warn("ctl.print_doubt")
	}
	for _, i := range job.Left {
		s.out.warn("ctl.print_left", map[string]string{"sheet": strconv.Itoa(i + 1), "id": string(job.IDs[i])})
		s.out.found(exitProblems)
	}
	switch exam.KindOf(err) {
	case "":
		s.out.say("ctl.print_done", map[string]string{"printed": strconv.Itoa(job.Printed()), "all": strconv.Itoa(len(job.IDs))})
		return nil
	case exam.KindCanceled:
		if next == 0 {
			return &said{exam.KindCanceled, "ctl.print_waiting", map[string]string{"printed": strconv.Itoa(job.Printed()), "all": strconv.Itoa(len(job.IDs))}}
		}
		return &said{exam.KindCanceled, "ctl.print_stopped", map[string]string{"printed": strconv.Itoa(job.Printed()), "next": strconv.Itoa(next)}}
	}
	return noQueue(err)
}

// printMany prints one paper about all the drafts.
func (s *session) printMany(c *printCommand) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	in := form.ListInput{Printed: time.Now(), Words: s.words, Pack: local.Packs()[0]}
	var tiles []form.Tile
	for _, id := range c.IDs {
		_, d, err := s.draft(id)
		if err != nil {
			return err
		}
		if p, err := local.PackFor(s.packs(), d.Document); err == nil {
			in.Pack = p
		}
		in.Drafts = append(in.Drafts, d)
		if c.Kind == string(form.KindContactSheet) {
			tile := form.Tile{Name: d.Document.Name, Lines: []string{d.Number()}}
			if f, ok := d.Photo(); ok {
				if tile.Photo, err = st.File(f.SHA256); err != nil {
					return err
				}
			}
			tiles = append(tiles, tile)
		}
	}
	if c.Kind == string(form.KindList) {
		return s.writePaper(c, form.List(in))
	}
	return s.writePaper(c, form.ContactSheet("", tiles, in))
}

// writePaper writes a paper of its own into a file, or hands it to the queue.
func (s *session) writePaper(c *printCommand, p *form.Paper) error {
	s.missing(p)
	if c.Printer != "" {
		_, err := local.SystemSpooler().Print(s.ctx, c.Printer, "wenbao", p)
		return noQueue(err)
	}
	raw, err := p.PDF()
	if err != nil {
		return err
	}
	return s.written(c.Output, raw)
}

// missing warns of characters that no font has.
func (s *session) missing(p *form.Paper) {
	if len(p.Missing) == 0 {
		return
	}
	var runes []string
	for _, r := range p.Missing {
		runes = append(runes, fmt.Sprintf("U+%04X", r))
	}
	s.out.warn("ctl.print_missing", map[string]string{"runes": strings.Join(runes, " ")})
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
	s.missing(p)
	return p, d, nil
}

// printEach writes one file for each draft into a folder, named by the
// registration number, or the draft's id while there is none.
func (s *session) printEach(c *printCommand) error {
	if err := os.MkdirAll(c.Output, 0o700); err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: "make folder", Err: err}
	}
	return s.each(c.IDs, func(id string) error {
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
		return s.written(filepath.Join(c.Output, name+"-"+c.Kind+".pdf"), raw)
	})
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

// put writes a file of the user's; where it cannot be is said of that file.
func put(name string, raw []byte) error {
	err := local.WriteFile(name, raw)
	switch exam.KindOf(err) {
	case exam.KindInvalid:
		return usage("ctl.file_is_folder", map[string]string{"file": name})
	case exam.KindReadOnly:
		return &said{exam.KindReadOnly, "ctl.file_unwritable", map[string]string{"file": name}}
	}
	return err
}

// written writes a file and says so.
func (s *session) written(name string, raw []byte) error {
	if err := put(name, raw); err != nil {
		return err
	}
	s.out.record(map[string]any{"file": name, "bytes": len(raw)})
	s.out.text("%s\n", s.words.Say("ctl.written", map[string]string{"file": name}))
	return nil
}

// verdict is one line of `verify --json`.
type verdict struct {
	Genuine bool     `json:"genuine"`
	Number  string   `json:"registration_number"`
	Version int      `json:"version"`
	State   string   `json:"state,omitempty"`
	Differs []string `json:"differs"`
	Reason  string   `json:"reason"`
	// Current is "current", "newer" than what is on this machine, or "" when the
	// registration is not; Whole tells that the paper was compared, not its code alone.
	Current  form.Currency `json:"current"`
	Whole    bool          `json:"whole"`
	Practice bool          `json:"practice"`
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
	r := local.Reviewer{Keys: keys, Packs: local.Packs(), Store: s.records()}
	if r.Store != nil {
		r.Packs = append(local.Editions(r.Store), r.Packs...)
	}
	if c.Text != "" {
		s.showVerdict(r.Code(c.Text))
		return nil
	}
	raw, err := readBounded(c.File, local.MaxPaper)
	if err != nil {
		return err
	}
	for _, f := range r.File(raw) {
		s.showVerdict(f)
	}
	return nil
}

// records is the store if this machine has one that can be opened now: a paper
// is checked without it too, only not whether a later version is known.
func (s *session) records() *store.Store {
	dir, err := s.folder()
	if err != nil {
		return nil
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) == 0 {
		return nil // a reviewer's machine without registrations gets no data folder
	}
	st, err := s.store()
	if err != nil {
		s.out.warn("ctl.verify_no_records")
		return nil
	}
	return st
}

func (s *session) showVerdict(f form.Finding) {
	v := verdict{f.Genuine, f.Number, f.Version, string(f.State), append([]string{}, f.Differs...), "", f.Current, f.File, f.Practice}
	if f.Reason != form.ReasonNone {
		v.Reason = s.words.Say("form.verify." + string(f.Reason))
	}
	s.out.record(v)
	if f.Genuine {
		key := "ctl.verify_genuine"
		if !f.File {
			key = "ctl.verify_code"
		}
		s.out.text("%s\n", s.words.Say(key, map[string]string{
			"number": v.Number, "version": strconv.Itoa(v.Version), "state": s.words.Say("ctl.state." + v.State),
		}))
		s.out.text("%s\n", s.words.Say("ctl.verify_current."+string(f.Current)))
		if f.Practice {
			s.out.text("%s\n", s.words.Say("ctl.verify_practice"))
		}
		return
	}
	s.out.found(exitProblems)
	s.out.text("%s\n", s.words.Say("ctl.verify_false", map[string]string{"reason": v.Reason}))
	if len(v.Differs) > 0 {
		var names []string
		for _, f := range v.Differs {
			if f == "" {
				names = append(names, s.words.Say("ui.check.elsewhere"))
				continue
			}
			names = append(names, s.fieldName(f))
		}
		s.out.text("%s\n", s.words.Say("ctl.verify_differs", map[string]string{"fields": strings.Join(names, "、")}))
	}
}
