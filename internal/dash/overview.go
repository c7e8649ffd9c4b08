package dash

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse.dev/internal/store"
)

// timeRange is one choice of the overview: how far back and in what steps.
type timeRange struct {
	Name  string // in the address
	Short string // to choose it by
	Text  string // in a sentence
	Long  time.Duration
	Step  time.Duration
}

var timeRanges = []timeRange{
	{"1h", "1 h", "hour", time.Hour, time.Minute},
	{"6h", "6 h", "6 hours", 6 * time.Hour, 5 * time.Minute},
	{"24h", "24 h", "24 hours", 24 * time.Hour, 20 * time.Minute},
	{"7d", "7 d", "7 days", 7 * 24 * time.Hour, 2 * time.Hour},
	{"30d", "30 d", "30 days", 30 * 24 * time.Hour, 12 * time.Hour},
}

const defaultRange = 2

// overviewPage is the first page: what happened over a stretch of time.
type overviewPage struct {
	page
	Ranges    []choice
	Range     timeRange
	Data      store.Overview
	Cards     []card
	Stopped   barChart
	Volume    barChart
	Latency   lineChart
	Ticks     []tickMark
	Legend    []string
	Tops      []topList
	Latest    []row // the last that were denied or asked about
	LatestURL string
	Quiet     bool // nothing happened in the range
	Last      time.Time
	First     *firstSteps // set where nothing was ever recorded
}

func (*overviewPage) name() string { return "overview" }

// choice is one link of several.
type choice struct {
	Text, Long, Href string
	On               bool
}

// card is one total with its course and the feed behind it.
type card struct {
	Label, Note string
	Count       int
	Share       string
	Href        string
	Tone        string // class and icon
	Spark       string
}

// topList is the most frequent keys of a dimension.
type topList struct {
	Title, Empty string
	Rows         []topRow
}

type topRow struct {
	Key, Href, DeniedHref string
	Events, Denied        int
	Bar                   shareBar
}

// overview makes the first page.
func (d *dash) overview(ctx context.Context, r *http.Request) (view, error) {
	tr, err := rangeOf(r.URL.Query().Get("range"))
	if err != nil {
		return nil, err
	}
	now := d.now().UTC()
	to := now.Truncate(tr.Step).Add(tr.Step) // whole steps, the running one included
	from := to.Add(-tr.Long)
	o, err := d.cfg.Store.Overview(ctx, from, to, tr.Step)
	if err != nil {
		return nil, err
	}
	p := &overviewPage{page: page{Title: "Overview", Room: "overview"}, Range: tr, Data: o}
	for _, t := range timeRanges {
		p.Ranges = append(p.Ranges, choice{t.Short, t.Text, "/?range=" + t.Name, t.Name == tr.Name})
	}
	if o.Totals.Events == 0 {
		return p, d.quiet(ctx, r, p)
	}
	base := filter{From: from.Format(time.RFC3339), To: to.Format(time.RFC3339)}
	p.Cards = cards(o, base)
	steps := slots(o)
	p.Stopped, p.Volume, p.Latency, p.Ticks = stacked(o, steps), volume(o, steps), latency(o, steps), ticks(from, to)
	p.Legend = []string{"deny", "ask", "redact", "alert"}
	p.Tops = tops(o, base)
	return p, d.latest(ctx, p, base)
}

func rangeOf(name string) (timeRange, error) {
	if name == "" {
		return timeRanges[defaultRange], nil
	}
	for _, t := range timeRanges {
		if t.Name == name {
			return t, nil
		}
	}
	return timeRange{}, invalid("There is no time range %.20q. Known: 1h, 6h, 24h, 7d, 30d.", name)
}

// quiet fills the page for a range in which nothing happened.
func (d *dash) quiet(ctx context.Context, r *http.Request, p *overviewPage) error {
	p.Quiet = true
	last, err := d.cfg.Store.Decisions(ctx, store.Query{Limit: 1})
	if err != nil {
		return err
	}
	if len(last.Decisions) == 0 {
		p.First = d.firstSteps(r)
		return nil
	}
	p.Last = last.Decisions[0].Event.Time
	return nil
}

