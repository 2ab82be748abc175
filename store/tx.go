package store

import (
	"fmt"
	"strings"

	"wenbao/exam"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/seal"
)

// getter gives a sealed value, nil when there is none.
type getter interface {
	Get(bucket, key string) ([]byte, error)
}

// view reads sealed values with the keys of an unlocked store.
type view struct {
	getter
	v  *vault
	ix *index // recalls what then need not be read; nil: everything is read
}

// tx is one atomic change: what it puts becomes durable together, and only then
// do the index and the subscribers learn of it.
type tx struct {
	view
	*engine.Tx
	s       *Store
	then    []func(*index)
	changes []Change
	sealed  []exam.DraftID // drafts of which it puts or deletes anything

	fewThen   [4]func(*index) // what a save needs, in one piece with the rest
	fewChange [1]Change
	fewSealed [2]exam.DraftID
}

// Get gives the value as the change sees it.
func (t *tx) Get(bucket, key string) ([]byte, error) { return t.Tx.Get(bucket, key) }

func (s *Store) reading() (view, *index, error) {
	v, ix, err := s.open()
	return view{s.engine, v, ix}, ix, err
}

// update runs fn as one transaction, named op in errors.
func (s *Store) update(op string, fn func(*tx) error) error {
	var t *tx
	err := s.engine.Update(func(e *engine.Tx) error {
		v, ix, err := s.open()
		if err != nil {
			return err
		}
		t = &tx{view: view{e, v, ix}, Tx: e, s: s}
		t.then, t.changes, t.sealed = t.fewThen[:0], t.fewChange[:0], t.fewSealed[:0]
		if err := fn(t); err != nil {
			return err
		}
		e.After(func() {
			for _, f := range t.then {
				f(ix)
			}
			v.outdate(t.Seq, t.sealed)
		})
		return nil
	})
	if err == nil {
		s.subs.tell(t.changes...)
	}
	return named(op, err)
}

// named puts what was being done before an error of a layer below.
func named(op string, err error) error {
	if err == nil {
		return nil
	}
	return &exam.Error{Kind: exam.KindOf(err), Op: op, Err: err}
}

// box gives the cipher of a draft; KindNotFound when there is no such draft.
func (r view) box(id exam.DraftID) (seal.Box, error) {
	if b, ok := r.v.cached(id); ok {
		return b, nil
	}
	var key []byte
	var err error
	if known, _ := r.ix.recall(id); known != nil {
		key = known[:]
	} else if key, err = r.plain(r.v.data, bucketKeys, string(id)); err != nil {
		return seal.Box{}, err
	}
	b, err := seal.NewBox(key)
	if err != nil {
		return seal.Box{}, exam.Errorf(exam.KindDamaged, "read key", "it has %d bytes", len(key))
	}
	r.v.keep(id, b)
	return b, nil
}

// plain opens one value; KindNotFound when there is none.
func (r view) plain(b seal.Box, bucket, key string) ([]byte, error) {
	sealed, err := r.Get(bucket, key)
	if err != nil {
		return nil, err
	}
	if sealed == nil {
		return nil, exam.Errorf(exam.KindNotFound, "read "+bucket, "no such record")
	}
	return openValue(b, bucket, key, sealed)
}

func openValue(b seal.Box, bucket, key string, sealed []byte) ([]byte, error) {
	plain, err := b.Open(bucket, key, sealed)
	switch err {
	case nil:
		return plain, nil
	case seal.ErrVersion:
		return nil, &exam.Error{Kind: exam.KindUpgrade, Op: "read " + bucket, Err: err}
	}
	return nil, &exam.Error{Kind: exam.KindDamaged, Op: "read " + bucket, Err: err}
}

// packed gives a value as bbolt shall keep it: what a draft's key seals packed, if
// the key is at hand. While the store is locked, or has just been opened, it is not.
func (s *Store) packed(bucket, key string, sealed []byte) []byte {
	switch bucket {
	case bucketDrafts, bucketVersions, bucketRegistrations:
		id, _, _ := strings.Cut(key, "/")
		if b, ok := s.boxAtHand(exam.DraftID(id)); ok {
			return b.Pack(bucket, key, sealed)
		}
	}
	return sealed
}

// boxAtHand gives the cipher of a draft if it need not be looked for.
func (s *Store) boxAtHand(id exam.DraftID) (b seal.Box, ok bool) {
	v, ix, err := s.open()
	if err != nil {
		return b, false
	}
	if b, ok = v.cached(id); ok {
		return b, true
	}
	key, _ := ix.recall(id)
	if key == nil {
		return b, false
	}
	b, err = seal.NewBox(key[:])
	return b, err == nil
}

