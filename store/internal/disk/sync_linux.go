package disk

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// logFile writes past the page cache, so that a write and its sync are one call
// and exactly the bytes written go to the disk.
type logFile struct {
	osFile // for everything else, and where the file system has no such way
	direct *os.File
}

func openLog(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	direct, err := os.OpenFile(name, os.O_WRONLY|syscall.O_DIRECT|syscall.O_DSYNC, 0)
	if err != nil {
		return osFile{f}, nil
	}
	// What the page cache still holds of the zeros would have to be thrown out page
	// by page, by every write.
	_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	return &logFile{osFile{f}, direct}, nil
}

func (f *logFile) WriteThrough(b []byte, at int64) error {
	if f.direct == nil {
		return f.osFile.WriteThrough(b, at)
	}
	_, err := f.direct.WriteAt(b, at)
	if errors.Is(err, syscall.EINVAL) {
		_ = f.direct.Close()
		f.direct = nil
		return f.osFile.WriteThrough(b, at)
	}
	return err
}

func (f *logFile) Close() error {
	if f.direct == nil {
		return f.osFile.Close()
	}
	return errors.Join(f.direct.Close(), f.osFile.Close())
}
