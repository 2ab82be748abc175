package storetest

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"wenbao/store/internal/disk"
)

// Recorder is a file system that writes down every write, sync and change of a
// name, so that [Recorder.Replay] can cut the power after any of them.
//
// bbolt writes its file itself; its commit is written down as what bbolt does:
// growing and a sync, changed pages and a sync, the changed meta page and a
// sync (tx.go of bbolt, Commit).
type Recorder struct {
	disk.OS
	root string

	mu     sync.Mutex
	events []event
}

type event struct {
	op     string // create, write, truncate, sync, rename, remove, mkdir, syncdir, mark
	name   string // relative to root
	to     string
	offset int64
	data   []byte
	mark   int
	file   *inode // of a create, while replaying
}

// NewRecorder records what happens under root.
func NewRecorder(root string) *Recorder { return &Recorder{root: root} }

// Mark writes down that what came before has been acknowledged as step n.
func (r *Recorder) Mark(n int) { r.note(event{op: "mark", mark: n}) }

// Len is how many events have been written down.
func (r *Recorder) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.events)
}

// Renamed counts the files that got a name with one suffix for one with another.
func (r *Recorder) Renamed(from, to string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.op == "rename" && strings.HasSuffix(e.name, from) && strings.HasSuffix(e.to, to) {
			n++
		}
	}
	return n
}

func (r *Recorder) note(e ...event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e...)
}

func (r *Recorder) rel(name string) string {
	rel, err := filepath.Rel(r.root, name)
	if err != nil {
		panic("storetest: a file outside the recorded folder: " + name)
	}
	return rel
}

type recordedFile struct {
	disk.File
	r    *Recorder
	name string
}

func (f recordedFile) WriteAt(b []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(b, at)
	f.r.note(event{op: "write", name: f.name, offset: at, data: bytes.Clone(b[:n])})
	return n, err
}

func (f recordedFile) Truncate(size int64) error {
	err := f.File.Truncate(size)
	f.r.note(event{op: "truncate", name: f.name, offset: size})
	return err
}

func (f recordedFile) Sync() error {
	f.r.note(event{op: "sync", name: f.name})
	return nil // the disk is made of events
}

func (f recordedFile) WriteThrough(b []byte, at int64) error {
	if _, err := f.WriteAt(b, at); err != nil {
		return err
	}
	return f.Sync()
}

func (r *Recorder) OpenLog(name string) (disk.File, error) { return r.Open(name) }

func (r *Recorder) Create(name string) (disk.File, error) {
	f, err := r.OS.Create(name)
	if err == nil {
		r.note(event{op: "create", name: r.rel(name)})
	}
	return recordedFile{f, r, r.rel(name)}, err
}

func (r *Recorder) Open(name string) (disk.File, error) {
	f, err := r.OS.Open(name)
	if err != nil {
		return nil, err
	}
	return recordedFile{f, r, r.rel(name)}, nil
}

func (r *Recorder) Rename(old, new string) error {
	err := r.OS.Rename(old, new)
	if err == nil {
		r.note(event{op: "rename", name: r.rel(old), to: r.rel(new)})
	}
	return err
}

func (r *Recorder) Remove(name string) error {
	err := r.OS.Remove(name)
	if err == nil {
		r.note(event{op: "remove", name: r.rel(name)})
	}
	return err
}

func (r *Recorder) Mkdir(name string) error {
	err := r.OS.Mkdir(name)
	if err == nil {
		r.note(event{op: "mkdir", name: r.rel(name)})
	}
	return err
}

func (r *Recorder) SyncDir(name string) error {
	r.note(event{op: "syncdir", name: r.rel(name)})
	return nil
}

func (r *Recorder) Commit(name string, write func() error) error {
	before, errBefore := os.ReadFile(name)
	err := write()
	after, errAfter := os.ReadFile(name)
	if errAfter != nil {
		return errors.Join(err, errAfter)
	}
	rel := r.rel(name)
	if errBefore != nil {
		r.note(event{op: "create", name: rel})
	}
	r.note(commitEvents(rel, before, after)...)
	return err
}

// commitEvents writes down a commit of bbolt as the difference it made.
func commitEvents(name string, before, after []byte) (list []event) {
	if len(after) != len(before) {
		list = append(list, event{op: "truncate", name: name, offset: int64(len(after))}, event{op: "sync", name: name})
	}
	page := os.Getpagesize()
	var data, meta []event
	for at := 0; at < len(after); at += page {
		end := min(at+page, len(after))
		if at < len(before) && bytes.Equal(after[at:end], before[at:min(end, len(before))]) {
			continue
		}
		e := event{op: "write", name: name, offset: int64(at), data: bytes.Clone(after[at:end])}
		if at < 2*page {
			meta = append(meta, e)
		} else {
			data = append(data, e)
		}
	}
	list = append(append(list, data...), event{op: "sync", name: name})
	return append(append(list, meta...), event{op: "sync", name: name})
}

