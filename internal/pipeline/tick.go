package pipeline

import (
	"sync"
	"time"
)

// ticks wakes subscribers when something was committed, at most once in a while: at once after a quiet
// time, and at the end of that while for everything that came within it.
type ticks struct {
	every time.Duration

	mu      sync.Mutex
	subs    map[chan struct{}]bool
	last    time.Time
	pending *time.Timer // fires the tick that is due; nil: none is
	stopped bool
}

// Subscribe returns a channel that gets a value soon after records were committed. Ticks that nobody
// takes are one. Call cancel when done; the channel is never closed.
func (p *Pipeline) Subscribe() (tick <-chan struct{}, cancel func()) {
	t := &p.ticks
	c := make(chan struct{}, 1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.subs == nil {
		t.subs = map[chan struct{}]bool{}
	}
	t.subs[c] = true
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.subs, c)
	}
}

// note says that something was committed.
func (t *ticks) note() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending != nil || t.stopped {
		return
	}
	if wait := t.every - time.Since(t.last); wait > 0 && !t.last.IsZero() {
		t.pending = time.AfterFunc(wait, func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.pending != nil {
				t.pending = nil
				t.send()
			}
		})
		return
	}
	t.send()
}

func (t *ticks) send() {
	t.last = time.Now()
	for c := range t.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// stop sends the tick that is due, and none after it.
func (t *ticks) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pending != nil {
		t.pending.Stop()
		t.pending = nil
		t.send()
	}
	t.stopped = true
}
