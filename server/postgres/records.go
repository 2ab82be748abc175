package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

const columns = "id::text, owner, person, active, seq, number, version, state, digest, content, history, due, seal, key_id, statement, signature"

// eventRow is [exam.Event] as the column history holds it.
type eventRow struct {
	Version int         `json:"v"`
	State   exam.State  `json:"t"`
	Action  exam.Action `json:"a"`
	Actor   exam.Actor  `json:"b"`
	At      time.Time   `json:"w"`
	Reason  string      `json:"r,omitempty"`
}

func eventRows(history []exam.Event) []eventRow {
	rows := make([]eventRow, len(history))
	for i, e := range history {
		rows[i] = eventRow(e)
	}
	return rows
}

// scan reads one registration.
func scan(row pgx.Row) (server.Record, error) {
	var r server.Record
	var owner, person []byte
	var seq int64
	var history string
	err := row.Scan(&r.ID, &owner, &person, &r.Active, &seq, &r.Number, &r.Version, &r.State, &r.Digest, &r.Content,
		&history, &r.Due, &r.Seal, &r.Receipt.KeyID, &r.Receipt.Statement, &r.Receipt.Signature)
	if err != nil {
		return r, err
	}
	var events []eventRow
	if err := json.Unmarshal([]byte(history), &events); err != nil || len(owner) != 32 || len(person) != 32 {
		return r, exam.Errorf(exam.KindDamaged, "read registration", "a row that is none")
	}
	r.Owner, r.Person, r.Seq = server.Owner(owner), server.Person(person), uint64(seq)
	for _, e := range events {
		r.History = append(r.History, exam.Event(e))
	}
	return r, nil
}

// Decide implements server.Registrations.
func (db *DB) Decide(ctx context.Context, q server.Question, decide func(server.Held) server.Decision) error {
	if db.decideFirst(ctx, q, decide) {
		return nil
	}
	return db.update(ctx, "decide", func(tx pgx.Tx) error {
		h, err := db.held(ctx, tx, q)
		if err != nil {
			return err
		}
		var serialErr error
		h.Serial = func() uint64 {
			n, err := db.next(ctx, tx)
			serialErr = err
			return n
		}
		d := decide(h)
		if serialErr != nil || d.Record == nil {
			return serialErr
		}
		return db.keep(ctx, tx, q, h.Record, d)
	})
}

// held reads all that a question asks about in one round trip. The
// registration's row is locked first: whatever another transaction that held it
// wrote, its answer above all, is then seen by the statements after.
func (db *DB) held(ctx context.Context, tx pgx.Tx, q server.Question) (server.Held, error) {
	var h server.Held
	b := &pgx.Batch{}
	b.Queue("select "+columns+" from registrations where id = $1 for update", string(q.ID)).QueryRow(func(row pgx.Row) error {
		rec, err := scan(row)
		if err == nil {
			h.Record = &rec
		}
		return ignoreNone(err)
	})
	if q.Entry != "" {
		b.Queue("select fingerprint, status, body from answers where owner = $1 and entry = $2", q.Owner[:], string(q.Entry)).QueryRow(func(row pgx.Row) error {
			var a server.Answered
			var print []byte
			err := row.Scan(&print, &a.Status, &a.Body)
			if err == nil && len(print) == 32 {
				a.Fingerprint = [32]byte(print)
				h.Answered = &a
			}
			return ignoreNone(err)
		})
	}
	if q.Person != (server.Person{}) {
		b.Queue("select id::text from registrations where person = $1 and active", q.Person[:]).QueryRow(func(row pgx.Row) error {
			return ignoreNone(row.Scan(&h.Taken))
		})
	}
	files := map[string]fileRow{}
	queueFiles(b, q.Owner, hashesOf(q.Files), files, " for no key update")
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return h, err
	}
	h.Lacks = lacking(q, files)
	return h, nil
}

