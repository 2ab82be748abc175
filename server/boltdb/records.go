package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// row is a registration on the disk; its contents lie in a bucket of their own,
// the present one under what Places has for the version in Content.
type row struct {
	Schema  int        `json:"s"`
	Owner   []byte     `json:"o"`
	Person  []byte     `json:"p"`
	Active  bool       `json:"a"`
	Seq     uint64     `json:"q"`
	Number  string     `json:"n"`
	Version int        `json:"v"`
	State   exam.State `json:"t"`
	Digest  string     `json:"d"`
	Content int        `json:"c"`
	Places  []placeRow `json:"e,omitempty"` // of edition 3; a version that is not there lies where edition 2 put it
	History []eventRow `json:"h"`
	Due     int        `json:"f,omitempty"`
	Seal    string     `json:"l,omitempty"`
	Receipt receiptRow `json:"r"`
}

// placeRow tells where the content of a version lies: the places rise, so that
// what arrives together lies together, and a commit of many writes few pages.
type placeRow struct {
	Version int    `json:"v"`
	Place   uint64 `json:"p"`
}

type eventRow struct {
	Version int         `json:"v"`
	State   exam.State  `json:"t"`
	Action  exam.Action `json:"a"`
	Actor   exam.Actor  `json:"b"`
	At      time.Time   `json:"w"`
	Reason  string      `json:"r,omitempty"`
}

type receiptRow struct {
	KeyID     string `json:"k"`
	Statement []byte `json:"s"`
	Signature []byte `json:"g"`
}

// guesses is how often a decision is made beside the writer before it is made
// inside.
const guesses = 4

// Decide implements server.Registrations. Decisions cost far more than writes
// (rules, signatures), so they are made side by side on what a read transaction
// shows; the one writer then only looks whether that is still so. Who loses that
// race too often decides inside the writer, where nothing can change.
func (db *DB) Decide(ctx context.Context, q server.Question, decide func(server.Held) server.Decision) error {
	for range guesses {
		stale, err := db.attempt(ctx, q, decide)
		if err != nil || !stale {
			return err
		}
	}
	return db.write(ctx, func(tx *bbolt.Tx) error {
		h, old, err := held(tx, q)
		if err != nil {
			return err
		}
		var none bool
		h.Serial = func() uint64 {
			n := db.reserved.pop()
			none = n == 0
			return n
		}
		d := decide(h)
		if none {
			return exam.Errorf(exam.KindUnreachable, "decide", "no serial is reserved at this moment")
		}
		if d.Record == nil || h.Answered != nil {
			return nil
		}
		return db.keep(tx, q, old, d)
	})
}

// attempt decides on what is held now and writes it unless that is stale by then.
func (db *DB) attempt(ctx context.Context, q server.Question, decide func(server.Held) server.Decision) (stale bool, err error) {
	db.deciding()
	j, err := db.guess(ctx, q, decide, &stale)
	db.decided()
	if err != nil || j == nil {
		return false, err
	}
	err = db.await(j)
	return stale, err
}

