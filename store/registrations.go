package store

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"slices"

	"wenbao/exam"
)

// Deliver takes an entry out of the outbox together with the answer to it: the
// registration, and the receipt over exactly the bytes that were sent, which
// the caller has verified and which is kept for ever. All of it is one
// transaction. Calling it again changes nothing. When the entry was dropped
// meanwhile the answer is kept all the same; KindNotFound when the draft is
// not here.
func (s *Store) Deliver(id exam.EntryID, reg exam.Registration, r exam.Receipt) error {
	return s.update("deliver entry", func(t *tx) error {
		_, ix, err := s.open()
		if err != nil {
			return err
		}
		entry, err := t.find(ix, id)
		if err != nil && exam.KindOf(err) != exam.KindNotFound {
			return err
		}
		sent := err == nil
		if sent && entry.Draft != reg.ID {
			return exam.Errorf(exam.KindInvalid, "deliver entry", "the answer is about another draft")
		}
		h, err := t.head(reg.ID)
		if err != nil {
			return err
		}
		news, err := t.learn(reg, r, sent, sent && entry.Action.Brings())
		if err != nil {
			return err
		}
		if !sent && !news {
			return nil
		}
		if sent {
			t.deleteEntry(entry)
			if entry.Action == exam.ActionSubmit {
				h.Delivered = entry.Revision
			}
		}
		if h.State, err = s.stateWithout(t, entryRecord{ID: id, Draft: reg.ID}); err != nil {
			return err
		}
		return t.touch(reg.ID, h)
	})
}

// learn keeps a receipt for ever, and the registration unless a newer version
// is known. delivered: it answers a step of this machine; made: its content is
// this machine's document. It tells whether anything was new.
func (t *tx) learn(reg exam.Registration, r exam.Receipt, delivered, made bool) (news bool, err error) {
	key := receiptKey(reg.ID, r)
	had, err := t.Get(bucketReceipts, key)
	if err != nil {
		return false, err
	}
	if had == nil && len(r.Statement) > 0 {
		news = true
		if err := t.seal(reg.ID, bucketReceipts, key, encode(r, nil)); err != nil {
			return false, err
		}
	}
	known, err := t.registration(reg.ID)
	if err != nil {
		return false, err
	}
	if reg.Version >= known.Registration.Version {
		if len(reg.Content) == 0 && reg.Digest == known.Registration.Digest {
			reg.Content = known.Registration.Content
		}
		news = news || reg.Version > known.Registration.Version || len(reg.Content) != len(known.Registration.Content)
		known.follow(reg)
	}
	if made {
		known.rest(reg)
	}
	if delivered && (known.Delivered == nil || versionOf(r) >= versionOf(*known.Delivered)) {
		news = news || known.Delivered == nil || !sameReceipt(*known.Delivered, r)
		known.Delivered = &r
	}
	if !news {
		return false, nil
	}
	return true, t.sealRegistration(reg.ID, known)
}

// sealRegistration puts what the server said of a draft.
func (t *tx) sealRegistration(id exam.DraftID, rec registrationRecord) error {
	t.then = append(t.then, func(ix *index) {
		ix.registered(id, rec)
		t.v.keepRegistration(id, rec)
	})
	return t.seal(id, bucketRegistrations, string(id), encode(rec, nil))
}

// unheard tells whether the server has said nothing.
func (k *registrationRecord) unheard() bool {
	return k.Registration.ID == "" && k.Base == nil && k.Delivered == nil
}

// follow takes in a newer version. When its content is not what the document
// was made from, that stays known: without it a merge could not tell whose
// change is whose.
func (k *registrationRecord) follow(reg exam.Registration) {
	if k.Base == nil && k.Registration.Version > 0 && k.Registration.Digest != reg.Digest {
		old := k.Registration.Last()
		k.Base = &old
	}
	k.Registration = reg
	k.rest(k.base())
}

// rest makes reg what the document was made from.
func (k *registrationRecord) rest(reg exam.Registration) {
	if k.Base = nil; reg.Digest != k.Registration.Digest {
		reg = reg.Last()
		k.Base = &reg
	}
}

