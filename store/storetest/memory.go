package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/store"
)

// Port is what the store offers to windows and to the sync engine, as far as
// the contract covers it. [store.Store] and [Memory] implement it.
type Port interface {
	Create(exam.Document, exam.PackRef) (exam.Draft, error)
	Draft(exam.DraftID) (exam.Draft, error)
	Save(exam.DraftID, exam.Document) (exam.Draft, error)
	SetPack(exam.DraftID, exam.PackRef) (exam.Draft, error)
	Attach(exam.DraftID, exam.File, []byte) (exam.Draft, error)
	Keep(exam.DraftID, exam.File, []byte) error
	Detach(exam.DraftID, exam.FileKind, string) (exam.Draft, error)
	File(string) ([]byte, error)
	List(store.Query) (store.Page, error)
	History(exam.DraftID) ([]store.Version, error)
	At(exam.DraftID, uint64) (exam.Document, error)
	Restore(exam.DraftID, uint64) (exam.Draft, error)
	Delete(exam.DraftID) error
	Undelete(exam.DraftID) error
	Purge(exam.DraftID) error
	Queue(exam.Entry, exam.State) (exam.Draft, error)
	Entries() ([]exam.Entry, error)
	Entry(exam.EntryID) (exam.Entry, error)
	Postpone(exam.EntryID, exam.Kind, time.Time) error
	SetAside(exam.EntryID, exam.Kind, []exam.Problem, *exam.Registration) error
	PutBack(exam.EntryID) error
	Drop(exam.EntryID) error
	Deliver(exam.EntryID, exam.Registration, exam.Receipt) error
	Cursor() (string, error)
	Apply(string, []exam.Update, map[string][]byte) error
	Rebase(exam.DraftID, exam.Document, []exam.File, exam.Registration) (exam.Draft, error)
	Receipts(exam.DraftID) ([]exam.Receipt, error)
	Setting(string) ([]byte, error)
	SetSetting(string, []byte) error
	Subscribe() (<-chan store.Change, func())
}

// Memory is a store that forgets: the same promises but for those about disks.
// Its search finds names, numbers and nothing by pinyin.
type Memory struct {
	mu       sync.Mutex
	drafts   map[exam.DraftID]*memoryDraft
	entries  map[exam.EntryID]*memoryEntry
	files    map[string][]byte
	settings map[string][]byte
	purged   map[exam.DraftID]bool
	order    int
	changes  map[chan store.Change]bool
	now      func() time.Time
}

type memoryDraft struct {
	exam.Draft
	versions  []memoryVersion
	receipts  []exam.Receipt
	delivered uint64
	order     int
	had       map[string]bool
}

type memoryVersion struct {
	store.Version
	doc   exam.Document
	files []exam.File
}

type memoryEntry struct {
	exam.Entry
	state    exam.State
	revision uint64
}

// NewMemory makes an empty store in memory.
func NewMemory() *Memory {
	return &Memory{
		drafts: map[exam.DraftID]*memoryDraft{}, entries: map[exam.EntryID]*memoryEntry{}, files: map[string][]byte{},
		settings: map[string][]byte{}, purged: map[exam.DraftID]bool{}, changes: map[chan store.Change]bool{}, now: time.Now,
	}
}

func refuse(kind exam.Kind, why string) error {
	return exam.Errorf(kind, "use memory store", "%s", why)
}

// errSame ends a call that changes nothing.
var errSame = errors.New("it is so already")

// with runs fn on a draft and tells the subscribers when it has changed.
func (m *Memory) with(id exam.DraftID, fn func(*memoryDraft) error) (exam.Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.drafts[id]
	if d == nil {
		return exam.Draft{}, refuse(exam.KindNotFound, "no such draft")
	}
	if err := fn(d); err == errSame {
		return d.copy(), nil
	} else if err != nil {
		return exam.Draft{}, err
	}
	m.touch(d, store.DraftChanged)
	return d.copy(), nil
}

func (m *Memory) touch(d *memoryDraft, what store.What) {
	m.order++
	d.order = m.order
	for c := range m.changes {
		select {
		case c <- store.Change{What: what, Draft: d.ID}:
		default:
		}
	}
}

func (d *memoryDraft) copy() exam.Draft {
	out := d.Draft
	out.Files = slices.Clone(d.Files)
	return out
}