func (r view) head(id exam.DraftID) (head, error) {
	b, err := r.box(id)
	if err != nil {
		return head{}, err
	}
	plain, err := r.plain(b, bucketDrafts, string(id))
	if err != nil {
		return head{}, err
	}
	return decodeHead(plain)
}

// head gives the draft's newest state, of the draft being typed or just read from
// memory.
func (t *tx) head(id exam.DraftID) (head, error) {
	if h, ok := t.v.lastHead(id); ok && !t.Has(bucketDrafts, string(id)) {
		return h, nil
	}
	return t.view.head(id)
}

// registration gives what the server said last, zero when it said nothing.
func (r view) registration(id exam.DraftID) (rec registrationRecord, err error) {
	if _, unheard := r.ix.recall(id); unheard {
		return rec, nil
	}
	b, err := r.box(id)
	if err != nil {
		return rec, err
	}
	plain, err := r.plain(b, bucketRegistrations, string(id))
	if exam.KindOf(err) == exam.KindNotFound {
		return rec, nil
	}
	if err == nil {
		_, err = decode(plain, &rec)
	}
	return rec, err
}

// draft gives a draft as the screens want it, and as a change wants it.
func (r view) draft(id exam.DraftID) (d exam.Draft, was atHand, err error) {
	h, err := r.head(id)
	if err != nil {
		return d, was, err
	}
	doc, err := exam.DecodeDocument(h.document)
	if err != nil {
		return d, was, exam.Errorf(exam.KindDamaged, "read draft", "not a document")
	}
	reg, err := r.registration(id)
	return assemble(id, h, doc, reg), atHand{id, h, reg}, err
}

// assemble puts a draft together from its head, its document and what the
// server said.
func assemble(id exam.DraftID, h head, doc exam.Document, reg registrationRecord) exam.Draft {
	d := exam.Draft{
		ID: id, Revision: h.Revision, Document: doc, Files: filesOf(h.Files), Pack: h.Pack,
		Created: moment(h.Created), Updated: moment(h.Updated), State: h.State, Deleted: moment(h.Deleted),
		Delivered: reg.Delivered,
	}
	if reg.Registration.Version > 0 {
		last, base := reg.Registration, reg.base()
		d.Registration, d.Base = &last, &base
	}
	return d
}

func (t *tx) assemble(id exam.DraftID, h head, doc exam.Document) (exam.Draft, error) {
	reg, err := t.registration(id)
	return assemble(id, h, doc, reg), err
}

// registration is that of view, of the draft being typed or just read from memory.
func (t *tx) registration(id exam.DraftID) (registrationRecord, error) {
	changed := t.Has(bucketRegistrations, string(id))
	if rec, ok := t.v.lastRegistration(id); ok && !changed {
		return rec, nil
	}
	r := t.view
	if changed {
		r.ix = nil // what it recalls is older
	}
	rec, err := r.registration(id)
	if err == nil && !changed {
		t.then = append(t.then, func(ix *index) {
			t.v.keepRegistration(id, rec)
			ix.note(id, func(r *row) { r.unheard = rec.unheard() })
		})
	}
	return rec, err
}

// sealHead puts the newest state of a draft.
func (t *tx) sealHead(id exam.DraftID, h head) error {
	var room [factsRoom]byte
	return t.sealIn(t.Room(), id, bucketDrafts, string(id), h.facts(room[:]), h.recent, h.document)
}

// seal puts a value that is sealed with the draft's key.
func (t *tx) seal(id exam.DraftID, bucket, key string, plain ...[]byte) error {
	return t.sealIn(nil, id, bucket, key, plain...)
}

// sealIn is seal in memory that nobody uses any more.
func (t *tx) sealIn(room []byte, id exam.DraftID, bucket, key string, plain ...[]byte) error {
	b, err := t.box(id)
	if err != nil {
		return err
	}
	t.Put(bucket, key, b.SealIn(room, bucket, key, t.Seq, plain...))
	t.sealed = append(t.sealed, id)
	return nil
}

// sealData puts a value that is sealed with the data key.
func (t *tx) sealData(bucket, key string, plain []byte) {
	t.Put(bucket, key, t.v.data.Seal(bucket, key, t.Seq, plain))
}

func (t *tx) tell(what What, id exam.DraftID) {
	t.changes = append(t.changes, Change{What: what, Draft: id})
}

func missing(op, what string) error {
	return exam.Errorf(exam.KindNotFound, op, "no such %s", what)
}

func refuse(op, format string, args ...any) error {
	return &exam.Error{Kind: exam.KindState, Op: op, Err: fmt.Errorf(format, args...)}
}
