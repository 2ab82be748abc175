package store

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/keyslot"
	"wenbao/store/internal/seal"
)

// Keys says what may open a store, and what shall open a new one: the first
// that is set of Passphrase, Keyring (if it can be reached) and a key file.
type Keys struct {
	Passphrase string
	// Recovery is the printed code, in any spelling a person may type.
	Recovery string
	// Keyring is usually [SystemKeyring]; nil for none.
	Keyring Keyring
	// File is the key file; "" is the file "key" in the data folder.
	File string
	// Cost of a new passphrase; zero: calibrated to about half a second here.
	Cost keyslot.Cost
}

// Keyring keeps secrets for the user who is logged in. Get gives
// [ErrNoSecret] when there is none under the name.
type Keyring interface {
	Get(name string) (string, error)
	Set(name, secret string) error
	Delete(name string) error
}

// The causes of [exam.KindLocked], to be told apart with errors.Is.
var (
	ErrPassphraseNeeded = errors.New("a passphrase or recovery code is needed")
	ErrPassphraseWrong  = errors.New("the passphrase is wrong")
	ErrRecoveryWrong    = errors.New("the recovery code is wrong")
	ErrKeyMissing       = errors.New("the key of this computer is missing") // keyring entry or key file
	ErrStoreLocked      = errors.New("the store is locked")
	// ErrNoPortableKey is the cause of [exam.KindInvalid] when a backup could not be
	// opened on another machine.
	ErrNoPortableKey = errors.New("neither passphrase nor recovery code")
	// ErrRestoreCutOff is the cause of [exam.KindState] in a folder where a restore
	// did not come to its end.
	ErrRestoreCutOff = errors.New("a restore was cut off")
	// ErrNoSecret says that a keyring holds nothing under a name.
	ErrNoSecret = errors.New("no such secret")
)

func locked(op string, cause error) error {
	return &exam.Error{Kind: exam.KindLocked, Op: op, Err: cause}
}

// Slot describes one way to open the store.
type Slot struct {
	Kind    string // "keyring", "key_file", "passphrase" or "recovery"
	Created time.Time
}

// vault holds the keys of an unlocked store.
type vault struct {
	data  seal.Box
	raw   []byte // the data key, for new slots
	names []byte // names files after their content, for those who have the key

	mu     sync.Mutex
	drafts map[exam.DraftID]seal.Box
	typed  exam.DraftID        // the draft that was changed last
	head   head                // and its newest state
	spare  []byte              // the document before, whose memory may be used again
	said   *registrationRecord // and what the server said of it, if that was read

	encoder exam.Encoder // of what is saved; for changes, of which there is one at a time

	versions []string // and the keys of its versions in their bucket, once they are known

	read    []atHand // drafts that were read last, newest last, as they still are
	changed uint64   // sequence number of the last change of any draft
}

// atHand is a draft that was read, for who changes it next: reading is how every
// edit begins.
type atHand struct {
	id   exam.DraftID
	head head
	said registrationRecord
}

// readAtHand bounds them.
const readAtHand = 8

// cachedKeys bounds the drafts whose ciphers are kept ready; one is about 1 KB.
const cachedKeys = 1024

func newVault(dataKey []byte) (*vault, error) {
	box, err := seal.NewBox(dataKey)
	if err != nil {
		return nil, err
	}
	names, err := hkdf.Key(sha256.New, dataKey, nil, "wenbao names of files", seal.KeySize)
	if err != nil {
		return nil, err
	}
	return &vault{data: box, raw: dataKey, names: names, drafts: map[exam.DraftID]seal.Box{}}, nil
}

func (v *vault) cached(id exam.DraftID) (seal.Box, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, ok := v.drafts[id]
	return b, ok
}

func (v *vault) keep(id exam.DraftID, b seal.Box) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.drafts) >= cachedKeys {
		clear(v.drafts)
	}
	v.drafts[id] = b
}

func (v *vault) forget(id exam.DraftID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.drafts, id)
	v.typed, v.said, v.versions = "", nil, nil
}

// keepRead remembers a draft as it was read when since was the last change that
// could be seen. If a draft has changed after that nothing is remembered: what was
// read may be older. It would be told of the change before the change can be seen.
func (v *vault) keepRead(since uint64, d atHand) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changed > since || v.typed == d.id {
		return
	}
	v.read = slices.DeleteFunc(v.read, func(o atHand) bool { return o.id == d.id })
	if len(v.read) == readAtHand {
		v.read = slices.Delete(v.read, 0, 1)
	}
	v.read = append(v.read, d)
}

