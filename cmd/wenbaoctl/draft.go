package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

// readBounded reads a file of the user's, at most max bytes of it.
func readBounded(name string, max int64) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, usage("ctl.file_is_folder", map[string]string{"file": name})
	}
	raw, err := local.ReadFile(name, max)
	switch {
	case exam.KindOf(err) == exam.KindTooLarge:
		return nil, &said{exam.KindTooLarge, "ctl.file_too_large", map[string]string{"file": name, "max": megabytes(max)}}
	case err != nil:
		return nil, usage("ctl.file_unreadable", map[string]string{"file": name})
	}
	return raw, nil
}

func megabytes(n int64) string {
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64)
}

// readDocument reads a draft document from a file.
func (s *session) readDocument(name string) (exam.Document, error) {
	raw, err := readBounded(name, exam.MaxDocumentBytes)
	if err != nil {
		return exam.Document{}, err
	}
	doc, err := exam.DecodeDocument(raw)
	if err != nil {
		return doc, &said{exam.KindInvalid, "ctl.document_wrong", map[string]string{"file": name, "reason": s.out.why(err)}}
	}
	return doc, nil
}

// cause gives the innermost reason of an error, which never holds personal data.
func cause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

func (c *draftNew) Run(s *session) error {
	var doc exam.Document
	if c.From != "" {
		var err error
		if doc, err = s.readDocument(c.From); err != nil {
			return err
		}
	}
	pack, err := s.pack(doc)
	if err != nil {
		return err
	}
	if doc.Exam == "" {
		doc.Exam, doc.Year = pack.Exam, pack.Year
	}
	st, err := s.store()
	if err != nil {
		return err
	}
	d, err := st.Create(doc, pack.Ref())
	if err != nil {
		return err
	}
	s.out.record(map[string]string{"id": string(d.ID)})
	s.out.text("%s\n", d.ID)
	return nil
}

func (c *draftSet) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	doc := d.Document
	pack, err := s.pack(doc)
	if err != nil {
		return err
	}
	for _, f := range c.Fields {
		path, text, ok := strings.Cut(f, "=")
		if !ok {
			return usage("ctl.set_form", map[string]string{"field": shorten(path)})
		}
		if err := s.editable(d, path, pack); err != nil {
			return err
		}
		if err := doc.Set(path, text); err != nil {
			return usage("ctl.set_wrong", map[string]string{"reason": s.out.why(err)})
		}
	}
	d, err = st.Save(d.ID, doc)
	if err != nil {
		return err
	}
	s.out.record(map[string]any{"id": d.ID, "revision": d.Revision})
	s.out.text("%s\n", s.words.Say("ctl.saved", map[string]string{"at": d.Updated.Local().Format(time.TimeOnly), "revision": strconv.FormatUint(d.Revision, 10)}))
	return nil
}

// editable refuses a change that the state of the registration does not allow.
func (s *session) editable(d exam.Draft, path string, pack *exam.Pack) error {
	if exam.Editable(d.State, path, pack) {
		return nil
	}
	return &said{exam.KindState, "ctl.field_locked", map[string]string{"field": path, "state": s.words.Say("ctl.state." + string(d.State))}}
}

func (c *draftShow) Run(s *session) error {
	_, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	s.out.record(d.Document)
	if !s.JSON {
		s.showDocument(d)
	}
	return nil
}

// emptyList is the sentence for a list without drafts: none at all, or none of
// those that were asked for.
func emptyList(state, search string) string {
	if state == "" && search == "" {
		return "ctl.list_empty"
	}
	return "ctl.list_none"
}

// stateNamed refuses a state that no registration has.
func (s *session) stateNamed(state string) error {
	if state != "" && !s.words.Has("ctl.state."+state) {
		return usage("ctl.state_unknown", map[string]string{"state": shorten(state)})
	}
	return nil
}

func (c *draftList) Run(s *session) error {
	if err := s.stateNamed(c.State); err != nil {
		return err
	}
	st, err := s.store()
	if err != nil {
		return err
	}
	list, err := summaries(st, exam.State(c.State), c.Search)
	if err != nil {
		return err
	}
	for _, d := range list {
		s.out.record(map[string]any{
			"id": d.ID, "state": d.State, "name": d.Name, "exam": d.Exam, "level": d.Level,
			"updated_at": d.Updated.UTC().Format(time.RFC3339), "transport": d.Transport, "registration_number": d.Number,
		})
		s.out.text("%s  %-12s %-10s %s  %s\n", d.ID, s.words.Say("ctl.state."+string(d.State)), s.words.Say("ctl.transport."+string(d.Transport)), d.Updated.Local().Format("2006-01-02 15:04"), local.Plain(d.Name))
	}
	if len(list) == 0 {
		s.out.say(emptyList(c.State, c.Search))
	}
	return nil
}

