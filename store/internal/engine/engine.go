package engine

import (
	"cmp"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// Options of [Open]; zero fields have the defaults below.
type Options struct {
	FS    disk.FS
	Clock func() time.Time // stamps records, for people only
	// Segment is the size of a file of the journal; bbolt takes changes in when
	// six times as many bytes wait, or Idle after the first of them.
	Segment int64
	Idle    time.Duration
	// MaxDatabase bounds the bbolt file in bytes.
	MaxDatabase int
	// Pack gives a value as bbolt shall keep it, shorter if possible: of the same
	// sequence number, packed or as it is. It must not use the engine.
	Pack func(bucket, key string, value []byte) []byte
	// Checkpointed is told that bbolt has everything up to seq. It runs in the
	// engine's background, one call at a time.
	Checkpointed func(seq uint64)
	// Repaired is told when a damaged file was found and rebuilt while working.
	Repaired func(Found)
}

const (
	defaultSegment = 4 << 20
	defaultIdle    = 10 * time.Second
)

func (o Options) filled() Options {
	o.Segment = cmp.Or(o.Segment, defaultSegment)
	o.Idle = cmp.Or(o.Idle, defaultIdle)
	o.MaxDatabase = cmp.Or(o.MaxDatabase, maxDatabase)
	if o.FS == nil {
		o.FS = disk.OS{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Pack == nil {
		o.Pack = func(_, _ string, value []byte) []byte { return value }
	}
	if o.Checkpointed == nil {
		o.Checkpointed = func(uint64) {}
	}
	if o.Repaired == nil {
		o.Repaired = func(Found) {}
	}
	return o
}

// Engine is an open pair of bbolt file and journal.
type Engine struct {
	o   Options
	dir string

	// The locks are taken in this order: snapping, write, taking, mu.
	snapping sync.Mutex // one snapshot at a time
	write    sync.Mutex // one change at a time; guards journal and spare
	journal  journal
	closed   bool       // for ever: the folder may be another's; set with write and mu held
	spare    []byte     // a value that was replaced before bbolt took it in
	lastRead uint64     // last sequence number that opening found in the journal
	taking   sync.Mutex // one checkpoint or rebuild at a time

	mu      sync.RWMutex // guards what follows
	db      *database
	seq     uint64             // of the last durable change
	applied uint64             // up to which bbolt has everything
	live    map[string]pending // durable in the journal, not yet in bbolt
	old     map[string]pending // being taken in by bbolt
	bytes   int64              // of the values in live
	logged  int64              // of all values that were put there, those replaced as well
	found   Found
	stuck   error // why bbolt does not take anything in
	rebuilt int   // how often the file was rebuilt
	news    bool  // of a rebuild, not yet told

	kick chan struct{} // bbolt should take in what waits
	quit chan struct{}
	done chan struct{}
}

type pending struct {
	value []byte // nil: deleted
	alone bool   // nothing else has the memory of the value
}

const databaseName = "wenbao.db"

var errClosed = exam.Errorf(exam.KindCanceled, "use store", "it is closed")

func (e *Engine) database() string { return filepath.Join(e.dir, databaseName) }

// Seq is the sequence number of the last durable change.
func (e *Engine) Seq() uint64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.seq
}

// Found says what opening, and repairs since, have found.
func (e *Engine) Found() Found {
	e.mu.RLock()
	defer e.mu.RUnlock()
	f := e.found
	f.SetAside, f.Missing = slices.Clone(f.SetAside), slices.Clone(f.Missing)
	return f
}

// Get gives a copy of a value, nil when there is none. A damaged database is
// rebuilt on the way.
func (e *Engine) Get(bucket, key string) ([]byte, error) {
	value, rebuilt, err := e.get(bucket + "/" + key)
	if errors.Is(err, errDamaged) && e.heal(rebuilt) == nil {
		value, _, err = e.get(bucket + "/" + key)
	}
	return value, disk.Error("read "+bucket, err)
}

func (e *Engine) get(key string) (value []byte, rebuilt int, err error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return nil, e.rebuilt, errClosed
	}
	if p, ok := e.waiting(key); ok {
		return slices.Clone(p.value), e.rebuilt, nil
	}
	value, err = e.db.get(key)
	return value, e.rebuilt, err
}

func (e *Engine) waiting(key string) (pending, bool) {
	p, ok := e.live[key]
	if !ok {
		p, ok = e.old[key]
	}
	return p, ok
}

// scanned is how many values a scan reads at a time.
const scanned = 256

// Scan calls fn for every key of the bucket with the prefix, in order. Changes
// made meanwhile may or may not be seen. An error of fn ends it.
func (e *Engine) Scan(bucket, prefix string, fn func(key string, value []byte) error) error {
	full, after := bucket+"/"+prefix, ""
	for {
		ops, last, rebuilt, err := e.batch(full, after)
		if errors.Is(err, errDamaged) && e.heal(rebuilt) == nil {
			ops, last, _, err = e.batch(full, after)
		}
		if err != nil {
			return disk.Error("read "+bucket, err)
		}
		for _, o := range ops {
			after = o.key
			if o.value == nil {
				continue
			}
			if err := fn(o.key[len(bucket)+1:], o.value); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// batch gives the next values of a scan as bbolt and what waits make them.
func (e *Engine) batch(prefix, after string) (ops []op, last bool, rebuilt int, err error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return nil, false, e.rebuilt, errClosed
	}
	ops, last, err = e.db.read(prefix, after, scanned)
	if err != nil {
		return nil, false, e.rebuilt, err
	}
	end := ""
	if !last {
		end = ops[len(ops)-1].key
	}
	merged := map[string][]byte{}
	for _, o := range ops {
		merged[o.key] = o.value
	}
	for _, layer := range []map[string]pending{e.old, e.live} {
		for key, p := range layer {
			if strings.HasPrefix(key, prefix) && key > after && (end == "" || key <= end) {
				merged[key] = slices.Clone(p.value) // its memory may be used again
			}
		}
	}
	ops = ops[:0]
	for _, key := range slices.Sorted(maps.Keys(merged)) {
		ops = append(ops, op{key, merged[key]})
	}
	return ops, last, e.rebuilt, nil
}

// Tx is one change: all of it becomes durable, or nothing.
type Tx struct {
	e     *Engine
	Seq   uint64 // the sequence number that the change will have
	ops   []op
	last  map[string]int // of each key the operation that counts, when there are many
	after []func()

	fewOps   [few / 2]op // what a save needs, in one piece with the rest
	oneAfter [1]func()
}

// Get gives the value as the change sees it, nil when there is none.
func (t *Tx) Get(bucket, key string) ([]byte, error) {
	if i, ok := t.find(bucket, key); ok {
		return t.ops[i].value, nil
	}
	return t.e.Get(bucket, key)
}

// few operations are found faster without a map.
const few = 8

func (t *Tx) find(bucket, key string) (i int, ok bool) {
	if t.last != nil {
		i, ok = t.last[bucket+"/"+key]
		return i, ok
	}
	for i, o := range t.ops {
		if n := len(bucket); len(o.key) == n+1+len(key) && o.key[n+1:] == key && o.key[:n] == bucket {
			return i, true
		}
	}
	return 0, false
}

// Has tells whether the change has put or deleted the key itself.
func (t *Tx) Has(bucket, key string) bool {
	_, ok := t.find(bucket, key)
	return ok
}

// Room gives memory for a value to put, which nobody else uses, or nil.
func (t *Tx) Room() []byte {
	room := t.e.spare
	t.e.spare = nil
	return room
}

// Put sets a sealed value, which the engine alone has from then on.
func (t *Tx) Put(bucket, key string, value []byte) { t.add(bucket, key, value) }

// Delete takes a value away.
func (t *Tx) Delete(bucket, key string) { t.add(bucket, key, nil) }

func (t *Tx) add(bucket, key string, value []byte) {
	if i, ok := t.find(bucket, key); ok {
		t.ops[i].value = value
		return
	}
	o := op{bucket + "/" + key, value}
	t.ops = append(t.ops, o)
	switch n := len(t.ops); {
	case t.last != nil:
		t.last[o.key] = n - 1
	case n > few:
		t.last = map[string]int{}
		for i, o := range t.ops {
			t.last[o.key] = i
		}
	}
}

// After runs f when the change is durable, before anything else can see it: what
// is told of a checkpoint has then been told of every change in it.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Update runs fn and makes what it put durable with one write and one sync.
// When it returns an error nothing has changed.
func (e *Engine) Update(fn func(*Tx) error) error {
	e.write.Lock()
	defer e.write.Unlock()
	if e.closed {
		return errClosed
	}
	if err := e.room(); err != nil {
		return err
	}
	t := &Tx{e: e, Seq: e.seq + 1} // only writers change seq
	t.ops, t.after = t.fewOps[:0], t.oneAfter[:0]
	if err := fn(t); err != nil || len(t.ops) == 0 {
		return err
	}
	if err := e.journal.append(record{seq: t.Seq, time: e.o.Clock(), kind: kindChange, ops: t.ops}); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	e.keep(t)
	return nil
}

// keep makes a durable change visible.
func (e *Engine) keep(t *Tx) {
	e.mu.Lock()
	e.seq = t.Seq
	for _, o := range t.ops {
		if was := e.putLive(o.key, pending{o.value, true}); was.alone {
			e.spare = was.value
		}
	}
	first, full := len(e.live) == len(t.ops), e.full()
	e.mu.Unlock()
	rolled := e.journal.rolled
	e.journal.rolled = false
	if first || full || rolled {
		select {
		case e.kick <- struct{}{}:
		default:
		}
	}
}

// putLive puts a value where reading sees it, and gives the one that it replaces
// there. The caller holds mu.
func (e *Engine) putLive(key string, p pending) (was pending) {
	size := int64(len(key) + len(p.value))
	e.logged += size
	was, ok := e.live[key]
	if ok {
		size -= int64(len(key) + len(was.value))
	}
	e.bytes += size
	e.live[key] = p
	return was
}

// afterCheckpoint waits for the checkpoint that is under way, if one is, and
// gives how much waits then.
func (e *Engine) afterCheckpoint() int64 {
	e.taking.Lock()
	defer e.taking.Unlock()
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.bytes
}

// room waits when bbolt is far behind; when bbolt cannot take anything in and
// more waits than memory should hold, the change is refused with the reason.
func (e *Engine) room() error {
	e.mu.RLock()
	bytes, stuck := e.bytes, e.stuck
	e.mu.RUnlock()
	if bytes < 8*e.o.Segment {
		return nil
	}
	if stuck == nil {
		if bytes = e.afterCheckpoint(); bytes < 8*e.o.Segment {
			return nil
		}
	}
	if err := e.Checkpoint(); err != nil && bytes >= 16*e.o.Segment {
		return err
	}
	return nil
}
