package synctest

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/servertest"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// The tests of this file are each a bug of a comparable system; DESIGN.md has the
// table.

func generous(c *server.Config) { c.Limits = eager }

// TestEveryWaitingStepGoesInOnePassAndEveryChangeComes is for queues that were
// read by offset while sending shortened them: of a hundred, fifty went.
func TestEveryWaitingStepGoesInOnePassAndEveryChangeComes(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	ids := make([]exam.DraftID, 3*wire.MaxChanges/2)
	for i := range ids {
		ids[i] = exam.NewDraftID()
		m.Queue(Submit(ids[i], 0, Document(i), photo(m, uint64(i%7))))
	}
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != len(ids) || r.Waiting != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	key, _ := m.Setting("sync.credential")
	other := NewMemory() // the same device, empty: everything comes back, in several batches
	other.SetSetting("sync.credential", key)
	if _, err := engine(t, other, Handler{servertest.Witness(t, s)}, nil).Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if u, ok := other.Known(id); !ok || len(u.Registration.Content) == 0 {
			t.Fatalf("%s did not come", id)
		}
	}
}

// TestWhatWasDeliveredBeforeTheProcessDiedIsKept is for uploads inside one
// transaction: a crash after 900 of 1,000 forgot all 900.
func TestWhatWasDeliveredBeforeTheProcessDiedIsKept(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	ctx, die := context.WithCancel(t.Context())
	answered := atomic.Int64{}
	e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
		resp, err := Handler{servertest.Witness(t, s)}.RoundTrip(r)
		if strings.HasPrefix(r.URL.Path, "/v1/registrations/") && answered.Add(1) == 40 {
			die()
		}
		return resp, err
	}), nil)
	for i := range 100 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1)))
	}
	r, err := e.Once(ctx)
	left, _ := m.Entries()
	if exam.KindOf(err) != exam.KindCanceled || r.Delivered < 15 || len(left) != 100-r.Delivered || r.Waiting != len(left) {
		t.Fatalf("%+v, %v; %d left", r, err, len(left))
	}
	if r, err := engine(t, m, Handler{servertest.Witness(t, s)}, nil).Once(t.Context()); err != nil || r.Delivered != len(left) {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestNoFailureOfAnyKindTakesAStepOutOfTheOutbox is for clients that deleted what
// a 401, or an error after the sending, had not delivered; and for a "sync now"
// that reports success.
func TestNoFailureOfAnyKindTakesAStepOutOfTheOutbox(t *testing.T) {
	kinds := []exam.Kind{exam.KindInvalid, exam.KindNotFound, exam.KindConflict, exam.KindDuplicate, exam.KindState, exam.KindClosed, exam.KindUnauthorized,
		exam.KindUpgrade, exam.KindTooLarge, exam.KindRateLimited, exam.KindUnreachable, exam.KindInternal, wire.KindLacks, "a kind of tomorrow"}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := NewMemory()
				p := wire.NewProblem(kind, "no")
				p.Kind = kind
				no := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set(wire.HeaderProtocol, wire.Version)
					w.WriteHeader(p.Status)
					w.Write(wire.Encode(p))
				})
				entry := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1))
				m.Queue(entry)
				for range 20 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					r, err := engine(t, m, Handler{no}, nil).Once(ctx)
					cancel()
					left, _ := m.Entries()
					if len(left) != 1 || left[0].ID != entry.ID || r.Delivered != 0 {
						t.Fatalf("%+v, %v: %+v", r, err, left)
					}
					switch {
					case left[0].Aside && left[0].Last == "":
						t.Fatal("set aside without a reason")
					case !left[0].Aside && (err == nil || left[0].Next.IsZero()):
						t.Fatalf("it waits, and nobody is told: %v, next %v", err, left[0].Next)
					}
					time.Sleep(time.Hour)
				}
			})
		})
	}
}

