// Package pages reads bbolt files without trusting them.
//
// bbolt maps its file and believes what it finds: a damaged page ends in a
// panic, a loop or a fault of the memory system. This reader uses plain reads,
// checks every offset, visits no page twice, and so always ends. It verifies a
// file before bbolt may open it, and rescues what is readable from one that
// bbolt must not open. The format is that of bbolt 1.x (version 2), on
// little-endian machines.
package pages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

const (
	magic      = 0xED0CDAED
	version    = 2
	headerSize = 16
	elementLen = 16
	metaLen    = 64
	bucketLen  = 16

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01

	noFreelist = ^uint64(0)
	maxDepth   = 32
)

// Value is one key with its value in a top-level bucket. The bytes are valid
// until the visiting function returns.
type Value struct{ Bucket, Key, Value []byte }

// File is a bbolt file being read.
type File struct {
	r     io.ReaderAt
	size  int64
	page  int64
	meta  meta
	seen  []uint64 // bitmap of visited pages
	bad   []error
	visit func(Value) error
}

type meta struct{ root, freelist, pages, txid uint64 }

// maxFaults bounds the faults that are told apart.
const maxFaults = 100

// Open reads the meta pages. An error says that neither is sound.
func Open(r io.ReaderAt, size int64) (*File, error) {
	for _, page := range []int64{4096, 8192, 16384, 32768, 65536, 1024, 2048} {
		var best *meta
		for at := int64(0); at <= page; at += page {
			m, ok := readMeta(r, at, page)
			if ok && (best == nil || m.txid > best.txid) {
				best = &m
			}
		}
		if best != nil {
			f := &File{r: r, size: size, page: page, meta: *best}
			if best.pages < 3 || best.pages > uint64(size/page) {
				return nil, fmt.Errorf("%d pages of %d bytes in a file of %d", best.pages, page, size)
			}
			return f, nil
		}
	}
	return nil, errors.New("no sound meta page")
}

func readMeta(r io.ReaderAt, at, page int64) (meta, bool) {
	b := make([]byte, metaLen)
	if _, err := r.ReadAt(b, at+headerSize); err != nil {
		return meta{}, false
	}
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	h := fnv.New64a()
	h.Write(b[:56])
	if u32(b) != magic || u32(b[4:]) != version || int64(u32(b[8:])) != page || u64(b[56:]) != h.Sum64() {
		return meta{}, false
	}
	return meta{root: u64(b[16:]), freelist: u64(b[32:]), pages: u64(b[40:]), txid: u64(b[48:])}, true
}

// Walk calls visit for every value that can be reached from the root, in key
// order, and gives the faults it met on the way; a sound file has none. Unless
// there are faults every value was visited. An error is visit's own.
func (f *File) Walk(visit func(Value) error) (faults []error, err error) {
	f.seen, f.bad, f.visit = make([]uint64, f.meta.pages/64+1), nil, visit
	f.mark(0)
	f.mark(1)
	if err := f.walkPage(f.meta.root, nil, span{}, 0); err != nil {
		return f.bad, err
	}
	f.checkFreelist()
	return f.bad, nil
}

func (f *File) fault(page uint64, format string, args ...any) {
	if len(f.bad) < maxFaults {
		f.bad = append(f.bad, fmt.Errorf("page %d: "+format, append([]any{page}, args...)...))
	}
}

// mark notes a visit; false when the page was visited before or cannot exist.
func (f *File) mark(page uint64) bool {
	if page >= f.meta.pages || f.seen[page/64]&(1<<(page%64)) != 0 {
		return false
	}
	f.seen[page/64] |= 1 << (page % 64)
	return true
}

