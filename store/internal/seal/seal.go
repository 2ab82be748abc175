// Package seal encrypts the values of the store, one by one.
//
// A sealed value is bound to its place: bucket, key and sequence number are
// authenticated with it, so a value that was moved, renamed or taken from an
// older record does not open. An outer checksum, readable without any key,
// tells a bad sector from tampering.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// KeySize is the size of every key in bytes: AES-256.
const KeySize = 32

// A sealed value is
//
//	form(1) sequence(8) crc32c(4) nonce(12) ciphertext tag(16)
//
// The checksum covers the place and everything but itself. Form 1 knew no versions
// beside a document and is read as well; of the last form the plain value is
// packed.
const (
	formPlain  = 2
	formPacked = 3
)

const (
	nonceSize  = 12
	headSize   = 1 + 8 + 4 + nonceSize
	crcAt      = 9
	nonceAt    = 13
	minimum    = headSize + 16
	adReserved = 96
)

// Overhead is what sealing adds to a value, in bytes.
const Overhead = minimum

var (
	// ErrSector says that the bytes are not what was written: a bad sector or a
	// torn write.
	ErrSector = errors.New("sealed value: checksum does not fit")
	// ErrTampered says that the bytes are intact and yet were not sealed with
	// this key for this place.
	ErrTampered = errors.New("sealed value: does not authenticate")
	// ErrVersion says that a newer program wrote the value.
	ErrVersion = errors.New("sealed value: unknown form")
)

var table = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the CRC-32C that all files of the store use.
func Checksum(parts ...[]byte) (crc uint32) {
	for _, p := range parts {
		crc = crc32.Update(crc, table, p)
	}
	return crc
}

// NewKey makes a random key.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails (crypto/rand)
	return key
}

// Box seals and opens with one key. The zero Box is unusable.
type Box struct{ aead cipher.AEAD }

// NewBox makes a Box of a key of KeySize bytes.
func NewBox(key []byte) (Box, error) {
	if len(key) != KeySize {
		return Box{}, errors.New("seal: a key has 32 bytes")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, err
	}
	aead, err := cipher.NewGCM(block)
	return Box{aead}, err
}

// Seal gives the sealed form of plain, which may come in parts, for its place.
func (b Box) Seal(bucket, key string, sequence uint64, plain ...[]byte) []byte {
	return b.SealIn(nil, bucket, key, sequence, plain...)
}

// SealIn is Seal into memory that nobody uses any more, if that is large enough.
func (b Box) SealIn(room []byte, bucket, key string, sequence uint64, plain ...[]byte) []byte {
	return b.seal(formPlain, room, bucket, key, sequence, plain...)
}

func (b Box) seal(form byte, room []byte, bucket, key string, sequence uint64, plain ...[]byte) []byte {
	size := headSize
	for _, part := range plain {
		size += len(part)
	}
	need := size + 16 + adReserved // in one piece with what is needed on the way
	if cap(room) < need {
		room = make([]byte, (need+255)&^255)
	}
	out, spare := room[:headSize], room[size+16:size+16]
	out[0] = form
	binary.BigEndian.PutUint64(out[1:], sequence)
	rand.Read(out[nonceAt:headSize])
	for _, part := range plain {
		out = append(out, part...)
	}
	out = b.aead.Seal(out[:headSize], out[nonceAt:headSize], out[headSize:], place(spare, bucket, key, out[:crcAt])) // in place
	binary.BigEndian.PutUint32(out[crcAt:], sum(append(append(append(spare, bucket...), '/'), key...), out))
	return out
}

// Open gives the plain value sealed for this place. The error is one of
// [ErrSector], [ErrTampered] and [ErrVersion].
func (b Box) Open(bucket, key string, sealed []byte) ([]byte, error) {
	if _, ok := Sound(Place(bucket, key), sealed); !ok {
		return nil, ErrSector
	}
	if sealed[0] < 1 || sealed[0] > formPacked {
		return nil, ErrVersion
	}
	var ad [adReserved]byte
	plain, err := b.aead.Open(nil, sealed[nonceAt:headSize], sealed[headSize:], place(ad[:0], bucket, key, sealed[:crcAt]))
	if err != nil {
		return nil, ErrTampered
	}
	if sealed[0] == formPacked {
		return unpack(plain)
	}
	return plain, nil
}

// Place names where a value lies: "bucket/key".
func Place(bucket, key string) string { return bucket + "/" + key }

// Sound tells, without a key, whether the checksum of a sealed value in its
// place fits, and its sequence number.
func Sound(place string, sealed []byte) (sequence uint64, ok bool) {
	if len(sealed) < minimum {
		return 0, false
	}
	var b [adReserved]byte
	return Sequence(sealed), Sum(sealed) == sum(append(b[:0], place...), sealed)
}

// Sequence is the sequence number that a sealed value bears, of at least
// Overhead bytes.
func Sequence(sealed []byte) uint64 { return binary.BigEndian.Uint64(sealed[1:]) }

// Sum is the checksum that a sealed value bears, of at least Overhead bytes.
func Sum(sealed []byte) uint32 { return binary.BigEndian.Uint32(sealed[crcAt:]) }

func sum(place, sealed []byte) uint32 {
	return Checksum(place, sealed[:crcAt], sealed[nonceAt:])
}

// place is the associated data: bucket, key, form and sequence. Buckets hold
// no zero byte, so no two places share it.
func place(dst []byte, bucket, key string, head []byte) []byte {
	dst = append(dst, bucket...)
	dst = append(dst, 0)
	dst = append(dst, key...)
	dst = append(dst, 0)
	return append(dst, head...)
}
