package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"gatehouse.dev/internal/store"
)

const (
	maxBuckets = 1500
	maxRange   = 400 * 24 * time.Hour
	// maxMinutes is the longest range that is read minute by minute.
	maxMinutes = 72 * time.Hour
	maxTop     = 10
)

// Overview counts the decisions from from up to to, in steps; all of it comes from roll-ups. The range is
// widened to whole steps, counted from 1970. A step that is no number of minutes, or too fine for the
// range (over 1500 buckets, or under an hour over 72 hours), is widened too; zero chooses one. What was
// used stands in the result. The code is invalid where the range is empty, or over 400 days.
func (d *DB) Overview(ctx context.Context, from, to time.Time, step time.Duration) (store.Overview, error) {
	span := to.Sub(from)
	switch {
	case step < 0:
		return store.Overview{}, invalid("overview: the step is below zero")
	case span <= 0 || span > maxRange:
		return store.Overview{}, invalid("overview: want a range of up to %d days", maxRange/(24*time.Hour))
	case from.UnixMicro() < 0 || to.UnixMicro() >= maxMicros-int64(maxRange/time.Microsecond):
		return store.Overview{}, invalid("overview: want a range after the year 1970")
	}
	width := stepSeconds(span, step)
	low := from.Unix() / width * width
	high := to.Unix()
	if to.Nanosecond() > 0 {
		high++
	}
	high = (high + width - 1) / width * width

	o := newOverview(low, high, width)
	dates, err := d.between(low*1e6, high*1e6)
	if err != nil {
		return store.Overview{}, err
	}
	for _, date := range dates {
		if err := d.visit(ctx, date, func(f *day) error { return o.read(ctx, f) }); err != nil {
			return store.Overview{}, err
		}
	}
	return o.finish(), nil
}

// stepSeconds is the width of a bucket: at least step, and wide enough for the range.
func stepSeconds(span, step time.Duration) int64 {
	const minute, hour = int64(perMinute), int64(perHour)
	width := max(ceilTo(int64((step+time.Second-1)/time.Second), minute), minute)
	if least := ceilTo(int64(span/time.Second)/(maxBuckets-1)+1, minute); step == 0 {
		width = max(width, ceilTo(int64(span/time.Second)/60, minute)) // some sixty buckets
	} else {
		width = max(width, least)
	}
	if span > maxMinutes {
		width = ceilTo(width, hour)
	}
	return width
}

func ceilTo(n, unit int64) int64 { return (n + unit - 1) / unit * unit }

// overview gathers what day files count.
type overview struct {
	low, high, width int64
	out              store.Overview
	latency          []histogram // of each bucket
	tops             map[string]map[string]*store.Counts
}

func newOverview(low, high, width int64) *overview {
	o := &overview{low: low, high: high, width: width, tops: map[string]map[string]*store.Counts{}}
	o.out.From, o.out.To = time.Unix(low, 0).UTC(), time.Unix(high, 0).UTC()
	o.out.Step, o.out.StepS = time.Duration(width)*time.Second, int(width)
	n := (high - low) / width
	o.out.Series, o.latency = make([]store.Bucket, n), make([]histogram, n)
	for i := range o.out.Series {
		o.out.Series[i].Start = time.Unix(low+int64(i)*width, 0).UTC()
	}
	for _, dim := range []string{dimPolicy, dimDetector, dimTool, dimAgent} {
		o.tops[dim] = map[string]*store.Counts{}
	}
	return o
}

const (
	selectSeries = `SELECT bucket, allowed, alerted, redacted, asked, denied, gaps, failed_open, would_deny FROM rollup
WHERE res = $1 AND dim = 'all' AND bucket >= $2 AND bucket < $3`
	selectHistograms = `SELECT bucket, hist FROM latency WHERE res = $1 AND bucket >= $2 AND bucket < $3`
	selectTop        = `SELECT key, sum(allowed), sum(alerted), sum(redacted), sum(asked), sum(denied), sum(gaps), sum(failed_open), sum(would_deny)
FROM rollup WHERE res = $1 AND dim = $2 AND bucket >= $3 AND bucket < $4 GROUP BY key`
)

