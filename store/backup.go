package store

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/keyslot"
	"wenbao/store/internal/seal"
)

// A backup is one file that opens on any machine with the passphrase or the
// recovery code:
//
//	"WENBAOB1" length(4) key slots as JSON crc32c(4)
//	frames: length(4) sealed bytes
//
// little-endian. Frames are sealed with the data key and their number, so none
// can be missing, moved or cut off unseen; the last says that it is the last. A
// plain frame is a kind, a name with its length, and bytes.
const (
	backupMagic = "WENBAOB1"
	frameBucket = "backup"
	maxFrame    = exam.MaxOriginalBytes + 1<<20
	frameValue  = 'v' // name: bucket/key; bytes: the sealed value
	frameFile   = 'f' // name: of the file; bytes: the sealed file
	frameDraft  = 'd' // name: draft id; bytes: a document
	frameEnd    = 'e' // name: how far the changes go; nothing else follows
)

// BackupReport counts what a backup holds.
type BackupReport struct {
	Drafts int
	Values int   // records of all kinds
	Files  int   // photos and evidence
	Bytes  int64 // of the backup file
}

// Backup writes everything, as of one moment, into the sealed file name, reads
// it back in full, and only then gives it its name. It opens with the store's
// passphrase or recovery code; passphrase, if not empty, is one for this backup
// alone. KindInvalid when there would be no way to open it elsewhere.
func (s *Store) Backup(ctx context.Context, name, passphrase string) (rep BackupReport, err error) {
	const op = "back up store"
	h, data, err := s.portable(passphrase)
	if err != nil {
		return rep, named(op, err)
	}
	tmp := name + ".tmp"
	err = s.writeBackup(ctx, tmp, h, data)
	if err == nil {
		rep, err = readBackup(ctx, tmp, data, func(frame) error { return nil })
	}
	if err == nil {
		err = errors.Join(os.Rename(tmp, name), disk.OS{}.SyncDir(filepath.Dir(name)))
	}
	if err != nil {
		_ = os.Remove(tmp)
	}
	return rep, named(op, disk.Error(op, err))
}

// portable gives the slots that mean something on another machine.
func (s *Store) portable(passphrase string) (keyslot.Header, []byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.vault == nil {
		return keyslot.Header{}, nil, locked("read keys", ErrStoreLocked)
	}
	h := s.keys.header.Drop(keyslot.Keyring).Drop(keyslot.KeyFile)
	var err error
	if passphrase != "" {
		h, err = h.Add(keyslot.Passphrase, []byte(passphrase), s.vault.raw, s.o.Keys.cost(), s.o.Clock())
	}
	if len(h.Slots) == 0 {
		err = &exam.Error{Kind: exam.KindInvalid, Op: "read keys", Err: ErrNoPortableKey}
	}
	return h, s.vault.raw, err
}

func (s *Store) writeBackup(ctx context.Context, name string, h keyslot.Header, data []byte) error {
	s.files.Lock() // no file may be purged while it is copied
	defer s.files.Unlock()
	r, _, err := s.reading()
	if err != nil {
		return err
	}
	return writeFrames(name, h, data, func(put func(frame) error) error {
		var files []string
		seq, err := s.engine.Export(ctx, func(bucket, key string, value []byte) error {
			if bucket == bucketFiles {
				files = append(files, key)
			}
			return put(frame{frameValue, bucket + "/" + key, value})
		})
		if err != nil {
			return err
		}
		for _, file := range files {
			rec, err := r.file(file)
			if exam.KindOf(err) == exam.KindNotFound {
				continue // purged since
			}
			var sealed []byte
			if err == nil {
				sealed, err = s.sealedFile(file, rec)
			}
			if exam.KindOf(err) == exam.KindDamaged {
				continue // lost before; [Store.Check] tells
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			if err := put(frame{frameFile, file, sealed}); err != nil {
				return err
			}
		}
		return put(frame{frameEnd, strconv.FormatUint(seq, 10), nil})
	})
}

type frame struct {
	kind  byte
	name  string
	bytes []byte
}

// writeFrames makes a backup file; fill puts its frames.
func writeFrames(name string, h keyslot.Header, data []byte, fill func(put func(frame) error) error) error {
	box, err := seal.NewBox(data)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	slots := h.Encode()
	head := append([]byte(backupMagic), binary.LittleEndian.AppendUint32(nil, uint32(len(slots)))...)
	head = append(head, slots...)
	_, err = w.Write(binary.LittleEndian.AppendUint32(head, seal.Checksum(slots)))
	n := 0
	if err == nil {
		err = fill(func(fr frame) error {
			plain := append(appendText([]byte{fr.kind}, fr.name), fr.bytes...)
			sealed := box.Seal(frameBucket, strconv.Itoa(n), uint64(n), plain)
			n++
			_, err := w.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(sealed))), sealed...))
			return err
		})
	}
	if err == nil {
		err = errors.Join(w.Flush(), f.Sync())
	}
	return errors.Join(err, f.Close())
}

func damagedBackup(what string) error {
	return exam.Errorf(exam.KindDamaged, "read backup", "%s", what)
}

// openBackup reads the slots; r then stands before the first frame.
func openBackup(r io.Reader) (keyslot.Header, error) {
	head := make([]byte, len(backupMagic)+4)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(backupMagic)]) != backupMagic {
		return keyslot.Header{}, exam.Errorf(exam.KindInvalid, "read backup", "it is no backup")
	}
	size := binary.LittleEndian.Uint32(head[len(backupMagic):])
	if size > maxKeyFile {
		return keyslot.Header{}, damagedBackup("its slots are out of bounds")
	}
	slots := make([]byte, size+4)
	if _, err := io.ReadFull(r, slots); err != nil || binary.LittleEndian.Uint32(slots[size:]) != seal.Checksum(slots[:size]) {
		return keyslot.Header{}, damagedBackup("its slots are damaged")
	}
	return keyslot.ParseHeader(slots[:size])
}

// readBackup calls fn for every frame of a backup whose data key is known, and
// makes sure that none is missing.
func readBackup(ctx context.Context, name string, data []byte, fn func(frame) error) (rep BackupReport, err error) {
	f, err := os.Open(name)
	if err != nil {
		return rep, err
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil {
		rep.Bytes = st.Size()
	}
	r := bufio.NewReaderSize(f, 1<<20)
	if _, err := openBackup(r); err != nil {
		return rep, err
	}
	box, err := seal.NewBox(data)
	if err != nil {
		return rep, err
	}
	for n := 0; ; n++ {
		fr, err := readFrame(r, box, n)
		if err != nil {
			return rep, err
		}
		rep.count(fr)
		if err := errors.Join(fn(fr), ctx.Err()); err != nil {
			return rep, err
		}
		if fr.kind == frameEnd {
			return rep, nil
		}
	}
}

func (rep *BackupReport) count(fr frame) {
	switch {
	case fr.kind == frameFile:
		rep.Files++
	case fr.kind == frameValue:
		rep.Values++
		if strings.HasPrefix(fr.name, bucketDrafts+"/") {
			rep.Drafts++
		}
	}
}

func readFrame(r io.Reader, box seal.Box, n int) (fr frame, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return fr, damagedBackup("it ends too early")
	}
	length := binary.LittleEndian.Uint32(size[:])
	if length > maxFrame {
		return fr, damagedBackup("a frame is out of bounds")
	}
	sealed := make([]byte, length)
	if _, err := io.ReadFull(r, sealed); err != nil {
		return fr, damagedBackup("it ends too early")
	}
	plain, err := box.Open(frameBucket, strconv.Itoa(n), sealed)
	if err != nil {
		return fr, &exam.Error{Kind: exam.KindDamaged, Op: "read backup", Err: err}
	}
	if len(plain) == 0 {
		return fr, damagedBackup("an empty frame")
	}
	c := cursor{s: string(plain[1:])}
	fr = frame{kind: plain[0], name: c.text()}
	fr.bytes = []byte(c.s)
	if c.bad {
		return fr, damagedBackup("a frame out of form")
	}
	return fr, nil
}

// restoring marks a folder in which a restore has not come to its end.
const restoring = "restoring"

// RestoreBackup makes the store in the backup file name anew in dir, which must
// not hold one (KindState). Keys must open the backup by its passphrase or the
// recovery code; with the code alone this computer's keyring or key file opens
// the restored store. A restore that was cut off is begun again by another one.
func RestoreBackup(ctx context.Context, name, dir string, o Options) (rep BackupReport, err error) {
	const op = "restore store"
	o = o.filled()
	if err := o.Disk.Mkdir(dir); err != nil {
		return rep, disk.Error("make data folder", err)
	}
	release, ok, err := disk.Lock(filepath.Join(dir, lockFile))
	if err != nil {
		return rep, disk.Error("lock data folder", err)
	}
	if !ok {
		return rep, exam.Errorf(exam.KindBusy, op, "another process has the folder")
	}
	defer release()
	s := &Store{o: o, dir: dir}
	if err := s.makeWay(); err != nil {
		return rep, named(op, disk.Error(op, err))
	}
	rep, err = s.restore(ctx, name)
	return rep, named(op, disk.Error(op, err))
}

// makeWay prepares a folder for a restore.
func (s *Store) makeWay() error {
	mark := filepath.Join(s.dir, restoring)
	if !disk.Exists(s.o.Disk, mark) {
		if engine.Holds(s.o.Disk, s.dir) || disk.Exists(s.o.Disk, filepath.Join(s.dir, slotsFile)) {
			return refuse("restore store", "the folder holds a store")
		}
		if err := disk.WriteFile(s.o.Disk, mark, nil); err != nil {
			return err
		}
	}
	return engine.Wipe(s.o.Disk, s.dir)
}

func (s *Store) restore(ctx context.Context, name string) (rep BackupReport, err error) {
	f, err := os.Open(name)
	if err != nil {
		return rep, err
	}
	h, err := openBackup(f)
	f.Close()
	if err != nil {
		return rep, err
	}
	s.keys = keyring{fs: s.o.Disk, dir: s.dir, header: h}
	data, err := s.keys.unlock(s.o.Keys)
	if err != nil {
		return rep, err
	}
	err = engine.Build(s.dir, engine.Options{FS: s.o.Disk}, func(put func(string, string, []byte) error) (seq uint64, err error) {
		rep, err = readBackup(ctx, name, data, func(fr frame) error {
			switch fr.kind {
			case frameValue:
				bucket, key, _ := strings.Cut(fr.name, "/")
				return put(bucket, key, fr.bytes)
			case frameFile:
				return s.restoreFile(fr)
			case frameEnd:
				seq, err = strconv.ParseUint(fr.name, 10, 64)
			}
			return err
		})
		return seq, err
	})
	if err != nil {
		return rep, err
	}
	return rep, s.finishRestore(data)
}

// finishRestore writes the slots, with which the folder becomes a store.
func (s *Store) finishRestore(data []byte) error {
	if s.o.Keys.Passphrase == "" {
		h, err := s.keys.addMachine(s.o.Keys, data, s.o.Clock())
		if err != nil {
			return err
		}
		s.keys.header = h
	}
	if err := s.keys.save(); err != nil {
		return err
	}
	if err := s.o.Disk.Remove(filepath.Join(s.dir, restoring)); err != nil {
		return err
	}
	return s.o.Disk.SyncDir(s.dir)
}

func (s *Store) restoreFile(fr frame) error {
	if !isFileName(fr.name) {
		return damagedBackup("the name of a file out of form")
	}
	return s.writeFile(fr.name, fr.bytes)
}

// Evacuate writes one document into the sealed file name, anywhere, when the
// data folder cannot take it any more (full, read-only, pulled). It opens with
// whatever opens this store; see [Store.Reclaim].
func (s *Store) Evacuate(name string, id exam.DraftID, doc exam.Document) error {
	const op = "evacuate draft"
	s.mu.RLock()
	h, v := s.keys.header, s.vault
	s.mu.RUnlock()
	if v == nil {
		return locked(op, ErrStoreLocked)
	}
	err := writeFrames(name, h, v.raw, func(put func(frame) error) error {
		if err := put(frame{frameDraft, string(id), doc.Encode()}); err != nil {
			return err
		}
		return put(frame{frameEnd, "0", nil})
	})
	return named(op, disk.Error(op, err))
}

// Reclaim reads what [Store.Evacuate] of this store wrote: KindDamaged when it
// is not whole, KindInvalid when it is something else.
func (s *Store) Reclaim(ctx context.Context, name string) (id exam.DraftID, doc exam.Document, err error) {
	const op = "reclaim draft"
	v, _, err := s.open()
	if err != nil {
		return "", doc, err
	}
	_, err = readBackup(ctx, name, v.raw, func(fr frame) error {
		if fr.kind != frameDraft {
			return nil
		}
		id = exam.DraftID(fr.name)
		doc, err = exam.DecodeDocument(fr.bytes)
		return err
	})
	if err == nil && id == "" {
		err = exam.Errorf(exam.KindInvalid, op, "it holds no draft")
	}
	return id, doc, named(op, disk.Error(op, err))
}