// load reads a page with its overflow, which it marks as visited.
func (f *File) load(id uint64) ([]byte, bool) {
	if !f.mark(id) {
		f.fault(id, "out of bounds or used twice")
		return nil, false
	}
	head := make([]byte, f.page)
	if _, err := f.r.ReadAt(head, int64(id)*f.page); err != nil {
		f.fault(id, "cannot be read")
		return nil, false
	}
	overflow := uint64(binary.LittleEndian.Uint32(head[12:]))
	if binary.LittleEndian.Uint64(head) != id || overflow >= f.meta.pages-id {
		f.fault(id, "its header is not its own")
		return nil, false
	}
	if overflow == 0 {
		return head, true
	}
	for next := id + 1; next <= id+overflow; next++ {
		if !f.mark(next) {
			f.fault(next, "out of bounds or used twice")
			return nil, false
		}
	}
	all := make([]byte, int64(overflow+1)*f.page)
	if _, err := f.r.ReadAt(all, int64(id)*f.page); err != nil {
		f.fault(id, "cannot be read")
		return nil, false
	}
	return all, true
}

// span are the keys that a lookup seeks on a page: from low on, below high; nil
// is no bound. A key outside is reached by a walk and found by nobody.
type span struct{ low, high []byte }

func (s span) holds(key []byte) bool {
	return (s.low == nil || bytes.Compare(key, s.low) >= 0) && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

func (f *File) walkPage(id uint64, bucket []byte, within span, depth int) error {
	if depth > maxDepth {
		f.fault(id, "too deep")
		return nil
	}
	b, ok := f.load(id)
	if !ok {
		return nil
	}
	switch flags := binary.LittleEndian.Uint16(b[8:]); flags {
	case flagLeaf:
		return f.walkLeaf(id, b, bucket, within, depth)
	case flagBranch:
		return f.walkBranch(id, b, bucket, within, depth)
	default:
		f.fault(id, "is of kind %#x", flags)
		return nil
	}
}

func (f *File) walkBranch(id uint64, b, bucket []byte, within span, depth int) error {
	n := count(b)
	if n == 0 {
		f.fault(id, "an empty branch")
	}
	keys := make([][]byte, n)
	for i := range keys {
		at := headerSize + i*elementLen
		if at+elementLen > len(b) {
			f.fault(id, "element %d out of bounds", i)
			return nil
		}
		u32 := binary.LittleEndian.Uint32
		key, ok := cut(b, at, u32(b[at:]), u32(b[at+4:]))
		if !ok || i > 0 && bytes.Compare(keys[i-1], key) >= 0 {
			f.fault(id, "key %d out of bounds or order", i)
			return nil
		}
		keys[i] = key
	}
	for i := range keys {
		part := within
		if i > 0 && within.holds(keys[i]) { // a lookup below the first key goes to the first page too
			part.low = keys[i]
		}
		if i+1 < n && within.holds(keys[i+1]) {
			part.high = keys[i+1]
		}
		child := binary.LittleEndian.Uint64(b[headerSize+i*elementLen+8:])
		if err := f.walkPage(child, bucket, part, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) walkLeaf(id uint64, b, bucket []byte, within span, depth int) error {
	var last []byte
	for i := range count(b) {
		flags, key, value, ok := element(b, i)
		if !ok || i > 0 && bytes.Compare(last, key) >= 0 {
			f.fault(id, "value %d out of bounds or order", i)
			return nil
		}
		if !within.holds(key) {
			f.fault(id, "value %d lies where nobody seeks it", i)
			return nil
		}
		last = key
		var err error
		switch {
		case flags&flagBucket == 0 && bucket != nil:
			err = f.visit(Value{bucket, key, value})
		case flags == flagBucket && bucket == nil:
			err = f.walkBucket(id, key, value, depth)
		default:
			f.fault(id, "value %d of kind %#x at this depth", i, flags)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// walkBucket visits a bucket: its own root page, or one that lies inside value.
func (f *File) walkBucket(id uint64, name, value []byte, depth int) error {
	if len(value) < bucketLen {
		f.fault(id, "a bucket of %d bytes", len(value))
		return nil
	}
	if root := binary.LittleEndian.Uint64(value); root != 0 {
		return f.walkPage(root, name, span{}, depth+1)
	}
	inline := value[bucketLen:]
	if len(inline) < headerSize || binary.LittleEndian.Uint16(inline[8:]) != flagLeaf {
		f.fault(id, "an inline bucket without a leaf")
		return nil
	}
	return f.walkLeaf(id, inline, name, span{}, depth+1)
}

// checkFreelist makes sure that no page in use is on the list of free pages.
func (f *File) checkFreelist() {
	if f.meta.freelist == noFreelist {
		return
	}
	b, ok := f.load(f.meta.freelist)
	if !ok {
		return
	}
	ids := b[headerSize:]
	n := uint64(count(b))
	if n == 0xFFFF && len(ids) >= 8 {
		n, ids = binary.LittleEndian.Uint64(ids), ids[8:]
	}
	if binary.LittleEndian.Uint16(b[8:]) != flagFreelist || n > uint64(len(ids)/8) {
		f.fault(f.meta.freelist, "is no list of free pages")
		return
	}
	for i := range n {
		if id := binary.LittleEndian.Uint64(ids[i*8:]); !f.mark(id) {
			f.fault(id, "is listed as free and is not")
		}
	}
}

func count(b []byte) int { return int(binary.LittleEndian.Uint16(b[10:])) }

// element gives the i-th key and value of a leaf.
func element(b []byte, i int) (flags uint32, key, value []byte, ok bool) {
	at := headerSize + i*elementLen
	if at+elementLen > len(b) {
		return 0, nil, nil, false
	}
	u32 := binary.LittleEndian.Uint32
	ksize, vsize := u32(b[at+8:]), u32(b[at+12:])
	both, ok := cut(b, at, u32(b[at+4:]), ksize, vsize)
	if !ok {
		return 0, nil, nil, false
	}
	return u32(b[at:]), both[:ksize], both[ksize:], true
}

// cut gives sizes' sum of bytes at an offset from at.
func cut(b []byte, at int, offset uint32, sizes ...uint32) ([]byte, bool) {
	start := int64(at) + int64(offset)
	end := start
	for _, s := range sizes {
		end += int64(s)
	}
	if end > int64(len(b)) {
		return nil, false
	}
	return b[start:end], true
}

// Scavenge calls visit for every value on every page that looks like a leaf,
// reachable or not, in a file whose meta pages need not be sound. Values may be
// old, come twice, or be deleted ones: the caller chooses by what they hold. The
// bucket is not known.
func Scavenge(r io.ReaderAt, size, page int64, visit func(key, value []byte) error) error {
	for id := int64(0); (id+1)*page <= size; id++ {
		head := make([]byte, page)
		if _, err := r.ReadAt(head, id*page); err != nil {
			continue
		}
		if binary.LittleEndian.Uint64(head) != uint64(id) || binary.LittleEndian.Uint16(head[8:]) != flagLeaf {
			continue
		}
		overflow := min(int64(binary.LittleEndian.Uint32(head[12:])), size/page-id-1, maxOverflow)
		b := head
		if overflow > 0 {
			b = make([]byte, (overflow+1)*page)
			if _, err := r.ReadAt(b, id*page); err != nil {
				continue
			}
		}
		if err := scavengeLeaf(b, visit, 0); err != nil {
			return err
		}
	}
	return nil
}

// maxOverflow bounds what one page may claim: 64 MiB.
const maxOverflow = 16 << 10

func scavengeLeaf(b []byte, visit func(key, value []byte) error, depth int) error {
	for i := range count(b) {
		flags, key, value, ok := element(b, i)
		if !ok {
			continue
		}
		var err error
		switch {
		case flags&flagBucket == 0:
			err = visit(key, value)
		case depth == 0 && len(value) >= bucketLen+headerSize && binary.LittleEndian.Uint64(value) == 0:
			err = scavengeLeaf(value[bucketLen:], visit, 1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errFound ends a walk that has what it looked for.
var errFound = errors.New("found")

// First gives the value of the first key of the first bucket, reading only the pages on
// the way to it and the list of free pages.
func (f *File) First() (value []byte, err error) {
	faults, err := f.Walk(func(v Value) error {
		value = bytes.Clone(v.Value)
		return errFound
	})
	if errors.Is(err, errFound) {
		f.checkFreelist()
		faults = f.bad
	}
	return value, errors.Join(faults...)
}
