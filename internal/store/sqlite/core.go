package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

const (
	maxKeys        = 10_000
	maxNameBytes   = 256
	maxSecretBytes = 4096
)

// Core is the part of a data directory that several processes may use at once: API keys and secrets.
// It is safe for concurrent use.
type Core struct {
	pool *sql.DB
}

// OpenCore opens the keys and secrets of dir without its decisions, beside a server or without one.
// The directory is made where it is missing.
func OpenCore(ctx context.Context, dir string) (*Core, error) {
	dir, err := makeDir(dir)
	if err != nil {
		return nil, wrap(err, "open data directory")
	}
	c, err := openCore(ctx, filepath.Join(dir, "core.db"))
	return c, wrap(err, "open core.db")
}

func openCore(ctx context.Context, path string) (*Core, error) {
	steps, err := readMigrations(migrations, "core")
	if err != nil {
		return nil, err
	}
	if err := createFile(path); err != nil {
		return nil, err
	}
	pool, conn, err := openWriter(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(migrate(ctx, conn, steps), conn.Close()); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &Core{pool: pool}, nil
}

// makeDir makes the data directory, for its owner only, and returns its absolute path.
func makeDir(dir string) (string, error) {
	if dir == "" {
		return "", invalid("no data directory is named")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, nil
}

// Close closes the file.
func (c *Core) Close() error { return wrap(c.pool.Close(), "close core.db") }

// AddKey keeps k. Its code is conflict where the ID is taken, invalid where a field cannot be kept.
func (c *Core) AddKey(ctx context.Context, k store.Key) error {
	if k.ID == "" || len(k.ID) > maxNameBytes || len(k.Name) > maxNameBytes || len(k.Hash) == 0 || len(k.Hash) > maxNameBytes {
		return invalid("add key: ID, name and hash take 1 to %d bytes", maxNameBytes)
	}
	scopes, err := json.Marshal(k.Scopes)
	if err != nil || len(scopes) > maxSecretBytes {
		return invalid("add key: scopes cannot be kept")
	}
	res, err := c.pool.ExecContext(ctx, `INSERT INTO api_key(id, name, hash, scopes, created, expires)
SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM api_key) < $7 ON CONFLICT(id) DO NOTHING`,
		k.ID, k.Name, k.Hash, string(scopes), micros(k.Created), micros(k.Expires), maxKeys)
	if err != nil {
		return c.fail(ctx, err, "add key")
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &gatehouse.Error{Code: gatehouse.CodeConflict, Text: fmt.Sprintf("add key: the ID is taken, or there are %d keys", maxKeys), Err: err}
	}
	return nil
}

const selectKey = `SELECT id, name, hash, scopes, created, expires FROM api_key`

// Keys lists all keys, the oldest first.
func (c *Core) Keys(ctx context.Context) ([]store.Key, error) {
	rows, err := c.pool.QueryContext(ctx, selectKey+` ORDER BY created, id`)
	if err != nil {
		return nil, c.fail(ctx, err, "list keys")
	}
	defer rows.Close()
	var out []store.Key
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, c.fail(ctx, err, "list keys")
		}
		out = append(out, k)
	}
	return out, c.fail(ctx, rows.Err(), "list keys")
}

// Key returns the key with this ID; its code is not_found where there is none.
func (c *Core) Key(ctx context.Context, id string) (store.Key, error) {
	k, err := scanKey(c.pool.QueryRowContext(ctx, selectKey+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return store.Key{}, notFound("key")
	}
	return k, c.fail(ctx, err, "read key")
}

// RemoveKey forgets a key; its code is not_found where there is none.
func (c *Core) RemoveKey(ctx context.Context, id string) error {
	res, err := c.pool.ExecContext(ctx, `DELETE FROM api_key WHERE id = $1`, id)
	if err != nil {
		return c.fail(ctx, err, "remove key")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, notFound("key"))
	}
	return nil
}

// Secret returns the random value of that name, made of so many bytes at its first use and the same ever
// after, whatever size is then asked for.
func (c *Core) Secret(ctx context.Context, name string, bytes int) ([]byte, error) {
	if name == "" || len(name) > maxNameBytes || bytes < 1 || bytes > maxSecretBytes {
		return nil, invalid("read secret: the name takes 1 to %d bytes, the value 1 to %d", maxNameBytes, maxSecretBytes)
	}
	fresh := make([]byte, bytes)
	_, _ = rand.Read(fresh) // never fails: it ends the process instead
	if _, err := c.pool.ExecContext(ctx, `INSERT INTO secret(name, value) VALUES ($1, $2) ON CONFLICT(name) DO NOTHING`, name, fresh); err != nil {
		return nil, c.fail(ctx, err, "keep secret")
	}
	var value []byte
	if err := c.pool.QueryRowContext(ctx, `SELECT value FROM secret WHERE name = $1`, name).Scan(&value); err != nil {
		return nil, c.fail(ctx, err, "read secret")
	}
	return value, nil
}

func (c *Core) fail(ctx context.Context, err error, doing string) error {
	return wrap(interrupted(ctx, err), doing)
}

func scanKey(row interface{ Scan(...any) error }) (k store.Key, err error) {
	var scopes string
	var created, expires int64
	if err := row.Scan(&k.ID, &k.Name, &k.Hash, &scopes, &created, &expires); err != nil {
		return store.Key{}, err
	}
	if err := json.Unmarshal([]byte(scopes), &k.Scopes); err != nil {
		return store.Key{}, fmt.Errorf("read scopes: %w", err)
	}
	k.Created, k.Expires = fromMicros(created), fromMicros(expires)
	return k, nil
}

// micros is t in microseconds since 1970, and 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
