package dash

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// feedSize is how many decisions one page of the feed has; maxNew how many a live feed fetches at once.
const (
	feedSize = 50
	maxNew   = 100
)

// feedPage is the list of decisions, newest first.
type feedPage struct {
	page
	Filter  filter
	Texts   []filterText
	Actions []option
	Kinds   []option
	Ranges  []option
	Levels  []option
	Chips   []chip
	Rows    []row
	Older   string // address of the next page; empty on the last
	Newest  string // address of the first page; empty there
	Clear   string // address without any filter
	API     string // the same as JSON
	Live    bool   // the page may follow what is recorded
	Tail    string // address of the live feed
	More    bool   // more is new than the page holds
	Never   *firstSteps
}

func (*feedPage) name() string { return "feed" }

// option is one choice of a form.
type option struct {
	Value, Text, Icon string
	On                bool
}

// row is one decision as a line.
type row struct {
	ID, Href      string
	Time, Now     time.Time
	Applied       gatehouse.Action
	Verdict       gatehouse.Action // what the policies answered
	Would         gatehouse.Action // what they would have with monitor mode off
	Note          string
	KindIcon      string
	KindWord      string
	Hook, Tool    string
	Agent         string
	AgentID       string // the subagent
	AgentType     string
	Session       string
	SessionHref   string
	Policy, Rule  string // of the strictest reason
	RuleHref      string
	Mode          gatehouse.Mode
	MoreReasons   int
	Severity      gatehouse.Severity
	Findings      []findingCount
	MoreFindings  int
	Elapsed       int64
	Gaps          bool
	Faults        bool
	FailedOpen    bool
	Observed      bool
	Failed        bool
	Quarantined   bool
	HasReason     bool
	ContentBytes  int
	MonitorDenial bool // would be stricter were it not for monitor mode
}

// findingCount is one detector's findings in a row.
type findingCount struct {
	Detector string
	Count    int
}

// feed makes the list of decisions.
func (d *dash) feed(ctx context.Context, r *http.Request) (view, error) {
	v := r.URL.Query()
	f, err := parseFilter(v)
	if err != nil {
		return nil, err
	}
	if to, ok, err := tidied(v, f); err != nil || ok {
		return redirect(to), err
	}
	now := d.now().UTC()
	q, err := f.query(now)
	if err != nil {
		return nil, err
	}
	q.Cursor, q.After, q.Limit = v.Get("cursor"), v.Get("after"), feedSize
	if q.After != "" {
		q.Limit = maxNew
	}
	found, err := d.cfg.Store.Decisions(ctx, q)
	if err != nil {
		return nil, err
	}
	p := d.newFeedPage(f, q, found)
	if len(p.Rows) == 0 && len(p.Chips) == 0 && q.Cursor == "" && q.After == "" {
		p.Never = d.firstSteps(r)
	}
	return p, nil
}

// tidied returns the address to go to where this one has empty parameters or the one-line filter, as forms
// send them.
func tidied(v url.Values, f filter) (string, bool, error) {
	untidy := false
	for _, values := range v {
		untidy = untidy || slices.Contains(values, "")
	}
	if q := v.Get("q"); q != "" {
		untidy = true
		if err := f.typed(q); err != nil {
			return "", false, err
		}
	}
	if f.Severity == "info" {
		untidy, f.Severity = true, ""
	}
	if !untidy {
		return "", false, nil
	}
	return f.url("/feed"), true, nil
}

func (d *dash) newFeedPage(f filter, q store.Query, found store.Page) *feedPage {
	p := &feedPage{page: page{Title: "Feed", Room: "feed"}, Filter: f, Texts: f.texts(), Chips: f.chips(), Rows: rows(found.Decisions, d.now())}
	for _, a := range strictestFirst {
		p.Actions = append(p.Actions, option{a.String(), a.String(), a.String(), slices.Contains(f.Actions, a.String())})
	}
	known := []string{"prompt", "tool_call", "tool_result", "response"}
	for _, k := range f.Kinds {
		if !slices.Contains(known, k) {
			known = append(known, k)
		}
	}
	for _, k := range known {
		kind := gatehouse.Kind(k)
		p.Kinds = append(p.Kinds, option{k, kindWord(kind), kindIcon(kind), slices.Contains(f.Kinds, k)})
	}
	p.Ranges = feedRanges(f)
	for s := gatehouse.Info; s <= gatehouse.Critical; s++ {
		p.Levels = append(p.Levels, option{Value: s.String(), Text: s.String(), On: s.String() == f.Severity})
	}
	p.Levels[0] = option{Value: "", Text: "any", On: f.Severity == ""}
	p.Clear, p.API = "/feed", f.url("/v1/decisions")
	if found.Next != "" {
		v := f.values()
		v.Set("cursor", found.Next)
		p.Older = withQuery("/feed", v)
	}
	if q.Cursor != "" {
		p.Newest = f.url("/feed")
	}
	p.More = q.After != "" && found.Next != ""
	p.Live = d.cfg.Tick != nil && q.Cursor == "" && f.To == ""
	p.Tail = f.url("/feed/events")
	return p
}

