// Package engine keeps sealed values by bucket and key. It knows nothing of
// what they hold.
package engine

import (
	"bytes"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"wenbao/store/internal/disk"
)

type Engine struct {
	write sync.Mutex
	db    *bolt.DB
	seq   uint64
}

func Open(fs disk.FS, dir string) (*Engine, error) {
	db, err := bolt.Open(filepath.Join(dir, "wenbao.db"), 0o600, &bolt.Options{Timeout: 2 * time.Second, FreelistType: bolt.FreelistMapType, MaxSize: 2 << 30})
	if err != nil {
		return nil, disk.Error("open store", err)
	}
	e := &Engine{db: db}
	err = db.Update(func(t *bolt.Tx) error {
		b, err := t.CreateBucketIfNotExists([]byte("meta"))
		e.seq = b.Sequence()
		return err
	})
	return e, err
}

func (e *Engine) Close() error { return e.db.Close() }

// Get gives the value, nil when there is none.
func (e *Engine) Get(bucket, key string) (v []byte, err error) {
	err = e.db.View(func(t *bolt.Tx) error {
		if b := t.Bucket([]byte(bucket)); b != nil {
			v = bytes.Clone(b.Get([]byte(key)))
		}
		return nil
	})
	return v, disk.Error("read", err)
}

// Scan calls fn for every key of the bucket with the prefix, in order.
func (e *Engine) Scan(bucket, prefix string, fn func(key string, value []byte) error) error {
	err := e.db.View(func(t *bolt.Tx) error {
		b := t.Bucket([]byte(bucket))
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for k, v := c.Seek([]byte(prefix)); k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
			if err := fn(string(k), bytes.Clone(v)); err != nil {
				return err
			}
		}
		return nil
	})
	return disk.Error("read", err)
}

// After runs f when the change is durable.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

type op struct {
	bucket, key string
	value       []byte
}

// Tx is one atomic change.
type Tx struct {
	e     *Engine
	Seq   uint64
	ops   []op
	after []func()
}

// Get gives the value as this transaction sees it, nil when there is none.
func (t *Tx) Get(bucket, key string) ([]byte, error) {
	for i := len(t.ops) - 1; i >= 0; i-- {
		if t.ops[i].bucket == bucket && t.ops[i].key == key {
			return t.ops[i].value, nil
		}
	}
	return t.e.Get(bucket, key)
}

func (t *Tx) Put(bucket, key string, value []byte) { t.ops = append(t.ops, op{bucket, key, value}) }
func (t *Tx) Delete(bucket, key string)            { t.ops = append(t.ops, op{bucket, key, nil}) }

// Update runs fn and makes all it put durable, or nothing.
func (e *Engine) Update(fn func(*Tx) error) error {
	e.write.Lock()
	defer e.write.Unlock()
	t := &Tx{e: e, Seq: e.seq + 1}
	if err := fn(t); err != nil || len(t.ops) == 0 {
		return err
	}
	err := e.db.Update(func(bt *bolt.Tx) error {
		for _, o := range t.ops {
			b, err := bt.CreateBucketIfNotExists([]byte(o.bucket))
			if err != nil {
				return err
			}
			if o.value == nil {
				err = b.Delete([]byte(o.key))
			} else {
				err = b.Put([]byte(o.key), o.value)
			}
			if err != nil {
				return err
			}
		}
		return bt.Bucket([]byte("meta")).SetSequence(t.Seq)
	})
	if err != nil {
		return disk.Error("write", err)
	}
	e.seq = t.Seq
	for _, f := range t.after {
		f()
	}
	return nil
}
