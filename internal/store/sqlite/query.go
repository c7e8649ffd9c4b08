package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

const (
	defaultLimit = 50
	maxLimit     = 500
	// maxPageBytes ends a page of large decisions before its limit.
	maxPageBytes = 16 << 20
)

// span is what of a day file is still to be read: times inclusive, and the seq to continue from.
type span struct {
	low, high int64
	seq       int64
	after     int64 // only what has a higher seq; 0: all
}

// Decisions returns one page. Pages do not overlap while decisions are being recorded; one holds fewer
// than Limit where they are large, so that only an empty Next means the end. Query.After selects what was
// recorded after that decision, wherever its time falls; its code is not_found where it is not there.
func (d *DB) Decisions(ctx context.Context, q store.Query) (store.Page, error) {
	limit, err := pageLimit(q.Limit)
	if err != nil {
		return store.Page{}, err
	}
	p, err := newPlan(&q)
	if err != nil {
		return store.Page{}, err
	}
	s, err := d.spanOf(ctx, &q)
	if err != nil {
		return store.Page{}, err
	}
	if s.low > s.high {
		return store.Page{}, nil
	}
	dates, err := d.between(s.low, s.high+1)
	if err != nil {
		return store.Page{}, err
	}
	if q.Oldest {
		slices.Reverse(dates)
	}
	b := pageBuilder{plan: p, query: &q, span: s, limit: limit}
	for _, date := range dates {
		if err := d.visit(ctx, date, func(f *day) error { return b.read(ctx, f) }); err != nil {
			return store.Page{}, err
		}
		if b.page.Next != "" {
			break
		}
	}
	return b.page, nil
}

// pageBuilder fills a page from one day file after the other.
type pageBuilder struct {
	plan  *plan
	query *store.Query
	span  span // what is left to read
	limit int
	page  store.Page
	size  int // bytes of the decisions so far
}

// read adds what one file has. First the places are found, then each payload is read for itself, so that
// no more than a page of them is ever in memory.
func (b *pageBuilder) read(ctx context.Context, f *day) error {
	want := b.limit - len(b.page.Decisions) + 1 // one more tells whether there is a next page
	places, err := f.find(ctx, b.plan, b.span, want, b.query.Oldest, b.query.Connector)
	if err != nil || len(places) == 0 {
		return err
	}
	payload, err := f.readers.PrepareContext(ctx, selectPayload)
	if err != nil {
		return err
	}
	defer payload.Close()
	for _, at := range places {
		if len(b.page.Decisions) == b.limit || b.size > maxPageBytes {
			b.page.Next = b.span.place(b.query.Oldest).cursor(b.query.Oldest)
			return nil
		}
		x, n, err := load(payload.QueryRowContext(ctx, at.seq))
		if err != nil {
			return err
		}
		b.page.Decisions = append(b.page.Decisions, x)
		b.size += n
		b.span.advance(at, b.query.Oldest)
	}
	return nil
}

const selectPayload = `SELECT codec, body FROM pl WHERE seq = $1`

// load reads a decision and the size of what it was decompressed from.
func load(row *sql.Row) (x gatehouse.Decision, size int, err error) {
	var codec int
	var body []byte
	if err := row.Scan(&codec, &body); err != nil {
		return x, 0, err
	}
	if x, size, err = decode(codec, body); err != nil {
		return x, 0, &gatehouse.Error{Code: gatehouse.CodeInternal, Text: "decode decision", Err: err}
	}
	return x, size, nil
}

func pageLimit(limit int) (int, error) {
	switch {
	case limit < 0:
		return 0, invalid("page size is below zero")
	case limit == 0:
		return defaultLimit, nil
	}
	return min(limit, maxLimit), nil
}

// spanOf is the part of time that q asks for.
func (d *DB) spanOf(ctx context.Context, q *store.Query) (span, error) {
	s := span{low: 1, high: maxMicros - 1, seq: math.MaxInt64}
	if !q.From.IsZero() {
		s.low = max(s.low, ceilMicros(q.From))
	}
	if !q.To.IsZero() {
		s.high = min(s.high, ceilMicros(q.To)-1)
	}
	if q.Oldest {
		s.seq = -1
	}
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor, q.Oldest)
		if err != nil {
			return s, err
		}
		if at.ts >= s.low && at.ts <= s.high {
			s.advance(at, q.Oldest)
		} else if q.Oldest == (at.ts > s.high) {
			s.high = s.low - 1 // the range was changed: nothing is left of it
		}
	}
	if q.After != "" {
		_, at, err := d.lookup(ctx, q.After)
		if err != nil {
			return s, err
		}
		s.after = at
	}
	return s, nil
}

