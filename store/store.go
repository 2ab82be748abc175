package store

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/keyslot"
)

// Options of [Open]. The zero value is what programs want, but for Keys.
type Options struct {
	Keys Keys
	// History is how many older versions of a draft are kept; 0 means 200.
	History int
	// Clock tells the time that is shown beside records; nil is time.Now. Nothing
	// is ever decided by it.
	Clock func() time.Time
	// Segment is the size of a journal file in bytes; 0 means 4 MiB. Tests make it
	// small.
	Segment int64
	// Disk is the file system; nil is the machine's. Tests put faults here.
	Disk disk.FS
}

const defaultHistory = 200

func (o Options) filled() Options {
	if o.History <= 0 {
		o.History = defaultHistory
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Disk == nil {
		o.Disk = disk.OS{}
	}
	return o
}

// Store is an open data folder. One process owns it until Close.
type Store struct {
	o       Options
	dir     string
	release func() error // of the folder's lock
	kept    atomic.Int64 // versions of a draft to keep; 0: as the options say
	engine  *engine.Engine
	subs    subscribers

	stopping sync.Once
	stopped  error

	files     sync.Mutex // one attaches or purges at a time
	unlocking sync.Mutex // one sets the keys at a time

	mu      sync.RWMutex // guards what follows
	keys    keyring
	vault   *vault // nil while locked
	index   *index // nil while locked
	log     *indexLog
	opening Opening

	loading sync.WaitGroup // of indexes
}

const lockFile = "lock"

// Open opens the data folder, or makes it (0700) with a new store. It repairs
// what it can and says so in [Store.Opening]. Kinds of its errors: Busy (another
// process has the folder), Locked (see [ErrPassphraseNeeded] and its
// neighbours), ReadOnly, Full, Upgrade (written by a newer program), Damaged
// (neither copy of the key slots can be read), Canceled.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	o = o.filled()
	if err := ctx.Err(); err != nil {
		return nil, &exam.Error{Kind: exam.KindCanceled, Op: "open store", Err: err}
	}
	if err := o.Disk.Mkdir(dir); err != nil {
		return nil, disk.Error("make data folder", err)
	}
	release, ok, err := disk.Lock(filepath.Join(dir, lockFile))
	if err != nil {
		return nil, disk.Error("lock data folder", err)
	}
	if !ok {
		return nil, exam.Errorf(exam.KindBusy, "open store", "another process has the folder")
	}
	s := &Store{o: o, dir: dir, release: release}
	if err := s.start(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *Store) start(ctx context.Context) error {
	if disk.Exists(s.o.Disk, filepath.Join(s.dir, restoring)) {
		return &exam.Error{Kind: exam.KindState, Op: "open store", Err: ErrRestoreCutOff}
	}
	data, err := s.slots()
	if err != nil {
		return err
	}
	s.engine, err = engine.Open(s.dir, engine.Options{
		FS: s.o.Disk, Clock: s.o.Clock, Segment: s.o.Segment, Pack: s.packed, Checkpointed: s.checkpointed, Repaired: s.repaired,
	})
	if err != nil {
		return err
	}
	found := s.engine.Found()
	listed := s.witness(data, found)
	if err := s.unlocked(data); err != nil {
		return err
	}
	s.warn()
	return s.reckon(ctx, found, listed)
}

// slots reads the key slots, or makes them, and gives the data key.
func (s *Store) slots() ([]byte, error) {
	raw, healed, err := readTwin(s.o.Disk, filepath.Join(s.dir, slotsFile), maxKeyFile)
	if exam.KindOf(err) == exam.KindNotFound && engine.Holds(s.o.Disk, s.dir) {
		return nil, exam.Errorf(exam.KindDamaged, "read key slots", "drafts are here, the key slots are gone")
	}
	if exam.KindOf(err) == exam.KindNotFound {
		var data []byte
		s.keys, data, err = createSlots(s.o.Disk, s.dir, s.o.Keys, s.o.Clock())
		return data, err
	}
	if err != nil {
		return nil, err
	}
	h, err := keyslot.ParseHeader(raw)
	if err != nil {
		return nil, err
	}
	if healed {
		s.opening.Damaged = append(s.opening.Damaged, slotsFile)
	}
	s.keys = keyring{fs: s.o.Disk, dir: s.dir, header: h}
	data, err := s.keys.unlock(s.o.Keys)
	if err == nil && h.Format < keyslot.Format { // before anything is written that an older program does not know
		err = s.keys.save()
	}
	return data, err
}

// unlocked readies a store whose data key is known.
func (s *Store) unlocked(data []byte) error {
	v, err := newVault(data)
	if err != nil {
		return err
	}
	ix, log := s.loadIndex(v)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vault, s.index, s.log = v, ix, log
	return nil
}

// Close makes the store's last work durable and leaves the folder to others. A
// second call gives what the first gave.
func (s *Store) Close() error { return s.stop() }

func (s *Store) stop() error {
	s.stopping.Do(func() {
		s.loaded()
		if s.engine != nil {
			s.stopped = s.engine.Close()
		}
		s.Lock()
		s.subs.close()
		s.stopped = disk.Error("close store", errors.Join(s.stopped, s.release()))
	})
	return s.stopped
}

// loaded waits until nobody loads the index any more.
func (s *Store) loaded() {
	s.mu.RLock()
	if s.index != nil {
		s.index.quit()
	}
	s.mu.RUnlock()
	s.loading.Wait()
}

// Lock forgets every key and everything that was read with them. Until
// [Store.Unlock] all methods but Close return KindLocked with [ErrStoreLocked].
func (s *Store) Lock() {
	s.loaded()
	s.mu.Lock()
	v := s.vault
	s.vault, s.index = nil, nil
	s.mu.Unlock()
	if v != nil {
		s.subs.tell(Change{What: StoreChanged})
	}
}

// Unlock opens a locked store again with any of the keys; KindLocked when none
// of them fits.
func (s *Store) Unlock(keys Keys) error {
	s.mu.RLock()
	r := s.keys
	s.mu.RUnlock()
	data, err := r.unlock(keys)
	s.unlocking.Lock() // what one call remembers would not be told of a change that began with the keys of another
	defer s.unlocking.Unlock()
	if _, _, locked := s.open(); err != nil || locked == nil {
		return err // an index that changes are coming into is not read anew
	}
	if err := s.unlocked(data); err != nil {
		return err
	}
	s.subs.tell(Change{What: StoreChanged})
	return nil
}

// Subscribe gives the changes from now on. The store never waits for a
// subscriber: one that falls behind gets StoreChanged instead of what it
// missed. The channel is closed by cancel and by Close.
func (s *Store) Subscribe() (changes <-chan Change, cancel func()) { return s.subs.add() }

// open gives the keys and the index of an unlocked store.
func (s *Store) open() (*vault, *index, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.vault == nil {
		return nil, nil, locked("use store", ErrStoreLocked)
	}
	return s.vault, s.index, nil
}
