package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/pages"
	"wenbao/store/internal/seal"
)

// The bbolt file has one bucket; its keys are "bucket/key". One more key says
// up to which sequence number the journal has been taken in, and how many
// values there are with which sum of checksums: bbolt's pages have no checksums,
// and a value that went missing with the count of its page would not be missed.
var (
	valuesBucket = []byte("values")
	appliedKey   = []byte("\x00applied")
)

// maxDatabase bounds the bbolt file: 2 GiB.
const maxDatabase = 2 << 30

// mapSize gives a large file room to grow: growing the map makes readers wait,
// and address space costs nothing. On Windows the file would be made as large,
// and a small one grows to 16 MiB at once.
func mapSize(name string) int {
	st, err := os.Stat(name)
	if err != nil || st.Size() < 32<<20 || runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	return int(min(2*st.Size(), maxDatabase))
}

// errDamaged is the cause when bbolt's file is not what was written.
var errDamaged = errors.New("the database file is damaged")

// database is an open bbolt file. What goes wrong inside bbolt (a panic, a
// fault of mapped memory) comes out as KindDamaged.
type database struct {
	fs   disk.FS
	name string
	bolt *bolt.DB
	file *os.File
	max  int
	shut bool
}

// openDatabase opens a bbolt file; create is os.O_CREATE if it may be made.
func openDatabase(fs disk.FS, name string, max int, create int) (*database, error) {
	d := &database{fs: fs, name: name, max: max}
	err := guarded(func() (err error) {
		d.bolt, err = bolt.Open(name, 0o600, &bolt.Options{
			Timeout:         2 * time.Second,
			FreelistType:    bolt.FreelistMapType,
			MaxSize:         max,
			NoStatistics:    true,
			InitialMmapSize: mapSize(name),
			OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
				d.file, err = os.OpenFile(name, flag&^os.O_CREATE|create, mode)
				return d.file, err
			},
		})
		return err
	})
	if err != nil {
		if d.file != nil {
			_ = d.file.Close() // after a panic bbolt leaves it open
		}
		return nil, err
	}
	return d, nil
}

// guarded runs fn, which reads or writes a mapped file.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &exam.Error{Kind: exam.KindDamaged, Op: "use database", Err: fmt.Errorf("%w: %v", errDamaged, r)}
		}
	}()
	if err = fn(); errors.Is(err, berrors.ErrDatabaseNotOpen) { // a rebuild came half-way
		err = &exam.Error{Kind: exam.KindDamaged, Op: "use database", Err: errDamaged}
	}
	return err
}

func (d *database) close() error {
	if d == nil || d.shut {
		return nil
	}
	d.shut = true
	return guarded(d.bolt.Close)
}

// get gives a copy of a value, nil when there is none.
func (d *database) get(key string) (value []byte, err error) {
	err = guarded(func() error {
		return d.bolt.View(func(tx *bolt.Tx) error {
			v, err := find(tx.Bucket(valuesBucket), []byte(key))
			if v == nil {
				return err
			}
			value = bytes.Clone(v)
			return sound(key, value)
		})
	})
	return value, err
}

func sound(key string, value []byte) error {
	if _, ok := seal.Sound(key, value); !ok {
		return &exam.Error{Kind: exam.KindDamaged, Op: "read database", Err: errDamaged}
	}
	return nil
}

// find gives a value as it lies in the file, nil when there is none.
func find(b *bolt.Bucket, key []byte) ([]byte, error) {
	c := b.Cursor()
	at, value := c.Seek(key)
	if bytes.Equal(at, key) {
		return value, nil
	}
	return nil, onTheWay(c, at, key)
}

// onTheWay holds that seeking a key, which led to the key at, led past none at or
// behind it: a bit that flipped in a page on the way leads lookups past keys that
// are there, and then the key does not lie between those on both sides.
func onTheWay(c *bolt.Cursor, at, key []byte) error {
	before := []byte(nil)
	if at == nil {
		before, _ = c.Last()
	} else if before, _ = c.Prev(); bytes.Compare(at, key) < 0 {
		return errMisled
	}
	if before != nil && bytes.Compare(before, key) >= 0 {
		return errMisled
	}
	return nil
}

var errMisled = &exam.Error{Kind: exam.KindDamaged, Op: "read database", Err: errDamaged}

// read gives up to n values with the prefix whose keys come after a key, and
// whether these were the last.
func (d *database) read(prefix, after string, n int) (ops []op, last bool, err error) {
	last = true
	err = guarded(func() error {
		return d.bolt.View(func(tx *bolt.Tx) error {
			b := tx.Bucket(valuesBucket)
			from := []byte(max(prefix, after))
			c := b.Cursor()
			k, _ := c.Seek(from)
			if err := onTheWay(c, k, from); err != nil {
				return err
			}
			k, v := c.Seek(from)
			for ; k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
				if string(k) == after || bytes.Equal(k, appliedKey) {
					continue
				}
				if len(ops) == n {
					last = false
					return nil
				}
				if err := sound(string(k), v); err != nil {
					return err
				}
				ops = append(ops, op{string(k), bytes.Clone(v)})
			}
			return nil
		})
	})
	return ops, last, err
}

