package dash

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gatehouse.dev/internal/store"
)

// sessionsPage is the list of sessions, the one last active first.
type sessionsPage struct {
	page
	Agent, Connector, From string
	Denied                 bool
	Ranges                 []option
	Filtered               bool
	Rows                   []sessionRow
	Older, Newest          string
	API                    string
	Never                  *firstSteps
}

func (*sessionsPage) name() string { return "sessions" }

type sessionRow struct {
	store.SessionSummary
	Href   string
	Took   time.Duration
	Active bool
	Bar    shareBar
	Now    time.Time
}

// activeFor is how long after its last event a session counts as running.
const activeFor = 2 * time.Minute

// sessions makes the list.
func (d *dash) sessions(ctx context.Context, r *http.Request) (view, error) {
	v := r.URL.Query()
	for name, values := range v {
		if !slices.Contains([]string{"from", "to", "agent", "connector", "denied", "cursor"}, name) {
			return nil, invalid("There is no filter %.40q.", name)
		}
		if slices.ContainsFunc(values, func(s string) bool { return len(s) > maxFilterBytes }) {
			return nil, invalid("Filter %s: want at most %d bytes.", name, maxFilterBytes)
		}
	}
	if to, ok := withoutEmpty(v); ok {
		return redirect(withQuery("/sessions", to)), nil
	}
	now := d.now().UTC()
	q := store.SessionQuery{Agent: v.Get("agent"), Connector: v.Get("connector"), Cursor: v.Get("cursor"), Limit: feedSize}
	var err error
	if q.From, err = moment("from", v.Get("from"), now); err != nil {
		return nil, err
	}
	if q.To, err = moment("to", v.Get("to"), now); err != nil {
		return nil, err
	}
	if q.Denied, err = flag(v, "denied"); err != nil {
		return nil, err
	}
	found, err := d.cfg.Store.Sessions(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &sessionsPage{page: page{Title: "Sessions", Room: "sessions"}, Agent: q.Agent, Connector: q.Connector, From: v.Get("from"), Denied: q.Denied}
	p.Ranges = feedRanges(filter{From: p.From})
	for _, s := range found.Sessions {
		p.Rows = append(p.Rows, newSessionRow(s, now))
	}
	v.Del("cursor")
	p.Filtered, p.API = len(v) > 0, withQuery("/v1/sessions", v)
	if q.Cursor != "" {
		p.Newest = withQuery("/sessions", v)
	}
	if len(p.Rows) == 0 && !p.Filtered && q.Cursor == "" {
		p.Never = d.firstSteps(r)
	}
	if found.Next != "" {
		v.Set("cursor", found.Next)
		p.Older = withQuery("/sessions", v)
	}
	return p, nil
}

// withoutEmpty returns the parameters that say something, and whether there were others.
func withoutEmpty(v url.Values) (url.Values, bool) {
	out, dropped := url.Values{}, false
	for name, values := range v {
		for _, s := range values {
			if s == "" {
				dropped = true
				continue
			}
			out.Add(name, s)
		}
	}
	return out, dropped
}

func newSessionRow(s store.SessionSummary, now time.Time) sessionRow {
	c := store.Counts{Denied: s.Denied, Asked: s.Asked, Redacted: s.Redacted, Alerted: s.Alerted}
	c.Allowed = max(0, s.Events-s.Denied-s.Asked-s.Redacted-s.Alerted)
	return sessionRow{SessionSummary: s, Href: sessionURL(s.ID), Took: s.Last.Sub(s.First), Active: now.Sub(s.Last) < activeFor,
		Bar: shares(c, s.Events), Now: now}
}
