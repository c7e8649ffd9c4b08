package pipeline

import (
	"gatehouse.dev"
)

// item is a record that waits.
type item struct {
	d     gatehouse.Decision
	size  int64
	order uint64
	wait  *waiter // nil: offered
	next  *item
}

// waiter is a Put that waits for its records. It is guarded by Pipeline.mu until done is closed.
type waiter struct {
	left int
	err  error
	done chan struct{}
}

// finish notes that one record is durable, or never will be.
func (w *waiter) finish(err error) {
	if w == nil {
		return
	}
	if err != nil && w.err == nil {
		w.err = err
	}
	if w.left--; w.left == 0 {
		close(w.done)
	}
}

func newItem(d gatehouse.Decision, w *waiter) *item {
	// What the sink must not keep does not take memory either.
	d.Verdict.Masked, d.Verdict.Stored = nil, nil
	return &item{d: d, size: sizeOf(&d), wait: w}
}

// sizeOf is about what a record takes in memory; it counts what can be large. The content counts with its
// capacity, since it may be the middle of a request that it keeps alive.
func sizeOf(d *gatehouse.Decision) int64 {
	const (
		fixed   = 1536 // the struct with its usual strings
		finding = 256
		reason  = 256
	)
	e, v := &d.Event, &d.Verdict
	return fixed + int64(cap(e.Content)+len(e.CWD)+len(e.Tool)+len(e.SessionID)) +
		finding*int64(len(v.Findings)+len(v.Gaps)+len(v.Errors)) + reason*int64(len(v.Reasons))
}

// expendable says whether a record may be dropped before others: something plainly allowed, for which
// nobody waits.
func (it *item) expendable() bool {
	return it.wait == nil && it.d.Applied == gatehouse.Allow && it.d.Verdict.Would == gatehouse.Allow &&
		it.d.Verdict.Action == gatehouse.Allow && !it.d.FailedOpen
}

// list is a first-in-first-out list.
type list struct {
	head, tail *item
	count      int
	bytes      int64
}

func (l *list) push(it *item) {
	if l.head == nil {
		l.head = it
	} else {
		l.tail.next = it
	}
	l.tail = it
	l.count++
	l.bytes += it.size
}

func (l *list) pop() *item {
	it := l.head
	if it != nil {
		l.head, it.next = it.next, nil
		l.count--
		l.bytes -= it.size
	}
	return it
}

// queue holds records in order, in two lists so that the oldest one that may be dropped is at hand.
type queue struct {
	expendable, kept list
	count            int   // with those taken and not yet released
	bytes            int64 // likewise
	order            uint64
}

func (q *queue) push(it *item) {
	q.order++
	it.order = q.order
	q.count++
	q.bytes += it.size
	if it.expendable() {
		q.expendable.push(it)
	} else {
		q.kept.push(it)
	}
}

// dropExpendable removes and returns the oldest record that may be dropped, nil where there is none.
func (q *queue) dropExpendable() *item {
	it := q.expendable.pop()
	if it != nil {
		q.release(it)
	}
	return it
}

// take moves the oldest records to batch, up to both bounds but at least one. They count as queued until
// they are released.
func (q *queue) take(batch []*item, records int, bytes int64) []*item {
	var size int64
	for len(batch) < records {
		from := &q.expendable
		if from.head == nil || q.kept.head != nil && q.kept.head.order < from.head.order {
			from = &q.kept
		}
		if from.head == nil || len(batch) > 0 && size+from.head.size > bytes {
			break
		}
		it := from.pop()
		size += it.size
		batch = append(batch, it)
	}
	return batch
}

func (q *queue) release(it *item) {
	q.count--
	q.bytes -= it.size
}
