package server_test

import (
	"crypto/ed25519"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	wsync "wenbao/sync"
	"wenbao/sync/synctest"
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

var generous = server.Limits{InFlight: 4096, PerOwner: 1e6, OwnerBurst: 1e6, PerAddress: 1e6, AddressBurst: 1e6}

// BenchmarkRegistrations sends complete registrations with photos (rules,
// idempotency, signatures, seal, durable commit) from 32 clients over loopback,
// and in turn runs the yardstick: the same bytes, one key each, committed by a
// loop that takes what has queued up.
func BenchmarkRegistrations(b *testing.B) {
	const clients = 32
	b.Run("wenbaod", func(b *testing.B) {
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
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		web := &http.Server{Handler: s}
		go web.Serve(l)
		defer web.Close()
		machines := make([]*synctest.Memory, clients)
		for c := range machines {
			m := synctest.NewMemory()
			r := rand.New(rand.NewPCG(uint64(c), 1))
			for i := c; i < b.N; i += clients {
				m.Queue(synctest.Submit(exam.NewDraftID(), 0, synctest.FullDocument(i), m.AddFile(exam.FilePhoto, "image/jpeg", synctest.Photo(r, 24_800))))
			}
			machines[c] = m
		}
		var left atomic.Int64
		var done sync.WaitGroup
		b.ResetTimer()
		for _, m := range machines {
			done.Go(func() {
				e, err := wsync.New(wsync.Config{URL: "http://" + l.Addr().String(), Keys: []ed25519.PublicKey{s.Public()}, Outbox: m, Files: m, Feed: m, Settings: m})
				if err != nil {
					b.Error(err)
					return
				}
				result, err := e.UntilIdle(b.Context())
				if err != nil {
					b.Error(err)
				}
				left.Add(int64(result.SetAside + result.Conflicts + result.Waiting))
				e.Close()
			})
		}
		done.Wait()
		if left.Load() > 0 {
			b.Errorf("%d did not arrive", left.Load())
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "registrations/s")
	})
	b.Run("bbolt-loop", func(b *testing.B) { boltLoop(b, clients) })
}

// boltLoop is the ceiling: 27 KB a key, group commits.
func boltLoop(b *testing.B, clients int) {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "x"), 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err }); err != nil {
		b.Fatal(err)
	}
	value := synctest.Photo(rand.New(rand.NewPCG(1, 1)), 27_100)
	type job struct {
		key  []byte
		done chan error
	}
	queue := make(chan job, 1024)
	go func() {
		for first := range queue {
			jobs := []job{first}
			for more := true; more && len(jobs) < 512; {
				select {
				case j, ok := <-queue:
					if more = ok; ok {
						jobs = append(jobs, j)
					}
				default:
					more = false
				}
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				for _, j := range jobs {
					if err := tx.Bucket([]byte("b")).Put(j.key, value); err != nil {
						return err
					}
				}
				return nil
			})
			for _, j := range jobs {
				j.done <- err
			}
		}
	}()
	var n atomic.Int64
	var done sync.WaitGroup
	b.ResetTimer()
	for range clients {
		done.Go(func() {
			for n.Add(1) <= int64(b.N) {
				id := exam.NewDraftID()
				j := job{[]byte(id), make(chan error, 1)}
				queue <- j
				if err := <-j.done; err != nil {
					b.Error(err)
				}
			}
		})
	}
	done.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "registrations/s")
	close(queue)
}
