package boltdb

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"wenbao/exam"
)

// FileName is the database's name inside a server's data folder.
const FileName = "wenbaod.bolt"

// schema is the edition of the layout; a file of a newer one is not opened. In
// files of edition 1 answers lie under owner and entry, and pieces under owner,
// hash and offset; up to edition 2 contents lie under id and version. What was
// kept there stays there and is found.
const schema = "3"

// The buckets. Keys carry no personal data.
var (
	bMeta    = []byte("meta")          // schema, name, serial
	bRecords = []byte("registrations") // id → row
	bContent = []byte("submissions")   // place, in the order of arrival → the submission's bytes; all versions stay
	bAnswers = []byte("answered")      // entry, owner → answer
	bGiven   = []byte("given")         // second, entry, owner: when the answer was given
	bPersons = []byte("persons")       // person → id of the active registration
	bNumbers = []byte("numbers")       // registration number → id
	bChanges = []byte("changes")       // owner, seq → id
	bFiles   = []byte("files")         // owner, hash → file row
	bPieces  = []byte("blobs")         // blob, offset → bytes
	bUnnamed = []byte("unnamed")       // owner, hash → size of a file that no registration names
	bNews    = []byte("publications")  // seq → publication
	bPacks   = []byte("packs")         // SHA-256 → bytes of an edition

	bAnswers1 = []byte("answers") // of edition 1; not in newer files
	bPieces1  = []byte("pieces")
	bContent2 = []byte("contents") // of edition 2

	buckets = [][]byte{bMeta, bRecords, bContent, bAnswers, bGiven, bPersons, bNumbers, bChanges, bFiles, bPieces, bUnnamed, bNews, bPacks}
)

// Options vary a [DB] for tests.
type Options struct {
	NoSync bool             // commits may be lost with the machine
	Now    func() time.Time // seeds the serial; default time.Now
}

// DB is a server.Repository in one bbolt file.
type DB struct {
	bolt  *bbolt.DB
	name  string
	epoch uint64

	reserved serials

	queue  chan *job
	coming atomic.Int64  // decisions being made that will want to be written
	quiet  chan struct{} // told when there are none
	last   group         // belongs to the writer
	broken atomic.Pointer[breakage]
	flush  sync.RWMutex  // held while a group is committed
	sure   atomic.Uint64 // id of the last transaction that is known to be on the disk
	closed chan struct{}
	once   sync.Once
	done   sync.WaitGroup
}

// group is what the writer remembers of the last commit.
type group struct {
	took time.Duration
	busy int // how many had written, or were about to, when it ended
}

// breakage is that the last commit did not reach the disk.
type breakage struct {
	err error
	at  time.Time
}

// restFor is how long nothing is written after a commit that failed: with the
// free list kept in memory alone, bbolt reads the whole file to take one back.
const restFor = time.Second

// job is one write waiting for the next commit.
type job struct {
	run  func(*bbolt.Tx) error
	err  error
	done chan struct{}
}

// Open opens or makes the database in a folder. A folder that another process
// uses is [exam.KindBusy]; a file of a newer layout is [exam.KindUpgrade].
func Open(dir string, o Options) (*DB, error) {
	const op = "open server database"
	path := filepath.Join(dir, FileName)
	if err := create(path, o); err != nil {
		return nil, err
	}
	b, err := bbolt.Open(path, 0o600, options(o))
	var file *fs.PathError
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, exam.Errorf(exam.KindBusy, op, "another process has it open")
	case errors.As(err, &file) && file.Op == "open": // nothing of it was read
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	case err != nil:
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: op, Err: err}
	}
	db := &DB{bolt: b, queue: make(chan *job, 1024), quiet: make(chan struct{}, 1), closed: make(chan struct{})}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := b.Update(func(tx *bbolt.Tx) error { return db.begin(tx, o.Now()) }); err != nil {
		b.Close()
		return nil, err
	}
	if err := b.View(func(tx *bbolt.Tx) error { db.sure.Store(uint64(tx.ID())); return nil }); err != nil {
		b.Close()
		return nil, err
	}
	db.done.Add(1)
	go db.commit()
	return db, nil
}

