package sqlite

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"gatehouse.dev"
)

// record is a decision made ready for insertion.
type record struct {
	*gatehouse.Decision
	id   string
	ts   int64 // microseconds
	body []byte
}

const (
	maxIDBytes = 128
	// maxMicros is the end of the year 9999, the last that RFC 3339 can write.
	maxMicros = 253_402_300_800_000_000
)

// prepare does everything that needs no database: checking, encoding, compressing.
func (d *DB) prepare(x *gatehouse.Decision) (record, error) {
	r := record{Decision: x, id: clean(x.Event.ID), ts: x.Event.Time.UnixMicro()}
	switch {
	case r.id == "" || len(r.id) > maxIDBytes:
		return r, invalid("record decision: the event's ID has %d bytes, want 1 to %d", len(r.id), maxIDBytes)
	case r.ts <= 0 || r.ts >= maxMicros:
		return r, invalid("record decision: the event's time is not between the years 1970 and 9999")
	case x.Applied > gatehouse.Deny || x.Verdict.Would > gatehouse.Deny || x.Verdict.Severity > gatehouse.Critical:
		return r, invalid("record decision: unknown action or severity")
	}
	var err error
	r.body, err = encode(x, d.cfg.MaxRecordBytes)
	return r, err
}

// Append records decisions; when it returns nil they are durable. A decision whose Event.ID is recorded on
// the same UTC day is passed over. What cannot be recorded at all is refused with code invalid or
// too_large before anything is written; see the package comment for batches that span midnight.
// ctx ends the wait for the writer, not a write under way.
func (d *DB) Append(ctx context.Context, ds []gatehouse.Decision) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	records, err := d.prepareAll(ds)
	if err != nil {
		return err
	}
	// Stable, so that equal dates keep the order of recording.
	slices.SortStableFunc(records, func(a, b record) int { return int(dateOf(a.ts) - dateOf(b.ts)) })
	for len(records) > 0 {
		date := dateOf(records[0].ts)
		n := slices.IndexFunc(records, func(r record) bool { return dateOf(r.ts) != date })
		if n < 0 {
			n = len(records)
		}
		if err := d.appendDay(ctx, date, records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

// prepareAll prepares large batches on all processors: compressing is a third of the work of recording.
func (d *DB) prepareAll(ds []gatehouse.Decision) ([]record, error) {
	const share = 16 // decisions that are worth a goroutine
	records := make([]record, len(ds))
	errs := make([]error, len(ds))
	workers := min(runtime.GOMAXPROCS(0), (len(ds)+share-1)/share)
	var wg sync.WaitGroup
	for w := range workers {
		work := func() {
			for i := w; i < len(ds); i += workers {
				records[i], errs[i] = d.prepare(&ds[i])
			}
		}
		if w == workers-1 {
			work()
		} else {
			wg.Go(work)
		}
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return records, nil
}

func (d *DB) appendDay(ctx context.Context, date int64, records []record) (err error) {
	f, err := d.acquire(ctx, date, true)
	if err != nil {
		return err
	}
	defer d.release(f)
	select {
	case <-f.writing:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { f.writing <- struct{}{} }()
	if f.writer == nil {
		// A write is not interrupted half way: it is short, and stopping it would cost more.
		if f.writer, err = newWriter(context.WithoutCancel(ctx), f.path); err != nil {
			return wrap(err, "open "+fileName(date)+" for writing")
		}
	}
	if err := f.writer.write(records, d.take(len(records))); err != nil {
		// Whatever state the connection is in, the next attempt gets a new one.
		_ = f.writer.close()
		f.writer = nil
		return wrap(err, "write "+fileName(date))
	}
	if now := time.Now(); now.Sub(f.writer.checked) > checkEvery {
		f.writer.checked = now
		if err := f.writer.shrink(f.path + "-wal"); err != nil {
			d.cfg.Logger.Warn("copy write-ahead log", "file", fileName(date), "error", err)
		}
	}
	return nil
}
