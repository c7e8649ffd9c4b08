package sqlite

import "context"

// recentRows is how much may have been recorded after a decision to be read in order of recording.
const recentRows = 2000

// probes are how far choose looks into each index, one after the other until one index ends before that.
// Of two filters that both have more rows than the second, either finds a page soon; only a third filter
// makes the last one worth its time.
var probes = []int{1000, 8000, 64_000}

// choose returns the way that leads past the fewest rows.
func (f *day) choose(ctx context.Context, p *plan, s span) ([]source, error) {
	if s.after > 0 {
		var n int
		if err := f.readers.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM ev WHERE seq > $1 LIMIT $2)`, s.after, recentRows).Scan(&n); err != nil {
			return nil, err
		}
		if n < recentRows {
			return byOrder, nil
		}
	}
	if p.turn != "" {
		if way, err := f.sessionsOf(ctx, p.turn); err != nil || len(way) < maxTurnSessions {
			return way, err
		}
	}
	if len(p.ways) == 0 {
		return byTime, nil
	}
	best := p.ways[0]
	if len(p.ways) == 1 || p.alone {
		return best, nil
	}
	for _, enough := range probes[:min(len(p.ways), len(probes))] {
		fewest := enough
		for _, way := range p.ways {
			n, err := f.probe(ctx, p, way, s, fewest)
			if err != nil {
				return nil, err
			}
			if n < fewest {
				best, fewest = way, n
			}
		}
		if fewest < enough {
			break
		}
	}
	return best, nil
}

// maxTurnSessions is how many sessions a turn is looked for in; one with more is no turn.
const maxTurnSessions = 16

// sessionsOf returns the sessions that a turn is in as ways to it.
func (f *day) sessionsOf(ctx context.Context, turn string) (way []source, err error) {
	rows, err := f.readers.QueryContext(ctx, `SELECT session FROM turn WHERE id = $1 LIMIT $2`, turn, maxTurnSessions)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var session string
		if err := rows.Scan(&session); err != nil {
			return nil, err
		}
		way = append(way, inSession(session))
	}
	return way, rows.Err()
}

// probe counts the rows of a way within s, up to enough.
func (f *day) probe(ctx context.Context, p *plan, way []source, s span, enough int) (total int, err error) {
	for _, src := range way {
		if total >= enough {
			break
		}
		var n int
		if err := f.readers.QueryRowContext(ctx, p.probe(src), s.low, s.high, nil, enough-total, src.arg).Scan(&n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
