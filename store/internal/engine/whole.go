package engine

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	bolt "go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/pages"
	"wenbao/store/internal/seal"
)

// Export calls fn for every value as of one moment, in key order, and tells
// which: the sequence number up to which changes are in it. The bytes are fn's
// only until it returns.
func (e *Engine) Export(ctx context.Context, fn func(bucket, key string, value []byte) error) (seq uint64, err error) {
	if err := e.Checkpoint(); err != nil {
		return 0, err
	}
	e.mu.RLock()
	db := e.db
	e.mu.RUnlock()
	var failed error // fn's own, which is no damage
	err = guarded(func() error {
		return db.bolt.View(func(tx *bolt.Tx) (err error) {
			b := tx.Bucket(valuesBucket)
			t, err := parseTotal(b.Get(appliedKey))
			if seq = t.applied; err != nil {
				return err
			}
			return b.ForEach(func(k, v []byte) error {
				if bytes.Equal(k, appliedKey) {
					return nil
				}
				if err := errors.Join(sound(string(k), v), ctx.Err()); err != nil {
					return err
				}
				bucket, key, _ := strings.Cut(string(k), "/")
				failed = fn(bucket, key, v)
				return failed
			})
		})
	})
	if failed != nil {
		return 0, failed
	}
	return seq, err
}

// Build makes a new pair in dir, which must not hold one, from values that
// Export gave: fill calls put for each. It is whole when Build returns.
func Build(dir string, o Options, fill func(put func(bucket, key string, value []byte) error) (seq uint64, err error)) error {
	o = o.filled()
	return createDatabase(o.FS, filepath.Join(dir, databaseName), o.MaxDatabase, func(d *database) error {
		var ops []op
		size := 0
		if err := d.write(nil, 0); err != nil {
			return err
		}
		seq, err := fill(func(bucket, key string, value []byte) error {
			ops = append(ops, op{bucket + "/" + key, bytes.Clone(value)})
			if size += len(key) + len(value); size < built {
				return nil
			}
			err := d.write(ops, 0)
			ops, size = nil, 0
			return err
		})
		if err != nil {
			return err
		}
		return d.write(ops, seq)
	})
}

// Holds tells whether dir has anything of a pair.
func Holds(f disk.FS, dir string) bool {
	if disk.Exists(f, filepath.Join(dir, databaseName)) {
		return true
	}
	for _, sub := range []string{journalDir, snapshotDir} {
		names, _ := f.List(filepath.Join(dir, sub))
		for _, name := range names {
			if strings.HasSuffix(name, segmentSuffix) || strings.HasSuffix(name, snapshotSuffix) {
				return true
			}
		}
	}
	return false
}

// ofPair tells whether a name among segments and snapshots is one of theirs.
func ofPair(name string) bool {
	return strings.HasSuffix(name, segmentSuffix) || strings.HasSuffix(name, snapshotSuffix) || strings.HasSuffix(name, ".tmp") || strings.HasSuffix(name, ".tmp.new")
}