// guess decides on what is held now and queues what is to be written, if anything.
func (db *DB) guess(ctx context.Context, q server.Question, decide func(server.Held) server.Decision, stale *bool) (*job, error) {
	var h server.Held
	seen, err := db.peek(func(tx *bbolt.Tx) (err error) {
		h, _, err = held(tx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	h.Serial = func() (n uint64) {
		n, err = db.next(ctx)
		return n
	}
	d := decide(h)
	if err != nil {
		return nil, err
	}
	if d.Record == nil || h.Answered != nil {
		return nil, db.settled(seen)
	}
	return db.enqueue(ctx, func(tx *bbolt.Tx) error {
		now, row, err := held(tx, q)
		if *stale = err == nil && !sameHeld(h, now); err != nil || *stale {
			return err
		}
		return db.keep(tx, q, row, d)
	})
}

// sameHeld tells whether a decision on a would be the same on b.
func sameHeld(a, b server.Held) bool {
	switch {
	case (a.Answered == nil) != (b.Answered == nil), (a.Record == nil) != (b.Record == nil), a.Taken != b.Taken, len(a.Lacks) != len(b.Lacks):
		return false
	}
	return a.Record == nil || a.Record.Seq == b.Record.Seq
}

// held reads all that a question asks about.
func held(tx *bbolt.Tx, q server.Question) (server.Held, *row, error) {
	var h server.Held
	if q.Entry != "" {
		raw := tx.Bucket(bAnswers).Get(answerKey(q))
		if old := tx.Bucket(bAnswers1); raw == nil && old != nil {
			raw = old.Get(append(bytes.Clone(q.Owner[:]), idKey(exam.DraftID(q.Entry))...))
		}
		if raw != nil {
			a, err := decodeAnswer(raw)
			return server.Held{Answered: a}, nil, err
		}
	}
	r, err := getRow(tx, idKey(q.ID))
	if err != nil {
		return h, nil, err
	}
	if r != nil {
		rec := r.record(tx, q.ID)
		h.Record = &rec
	}
	if q.Person != (server.Person{}) {
		if id := tx.Bucket(bPersons).Get(q.Person[:]); id != nil {
			h.Taken = idOf(id)
		}
	}
	h.Lacks, err = lacking(tx, q)
	return h, r, err
}

// keep writes a decision.
func (db *DB) keep(tx *bbolt.Tx, q server.Question, old *row, d server.Decision) error {
	rec := *d.Record
	id := idKey(rec.ID)
	if other := tx.Bucket(bNumbers).Get([]byte(rec.Number)); other != nil && !bytes.Equal(other, id) {
		return exam.Errorf(exam.KindInternal, "keep registration", "its number is another's")
	}
	w := writer{tx: tx}
	var stale []byte // the record's place among the changes so far
	if old != nil {
		stale = changeKey(rec.Owner, old.Seq)
		if old.Active && !bytes.Equal(old.Person, rec.Person[:]) || old.Active && !rec.Active {
			w.delete(bPersons, old.Person)
		}
	}
	rec.Seq = db.nextSeq(tx, rec.Owner)
	if stale != nil {
		w.delete(bChanges, stale)
	}
	w.put(bChanges, changeKey(rec.Owner, rec.Seq), id)
	if rec.Active {
		w.put(bPersons, rec.Person[:], id)
	}
	r := rowOf(rec)
	if old != nil {
		r.Content, r.Places = old.Content, old.Places
	}
	if old == nil || old.Digest != rec.Digest {
		place, err := tx.Bucket(bContent).NextSequence()
		if err != nil {
			return err
		}
		r.Content, r.Places = rec.Version, append(r.Places, placeRow{rec.Version, place})
		w.put(bContent, uint64Key(place), rec.Content)
	}
	w.put(bNumbers, []byte(rec.Number), id)
	w.put(bRecords, id, r.encode())
	if d.Answer != nil && q.Entry != "" {
		key := answerKey(q)
		w.put(bAnswers, key, encodeAnswer(d.Answer))
		w.put(bGiven, givenKey(d.Answer.At, key), []byte{})
	}
	if w.err != nil {
		return w.err
	}
	return keepFiles(tx, q)
}

// writer does puts and deletes until one fails.
type writer struct {
	tx  *bbolt.Tx
	err error
}

func (w *writer) put(bucket, key, value []byte) {
	if w.err == nil {
		w.err = w.tx.Bucket(bucket).Put(key, value)
	}
}

func (w *writer) delete(bucket, key []byte) {
	if w.err == nil {
		w.err = w.tx.Bucket(bucket).Delete(key)
	}
}

// nextSeq gives the owner's next change number: one more than the last, which is
// always there, and within the present epoch.
func (db *DB) nextSeq(tx *bbolt.Tx, o server.Owner) uint64 {
	last := uint64(0)
	c := tx.Bucket(bChanges).Cursor()
	k, _ := c.Seek(changeKey(o, math.MaxUint64))
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if bytes.HasPrefix(k, o[:]) {
		last = number(k[len(o):])
	}
	return max(last+1, db.epoch<<server.EpochShift)
}

// Forget implements server.Registrations.
func (db *DB) Forget(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = db.write(ctx, func(tx *bbolt.Tx) error {
		var old [][]byte
		c := tx.Bucket(bGiven).Cursor()
		end := givenKey(before, nil)
		for k, _ := c.First(); k != nil && bytes.Compare(k, end) < 0 && len(old) < limit; k, _ = c.Next() {
			old = append(old, bytes.Clone(k))
		}
		w := writer{tx: tx}
		for _, k := range old {
			w.delete(bAnswers, k[len(end):])
			w.delete(bGiven, k)
		}
		n = len(old)
		return w.err
	})
	return n, err
}

// Registration implements server.Registrations.
func (db *DB) Registration(_ context.Context, id exam.DraftID) (rec server.Record, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		r, err := getRow(tx, idKey(id))
		if err != nil {
			return err
		}
		if r == nil {
			return exam.Errorf(exam.KindNotFound, "read registration", "no such registration")
		}
		rec = r.record(tx, id)
		return nil
	})
	return rec, err
}

// Number implements server.Registrations.
func (db *DB) Number(_ context.Context, number string) (id exam.DraftID, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		key := tx.Bucket(bNumbers).Get([]byte(number))
		if key == nil {
			return exam.Errorf(exam.KindNotFound, "find number", "no such registration")
		}
		id = idOf(key)
		return nil
	})
	return id, err
}