func (d *dash) latest(ctx context.Context, p *overviewPage, base filter) error {
	base.Actions = []string{"deny", "ask"}
	q, err := base.query(d.now())
	if err != nil {
		return err
	}
	q.Limit = 6
	found, err := d.cfg.Store.Decisions(ctx, q)
	if err != nil {
		return err
	}
	p.Latest, p.LatestURL = rows(found.Decisions, d.now()), base.url("/feed")
	return nil
}

func cards(o store.Overview, base filter) []card {
	t := o.Totals
	of := func(label, tone, note string, value func(store.Counts) int, narrow func(*filter)) card {
		c := card{Label: label, Tone: tone, Note: note, Count: value(t), Href: base.with(narrow), Spark: spark(o.Series, value)}
		if label != "Events" {
			c.Share = percent(c.Count, t.Events)
		}
		return c
	}
	action := func(a string) func(*filter) { return func(f *filter) { f.Actions = []string{a} } }
	return []card{
		of("Events", "all", "all that agents did", func(c store.Counts) int { return c.Events }, func(*filter) {}),
		of("Denied", "deny", "did not happen", func(c store.Counts) int { return c.Denied }, action("deny")),
		of("Redacted", "redact", "passed with parts masked", func(c store.Counts) int { return c.Redacted }, action("redact")),
		of("Asked", "ask", "waited for a person", func(c store.Counts) int { return c.Asked }, action("ask")),
		of("Alerts", "alert", "passed, worth a look", func(c store.Counts) int { return c.Alerted }, action("alert")),
		of("Would deny", "eye", "passed in monitor mode only", func(c store.Counts) int { return c.WouldDeny },
			func(f *filter) {
				f.Would, f.Actions = []string{"deny"}, []string{"allow", "alert", "redact", "ask"}
			}),
		of("Not fully judged", "gap", "some part was left out", func(c store.Counts) int { return c.Gaps }, func(f *filter) { f.Gaps = true }),
		of("Failed open", "open", "passed without a verdict", func(c store.Counts) int { return c.FailedOpen }, func(f *filter) { f.FailedOpen = true }),
	}
}

func tops(o store.Overview, base filter) []topList {
	list := func(title, empty string, in []store.Top, narrow func(*filter, string)) topList {
		l := topList{Title: title, Empty: empty}
		for i, t := range in {
			if i == 10 {
				break
			}
			r := topRow{Key: t.Key, Events: t.Events, Denied: t.Denied}
			r.Href = base.with(func(f *filter) { narrow(f, t.Key) })
			r.DeniedHref = base.with(func(f *filter) { narrow(f, t.Key); f.Actions = []string{"deny"} })
			r.Bar = shares(t.Counts, in[0].Events)
			l.Rows = append(l.Rows, r)
		}
		return l
	}
	return []topList{
		list("Policies", "No policy matched.", o.Policies, func(f *filter, k string) { f.Policy = k }),
		list("Detectors", "No detector found anything.", o.Detectors, func(f *filter, k string) { f.Detector = k }),
		list("Tools", "No tool was called.", o.Tools, func(f *filter, k string) { f.Tool = k }),
		list("Agents", "No agent gave its name.", o.Agents, func(f *filter, k string) { f.Agent = k }),
	}
}

// shares draws one row's bar on a plane 100 wide, its length against the longest row's.
func shares(c store.Counts, longest int) shareBar {
	var out shareBar
	x := 0.0
	for _, a := range strictestFirst {
		n := count(c, a)
		if n <= 0 {
			continue
		}
		w := 100 * float64(n) / float64(max(longest, 1))
		out = append(out, piece{Action: a.String(), X: coord(x), W: coord(max(w, .6))})
		x += max(w, .6)
	}
	return out
}

// firstSteps is what a fresh server says: how its first event gets here.
type firstSteps struct {
	Base string // the server's address
	Key  bool   // agents need an API key
}

func (d *dash) firstSteps(r *http.Request) *firstSteps {
	base := d.cfg.HookURL
	if i := strings.Index(base, "/v1/"); i >= 0 {
		base = base[:i]
	}
	if base == "" {
		scheme := "http"
		if d.secure(r) {
			scheme = "https"
		}
		base = scheme + "://" + r.Host
	}
	return &firstSteps{Base: strings.TrimSuffix(base, "/"), Key: d.guarded()}
}
