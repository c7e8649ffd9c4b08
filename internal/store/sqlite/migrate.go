package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"gatehouse.dev"
)

//go:embed migration
var migrations embed.FS

// migration is one step of a schema: forward only, never edited once released.
type migration struct {
	version int
	name    string
	text    string
	hash    string
}

// readMigrations returns the steps of one family of files ("core", "events"), numbered from 1 without a hole.
func readMigrations(files fs.FS, family string) ([]migration, error) {
	entries, err := fs.ReadDir(files, path.Join("migration", family))
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var out []migration
	for i, e := range entries { // ReadDir sorts by name
		number, name, ok := strings.Cut(strings.TrimSuffix(e.Name(), ".sql"), "_")
		version, err := strconv.Atoi(number)
		if !ok || err != nil || len(number) != 4 || version != i+1 {
			return nil, fmt.Errorf("read migration %q: want %04d_name.sql", e.Name(), i+1)
		}
		text, err := fs.ReadFile(files, path.Join("migration", family, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read migration %q: %w", e.Name(), err)
		}
		sum := sha256.Sum256(text)
		out = append(out, migration{version: version, name: name, text: string(text), hash: hex.EncodeToString(sum[:])})
	}
	return out, nil
}

// migrate brings the database behind conn to the newest step, each step in a transaction of its own.
// It refuses a schema newer than the steps it knows, and one made by steps that were edited since.
func migrate(ctx context.Context, conn *sql.Conn, steps []migration) error {
	done, err := applied(ctx, conn)
	if err != nil {
		return err
	}
	if len(done) == len(steps) && compare(done, steps) == nil {
		return nil // the usual case takes no write lock
	}
	if _, err := conn.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (
  version INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT`); err != nil {
		return fmt.Errorf("create migration table: %w", err)
	}
	for {
		more, err := step(ctx, conn, steps)
		if err != nil || !more {
			return err
		}
	}
}

// step applies the first missing migration. It looks again inside the transaction: another process may
// have been faster.
func step(ctx context.Context, conn *sql.Conn, steps []migration) (more bool, err error) {
	err = transact(ctx, conn, func() error {
		done, err := applied(ctx, conn)
		if err != nil {
			return err
		}
		if err := compare(done, steps); err != nil {
			return err
		}
		if len(done) == len(steps) {
			return nil
		}
		m := steps[len(done)]
		if _, err := conn.ExecContext(ctx, m.text); err != nil {
			return fmt.Errorf("apply migration %04d_%s: %w", m.version, m.name, err)
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO migration(version, name, hash) VALUES ($1, $2, $3)`, m.version, m.name, m.hash); err != nil {
			return fmt.Errorf("note migration %04d_%s: %w", m.version, m.name, err)
		}
		more = true
		return nil
	})
	return more, err
}

// applied lists what the database says was done to it, in order.
func applied(ctx context.Context, conn *sql.Conn) (done []migration, err error) {
	var n int
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'`).Scan(&n); err != nil {
		return nil, fmt.Errorf("look for migration table: %w", err)
	}
	if n == 0 {
		return nil, nil
	}
	rows, err := conn.QueryContext(ctx, `SELECT version, name, hash FROM migration ORDER BY version`)
	if err != nil {
		return nil, fmt.Errorf("read migration table: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.version, &m.name, &m.hash); err != nil {
			return nil, fmt.Errorf("read migration table: %w", err)
		}
		done = append(done, m)
	}
	return done, rows.Err()
}

func compare(done, steps []migration) error {
	if len(done) > len(steps) {
		return &gatehouse.Error{Code: gatehouse.CodeConflict, Text: fmt.Sprintf(
			"schema is at version %d, this program knows %d: use the newer program", done[len(done)-1].version, len(steps))}
	}
	for i, d := range done {
		if m := steps[i]; d.version != m.version || d.hash != m.hash {
			return &gatehouse.Error{Code: gatehouse.CodeConflict, Text: fmt.Sprintf(
				"schema version %d was made by another migration than %04d_%s", d.version, m.version, m.name)}
		}
	}
	return nil
}