// feedRanges offers the usual stretches of time, and the one in force where it is another.
func feedRanges(f filter) []option {
	out := []option{{Value: "", Text: "all time", On: f.From == ""}}
	seen := f.From == ""
	for _, t := range []struct{ value, text string }{{"15m", "15 minutes"}, {"1h", "1 hour"}, {"6h", "6 hours"}, {"24h", "24 hours"}, {"168h", "7 days"}, {"720h", "30 days"}} {
		out = append(out, option{Value: t.value, Text: t.text, On: f.From == t.value})
		seen = seen || f.From == t.value
	}
	if !seen {
		out = append(out, option{Value: f.From, Text: "since " + f.From, On: true})
	}
	return out
}

// rows turns decisions into lines.
func rows(ds []gatehouse.Decision, now time.Time) []row {
	out := make([]row, len(ds))
	for i := range ds {
		out[i] = newRow(&ds[i], now)
	}
	return out
}

// maxRowFindings is how many detectors a line names.
const maxRowFindings = 3

func newRow(d *gatehouse.Decision, now time.Time) row {
	ev, v := &d.Event, &d.Verdict
	r := row{
		ID: ev.ID, Href: decisionURL(ev.ID), Time: ev.Time, Now: now, Applied: d.Applied, Verdict: v.Action, Would: v.Would, Note: d.Note,
		KindIcon: kindIcon(ev.Kind), KindWord: clip(kindWord(ev.Kind)), Hook: clip(ev.Hook), Tool: clip(ev.Tool),
		Agent: clip(ev.Agent), AgentID: clip(ev.AgentID), AgentType: clip(ev.AgentType), Session: ev.SessionID,
		Severity: v.Severity, Elapsed: v.ElapsedUS, Gaps: len(v.Gaps) > 0, Faults: len(v.Errors) > 0, FailedOpen: d.FailedOpen,
		Observed: d.Observed, Failed: ev.Failed, Quarantined: v.Session.Quarantined, ContentBytes: d.ContentBytes,
		MonitorDenial: v.Would > v.Action,
	}
	if ev.SessionID != "" {
		r.SessionHref = sessionURL(ev.SessionID)
	}
	if len(v.Reasons) > 0 {
		first := v.Reasons[0]
		r.HasReason, r.Policy, r.Rule, r.Mode, r.MoreReasons = true, clip(first.Policy), clip(first.Rule), first.Mode, len(v.Reasons)-1
		r.RuleHref = ruleURL(first.Policy, first.Rule)
	}
	r.Findings = countFindings(v.Findings)
	if n := len(r.Findings); n > maxRowFindings {
		r.MoreFindings, r.Findings = n-maxRowFindings, r.Findings[:maxRowFindings]
	}
	return r
}

// maxWordShown bounds one name in a line; the page of the decision has all of it.
const maxWordShown = 64

func clip(s string) string {
	if short := cutText(s, maxWordShown); short != s {
		return short + "…"
	}
	return s
}

// countFindings groups findings by detector, in order of first appearance.
func countFindings(fs []gatehouse.Finding) []findingCount {
	var out []findingCount
	at := map[string]int{}
	for _, f := range fs {
		i, ok := at[f.Detector]
		if !ok {
			i = len(out)
			at[f.Detector] = i
			out = append(out, findingCount{Detector: clip(f.Detector)})
		}
		out[i].Count++
	}
	return out
}

func decisionURL(id string) string { return "/decisions/" + url.PathEscape(id) }
func sessionURL(id string) string  { return "/sessions/" + url.PathEscape(id) }

// ruleURL returns the place of a rule on the page of the policies in force.
func ruleURL(policy, rule string) string { return "/policies#" + ruleAnchor(policy, rule) }

func ruleAnchor(policy, rule string) string {
	return "rule-" + url.PathEscape(policy) + "/" + url.PathEscape(rule)
}
