package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"wenbao/server"
)

// A first submission is what a server gets most of in its worst hour, and
// nothing needs to be read for it: it is decided as if nothing were held, and
// the indexes that keep ids, entries, persons and numbers unique refuse it if
// that was wrong. So many are written in one round trip and one commit. Whoever
// is in a group that is refused is decided again alone, see [DB.Decide].

const (
	groupSize   = 128
	flushWithin = 30 * time.Second
	// flushers is how many groups may be on their way: while one waits for the
	// disk, the next is written.
	flushers = 2
)

// first is a decision on a registration that nobody has heard of, on its way.
type first struct {
	q    server.Question
	d    server.Decision
	back int64 // how many of the same owner come after it in its group
	done chan error
}

// decideFirst takes a question as the first submission of a registration. It
// tells whether that was right and the decision is durable.
func (db *DB) decideFirst(ctx context.Context, q server.Question, decide func(server.Held) server.Decision) bool {
	var serialErr error
	h := server.Held{Serial: func() uint64 {
		n, err := db.next(ctx, db.pool)
		serialErr = err
		return n
	}}
	d := decide(h)
	if serialErr != nil || d.Record == nil || d.Answer == nil || q.Entry == "" {
		return false
	}
	f := &first{q: q, d: d, done: make(chan error, 1)}
	select {
	case db.firsts <- f:
	case <-db.closed:
		return false
	case <-ctx.Done():
		return false
	}
	select {
	case err := <-f.done:
		return err == nil
	case <-db.closed:
		return false
	}
}

// write flushes what has queued up, group after group: what comes while one is
// being flushed is the next.
func (db *DB) write() {
	for {
		select {
		case f := <-db.firsts:
			group := []*first{f}
			for more := true; more && len(group) < groupSize; {
				select {
				case f := <-db.firsts:
					group = append(group, f)
				default:
					more = false
				}
			}
			db.settle(group)
		case <-db.closed:
			return
		}
	}
}

// settle flushes a group. When the database refuses it, halves are tried, until
// whoever it was stands alone and goes the longer way.
func (db *DB) settle(group []*first) {
	err := db.flush(group)
	if half := len(group) / 2; half > 0 && raced(err) {
		db.settle(group[:half])
		db.settle(group[half:])
		return
	}
	for _, f := range group {
		f.done <- err
	}
}

