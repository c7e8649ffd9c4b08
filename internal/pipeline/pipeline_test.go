package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse.dev"
)

// sink keeps what it gets and does as it is told.
type sink struct {
	mu      sync.Mutex
	got     []string
	batches []int
	calls   []time.Time
	answer  func(ids []string) error // nil: take everything
	slow    time.Duration
}

func (s *sink) Append(ctx context.Context, ds []gatehouse.Decision) error {
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = d.Event.ID
	}
	s.mu.Lock()
	s.calls = append(s.calls, time.Now())
	answer, slow := s.answer, s.slow
	s.mu.Unlock()
	if slow > 0 && !sleep(ctx, slow) {
		return ctx.Err()
	}
	if answer != nil {
		if err := answer(ids); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, ids...)
	s.batches = append(s.batches, len(ids))
	return nil
}

func (s *sink) set(answer func([]string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *sink) ids() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

var errDown = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "down"}

func down([]string) error { return errDown }

func decision(id string, applied gatehouse.Action) gatehouse.Decision {
	return gatehouse.Decision{Event: gatehouse.Event{ID: id}, Applied: applied}
}

func allowed(id string) gatehouse.Decision { return decision(id, gatehouse.Allow) }
func denied(id string) gatehouse.Decision  { return decision(id, gatehouse.Deny) }

func newPipeline(t *testing.T, s Sink, cfg Config) *Pipeline {
	t.Helper()
	p, err := New(s, cfg)
	if err != nil {
		t.Fatalf("New(%+v) = %v, want a pipeline", cfg, err)
	}
	return p
}

// run starts p within a synctest bubble; stop ends it and returns what Run returned.
func run(p *Pipeline) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- p.Run(ctx) }()
	return func() error {
		cancel()
		return <-result
	}
}

func TestOrderAndBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		p := newPipeline(t, s, Config{BatchRecords: 10})
		var want []string
		for i := range 25 {
			d := decision(fmt.Sprint(i), gatehouse.Action(i%5))
			if !p.Offer(d) {
				t.Errorf("Offer(%d) = false, want true", i)
			}
			want = append(want, d.Event.ID)
		}
		if st := p.Stats(); st.Queued != 25 || st.Committed != 0 {
			t.Errorf("Stats() before Run = %+v, want 25 queued", st)
		}
		stop := run(p)
		synctest.Wait()
		if diff := cmp.Diff(want, s.ids()); diff != "" {
			t.Errorf("the sink got (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{10, 10, 5}, s.batches); diff != "" {
			t.Errorf("batches (-want +got):\n%s", diff)
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if st := p.Stats(); st.Queued != 0 || st.QueuedBytes != 0 || st.Committed != 25 || st.Batches != 3 {
			t.Errorf("Stats() = %+v, want 25 committed in 3 batches", st)
		}
	})
}

func TestBatchBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		p := newPipeline(t, s, Config{BatchBytes: 10_000})
		for i := range 6 {
			d := allowed(fmt.Sprint(i))
			d.Event.Content = make(jsontext.Value, []int{100, 3000, 3000, 50_000, 100, 100}[i])
			p.Offer(d)
		}
		stop := run(p)
		synctest.Wait()
		if diff := cmp.Diff([]int{2, 1, 1, 2}, s.batches); diff != "" {
			t.Errorf("batches of at most 10,000 bytes, or one record (-want +got):\n%s", diff)
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
}

func TestPutWaitsUntilDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{slow: time.Second}
		p := newPipeline(t, s, Config{})
		stop := run(p)
		began := time.Now()
		if err := p.Put(t.Context(), denied("a"), denied("b")); err != nil {
			t.Errorf("Put() = %v, want nil", err)
		}
		if took := time.Since(began); took != time.Second && took != 2*time.Second {
			t.Errorf("Put() returned after %v, want as long as the sink took", took)
		}
		if diff := cmp.Diff([]string{"a", "b"}, s.ids()); diff != "" {
			t.Errorf("when Put returns the sink has (-want +got):\n%s", diff)
		}
		if err := p.Put(t.Context()); err != nil {
			t.Errorf("Put(nothing) = %v, want nil", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := p.Put(ctx, denied("c")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Put(short deadline) = %v, want %v", err, context.DeadlineExceeded)
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if diff := cmp.Diff([]string{"a", "b", "c"}, s.ids()); diff != "" {
			t.Errorf("after a Put that gave up the sink has (-want +got):\n%s", diff)
		}
		err := p.Put(t.Context(), denied("d"))
		if gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
			t.Errorf("Put() after Run = %v, want code unavailable", err)
		}
		if p.Offer(denied("e")) {
			t.Error("Offer() after Run = true, want false")
		}
	})
}

func TestPutWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: down}
		p := newPipeline(t, s, Config{MaxRecords: 2, RetryMin: time.Second, RetryMax: time.Second})
		stop := run(p)
		done := make(chan error, 3)
		for i := range 3 {
			go func() { done <- p.Put(t.Context(), denied(fmt.Sprint(i)), denied(fmt.Sprint(i, "b"))) }()
		}
		synctest.Wait()
		if st := p.Stats(); st.Queued != 2 {
			t.Errorf("Stats().Queued = %d while six records want in, want the bound 2", st.Queued)
		}
		s.set(nil)
		for range 3 {
			if err := <-done; err != nil {
				t.Errorf("Put() = %v, want nil once the sink is back", err)
			}
		}
		if got := len(s.ids()); got != 6 {
			t.Errorf("the sink has %d records, want 6", got)
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
}

func TestRetryBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: down}
		p := newPipeline(t, s, Config{RetryMin: 100 * time.Millisecond, RetryMax: time.Second})
		stop := run(p)
		p.Offer(denied("a"))
		time.Sleep(20 * time.Second)
		if st := p.Stats(); !st.Failing || st.Retries < 15 || st.Retries > 50 || time.Since(st.LastError) > time.Second {
			t.Errorf("Stats() after 20 s of a sink that is down = %+v, want failing after some 25 retries", st)
		}
		for i := 1; i < len(s.calls); i++ {
			most := min(100*time.Millisecond<<(i-1), time.Second)
			if wait := s.calls[i].Sub(s.calls[i-1]); wait < most/2 || wait > most {
				t.Errorf("wait %d = %v, want between %v and %v", i, wait, most/2, most)
			}
		}
		s.set(nil)
		time.Sleep(time.Second)
		if st := p.Stats(); st.Failing || st.Committed != 1 {
			t.Errorf("Stats() once the sink is back = %+v, want 1 committed", st)
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
}

