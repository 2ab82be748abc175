package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

const (
	snapshotDir    = "snapshots"
	snapshotSuffix = ".db"
	// maxSegments bounds the files of the journal between snapshots: 2 GiB, as much
	// as a database may have.
	maxSegments = 512
	// keptSnapshots of a database of up to smallDatabase bytes are two, else one.
	smallDatabase = 64 << 20
)

func (e *Engine) snapshotPath(seq uint64) string {
	return filepath.Join(e.dir, snapshotDir, fmt.Sprintf("%016x%s", seq, snapshotSuffix))
}

// snapshots lists the sequence numbers of the snapshots, oldest first.
func (e *Engine) snapshots() (list []uint64, err error) {
	names, err := e.o.FS.List(filepath.Join(e.dir, snapshotDir))
	for _, name := range names {
		stem, ok := strings.CutSuffix(name, snapshotSuffix)
		if seq, err := strconv.ParseUint(stem, 16, 64); ok && err == nil && len(stem) == 16 {
			list = append(list, seq)
		}
	}
	return list, err
}

// maybeSnapshot takes a snapshot when the journal has grown to five times the
// database, so that copying costs a fifth of what saving did, at most.
func (e *Engine) maybeSnapshot() error {
	e.snapping.Lock()
	defer e.snapping.Unlock()
	list, err := e.snapshots()
	if err != nil {
		return err
	}
	newest := uint64(0)
	if n := len(list); n > 0 {
		newest = list[n-1]
	}
	e.write.Lock()
	segments, size := e.journal.grown(newest)
	e.write.Unlock()
	due := size >= max(2*e.o.Segment, 5*e.databaseSize()) || segments > maxSegments
	if !due && !e.alone() || newest > 0 && newest == e.takenIn() {
		return nil
	}
	return e.snapshot()
}

// alone tells whether bbolt has records that the journal lost.
func (e *Engine) alone() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.found.JournalShort
}

func (e *Engine) databaseSize() int64 {
	f, err := e.o.FS.Read(e.database())
	if err != nil {
		return 0
	}
	defer f.Close()
	size, _ := f.Size()
	return size
}

func (e *Engine) takenIn() uint64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.applied
}

// takeCopy copies the database, checks the copy in full, and names it only then. It
// gives what it found in the copy.
func (e *Engine) takeCopy() (in inspection, err error) {
	tmp := filepath.Join(e.dir, snapshotDir, "new.tmp")
	applied, err := e.copyDatabase(tmp)
	if err == nil {
		in, err = inspect(e.o.FS, tmp, true, nil)
	}
	if err == nil && (in.fault != nil || in.applied != applied) {
		err = exam.Errorf(exam.KindDamaged, "check snapshot", "it is not what was copied: %v", in.fault)
	}
	if err == nil {
		err = replace(e.o.FS, tmp, e.snapshotPath(applied))
	}
	if err != nil {
		_ = e.o.FS.Remove(tmp)
	}
	return in, disk.Error("take snapshot", err)
}

// snapshot takes a copy, and only then lets old snapshots and the journal they
// needed go. The caller holds snapping.
func (e *Engine) snapshot() error {
	in, err := e.takeCopy()
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.found.JournalShort = false
	e.mu.Unlock()
	return e.rotate(in.size)
}

// copyDatabase writes a consistent copy and tells how far it goes.
func (e *Engine) copyDatabase(name string) (applied uint64, err error) {
	f, err := e.o.FS.Create(name)
	if err != nil {
		return 0, err
	}
	e.mu.RLock()
	db := e.db
	e.mu.RUnlock()
	w := &copyWriter{Writer: io.NewOffsetWriter(f, 0)}
	err = guarded(func() error {
		return db.bolt.View(func(tx *bolt.Tx) error {
			t, err := parseTotal(tx.Bucket(valuesBucket).Get(appliedKey))
			if applied = t.applied; err == nil {
				_, err = tx.WriteTo(w)
			}
			return err
		})
	})
	if w.err != nil {
		err = w.err
	}
	if err == nil {
		err = f.Sync()
	}
	return applied, errors.Join(err, f.Close())
}

// copyWriter keeps the error of the disk, of which bbolt hands on the text alone.
type copyWriter struct {
	io.Writer
	err error
}

func (w *copyWriter) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	w.err = cmp.Or(w.err, err)
	return n, err
}

func replace(fs disk.FS, tmp, name string) error {
	if err := fs.Rename(tmp, name); err != nil {
		return err
	}
	return fs.SyncDir(filepath.Dir(name))
}

// rotate removes what newer snapshots made needless.
func (e *Engine) rotate(size int64) error {
	list, err := e.snapshots()
	if err != nil {
		return err
	}
	keep := 2
	if size > smallDatabase {
		keep = 1
	}
	for len(list) > keep {
		if err := e.o.FS.Remove(e.snapshotPath(list[0])); err != nil {
			return err
		}
		list = list[1:]
	}
	if len(list) < keep {
		return nil // the journal from the beginning is the other copy
	}
	e.write.Lock()
	defer e.write.Unlock()
	return disk.Error("trim journal", e.journal.trim(list[0]))
}
