package storetest

import (
	"sync"

	"wenbao/store/internal/disk"
)

// Faulty is a file system on which writing fails with Err, from the After-th
// operation that changes the disk on, Times times (0: for ever).
type Faulty struct {
	disk.OS
	mu    sync.Mutex
	err   error
	after int
	times int
	seen  int
	hit   int
}

// Fail arms the fault anew.
func (f *Faulty) Fail(err error, after, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.after, f.times, f.seen, f.hit = err, after, times, 0, 0
}

// Heal lets everything succeed again, and tells how often it failed.
func (f *Faulty) Heal() (hit int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = nil
	return f.hit
}

func (f *Faulty) fault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen++
	if f.err == nil || f.seen <= f.after || f.times > 0 && f.hit >= f.times {
		return nil
	}
	f.hit++
	return f.err
}

type faultyFile struct {
	disk.File
	f *Faulty
}

func (w faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if err := w.f.fault(); err != nil {
		n, _ := w.File.WriteAt(b[:len(b)/2], at) // a short write
		return n, err
	}
	return w.File.WriteAt(b, at)
}

func (w faultyFile) Sync() error {
	if err := w.f.fault(); err != nil {
		return err
	}
	return w.File.Sync()
}

func (w faultyFile) WriteThrough(b []byte, at int64) error {
	if _, err := w.WriteAt(b, at); err != nil {
		return err
	}
	if err := w.f.fault(); err != nil {
		return err
	}
	return w.File.WriteThrough(b, at)
}

func (f *Faulty) OpenLog(name string) (disk.File, error) { return f.Open(name) }

func (f *Faulty) Create(name string) (disk.File, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	w, err := f.OS.Create(name)
	return faultyFile{w, f}, err
}

func (f *Faulty) Open(name string) (disk.File, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	w, err := f.OS.Open(name)
	if err != nil {
		return nil, err
	}
	return faultyFile{w, f}, nil
}

func (f *Faulty) Rename(old, new string) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.OS.Rename(old, new)
}

func (f *Faulty) Remove(name string) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.OS.Remove(name)
}

func (f *Faulty) Mkdir(name string) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.OS.Mkdir(name)
}

func (f *Faulty) SyncDir(name string) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.OS.SyncDir(name)
}

func (f *Faulty) Commit(name string, write func() error) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.OS.Commit(name, write)
}
