package present_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// sideBySide is a loop whose work runs beside the window, as in the program; the race
// detector sees what both touch.
type sideBySide struct {
	work sync.WaitGroup
	done chan func()
}

func (l *sideBySide) Go(ctx context.Context, work func(context.Context) func()) {
	l.work.Go(func() {
		if then := work(ctx); then != nil {
			l.done <- then
		}
	})
}

func (l *sideBySide) After(time.Duration, func()) (stop func()) { return func() {} }
func (l *sideBySide) Now() time.Time                            { return presenttest.Start }

// turn runs what has come back to the window.
func (l *sideBySide) turn() {
	for {
		select {
		case then := <-l.done:
			then()
		default:
			return
		}
	}
}

// shelf is a store of one draft that may be asked from anywhere.
type shelf struct {
	present.Drafts
	present.Files
	present.Past
	present.Outbox
	mu    sync.Mutex
	draft exam.Draft
}

func (s *shelf) Draft(exam.DraftID) (exam.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draft, nil
}

func (s *shelf) Save(_ exam.DraftID, doc exam.Document) (exam.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draft.Document = doc
	s.draft.Revision++
	return s.draft, nil
}

func (s *shelf) Recent(string, int) ([]present.Summary, int, error)         { return nil, 0, nil }
func (s *shelf) Entries() ([]exam.Entry, error)                             { return nil, nil }
func (s *shelf) History(exam.DraftID) ([]present.Version, error)            { return nil, nil }
func (s *shelf) File(string) ([]byte, error)                                { return []byte("photo"), nil }
func (s *shelf) Attach(exam.DraftID, exam.File, []byte) (exam.Draft, error) { return s.Draft("") }
func (s *shelf) Detach(exam.DraftID, exam.FileKind, string) (exam.Draft, error) {
	return s.Draft("")
}
func (s *shelf) Restore(exam.DraftID, uint64) (exam.Draft, error) { return s.Draft("") }

func TestWorkBesideTheWindowTouchesNothingOfTheWindows(t *testing.T) {
	w := presenttest.NewWorld()
	s := &shelf{draft: exam.Draft{ID: exam.NewDraftID(), Revision: 1, Pack: w.Pack.Ref(), State: exam.StateDraft,
		Files: []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest([]byte("photo"))}}}}
	ports := w.Ports()
	ports.Drafts, ports.Files, ports.Past, ports.Outbox = s, s, s, s
	loop := &sideBySide{done: make(chan func(), 1<<14)}
	d := present.NewDesk(ports, loop, func() {})
	d.Open(s.draft.ID)
	loop.work.Wait()
	loop.turn()
	f := d.Form()
	for i := range 200 {
		f.Set("city", strconv.Itoa(i))
		f.SaveNow()
		d.StoreChanged(f.ID())
		f.Restore(1)
		f.ClearPhoto()
		f.ReadPast()
		loop.turn()
	}
	loop.work.Wait()
	loop.turn()
	loop.work.Wait()
}
