package present

import (
	"context"

	"wenbao/exam"
)

// readPast reads the draft's older versions.
func (f *Form) readPast() {
	f.saver.then(func() {
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			list, err := f.desk.ports.Past.History(f.draft.ID)
			return func() {
				if err != nil {
					f.desk.failed(err)
					return
				}
				f.past = list
				f.desk.changed()
			}
		})
	})
}

// Past gives the older versions, newest first.
func (f *Form) Past() []Version { return f.past }

// Restore brings back an older version; what is there now becomes a version of
// its own, and the restoring can be undone.
func (f *Form) Restore(revision uint64) {
	now := f.draft.Revision
	f.restore(revision)
	f.desk.offerUndo(T("ui.undo.restored"), func() { f.restore(now) })
}

func (f *Form) restore(revision uint64) {
	f.store(func() (exam.Draft, error) { return f.desk.ports.Past.Restore(f.draft.ID, revision) }, f.readPast)
}

// Difference is a field that was changed both here and elsewhere.
type Difference struct {
	Path               string
	Field              Text
	Base, Mine, Theirs string
	UseTheirs          bool
}

// Conflict gives the fields to decide, once both sides have been merged.
func (f *Form) Conflict() []Difference {
	e, ok := f.entry()
	if !ok || e.Current == nil {
		return nil
	}
	_, list := f.merged(e)
	return list
}

// merged joins what is typed with what the server has; only fields changed on
// both sides are left to the candidate.
func (f *Form) merged(e exam.Entry) (exam.Document, []Difference) {
	theirs, err := exam.DecodeSubmission(e.Current.Content)
	if err != nil {
		return f.doc, nil
	}
	base := theirs.Document
	if f.draft.Registration != nil {
		if s, err := exam.DecodeSubmission(f.draft.Registration.Content); err == nil {
			base = s.Document
		}
	}
	doc, conflicts := exam.Merge(base, exam.Normalize(f.doc), theirs.Document)
	var list []Difference
	for _, c := range conflicts {
		list = append(list, Difference{Path: c.Path, Field: f.fieldName(c.Path), Base: c.Base, Mine: c.Mine, Theirs: c.Theirs})
	}
	return doc, list
}

// Resolve submits again on the server's version, with theirs for the fields
// named and mine for all others.
func (f *Form) Resolve(useTheirs map[string]bool) {
	e, ok := f.entry()
	if !ok || e.Current == nil {
		return
	}
	doc, list := f.merged(e)
	for _, d := range list {
		value := d.Mine
		if useTheirs[d.Path] {
			value = d.Theirs
		}
		_ = doc.Set(d.Path, value) // the path comes from the merge itself
	}
	before, current := f.doc, *e.Current
	f.doc = doc
	f.edited()
	f.desk.offerUndo(T("ui.undo.resolved"), func() { f.doc = before; f.edited() })
	f.submitOn(&current)
}
