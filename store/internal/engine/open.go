package engine

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	berrors "go.etcd.io/bbolt/errors"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// Found is what opening (or a repair while working) found.
type Found struct {
	Created  bool // there was nothing
	Clean    bool // the last session ended in good order
	Replayed int  // changes that the journal had and bbolt had not
	Dropped  int  // records that were cut off before they were acknowledged
	Rebuilt  bool // bbolt's file was damaged or missing and was made anew
	// Doubtful says that the database was rebuilt without a copy that was known to
	// be complete: what is missing has to be found out.
	Doubtful bool
	// Rescued counts the values that only the damaged file still had.
	Rescued  int
	SetAside []string // names that damaged files were given
	Missing  []Span   // changes that neither copy has
	// JournalShort says that bbolt had changes that the journal had lost; a new
	// snapshot makes two copies of them again.
	JournalShort bool
	// Damaged names the files that were not what was written and could be spared:
	// segments and snapshots.
	Damaged []string
}

// Span is a run of sequence numbers, both ends included.
type Span struct{ From, To uint64 }

// Size of the span.
func (s Span) Size() int { return int(s.To - s.From + 1) }

// quickBytes is up to what size a database is read in full at every opening;
// above that only after an end in disorder.
const quickBytes = 8 << 20

// Open opens the pair in dir, or makes it. When it returns both copies agree,
// but for what waits to be taken into bbolt.
func Open(dir string, o Options) (*Engine, error) {
	e := &Engine{
		o: o.filled(), dir: dir, live: map[string]pending{},
		kick: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	e.journal = journal{fs: e.o.FS, dir: filepath.Join(dir, journalDir), size: e.o.Segment}
	if err := e.folders(); err != nil {
		return nil, disk.Error("make folders", err)
	}
	if err := e.recover(); err != nil {
		return nil, errors.Join(err, e.db.close())
	}
	go e.background()
	return e, nil
}

func (e *Engine) folders() error {
	for _, name := range []string{journalDir, snapshotDir} {
		path := filepath.Join(e.dir, name)
		if disk.Exists(e.o.FS, path) {
			continue
		}
		if err := e.o.FS.Mkdir(path); err != nil {
			return err
		}
		if err := e.o.FS.SyncDir(e.dir); err != nil {
			return err
		}
	}
	return e.sweep()
}

// sweep removes what an earlier cut left half made.
func (e *Engine) sweep() error {
	for _, dir := range []string{".", journalDir, snapshotDir} {
		names, err := e.o.FS.List(filepath.Join(e.dir, dir))
		if err != nil {
			return err
		}
		for _, name := range names {
			half := strings.HasSuffix(name, ".tmp") && name != spareName || strings.HasSuffix(name, ".tmp.new")
			if !half {
				continue
			}
			if err := e.o.FS.Remove(filepath.Join(e.dir, dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// recover brings the two copies together.
func (e *Engine) recover() error {
	if err := e.journal.load(); err != nil {
		return disk.Error("read journal", err)
	}
	last, err := e.tail()
	if err != nil {
		return err
	}
	if err := e.finishSwap(); err != nil {
		return disk.Error("open database", err)
	}
	in, err := e.inspectDatabase(last)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.untouched():
		err = e.create()
	case errors.Is(err, fs.ErrNotExist):
		in.fault = err
		err = nil
	}
	if err != nil {
		return disk.Error("open database", err)
	}
	if list, _ := e.snapshots(); in.fault == nil && len(list) > 0 && list[len(list)-1] > in.applied {
		in.fault = errDamaged // it is older than a copy of it
	}
	if in.fault != nil {
		return e.openRebuilt()
	}
	if e.db, err = openDatabase(e.o.FS, e.database(), e.o.MaxDatabase, 0); err != nil {
		if errors.Is(err, berrors.ErrTimeout) {
			return exam.Errorf(exam.KindBusy, "open database", "somebody else has it open")
		}
		if kind := exam.KindOf(disk.Error("", err)); kind == exam.KindReadOnly || kind == exam.KindFull {
			return disk.Error("open database", err)
		}
		return e.openRebuilt()
	}
	return e.replay(in.applied)
}

// tail reads the last segment; its last record tells how the last session ended.
func (e *Engine) tail() (last record, err error) {
	for i := len(e.journal.segments) - 1; i >= 0; i-- {
		s, err := e.journal.read(i)
		if err != nil {
			return last, disk.Error("read journal", err)
		}
		if n := len(s.records); n > 0 {
			e.lastRead = s.records[n-1].seq
			e.found.Clean = s.records[n-1].kind == kindClosed && !s.torn && s.broken == 0
			return s.records[n-1], nil
		}
	}
	return last, nil
}

// finishSwap ends a rebuild that was cut between its two renames.
func (e *Engine) finishSwap() error {
	name := e.database()
	if !disk.Exists(e.o.FS, name+".new") {
		return nil
	}
	if disk.Exists(e.o.FS, name) {
		return e.o.FS.Remove(name + ".new")
	}
	e.found.Rebuilt = true
	return replace(e.o.FS, name+".new", name)
}

// inspectDatabase checks bbolt's file as far as there is reason to.
func (e *Engine) inspectDatabase(last record) (inspection, error) {
	in, err := inspect(e.o.FS, e.database(), false, nil)
	if err != nil || in.fault != nil {
		return in, err
	}
	if e.found.Clean && in.applied+1 >= last.seq && in.size > quickBytes {
		return in, nil
	}
	return inspect(e.o.FS, e.database(), true, nil)
}

// untouched tells whether nothing was ever written here.
func (e *Engine) untouched() bool {
	list, err := e.snapshots()
	return err == nil && len(list) == 0 && len(e.journal.segments) == 0
}

func (e *Engine) create() error {
	e.found.Created, e.found.Clean = true, true
	return createDatabase(e.o.FS, e.database(), e.o.MaxDatabase, func(d *database) error { return d.write(nil, 0) })
}

// openRebuilt sets a damaged file aside, rebuilds it and goes on.
func (e *Engine) openRebuilt() error {
	applied, err := e.rebuild(^uint64(0))
	if err != nil {
		return err
	}
	if e.db, err = openDatabase(e.o.FS, e.database(), e.o.MaxDatabase, 0); err != nil {
		return disk.Error("open database", err)
	}
	return e.replay(applied)
}

// replay puts what bbolt lacks before it, and starts from there.
func (e *Engine) replay(applied uint64) error {
	e.applied, e.seq = applied, applied
	s, err := e.journal.since(applied)
	if err != nil {
		return disk.Error("read journal", err)
	}
	e.found.damage("journal", s.broken)
	if s.torn {
		e.found.Dropped++
	}
	e.found.Missing = append(e.found.Missing, gaps(applied, s.records)...)
	for _, r := range s.records {
		e.seq = r.seq
		for _, o := range r.ops {
			e.putLive(o.key, pending{value: o.value})
		}
		if r.kind == kindChange {
			e.found.Replayed++
		}
	}
	e.found.JournalShort = applied > e.lastRead
	if len(e.live) > 0 {
		return e.checkpoint()
	}
	return nil
}

func (f *Found) damage(name string, n int) {
	if n > 0 {
		f.Damaged = append(f.Damaged, name)
	}
}

// gaps gives what is missing between applied and the last of the records.
func gaps(applied uint64, records []record) (list []Span) {
	for _, r := range records {
		list = append(list, gap(applied, r.seq)...)
		applied = r.seq
	}
	return list
}

// gap gives what is missing between one record and the next.
func gap(seq, next uint64) []Span {
	if next <= seq+1 {
		return nil
	}
	return []Span{{seq + 1, next - 1}}
}

// ChangedSince lists the keys that changed after seq, each once, in the order of
// their last change; ok is false when the journal does not go back as far.
func (e *Engine) ChangedSince(seq uint64) (keys []string, ok bool) {
	e.write.Lock() // a change under way comes to its end
	now := e.seq
	if seq == now {
		e.write.Unlock()
		return nil, true
	}
	s, err := e.journal.since(seq)
	e.write.Unlock()
	n := len(s.records)
	if err != nil || n == 0 || s.records[n-1].seq < now || len(gaps(seq, s.records)) > 0 {
		return nil, false
	}
	seen := map[string]bool{}
	for _, r := range slices.Backward(s.records) {
		for _, o := range slices.Backward(r.ops) {
			if !seen[o.key] {
				seen[o.key] = true
				keys = append(keys, o.key)
			}
		}
	}
	slices.Reverse(keys)
	return keys, true
}