// write applies operations and notes how far the journal has been taken in.
func (d *database) write(ops []op, applied uint64) error {
	err := d.fs.Commit(d.name, func() error {
		return guarded(func() error {
			return d.bolt.Update(func(tx *bolt.Tx) error { return put(tx, ops, applied) })
		})
	})
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return &exam.Error{Kind: exam.KindFull, Op: "write database", Err: err}
	}
	return disk.Error("write database", err)
}

// denser is how full bbolt makes pages that get new keys one after the other, as
// an import and a rebuild do; it would fill half of each.
const denser = 0.8

func put(tx *bolt.Tx, ops []op, applied uint64) error {
	b, err := tx.CreateBucketIfNotExists(valuesBucket)
	if err != nil {
		return err
	}
	t := total{}
	if raw := b.Get(appliedKey); raw != nil {
		if t, err = parseTotal(raw); err != nil {
			return err
		}
	}
	added := 0
	for _, o := range ops {
		key := []byte(o.key)
		was, err := find(b, key)
		if err != nil {
			return err
		}
		if was == nil && o.value != nil {
			added++
		}
		t.remove(was)
		if o.value == nil {
			err = b.Delete(key)
		} else {
			t.add(o.value)
			err = b.Put(key, o.value)
		}
		if err != nil {
			return err
		}
	}
	if added > len(ops)/2 {
		b.FillPercent = denser
	}
	t.applied = applied
	return b.Put(appliedKey, t.encode())
}

// total says how far a database goes and what is in it.
type total struct {
	applied uint64 // sequence number
	values  uint64 // how many
	sums    uint64 // of their checksums
}

func (t *total) add(value []byte) {
	if len(value) >= seal.Overhead {
		t.values++
		t.sums += uint64(seal.Sum(value))
	}
}

func (t *total) remove(value []byte) {
	if len(value) >= seal.Overhead {
		t.values--
		t.sums -= uint64(seal.Sum(value))
	}
}

func (t total) encode() []byte {
	raw := binary.BigEndian.AppendUint64(nil, t.applied)
	raw = binary.BigEndian.AppendUint64(raw, t.values)
	raw = binary.BigEndian.AppendUint64(raw, t.sums)
	return binary.BigEndian.AppendUint32(raw, seal.Checksum(raw))
}

func parseTotal(raw []byte) (t total, err error) {
	if len(raw) != 28 || binary.BigEndian.Uint32(raw[24:]) != seal.Checksum(raw[:24]) {
		return t, &exam.Error{Kind: exam.KindDamaged, Op: "read database", Err: errDamaged}
	}
	u64 := binary.BigEndian.Uint64
	return total{u64(raw), u64(raw[8:]), u64(raw[16:])}, nil
}

// createDatabase makes an empty bbolt file under a temporary name and gives it
// its own when it lies whole on the disk: bbolt cannot be cut off in its very
// first writes.
func createDatabase(fs disk.FS, name string, max int, fill func(*database) error) error {
	tmp := name + ".tmp"
	_ = fs.Remove(tmp)
	var d *database
	err := fs.Commit(tmp, func() (err error) {
		d, err = openDatabase(fs, tmp, max, os.O_CREATE)
		return err
	})
	if err != nil {
		return disk.Error("make database", err)
	}
	err = fill(d)
	if err = errors.Join(err, d.close()); err != nil {
		_ = fs.Remove(tmp)
		return err
	}
	return disk.Error("make database", replace(fs, tmp, name))
}

// inspection is what plain reading tells about a bbolt file.
type inspection struct {
	total
	size  int64
	fault error // nil: the file is sound
}

// inspect reads a bbolt file without bbolt. With deep every page and the
// checksum of every value is read, else only what bbolt reads at once. An error
// says that there is no such file, or that it cannot be opened.
func inspect(fs disk.FS, name string, deep bool, visit func(key string, value []byte)) (in inspection, err error) {
	f, err := fs.Read(name)
	if err != nil {
		return in, err
	}
	defer f.Close()
	if in.size, err = f.Size(); err != nil {
		return in, err
	}
	p, err := pages.Open(f, in.size)
	if err != nil {
		in.fault = err
		return in, nil
	}
	raw, err := p.First()
	if err == nil {
		in.total, err = parseTotal(raw)
	}
	if in.fault = err; err == nil && deep {
		in.fault = in.verify(p, visit)
	}
	return in, nil
}

// verify reads every value and compares what is there with what should be.
func (in *inspection) verify(p *pages.File, visit func(key string, value []byte)) (fault error) {
	got := total{applied: in.applied}
	faults, _ := p.Walk(func(v pages.Value) error {
		if bytes.Equal(v.Key, appliedKey) {
			return nil
		}
		if err := sound(string(v.Key), v.Value); err != nil {
			fault = err
			return nil
		}
		got.add(v.Value)
		if visit != nil {
			visit(string(v.Key), v.Value)
		}
		return nil
	})
	switch {
	case len(faults) > 0:
		return faults[0]
	case fault == nil && got != in.total:
		return fmt.Errorf("%d values of %d, or others", got.values, in.values)
	}
	return fault
}