// inode is a file as the disk has it, and what was written to it since.
type inode struct {
	synced  []byte
	pending []event
}

// image is a folder as the disk has it, and the names that changed since.
type image struct {
	now     map[string]*inode // as the running program sees it
	durable map[string]*inode
	names   []event // changes of names that no sync of their folder has covered
	folders map[string]bool
}

// Cut is a moment at which the power may go.
type Cut struct {
	Event int
	Acked int // the last step that was acknowledged
	img   *image
}

// Replay goes through the events and calls fn after each of them.
func (r *Recorder) Replay(fn func(Cut)) {
	img := &image{now: map[string]*inode{}, durable: map[string]*inode{}, folders: map[string]bool{}}
	acked := 0
	for i, e := range r.events {
		if e.op == "mark" {
			acked = e.mark
			continue
		}
		img.apply(e)
		fn(Cut{i, acked, img})
	}
}

func (m *image) apply(e event) {
	switch e.op {
	case "create":
		if f := m.now[e.name]; f != nil { // emptied, in place
			f.pending = append(f.pending, event{op: "truncate"})
			return
		}
		e.file = &inode{}
		m.now[e.name] = e.file
		m.names = append(m.names, e)
	case "write", "truncate":
		f := m.now[e.name]
		f.pending = append(f.pending, e)
	case "sync":
		f := m.now[e.name]
		f.synced, f.pending = f.whole(), nil
	case "rename":
		m.now[e.to] = m.now[e.name]
		delete(m.now, e.name)
		m.names = append(m.names, e)
	case "remove":
		delete(m.now, e.name)
		m.names = append(m.names, e)
	case "mkdir":
		m.folders[e.name] = true // an empty folder more or less changes nothing
	case "syncdir":
		m.syncDir(e.name)
	}
}

// settle makes a change of names durable.
func settle(names map[string]*inode, e event) {
	switch e.op {
	case "create":
		names[e.name] = e.file
	case "rename":
		if f := names[e.name]; f != nil {
			names[e.to] = f
			delete(names, e.name)
		}
	case "remove":
		delete(names, e.name)
	}
}

func (m *image) syncDir(dir string) {
	var rest []event
	for _, e := range m.names {
		if filepath.Dir(e.name) == dir || e.op == "rename" && filepath.Dir(e.to) == dir {
			settle(m.durable, e)
		} else {
			rest = append(rest, e)
		}
	}
	m.names = rest
}

// whole gives the content with everything written.
func (f *inode) whole() []byte {
	out := bytes.Clone(f.synced)
	for _, e := range f.pending {
		out = put(out, e, func(int) bool { return true })
	}
	return out
}

const sector = 512

// put applies a write or truncation, of a write the sectors that keep says.
func put(content []byte, e event, keep func(sector int) bool) []byte {
	if e.op == "truncate" {
		if e.offset <= int64(len(content)) {
			return content[:e.offset]
		}
		return append(content, make([]byte, e.offset-int64(len(content)))...)
	}
	if need := int(e.offset) + len(e.data); need > len(content) {
		content = append(content, make([]byte, need-len(content))...)
	}
	for at := 0; at < len(e.data); {
		absolute := int(e.offset) + at
		end := min(at+sector-absolute%sector, len(e.data))
		if keep(absolute / sector) {
			copy(content[absolute:], e.data[at:end])
		}
		at = end
	}
	return content
}

// How much of what was not synced a cut leaves.
const (
	All     = iota // everything had reached the disk
	Nothing        // only what was synced
	Some           // some of it, torn at sectors and out of order
	Modes
)

// Build makes the folder that a cut leaves in dir, which must be empty.
func (c Cut) Build(dir string, mode int, rnd *rand.Rand) error {
	names := map[string]*inode{}
	for name, f := range c.img.durable {
		names[name] = f
	}
	settled := len(c.img.names) // names change in order: the journal of the file system
	switch mode {
	case Nothing:
		settled = 0
	case Some:
		settled = rnd.IntN(len(c.img.names) + 1)
	}
	for _, e := range c.img.names[:settled] {
		settle(names, e)
	}
	for name := range c.img.folders {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return err
		}
	}
	for name, f := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.cut(mode, rnd), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// cut gives what a file holds after the power went.
func (f *inode) cut(mode int, rnd *rand.Rand) []byte {
	out := bytes.Clone(f.synced)
	if mode == Nothing {
		return out
	}
	for _, e := range f.pending {
		if mode == All {
			out = put(out, e, func(int) bool { return true })
			continue
		}
		if rnd.IntN(3) == 0 {
			continue // lost
		}
		torn := rnd.IntN(2) == 0
		out = put(out, e, func(int) bool { return !torn || rnd.IntN(2) == 0 })
	}
	return out
}
