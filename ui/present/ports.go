package present

import (
	"context"
	"image"
	"time"

	"wenbao/exam"
)

// Drafts is the store as far as documents go. Save is durable when it returns.
// The methods may block on the disk, so presenters call them through a [Loop].
type Drafts interface {
	Create(doc exam.Document, pack exam.PackRef) (exam.Draft, error)
	Draft(id exam.DraftID) (exam.Draft, error)
	Save(id exam.DraftID, doc exam.Document) (exam.Draft, error)
	// Rebase saves a document and files that were merged with the server's version
	// onto, and from then on count as made from it.
	Rebase(id exam.DraftID, doc exam.Document, files []exam.File, onto exam.Registration) (exam.Draft, error)
	Recent(search string, limit int) (list []Summary, total int, err error)
	Delete(id exam.DraftID) error
	Undelete(id exam.DraftID) error
}

// Files is the store as far as photos and evidence go.
type Files interface {
	Attach(id exam.DraftID, f exam.File, data []byte) (exam.Draft, error)
	Detach(id exam.DraftID, kind exam.FileKind, sha256 string) (exam.Draft, error)
	File(sha256 string) ([]byte, error)
}

// Outbox is the store as far as steps on their way to the server go.
type Outbox interface {
	Queue(e exam.Entry, state exam.State) (exam.Draft, error)
	Entries() ([]exam.Entry, error)
	PutBack(id exam.EntryID) error
	Drop(id exam.EntryID) error
}

// Past is the store's older versions.
type Past interface {
	History(id exam.DraftID) ([]Version, error)
	At(id exam.DraftID, revision uint64) (exam.Document, error)
	Restore(id exam.DraftID, revision uint64) (exam.Draft, error)
}

// Settings keeps small values, sealed as everything else.
type Settings interface {
	Setting(key string) ([]byte, error)
	SetSetting(key string, value []byte) error
}

// Looks keeps the choices about the window where they can be read before the
// store is unlocked; see [ParsePreferences].
type Looks interface{ KeepLook(raw []byte) error }

// Wire is the engine that sends and fetches. Its methods never block.
type Wire interface {
	Wake()
	Status() Line
}

// Paper draws what is printed.
type Paper interface {
	// Pages draws the pages at dpi dots per inch.
	Pages(ctx context.Context, kind PaperKind, d exam.Draft, dpi float64) (Preview, error)
	PDF(ctx context.Context, kind PaperKind, d exam.Draft) ([]byte, error)
}

// Photographer makes the 报名照片 out of a candidate's picture.
type Photographer interface {
	// Open decodes a file of any common kind and proposes a crop; on an error the
	// findings say why the file was refused.
	Open(data []byte) (Portrait, []Finding, error)
}

// Portrait is a decoded picture that can be cropped.
type Portrait interface {
	// Preview is the picture, small enough to show, with its size in real pixels.
	Preview() (shown image.Image, width, height int)
	Proposed() Crop
	// Make gives the processed photo as JPEG, and what was found; the bytes are
	// nil when the findings block.
	Make(c Crop) (jpeg []byte, findings []Finding, err error)
}

// Crop is the part of a picture that becomes the photo, in real pixels, and
// how it is turned and brightened.
type Crop struct {
	X, Y, Width, Height float64
	Rotate              float64 // degrees clockwise
	Brightness          float64 // -1 to 1
	Whiten              bool
}

// Finding is something measured about a photo.
type Finding struct {
	Text     Text
	Severity exam.Severity
}

// Desktop is the machine around the window.
type Desktop interface {
	// Keep writes a file into the candidate's folder for documents and gives its
	// path; an existing file is not overwritten but gets a number.
	Keep(name string, data []byte) (path string, err error)
	// Show opens a file or a web address with the program that the system has for it.
	Show(target string) error
	// Read reads a file the candidate named, up to most bytes.
	Read(path string, most int64) ([]byte, error)
}

// Summary is a draft in a list.
type Summary struct {
	ID        exam.DraftID
	Name      string
	IDTail    string // last four of the identity number, "" when unknown
	Level     exam.Level
	Area      string
	State     exam.State
	Transport exam.Transport
	Edited    bool // the server confirmed an older version than this one
	Number    string
	Updated   time.Time
}

// Version is one older version of a draft.
type Version struct {
	Revision uint64
	Saved    time.Time
	State    exam.State
	Files    int
	Photo    string // the SHA-256 of its photo; "" when it had none, or nobody noted which
}

// LineState says how the line to the server is.
type LineState string

const (
	LineOffline LineState = "offline"
	LineOnline  LineState = "online"
	LineBusy    LineState = "busy"
	LinePaused  LineState = "paused" // a person has to do something, see [Line.Cause]
	LineNone    LineState = "none"   // no server is set up
)

// Line is what the engine knows about the line and the queue.
type Line struct {
	State   LineState
	Cause   exam.Kind // of [LinePaused]
	Queue   int       // steps waiting or on their way
	Aside   int       // steps that need the candidate
	Last    time.Time
	Next    time.Time // next attempt; zero when nothing waits
	Sending map[exam.EntryID]Sending
	Round   Round
	Rate    float64       // bytes a second, as measured; 0 unknown
	Skew    time.Duration // of the server's clock, as against this machine's, in minutes; zero also when not known
}

// Round is how far the sending has come since the outbox was last empty: steps, and
// bytes of what they bring.
type Round struct {
	Done, Of    int
	Sent, Bytes int64
}

// Sending is how far one step has got.
type Sending struct {
	Pieces, OfPieces int
	Bytes, OfBytes   int64
}

// Ports is everything presenters need from outside.
type Ports struct {
	Drafts   Drafts
	Files    Files
	Outbox   Outbox
	Past     Past
	Settings Settings
	Look     Preferences // the choices as they were kept last
	Looks    Looks
	Crashes  Crashes
	Wire     Wire
	Told     func() []exam.Notice // what the authority published since the pack; nil: nothing
	Paper    Paper
	Printers Printers // nil: no printing but as PDF
	Reviewer Reviewer // nil: no server's key is known
	Photos   Photographer
	Desktop  Desktop
	Scans    Scans
	Locks    Locks
	Backups  Backups
	Attic    Attic
	Rescue   Rescue
	Reports  func() []Report    // what the store found when it was opened, and repaired since
	Cause    func(error) string // a reason that says more than the Kind, or ""; nil: none does
	Folders  Folders            // nil where the data folder cannot be changed
	Bell     Bell               // nil: there is no way to tell anything outside the window
	Trainer  Trainer            // nil outside practice
	Rehearse func() error       // opens the practice program; nil where that cannot be
	Packs    []*exam.Pack       // the first is the one new drafts get
	Practice bool
	Folder   string // the data folder, shown in the settings
	Server   string // address, shown in the settings; "" none
}

// PaperKind names a paper of exam/form.
type PaperKind string

// The papers that can be printed.
const (
	PaperRegistration PaperKind = "registration"
	PaperWorkYears    PaperKind = "work-years"
	PaperCommitment   PaperKind = "commitment"
	PaperReceipt      PaperKind = "receipt"
	PaperAdmission    PaperKind = "admission"
)
