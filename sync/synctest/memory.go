// Package synctest holds what tests of the sync engine need: the engine's ports
// in memory, a network in memory with faults, and a simulator that runs many
// clients against real servers and checks the promises after every run.
package synctest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"wenbao/exam"
)

// Memory is every port of the engine in memory, with the behaviour that package
// store promises. It is the contract: the store's methods do what these do.
type Memory struct {
	mu        sync.Mutex
	entries   []exam.Entry
	files     map[string][]byte
	settings  map[string][]byte
	cursor    string
	known     map[exam.DraftID]exam.Update       // newest version heard
	base      map[exam.DraftID]exam.Registration // what the draft was last made from
	edited    map[exam.DraftID]exam.Draft        // what a person made of it here
	receipts  map[exam.DraftID][]exam.Receipt
	delivered map[exam.EntryID]exam.Update
}

// NewMemory makes an empty machine.
func NewMemory() *Memory {
	return &Memory{files: map[string][]byte{}, settings: map[string][]byte{}, known: map[exam.DraftID]exam.Update{},
		base: map[exam.DraftID]exam.Registration{}, edited: map[exam.DraftID]exam.Draft{},
		receipts: map[exam.DraftID][]exam.Receipt{}, delivered: map[exam.EntryID]exam.Update{}}
}

// Copy is the machine as a backup keeps it.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewMemory()
	c.entries, c.cursor = slices.Clone(m.entries), m.cursor
	maps.Copy(c.files, m.files)
	maps.Copy(c.settings, m.settings)
	maps.Copy(c.known, m.known)
	maps.Copy(c.base, m.base)
	maps.Copy(c.edited, m.edited)
	maps.Copy(c.delivered, m.delivered)
	for id, list := range m.receipts {
		c.receipts[id] = slices.Clone(list)
	}
	return c
}

// Queue puts a step into the outbox, in place of one of the same draft that was
// set aside.
func (m *Memory) Queue(e exam.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = slices.DeleteFunc(m.entries, func(o exam.Entry) bool { return o.Draft == e.Draft && o.Aside })
	m.entries = append(m.entries, e)
}

// PutBack lets an entry that was set aside be sent again.
func (m *Memory) PutBack(id exam.EntryID) {
	m.change(id, func(e *exam.Entry) { e.Aside, e.Next, e.Problems, e.Current = false, time.Time{}, nil, nil })
}

// Drop takes an entry out of the outbox.
func (m *Memory) Drop(id exam.EntryID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = slices.DeleteFunc(m.entries, func(e exam.Entry) bool { return e.ID == id })
}

// Draft gives a registration as a person sees it on this machine.
func (m *Memory) Draft(id exam.DraftID) (d exam.Draft, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok = m.edited[id]
	base, heard := m.base[id]
	if !heard {
		return d, ok
	}
	now := m.known[id].Registration
	if base.Version > now.Version {
		now = base
	}
	if base.Digest == now.Digest {
		base = now
	}
	if !ok {
		sub, err := exam.DecodeSubmission(base.Content)
		if err != nil {
			return d, false
		}
		d = exam.Draft{ID: id, Document: sub.Document, Files: sub.Files}
	}
	d.Registration, d.Base, d.State = &now, &base, now.State
	return d, true
}

// Edit keeps what a person makes of a draft.
func (m *Memory) Edit(id exam.DraftID, doc exam.Document, files []exam.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.edited[id] = exam.Draft{ID: id, Document: doc, Files: files}
}

// Rebase keeps the outcome of a merge with the server's version onto.
func (m *Memory) Rebase(id exam.DraftID, doc exam.Document, files []exam.File, onto exam.Registration) {
	m.Edit(id, doc, files)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.base[id] = onto
}

// AddFile keeps a file's bytes and gives the reference to them.
func (m *Memory) AddFile(kind exam.FileKind, mediaType string, raw []byte) exam.File {
	m.mu.Lock()
	defer m.mu.Unlock()
	hash := exam.Digest(raw)
	m.files[hash] = raw
	return exam.File{Kind: kind, SHA256: hash, Size: int64(len(raw)), Type: mediaType}
}

