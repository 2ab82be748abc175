// Package local is what the programs on a candidate's machine have in common:
// where the data folder is, how the store is opened, and which exam packs and
// server keys they believe.
package local

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"wenbao/exam"
)

// Folder is the data folder: the platform's for the application data of 稳报
// (README, "Where data lie"), or the one chosen instead; see [UseFolder].
// KindReadOnly when the environment names none.
func Folder() (string, error) {
	usual, err := usualFolder()
	if err != nil {
		return "", &exam.Error{Kind: exam.KindReadOnly, Op: "find data folder", Err: err}
	}
	return Chosen(usual), nil
}

func usualFolder() (string, error) { return folder(runtime.GOOS, os.Getenv) }

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

// elsewhere is the file in the usual data folder that names another one.
const elsewhere = "folder"

// Chosen gives the data folder that the user chose in place of usual, or usual.
func Chosen(usual string) string {
	raw, err := os.ReadFile(filepath.Join(usual, elsewhere))
	dir := strings.TrimSpace(string(raw))
	if err != nil || !filepath.IsAbs(dir) || len(dir) > 4096 {
		return usual
	}
	return dir
}

// UseFolder makes dir the data folder from the next start on; the usual one is
// asked for again by giving it. KindInvalid when dir is no whole path,
// KindReadOnly when it cannot be made or written to.
func UseFolder(dir string) error {
	usual, err := usualFolder()
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: "use data folder", Err: err}
	}
	return useFolder(usual, dir)
}

func useFolder(usual, dir string) error {
	const op = "use data folder"
	if !filepath.IsAbs(dir) {
		return exam.Errorf(exam.KindInvalid, op, "not a whole path")
	}
	for _, d := range []string{usual, dir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
		}
	}
	probe, err := os.CreateTemp(dir, ".wenbao-*")
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	probe.Close()
	os.Remove(probe.Name())
	return WriteFile(filepath.Join(usual, elsewhere), []byte(filepath.Clean(dir)+"\n"))
}
