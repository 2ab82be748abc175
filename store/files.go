package store

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/seal"
)

// A sealed file lies in two folders; reading mends the one from the other.
const (
	filesDir  = "files"
	copiesDir = "copies"
)

var fileDirs = []string{filesDir, copiesDir}

// Attach keeps data as a file of the draft: a photo or its original takes the
// place of the one before, evidence is added. Kind, Type and Name are taken from
// f; size and hash from data. Bytes that a file of the same kind has already
// change nothing. The bytes lie sealed on the disk, twice, before the draft
// refers to them; those of a replaced file stay until the draft is purged.
func (s *Store) Attach(id exam.DraftID, f exam.File, data []byte) (exam.Draft, error) {
	const op = "attach file"
	if most := f.Kind.MaxBytes(); len(data) > most {
		return exam.Draft{}, overBound(op, "store.error.too_large", most>>20)
	}
	if f.Kind == "" || len(data) == 0 {
		return exam.Draft{}, exam.Errorf(exam.KindInvalid, op, "without kind or bytes")
	}
	f.SHA256, f.Size = exam.Digest(data), int64(len(data))
	s.files.Lock() // no purge may take the bytes away in between
	defer s.files.Unlock()
	d, err := s.Draft(id)
	if err != nil {
		return d, err
	}
	if hasFile(d, f) {
		_, unread := s.File(f.SHA256)
		name, rec, err := s.keepFile(f.SHA256, data) // it may have been damaged
		held, heldErr := s.engine.Get(bucketHolders, string(id)+"/"+name)
		if err = cmp.Or(err, heldErr); err != nil || held != nil && exam.KindOf(unread) != exam.KindNotFound {
			return d, named(op, err)
		}
		// It came from the server without its bytes.
		return s.change(op, id, func(t *tx, _ *head) error { return t.referTo(id, name, rec) })
	}
	if len(d.Files) >= exam.MaxFiles {
		return exam.Draft{}, overBound(op, "store.error.too_many_files", exam.MaxFiles)
	}
	name, rec, err := s.keepFile(f.SHA256, data)
	if err != nil {
		return exam.Draft{}, named(op, err)
	}
	return s.change(op, id, func(t *tx, h *head) error {
		if err := t.referTo(id, name, rec); err != nil {
			return err
		}
		if isPhoto(fileRef(f)) {
			h.Files = without(h.Files, func(r fileRef) bool { return r.Kind == f.Kind })
		}
		h.Files = append(slices.Clone(h.Files), fileRef(f))
		return nil
	})
}

func hasFile(d exam.Draft, f exam.File) bool {
	return slices.ContainsFunc(d.Files, func(g exam.File) bool { return g.Kind == f.Kind && g.SHA256 == f.SHA256 })
}

func without(refs []fileRef, drop func(fileRef) bool) []fileRef {
	return slices.DeleteFunc(slices.Clone(refs), drop)
}

// Keep makes the bytes of a file that a version of the registration names readable
// through [Store.File]: they came from the server. What is attached stays as it is.
func (s *Store) Keep(id exam.DraftID, f exam.File, data []byte) error {
	const op = "keep file"
	if len(data) == 0 || exam.Digest(data) != f.SHA256 {
		return exam.Errorf(exam.KindInvalid, op, "not the bytes of this file")
	}
	if most := f.Kind.MaxBytes(); len(data) > most {
		return overBound(op, "store.error.too_large", most>>20)
	}
	s.files.Lock() // no purge may take the bytes away in between
	defer s.files.Unlock()
	name, rec, err := s.keepFile(f.SHA256, data)
	if err != nil {
		return named(op, err)
	}
	return s.update(op, func(t *tx) error {
		h, err := t.head(id)
		if err != nil {
			return err
		}
		if err := t.referTo(id, name, rec); err != nil {
			return err
		}
		return t.touch(id, h)
	})
}

