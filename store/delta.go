package store

import (
	"bytes"
	"encoding/binary"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// A version is kept as the way back to it from the version after it: how many
// bytes both share at the start and at the end, what stood between, and a
// checksum of the whole. An edit of one field costs some tens of bytes, and the
// oldest version can go without touching any other.

// stride is how many bytes are compared at first; where they differ, an eighth.
const stride = 512

// wayBack appends the delta that turns newer into older.
func wayBack(dst, newer, older []byte) []byte {
	n := min(len(newer), len(older))
	pre, post := 0, 0
	for step := stride; step > 0; step /= 8 { // in strides, at last byte by byte
		for pre+step <= n && bytes.Equal(newer[pre:pre+step], older[pre:pre+step]) {
			pre += step
		}
	}
	for step := stride; step > 0; step /= 8 {
		for post+step <= n-pre && bytes.Equal(newer[len(newer)-post-step:len(newer)-post], older[len(older)-post-step:len(older)-post]) {
			post += step
		}
	}
	dst = binary.AppendUvarint(dst, uint64(pre))
	dst = binary.AppendUvarint(dst, uint64(post))
	dst = binary.BigEndian.AppendUint32(dst, seal.Checksum(older))
	return append(dst, older[pre:len(older)-post]...)
}

// goBack applies a delta of wayBack to newer; [exam.KindDamaged] when it was
// made from other bytes.
func goBack(newer, delta []byte) ([]byte, error) {
	wrong := exam.Errorf(exam.KindDamaged, "read history", "a version does not follow from the one after it")
	pre, n := binary.Uvarint(delta)
	if n <= 0 {
		return nil, wrong
	}
	delta = delta[n:]
	post, n := binary.Uvarint(delta)
	if n <= 0 || len(delta) < n+4 || pre > uint64(len(newer)) || post > uint64(len(newer))-pre {
		return nil, wrong
	}
	sum, middle := binary.BigEndian.Uint32(delta[n:]), delta[n+4:]
	older := make([]byte, 0, int(pre)+len(middle)+int(post))
	older = append(older, newer[:pre]...)
	older = append(older, middle...)
	older = append(older, newer[uint64(len(newer))-post:]...)
	if seal.Checksum(older) != sum {
		return nil, wrong
	}
	return older, nil
}
