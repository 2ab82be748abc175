//go:build !windows

package boltdb

import (
	"errors"
	"syscall"
)

// isFull tells that there is no room left, by the disk, a quota or a limit.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