// TestAfterLoggingInAgainEverythingGoes: the cause for all stops once, and no
// entry is worse for it.
func TestAfterLoggingInAgainEverythingGoes(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	out, asked := atomic.Bool{}, atomic.Int64{}
	out.Store(true)
	e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !out.Load() {
			s.ServeHTTP(w, r)
			return
		}
		asked.Add(1)
		p := wire.NewProblem(exam.KindUnauthorized, "log in")
		w.Header().Set(wire.HeaderProtocol, wire.Version)
		w.WriteHeader(p.Status)
		w.Write(wire.Encode(p))
	})}, nil)
	for i := range 1000 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1)))
	}
	r, err := e.Once(t.Context())
	if st := e.Status(); exam.KindOf(err) != exam.KindUnauthorized || r.Waiting != 1000 || asked.Load() > 40 || st.Link != wsync.Paused || st.Cause != exam.KindUnauthorized {
		t.Fatalf("%+v, %v, asked %d times, %+v", r, err, asked.Load(), st)
	}
	out.Store(false)
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1000 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestARecordIsNotDeliveredWithoutItsFiles is for servers that answered 201 while
// the video was missing, and for records that showed no error of their image.
func TestARecordIsNotDeliveredWithoutItsFiles(t *testing.T) {
	s := practiceServer(t, nil)
	t.Run("the server refuses a file", func(t *testing.T) {
		m := NewMemory()
		e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/v1/files/") {
				s.ServeHTTP(w, r)
				return
			}
			p := wire.NewProblem(exam.KindInvalid, "no")
			w.Header().Set(wire.HeaderProtocol, wire.Version)
			w.WriteHeader(p.Status)
			w.Write(wire.Encode(p))
		})}, nil)
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1), m.AddFile("diploma", "application/pdf", Photo(rng(1), 90_000))))
		r, err := e.Once(t.Context())
		left, _ := m.Entries()
		if err != nil || r.Delivered != 0 || r.SetAside != 1 || left[0].Last != exam.KindInvalid {
			t.Fatalf("%+v, %v, %+v", r, err, left)
		}
	})
	t.Run("the file is gone here", func(t *testing.T) {
		m := NewMemory()
		gone := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest([]byte("gone")), Size: 25_000, Type: "image/jpeg"}
		m.Queue(Submit(exam.NewDraftID(), 0, Document(2), gone))
		r, err := engine(t, m, Handler{servertest.Witness(t, s)}, nil).Once(t.Context())
		left, _ := m.Entries()
		if err != nil || r.SetAside != 1 || len(left[0].Problems) != 1 || left[0].Problems[0].Rule != "file.lost" || left[0].Problems[0].Field != "photo" {
			t.Fatalf("%+v, %v, %+v", r, err, left)
		}
	})
}

// TestTheSameFileInManyPlacesGoesOnce is for servers that refused the second
// identical attachment, and for clients that sent it again.
func TestTheSameFileInManyPlacesGoesOnce(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	up := atomic.Int64{}
	e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
		up.Add(r.ContentLength)
		return Handler{servertest.Witness(t, s)}.RoundTrip(r)
	}), nil)
	scan := m.AddFile("diploma", "application/pdf", Photo(rng(1), 500_000))
	again := scan
	again.Kind = "degree"
	for i := range 40 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i)), scan, again))
	}
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 40 {
		t.Fatalf("%+v, %v", r, err)
	}
	// A busy machine may send a piece again; a second sending of the scan is more.
	if n := up.Load(); n > 500_000+40*(25_000+2_000)+100_000 {
		t.Fatalf("%d bytes went up", n)
	}
}

// TestALongUploadGoesOnWhereItWas is for jobs that began again from nothing when
// they took longer than ten minutes, and for uploads that a restart threw away:
// the client dies every five minutes on a line that needs forty.
func TestALongUploadGoesOnWhereItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, generous)
		p := Awful
		p.Up = 1000
		link := NewLink(p, 3)
		web := &http.Server{Handler: s}
		served := make(chan struct{})
		go func() { web.Serve(link); close(served) }()
		m := NewMemory()
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1), m.AddFile("diploma", "application/pdf", Photo(rng(1), 2_000_000))))
		lives := 0
		for done := false; !done && lives < 30; lives++ {
			e := engine(t, m, nil, func(c *wsync.Config) { c.Transport, c.Dial = nil, link.Dial })
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			r, _ := e.UntilIdle(ctx)
			cancel()
			e.Close()
			done = r.Delivered == 1
		}
		link.mu.Lock()
		sent := link.Sent
		link.mu.Unlock()
		if lives < 6 || lives == 30 || sent > 2_600_000 {
			t.Errorf("%d lives, %d bytes for 2,000,000", lives, sent)
		}
		web.Close()
		link.Close()
		<-served
		time.Sleep(5 * time.Minute)
	})
}

