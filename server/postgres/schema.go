package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"wenbao/exam"
)

// migrations are run in order, each once; a database that has seen more of them
// than this program knows is not opened. Keys carry no personal data.
var migrations = []string{`
create table meta (key text primary key, value text not null);
create sequence serials increment by 100;
create table registrations (
	id uuid primary key,
	owner bytea not null,
	person bytea not null,
	active boolean not null,
	seq bigint not null,
	number text not null unique,
	version integer not null,
	state text not null,
	digest text not null,
	content bytea not null,
	history text not null,
	due integer not null,
	seal text not null,
	key_id text not null,
	statement bytea not null,
	signature bytea not null
);
create unique index registrations_changes on registrations (owner, seq);
create unique index registrations_person on registrations (person) where active;
create table contents (id uuid not null, version integer not null, content bytea not null, primary key (id, version));
create table answers (owner bytea not null, entry uuid not null, fingerprint bytea not null, status integer not null, body bytea not null, primary key (owner, entry));
create table owners (owner bytea primary key, seq bigint not null);
create table files (owner bytea not null, sha256 bytea not null, size bigint not null, missing text not null, kept boolean not null, touched bigint not null, primary key (owner, sha256));
create index files_unnamed on files (touched) where not kept;
create table pieces (owner bytea not null, sha256 bytea not null, at bigint not null, bytes bytea not null, primary key (owner, sha256, at));
alter table pieces alter column bytes set storage external;
`, `
create table publications (seq bigint primary key, body text not null);
create table packs (sha256 bytea primary key, bytes bytea not null);
`, `
alter table answers add column at bigint not null default extract(epoch from now())::bigint;
create index answers_at on answers (at);
`, `
-- a registration's row, about 4 KB, stays in one piece: packing and moving it out of line costs more than it saves
alter table registrations set (toast_tuple_target = 8160);
`, `
create index files_unnamed_of on files (owner) where not kept;
`}

// migrationLock keeps two servers from migrating at the same time.
const migrationLock = 0x77656e62

// blockOfSerials is how many serials one call of the sequence gives; it is part
// of the schema.
const blockOfSerials = 100

// migrate brings the database to this program's schema, begins a new epoch and
// seeds the serials, all in one transaction.
func (db *DB) migrate(ctx context.Context, now time.Time) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", migrationLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "create table if not exists migrations (n integer primary key)"); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRow(ctx, "select count(*) from migrations").Scan(&have); err != nil {
			return err
		}
		if have > len(migrations) {
			return exam.Errorf(exam.KindUpgrade, "open server database", "schema %d", have)
		}
		for n := have; n < len(migrations); n++ {
			if _, err := tx.Exec(ctx, migrations[n]); err != nil {
				return fmt.Errorf("migration %d: %w", n+1, err)
			}
			if _, err := tx.Exec(ctx, "insert into migrations values ($1)", n+1); err != nil {
				return err
			}
		}
		return db.begin(ctx, tx, now)
	})
}

func (db *DB) begin(ctx context.Context, tx pgx.Tx, now time.Time) error {
	name := make([]byte, 8)
	rand.Read(name)
	if _, err := tx.Exec(ctx, "insert into meta values ('name', $1) on conflict do nothing", hex.EncodeToString(name)); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, "select value from meta where key = 'name'").Scan(&db.name); err != nil {
		return err
	}
	var epoch int64
	err := tx.QueryRow(ctx, `insert into meta values ('epoch', $1::bigint::text) on conflict (key) do update
		set value = greatest(meta.value::bigint + 1, $1::bigint)::text returning value::bigint`, max(0, now.Unix())).Scan(&epoch)
	if err != nil {
		return err
	}
	db.epoch.Store(uint64(epoch))
	_, err = tx.Exec(ctx, "select setval('serials', greatest(nextval('serials') + $1, $2))", int64(leap()), int64(clockSerial(now)))
	return err
}
