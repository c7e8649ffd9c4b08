package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gatehouse.dev"
)

// Run commits records until ctx ends, then takes no more and commits what waits until the drain time-out.
// It returns nil when nothing was lost, and otherwise an error with code unavailable that says how much;
// every Put that still waits then gets its error. Call it once.
func (p *Pipeline) Run(ctx context.Context) error {
	// Committing goes on when ctx ends: only the deadline of the drain stops it.
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	var clock sync.WaitGroup
	clock.Go(func() { p.end(ctx, work, stop) })
	defer clock.Wait()
	defer stop(nil) // before the wait
	defer p.ticks.stop()
	for {
		batch := p.next()
		if batch == nil {
			if p.idle(work) {
				break
			}
			continue
		}
		if !p.commit(work, batch) {
			break
		}
	}
	return p.abandon()
}

var errDrain = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "the time to drain was over"}

// end closes the pipeline when ctx ends, and stops the work when the time to drain is over.
func (p *Pipeline) end(ctx, work context.Context, stop context.CancelCauseFunc) {
	select {
	case <-ctx.Done():
	case <-work.Done():
		return
	}
	p.close()
	if sleep(work, p.cfg.DrainTimeout) {
		stop(errDrain)
	}
}

// close ends the taking of records.
func (p *Pipeline) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.signal()
	p.makeRoom()
}

func (p *Pipeline) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// makeRoom wakes every Put that waits for room.
func (p *Pipeline) makeRoom() {
	p.mu.Lock()
	close(p.room)
	p.room = make(chan struct{})
	p.mu.Unlock()
}

// next takes a batch out of the queue, nil when nothing waits.
func (p *Pipeline) next() []*item {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queue.take(nil, p.cfg.BatchRecords, p.cfg.BatchBytes)
}

// idle waits for records; it reports true when none will come.
func (p *Pipeline) idle(ctx context.Context) (over bool) {
	p.mu.Lock()
	over = p.closed && p.queue.count == 0
	p.mu.Unlock()
	if over {
		return true
	}
	select {
	case <-p.wake:
		return false
	case <-ctx.Done():
		return true
	}
}

// commit brings a batch to the sink, however often that takes. It reports false when ctx ended first; the
// batch is then back where abandon finds it.
func (p *Pipeline) commit(ctx context.Context, batch []*item) bool {
	ds := make([]gatehouse.Decision, len(batch))
	for i, it := range batch {
		ds[i] = it.d
	}
	for attempt := 0; ; attempt++ {
		err := p.sink.Append(ctx, ds)
		switch {
		case err == nil:
			p.done(batch, nil)
			return true
		case ctx.Err() != nil:
			p.done(batch, errDrain)
			return false
		case hopeless(err, attempt) && len(batch) == 1:
			p.log.Error("record is refused", "code", string(gatehouse.ErrorCode(err)))
			p.done(batch, err)
			return true
		case hopeless(err, attempt):
			// One bad record must not hold up the others, nor be tried for ever with them.
			half := len(batch) / 2
			if !p.commit(ctx, batch[:half]) {
				p.done(batch[half:], errDrain)
				return false
			}
			return p.commit(ctx, batch[half:])
		}
		p.refused(err, attempt)
		if !sleep(ctx, p.backoff(attempt)) {
			p.done(batch, errDrain)
			return false
		}
	}
}

// hopeless says that trying the same again is no use: at once where the sink says so, and after some
// attempts where it fails in a way that it has no name for.
func hopeless(err error, attempt int) bool {
	const patience = 6
	switch gatehouse.ErrorCode(err) {
	case gatehouse.CodeInvalid, gatehouse.CodeTooLarge:
		return true
	case gatehouse.CodeInternal:
		return attempt >= patience
	}
	return false
}

// refused notes a refusal; only the first of a row is logged.
func (p *Pipeline) refused(err error, attempt int) {
	p.mu.Lock()
	p.stats.Retries++
	p.stats.Failing = true
	p.failed = time.Now()
	queued := p.queue.count
	p.mu.Unlock()
	if attempt == 0 {
		p.log.Warn("records wait for the store", "queued", queued, "error", err)
	}
}

// backoff is how long to wait after a refusal: twice as long each time, and between half and all of it, so
// that several servers do not come back at the same moment.
func (p *Pipeline) backoff(attempt int) time.Duration {
	d := p.cfg.RetryMax
	if attempt < 32 && p.cfg.RetryMin<<attempt < d && p.cfg.RetryMin<<attempt > 0 {
		d = p.cfg.RetryMin << attempt
	}
	return d/2 + rand.N(d/2+1)
}

// sleep reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// done releases records whose fate is known: durable where err is nil, else rejected by the sink, or lost.
func (p *Pipeline) done(batch []*item, err error) {
	p.mu.Lock()
	n := int64(len(batch))
	recovered := false
	switch {
	case err == nil:
		p.stats.Committed += n
		p.stats.Batches++
		recovered, p.stats.Failing = p.stats.Failing, false
	case err == errDrain:
		p.stats.Lost += n
	default:
		p.stats.Rejected += n
		p.stats.Failing = false
	}
	for _, it := range batch {
		p.queue.release(it)
		it.wait.finish(err)
	}
	p.mu.Unlock()
	p.makeRoom()
	if recovered {
		p.log.Info("store takes records again")
	}
	if err == nil {
		p.ticks.note()
	}
}

// abandon gives up whatever waits and says how much was lost.
func (p *Pipeline) abandon() error {
	p.close()
	p.mu.Lock()
	rest := p.queue.take(nil, p.queue.count, 1<<62)
	p.mu.Unlock()
	if len(rest) > 0 {
		p.done(rest, errDrain)
	}
	if lost := p.Stats().Lost; lost > 0 {
		return &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: fmt.Sprintf("drain pipeline: %d records are lost", lost), Err: errDrain}
	}
	return nil
}
