package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/seal"
)

// loadIndex starts loading the index: the newest rows at once, all others
// behind. When the file cannot be used, all drafts are read. A change that is
// made meanwhile waits, holding the engine; so what asks the engine for more
// than reading is done before.
func (s *Store) loadIndex(v *vault) (*index, *indexLog) {
	ix, l := newIndex(), &indexLog{fs: s.o.Disk, name: s.indexName()}
	seq, rows, total, err := newest(v, l.fs, l.name)
	news, usable := s.engine.ChangedSince(seq)
	usable = usable && err == nil
	if usable && len(news) == 0 {
		ix.first, ix.total = rows, total
	}
	s.loading.Go(func() {
		func() {
			defer close(ix.ready)
			if usable && s.fill(v, ix, l, seq, news) == nil {
				return
			}
			l.seq, l.size, l.fresh = 0, 0, 0
			ix.clear()
			s.fillFromDrafts(v, ix)
		}()
		s.loadKeys(v, ix)
	})
	return ix, l
}

// loadKeys reads the drafts' keys when the start is over, so that who saves need
// not look for one in pages that no processor has near. What cannot be read is
// found by him.
func (s *Store) loadKeys(v *vault, ix *index) {
	select {
	case <-ix.left:
		return
	case <-time.After(time.Second):
	}
	_ = s.engine.Scan(bucketKeys, "", func(id string, sealed []byte) error {
		key, err := openValue(v.data, bucketKeys, id, sealed)
		if err == nil && len(key) == seal.KeySize {
			ix.note(exam.DraftID(id), func(r *row) { r.key = (*[seal.KeySize]byte)(key) })
		}
		select {
		case <-ix.left:
			return context.Canceled
		default:
			return nil
		}
	})
}

// witness reads from the index file which drafts there were, at which revision:
// after damage it knows what should be there. Nil when nobody needs to know.
func (s *Store) witness(data []byte, f engine.Found) map[exam.DraftID]uint64 {
	v, err := newVault(data)
	if err != nil || len(f.Missing) == 0 && !f.Doubtful && !f.Created {
		return nil
	}
	b, err := disk.ReadFile(s.o.Disk, s.indexName(), maxIndex)
	if err != nil {
		return nil
	}
	sealed, _ := readChunks(b)
	listed := map[exam.DraftID]uint64{}
	for _, one := range sealed {
		k, err := parseChunk(v, one)
		if err != nil {
			continue
		}
		for _, id := range k.removed {
			delete(listed, id)
		}
		for _, r := range k.rows {
			listed[r.id] = r.revision
		}
	}
	return listed
}

// firstRows is how many rows are shown before all are loaded.
const firstRows = 200

// newest reads the newest rows from the end of the file, newest first, those in
// the bin left out; total is how many there are.
func newest(v *vault, fs disk.FS, name string) (seq uint64, rows []row, total int, err error) {
	f, err := fs.Read(name)
	if err != nil {
		return 0, nil, 0, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return 0, nil, 0, err
	}
	const guess = 512 << 10
	b := make([]byte, min(size, guess))
	if _, err := f.ReadAt(b, size-int64(len(b))); err != nil {
		return 0, nil, 0, err
	}
	seen := map[exam.DraftID]bool{}
	for n := 0; len(rows) < firstRows; n++ {
		rest, sealed, ok := cutLast(b)
		if !ok {
			break
		}
		k, err := parseChunk(v, sealed)
		if err != nil {
			return 0, nil, 0, err
		}
		if n == 0 {
			seq, total = k.seq, k.listed
		}
		rows = appendNewest(rows, k, seen)
		b = rest
	}
	if seq == 0 {
		return 0, nil, 0, errIndex
	}
	return seq, rows, total, nil
}

// appendNewest appends the rows of a chunk that no newer chunk has replaced.
func appendNewest(rows []row, k chunk, seen map[exam.DraftID]bool) []row {
	for _, r := range slices.Backward(k.rows) {
		if !seen[r.id] && r.deleted == 0 {
			rows = append(rows, r)
		}
		seen[r.id] = true
	}
	for _, id := range k.removed {
		seen[id] = true
	}
	return rows
}

