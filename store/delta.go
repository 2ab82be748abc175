package store

import (
	"encoding/binary"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// A version is kept as the way back to it from the version after it: how many
// bytes both share at the start and at the end, what stood between, and a
// checksum of the whole. An edit of one field costs some tens of bytes, and the
// oldest version can go without touching any other.

// wayBack gives the delta that turns newer into older.
func wayBack(newer, older []byte) []byte {
	n := min(len(newer), len(older))
	pre := 0
	for pre+8 <= n && word(newer[pre:]) == word(older[pre:]) {
		pre += 8
	}
	for pre < n && newer[pre] == older[pre] {
		pre++
	}
	post := 0
	for post+8 <= n-pre && word(newer[len(newer)-8-post:]) == word(older[len(older)-8-post:]) {
		post += 8
	}
	for post < n-pre && newer[len(newer)-1-post] == older[len(older)-1-post] {
		post++
	}
	out := binary.AppendUvarint(nil, uint64(pre))
	out = binary.AppendUvarint(out, uint64(post))
	out = binary.BigEndian.AppendUint32(out, seal.Checksum(older))
	return append(out, older[pre:len(older)-post]...)
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

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
