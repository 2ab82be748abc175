package store

import (
	"context"
	"strconv"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/keyslot"
)

// Opening is what opening a store, and repairs since, found.
type Opening struct {
	Created  bool     // the folder was empty; this is a new store
	Clean    bool     // the last session ended in good order
	Drafts   int      // that can be read
	Replayed int      // steps that the second copy had and the first had not
	Dropped  int      // steps that were cut off before they were acknowledged
	Rebuilt  bool     // a damaged or missing file was made anew from the second copy
	SetAside []string // names that damaged files were given, in the data folder
	Damaged  []string // other files that were damaged and whose content was found elsewhere
	Lost     []Loss   // what no copy has any more
	Warnings []string // translation keys: "store.warn.key_file", "store.warn.network", "store.warn.removable"
}

// Repaired tells whether anything had to be put right.
func (o Opening) Repaired() bool {
	return o.Replayed > 0 || o.Dropped > 0 || o.Rebuilt || len(o.SetAside) > 0 || len(o.Damaged) > 0 || len(o.Lost) > 0
}

// Sentence gives the translation key and arguments of the one sentence that
// tells a person what was put right, "" when there is nothing to say.
func (o Opening) Sentence() (key string, args map[string]string) {
	args = map[string]string{
		"count": strconv.Itoa(o.Drafts), "lost": strconv.Itoa(len(o.Lost)),
		"replayed": strconv.Itoa(o.Replayed), "dropped": strconv.Itoa(o.Dropped),
	}
	switch {
	case len(o.Lost) > 0:
		return "store.opening.lost", args
	case o.Rebuilt || len(o.Damaged) > 0:
		return "store.opening.rebuilt", args
	case o.Replayed > 0 || o.Dropped > 0:
		return "store.opening.repaired", args
	}
	return "", nil
}

// Opening says what [Open] found and repaired, and what was repaired since. It
// waits until all drafts are listed, some tens of milliseconds with 100,000.
func (s *Store) Opening() Opening {
	f := s.engine.Found()
	s.mu.RLock()
	o, ix := s.opening, s.index
	s.mu.RUnlock()
	o.Created, o.Clean = f.Created, f.Clean
	o.Replayed, o.Dropped, o.Rebuilt = f.Replayed, f.Dropped, f.Rebuilt
	o.SetAside = f.SetAside
	o.Damaged = append(o.Damaged, f.Damaged...)
	if ix != nil {
		ix.rlock()
		o.Drafts = len(ix.slots)
		ix.mu.RUnlock()
	}
	return o
}

// reckon finds out what was lost, when both copies were damaged. listed is what
// the list's own file knew of.
func (s *Store) reckon(ctx context.Context, f engine.Found, listed map[exam.DraftID]uint64) error {
	if len(f.Missing) == 0 && !f.Doubtful && len(listed) == 0 {
		return nil
	}
	found, err := s.check(ctx, listed)
	if err != nil {
		return err
	}
	missing := 0
	for _, span := range f.Missing {
		missing += span.Size()
	}
	if missing > 0 {
		found.Lost = append(found.Lost, Loss{What: "steps", Count: missing})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening.Lost = found.Lost
	return nil
}

// warn notes what the person should know about the place and the key.
func (s *Store) warn() {
	switch s.o.Disk.Place(s.dir) {
	case disk.Network:
		s.opening.Warnings = append(s.opening.Warnings, "store.warn.network")
	case disk.Removable:
		s.opening.Warnings = append(s.opening.Warnings, "store.warn.removable")
	}
	if s.keys.header.Has(keyslot.KeyFile) {
		s.opening.Warnings = append(s.opening.Warnings, "store.warn.key_file")
	}
}

// repaired tells the windows that a file was rebuilt while they were open.
func (s *Store) repaired(f engine.Found) {
	s.subs.tell(Change{What: StoreRepaired})
}
