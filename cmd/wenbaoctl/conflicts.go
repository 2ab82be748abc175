package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/store"
)

// dispute is a draft whose content another machine has changed on the server.
type dispute struct {
	draft  exam.Draft
	theirs exam.Registration
	entry  *exam.Entry   // the step that met it; nil while none did
	merged exam.Document // both sides' changes, with the base where they disagree
	fields []exam.FieldConflict
}

// disputeOf merges what this machine has with the server's version; nil when
// the draft was made from that.
func disputeOf(st *store.Store, id exam.DraftID, entries []exam.Entry) (*dispute, error) {
	d, err := st.Draft(id)
	if err != nil {
		return nil, err
	}
	e := oldestOf(entries, id)
	current := d.Elsewhere()
	if e != nil {
		current = e.Current
	}
	if current == nil {
		return nil, nil
	}
	theirs, err := exam.DecodeSubmission(current.Content)
	if err != nil {
		return nil, err
	}
	var base exam.Submission // empty when this machine knew no earlier version
	if d.Base != nil && len(d.Base.Content) > 0 {
		if base, err = exam.DecodeSubmission(d.Base.Content); err != nil {
			return nil, err
		}
	}
	merged, fields := exam.Merge(base.Document, exam.Normalize(d.Document), theirs.Document)
	return &dispute{d, *current, e, merged, fields}, nil
}

func (c *conflictsList) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	entries, err := st.Entries()
	if err != nil {
		return err
	}
	rows, err := summaries(st, "", "")
	if err != nil {
		return err
	}
	found := false
	for _, row := range rows {
		if row.Number == "" {
			continue // the server has never had it
		}
		dis, err := disputeOf(st, row.ID, entries)
		if err != nil {
			return err
		}
		if dis != nil {
			found = true
			s.showDispute(dis)
		}
	}
	if found {
		s.out.found(exitConflict)
	} else {
		s.out.say("ctl.conflict_none")
	}
	return nil
}

// made is the event that brought the content of the server's version.
func (dis *dispute) made() exam.Event {
	for _, e := range slices.Backward(dis.theirs.History) {
		if e.Action == exam.ActionSubmit || e.Action == exam.ActionSupplement || e.Action == exam.ActionRestore {
			return e
		}
	}
	return exam.Event{Actor: exam.System}
}

func (s *session) showDispute(dis *dispute) {
	made := dis.made()
	s.out.record(map[string]any{"id": dis.draft.ID, "version": dis.theirs.Version, "theirs_by": made.Actor, "theirs_at": made.At.UTC(),
		"mine_at": dis.draft.Updated.UTC(), "fields": append([]exam.FieldConflict{}, dis.fields...)})
	s.out.text("%s\n", s.words.Say("ctl.conflict_head", map[string]string{"id": string(dis.draft.ID), "name": dis.draft.Document.Name, "count": strconv.Itoa(len(dis.fields))}))
	s.out.text("%s\n", s.words.Say("ctl.conflict_who", map[string]string{"version": strconv.Itoa(dis.theirs.Version), "who": s.words.Say("ctl.actor." + string(made.Actor)),
		"at": made.At.Local().Format("2006-01-02 15:04"), "mine": dis.draft.Updated.Local().Format("2006-01-02 15:04")}))
	for _, f := range dis.fields {
		s.out.text("%s\n", s.words.Say("ctl.conflict_row", map[string]string{"field": s.fieldName(f.Path), "path": f.Path, "mine": f.Mine, "theirs": f.Theirs}))
	}
}

func (c *resolveCommand) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	entries, err := st.Entries()
	if err != nil {
		return err
	}
	dis, err := disputeOf(st, d.ID, entries)
	if err != nil {
		return err
	}
	if dis == nil {
		return &said{exam.KindState, "ctl.conflict_not_here", map[string]string{"id": c.ID}}
	}
	doc, err := dis.decide(c.Choices)
	if err != nil {
		return err
	}
	return s.again(st, dis, doc)
}

// decide settles every disputed field as the choices (PATH=mine or PATH=theirs)
// say; all of them must be settled.
func (dis *dispute) decide(choices []string) (exam.Document, error) {
	doc := dis.merged
	chosen := map[string]string{}
	for _, c := range choices {
		path, side, ok := strings.Cut(c, "=")
		if !ok || side != "mine" && side != "theirs" {
			return doc, usage("ctl.choice_form", map[string]string{"choice": shorten(c)})
		}
		chosen[path] = side
	}
	var missing []string
	for _, f := range dis.fields {
		text := f.Mine
		switch chosen[f.Path] {
		case "mine":
		case "theirs":
			text = f.Theirs
		default:
			missing = append(missing, f.Path)
			continue
		}
		if err := doc.Set(f.Path, text); err != nil {
			return doc, err
		}
	}
	if len(missing) > 0 {
		return doc, &said{exam.KindConflict, "ctl.choice_missing", map[string]string{"fields": strings.Join(missing, " ")}}
	}
	return doc, nil
}

// again takes the server's version in with the decided document, and hands in
// what then differs from it. What this machine had stays in the history.
func (s *session) again(st *store.Store, dis *dispute, doc exam.Document) error {
	d, err := st.Rebase(dis.draft.ID, doc, dis.theirs)
	if err != nil {
		return err
	}
	pack, err := s.pack(doc)
	if err != nil {
		return err
	}
	sub, report := exam.Prepare(d, pack, now())
	if exam.Digest(sub.Encode()) == dis.theirs.Digest {
		if dis.entry != nil {
			if err := st.Drop(dis.entry.ID); err != nil {
				return err
			}
		}
		s.out.record(map[string]any{"id": d.ID, "queued": false})
		s.out.text("%s\n", s.words.Say("ctl.taken_in", map[string]string{"id": string(d.ID)}))
		return nil
	}
	if !report.Submittable {
		s.showReport(report)
		s.out.found(exitProblems)
		return nil
	}
	if _, err := st.Queue(exam.SubmitEntry(d, sub, time.Now()), d.State.Waiting()); err != nil {
		return err
	}
	s.out.record(map[string]any{"id": d.ID, "queued": true})
	s.out.text("%s\n", s.words.Say("ctl.resolved", map[string]string{"id": string(d.ID)}))
	return nil
}