func (ix *index) clear() {
	ix.rows, ix.columns, ix.gaps, ix.saved, ix.removed = nil, columns{}, 0, 0, nil
	clear(ix.slots)
	clear(ix.entries)
}

// fill takes in the file, which goes up to seq, and what changed since.
func (s *Store) fill(v *vault, ix *index, l *indexLog, seq uint64, news []string) error {
	b, err := disk.ReadFile(s.o.Disk, l.name, maxIndex)
	if err != nil {
		return err
	}
	sealed, err := readChunks(b)
	if err != nil || len(sealed) == 0 {
		return cmp.Or(err, errIndex)
	}
	chunks := make([]chunk, len(sealed))
	err = inPairs(len(sealed), func(i int) (err error) {
		chunks[i], err = openChunk(v, sealed[i])
		return err
	})
	if err == nil {
		err = ix.takeAll(chunks)
	}
	if err != nil {
		return err
	}
	l.seq = chunks[len(chunks)-1].seq
	if len(ix.slots) != chunks[len(chunks)-1].total || l.seq != seq {
		return errIndex
	}
	l.size, l.fresh = int64(len(b)), int64(len(b))
	ix.saved = len(ix.rows)
	return s.catchUp(v, ix, news)
}

// inPairs calls fn for each of n, on two processors.
func inPairs(n int, fn func(i int) error) error {
	var errs [2]error
	var wg sync.WaitGroup
	for part := range errs {
		wg.Go(func() {
			for i := part; i < n && errs[part] == nil; i += len(errs) {
				errs[part] = fn(i)
			}
		})
	}
	wg.Wait()
	return cmp.Or(errs[:]...)
}

// takeAll takes in chunks that were opened: their rows are read to where they will
// lie, then rows and columns are gone through side by side. Nobody else has the
// index yet.
func (ix *index) takeAll(chunks []chunk) error {
	n, from := 0, make([]int, len(chunks))
	for i, k := range chunks {
		from[i] = n
		n += k.count
	}
	room := n + n/8
	ix.rows = make([]row, n, room)
	ix.slots = make(map[exam.DraftID]int32, n)
	ix.columns.reserve(room)
	err := inPairs(len(chunks), func(i int) error { return chunks[i].read(ix.rows[from[i]:][:chunks[i].count]) })
	if err != nil {
		return err
	}
	var columns sync.WaitGroup
	columns.Go(func() {
		for i := range ix.rows {
			ix.columns.append(&ix.rows[i])
		}
	})
	var left []int32
	drop := func(id exam.DraftID) {
		if slot, ok := ix.slots[id]; ok {
			left = append(left, slot)
			for _, e := range ix.rows[slot].outbox {
				delete(ix.entries, e.id)
			}
			delete(ix.slots, id)
		}
	}
	for i, k := range chunks {
		for _, id := range k.removed {
			drop(id)
		}
		for at := range k.rows {
			r := &k.rows[at]
			drop(r.id)
			ix.slots[r.id] = int32(from[i] + at)
			for _, e := range r.outbox {
				ix.entries[e.id] = r.id
			}
		}
	}
	columns.Wait()
	for _, slot := range left {
		ix.leave(slot)
	}
	return nil
}

// take puts a row that was read in the place of the one before, or removes it.
// Nobody else has the index yet.
func (ix *index) take(r row, keep bool) {
	if slot, ok := ix.slots[r.id]; ok {
		for _, e := range ix.rows[slot].outbox {
			delete(ix.entries, e.id)
		}
		ix.leave(slot)
		delete(ix.slots, r.id)
	}
	if keep {
		ix.append(r)
	}
}

