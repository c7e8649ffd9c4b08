package dash

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

const (
	timelineSize = 100
	// gapShown is the shortest silence between two events that the timeline mentions.
	gapShown = 10 * time.Second
)

// sessionPage is one session from prompt to answer.
type sessionPage struct {
	page
	Session     store.SessionSummary
	Took        time.Duration
	Active      bool
	Quiet       int // events that passed unremarked
	Moments     []step
	Strip       []stripMark
	Labels      []string // raised by the events of this page
	Quarantined bool
	Older       string // address of the first page
	Later       string // address of the next page
	FeedURL     string
	From        int // number of this page's first event, from 1
}

func (*sessionPage) name() string { return "session" }

// stripMark is one event in the strip at the top.
type stripMark struct {
	Href, Title string
	Action      string
	X, W, Y, H  string
}

// step is one event of the timeline.
type step struct {
	row
	Number  int
	Anchor  string
	Turn    string // heading, where a turn begins here
	Sub     bool   // a subagent acts
	SubHead bool   // the first of a run of a subagent's events
	Gap     time.Duration
	Reasons []reason
	Found   []findingCount
	Content content
	Failure string // what could not be judged, in plain words
	Labels  []label
}

// label is a session label that an event raised.
type label struct {
	Name string
	New  bool // it was not there before
}

// reason is one rule that matched, with its place among the policies in force.
type reason struct {
	gatehouse.Reason
	Href     string
	Findings []string
}

// session makes the timeline of one session.
func (d *dash) session(ctx context.Context, r *http.Request) (view, error) {
	id := r.PathValue("id")
	if len(id) > maxFilterBytes {
		return nil, errNoPage
	}
	sum, err := d.cfg.Store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	v := r.URL.Query()
	found, err := d.cfg.Store.Decisions(ctx, store.Query{Session: id, Oldest: true, Limit: timelineSize, Cursor: v.Get("cursor")})
	if err != nil {
		return nil, err
	}
	now := d.now().UTC()
	p := &sessionPage{page: page{Title: "Session " + shortID(id), Room: "sessions"}, Session: sum, Took: sum.Last.Sub(sum.First),
		Active: now.Sub(sum.Last) < activeFor, FeedURL: filter{Session: id}.url("/feed"), From: 1}
	p.Quiet = max(0, sum.Events-sum.Denied-sum.Redacted-sum.Asked-sum.Alerted)
	if cursor := v.Get("cursor"); cursor != "" {
		p.Older = sessionURL(id)
		if n, err := strconv.Atoi(v.Get("n")); err == nil && n > 0 && n < 1e9 {
			p.From = n
		}
	}
	if n := len(found.Decisions); found.Next != "" && n > 0 {
		next := url.Values{"cursor": {found.Next}, "n": {strconv.Itoa(p.From + n)}}
		if last := found.Decisions[n-1].Event.TurnID; len(last) <= maxFilterBytes {
			next.Set("turn", last)
		}
		p.Later = withQuery(sessionURL(id), next)
	}
	p.fill(found.Decisions, v.Get("turn"), now)
	return p, nil
}

// shortID cuts an id for a title.
func shortID(id string) string {
	if short := cutText(id, 8); short != id {
		return short + "…"
	}
	return id
}

// fill makes the time line; turn is the one that was under way at the end of the page before.
func (p *sessionPage) fill(ds []gatehouse.Decision, turn string, now time.Time) {
	turns := 0
	for i := range ds {
		dec := &ds[i]
		m := newStep(dec, p.From+i, now)
		if i > 0 {
			before := &ds[i-1]
			if gap := dec.Event.Time.Sub(before.Event.Time); gap >= gapShown {
				m.Gap = gap
			}
			m.SubHead = m.Sub && before.Event.AgentID != dec.Event.AgentID
		} else {
			m.SubHead = m.Sub
		}
		if t := dec.Event.TurnID; t != "" && t != turn {
			turn = t
			turns++
			m.Turn = "Turn " + strconv.Itoa(turns)
			if p.From > 1 {
				m.Turn = "Next turn"
			}
		}
		for _, l := range m.Labels {
			if !slices.Contains(p.Labels, l.Name) {
				p.Labels = append(p.Labels, l.Name)
			}
		}
		for _, l := range dec.Verdict.Session.Labels {
			if !slices.Contains(p.Labels, l) {
				p.Labels = append(p.Labels, l)
			}
		}
		p.Quarantined = p.Quarantined || dec.Verdict.Session.Quarantined
		p.Moments = append(p.Moments, m)
	}
	slices.Sort(p.Labels)
	p.Strip = strip(p.Moments)
}

func newStep(d *gatehouse.Decision, number int, now time.Time) step {
	m := step{row: newRow(d, now), Number: number, Anchor: "e" + strconv.Itoa(number), Sub: d.Event.AgentID != "",
		Reasons: reasons(&d.Verdict), Found: countFindings(d.Verdict.Findings), Content: newContent(d.Event.Content, budgetPreview, d.Verdict.Findings)}
	if len(d.Verdict.Gaps) > 0 {
		m.Failure = gapText(d.Verdict.Gaps[0])
	}
	for _, l := range d.Verdict.Labels {
		m.Labels = append(m.Labels, label{l, !slices.Contains(d.Verdict.Session.Labels, l)})
	}
	return m
}

// maxReasonFindings is how many findings are named beside one reason.
const maxReasonFindings = 8

// reasons prepares the rules that matched for a page.
func reasons(v *gatehouse.Verdict) []reason {
	out := make([]reason, min(len(v.Reasons), maxListed))
	for i, r := range v.Reasons[:len(out)] {
		out[i] = reason{Reason: r, Href: ruleURL(r.Policy, r.Rule)}
		for _, f := range r.Findings {
			if f < 0 || f >= len(v.Findings) || len(out[i].Findings) == maxReasonFindings {
				continue
			}
			if name := v.Findings[f].Detector; !slices.Contains(out[i].Findings, name) {
				out[i].Findings = append(out[i].Findings, name)
			}
		}
	}
	return out
}

// strip draws the page's events as a row of marks, taller the stricter, so that the places worth a look are
// seen at once.
func strip(ms []step) []stripMark {
	out := make([]stripMark, len(ms))
	w := float64(chartWidth) / float64(max(len(ms), 40))
	for i, m := range ms {
		h := 10 + 7.5*float64(m.Applied)
		out[i] = stripMark{Href: "#" + m.Anchor, Action: m.Applied.String(), X: coord(float64(i)*w + w*.12), W: coord(w * .76), Y: coord(40 - h), H: coord(h),
			Title: strconv.Itoa(m.Number) + ". " + cmp.Or(m.Tool, m.KindWord) + ": " + m.Applied.String()}
	}
	return out
}