// Detach takes a file from the draft. Its bytes stay readable through
// [Store.File], so that it can be attached again, until the draft is purged.
func (s *Store) Detach(id exam.DraftID, kind exam.FileKind, sha256 string) (exam.Draft, error) {
	return s.change("detach file", id, func(_ *tx, h *head) error {
		rest := without(h.Files, func(r fileRef) bool { return r.Kind == kind && r.SHA256 == sha256 })
		if len(rest) == len(h.Files) {
			return missing("detach file", "file")
		}
		h.Files = rest
		return nil
	})
}

// File gives the bytes of a file by the SHA-256 of its content: KindNotFound,
// or KindDamaged when they are not what was attached.
func (s *Store) File(sha256 string) ([]byte, error) {
	const op = "read file"
	r, _, err := s.reading()
	if err != nil {
		return nil, err
	}
	name := r.v.fileName(sha256)
	rec, err := r.file(name)
	if err != nil {
		return nil, named(op, err)
	}
	data, err := s.readFile(name, rec)
	if err == nil && exam.Digest(data) != sha256 {
		err = exam.Errorf(exam.KindDamaged, op, "its hash does not fit")
	}
	return data, named(op, err)
}

func (r view) file(name string) (rec fileRecord, err error) {
	plain, err := r.plain(r.v.data, bucketFiles, name)
	if err == nil {
		_, err = decode(plain, &rec)
	}
	return rec, err
}

// keepFile makes the sealed file durable, unless a sound one is there.
func (s *Store) keepFile(sha string, data []byte) (name string, rec fileRecord, err error) {
	r, _, err := s.reading()
	if err != nil {
		return "", rec, err
	}
	name = r.v.fileName(sha)
	if rec, err = r.file(name); err == nil {
		if _, _, err := s.mendFile(name, rec); err == nil {
			return name, rec, nil
		}
	} else if exam.KindOf(err) != exam.KindNotFound {
		return "", rec, err
	}
	if rec.Key == nil {
		rec = fileRecord{Key: seal.NewKey(), Size: int64(len(data))}
	}
	box, err := seal.NewBox(rec.Key)
	if err != nil {
		return "", rec, err
	}
	return name, rec, s.writeFile(name, box.Seal(bucketFiles, name, 0, data))
}