// outdate forgets what was read of drafts of which change seq has put or deleted
// anything. It is told before the change can be seen.
func (v *vault) outdate(seq uint64, drafts []exam.DraftID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range drafts {
		v.changed = seq
		v.read = slices.DeleteFunc(v.read, func(o atHand) bool { return o.id == id })
	}
}

// atHand gives what was read of a draft that nobody has changed since. The caller
// holds mu.
func (v *vault) atHand(id exam.DraftID) *atHand {
	if i := slices.IndexFunc(v.read, func(o atHand) bool { return o.id == id }); i >= 0 {
		return &v.read[i]
	}
	return nil
}

func (v *vault) lastHead(id exam.DraftID) (head, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed == id {
		return v.head, true
	}
	if d := v.atHand(id); d != nil {
		return d.head, true
	}
	return head{}, false
}

func (v *vault) keepHead(id exam.DraftID, h head) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed != id {
		v.said, v.versions = nil, nil
		if d := v.atHand(id); d != nil {
			said := d.said
			v.said = &said
		}
	}
	if old := v.head.document; unsafe.SliceData(old) != unsafe.SliceData(h.document) {
		v.spare = old
	}
	v.typed, v.head = id, h
}

// room gives the memory of a document that nobody needs any more, for the next
// one, to a change alone: only changes have what lastHead gives, and each ends
// before the next begins.
func (v *vault) room() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	spare := v.spare
	v.spare = nil
	if spare == nil {
		spare = make([]byte, 0, 4096)
	}
	return spare[:0]
}

// lastVersions gives the keys of the versions in their bucket, oldest first, of
// the draft being typed, when they are known.
func (v *vault) lastVersions(id exam.DraftID) (keys []string, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed != id || v.versions == nil {
		return nil, false
	}
	return v.versions, true
}

func (v *vault) keepVersions(id exam.DraftID, keys []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed == id {
		v.versions = keys
	}
}

func (v *vault) lastRegistration(id exam.DraftID) (registrationRecord, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed == id && v.said != nil {
		return *v.said, true
	}
	if d := v.atHand(id); d != nil {
		return d.said, true
	}
	return registrationRecord{}, false
}

func (v *vault) keepRegistration(id exam.DraftID, rec registrationRecord) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.typed == id {
		v.said = &rec
	} else if d := v.atHand(id); d != nil {
		d.said = rec
	}
}

// fileName names a file by its content without giving the content's hash away.
func (v *vault) fileName(sha string) string {
	m := hmac.New(sha256.New, v.names)
	m.Write([]byte(sha))
	return hex.EncodeToString(m.Sum(nil))
}

// keyring is the header of the slots on the disk, with where its secrets are.
type keyring struct {
	fs     disk.FS
	dir    string
	header keyslot.Header
}

const (
	slotsFile  = "keys.json"
	keyFile    = "key"
	maxKeyFile = 64 << 10
)

func (k Keys) file(dir string) string {
	if k.File != "" {
		return k.File
	}
	return filepath.Join(dir, keyFile)
}

// create makes the slots of a new store and gives its data key.
func createSlots(fs disk.FS, dir string, keys Keys, now time.Time) (keyring, []byte, error) {
	r := keyring{fs: fs, dir: dir, header: keyslot.NewHeader(now)}
	data := seal.NewKey()
	h, err := r.addFirst(keys, data, now)
	if err != nil {
		return r, nil, err
	}
	r.header = h
	return r, data, r.save()
}

func (r *keyring) addFirst(keys Keys, data []byte, now time.Time) (keyslot.Header, error) {
	if keys.Passphrase != "" {
		return r.header.Add(keyslot.Passphrase, []byte(keys.Passphrase), data, keys.cost(), now)
	}
	return r.addMachine(keys, data, now)
}

// addMachine makes a slot that opens without asking anybody.
func (r *keyring) addMachine(keys Keys, data []byte, now time.Time) (keyslot.Header, error) {
	secret := seal.NewKey()
	text := base64.StdEncoding.EncodeToString(secret)
	if keys.Keyring != nil && keys.Keyring.Set(r.header.Store, text) == nil {
		if got, err := keys.Keyring.Get(r.header.Store); err == nil && got == text {
			return r.header.Add(keyslot.Keyring, secret, data, keyslot.Cost{}, now)
		}
	}
	if err := writeTwin(r.fs, keys.file(r.dir), []byte(text)); err != nil {
		return r.header, disk.Error("write key file", err)
	}
	return r.header.Add(keyslot.KeyFile, secret, data, keyslot.Cost{}, now)
}

