package postgres

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"wenbao/exam"
	"wenbao/server"
)

// DB is a server.Repository in PostgreSQL.
type DB struct {
	pool  *pgxpool.Pool
	name  string
	epoch atomic.Uint64
	asked atomic.Int64 // when the epoch was last asked for, Unix nanoseconds
	shut  atomic.Bool  // a write found that nothing can be written

	firsts chan *first // first submissions on their way, see first.go
	closed chan struct{}
	once   sync.Once
	done   sync.WaitGroup

	mu     sync.Mutex // guards the block of serials
	serial uint64
	left   int
}

// Open connects and brings the schema up to date. The address is a URL or a
// libpq string. A database that cannot be reached is [exam.KindUnreachable].
func Open(ctx context.Context, address string) (*DB, error) {
	const op = "open server database"
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, exam.Errorf(exam.KindInvalid, op, "not an address of PostgreSQL")
	}
	config.MaxConns = max(config.MaxConns, 32)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: err}
	}
	db := &DB{pool: pool, firsts: make(chan *first, 1024), closed: make(chan struct{})}
	if err := db.migrate(ctx, time.Now()); err != nil {
		pool.Close()
		var known *exam.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, &exam.Error{Kind: exam.KindUnreachable, Op: op, Err: err}
	}
	for range flushers {
		db.done.Go(db.write)
	}
	return db, nil
}

// leap and clockSerial keep a database that was restored from an older copy
// from giving a serial twice, as in package boltdb.
func leap() uint64 { return 100_000 + rand.Uint64N(1_000_000) }

func clockSerial(now time.Time) uint64 {
	since := now.Sub(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	return uint64(min(max(0, int64(since/time.Second))*8, 9_000_000_000))
}

// next gives a serial out of this server's block. Another is taken over the caller's
// own connection and with nothing locked: whoever holds a connection must never wait
// for somebody who waits for one.
func (db *DB) next(ctx context.Context, q querier) (uint64, error) {
	if n, ok := db.pop(); ok {
		return n, nil
	}
	var first int64
	if err := q.QueryRow(ctx, "select nextval('serials')").Scan(&first); err != nil {
		return 0, db.unwritten("take serials", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.left == 0 { // else somebody else's block is used up first, and of this one a single serial
		db.serial, db.left = uint64(first)+1, blockOfSerials-1
	}
	return uint64(first), nil
}

func (db *DB) pop() (n uint64, ok bool) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.left == 0 {
		return 0, false
	}
	n = db.serial
	db.serial++
	db.left--
	return n, true
}

// Name implements server.Repository.
func (db *DB) Name() string { return db.name }

// Epoch implements server.Repository. Another server that started later has
// begun a newer epoch, so the database is asked, at most once a second.
func (db *DB) Epoch() uint64 {
	last, at := db.asked.Load(), time.Now().UnixNano()
	if at-last < int64(time.Second) && at >= last || !db.asked.CompareAndSwap(last, at) {
		return db.epoch.Load()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var now int64
	if err := db.pool.QueryRow(ctx, "select value::bigint from meta where key = 'epoch'").Scan(&now); err == nil {
		db.epoch.Store(uint64(now))
	}
	return db.epoch.Load()
}

// Ready implements server.Repository. After a write that found no room it tells
// whether there is room again.
func (db *DB) Ready(ctx context.Context) error {
	const op = "look at server database"
	if !db.shut.Load() {
		return wrong(op, db.pool.Ping(ctx))
	}
	err := db.probe(ctx)
	if err == nil {
		db.shut.Store(false)
	}
	return wrong(op, err)
}

// probe takes more room than a registration and its photo need, about a quarter
// of a megabyte, and gives it back. A small change would find room in a page that
// is there, whatever the disk says.
func (db *DB) probe(ctx context.Context) error {
	tx, err := db.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	_, err = tx.Exec(ctx, "create table probe as select md5(n::text) from generate_series(1, 4000) n")
	return err
}

// Close implements server.Repository.
func (db *DB) Close() error {
	db.once.Do(func() { close(db.closed) })
	db.done.Wait()
	db.pool.Close()
	return nil
}

// attempts is how often a transaction that lost a race is decided again.
const attempts = 12

// update runs a transaction, again when it lost a race with another.
func (db *DB) update(ctx context.Context, op string, run func(pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, db.pool, run)
		if err == nil || attempt == attempts || !raced(err) {
			return db.unwritten(op, err)
		}
		t := time.NewTimer(time.Duration(rand.Int64N(int64(attempt) * int64(3*time.Millisecond))))
		select {
		case <-t.C:
		case <-ctx.Done():
			return wrong(op, ctx.Err())
		}
	}
}

// races are the codes of a lost race: a unique index that another transaction
// filled first, a serialization failure, a deadlock, a file that is not there
// (see [queueFilesOf]).
var races = []string{"23505", "40001", "40P01", "22012"}

// raced tells a lost race from a fault.
func raced(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && slices.Contains(races, pg.Code)
}

// unwritable are the codes of a database that takes nothing: an operator, or a
// standby, made it read-only, or its disk fails.
var unwritable = []string{"25006", "58030"}

// awayClasses are the classes of codes with which a server says that it cannot
// serve now: connection, resources, an operator's intervention.
var awayClasses = []string{"08", "40", "53", "57"}

// awayCodes are those of other classes: a lock, a transaction or an idle one that took
// longer than an operator allows.
var awayCodes = []string{"25P03", "25P04", "55P03"}

// lineBroke tells that the database was not reached, or went away meanwhile.
func lineBroke(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) // the driver noticed before the statement was sent
}

// wrong gives an error of the domain; details of a database's error may quote
// values, so only its code is kept.
func wrong(op string, err error) error {
	var known *exam.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &connect): // before the next: connect_timeout is told as a deadline
		return exam.Errorf(exam.KindUnreachable, op, "PostgreSQL is away")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &exam.Error{Kind: exam.KindCanceled, Op: op, Err: err}
	case errors.As(err, &pg) && pg.Code == "53100":
		return exam.Errorf(exam.KindFull, op, "PostgreSQL error %s", pg.Code)
	case errors.As(err, &pg) && slices.Contains(unwritable, pg.Code):
		return exam.Errorf(exam.KindReadOnly, op, "PostgreSQL error %s", pg.Code)
	case errors.As(err, &pg) && (slices.Contains(awayClasses, pg.Code[:min(2, len(pg.Code))]) || slices.Contains(awayCodes, pg.Code)), lineBroke(err):
		return exam.Errorf(exam.KindUnreachable, op, "PostgreSQL is away")
	case errors.As(err, &pg):
		return exam.Errorf(exam.KindInternal, op, "PostgreSQL error %s", pg.Code)
	}
	return &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
}

// unwritten is [wrong] for a write. That there was no room is remembered, see
// [DB.Ready].
func (db *DB) unwritten(op string, err error) error {
	err = wrong(op, err)
	if kind := exam.KindOf(err); kind == exam.KindFull || kind == exam.KindReadOnly {
		db.shut.Store(true)
	}
	return err
}

var _ server.Repository = (*DB)(nil)
