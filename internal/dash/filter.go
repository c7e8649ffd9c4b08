package dash

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// Bounds on what an address may ask for.
const (
	maxFilterBytes  = 512
	maxFilterValues = 32
)

// filter is what a feed shows, in the words of its address. The names of the parameters are those of the
// API's GET /v1/decisions, so an address of the dashboard is one of the API too.
type filter struct {
	From, To string // RFC 3339, or how long ago: "24h"
	Kinds    []string
	Actions  []string
	Would    []string
	Severity string // at least

	Policy, Rule, Detector            string
	Agent, Connector, Tool, MCPServer string
	Session, Turn, User               string
	Gaps, FailedOpen                  bool
}

// filterText is one of the filters that are plain text.
type filterText struct {
	Name, Label, Hint string
	Value             *string
}

func (f *filter) texts() []filterText {
	return []filterText{
		{"tool", "Tool", "Bash", &f.Tool},
		{"policy", "Policy", "name", &f.Policy},
		{"rule", "Rule", "policy/rule", &f.Rule},
		{"detector", "Detector", "secret/*", &f.Detector},
		{"agent", "Agent", "name", &f.Agent},
		{"user", "User", "name", &f.User},
		{"session", "Session", "id", &f.Session},
		{"turn", "Turn", "id", &f.Turn},
		{"connector", "Connector", "claude_code_cli", &f.Connector},
		{"mcp_server", "MCP server", "name", &f.MCPServer},
	}
}

func (f *filter) lists() []struct {
	name, label string
	values      *[]string
} {
	return []struct {
		name, label string
		values      *[]string
	}{{"action", "verdict", &f.Actions}, {"kind", "kind", &f.Kinds}, {"would", "would", &f.Would}}
}

// pageParams are the parameters of a feed's address that are no filters.
var pageParams = []string{"cursor", "after", "q"}

// parseFilter reads an address. An unknown parameter or word is an error, so that a mistyped filter never
// shows more than was asked for.
func parseFilter(v url.Values) (filter, error) {
	var f filter
	known := map[string]bool{"from": true, "to": true, "severity": true, "gaps": true, "failed_open": true}
	for _, name := range pageParams {
		known[name] = true
	}
	f.From, f.To, f.Severity = v.Get("from"), v.Get("to"), v.Get("severity")
	for _, t := range f.texts() {
		known[t.Name] = true
		*t.Value = v.Get(t.Name)
	}
	for _, l := range f.lists() {
		known[l.name] = true
		for _, joined := range v[l.name] {
			for s := range strings.SplitSeq(joined, ",") {
				if s = strings.TrimSpace(s); s != "" && !slices.Contains(*l.values, s) {
					*l.values = append(*l.values, s)
				}
			}
		}
		if len(*l.values) > maxFilterValues {
			return f, invalid("Filter %s: more than %d values.", l.name, maxFilterValues)
		}
	}
	for name, values := range v {
		if !known[name] {
			return f, invalid("There is no filter %.40q.", name)
		}
		for _, s := range values {
			if len(s) > maxFilterBytes || !utf8.ValidString(s) {
				return f, invalid("Filter %s: want at most %d bytes of UTF-8.", name, maxFilterBytes)
			}
		}
	}
	var err error
	if f.Gaps, err = flag(v, "gaps"); err != nil {
		return f, err
	}
	f.FailedOpen, err = flag(v, "failed_open")
	return f, err
}

func invalid(format string, args ...any) error {
	return &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: fmt.Sprintf(format, args...)}
}

func flag(v url.Values, name string) (bool, error) {
	switch v.Get(name) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, invalid("Filter %s: want true or false.", name)
}

// query returns what the store is to be asked.
func (f filter) query(now time.Time) (q store.Query, err error) {
	q = store.Query{
		Session: f.Session, Turn: f.Turn, Policy: f.Policy, Rule: f.Rule, Detector: f.Detector, Agent: f.Agent,
		Connector: f.Connector, Tool: f.Tool, MCPServer: f.MCPServer, User: f.User, Gaps: f.Gaps, FailedOpen: f.FailedOpen,
	}
	if q.From, err = moment("from", f.From, now); err != nil {
		return q, err
	}
	if q.To, err = moment("to", f.To, now); err != nil {
		return q, err
	}
	if f.Severity != "" {
		if err := q.Severity.UnmarshalText([]byte(f.Severity)); err != nil {
			return q, invalid("Filter severity: %v.", err)
		}
	}
	for _, k := range f.Kinds {
		q.Kinds = append(q.Kinds, gatehouse.Kind(k))
	}
	if q.Actions, err = actions("action", f.Actions); err != nil {
		return q, err
	}
	q.Would, err = actions("would", f.Would)
	return q, err
}

func actions(name string, words []string) (out []gatehouse.Action, err error) {
	for _, w := range words {
		a, err := gatehouse.ParseAction(w)
		if err != nil {
			return nil, invalid("Filter %s: %v.", name, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// moment reads RFC 3339, a browser's date-and-time field (taken as UTC), or how long ago.
func moment(name, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d).UTC(), nil
	}
	return time.Time{}, invalid(`Filter %s: want a time (2006-01-02T15:04:05Z) or how long ago ("24h").`, name)
}

// values returns the filter as the parameters of an address, without those that do not filter.
func (f filter) values() url.Values {
	v := url.Values{}
	set := func(name, s string) {
		if s != "" {
			v.Set(name, s)
		}
	}
	set("from", f.From)
	set("to", f.To)
	set("severity", f.Severity)
	for _, t := range f.texts() {
		set(t.Name, *t.Value)
	}
	for _, l := range f.lists() {
		if len(*l.values) > 0 {
			v[l.name] = *l.values
		}
	}
	if f.Gaps {
		v.Set("gaps", "true")
	}
	if f.FailedOpen {
		v.Set("failed_open", "true")
	}
	return v
}

// url returns the address of the room at path with this filter.
func (f filter) url(path string) string { return withQuery(path, f.values()) }

// with returns the feed's address with this filter and one change.
func (f filter) with(change func(*filter)) string {
	f.Kinds, f.Actions, f.Would = slices.Clone(f.Kinds), slices.Clone(f.Actions), slices.Clone(f.Would)
	change(&f)
	return f.url("/feed")
}

func withQuery(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// chip is one filter in force, with the address of the feed without it.
type chip struct{ Label, Value, Without string }

func (f filter) chips() []chip {
	var out []chip
	add := func(label, value string, drop func(*filter)) {
		if value != "" {
			out = append(out, chip{label, value, f.with(drop)})
		}
	}
	add("since", f.From, func(f *filter) { f.From = "" })
	add("until", f.To, func(f *filter) { f.To = "" })
	for i, l := range f.lists() {
		add(l.label, strings.Join(*l.values, " or "), func(f *filter) { *f.lists()[i].values = nil })
	}
	if f.Severity != "" && f.Severity != "info" {
		add("severity", f.Severity+" or worse", func(f *filter) { f.Severity = "" })
	}
	for i, t := range f.texts() {
		add(strings.ToLower(t.Label), *t.Value, func(f *filter) { *f.texts()[i].Value = "" })
	}
	if f.Gaps {
		add("not fully judged", "yes", func(f *filter) { f.Gaps = false })
	}
	if f.FailedOpen {
		add("failed open", "yes", func(f *filter) { f.FailedOpen = false })
	}
	return out
}
