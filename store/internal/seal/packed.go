package seal

import (
	"sync"

	"github.com/klauspost/compress/s2"

	"wenbao/exam"
)

// maxPacked bounds, in bytes, what is packed, before and after.
const maxPacked = 64 << 10

// packer makes S2 blocks with [exam.Dictionary].
var packer = sync.OnceValue(func() *s2.Dict { return s2.MakeDict(exam.Dictionary(), nil) })

// Pack gives the value sealed for a place in packed form, with the sequence number
// that it has, or as it is: when it does not open, is large, or gets no shorter.
func (b Box) Pack(bucket, key string, sealed []byte) []byte {
	if Packed(sealed) || len(sealed) > maxPacked {
		return sealed
	}
	plain, err := b.Open(bucket, key, sealed)
	if err != nil {
		return sealed
	}
	short := packer().Encode(nil, plain)
	if len(short) >= len(plain) {
		return sealed
	}
	return b.seal(formPacked, nil, bucket, key, Sequence(sealed), short)
}

// Packed tells whether a sealed value is in packed form.
func Packed(sealed []byte) bool { return len(sealed) >= minimum && sealed[0] == formPacked }

func unpack(short []byte) ([]byte, error) {
	if n, err := s2.DecodedLen(short); err != nil || n > maxPacked {
		return nil, ErrTampered
	}
	plain, err := packer().Decode(nil, short)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}
