package engine

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/pages"
	"wenbao/store/internal/seal"
)

// heal rebuilds a database that was found damaged while working; rebuilt is how
// often that had been done when the damage was seen, so that it is done once.
func (e *Engine) heal(rebuilt int) error {
	e.taking.Lock()
	defer e.taking.Unlock()
	e.mu.RLock()
	done := e.rebuilt > rebuilt
	e.mu.RUnlock()
	if done {
		return nil
	}
	return e.rebuildNow()
}

// rebuildNow rebuilds and opens the database again. The caller holds taking.
func (e *Engine) rebuildNow() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return errClosed
	}
	_, err := e.rebuild(e.applied)
	if !e.db.shut {
		return disk.Error("rebuild database", err)
	}
	if db, openErr := openDatabase(e.o.FS, e.database(), e.o.MaxDatabase, 0); openErr == nil {
		e.db = db
	} else {
		err = errors.Join(err, openErr)
	}
	if err != nil {
		return disk.Error("rebuild database", err)
	}
	e.rebuilt++
	e.news = true
	select {
	case e.kick <- struct{}{}:
	default:
	}
	return nil
}

// rebuild makes the database anew from the newest sound snapshot and the
// journal up to seq, and sets the old file aside. Where a part of the journal
// is gone too, everything readable is taken from the damaged files.
func (e *Engine) rebuild(upTo uint64) (applied uint64, err error) {
	log := journal{fs: e.o.FS, dir: e.journal.dir, size: e.o.Segment}
	if err := log.load(); err != nil {
		return 0, disk.Error("read journal", err)
	}
	base, from := e.soundSnapshot()
	var missing []Span
	err = createDatabase(e.o.FS, e.database()+".new", e.o.MaxDatabase, func(d *database) error {
		b := builder{d: d, applied: from, deleted: map[string]uint64{}, rescued: map[string][]byte{}}
		if err := b.copy(e.o.FS, base); err != nil {
			return err
		}
		_, _, err := log.walk(from, func(r record) error {
			if r.seq > upTo {
				return nil
			}
			missing = append(missing, gap(b.applied, r.seq)...)
			return b.apply(r)
		})
		if err == nil {
			err = b.write()
		}
		if err != nil {
			return err
		}
		// Of a segment that has lost all its records the name still tells how many
		// changes there were before it.
		if n := len(log.segments); n > 0 && upTo == ^uint64(0) {
			missing = append(missing, gap(b.applied, log.segments[n-1].first)...)
		}
		if short := upTo != ^uint64(0) && b.applied < upTo; len(missing) > 0 || short || !b.closed && !e.reachedBy(b.applied) {
			if err := e.rescue(&b, from); err != nil {
				return err
			}
		}
		applied = max(b.applied, b.highest)
		if upTo != ^uint64(0) {
			applied = max(applied, upTo)
		}
		return d.write(nil, applied)
	})
	if err != nil {
		return 0, disk.Error("rebuild database", err)
	}
	e.found.Rebuilt = true
	e.found.Missing = append(e.found.Missing, missing...)
	_ = e.db.close() // where open files cannot be renamed
	return applied, disk.Error("rebuild database", e.swap())
}

// reachedBy tells whether the database surely is not ahead of seq. When it
// cannot say how far it went, its readable values will, or the one who reads
// what else was written down.
func (e *Engine) reachedBy(seq uint64) bool {
	in, err := inspect(e.o.FS, e.database(), false, nil)
	return err == nil && in.applied > 0 && in.applied <= seq
}

// soundSnapshot gives the newest snapshot that is whole, "" and 0 without one.
func (e *Engine) soundSnapshot() (name string, seq uint64) {
	list, _ := e.snapshots()
	for _, seq := range slices.Backward(list) {
		name := e.snapshotPath(seq)
		if in, err := inspect(e.o.FS, name, true, nil); err == nil && in.fault == nil && in.applied == seq {
			return name, seq
		}
		e.found.Damaged = append(e.found.Damaged, filepath.Join(snapshotDir, filepath.Base(name)))
	}
	return "", 0
}

// swap sets the old file aside and puts the new one in its place.
func (e *Engine) swap() error {
	name := e.database()
	if disk.Exists(e.o.FS, name) {
		aside, err := e.freeName()
		if err != nil {
			return err
		}
		if err := e.o.FS.Rename(name, filepath.Join(e.dir, aside)); err != nil {
			return err
		}
		e.found.SetAside = append(e.found.SetAside, aside)
	}
	return replace(e.o.FS, name+".new", name)
}

