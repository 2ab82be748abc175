package synctest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// problemOf is an answer of the server that tells a problem and nothing else.
func problemOf(kind exam.Kind, r *http.Request) *http.Response {
	p := wire.NewProblem(kind, "no")
	w := httptest.NewRecorder()
	w.Header().Set(wire.HeaderProtocol, wire.Version)
	w.WriteHeader(p.Status)
	w.Write(wire.Encode(p))
	resp := w.Result()
	resp.Request = r
	return resp
}

// A step that waited out a long outage is not set aside for one fault of the server.
func TestOneFaultAfterALongOutageSetsNothingAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		var mode atomic.Value
		mode.Store("away")
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			switch {
			case mode.Load() == "away":
				return nil, errReset
			case mode.Load() == "fault" && strings.HasPrefix(r.URL.Path, "/v1/registrations/"):
				return problemOf(exam.KindInternal, r), nil
			}
			return Handler{s}.RoundTrip(r)
		}), nil)
		for i := range 30 {
			m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
		}
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { e.Run(ctx) })
		time.Sleep(time.Hour)
		mode.Store("fault") // for three seconds
		e.Wake()
		time.Sleep(3 * time.Second)
		mode.Store("")
		time.Sleep(time.Hour)
		cancel()
		done.Wait()
		left, _ := m.Entries()
		aside := 0
		for _, x := range left {
			if x.Aside {
				aside++
			}
		}
		if len(left) > 0 {
			t.Errorf("%d of 30 left, %d set aside", len(left), aside)
		}
	})
}

// A server that stumbles over everything for hours is waited for; what it alone
// stumbles over while it takes others is set aside within minutes.
func TestAServerThatStumblesOverEverythingIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		bad := Submit(exam.NewDraftID(), 0, Document(0), photo(m, 0))
		good := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1))
		var all atomic.Bool
		all.Store(true)
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if all.Load() && strings.HasPrefix(r.URL.Path, "/v1/registrations/") || strings.HasSuffix(r.URL.Path, string(bad.Draft)) {
				return problemOf(exam.KindInternal, r), nil
			}
			return Handler{s}.RoundTrip(r)
		}), nil)
		m.Queue(good)
		m.Queue(bad)
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { e.Run(ctx) })
		time.Sleep(4 * time.Hour)
		if left, _ := m.Entries(); len(left) != 2 || left[0].Aside || left[1].Aside || left[0].Next.IsZero() {
			t.Errorf("after four hours of faults: %+v", left)
		}
		all.Store(false)
		time.Sleep(20 * time.Minute)
		cancel()
		done.Wait()
		left, _ := m.Entries()
		if _, ok := m.Delivered(good.ID); !ok || len(left) != 1 || left[0].ID != bad.ID || !left[0].Aside || left[0].Last != exam.KindInternal {
			t.Errorf("delivered %v, left %+v", ok, left)
		}
	})
}

// A server that stumbles for ever is given up in the end, so that somebody asks.
func TestAServerThatStumblesForEverIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
				return problemOf(exam.KindInternal, r), nil
			}
			return Handler{s}.RoundTrip(r)
		}), nil)
		m.Queue(Submit(exam.NewDraftID(), 0, Document(0), photo(m, 0)))
		began := time.Now()
		if r, err := e.UntilIdle(t.Context()); err != nil || r.SetAside != 1 {
			t.Error(r, err)
		}
		if took := time.Since(began); took < 7*time.Hour || took > 14*time.Hour {
			t.Error("given up after", took)
		}
	})
}

// closing are rules whose windows close for fresh submissions at a moment.
type closing struct {
	server.Rules
	shut *atomic.Bool
}

func (c closing) Closed(exam.Document, exam.Action, time.Time) (string, bool) {
	return wire.ScopeOf(Document(0)), c.shut.Load()
}

// What the server took before the window closed is delivered, though the answer was lost and others hear that it is closed.
func TestWhatWasTakenBeforeTheWindowClosedIsNotSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shut atomic.Bool
		s := practiceServer(t, func(c *server.Config) { c.Practice = false; c.Rules = closing{c.Rules, &shut} })
		m := NewMemory()
		lose := true
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			resp, err := Handler{s}.RoundTrip(r)
			if lose && strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
				return nil, errReset
			}
			return resp, err
		}), func(c *wsync.Config) { c.Transport = serialized{c.Transport} })
		taken := Submit(exam.NewDraftID(), 0, Document(99), photo(m, 1))
		m.Queue(taken)
		if r, err := e.Once(t.Context()); r.Delivered != 0 {
			t.Fatal(r, err)
		}
		lose = false
		if rec, err := s.Repository.Registration(t.Context(), taken.Draft); err != nil || rec.Version == 0 {
			t.Fatal(rec, err) // the server has it
		}
		shut.Store(true)
		var early []exam.Entry // thirty that were queued before it, and come too late
		for i := range 30 {
			x := Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i%5)))
			x.ID = exam.EntryID(fmt.Sprintf("00000000-0000-7000-8000-%012d", i))
			early = append(early, x)
		}
		m.mu.Lock()
		m.entries = append(early, m.entries...)
		m.mu.Unlock()
		time.Sleep(10 * time.Minute)
		r, err := e.UntilIdle(t.Context())
		if _, ok := m.Delivered(taken.ID); !ok {
			t.Errorf("%+v, %v: the server took it, and it is not delivered", r, err)
		}
	})
}

