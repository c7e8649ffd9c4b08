package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const dayMicros = int64(24 * time.Hour / time.Microsecond)

// dateOf is the UTC day of a time in microseconds, as days since 1970; not for times before that.
func dateOf(us int64) int64 { return us / dayMicros }

func fileName(date int64) string {
	return "events-" + time.UnixMicro(date*dayMicros).UTC().Format(time.DateOnly) + ".db"
}

// day is one open day file.
type day struct {
	date    int64
	path    string
	open    func() error // runs once
	readers *sql.DB

	writing chan struct{} // holds one token: the right to write
	writer  *writer       // made at the first write; owned by who holds the token

	refs int    // guarded by DB.mu, as is used
	used uint64 // when last acquired
}

// acquire returns the file of a date, opened; release it after use. Without create it returns a nil day
// where there is no such file.
func (d *DB) acquire(ctx context.Context, date int64, create bool) (*day, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil, errClosed
	}
	f := d.days[date]
	if f == nil {
		at, known := slices.BinarySearch(d.dates, date)
		if !known && !create {
			d.mu.Unlock()
			return nil, nil
		}
		if !known {
			if len(d.dates) >= d.cfg.MaxDays {
				d.mu.Unlock()
				return nil, invalid("record decision: there are %d day files, no more are made", d.cfg.MaxDays)
			}
			d.dates = slices.Insert(d.dates, at, date)
		}
		f = &day{date: date, path: filepath.Join(d.dir, fileName(date)), writing: make(chan struct{}, 1)}
		f.open = sync.OnceValue(func() error { return f.start(context.WithoutCancel(ctx), d.steps) })
		d.days[date] = f
	}
	f.refs++
	d.uses++
	f.used = d.uses
	d.mu.Unlock()

	if err := f.open(); err != nil {
		d.mu.Lock()
		if d.days[date] == f {
			delete(d.days, date) // the next caller tries again
		}
		if _, gone := os.Stat(f.path); errors.Is(gone, os.ErrNotExist) {
			d.dates = slices.DeleteFunc(d.dates, func(x int64) bool { return x == date })
		}
		f.refs--
		d.idle.Broadcast()
		d.mu.Unlock()
		return nil, wrap(err, "open "+fileName(date))
	}
	return f, nil
}

// release gives f back and closes the files longest unused where too many are open.
func (d *DB) release(f *day) {
	d.mu.Lock()
	f.refs--
	var old []*day
	for len(d.days) > d.cfg.MaxOpenDays {
		var oldest *day
		for _, o := range d.days {
			if o.refs == 0 && (oldest == nil || o.used < oldest.used) {
				oldest = o
			}
		}
		if oldest == nil {
			break
		}
		delete(d.days, oldest.date)
		old = append(old, oldest)
	}
	d.idle.Broadcast()
	d.mu.Unlock()
	for _, o := range old {
		if err := o.close(); err != nil {
			d.cfg.Logger.Warn("close day file", "file", fileName(o.date), "error", err)
		}
	}
}

// start makes the file where it is missing, brings its schema up to date and opens its readers.
func (f *day) start(ctx context.Context, steps []migration) error {
	if err := createFile(f.path); err != nil {
		return err
	}
	pool, conn, err := openWriter(ctx, f.path)
	if err != nil {
		return err
	}
	if err := errors.Join(migrate(ctx, conn, steps), conn.Close(), pool.Close()); err != nil {
		return err
	}
	f.readers, err = openReaders(f.path)
	f.writing <- struct{}{}
	return err
}

// close closes all connections; the last one copies the log into the file.
func (f *day) close() error {
	var errs []error
	if f.writer != nil {
		errs = append(errs, f.writer.close())
		f.writer = nil
	}
	if f.readers != nil {
		errs = append(errs, f.readers.Close())
	}
	return errors.Join(errs...)
}

// between returns the dates of existing files that touch a range of microseconds, newest first.
func (d *DB) between(from, to int64) ([]int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errClosed
	}
	var out []int64
	for _, date := range slices.Backward(d.dates) {
		if date*dayMicros < to && (date+1)*dayMicros > from {
			out = append(out, date)
		}
	}
	return out, nil
}

// visit calls f with the file of date, if there is one.
func (d *DB) visit(ctx context.Context, date int64, f func(*day) error) error {
	file, err := d.acquire(ctx, date, false)
	if err != nil || file == nil {
		return err
	}
	defer d.release(file)
	return wrap(interrupted(ctx, f(file)), "read "+fileName(date))
}
