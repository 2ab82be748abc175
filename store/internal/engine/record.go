package engine

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"wenbao/store/internal/seal"
)

// A segment of the journal is a header and records, each at the start of a
// block, zeros between:
//
//	header: "WENBAOJ2"
//	record: "WJR1" length(4) sequence(8) time(8) kind(4) crc32c(4) payload
//
// little-endian; time in Unix milliseconds, for people only. The checksum
// covers the head before it and the payload. Every block of a file has been
// written beforehand, with zeros or as a segment before.
// No block is written twice, so what tears when the power goes is never a
// record that was acknowledged; and whole blocks can go past the page cache.
//
// A file that was a segment before has records of that time behind its own: their
// sequence numbers are below the first of its own, which its name tells, and each
// of them lies in one block, so that none is left in part.
//
// In the first form, "WENBAOJ1", records lay at multiples of 8 from byte 64 on.
const (
	segmentMagic = "WENBAOJ2"
	firstMagic   = "WENBAOJ1"
	firstHead    = 64
	block        = 4096
	recordMagic  = "WJR1"
	recordHead   = 32
	crcOffset    = 28

	kindChange = 1 // payload: operations
	kindClosed = 2 // the engine was closed in good order, everything is in bbolt

	// maxRecord bounds one change.
	maxRecord = 64 << 20
)

// op is one operation of a change; a nil value deletes.
type op struct {
	key   string // bucket/key
	value []byte
}

type record struct {
	seq  uint64
	time time.Time
	kind uint32
	ops  []op
}

// recordSize is at least what a record takes up, in whole blocks.
func recordSize(r record) int {
	n := recordHead + binary.MaxVarintLen64
	for _, o := range r.ops {
		n += len(o.key) + len(o.value) + 2*binary.MaxVarintLen64
	}
	return (n + block - 1) &^ (block - 1)
}

// appendRecord gives the bytes of a record, padded to whole blocks.
func appendRecord(dst []byte, r record) []byte {
	start := len(dst)
	dst = append(dst, recordMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint64(dst, r.seq)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.time.UnixMilli()))
	dst = binary.LittleEndian.AppendUint32(dst, r.kind)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.AppendUvarint(dst, uint64(len(r.ops)))
	for _, o := range r.ops {
		dst = binary.AppendUvarint(dst, uint64(len(o.key)))
		dst = append(dst, o.key...)
		if o.value == nil {
			dst = binary.AppendUvarint(dst, 0)
			continue
		}
		dst = binary.AppendUvarint(dst, uint64(len(o.value))+1)
		dst = append(dst, o.value...)
	}
	b := dst[start:]
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-recordHead))
	binary.LittleEndian.PutUint32(b[crcOffset:], seal.Checksum(b[:crcOffset], b[recordHead:]))
	padding := -len(b) & (block - 1)
	dst = slices.Grow(dst, padding)[:len(dst)+padding]
	clear(dst[len(dst)-padding:])
	return dst
}

// soundRecord gives the payload of the record at the start of b, and its number.
func soundRecord(b []byte) (payload []byte, seq uint64, ok bool) {
	if len(b) < recordHead || string(b[:4]) != recordMagic {
		return nil, 0, false
	}
	length := int64(binary.LittleEndian.Uint32(b[4:]))
	if length > maxRecord || recordHead+length > int64(len(b)) {
		return nil, 0, false
	}
	payload = b[recordHead : recordHead+length]
	ok = binary.LittleEndian.Uint32(b[crcOffset:]) == seal.Checksum(b[:crcOffset], payload)
	return payload, binary.LittleEndian.Uint64(b[8:]), ok
}

// parseRecord reads the record at the start of b; size is what it takes up.
func parseRecord(b []byte) (r record, size int, ok bool) {
	payload, seq, ok := soundRecord(b)
	if !ok {
		return r, 0, false
	}
	r.seq = seq
	r.time = time.UnixMilli(int64(binary.LittleEndian.Uint64(b[16:])))
	r.kind = binary.LittleEndian.Uint32(b[24:])
	r.ops, ok = parseOps(payload)
	return r, (recordHead + len(payload) + 7) &^ 7, ok
}

func parseOps(b []byte) (ops []op, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)) {
		return nil, false
	}
	b = b[size:]
	ops = make([]op, 0, n)
	for range n {
		key, rest, ok := cutBytes(b, 0)
		if !ok {
			return nil, false
		}
		value, rest, ok := cutBytes(rest, 1)
		if !ok {
			return nil, false
		}
		ops = append(ops, op{string(key), value})
		b = rest
	}
	return ops, len(b) == 0
}

// cutBytes reads a length, of which less has been added, and its bytes; nil
// when the length is below less.
func cutBytes(b []byte, less uint64) (part, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size)+less {
		return nil, nil, false
	}
	b = b[size:]
	if n < less {
		return nil, b, true
	}
	return b[: n-less : n-less], b[n-less:], true
}

// segment is what was read from one file of the journal.
type segment struct {
	records []record
	torn    bool // bytes after the last record that are none
	broken  int  // stretches between records that are no record
}

// layout tells where the records of a segment begin and to what they are
// aligned. Without a sound header any place is searched.
func layout(b []byte) (start, unit int) {
	switch {
	case bytes.HasPrefix(b, []byte(segmentMagic)):
		return min(block, len(b)), block
	case bytes.HasPrefix(b, []byte(firstMagic)):
		return min(firstHead, len(b)), 8
	}
	return min(firstHead, len(b)), 8
}

// parseSegment reads all records of a segment from number first on, also those
// behind damage.
func parseSegment(b []byte, first uint64) (s segment) {
	at, unit := layout(b)
	last := max(first, 1) - 1
	for {
		r, size, ok := parseRecord(b[at:])
		if ok && r.seq > last {
			s.records = append(s.records, r)
			last = r.seq
			at = min((at+size+unit-1)/unit*unit, len(b))
			continue
		}
		next := nextRecord(b, at+8, last)
		if next < 0 {
			s.torn = !unused(b[at:], first)
			return s
		}
		s.broken++
		at = next
	}
}

// unused tells whether what follows the last record of a segment is what was
// there before: zeros, and blocks with a record of an earlier use.
func unused(b []byte, first uint64) bool {
	for len(b) > 0 {
		next := b[:min(block, len(b))]
		if _, seq, ok := soundRecord(next); (!ok || seq >= first) && len(bytes.Trim(next, "\x00")) > 0 {
			return false
		}
		b = b[len(next):]
	}
	return true
}

// nextRecord finds the next sound record at or after from, -1 when none.
func nextRecord(b []byte, from int, last uint64) int {
	for from < len(b) {
		i := bytes.Index(b[from:], []byte(recordMagic))
		if i < 0 {
			return -1
		}
		from += i
		if r, _, ok := parseRecord(b[from:]); ok && from%8 == 0 && r.seq > last {
			return from
		}
		from++
	}
	return -1
}
