package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
)

// dispute is a draft whose content another machine has changed on the server.
type dispute struct {
	draft  exam.Draft
	theirs exam.Registration
	entry  *exam.Entry   // the step that met it; nil while none did
	merged exam.Document // both sides' changes, with the base where they disagree
	files  []exam.File   // both sides', with the photo of this machine
	others []exam.File   // the server's
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
	base, err := d.Ancestor(*current)
	if err != nil {
		return nil, err
	}
	merged, fields := exam.Merge(base.Document, exam.Normalize(d.Document), theirs.Document)
	files, photo, _ := exam.MergeFiles(base.Files, d.Files, theirs.Files)
	if photo != nil {
		fields = append([]exam.FieldConflict{*photo}, fields...)
	}
	return &dispute{d, *current, e, merged, files, theirs.Files, fields}, nil
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
			s.showDispute(st, dis)
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
		if e.Action.Brings() || e.Action == exam.ActionRestore {
			return e
		}
	}
	return exam.Event{Actor: exam.System}
}

// disputedField is a field to decide, with what each decision leads to.
type disputedField struct {
	exam.FieldConflict
	Consequence struct {
		Mine   string `json:"mine"`
		Theirs string `json:"theirs"`
	} `json:"consequence"`
}

func (s *session) showDispute(st *store.Store, dis *dispute) {
	made := dis.made()
	fields := make([]disputedField, len(dis.fields))
	for i, f := range dis.fields {
		fields[i].FieldConflict = f
		fields[i].Consequence.Mine, fields[i].Consequence.Theirs = s.words.Say("ctl.conflict_if_mine"), s.words.Say("ctl.conflict_if_theirs")
	}
	s.out.record(map[string]any{"id": dis.draft.ID, "version": dis.theirs.Version, "theirs_by": made.Actor, "theirs_at": made.At.UTC(),
		"mine_at": dis.draft.Updated.UTC(), "fields": fields})
	s.out.text("%s\n", s.words.Say("ctl.conflict_head", map[string]string{"id": string(dis.draft.ID), "name": local.Plain(dis.draft.Document.Name), "count": strconv.Itoa(len(dis.fields))}))
	s.out.text("%s\n", s.words.Say("ctl.conflict_who", map[string]string{"version": strconv.Itoa(dis.theirs.Version), "who": s.words.Say("ctl.actor." + string(made.Actor)),
		"at": made.At.Local().Format("2006-01-02 15:04"), "mine": dis.draft.Updated.Local().Format("2006-01-02 15:04")}))
	for _, f := range fields {
		show := s.sideShown
		if f.Path == exam.PhotoPath {
			show = func(sha256 string) string { return s.photoShown(st, sha256) }
		}
		s.out.text("%s\n", s.words.Say("ctl.conflict_row", map[string]string{"field": s.fieldName(f.Path), "path": f.Path,
			"base": show(f.Base), "mine": show(f.Mine), "theirs": show(f.Theirs), "if_mine": f.Consequence.Mine, "if_theirs": f.Consequence.Theirs}))
	}
}

func (s *session) sideShown(value string) string {
	if value == "" {
		return s.words.Say("ctl.conflict_empty")
	}
	return local.Plain(value)
}

// photoShown tells a photo by its size and the beginning of its SHA-256.
func (s *session) photoShown(st *store.Store, sha256 string) string {
	if sha256 == "" {
		return s.words.Say("ctl.conflict_empty")
	}
	args := map[string]string{"sha256": sha256[:min(12, len(sha256))]}
	raw, err := st.File(sha256)
	if err != nil {
		return s.words.Say("ctl.conflict_photo_coming", args)
	}
	args["bytes"] = strconv.Itoa(len(raw))
	return s.words.Say("ctl.conflict_photo", args)
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
	if err := dis.decide(c.Choices); err != nil {
		return err
	}
	return s.again(st, dis)
}

// decide settles every disputed field in merged and files as the choices (PATH=mine
// or PATH=theirs) say; all of them must be settled.
func (dis *dispute) decide(choices []string) error {
	chosen := map[string]string{}
	for _, c := range choices {
		path, side, ok := strings.Cut(c, "=")
		if !ok || side != "mine" && side != "theirs" {
			return usage("ctl.choice_form", map[string]string{"choice": shorten(c)})
		}
		chosen[path] = side
	}
	var missing []string
	for _, f := range dis.fields {
		side, photo := chosen[f.Path], f.Path == exam.PhotoPath
		var err error
		switch {
		case side == "":
			missing = append(missing, f.Path)
		case photo && side == "theirs":
			dis.files = exam.TakePhoto(dis.files, dis.others)
		case photo: // mine is there
		case side == "theirs":
			err = dis.merged.Set(f.Path, f.Theirs)
		default:
			err = dis.merged.Set(f.Path, f.Mine)
		}
		if err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return &said{exam.KindConflict, "ctl.choice_missing", map[string]string{"fields": strings.Join(missing, " ")}}
	}
	return nil
}

// step is what waited and is not sent any more, "" for a submission: that was
// asked for on another content, and goes on only when it is asked for again.
func (dis *dispute) step() exam.Action {
	if e := dis.entry; e != nil && !e.Action.Brings() {
		return e.Action
	}
	return ""
}

// again takes the server's version in with what was decided, and hands in what then
// differs from it. What this machine had stays in the history.
func (s *session) again(st *store.Store, dis *dispute) error {
	pack, err := s.pack(dis.merged)
	if err != nil {
		return err
	}
	d := dis.draft
	d.Document, d.Files = dis.merged, dis.files
	d, err = st.Rebase(d.ID, d.AsHeld(pack, dis.theirs), d.Files, dis.theirs)
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
		s.resolved(dis, false)
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
	s.resolved(dis, true)
	s.out.text("%s\n", s.words.Say("ctl.resolved", map[string]string{"id": string(d.ID)}))
	return nil
}

// resolved tells scripts what came of it, and everybody of a step that was given up.
func (s *session) resolved(dis *dispute, queued bool) {
	dropped := dis.step()
	if dropped != "" {
		s.out.warn("ctl.step_dropped", map[string]string{"step": s.words.Say("ctl.action." + string(dropped))})
	}
	s.out.record(map[string]any{"id": dis.draft.ID, "queued": queued, "dropped": dropped})
}
