package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// journal appends records to segments whose blocks have all been written
// beforehand, with zeros or in an earlier use, so that one fdatasync makes a record
// durable without touching metadata.
type journal struct {
	fs   disk.FS
	dir  string
	size int64 // of a segment

	segments []segmentInfo // oldest first; the last may be open
	last     *segment      // what was read last, of the segment with ordinal lastOf
	lastOf   uint64
	file     disk.File // nil: the next append starts a segment
	offset   int64
	capacity int64
	buffer   []byte // aligned to a block
	rolled   bool   // the spare segment has been taken since this was false

	sparing sync.Mutex // guards the spare segment and what follows; taken last
	free    []string   // trimmed segments that may be used again
}

// segmentInfo is a file of the journal. Its name tells its ordinal and the
// sequence number from which its records are: NNNNNNNN-SSSSSSSSSSSSSSSS.wj. In
// the first form the name is the ordinal alone, and the number is read from the
// file, 0 when that has no record.
type segmentInfo struct {
	name    string
	ordinal uint64
	first   uint64
	bytes   int64 // 0: not looked at yet
	again   bool  // it may be used again: of this session, each record in one block
}

const (
	journalDir    = "journal"
	segmentSuffix = ".wj"
	spareName     = "spare.tmp"
	freeSuffix    = ".free.tmp"
)

func (j *journal) path(i int) string { return filepath.Join(j.dir, j.segments[i].name) }

// load lists the segments.
func (j *journal) load() error {
	names, err := j.fs.List(j.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if info, ok := parseSegmentName(name); ok {
			j.segments = append(j.segments, info)
		}
	}
	slices.SortFunc(j.segments, func(a, b segmentInfo) int { return cmp.Compare(a.ordinal, b.ordinal) })
	for i := range j.segments {
		info := &j.segments[i]
		if info.first != 0 {
			continue
		}
		s, err := j.read(i)
		if err != nil {
			return err
		}
		if len(s.records) > 0 {
			info.first = s.records[0].seq
		}
	}
	return nil
}

func segmentName(ordinal, first uint64) string {
	return fmt.Sprintf("%08d-%016x%s", ordinal, first, segmentSuffix)
}

func parseSegmentName(name string) (info segmentInfo, ok bool) {
	stem, ok := strings.CutSuffix(name, segmentSuffix)
	number, from, named := strings.Cut(stem, "-")
	ordinal, err := strconv.ParseUint(number, 10, 64)
	if err == nil && named {
		info.first, err = strconv.ParseUint(from, 16, 64)
	}
	info.name, info.ordinal = name, ordinal
	return info, ok && err == nil
}

