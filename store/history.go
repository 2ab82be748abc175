package store

import (
	"slices"
	"time"

	"wenbao/exam"
)

// Version is one saved revision of a draft.
type Version struct {
	Revision uint64
	Saved    time.Time // by this machine's clock
	State    exam.State
	Files    int // how many files it had
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
	err := s.walkBack(id, 0, func(v Version, _ []byte) { list = append(list, v) })
	return list, named("read history", err)
}

// At gives the document as it was at a revision; KindNotFound for one that is
// not in the history.
func (s *Store) At(id exam.DraftID, revision uint64) (exam.Document, error) {
	const op = "read version"
	var raw []byte
	err := s.walkBack(id, revision, func(v Version, document []byte) {
		if v.Revision == revision {
			raw = document
		}
	})
	if err != nil {
		return exam.Document{}, named(op, err)
	}
	if raw == nil {
		return exam.Document{}, missing(op, "revision")
	}
	doc, err := exam.DecodeDocument(raw)
	if err != nil {
		return exam.Document{}, &exam.Error{Kind: exam.KindDamaged, Op: op, Err: err}
	}
	return doc, nil
}

// walkBack calls fn for each revision from the current one down to the oldest,
// or to the one asked for.
func (s *Store) walkBack(id exam.DraftID, until uint64, fn func(Version, []byte)) error {
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
	fn(Version{Revision: h.Revision, Saved: moment(h.Updated), State: h.State, Files: len(h.Files)}, h.document)
	document, revision := h.document, h.Revision
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
		fn(Version{Revision: revision, Saved: moment(facts.Saved), State: facts.State, Files: facts.Files}, document)
	}
	return nil
}

// Restore saves the document of an older revision as a new one; nothing is
// lost by it. Files stay as they are.
func (s *Store) Restore(id exam.DraftID, revision uint64) (exam.Draft, error) {
	doc, err := s.At(id, revision)
	if err != nil {
		return exam.Draft{}, err
	}
	return s.Save(id, doc)
}
