//go:build !linux

package disk

import "os"

// syncData asks for F_FULLFSYNC on macOS and FlushFileBuffers on Windows.
func syncData(f *os.File) error { return f.Sync() }

func openLog(name string) (File, error) { return open(name, os.O_RDWR) }
