package local

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"wenbao/exam"
	"wenbao/store"
)

// Keys gives the keys that open the store on this machine: the passphrase if
// there is one, else the operating system's keyring, else a key file that the
// owner alone can read. The passphrase comes from passphraseFile, else from
// environment (WENBAO_PASSPHRASE), which holds the passphrase itself or names a
// file with it. A file that cannot be read or is empty is KindLocked.
func Keys(passphraseFile, environment string) (store.Keys, error) {
	keys := store.Keys{Keyring: store.SystemKeyring()}
	if passphraseFile == "" {
		if info, err := os.Stat(environment); err != nil || !info.Mode().IsRegular() {
			keys.Passphrase = environment
			return keys, nil
		}
		passphraseFile = environment
	}
	raw, err := ReadFile(passphraseFile, maxKeyFile)
	if err != nil {
		return keys, exam.Errorf(exam.KindLocked, "read passphrase file", "it cannot be read")
	}
	keys.Passphrase = strings.TrimRight(string(raw), "\r\n")
	if keys.Passphrase == "" {
		return keys, exam.Errorf(exam.KindLocked, "read passphrase file", "it is empty")
	}
	return keys, nil
}

// Open opens the store in a data folder; its errors are those of [store.Open].
func Open(ctx context.Context, dir string, keys store.Keys) (*store.Store, error) {
	return store.Open(ctx, dir, store.Options{Keys: keys})
}

// WriteFile writes a file for the user so that a cut leaves the old one or the
// new one, never half: a temporary file beside it, synced, then renamed.
func WriteFile(name string, content []byte) (err error) {
	const op = "write file"
	f, err := os.CreateTemp(filepath.Dir(name), ".wenbao-*")
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = &exam.Error{Kind: exam.KindFull, Op: op, Err: err}
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
