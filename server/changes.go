package server

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// hub wakes long polls when a step of their owner was taken by this process.
// It knows only owners of whom somebody waits.
type hub struct {
	mu    sync.Mutex
	rooms map[Owner]*room
}

// room is where the polls of one owner wait.
type room struct {
	news chan struct{} // closed at the next change
	in   int
}

func (h *hub) init() { h.rooms = make(map[Owner]*room) }

// enter gives the owner's room; leave it when done.
func (h *hub) enter(o Owner) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[o]
	if !ok {
		r = &room{news: make(chan struct{})}
		h.rooms[o] = r
	}
	r.in++
	return r
}

func (h *hub) leave(o Owner, r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.in--; r.in == 0 && h.rooms[o] == r {
		delete(h.rooms, o)
	}
}

// tell sends everybody in the owner's room to look.
func (h *hub) tell(o Owner) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r, ok := h.rooms[o]; ok {
		close(r.news)
		delete(h.rooms, o)
	}
}

// tellAll sends everybody to look.
func (h *hub) tellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for o, r := range h.rooms {
		close(r.news)
		delete(h.rooms, o)
	}
}

// lookAgain is how often a long poll looks for changes that another copy of the
// server made.
const lookAgain = 15 * time.Second

// registration gives one registration with its content.
func (s *Server) registration(r *http.Request, owner Owner) (reply, error) {
	id, err := exam.ParseDraftID(r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	rec, err := s.Repository.Registration(r.Context(), id)
	if err == nil && rec.Owner != owner {
		err = exam.Errorf(exam.KindNotFound, "give registration", "no such registration")
	}
	if err != nil {
		return reply{}, err
	}
	return reply{message: answerOf(rec, true)}, nil
}

// changes gives what became of the caller's registrations since a cursor, and
// what everybody was told, waiting for something to tell as long as the caller allows.
func (s *Server) changes(r *http.Request, owner Owner) (reply, error) {
	q := r.URL.Query()
	wait, err := waitOf(q.Get("wait"))
	if err != nil {
		return reply{}, err
	}
	after, known := s.cursor(q.Get("after"))
	until := time.NewTimer(wait)
	defer until.Stop()
	for {
		room := s.hub.enter(owner)
		batch, err := s.Repository.Changes(r.Context(), owner, after.own, wire.MaxChanges+1)
		var told []Publication
		if err == nil {
			told, err = s.published(r.Context())
		}
		if err != nil || len(batch) > 0 || lastSeq(told) > after.news || wait == 0 || !known {
			s.hub.leave(owner, room)
			return reply{message: s.batch(batch, told, after, !known)}, err
		}
		select {
		case <-room.news:
		case <-time.After(lookAgain):
		case <-until.C:
			wait = 0
		case <-s.closing:
			wait = 0
		case <-r.Context().Done():
			err = r.Context().Err()
		}
		if s.hub.leave(owner, room); err != nil {
			return reply{}, err
		}
	}
}

func waitOf(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, exam.Errorf(exam.KindInvalid, "give changes", "wait is not a number of seconds")
	}
	return min(time.Duration(n)*time.Second, wire.MaxWait), nil
}

// place is how far a client has come among its own changes and the publications.
type place struct{ own, news uint64 }

// cursor reads "NAME.OWN.NEWS"; a cursor of another repository, or of a time
// this one has not seen, is not known here, and the caller is told to start
// again. Cursors from before there were publications have no NEWS.
func (s *Server) cursor(text string) (after place, known bool) {
	if text == "" {
		return place{}, true
	}
	name, seqs, _ := strings.Cut(text, ".")
	own, told, _ := strings.Cut(seqs, ".")
	if told == "" {
		told = "0"
	}
	var err, err2 error
	after.own, err = strconv.ParseUint(own, 10, 63)
	after.news, err2 = strconv.ParseUint(told, 10, 63)
	if err != nil || err2 != nil || name != s.Repository.Name() || max(after.own, after.news)>>EpochShift > s.Repository.Epoch() {
		return place{}, false
	}
	return after, true
}

func lastSeq(list []Publication) uint64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Seq
}

func (s *Server) batch(records []Record, told []Publication, after place, reset bool) wire.Changes {
	out := wire.Changes{Answers: []wire.Answer{}, Reset: reset, Epoch: strconv.FormatUint(s.Repository.Epoch(), 36), More: len(records) > wire.MaxChanges}
	size := 0
	for i, rec := range records[:min(len(records), wire.MaxChanges)] {
		if size += len(rec.Content) + 2048; i > 0 && size > wire.MaxMessage/4 {
			out.More = true
			break
		}
		out.Answers = append(out.Answers, answerOf(rec, true))
		after.own = rec.Seq
	}
	after.news = newsAfter(told, after.news, &out)
	out.Next = s.Repository.Name() + "." + strconv.FormatUint(after.own, 10) + "." + strconv.FormatUint(after.news, 10)
	return out
}
