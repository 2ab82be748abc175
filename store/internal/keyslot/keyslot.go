// Package keyslot keeps the store's data key in slots: each slot holds the same
// key, sealed under another secret (one from the operating system's keyring, a
// key file, a passphrase, a printed recovery code). A changed passphrase
// rewrites a slot and never the data.
package keyslot

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// Kind says what opens a slot.
type Kind string

const (
	Keyring    Kind = "keyring"    // a secret in the operating system's keyring
	KeyFile    Kind = "key_file"   // a secret in a file that its owner alone can read
	Passphrase Kind = "passphrase" // stretched with Argon2id
	Recovery   Kind = "recovery"   // a printed code of 160 random bits
)

// Format is the version of the folder that this program writes. In format 1 there
// were no versions beside a document, in format 2 no packed values.
const Format = 3

// Header is what keys.json holds. It is not secret.
type Header struct {
	Format  int       `json:"format"`
	Store   string    `json:"store"` // UUID of the store
	Created time.Time `json:"created"`
	Slots   []Slot    `json:"slots"`
}

// Slot is one sealed copy of the data key.
type Slot struct {
	Kind    Kind      `json:"kind"`
	Salt    []byte    `json:"salt"`
	Cost    Cost      `json:"cost,omitzero"` // of a passphrase
	Sealed  []byte    `json:"sealed"`
	Created time.Time `json:"created"`
}

// Cost is the work that a passphrase takes: passes over Memory KiB by Threads.
type Cost struct {
	Passes  uint32 `json:"passes"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// Bounds on a header that was read: nothing on the disk may make opening take
// more than 1 GiB or some tens of seconds.
const (
	maxSlots  = 16
	maxMemory = 1 << 20 // KiB
	maxPasses = 64
	saltSize  = 16
)

// ErrWrong says that no slot of the kind opens with the secret.
var ErrWrong = errors.New("the secret opens no slot")

// NewHeader makes the header of a new store, without slots.
func NewHeader(now time.Time) Header {
	return Header{Format: Format, Store: uuid.NewString(), Created: now.UTC()}
}

// ParseHeader reads a header: [exam.KindUpgrade] from a newer program,
// [exam.KindDamaged] when it cannot be one.
func ParseHeader(raw []byte) (Header, error) {
	const op = "read key slots"
	var h Header
	if err := json.Unmarshal(raw, &h); err != nil {
		return Header{}, exam.Errorf(exam.KindDamaged, op, "not a header")
	}
	if h.Format > Format {
		return Header{}, exam.Errorf(exam.KindUpgrade, op, "format %d, at most %d", h.Format, Format)
	}
	if h.Format < 1 || h.Store == "" || len(h.Slots) == 0 || len(h.Slots) > maxSlots {
		return Header{}, exam.Errorf(exam.KindDamaged, op, "format %d with %d slots", h.Format, len(h.Slots))
	}
	for _, s := range h.Slots {
		if s.Cost.Memory > maxMemory || s.Cost.Passes > maxPasses || s.Kind == Passphrase && (s.Cost.Passes == 0 || s.Cost.Threads == 0) {
			return Header{}, exam.Errorf(exam.KindDamaged, op, "the cost of a slot is out of bounds")
		}
	}
	return h, nil
}

// Encode gives the header's bytes.
func (h Header) Encode() []byte {
	raw, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		panic("keyslot: a header of plain values cannot fail to encode: " + err.Error())
	}
	return raw
}

// Has tells whether a slot of the kind exists.
func (h Header) Has(k Kind) bool {
	return slices.ContainsFunc(h.Slots, func(s Slot) bool { return s.Kind == k })
}

// Add puts in a slot of the kind; one of the same kind is replaced.
func (h Header) Add(k Kind, secret, dataKey []byte, cost Cost, now time.Time) (Header, error) {
	s := Slot{Kind: k, Salt: make([]byte, saltSize), Created: now.UTC()}
	rand.Read(s.Salt)
	if k == Passphrase {
		s.Cost = cost
	}
	box, err := h.box(s, secret)
	if err != nil {
		return h, err
	}
	s.Sealed = box.Seal(string(k), h.Store, 0, dataKey)
	h = h.Drop(k)
	h.Slots = append(h.Slots, s)
	return h, nil
}

// Drop takes out the slots of the kind.
func (h Header) Drop(k Kind) Header {
	h.Slots = slices.DeleteFunc(slices.Clone(h.Slots), func(s Slot) bool { return s.Kind == k })
	return h
}

// Open gives the data key from a slot of the kind, or [ErrWrong];
// [exam.KindDamaged] when the slot is not what was written, whatever the secret.
func (h Header) Open(k Kind, secret []byte) ([]byte, error) {
	wrong := ErrWrong
	for _, s := range h.Slots {
		if s.Kind != k {
			continue
		}
		box, err := h.box(s, secret)
		if err != nil {
			return nil, err
		}
		key, err := box.Open(string(k), h.Store, s.Sealed)
		if err == nil && len(key) == seal.KeySize {
			return key, nil
		}
		if err == seal.ErrSector {
			wrong = &exam.Error{Kind: exam.KindDamaged, Op: "read key slots", Err: err}
		}
	}
	return nil, wrong
}

// box derives the key that seals a slot from its secret.
func (h Header) box(s Slot, secret []byte) (seal.Box, error) {
	if s.Kind == Passphrase {
		secret = norm.NFKC.Bytes(secret)
		return seal.NewBox(argon2.IDKey(secret, s.Salt, s.Cost.Passes, s.Cost.Memory, s.Cost.Threads, seal.KeySize))
	}
	key, err := hkdf.Key(sha256.New, secret, s.Salt, "wenbao key slot "+string(s.Kind), seal.KeySize)
	if err != nil {
		return seal.Box{}, err
	}
	return seal.NewBox(key)
}

// Calibrate gives the cost of a passphrase on this machine: 64 MiB (RFC 9106,
// second recommendation) and as many passes as fit into about target.
func Calibrate(target time.Duration) Cost {
	c := Cost{Passes: 1, Memory: 64 << 10, Threads: 4}
	start := time.Now()
	argon2.IDKey([]byte("calibration"), make([]byte, saltSize), c.Passes, c.Memory, c.Threads, seal.KeySize)
	if took := time.Since(start); took > 0 {
		c.Passes = uint32(min(max(target/took, 3), 16))
	}
	return c
}

// The alphabet of recovery codes has no I, L, O or U (Crockford).
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeSymbols = 32 // 160 bits

// NewRecoveryCode makes a code of eight groups of four symbols to print.
func NewRecoveryCode() string {
	raw := make([]byte, codeSymbols)
	rand.Read(raw)
	var b strings.Builder
	for i, v := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[v%32])
	}
	return b.String()
}

// ParseRecoveryCode gives the secret of a code as a person types it: case,
// spaces, dashes and the look-alikes O, I, L do not matter. Anything that is no
// code is [exam.KindInvalid].
func ParseRecoveryCode(typed string) ([]byte, error) {
	var out []byte
	for _, r := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch {
		case strings.ContainsRune(" -—－\t\r\n", r):
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		}
		if !strings.ContainsRune(alphabet, r) || len(out) == codeSymbols {
			return nil, exam.Errorf(exam.KindInvalid, "read recovery code", "not 32 of its symbols")
		}
		out = append(out, byte(r))
	}
	if len(out) != codeSymbols {
		return nil, exam.Errorf(exam.KindInvalid, "read recovery code", "%d symbols of %d", len(out), codeSymbols)
	}
	return out, nil
}
