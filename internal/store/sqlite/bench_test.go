package sqlite_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/pipeline"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/internal/store/sqlite"
	"gatehouse.dev/internal/store/storetest"
)

var (
	seedRows = flag.Int("seed-rows", 20_000, "decisions over one day that the read benchmarks work on; 1000000 is what the budget is for")
	seedDir  = flag.String("seed-dir", "", "where to keep them between runs; empty: a directory that is removed")
)

var seedDay = time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)

// seeded returns a store with -seed-rows decisions on one day.
func seeded(b *testing.B) *sqlite.DB {
	b.Helper()
	dir := *seedDir
	if dir == "" {
		dir = b.TempDir()
	}
	_, err := os.Stat(dir + "/core.db")
	db, openErr := sqlite.Open(b.Context(), sqlite.Config{Dir: dir})
	if openErr != nil {
		b.Fatalf("Open() = %v, want a store", openErr)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err == nil {
		return db
	}
	seed := storetest.NewSeed(7, seedDay, 24*time.Hour/time.Duration(*seedRows+1))
	batch := make([]gatehouse.Decision, 0, 512)
	began := time.Now()
	for i := range *seedRows {
		batch = append(batch, seed.Next())
		if len(batch) == cap(batch) || i == *seedRows-1 {
			if err := db.Append(b.Context(), batch); err != nil {
				b.Fatalf("Append() = %v, want nil", err)
			}
			batch = batch[:0]
		}
	}
	b.Logf("recorded %.0f decisions a second", float64(*seedRows)/time.Since(began).Seconds())
	return db
}

// BenchmarkRead measures what the dashboard asks for. The budget, with -seed-rows 1000000, is 50 ms at p95.
func BenchmarkRead(b *testing.B) {
	db := seeded(b)
	end := seedDay.Add(24 * time.Hour)
	some, err := db.Decisions(b.Context(), store.Query{To: seedDay.Add(12 * time.Hour), Limit: 500})
	if err != nil || len(some.Decisions) < 100 {
		b.Fatalf("Decisions() = %d, %v, want some", len(some.Decisions), err)
	}
	one := some.Decisions[50].Event
	decisions := func(q store.Query) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := db.Decisions(ctx, q)
			return err
		}
	}
	overview := func(from time.Time, step time.Duration) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := db.Overview(ctx, from, end, step)
			return err
		}
	}
	for _, c := range []struct {
		name string
		read func(context.Context) error
	}{
		{"overview 24h by 15m", overview(seedDay, 15*time.Minute)},
		{"overview 24h by 1m", overview(seedDay, time.Minute)},
		{"overview 24h by 1h", overview(seedDay, time.Hour)},
		{"overview 1h by 1m", overview(end.Add(-time.Hour), time.Minute)},
		{"feed", decisions(store.Query{})},
		{"feed 500", decisions(store.Query{Limit: 500})},
		{"denied", decisions(store.Query{Actions: []gatehouse.Action{gatehouse.Deny}})},
		{"flagged", decisions(store.Query{Actions: []gatehouse.Action{gatehouse.Deny, gatehouse.Ask, gatehouse.Redact, gatehouse.Alert}})},
		{"high severity", decisions(store.Query{Severity: gatehouse.High})},
		{"detector", decisions(store.Query{Detector: "secret/private-key"})},
		{"family", decisions(store.Query{Detector: "secret/*"})},
		{"rule and agent", decisions(store.Query{Rule: "policy-pii/rule-deny", Agent: one.Agent})},
		{"tool", decisions(store.Query{Tool: "Bash"})},
		{"rare kind", decisions(store.Query{Kinds: []gatehouse.Kind{"session_start"}})},
		{"user and kind", decisions(store.Query{User: one.User, Kinds: []gatehouse.Kind{gatehouse.KindPrompt}})},
		{"agent and tool and denied", decisions(store.Query{Agent: one.Agent, Tool: "Bash", Actions: []gatehouse.Action{gatehouse.Deny}})},
		{"agent and kind, middle of the day", decisions(store.Query{Agent: one.Agent, Kinds: []gatehouse.Kind{gatehouse.KindResponse}, To: seedDay.Add(12 * time.Hour)})},
		{"nothing found", decisions(store.Query{Agent: one.Agent, Tool: "NoSuchTool"})},
		{"unknown connector", decisions(store.Query{Connector: "nothing"})},
		{"turn alone", decisions(store.Query{Turn: one.TurnID})},
		{"after", decisions(store.Query{After: one.ID})},
		{"session timeline", decisions(store.Query{Session: one.SessionID, Oldest: true})},
		{"one decision", func(ctx context.Context) error { _, err := db.Decision(ctx, one.ID); return err }},
		{"one session", func(ctx context.Context) error { _, err := db.Session(ctx, one.SessionID); return err }},
		{"sessions", func(ctx context.Context) error { _, err := db.Sessions(ctx, store.SessionQuery{}); return err }},
		{"sessions denied", func(ctx context.Context) error {
			_, err := db.Sessions(ctx, store.SessionQuery{Denied: true})
			return err
		}},
		{"sessions of agent", func(ctx context.Context) error {
			_, err := db.Sessions(ctx, store.SessionQuery{Agent: one.Agent})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := c.read(b.Context()); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}

// BenchmarkAppend measures one writer without a pipeline.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 512} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			db, err := sqlite.Open(b.Context(), sqlite.Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			seed := storetest.NewSeed(3, seedDay, 10*time.Millisecond)
			n := 0
			for b.Loop() {
				b.StopTimer()
				batch := make([]gatehouse.Decision, size)
				for i := range batch {
					batch[i] = seed.Next()
				}
				b.StartTimer()
				if err := db.Append(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkPut measures the whole way of a record that somebody waits for: 64 producers, the pipeline, and
// a commit that is synced. Decisions are of about 4 KB, all different.
func BenchmarkPut(b *testing.B) {
	for _, producers := range []int{1, 64, 256} {
		b.Run(fmt.Sprint(producers), func(b *testing.B) {
			db, err := sqlite.Open(b.Context(), sqlite.Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			p, err := pipeline.New(db, pipeline.Config{})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- p.Run(ctx) }()

			seed := storetest.NewSeed(5, seedDay, time.Millisecond)
			made := make([]gatehouse.Decision, b.N)
			for i := range made {
				made[i] = seed.Next()
			}
			took := make([]time.Duration, b.N)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range producers {
				wg.Go(func() {
					for {
						i := next.Add(1) - 1
						if i >= int64(len(made)) {
							return
						}
						began := time.Now()
						if err := p.Put(ctx, made[i]); err != nil {
							b.Error(err)
							return
						}
						took[i] = time.Since(began)
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			cancel()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
			slices.Sort(took)
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
