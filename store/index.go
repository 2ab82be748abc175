package store

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// index holds a summary of every draft in memory. Rows lie in the order of
// their last change, oldest first: a change appends the row anew and leaves a
// gap where it was, so that the list by last change needs no sorting, and what
// changed since a moment is what lies behind a mark.
type index struct {
	ready chan struct{} // closed when everything is loaded
	left  chan struct{} // closed by quit: nobody will ask any more
	quit  func()
	first []row // until then: the newest rows, newest first; nil when not known
	total int   // until then: how many rows there are

	mu      sync.RWMutex // guards what follows
	rows    []row
	columns columns
	slots   map[exam.DraftID]int32
	entries map[exam.EntryID]exam.DraftID
	gaps    int
	saved   int            // rows before this one are in the index file
	removed []exam.DraftID // since the index file was written
	sorted  map[Sort][]int32
	late    *late // nil: no row is late
}

// late is the newest state of the draft that was changed last, whose row is made
// when somebody looks: who types changes it more often.
type late struct {
	id  exam.DraftID
	h   head
	doc exam.Document
}

// row is what the list and the search know of a draft.
type row struct {
	id                        exam.DraftID // "": a gap
	name, spelled             string
	idNumber, phone, number   string
	exam, area                string
	level                     exam.Level
	state                     exam.State
	year                      int
	revision, delivered       uint64
	created, updated, deleted int64
	confirmed                 bool                // there is a receipt over a submission of this machine
	elsewhere                 bool                // another machine has changed the content since
	unheard                   bool                // the server has said nothing of it
	key                       *[seal.KeySize]byte // the draft's; nil: not known yet
	outbox                    []entryRow
}

// entryRow is an outbox entry of a draft.
type entryRow struct {
	id        exam.EntryID
	transport exam.Transport
}

func newIndex() *index {
	ix := &index{ready: make(chan struct{}), left: make(chan struct{}), slots: map[exam.DraftID]int32{}, entries: map[exam.EntryID]exam.DraftID{}}
	ix.quit = sync.OnceFunc(func() { close(ix.left) })
	return ix
}

// lock waits until the index is loaded.
func (ix *index) lock() {
	<-ix.ready
	ix.mu.Lock()
	ix.settle()
}

func (ix *index) rlock() {
	<-ix.ready
	ix.mu.RLock()
	for ix.late != nil {
		ix.mu.RUnlock()
		ix.lock()
		ix.mu.Unlock()
		ix.mu.RLock()
	}
}

// settle makes the row that is late. The caller holds the lock.
func (ix *index) settle() {
	l := ix.late
	if l == nil {
		return
	}
	ix.late = nil
	ix.set(l.id, true, func(r *row) {
		r.describe(l.doc)
		r.touch(l.h)
	})
}

// change moves a draft's row to the end, as fn leaves it, if it has one.
func (ix *index) change(id exam.DraftID, fn func(*row)) {
	ix.lock()
	defer ix.mu.Unlock()
	ix.set(id, false, fn)
}

// set is change for who holds the lock; a draft that was just found gets a row.
func (ix *index) set(id exam.DraftID, found bool, fn func(*row)) {
	r := row{id: id}
	slot, ok := ix.slots[id]
	if ok {
		r = ix.rows[slot]
	} else if !found {
		return
	}
	was := r
	fn(&r)
	if last := len(ix.rows) - 1; ok && int(slot) == last { // as while typing
		if !r.looksLike(&was) {
			ix.columns.leave(slot)
			ix.columns.cut(last)
			ix.columns.append(&r)
		}
		ix.rows, ix.saved = ix.rows[:last], min(ix.saved, last)
		ix.appendRow(r)
		return
	}
	if ok {
		ix.leave(slot)
	}
	ix.append(r)
	if ix.gaps > len(ix.rows)/2+1024 {
		ix.compact()
	}
}

// looksLike tells whether a search finds both rows by the same words, in the same
// list.
func (r *row) looksLike(o *row) bool {
	return r.name == o.name && r.spelled == o.spelled && r.idNumber == o.idNumber && r.phone == o.phone &&
		r.number == o.number && (r.deleted == 0) == (o.deleted == 0)
}

func (ix *index) append(r row) {
	ix.columns.append(&r)
	ix.appendRow(r)
}

// appendRow is append but for the columns.
func (ix *index) appendRow(r row) {
	ix.slots[r.id] = int32(len(ix.rows))
	ix.rows = append(ix.rows, r)
	ix.sorted = nil
	for _, e := range r.outbox {
		ix.entries[e.id] = r.id
	}
}

// leave makes a gap of a row.
func (ix *index) leave(slot int32) {
	ix.columns.leave(slot)
	ix.rows[slot] = row{}
	ix.gaps++
}

// compact closes the gaps.
func (ix *index) compact() {
	rows, saved := ix.rows, ix.saved
	ix.rows, ix.columns, ix.gaps, ix.saved = make([]row, 0, len(rows)-ix.gaps), columns{}, 0, 0
	for slot, r := range rows {
		if slot == saved {
			ix.saved = len(ix.rows)
		}
		if r.id != "" {
			ix.append(r)
		}
	}
	if saved >= len(rows) {
		ix.saved = len(ix.rows)
	}
}

// put takes in a draft whose document may have changed; its row is made later.
func (ix *index) put(l *late) {
	<-ix.ready
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.late != nil && ix.late.id != l.id {
		ix.settle()
	}
	ix.late = l
}

