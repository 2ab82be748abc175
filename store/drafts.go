package store

import (
	"bytes"
	"slices"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// Create keeps a new draft, at revision 1, under an id of its own.
func (s *Store) Create(doc exam.Document, pack exam.PackRef) (exam.Draft, error) {
	drafts, err := s.CreateAll([]exam.Document{doc}, pack)
	if err != nil {
		return exam.Draft{}, err
	}
	return drafts[0], nil
}

// CreateAll keeps many new drafts in one transaction, all or none: a block of
// an imported list. Blocks of some hundred are best.
func (s *Store) CreateAll(docs []exam.Document, pack exam.PackRef) ([]exam.Draft, error) {
	drafts := make([]exam.Draft, len(docs))
	err := s.update("create draft", func(t *tx) error {
		now := s.o.Clock()
		for i, doc := range docs {
			h := head{Created: stamp(now), Updated: stamp(now), State: exam.StateDraft, Pack: pack, Revision: 1, document: doc.Encode()}
			id := exam.NewDraftID()
			if err := t.found(id, h, doc); err != nil {
				return err
			}
			drafts[i] = exam.Draft{ID: id, Revision: 1, Document: doc, Pack: pack, Created: moment(h.Created), Updated: moment(h.Updated), State: h.State}
		}
		return nil
	})
	return drafts, err
}

// found puts a draft that was not there before, with a key of its own.
func (t *tx) found(id exam.DraftID, h head, doc exam.Document) error {
	key := seal.NewKey()
	t.sealData(bucketKeys, string(id), key)
	b, err := seal.NewBox(key)
	if err != nil {
		return err
	}
	t.v.keep(id, b) // in the place of one from an attempt that failed
	if err := t.putHead(id, h, doc); err != nil {
		return err
	}
	t.then = append(t.then, func(ix *index) {
		ix.note(id, func(r *row) { r.key, r.unheard = (*[seal.KeySize]byte)(key), true })
	})
	return nil
}

// putHead puts the newest state of a draft and tells the list.
func (t *tx) putHead(id exam.DraftID, h head, doc exam.Document) error {
	if len(h.document) > exam.MaxDocumentBytes {
		return overBound("save draft", "store.error.document_too_large", exam.MaxDocumentBytes>>10)
	}
	if err := doc.Bounded(); err != nil { // nobody could read it again
		return err
	}
	l := &late{id, h, doc}
	t.then = append(t.then, func(ix *index) {
		ix.put(l)
		t.v.keepHead(id, l.h)
	})
	t.tell(DraftChanged, id)
	return t.sealHead(id, h)
}

// touch puts a head whose document is as it was.
func (t *tx) touch(id exam.DraftID, h head) error {
	t.then = append(t.then, func(ix *index) {
		ix.touch(id, h)
		t.v.keepHead(id, h)
	})
	t.tell(DraftChanged, id)
	return t.sealHead(id, h)
}

// Draft gives a draft as it is now, also one that lies in the bin. Who reads a
// draft before he changes it need not wait for that again.
func (s *Store) Draft(id exam.DraftID) (exam.Draft, error) {
	r, _, err := s.reading()
	if err != nil {
		return exam.Draft{}, err
	}
	since := s.engine.Seq()
	d, was, err := r.draft(id)
	if err == nil {
		r.v.keepRead(since, was)
	}
	return d, named("read draft", err)
}

// Save keeps the document as the draft's next revision; the one before goes to
// the history. It is durable when Save returns. A document equal to the newest
// changes nothing. The state stays as it is: a delivered draft that is edited
// has a Revision above the delivered one (see [Summary.Edited]).
func (s *Store) Save(id exam.DraftID, doc exam.Document) (d exam.Draft, err error) {
	err = s.update("save draft", func(t *tx) error {
		h, err := t.head(id)
		if err != nil {
			return err
		}
		raw := t.v.encoder.Encode(t.v.room(), doc)
		if !bytes.Equal(h.document, raw) {
			if h, err = t.revise(id, h, raw, doc); err != nil {
				return err
			}
		}
		d, err = t.assemble(id, h, doc)
		return err
	})
	return d, err
}

// revise makes the next revision of a draft and puts the one before into the
// history, from which the oldest goes.
func (t *tx) revise(id exam.DraftID, h head, raw []byte, doc exam.Document) (head, error) {
	return t.reviseFrom(id, h, h, raw, doc)
}

// reviseFrom is revise for a head of which more than the document has changed.
func (t *tx) reviseFrom(id exam.DraftID, before, h head, raw []byte, doc exam.Document) (head, error) {
	if h.Deleted != 0 {
		return h, refuse("save draft", "it lies in the bin")
	}
	h.document = raw
	if err := t.keepVersion(id, before, &h); err != nil {
		return h, err
	}
	h.Revision++
	h.Updated = stamp(t.s.o.Clock())
	return h, t.putHead(id, h, doc)
}

// keepVersion puts the current revision into the history of what will follow.
func (t *tx) keepVersion(id exam.DraftID, h head, next *head) error {
	facts := versionFacts{Saved: h.Updated, State: h.State, Files: len(h.Files)}
	if photo := photoOf(h.Files); slices.Equal(photo, photoOf(next.Files)) {
		facts.Same = true
	} else {
		facts.Photo = photo
	}
	var room [128]byte
	var delta [512]byte
	next.recent = appendVersion(next.recent, facts.encode(room[:]), wayBack(delta[:0], next.document, h.document))
	bound := t.s.versions()
	if next.roomy() && countVersions(next.recent) < bound {
		return nil
	}
	if err := t.seal(id, bucketVersions, versionKey(id, h.Revision), []byte{packed}, next.recent); err != nil {
		return err
	}
	next.recent = nil
	return t.forget(id, h.Revision, bound)
}

// roomy tells whether the versions beside the document cost no block of the
// journal more than it does without them.
func (h *head) roomy() bool {
	const block, rest, perFile = 4096, 400, 250 // facts, names, what sealing adds
	other := len(h.document) + rest + perFile*len(h.Files)
	return len(h.recent) <= 1024 && (other+len(h.recent))/block == other/block
}

func isPhoto(f fileRef) bool { return f.Kind == exam.FilePhoto || f.Kind == exam.FilePhotoOriginal }

// photoOf gives the photo and its original, as far as they are there.
func photoOf(files []fileRef) (photo []fileRef) {
	for _, f := range files {
		if isPhoto(f) {
			photo = append(photo, f)
		}
	}
	return photo
}

// forget drops the versions that are older than the newest, which is being put,
// and bound more. Those of the draft being typed are looked for once.
func (t *tx) forget(id exam.DraftID, newest, bound uint64) error {
	kept, known := t.v.lastVersions(id)
	if !known {
		err := t.s.engine.Scan(bucketVersions, string(id)+"/", func(key string, _ []byte) error {
			kept = append(kept, key)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if before := versionKey(id, newest-1); t.Has(bucketVersions, before) && !slices.Contains(kept, before) {
		kept = append(kept, before) // of this very change
	}
	kept = append(kept, versionKey(id, newest))
	for newest > bound && kept[0] <= versionKey(id, newest-bound) {
		t.Delete(bucketVersions, kept[0])
		kept = kept[1:]
	}
	t.then = append(t.then, func(*index) { t.v.keepVersions(id, kept) })
	return nil
}

// change makes a revision that differs in something else than the document.
func (s *Store) change(op string, id exam.DraftID, fn func(*tx, *head) error) (d exam.Draft, err error) {
	err = s.update(op, func(t *tx) error {
		h, err := t.head(id)
		if err != nil {
			return err
		}
		doc, err := exam.DecodeDocument(h.document)
		if err != nil {
			return exam.Errorf(exam.KindDamaged, op, "not a document")
		}
		before := h
		if err := fn(t, &h); err != nil {
			return err
		}
		if err := t.keepVersion(id, before, &h); err != nil {
			return err
		}
		h.Revision++
		h.Updated = stamp(s.o.Clock())
		if err := t.putHead(id, h, doc); err != nil {
			return err
		}
		d, err = t.assemble(id, h, doc)
		return err
	})
	return d, err
}

// SetPack binds the draft to another edition of its exam pack.
func (s *Store) SetPack(id exam.DraftID, ref exam.PackRef) (exam.Draft, error) {
	return s.change("set pack", id, func(_ *tx, h *head) error {
		h.Pack = ref
		return nil
	})
}

// Delete puts a draft into the bin. KindState while a step of it waits in the
// outbox: withdraw that with [Store.Drop] first.
func (s *Store) Delete(id exam.DraftID) error {
	return s.update("delete draft", func(t *tx) error {
		h, err := t.head(id)
		if err != nil || h.Deleted != 0 {
			return err
		}
		waiting, err := s.entriesOf(t, id)
		if err != nil {
			return err
		}
		if len(waiting) > 0 {
			return refuse("delete draft", "%d of its steps wait in the outbox", len(waiting))
		}
		h.Deleted = max(stamp(s.o.Clock()), 1)
		return t.touch(id, h)
	})
}

// Undelete takes a draft out of the bin.
func (s *Store) Undelete(id exam.DraftID) error {
	return s.update("undelete draft", func(t *tx) error {
		h, err := t.head(id)
		if err != nil || h.Deleted == 0 {
			return err
		}
		h.Deleted = 0
		return t.touch(id, h)
	})
}

// Purge destroys a draft that lies in the bin (KindState otherwise): its key,
// every version, its receipts, and files that no other draft has. Copies of the
// sealed bytes leave the disk with the next [Store.Compact].
func (s *Store) Purge(id exam.DraftID) error {
	s.files.Lock()
	defer s.files.Unlock()
	var gone []string
	err := s.update("purge draft", func(t *tx) error {
		h, err := t.head(id)
		if err != nil {
			return err
		}
		if h.Deleted == 0 {
			return refuse("purge draft", "it does not lie in the bin")
		}
		if gone, err = s.purgeRecords(t, id, h); err != nil {
			return err
		}
		t.sealData(bucketPurged, string(id), nil)
		t.then = append(t.then, func(ix *index) { ix.remove(id); t.v.forget(id) })
		t.tell(DraftRemoved, id)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range gone {
		s.removeFile(name)
	}
	return nil
}

// purgeRecords deletes every record of the draft and gives the files to remove.
func (s *Store) purgeRecords(t *tx, id exam.DraftID, h head) (gone []string, err error) {
	t.sealed = append(t.sealed, id)
	t.Delete(bucketKeys, string(id))
	t.Delete(bucketDrafts, string(id))
	t.Delete(bucketRegistrations, string(id))
	for _, bucket := range []string{bucketVersions, bucketReceipts} {
		err := s.engine.Scan(bucket, string(id)+"/", func(key string, _ []byte) error {
			t.Delete(bucket, key)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s.releaseFiles(t, id)
}
