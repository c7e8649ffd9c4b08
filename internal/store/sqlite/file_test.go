package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

var day0 = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func opened(t *testing.T, cfg Config) *DB {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open(%+v) = %v, want a store", cfg, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
	})
	return db
}

func simple(id string, at time.Time) gatehouse.Decision {
	return gatehouse.Decision{Event: gatehouse.Event{ID: id, Time: at, Kind: gatehouse.KindPrompt, SessionID: "s"}}
}

func put(t *testing.T, db *DB, ds ...gatehouse.Decision) {
	t.Helper()
	if err := db.Append(t.Context(), ds); err != nil {
		t.Fatalf("Append() = %v, want nil", err)
	}
}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data dir?&%20#")
	db := opened(t, Config{Dir: dir})
	put(t, db, simple("a", day0), simple("b", day0.Add(24*time.Hour)))
	var names []string
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = fs.ModeDir | 0o700
		} else {
			names = append(names, e.Name())
		}
		if info.Mode() != want {
			t.Errorf("mode of %s = %v, want %v", e.Name(), info.Mode(), want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"core.db", "lock", "events-2026-03-04.db", "events-2026-03-05.db"} {
		if !strings.Contains(strings.Join(names, " "), want) {
			t.Errorf("files = %q, want %s among them", names, want)
		}
	}
}

func TestDurabilityIsReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := createFile(path); err != nil {
		t.Fatal(err)
	}
	pool, conn, err := openWriter(t.Context(), path)
	if err != nil {
		t.Fatalf("openWriter() = %v, want a connection", err)
	}
	defer pool.Close()
	defer conn.Close()
	for _, weak := range []string{"PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE"} {
		if _, err := conn.ExecContext(t.Context(), weak); err != nil {
			t.Fatal(err)
		}
		if err := verify(t.Context(), conn); err == nil {
			t.Errorf("verify() after %q = nil, want an error", weak)
		}
	}
	for version, want := range map[string]int{"3.51.3": minVersion, "3.51.2": minVersion - 1, "4.0.0": 4_000_000, "": 0, "3.x": 0} {
		if got := number(version); got != want {
			t.Errorf("number(%q) = %d, want %d", version, got, want)
		}
	}
	readers, err := openReaders(path)
	if err != nil {
		t.Fatal(err)
	}
	defer readers.Close()
	if _, err := readers.Exec("CREATE TABLE x (y)"); err == nil {
		t.Error("a reader could write")
	}
}

// TestDiskFull fills a day file up to a limit of pages, which SQLite reports as it does a full disk.
func TestDiskFull(t *testing.T) {
	db := opened(t, Config{})
	put(t, db, simple("first", day0))
	f := db.days[dateOf(day0.UnixMicro())]
	limit := func(pages int) {
		t.Helper()
		if _, err := f.writer.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // never below what it has
	batch := make([]gatehouse.Decision, 100)
	for i := range batch {
		batch[i] = simple(fmt.Sprint("e", i), day0)
		batch[i].Event.Content = jsontext.Value(fmt.Sprintf("%q", strings.Repeat(fmt.Sprint(i*7919), 500)))
	}
	err := db.Append(t.Context(), batch)
	if gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable || !strings.Contains(err.Error(), "full") {
		t.Fatalf("Append() to a full disk = %v, want code unavailable", err)
	}
	check := func(want int) {
		t.Helper()
		page, err := db.Decisions(t.Context(), store.Query{Limit: 500})
		if err != nil || len(page.Decisions) != want {
			t.Errorf("Decisions() = %d, %v, want %d", len(page.Decisions), err, want)
		}
		o, err := db.Overview(t.Context(), day0.Add(-time.Hour), day0.Add(time.Hour), time.Minute)
		if err != nil || o.Totals.Events != want {
			t.Errorf("Overview() counts %d, %v, want %d", o.Totals.Events, err, want)
		}
		if s, err := db.Session(t.Context(), "s"); err != nil || s.Events != want {
			t.Errorf("Session() counts %d, %v, want %d", s.Events, err, want)
		}
	}
	check(1)
	put(t, db, batch...) // there is room again: the writer was opened anew
	check(101)
}

func TestErrorsHaveCodes(t *testing.T) {
	if _, err := Open(t.Context(), Config{}); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
		t.Errorf("Open(no directory) = %v, want code invalid", err)
	}
	if _, err := Open(t.Context(), Config{Dir: t.TempDir(), MaxDays: -1}); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
		t.Errorf("Open(MaxDays -1) = %v, want code invalid", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := Open(t.Context(), Config{Dir: dir}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
			t.Errorf("Open(%s) where a file is = %v, want code unavailable", filepath.Base(dir), err)
		}
	}
	damagedDir := t.TempDir()
	if err := os.WriteFile(filepath.Join(damagedDir, "core.db"), []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Config{Dir: damagedDir}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Open(damaged core.db) = %v, want code unavailable", err)
	}
	if err := os.Remove(filepath.Join(damagedDir, "core.db")); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), Config{Dir: damagedDir})
	if err != nil {
		t.Fatalf("Open() after a failed one = %v, want a store: the lock was given back", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close() = %v, want nil", err)
	}
	if err := wrap(context.Canceled, "x"); !errors.Is(err, context.Canceled) || gatehouse.ErrorCode(err) != gatehouse.CodeInternal {
		t.Errorf("wrap(canceled) = %v, want it as it is", err)
	}
}

