package store

import (
	"bytes"
	"encoding/binary"
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
// one. What is beyond is shown no longer; it goes when the draft is saved and all
// that it lies together with is beyond.
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
	bound := s.versions()
	err := s.walkBack(id, func(v past) (more bool) {
		list = append(list, v.Version)
		return uint64(len(list)) <= bound
	})
	return list, named("read history", err)
}

// At gives the document as it was at a revision; KindNotFound for one that is
// not in the history.
func (s *Store) At(id exam.DraftID, revision uint64) (exam.Document, error) {
	_, doc, err := s.at(id, revision)
	return doc, named("read version", err)
}

func (s *Store) at(id exam.DraftID, revision uint64) (found past, doc exam.Document, err error) {
	newest, bound := uint64(0), s.versions()
	err = s.walkBack(id, func(v past) (more bool) {
		newest = max(newest, v.Revision)
		if v.Revision == revision {
			found = v
		}
		return v.Revision > revision && newest-v.Revision < bound
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

// walkBack calls fn for each revision from the current one down to the oldest
// that the disk has, while fn says so.
func (s *Store) walkBack(id exam.DraftID, fn func(past) (more bool)) error {
	r, _, err := s.reading()
	if err != nil {
		return err
	}
	b, err := r.box(id)
	if err != nil {
		return err
	}
	h, older, err := s.older(r, id)
	if err != nil {
		return err
	}
	document, revision, photo := h.document, h.Revision, photoOf(h.Files)
	more := fn(pastOf(Version{Revision: revision, Saved: moment(h.Updated), State: h.State, Files: len(h.Files)}, document, photo))
	back := func(versions []byte) error {
		list, err := versionsIn(versions)
		if err != nil {
			return err
		}
		for _, v := range slices.Backward(list) {
			if !more || revision == 1 {
				return nil
			}
			var facts versionFacts
			delta, err := decode(v, &facts)
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
			more = fn(pastOf(Version{Revision: revision, Saved: moment(facts.Saved), State: facts.State, Files: facts.Files}, document, photo))
		}
		return nil
	}
	if err := back(h.recent); err != nil {
		return err
	}
	for _, o := range slices.Backward(older) {
		if !more || o.key != versionKey(id, revision-1) {
			break
		}
		plain, err := openValue(b, bucketVersions, o.key, o.value)
		if err != nil {
			return err
		}
		if err := back(unpacked(plain)); err != nil {
			return err
		}
	}
	return nil
}

// sealedVersions are versions as they lie in their bucket.
type sealedVersions struct {
	key   string
	value []byte
}

// older gives the head of a draft and the versions in their bucket, oldest first.
// Those are read before the head: what is saved meanwhile is then beside the
// document, or has moved into the bucket, which is read once more.
func (s *Store) older(r view, id exam.DraftID) (h head, list []sealedVersions, err error) {
	for range 3 {
		list = nil
		err = s.engine.Scan(bucketVersions, string(id)+"/", func(key string, value []byte) error {
			list = append(list, sealedVersions{key, value})
			return nil
		})
		if err != nil {
			return h, nil, err
		}
		if h, err = r.head(id); err != nil {
			return h, nil, err
		}
		newest := versionKey(id, h.Revision-1-countVersions(h.recent))
		if len(list) > 0 && list[len(list)-1].key == newest || newest == versionKey(id, 0) {
			break
		}
	}
	return h, list, nil
}

// A version is its length, its facts and the way back to it. Several stand one
// behind the other, the oldest first, beside the document that follows the last of
// them, and from there they move into their bucket together, behind this byte. A
// value there that does not begin with it is a single version of the first form.
const packed = 0

func appendVersion(dst, facts, delta []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(facts)+len(delta)))
	return append(append(dst, facts...), delta...)
}

// unpacked gives the versions in a value of their bucket.
func unpacked(value []byte) []byte {
	if len(value) > 0 && value[0] == packed {
		return value[1:]
	}
	return appendVersion(nil, nil, value)
}

// cutVersion gives the first of some versions, nil when there is none.
func cutVersion(b []byte) (version, rest []byte) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil
	}
	return b[size : size+int(n)], b[size+int(n):]
}

// versionsIn takes versions apart.
func versionsIn(b []byte) (list [][]byte, err error) {
	for len(b) > 0 {
		var v []byte
		if v, b = cutVersion(b); v == nil {
			return nil, exam.Errorf(exam.KindDamaged, "read history", "a version is out of bounds")
		}
		list = append(list, v)
	}
	return list, nil
}

func countVersions(b []byte) (n uint64) {
	for len(b) > 0 {
		_, b = cutVersion(b)
		n++
	}
	return n
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
