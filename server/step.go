package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// step is one step as it came, read and judged, before anything is decided.
type step struct {
	entry  exam.EntryID
	owner  Owner
	id     exam.DraftID
	action exam.Action
	base   int
	actor  exam.Actor

	content []byte // submit: the exact bytes
	digest  string // of content
	sub     exam.Submission
	person  Person
	inline  []wire.File
	report  exam.Report

	method string // pay
	reason string // a reviewer's words
}

// submit makes the handler of a step that brings content: a submission, or
// material that was asked for, with the document as it was.
func (s *Server) submit(action exam.Action) ownedHandler {
	return func(r *http.Request, owner Owner) (reply, error) {
		st, raw, err := s.readStep(r, owner, action)
		if err != nil {
			for _, f := range wire.Arrived(r.Header.Get("Content-Type"), raw) {
				s.keepBroken(r, owner, f.FileRef, 0, f.Bytes)
			}
			return reply{}, err
		}
		if err := s.readContent(r, &st, raw); err != nil {
			return reply{}, err
		}
		return s.take(r, st)
	}
}

// readContent reads and judges the submission that a step brings.
func (s *Server) readContent(r *http.Request, st *step, raw []byte) (err error) {
	if st.content, st.inline, err = wire.UnpackStep(r.Header.Get("Content-Type"), raw); err != nil {
		return err
	}
	if st.sub, err = exam.DecodeSubmission(st.content); err != nil {
		return err
	}
	if st.sub.ID != st.id {
		return exam.Errorf(exam.KindInvalid, "read submission", "its id is not the resource's")
	}
	if err := soundFiles(st.sub.Files); err != nil {
		return err
	}
	if _, err := s.published(r.Context()); err != nil { // the newest edition judges
		return err
	}
	st.report = s.Rules.Judge(st.sub)
	st.digest, st.person = exam.Digest(st.content), s.person(st.sub.Document)
	return nil
}

// later makes the handler of a step after submission.
func (s *Server) later(action exam.Action) ownedHandler {
	return func(r *http.Request, owner Owner) (reply, error) {
		st, raw, err := s.readStep(r, owner, action)
		if err != nil {
			return reply{}, err
		}
		if action == exam.ActionPay {
			p, err := wire.Decode[wire.Payment](raw)
			if err != nil {
				return reply{}, err
			}
			if st.method = p.Method; st.method != "sandbox" {
				return reply{}, exam.Errorf(exam.KindInvalid, "pay", "no such method of payment")
			}
		}
		return s.take(r, st)
	}
}

// readStep reads what all steps share: id, key, base version, body.
func (s *Server) readStep(r *http.Request, owner Owner, action exam.Action) (step, []byte, error) {
	st := step{owner: owner, action: action, actor: exam.Candidate, digest: noContent}
	var err error
	if st.id, err = exam.ParseDraftID(r.PathValue("id")); err != nil {
		return st, nil, err
	}
	if st.entry, err = entryOf(r); err != nil {
		return st, nil, err
	}
	if st.base, err = baseOf(r); err != nil {
		return st, nil, err
	}
	raw, err := body(r)
	return st, raw, err
}

// entryOf reads the idempotency key: a UUID in canonical text.
func entryOf(r *http.Request) (exam.EntryID, error) {
	id, err := exam.ParseDraftID(r.Header.Get(wire.HeaderIdempotency))
	if err != nil {
		return "", exam.Errorf(exam.KindInvalid, "read idempotency key", "not a UUID in canonical form")
	}
	return exam.EntryID(id), nil
}

// baseOf reads the version a step builds on from If-Match: an entity tag of a
// whole number; "0" is a registration that does not exist yet.
func baseOf(r *http.Request) (int, error) {
	tag := r.Header.Get("If-Match")
	text, ok := strings.CutPrefix(tag, `"`)
	text, ok2 := strings.CutSuffix(text, `"`)
	n, err := strconv.ParseUint(text, 10, 31)
	if !ok || !ok2 || err != nil {
		return 0, exam.Errorf(exam.KindInvalid, "read If-Match", "not a version in quotes")
	}
	return int(n), nil
}

// soundFiles refuses references that are none. Whether they are too many or
// too large is for the rules to say, as it is at the client.
func soundFiles(files []exam.File) error {
	for _, f := range files {
		if !f.Sound() {
			return exam.Errorf(exam.KindInvalid, "read submission", "a file without kind, hash or size")
		}
	}
	return nil
}

