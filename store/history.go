package store

import (
	"bytes"
	"slices"
	"time"

	"wenbao/exam"
)

// Version is one saved revision of a draft.
type Version struct {
	Revision uint64
	Saved    time.Time // by this machine's clock
	State    exam.State
	Files    int       // how many files it had
	Photo    exam.File // its photo; zero when it had none, or nobody noted which
}

// KeepVersions changes how many older versions of a draft are kept, at least
// one; what is beyond goes when the draft is next saved.
func (s *Store) KeepVersions(n int) { s.kept.Store(int64(max(n, 1))) }

func (s *Store) versions() uint64 {
	if n := s.kept.Load(); n > 0 {
		return uint64(n)
	}
	return uint64(s.o.History)
}

// History lists the revisions of a draft that can be read, newest first; the
// first is the current one. Options.History and [Store.KeepVersions] bound it.
func (s *Store) History(id exam.DraftID) ([]Version, error) {
	var list []Version
	err := s.walkBack(id, 0, func(v past) { list = append(list, v.Version) })
	return list, named("read history", err)
}

// At gives the document as it was at a revision; KindNotFound for one that is
// not in the history.
func (s *Store) At(id exam.DraftID, revision uint64) (exam.Document, error) {
	_, doc, err := s.at(id, revision)
	return doc, named("read version", err)
}

func (s *Store) at(id exam.DraftID, revision uint64) (found past, doc exam.Document, err error) {
	err = s.walkBack(id, revision, func(v past) {
		if v.Revision == revision {
			found = v
		}
	})
	if err == nil && found.document == nil {
		err = missing("read version", "revision")
	}
	if err == nil {
		if doc, err = exam.DecodeDocument(found.document); err != nil {
			err = &exam.Error{Kind: exam.KindDamaged, Op: "read version", Err: err}
		}
	}
	return found, doc, err
}

// past is a revision with all that is kept of it.
type past struct {
	Version
	document []byte
	photo    []fileRef // with its original
}

func pastOf(v Version, document []byte, photo []fileRef) past {
	if i := slices.IndexFunc(photo, func(f fileRef) bool { return f.Kind == exam.FilePhoto }); i >= 0 {
		v.Photo = exam.File(photo[i])
	}
	return past{v, document, photo}
}

// walkBack calls fn for each revision from the current one down to the oldest,
// or to the one asked for.
func (s *Store) walkBack(id exam.DraftID, until uint64, fn func(past)) error {
	r, _, err := s.reading()
	if err != nil {
		return err
	}
	b, err := r.box(id)
	if err != nil {
		return err
	}
	// The versions are read before the head: one that is saved meanwhile is then
	// skipped instead of being applied to the wrong document.
	type sealed struct {
		key   string
		value []byte
	}
	var older []sealed
	err = s.engine.Scan(bucketVersions, string(id)+"/", func(key string, value []byte) error {
		older = append(older, sealed{key, value})
		return nil
	})
	if err != nil {
		return err
	}
	h, err := r.head(id)
	if err != nil {
		return err
	}
	document, revision, photo := h.document, h.Revision, photoOf(h.Files)
	fn(pastOf(Version{Revision: revision, Saved: moment(h.Updated), State: h.State, Files: len(h.Files)}, document, photo))
	slices.Reverse(older)
	for _, o := range older {
		if revision <= max(until, 1) || o.key != versionKey(id, revision-1) {
			break
		}
		plain, err := openValue(b, bucketVersions, o.key, o.value)
		if err != nil {
			return err
		}
		var facts versionFacts
		delta, err := decode(plain, &facts)
		if err != nil {
			return err
		}
		if document, err = goBack(document, delta); err != nil {
			return err
		}
		revision--
		if !facts.Same {
			photo = facts.Photo
		}
		fn(pastOf(Version{Revision: revision, Saved: moment(facts.Saved), State: facts.State, Files: facts.Files}, document, photo))
	}
	return nil
}

// Restore saves the document and the photo of an older revision as a new one;
// nothing is lost by it. Where no photo of it is known the present one stays, and
// evidence always does.
func (s *Store) Restore(id exam.DraftID, revision uint64) (d exam.Draft, err error) {
	const op = "restore version"
	old, doc, err := s.at(id, revision)
	if err != nil {
		return d, named(op, err)
	}
	err = s.update(op, func(t *tx) error {
		before, err := t.head(id)
		if err != nil {
			return err
		}
		h := before
		if len(old.photo) > 0 && !slices.Equal(old.photo, photoOf(h.Files)) {
			h.Files = append(without(h.Files, isPhoto), old.photo...)
		}
		if len(h.Files) > exam.MaxFiles {
			return overBound(op, "store.error.too_many_files", exam.MaxFiles)
		}
		if !bytes.Equal(before.document, old.document) || !slices.Equal(before.Files, h.Files) {
			if h, err = t.reviseFrom(id, before, h, old.document, doc); err != nil {
				return err
			}
		}
		d, err = t.assemble(id, h, doc)
		return err
	})
	return d, err
}