func (m *Memory) Create(doc exam.Document, pack exam.PackRef) (exam.Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	d := &memoryDraft{had: map[string]bool{}, Draft: exam.Draft{ID: exam.NewDraftID(), Revision: 1, Document: doc, Pack: pack, Created: now, Updated: now, State: exam.StateDraft}}
	m.drafts[d.ID] = d
	m.touch(d, store.DraftChanged)
	return d.copy(), nil
}

func (m *Memory) Draft(id exam.DraftID) (exam.Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.drafts[id]; d != nil {
		return d.copy(), nil
	}
	return exam.Draft{}, refuse(exam.KindNotFound, "no such draft")
}

// version is the draft's current revision.
func (d *memoryDraft) version() memoryVersion {
	photo, _ := d.Photo()
	return memoryVersion{store.Version{Revision: d.Revision, Saved: d.Updated, State: d.State, Files: len(d.Files), Photo: photo}, d.Document, slices.Clone(d.Files)}
}

// revise puts the current revision into the history.
func (m *Memory) revise(d *memoryDraft) {
	d.versions = append([]memoryVersion{d.version()}, d.versions...)
	d.Revision++
	d.Updated = m.now()
}

func (m *Memory) Save(id exam.DraftID, doc exam.Document) (exam.Draft, error) {
	return m.with(id, func(d *memoryDraft) error {
		if bytes.Equal(doc.Encode(), d.Document.Encode()) {
			return errSame
		}
		if !d.Deleted.IsZero() {
			return refuse(exam.KindState, "in the bin")
		}
		m.revise(d)
		d.Document = doc
		return nil
	})
}

func (m *Memory) SetPack(id exam.DraftID, ref exam.PackRef) (exam.Draft, error) {
	return m.with(id, func(d *memoryDraft) error {
		m.revise(d)
		d.Pack = ref
		return nil
	})
}

func (m *Memory) Attach(id exam.DraftID, f exam.File, data []byte) (exam.Draft, error) {
	return m.with(id, func(d *memoryDraft) error {
		if len(data) > f.Kind.MaxBytes() {
			return refuse(exam.KindTooLarge, "too large")
		}
		if f.Kind == "" || len(data) == 0 {
			return refuse(exam.KindInvalid, "without kind or bytes")
		}
		f.SHA256, f.Size = exam.Digest(data), int64(len(data))
		same := func(g exam.File) bool { return g.Kind == f.Kind && g.SHA256 == f.SHA256 }
		if slices.ContainsFunc(d.Files, same) {
			return errSame
		}
		m.revise(d)
		m.files[f.SHA256] = bytes.Clone(data)
		d.had[f.SHA256] = true
		if f.Kind == exam.FilePhoto || f.Kind == exam.FilePhotoOriginal {
			d.Files = slices.DeleteFunc(slices.Clone(d.Files), func(g exam.File) bool { return g.Kind == f.Kind })
		}
		d.Files = append(slices.Clone(d.Files), f)
		return nil
	})
}

func (m *Memory) Keep(id exam.DraftID, f exam.File, data []byte) error {
	_, err := m.with(id, func(d *memoryDraft) error {
		if len(data) == 0 || exam.Digest(data) != f.SHA256 {
			return refuse(exam.KindInvalid, "not the bytes of this file")
		}
		m.files[f.SHA256] = bytes.Clone(data)
		d.had[f.SHA256] = true
		return nil
	})
	return err
}

func (m *Memory) Detach(id exam.DraftID, kind exam.FileKind, sha string) (exam.Draft, error) {
	return m.with(id, func(d *memoryDraft) error {
		rest := slices.DeleteFunc(slices.Clone(d.Files), func(g exam.File) bool { return g.Kind == kind && g.SHA256 == sha })
		if len(rest) == len(d.Files) {
			return refuse(exam.KindNotFound, "no such file")
		}
		m.revise(d)
		d.Files = rest
		return nil
	})
}

func (m *Memory) File(sha string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.files[sha]; ok {
		return bytes.Clone(data), nil
	}
	return nil, refuse(exam.KindNotFound, "no such file")
}