// take decides a step of a client and answers it.
func (s *Server) take(r *http.Request, st step) (reply, error) {
	var out reply
	var refused error
	err := s.Repository.Decide(r.Context(), s.question(st), func(h Held) Decision {
		out, refused = reply{}, nil
		d, err := s.decide(st, h)
		if err != nil {
			refused = err
			return Decision{}
		}
		out = reply{status: d.Answer.Status, raw: d.Answer.Body}
		return d
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return reply{}, err
	}
	s.metrics.steps.WithLabelValues(string(st.action)).Inc()
	s.hub.tell(st.owner)
	return out, nil
}

func (s *Server) question(st step) Question {
	q := Question{Entry: st.entry, Owner: st.owner, ID: st.id, Inline: st.inline}
	if st.action.Brings() && st.report.Submittable {
		q.Person = st.person
		q.Files = st.sub.Files
	}
	return q
}

// person finds the same person's other registration for the same exam.
func (s *Server) person(d exam.Document) Person {
	m := hmac.New(sha256.New, s.personKey)
	number := exam.InspectID(d.IDNumber, d.IDType).Number // however it was typed
	for _, part := range []string{d.Exam, strconv.Itoa(d.Year), string(d.IDType), number} {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		m.Write(n[:])
		m.Write([]byte(part))
	}
	return Person(m.Sum(nil))
}

// noContent is the digest of a step that brings none.
var noContent = exam.Digest(nil)

// fingerprint tells whether a repeated key comes with the same step.
func (st step) fingerprint() [32]byte {
	h := sha256.New()
	for _, part := range []string{string(st.id), string(st.action), strconv.Itoa(st.base), st.method, st.digest} {
		h.Write([]byte(part + "\n"))
	}
	return [32]byte(h.Sum(nil))
}

// decide is the whole judgement over a client's step, from what is held alone.
func (s *Server) decide(st step, h Held) (Decision, error) {
	if a := h.Answered; a != nil {
		if a.Fingerprint != st.fingerprint() {
			return Decision{}, exam.Errorf(exam.KindInvalid, "take step", "the idempotency key belongs to another step")
		}
		return Decision{Answer: a}, nil
	}
	if err := s.admissible(st, h); err != nil {
		return Decision{}, err
	}
	l := s.life(h.Record)
	if st.action.Brings() {
		l.adopt(st, h.Serial)
	}
	if !l.advance(st.action, st.actor, st.reason) {
		return Decision{}, s.refuse(exam.KindState, "the state does not allow the step", h.Record)
	}
	s.follow(l, st.action)
	status := http.StatusOK
	if st.base == 0 {
		status = http.StatusCreated
	}
	l.seal()
	return Decision{Record: &l.rec, Answer: &Answered{Fingerprint: st.fingerprint(), Status: status, Body: wire.Encode(answerOf(l.rec, false)), At: l.at}}, nil
}

// admissible refuses what may not happen, the gravest reason first.
func (s *Server) admissible(st step, h Held) error {
	switch rec := h.Record; {
	case rec != nil && rec.Owner != st.owner, rec == nil && (st.action != exam.ActionSubmit || st.base != 0):
		return exam.Errorf(exam.KindNotFound, "take step", "no such registration")
	case rec != nil && rec.Version != st.base:
		return s.refuse(exam.KindConflict, "another version is current", rec)
	}
	if scope, closed := s.closed(st, h); closed {
		p := wire.NewProblem(exam.KindClosed, "the window is closed")
		p.Scope = scope
		return &refusal{p}
	}
	if !st.action.Brings() {
		return nil
	}
	switch {
	case st.action == exam.ActionSupplement && !sameDocument(st.sub, h.Record):
		return exam.Errorf(exam.KindInvalid, "take step", "material that was asked for comes with the document as it was")
	case !st.report.Submittable:
		return &exam.Error{Kind: exam.KindInvalid, Op: "check submission", Problems: st.report.Problems}
	case len(s.locked(st, h.Record)) > 0:
		return &exam.Error{Kind: exam.KindInvalid, Op: "check submission", Problems: s.locked(st, h.Record)}
	case h.Taken != "" && h.Taken != st.id:
		return exam.Errorf(exam.KindDuplicate, "take step", "this person has a registration")
	case len(h.Lacks) > 0:
		p := wire.NewProblem(wire.KindLacks, "files are missing")
		p.Lacks = h.Lacks
		return &refusal{p}
	}
	return nil
}

// locked lists what a submission changes that the state of what is held locks.
func (s *Server) locked(st step, rec *Record) []exam.Problem {
	if rec == nil || st.action != exam.ActionSubmit {
		return nil
	}
	held, err := exam.DecodeSubmission(rec.Content)
	if err != nil {
		return nil // it came back by its receipt from another edition
	}
	return s.Rules.Locked(rec.State, held, st.sub)
}

// sameDocument tells whether a submission changes nothing but files.
func sameDocument(sub exam.Submission, rec *Record) bool {
	held, err := exam.DecodeSubmission(rec.Content)
	return err == nil && bytes.Equal(held.Document.Encode(), sub.Document.Encode())
}

// closed asks the rules about the step's window, by this server's clock.
func (s *Server) closed(st step, h Held) (string, bool) {
	if s.Practice || h.Record != nil && st.action == exam.ActionSubmit && exam.Amends(h.Record.State) {
		return "", false
	}
	doc := st.sub.Document
	if !st.action.Brings() {
		sub, err := exam.DecodeSubmission(h.Record.Content)
		if err != nil {
			return "", false
		}
		doc = sub.Document
	}
	return s.Rules.Closed(doc, st.action, s.Now())
}

// refuse is a problem that shows what is current.
func (s *Server) refuse(kind exam.Kind, title string, rec *Record) error {
	p := wire.NewProblem(kind, title)
	current := answerOf(*rec, true)
	p.Current = &current
	return &refusal{p}
}

// answerOf gives a record in its travelling form.
func answerOf(rec Record, content bool) wire.Answer {
	reg := rec.Registration
	if !content {
		reg.Content = nil
	}
	return wire.Answer{Registration: wire.FromRegistration(reg), Receipt: rec.Receipt}
}

// life is a record while steps are taken on it.
type life struct {
	s   *Server
	rec Record
	sub exam.Submission // the record's content
	at  time.Time
	// double marks a registration that came back by its receipt when the person
	// had another: it is kept as it was signed, and holds the person against nobody.
	double bool
}

// holdsPerson tells whether a registration in a state stands against a second
// one of the same person.
func holdsPerson(s exam.State) bool {
	return s != exam.StateWithdrawn && s != exam.StateExpired
}

// life begins with a copy of what is held, or with nothing.
func (s *Server) life(held *Record) *life {
	l := &life{s: s, at: s.Now().UTC().Truncate(time.Millisecond)}
	if held != nil {
		l.rec = *held
		l.rec.History = append([]exam.Event(nil), held.History...)
		l.sub, _ = exam.DecodeSubmission(held.Content) // it was read before it was kept
		l.double = !held.Active && holdsPerson(held.State)
	} else {
		l.rec.State = exam.StateDraft
	}
	return l
}

// adopt makes the submission the record's content and gives it a number.
func (l *life) adopt(st step, serial func() uint64) {
	l.rec.ID, l.rec.Owner, l.sub = st.id, st.owner, st.sub
	l.double = false // the person was found free
	l.rec.Content, l.rec.Digest, l.rec.Person = st.content, st.digest, st.person
	if !exam.Amends(l.rec.State) { // what is to be paid was said
		l.rec.Due = st.report.Fee.Total
	}
	if l.rec.Number == "" {
		l.rec.Number = registrationNumber(st.sub.Document.Area, st.sub.Document.Year, serial(), l.s.Practice)
	}
}

// advance takes one step by the table of states.
func (l *life) advance(action exam.Action, actor exam.Actor, reason string) bool {
	next, ok := l.s.Rules.Next(l.sub.Document, l.rec.State, action, actor)
	if !ok {
		return false
	}
	l.rec.State = next
	l.rec.Version++
	l.rec.History = append(l.rec.History, exam.Event{Version: l.rec.Version, State: next, Action: action, Actor: actor, At: l.at, Reason: reason})
	return true
}

// follow takes the steps that the server itself takes after one of a client.
func (s *Server) follow(l *life, action exam.Action) {
	switch {
	case l.rec.State == exam.StateSubmitted:
		s.verify(l)
	case action == exam.ActionPay:
		if !s.ManualPayments && !s.steering.Load().LosePayments {
			l.advance(exam.ActionSettle, exam.System, "")
		}
	}
}

// verify decides a fresh submission. Only practice may approve by the rules
// alone: a real approval needs a check that this server cannot make by itself,
// and it never claims one it did not make.
func (s *Server) verify(l *life) {
	switch steering := s.steering.Load(); {
	case !s.Practice || steering.Verification == VerifyByHand:
		l.advance(exam.ActionReview, exam.System, "")
	case steering.Verification == VerifyAsks:
		l.advance(exam.ActionAsk, exam.Reviewer, steering.Reason)
	default:
		l.advance(exam.ActionVerify, exam.System, "")
	}
}

// seal signs what the record now says.
func (l *life) seal() {
	r := &l.rec
	r.Active = holdsPerson(r.State) && !l.double
	r.Seal = ""
	if mark, err := exam.SealOf(r.Registration, l.sub, l.s.Practice); err == nil {
		r.Seal = exam.SignSeal(l.s.Signer, mark)
	}
	r.Receipt = exam.Sign(l.s.Signer, exam.Statement{ID: r.ID, Number: r.Number, Version: r.Version, State: r.State,
		Digest: r.Digest, SignedAt: l.at, Practice: l.s.Practice})
}
