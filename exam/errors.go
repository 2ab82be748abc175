package exam

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is. The kind alone decides what
// happens next (try again, ask, set aside, merge); it crosses the wire as its
// text, and the words people read are made from it and the operation.
type Kind string

const (
	KindInternal     Kind = "internal"     // a fault of ours; also every error without a kind
	KindInvalid      Kind = "invalid"      // the input breaks a rule; sending it again cannot help
	KindNotFound     Kind = "not_found"    //
	KindConflict     Kind = "conflict"     // another version is current; merge and submit again
	KindDuplicate    Kind = "duplicate"    // this person is registered for this exam already
	KindState        Kind = "state"        // the state of the registration does not allow the step
	KindClosed       Kind = "closed"       // the window has closed, by the server's clock
	KindUnauthorized Kind = "unauthorized" // not logged in, or not theirs
	KindUpgrade      Kind = "upgrade"      // this program is too old for the server
	KindTooLarge     Kind = "too_large"    //
	KindRateLimited  Kind = "rate_limited" // come back after the time given
	KindUnreachable  Kind = "unreachable"  // no line, no server, or something between that is not the server
	KindUntrusted    Kind = "untrusted"    // who answered is not who the pack names, or a signature does not verify
	KindCanceled     Kind = "canceled"     //
	KindLocked       Kind = "locked"       // the store is locked, or the passphrase is wrong
	KindBusy         Kind = "busy"         // the data folder belongs to another process
	KindDamaged      Kind = "damaged"      // bytes on the disk are not what was written
	KindFull         Kind = "full"         // no space left
	KindReadOnly     Kind = "read_only"    // the folder or file cannot be written
)

// Error is the one error type of the program: a kind, the operation in lower
// case ("save draft"), an optional field path or other detail that is free of
// personal data, and the cause. Its text goes to the log, never to a screen,
// and never holds personal data.
type Error struct {
	Kind Kind
	Op   string
	Err  error
	// Problems are the rules that were broken, for KindInvalid.
	Problems []Problem
}

func (e *Error) Error() string {
	s := e.Op + ": " + string(e.Kind)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an [Error] whose cause is the formatted text.
func Errorf(kind Kind, op, format string, args ...any) error {
	return &Error{Kind: kind, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf gives the kind of the outermost [Error] in err's chain;
// KindInternal when there is none, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}