func TestDamagedDayFile(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, simple("old", day0), simple("new", day0.Add(24*time.Hour)))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "events-2026-03-04.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"events-.db", "events-tomorrow.db", "events-2026-13-01.db", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db = opened(t, Config{Dir: dir})
	if err := db.Append(t.Context(), []gatehouse.Decision{simple("b", day0)}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Append() to a damaged file = %v, want code unavailable", err)
	}
	put(t, db, simple("c", day0.Add(25*time.Hour))) // the other days go on
	page, err := db.Decisions(t.Context(), store.Query{From: day0.Add(20 * time.Hour)})
	if err != nil || len(page.Decisions) != 2 {
		t.Errorf("Decisions() of a sound day = %d, %v, want 2", len(page.Decisions), err)
	}
	if _, err := db.Decisions(t.Context(), store.Query{}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Decisions() over a damaged day = %v, want code unavailable", err)
	}
}

func TestManyDays(t *testing.T) {
	db := opened(t, Config{MaxOpenDays: 3, MaxDays: 20})
	var want []string
	for i := range 20 {
		put(t, db, simple(fmt.Sprint("d", i), day0.AddDate(0, 0, i)))
		want = append([]string{fmt.Sprint("d", i)}, want...)
		if n := len(db.days); n > 3 {
			t.Fatalf("%d day files are open, want at most 3", n)
		}
	}
	page, err := db.Decisions(t.Context(), store.Query{})
	var got []string
	for _, d := range page.Decisions {
		got = append(got, d.Event.ID)
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Decisions() over 20 days: %v (-want +got):\n%s", err, diff)
	}
	if s, err := db.Session(t.Context(), "s"); err != nil || s.Events != 20 {
		t.Errorf("Session() over 20 days = %+v, %v, want 20 events", s, err)
	}
	if n := len(db.days); n > 3 {
		t.Errorf("%d day files are open, want at most 3", n)
	}
	if err := db.Append(t.Context(), []gatehouse.Decision{simple("x", day0.AddDate(1, 0, 0))}); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
		t.Errorf("Append() that needs a 21st day file = %v, want code invalid", err)
	}
	put(t, db, simple("y", day0)) // days that are there take more
}

// TestBatchOverMidnight has a later day fail: the earlier one stays, and a second attempt completes it.
func TestBatchOverMidnight(t *testing.T) {
	db := opened(t, Config{MaxDays: 1})
	batch := []gatehouse.Decision{simple("later", day0.Add(24*time.Hour)), simple("earlier", day0)}
	if err := db.Append(t.Context(), batch); err == nil {
		t.Fatal("Append() over two days with room for one = nil, want an error")
	}
	if _, err := db.Decision(t.Context(), "earlier"); err != nil {
		t.Errorf("Decision(earlier day) = %v, want it recorded", err)
	}
	db.cfg.MaxDays = 2
	put(t, db, batch...)
	if s, err := db.Session(t.Context(), "s"); err != nil || s.Events != 2 {
		t.Errorf("Session() after trying again = %+v, %v, want 2 events: nothing counted twice", s, err)
	}
}

func TestShrink(t *testing.T) {
	db := opened(t, Config{})
	put(t, db, simple("a", day0))
	f := db.days[dateOf(day0.UnixMicro())]
	log := f.path + "-wal"
	if err := f.writer.shrink(log); err != nil {
		t.Errorf("shrink(small log) = %v, want nil", err)
	}
	before, err := os.Stat(log)
	if err != nil || before.Size() == 0 {
		t.Fatalf("the log has %v bytes, %v, want some", before.Size(), err)
	}
	large := filepath.Join(t.TempDir(), "large") // as large as the log would have to be
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, walBytes+1); err != nil {
		t.Fatal(err)
	}
	if err := f.writer.shrink(large); err != nil {
		t.Errorf("shrink(large log) = %v, want nil", err)
	}
	if after, err := os.Stat(log); err != nil || after.Size() != 0 {
		t.Errorf("the log has %d bytes, %v, want none after it was cut", after.Size(), err)
	}
}

// TestClockSetBack has the order of recording go on when the clock does not, also over a restart.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	ahead := time.Now().Add(time.Hour).UnixMicro()
	db, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	db.seq = ahead
	put(t, db, simple("a", day0))
	put(t, db, simple("b", day0.Add(-time.Minute)))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = opened(t, Config{Dir: dir})
	put(t, db, simple("c", day0.Add(-time.Hour)))
	page, err := db.Decisions(t.Context(), store.Query{After: "a"})
	if err != nil || len(page.Decisions) != 2 {
		t.Errorf("Decisions(after a) = %d, %v, want the two recorded later by a slower clock", len(page.Decisions), err)
	}
	if db.seq < ahead {
		t.Errorf("the order of recording went back to %d, want above %d", db.seq, ahead)
	}
}
