package store

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"wenbao/exam"
	"wenbao/store/internal/disk"
)

// Loss is something that no copy has any more, or that is not what was written.
type Loss struct {
	// What was lost: "draft" (all of it), "history" (versions below Revision),
	// "record" (of a kind that Name says), "file" (Name is its kind), "steps"
	// (Count changes of which nothing more is known).
	What     string
	Draft    exam.DraftID
	Revision uint64
	Name     string
	Count    int
}

// String is the loss in one line for lists and logs, free of personal data.
func (l Loss) String() string {
	switch l.What {
	case "history":
		return fmt.Sprintf("history %s below revision %d", l.Draft, l.Revision)
	case "steps":
		return fmt.Sprintf("steps %d", l.Count)
	case "file", "record":
		return strings.TrimSpace(fmt.Sprintf("%s %s %s", l.What, l.Draft, l.Name))
	}
	return l.What + " " + string(l.Draft)
}

// Finding is what [Store.Check] found.
type Finding struct {
	Drafts int
	Files  int
	// Lost lists what cannot be read any more.
	Lost []Loss
	// Faults tell where the copies disagree or a file is damaged, for the log. What
	// is in them and not in Lost was read from the other copy.
	Faults []string
	// Orphans counts sealed files that belong to no draft; [Store.Compact] removes
	// them.
	Orphans int
}

// OK tells whether everything is there and both copies agree.
func (f Finding) OK() bool { return len(f.Lost) == 0 && len(f.Faults) == 0 }

// Check reads everything: both copies and whether they agree, every record of
// every draft, every file and its hash.
func (s *Store) Check(ctx context.Context) (Finding, error) { return s.check(ctx, nil) }

// check is Check, with more drafts that should be there.
func (s *Store) check(ctx context.Context, listed map[exam.DraftID]uint64) (Finding, error) {
	if _, _, err := s.open(); err != nil {
		return Finding{}, err
	}
	faults, err := s.engine.Check(ctx)
	if err != nil {
		return Finding{}, named("check store", err)
	}
	c := checker{s: s, ctx: ctx, Finding: Finding{Faults: faults}}
	if c.view, c.ix, err = s.reading(); err != nil {
		return Finding{}, err
	}
	c.view.ix = nil // everything is read
	c.should = c.ix.revisions()
	maps.Copy(c.should, listed)
	err = c.all()
	return c.Finding, named("check store", err)
}

// checker goes through the records of the store.
type checker struct {
	view
	Finding
	s      *Store
	ix     *index
	ctx    context.Context
	should map[exam.DraftID]uint64 // drafts that were listed, and at which revision
}

func (c *checker) lose(l Loss) { c.Lost = append(c.Lost, l) }

// each calls fn for every key of a bucket until the context ends.
func (c *checker) each(bucket string, fn func(key string)) error {
	return c.s.engine.Scan(bucket, "", func(key string, _ []byte) error {
		fn(key)
		return c.ctx.Err()
	})
}

func (c *checker) all() error {
	names := map[string]bool{}
	for bucket, fn := range map[string]func(string){
		bucketKeys:     c.draft,
		bucketOutbox:   c.entry,
		bucketReceipts: c.receipt,
		bucketSettings: c.setting,
		bucketFiles:    func(name string) { names[name] = true; c.file(name) },
	} {
		if err := c.each(bucket, fn); err != nil {
			return err
		}
	}
	c.listed()
	return c.orphans(names)
}

// draft checks all that one draft's key opens.
func (c *checker) draft(key string) {
	id := exam.DraftID(key)
	c.Drafts++
	d, _, err := c.view.draft(id)
	if _, keyErr := c.plain(c.v.data, bucketKeys, key); err != nil || keyErr != nil { // of those in use it was not read
		if sealed, gone := c.Get(bucketPurged, key); gone == nil && sealed != nil {
			c.Drafts--
			return // meanwhile
		}
		c.lose(Loss{What: "draft", Draft: id})
		return
	}
	oldest := d.Revision
	err = c.s.walkBack(id, func(v past) (more bool) { oldest = v.Revision; return true })
	if err != nil || c.hasOlder(id, oldest) {
		c.lose(Loss{What: "history", Draft: id, Revision: oldest})
	}
	for _, f := range d.Files {
		if _, err := c.view.file(c.v.fileName(f.SHA256)); err != nil {
			c.lose(Loss{What: "file", Draft: id, Name: string(f.Kind)})
		}
	}
}

// hasOlder tells whether versions lie behind the oldest that can be reached.
func (c *checker) hasOlder(id exam.DraftID, oldest uint64) (behind bool) {
	_ = c.s.engine.Scan(bucketVersions, string(id)+"/", func(key string, _ []byte) error {
		behind = behind || key < versionKey(id, oldest)
		return nil
	})
	return behind
}

