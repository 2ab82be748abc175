package boltdb

import (
	"errors"

	"golang.org/x/sys/windows"
)

// isFull tells that there is no room left, by the disk or a quota.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}
