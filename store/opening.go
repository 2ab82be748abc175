package store

import "strconv"

// Opening is what opening a store found and repaired.
type Opening struct {
	Created  bool     // the folder was empty; this is a new store
	Drafts   int      // all of them, read or rebuilt
	Replayed int      // steps that the second copy had and the first had not
	Dropped  int      // steps that the power cut off before they were acknowledged
	Rebuilt  bool     // a damaged file was set aside and rebuilt
	SetAside []string // names of files that were set aside
	Lost     []string // what no copy has any more: "draft ID", "file NAME", …
	Warnings []string // translation keys: "store.warn.key_file", "store.warn.network", "store.warn.removable"
}

// Repaired tells whether anything was other than a clean end left it.
func (o Opening) Repaired() bool {
	return o.Replayed > 0 || o.Dropped > 0 || o.Rebuilt || len(o.SetAside) > 0 || len(o.Lost) > 0
}

// Sentence gives the translation key and arguments of the one sentence that
// tells a person what opening did, "" when there is nothing to say.
func (o Opening) Sentence() (key string, args map[string]string) {
	args = map[string]string{"count": strconv.Itoa(o.Drafts), "lost": strconv.Itoa(len(o.Lost)), "replayed": strconv.Itoa(o.Replayed)}
	switch {
	case len(o.Lost) > 0:
		return "store.opening.lost", args
	case o.Rebuilt:
		return "store.opening.rebuilt", args
	case o.Repaired():
		return "store.opening.repaired", args
	}
	return "", nil
}
