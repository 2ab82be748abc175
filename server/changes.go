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

// changes gives what became of the caller's registrations since a cursor,
// waiting for something to tell as long as the caller allows.
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
		batch, err := s.Repository.Changes(r.Context(), owner, after, wire.MaxChanges+1)
		if err != nil || len(batch) > 0 || wait == 0 || !known {
			s.hub.leave(owner, room)
			return reply{message: s.batch(batch, after, !known)}, err
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

// cursor reads "NAME.SEQ"; a cursor of another repository, or of a time this one
// has not seen, is not known here, and the caller is told to start again.
func (s *Server) cursor(text string) (after uint64, known bool) {
	if text == "" {
		return 0, true
	}
	name, seq, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(seq, 10, 63)
	if err != nil || name != s.Repository.Name() || n>>EpochShift > s.Repository.Epoch() {
		return 0, false
	}
	return n, true
}

func (s *Server) batch(records []Record, after uint64, reset bool) wire.Changes {
	out := wire.Changes{Answers: []wire.Answer{}, Reset: reset, Epoch: strconv.FormatUint(s.Repository.Epoch(), 36), More: len(records) > wire.MaxChanges}
	size := 0
	for i, rec := range records[:min(len(records), wire.MaxChanges)] {
		if size += len(rec.Content) + 2048; i > 0 && size > wire.MaxMessage/4 {
			out.More = true
			break
		}
		out.Answers = append(out.Answers, answerOf(rec, true))
		after = rec.Seq
	}
	out.Next = s.Repository.Name() + "." + strconv.FormatUint(after, 10)
	return out
}
