package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
)

// Buckets. Keys are UUIDs, keyed hashes, counters and names of settings: never
// anything about a person.
const (
	bucketKeys          = "keys"          // draft -> the draft's own key, sealed with the data key
	bucketDrafts        = "drafts"        // draft -> head
	bucketVersions      = "versions"      // draft/revision -> versions up to it
	bucketRegistrations = "registrations" // draft -> registration
	bucketReceipts      = "receipts"      // draft/version/digest -> receipt
	bucketOutbox        = "outbox"        // entry/draft -> entry
	bucketFiles         = "files"         // keyed hash of content -> file
	bucketHolders       = "holders"       // draft/file -> nothing: the draft had the file
	bucketSettings      = "settings"      // name -> bytes
	bucketPurged        = "purged"        // draft -> nothing; it never comes back
)

// head is the newest state of a draft: a few facts, the versions before it that
// do not lie in bucketVersions yet, and the document's bytes.
type head struct {
	Revision  uint64       `json:"revision"`
	Created   int64        `json:"created"` // Unix milliseconds
	Updated   int64        `json:"updated"`
	State     exam.State   `json:"state"`
	Pack      exam.PackRef `json:"pack"`
	Files     []fileRef    `json:"files,omitempty"`
	Deleted   int64        `json:"deleted,omitempty"`
	Delivered uint64       `json:"delivered,omitempty"` // revision that the server confirmed last
	Recent    int          `json:"recent,omitempty"`    // bytes of recent

	recent   []byte // of appendVersion, the version before this one last
	document []byte
}

// fileRef is a [exam.File] on the disk.
type fileRef struct {
	Kind   exam.FileKind `json:"kind"`
	SHA256 string        `json:"sha256"`
	Size   int64         `json:"size"`
	Type   string        `json:"type"`
	Name   string        `json:"name,omitempty"`
}

// versionFacts head a version; the way back to its document follows. The
// photo, with its original, is that of the version after it, or Photo; neither says
// that it had none, or that a program kept it which did not note it.
type versionFacts struct {
	Saved int64      `json:"saved"`
	State exam.State `json:"state"`
	Files int        `json:"files,omitempty"`
	Same  bool       `json:"same_photo,omitempty"`
	Photo []fileRef  `json:"photo,omitempty"`
}

// registrationRecord is what the server said last, and the newest receipt over
// a submission of this machine.
type registrationRecord struct {
	Registration exam.Registration `json:"registration"`
	// Base is what the document was last made from, while that is not
	// Registration: another machine changed the content since.
	Base      *exam.Registration `json:"base,omitempty"`
	Delivered *exam.Receipt      `json:"delivered,omitempty"`
}

// entryRecord is an outbox entry with what the store has to know about it.
type entryRecord struct {
	ID       exam.EntryID       `json:"id"`
	Draft    exam.DraftID       `json:"draft"`
	Action   exam.Action        `json:"action"`
	Base     int                `json:"base,omitempty"`
	Content  []byte             `json:"content,omitempty"`
	Files    []fileRef          `json:"files,omitempty"`
	Queued   int64              `json:"queued"`
	Attempts int                `json:"attempts,omitempty"`
	Next     int64              `json:"next,omitempty"`
	Last     exam.Kind          `json:"last,omitempty"`
	Aside    bool               `json:"aside,omitempty"`
	Problems []exam.Problem     `json:"problems,omitempty"`
	Current  *exam.Registration `json:"current,omitempty"`

	State    exam.State `json:"state"`    // of the draft while the entry waits
	Revision uint64     `json:"revision"` // of the draft when it was queued
}

// fileRecord holds the key of one sealed file and the drafts that had it. It
// is sealed with the data key.
type fileRecord struct {
	Key    []byte         `json:"key"`
	Size   int64          `json:"size"`
	Drafts []exam.DraftID `json:"drafts"`
}

// encode puts facts as JSON before raw bytes.
func encode(facts any, raw []byte) []byte {
	j, err := json.Marshal(facts)
	if err != nil {
		panic("store: a record of plain values cannot fail to encode: " + err.Error())
	}
	out := make([]byte, 0, len(j)+len(raw)+binary.MaxVarintLen32)
	out = binary.AppendUvarint(out, uint64(len(j)))
	return append(append(out, j...), raw...)
}

// What every save waits for is written without encoding/json, byte for byte the
// same: reflection costs 2 µs, and twice that after the processor has slept. It is
// written into room, if that is large enough, behind space for its length.

const lengthRoom = 2 // of a length below 1<<14

