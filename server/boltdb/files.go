package boltdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// fileRow is what is known of a file; its bytes are pieces under their offsets,
// as they came, so that nothing is written twice.
type fileRow struct {
	Size    int64        `json:"n"`
	Missing []wire.Range `json:"m,omitempty"` // empty: whole and checked
	Kept    bool         `json:"k,omitempty"` // a registration names it
	Touched int64        `json:"t"`           // Unix seconds
}

// PutPiece implements server.Files.
func (db *DB) PutPiece(ctx context.Context, o server.Owner, f wire.FileRef, from int64, piece []byte, now time.Time) (left []wire.Range, err error) {
	var refused error
	err = db.write(ctx, func(tx *bbolt.Tx) error {
		left, refused = nil, nil
		key, err := fileKey(o, f.SHA256)
		if err != nil {
			return err
		}
		r, err := getFile(tx, key)
		if err != nil {
			return err
		}
		if r == nil {
			r = &fileRow{Size: f.Size, Missing: []wire.Range{{From: 0, To: f.Size}}}
		}
		if r.Size != f.Size {
			refused = exam.Errorf(exam.KindInvalid, "keep piece", "the file was announced with another size")
			return nil
		}
		left, refused, err = addPiece(tx, key, r, from, piece, now)
		return err
	})
	if err == nil {
		err = refused
	}
	return left, err
}

// addPiece keeps those bytes of the piece that are missing, and checks the
// whole once nothing is.
func addPiece(tx *bbolt.Tx, key []byte, r *fileRow, from int64, piece []byte, now time.Time) (left []wire.Range, refused, err error) {
	to := from + int64(len(piece))
	w := writer{tx: tx}
	fresh := wire.Overlap(r.Missing, from, to)
	for _, m := range fresh {
		w.put(bPieces, pieceKey(key, m.From), piece[m.From-from:m.To-from])
	}
	if len(fresh) == 0 {
		return r.Missing, nil, nil
	}
	r.Missing = wire.Without(r.Missing, from, to)
	r.Touched = now.Unix()
	if w.err != nil {
		return nil, nil, w.err
	}
	if len(r.Missing) == 0 && !fits(tx, key) {
		refused = exam.Errorf(exam.KindInvalid, "keep piece", "the whole does not fit its hash; it is forgotten")
		return nil, refused, dropFile(tx, key)
	}
	return r.Missing, nil, putFile(tx, key, r)
}

// fits tells whether the pieces together have the hash that names them.
func fits(tx *bbolt.Tx, key []byte) bool {
	h := sha256.New()
	eachPiece(tx, key, func(_, v []byte) { h.Write(v) })
	return bytes.Equal(h.Sum(nil), key[32:])
}

func eachPiece(tx *bbolt.Tx, key []byte, do func(k, v []byte)) {
	c := tx.Bucket(bPieces).Cursor()
	for k, v := c.Seek(key); k != nil && bytes.HasPrefix(k, key); k, v = c.Next() {
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
			if r, err = keepInline(tx, q, key, f); err != nil {
				return err
			}
		}
		r.Kept = true
		if err := putFile(tx, key, r); err != nil {
			return err
		}
	}
	return nil
}

func keepInline(tx *bbolt.Tx, q server.Question, key []byte, f exam.File) (*fileRow, error) {
	for _, in := range q.Inline {
		if in.SHA256 != f.SHA256 {
			continue
		}
		if err := dropFile(tx, key); err != nil {
			return nil, err
		}
		return &fileRow{Size: int64(len(in.Bytes))}, tx.Bucket(bPieces).Put(pieceKey(key, 0), in.Bytes)
	}
	return nil, exam.Errorf(exam.KindInternal, "keep files", "a file that is not there was accepted")
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
		eachPiece(tx, key, func(_, v []byte) { raw = append(raw, v...) })
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

// Sweep implements server.Files.
func (db *DB) Sweep(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = db.write(ctx, func(tx *bbolt.Tx) error {
		var old [][]byte
		err := tx.Bucket(bFiles).ForEach(func(k, v []byte) error {
			r, err := decodeFile(v)
			if err == nil && !r.Kept && r.Touched < before.Unix() && len(old) < limit {
				old = append(old, bytes.Clone(k))
			}
			return err
		})
		for _, key := range old {
			if err == nil {
				err = dropFile(tx, key)
			}
		}
		n = len(old)
		return err
	})
	return n, err
}

func dropFile(tx *bbolt.Tx, key []byte) error {
	var keys [][]byte
	eachPiece(tx, key, func(k, _ []byte) { keys = append(keys, bytes.Clone(k)) })
	w := writer{tx: tx}
	for _, k := range keys {
		w.delete(bPieces, k)
	}
	w.delete(bFiles, key)
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
	return tx.Bucket(bFiles).Put(key, raw)
}

// fileKey is the owner and the hash, 64 bytes.
func fileKey(o server.Owner, hash string) ([]byte, error) {
	sum, err := hex.DecodeString(hash)
	if err != nil || len(sum) != sha256.Size {
		return nil, exam.Errorf(exam.KindInvalid, "find file", "not named by a SHA-256")
	}
	return append(bytes.Clone(o[:]), sum...), nil
}

func pieceKey(file []byte, offset int64) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(file), uint64(offset))
}
