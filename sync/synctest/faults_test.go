package synctest

import (
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"
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

// TestMain makes what all bubbles share before the first of them.
func TestMain(m *testing.M) {
	raw, err := wire.Unpack(wire.Pack([]byte("{}")))
	if err == nil {
		_, err = wire.Inflate(wire.Deflate(raw))
	}
	if err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestEveryFaultAloneIsSurvivedWithOneEffect(t *testing.T) {
	for _, fault := range Faults {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := practiceServer(t, nil)
				up := servertest.Witness(t, s)
				n := &Network{Seed: 1, Rate: 0.6, Delay: time.Second, Only: []Fault{fault}, To: func() http.Handler { return up }}
				m := NewMemory()
				e := engine(t, m, n, nil)
				id := exam.NewDraftID()
				m.Queue(Submit(id, 0, Document(1), photo(m, 1), m.AddFile("diploma", "application/pdf", Photo(rng(1), 90_000))))
				m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionConfirm, Base: 2})
				ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour)
				defer cancel()
				r, err := e.UntilIdle(ctx)
				if err != nil || r.Delivered != 2 || r.SetAside != 0 {
					left, _ := m.Entries()
					t.Fatalf("%+v, %v; left %+v", r, err, left)
				}
				n.Quiet()
				rec, err := s.Repository.Registration(ctx, id)
				if err != nil || rec.Version != 3 || len(rec.History) != 3 {
					t.Fatalf("%+v, %v", rec.Registration, err)
				}
				if n.Hits[fault] == 0 {
					t.Fatal("the fault never struck")
				}
			})
		})
	}
}

func TestACaptivePortalIsNeverTakenForTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &Network{Rate: 1, Only: []Fault{Portal}, To: func() http.Handler { return nil }}
		m := NewMemory()
		e := engine(t, m, n, nil)
		m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
		r, err := e.Once(t.Context())
		if exam.KindOf(err) != exam.KindUnreachable || r.Delivered != 0 || r.Waiting != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		if s := e.Status(); s.Link != wsync.Offline || s.Next.IsZero() {
			t.Fatalf("%+v", s)
		}
	})
}

// TestTrafficResumesSoonAfterANetworkThatInterceptsTLS runs the engine for hours
// behind somebody else's certificate: it looks again now and then, tells the cause,
// and is there within a minute, at once when a person wants it or the network changes.
func TestTrafficResumesSoonAfterANetworkThatInterceptsTLS(t *testing.T) {
	for name, begin := range map[string]func(e *wsync.Engine, moved func()) time.Duration{
		"by itself":           func(*wsync.Engine, func()) time.Duration { return time.Minute },
		"a person asks":       func(e *wsync.Engine, _ func()) time.Duration { e.Wake(); return time.Second },
		"the network changes": func(_ *wsync.Engine, moved func()) time.Duration { moved(); return 4 * time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := practiceServer(t, nil)
				n := &Network{To: func() http.Handler { return s }}
				n.Portal(Intercept)
				m := NewMemory()
				var where atomic.Int64
				e := engine(t, m, n, func(c *wsync.Config) { c.Addresses = func() string { return strconv.FormatInt(where.Load(), 10) } })
				for i := range 30 {
					m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
				}
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- e.Run(ctx) }()
				const hours = 3
				time.Sleep(hours * time.Hour)
				if st := e.Status(); st.Link != wsync.Paused || st.Cause != exam.KindUntrusted || st.Counts.Waiting != 30 || time.Until(st.Next) > time.Minute {
					t.Errorf("%+v", st)
				}
				if looks := n.Hits[Intercept]; looks < hours*60 || looks > 2*hours*240 { // sending and fetching look, each every 15 to 45 s
					t.Errorf("it looked %d times in %d hours", looks, hours)
				}
				n.Portal(None)
				time.Sleep(begin(e, func() { where.Add(1) }))
				if left, _ := m.Entries(); len(left) > 0 || e.Status().Link != wsync.Online {
					t.Errorf("%d wait, %+v", len(left), e.Status())
				}
				cancel()
				<-ended
			})
		})
	}
}

func TestAnotherServersReceiptStopsTheEngineWithOneCause(t *testing.T) {
	s := practiceServer(t, func(c *server.Config) { c.Signer = otherSigner })
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	for i := range 30 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
	}
	r, err := e.Once(t.Context())
	if exam.KindOf(err) != exam.KindUntrusted || r.Delivered != 0 || r.Waiting != 30 {
		t.Fatalf("%+v, %v", r, err)
	}
	if st := e.Status(); st.Link != wsync.Paused || st.Cause != exam.KindUntrusted {
		t.Fatalf("%+v", st)
	}
}

