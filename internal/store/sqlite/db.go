package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// Config says where a [DB] is and how much it may take. Zero fields but Dir mean their defaults.
type Config struct {
	Dir string // made where it is missing, for its owner only
	// MaxOpenDays is how many day files are kept open at once while nobody uses them; zero means 8.
	MaxOpenDays int
	// MaxDays is how many day files there may be: an event of a further day is refused. Zero means 4000.
	MaxDays int
	// MaxRecordBytes is the largest decision that is kept, before compression; zero means 32 MiB,
	// and 128 MiB is the most.
	MaxRecordBytes int
	Logger         *slog.Logger // nil: silent
}

// DB is a data directory, locked for this process. It is safe for concurrent use; Close it after use.
type DB struct {
	*Core
	cfg   Config
	dir   string
	lock  *os.File
	steps []migration // of day files

	mu     sync.Mutex
	days   map[int64]*day // open day files
	dates  []int64        // all that exist, oldest first, as days since 1970
	uses   uint64
	seq    int64 // the last one given
	closed bool
	idle   sync.Cond // on mu: a day was released
}

// Open opens or makes the data directory. Its code is unavailable where another process has the directory
// or it cannot be written, conflict where a newer program has written there.
func Open(ctx context.Context, cfg Config) (_ *DB, err error) {
	if cfg.MaxOpenDays == 0 {
		cfg.MaxOpenDays = 8
	}
	if cfg.MaxDays == 0 {
		cfg.MaxDays = 4000
	}
	if cfg.MaxRecordBytes == 0 {
		cfg.MaxRecordBytes = 32 << 20
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxOpenDays < 0 || cfg.MaxDays < 0 || cfg.MaxRecordBytes < 0 || cfg.MaxRecordBytes > maxFrameBytes/2 {
		return nil, invalid("open store: a limit is below zero or too high")
	}
	d := &DB{cfg: cfg, days: map[int64]*day{}}
	d.idle.L = &d.mu
	if d.dir, err = makeDir(cfg.Dir); err != nil {
		return nil, wrap(err, "open data directory")
	}
	if d.steps, err = readMigrations(migrations, "events"); err != nil {
		return nil, err
	}
	if d.lock, err = lockDir(d.dir); err != nil {
		return nil, wrap(err, "lock data directory")
	}
	if d.Core, err = openCore(ctx, filepath.Join(d.dir, "core.db")); err != nil {
		return nil, errors.Join(wrap(err, "open core.db"), d.lock.Close())
	}
	if err := d.survey(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// lockDir takes the directory for this process. The lock ends with the process, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	ok, err := tryLock(f)
	if err == nil && !ok {
		err = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: fmt.Sprintf("%q is in use by another server", dir)}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// survey lists the day files and opens the newest, so that a schema nobody can read is refused at start.
func (d *DB) survey(ctx context.Context) error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return wrap(err, "list day files")
	}
	for _, e := range entries {
		name, ok := strings.CutPrefix(e.Name(), "events-")
		name, db := strings.CutSuffix(name, ".db")
		if !ok || !db {
			continue
		}
		t, err := time.Parse(time.DateOnly, name)
		if err != nil {
			d.cfg.Logger.Warn("file is no day file", "file", e.Name())
			continue
		}
		d.dates = append(d.dates, dateOf(t.UnixMicro()))
	}
	slices.Sort(d.dates)
	if len(d.dates) == 0 {
		return nil
	}
	newest, err := d.acquire(ctx, d.dates[len(d.dates)-1], false)
	if err != nil {
		return err
	}
	defer d.release(newest)
	var last int64
	if err := newest.readers.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM ev`).Scan(&last); err != nil {
		return d.fail(ctx, err, "read newest day file")
	}
	d.seq = last
	return nil
}

// Close waits for calls under way, then closes every file and gives the directory free.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	for d.inUse() {
		d.idle.Wait()
	}
	var errs []error
	for date, f := range d.days {
		errs = append(errs, wrap(f.close(), "close "+fileName(date)))
	}
	clear(d.days)
	d.mu.Unlock()
	return errors.Join(append(errs, d.Core.Close(), d.lock.Close())...)
}

func (d *DB) inUse() bool {
	for _, f := range d.days {
		if f.refs > 0 {
			return true
		}
	}
	return false
}

// take returns n numbers in the order of recording, above every one given before. They follow the clock,
// so that they also rise from one day file to the next without reading all files at start.
func (d *DB) take(n int) (first int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first = max(d.seq+1, time.Now().UnixMicro())
	d.seq = first + int64(n) - 1
	return first
}

var _ interface {
	Append(context.Context, []gatehouse.Decision) error
	Decisions(context.Context, store.Query) (store.Page, error)
} = (*DB)(nil)
