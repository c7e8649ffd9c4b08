package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"

	"gatehouse.dev/internal/store"
)

const (
	// sessionReach is how many day files before and after its own a session is put together from.
	sessionReach = 32
	// maxCarried bounds how many sessions with a denial on earlier days are remembered for one query.
	maxCarried = 20_000
	// sessionChunk is how many rows are read at once, and how many IDs one statement looks up.
	sessionChunk = 200
)

const selectSession = `SELECT id, agent, connector, user, first, last, events, denied, redacted, asked, alerted FROM sess`

// Sessions returns one page, the session last active first; From and To bound its last activity. A session
// of several days is one line, as long as not more than 32 days with events lie between.
func (d *DB) Sessions(ctx context.Context, q store.SessionQuery) (store.SessionPage, error) {
	limit, err := pageLimit(q.Limit)
	if err != nil {
		return store.SessionPage{}, err
	}
	low, at := int64(1), sessionPlace{last: maxMicros}
	if !q.From.IsZero() {
		low = max(low, ceilMicros(q.From))
	}
	if !q.To.IsZero() {
		at.last = min(at.last, ceilMicros(q.To))
	}
	if q.Cursor != "" {
		c, err := parseSessionCursor(q.Cursor)
		if err != nil {
			return store.SessionPage{}, err
		}
		if c.last < at.last {
			at = c
		}
	}
	all, err := d.between(low, maxMicros) // newer days too: a session seen there was last active there
	if err != nil {
		return store.SessionPage{}, err
	}
	var page store.SessionPage
	for i, date := range all {
		if date*dayMicros > at.last {
			continue
		}
		scan := sessionScan{db: d, q: &q, date: date, newer: all[max(0, i-sessionReach):i], low: low, at: at}
		if err := scan.prepare(ctx); err != nil {
			return store.SessionPage{}, err
		}
		for {
			found, more, err := scan.next(ctx, limit+1-len(page.Sessions))
			if err != nil {
				return store.SessionPage{}, err
			}
			page.Sessions = append(page.Sessions, found...)
			if len(page.Sessions) > limit {
				page.Sessions = page.Sessions[:limit]
				last := page.Sessions[limit-1]
				page.Next = sessionPlace{micros(last.Last), last.ID}.cursor()
				return page, nil
			}
			if !more {
				break
			}
		}
	}
	return page, nil
}

// sessionScan walks through the sessions last active on one day.
type sessionScan struct {
	db      *DB
	q       *store.SessionQuery
	date    int64
	newer   []int64 // dates to look for the same sessions in
	older   []int64
	low     int64
	at      sessionPlace           // continue below this
	carried []store.SessionSummary // of this day without a denial, which have one on an earlier day
}

// prepare finds the earlier days, and where only sessions with a denial are wanted, those of this day
// whose denial lies on an earlier one.
func (s *sessionScan) prepare(ctx context.Context) error {
	older, err := s.db.between(0, s.date*dayMicros)
	if err != nil {
		return err
	}
	s.older = older[:min(len(older), sessionReach)]
	if !s.q.Denied {
		return nil
	}
	ids := map[string]bool{}
	for _, date := range s.older {
		if err := s.db.visit(ctx, date, func(f *day) error {
			rows, err := f.readers.QueryContext(ctx, `SELECT id FROM sess INDEXED BY sess_denied WHERE denied > 0 ORDER BY last DESC LIMIT $1`, maxCarried)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() && len(ids) < maxCarried {
				var id string
				if err := rows.Scan(&id); err != nil {
					return err
				}
				ids[id] = true
			}
			return rows.Err()
		}); err != nil {
			return err
		}
	}
	found, err := s.db.sessionsOn(ctx, s.date, ids)
	if err != nil {
		return err
	}
	for _, x := range found {
		if x.Denied == 0 && s.wanted(&x) {
			s.carried = append(s.carried, x)
		}
	}
	slices.SortFunc(s.carried, newerSession)
	return nil
}

// wanted says whether a row of carried is one that the statement of next would have selected.
func (s *sessionScan) wanted(x *store.SessionSummary) bool {
	last := micros(x.Last)
	return last >= s.low && (last < s.at.last || last == s.at.last && x.ID > s.at.id) &&
		(s.q.Agent == "" || x.Agent == column(s.q.Agent)) && (s.q.Connector == "" || x.Connector == column(s.q.Connector))
}

// newerSession is the order of pages: last active first, equal ones by ID.
func newerSession(a, b store.SessionSummary) int {
	return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.ID, b.ID))
}

