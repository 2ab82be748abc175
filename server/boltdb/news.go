package boltdb

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"

	"go.etcd.io/bbolt"

	"wenbao/exam"
	"wenbao/server"
)

// Publish implements server.Publications.
func (db *DB) Publish(ctx context.Context, p server.Publication, raw []byte) error {
	body, err := json.Marshal(p)
	if err != nil {
		return &exam.Error{Kind: exam.KindInvalid, Op: "publish", Err: err}
	}
	return db.write(ctx, func(tx *bbolt.Tx) error {
		w := writer{tx: tx}
		if p.Pack != nil {
			key, err := hex.DecodeString(p.Pack.SHA256)
			if err != nil || tx.Bucket(bPacks).Get(key) != nil {
				return err
			}
			w.put(bPacks, key, raw)
		}
		last, _ := tx.Bucket(bNews).Cursor().Last()
		w.put(bNews, uint64Key(max(number(last)+1, db.epoch<<server.EpochShift)), body)
		return w.err
	})
}

// Publications implements server.Publications.
func (db *DB) Publications(_ context.Context, after uint64, limit int) (list []server.Publication, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bNews).Cursor()
		for k, v := c.Seek(uint64Key(after + 1)); k != nil && len(list) < limit; k, v = c.Next() {
			var p server.Publication
			if err := json.Unmarshal(v, &p); err != nil {
				return &exam.Error{Kind: exam.KindDamaged, Op: "read publication", Err: err}
			}
			p.Seq = number(k)
			list = append(list, p)
		}
		return nil
	})
	return list, err
}

// Pack implements server.Publications.
func (db *DB) Pack(_ context.Context, sha256 string) (raw []byte, err error) {
	err = db.read(func(tx *bbolt.Tx) error {
		key, err := hex.DecodeString(sha256)
		if err == nil {
			raw = bytes.Clone(tx.Bucket(bPacks).Get(key))
		}
		if raw == nil {
			return exam.Errorf(exam.KindNotFound, "read exam pack", "no such edition")
		}
		return nil
	})
	return raw, err
}