func TestAnAnswerAboutOtherBytesIsNotBelieved(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	first, second := Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)), Submit(exam.NewDraftID(), 0, Document(2), photo(m, 1))
	m.Queue(first)
	if r, err := engine(t, m, Handler{servertest.Witness(t, s)}, nil).Once(t.Context()); err != nil || r.Delivered != 1 {
		t.Fatal(r, err)
	}
	old, _ := m.Delivered(first.ID)
	stale := wire.Answer{Registration: wire.FromRegistration(old.Registration), Receipt: old.Receipt}
	stale.Registration.Content = ""
	again := first // the same registration, other bytes, and a server that repeats its old answer
	again.ID, again.Base, again.Content = exam.NewEntryID(), 2, append([]byte(nil), second.Content...)
	for _, e := range []exam.Entry{second, again} {
		m := m.Copy()
		m.Queue(e)
		liar := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(wire.HeaderProtocol, wire.Version)
			w.Write(wire.Encode(stale))
		})
		r, err := engine(t, m, Handler{liar}, nil).Once(t.Context())
		if exam.KindOf(err) != exam.KindUntrusted || r.Delivered != 0 || r.Waiting != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestAClosedWindowIsToldOnceNotAThousandTimes(t *testing.T) {
	requests := 0
	s := practiceServer(t, func(c *server.Config) { c.Practice = false; c.Rules = shutRules{c.Rules} })
	m := NewMemory()
	e := engine(t, m, Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/registrations/") {
			requests++
		}
		s.ServeHTTP(w, r)
	})}, func(c *wsync.Config) { c.Transport = serialized{c.Transport} })
	for i := range 1000 {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i%5))))
	}
	r, err := e.Once(t.Context())
	if err != nil || r.SetAside != 1000 || requests > 40 {
		t.Fatalf("%+v, %v, %d requests", r, err, requests)
	}
}

func TestAPoisonRecordDelaysNobody(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	bad := Document(0)
	bad.IDNumber = "41010219800101000X"
	poison := Submit(exam.NewDraftID(), 0, bad, photo(m, 0))
	m.Queue(poison)
	for i := 1; i <= 50; i++ {
		m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
	}
	r, err := e.Once(t.Context())
	if err != nil || r.Delivered != 50 || r.SetAside != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	left, _ := m.Entries()
	if len(left) != 1 || left[0].ID != poison.ID || left[0].Last != exam.KindInvalid || len(left[0].Problems) == 0 {
		t.Fatalf("%+v", left)
	}
}

func TestAChangedBaseIsAConflictWithTheServersVersion(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	id := exam.NewDraftID()
	m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1 {
		t.Fatal(r, err)
	}
	old := Document(1)
	old.Address = "另一处"
	m.Queue(Submit(id, 0, old, photo(m, 1)))
	r, err := e.Once(t.Context())
	left, _ := m.Entries()
	if err != nil || r.Conflicts != 1 || left[0].Current == nil || left[0].Current.Version != 2 || len(left[0].Current.Content) == 0 {
		t.Fatalf("%+v, %v, %+v", r, err, left)
	}
}

func TestTheSamePersonFromAnotherDraftIsADuplicate(t *testing.T) {
	s := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
	m.Queue(Submit(exam.NewDraftID(), 0, Document(1), photo(m, 1)))
	r, err := e.Once(t.Context())
	left, _ := m.Entries()
	if err != nil || r.Delivered != 1 || r.SetAside != 1 || left[0].Last != exam.KindDuplicate {
		t.Fatalf("%+v, %v, %+v", r, err, left)
	}
}

func TestAServerThatLostDataIsHealedFromReceipts(t *testing.T) {
	before := practiceServer(t, nil)
	m := NewMemory()
	e := engine(t, m, Handler{before}, nil)
	ids := make([]exam.DraftID, 40)
	for i := range ids {
		ids[i] = exam.NewDraftID()
		m.Queue(Submit(ids[i], 0, Document(i), photo(m, uint64(i))))
	}
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 40 {
		t.Fatal(r, err)
	}
	after := practiceServer(t, nil) // empty: everything was lost
	e = engine(t, m, Handler{servertest.Witness(t, after)}, nil)
	m.SetSetting("sync.compared", nil)
	if _, err := e.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		rec, err := after.Repository.Registration(t.Context(), id)
		had, _ := m.Known(id)
		if err != nil || rec.Number != had.Registration.Number || rec.Version != had.Registration.Version || rec.Digest != had.Registration.Digest {
			t.Fatalf("%d: %+v, %v", i, rec.Registration, err)
		}
		if raw, err := after.Repository.File(t.Context(), rec.Owner, photo(m, uint64(i)).SHA256); err != nil || len(raw) != 25_000 {
			t.Fatalf("photo %d: %d bytes, %v", i, len(raw), err)
		}
	}
}