// read adds one day file.
func (o *overview) read(ctx context.Context, f *day) error {
	res := int64(perMinute)
	if o.width%perHour == 0 {
		res = perHour
	}
	if err := o.readSeries(ctx, f, res); err != nil {
		return err
	}
	if err := o.readLatency(ctx, f, res); err != nil {
		return err
	}
	return o.readTops(ctx, f)
}

func (o *overview) readSeries(ctx context.Context, f *day, res int64) error {
	rows, err := f.readers.QueryContext(ctx, selectSeries, res, o.low, o.high)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var bucket int64
		c, err := scanCounts(rows, &bucket)
		if err != nil {
			return err
		}
		addCounts(&o.out.Series[(bucket-o.low)/o.width].Counts, &c)
		addCounts(&o.out.Totals, &c)
	}
	return rows.Err()
}

func (o *overview) readLatency(ctx context.Context, f *day, res int64) error {
	rows, err := f.readers.QueryContext(ctx, selectHistograms, res, o.low, o.high)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var bucket int64
		var hist []byte
		if err := rows.Scan(&bucket, &hist); err != nil {
			return err
		}
		o.latency[(bucket-o.low)/o.width].merge(hist)
	}
	return rows.Err()
}

// readTops takes whole hours from the rows by hour and only the ends of the range from those by minute.
func (o *overview) readTops(ctx context.Context, f *day) error {
	low, high := max(o.low, f.date*dayMicros/1e6), min(o.high, (f.date+1)*dayMicros/1e6)
	first, last := ceilTo(low, perHour), high/perHour*perHour
	parts := []struct{ res, low, high int64 }{{perMinute, low, min(first, high)}, {perHour, first, last}, {perMinute, max(last, first), high}}
	for dim, top := range o.tops {
		for _, part := range parts {
			if part.low >= part.high {
				continue
			}
			if err := readTop(ctx, f, top, part.res, dim, part.low, part.high); err != nil {
				return err
			}
		}
	}
	return nil
}

func readTop(ctx context.Context, f *day, top map[string]*store.Counts, args ...any) error {
	rows, err := f.readers.QueryContext(ctx, selectTop, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		c, err := scanCounts(rows, &key)
		if err != nil {
			return err
		}
		if top[key] == nil {
			top[key] = new(store.Counts)
		}
		addCounts(top[key], &c)
	}
	return rows.Err()
}

func (o *overview) finish() store.Overview {
	var all histogram
	for i := range o.latency {
		h := &o.latency[i]
		o.out.Series[i].P50US, o.out.Series[i].P95US = h.quantile(0.50), h.quantile(0.95)
		for k, n := range h {
			all[k] += n
		}
	}
	o.out.P50US, o.out.P95US, o.out.P99US = all.quantile(0.50), all.quantile(0.95), all.quantile(0.99)
	o.out.Policies, o.out.Detectors = top(o.tops[dimPolicy]), top(o.tops[dimDetector])
	o.out.Tools, o.out.Agents = top(o.tops[dimTool]), top(o.tops[dimAgent])
	return o.out
}

// top is the keys with the most events, equal ones by name.
func top(counts map[string]*store.Counts) []store.Top {
	out := make([]store.Top, 0, len(counts))
	for key, c := range counts {
		out = append(out, store.Top{Key: key, Counts: *c})
	}
	slices.SortFunc(out, func(a, b store.Top) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), strings.Compare(a.Key, b.Key))
	})
	return slices.Clone(out[:min(len(out), maxTop)])
}

// scanCounts reads what a roll-up counts of the key that comes first.
func scanCounts(rows *sql.Rows, key any) (c store.Counts, err error) {
	err = rows.Scan(key, &c.Allowed, &c.Alerted, &c.Redacted, &c.Asked, &c.Denied, &c.Gaps, &c.FailedOpen, &c.WouldDeny)
	c.Events = c.Allowed + c.Alerted + c.Redacted + c.Asked + c.Denied
	return c, err
}

func addCounts(to, c *store.Counts) {
	to.Events += c.Events
	to.Allowed += c.Allowed
	to.Alerted += c.Alerted
	to.Redacted += c.Redacted
	to.Asked += c.Asked
	to.Denied += c.Denied
	to.Gaps += c.Gaps
	to.FailedOpen += c.FailedOpen
	to.WouldDeny += c.WouldDeny
}