// base is what the document was last made from.
func (k *registrationRecord) base() exam.Registration {
	if k.Base != nil {
		return *k.Base
	}
	return k.Registration
}

// Rebase keeps doc as the draft's next revision, made from the server's version
// onto, which the caller has verified, and files as what is attached: the outcome of
// a merge. What the draft was before stays in the history, and so does a newer
// version of the server's that is not taken over as it is. An older version takes a
// merge back: the newer one waits again to be taken in. Of files that came from the
// server the bytes may be missing still, see [Store.Keep].
func (s *Store) Rebase(id exam.DraftID, doc exam.Document, files []exam.File, onto exam.Registration) (d exam.Draft, err error) {
	const op = "rebase draft"
	theirs, err := exam.DecodeSubmission(onto.Content)
	if err != nil || onto.ID != id {
		return d, exam.Errorf(exam.KindInvalid, op, "not a version of this draft")
	}
	if len(files) > exam.MaxFiles {
		return d, overBound(op, "store.error.too_many_files", exam.MaxFiles)
	}
	err = s.update(op, func(t *tx) error {
		known, err := t.registration(id)
		if err != nil {
			return err
		}
		was := known.base()
		h, err := t.head(id)
		if err != nil {
			return err
		}
		if onto.Version > known.Registration.Version {
			known.Registration = onto
		}
		known.rest(onto)
		before, raw, rival := h, doc.Encode(), theirs.Document.Encode()
		if onto.Version > was.Version && !bytes.Equal(rival, raw) && !bytes.Equal(rival, h.document) {
			h.Files = refsOf(theirs.Files)
			if h, err = t.reviseFrom(id, before, h, rival, theirs.Document); err != nil {
				return err
			}
			before = h
		}
		h.Files = refsOf(files)
		if bytes.Equal(raw, rival) && sameFiles(files, theirs.Files) {
			if err := s.delivered(id, onto, &known); err != nil {
				return err
			}
			if known.Delivered != nil && versionOf(*known.Delivered) == onto.Version {
				h.Delivered = h.Revision + 1
			}
		}
		if h, err = t.reviseFrom(id, before, h, raw, doc); err != nil {
			return err
		}
		if err := errors.Join(t.holdFiles(id, files), t.sealRegistration(id, known)); err != nil {
			return err
		}
		d, err = t.assemble(id, h, doc)
		return err
	})
	return d, err
}

// sameFiles tells whether what is sent of two lists is the same.
func sameFiles(mine, theirs []exam.File) bool {
	return slices.EqualFunc(exam.FilesToSend(mine), exam.FilesToSend(theirs), func(a, b exam.File) bool { return a.Kind == b.Kind && a.SHA256 == b.SHA256 })
}

// delivered makes the receipt over a version, if it is kept, the proof of what
// the document now is.
func (s *Store) delivered(id exam.DraftID, of exam.Registration, known *registrationRecord) error {
	all, err := s.Receipts(id)
	for _, r := range all {
		if st, bad := r.Read(); bad == nil && st.Version == of.Version && st.Digest == of.Digest {
			known.Delivered = &r
		}
	}
	return err
}

func sameReceipt(a, b exam.Receipt) bool {
	return subtle.ConstantTimeCompare(a.Statement, b.Statement) == 1
}

// Cursor is how far the server's changes have been applied, "" at first.
func (s *Store) Cursor() (string, error) {
	raw, err := s.Setting(cursorSetting)
	return string(raw), err
}

const cursorSetting = "sync.cursor"

// Apply takes in what the server says about registrations, settings that it
// brought, and the cursor that covers both, in one transaction. An older version never replaces a newer one. A
// registration that this machine does not know becomes a draft if its content
// came with it; one that was purged here stays away.
func (s *Store) Apply(cursor string, updates []exam.Update, settings map[string][]byte) error {
	return s.update("apply updates", func(t *tx) error {
		for _, u := range updates {
			if err := s.apply(t, u); err != nil && !t.lost(u.Registration.ID, err) {
				return err
			}
		}
		for name, value := range settings {
			t.sealData(bucketSettings, name, value)
		}
		t.sealData(bucketSettings, cursorSetting, []byte(cursor))
		return nil
	})
}