// TestTwoThousandStepsKeepFewThingsOpen is for clients that ran out of open files
// at about two thousand items.
func TestTwoThousandStepsKeepFewThingsOpen(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	files := &busy{Files: m}
	requests := &gauge{}
	e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
		defer requests.enter()()
		return Handler{servertest.Witness(t, s)}.RoundTrip(r)
	}), func(c *wsync.Config) { c.Files = files })
	n := 2000
	if testing.Short() {
		n = 200
	}
	for i := range n {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i%9))))
	}
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != n {
		t.Fatalf("%+v, %v", r, err)
	}
	if files.most.Load() > 24 || requests.most.Load() > 20 {
		t.Fatalf("%d files and %d requests at one time", files.most.Load(), requests.most.Load())
	}
}

// gauge knows how many are inside, and how many there were at most.
type gauge struct{ now, most atomic.Int64 }

func (g *gauge) enter() (leave func()) {
	n := g.now.Add(1)
	for {
		most := g.most.Load()
		if n <= most || g.most.CompareAndSwap(most, n) {
			return func() { g.now.Add(-1) }
		}
	}
}

type busy struct {
	wsync.Files
	gauge
}

func (b *busy) File(hash string) ([]byte, error) {
	defer b.enter()()
	return b.Files.File(hash)
}

// TestNewsThatFailKeepNothingFromBeingSent is for a failing side task that skipped
// the upload of what was ready.
func TestNewsThatFailKeepNothingFromBeingSent(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			p := wire.NewProblem(exam.KindInternal, "no")
			w.Header().Set(wire.HeaderProtocol, wire.Version)
			w.WriteHeader(p.Status)
			w.Write(wire.Encode(p))
			return
		}
		s.ServeHTTP(w, r)
	})}, nil)
	for i := range 30 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1)))
	}
	if r, err := e.Once(t.Context()); err == nil || r.Delivered != 30 {
		t.Fatalf("%+v, %v: the failure is told, and everything went", r, err)
	}
}

// TestStepsOfARegistrationKeepTheirOrderAndNoOthersWait: the first step of one
// registration hangs; its second does not overtake it, everybody else's do.
func TestStepsOfARegistrationKeepTheirOrderAndNoOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, generous)
		m := NewMemory()
		slow := exam.NewDraftID()
		var mu sync.Mutex
		var order []string
		e := engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
			mine := strings.Contains(r.URL.Path, string(slow))
			if mine && r.Method == http.MethodPut {
				time.Sleep(20 * time.Second)
			}
			resp, err := Handler{servertest.Witness(t, s)}.RoundTrip(r)
			if strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
				mu.Lock()
				defer mu.Unlock()
				name := "other"
				if mine {
					name = r.Method
				}
				order = append(order, name)
			}
			return resp, err
		}), nil)
		m.Queue(Submit(slow, 0, Document(0), photo(m, 1)))
		m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: slow, Action: exam.ActionConfirm, Base: 2})
		for i := 1; i <= 30; i++ {
			m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1)))
		}
		r, err := e.UntilIdle(t.Context())
		if err != nil || r.Delivered != 32 || order[len(order)-2] != "PUT" || order[len(order)-1] != "POST" {
			t.Fatalf("%+v, %v, %v", r, err, order)
		}
	})
}