// catchUp takes in the keys that changed after the index file was written.
func (s *Store) catchUp(v *vault, ix *index, keys []string) error {
	r := view{getter: s.engine, v: v}
	var changed []exam.DraftID
	for _, key := range keys {
		bucket, rest, _ := strings.Cut(key, "/")
		switch bucket {
		case bucketDrafts, bucketRegistrations:
			changed = append(changed, exam.DraftID(rest))
		case bucketOutbox:
			if at, ok := placeOf(rest); ok {
				changed = append(changed, at.draft)
			}
		}
	}
	for _, id := range lastOf(changed) {
		fresh, err := r.row(id, ix)
		if exam.KindOf(err) == exam.KindNotFound {
			ix.take(row{id: id}, false)
			ix.removed = append(ix.removed, id)
			continue
		}
		if err != nil {
			return err
		}
		ix.take(fresh, true)
	}
	return s.catchUpOutbox(r, ix, keys)
}

// lastOf gives each draft once, where it comes last.
func lastOf(ids []exam.DraftID) (out []exam.DraftID) {
	seen := map[exam.DraftID]bool{}
	for _, id := range slices.Backward(ids) {
		if !seen[id] {
			out = append(out, id)
		}
		seen[id] = true
	}
	slices.Reverse(out)
	return out
}

// catchUpOutbox gives the rows the entries that came, went or changed.
func (s *Store) catchUpOutbox(r view, ix *index, keys []string) error {
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, bucketOutbox+"/")
		at, whole := placeOf(rest)
		slot, known := ix.slots[at.draft]
		if !ok || !whole || !known {
			continue
		}
		fresh := ix.rows[slot]
		fresh.outbox = fresh.without(at.entry)
		rec, err := r.entry(at)
		switch exam.KindOf(err) {
		case "":
			fresh.outbox = fresh.with(entryRow{rec.ID, rec.transport()})
		case exam.KindNotFound:
		default:
			return err
		}
		ix.take(fresh, true)
	}
	return nil
}

// row reads what the index knows of a draft, but for its entries, which stay as
// the index has them.
func (r view) row(id exam.DraftID, ix *index) (out row, err error) {
	h, err := r.head(id)
	if err != nil {
		return out, err
	}
	doc, err := exam.DecodeDocument(h.document)
	if err != nil {
		return out, exam.Errorf(exam.KindDamaged, "read draft", "not a document")
	}
	reg, err := r.registration(id)
	if err != nil {
		return out, err
	}
	if slot, ok := ix.slots[id]; ok {
		out.outbox = ix.rows[slot].outbox
	}
	out.id = id
	out.describe(doc)
	out.touch(h)
	out.register(reg)
	return out, nil
}

// fillFromDrafts makes the index without its file. A draft that cannot be read
// is left out; [Store.Check] tells which.
func (s *Store) fillFromDrafts(v *vault, ix *index) {
	r := view{getter: s.engine, v: v}
	var ids []exam.DraftID
	_ = s.engine.Scan(bucketDrafts, "", func(key string, _ []byte) error {
		ids = append(ids, exam.DraftID(key))
		return nil
	})
	rows := make([]row, len(ids))
	var wg sync.WaitGroup
	for part := range 2 {
		wg.Go(func() {
			for i := part; i < len(ids); i += 2 {
				if got, err := r.row(ids[i], ix); err == nil {
					rows[i] = got
				}
			}
		})
	}
	wg.Wait()
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.updated, b.updated) })
	for _, got := range rows {
		if got.id != "" {
			ix.take(got, true)
		}
	}
	_ = s.engine.Scan(bucketOutbox, "", func(key string, _ []byte) error {
		return s.catchUpOutbox(r, ix, []string{bucketOutbox + "/" + key})
	})
}

// checkpointed writes the index file after bbolt took changes in.
func (s *Store) checkpointed(seq uint64) {
	s.mu.RLock()
	v, ix, l := s.vault, s.index, s.log
	s.mu.RUnlock()
	if v == nil {
		return
	}
	select {
	case <-ix.ready:
		_ = l.flush(v, ix, seq)
	default: // still being loaded, perhaps by reading what this would wait for
	}
}
