package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// Publication is what the authority tells everybody: a notice, or an edition of
// an exam pack.
type Publication struct {
	Seq    uint64             `json:"-"` // place among all publications; given by the repository
	Notice *exam.SignedNotice `json:"notice,omitempty"`
	Pack   *wire.PackEdition  `json:"pack,omitempty"`
}

// news is what this copy of the server knows of the publications. There are few
// of them, and every long poll asks.
type news struct {
	mu     sync.Mutex
	list   []Publication
	looked time.Time
}

// published gives all publications in their order, looking for those of other
// copies once in a while, and lets the rules take in what came.
func (s *Server) published(ctx context.Context) ([]Publication, error) {
	n := &s.news
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := s.Now(); n.looked.IsZero() || now.Sub(n.looked) >= lookAgain || now.Before(n.looked) {
		if err := s.look(ctx, n); err != nil {
			return nil, err
		}
		n.looked = now
	}
	return n.list, nil
}

// look reads what was published since the last look.
func (s *Server) look(ctx context.Context, n *news) error {
	for {
		after := uint64(0)
		if len(n.list) > 0 {
			after = n.list[len(n.list)-1].Seq
		}
		more, err := s.Repository.Publications(ctx, after, wire.MaxNews)
		if err != nil || len(more) == 0 {
			return err
		}
		for _, p := range more {
			if p.Pack != nil {
				if err := s.takeIn(ctx, *p.Pack); err != nil {
					return err
				}
			}
			n.list = append(n.list[:len(n.list):len(n.list)], p)
		}
	}
}

// takeIn lets the rules judge by an edition that was published. One that they
// cannot take (the program is older than the edition) is said and judged
// without; an edition that is here already is no news.
func (s *Server) takeIn(ctx context.Context, e wire.PackEdition) error {
	raw, err := s.Repository.Pack(ctx, e.SHA256)
	if err != nil {
		return err
	}
	switch _, err := s.Rules.Adopt(raw, []byte(e.Signature)); exam.KindOf(err) {
	case "", exam.KindConflict:
	default:
		s.Log.Error("a published exam pack cannot be used", "pack", e.ID, "version", e.Version, "err", err)
	}
	return nil
}

// PublishPack makes a newer edition of an exam pack the one that this server
// judges by, and tells every client. The signature is of a signer whom the
// edition before names; see [exam.Pack.Succeed] for what is refused. Nothing is
// judged by an edition that could not be stored, since no client would get it.
func (s *Server) PublishPack(ctx context.Context, raw, signature []byte) (wire.PackEdition, error) {
	s.editions.Lock()
	defer s.editions.Unlock()
	if _, err := s.published(ctx); err != nil {
		return wire.PackEdition{}, err
	}
	p, err := s.Rules.Adoptable(raw, signature)
	if err != nil {
		return wire.PackEdition{}, err
	}
	e := wire.PackEdition{ID: p.ID, Version: p.Version, SHA256: exam.Digest(raw), Size: int64(len(raw)), Signature: string(signature)}
	if err := s.publish(ctx, Publication{Pack: &e}, raw); err != nil {
		return e, err
	}
	if _, err := s.Rules.Adopt(raw, signature); exam.KindOf(err) != exam.KindConflict { // who polled just now has seen to it
		return e, err
	}
	return e, nil
}

// PublishNotice signs a notice and tells every client. Its id, time and
// practice mark are the server's.
func (s *Server) PublishNotice(ctx context.Context, n exam.Notice) (exam.Notice, error) {
	n.ID, n.At, n.Practice = string(exam.NewEntryID()), s.Now(), s.Practice
	signed, err := exam.SignNotice(s.Signer, n)
	if err != nil {
		return n, err
	}
	return n, s.publish(ctx, Publication{Notice: &signed}, nil)
}

func (s *Server) publish(ctx context.Context, p Publication, raw []byte) error {
	if err := s.Repository.Publish(ctx, p, raw); err != nil {
		return err
	}
	s.news.mu.Lock()
	s.news.looked = time.Time{}
	s.news.mu.Unlock()
	s.hub.tellAll()
	return nil
}

// newsAfter puts what was published after a place into a batch, and gives the
// place that it covers.
func newsAfter(list []Publication, after uint64, into *wire.Changes) uint64 {
	n := 0
	for _, p := range list {
		if p.Seq <= after {
			continue
		}
		if n++; n > wire.MaxNews {
			into.More = true
			break
		}
		if p.Notice != nil {
			into.Notices = append(into.Notices, *p.Notice)
		}
		if p.Pack != nil {
			into.Packs = append(into.Packs, *p.Pack)
		}
		after = p.Seq
	}
	return after
}

// pack gives the exact bytes of a published edition, or a range of them.
func (s *Server) pack(r *http.Request) (reply, error) {
	hash := r.PathValue("sha256")
	if !exam.IsDigest(hash) {
		return reply{}, exam.Errorf(exam.KindInvalid, "give exam pack", "not named by a SHA-256")
	}
	raw, err := s.Repository.Pack(r.Context(), hash)
	if err != nil {
		return reply{}, err
	}
	return ranged(r, raw)
}
