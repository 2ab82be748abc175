// Package keyfile keeps a registration server's signing key in its data folder:
// the private key readable by the owner alone, and the public key beside it, so
// that it can be read while a server runs. Whoever loses the private key cannot
// sign as this server again: it belongs into the backup, under lock.
package keyfile

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"wenbao/exam"
)

// The names of the files in a data folder.
const (
	PrivateName = "signing.key"
	PublicName  = "signing.pub"
)

const privatePrefix = "wenbao-ed25519-private "

// Open reads the folder's key, or makes one. A file that is not a key is
// [exam.KindDamaged] and is never replaced.
func Open(dir string) (ed25519.PrivateKey, error) {
	const op = "open signing key"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	path := filepath.Join(dir, PrivateName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = create(path)
	}
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	text, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte(privatePrefix))
	seed, err := base64.StdEncoding.DecodeString(string(text))
	if !ok || err != nil || len(seed) != ed25519.SeedSize {
		return nil, exam.Errorf(exam.KindDamaged, op, "%s is not a key", PrivateName)
	}
	key := ed25519.NewKeyFromSeed(seed)
	public := exam.EncodePublicKey(key.Public().(ed25519.PublicKey)) + "\n"
	if have, err := os.ReadFile(filepath.Join(dir, PublicName)); err != nil || string(have) != public {
		if err := write(filepath.Join(dir, PublicName), []byte(public), 0o644, false); err != nil {
			return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
		}
	}
	return key, nil
}

// create makes the key file; when another process was first, its key counts.
func create(path string) ([]byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	raw := []byte(privatePrefix + base64.StdEncoding.EncodeToString(seed) + "\n")
	if err := write(path, raw, 0o600, true); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// write makes a file appear whole or not at all, durably. With once, an
// existing file stays and the error is fs.ErrExist.
func write(path string, raw []byte, mode fs.FileMode, once bool) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(raw)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	switch {
	case err != nil:
	case once:
		err = os.Link(f.Name(), path)
	default:
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	d.Sync() // not every file system can; the file itself is durable
	return nil
}

// Public gives the public half.
func Public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }
