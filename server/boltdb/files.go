package boltdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// fileRow is what is known of a file; its bytes are pieces under their offsets, as
// they came or smaller.
type fileRow struct {
	Blob    uint64       `json:"b"` // where its pieces lie; 0: nothing has come, or edition 1
	Size    int64        `json:"n"`
	Missing []wire.Range `json:"m,omitempty"` // empty: whole and checked
	Kept    bool         `json:"k,omitempty"` // a registration names it
	Touched int64        `json:"t"`           // Unix seconds
}

// pieceSize bounds one value: two with their keys fill four pages of bbolt. With
// whole photos each leaf was fifty kilobytes, the last one written anew by every
// commit, and file systems kept such a leaf's pages as one, so that a page of it
// used again later was written with all the others: twice the bytes.
const pieceSize = 8152

// announced is a file of which nothing has come.
func announced(size int64, now time.Time) *fileRow {
	return &fileRow{Size: size, Missing: []wire.Range{{From: 0, To: size}}, Touched: now.Unix()}
}

// Announce implements server.Files.
func (db *DB) Announce(ctx context.Context, o server.Owner, f wire.FileRef, now time.Time) error {
	key, err := fileKey(o, f.SHA256)
	if err != nil {
		return err
	}
	return db.write(ctx, func(tx *bbolt.Tx) error {
		r, err := getFile(tx, key)
		switch {
		case err != nil || r != nil && r.Kept:
			return err
		case r == nil:
			r = announced(f.Size, now)
		}
		r.Touched = now.Unix()
		return putFile(tx, key, r)
	})
}

// Upload implements server.Files.
func (db *DB) Upload(_ context.Context, o server.Owner, hash string) (u server.Upload, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		key, err := fileKey(o, hash)
		if err != nil {
			return err
		}
		r, err := getFile(tx, key)
		if err == nil && r == nil {
			err = exam.Errorf(exam.KindNotFound, "find upload", "no such file")
		}
		if err != nil {
			return err
		}
		u = server.Upload{Size: r.Size, Missing: r.Missing, Kept: r.Kept, Touched: time.Unix(r.Touched, 0)}
		return nil
	})
	return u, err
}

// PutPiece implements server.Files. Whether the whole fits its hash is found out
// beside the writer, who then only looks whether the file is still as it was:
// hashing a scan would keep everybody waiting.
func (db *DB) PutPiece(ctx context.Context, o server.Owner, f wire.FileRef, from int64, piece []byte, now time.Time) (left []wire.Range, err error) {
	const op = "keep piece"
	key, err := fileKey(o, f.SHA256)
	if err != nil {
		return nil, err
	}
	for {
		var seen *fileRow
		fit := true
		err := db.read(func(tx *bbolt.Tx) (err error) {
			if seen, err = getFile(tx, key); err != nil {
				return err
			}
			if seen == nil {
				seen = announced(f.Size, now)
			}
			if seen.Size == f.Size && len(seen.Missing) > 0 && len(wire.Without(seen.Missing, from, from+int64(len(piece)))) == 0 {
				fit = seen.fits(tx, key, from, piece)
			}
			return nil
		})
		switch {
		case err != nil:
			return nil, err
		case seen.Size != f.Size:
			return nil, exam.Errorf(exam.KindInvalid, op, "the file was announced with another size")
		case len(wire.Overlap(seen.Missing, from, from+int64(len(piece)))) == 0:
			return seen.Missing, nil
		}
		stale := false
		err = db.write(ctx, func(tx *bbolt.Tx) error {
			r, err := getFile(tx, key)
			if r == nil {
				r = announced(f.Size, now)
			}
			if stale = err == nil && (r.Size != f.Size || !slices.Equal(r.Missing, seen.Missing)); err != nil || stale {
				return err
			}
			if !fit {
				return dropFile(tx, key)
			}
			left = wire.Without(r.Missing, from, from+int64(len(piece)))
			return r.add(tx, key, from, piece, now)
		})
		switch {
		case err != nil:
			return nil, err
		case stale:
		case !fit:
			return nil, exam.Errorf(exam.KindInvalid, op, "the whole does not fit its hash; it is forgotten")
		default:
			return left, nil
		}
	}
}

// add keeps those bytes of the piece that are missing.
func (r *fileRow) add(tx *bbolt.Tx, key []byte, from int64, piece []byte, now time.Time) (err error) {
	to := from + int64(len(piece))
	if r.Blob == 0 && slices.Equal(r.Missing, announced(r.Size, now).Missing) {
		if r.Blob, err = tx.Bucket(bPieces).NextSequence(); err != nil {
			return err
		}
	}
	w := writer{tx: tx}
	bucket, prefix := r.place(key)
	for _, m := range wire.Overlap(r.Missing, from, to) {
		for at := m.From; at < m.To; at += pieceSize {
			w.put(bucket, pieceKey(prefix, at), piece[at-from:min(at+pieceSize, m.To)-from])
		}
	}
	if w.err != nil {
		return w.err
	}
	r.Missing = wire.Without(r.Missing, from, to)
	r.Touched = now.Unix()
	return putFile(tx, key, r)
}

// fits tells whether the pieces, with the one that fills the last gaps, have the
// hash that names them.
func (r *fileRow) fits(tx *bbolt.Tx, key []byte, from int64, last []byte) bool {
	h := sha256.New()
	at := int64(0)
	fill := func(to int64) { // from the last piece, what lies before a kept one
		if at < to {
			h.Write(last[at-from : to-from])
			at = to
		}
	}
	r.eachPiece(tx, key, func(k, v []byte) {
		fill(int64(number(k[len(k)-8:])))
		h.Write(v)
		at += int64(len(v))
	})
	fill(r.Size)
	return bytes.Equal(h.Sum(nil), key[32:])
}

// place is where the pieces lie. The number of a blob rises: what arrives
// together lies together, and a commit of many writes few pages.
func (r *fileRow) place(key []byte) (bucket, prefix []byte) {
	if r.Blob == 0 {
		return bPieces1, key
	}
	return bPieces, uint64Key(r.Blob)
}

func (r *fileRow) eachPiece(tx *bbolt.Tx, key []byte, do func(k, v []byte)) {
	bucket, prefix := r.place(key)
	b := tx.Bucket(bucket)
	if b == nil {
		return
	}
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		do(k, v)
	}
}

// lacking tells which files of a question are not whole, counting those that
// came with it.
func lacking(tx *bbolt.Tx, q server.Question) ([]wire.Lack, error) {
	var lacks []wire.Lack
	for _, f := range q.Files {
		if inline(q, f.SHA256) {
			continue
		}
		l, err := lackOf(tx, q.Owner, wire.FileRef{SHA256: f.SHA256, Size: f.Size})
		if err != nil {
			return nil, err
		}
		if l != nil {
			lacks = append(lacks, *l)
		}
	}
	return lacks, nil
}

func inline(q server.Question, hash string) bool {
	for _, f := range q.Inline {
		if f.SHA256 == hash {
			return true
		}
	}
	return false
}

func lackOf(tx *bbolt.Tx, o server.Owner, f wire.FileRef) (*wire.Lack, error) {
	key, err := fileKey(o, f.SHA256)
	if err != nil {
		return nil, err
	}
	r, err := getFile(tx, key)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return &wire.Lack{SHA256: f.SHA256, Size: f.Size, Missing: []wire.Range{{From: 0, To: f.Size}}}, nil
	}
	if len(r.Missing) == 0 {
		return nil, nil
	}
	return &wire.Lack{SHA256: f.SHA256, Size: r.Size, Missing: r.Missing[:min(len(r.Missing), wire.MaxRanges)]}, nil
}

// keepFiles writes what came with a step and marks what it names as kept.
func keepFiles(tx *bbolt.Tx, q server.Question) error {
	for _, f := range q.Files {
		key, err := fileKey(q.Owner, f.SHA256)
		if err != nil {
			return err
		}
		r, err := getFile(tx, key)
		if err != nil {
			return err
		}
		if r != nil && r.Kept {
			continue
		}
		if r == nil || len(r.Missing) > 0 {
			if err := keepInline(tx, q, key, f); err != nil {
				return err
			}
			continue
		}
		r.Kept = true
		if err := putFile(tx, key, r); err != nil {
			return err
		}
	}
	return nil
}

func keepInline(tx *bbolt.Tx, q server.Question, key []byte, f exam.File) error {
	for _, in := range q.Inline {
		if in.SHA256 != f.SHA256 {
			continue
		}
		if err := dropFile(tx, key); err != nil {
			return err
		}
		r := announced(int64(len(in.Bytes)), time.Unix(0, 0))
		r.Kept = true
		return r.add(tx, key, 0, in.Bytes, time.Unix(0, 0))
	}
	return exam.Errorf(exam.KindInternal, "keep files", "a file that is not there was accepted")
}

// Missing implements server.Files.
func (db *DB) Missing(_ context.Context, o server.Owner, files []wire.FileRef) (lacks []wire.Lack, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		for _, f := range files {
			l, err := lackOf(tx, o, f)
			if err != nil {
				return err
			}
			if l != nil {
				lacks = append(lacks, *l)
			}
		}
		return nil
	})
	return lacks, err
}

// File implements server.Files.
func (db *DB) File(_ context.Context, o server.Owner, hash string) (raw []byte, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		key, err := fileKey(o, hash)
		if err != nil {
			return err
		}
		r, err := getFile(tx, key)
		if err != nil {
			return err
		}
		if r == nil || len(r.Missing) > 0 {
			return exam.Errorf(exam.KindNotFound, "read file", "not held whole")
		}
		raw = make([]byte, 0, r.Size)
		r.eachPiece(tx, key, func(_, v []byte) { raw = append(raw, v...) })
		return nil
	})
	return raw, err
}

// DropFile implements server.Files.
func (db *DB) DropFile(ctx context.Context, o server.Owner, hash string) error {
	return db.write(ctx, func(tx *bbolt.Tx) error {
		key, err := fileKey(o, hash)
		if err != nil {
			return err
		}
		r, err := getFile(tx, key)
		if err != nil || r == nil || r.Kept {
			return err
		}
		return dropFile(tx, key)
	})
}

// Unnamed implements server.Files. Files from before there was the bucket count
// from when they are next touched.
func (db *DB) Unnamed(_ context.Context, o server.Owner) (files int, size int64, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bUnnamed).Cursor()
		for k, v := c.Seek(o[:]); bytes.HasPrefix(k, o[:]); k, v = c.Next() {
			files++
			size += int64(number(v))
		}
		return nil
	})
	return files, size, err
}

// Sweep implements server.Files. It looks through the files beside the writer.
func (db *DB) Sweep(ctx context.Context, before time.Time, limit int) (n int, err error) {
	stale := func(r *fileRow) bool { return r != nil && !r.Kept && r.Touched < before.Unix() }
	var old [][]byte
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bFiles).Cursor()
		for k, v := c.First(); k != nil && len(old) < limit; k, v = c.Next() {
			r, err := decodeFile(v)
			if err != nil {
				return err
			}
			if stale(r) {
				old = append(old, bytes.Clone(k))
			}
		}
		return nil
	})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	err = db.write(ctx, func(tx *bbolt.Tx) error {
		n = 0
		for _, key := range old {
			r, err := getFile(tx, key)
			if err != nil {
				return err
			}
			if !stale(r) {
				continue
			}
			if err := dropFile(tx, key); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

func dropFile(tx *bbolt.Tx, key []byte) error {
	r, err := getFile(tx, key)
	if err != nil || r == nil {
		return err
	}
	var keys [][]byte
	r.eachPiece(tx, key, func(k, _ []byte) { keys = append(keys, bytes.Clone(k)) })
	w := writer{tx: tx}
	bucket, _ := r.place(key)
	for _, k := range keys {
		w.delete(bucket, k)
	}
	w.delete(bFiles, key)
	w.delete(bUnnamed, key)
	return w.err
}

func getFile(tx *bbolt.Tx, key []byte) (*fileRow, error) {
	raw := tx.Bucket(bFiles).Get(key)
	if raw == nil {
		return nil, nil
	}
	return decodeFile(raw)
}

func decodeFile(raw []byte) (*fileRow, error) {
	r := new(fileRow)
	if err := json.Unmarshal(raw, r); err != nil {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "read file row", Err: err}
	}
	return r, nil
}

func putFile(tx *bbolt.Tx, key []byte, r *fileRow) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	w := writer{tx: tx}
	w.put(bFiles, key, raw)
	if r.Kept {
		w.delete(bUnnamed, key)
	} else {
		w.put(bUnnamed, key, uint64Key(uint64(r.Size)))
	}
	return w.err
}

// fileKey is the owner and the hash, 64 bytes.
func fileKey(o server.Owner, hash string) ([]byte, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != sha256.Size {
		return nil, exam.Errorf(exam.KindInvalid, "find file", "not named by a SHA-256")
	}
	return append(bytes.Clone(o[:]), sum...), nil
}

func pieceKey(prefix []byte, offset int64) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(prefix), uint64(offset))
}