// writeFile makes both copies of a sealed file durable.
func (s *Store) writeFile(name string, sealed []byte) error {
	for _, dir := range fileDirs {
		if err := s.writeCopy(dir, name, sealed); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) writeCopy(dir, name string, sealed []byte) error {
	path := s.filePath(dir, name)
	if err := s.makeFileDir(filepath.Dir(path)); err != nil {
		return disk.Error("make folder for files", err)
	}
	return disk.Error("write file", disk.WriteFile(s.o.Disk, path, sealed))
}

func (s *Store) makeFileDir(dir string) error {
	if disk.Exists(s.o.Disk, dir) {
		return nil
	}
	if err := s.o.Disk.Mkdir(dir); err != nil {
		return err
	}
	if err := s.o.Disk.SyncDir(filepath.Dir(dir)); err != nil {
		return err
	}
	return s.o.Disk.SyncDir(s.dir)
}

func (s *Store) filePath(dir, name string) string {
	return filepath.Join(s.dir, dir, name[:2], name)
}

// isFileName tells whether a name can be one of ours.
func isFileName(name string) bool {
	return len(name) == 64 && strings.Trim(name, "0123456789abcdef") == ""
}

// readFile gives the content of a file; a copy that is not what was written is
// made again from the other.
func (s *Store) readFile(name string, rec fileRecord) ([]byte, error) {
	if data, _, err := s.readCopy(filesDir, name, rec); err == nil {
		return data, nil
	}
	data, _, err := s.mendFile(name, rec)
	return data, err
}

// sealedFile gives the sealed bytes of the first sound copy of a file.
func (s *Store) sealedFile(name string, rec fileRecord) (sealed []byte, err error) {
	for _, dir := range fileDirs {
		if _, sealed, err = s.readCopy(dir, name, rec); err == nil {
			return sealed, nil
		}
	}
	return nil, err
}

// mendFile reads both copies of a file and makes one that is damaged or missing
// again; what was wrong is in faults, for the log. A file of a store from before
// there were copies gets its own without a fault.
func (s *Store) mendFile(name string, rec fileRecord) (data []byte, faults []string, err error) {
	var sealed []byte
	var broken []string
	for _, dir := range fileDirs {
		d, raw, readErr := s.readCopy(dir, name, rec)
		switch {
		case readErr == nil:
			data, sealed = d, raw
			continue
		case dir != copiesDir || disk.Exists(s.o.Disk, s.filePath(dir, name)):
			faults = append(faults, "a file in "+dir+" is not what was written")
		}
		broken = append(broken, dir)
		err = cmp.Or(err, readErr)
	}
	if sealed == nil {
		return nil, faults, err
	}
	for _, dir := range broken { // on a disk that takes nothing the sound one still serves
		_ = s.writeCopy(dir, name, sealed)
	}
	return data, faults, nil
}

// readCopy gives the content of one copy of a file, and its sealed bytes.
func (s *Store) readCopy(dir, name string, rec fileRecord) (data, sealed []byte, err error) {
	sealed, err = disk.ReadFile(s.o.Disk, s.filePath(dir, name), exam.MaxOriginalBytes+seal.Overhead)
	if exam.KindOf(disk.Error("", err)) == exam.KindNotFound {
		return nil, nil, exam.Errorf(exam.KindDamaged, "read file", "it is missing from the folder")
	}
	if err != nil {
		return nil, nil, disk.Error("read file", err)
	}
	box, err := seal.NewBox(rec.Key)
	if err != nil {
		return nil, nil, exam.Errorf(exam.KindDamaged, "read file", "its key has %d bytes", len(rec.Key))
	}
	data, err = openValue(box, bucketFiles, name, sealed)
	return data, sealed, err
}

// referTo notes that the draft has the file.
func (t *tx) referTo(id exam.DraftID, name string, rec fileRecord) error {
	if known, err := t.file(name); err == nil {
		rec = known
	} else if exam.KindOf(err) != exam.KindNotFound {
		return err
	}
	if !slices.Contains(rec.Drafts, id) {
		rec.Drafts = append(rec.Drafts, id)
	}
	t.sealData(bucketFiles, name, encode(rec, nil))
	t.sealData(bucketHolders, string(id)+"/"+name, nil)
	return nil
}

// holdFiles makes the draft one of those that have the files whose bytes are here
// already for another's sake: who fetches does not fetch them again.
func (t *tx) holdFiles(id exam.DraftID, files []exam.File) error {
	for _, f := range files {
		name := t.v.fileName(f.SHA256)
		rec, err := t.file(name)
		if err == nil && !slices.Contains(rec.Drafts, id) {
			err = t.referTo(id, name, rec)
		}
		if err != nil && exam.KindOf(err) != exam.KindNotFound {
			return err
		}
	}
	return nil
}

// releaseFiles takes the draft from its files' records, and gives the names of
// the files that no draft has any more.
func (s *Store) releaseFiles(t *tx, id exam.DraftID) (gone []string, err error) {
	err = s.engine.Scan(bucketHolders, string(id)+"/", func(key string, _ []byte) error {
		t.Delete(bucketHolders, key)
		name := key[len(id)+1:]
		rec, err := t.file(name)
		if err != nil {
			return err
		}
		rec.Drafts = slices.DeleteFunc(rec.Drafts, func(d exam.DraftID) bool { return d == id })
		if len(rec.Drafts) > 0 {
			t.sealData(bucketFiles, name, encode(rec, nil))
			return nil
		}
		t.Delete(bucketFiles, name)
		gone = append(gone, name)
		return nil
	})
	return gone, err
}

// removeFile takes a file whose key is gone from the disk. What cannot be
// removed is found again by [Store.Compact].
func (s *Store) removeFile(name string) {
	for _, dir := range fileDirs {
		_ = s.o.Disk.Remove(s.filePath(dir, name))
	}
}
