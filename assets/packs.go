package assets

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// Exam packs and the signatures beside them; docs/packs.md says how to edit and
// sign one.
//
//go:embed packs/*.jsonc packs/*.jsonc.sig
var packFiles embed.FS

const packSuffix = ".jsonc"

// Pack gives the file of an exam pack as it is signed ("038-2026"); parse it
// with exam.ParsePack.
func Pack(id string) ([]byte, bool) { return packFile(id + packSuffix) }

// PackSignature gives the signature over [Pack]'s bytes, for exam.VerifyPack.
func PackSignature(id string) ([]byte, bool) { return packFile(id + packSuffix + ".sig") }

func packFile(name string) ([]byte, bool) {
	if strings.ContainsAny(name, `/\`) {
		return nil, false
	}
	raw, err := fs.ReadFile(packFiles, path.Join("packs", name))
	return raw, err == nil
}

// PackIDs lists the packs that ship with the program, in order of their ids.
func PackIDs() []string {
	names, err := fs.Glob(packFiles, "packs/*"+packSuffix)
	if err != nil {
		panic("assets: " + err.Error()) // the pattern is a constant
	}
	ids := make([]string, 0, len(names))
	for _, name := range names {
		ids = append(ids, strings.TrimSuffix(path.Base(name), packSuffix))
	}
	return ids
}