func (r *row) describe(doc exam.Document) {
	if r.name != doc.Name || r.spelled == "" {
		r.name, r.spelled = doc.Name, spell(doc.Name)
	}
	r.idNumber, r.phone = strings.ToUpper(doc.IDNumber), doc.Phone
	r.exam, r.year, r.level, r.area = doc.Exam, doc.Year, doc.Level, doc.Area
}

// touch takes in a draft whose document is as it was.
func (ix *index) touch(id exam.DraftID, h head) {
	ix.change(id, func(r *row) { r.touch(h) })
}

func (r *row) touch(h head) {
	r.revision, r.state, r.delivered = h.Revision, h.State, h.Delivered
	r.created, r.updated, r.deleted = h.Created, h.Updated, h.Deleted
}

func (ix *index) registered(id exam.DraftID, reg registrationRecord) {
	ix.change(id, func(r *row) { r.register(reg) })
}

func (r *row) register(reg registrationRecord) {
	r.unheard = reg.unheard()
	r.number, r.confirmed, r.elsewhere = reg.Registration.Number, reg.Delivered != nil, reg.Base != nil
}

// recall gives what else the index knows of a draft, once it is loaded: its key,
// nil when that is not known, and whether the server has said nothing of it.
func (ix *index) recall(id exam.DraftID) (key *[seal.KeySize]byte, unheard bool) {
	if ix == nil {
		return nil, false
	}
	select {
	case <-ix.ready:
	default:
		return nil, false
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if slot, ok := ix.slots[id]; ok {
		r := &ix.rows[slot]
		return r.key, r.unheard
	}
	return nil, false
}

// note lets fn change what recall gives of a draft; nobody sees its row changed.
func (ix *index) note(id exam.DraftID, fn func(*row)) {
	ix.lock()
	defer ix.mu.Unlock()
	if slot, ok := ix.slots[id]; ok {
		fn(&ix.rows[slot])
	}
}

func (ix *index) remove(id exam.DraftID) {
	ix.lock()
	defer ix.mu.Unlock()
	slot, ok := ix.slots[id]
	if !ok {
		return
	}
	for _, e := range ix.rows[slot].outbox {
		delete(ix.entries, e.id)
	}
	delete(ix.slots, id)
	ix.leave(slot)
	ix.removed = append(ix.removed, id)
	ix.sorted = nil
}

func (ix *index) putEntry(rec entryRecord) {
	e := entryRow{rec.ID, rec.transport()}
	ix.change(rec.Draft, func(r *row) { r.outbox = r.with(e) })
}

func (ix *index) dropEntry(at place) {
	ix.change(at.draft, func(r *row) { r.outbox = r.without(at.entry) })
	ix.lock()
	delete(ix.entries, at.entry)
	ix.mu.Unlock()
}

// with gives the row's entries and one more, oldest first, in a slice of its own.
func (r *row) with(e entryRow) []entryRow {
	list := append(r.without(e.id), e)
	slices.SortFunc(list, func(a, b entryRow) int { return cmp.Compare(a.id, b.id) })
	return list
}

// without gives the row's entries but for one, in a slice of its own.
func (r *row) without(id exam.EntryID) []entryRow {
	return slices.DeleteFunc(slices.Clone(r.outbox), func(e entryRow) bool { return e.id == id })
}

// entry tells where an entry lies.
func (ix *index) entry(id exam.EntryID) (place, bool) {
	ix.rlock()
	defer ix.mu.RUnlock()
	draft, ok := ix.entries[id]
	return place{id, draft}, ok
}

// outbox lists where the entries lie, oldest first.
func (ix *index) outbox() []place {
	ix.rlock()
	defer ix.mu.RUnlock()
	list := make([]place, 0, len(ix.entries))
	for id, draft := range ix.entries {
		list = append(list, place{id, draft})
	}
	return byAge(list)
}

// outboxOf lists a draft's entries, oldest first.
func (ix *index) outboxOf(id exam.DraftID) (list []place) {
	ix.rlock()
	defer ix.mu.RUnlock()
	if slot, ok := ix.slots[id]; ok {
		for _, e := range ix.rows[slot].outbox {
			list = append(list, place{e.id, id})
		}
	}
	return byAge(list)
}

// byAge sorts entries by their ids, which rise with the time they were made.
func byAge(list []place) []place {
	slices.SortFunc(list, func(a, b place) int { return cmp.Compare(a.entry, b.entry) })
	return list
}

// transport says where the draft's bytes are, but for what is under way.
func (r *row) transport() exam.Transport {
	if n := len(r.outbox); n > 0 {
		return r.outbox[n-1].transport
	}
	if r.elsewhere {
		return exam.TransportConflict
	}
	if r.confirmed && !r.edited() {
		return exam.TransportDelivered
	}
	return exam.TransportLocal
}

func (r *row) edited() bool { return r.confirmed && r.revision > r.delivered }

func (r *row) summary() Summary {
	return Summary{
		ID: r.id, Revision: r.revision, Name: r.name, IDTail: tail(r.idNumber, 4),
		Exam: r.exam, Year: r.year, Level: r.level, Area: r.area,
		State: r.state, Transport: r.transport(), Edited: r.edited(), Number: r.number,
		Created: moment(r.created), Updated: moment(r.updated), Deleted: moment(r.deleted),
	}
}

func tail(s string, n int) string {
	runes := []rune(s)
	return string(runes[max(0, len(runes)-n):])
}
