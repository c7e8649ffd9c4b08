package sqlite

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
)

var update = flag.Bool("update", false, "rewrite golden files")

func files(texts ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i, text := range texts {
		out[fmt.Sprintf("migration/test/%04d_step.sql", i+1)] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// migrated runs the steps over the file at path.
func migrated(t *testing.T, path string, source fstest.MapFS) error {
	t.Helper()
	steps, err := readMigrations(source, "test")
	if err != nil {
		t.Fatalf("readMigrations() = %v, want steps", err)
	}
	if err := createFile(path); err != nil {
		t.Fatalf("createFile() = %v, want nil", err)
	}
	pool, conn, err := openWriter(t.Context(), path)
	if err != nil {
		t.Fatalf("openWriter() = %v, want a connection", err)
	}
	defer pool.Close()
	defer conn.Close()
	return migrate(t.Context(), conn, steps)
}

// schema reads what a file holds.
func schema(t *testing.T, path string) string {
	t.Helper()
	pool, err := openReaders(path)
	if err != nil {
		t.Fatalf("openReaders() = %v", err)
	}
	defer pool.Close()
	rows, err := pool.Query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name`)
	if err != nil {
		t.Fatalf("read schema: %v", err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatalf("read schema: %v", err)
		}
		fmt.Fprintf(&b, "%s;\n\n", text)
	}
	return b.String()
}

const (
	stepA = `CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)`
	stepB = `ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT 'b'`
)

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for i, source := range []fstest.MapFS{files(stepA), files(stepA), files(stepA, stepB), files(stepA, stepB)} {
		if err := migrated(t, path, source); err != nil {
			t.Fatalf("migrate, round %d = %v, want nil", i, err)
		}
	}
	want := "CREATE TABLE a (x INTEGER, y TEXT NOT NULL DEFAULT 'b') STRICT;"
	if got := schema(t, path); !strings.Contains(got, want) {
		t.Errorf("schema = %s, want %s in it", got, want)
	}
}

func TestMigrateRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		source fstest.MapFS
		code   gatehouse.Code
		text   string
	}{
		{"newer schema", files(stepA), gatehouse.CodeConflict, "schema is at version 2, this program knows 1"},
		{"edited step", files(stepA, stepB+" -- edited"), gatehouse.CodeConflict, "schema version 2 was made by another migration than 0002_step"},
		{"edited step before a new one", files(stepA+";", stepB, "SELECT 1"), gatehouse.CodeConflict, "schema version 1 was made by another"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			if err := migrated(t, path, files(stepA, stepB)); err != nil {
				t.Fatalf("migrate() = %v, want nil", err)
			}
			before := schema(t, path)
			err := migrated(t, path, c.source)
			if gatehouse.ErrorCode(err) != c.code || !strings.Contains(err.Error(), c.text) {
				t.Errorf("migrate() = %v, want code %s and %q", err, c.code, c.text)
			}
			if diff := cmp.Diff(before, schema(t, path)); diff != "" {
				t.Errorf("a refused migration changed the schema (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMigrateBrokenStepLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := migrated(t, path, files(stepA)); err != nil {
		t.Fatalf("migrate() = %v, want nil", err)
	}
	before := schema(t, path)
	if err := migrated(t, path, files(stepA, "CREATE TABLE half (x INTEGER); CREATE TABLE a (x INTEGER)")); err == nil {
		t.Error("migrate(broken step) = nil, want an error")
	}
	if diff := cmp.Diff(before, schema(t, path)); diff != "" {
		t.Errorf("a broken step left something (-want +got):\n%s", diff)
	}
	if err := migrated(t, path, files(stepA, stepB)); err != nil {
		t.Errorf("migrate() with the step mended = %v, want nil", err)
	}
}

func TestMigrateTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := createFile(path); err != nil {
		t.Fatal(err)
	}
	steps, err := readMigrations(files(stepA, stepB), "test")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			pool, conn, err := openWriter(t.Context(), path)
			if err != nil {
				t.Errorf("openWriter() beside others = %v", err)
				return
			}
			defer pool.Close()
			defer conn.Close()
			if err := migrate(t.Context(), conn, steps); err != nil {
				t.Errorf("migrate() beside others = %v, want nil", err)
			}
		})
	}
	wg.Wait()
	var rows int
	pool, err := openReaders(path)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.QueryRow(`SELECT count(*) FROM a`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("the first step ran %d times, %v, want once", rows, err)
	}
}

func TestReadMigrationsRefuses(t *testing.T) {
	for _, names := range [][]string{{"0002_a.sql"}, {"0001_a.sql", "0003_b.sql"}, {"1_a.sql"}, {"0001.sql"}, {"000x_a.sql"}, {"0001_a.sql", "0001_b.sql"}} {
		source := fstest.MapFS{}
		for _, n := range names {
			source["migration/test/"+n] = &fstest.MapFile{Data: []byte("SELECT 1")}
		}
		if _, err := readMigrations(source, "test"); err == nil {
			t.Errorf("readMigrations(%q) = nil, want an error", names)
		}
	}
}

// TestSchema compares what the shipped migrations make with golden files.
func TestSchema(t *testing.T) {
	for _, family := range []string{"core", "events"} {
		steps, err := readMigrations(migrations, family)
		if err != nil {
			t.Fatalf("readMigrations(%s) = %v, want steps", family, err)
		}
		path := filepath.Join(t.TempDir(), family+".db")
		onWriter(t, path, func(ctx context.Context, conn *sql.Conn) {
			if err := migrate(ctx, conn, steps); err != nil {
				t.Fatalf("migrate(%s) = %v, want nil", family, err)
			}
		})
		got := schema(t, path)
		golden := filepath.Join("testdata", "schema-"+family+".sql")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatalf("read golden file: %v (rewrite it with -update)", err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("schema of %s (-want +got):\n%s", family, diff)
		}
	}
}

func onWriter(t *testing.T, path string, f func(ctx context.Context, conn *sql.Conn)) {
	t.Helper()
	if err := createFile(path); err != nil {
		t.Fatal(err)
	}
	pool, conn, err := openWriter(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	defer conn.Close()
	f(t.Context(), conn)
}

// TestOpenRefusesNewerFiles opens directories that a later program has written to.
func TestOpenRefusesNewerFiles(t *testing.T) {
	for _, name := range []string{"core.db", "events-2026-03-04.db"} {
		dir := t.TempDir()
		db, err := Open(t.Context(), Config{Dir: dir})
		if err != nil {
			t.Fatalf("Open() = %v, want a store", err)
		}
		if err := db.Append(t.Context(), []gatehouse.Decision{{Event: gatehouse.Event{ID: "a", Time: day0, Kind: "prompt"}}}); err != nil {
			t.Fatalf("Append() = %v, want nil", err)
		}
		if err := db.Close(); err != nil {
			t.Fatalf("Close() = %v, want nil", err)
		}
		onWriter(t, filepath.Join(dir, name), func(ctx context.Context, conn *sql.Conn) {
			if _, err := conn.ExecContext(ctx, `INSERT INTO migration(version, name, hash) VALUES (99, 'later', 'x')`); err != nil {
				t.Fatal(err)
			}
		})
		_, err = Open(t.Context(), Config{Dir: dir})
		if gatehouse.ErrorCode(err) != gatehouse.CodeConflict || !strings.Contains(err.Error(), "use the newer program") {
			t.Errorf("Open() with a newer %s = %v, want code conflict and what to do", name, err)
		}
	}
}