// framed puts the length of what stands behind lengthRoom before it.
func framed(j []byte) []byte {
	n := len(j) - lengthRoom
	if n < 1<<7 {
		j[1] = byte(n)
		return j[1:]
	}
	j[0], j[1] = byte(n)|0x80, byte(n>>7)
	return j
}

// fewFiles are a photo, its original and the scans that most people have.
const fewFiles = 8

// factsRoom is enough for most heads with a photo.
const factsRoom = 640

// facts gives the head but for its document.
func (h head) facts(room []byte) []byte {
	h.Recent = len(h.recent)
	if len(h.Files) > fewFiles || !bare(string(h.State)) || !bare(h.Pack.ID) || slices.ContainsFunc(h.Files, escaped) {
		return encode(h, nil)
	}
	j := strconv.AppendUint(append(room[:lengthRoom], `{"revision":`...), h.Revision, 10)
	j = strconv.AppendInt(append(j, `,"created":`...), h.Created, 10)
	j = strconv.AppendInt(append(j, `,"updated":`...), h.Updated, 10)
	j = append(append(append(j, `,"state":"`...), h.State...), `","pack":{"id":"`...)
	j = append(append(j, h.Pack.ID...), `","version":`...)
	j = append(strconv.AppendInt(j, int64(h.Pack.Version), 10), '}')
	for i, f := range h.Files {
		if i == 0 {
			j = append(j, `,"files":[`...)
		} else {
			j = append(j, ',')
		}
		j = append(append(append(j, `{"kind":"`...), f.Kind...), `","sha256":"`...)
		j = append(append(j, f.SHA256...), `","size":`...)
		j = append(strconv.AppendInt(j, f.Size, 10), `,"type":"`...)
		if j = append(j, f.Type...); f.Name != "" {
			j = append(append(j, `","name":"`...), f.Name...)
		}
		j = append(j, `"}`...)
	}
	if len(h.Files) > 0 {
		j = append(j, ']')
	}
	if h.Deleted != 0 {
		j = strconv.AppendInt(append(j, `,"deleted":`...), h.Deleted, 10)
	}
	if h.Delivered != 0 {
		j = strconv.AppendUint(append(j, `,"delivered":`...), h.Delivered, 10)
	}
	if h.Recent != 0 {
		j = strconv.AppendInt(append(j, `,"recent":`...), int64(h.Recent), 10)
	}
	return framed(append(j, '}'))
}

func (f versionFacts) encode(room []byte) []byte {
	if len(f.Photo) > 0 || !bare(string(f.State)) {
		return encode(f, nil)
	}
	j := strconv.AppendInt(append(room[:lengthRoom], `{"saved":`...), f.Saved, 10)
	j = append(append(append(j, `,"state":"`...), f.State...), '"')
	if f.Files != 0 {
		j = strconv.AppendInt(append(j, `,"files":`...), int64(f.Files), 10)
	}
	if f.Same {
		j = append(j, `,"same_photo":true`...)
	}
	return framed(append(j, '}'))
}

// escaped tells whether JSON writes a file otherwise than it is, or long.
func escaped(f fileRef) bool {
	return !bare(string(f.Kind)) || !bare(f.SHA256) || !bare(f.Type) || !bare(f.Name) ||
		len(f.Kind)+len(f.SHA256)+len(f.Type)+len(f.Name) > 512
}