func (m *Memory) List(q store.Query) (store.Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var hits []*memoryDraft
	for _, d := range m.drafts {
		s := m.summary(d)
		if q.Bin != d.Deleted.IsZero() && (q.State == "" || q.State == s.State) && (q.Transport == "" || q.Transport == s.Transport) &&
			(q.Search == "" || strings.Contains(s.Name, q.Search) || strings.HasSuffix(d.Document.IDNumber, q.Search) || strings.HasSuffix(d.Document.Phone, q.Search)) {
			hits = append(hits, d)
		}
	}
	slices.SortFunc(hits, func(a, b *memoryDraft) int { return cmp.Compare(b.order, a.order) })
	p := store.Page{Total: len(hits)}
	limit := cmp.Or(q.Limit, 50)
	for _, d := range hits[min(q.Offset, len(hits)):min(q.Offset+limit, len(hits))] {
		p.Rows = append(p.Rows, m.summary(d))
	}
	return p, nil
}

func (m *Memory) summary(d *memoryDraft) store.Summary {
	runes := []rune(d.Document.IDNumber)
	s := store.Summary{
		ID: d.ID, Revision: d.Revision, Name: d.Document.Name, IDTail: string(runes[max(0, len(runes)-4):]), Exam: d.Document.Exam, Year: d.Document.Year,
		Level: d.Document.Level, Area: d.Document.Area, State: d.State, Number: d.Number(), Created: d.Created, Updated: d.Updated, Deleted: d.Deleted,
		Edited: d.Delivered != nil && d.Revision > d.delivered, Transport: exam.TransportLocal,
	}
	switch {
	case d.Elsewhere() != nil:
		s.Transport = exam.TransportConflict
	case d.Delivered != nil && !s.Edited:
		s.Transport = exam.TransportDelivered
	}
	for _, e := range m.entriesOf(d.ID) {
		switch {
		case e.Aside && e.Last == exam.KindConflict:
			s.Transport = exam.TransportConflict
		case e.Aside:
			s.Transport = exam.TransportSetAside
		default:
			s.Transport = exam.TransportWaiting
		}
	}
	return s
}

func (m *Memory) History(id exam.DraftID) ([]store.Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.drafts[id]
	if d == nil {
		return nil, refuse(exam.KindNotFound, "no such draft")
	}
	list := []store.Version{d.version().Version}
	for _, v := range d.versions {
		list = append(list, v.Version)
	}
	return list, nil
}

func (m *Memory) At(id exam.DraftID, revision uint64) (exam.Document, error) {
	v, err := m.at(id, revision)
	return v.doc, err
}

func (m *Memory) at(id exam.DraftID, revision uint64) (memoryVersion, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.drafts[id]; d != nil {
		for _, v := range append([]memoryVersion{d.version()}, d.versions...) {
			if v.Revision == revision {
				return v, nil
			}
		}
	}
	return memoryVersion{}, refuse(exam.KindNotFound, "no such revision")
}

func isEvidence(f exam.File) bool {
	return f.Kind != exam.FilePhoto && f.Kind != exam.FilePhotoOriginal
}

func (m *Memory) Restore(id exam.DraftID, revision uint64) (exam.Draft, error) {
	v, err := m.at(id, revision)
	if err != nil {
		return exam.Draft{}, err
	}
	return m.with(id, func(d *memoryDraft) error {
		files, photo := d.Files, slices.DeleteFunc(slices.Clone(v.files), isEvidence)
		if len(photo) > 0 && !slices.Equal(photo, slices.DeleteFunc(slices.Clone(files), isEvidence)) {
			files = append(slices.DeleteFunc(slices.Clone(files), func(f exam.File) bool { return !isEvidence(f) }), photo...)
		}
		if bytes.Equal(v.doc.Encode(), d.Document.Encode()) && slices.Equal(files, d.Files) {
			return errSame
		}
		if !d.Deleted.IsZero() {
			return refuse(exam.KindState, "it lies in the bin")
		}
		m.revise(d)
		d.Document, d.Files = v.doc, files
		return nil
	})
}

func (m *Memory) Delete(id exam.DraftID) error {
	_, err := m.with(id, func(d *memoryDraft) error {
		if len(m.entriesOf(id)) > 0 {
			return refuse(exam.KindState, "steps wait")
		}
		if !d.Deleted.IsZero() {
			return errSame
		}
		d.Deleted = m.now()
		return nil
	})
	return err
}

func (m *Memory) Undelete(id exam.DraftID) error {
	_, err := m.with(id, func(d *memoryDraft) error {
		if d.Deleted.IsZero() {
			return errSame
		}
		d.Deleted = time.Time{}
		return nil
	})
	return err
}

