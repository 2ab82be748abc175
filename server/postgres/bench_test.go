//go:build linux

package postgres_test

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/host"
	"wenbao/server/servertest"
	"wenbao/sync/synctest"
)

// BenchmarkRegistrations brings complete registrations over loopback to a
// server on PostgreSQL, and in turn runs the yardstick: single INSERTs of the
// same bytes from as many connections. Medians of slices are compared.
func BenchmarkRegistrations(b *testing.B) {
	defer host.Unhurried()()
	raw, _ := assets.Pack("038-2026")
	pack, err := exam.ParsePack(raw)
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []struct {
		name         string
		photo, value int
	}{{"2.4KB", 0, 2_400}, {"27KB", 24_800, 27_200}} {
		b.Run(kind.name+"/32clients", func(b *testing.B) {
			const clients, runs = 32, 5
			url := servertest.Postgres(b)
			signer := ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))
			s, err := server.New(server.Config{Repository: open(b, url), Rules: server.NewPackRules(pack), Signer: signer, Practice: true,
				Limits: server.Limits{PerOwner: 1e6, OwnerBurst: 1e6, PerAddress: 1e6, AddressBurst: 1e6}})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Drain()
			n := max(b.N, 5000) / runs
			var ours, theirs, p50, p99 []float64
			b.ResetTimer()
			for range runs {
				l := synctest.NewLoad(clients, n, kind.photo)
				ours = append(ours, float64(n)/l.Run(b, s).Seconds())
				p50 = append(p50, l.Percentile(0.5).Seconds()*1000)
				p99 = append(p99, l.Percentile(0.99).Seconds()*1000)
				theirs = append(theirs, float64(n)/inserts(b, url, clients, n, kind.value).Seconds())
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(ours), "registrations/s")
			b.ReportMetric(median(theirs), "single-INSERT/s")
			b.ReportMetric(median(ours)/median(theirs), "ratio(goal≥0.6)")
			b.ReportMetric(median(p50), "p50-ms")
			b.ReportMetric(median(p99), "p99-ms")
		})
	}
}

func median(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }

// inserts is the ceiling: n durable INSERTs of size bytes, one a transaction.
func inserts(b *testing.B, url string, clients, n, size int) time.Duration {
	pool, err := pgxpool.New(b.Context(), fmt.Sprintf("%s&pool_max_conns=%d", url, clients))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(b.Context(), "create table if not exists plain (id text primary key, v bytea not null); alter table plain alter column v set storage external"); err != nil {
		b.Fatal(err)
	}
	value := synctest.Photo(rand.New(rand.NewPCG(1, 1)), size)
	var taken atomic.Int64
	var done sync.WaitGroup
	began := time.Now()
	for range clients {
		done.Go(func() {
			for taken.Add(1) <= int64(n) {
				if _, err := pool.Exec(b.Context(), "insert into plain values ($1, $2)", string(synctest.DraftOfAnyDay()), value); err != nil {
					b.Error(err)
				}
			}
		})
	}
	done.Wait()
	return time.Since(began)
}