func (c *draftCheck) Run(s *session) error {
	if (c.ID == "") == (c.File == "") {
		return usage("ctl.check_one", nil)
	}
	at, err := moment(c.Date)
	if err != nil {
		return err
	}
	var doc exam.Document
	var files []exam.File // nil: a file alone says nothing of photo and evidence
	if c.File != "" {
		if doc, err = s.readDocument(c.File); err != nil {
			return err
		}
	} else {
		_, d, err := s.draft(c.ID)
		if err != nil {
			return err
		}
		doc, files = d.Document, append([]exam.File{}, d.Files...)
	}
	pack, err := s.pack(doc)
	if err != nil {
		return err
	}
	report := exam.Check(doc, files, pack, at)
	s.showReport(report)
	if c.Needs {
		s.showNeeds(report)
	}
	if !report.Submittable {
		s.out.found(exitProblems)
	}
	return nil
}

// showNeeds lists step by step what this way to qualify calls for, and why.
func (s *session) showNeeds(r exam.Report) {
	step := exam.StepID("")
	for _, n := range r.Said(s.say).Needs {
		if n.Step != step {
			step = n.Step
			s.out.text("%s\n", s.words.Say("step."+string(step)))
		}
		key := "ctl.need." + string(n.Severity)
		if n.Done {
			key = "ctl.need.done"
		}
		s.out.text("  %s  %s: %s\n", s.words.Say(key), s.fieldName(n.Field), n.Reason)
	}
}

// moment reads --date; without one it is now, by this machine's clock.
func moment(date string) (exam.Moment, error) {
	if date == "" {
		return now(), nil
	}
	d, err := exam.ParseDate(date)
	if err != nil {
		return exam.Moment{}, usage("ctl.date_wrong", nil)
	}
	t, _ := d.Time()
	return exam.Moment{Now: t.Add(4 * time.Hour)}, nil // noon in Beijing
}

// showReport prints what is wrong, the reckoning, and how much is done.
func (s *session) showReport(r exam.Report) {
	text := r.Said(s.say)
	s.out.record(text)
	for _, p := range text.Problems {
		s.out.text("%s  %s: %s\n", s.words.Say("ctl.severity."+string(p.Severity)), s.fieldName(p.Field), p.Message)
	}
	s.out.text("%s\n", text.Eligibility.Explanation)
	key := "ctl.check_ready"
	if !r.Submittable {
		key = "ctl.check_not_ready"
	}
	s.out.text("%s\n", s.words.Say(key, map[string]string{"percent": strconv.Itoa(r.CompletePercent), "problems": strconv.Itoa(blocking(r.Problems))}))
}

func blocking(problems []exam.Problem) (n int) {
	for _, p := range problems {
		if p.Severity == exam.Block {
			n++
		}
	}
	return n
}

func (c *draftHistory) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	versions, err := st.History(d.ID)
	if err != nil {
		return err
	}
	for _, v := range versions {
		s.out.record(map[string]any{"revision": v.Revision, "saved_at": v.Saved.UTC().Format(time.RFC3339)})
		s.out.text("%6d  %s\n", v.Revision, v.Saved.Local().Format(time.DateTime))
	}
	return nil
}

func (c *draftRestore) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	d, err = st.Restore(d.ID, c.Revision)
	if exam.KindOf(err) == exam.KindNotFound {
		return &said{exam.KindNotFound, "ctl.no_revision", map[string]string{"revision": strconv.FormatUint(c.Revision, 10)}}
	}
	return s.changed(d, err, "ctl.restored")
}

func (c *draftDelete) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	return s.changed(d, st.Delete(d.ID), "ctl.deleted")
}

func (c *draftUndelete) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	return s.changed(d, st.Undelete(d.ID), "ctl.undeleted")
}

func (c *draftPurge) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	return s.changed(d, st.Purge(d.ID), "ctl.purged")
}

// changed reports a change of one draft in one line.
func (s *session) changed(d exam.Draft, err error, key string) error {
	if err != nil {
		return err
	}
	s.out.record(map[string]any{"id": d.ID, "revision": d.Revision})
	s.out.text("%s\n", s.words.Say(key, map[string]string{"id": string(d.ID), "revision": strconv.FormatUint(d.Revision, 10)}))
	return nil
}
