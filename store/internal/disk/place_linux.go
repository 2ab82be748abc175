package disk

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Numbers of network file systems in statfs(2).
var networks = map[int64]bool{
	0x6969: true, 0x517B: true, 0xFF534D42: true, 0xFE534D42: true, // NFS, SMB, CIFS, SMB2
	0x01021997: true, 0x5346414F: true, 0x00C36400: true, 0x73757245: true, // 9P, AFS, Ceph, Coda
}

func placeOf(dir string) Place {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) == nil && networks[int64(uint32(fs.Type))] {
		return Network
	}
	var st syscall.Stat_t
	if syscall.Stat(dir, &st) != nil {
		return Local
	}
	major, minor := (st.Dev>>8)&0xfff, st.Dev&0xff|(st.Dev>>12)&0xfff00
	device, err := filepath.EvalSymlinks("/sys/dev/block/" + strconv.FormatUint(major, 10) + ":" + strconv.FormatUint(minor, 10))
	if err != nil {
		return Local
	}
	for _, d := range []string{device, filepath.Dir(device)} { // a partition's disk is above it
		if flag, err := os.ReadFile(filepath.Join(d, "removable")); err == nil && strings.TrimSpace(string(flag)) == "1" {
			return Removable
		}
	}
	return Local
}
