//go:build !linux

package disk

import "os"

// syncData asks for F_FULLFSYNC on macOS and FlushFileBuffers on Windows.
func syncData(f *os.File) error { return f.Sync() }