// Entries implements sync.Outbox.
func (m *Memory) Entries() ([]exam.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries), nil
}

func (m *Memory) change(id exam.EntryID, do func(*exam.Entry)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.entries {
		if m.entries[i].ID == id {
			do(&m.entries[i])
			return nil
		}
	}
	return exam.Errorf(exam.KindNotFound, "find entry", "no such entry")
}

// Postpone implements sync.Outbox.
func (m *Memory) Postpone(id exam.EntryID, last exam.Kind, next time.Time) error {
	return m.change(id, func(e *exam.Entry) { e.Attempts++; e.Last, e.Next = last, next })
}

// SetAside implements sync.Outbox.
func (m *Memory) SetAside(id exam.EntryID, last exam.Kind, problems []exam.Problem, current *exam.Registration) error {
	return m.change(id, func(e *exam.Entry) {
		e.Attempts++
		e.Last, e.Aside, e.Problems, e.Current = last, true, problems, current
	})
}

// Deliver implements sync.Outbox.
func (m *Memory) Deliver(id exam.EntryID, reg exam.Registration, r exam.Receipt) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	made := slices.ContainsFunc(m.entries, func(e exam.Entry) bool {
		return e.ID == id && e.Action.Brings()
	})
	m.entries = slices.DeleteFunc(m.entries, func(e exam.Entry) bool { return e.ID == id })
	m.learn(reg, r, made)
	m.delivered[id] = exam.Update{Registration: reg, Receipt: r}
	return nil
}

// learn keeps the receipt for ever and the registration unless a newer is known.
// made: its content is what a person made here.
func (m *Memory) learn(reg exam.Registration, r exam.Receipt, made bool) {
	m.receipts[reg.ID] = append(m.receipts[reg.ID], r)
	if _, heard := m.base[reg.ID]; made || !heard {
		m.base[reg.ID] = reg
	}
	old := m.known[reg.ID]
	if reg.Version < old.Registration.Version {
		return
	}
	if len(reg.Content) == 0 && reg.Digest == old.Registration.Digest {
		reg.Content = old.Registration.Content
	}
	m.known[reg.ID] = exam.Update{Registration: reg, Receipt: r}
}

// File implements sync.Files.
func (m *Memory) File(sha256 string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, ok := m.files[sha256]
	if !ok {
		return nil, exam.Errorf(exam.KindNotFound, "read file", "no such file")
	}
	return raw, nil
}

// Keep implements sync.Keeper.
func (m *Memory) Keep(_ exam.DraftID, f exam.File, raw []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[f.SHA256] = raw
	return nil
}

// Cursor implements sync.Feed.
func (m *Memory) Cursor() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursor, nil
}

// Apply implements sync.Feed.
func (m *Memory) Apply(cursor string, updates []exam.Update, settings map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range updates {
		m.learn(u.Registration, u.Receipt, false)
	}
	maps.Copy(m.settings, settings)
	m.cursor = cursor
	return nil
}

// Setting implements sync.Settings.
func (m *Memory) Setting(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings[name], nil
}

// SetSetting implements sync.Settings.
func (m *Memory) SetSetting(name string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settings[name] = value
	return nil
}

// Held implements sync.Archive, in the order of ids.
func (m *Memory) Held(visit func(exam.Update) error) error {
	m.mu.Lock()
	known := maps.Clone(m.known)
	m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if err := visit(known[id]); err != nil {
			return err
		}
	}
	return nil
}

// Known gives what this machine last heard about a registration.
func (m *Memory) Known(id exam.DraftID) (exam.Update, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.known[id]
	return u, ok
}

// Delivered gives the answer with which an entry left the outbox.
func (m *Memory) Delivered(id exam.EntryID) (exam.Update, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.delivered[id]
	return u, ok
}