func TestALaterStepHealsTheRegistrationThatTheServerLost(t *testing.T) {
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, practiceServer(t, nil))}, nil)
	id := exam.NewDraftID()
	m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1 {
		t.Fatal(r, err)
	}
	e = engine(t, m, Handler{servertest.Witness(t, practiceServer(t, nil))}, nil)
	m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionConfirm, Base: 2})
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1 {
		left, _ := m.Entries()
		t.Fatalf("%+v %v %+v", r, err, left)
	}
}

func TestAClockYearsOffChangesNothing(t *testing.T) {
	for _, skew := range []time.Duration{-100 * 365 * 24 * time.Hour, 100 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := practiceServer(t, nil)
			up := servertest.Witness(t, s)
			n := &Network{Seed: 3, Rate: 0.3, Delay: time.Second, Only: []Fault{Lost, Reset, Busy}, To: func() http.Handler { return up }}
			m := NewMemory()
			e := engine(t, m, n, func(c *wsync.Config) { c.Now = func() time.Time { return time.Now().Add(skew) } })
			for i := range 5 {
				m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
			}
			r, err := e.UntilIdle(t.Context())
			if err != nil || r.Delivered != 5 {
				t.Fatalf("%+v, %v", r, err)
			}
			if got, known := e.Skew(); !known || (got+skew).Abs() > 5*time.Second {
				t.Fatalf("skew %v, known %v", got, known)
			}
		})
	}
}

func TestCancellingIsImmediate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &Network{Rate: 1, Only: []Fault{Lost}, To: func() http.Handler { return nil }}
		m := NewMemory()
		e := engine(t, m, n, nil)
		for i := range 20 {
			m.Queue(Submit(exam.NewDraftID(), 0, Document(i), photo(m, uint64(i))))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := e.Once(ctx)
		if exam.KindOf(err) != exam.KindCanceled || time.Since(began) > time.Second {
			t.Fatalf("%v after %v", err, time.Since(began))
		}
	})
}

func TestNewsArrivesByLongPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := practiceServer(t, func(c *server.Config) { c.Practice = false; c.Rules = openRules{c.Rules} })
		m := NewMemory()
		e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
		id := exam.NewDraftID()
		m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Run(ctx) }()
		time.Sleep(20 * time.Minute)
		if _, err := s.Review(ctx, id, exam.ActionAsk, "请补充学历证书"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if u, _ := m.Known(id); u.Registration.State != exam.StateNeedsMaterials {
			t.Errorf("%+v", u.Registration)
		}
		cancel()
		<-ended
	})
}

func TestMaterialThatWasAskedForComesWithTheSameDocument(t *testing.T) {
	s := practiceServer(t, nil)
	if err := s.Steer(server.Steering{Verification: server.VerifyAsks, Reason: "请补充学历证书"}); err != nil {
		t.Fatal(err)
	}
	m := NewMemory()
	e := engine(t, m, Handler{servertest.Witness(t, s)}, nil)
	id := exam.NewDraftID()
	m.Queue(Submit(id, 0, Document(1), photo(m, 1)))
	if r, err := e.Once(t.Context()); err != nil || r.Delivered != 1 {
		t.Fatal(r, err)
	}
	diploma := m.AddFile("diploma", "application/pdf", Photo(rng(2), 40_000))
	other := Submit(id, 2, Document(2), diploma, photo(m, 1))
	other.Action = exam.ActionSupplement
	m.Queue(other)
	if r, err := e.Once(t.Context()); err != nil || r.SetAside != 1 {
		t.Fatal(r, err)
	}
	right := Submit(id, 2, Document(1), diploma, photo(m, 1))
	right.Action = exam.ActionSupplement
	m.Queue(right)
	r, err := e.Once(t.Context())
	u, _ := m.Known(id)
	if err != nil || r.Delivered != 1 || u.Registration.State != exam.StateManualReview || u.Registration.Digest != exam.Digest(right.Content) {
		t.Fatalf("%+v, %v, %+v", r, err, u.Registration)
	}
	m.Queue(exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionUnconfirm, Base: u.Registration.Version})
	if r, err := e.Once(t.Context()); err != nil || r.SetAside != 1 {
		t.Fatal("a confirmation that never was is taken back", r, err)
	}
}

func TestPlainHTTPGoesToThisMachineOnly(t *testing.T) {
	m := NewMemory()
	for _, url := range []string{"http://example.org", "ftp://127.0.0.1", "http://127.0.0.1.example.org", "https://u:p@h", "//x"} {
		_, err := wsync.New(wsync.Config{URL: url, Keys: public(), Outbox: m, Files: m, Feed: m, Settings: m})
		if err == nil {
			t.Errorf("%s was taken", url)
		}
	}
}
