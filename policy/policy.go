package policy

import (
	"time"

	"gatehouse.dev"
)

// Policy is one policy as it was written, for display. Its slices belong to the [Set]: do not change them.
type Policy struct {
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Mode        gatehouse.Mode `json:"mode"`
	// Severity is that of rules which name none; medium where the file says nothing.
	Severity gatehouse.Severity `json:"severity"`
	// OnError is what follows when a rule fails or an event could not be read in full: [gatehouse.Allow],
	// the default, or [gatehouse.Deny].
	OnError    gatehouse.Action `json:"on_error"`
	Scope      Scope            `json:"scope"`
	Rules      []Rule           `json:"rules"`
	Exceptions []Exception      `json:"exceptions,omitempty"`
	Tests      []Test           `json:"tests,omitempty"`

	File   string `json:"file"`   // the file it stands in
	Line   int    `json:"line"`   // the line of its first key, from 1
	Source string `json:"source"` // its text in the file, without the indentation they share
}

// Scope says which events a policy looks at. An empty list does not filter, but for Kinds, where empty
// means the four judged kinds. All lists must admit the event. Lists other than Kinds hold globs, in which *
// stands for any run of characters and ? for one; an event that has no such field matches only "*".
type Scope struct {
	Kinds      []string `json:"kinds,omitempty"` // "*" for every kind; see Event.Subprompt and Event.Subresult for events that match two
	Agents     []string `json:"agents,omitempty"`
	Connectors []string `json:"connectors,omitempty"`
	Tools      []string `json:"tools,omitempty"`
	MCPServers []string `json:"mcp_servers,omitempty"`
	Hooks      []string `json:"hooks,omitempty"`
}

// Rule is one rule as it was written. It matches when Find and When, as far as they are there, both do.
type Rule struct {
	ID       string             `json:"id"`
	Find     []string           `json:"find,omitempty"` // globs over detector IDs; any may match
	When     string             `json:"when,omitempty"` // a CEL condition
	Action   gatehouse.Action   `json:"action"`
	Severity gatehouse.Severity `json:"severity"` // the policy's where the rule names none
	Message  string             `json:"message,omitempty"`
	Labels   []string           `json:"labels,omitempty"` // labels it raises in the session when it matches in force
	Tags     []string           `json:"tags,omitempty"`   // for reports: "owasp-llm01"

	MinCount      int                `json:"min_count"`                // how many findings must match; 1 where the file says nothing
	MinSeverity   gatehouse.Severity `json:"min_severity,omitzero"`    // findings below it do not count
	MinConfidence float64            `json:"min_confidence,omitempty"` // findings below it do not count

	Line int `json:"line"` // the line of its first key, from 1
}

// Exception takes findings out of the sight of its policy's rules. Other policies still see them, and
// what is sensitive is masked in records all the same.
type Exception struct {
	Fingerprint string    `json:"fingerprint,omitempty"` // of the finding; empty for any
	Detector    string    `json:"detector,omitempty"`    // glob over detector IDs; empty for any
	Until       time.Time `json:"until,omitzero"`        // from then on it does not apply; zero means it has no end
	Reason      string    `json:"reason"`
	Line        int       `json:"line"`
}

// Test is an example that a policy carries with it: an event and the action expected of the whole set.
// They are checked for shape here and run by others.
type Test struct {
	Name    string            `json:"name"`
	Event   gatehouse.Event   `json:"event"`
	Session gatehouse.Session `json:"session,omitzero"`
	Want    gatehouse.Action  `json:"want"`
	Line    int               `json:"line"`
}

// UserDetector is a detector that a policy file brings along: a list of words, or a regular expression.
type UserDetector struct {
	ID            string             `json:"id"`                    // "words/…" or "regex/…"
	Detail        string             `json:"description,omitempty"` // what it finds, for people
	Words         []string           `json:"words,omitempty"`
	Regex         string             `json:"regex,omitempty"` // RE2
	Severity      gatehouse.Severity `json:"severity"`
	Sensitive     bool               `json:"sensitive,omitempty"` // what it finds must not be stored
	CaseSensitive bool               `json:"case_sensitive,omitempty"`
	Substring     bool               `json:"substring,omitempty"` // words also match within longer words

	File string `json:"file"`
	Line int    `json:"line"`
}

// Limits of policy files. They are far above what people write, and keep reading and judging bounded.
const (
	MaxFiles         = 1000
	MaxFileBytes     = 1 << 20
	MaxPolicies      = 1000
	MaxRules         = 10_000 // of all policies together
	MaxDetectors     = 200
	MaxWords         = 10_000 // of all detectors together
	MaxLabels        = 64     // different labels raised by all rules together
	MaxWhenBytes     = 4096
	MaxRegexBytes    = 1024
	MaxMessageBytes  = 2000
	maxNesting       = 32 // of YAML
	maxNameBytes     = 100
	maxListItems     = 200
	maxRegexNodes    = 10_000
	maxWordBytes     = 200
	maxTestsOfPolicy = 200
)
