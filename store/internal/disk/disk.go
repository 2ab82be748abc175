// Package disk is the store's door to the file system. Everything the store
// writes goes through an [FS], so that tests can record every write and sync,
// cut the power between any two of them, and let any of them fail.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"wenbao/exam"
)

// File is an open file.
type File interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Truncate(size int64) error
	// Sync returns when all written bytes, and the size needed to read them
	// back, lie on the disk.
	Sync() error
	// WriteThrough writes b and returns when it lies on the disk, as Sync does for
	// that write. In a file of OpenLog b must be from [Aligned] and lie, like at, at
	// multiples of 4096.
	WriteThrough(b []byte, at int64) error
	Close() error
}

// FS is a file system. Files are made readable by their owner alone.
type FS interface {
	Create(name string) (File, error) // empty, for reading and writing
	Open(name string) (File, error)   // an existing file, for reading and writing
	Read(name string) (File, error)   // an existing file, for reading
	// OpenLog opens an existing file for WriteThrough, which is fastest where all
	// bytes have been written before.
	OpenLog(name string) (File, error)
	Rename(old, new string) error // replaces new
	Remove(name string) error
	Mkdir(name string) error           // 0700, with parents; existing is fine
	SyncDir(name string) error         // makes created, renamed and removed names durable
	List(dir string) ([]string, error) // base names, sorted
	// Commit runs a write to the file name that does not go through a [File]
	// (bbolt maps and writes its file itself).
	Commit(name string, write func() error) error
	Place(dir string) Place // on what kind of disk a folder lies
}

// OS is the file system of the machine.
type OS struct{}

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func (f osFile) Sync() error { return syncData(f.File) }

// WriteThrough writes page by page: a file system may keep what was written at once
// as one large page, and then writes all of it for every change in it.
func (f osFile) WriteThrough(b []byte, at int64) error {
	for page := range slices.Chunk(b, alignment) {
		if _, err := f.WriteAt(page, at); err != nil {
			return err
		}
		at += alignment
	}
	return f.Sync()
}

const alignment = 4096

// Aligned gives n zero bytes at an address that a disk can read from directly.
func Aligned(n int) []byte {
	b := make([]byte, n+alignment)
	at := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (alignment - 1)
	return b[at : at+n : at+n]
}

func open(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (OS) Create(name string) (File, error)  { return open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC) }
func (OS) Open(name string) (File, error)    { return open(name, os.O_RDWR) }
func (OS) OpenLog(name string) (File, error) { return openLog(name) }
func (OS) Read(name string) (File, error)    { return open(name, os.O_RDONLY) }
func (OS) Rename(old, new string) error      { return os.Rename(old, new) }
func (OS) Remove(name string) error          { return os.Remove(name) }
func (OS) Mkdir(name string) error           { return os.MkdirAll(name, 0o700) }
func (OS) SyncDir(name string) error         { return syncDir(name) }

func (OS) Place(dir string) Place { return PlaceOf(dir) }

func (OS) Commit(_ string, write func() error) error { return write() }

func (OS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// WriteFile puts data under name so that, whenever the power goes, name holds
// either its old or its new content.
func WriteFile(f FS, name string, data []byte) error {
	if err := writeSynced(f, name+".tmp", data); err != nil {
		return err
	}
	if err := f.Rename(name+".tmp", name); err != nil {
		return err
	}
	return f.SyncDir(filepath.Dir(name))
}

func writeSynced(f FS, name string, data []byte) error {
	w, err := f.Create(name)
	if err != nil {
		return err
	}
	_, err = w.WriteAt(data, 0)
	return errors.Join(err, sync(w, err), w.Close())
}

func sync(w File, failed error) error {
	if failed != nil {
		return nil
	}
	return w.Sync()
}

// ReadFile gives the content of name, of at most max bytes.
func ReadFile(f FS, name string, max int64) ([]byte, error) {
	r, err := f.Read(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	size, err := r.Size()
	if err != nil {
		return nil, err
	}
	if size > max {
		return nil, exam.Errorf(exam.KindDamaged, "read file", "%s has %d bytes, at most %d", filepath.Base(name), size, max)
	}
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	}
	return data, nil
}

// Exists tells whether name is there.
func Exists(f FS, name string) bool {
	r, err := f.Read(name)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	r.Close()
	return true
}

// Error gives err the [exam.Kind] of its cause: Full, ReadOnly, Damaged for an
// error of the device, NotFound; an error that has a kind keeps it.
func Error(op string, err error) error {
	if err == nil {
		return nil
	}
	var known *exam.Error
	if errors.As(err, &known) {
		return err
	}
	return &exam.Error{Kind: kindOf(err), Op: op, Err: err}
}

func kindOf(err error) exam.Kind {
	switch {
	case isFull(err):
		return exam.KindFull
	case isReadOnly(err) || errors.Is(err, fs.ErrPermission):
		return exam.KindReadOnly
	case isDevice(err):
		return exam.KindDamaged
	case errors.Is(err, fs.ErrNotExist):
		return exam.KindNotFound
	}
	return exam.KindInternal
}