// TestAfterAnOutageTheServersLoadIsSpread has four hundred machines wait for a
// server that comes back: no second of the first minute sees a tenth of them.
func TestAfterAnOutageTheServersLoadIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		machines := 400
		if testing.Short() {
			machines = 100
		}
		s := practiceServer(t, generous)
		var up atomic.Bool
		up.Store(true)
		var mu sync.Mutex
		arrivals := map[time.Time]map[string]bool{} // by second: who
		n := &Network{Seed: 1, Delay: 100 * time.Millisecond, To: func() http.Handler {
			if !up.Load() {
				return nil
			}
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				second := time.Now().Truncate(time.Second)
				if arrivals[second] == nil {
					arrivals[second] = map[string]bool{}
				}
				arrivals[second][r.Header.Get("Authorization")] = true
				mu.Unlock()
				s.ServeHTTP(w, r)
			})
		}}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		var memories []*Memory
		for i := range machines {
			m := NewMemory()
			memories = append(memories, m)
			e := engine(t, m, n, func(c *wsync.Config) { c.Rand = rng(uint64(i)) })
			all.Go(func() { e.Run(ctx) })
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(10 * time.Minute)
		up.Store(false)
		for i, m := range memories {
			m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, 1)))
		}
		time.Sleep(20 * time.Minute)
		mu.Lock()
		clear(arrivals)
		mu.Unlock()
		up.Store(true)
		back := time.Now().Truncate(time.Second)
		time.Sleep(30 * time.Minute)
		mu.Lock()
		worst, first := 0, map[string]bool{}
		for s := range 60 {
			fresh := 0
			for who := range arrivals[back.Add(time.Duration(s)*time.Second)] {
				if !first[who] {
					first[who], fresh = true, fresh+1
				}
			}
			worst = max(worst, fresh)
		}
		mu.Unlock()
		if worst > machines/10 || len(first) == 0 {
			t.Errorf("%d of %d came back in one second; %d in the first minute", worst, machines, len(first))
		}
		for i, m := range memories {
			if left, _ := m.Entries(); len(left) != 0 {
				t.Fatalf("machine %d did not get through: %+v", i, left[0])
			}
		}
		cancel()
		all.Wait()
	})
}

// TestComeBackLaterIsObeyedAlsoWhenAPersonPressesTryNow.
func TestComeBackLaterIsObeyedAlsoWhenAPersonPressesTryNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		var asked []time.Time
		began := time.Now()
		m := NewMemory()
		e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, time.Now())
			if time.Since(began) < time.Minute {
				p := wire.NewProblem(exam.KindRateLimited, "come back later")
				w.Header().Set(wire.HeaderProtocol, wire.Version)
				w.Header().Set("Retry-After", strconv.Itoa(60))
				w.WriteHeader(p.Status)
				w.Write(wire.Encode(p))
				return
			}
			s.ServeHTTP(w, r)
		})}, nil)
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
		if _, err := e.Once(t.Context()); exam.KindOf(err) == "" {
			t.Fatal("told to wait, and it went")
		}
		if st := e.Status(); st.Link != wsync.Busy || st.Next.Sub(began) < time.Minute {
			t.Fatalf("%+v", st)
		}
		n := len(asked)
		for range 10 {
			e.Once(t.Context())
		}
		if len(asked) != n {
			t.Fatalf("asked %d times more within the time", len(asked)-n)
		}
		r, err := e.UntilIdle(t.Context())
		if err != nil || r.Delivered != 1 || time.Since(began) > 2*time.Minute {
			t.Fatalf("%+v, %v after %v", r, err, time.Since(began))
		}
	})
}

// TestAHalfOpenConnectionIsGivenUp: the other end vanished without a word, as
// behind a router that forgot.
func TestAHalfOpenConnectionIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		link := NewLink(Good, 1)
		web := &http.Server{Handler: s}
		served := make(chan struct{})
		go func() { web.Serve(link); close(served) }()
		m := NewMemory()
		var mu sync.Mutex
		var made []*forgotten
		e := engine(t, m, nil, func(c *wsync.Config) {
			c.Transport = nil
			c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := link.Dial(ctx, network, address)
				if err != nil {
					return nil, err
				}
				f := &forgotten{Conn: conn}
				mu.Lock()
				made = append(made, f)
				mu.Unlock()
				return f, nil
			}
		})
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
		if r, err := e.UntilIdle(t.Context()); err != nil || r.Delivered != 1 {
			t.Fatal(r, err)
		}
		mu.Lock()
		for _, f := range made {
			f.gone.Store(true)
		}
		mu.Unlock()
		m.Queue(Submit(exam.NewDraftID(), 0, Document(2), photo(m, 2)))
		began := time.Now()
		r, err := e.UntilIdle(t.Context())
		if err != nil || r.Delivered != 1 || time.Since(began) > 30*time.Second {
			t.Errorf("%+v, %v after %v", r, err, time.Since(began))
		}
		e.Close()
		web.Close()
		link.Close()
		<-served
		time.Sleep(5 * time.Minute)
	})
}

