package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite"
)

const (
	// minVersion is the first SQLite without the bug that could corrupt a file when two connections
	// reset its write-ahead log at once (3.7.0 to 3.51.2).
	minVersion = 3_051_003

	// walPages is how many pages the log takes before a commit copies them into the database.
	// With the default of 1000, a stream of single commits syncs twice as often and is half as fast.
	walPages = 4096
	// walBytes is the size to which the log is cut after it was copied, and over which it is cut by force.
	walBytes = 64 << 20

	// pageSize leaves a tenth of a page unused where two or three payloads share it; in 4 KiB most have one to
	// themselves, a quarter of the file. Larger pages cost more for a commit of one decision.
	pageSize = 8192

	busyMillis  = 5000
	maxReaders  = 4
	writerCache = 16 << 10 // KiB
	readerCache = 2 << 10  // KiB
	readerIdle  = time.Minute
)

// createFile makes sure that path exists, for its owner only, and that its name is durable. SQLite gives
// its log and shared memory the permissions of the database file.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncDir(filepath.Dir(path)))
}

// openWriter opens the one connection that may write to a file and reads back what durability rests on.
func openWriter(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	pool, err := sql.Open("sqlite", dsn(path, "WAL",
		fmt.Sprintf("busy_timeout(%d)", busyMillis), fmt.Sprintf("page_size(%d)", pageSize), "synchronous(FULL)",
		fmt.Sprintf("wal_autocheckpoint(%d)", walPages), fmt.Sprintf("journal_size_limit(%d)", walBytes),
		fmt.Sprintf("cache_size(-%d)", writerCache), "temp_store(MEMORY)", "trusted_schema(OFF)"))
	if err != nil {
		return nil, nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err == nil {
		err = verify(ctx, conn)
	}
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		_ = pool.Close()
		return nil, nil, err
	}
	return pool, conn, nil
}

// verify refuses a connection that would not keep what it acknowledged.
func verify(ctx context.Context, conn *sql.Conn) error {
	var version string
	var journal string
	var synchronous int
	for _, q := range []struct {
		text string
		to   any
	}{{"SELECT sqlite_version()", &version}, {"PRAGMA journal_mode", &journal}, {"PRAGMA synchronous", &synchronous}} {
		if err := conn.QueryRowContext(ctx, q.text).Scan(q.to); err != nil {
			return fmt.Errorf("read %q: %w", q.text, err)
		}
	}
	switch {
	case number(version) < minVersion:
		return fmt.Errorf("SQLite %s can corrupt a write-ahead log: want 3.51.3 or newer", version)
	case journal != "wal":
		return fmt.Errorf("journal mode is %q, want wal: is the directory on a network file system?", journal)
	case synchronous != 2:
		return fmt.Errorf("synchronous is %d, want 2 (FULL)", synchronous)
	}
	return nil
}

// number turns "3.51.3" into 3051003, and what is not a version into 0.
func number(version string) int {
	var major, minor, patch int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); n != 3 {
		return 0
	}
	return major*1_000_000 + minor*1000 + patch
}

// openReaders opens a pool of connections that cannot write.
func openReaders(path string) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn(path, "", fmt.Sprintf("busy_timeout(%d)", busyMillis),
		fmt.Sprintf("cache_size(-%d)", readerCache), "temp_store(MEMORY)", "trusted_schema(OFF)", "query_only(ON)"))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(maxReaders)
	pool.SetMaxIdleConns(maxReaders)
	pool.SetConnMaxIdleTime(readerIdle) // gives its cache back
	return pool, nil
}

// dsn names a file with its settings. The driver sorts pragmas by name; the journal has a key of its own,
// applied after them, because it makes the file and with it fixes the size of a page.
func dsn(path, journal string, pragmas ...string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // C:/data
	}
	q := url.Values{"_pragma": pragmas, "mode": {"rw"}}
	if journal != "" {
		q.Set("_journal_mode", journal)
	}
	u := url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}
	return u.String()
}

// transact runs f in one write transaction on conn. The error of the commit reaches the caller, and
// after any error nothing of f remains.
func transact(ctx context.Context, conn *sql.Conn, f func() error) (err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			if _, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); undo != nil {
				err = errors.Join(err, fmt.Errorf("roll back: %w", undo))
			}
		}
	}()
	if err := f(); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