// flush writes a group in one transaction and one round trip, owners in order,
// so that two groups do not wait for each other in a circle.
func (db *DB) flush(group []*first) error {
	slices.SortFunc(group, func(a, b *first) int { return slices.Compare(a.q.Owner[:], b.q.Owner[:]) })
	for i := len(group) - 1; i >= 0; i-- {
		if group[i].back = 0; i+1 < len(group) && group[i].q.Owner == group[i+1].q.Owner {
			group[i].back = group[i+1].back + 1
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	b := &pgx.Batch{}
	if err := db.queueFirsts(b, group); err != nil {
		return err
	}
	queueFilesOf(b, group)
	return db.pool.SendBatch(ctx, b).Close()
}

// column gathers one value of every member of a group.
func column[T any](group []*first, of func(*first) T) []T {
	list := make([]T, len(group))
	for i, f := range group {
		list[i] = of(f)
	}
	return list
}

const insertFirsts = `with n as (
	select * from unnest($1::text[], $2::bytea[], $3::bytea[], $4::boolean[], $5::bigint[], $6::text[], $7::integer[], $8::text[], $9::text[],
		$10::bytea[], $11::text[], $12::integer[], $13::text[], $14::text[], $15::bytea[], $16::bytea[])
	as n(id, owner, person, active, back, number, version, state, digest, content, history, due, seal, key_id, statement, signature)
), o as (
	insert into owners (owner, seq) select owner, $17::bigint + count(*) - 1 from n group by owner
	on conflict (owner) do update set seq = greatest(owners.seq + excluded.seq - $17::bigint + 1, excluded.seq)
	returning owner, seq
)
insert into registrations select n.id::uuid, n.owner, n.person, n.active, o.seq - n.back, n.number, n.version, n.state, n.digest, n.content,
	n.history, n.due, n.seal, n.key_id, n.statement, n.signature from n join o using (owner)`

func (db *DB) queueFirsts(b *pgx.Batch, group []*first) error {
	histories := make([]string, len(group))
	for i, f := range group {
		raw, err := json.Marshal(eventRows(f.d.Record.History))
		if err != nil {
			return err
		}
		histories[i] = string(raw)
	}
	rec := func(f *first) *server.Record { return f.d.Record }
	owners := column(group, func(f *first) []byte { return f.q.Owner[:] })
	b.Queue(insertFirsts,
		column(group, func(f *first) string { return string(rec(f).ID) }), owners,
		column(group, func(f *first) []byte { return rec(f).Person[:] }),
		column(group, func(f *first) bool { return rec(f).Active }),
		column(group, func(f *first) int64 { return f.back }),
		column(group, func(f *first) string { return rec(f).Number }),
		column(group, func(f *first) int { return rec(f).Version }),
		column(group, func(f *first) string { return string(rec(f).State) }),
		column(group, func(f *first) string { return rec(f).Digest }),
		column(group, func(f *first) []byte { return rec(f).Content }),
		histories,
		column(group, func(f *first) int { return rec(f).Due }),
		column(group, func(f *first) string { return rec(f).Seal }),
		column(group, func(f *first) string { return rec(f).Receipt.KeyID }),
		column(group, func(f *first) []byte { return rec(f).Receipt.Statement }),
		column(group, func(f *first) []byte { return rec(f).Receipt.Signature }),
		int64(db.epoch.Load()<<server.EpochShift))
	b.Queue("insert into answers select owner, entry::uuid, print, status, body, at from unnest($1::bytea[], $2::text[], $3::bytea[], $4::integer[], $5::bytea[], $6::bigint[]) as a(owner, entry, print, status, body, at)",
		owners,
		column(group, func(f *first) string { return string(f.q.Entry) }),
		column(group, func(f *first) []byte { return f.d.Answer.Fingerprint[:] }),
		column(group, func(f *first) int { return f.d.Answer.Status }),
		column(group, func(f *first) []byte { return f.d.Answer.Body }),
		column(group, func(f *first) int64 { return f.d.Answer.At.Unix() }))
	return nil
}

// filesOf is the files of a group: those that came with it, and those that must
// be there whole.
type filesOf struct{ owners, hashes, bytes [][]byte }

// queueFilesOf writes the files of a group. A file that came with a step and is
// known already, or one that was to be there and is not, refuses the group: the
// longer way knows what to do. A file that a registration names already is left
// alone.
func queueFilesOf(b *pgx.Batch, group []*first) {
	var came, there filesOf
	seen := map[string]bool{}
	for _, f := range group {
		for _, file := range f.q.Files {
			sum := hash(file.SHA256)
			key := string(f.q.Owner[:]) + string(sum)
			if seen[key] {
				continue
			}
			seen[key] = true
			to := &there
			raw := inline(f.q, file.SHA256)
			if raw != nil {
				to = &came
			}
			to.owners, to.hashes, to.bytes = append(to.owners, f.q.Owner[:]), append(to.hashes, sum), append(to.bytes, raw)
		}
	}
	if len(came.hashes) > 0 {
		b.Queue("insert into files select owner, sha256, length(bytes), '[]', true, 0 from unnest($1::bytea[], $2::bytea[], $3::bytea[]) as f(owner, sha256, bytes)", came.owners, came.hashes, came.bytes)
		b.Queue("insert into pieces select owner, sha256, 0, bytes from unnest($1::bytea[], $2::bytea[], $3::bytea[]) as f(owner, sha256, bytes)", came.owners, came.hashes, came.bytes)
	}
	if len(there.hashes) > 0 {
		b.Queue(`with n as (select * from unnest($1::bytea[], $2::bytea[]) as n(owner, sha256)),
			k as (update files f set kept = true from n where f.owner = n.owner and f.sha256 = n.sha256 and f.missing = '[]' and not f.kept returning 1)
			select 1 / ((select count(*) from k) + (select count(*) from files f join n using (owner, sha256) where f.missing = '[]' and f.kept) = $3)::integer`,
			there.owners, there.hashes, len(there.hashes))
	}
}
