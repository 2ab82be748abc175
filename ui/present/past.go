package present

import (
	"bytes"
	"context"
	"slices"

	"wenbao/exam"
)

// readPast reads the draft's older versions.
func (f *Form) readPast() {
	fresh := f.pasts.ask()
	read := func() {
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			list, err := f.desk.ports.Past.History(f.id)
			return func() {
				if !fresh() {
					return
				}
				f.pastRead, f.pastLost = true, err != nil
				if err != nil {
					f.desk.failed(err)
					return
				}
				f.past = list
				f.desk.changed()
			}
		})
	}
	f.saver.step(read, func(reason) { read() }) // what is stored can be read all the same
}

// Past gives the older versions, newest first.
func (f *Form) Past() []Version { return f.past }

// PastRead tells whether the older versions were read, and whether that failed:
// an empty list is no news in either case.
func (f *Form) PastRead() (read, failed bool) { return f.pastRead, f.pastLost }

// ReadPast reads the older versions once more.
func (f *Form) ReadPast() {
	f.pastRead, f.pastLost, f.desk.trouble = false, false, ""
	f.readPast()
	f.desk.changed()
}

// Restore brings back an older version; what is there now becomes a version of
// its own, and the restoring can be undone.
func (f *Form) Restore(revision uint64) {
	var before, made exam.Draft // before: with all that was typed
	restore := func() (_ exam.Draft, err error) {
		if before, err = f.desk.ports.Drafts.Draft(f.id); err == nil {
			made, err = f.desk.ports.Past.Restore(f.id, revision)
		}
		return made, err
	}
	back := func() (exam.Draft, error) { return f.restored(before) }
	f.store("restore", restore, func() {
		f.readPast()
		f.offerUndo(T("ui.undo.restored"), func() { f.storeOver(made.Document, "restore", back, f.readPast) })
	})
}

// restored makes a draft what it was before. A version without a photo leaves the
// present one, which then came with what is taken back.
func (f *Form) restored(before exam.Draft) (exam.Draft, error) {
	d, err := f.desk.ports.Past.Restore(before.ID, before.Revision)
	for _, file := range d.Files {
		if err == nil && isPhoto(file) && !slices.ContainsFunc(before.Files, func(o exam.File) bool { return o.Kind == file.Kind }) {
			d, err = f.desk.ports.Files.Detach(before.ID, file.Kind, file.SHA256)
		}
	}
	return d, err
}

func isPhoto(x exam.File) bool {
	return x.Kind == exam.FilePhoto || x.Kind == exam.FilePhotoOriginal
}

// Difference is a field that was changed both here and elsewhere.
type Difference struct {
	Path               string
	Field              Text
	Base, Mine, Theirs string
	Shown              [3]Text   // the three as people read them
	Pictures           [3][]byte // the three photos, where Path is [exam.PhotoPath]; nil where there is none, or its bytes are not here yet
}

// theirs gives the version made on another machine that waits to be taken in.
func (f *Form) theirs() *exam.Registration {
	if _, waits := f.entry(); !waits {
		return f.draft.Elsewhere()
	}
	if now := f.latest(); now != nil && (f.draft.Base == nil || !bytes.Equal(now.Content, f.draft.Base.Content)) {
		return now
	}
	return nil
}

// moved gives the server's version when a step was refused over it and nobody has
// changed the content: the registration only stands elsewhere than it did.
func (f *Form) moved() *exam.Registration {
	if f.theirs() != nil {
		return nil
	}
	return f.latest()
}

// latest gives the server's version by the newest word of it, when a step was refused
// over that; nil when nothing is known.
func (f *Form) latest() (now *exam.Registration) {
	e, _ := f.entry()
	if !e.Aside || e.Last != exam.KindConflict && e.Last != exam.KindState {
		return nil
	}
	for _, r := range []*exam.Registration{e.Current, f.draft.Registration} {
		if r != nil && len(r.Content) > 0 && (now == nil || r.Version > now.Version) {
			now = r
		}
	}
	return now
}

// Conflict gives the fields to decide, once both sides have been merged.
func (f *Form) Conflict() []Difference {
	theirs := f.theirs()
	if theirs == nil {
		return nil
	}
	return f.merged(*theirs).differ
}

// outcome is what comes of joining both sides.
type outcome struct {
	doc    exam.Document
	files  []exam.File
	theirs []exam.File
	joined []exam.FileKind // evidence that both sides changed
	differ []Difference
}

