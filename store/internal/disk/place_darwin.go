package disk

import (
	"slices"
	"strings"
	"syscall"
)

func placeOf(dir string) Place {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil {
		return Local
	}
	var name strings.Builder
	for _, c := range fs.Fstypename {
		if c == 0 {
			break
		}
		name.WriteByte(byte(c))
	}
	if slices.Contains([]string{"smbfs", "nfs", "afpfs", "webdav", "ftp"}, name.String()) {
		return Network
	}
	if strings.HasPrefix(dir, "/Volumes/") {
		return Removable
	}
	return Local
}
