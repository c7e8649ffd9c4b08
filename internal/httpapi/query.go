package httpapi

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// maxFilterBytes is the longest value of a filter.
const maxFilterBytes = 512

// filters reads query parameters one by one and remembers the first that is wrong, and all that are known.
type filters struct {
	q     url.Values
	now   time.Time
	known map[string]bool
	err   error
}

func newFilters(q url.Values, now time.Time) *filters {
	return &filters{q: q, now: now, known: map[string]bool{}}
}

func (f *filters) bad(name, want string) {
	if f.err == nil {
		f.err = &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: fmt.Sprintf("query %s: %s", name, want)}
	}
}

func (f *filters) text(name string) string {
	f.known[name] = true
	s := f.q.Get(name)
	if len(s) > maxFilterBytes {
		f.bad(name, fmt.Sprintf("longer than %d bytes", maxFilterBytes))
		return ""
	}
	return s
}

// list reads a parameter that may be repeated or comma-separated.
func (f *filters) list(name string) []string {
	f.known[name] = true
	var out []string
	for _, v := range f.q[name] {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	if len(out) > 32 {
		f.bad(name, "more than 32 values")
		return nil
	}
	return out
}

func (f *filters) actions(name string) []gatehouse.Action {
	var out []gatehouse.Action
	for _, s := range f.list(name) {
		a, err := gatehouse.ParseAction(s)
		if err != nil {
			f.bad(name, err.Error())
		}
		out = append(out, a)
	}
	return out
}

// time reads RFC 3339, or a duration that is counted back from now.
func (f *filters) time(name string) time.Time {
	s := f.text(name)
	if s == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC()
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return f.now.Add(-d).UTC()
	}
	f.bad(name, `want a time (RFC 3339) or how long ago ("24h")`)
	return time.Time{}
}

func (f *filters) number(name string, low, high int) int {
	s := f.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		f.bad(name, fmt.Sprintf("want a number from %d to %d", low, high))
	}
	return n
}

func (f *filters) bool(name string) bool {
	s := f.text(name)
	if s == "" {
		return false
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		f.bad(name, "want true or false")
	}
	return b
}

// done reports the first mistake; a parameter that no route knows is one, so that a mistyped filter never
// shows more than was asked for.
func (f *filters) done() error {
	for name := range f.q {
		if !f.known[name] {
			f.bad(fmt.Sprintf("%.60q", name), "unknown parameter")
		}
	}
	return f.err
}

func decisionQuery(v url.Values, now time.Time) (store.Query, error) {
	f := newFilters(v, now)
	q := store.Query{
		From: f.time("from"), To: f.time("to"),
		Session: f.text("session"), Turn: f.text("turn"),
		Actions: f.actions("action"), Would: f.actions("would"),
		Policy: f.text("policy"), Rule: f.text("rule"), Detector: f.text("detector"),
		Agent: f.text("agent"), Connector: f.text("connector"), Tool: f.text("tool"), MCPServer: f.text("mcp_server"), User: f.text("user"),
		Cursor: f.text("cursor"), After: f.text("after"), Limit: f.number("limit", 1, 500),
	}
	q.Gaps, q.FailedOpen = f.bool("gaps"), f.bool("failed_open")
	for _, k := range f.list("kind") {
		q.Kinds = append(q.Kinds, gatehouse.Kind(k))
	}
	if s := f.text("severity"); s != "" {
		if err := q.Severity.UnmarshalText([]byte(s)); err != nil {
			f.bad("severity", err.Error())
		}
	}
	switch f.text("order") {
	case "", "newest":
	case "oldest":
		q.Oldest = true
	default:
		f.bad("order", "want newest or oldest")
	}
	return q, f.done()
}

func sessionQuery(v url.Values, now time.Time) (store.SessionQuery, error) {
	f := newFilters(v, now)
	q := store.SessionQuery{
		From: f.time("from"), To: f.time("to"), Agent: f.text("agent"), Connector: f.text("connector"),
		Limit: f.number("limit", 1, 500), Cursor: f.text("cursor"),
	}
	q.Denied = f.bool("denied")
	return q, f.done()
}

// maxOverviewBuckets is the most steps that one overview may have.
const maxOverviewBuckets = 2000

func overviewQuery(v url.Values, now time.Time) (from, to time.Time, step time.Duration, err error) {
	f := newFilters(v, now)
	from, to = f.time("from"), f.time("to")
	if to.IsZero() {
		to = now.UTC()
	}
	if from.IsZero() {
		from = to.Add(-24 * time.Hour)
	}
	if s := f.text("step"); s != "" {
		d, perr := time.ParseDuration(s)
		if perr != nil || d < time.Minute {
			f.bad("step", `want a duration of at least a minute ("5m")`)
		}
		step = d
	}
	if !from.Before(to) {
		f.bad("from", "must be before to")
	}
	if step == 0 {
		step = niceStep(to.Sub(from))
	}
	if f.err == nil && to.Sub(from)/step > maxOverviewBuckets {
		f.bad("step", fmt.Sprintf("more than %d steps", maxOverviewBuckets))
	}
	return from, to, step, f.done()
}

// niceStep is the width of a bucket that makes some 100 of a range.
func niceStep(d time.Duration) time.Duration {
	for _, s := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour} {
		if d/s <= 120 {
			return s
		}
	}
	return 24 * time.Hour
}
