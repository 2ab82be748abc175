package main

import (
	"io"
	"os"
	"path/filepath"

	"wenbao/cmd/internal/local"
	"wenbao/ui/present"
)

// lookFile is beside the store, unsealed: it says how the window looks and
// nothing about anybody.
const lookFile = "window.json"

const mostLookBytes = 4 << 10

// readLook reads how the window looked last.
func readLook(dir string) present.Preferences {
	f, err := os.Open(filepath.Join(dir, lookFile))
	if err != nil {
		return present.ParsePreferences(nil)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostLookBytes))
	if err != nil {
		raw = nil
	}
	return present.ParsePreferences(raw)
}

// looks is the file in the words of the presenters.
type looks struct{ dir string }

func (l looks) KeepLook(raw []byte) error {
	return local.WriteFile(filepath.Join(l.dir, lookFile), raw)
}
