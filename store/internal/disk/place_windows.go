package disk

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func placeOf(dir string) Place {
	root := filepath.VolumeName(dir)
	if len(root) > 2 { // \\server\share
		return Network
	}
	name, err := windows.UTF16PtrFromString(root + `\`)
	if err != nil {
		return Local
	}
	switch windows.GetDriveType(name) {
	case windows.DRIVE_REMOTE:
		return Network
	case windows.DRIVE_REMOVABLE:
		return Removable
	}
	return Local
}
