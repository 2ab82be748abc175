package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// fileRow is what is known of a file; empty Missing is whole and checked.
type fileRow struct {
	size    int64
	missing []wire.Range
	kept    bool
}

func (r *fileRow) scan(row pgx.Row, more ...any) error {
	var text string
	if err := row.Scan(append(more, &r.size, &text, &r.kept)...); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &r.missing)
}

func hash(text string) []byte {
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != sha256.Size {
		return []byte{}
	}
	return sum
}

func hashesOf(files []exam.File) [][]byte {
	var list [][]byte
	for _, f := range files {
		list = append(list, hash(f.SHA256))
	}
	return list
}

// queueFiles asks for files by hash; the answer goes into into. A step locks
// them, so that none is swept between the look and the writing.
func queueFiles(b *pgx.Batch, o server.Owner, hashes [][]byte, into map[string]fileRow, lock string) {
	if len(hashes) == 0 {
		return
	}
	b.Queue("select sha256, size, missing, kept from files where owner = $1 and sha256 = any($2) order by sha256"+lock, o[:], hashes).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var sum []byte
			var r fileRow
			if err := r.scan(rows, &sum); err != nil {
				return err
			}
			into[hex.EncodeToString(sum)] = r
		}
		return rows.Err()
	})
}

// lacking tells which files of a question are not whole, counting those that
// came with it.
func lacking(q server.Question, have map[string]fileRow) []wire.Lack {
	var lacks []wire.Lack
	for _, f := range q.Files {
		if inline(q, f.SHA256) != nil {
			continue
		}
		if l := lackOf(wire.FileRef{SHA256: f.SHA256, Size: f.Size}, have); l != nil {
			lacks = append(lacks, *l)
		}
	}
	return lacks
}

func inline(q server.Question, hash string) []byte {
	for _, f := range q.Inline {
		if f.SHA256 == hash {
			return f.Bytes
		}
	}
	return nil
}

func lackOf(f wire.FileRef, have map[string]fileRow) *wire.Lack {
	r, ok := have[f.SHA256]
	switch {
	case !ok:
		return &wire.Lack{SHA256: f.SHA256, Size: f.Size, Missing: []wire.Range{{From: 0, To: f.Size}}}
	case len(r.missing) == 0:
		return nil
	}
	return &wire.Lack{SHA256: f.SHA256, Size: r.size, Missing: r.missing[:min(len(r.missing), wire.MaxRanges)]}
}

// queueKept writes what came with a step and marks what it names as kept.
func queueKept(b *pgx.Batch, q server.Question) {
	for _, f := range q.Files {
		raw := inline(q, f.SHA256)
		if raw == nil {
			b.Queue("update files set kept = true where owner = $1 and sha256 = $2 and not kept", q.Owner[:], hash(f.SHA256))
			continue
		}
		b.Queue("delete from pieces p using files f where p.owner = $1 and p.sha256 = $2 and f.owner = $1 and f.sha256 = $2 and f.missing <> '[]'", q.Owner[:], hash(f.SHA256))
		b.Queue("insert into pieces values ($1, $2, 0, $3) on conflict do nothing", q.Owner[:], hash(f.SHA256), raw)
		b.Queue("insert into files values ($1, $2, $3, '[]', true, 0) on conflict (owner, sha256) do update set size = $3, missing = '[]', kept = true",
			q.Owner[:], hash(f.SHA256), len(raw))
	}
}

// Announce implements server.Files.
func (db *DB) Announce(ctx context.Context, o server.Owner, f wire.FileRef, now time.Time) error {
	whole, err := json.Marshal([]wire.Range{{From: 0, To: f.Size}})
	if err == nil {
		_, err = db.pool.Exec(ctx, "insert into files values ($1, $2, $3, $4, false, $5) on conflict (owner, sha256) do update set touched = $5 where not files.kept",
			o[:], hash(f.SHA256), f.Size, string(whole), now.Unix())
	}
	return db.unwritten("announce file", err)
}

// Upload implements server.Files.
func (db *DB) Upload(ctx context.Context, o server.Owner, name string) (server.Upload, error) {
	var r fileRow
	var touched int64
	err := r.scan(db.pool.QueryRow(ctx, "select touched, size, missing, kept from files where owner = $1 and sha256 = $2", o[:], hash(name)), &touched)
	return server.Upload{Size: r.size, Missing: r.missing, Kept: r.kept, Touched: time.Unix(touched, 0)}, found("find upload", err)
}

// PutPiece implements server.Files.
func (db *DB) PutPiece(ctx context.Context, o server.Owner, f wire.FileRef, from int64, piece []byte, now time.Time) (left []wire.Range, err error) {
	var refused error
	err = db.update(ctx, "keep piece", func(tx pgx.Tx) error {
		left, refused = nil, nil
		whole, err := json.Marshal([]wire.Range{{From: 0, To: f.Size}})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "insert into files values ($1, $2, $3, $4, false, $5) on conflict do nothing", o[:], hash(f.SHA256), f.Size, string(whole), now.Unix()); err != nil {
			return err
		}
		var r fileRow
		if err := r.scan(tx.QueryRow(ctx, "select size, missing, kept from files where owner = $1 and sha256 = $2 for update", o[:], hash(f.SHA256))); err != nil {
			return err
		}
		if r.size != f.Size {
			refused = exam.Errorf(exam.KindInvalid, "keep piece", "the file was announced with another size")
			return nil
		}
		left, refused, err = addPiece(ctx, tx, o, f.SHA256, r, from, piece, now)
		return err
	})
	if err == nil {
		err = refused
	}
	return left, err
}