// ceilMicros rounds up: a bound between two microseconds lies above the lower one.
func ceilMicros(t time.Time) int64 {
	us := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		us++
	}
	return us
}

// advance sets s to continue after a place.
func (s *span) advance(p place, oldest bool) {
	s.seq = p.seq
	if oldest {
		s.low = p.ts
	} else {
		s.high = p.ts
	}
}

// within narrows the times of s; a bound that moved has no row to continue from.
func (s *span) within(low, high int64, oldest bool) (int64, int64, int64) {
	seq := s.seq
	if oldest && low > s.low {
		seq = -1
	}
	if !oldest && high < s.high {
		seq = math.MaxInt64
	}
	return max(low, s.low), min(high, s.high), seq
}

func (s *span) place(oldest bool) place {
	if oldest {
		return place{s.low, s.seq}
	}
	return place{s.high, s.seq}
}

// find reads at most limit rows in order.
func (f *day) find(ctx context.Context, p *plan, s span, limit int, oldest bool, connector string) ([]place, error) {
	if connector != "" {
		// No index leads to a connector, since most decisions have the same one; its hours are known.
		var first, last sql.NullInt64
		if err := f.readers.QueryRowContext(ctx, `SELECT min(bucket), max(bucket) FROM rollup WHERE res = $1 AND dim = $2 AND key = $3`,
			perHour, dimConnector, column(connector)).Scan(&first, &last); err != nil || !first.Valid {
			return nil, err
		}
		s.low, s.high, s.seq = s.within(first.Int64*1e6, (last.Int64+perHour)*1e6-1, oldest)
		if s.low > s.high {
			return nil, nil
		}
	}
	way, err := f.choose(ctx, p, s)
	if err != nil {
		return nil, err
	}
	var out []place
	for _, src := range way {
		rows, err := f.walk(ctx, p, src, s, limit, oldest)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	if len(way) > 1 {
		slices.SortFunc(out, func(a, b place) int {
			c := cmp.Or(cmp.Compare(b.ts, a.ts), cmp.Compare(b.seq, a.seq))
			if oldest {
				return -c
			}
			return c
		})
		out = out[:min(len(out), limit)]
	}
	return out, nil
}

func (f *day) walk(ctx context.Context, p *plan, src source, s span, limit int, oldest bool) ([]place, error) {
	args := append([]any{s.low, s.high, s.seq, limit, src.arg, s.after}, p.args...)
	rows, err := f.readers.QueryContext(ctx, p.text(src, oldest), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []place
	for rows.Next() {
		var at place
		if err := rows.Scan(&at.ts, &at.seq); err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, rows.Err()
}

// Decision returns the decision with this event ID, the newest where several days have one. Its code is
// not_found where there is none.
func (d *DB) Decision(ctx context.Context, id string) (gatehouse.Decision, error) {
	date, seq, err := d.lookup(ctx, id)
	if err != nil {
		return gatehouse.Decision{}, err
	}
	var x gatehouse.Decision
	err = d.visit(ctx, date, func(f *day) (err error) {
		x, _, err = load(f.readers.QueryRowContext(ctx, selectPayload, seq))
		return err
	})
	return x, err
}

// lookup finds where an event is recorded.
func (d *DB) lookup(ctx context.Context, id string) (date, seq int64, err error) {
	id = clean(id)
	if id == "" || len(id) > maxIDBytes {
		return 0, 0, notFound("decision")
	}
	dates, err := d.between(0, maxMicros)
	if err != nil {
		return 0, 0, err
	}
	if guess, ok := dateOfID(id); ok { // look there first, and a day to both sides
		slices.SortStableFunc(dates, func(a, b int64) int { return cmp.Compare(far(a, guess), far(b, guess)) })
	}
	for _, date := range dates {
		err := d.visit(ctx, date, func(f *day) error {
			return f.readers.QueryRowContext(ctx, `SELECT seq FROM ev WHERE id = $1`, id).Scan(&seq)
		})
		if err == nil && seq > 0 {
			return date, seq, nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, 0, err
		}
	}
	return 0, 0, notFound("decision")
}

// far orders dates by whether they are where an ID says, else by age.
func far(date, guess int64) int {
	if date >= guess-1 && date <= guess+1 {
		return 0
	}
	return 1
}
