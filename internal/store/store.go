// Package store is what Gatehouse remembers: the shape of records and queries, without a database.
// Backends live below it and all pass the suite in storetest.
//
// Content that reaches a store is already masked. Times are UTC; ranges include From and exclude To.
package store

import (
	"time"

	"gatehouse.dev"
)

// Query selects decisions, newest first. Zero fields do not filter.
type Query struct {
	From, To  time.Time
	Session   string
	Turn      string
	Kinds     []gatehouse.Kind
	Actions   []gatehouse.Action // what the client was told (Decision.Applied)
	Would     []gatehouse.Action // what all rules asked for
	Policy    string             // name of a policy that matched
	Rule      string             // "policy/rule" that matched
	Detector  string             // a finding's detector, or its family with "/*"
	Severity  gatehouse.Severity // at least
	Agent     string
	Connector string
	Tool      string
	MCPServer string
	User      string
	// Gaps selects only what was not judged in full, FailedOpen only what passed unjudged: the decisions
	// that Counts.Gaps and Counts.FailedOpen count.
	Gaps       bool
	FailedOpen bool
	// Cursor continues after the last decision of an earlier page; from Page.Next.
	Cursor string
	// Limit is the page size; zero means 50, more than 500 is cut to 500.
	Limit int
	// Oldest turns the order round: oldest first, for time lines.
	Oldest bool
	// After, a decision ID, selects what was recorded after it, wherever its time falls: a live feed that asked
	// by time would miss what was judged longer. A page ordered by time may have shown some of it already: tell
	// them apart by ID. The code is not_found where no such decision is recorded.
	After string
}

// Page is one page of decisions.
type Page struct {
	Decisions []gatehouse.Decision `json:"decisions"`
	Next      string               `json:"next,omitempty"` // cursor of the next page; only its absence means the last
}

// SessionSummary is one session as a line.
type SessionSummary struct {
	ID        string    `json:"id"`
	Agent     string    `json:"agent,omitempty"`
	Connector string    `json:"connector,omitempty"`
	User      string    `json:"user,omitempty"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	Events    int       `json:"events"`
	Denied    int       `json:"denied"`
	Redacted  int       `json:"redacted"`
	Asked     int       `json:"asked"`
	Alerted   int       `json:"alerted"`
}

// SessionQuery selects sessions, the one last active first.
type SessionQuery struct {
	From, To  time.Time // of the last activity
	Agent     string
	Connector string
	Denied    bool // only those with a denial
	Limit     int  // zero means 50, more than 500 is cut
	Cursor    string
}

// SessionPage is one page of sessions.
type SessionPage struct {
	Sessions []SessionSummary `json:"sessions"`
	Next     string           `json:"next,omitempty"`
}

// Overview is what the first page of the dashboard shows, read from roll-ups.
type Overview struct {
	From   time.Time     `json:"from"` // the range that was asked for, widened to whole steps
	To     time.Time     `json:"to"`
	Step   time.Duration `json:"-"` // width of a bucket; wider than asked for where that is too fine for the range
	StepS  int           `json:"step_s"`
	Totals Counts        `json:"totals"`
	Series []Bucket      `json:"series"` // every bucket of the range, empty ones too, oldest first
	// The most frequent keys of each dimension, by events, at most ten each.
	Policies  []Top `json:"policies"` // policies that matched
	Detectors []Top `json:"detectors"`
	Tools     []Top `json:"tools"`
	Agents    []Top `json:"agents"`
	// Latency of judging in microseconds, from a histogram with a bucket ratio of 1.19.
	P50US float64 `json:"p50_us"`
	P95US float64 `json:"p95_us"`
	P99US float64 `json:"p99_us"`
}

// Counts counts decisions by what the client was told.
type Counts struct {
	Events     int `json:"events"`
	Allowed    int `json:"allowed"`
	Alerted    int `json:"alerted"`
	Redacted   int `json:"redacted"`
	Asked      int `json:"asked"`
	Denied     int `json:"denied"`
	Gaps       int `json:"gaps"`        // events not judged in full
	FailedOpen int `json:"failed_open"` // events that passed unjudged
	WouldDeny  int `json:"would_deny"`  // events that only monitor mode let pass
}

// Bucket is one step of a time line.
type Bucket struct {
	Start time.Time `json:"start"`
	Counts
	P50US float64 `json:"p50_us"`
	P95US float64 `json:"p95_us"`
}

// Top is one key of a dimension.
type Top struct {
	Key string `json:"key"`
	Counts
}

// Key is an API key as it is kept: never the key itself.
type Key struct {
	ID      string    `json:"id"` // public part, shown in lists
	Name    string    `json:"name"`
	Hash    []byte    `json:"-"` // SHA-256 of the secret part
	Scopes  []string  `json:"scopes"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
}