// bare tells whether JSON writes the text as it is.
func bare(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// decode is the inverse of encode.
func decode(plain []byte, facts any) (raw []byte, err error) {
	n, size := binary.Uvarint(plain)
	if size <= 0 || n > uint64(len(plain)-size) {
		return nil, exam.Errorf(exam.KindDamaged, "read record", "its length is out of bounds")
	}
	j, raw := plain[size:size+int(n)], plain[size+int(n):]
	if err := json.Unmarshal(j, facts); err != nil {
		return nil, exam.Errorf(exam.KindDamaged, "read record", "not a record")
	}
	return raw, nil
}

func decodeHead(plain []byte) (h head, err error) {
	if h, ok := glance(plain); ok {
		return h, nil
	}
	raw, err := decode(plain, &h)
	if err == nil && !h.divide(raw) {
		err = exam.Errorf(exam.KindDamaged, "read record", "its versions are out of bounds")
	}
	return h, err
}

// divide gives what follows the facts its names.
func (h *head) divide(raw []byte) (ok bool) {
	if h.Recent < 0 || h.Recent > len(raw) {
		return false
	}
	h.recent, h.document = raw[:h.Recent:h.Recent], raw[h.Recent:]
	return true
}

// glance reads a head as facts writes it, for which encoding/json takes 10 µs
// after the processor has slept. It need not understand what it reads: only what
// facts writes again byte for byte is ok.
func glance(plain []byte) (h head, ok bool) {
	n, size := binary.Uvarint(plain)
	if size <= 0 || n > uint64(len(plain)-size) {
		return h, false
	}
	end := size + int(n)
	rest := string(plain[size:end])
	text := func(label string) string {
		after, found := strings.CutPrefix(rest, label)
		i := strings.IndexByte(after, '"')
		if !found || i < 0 {
			return ""
		}
		rest = after[i:]
		return after[:i]
	}
	number := func(label string) (v uint64) {
		after, found := strings.CutPrefix(rest, label)
		if !found {
			return 0
		}
		digits := strings.TrimPrefix(after, "-")
		negative := len(digits) < len(after)
		for digits != "" && '0' <= digits[0] && digits[0] <= '9' {
			v, digits = 10*v+uint64(digits[0]-'0'), digits[1:]
		}
		if rest = digits; negative {
			v = -v
		}
		return v
	}
	h.Revision = number(`{"revision":`)
	h.Created = int64(number(`,"created":`))
	h.Updated = int64(number(`,"updated":`))
	h.State = exam.State(text(`,"state":"`))
	h.Pack.ID = text(`","pack":{"id":"`)
	h.Pack.Version = int(number(`","version":`))
	rest = strings.TrimPrefix(rest, "}")
	for label := `,"files":[{"kind":"`; strings.HasPrefix(rest, label) && len(h.Files) < fewFiles; label = `,{"kind":"` {
		f := fileRef{Kind: exam.FileKind(text(label)), SHA256: text(`","sha256":"`), Size: int64(number(`","size":`))}
		f.Type, f.Name = text(`,"type":"`), text(`","name":"`)
		rest = strings.TrimPrefix(rest, `"}`)
		h.Files = append(h.Files, f)
	}
	rest = strings.TrimPrefix(rest, "]")
	h.Deleted = int64(number(`,"deleted":`))
	h.Delivered = number(`,"delivered":`)
	h.Recent = int(number(`,"recent":`))
	var room [factsRoom]byte
	return h, h.divide(plain[end:]) && bytes.Equal(h.facts(room[:]), plain[:end])
}

func versionKey(id exam.DraftID, revision uint64) string {
	var digits [8]byte
	binary.BigEndian.PutUint64(digits[:], revision)
	return string(id) + "/" + hex.EncodeToString(digits[:])
}

func receiptKey(id exam.DraftID, r exam.Receipt) string {
	return fmt.Sprintf("%s/%016x/%s", id, versionOf(r), exam.Digest(r.Statement)[:16])
}

// versionOf gives the version that a receipt states, 0 when it cannot be read.
func versionOf(r exam.Receipt) int {
	var st exam.Statement
	if json.Unmarshal(r.Statement, &st) != nil {
		return 0
	}
	return max(st.Version, 0)
}

func entryKey(e exam.EntryID, d exam.DraftID) string { return string(e) + "/" + string(d) }

func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func refsOf(files []exam.File) (refs []fileRef) {
	for _, f := range files {
		refs = append(refs, fileRef(f))
	}
	return refs
}

func filesOf(refs []fileRef) (files []exam.File) {
	for _, r := range refs {
		files = append(files, exam.File(r))
	}
	return files
}

func (r entryRecord) entry() exam.Entry {
	return exam.Entry{
		ID: r.ID, Draft: r.Draft, Action: r.Action, Base: r.Base, Content: r.Content, Files: filesOf(r.Files),
		Queued: moment(r.Queued), Attempts: r.Attempts, Next: moment(r.Next), Last: r.Last,
		Aside: r.Aside, Problems: r.Problems, Current: r.Current,
	}
}

func recordOf(e exam.Entry, state exam.State, revision uint64) entryRecord {
	return entryRecord{
		ID: e.ID, Draft: e.Draft, Action: e.Action, Base: e.Base, Content: e.Content, Files: refsOf(e.Files),
		Queued: stamp(e.Queued), Attempts: e.Attempts, Next: stamp(e.Next), Last: e.Last,
		Aside: e.Aside, Problems: e.Problems, Current: e.Current, State: state, Revision: revision,
	}
}

// transport says where the bytes of the entry's draft are.
func (r entryRecord) transport() exam.Transport {
	switch {
	case r.Aside && r.Last == exam.KindConflict:
		return exam.TransportConflict
	case r.Aside:
		return exam.TransportSetAside
	}
	return exam.TransportWaiting
}
