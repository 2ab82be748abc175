package server_test

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/host"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

var signer = ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))

func rules(t testing.TB) server.Rules {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return server.NewPackRules(p)
}

var generous = server.Limits{PerOwner: 1e6, OwnerBurst: 1e6, PerAddress: 1e6, AddressBurst: 1e6}

// BenchmarkRegistrations brings complete registrations (rules, idempotency,
// signatures, seal, durable commit) over loopback, and in turn runs the
// yardstick: a loop that commits the same bytes, one key each, as they queue up.
// The ids of both are in no order, as those of drafts that many machines began.
// All run in slices, one after the other, and medians are compared. What the
// ratio could be at best, if keeping cost nothing, is measured too. Everything
// runs as in wenbaod, see [host.Unhurried].
func BenchmarkRegistrations(b *testing.B) {
	defer host.Unhurried()()
	for _, kind := range []struct {
		name         string
		photo, value int
	}{{"2.4KB", 0, 2_400}, {"27KB", 24_800, 27_200}} {
		for _, clients := range []int{32, 256} {
			b.Run(fmt.Sprintf("%s/%dclients", kind.name, clients), func(b *testing.B) {
				db, err := boltdb.Open(b.TempDir(), boltdb.Options{})
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				s, err := server.New(server.Config{Repository: db, Rules: rules(b), Signer: signer, Practice: true, Limits: generous})
				if err != nil {
					b.Fatal(err)
				}
				defer s.Drain()
				loop := newBoltLoop(b)
				defer loop.close()
				const slices = 5
				n := max(b.N, 7500, 40*clients) / slices
				var ours, theirs, behind, unkept, p50, p99 []float64
				b.ResetTimer()
				for range slices {
					l := synctest.NewLoad(clients, n, kind.photo)
					ours = append(ours, float64(n)/l.Run(b, s).Seconds())
					p50 = append(p50, ms(l.Percentile(0.5)))
					p99 = append(p99, ms(l.Percentile(0.99)))
					behind = append(behind, float64(n)/synctest.NewLoad(clients, n, kind.photo).Run(b, loop).Seconds())
					unkept = append(unkept, float64(n)/synctest.NewLoad(clients, n, kind.photo).Run(b, judgeAndSign(rules(b))).Seconds())
					theirs = append(theirs, float64(n)/loop.run(b, clients, n, kind.value).Seconds())
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(median(ours), "registrations/s")
				b.ReportMetric(median(theirs), "bbolt-loop/s")
				b.ReportMetric(median(ours)/median(theirs), "ratio(goal≥0.6)")
				b.ReportMetric(median(behind), "bbolt-loop-behind-HTTP/s")
				b.ReportMetric(median(ours)/median(behind), "ratio-to-that")
				b.ReportMetric(median(unkept), "judged-and-signed-only/s")
				b.ReportMetric(median(unkept)/median(theirs), "highest-ratio")
				b.ReportMetric(median(p50), "p50-ms")
				b.ReportMetric(median(p99), "p99-ms")
			})
		}
	}
}

// judgeAndSign does what no server can leave out before it keeps anything: it
// reads a registration, judges it and signs the receipt and the seal.
func judgeAndSign(rules server.Rules) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Idempotency-Key") == "" {
			return // the photo that all share
		}
		raw, err := io.ReadAll(r.Body)
		var content []byte
		if err == nil {
			content, _, err = wire.UnpackStep(r.Header.Get("Content-Type"), raw)
		}
		var sub exam.Submission
		if err == nil {
			sub, err = exam.DecodeSubmission(content)
		}
		if err != nil || !rules.Judge(sub).Submittable {
			http.Error(w, "not judged", http.StatusInternalServerError)
			return
		}
		reg := exam.Registration{ID: sub.ID, Number: "1", Version: 1, State: exam.StateVerified, Digest: exam.Digest(content)}
		seal, err := exam.SealOf(reg, sub, true)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		reg.Seal = exam.SignSeal(signer, seal)
		receipt := exam.Sign(signer, exam.Statement{ID: reg.ID, Number: reg.Number, Version: 1, State: reg.State, Digest: reg.Digest, SignedAt: time.Now(), Practice: true})
		w.Write(wire.Encode(wire.Answer{Registration: wire.FromRegistration(reg), Receipt: receipt}))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// boltLoop is the ceiling: one writer that commits what has queued up.
type boltLoop struct {
	db    *bbolt.DB
	queue chan boltJob
	done  sync.WaitGroup
}

type boltJob struct {
	key, value []byte
	done       chan error
}

func newBoltLoop(b *testing.B) *boltLoop {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "x"), 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err })
	}
	if err != nil {
		b.Fatal(err)
	}
	l := &boltLoop{db: db, queue: make(chan boltJob, 1024)}
	l.done.Go(l.commit)
	return l
}

func (l *boltLoop) close() {
	close(l.queue)
	l.done.Wait()
	l.db.Close()
}

func (l *boltLoop) commit() {
	for first := range l.queue {
		jobs := []boltJob{first}
		for more := true; more && len(jobs) < 512; {
			select {
			case j, ok := <-l.queue:
				if more = ok; ok {
					jobs = append(jobs, j)
				}
			default:
				more = false
			}
		}
		err := l.db.Update(func(tx *bbolt.Tx) error {
			for _, j := range jobs {
				if err := tx.Bucket([]byte("b")).Put(j.key, j.value); err != nil {
					return err
				}
			}
			return nil
		})
		for _, j := range jobs {
			j.done <- err
		}
	}
}

// ServeHTTP commits a request's body: the ceiling of whatever is asked for over
// HTTP, with nothing read, judged or signed.
func (l *boltLoop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		j := boltJob{[]byte(synctest.DraftOfAnyDay()), raw, make(chan error, 1)}
		l.queue <- j
		err = <-j.done
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// run has clients put n values of a size, each waiting for its commit.
func (l *boltLoop) run(b *testing.B, clients, n, size int) time.Duration {
	value := synctest.Photo(rand.New(rand.NewPCG(1, 1)), size)
	var taken atomic.Int64
	var done sync.WaitGroup
	began := time.Now()
	for range clients {
		done.Go(func() {
			for taken.Add(1) <= int64(n) {
				j := boltJob{[]byte(synctest.DraftOfAnyDay()), value, make(chan error, 1)}
				l.queue <- j
				if err := <-j.done; err != nil {
					b.Error(err)
				}
			}
		})
	}
	done.Wait()
	return time.Since(began)
}
