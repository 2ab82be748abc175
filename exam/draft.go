package exam

import (
	"time"

	"github.com/google/uuid"
)

// DraftID names a draft and, on the server, the registration it becomes: a
// UUIDv7 in its canonical text. It says nothing about the person.
type DraftID string

// NewDraftID makes an id nobody else has.
func NewDraftID() DraftID { return DraftID(uuid.Must(uuid.NewV7()).String()) }

// ParseDraftID accepts the canonical text only; anything else is [KindInvalid].
func ParseDraftID(s string) (DraftID, error) {
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return "", Errorf(KindInvalid, "read draft id", "not a UUID in canonical form")
	}
	return DraftID(s), nil
}

// PackRef names the exact edition of an exam pack.
type PackRef struct {
	ID      string `json:"id"`      // "038-2026"
	Version int    `json:"version"` // rises with every edition
}

// Draft is one registration as this machine holds it.
type Draft struct {
	ID       DraftID
	Revision uint64 // local; 1 for the first save, one more for each
	Document Document
	Files    []File // photo and evidence, in the order attached
	Pack     PackRef
	Created  time.Time // by this machine's clock, for display only
	Updated  time.Time

	State        State         // as last proved or queued; see [State]
	Registration *Registration // as last heard from the server; nil before the first delivery
	// Base is the registration whose content Document was last made from: what a
	// merge starts from. It is Registration unless another machine has changed
	// the content since; nil before the first delivery.
	Base      *Registration
	Delivered *Receipt  // the newest verified receipt over a submission of this machine
	Deleted   time.Time // zero unless in the bin
}

// Elsewhere gives the server's version when another machine has changed the
// content since Document was made from it, and nil otherwise.
func (d Draft) Elsewhere() *Registration {
	if d.Base == nil || d.Registration == nil || d.Base.Digest == d.Registration.Digest || len(d.Registration.Content) == 0 {
		return nil
	}
	return d.Registration
}

// Ancestor gives the submission that a merge with theirs starts from. It is empty
// when no earlier version is known, and when theirs does not come from the one that
// is: a server that was restored from a backup lost that one, and another machine
// has gone on from an older version.
func (d Draft) Ancestor(theirs Registration) (Submission, error) {
	if b := d.Base; b == nil || len(b.Content) == 0 || !theirs.follows(*b) {
		return Submission{}, nil
	}
	return DecodeSubmission(d.Base.Content)
}

// Number is the registration number (报名序号), "" before the server gave one.
func (d Draft) Number() string {
	if d.Registration == nil {
		return ""
	}
	return d.Registration.Number
}

// FileKind says what a file is evidence of: "photo" (the processed 报名照片),
// "photo_original", or an evidence id of the pack ("diploma", "work_years" …).
type FileKind string

const (
	FilePhoto         FileKind = "photo"
	FilePhotoOriginal FileKind = "photo_original" // kept on this machine only, never sent
)

// File refers to bytes by their SHA-256; the bytes lie sealed in the store.
type File struct {
	Kind   FileKind `json:"kind"`
	SHA256 string   `json:"sha256"` // lower-case hex
	Size   int64    `json:"size"`   // bytes
	Type   string   `json:"type"`   // "image/jpeg", "image/png" or "application/pdf"
	Name   string   `json:"-"`      // the candidate's name for it; stays on this machine
}

// Photo gives the processed photo's reference, if there is one.
func (d Draft) Photo() (File, bool) {
	for _, f := range d.Files {
		if f.Kind == FilePhoto {
			return f, true
		}
	}
	return File{}, false
}

// Transport says where a draft's bytes are. It is derived from the outbox and
// the receipts, never stored.
type Transport string

const (
	TransportLocal     Transport = "local"     // 仅在本机
	TransportWaiting   Transport = "waiting"   // 等待网络
	TransportSending   Transport = "sending"   // 正在上传
	TransportDelivered Transport = "delivered" // 已送达: a receipt was verified
	TransportSetAside  Transport = "set_aside" // 待处理
	TransportConflict  Transport = "conflict"
)

// EntryID identifies an outbox entry and is its idempotency key on the wire.
type EntryID string

// NewEntryID makes an id nobody else has (UUIDv7, so ids sort by time made).
func NewEntryID() EntryID { return EntryID(uuid.Must(uuid.NewV7()).String()) }

// Entry is one step waiting in the outbox. It is written in the same
// transaction as the state that follows from it and leaves only together with
// the signed answer.
type Entry struct {
	ID     EntryID
	Draft  DraftID
	Action Action
	// Base is the server's version the step builds on; 0 for a first submission.
	Base int
	// Content is, for ActionSubmit, exactly the bytes that the receipt will be
	// over (see [Submission.Encode]); for ActionPay the method; otherwise empty.
	Content []byte
	Files   []File // what must be on the server before the step; bytes by hash
	Queued  time.Time

	Attempts int
	Next     time.Time // not before; zero: at once
	Last     Kind      // of the last attempt; "" before the first
	// Aside is set when a person has to decide; the entry is not sent again
	// until it is put back or replaced. Problems say why.
	Aside    bool
	Problems []Problem
	// Current is the server's version at a conflict (Last == KindConflict).
	Current *Registration
}

// Update is what the server said about one registration: the registration and
// the receipt over its version and state, verified before it gets here.
type Update struct {
	Registration Registration
	Receipt      Receipt
}
