package wire

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"wenbao/exam"
)

// Registration is [exam.Registration] as it travels. Content is the
// submission's exact text: as a JSON string it survives every JSON library
// byte for byte, and packs well.
type Registration struct {
	ID      exam.DraftID `json:"id"`
	Number  string       `json:"registration_number"`
	Version int          `json:"version"`
	State   exam.State   `json:"state"`
	Digest  string       `json:"digest"`
	Content string       `json:"content,omitempty"`
	History []Event      `json:"history"`
	Due     int          `json:"due_fen"`
	Seal    string       `json:"seal,omitempty"`
}

// Event is [exam.Event] as it travels.
type Event struct {
	Version int         `json:"version"`
	State   exam.State  `json:"state"`
	Action  exam.Action `json:"action"`
	Actor   exam.Actor  `json:"actor"`
	At      time.Time   `json:"at"`
	Reason  string      `json:"reason,omitempty"`
}

// FromRegistration puts a registration into its travelling form.
func FromRegistration(r exam.Registration) Registration {
	w := Registration{ID: r.ID, Number: r.Number, Version: r.Version, State: r.State, Digest: r.Digest,
		Content: string(r.Content), Due: r.Due, Seal: r.Seal, History: make([]Event, len(r.History))}
	for i, e := range r.History {
		w.History[i] = Event(e)
	}
	return w
}

// Registration gives the domain's form back.
func (w Registration) Registration() exam.Registration {
	r := exam.Registration{ID: w.ID, Number: w.Number, Version: w.Version, State: w.State, Digest: w.Digest,
		Due: w.Due, Seal: w.Seal, History: make([]exam.Event, len(w.History))}
	if w.Content != "" {
		r.Content = []byte(w.Content)
	}
	for i, e := range w.History {
		r.History[i] = exam.Event(e)
	}
	return r
}

// Answer is what the server says about one registration: to every accepted
// step, to a question, and in a batch of changes. The receipt is over exactly
// this version and state.
type Answer struct {
	Registration Registration `json:"registration"`
	Receipt      exam.Receipt `json:"receipt"`
}

// Verdict is all that the server's rules say about a submission, whether it
// would take it or not. Words are made from rules and phrases by the client, in
// its own language.
type Verdict struct {
	Submittable     bool                  `json:"submittable"`
	CompletePercent int                   `json:"complete_percent"`
	Problems        []exam.Problem        `json:"problems"`
	Eligibility     exam.Eligibility      `json:"eligibility"`
	Explanation     []exam.Phrase         `json:"explanation"`
	Steps           []exam.StepReport     `json:"steps"`
	Cases           []exam.EvidenceCase   `json:"cases"`
	Evidence        []exam.EvidenceReport `json:"evidence"`
	Fee             exam.Fee              `json:"fee"`
}

// FromReport puts a report into its travelling form.
func FromReport(r exam.Report) Verdict {
	r.Eligibility.Intervals, r.Eligibility.Doubts = listed(r.Eligibility.Intervals), listed(r.Eligibility.Doubts)
	r.Fee.Items = listed(r.Fee.Items)
	return Verdict{Submittable: r.Submittable, CompletePercent: r.CompletePercent, Problems: listed(r.Problems),
		Eligibility: r.Eligibility, Explanation: listed(r.Eligibility.Phrases()), Steps: listed(r.Steps),
		Cases: listed(r.Cases), Evidence: listed(r.Evidence), Fee: r.Fee}
}

// listed keeps a list from being null in JSON.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Hello tells a client whom it has reached.
type Hello struct {
	Protocols []string  `json:"protocols"`
	Practice  bool      `json:"practice"`
	Time      time.Time `json:"time"`
	Keys      []string  `json:"keys"` // ids of the keys it signs with
}

// Payment is the body of a step of payment.
type Payment struct {
	Method string `json:"method"` // "sandbox"
}

// FileRef names a file by content.
type FileRef struct {
	SHA256 string `json:"sha256"` // lower-case hex
	Size   int64  `json:"size"`   // bytes
}

// Range is a run of bytes: From is inside, To is not.
type Range struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Lack says which bytes of a file the server does not hold yet.
type Lack struct {
	SHA256  string  `json:"sha256"`
	Size    int64   `json:"size"`
	Missing []Range `json:"missing"`
}

// FileQuery asks which of these files, and which bytes of them, are missing.
type FileQuery struct {
	Files []FileRef `json:"files"`
}

// FileReply answers a [FileQuery], and a piece. Files held whole are left out.
type FileReply struct {
	Lacks []Lack `json:"lacks"`
}

