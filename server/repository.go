package server

import (
	"context"
	"encoding/hex"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Owner is who may act on a registration: the SHA-256 of the device's
// credential, so that a stolen repository cannot act for anybody. Accounts will
// become owners of the same form.
type Owner [32]byte

// String is the owner's short name for logs; it tells devices apart and nothing else.
func (o Owner) String() string { return hex.EncodeToString(o[:4]) }

// Person is a keyed HMAC over exam, year and identity document. It finds that a
// person registers twice and cannot be turned back into a number.
type Person [32]byte

// Record is one registration as the repository keeps it.
type Record struct {
	exam.Registration // with the content of the current version
	Owner             Owner
	Person            Person
	Active            bool         // holds the person against a second registration
	Receipt           exam.Receipt // over the current version and state
	Seq               uint64       // place among the owner's changes; given by the repository
}

// Answered is the answer once given to a step.
type Answered struct {
	Fingerprint [32]byte // of the step; the same key with another step is refused
	Status      int
	Body        []byte
	At          time.Time // when it was given; not read back
}

// Question names what a decision needs to see and may touch.
type Question struct {
	Entry  exam.EntryID // "": a step that no client may repeat (a reviewer's, the system's)
	Owner  Owner        // who asks; files are looked up under this owner
	ID     exam.DraftID
	Person Person      // zero: not asked
	Files  []exam.File // that the step needs
	Inline []wire.File // that came with the step; kept if it is accepted
}

// Held is what the repository holds about a [Question], read in the same
// transaction that will write the answer.
type Held struct {
	Answered *Answered    // to this entry before, or nil
	Record   *Record      // nil: no such registration
	Taken    exam.DraftID // active registration of the person; "" none
	Lacks    []wire.Lack  // of the files, those not held whole
	Serial   func() uint64
}

// Decision is what is to be written. The zero Decision writes nothing.
type Decision struct {
	Record *Record
	Answer *Answered // written with the record, under the question's entry
}

// Registrations is the part of a repository that holds registrations.
type Registrations interface {
	// Decide runs decide on what is held and writes what it decides, in one
	// durable transaction. decide may run more than once and must not block;
	// the last run counts.
	Decide(ctx context.Context, q Question, decide func(Held) Decision) error
	// Forget drops up to limit answers that were given before a time, and gives
	// how many went. The records stay.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
	// Registration gives one record, or [exam.KindNotFound].
	Registration(ctx context.Context, id exam.DraftID) (Record, error)
	// Number gives the id of a registration number, or [exam.KindNotFound].
	Number(ctx context.Context, number string) (exam.DraftID, error)
	// Changes gives the owner's records whose Seq is greater than after, in
	// that order, each once, at most limit.
	Changes(ctx context.Context, owner Owner, after uint64, limit int) ([]Record, error)
	// Summaries gives id and version of every record of an owner, in any order.
	Summaries(ctx context.Context, owner Owner) ([]wire.Summary, error)
	// List gives records with ids greater than after in the order of ids, at
	// most limit; only those in one of the states, if any are named.
	List(ctx context.Context, after exam.DraftID, limit int, states ...exam.State) ([]Record, error)
}

// Upload is how far a file has come.
type Upload struct {
	Size    int64
	Missing []wire.Range // empty: whole and checked
	Kept    bool         // a registration names it
	Touched time.Time    // when bytes came last
}

// Files is the part of a repository that holds files, each under its owner: who
// knows only the hash of somebody's file gets nothing by naming it.
type Files interface {
	// Announce makes a file known before its first byte has come. One that is
	// known keeps what it has, and is touched.
	Announce(ctx context.Context, owner Owner, f wire.FileRef, now time.Time) error
	// Upload tells how far a file that is known has come, or [exam.KindNotFound].
	Upload(ctx context.Context, owner Owner, sha256 string) (Upload, error)
	// PutPiece keeps the bytes at offset from of a file and gives what is
	// missing then. Bytes already held are not written again. When the last
	// piece arrives and the whole does not fit the hash, all of it is dropped
	// and the error is [exam.KindInvalid].
	PutPiece(ctx context.Context, owner Owner, f wire.FileRef, from int64, piece []byte, now time.Time) ([]wire.Range, error)
	// Missing gives, for each file that is not held whole, what is missing.
	Missing(ctx context.Context, owner Owner, files []wire.FileRef) ([]wire.Lack, error)
	// File gives a file's bytes, or [exam.KindNotFound] unless it is whole.
	File(ctx context.Context, owner Owner, sha256 string) ([]byte, error)
	// DropFile forgets a file that no registration names; others stay.
	DropFile(ctx context.Context, owner Owner, sha256 string) error
	// Unnamed gives how many files of an owner no registration names, and their
	// sizes together, whatever has come of them so far.
	Unnamed(ctx context.Context, owner Owner) (files int, bytes int64, err error)
	// Sweep forgets up to limit files that no registration names and that
	// nobody touched since before. It gives how many went.
	Sweep(ctx context.Context, before time.Time, limit int) (int, error)
}

// Publications is the part of a repository that holds what everybody is told.
type Publications interface {
	// Publish appends a publication, with the bytes of a pack. An edition that
	// was published before is not published again.
	Publish(ctx context.Context, p Publication, raw []byte) error
	// Publications gives what was published after a place, in order, at most limit.
	Publications(ctx context.Context, after uint64, limit int) ([]Publication, error)
	// Pack gives the bytes of a published edition, or [exam.KindNotFound].
	Pack(ctx context.Context, sha256 string) ([]byte, error)
}

// EpochShift is the number of bits of a Seq below its epoch.
const EpochShift = 24

// Repository keeps everything a server must not forget. What a method has
// returned without an error survives a power cut.
type Repository interface {
	Registrations
	Files
	Publications
	// Name tells this repository from any other; cursors bear it.
	Name() string
	// Epoch rises with every start. A Seq is at least Epoch shifted by
	// [EpochShift], so that a repository restored from an older copy gives no
	// number among an owner's changes or the publications twice.
	Epoch() uint64
	// Ready tells whether the repository can serve.
	Ready(ctx context.Context) error
	Close() error
}
