package store

import (
	"slices"
	"strings"
	"time"

	"wenbao/exam"
)

// Queue puts a step into the outbox and the draft into the state that follows,
// in one transaction. A step of the same draft that was set aside is replaced.
// Entry's ID, Draft and Action must be set; Queued is the store's clock.
// KindState when a step with the same action waits already, or the draft lies
// in the bin.
func (s *Store) Queue(e exam.Entry, state exam.State) (d exam.Draft, err error) {
	const op = "queue step"
	if e.ID == "" || e.Action == "" {
		return d, exam.Errorf(exam.KindInvalid, op, "without id or action")
	}
	err = s.update(op, func(t *tx) error {
		h, err := t.head(e.Draft)
		if err != nil {
			return err
		}
		if h.Deleted != 0 {
			return refuse(op, "the draft lies in the bin")
		}
		if err := s.makeRoom(t, e); err != nil {
			return err
		}
		e.Queued = s.o.Clock()
		h.State = state
		if err := t.putEntry(recordOf(e, state, h.Revision)); err != nil {
			return err
		}
		if err := t.touch(e.Draft, h); err != nil {
			return err
		}
		doc, err := exam.DecodeDocument(h.document)
		if err != nil {
			return exam.Errorf(exam.KindDamaged, op, "not a document")
		}
		d, err = t.assemble(e.Draft, h, doc)
		return err
	})
	return d, err
}

// makeRoom takes the draft's steps that were set aside out of the outbox.
func (s *Store) makeRoom(t *tx, e exam.Entry) error {
	waiting, err := s.entriesOf(t, e.Draft)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		switch {
		case w.Aside:
			t.deleteEntry(w)
		case w.Action == e.Action:
			return refuse("queue step", "%s waits already", e.Action)
		}
	}
	return nil
}

func (t *tx) putEntry(rec entryRecord) error {
	t.then = append(t.then, func(ix *index) { ix.putEntry(rec) })
	t.tell(OutboxChanged, rec.Draft)
	return t.seal(rec.Draft, bucketOutbox, entryKey(rec.ID, rec.Draft), encode(rec, nil))
}

func (t *tx) deleteEntry(rec entryRecord) {
	t.then = append(t.then, func(ix *index) { ix.dropEntry(place{rec.ID, rec.Draft}) })
	t.tell(OutboxChanged, rec.Draft)
	t.Delete(bucketOutbox, entryKey(rec.ID, rec.Draft))
}

// Entries lists the outbox, oldest first.
func (s *Store) Entries() ([]exam.Entry, error) {
	r, ix, err := s.reading()
	if err != nil {
		return nil, err
	}
	var list []exam.Entry
	for _, at := range ix.outbox() {
		rec, err := r.entry(at)
		switch exam.KindOf(err) {
		case "":
			list = append(list, rec.entry())
		case exam.KindNotFound: // delivered since
		default:
			return nil, named("read outbox", err)
		}
	}
	return list, nil
}

// Entry gives one entry of the outbox.
func (s *Store) Entry(id exam.EntryID) (exam.Entry, error) {
	r, ix, err := s.reading()
	if err != nil {
		return exam.Entry{}, err
	}
	rec, err := r.find(ix, id)
	return rec.entry(), named("read outbox entry", err)
}

// place is where an entry lies.
type place struct {
	entry exam.EntryID
	draft exam.DraftID
}

func placeOf(key string) (place, bool) {
	e, d, ok := strings.Cut(key, "/")
	return place{exam.EntryID(e), exam.DraftID(d)}, ok
}

func (r view) find(ix *index, id exam.EntryID) (entryRecord, error) {
	at, ok := ix.entry(id)
	if !ok {
		return entryRecord{}, missing("find entry", "entry")
	}
	return r.entry(at)
}

func (r view) entry(at place) (rec entryRecord, err error) {
	b, err := r.box(at.draft)
	if err != nil {
		return rec, err
	}
	plain, err := r.plain(b, bucketOutbox, entryKey(at.entry, at.draft))
	if err == nil {
		_, err = decode(plain, &rec)
	}
	return rec, err
}

// entriesOf gives the draft's entries as the transaction found them.
func (s *Store) entriesOf(t *tx, id exam.DraftID) (list []entryRecord, err error) {
	_, ix, err := s.open()
	if err != nil {
		return nil, err
	}
	for _, at := range ix.outboxOf(id) {
		rec, err := t.entry(at)
		if exam.KindOf(err) == exam.KindNotFound {
			continue // taken out by this very transaction
		}
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	return list, nil
}

// reschedule changes an entry; its draft need not change.
func (s *Store) reschedule(op string, id exam.EntryID, fn func(*entryRecord)) error {
	return s.update(op, func(t *tx) error {
		_, ix, err := s.open()
		if err != nil {
			return err
		}
		rec, err := t.find(ix, id)
		if err != nil {
			return err
		}
		fn(&rec)
		return t.putEntry(rec)
	})
}

// Postpone notes an attempt that did not get through, and when the next may be.
func (s *Store) Postpone(id exam.EntryID, last exam.Kind, next time.Time) error {
	return s.reschedule("postpone entry", id, func(r *entryRecord) {
		r.Attempts++
		r.Last, r.Next = last, stamp(next)
	})
}

// SetAside takes an entry out of the sending until a person has decided: with
// the problems the server found, or its version at a conflict.
func (s *Store) SetAside(id exam.EntryID, last exam.Kind, problems []exam.Problem, current *exam.Registration) error {
	return s.reschedule("set entry aside", id, func(r *entryRecord) {
		r.Attempts++
		r.Last, r.Aside, r.Problems, r.Current = last, true, slices.Clone(problems), current
	})
}

// PutBack lets an entry that was set aside be sent again, at once.
func (s *Store) PutBack(id exam.EntryID) error {
	return s.reschedule("put entry back", id, func(r *entryRecord) {
		r.Aside, r.Next, r.Problems, r.Current = false, 0, nil, nil
	})
}

// Drop withdraws a step that was not sent, or was set aside. The draft's state
// goes back to that of the newest step still waiting, else to what the server
// said last, else to draft.
func (s *Store) Drop(id exam.EntryID) error {
	return s.update("drop entry", func(t *tx) error {
		_, ix, err := s.open()
		if err != nil {
			return err
		}
		rec, err := t.find(ix, id)
		if err != nil {
			return err
		}
		t.deleteEntry(rec)
		h, err := t.head(rec.Draft)
		if err != nil {
			return err
		}
		if h.State, err = s.stateWithout(t, rec); err != nil {
			return err
		}
		return t.touch(rec.Draft, h)
	})
}

// stateWithout gives the draft's state when the entry is gone.
func (s *Store) stateWithout(t *tx, gone entryRecord) (exam.State, error) {
	waiting, err := s.entriesOf(t, gone.Draft)
	if err != nil {
		return "", err
	}
	waiting = slices.DeleteFunc(waiting, func(w entryRecord) bool { return w.ID == gone.ID })
	if n := len(waiting); n > 0 {
		return waiting[n-1].State, nil
	}
	reg, err := t.registration(gone.Draft)
	if err != nil || reg.Registration.Version == 0 {
		return exam.StateDraft, err
	}
	return reg.Registration.State, nil
}