func ignoreNone(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// keep writes a decision in two round trips: the owner's next change number,
// then the rest.
func (db *DB) keep(ctx context.Context, tx pgx.Tx, q server.Question, old *server.Record, d server.Decision) error {
	rec := *d.Record
	if old != nil {
		rec.Owner = old.Owner
	}
	seq, err := db.nextSeq(ctx, tx, rec.Owner)
	if err != nil {
		return err
	}
	history, err := json.Marshal(eventRows(rec.History))
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`insert into registrations values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) `+onConflict(old),
		string(rec.ID), rec.Owner[:], rec.Person[:], rec.Active, seq, rec.Number, rec.Version, string(rec.State), rec.Digest, rec.Content,
		string(history), rec.Due, rec.Seal, rec.Receipt.KeyID, rec.Receipt.Statement, rec.Receipt.Signature)
	if old != nil && old.Digest != rec.Digest {
		b.Queue("insert into contents values ($1, $2, $3) on conflict do nothing", string(old.ID), old.Version, old.Content)
	}
	if d.Answer != nil && q.Entry != "" {
		b.Queue("insert into answers values ($1, $2, $3, $4, $5, $6)", q.Owner[:], string(q.Entry), d.Answer.Fingerprint[:], d.Answer.Status, d.Answer.Body, d.Answer.At.Unix())
	}
	queueKept(b, q)
	return tx.SendBatch(ctx, b).Close()
}

// nextSeq gives the owner's next change number, and holds the owner's row until
// the transaction ends.
func (db *DB) nextSeq(ctx context.Context, tx pgx.Tx, o server.Owner) (seq int64, err error) {
	first := int64(db.epoch.Load() << server.EpochShift)
	err = tx.QueryRow(ctx, "insert into owners values ($1, $2) on conflict (owner) do update set seq = greatest(owners.seq + 1, $2) returning seq", o[:], first).Scan(&seq)
	return seq, err
}

// onConflict writes over the row that was locked; where none was, another
// transaction's row is a lost race.
func onConflict(old *server.Record) string {
	if old == nil {
		return ""
	}
	return `on conflict (id) do update set person = excluded.person, active = excluded.active, seq = excluded.seq,
		version = excluded.version, state = excluded.state, digest = excluded.digest, content = excluded.content, history = excluded.history,
		due = excluded.due, seal = excluded.seal, key_id = excluded.key_id, statement = excluded.statement, signature = excluded.signature`
}

// Forget implements server.Registrations.
func (db *DB) Forget(ctx context.Context, before time.Time, limit int) (n int, err error) {
	done, err := db.pool.Exec(ctx, "delete from answers where (owner, entry) in (select owner, entry from answers where at < $1 limit $2 for update skip locked)", before.Unix(), limit)
	return int(done.RowsAffected()), wrong("forget answers", err)
}

// Registration implements server.Registrations.
func (db *DB) Registration(ctx context.Context, id exam.DraftID) (server.Record, error) {
	rec, err := scan(db.pool.QueryRow(ctx, "select "+columns+" from registrations where id = $1", string(id)))
	return rec, found("read registration", err)
}

// Number implements server.Registrations.
func (db *DB) Number(ctx context.Context, number string) (id exam.DraftID, err error) {
	err = db.pool.QueryRow(ctx, "select id::text from registrations where number = $1", number).Scan(&id)
	return id, found("find number", err)
}

func found(op string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return exam.Errorf(exam.KindNotFound, op, "nothing of that name")
	}
	return wrong(op, err)
}

// Changes implements server.Registrations.
func (db *DB) Changes(ctx context.Context, owner server.Owner, after uint64, limit int) ([]server.Record, error) {
	return db.query(ctx, "where owner = $1 and seq > $2 order by seq limit $3", owner[:], int64(after), limit)
}

// Summaries implements server.Registrations.
func (db *DB) Summaries(ctx context.Context, owner server.Owner) ([]wire.Summary, error) {
	rows, err := db.pool.Query(ctx, "select id::text, version from registrations where owner = $1", owner[:])
	if err != nil {
		return nil, wrong("list registrations", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s wire.Summary, err error) {
		err = row.Scan(&s.ID, &s.Version)
		return s, err
	})
	return list, wrong("list registrations", err)
}

// List implements server.Registrations.
func (db *DB) List(ctx context.Context, after exam.DraftID, limit int, states ...exam.State) ([]server.Record, error) {
	if after == "" {
		after = exam.DraftID(uuid.Nil.String())
	}
	if len(states) == 0 {
		return db.query(ctx, "where id > $1 order by id limit $2", string(after), limit)
	}
	return db.query(ctx, "where id > $1 and state = any($3) order by id limit $2", string(after), limit, states)
}

func (db *DB) query(ctx context.Context, where string, args ...any) ([]server.Record, error) {
	rows, err := db.pool.Query(ctx, "select "+columns+" from registrations "+where, args...)
	if err != nil {
		return nil, wrong("list registrations", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (server.Record, error) { return scan(row) })
	return list, wrong("list registrations", err)
}
