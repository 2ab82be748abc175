package store

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"unsafe"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/seal"
)

// The index file holds the rows of the index so that a start need not read any
// draft. It is derived: whatever is wrong with it, it is made again from the
// drafts. It is a run of chunks, the newest rows last, each
//
//	sealed bytes, their length(4), "WBIX"
//
// so that the newest can be read first. Every checkpoint appends a chunk of the
// rows that changed; when those outweigh the rest the file is written anew.
const (
	indexFile  = "index"
	indexMagic = "WBIX"
	indexKey   = "chunk"
	chunkRows  = 1024
	chunkTail  = 8
	// maxIndex bounds the file: about 4 million drafts.
	maxIndex = 1 << 30
)

// indexLog is the index file as this process appends to it.
type indexLog struct {
	mu    sync.Mutex
	fs    disk.FS
	name  string
	seq   uint64 // up to which the file covers the journal
	size  int64  // 0: the file must be written anew
	fresh int64  // of size, when it was last written anew
}

// flush writes what changed since the last time; seq is how far the drafts in
// bbolt go. A file that cannot be written is left out at the next start.
func (l *indexLog) flush(v *vault, ix *index, seq uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ix.lock()
	anew := l.size == 0 || l.size > 2*l.fresh+1<<20
	rows, removed := ix.unsaved(anew)
	total, listed := len(ix.slots), ix.columns.listed()
	ix.mu.Unlock()
	if len(rows) == 0 && len(removed) == 0 && seq == l.seq && !anew {
		return nil
	}
	var out []byte
	for first := true; first || len(rows) > 0; first = false {
		n := min(len(rows), chunkRows)
		out = appendChunk(out, v, []uint64{seq, uint64(total), uint64(listed)}, rows[:n], removed)
		rows, removed = rows[n:], nil
	}
	if err := l.write(out, anew); err != nil {
		l.size = 0
		return disk.Error("write index", err)
	}
	l.seq = seq
	return nil
}

// rewrite writes the file anew.
func (l *indexLog) rewrite(v *vault, ix *index, seq uint64) error {
	<-ix.ready // who loads it sets what is said of the file
	l.mu.Lock()
	l.size = 0
	l.mu.Unlock()
	return l.flush(v, ix, seq)
}

// unsaved gives the rows behind the mark, or all of them, and moves the mark.
// The caller holds the lock.
func (ix *index) unsaved(all bool) (rows []row, removed []exam.DraftID) {
	from := ix.saved
	if all {
		from = 0
	} else {
		removed = ix.removed
	}
	for _, r := range ix.rows[from:] {
		if r.id != "" {
			rows = append(rows, r)
		}
	}
	ix.saved, ix.removed = len(ix.rows), nil
	return rows, removed
}

func (l *indexLog) write(out []byte, anew bool) error {
	if anew {
		if err := disk.WriteFile(l.fs, l.name, out); err != nil {
			return err
		}
		l.size, l.fresh = int64(len(out)), int64(len(out))
		return nil
	}
	f, err := l.fs.Open(l.name)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(out, l.size); err == nil {
		err = f.Sync()
	}
	l.size += int64(len(out))
	return errors.Join(err, f.Close())
}

