package store_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// forget drops the files of a folder from the system's cache.
func forget(b *testing.B, dir string) bool {
	b.Helper()
	for _, name := range allFiles(b, dir) {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		err = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
		f.Close()
		if err != nil {
			b.Fatal(err)
		}
	}
	return true
}