func TestFullDropsAllowedFirst(t *testing.T) {
	s := &sink{}
	p := newPipeline(t, s, Config{MaxRecords: 6})
	monitored := allowed("monitored")
	monitored.Verdict.Would = gatehouse.Deny
	open := allowed("open")
	open.FailedOpen = true
	for _, d := range []gatehouse.Decision{allowed("0"), denied("1"), allowed("2"), monitored, open, allowed("5")} {
		if !p.Offer(d) {
			t.Errorf("Offer(%s) = false, want true while there is room", d.Event.ID)
		}
	}
	for _, c := range []struct {
		d       gatehouse.Decision
		taken   bool
		dropped int64
		kept    int64
	}{
		{allowed("6"), true, 1, 0},                 // for 0
		{denied("7"), true, 2, 0},                  // for 2
		{decision("8", gatehouse.Ask), true, 3, 0}, // for 5
		{denied("9"), true, 4, 0},                  // for 6
		{allowed("10"), false, 5, 0},
		{denied("11"), false, 6, 1},
	} {
		taken := p.Offer(c.d)
		if st := p.Stats(); taken != c.taken || st.Dropped != c.dropped || st.DroppedKept != c.kept || st.Queued != 6 {
			t.Errorf("Offer(%s) = %t with %+v, want %t, %d dropped, %d of them kept", c.d.Event.ID, taken, st, c.taken, c.dropped, c.kept)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx); err != nil {
		t.Errorf("Run() = %v, want nil", err)
	}
	if diff := cmp.Diff([]string{"1", "monitored", "open", "7", "8", "9"}, s.ids()); diff != "" {
		t.Errorf("the sink got (-want +got):\n%s", diff)
	}
}

func TestFullOfBytes(t *testing.T) {
	p := newPipeline(t, &sink{}, Config{MaxBytes: 20_000})
	with := func(d gatehouse.Decision, n int) gatehouse.Decision {
		d.Event.Content = make(jsontext.Value, n)
		return d
	}
	for i := range 4 {
		if !p.Offer(with(allowed(fmt.Sprint(i)), 3000)) {
			t.Errorf("Offer(%d) = false, want true", i)
		}
	}
	if !p.Offer(with(denied("d"), 10_000)) {
		t.Error("Offer(denied) = false, want true in the place of allowed ones")
	}
	if st := p.Stats(); st.QueuedBytes > 20_000 || st.Dropped != 3 {
		t.Errorf("Stats() = %+v, want 3 dropped and at most 20,000 bytes", st)
	}
	if p.Offer(with(denied("e"), 15_000)) {
		t.Error("Offer() of what finds no room even without the allowed ones = true, want false")
	}
	if st := p.Stats(); st.Queued != 2 || st.Dropped != 4 {
		t.Errorf("Stats() = %+v, want the allowed one kept, since dropping it was no use", st)
	}
	empty := newPipeline(t, &sink{}, Config{MaxBytes: 1000})
	if !empty.Offer(with(allowed("large"), 100_000)) {
		t.Error("Offer(larger than the bound) to an empty queue = false, want true")
	}
}

func TestOneBadRecord(t *testing.T) {
	for _, code := range []gatehouse.Code{gatehouse.CodeInvalid, gatehouse.CodeTooLarge, gatehouse.CodeInternal} {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bad := &gatehouse.Error{Code: code, Text: "bad"}
				s := &sink{answer: func(ids []string) error {
					if slices.Contains(ids, "13") || slices.Contains(ids, "77") {
						return bad
					}
					return nil
				}}
				p := newPipeline(t, s, Config{})
				var want []string
				for i := range 100 {
					if i != 77 {
						p.Offer(allowed(fmt.Sprint(i)))
					}
					if i != 13 && i != 77 {
						want = append(want, fmt.Sprint(i))
					}
				}
				result := make(chan error, 1)
				go func() { result <- p.Put(t.Context(), allowed("77")) }()
				synctest.Wait()
				stop := run(p)
				if err := <-result; !errors.Is(err, bad) {
					t.Errorf("Put(bad) = %v, want what the sink said", err)
				}
				if err := stop(); err != nil {
					t.Errorf("Run() = %v, want nil", err)
				}
				if diff := cmp.Diff(want, s.ids()); diff != "" {
					t.Errorf("the sink got (-want +got):\n%s", diff)
				}
				if st := p.Stats(); st.Rejected != 2 || st.Committed != 98 || st.Queued != 0 || st.Failing {
					t.Errorf("Stats() = %+v, want 2 rejected and 98 committed", st)
				}
			})
		})
	}
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{slow: time.Second}
		p := newPipeline(t, s, Config{BatchRecords: 1, DrainTimeout: 10 * time.Second})
		for i := range 5 {
			p.Offer(allowed(fmt.Sprint(i)))
		}
		began := time.Now()
		if err := run(p)(); err != nil {
			t.Errorf("Run() = %v, want nil: all was committed", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("Run() drained for %v, want 5s", took)
		}
	})
}

func TestDrainDeadline(t *testing.T) {
	for name, s := range map[string]*sink{"down": {answer: down}, "stuck": {slow: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPipeline(t, s, Config{BatchRecords: 2, DrainTimeout: 3 * time.Second})
				for i := range 5 {
					p.Offer(denied(fmt.Sprint(i)))
				}
				put := make(chan error, 1)
				go func() { put <- p.Put(t.Context(), denied("put")) }()
				stop := run(p)
				synctest.Wait()
				began := time.Now()
				err := stop()
				if took := time.Since(began); took != 3*time.Second {
					t.Errorf("Run() drained for %v, want the deadline 3s", took)
				}
				if gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable || !strings.Contains(err.Error(), "6 records are lost") {
					t.Errorf("Run() = %v, want code unavailable and 6 lost", err)
				}
				if err := <-put; gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
					t.Errorf("Put() that Run abandoned = %v, want code unavailable", err)
				}
				if st := p.Stats(); st.Lost != 6 || st.Queued != 0 || st.QueuedBytes != 0 {
					t.Errorf("Stats() = %+v, want 6 lost", st)
				}
			})
		})
	}
}

func TestSubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipeline(t, &sink{}, Config{TickEvery: time.Second})
		stop := run(p)
		tick, cancel := p.Subscribe()
		var ticks []time.Duration
		began := time.Now()
		done := make(chan struct{})
		defer close(done)
		go func() {
			for {
				select {
				case <-tick:
					ticks = append(ticks, time.Since(began))
				case <-done:
					return
				}
			}
		}()
		for range 25 { // for 2.5 s
			if err := p.Put(t.Context(), allowed("x")); err != nil {
				t.Errorf("Put() = %v, want nil", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}
		if diff := cmp.Diff(want, ticks); diff != "" {
			t.Errorf("ticks (-want +got):\n%s", diff)
		}
		cancel()
		cancel()
		if err := p.Put(t.Context(), allowed("y")); err != nil {
			t.Errorf("Put() = %v, want nil", err)
		}
		synctest.Wait()
		if len(ticks) != len(want) {
			t.Errorf("after cancel there are %d ticks, want %d", len(ticks), len(want))
		}
		lazy, cancelLazy := p.Subscribe()
		defer cancelLazy()
		for range 3 {
			if err := p.Put(t.Context(), allowed("z")); err != nil {
				t.Errorf("Put() = %v, want nil", err)
			}
			time.Sleep(2 * time.Second)
		}
		if len(lazy) != 1 {
			t.Errorf("ticks that nobody took are %d, want 1", len(lazy))
		}
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	for _, cfg := range []Config{{MaxRecords: -1}, {MaxBytes: -1}, {DrainTimeout: -1}, {RetryMax: -1}} {
		if _, err := New(&sink{}, cfg); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
			t.Errorf("New(%+v) = %v, want code invalid", cfg, err)
		}
	}
}

// TestNothingLostOrReordered offers and puts from several producers into a sink that fails now and then.
func TestNothingLostOrReordered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		producers := rapid.IntRange(1, 4).Draw(rt, "producers")
		records := rapid.IntRange(1, 40).Draw(rt, "records")
		fails := rapid.SliceOfN(rapid.Bool(), 0, 20).Draw(rt, "fails")
		puts := rapid.SliceOfN(rapid.Bool(), records, records).Draw(rt, "puts")
		batch := rapid.IntRange(1, 16).Draw(rt, "batch")
		var problems []string // told to rapid, which then looks for a smaller case
		var mu sync.Mutex
		problem := func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, fmt.Sprintf(format, args...))
		}
		synctest.Test(t, func(t *testing.T) {
			call := 0
			s := &sink{}
			s.answer = func([]string) error { // called by one goroutine
				call++
				if call <= len(fails) && fails[call-1] {
					return errDown
				}
				return nil
			}
			p := newPipeline(t, s, Config{BatchRecords: batch})
			stop := run(p)
			var wg sync.WaitGroup
			for producer := range producers {
				wg.Go(func() {
					for i := range records {
						d := decision(fmt.Sprintf("%d-%d", producer, i), gatehouse.Action(i%5))
						if puts[i] {
							if err := p.Put(t.Context(), d); err != nil {
								problem("Put() = %v, want nil", err)
							}
						} else if !p.Offer(d) {
							problem("Offer() = false, want true")
						}
					}
				})
			}
			wg.Wait()
			if err := stop(); err != nil {
				problem("Run() = %v, want nil", err)
			}
			next := make([]int, producers)
			for _, id := range s.ids() {
				var producer, i int
				if _, err := fmt.Sscanf(id, "%d-%d", &producer, &i); err != nil {
					problem("the sink got %q", id)
					return
				}
				if i != next[producer] {
					problem("producer %d: the sink got record %d, want %d", producer, i, next[producer])
				}
				next[producer]++
			}
			for producer, n := range next {
				if n != records {
					problem("producer %d: the sink got %d records, want %d", producer, n, records)
				}
			}
		})
		if len(problems) > 0 {
			rt.Fatalf("%s", strings.Join(problems, "\n"))
		}
	})
}
