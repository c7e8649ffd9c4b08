package pipeline

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gatehouse.dev"
)

// Sink is where records go.
type Sink interface {
	// Append records all of ds or nothing of them, durably; a record that it has already counts as done.
	// Code invalid or too_large means that trying the same again is no use.
	Append(ctx context.Context, ds []gatehouse.Decision) error
}

// Config bounds a [Pipeline]. Zero fields mean their defaults.
type Config struct {
	MaxRecords   int           // records that wait; zero means 100,000
	MaxBytes     int64         // memory that they may take; zero means 64 MiB
	BatchRecords int           // records a commit; zero means 512
	BatchBytes   int64         // bytes a commit; zero means 4 MiB
	RetryMin     time.Duration // first wait after a refusal; zero means 50 ms
	RetryMax     time.Duration // longest wait; zero means 5 s
	DrainTimeout time.Duration // how long Run goes on after its context ended; zero means 10 s
	TickEvery    time.Duration // subscribers are woken at most that often; zero means 250 ms
	Logger       *slog.Logger  // nil: silent
}

// Pipeline is a bounded queue in front of a [Sink]. It is safe for concurrent use. Nothing is committed
// until Run is called.
type Pipeline struct {
	sink Sink
	cfg  Config
	log  *slog.Logger

	mu     sync.Mutex
	queue  queue
	closed bool          // Run has ended, or is ending
	wake   chan struct{} // something was queued
	room   chan struct{} // closed, and replaced, when something left the queue
	stats  Stats
	failed time.Time // of the last refusal

	ticks ticks
}

// New returns a pipeline into sink. The code is invalid for a limit below zero.
func New(sink Sink, cfg Config) (*Pipeline, error) {
	for _, n := range []int64{int64(cfg.MaxRecords), cfg.MaxBytes, int64(cfg.BatchRecords), cfg.BatchBytes,
		int64(cfg.RetryMin), int64(cfg.RetryMax), int64(cfg.DrainTimeout), int64(cfg.TickEvery)} {
		if n < 0 {
			return nil, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "make pipeline: a limit is below zero"}
		}
	}
	or(&cfg.MaxRecords, 100_000)
	or(&cfg.MaxBytes, 64<<20)
	or(&cfg.BatchRecords, 512)
	or(&cfg.BatchBytes, 4<<20)
	or(&cfg.RetryMin, 50*time.Millisecond)
	or(&cfg.RetryMax, 5*time.Second)
	or(&cfg.DrainTimeout, 10*time.Second)
	or(&cfg.TickEvery, 250*time.Millisecond)
	or(&cfg.Logger, slog.New(slog.DiscardHandler))
	p := &Pipeline{sink: sink, cfg: cfg, log: cfg.Logger, wake: make(chan struct{}, 1), room: make(chan struct{})}
	p.ticks.every = cfg.TickEvery
	return p, nil
}

func or[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// Offer queues a record without waiting. It reports false where the record was dropped: Run has ended, or
// the queue is full of records that matter more.
func (p *Pipeline) Offer(d gatehouse.Decision) bool {
	it := newItem(d, nil)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.hopeless(it.size) {
		p.drop(it)
		return false
	}
	for p.full(it.size) {
		old := p.queue.dropExpendable()
		if old == nil {
			p.drop(it)
			return false
		}
		p.drop(old)
	}
	p.push(it)
	return true
}

func (p *Pipeline) drop(it *item) {
	p.stats.Dropped++
	if !it.expendable() {
		p.stats.DroppedKept++
	}
}

// hopeless says that dropping everything that may be dropped would make no room for a record of that size.
func (p *Pipeline) hopeless(size int64) bool {
	q := &p.queue
	kept := q.count - q.expendable.count
	return kept >= p.cfg.MaxRecords || kept > 0 && q.bytes-q.expendable.bytes+size > p.cfg.MaxBytes
}

// full says whether a record of that size has no place. An empty queue takes any one.
func (p *Pipeline) full(size int64) bool {
	return p.queue.count >= p.cfg.MaxRecords || p.queue.count > 0 && p.queue.bytes+size > p.cfg.MaxBytes
}

func (p *Pipeline) push(it *item) {
	p.queue.push(it)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Put queues records and returns when all of them are durable. While the queue is full it waits for
// room. It ends with ctx's error when ctx does; the records may be committed later nevertheless. The code
// is unavailable where Run has ended or ends before they are durable, and what the sink gave for a record
// that it never takes.
func (p *Pipeline) Put(ctx context.Context, ds ...gatehouse.Decision) error {
	if len(ds) == 0 {
		return ctx.Err()
	}
	w := &waiter{left: len(ds), done: make(chan struct{})}
	for i := range ds {
		if err := p.put(ctx, newItem(ds[i], w)); err != nil {
			return err
		}
	}
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Pipeline) put(ctx context.Context, it *item) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return errStopped
		}
		if !p.full(it.size) {
			p.push(it)
			p.mu.Unlock()
			return nil
		}
		room := p.room
		p.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
	}
}

var errStopped = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "records are no longer taken"}

// Stats says what became of records so far.
type Stats struct {
	Queued      int   // waiting, those of the batch under way included
	QueuedBytes int64 // the memory they take, about
	Committed   int64 // durable
	Batches     int64 // commits
	Dropped     int64 // never committed: no room, or offered after the end
	DroppedKept int64 // of these, those that were not plainly allowed
	Rejected    int64 // never committed: the sink does not take them
	Lost        int64 // never committed: waiting when the time to drain was over
	Retries     int64 // batches that were refused and tried again
	// Failing says that the batch under way was refused; LastError is when a batch was last, zero: never.
	Failing   bool
	LastError time.Time
}

// Stats returns the counts of now.
func (p *Pipeline) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Queued, s.QueuedBytes, s.LastError = p.queue.count, p.queue.bytes, p.failed
	return s
}