// next reads one chunk and returns what of it is asked for, at most limit, and whether more may follow.
func (s *sessionScan) next(ctx context.Context, limit int) (out []store.SessionSummary, more bool, err error) {
	var chunk []store.SessionSummary
	size := min(limit, sessionChunk)
	err = s.db.visit(ctx, s.date, func(f *day) error {
		index, where := "sess_last", ""
		if s.q.Denied {
			index, where = "sess_denied", " AND denied > 0"
		}
		args := []any{s.low, s.at.last, s.at.id, size}
		for _, c := range []struct{ name, value string }{{"agent", s.q.Agent}, {"connector", s.q.Connector}} {
			if c.value != "" {
				args = append(args, column(c.value))
				where += fmt.Sprintf(" AND %s = $%d", c.name, len(args))
			}
		}
		rows, err := f.readers.QueryContext(ctx, strings.Replace(selectSession, "FROM sess", "FROM sess INDEXED BY "+index, 1)+
			` WHERE last BETWEEN $1 AND $2 AND (last < $2 OR id > $3)`+where+` ORDER BY last DESC, id LIMIT $4`, args...)
		if err != nil {
			return err
		}
		chunk, err = scanSessions(rows)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	more = len(chunk) == size
	if more {
		end := chunk[len(chunk)-1]
		s.at = sessionPlace{micros(end.Last), end.ID}
	} else {
		s.at = sessionPlace{}
	}
	// Rows carried from earlier days take their place in the order.
	n := len(s.carried)
	if more {
		n, _ = slices.BinarySearchFunc(s.carried, chunk[len(chunk)-1], newerSession)
	}
	chunk = append(chunk, s.carried[:n]...)
	s.carried = s.carried[n:]
	slices.SortFunc(chunk, newerSession)
	chunk, err = s.db.complete(ctx, chunk, s.newer, s.older)
	return chunk, more, err
}

// complete leaves out the sessions that newer files have too, and adds what older files know of the rest.
func (d *DB) complete(ctx context.Context, rows []store.SessionSummary, newer, older []int64) ([]store.SessionSummary, error) {
	ids := make(map[string]bool, len(rows))
	for _, r := range rows {
		ids[r.ID] = true
	}
	for _, date := range newer {
		found, err := d.sessionsOn(ctx, date, ids)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			delete(ids, x.ID)
		}
	}
	rows = slices.DeleteFunc(rows, func(r store.SessionSummary) bool { return !ids[r.ID] })
	at := make(map[string]int, len(rows))
	for i, r := range rows {
		at[r.ID] = i
	}
	for _, date := range older {
		found, err := d.sessionsOn(ctx, date, ids)
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			i := at[x.ID]
			join(&x, &rows[i])
			rows[i] = x
		}
	}
	return rows, nil
}

// sessionsOn returns the rows that one day has of the sessions with these IDs.
func (d *DB) sessionsOn(ctx context.Context, date int64, ids map[string]bool) (out []store.SessionSummary, err error) {
	list := make([]any, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	err = d.visit(ctx, date, func(f *day) error {
		for chunk := range slices.Chunk(list, sessionChunk) {
			rows, err := f.readers.QueryContext(ctx, selectSession+` WHERE id IN (?`+strings.Repeat(", ?", len(chunk)-1)+`)`, chunk...)
			if err != nil {
				return err
			}
			found, err := scanSessions(rows)
			if err != nil {
				return err
			}
			out = append(out, found...)
		}
		return nil
	})
	return out, err
}

func scanSessions(rows *sql.Rows) (out []store.SessionSummary, err error) {
	defer rows.Close()
	for rows.Next() {
		var s store.SessionSummary
		var first, last int64
		if err := rows.Scan(&s.ID, &s.Agent, &s.Connector, &s.User, &first, &last, &s.Events, &s.Denied, &s.Redacted, &s.Asked, &s.Alerted); err != nil {
			return nil, err
		}
		s.First, s.Last = fromMicros(first), fromMicros(last)
		out = append(out, s)
	}
	return out, rows.Err()
}

// Session returns one session; its code is not_found where nothing of it is recorded.
func (d *DB) Session(ctx context.Context, id string) (store.SessionSummary, error) {
	all, err := d.between(0, math.MaxInt64)
	if err != nil {
		return store.SessionSummary{}, err
	}
	id = column(id)
	for i, date := range all {
		rows, err := d.sessionsOn(ctx, date, map[string]bool{id: true})
		if err != nil {
			return store.SessionSummary{}, err
		}
		if len(rows) == 0 {
			continue
		}
		older := all[i+1:]
		rows, err = d.complete(ctx, rows, nil, older[:min(len(older), sessionReach)])
		if err != nil {
			return store.SessionSummary{}, err
		}
		return rows[0], nil
	}
	return store.SessionSummary{}, notFound("session")
}