// appendChunk appends a sealed chunk: the covered sequence number, how many
// rows the index has and how many of them do not lie in the bin; then removed
// drafts and rows.
func appendChunk(dst []byte, v *vault, facts []uint64, rows []row, removed []exam.DraftID) []byte {
	var b []byte
	for _, n := range facts {
		b = binary.AppendUvarint(b, n)
	}
	b = binary.AppendUvarint(b, uint64(len(removed)))
	for _, id := range removed {
		b = appendText(b, string(id))
	}
	b = binary.AppendUvarint(b, uint64(len(rows)))
	for i := range rows {
		b = rows[i].appendTo(b)
	}
	sealed := v.data.Seal(indexFile, indexKey, facts[0], b)
	dst = append(dst, sealed...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(sealed)))
	return append(dst, indexMagic...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Flags of a row.
const (
	flagConfirmed = 1 << iota
	flagElsewhere
	flagUnheard
)

func (r *row) appendTo(b []byte) []byte {
	for _, s := range []string{string(r.id), r.name, r.spelled, r.idNumber, r.phone, r.number, r.exam, r.area, string(r.level), string(r.state)} {
		b = appendText(b, s)
	}
	flags := uint64(0)
	if r.confirmed {
		flags |= flagConfirmed
	}
	if r.elsewhere {
		flags |= flagElsewhere
	}
	if r.unheard {
		flags |= flagUnheard
	}
	for _, n := range []uint64{uint64(r.year), r.revision, r.delivered, uint64(r.created), uint64(r.updated), uint64(r.deleted), flags, uint64(len(r.outbox))} {
		b = binary.AppendUvarint(b, n)
	}
	for _, e := range r.outbox {
		b = appendText(appendText(b, string(e.id)), string(e.transport))
	}
	return b
}

// cursor reads a chunk; its texts share the chunk's memory.
type cursor struct {
	s   string
	bad bool
}

func (c *cursor) number() uint64 {
	var n uint64
	for i := 0; i < len(c.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(c.s[i]&0x7f) << (7 * i)
		if c.s[i] < 0x80 {
			c.s = c.s[i+1:]
			return n
		}
	}
	c.bad, c.s = true, ""
	return 0
}

func (c *cursor) text() string {
	n := c.number()
	if n > uint64(len(c.s)) {
		c.bad, c.s = true, ""
		return ""
	}
	t := c.s[:n]
	c.s = c.s[n:]
	return t
}

// row reads into r, which is zero.
func (c *cursor) row(r *row) {
	r.id = exam.DraftID(c.text())
	r.name, r.spelled, r.idNumber, r.phone, r.number = c.text(), c.text(), c.text(), c.text(), c.text()
	r.exam, r.area, r.level, r.state = c.text(), c.text(), exam.Level(c.text()), exam.State(c.text())
	r.year, r.revision, r.delivered = int(c.number()), c.number(), c.number()
	r.created, r.updated, r.deleted = int64(c.number()), int64(c.number()), int64(c.number())
	flags := c.number()
	r.confirmed, r.elsewhere, r.unheard = flags&flagConfirmed != 0, flags&flagElsewhere != 0, flags&flagUnheard != 0
	for n := c.number(); n > 0 && !c.bad; n-- {
		r.outbox = append(r.outbox, entryRow{exam.EntryID(c.text()), exam.Transport(c.text())})
	}
}

// chunk is one chunk that was opened.
type chunk struct {
	seq     uint64
	total   int
	listed  int // of total, not in the bin
	removed []exam.DraftID
	rows    []row // once they are read
	count   int   // of rows
	unread  cursor
}

var errIndex = errors.New("not a chunk of an index")

// openChunk opens a chunk and reads all but its rows.
func openChunk(v *vault, sealed []byte) (k chunk, err error) {
	plain, err := v.data.Open(indexFile, indexKey, sealed)
	if err != nil {
		return k, err
	}
	c := cursor{s: unsafe.String(unsafe.SliceData(plain), len(plain))} // nobody else has plain
	k.seq, k.total, k.listed = c.number(), int(c.number()), int(c.number())
	for n := c.number(); n > 0 && !c.bad; n-- {
		k.removed = append(k.removed, exam.DraftID(c.text()))
	}
	n := c.number()
	if c.bad || n > chunkRows {
		return k, errIndex
	}
	k.count, k.unread = int(n), c
	return k, nil
}

// read reads the chunk's rows into room for as many.
func (k *chunk) read(room []row) error {
	for i := range room {
		k.unread.row(&room[i])
	}
	k.rows = room
	if k.unread.bad {
		return errIndex
	}
	return nil
}

// parseChunk opens a chunk with its rows.
func parseChunk(v *vault, sealed []byte) (chunk, error) {
	k, err := openChunk(v, sealed)
	if err == nil {
		err = k.read(make([]row, k.count))
	}
	return k, err
}

// cutLast gives the last sealed chunk of the file's bytes and what is before it.
func cutLast(b []byte) (rest, sealed []byte, ok bool) {
	n := len(b) - chunkTail
	if n < 0 || string(b[n+4:]) != indexMagic {
		return nil, nil, false
	}
	size := int(binary.LittleEndian.Uint32(b[n:]))
	if size > n || size < seal.Overhead {
		return nil, nil, false
	}
	return b[:n-size], b[n-size : n], true
}

// readChunks cuts the file into its sealed chunks, oldest first.
func readChunks(b []byte) (sealed [][]byte, err error) {
	for len(b) > 0 {
		rest, s, ok := cutLast(b)
		if !ok {
			return nil, errIndex
		}
		sealed = append(sealed, s)
		b = rest
	}
	slices.Reverse(sealed)
	return sealed, nil
}

func (s *Store) indexName() string { return filepath.Join(s.dir, indexFile) }
