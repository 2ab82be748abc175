package local

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"wenbao/exam"
	"wenbao/store"
)

// PassphraseVariable is the environment variable that [Keys] gets.
const PassphraseVariable = "WENBAO_PASSPHRASE"

// TakePassphrase takes the passphrase out of the environment: no program that is
// started from here, such as the one that prints, gets it.
func TakePassphrase() string {
	passphrase := os.Getenv(PassphraseVariable)
	_ = os.Unsetenv(PassphraseVariable) // fails for a name that is none
	return passphrase
}

// Keys gives the keys that open the store on this machine: the passphrase if
// there is one, else the operating system's keyring, else a key file that the
// owner alone can read. The passphrase comes from passphraseFile, else from
// environment (WENBAO_PASSPHRASE), which holds the passphrase itself or names a
// file with it. A file that cannot be read, is empty or holds no text is KindLocked.
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
	switch text, ok := Secret(raw); {
	case !ok:
		return keys, exam.Errorf(exam.KindLocked, "read passphrase file", "it is no UTF-8 text")
	case text == "":
		return keys, exam.Errorf(exam.KindLocked, "read passphrase file", "it is empty")
	default:
		keys.Passphrase = text
	}
	return keys, nil
}

// Secret gives the passphrase or code in a file, as a person would type it:
// without the end of the line and without the mark that some editors put before
// a text. Bytes that nobody can type, such as UTF-16, give false.
func Secret(raw []byte) (string, bool) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	text := strings.TrimRight(string(raw), "\r\n")
	return text, utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// Open opens the store in a data folder; its errors are those of [store.Open], and
// KindReadOnly where no folder is and none can be made.
func Open(ctx context.Context, dir string, keys store.Keys) (*store.Store, error) {
	st, err := store.Open(ctx, dir, store.Options{Keys: keys})
	if info, missing := os.Stat(dir); exam.KindOf(err) == exam.KindInternal && (missing != nil || !info.IsDir()) {
		err = &exam.Error{Kind: exam.KindReadOnly, Op: "open data folder", Err: err}
	}
	return st, err
}

// WriteFile writes a file for the user so that a cut leaves the old one or the
// new one, never half: a temporary file beside it, synced, then renamed. A link
// stays and what it names is written; a pipe or a device is written to, never
// replaced. A folder of the name is KindInvalid.
func WriteFile(name string, content []byte) (err error) {
	const op = "write file"
	switch info, err := os.Stat(name); {
	case err != nil: // a new file
	case info.IsDir():
		return exam.Errorf(exam.KindInvalid, op, "it is a folder")
	case !info.Mode().IsRegular():
		return writeInto(name, content)
	default:
		if whole, err := filepath.EvalSymlinks(name); err == nil {
			name = whole
		}
	}
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

// writeInto hands content to what is no file.
func writeInto(name string, content []byte) error {
	const op = "write file"
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	_, err = f.Write(content)
	if err = cmp.Or(err, f.Close()); err != nil {
		return &exam.Error{Kind: exam.KindFull, Op: op, Err: err}
	}
	return nil
}