// merged joins what is here with a version of the server; only what was changed
// on both sides is left to the candidate.
func (f *Form) merged(with exam.Registration) outcome {
	theirs, err := exam.DecodeSubmission(with.Content)
	if err != nil {
		return outcome{doc: f.doc, files: f.draft.Files}
	}
	base, _ := f.draft.Ancestor(with) // what cannot be read is as if nothing were known
	doc, conflicts := exam.Merge(base.Document, exam.Normalize(f.doc), theirs.Document)
	files, photo, joined := exam.MergeFiles(base.Files, f.draft.Files, theirs.Files)
	if photo != nil {
		conflicts = append([]exam.FieldConflict{*photo}, conflicts...)
	}
	var list []Difference
	for _, c := range conflicts {
		list = append(list, Difference{Path: c.Path, Field: f.fieldName(c.Path), Base: c.Base, Mine: c.Mine, Theirs: c.Theirs})
	}
	return outcome{doc, files, theirs.Files, joined, list}
}

// Resolve takes the server's version in, with theirs for the fields named and
// mine for all others, and hands in again what then differs from it.
func (f *Form) Resolve(useTheirs map[string]bool) {
	theirs := f.theirs()
	if theirs == nil {
		return
	}
	onto, before, attached, base := *theirs, f.doc, f.draft.Files, f.draft.Base
	m := f.merged(onto)
	for _, d := range m.differ {
		switch use := useTheirs[d.Path]; {
		case d.Path == exam.PhotoPath && use:
			m.files = exam.TakePhoto(m.files, m.theirs)
		case d.Path == exam.PhotoPath: // mine is there
		case use:
			_ = m.doc.Set(d.Path, d.Theirs) // the path comes from the merge itself
		default:
			_ = m.doc.Set(d.Path, d.Mine)
		}
	}
	now := f.draft
	now.Document, now.Files = m.doc, m.files
	m.doc = now.AsHeld(f.pack, onto)
	from, dropped := f.desk.page, f.dropped()
	f.store("resolve", func() (exam.Draft, error) { return f.desk.ports.Drafts.Rebase(f.id, m.doc, m.files, onto) }, func() {
		sent := false
		back := func() { f.unresolve(m, before, attached, base, sent) }
		if f.edits() {
			f.offerUndo(T("ui.undo.joined"), back)
			offered := f.desk.undo
			f.submit(func() {
				sent = true
				f.tellDropped(dropped)
				if f.desk.undo == offered {
					f.offerUndo(T("ui.undo.resolved"), back)
				}
			})
			return
		}
		f.offerUndo(T("ui.undo.merged"), back)
		f.withEntry(func(e exam.EntryID) error { return f.desk.ports.Outbox.Drop(e) }, func() { f.tellDropped(dropped) })
		f.goOn(from, PageRegistration)
	})
}

// dropped is the step that taking in the server's version gives up, "" for a
// submission, which is the question itself.
func (f *Form) dropped() exam.Action {
	if e, ok := f.entry(); ok && !e.Action.Brings() {
		return e.Action
	}
	return ""
}

// tellDropped says so: it was asked for on another content, and goes on only when it
// is asked for again.
func (f *Form) tellDropped(a exam.Action) {
	if a != "" {
		f.tell(Warning, "resolve.dropped", "step", T("ui.stage.queued."+string(a)))
	}
}

// unresolve puts back what was here before, and the question with it; what was typed
// or attached since stays. When the server has the outcome already, what was here
// before is a new change to it.
func (f *Form) unresolve(m outcome, before exam.Document, attached []exam.File, base *exam.Registration, sent bool) {
	e, waits := f.entry()
	if base == nil || sent && !waits {
		base = f.draft.Base
	}
	attached = slices.Clone(attached)
	for _, x := range f.draft.Files {
		same := func(o exam.File) bool { return o.Kind == x.Kind && (o.SHA256 == x.SHA256 || isPhoto(x)) }
		if !slices.ContainsFunc(m.files, same) && !slices.ContainsFunc(attached, same) {
			attached = append(attached, x)
		}
	}
	f.storeOver(m.doc, "resolve", func() (exam.Draft, error) {
		if waits {
			if err := f.desk.ports.Outbox.Drop(e.ID); err != nil {
				return exam.Draft{}, err
			}
		}
		return f.desk.ports.Drafts.Rebase(f.id, before, attached, *base)
	}, func() { f.desk.StoreChanged(f.ID()) })
}
