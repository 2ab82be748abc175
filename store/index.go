package store

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"wenbao/exam"
)

// index holds a summary of every draft in memory, and where the outbox's
// entries lie.
type index struct {
	mu      sync.RWMutex
	rows    map[exam.DraftID]*row
	order   uint64
	entries map[exam.EntryID]entryRow
}

type row struct {
	Summary
	order      uint64 // rises with every change
	idNumber   string
	phone      string
	pinyin     string
	delivered  uint64
	hasReceipt bool
}

type entryRow struct {
	place
	transport exam.Transport
}

func newIndex() *index {
	return &index{rows: map[exam.DraftID]*row{}, entries: map[exam.EntryID]entryRow{}}
}

// loadIndex reads all drafts.
func (s *Store) loadIndex(v *vault) (*index, error) {
	ix := newIndex()
	r := view{get: s.engine.Get, v: v}
	err := s.engine.Scan(bucketDrafts, "", func(key string, _ []byte) error {
		id := exam.DraftID(key)
		h, err := r.head(id)
		if err != nil {
			return err
		}
		doc, err := exam.DecodeDocument(h.document)
		if err != nil {
			return err
		}
		ix.put(id, h, doc)
		reg, err := r.registration(id)
		ix.registered(id, reg)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.engine.Scan(bucketOutbox, "", func(key string, _ []byte) error {
		at, ok := placeOf(key)
		if !ok {
			return nil
		}
		rec, err := r.entry(at)
		if err == nil {
			ix.putEntry(rec)
		}
		return err
	})
	return ix, err
}

func (ix *index) put(id exam.DraftID, h head, doc exam.Document) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	r := ix.rows[id]
	if r == nil {
		r = &row{}
		ix.rows[id] = r
	}
	if r.Name != doc.Name {
		r.pinyin = spell(doc.Name)
	}
	r.ID, r.Name, r.Exam, r.Year, r.Level, r.Area = id, doc.Name, doc.Exam, doc.Year, doc.Level, doc.Area
	r.idNumber, r.phone, r.IDTail = strings.ToUpper(doc.IDNumber), doc.Phone, tail(doc.IDNumber, 4)
	ix.touched(r, h)
}

func tail(s string, n int) string {
	r := []rune(s)
	return string(r[max(0, len(r)-n):])
}

func (ix *index) touch(id exam.DraftID, h head) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if r := ix.rows[id]; r != nil {
		ix.touched(r, h)
	}
}

func (ix *index) touched(r *row, h head) {
	ix.order++
	r.order = ix.order
	r.Revision, r.State, r.delivered = h.Revision, h.State, h.Delivered
	r.Created, r.Updated, r.Deleted = moment(h.Created), moment(h.Updated), moment(h.Deleted)
}

func (ix *index) registered(id exam.DraftID, reg registrationRecord) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if r := ix.rows[id]; r != nil {
		r.Number, r.hasReceipt = reg.Registration.Number, reg.Delivered != nil
	}
}

func (ix *index) remove(id exam.DraftID) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	delete(ix.rows, id)
}

func (ix *index) putEntry(rec entryRecord) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.entries[rec.ID] = entryRow{place{rec.ID, rec.Draft}, rec.transport()}
}

func (ix *index) dropEntry(id exam.EntryID) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	delete(ix.entries, id)
}

func (ix *index) entry(id exam.EntryID) (place, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	e, ok := ix.entries[id]
	return e.place, ok
}

// outbox lists where the entries lie, oldest first.
func (ix *index) outbox() []place { return ix.outboxOf("") }

func (ix *index) outboxOf(id exam.DraftID) (list []place) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, e := range ix.entries {
		if id == "" || e.draft == id {
			list = append(list, e.place)
		}
	}
	slices.SortFunc(list, func(a, b place) int { return cmp.Compare(a.entry, b.entry) })
	return list
}

func (ix *index) list(q Query) Page {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	waiting := map[exam.DraftID]exam.Transport{}
	for _, e := range ix.entries {
		waiting[e.draft] = e.transport
	}
	var hits []*row
	for _, r := range ix.rows {
		r.Transport = cmp.Or(waiting[r.ID], exam.TransportLocal)
		r.Edited = r.hasReceipt && r.Revision > r.delivered
		if r.Transport == exam.TransportLocal && r.hasReceipt && !r.Edited {
			r.Transport = exam.TransportDelivered
		}
		if r.matches(q) {
			hits = append(hits, r)
		}
	}
	slices.SortFunc(hits, func(a, b *row) int { return cmp.Compare(b.order, a.order) })
	p := Page{Total: len(hits)}
	for _, r := range hits[min(q.Offset, len(hits)):min(q.Offset+q.Limit, len(hits))] {
		p.Rows = append(p.Rows, r.Summary)
	}
	return p
}

func (r *row) matches(q Query) bool {
	return q.Bin == !r.Deleted.IsZero() &&
		(q.State == "" || q.State == r.State) && (q.Transport == "" || q.Transport == r.Transport) &&
		strings.Contains(r.Name+" "+r.pinyin+" "+r.idNumber+" "+r.phone+" "+r.Number, q.Search)
}
