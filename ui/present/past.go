package present

import (
	"context"

	"wenbao/exam"
)

// readPast reads the draft's older versions.
func (f *Form) readPast() {
	fresh := f.pasts.ask()
	read := func() {
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			list, err := f.desk.ports.Past.History(f.draft.ID)
			return func() {
				if !fresh() {
					return
				}
				f.pastRead = true
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

// PastRead tells whether the older versions were read: none is no news before.
func (f *Form) PastRead() bool { return f.pastRead }

// Restore brings back an older version; what is there now becomes a version of
// its own, and the restoring can be undone.
func (f *Form) Restore(revision uint64) {
	f.restore(revision, func(before uint64) {
		f.offerUndo(T("ui.undo.restored"), func() { f.restore(before, func(uint64) {}) })
	})
}

func (f *Form) restore(revision uint64, then func(before uint64)) {
	var before uint64 // the version that holds all that was typed
	f.store("restore", func() (exam.Draft, error) {
		d, err := f.desk.ports.Drafts.Draft(f.draft.ID)
		if err != nil {
			return d, err
		}
		before = d.Revision
		return f.desk.ports.Past.Restore(f.draft.ID, revision)
	}, func() { f.readPast(); then(before) })
}

// Difference is a field that was changed both here and elsewhere.
type Difference struct {
	Path               string
	Field              Text
	Base, Mine, Theirs string
	Shown              [3]Text // the three as people read them
	UseTheirs          bool
}

// theirs gives the version made on another machine that waits to be taken in.
func (f *Form) theirs() *exam.Registration {
	e, waits := f.entry()
	switch {
	case !waits:
		return f.draft.Elsewhere()
	case e.Aside && e.Current != nil:
		return e.Current
	}
	return nil
}

// Conflict gives the fields to decide, once both sides have been merged.
func (f *Form) Conflict() []Difference {
	theirs := f.theirs()
	if theirs == nil {
		return nil
	}
	_, list := f.merged(*theirs)
	return list
}

// merged joins what is typed with a version of the server; only fields changed
// on both sides are left to the candidate.
func (f *Form) merged(with exam.Registration) (exam.Document, []Difference) {
	theirs, err := exam.DecodeSubmission(with.Content)
	if err != nil {
		return f.doc, nil
	}
	var base exam.Submission // empty when this machine knew no earlier version
	if b := f.draft.Base; b != nil {
		if s, err := exam.DecodeSubmission(b.Content); err == nil {
			base = s
		}
	}
	doc, conflicts := exam.Merge(base.Document, exam.Normalize(f.doc), theirs.Document)
	var list []Difference
	for _, c := range conflicts {
		list = append(list, Difference{Path: c.Path, Field: f.fieldName(c.Path), Base: c.Base, Mine: c.Mine, Theirs: c.Theirs})
	}
	return doc, list
}

// Resolve takes the server's version in, with theirs for the fields named and
// mine for all others, and hands in again what then differs from it.
func (f *Form) Resolve(useTheirs map[string]bool) {
	theirs := f.theirs()
	if theirs == nil {
		return
	}
	onto, before, base := *theirs, f.doc, f.draft.Base
	doc, list := f.merged(onto)
	for _, d := range list {
		value := d.Mine
		if useTheirs[d.Path] {
			value = d.Theirs
		}
		_ = doc.Set(d.Path, value) // the path comes from the merge itself
	}
	from := f.desk.page
	f.store("resolve", func() (exam.Draft, error) { return f.desk.ports.Drafts.Rebase(f.draft.ID, doc, onto) }, func() {
		sent := f.edits()
		f.offerUndo(T("ui.undo.resolved"), func() { f.unresolve(before, base, sent) })
		if sent {
			f.Submit()
			return
		}
		f.withEntry(func(e exam.EntryID) error { return f.desk.ports.Outbox.Drop(e) })
		f.goOn(from, PageRegistration)
	})
}

// unresolve puts back what was here before, and the question with it. When the
// server has the outcome already, what was here before is a new change to it.
func (f *Form) unresolve(before exam.Document, base *exam.Registration, sent bool) {
	e, waits := f.entry()
	if base == nil || sent && !waits {
		f.doc = before
		f.edited()
		return
	}
	f.store("resolve", func() (exam.Draft, error) {
		if waits {
			if err := f.desk.ports.Outbox.Drop(e.ID); err != nil {
				return exam.Draft{}, err
			}
		}
		return f.desk.ports.Drafts.Rebase(f.draft.ID, before, *base)
	}, func() { f.desk.StoreChanged(f.ID()) })
}