// forgotten is a connection that swallows what is written once it is gone.
type forgotten struct {
	net.Conn
	gone atomic.Bool
}

func (f *forgotten) Write(b []byte) (int, error) {
	if f.gone.Load() {
		return len(b), nil
	}
	return f.Conn.Write(b)
}

// TestCancellingTakesNoTenthOfASecond, by the clock on the wall, with requests
// that hang over real sockets; the best of some, since machines are busy.
func TestCancellingTakesNoTenthOfASecond(t *testing.T) {
	best := time.Hour
	for range 10 {
		if best = min(best, cancelled(t)); best <= 100*time.Millisecond {
			return
		}
	}
	t.Errorf("it took %v", best)
}

// cancelled is how long an engine takes to end when it is told to.
func cancelled(t *testing.T) time.Duration {
	t.Helper()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	m := NewMemory()
	for i := range 50 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
	}
	e := engine(t, m, nil, func(c *wsync.Config) { c.URL, c.Transport = "http://"+silent.Addr().String(), nil })
	defer e.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { e.Run(ctx); close(ended) }()
	for {
		if conn, err := silent.Accept(); err == nil {
			defer conn.Close()
			break
		}
	}
	began := time.Now()
	cancel()
	<-ended
	return time.Since(began)
}

// TestAnIdleLineIsWatched: nothing waits to be sent; the status follows the
// server's going and coming all the same.
func TestAnIdleLineIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, nil)
		var up atomic.Bool
		up.Store(true)
		n := &Network{Seed: 1, Delay: 50 * time.Millisecond, To: func() http.Handler {
			if up.Load() {
				return s
			}
			return nil
		}}
		e := engine(t, NewMemory(), n, nil)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { e.Run(ctx); close(ended) }()
		want := func(when string, link wsync.Link, since time.Duration) {
			t.Helper()
			st := e.Status()
			if st.Link != link || time.Since(st.LastSuccess) > since {
				t.Errorf("%s: %s, last success %v ago", when, st.Link, time.Since(st.LastSuccess))
			}
		}
		time.Sleep(time.Second)
		want("at the start", wsync.Online, 2*time.Second)
		time.Sleep(time.Hour)
		want("after an hour", wsync.Online, 2*time.Minute)
		up.Store(false)
		time.Sleep(2 * time.Minute)
		want("two minutes after the server went", wsync.Offline, 5*time.Minute)
		time.Sleep(time.Hour)
		up.Store(true)
		time.Sleep(6 * time.Minute)
		want("six minutes after it came back", wsync.Online, 6*time.Minute)
		cancel()
		<-ended
	})
}

// TestProgressHasDenominators.
func TestProgressHasDenominators(t *testing.T) {
	s := practiceServer(t, generous)
	m := NewMemory()
	var e *wsync.Engine
	var mu sync.Mutex
	var last wsync.Round
	e = engine(t, m, rounds(func(r *http.Request) (*http.Response, error) {
		resp, err := Handler{servertest.Witness(t, s)}.RoundTrip(r)
		mu.Lock()
		defer mu.Unlock()
		now := e.Status().Round
		if now.Done < last.Done || now.Of != 60 || now.Done > now.Of || now.Sent > now.Bytes {
			t.Errorf("%+v after %+v", now, last)
		}
		last = now
		return resp, err
	}), nil)
	total := int64(0)
	for i := range 60 {
		entry := Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i)))
		total += weight(entry)
		m.Queue(entry)
	}
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 60 {
		t.Fatal(r, err)
	}
	if got := e.Status().Round; got != (wsync.Round{Done: 60, Of: 60, Sent: total, Bytes: total}) {
		t.Fatalf("%+v, %d bytes", got, total)
	}
}
