package sync

import (
	"time"

	"wenbao/exam"
)

// Outbox is where the steps wait. Every method is durable when it returns.
type Outbox interface {
	// Entries lists what waits, oldest first, entries set aside among them.
	Entries() ([]exam.Entry, error)
	// Postpone notes an attempt that did not get through, and when the next may be.
	Postpone(id exam.EntryID, last exam.Kind, next time.Time) error
	// SetAside takes an entry out of the sending until a person has decided.
	SetAside(id exam.EntryID, last exam.Kind, problems []exam.Problem, current *exam.Registration) error
	// Deliver takes an entry out together with the verified answer to it.
	Deliver(id exam.EntryID, reg exam.Registration, r exam.Receipt) error
}

// Files gives the bytes of a file by its SHA-256.
type Files interface {
	File(sha256 string) ([]byte, error)
}

// Keeper takes the bytes of files that a registration from the server names and
// this machine does not have. They fit the file's size and hash.
type Keeper interface {
	Keep(id exam.DraftID, f exam.File, raw []byte) error
}

// Feed takes in what the server says.
type Feed interface {
	// Cursor is how far changes have been applied, "" at first.
	Cursor() (string, error)
	// Apply takes in verified updates, values for the settings, and the cursor
	// that covers both, in one transaction.
	Apply(cursor string, updates []exam.Update, settings map[string][]byte) error
}

// Settings keeps the engine's few small values between runs.
type Settings interface {
	Setting(name string) ([]byte, error) // nil when nothing was set
	SetSetting(name string, value []byte) error
}

// Archive is what this machine can prove: it heals a server that lost data.
type Archive interface {
	// Held visits every registration known here, with its content and the
	// receipt over its newest version, until visit fails.
	Held(visit func(exam.Update) error) error
}

// The names of the engine's settings.
const (
	settingCredential = "sync.credential" // 32 random bytes that make this device known to the server
	settingCompared   = "sync.compared"   // RFC 3339 time of the last whole comparison
	settingEpoch      = "sync.epoch"      // the server's epoch at that time
)
