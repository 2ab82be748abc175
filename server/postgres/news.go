package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"wenbao/exam"
	"wenbao/server"
)

// Publish implements server.Publications. Publications take their places under
// one row, as an owner's changes do, so that none becomes visible after a later
// one was read.
func (db *DB) Publish(ctx context.Context, p server.Publication, raw []byte) error {
	body, err := json.Marshal(p)
	if err != nil {
		return &exam.Error{Kind: exam.KindInvalid, Op: "publish", Err: err}
	}
	return db.update(ctx, "publish", func(tx pgx.Tx) error {
		if p.Pack != nil {
			done, err := tx.Exec(ctx, "insert into packs values ($1, $2) on conflict do nothing", hash(p.Pack.SHA256), raw)
			if err != nil || done.RowsAffected() == 0 {
				return err
			}
		}
		seq, err := db.nextSeq(ctx, tx, server.Owner{})
		if err == nil {
			_, err = tx.Exec(ctx, "insert into publications values ($1, $2)", seq, string(body))
		}
		return err
	})
}

// Publications implements server.Publications.
func (db *DB) Publications(ctx context.Context, after uint64, limit int) ([]server.Publication, error) {
	rows, err := db.pool.Query(ctx, "select seq, body from publications where seq > $1 order by seq limit $2", int64(after), limit)
	if err != nil {
		return nil, wrong("read publications", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p server.Publication, err error) {
		var seq int64
		var body string
		if err = row.Scan(&seq, &body); err == nil {
			err = json.Unmarshal([]byte(body), &p)
		}
		p.Seq = uint64(seq)
		return p, err
	})
	return list, wrong("read publications", err)
}

// Pack implements server.Publications.
func (db *DB) Pack(ctx context.Context, sha256 string) (raw []byte, err error) {
	err = db.pool.QueryRow(ctx, "select bytes from packs where sha256 = $1", hash(sha256)).Scan(&raw)
	return raw, found("read exam pack", err)
}