func options(o Options) *bbolt.Options {
	return &bbolt.Options{Timeout: 500 * time.Millisecond, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
		NoSync: o.NoSync, NoGrowSync: o.NoSync, InitialMmapSize: 16 << 20}
}

// create makes a new file under another name first, for a power cut while
// bbolt lays out an empty file would leave one that cannot be opened.
func create(path string, o Options) error {
	const op = "make server database"
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	tmp := path + ".new"
	os.Remove(tmp)
	b, err := bbolt.Open(tmp, 0o600, options(o))
	if err == nil {
		err = b.Update(func(tx *bbolt.Tx) error {
			for _, name := range buckets {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			return nil
		})
		err = errors.Join(err, b.Sync(), b.Close())
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil && !o.NoSync {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	return nil
}

// syncDir makes the names in a folder durable. NTFS does so through its own log,
// and a folder cannot be flushed there.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// begin checks the layout and seeds the serial, see [DB.next].
func (db *DB) begin(tx *bbolt.Tx, now time.Time) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	m := tx.Bucket(bMeta)
	if v := m.Get([]byte("schema")); v != nil && !slices.Contains([]string{"1", "2", schema}, string(v)) {
		return exam.Errorf(exam.KindUpgrade, "open server database", "layout %q", v)
	}
	if m.Get([]byte("name")) == nil {
		name := make([]byte, 8)
		rand.Read(name)
		if err := m.Put([]byte("name"), []byte(hex.EncodeToString(name))); err != nil {
			return err
		}
	}
	db.name = string(m.Get([]byte("name")))
	serial := max(number(m.Get([]byte("serial")))+leap(), clockSerial(now))
	db.reserved.add(serial, blockOfSerials)
	serial += blockOfSerials
	db.epoch = max(number(m.Get([]byte("epoch")))+1, uint64(max(0, now.Unix())))
	return errors.Join(m.Put([]byte("schema"), []byte(schema)), m.Put([]byte("serial"), uint64Key(serial)), m.Put([]byte("epoch"), uint64Key(db.epoch)))
}

// serials are numbers that were reserved on the disk before they are given out.
type serials struct {
	mu   sync.Mutex
	n    uint64
	left int
}

// blockOfSerials is how many are reserved at one time; what a crash leaves
// unused is never given.
const blockOfSerials = 10_000

func (s *serials) add(n uint64, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.left = n, count
}

// pop gives a reserved serial; 0 when none is left.
func (s *serials) pop() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return 0
	}
	s.left--
	s.n++
	return s.n
}

