package engine

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// background lets bbolt take in what waits, until the engine is closed.
func (e *Engine) background() {
	defer close(e.done)
	idle := time.NewTimer(e.o.Idle)
	defer idle.Stop()
	for {
		select {
		case <-e.quit:
			return
		case <-idle.C:
			e.tend()
		case <-e.kick:
			e.tellRepair()
			_ = e.journal.spare()
			if e.isFull() {
				e.tend()
			}
			idle.Reset(e.o.Idle)
		}
	}
}

// tellRepair passes on that a file was rebuilt since it was told last.
func (e *Engine) tellRepair() {
	e.mu.Lock()
	news := e.news
	e.news = false
	e.mu.Unlock()
	if news {
		e.o.Repaired(e.Found())
	}
}

func (e *Engine) isFull() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.full()
}

// full tells whether bbolt should take in what waits: six segments of the
// journal. What many drafts have in one page is then written once. The caller
// holds mu.
func (e *Engine) full() bool { return e.logged >= 6*e.o.Segment }

// tend does what keeps saving fast and both copies whole. What fails is tried
// again: nothing of it is needed for what was acknowledged.
func (e *Engine) tend() {
	_ = e.Checkpoint()
	_ = e.maybeSnapshot()
}

// Checkpoint lets bbolt take in everything that is durable now.
func (e *Engine) Checkpoint() error {
	e.taking.Lock()
	defer e.taking.Unlock()
	e.mu.RLock()
	closed := e.closed
	e.mu.RUnlock()
	if closed {
		return errClosed
	}
	return e.checkpoint()
}

func (e *Engine) checkpoint() error {
	ops, seq := e.take()
	if len(ops) == 0 && seq == e.applied {
		return nil
	}
	err := e.db.write(ops, seq)
	if errors.Is(err, errDamaged) && e.rebuildNow() == nil || exam.KindOf(err) == exam.KindFull && e.makeRoom() {
		err = e.db.write(ops, seq)
	}
	e.taken(seq, err)
	if err == nil {
		e.o.Checkpointed(seq)
	}
	return err
}

// makeRoom gives the space of old segments back to a full disk, if there are any.
func (e *Engine) makeRoom() bool {
	n, err := e.journal.release()
	return n > 0 && err == nil
}

// take moves what waits into the layer that bbolt is given, in key order.
func (e *Engine) take() ([]op, uint64) {
	e.mu.Lock()
	e.old, e.live, e.bytes, e.logged = e.live, make(map[string]pending, len(e.live)), 0, 0
	taken, seq := e.old, e.seq
	e.mu.Unlock()
	ops := make([]op, 0, len(taken))
	for _, key := range slices.Sorted(maps.Keys(taken)) {
		ops = append(ops, op{key, e.pack(key, taken[key].value)})
	}
	return ops, seq
}

// pack gives a value as bbolt shall keep it.
func (e *Engine) pack(key string, value []byte) []byte {
	if value == nil {
		return nil
	}
	bucket, name, _ := strings.Cut(key, "/")
	return e.o.Pack(bucket, name, value)
}

// taken ends a checkpoint; what bbolt did not take waits on.
func (e *Engine) taken(seq uint64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stuck = err
	if err == nil {
		e.old, e.applied = nil, seq
		return
	}
	maps.Copy(e.old, e.live)
	e.live, e.old, e.bytes = e.old, nil, 0
	for key, p := range e.live {
		e.bytes += int64(len(key) + len(p.value))
	}
}

// Close lets bbolt take in everything, notes in the journal that the end was in
// good order, and closes the files. Nothing is lost when that cannot be done:
// the next opening replays the journal.
func (e *Engine) Close() error {
	close(e.quit)
	<-e.done
	whole := e.Checkpoint() == nil
	if whole {
		_ = e.maybeSnapshot()
	}
	e.write.Lock()
	defer e.write.Unlock()
	if whole {
		e.markClosed()
	}
	e.journal.finish()
	_, _ = e.journal.release() // what stays goes at the next opening
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return disk.Error("close database", e.db.close())
}

// markClosed ends the journal, unless it has such an end.
func (e *Engine) markClosed() {
	if e.journal.file == nil && e.found.Clean {
		return
	}
	if e.journal.append(record{seq: e.seq + 1, time: e.o.Clock(), kind: kindClosed}) == nil {
		e.mu.Lock()
		e.seq++
		e.mu.Unlock()
	}
}
