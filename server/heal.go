package server

import (
	"context"
	"crypto/ed25519"
	"net/http"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// owns gives the summaries of all that an owner has, by key range.
func (s *Server) owns(ctx context.Context, owner Owner) (map[string][]wire.Summary, error) {
	list, err := s.Repository.Summaries(ctx, owner)
	ranges := map[string][]wire.Summary{}
	for _, one := range list {
		key := wire.RangeOf(one.ID)
		ranges[key] = append(ranges[key], one)
	}
	return ranges, err
}

// digests gives the digest of every key range, to be compared with the client's.
func (s *Server) digests(r *http.Request, owner Owner) (reply, error) {
	ranges, err := s.owns(r.Context(), owner)
	if err != nil {
		return reply{}, err
	}
	out := wire.Comparison{Ranges: map[string]string{}}
	for key, list := range ranges {
		out.Ranges[key] = wire.DigestRange(list)
	}
	return reply{message: out}, nil
}

// summaries lists one key range whose digests differ.
func (s *Server) summaries(r *http.Request, owner Owner) (reply, error) {
	ranges, err := s.owns(r.Context(), owner)
	if err != nil {
		return reply{}, err
	}
	return reply{message: wire.Summaries{Summaries: listed(ranges[r.PathValue("range")])}}, nil
}

// restore takes back a registration that this server lost, on the proof of its
// own signature. A receipt that is older than what is held changes nothing.
func (s *Server) restore(r *http.Request, owner Owner) (reply, error) {
	id, err := exam.ParseDraftID(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	raw, err := body(r)
	if err != nil {
		return reply{}, err
	}
	m, err := wire.Decode[wire.Restore](raw)
	if err != nil {
		return reply{}, err
	}
	content := []byte(m.Content)
	statement, err := m.Receipt.Verify(append([]ed25519.PublicKey{s.public}, s.Former...))
	if err == nil {
		err = statement.Proves(id, content)
	}
	if err != nil || statement.Practice != s.Practice {
		return reply{}, exam.Errorf(exam.KindInvalid, "restore", "the receipt is not this server's over these bytes")
	}
	sub, err := exam.DecodeSubmission(content)
	if err != nil {
		return reply{}, err
	}
	if err := soundFiles(sub.Files); err != nil {
		return reply{}, err
	}
	q := Question{Owner: owner, ID: id, Person: s.person(sub.Document), Files: sub.Files}
	var out wire.Answer
	var refused error
	err = s.Repository.Decide(r.Context(), q, func(h Held) Decision {
		d, err := s.restored(h, owner, statement, m, sub)
		if refused = err; err != nil {
			return Decision{}
		}
		rec := d.Record
		if rec == nil {
			rec = h.Record
		}
		out = answerOf(*rec, true)
		return d
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return reply{}, err
	}
	s.hub.tell(owner)
	return reply{message: out}, nil
}

// restored decides what a receipt brings back.
func (s *Server) restored(h Held, owner Owner, st exam.Statement, m wire.Restore, sub exam.Submission) (Decision, error) {
	switch {
	case h.Record != nil && h.Record.Owner != owner:
		return Decision{}, exam.Errorf(exam.KindNotFound, "restore", "no such registration")
	case h.Record != nil && h.Record.Version >= st.Version:
		return Decision{}, nil
	case len(h.Lacks) > 0:
		p := wire.NewProblem(wire.KindLacks, "files are missing")
		p.Lacks = h.Lacks
		return Decision{}, &refusal{p}
	}
	l := s.life(h.Record)
	if l.double = h.Taken != "" && h.Taken != st.ID; l.double {
		s.Log.Warn("a registration came back whose person has registered again meanwhile", "id", st.ID, "other", h.Taken)
	}
	l.rec.ID, l.rec.Owner, l.rec.Number = st.ID, owner, st.Number
	l.sub = sub
	l.rec.Content, l.rec.Digest, l.rec.Person = []byte(m.Content), st.Digest, s.person(sub.Document)
	l.rec.Version, l.rec.State = st.Version, st.State
	l.rec.Due = s.Rules.Judge(sub).Fee.Total
	l.rec.History = append(l.rec.History, exam.Event{Version: st.Version, State: st.State, Action: exam.ActionRestore, Actor: exam.System, At: st.SignedAt})
	l.seal()
	return Decision{Record: &l.rec}, nil
}
