package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"gatehouse.dev"
)

// checkEvery is how often the writer looks at the size of its log.
const checkEvery = 10 * time.Second

// writer is the one connection that writes to a day file, with its statements. It has no lock of its own.
type writer struct {
	pool    *sql.DB
	conn    *sql.Conn
	all     []*sql.Stmt
	checked time.Time // when the size of the log was last looked at

	ev, pl, find, reason, turn, sess, roll, lat, readLat *sql.Stmt
}

const (
	insertEvent = `INSERT INTO ev(seq, id, ts, kind, session, turn, applied, would, severity, agent, connector, tool, mcp_server,
  user, policy, observed, failed_open, gaps, elapsed_us, content_bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT(id) DO NOTHING`
	insertPayload = `INSERT INTO pl(seq, codec, body) VALUES ($1, $2, $3)`
	insertFinding = `INSERT INTO find(seq, ts, detector, family, severity, fingerprint) VALUES ($1, $2, $3, $4, $5, $6)`
	insertReason  = `INSERT INTO reason(seq, ts, policy, rule, action, mode) VALUES ($1, $2, $3, $4, $5, $6)`

	addSession = `INSERT INTO sess(id, agent, connector, user, first, last, events, denied, redacted, asked, alerted)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT(id) DO UPDATE SET
  agent = CASE WHEN excluded.agent <> '' THEN excluded.agent ELSE agent END,
  connector = CASE WHEN excluded.connector <> '' THEN excluded.connector ELSE connector END,
  user = CASE WHEN excluded.user <> '' THEN excluded.user ELSE user END,
  first = min(first, excluded.first), last = max(last, excluded.last),
  events = events + excluded.events, denied = denied + excluded.denied, redacted = redacted + excluded.redacted,
  asked = asked + excluded.asked, alerted = alerted + excluded.alerted`

	addRollup = `INSERT INTO rollup(res, dim, bucket, key, allowed, alerted, redacted, asked, denied, gaps, failed_open, would_deny, lat_sum)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO UPDATE SET
  allowed = allowed + excluded.allowed, alerted = alerted + excluded.alerted, redacted = redacted + excluded.redacted,
  asked = asked + excluded.asked, denied = denied + excluded.denied, gaps = gaps + excluded.gaps,
  failed_open = failed_open + excluded.failed_open, would_deny = would_deny + excluded.would_deny, lat_sum = lat_sum + excluded.lat_sum`

	addTurn = `INSERT INTO turn(id, session) VALUES ($1, $2) ON CONFLICT DO NOTHING`

	readLatency = `SELECT hist FROM latency WHERE res = $1 AND bucket = $2`
	putLatency  = `INSERT INTO latency(res, bucket, hist) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET hist = excluded.hist`
)

func newWriter(ctx context.Context, path string) (_ *writer, err error) {
	w := &writer{checked: time.Now()}
	if w.pool, w.conn, err = openWriter(ctx, path); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&w.ev, insertEvent}, {&w.pl, insertPayload}, {&w.find, insertFinding}, {&w.reason, insertReason},
		{&w.turn, addTurn}, {&w.sess, addSession}, {&w.roll, addRollup}, {&w.lat, putLatency}, {&w.readLat, readLatency},
	} {
		if *s.to, err = w.conn.PrepareContext(ctx, s.text); err != nil {
			return nil, errors.Join(fmt.Errorf("prepare: %w", err), w.close())
		}
		w.all = append(w.all, *s.to)
	}
	return w, nil
}

func (w *writer) close() error {
	var errs []error
	for _, s := range w.all {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.pool.Close())...)
}

// write inserts records and what is counted of them in one transaction. The first gets the number seq.
func (w *writer) write(records []record, seq int64) error {
	// No cancellation reaches the statements: each would cost a goroutine to watch for it.
	ctx := context.Background()
	return transact(ctx, w.conn, func() error {
		counts := newTally()
		for i := range records {
			fresh, err := w.insert(ctx, &records[i], seq+int64(i))
			if err != nil {
				return err
			}
			if fresh {
				counts.add(&records[i])
			}
		}
		return w.count(ctx, counts)
	})
}

// insert reports false for an event that is there already.
func (w *writer) insert(ctx context.Context, r *record, seq int64) (fresh bool, err error) {
	e, v := &r.Event, &r.Verdict
	var policy string
	if len(v.Reasons) > 0 {
		policy = v.Reasons[0].Policy
	}
	res, err := w.ev.ExecContext(ctx, seq, r.id, r.ts, column(string(e.Kind)), column(e.SessionID), column(e.TurnID),
		int64(r.Applied), int64(v.Would), int64(v.Severity), column(e.Agent), column(e.Connector), column(e.Tool), column(e.MCPServer),
		column(e.User), column(policy), bit(r.Observed), bit(r.FailedOpen), len(v.Gaps), v.ElapsedUS, r.ContentBytes)
	if err != nil {
		return false, fmt.Errorf("insert event: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if _, err := w.pl.ExecContext(ctx, seq, codecZstd, r.body); err != nil {
		return false, fmt.Errorf("insert payload: %w", err)
	}
	for _, f := range v.Findings {
		if _, err := w.find.ExecContext(ctx, seq, r.ts, column(f.Detector), column(family(f.Detector)), int64(f.Severity), column(f.Fingerprint)); err != nil {
			return false, fmt.Errorf("insert finding: %w", err)
		}
	}
	for _, x := range v.Reasons {
		if _, err := w.reason.ExecContext(ctx, seq, r.ts, column(x.Policy), column(rulePath(x)), int64(x.Action), int64(x.Mode)); err != nil {
			return false, fmt.Errorf("insert reason: %w", err)
		}
	}
	return true, nil
}

// shrink copies the log into the database and cuts it, where readers kept the usual way from doing so.
func (w *writer) shrink(log string) error {
	info, err := os.Stat(log)
	if err != nil || info.Size() <= walBytes {
		return nil // without a log there is nothing to cut
	}
	_, err = w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func rulePath(r gatehouse.Reason) string { return r.Policy + "/" + r.Rule }

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