func (c *checker) entry(key string) {
	at, ok := placeOf(key)
	if ok {
		_, err := c.view.entry(at)
		ok = err == nil
	}
	if !ok {
		c.lose(Loss{What: "record", Draft: at.draft, Name: bucketOutbox})
	}
}

func (c *checker) receipt(key string) {
	id, _, _ := strings.Cut(key, "/")
	b, err := c.box(exam.DraftID(id))
	if err == nil {
		_, err = c.plain(b, bucketReceipts, key)
	}
	if err != nil {
		c.lose(Loss{What: "record", Draft: exam.DraftID(id), Name: bucketReceipts})
	}
}

func (c *checker) setting(key string) {
	if _, err := c.plain(c.v.data, bucketSettings, key); err != nil {
		c.lose(Loss{What: "record", Name: bucketSettings + "/" + key})
	}
}

// file checks that a sealed file opens to the content it is named after.
func (c *checker) file(name string) {
	c.Files++
	rec, err := c.view.file(name)
	var data []byte
	if err == nil {
		var faults []string
		data, faults, err = c.s.mendFile(name, rec)
		c.Faults = append(c.Faults, faults...)
	}
	if err == nil && c.v.fileName(exam.Digest(data)) == name {
		return
	}
	if len(rec.Drafts) == 0 {
		c.lose(Loss{What: "file"})
	}
	for _, id := range rec.Drafts {
		c.lose(Loss{What: "file", Draft: id, Name: c.kindOf(id, name)})
	}
}

// kindOf says what a draft has a file for, "" when it was taken from it.
func (c *checker) kindOf(id exam.DraftID, name string) string {
	h, err := c.head(id)
	if err != nil {
		return ""
	}
	for _, f := range h.Files {
		if c.v.fileName(f.SHA256) == name {
			return string(f.Kind)
		}
	}
	return ""
}

// listed compares the drafts with the list, whose file is a witness of its own.
func (c *checker) listed() {
	for id, revision := range c.should {
		h, err := c.head(id)
		purged, _ := c.Get(bucketPurged, string(id))
		switch {
		case purged != nil:
		case err != nil:
			c.lose(Loss{What: "draft", Draft: id})
		case h.Revision < revision:
			c.lose(Loss{What: "steps", Draft: id, Count: int(revision - h.Revision)})
		}
	}
	c.Lost = unique(c.Lost)
}

func unique(list []Loss) (out []Loss) {
	seen := map[Loss]bool{}
	for _, l := range list {
		if !seen[l] {
			out = append(out, l)
		}
		seen[l] = true
	}
	return out
}

func (ix *index) revisions() map[exam.DraftID]uint64 {
	ix.rlock()
	defer ix.mu.RUnlock()
	all := make(map[exam.DraftID]uint64, len(ix.slots))
	for id, slot := range ix.slots {
		all[id] = ix.rows[slot].revision
	}
	return all
}

// orphans counts the sealed files that no record names.
func (c *checker) orphans(names map[string]bool) error {
	return c.s.eachFile(func(path string) error {
		if !names[filepath.Base(path)] {
			c.Orphans++
		}
		return c.ctx.Err()
	})
}

// eachFile calls fn with the path of every sealed file on the disk.
func (s *Store) eachFile(fn func(path string) error) error {
	for _, dir := range fileDirs {
		root := filepath.Join(s.dir, dir)
		if !disk.Exists(s.o.Disk, root) {
			continue
		}
		parts, err := s.o.Disk.List(root)
		if err != nil {
			return disk.Error("list files", err)
		}
		for _, part := range parts {
			if len(part) != 2 {
				continue
			}
			names, err := s.o.Disk.List(filepath.Join(root, part))
			if err != nil {
				return disk.Error("list files", err)
			}
			for _, name := range names {
				if err := fn(filepath.Join(root, part, name)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Compact gives back the space of what was deleted and leaves no trace of it:
// the database is written anew, older copies and files without a draft are
// removed, so that nothing purged before can be recovered from any file.
// Changes wait meanwhile.
func (s *Store) Compact(ctx context.Context) error {
	const op = "compact store"
	s.files.Lock()
	defer s.files.Unlock()
	r, ix, err := s.reading()
	if err != nil {
		return err
	}
	if err := s.engine.Compact(ctx); err != nil {
		return named(op, err)
	}
	err = s.eachFile(func(path string) error {
		if _, err := r.file(filepath.Base(path)); exam.KindOf(err) == exam.KindNotFound {
			return disk.Error(op, s.o.Disk.Remove(path))
		}
		return ctx.Err()
	})
	if err != nil {
		return named(op, err)
	}
	s.mu.RLock()
	l := s.log
	s.mu.RUnlock()
	return named(op, l.rewrite(r.v, ix, s.engine.Seq()))
}