// next gives a serial, reserving another block when the last is used up.
func (db *DB) next(ctx context.Context) (uint64, error) {
	for {
		if n := db.reserved.pop(); n > 0 {
			return n, nil
		}
		err := db.write(ctx, func(tx *bbolt.Tx) error {
			m := tx.Bucket(bMeta)
			from := number(m.Get([]byte("serial")))
			if err := m.Put([]byte("serial"), uint64Key(from+blockOfSerials)); err != nil {
				return err
			}
			tx.OnCommit(func() { db.reserved.add(from, blockOfSerials) })
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
}

// leap and clockSerial keep a server that was restored from an older copy from
// giving a number twice: no start begins below what the clock allows, and for a
// machine whose clock stands still every start leaps over what the lost time
// could have given, by a distance that no other start will choose again.
func leap() uint64 {
	var n [4]byte
	rand.Read(n[:])
	return 100_000 + uint64(binary.BigEndian.Uint32(n[:])%1_000_000)
}

var serialEpoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func clockSerial(now time.Time) uint64 {
	seconds := max(0, int64(now.Sub(serialEpoch)/time.Second))
	return uint64(min(seconds*8, 9_000_000_000))
}

// Name tells this database from any other.
func (db *DB) Name() string { return db.name }

// Epoch rises with every start: the seconds of the clock, or one more than last.
func (db *DB) Epoch() uint64 { return db.epoch }

// Ready tells whether the database answers and, when the last commit failed,
// whether another gets through: a disk that is full may have room again.
func (db *DB) Ready(ctx context.Context) error {
	if db.broken.Load() != nil {
		return db.write(ctx, func(tx *bbolt.Tx) error {
			m := tx.Bucket(bMeta)
			return m.Put([]byte("probe"), uint64Key(number(m.Get([]byte("probe")))+1))
		})
	}
	return db.bolt.View(func(tx *bbolt.Tx) error {
		if tx.Bucket(bMeta).Get([]byte("schema")) == nil {
			return exam.Errorf(exam.KindDamaged, "look at server database", "no layout")
		}
		return nil
	})
}

// Backup writes a consistent copy of the database to a new file while it is in
// use.
func (db *DB) Backup(path string) error {
	err := db.bolt.View(func(tx *bbolt.Tx) error { return tx.CopyFile(path, 0o600) })
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: "back up server database", Err: err}
	}
	return nil
}

// Close finishes what is queued and closes the file.
func (db *DB) Close() error {
	db.once.Do(func() { close(db.closed) })
	db.done.Wait()
	return db.bolt.Close()
}

// groupSize ends a group, so that one flush never waits for unbounded work.
const groupSize = 512

// write runs a function in the next group commit and returns when it is durable.
func (db *DB) write(ctx context.Context, run func(*bbolt.Tx) error) error {
	j, err := db.enqueue(ctx, run)
	if err != nil {
		return err
	}
	return db.await(j)
}

func (db *DB) enqueue(ctx context.Context, run func(*bbolt.Tx) error) (*job, error) {
	if b := db.broken.Load(); b != nil && time.Since(b.at) < restFor {
		return nil, b.err
	}
	j := &job{run: run, done: make(chan struct{})}
	select {
	case db.queue <- j:
		return j, nil
	case <-db.closed:
		return nil, exam.Errorf(exam.KindUnreachable, "write server database", "closing")
	case <-ctx.Done():
		return nil, &exam.Error{Kind: exam.KindCanceled, Op: "write server database", Err: ctx.Err()}
	}
}

func (db *DB) await(j *job) error {
	select {
	case <-j.done:
		return j.err
	case <-db.closed:
	}
	db.done.Wait()
	select {
	case <-j.done:
		return j.err
	default:
		return exam.Errorf(exam.KindUnreachable, "write server database", "closing")
	}
}

// deciding says that a decision is being made which will want to be written.
func (db *DB) deciding() { db.coming.Add(1) }

// decided says that it is queued, or that nothing is to be written.
func (db *DB) decided() {
	if db.coming.Add(-1) == 0 {
		select {
		case db.quiet <- struct{}{}:
		default:
		}
	}
}

// commit is the one writer: it takes whatever has queued up while the last
// group was being flushed, and flushes it together.
func (db *DB) commit() {
	defer db.done.Done()
	for {
		select {
		case j := <-db.queue:
			db.group(db.gather(j))
		case <-db.closed:
			for {
				select {
				case j := <-db.queue:
					db.group(db.gather(j))
				default:
					return
				}
			}
		}
	}
}

// How long a group is held open for decisions that are being made: gatherFor, or a
// twelfth of a flush on a slow disk, for a disk that waits is lost time. In a crowd,
// however, decisions take longer than flushes, and every flush that is not made
// leaves the processor to them.
const (
	gatherFor   = 300 * time.Microsecond
	gatherCrowd = 4 * time.Millisecond
	crowd       = 40 // writers at a time
)

// gather takes what has queued up, and waits a moment for whatever is about to
// queue up. Whoever was answered a moment ago may come again at once, so that half
// the time of a flush is worth waiting for as many as there were. With nobody else
// at work nothing is waited for.
func (db *DB) gather(first *job) []*job {
	jobs := []*job{first}
	began := time.Now()
	end := time.NewTimer(gatherFor)
	defer end.Stop()
	for len(jobs) < groupSize {
		select {
		case j := <-db.queue:
			jobs = append(jobs, j)
			continue
		default:
		}
		open := min(max(gatherFor, db.last.took/12), gatherCrowd)
		if db.last.busy >= crowd {
			open = gatherCrowd
		}
		if db.coming.Load() == 0 {
			if len(jobs) >= db.last.busy {
				return jobs
			}
			open = min(open, db.last.took/2)
		}
		left := open - time.Since(began)
		if left <= 0 {
			return jobs
		}
		end.Reset(left)
		select {
		case j := <-db.queue:
			jobs = append(jobs, j)
		case <-db.quiet: // nobody is deciding, or nobody was a moment ago
		case <-end.C:
		case <-db.closed:
			return jobs
		}
	}
	return jobs
}

// group commits jobs in one transaction. A job that fails takes nobody with
// it: the transaction is rolled back and the others are run again.
func (db *DB) group(jobs []*job) {
	began, all := time.Now(), len(jobs)
	for len(jobs) > 0 {
		bad, id := -1, 0
		db.flush.Lock()
		err := db.bolt.Update(func(tx *bbolt.Tx) error {
			id = tx.ID()
			for i, j := range jobs {
				if err := safely(j.run, tx); err != nil {
					bad = i
					return err
				}
			}
			return nil
		})
		if err == nil {
			db.sure.Store(uint64(id))
		}
		db.flush.Unlock()
		if bad >= 0 {
			jobs[bad].err = err
			close(jobs[bad].done)
			jobs = append(jobs[:bad:bad], jobs[bad+1:]...)
			continue
		}
		db.last = group{time.Since(began), all + len(db.queue) + int(db.coming.Load())}
		if err != nil {
			err = unwritten(err)
			db.broken.Store(&breakage{err, time.Now()})
		} else if db.broken.Load() != nil {
			db.broken.Store(nil)
		}
		for _, j := range jobs {
			j.err = err
			close(j.done)
		}
		return
	}
}

// unwritten is why a commit failed. What was committed before stays; what of it
// bbolt shows all the same, nobody is told of (see [DB.settled]).
func unwritten(err error) error {
	kind := exam.KindReadOnly
	if isFull(err) {
		kind = exam.KindFull
	}
	return &exam.Error{Kind: kind, Op: "commit server database", Err: err}
}

func safely(run func(*bbolt.Tx) error, tx *bbolt.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = exam.Errorf(exam.KindInternal, "write server database", "panic: %v", p)
		}
	}()
	return run(tx)
}