// Changes implements server.Registrations.
func (db *DB) Changes(_ context.Context, owner server.Owner, after uint64, limit int) (list []server.Record, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bChanges).Cursor()
		for k, v := c.Seek(changeKey(owner, after+1)); k != nil && bytes.HasPrefix(k, owner[:]) && len(list) < limit; k, v = c.Next() {
			r, err := getRow(tx, v)
			if err != nil {
				return err
			}
			if r == nil {
				return exam.Errorf(exam.KindDamaged, "read changes", "a change of no registration")
			}
			list = append(list, r.record(tx, idOf(v)))
		}
		return nil
	})
	return list, err
}

// Summaries implements server.Registrations.
func (db *DB) Summaries(_ context.Context, owner server.Owner) (list []wire.Summary, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bChanges).Cursor()
		for k, v := c.Seek(owner[:]); k != nil && bytes.HasPrefix(k, owner[:]); k, v = c.Next() {
			r, err := getRow(tx, v)
			if err != nil {
				return err
			}
			if r == nil {
				return exam.Errorf(exam.KindDamaged, "read changes", "a change of no registration")
			}
			list = append(list, wire.Summary{ID: idOf(v), Version: r.Version})
		}
		return nil
	})
	return list, err
}

// List implements server.Registrations.
func (db *DB) List(_ context.Context, after exam.DraftID, limit int, states ...exam.State) (list []server.Record, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bRecords).Cursor()
		k, v := c.First()
		if after != "" {
			if k, v = c.Seek(idKey(after)); bytes.Equal(k, idKey(after)) {
				k, v = c.Next()
			}
		}
		for ; k != nil && len(list) < limit; k, v = c.Next() {
			r, err := decodeRow(v)
			if err != nil {
				return err
			}
			if len(states) == 0 || slices.Contains(states, r.State) {
				list = append(list, r.record(tx, idOf(k)))
			}
		}
		return nil
	})
	return list, err
}

func getRow(tx *bbolt.Tx, id []byte) (*row, error) {
	raw := tx.Bucket(bRecords).Get(id)
	if raw == nil {
		return nil, nil
	}
	return decodeRow(raw)
}