func (m *Memory) Purge(id exam.DraftID) error {
	_, err := m.with(id, func(d *memoryDraft) error {
		if d.Deleted.IsZero() {
			return refuse(exam.KindState, "not in the bin")
		}
		delete(m.drafts, id)
		m.purged[id] = true
		for sha := range d.had {
			held := false
			for _, other := range m.drafts {
				held = held || other.had[sha]
			}
			if !held {
				delete(m.files, sha)
			}
		}
		return nil
	})
	return err
}

// entriesOf lists a draft's entries, oldest first; "" lists all.
func (m *Memory) entriesOf(id exam.DraftID) (list []*memoryEntry) {
	for _, e := range m.entries {
		if id == "" || e.Draft == id {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *memoryEntry) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

func (m *Memory) Queue(e exam.Entry, state exam.State) (exam.Draft, error) {
	return m.with(e.Draft, func(d *memoryDraft) error {
		if e.ID == "" || e.Action == "" {
			return refuse(exam.KindInvalid, "without id or action")
		}
		if !d.Deleted.IsZero() {
			return refuse(exam.KindState, "in the bin")
		}
		for _, w := range m.entriesOf(d.ID) {
			if !w.Aside && w.Action == e.Action {
				return refuse(exam.KindState, "waits already")
			}
		}
		for _, w := range m.entriesOf(d.ID) {
			if w.Aside {
				delete(m.entries, w.ID)
			}
		}
		e.Queued = m.now()
		m.entries[e.ID] = &memoryEntry{e, state, d.Revision}
		d.State = state
		return nil
	})
}

func (m *Memory) Entries() (list []exam.Entry, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entriesOf("") {
		list = append(list, e.Entry)
	}
	return list, nil
}

func (m *Memory) Entry(id exam.EntryID) (exam.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries[id]; e != nil {
		return e.Entry, nil
	}
	return exam.Entry{}, refuse(exam.KindNotFound, "no such entry")
}

func (m *Memory) reschedule(id exam.EntryID, fn func(*memoryEntry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[id]
	if e == nil {
		return refuse(exam.KindNotFound, "no such entry")
	}
	fn(e)
	m.touch(m.drafts[e.Draft], store.OutboxChanged)
	return nil
}

func (m *Memory) Postpone(id exam.EntryID, last exam.Kind, next time.Time) error {
	return m.reschedule(id, func(e *memoryEntry) { e.Attempts++; e.Last, e.Next = last, next })
}

func (m *Memory) SetAside(id exam.EntryID, last exam.Kind, problems []exam.Problem, current *exam.Registration) error {
	return m.reschedule(id, func(e *memoryEntry) {
		e.Attempts++
		e.Last, e.Aside, e.Problems, e.Current = last, true, problems, current
	})
}

func (m *Memory) PutBack(id exam.EntryID) error {
	return m.reschedule(id, func(e *memoryEntry) { e.Aside, e.Next, e.Problems, e.Current = false, time.Time{}, nil, nil })
}

func (m *Memory) Drop(id exam.EntryID) error {
	return m.reschedule(id, func(e *memoryEntry) {
		delete(m.entries, id)
		d := m.drafts[e.Draft]
		d.State = m.state(d)
	})
}

// state is what a draft is in, by its entries and what the server said.
func (m *Memory) state(d *memoryDraft) exam.State {
	if list := m.entriesOf(d.ID); len(list) > 0 {
		return list[len(list)-1].state
	}
	if d.Registration != nil {
		return d.Registration.State
	}
	return exam.StateDraft
}

func (m *Memory) Deliver(id exam.EntryID, reg exam.Registration, r exam.Receipt) error {
	_, err := m.with(reg.ID, func(d *memoryDraft) error {
		e := m.entries[id]
		if e != nil && e.Draft != reg.ID {
			return refuse(exam.KindInvalid, "about another draft")
		}
		made := false
		if e != nil {
			delete(m.entries, id)
			if made = e.Action.Brings(); e.Action == exam.ActionSubmit {
				d.delivered = e.revision
			}
			d.Delivered = &r
		}
		d.learn(reg, r)
		if made {
			d.Base = &reg
		}
		d.State = m.state(d)
		return nil
	})
	return err
}

func (d *memoryDraft) learn(reg exam.Registration, r exam.Receipt) {
	if !slices.ContainsFunc(d.receipts, func(k exam.Receipt) bool { return bytes.Equal(k.Statement, r.Statement) }) {
		d.receipts = append(d.receipts, r)
	}
	if d.Registration == nil || reg.Version >= d.Registration.Version {
		if d.Registration != nil && len(reg.Content) == 0 && reg.Digest == d.Registration.Digest {
			reg.Content = d.Registration.Content
		}
		if d.Base == nil || d.Base.Digest == reg.Digest {
			d.Base = &reg
		}
		d.Registration = &reg
	}
}

// Rebase implements the store's port.
func (m *Memory) Rebase(id exam.DraftID, doc exam.Document, files []exam.File, onto exam.Registration) (exam.Draft, error) {
	theirs, err := exam.DecodeSubmission(onto.Content)
	if err != nil || onto.ID != id {
		return exam.Draft{}, refuse(exam.KindInvalid, "not a version of this draft")
	}
	return m.with(id, func(d *memoryDraft) error {
		if !d.Deleted.IsZero() {
			return refuse(exam.KindState, "it lies in the bin")
		}
		m.revise(d)
		newer := d.Base == nil || onto.Version > d.Base.Version
		if rival := theirs.Document.Encode(); newer && !bytes.Equal(rival, doc.Encode()) && !bytes.Equal(rival, d.Document.Encode()) {
			d.Document, d.Files = theirs.Document, theirs.Files
			m.revise(d)
		}
		d.Document, d.Files = doc, files
		if d.Registration == nil || onto.Version > d.Registration.Version {
			d.Registration = &onto
		}
		d.Base = &onto
		for _, r := range d.receipts {
			s, _ := r.Read() // it was verified before it got here
			if made := (exam.Submission{Schema: 1, ID: id, Pack: theirs.Pack, Document: doc, Files: theirs.Files}); exam.Digest(made.Encode()) == onto.Digest && s.Version == onto.Version {
				d.Delivered, d.delivered = &r, d.Revision
			}
		}
		return nil
	})
}

func (m *Memory) Cursor() (string, error) {
	raw, err := m.Setting("sync.cursor")
	return string(raw), err
}

func (m *Memory) Apply(cursor string, updates []exam.Update, settings map[string][]byte) error {
	for _, u := range updates {
		reg := u.Registration
		_, err := m.with(reg.ID, func(d *memoryDraft) error {
			d.learn(reg, u.Receipt)
			d.State = m.state(d)
			return nil
		})
		if sub, bad := exam.DecodeSubmission(reg.Content); err != nil && bad == nil && sub.ID == reg.ID {
			m.adopt(u, sub)
		}
	}
	for name, value := range settings {
		if err := m.SetSetting(name, value); err != nil {
			return err
		}
	}
	return m.SetSetting("sync.cursor", []byte(cursor))
}

func (m *Memory) adopt(u exam.Update, sub exam.Submission) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.purged[sub.ID] {
		return
	}
	now := m.now()
	d := &memoryDraft{had: map[string]bool{}, delivered: 1, Draft: exam.Draft{
		ID: sub.ID, Revision: 1, Document: sub.Document, Files: sub.Files, Pack: sub.Pack, Created: now, Updated: now,
		State: u.Registration.State, Delivered: &u.Receipt,
	}}
	d.learn(u.Registration, u.Receipt)
	m.drafts[sub.ID] = d
	m.touch(d, store.DraftChanged)
}

func (m *Memory) Receipts(id exam.DraftID) ([]exam.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.drafts[id]
	if d == nil {
		return nil, refuse(exam.KindNotFound, "no such draft")
	}
	return slices.Clone(d.receipts), nil
}

func (m *Memory) Setting(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.settings[name]), nil
}

func (m *Memory) SetSetting(name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if value == nil {
		delete(m.settings, name)
	} else {
		m.settings[name] = bytes.Clone(value)
	}
	return nil
}

// Subscribe gives the changes from now on; a subscriber that falls behind
// misses some.
func (m *Memory) Subscribe() (<-chan store.Change, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan store.Change, 256)
	m.changes[c] = true
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.changes[c] {
			delete(m.changes, c)
			close(c)
		}
	}
}

var (
	_ Port = (*Memory)(nil)
	_ Port = (*store.Store)(nil)
)