// read runs a function in a read transaction, and returns when all that it saw is on
// the disk.
func (db *DB) read(run func(*bbolt.Tx) error) error {
	seen, err := db.peek(run)
	if err != nil {
		return err
	}
	return db.settled(seen)
}

// peek is [DB.read] for what nobody is told yet: bbolt shows a commit from when its
// last page is written, and flushes that page afterwards. seen is the transaction
// that was looked at.
func (db *DB) peek(run func(*bbolt.Tx) error) (seen uint64, err error) {
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		seen = uint64(tx.ID())
		return run(tx)
	})
	if err != nil {
		var e *exam.Error
		if errors.As(err, &e) {
			return seen, err
		}
		return seen, &exam.Error{Kind: exam.KindInternal, Op: "read server database", Err: fmt.Errorf("bbolt: %w", err)}
	}
	return seen, nil
}

// settled returns when a transaction that was seen is on the disk.
func (db *DB) settled(seen uint64) error {
	if seen <= db.sure.Load() {
		return nil
	}
	db.flush.RLock() // the group that it was is through
	defer db.flush.RUnlock()
	if seen <= db.sure.Load() {
		return nil
	}
	if b := db.broken.Load(); b != nil {
		return b.err
	}
	return exam.Errorf(exam.KindUnreachable, "read server database", "the last commit did not reach the disk")
}
