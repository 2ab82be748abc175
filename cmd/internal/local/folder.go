// Package local is what the programs on a candidate's machine have in common:
// where the data folder is, how the store is opened, and which exam packs and
// server keys they believe.
package local

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Folder is the platform's application data folder for 稳报 (README, "Where
// data lie").
func Folder() (string, error) {
	return folder(runtime.GOOS, os.Getenv)
}

func folder(system string, getenv func(string) string) (string, error) {
	under := func(variable string, below ...string) (string, error) {
		base := getenv(variable)
		if base == "" || !filepath.IsAbs(base) && system == runtime.GOOS {
			return "", errors.New("the environment names no folder for application data (" + variable + ")")
		}
		return filepath.Join(append([]string{base}, below...)...), nil
	}
	switch system {
	case "windows":
		return under("LOCALAPPDATA", "wenbao")
	case "darwin":
		return under("HOME", "Library", "Application Support", "wenbao")
	}
	if dir, err := under("XDG_DATA_HOME", "wenbao"); err == nil {
		return dir, nil
	}
	return under("HOME", ".local", "share", "wenbao")
}

// Practice is the folder of the practice mode inside a data folder.
func Practice(dir string) string { return filepath.Join(dir, "practice") }