// lost tells whether an error means that a draft's records are there and do not open:
// [Store.Check] tells of it, and the news of the others go on.
func (t *tx) lost(id exam.DraftID, err error) bool {
	if exam.KindOf(err) != exam.KindDamaged {
		return false
	}
	for _, bucket := range []string{bucketKeys, bucketDrafts, bucketRegistrations} {
		if _, err := t.Get(bucket, string(id)); err != nil {
			return false // the database cannot be read, whoever asks
		}
	}
	return true
}

func (s *Store) apply(t *tx, u exam.Update) error {
	id := u.Registration.ID
	if purged, err := t.Get(bucketPurged, string(id)); err != nil || purged != nil {
		return err
	}
	h, err := t.head(id)
	if exam.KindOf(err) == exam.KindNotFound {
		return s.adopt(t, u)
	}
	if err != nil {
		return err
	}
	news, err := t.learn(u.Registration, u.Receipt, false, false)
	if err != nil || !news {
		return err
	}
	if sub, err := exam.DecodeSubmission(u.Registration.Content); err == nil {
		if err := t.holdFiles(id, sub.Files); err != nil {
			return err
		}
	}
	if h.State, err = s.stateWithout(t, entryRecord{Draft: id}); err != nil {
		return err
	}
	return t.touch(id, h)
}

// adopt makes a draft of a registration that this machine did not have.
func (s *Store) adopt(t *tx, u exam.Update) error {
	id := u.Registration.ID
	sub, err := exam.DecodeSubmission(u.Registration.Content)
	if _, bad := exam.ParseDraftID(string(id)); err != nil || bad != nil || sub.ID != id {
		return nil // nothing to show yet; the cursor moves all the same
	}
	now := stamp(s.o.Clock())
	h := head{
		Revision: 1, Created: now, Updated: now, State: u.Registration.State, Pack: sub.Pack,
		Files: refsOf(sub.Files), Delivered: 1, document: sub.Document.Encode(),
	}
	if err := t.found(id, h, sub.Document); err != nil {
		return err
	}
	if err := t.holdFiles(id, sub.Files); err != nil {
		return err
	}
	_, err = t.learn(u.Registration, u.Receipt, true, true)
	return err
}

// Receipts gives every receipt of the draft, oldest version first.
func (s *Store) Receipts(id exam.DraftID) ([]exam.Receipt, error) {
	const op = "read receipts"
	r, _, err := s.reading()
	if err != nil {
		return nil, err
	}
	b, err := r.box(id)
	if err != nil {
		return nil, named(op, err)
	}
	var list []exam.Receipt
	err = s.engine.Scan(bucketReceipts, string(id)+"/", func(key string, sealed []byte) error {
		plain, err := openValue(b, bucketReceipts, key, sealed)
		if err != nil {
			return err
		}
		var one exam.Receipt
		_, err = decode(plain, &one)
		list = append(list, one)
		return err
	})
	return list, named(op, err)
}

// Setting gives what was set under the name, nil when nothing was.
func (s *Store) Setting(name string) ([]byte, error) {
	r, _, err := s.reading()
	if err != nil {
		return nil, err
	}
	plain, err := r.plain(r.v.data, bucketSettings, name)
	if exam.KindOf(err) == exam.KindNotFound {
		return nil, nil
	}
	return plain, named("read setting", err)
}

// SetSetting keeps value, sealed, under a name that says nothing about a
// person ("server.device"); nil forgets it.
func (s *Store) SetSetting(name string, value []byte) error {
	return s.update("keep setting", func(t *tx) error {
		if value == nil {
			t.Delete(bucketSettings, name)
		} else {
			t.sealData(bucketSettings, name, value)
		}
		t.tell(StoreChanged, "")
		return nil
	})
}
