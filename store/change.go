package store

import (
	"sync"

	"wenbao/exam"
)

// What says what a [Change] is about.
type What string

const (
	DraftChanged  What = "draft"  // saved, restored, files, registration, state
	DraftRemoved  What = "purged" // gone for ever
	OutboxChanged What = "outbox" // an entry came, went, or was postponed or set aside
	StoreChanged  What = "store"  // anything may have changed: read again (also after locking and unlocking)
	StoreRepaired What = "repair" // a damaged file was found and rebuilt; see [Store.Opening]
)

// Change tells a subscriber that something it may show has changed.
type Change struct {
	What  What
	Draft exam.DraftID // "" with StoreChanged and StoreRepaired
}

// queued is how many changes wait for a slow subscriber before they become one
// StoreChanged.
const queued = 256

// subscribers hands changes out without ever waiting for anybody.
type subscribers struct {
	mu   sync.Mutex
	list map[chan Change]struct{}
}

func (s *subscribers) add() (<-chan Change, func()) {
	c := make(chan Change, queued)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		s.list = map[chan Change]struct{}{}
	}
	s.list[c] = struct{}{}
	return c, func() { s.remove(c) }
}

func (s *subscribers) remove(c chan Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.list[c]; ok {
		delete(s.list, c)
		close(c)
	}
}

func (s *subscribers) tell(changes ...Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.list {
		for _, change := range changes {
			select {
			case c <- change:
			default:
				drain(c)
				c <- Change{What: StoreChanged} // the channel is empty and only we send
			}
		}
	}
}

func drain(c chan Change) {
	for {
		select {
		case <-c:
		default:
			return
		}
	}
}

func (s *subscribers) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.list {
		close(c)
	}
	s.list = nil
}