func (k Keys) cost() keyslot.Cost {
	if k.Cost != (keyslot.Cost{}) {
		return k.Cost
	}
	return keyslot.Calibrate(500 * time.Millisecond)
}

func (r *keyring) save() error {
	r.header.Format = keyslot.Format
	return disk.Error("write key slots", writeTwin(r.fs, filepath.Join(r.dir, slotsFile), r.header.Encode()))
}

// unlock gives the data key from the first slot that one of the keys opens.
func (r *keyring) unlock(keys Keys) ([]byte, error) {
	const op = "unlock store"
	var damaged error // of the slot that was tried last
	cause := ErrKeyMissing
	if r.header.Has(keyslot.Passphrase) || r.header.Has(keyslot.Recovery) {
		cause = ErrPassphraseNeeded
	}
	if keys.Recovery != "" {
		secret, err := keyslot.ParseRecoveryCode(keys.Recovery)
		if err == nil {
			var data []byte
			if data, err = r.header.Open(keyslot.Recovery, secret); err == nil {
				return data, nil
			}
		}
		damaged, cause = err, ErrRecoveryWrong
	}
	if keys.Passphrase != "" && r.header.Has(keyslot.Passphrase) {
		data, err := r.header.Open(keyslot.Passphrase, []byte(keys.Passphrase))
		if err == nil {
			return data, nil
		}
		damaged, cause = err, ErrPassphraseWrong
	}
	for kind, text := range r.machineSecrets(keys) {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			continue
		}
		var data []byte
		if data, err = r.header.Open(kind, secret); err == nil {
			return data, nil
		}
		damaged = err
	}
	if exam.KindOf(damaged) == exam.KindDamaged {
		return nil, named(op, damaged)
	}
	return nil, locked(op, cause)
}

func (r *keyring) machineSecrets(keys Keys) map[keyslot.Kind]string {
	found := map[keyslot.Kind]string{}
	if keys.Keyring != nil && r.header.Has(keyslot.Keyring) {
		if text, err := keys.Keyring.Get(r.header.Store); err == nil {
			found[keyslot.Keyring] = text
		}
	}
	if r.header.Has(keyslot.KeyFile) {
		if text, _, err := readTwin(r.fs, keys.file(r.dir), maxKeyFile); err == nil {
			found[keyslot.KeyFile] = string(text)
		}
	}
	return found
}

// A twin is a small file that everything depends on: kept twice, each copy with
// a checksum line of its own, so that one damaged copy is healed by the other.

func twinOf(name string) string { return name + ".copy" }

func writeTwin(fs disk.FS, name string, content []byte) error {
	framed := fmt.Appendf(nil, "%08x\n%s\n", seal.Checksum(content), content)
	if err := disk.WriteFile(fs, name, framed); err != nil {
		return err
	}
	return disk.WriteFile(fs, twinOf(name), framed)
}

// readTwin gives the content of the first sound copy and makes the other the
// same again; healed tells that it was damaged, not just missing or older after
// a cut between the two.
func readTwin(fs disk.FS, name string, max int64) (content []byte, healed bool, err error) {
	a, errA := readFramed(fs, name, max)
	b, errB := readFramed(fs, twinOf(name), max)
	healed = exam.KindOf(errA) == exam.KindDamaged || exam.KindOf(errB) == exam.KindDamaged
	switch {
	case errA == nil && errB == nil && string(a) == string(b):
		return a, false, nil
	case errA == nil:
		return a, healed, writeTwin(fs, name, a)
	case errB == nil:
		return b, healed, writeTwin(fs, name, b)
	}
	return nil, false, errA
}

func readFramed(fs disk.FS, name string, max int64) ([]byte, error) {
	raw, err := disk.ReadFile(fs, name, max)
	if err != nil {
		return nil, disk.Error("read "+filepath.Base(name), err)
	}
	sum, content, ok := strings.Cut(strings.TrimSuffix(string(raw), "\n"), "\n")
	if !ok || sum != fmt.Sprintf("%08x", seal.Checksum([]byte(content))) {
		return nil, exam.Errorf(exam.KindDamaged, "read "+filepath.Base(name), "its checksum does not fit")
	}
	return []byte(content), nil
}