// A person presses "try now", or the network is another, while something is on its way.
func TestTryNowDuringAPassIsHeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		hold := make(chan struct{})
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
				select {
				case <-hold:
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
			return Handler{s}.RoundTrip(r)
		}), nil)
		waits := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1))
		waits.Next, waits.Attempts, waits.Last = time.Now().Add(50*time.Minute), 3, exam.KindUnreachable
		m.Queue(waits)
		m.Queue(Submit(exam.NewDraftID(), 0, Document(2), photo(m, 2)))
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { e.Run(ctx) })
		time.Sleep(2 * time.Second) // the second is on its way
		e.Wake()                    // a person presses "try now", or the network is another
		time.Sleep(2 * time.Second)
		close(hold)
		began := time.Now()
		for range 3600 {
			if _, ok := m.Delivered(waits.ID); ok {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("tried %v after it was asked for", took)
		}
		cancel()
		done.Wait()
	})
}

// full is a machine whose disk is full.
type full struct{ *Memory }

var errFull = exam.Errorf(exam.KindFull, "write", "no room")

func (full) Postpone(exam.EntryID, exam.Kind, time.Time) error { return errFull }
func (full) SetAside(exam.EntryID, exam.Kind, []exam.Problem, *exam.Registration) error {
	return errFull
}
func (full) Deliver(exam.EntryID, exam.Registration, exam.Receipt) error { return errFull }

// A full disk does not make a machine a nuisance to the server.
func TestAFullDiskDoesNotHammerTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		var steps atomic.Int64
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
				steps.Add(1)
			}
			time.Sleep(30 * time.Millisecond)
			return Handler{s}.RoundTrip(r)
		}), func(c *wsync.Config) { c.Outbox = full{m} })
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		e.Run(ctx)
		if n := steps.Load(); n > 100 {
			t.Errorf("%d times in ten minutes", n)
		}
	})
}

// A step is delivered only with an answer to that step.
func TestAnOldReceiptDeliversNoLaterStep(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	var old []byte // what something in between has seen about this registration
	e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/withdraw") {
			w.Header().Set(wire.HeaderProtocol, wire.Version)
			w.Write(old)
			return
		}
		r.Header.Del("Accept-Encoding")
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, r)
		if r.Method == http.MethodPut && rec.Code == http.StatusCreated && strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
			old = rec.Body.Bytes()
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	})}, nil)
	id := exam.NewDraftID()
	m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
	step := exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionWithdraw, Base: 2}
	m.Queue(step)
	r, err := e.Once(t.Context())
	rec, _ := s.Repository.Registration(t.Context(), id)
	if u, ok := m.Delivered(step.ID); ok && rec.State != exam.StateWithdrawn {
		t.Errorf("%+v %v: delivered with version %d, and the server has %s", r, err, u.Registration.Version, rec.State)
	}
}

// An edition that the server could not give at the moment comes later.
func TestAnEditionIsNotPassedOverForAFaultOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, func(c *server.Config) { c.Practice = false; c.Rules = openRules{c.Rules} })
		m, p := NewMemory(), shipped(t)
		faults := 1
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/packs/") && faults > 0 {
				faults--
				return problemOf(exam.KindInternal, r), nil
			}
			return Handler{s}.RoundTrip(r)
		}), func(c *wsync.Config) { withPack(c, p) })
		raw, signature := next(t, "7", "", exam.SamplePackKey())
		if _, err := s.PublishPack(t.Context(), raw, signature); err != nil {
			t.Fatal(err)
		}
		for range 30 {
			e.Once(t.Context())
			time.Sleep(24 * time.Hour)
		}
		if got, _ := wsync.Edition(m, p); got.Version != 7 {
			t.Errorf("a month later this machine judges by edition %d", got.Version)
		}
	})
}

// A photo of another machine's registration, likewise.
func TestAFileIsNotGivenUpForAFaultOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		a, b := NewMemory(), NewMemory()
		cred := make([]byte, wire.CredentialSize)
		a.SetSetting("sync.credential", cred)
		b.SetSetting("sync.credential", cred)
		f := photo(a, 1)
		a.Queue(Submit(exam.NewDraftID(), 0, Document(1), f))
		if r, err := engine(t, a, Handler{s}, nil).Once(t.Context()); err != nil || r.Delivered != 1 {
			t.Fatal(r, err)
		}
		faults := 1
		e := engine(t, b, rounds(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v1/files/") && faults > 0 {
				faults--
				return problemOf(exam.KindInternal, r), nil
			}
			return Handler{s}.RoundTrip(r)
		}), func(c *wsync.Config) { c.Keeper = b })
		for range 30 {
			e.Once(t.Context())
			time.Sleep(24 * time.Hour)
		}
		if _, err := b.File(f.SHA256); err != nil {
			t.Errorf("a month later: %v", err)
		}
	})
}

// UntilIdle ends when what is left waits for a person.
func TestUntilIdleEndsWhenTheRestWaitsForAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		m := NewMemory()
		e := engine(t, m, Handler{s}, nil)
		bad := Document(0)
		bad.IDNumber = "41010219800101000X"
		id := exam.NewDraftID()
		m.Queue(Submit(id, 0, bad, photo(m, 0)))
		m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionConfirm, Base: 2})
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		r, err := e.UntilIdle(ctx)
		if took := time.Since(began); took > time.Hour {
			t.Errorf("%+v, %v after %v", r, err, took)
		}
	})
}