// Changes is a batch of what became of the caller's registrations. Next is the
// cursor that covers it; More says that another batch is ready. Reset says that
// the cursor asked about was not this server's: the batch starts from the
// beginning. Notices and Packs are what the authority told everybody since the
// cursor, oldest first.
type Changes struct {
	Answers []Answer            `json:"answers"`
	Notices []exam.SignedNotice `json:"notices,omitempty"`
	Packs   []PackEdition       `json:"packs,omitempty"`
	Next    string              `json:"next"`
	More    bool                `json:"more"`
	Reset   bool                `json:"reset,omitempty"`
	Epoch   string              `json:"epoch"` // changes whenever the server was started; a reason to compare
}

// PackEdition says that a newer edition of an exam pack is there. Its bytes are
// fetched from /v1/packs/SHA256, in ranges where the line is bad, and count only
// with Signature under a signer of the edition before; see [exam.Pack.Succeed].
type PackEdition struct {
	ID        string `json:"id"` // "038-2026"
	Version   int    `json:"version"`
	SHA256    string `json:"sha256"`    // lower-case hex
	Size      int64  `json:"size"`      // bytes, at most [exam.MaxPackBytes]
	Signature string `json:"signature"` // the text of the file .sig
}

// Summary is one registration in a comparison: enough to see which side is behind.
type Summary struct {
	ID      exam.DraftID `json:"id"`
	Version int          `json:"version"`
}

// Comparison is the digest of each key range of the caller's registrations
// (see [RangeOf] and [DigestRange]); empty ranges are left out.
type Comparison struct {
	Ranges map[string]string `json:"ranges"`
}

// Summaries lists one key range.
type Summaries struct {
	Summaries []Summary `json:"summaries"`
}

// Restore hands a server back what it lost: the content and the receipt that
// the server itself signed for it.
type Restore struct {
	Content string       `json:"content"`
	Receipt exam.Receipt `json:"receipt"`
}

// KindLacks is the kind of an answer that names files the server must have
// first. It exists on the wire alone: the engine sends them and asks again.
const KindLacks exam.Kind = "lacks"

// Problem is a failure, in the form of RFC 9457. Kind decides what the client
// does; Title is for whoever reads a log.
type Problem struct {
	Type     string         `json:"type"` // "urn:wenbao:problem:KIND"
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Kind     exam.Kind      `json:"kind"`
	Problems []exam.Problem `json:"problems,omitempty"`
	Current  *Answer        `json:"current,omitempty"` // with KindConflict and KindState
	Lacks    []Lack         `json:"lacks,omitempty"`   // with KindLacks
	Scope    string         `json:"scope,omitempty"`   // with KindClosed: see [ScopeOf]
}

// ScopeOf names what closes together: the windows of an area, or of a city with
// windows of its own, for one exam.
func ScopeOf(d exam.Document) string {
	return d.Exam + "/" + strconv.Itoa(d.Year) + "/" + d.Area + "/" + d.City
}

// statuses maps a kind to its HTTP status. The status is for proxies and people
// with curl; the kind is what counts.
var statuses = map[exam.Kind]int{
	exam.KindInvalid:      http.StatusUnprocessableEntity,
	exam.KindNotFound:     http.StatusNotFound,
	exam.KindConflict:     http.StatusConflict,
	exam.KindDuplicate:    http.StatusConflict,
	exam.KindState:        http.StatusConflict,
	exam.KindClosed:       http.StatusForbidden,
	exam.KindUnauthorized: http.StatusUnauthorized,
	exam.KindUpgrade:      http.StatusUpgradeRequired,
	exam.KindTooLarge:     http.StatusRequestEntityTooLarge,
	exam.KindRateLimited:  http.StatusTooManyRequests,
	exam.KindUnreachable:  http.StatusServiceUnavailable,
	exam.KindInternal:     http.StatusInternalServerError,
	KindLacks:             http.StatusFailedDependency,
}

// NewProblem makes the problem document of a kind; kinds that never cross the
// wire become KindInternal.
func NewProblem(kind exam.Kind, title string) Problem {
	status, ok := statuses[kind]
	if !ok {
		kind, status = exam.KindInternal, http.StatusInternalServerError
	}
	return Problem{Type: "urn:wenbao:problem:" + string(kind), Title: title, Status: status, Kind: kind}
}

// Encode gives a message's bytes. Equal messages have equal bytes.
func Encode(message any) []byte {
	raw, err := json.Marshal(message)
	if err != nil {
		panic("wire: a message of plain values cannot fail to encode: " + err.Error())
	}
	return raw
}

// Decode reads a message from bytes of any origin. Unknown keys are allowed:
// a newer side may say more. A fault is [exam.KindInvalid].
func Decode[T any](raw []byte) (T, error) {
	var m T
	if len(raw) > MaxMessage {
		return m, exam.Errorf(exam.KindTooLarge, "read message", "%d bytes, at most %d", len(raw), MaxMessage)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, &exam.Error{Kind: exam.KindInvalid, Op: "read message", Err: err}
	}
	return m, nil
}