// addPiece keeps those bytes of the piece that are missing, and checks the
// whole once nothing is.
func addPiece(ctx context.Context, tx pgx.Tx, o server.Owner, name string, r fileRow, from int64, piece []byte, now time.Time) (left []wire.Range, refused, err error) {
	to := from + int64(len(piece))
	fresh := wire.Overlap(r.missing, from, to)
	if len(fresh) == 0 {
		return r.missing, nil, nil
	}
	b := &pgx.Batch{}
	for _, m := range fresh {
		b.Queue("insert into pieces values ($1, $2, $3, $4)", o[:], hash(name), m.From, piece[m.From-from:m.To-from])
	}
	left = wire.Without(r.missing, from, to)
	text := []byte("[]")
	if len(left) > 0 {
		if text, err = json.Marshal(left); err != nil {
			return nil, nil, err
		}
	}
	b.Queue("update files set missing = $3, touched = $4 where owner = $1 and sha256 = $2", o[:], hash(name), string(text), now.Unix())
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, nil, err
	}
	if len(left) > 0 {
		return left, nil, nil
	}
	h := sha256.New()
	if err := eachPiece(ctx, tx, o, name, func(raw []byte) { h.Write(raw) }); err != nil {
		return nil, nil, err
	}
	if bytes.Equal(h.Sum(nil), hash(name)) {
		return nil, nil, nil
	}
	return nil, exam.Errorf(exam.KindInvalid, "keep piece", "the whole does not fit its hash; it is forgotten"), dropFile(ctx, tx, o, name)
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func eachPiece(ctx context.Context, q querier, o server.Owner, name string, do func([]byte)) error {
	rows, err := q.Query(ctx, "select bytes from pieces where owner = $1 and sha256 = $2 order by at", o[:], hash(name))
	if err != nil {
		return err
	}
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&raw}, func() error { do(raw); return nil })
	return err
}

func dropFile(ctx context.Context, tx pgx.Tx, o server.Owner, name string) error {
	b := &pgx.Batch{}
	b.Queue("delete from pieces where owner = $1 and sha256 = $2", o[:], hash(name))
	b.Queue("delete from files where owner = $1 and sha256 = $2", o[:], hash(name))
	return tx.SendBatch(ctx, b).Close()
}

// Missing implements server.Files.
func (db *DB) Missing(ctx context.Context, o server.Owner, files []wire.FileRef) ([]wire.Lack, error) {
	var hashes [][]byte
	for _, f := range files {
		hashes = append(hashes, hash(f.SHA256))
	}
	have := map[string]fileRow{}
	b := &pgx.Batch{}
	queueFiles(b, o, hashes, have, "")
	if err := db.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, wrong("look for files", err)
	}
	var lacks []wire.Lack
	for _, f := range files {
		if l := lackOf(f, have); l != nil {
			lacks = append(lacks, *l)
		}
	}
	return lacks, nil
}

// File implements server.Files.
func (db *DB) File(ctx context.Context, o server.Owner, name string) ([]byte, error) {
	const op = "read file"
	var r fileRow
	err := r.scan(db.pool.QueryRow(ctx, "select size, missing, kept from files where owner = $1 and sha256 = $2", o[:], hash(name)))
	if errors.Is(err, pgx.ErrNoRows) || err == nil && len(r.missing) > 0 {
		return nil, exam.Errorf(exam.KindNotFound, op, "not held whole")
	}
	if err != nil {
		return nil, wrong(op, err)
	}
	raw := make([]byte, 0, r.size)
	err = eachPiece(ctx, db.pool, o, name, func(piece []byte) { raw = append(raw, piece...) })
	return raw, wrong(op, err)
}

// DropFile implements server.Files.
func (db *DB) DropFile(ctx context.Context, o server.Owner, name string) error {
	return db.update(ctx, "drop file", func(tx pgx.Tx) error {
		var r fileRow
		err := r.scan(tx.QueryRow(ctx, "select size, missing, kept from files where owner = $1 and sha256 = $2 for update", o[:], hash(name)))
		if err != nil || r.kept {
			return ignoreNone(err)
		}
		return dropFile(ctx, tx, o, name)
	})
}

// Unnamed implements server.Files.
func (db *DB) Unnamed(ctx context.Context, o server.Owner) (files int, size int64, err error) {
	err = db.pool.QueryRow(ctx, "select count(*), coalesce(sum(size), 0)::bigint from files where owner = $1 and not kept", o[:]).Scan(&files, &size)
	return files, size, wrong("count files", err)
}

// Sweep implements server.Files.
func (db *DB) Sweep(ctx context.Context, before time.Time, limit int) (n int, err error) {
	err = db.update(ctx, "sweep files", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `with old as (select owner, sha256 from files where not kept and touched < $1 limit $2 for update skip locked),
			gone as (delete from pieces p using old where p.owner = old.owner and p.sha256 = old.sha256),
			done as (delete from files f using old where f.owner = old.owner and f.sha256 = old.sha256 returning 1)
			select count(*) from done`, before.Unix(), limit).Scan(&n)
	})
	return n, err
}