// Wipe removes every file of a pair from dir, also those set aside. What somebody
// else keeps there stays.
func Wipe(f disk.FS, dir string) error {
	for _, sub := range []string{journalDir, snapshotDir, "."} {
		names, err := f.List(filepath.Join(dir, sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, name := range names {
			if sub == "." && !strings.HasPrefix(name, databaseName) || sub != "." && !ofPair(name) {
				continue
			}
			if err := f.Remove(filepath.Join(dir, sub, name)); err != nil {
				return err
			}
		}
	}
	return f.SyncDir(dir)
}

// Compact writes the database anew without its free pages, takes a snapshot of
// it, and removes everything older: the journal so far, other snapshots, files
// that were set aside. Nothing that was deleted before is in any file then.
// Changes wait meanwhile.
func (e *Engine) Compact(ctx context.Context) error {
	e.snapping.Lock()
	defer e.snapping.Unlock()
	e.write.Lock()
	defer e.write.Unlock()
	if e.closed {
		return errClosed
	}
	e.taking.Lock()
	defer e.taking.Unlock()
	if err := e.checkpoint(); err != nil {
		return err
	}
	if err := e.rewrite(ctx); err != nil {
		return disk.Error("compact database", err)
	}
	if err := e.anchor(); err != nil {
		return err
	}
	return disk.Error("remove old files", e.removeOld())
}

// rewrite puts a compact copy of the database in its place.
func (e *Engine) rewrite(ctx context.Context) error {
	fresh := e.database() + ".new"
	name := filepath.Base(fresh)
	f, err := e.o.FS.Read(e.database())
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return err
	}
	p, err := pages.Open(f, size)
	if err != nil {
		return err
	}
	err = createDatabase(e.o.FS, fresh, e.o.MaxDatabase, func(d *database) error { return e.refill(ctx, d, p) })
	if err != nil {
		return err
	}
	in, err := inspect(e.o.FS, fresh, true, nil)
	if err != nil || in.fault != nil || in.applied != e.applied {
		_ = e.o.FS.Remove(fresh)
		return errors.Join(err, exam.Errorf(exam.KindDamaged, "compact", "%s is not what was copied", name))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = f.Close() // where open files cannot be replaced
	if err := e.db.close(); err != nil {
		return err
	}
	err = replace(e.o.FS, fresh, e.database())
	db, openErr := openDatabase(e.o.FS, e.database(), e.o.MaxDatabase, 0)
	if openErr == nil {
		e.db = db
	}
	return errors.Join(err, openErr)
}

// refill writes all values into a new database in key order, those packed that can
// be by now.
func (e *Engine) refill(ctx context.Context, d *database, from *pages.File) error {
	var ops []op
	size := 0
	if err := d.write(nil, 0); err != nil {
		return err
	}
	faults, err := from.Walk(func(v pages.Value) error {
		if bytes.Equal(v.Key, appliedKey) {
			return nil
		}
		key := string(v.Key)
		value := e.pack(key, bytes.Clone(v.Value))
		ops = append(ops, op{key, value})
		if size += len(key) + len(value); size < built {
			return ctx.Err()
		}
		err := d.write(ops, 0)
		ops, size = nil, 0
		return err
	})
	if err = errors.Join(append(faults, err)...); err != nil {
		return err
	}
	return d.write(ops, e.applied)
}

// anchor takes a snapshot and starts the journal behind it.
func (e *Engine) anchor() error {
	if _, err := e.takeCopy(); err != nil {
		return err
	}
	e.journal.finish()
	if _, err := e.journal.release(); err != nil { // old records lie in them
		return disk.Error("remove old files", err)
	}
	if err := e.journal.append(record{seq: e.seq + 1, time: e.o.Clock(), kind: kindClosed}); err != nil {
		return err
	}
	e.mu.Lock()
	e.seq++
	e.found.JournalShort = false
	e.mu.Unlock()
	return nil
}

// removeOld removes what the newest snapshot made needless, without exception.
func (e *Engine) removeOld() error {
	list, err := e.snapshots()
	if err != nil {
		return err
	}
	for _, seq := range list {
		if seq == e.applied {
			continue
		}
		if err := e.o.FS.Remove(e.snapshotPath(seq)); err != nil {
			return err
		}
	}
	err = e.journal.trim(e.applied)
	if _, failed := e.journal.release(); err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	names, err := e.o.FS.List(e.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, databaseName+".damaged-") {
			if err := e.o.FS.Remove(filepath.Join(e.dir, name)); err != nil {
				return err
			}
		}
	}
	return e.o.FS.SyncDir(e.dir)
}

// Check reads both copies in full and compares them: every page and checksum of
// the database, and for every key the newest change that the journal still has.
// It gives what is wrong, in words for the log.
func (e *Engine) Check(ctx context.Context) (faults []string, err error) {
	if err := e.Checkpoint(); err != nil {
		return nil, err
	}
	e.write.Lock() // what is compared must stand still
	defer e.write.Unlock()
	e.taking.Lock()
	defer e.taking.Unlock()
	if err := e.checkpoint(); err != nil {
		return nil, err
	}
	newest, faults := e.journalValues()
	in, err := inspect(e.o.FS, e.database(), true, func(key string, value []byte) {
		if want, ok := newest[key]; ok {
			if got := traceOf(value); got.seq != want.seq || got.sum != want.sum && !seal.Packed(value) {
				faults = append(faults, "a value of the database is not the one in the journal")
			}
			delete(newest, key)
		}
	})
	if err != nil {
		return faults, disk.Error("check database", err)
	}
	if in.fault != nil {
		faults = append(faults, in.fault.Error())
	}
	for _, t := range newest {
		if t != (trace{}) {
			faults = append(faults, "a value of the journal is not in the database")
		}
	}
	return faults, ctx.Err()
}

// trace is what tells two sealed values of a key apart; zero for none.
type trace struct {
	seq uint64
	sum uint32
}

func traceOf(value []byte) (t trace) {
	if len(value) >= seal.Overhead {
		t.seq, t.sum = seal.Sequence(value), seal.Sum(value)
	}
	return t
}

// journalValues gives a trace of the newest value of every key in the journal.
func (e *Engine) journalValues() (newest map[string]trace, faults []string) {
	newest = map[string]trace{}
	last := uint64(0)
	broken, _, err := e.journal.walk(0, func(r record) error {
		if last > 0 && len(gap(last, r.seq)) > 0 {
			faults = append(faults, "the journal has gaps")
		}
		last = r.seq
		for _, o := range r.ops {
			newest[o.key] = traceOf(o.value)
		}
		return nil
	})
	if err != nil {
		return newest, []string{"the journal cannot be read"}
	}
	if broken > 0 {
		faults = append(faults, "a part of the journal is damaged")
	}
	return newest, faults
}