func fileSize(fs disk.FS, name string) (int64, error) {
	f, err := fs.Read(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.Size()
}

// read parses a whole segment. What the device cannot read counts as damage.
func (j *journal) read(i int) (segment, error) {
	if j.last != nil && j.lastOf == j.segments[i].ordinal {
		return *j.last, nil
	}
	b, err := disk.ReadFile(j.fs, j.path(i), maxRecord+j.size)
	s := segment{broken: 1}
	if err == nil {
		s = parseSegment(b, j.segments[i].first)
	} else if exam.KindOf(disk.Error("", err)) != exam.KindDamaged {
		return segment{}, err
	}
	j.last, j.lastOf = &s, j.segments[i].ordinal
	return s, nil
}

// walk calls fn for the records after seq, in order, each sequence number once:
// that of the later segment, for an append that failed may have left its record.
// It tells how many stretches of the journal are broken, and whether its end is.
func (j *journal) walk(seq uint64, fn func(record) error) (broken int, torn bool, err error) {
	from := 0
	for i, info := range j.segments {
		if info.first != 0 && info.first <= seq+1 {
			from = i
		}
	}
	for i := from; i < len(j.segments); i++ {
		s, err := j.read(i)
		if err != nil {
			return broken, torn, err
		}
		end := j.nextFirst(i)
		for _, r := range s.records {
			if r.seq <= seq || r.seq >= end {
				continue
			}
			if err := fn(r); err != nil {
				return broken, torn, err
			}
		}
		broken += s.broken
		torn = s.torn // of the last
	}
	return broken, torn, nil
}

// since gives the records that walk finds.
func (j *journal) since(seq uint64) (s segment, err error) {
	s.broken, s.torn, err = j.walk(seq, func(r record) error {
		s.records = append(s.records, r)
		return nil
	})
	return s, err
}

// append makes a record durable. When that fails the record counts as not
// written, and the next one goes to a new segment: after a failed sync nobody
// can tell what the old one holds.
func (j *journal) append(r record) error {
	need := recordSize(r)
	if need > maxRecord {
		return exam.Errorf(exam.KindTooLarge, "write journal", "%d bytes, at most %d", need, maxRecord)
	}
	if cap(j.buffer) < need {
		j.buffer = disk.Aligned(max(need, 4*block))
	}
	j.last = nil // it may be read again with this record
	j.buffer = appendRecord(j.buffer[:0], r)
	if j.file == nil || j.offset+int64(len(j.buffer)) > j.capacity {
		if err := j.roll(int64(len(j.buffer)), r.seq); err != nil {
			return disk.Error("make journal segment", err)
		}
	}
	if err := j.file.WriteThrough(j.buffer, j.offset); err != nil {
		j.abandon()
		return disk.Error("write journal", err)
	}
	j.offset += int64(len(j.buffer))
	if len(j.buffer) > block {
		j.segments[len(j.segments)-1].again = false
	}
	return nil
}

func (j *journal) abandon() {
	j.segments[len(j.segments)-1].again = false
	_ = j.file.WriteThrough(disk.Aligned(block), j.offset)
	_ = j.file.Close()
	j.file = nil
}

// roll finishes the open segment and starts one for the records from first on,
// with room for need bytes.
func (j *journal) roll(need int64, first uint64) error {
	j.finish()
	need += block
	j.sparing.Lock()
	defer j.sparing.Unlock()
	ready, err := j.ready(need)
	if err != nil {
		return err
	}
	ordinal := uint64(1)
	if n := len(j.segments); n > 0 {
		ordinal = j.segments[n-1].ordinal + 1
	}
	info := segmentInfo{name: segmentName(ordinal, first), ordinal: ordinal, first: first}
	name := filepath.Join(j.dir, info.name)
	if err := j.fs.Rename(filepath.Join(j.dir, ready), name); err != nil {
		return err
	}
	if ready != spareName {
		j.free = j.free[:len(j.free)-1]
	}
	if err := j.fs.SyncDir(j.dir); err != nil {
		return err
	}
	f, err := j.fs.OpenLog(name)
	if err != nil {
		return err
	}
	info.bytes, err = f.Size()
	if err == nil {
		head := disk.Aligned(block)
		copy(head, segmentMagic)
		err = f.WriteThrough(head, 0)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	info.again = info.bytes == j.size
	j.file, j.offset, j.capacity, j.rolled = f, block, info.bytes, true
	j.segments = append(j.segments, info)
	return nil
}

// ready names a file that can become a segment with room for need bytes: one that
// was used before, else the spare one. The caller holds sparing.
func (j *journal) ready(need int64) (name string, err error) {
	if n := len(j.free); n > 0 && need <= j.size {
		return j.free[n-1], nil
	}
	return spareName, j.prepare(need)
}

// spare makes the next segment beforehand, beside whoever appends meanwhile.
func (j *journal) spare() error {
	j.sparing.Lock()
	defer j.sparing.Unlock()
	if len(j.free) > 0 {
		return nil
	}
	return j.prepare(j.size)
}

// release removes the segments that wait to be used again, and tells how many.
func (j *journal) release() (n int, err error) {
	j.sparing.Lock()
	defer j.sparing.Unlock()
	for _, name := range j.free {
		err = errors.Join(err, j.fs.Remove(filepath.Join(j.dir, name)))
	}
	n, j.free = len(j.free), nil
	return n, err
}

// prepare sees to it that a spare segment with at least need bytes is there. On
// a disk that is nearly full a smaller one must do. The caller holds sparing.
func (j *journal) prepare(need int64) (err error) {
	name := filepath.Join(j.dir, spareName)
	if f, err := j.fs.Read(name); err == nil {
		size, err := f.Size()
		f.Close()
		if err == nil && size >= max(need, j.size/16) {
			return nil
		}
	}
	for _, size := range []int64{j.size, j.size / 16, need} {
		if size < need {
			continue
		}
		if err = j.zeros(name, size); err == nil || exam.KindOf(disk.Error("", err)) != exam.KindFull {
			return err
		}
		_ = j.fs.Remove(name)
	}
	return err
}

// zeros makes a durable file of size zero bytes, under another name until it is.
func (j *journal) zeros(name string, size int64) error {
	tmp := name + ".new"
	f, err := j.fs.Create(tmp)
	if err != nil {
		return err
	}
	if err = f.Close(); err == nil {
		err = j.fill(tmp, size)
	}
	if err != nil {
		_ = j.fs.Remove(tmp)
		return err
	}
	return j.fs.Rename(tmp, name)
}

// fill writes size zero bytes past the page cache, as records are.
func (j *journal) fill(name string, size int64) error {
	f, err := j.fs.OpenLog(name)
	if err != nil {
		return err
	}
	piece := disk.Aligned(int(min(size, 1<<20)))
	for at := int64(0); at < size && err == nil; at += int64(len(piece)) {
		err = f.WriteThrough(piece[:min(int64(len(piece)), size-at)], at)
	}
	return errors.Join(err, f.Close())
}

// finish gives back what the open segment did not use, and closes it.
func (j *journal) finish() {
	if j.file == nil {
		return
	}
	if j.file.Truncate(j.offset) == nil {
		j.segments[len(j.segments)-1].bytes = j.offset
	}
	_ = j.file.Close()
	j.file = nil
}

// trim removes the segments that hold nothing after seq, oldest first, or keeps
// them to be used again.
func (j *journal) trim(seq uint64) error {
	removed := false
	for len(j.segments) > 1 && (j.segments[0].first == 0 || j.nextFirst(0) <= seq+1) {
		if err := j.drop(j.segments[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		j.segments = slices.Delete(j.segments, 0, 1)
		removed = true
	}
	if !removed {
		return nil
	}
	return j.fs.SyncDir(j.dir)
}

func (j *journal) drop(s segmentInfo) error {
	name := filepath.Join(j.dir, s.name)
	if !s.again || s.bytes != j.size {
		return j.fs.Remove(name)
	}
	j.sparing.Lock()
	defer j.sparing.Unlock()
	free := s.name + freeSuffix
	if err := j.fs.Rename(name, filepath.Join(j.dir, free)); err != nil {
		return err
	}
	j.free = append(j.free, free)
	return nil
}

// nextFirst gives the first sequence number behind segment i.
func (j *journal) nextFirst(i int) uint64 {
	for _, s := range j.segments[i+1:] {
		if s.first != 0 {
			return s.first
		}
	}
	return math.MaxUint64
}

// grown tells how many segments, and bytes but for the part not yet used, the
// journal has taken up for the changes after seq.
func (j *journal) grown(seq uint64) (segments int, bytes int64) {
	for i := range j.segments {
		s := &j.segments[i]
		if i+1 < len(j.segments) && j.nextFirst(i) <= seq+1 {
			continue
		}
		if s.bytes == 0 { // one that cannot be looked at counts as empty
			s.bytes, _ = fileSize(j.fs, j.path(i))
		}
		segments++
		bytes += s.bytes
	}
	if j.file != nil {
		bytes += j.offset - j.capacity
	}
	return segments, bytes
}
