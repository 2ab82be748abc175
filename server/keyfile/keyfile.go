// Package keyfile keeps a registration server's signing key in its data folder:
// the private key readable by the owner alone, and the public key beside it, so
// that it can be read while a server runs. Whoever loses the private key cannot
// sign as this server again: it belongs into the backup, under lock. Keys that
// were lost all the same are remembered, so that what they signed is still known.
package keyfile

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"wenbao/exam"
)

// The names of the files in a data folder.
const (
	PrivateName = "signing.key"
	PublicName  = "signing.pub"
	FormerName  = "signing.former" // a line for each lost key: its public half, or its id alone
)

const privatePrefix = "wenbao-ed25519-private "

// Open reads the folder's key: [exam.KindNotFound] if there is none. A file that
// is not a key is [exam.KindDamaged] and is never replaced.
func Open(dir string) (ed25519.PrivateKey, error) {
	const op = "open signing key"
	raw, err := os.ReadFile(filepath.Join(dir, PrivateName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, exam.Errorf(exam.KindNotFound, op, "no %s", PrivateName)
	case err != nil:
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	text, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte(privatePrefix))
	seed, err := base64.StdEncoding.DecodeString(string(text))
	if !ok || err != nil || len(seed) != ed25519.SeedSize {
		return nil, exam.Errorf(exam.KindDamaged, op, "%s is not a key", PrivateName)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Make makes the folder's key unless it has one, and puts its public half
// beside it.
func Make(dir string) (ed25519.PrivateKey, error) {
	const op = "make signing key"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	key, err := Open(dir)
	if exam.KindOf(err) == exam.KindNotFound {
		if err := create(filepath.Join(dir, PrivateName)); err != nil {
			return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
		}
		key, err = Open(dir)
	}
	if err != nil {
		return nil, err
	}
	public := exam.EncodePublicKey(Public(key)) + "\n"
	if have, err := os.ReadFile(filepath.Join(dir, PublicName)); err != nil || string(have) != public {
		if err := write(filepath.Join(dir, PublicName), []byte(public), 0o644, false); err != nil {
			return nil, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
		}
	}
	return key, nil
}

// LastID gives the id of the key that the folder had last, whether or not it
// still has it; "" if it never had one.
func LastID(dir string) string {
	raw, err := os.ReadFile(filepath.Join(dir, PublicName))
	if err != nil {
		return ""
	}
	public, err := exam.ParsePublicKey(raw)
	if err != nil {
		return ""
	}
	return exam.KeyID(public)
}

// Former is what is known of the keys that were lost.
type Former struct {
	IDs  []string            // of all of them
	Keys []ed25519.PublicKey // of those whose public half is known
}

// FormerKeys reads them. A line that is neither a key nor an id is
// [exam.KindDamaged].
func FormerKeys(dir string) (f Former, err error) {
	const op = "read former keys"
	raw, err := os.ReadFile(filepath.Join(dir, FormerName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	for line := range bytes.Lines(raw) {
		text := bytes.TrimSpace(line)
		if key, err := exam.ParsePublicKey(text); err == nil {
			f.IDs, f.Keys = append(f.IDs, exam.KeyID(key)), append(f.Keys, key)
		} else if isKeyID(text) {
			f.IDs = append(f.IDs, string(text))
		} else if len(text) > 0 {
			return f, exam.Errorf(exam.KindDamaged, op, "a line that is neither a key nor an id")
		}
	}
	return f, nil
}

func isKeyID(text []byte) bool {
	_, err := hex.DecodeString(string(text))
	return err == nil && len(text) == len(exam.KeyID(make(ed25519.PublicKey, ed25519.PublicKeySize)))
}

// Renew gives up the keys that are not there any more: their public halves, or
// ids alone where nothing else is known of them, go among the former. A folder
// without a key gets a new one.
func Renew(dir string, ids ...string) (ed25519.PrivateKey, error) {
	former, err := FormerKeys(dir)
	if err != nil {
		return nil, err
	}
	key, err := Open(dir)
	if err != nil && exam.KindOf(err) != exam.KindNotFound {
		return nil, err
	}
	var lines []byte
	for _, k := range former.Keys {
		lines = append(lines, exam.EncodePublicKey(k)+"\n"...)
	}
	known := func(id string) bool {
		return slices.ContainsFunc(former.Keys, func(k ed25519.PublicKey) bool { return exam.KeyID(k) == id })
	}
	if raw, err := os.ReadFile(filepath.Join(dir, PublicName)); err == nil {
		public, err := exam.ParsePublicKey(raw)
		if err == nil && (key == nil || !public.Equal(key.Public())) && !known(exam.KeyID(public)) {
			lines = append(lines, exam.EncodePublicKey(public)+"\n"...)
			former.Keys = append(former.Keys, public)
		}
	}
	for _, id := range append(former.IDs, ids...) {
		if isKeyID([]byte(id)) && !known(id) && !bytes.Contains(lines, []byte(id+"\n")) {
			lines = append(lines, id+"\n"...)
		}
	}
	if err := write(filepath.Join(dir, FormerName), lines, 0o644, false); err != nil {
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: "give up signing key", Err: err}
	}
	return Make(dir)
}

// create makes the key file; when another process was first, its key counts.
func create(path string) error {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	raw := []byte(privatePrefix + base64.StdEncoding.EncodeToString(seed) + "\n")
	if err := write(path, raw, 0o600, true); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
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