func (e *Engine) freeName() (string, error) {
	for i := 1; i < 1000; i++ {
		name := fmt.Sprintf("%s.damaged-%d", databaseName, i)
		if !disk.Exists(e.o.FS, filepath.Join(e.dir, name)) {
			return name, nil
		}
	}
	return "", exam.Errorf(exam.KindInternal, "set database aside", "too many damaged files")
}

// builder fills a new database.
type builder struct {
	d       *database
	applied uint64            // last record taken in
	closed  bool              // by which the journal says that it was closed
	ops     []op              // of records, not yet written
	highest uint64            // highest sequence number of a rescued value
	deleted map[string]uint64 // by the journal, at which number
	rescued map[string][]byte // not yet written
	bytes   int
	count   int
}

// built is how many bytes go into one transaction of a rebuild.
const built = 4 << 20

// copy takes in every value of a sound snapshot.
func (b *builder) copy(fsys disk.FS, name string) error {
	if name == "" {
		return b.d.write(nil, 0)
	}
	var ops []op
	var bytes int
	var failed error
	_, err := inspect(fsys, name, true, func(key string, value []byte) {
		ops = append(ops, op{key, slices.Clone(value)})
		if bytes += len(key) + len(value); bytes >= built && failed == nil {
			failed = b.d.write(ops, b.applied)
			ops, bytes = nil, 0
		}
	})
	return errors.Join(err, failed, b.d.write(ops, b.applied))
}

// apply takes in the next record of the journal.
func (b *builder) apply(r record) error {
	for _, o := range r.ops {
		b.ops = append(b.ops, o)
		b.bytes += len(o.key) + len(o.value)
		if o.value == nil {
			b.deleted[o.key] = r.seq
		}
	}
	b.applied, b.closed = r.seq, r.kind == kindClosed
	if b.bytes < built {
		return nil
	}
	return b.write()
}

// write writes what the records said.
func (b *builder) write() error {
	ops := b.ops
	b.ops, b.bytes = nil, 0
	return b.d.write(ops, b.applied)
}

// rescue takes from damaged files each value that is newer than what the new
// database has. base is up to where the new database is known to be complete.
func (e *Engine) rescue(b *builder, base uint64) error {
	files := []string{e.database()}
	list, _ := e.snapshots()
	for _, seq := range list {
		files = append(files, e.snapshotPath(seq))
	}
	for _, name := range files {
		if err := b.scavenge(e.o.FS, name, base); err != nil {
			return err
		}
	}
	e.found.Rescued += b.count
	e.found.Doubtful = true
	return b.flush()
}

func (b *builder) scavenge(fsys disk.FS, name string, base uint64) error {
	f, err := fsys.Read(name)
	if err != nil {
		return nil // nothing to rescue there
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil
	}
	// What can be reached comes first; what is behind a damaged branch, and with
	// it old pages, only when something cannot.
	var faults []error
	p, err := pages.Open(f, size)
	if err == nil {
		faults, err = p.Walk(func(v pages.Value) error { return b.offer(string(v.Key), v.Value, base) })
	}
	if err == nil && len(faults) == 0 {
		return nil
	}
	return pages.Scavenge(f, size, pageSize, func(key, value []byte) error { return b.offer(string(key), value, base) })
}

// pageSize is what bbolt uses on this machine.
var pageSize = int64(os.Getpagesize())

// offer keeps a value if it is sound and newer than what is there.
func (b *builder) offer(key string, value []byte, base uint64) error {
	seq, ok := seal.Sound(key, value)
	if !ok || key == string(appliedKey) || seq <= base || seq <= b.deleted[key] {
		return nil
	}
	have, waits := b.rescued[key]
	if !waits {
		var err error
		if have, err = b.d.get(key); err != nil {
			return err
		}
	}
	if old, _ := seal.Sound(key, have); have != nil && old >= seq {
		return nil
	}
	b.rescued[key] = slices.Clone(value)
	b.count++
	b.highest = max(b.highest, seq)
	if b.bytes += len(value); b.bytes >= built {
		return b.flush()
	}
	return nil
}

// flush writes what was rescued.
func (b *builder) flush() error {
	var ops []op
	for _, key := range slices.Sorted(maps.Keys(b.rescued)) {
		ops = append(ops, op{key, b.rescued[key]})
	}
	clear(b.rescued)
	b.bytes = 0
	return b.d.write(ops, b.applied)
}