func decodeRow(raw []byte) (*row, error) {
	r := new(row)
	if err := json.Unmarshal(raw, r); err != nil {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "read registration", Err: err}
	}
	if r.Schema != 1 || len(r.Owner) != 32 || len(r.Person) != 32 {
		return nil, exam.Errorf(exam.KindDamaged, "read registration", "row of schema %d", r.Schema)
	}
	return r, nil
}

func (r *row) record(tx *bbolt.Tx, id exam.DraftID) server.Record {
	rec := server.Record{Owner: server.Owner(r.Owner), Person: server.Person(r.Person), Active: r.Active, Seq: r.Seq,
		Receipt: exam.Receipt(r.Receipt)}
	rec.ID, rec.Number, rec.Version, rec.State, rec.Digest = id, r.Number, r.Version, r.State, r.Digest
	rec.Due, rec.Seal = r.Due, r.Seal
	rec.Content = bytes.Clone(r.content(tx, id))
	rec.History = make([]exam.Event, len(r.History))
	for i, e := range r.History {
		rec.History[i] = exam.Event(e)
	}
	return rec
}

// content gives the bytes of the present version, valid while tx is.
func (r *row) content(tx *bbolt.Tx, id exam.DraftID) []byte {
	for _, p := range slices.Backward(r.Places) {
		if p.Version == r.Content {
			return tx.Bucket(bContent).Get(uint64Key(p.Place))
		}
	}
	if b := tx.Bucket(bContent2); b != nil {
		return b.Get(binary.BigEndian.AppendUint32(idKey(id), uint32(r.Content)))
	}
	return nil
}

// rowOf is all of a record but its content.
func rowOf(rec server.Record) *row {
	r := &row{Schema: 1, Owner: rec.Owner[:], Person: rec.Person[:], Active: rec.Active, Seq: rec.Seq, Number: rec.Number,
		Version: rec.Version, State: rec.State, Digest: rec.Digest, Due: rec.Due, Seal: rec.Seal,
		Receipt: receiptRow(rec.Receipt), History: make([]eventRow, len(rec.History))}
	for i, e := range rec.History {
		r.History[i] = eventRow(e)
	}
	return r
}

func (r *row) encode() []byte {
	raw, err := json.Marshal(r)
	if err != nil {
		panic("boltdb: a row of plain values cannot fail to encode: " + err.Error())
	}
	return raw
}

// An answer is its fingerprint (32 bytes), its status (2) and its body.
func encodeAnswer(a *server.Answered) []byte {
	raw := append(make([]byte, 0, 34+len(a.Body)), a.Fingerprint[:]...)
	raw = binary.BigEndian.AppendUint16(raw, uint16(a.Status))
	return append(raw, a.Body...)
}

func decodeAnswer(raw []byte) (*server.Answered, error) {
	if len(raw) < 34 {
		return nil, exam.Errorf(exam.KindDamaged, "read answer", "%d bytes", len(raw))
	}
	return &server.Answered{Fingerprint: [32]byte(raw[:32]), Status: int(binary.BigEndian.Uint16(raw[32:34])), Body: bytes.Clone(raw[34:])}, nil
}

// idKey is the id's 16 bytes; ids are checked at the edge, and one that is not
// a UUID finds nothing.
func idKey(id exam.DraftID) []byte {
	u, err := uuid.Parse(string(id))
	if err != nil {
		return []byte{0}
	}
	return u[:]
}

func idOf(key []byte) exam.DraftID {
	u, err := uuid.FromBytes(key)
	if err != nil {
		return ""
	}
	return exam.DraftID(u.String())
}

// answerKey begins with the entry: entries of one hour lie together, and a
// commit of many writes few pages.
func answerKey(q server.Question) []byte {
	return append(idKey(exam.DraftID(q.Entry)), q.Owner[:]...)
}

func givenKey(at time.Time, answer []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(at.Unix())), answer...)
}

func changeKey(o server.Owner, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(o[:]), seq)
}

func uint64Key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(raw []byte) uint64 {
	if len(raw) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}
