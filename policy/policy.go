package policy

import (
	"time"

	"gatehouse.dev"
)

// Policy is one policy as it was written, for display. Its slices belong to the [Set]: do not change them.
type Policy struct {
	Name        string
	Description string
	Mode        gatehouse.Mode
	// Severity is that of rules which name none; medium where the file says nothing.
	Severity gatehouse.Severity
	// OnError is what follows when a rule fails or an event could not be read in full: [gatehouse.Allow],
	// the default, or [gatehouse.Deny].
	OnError    gatehouse.Action
	Scope      Scope
	Rules      []Rule
	Exceptions []Exception
	Tests      []Test

	File   string // the file it stands in
	Line   int    // the line of its first key, from 1
	Source string // its text in the file, without the indentation they share
}

// Scope says which events a policy looks at. An empty list does not filter, but for Kinds, where empty
// means the four judged kinds. All lists must admit the event. Lists other than Kinds hold globs, in which *
// stands for any run of characters and ? for one; an event that has no such field matches only "*".
type Scope struct {
	Kinds      []string // "*" for every kind; "prompt" also matches a tool call that is a subagent's prompt
	Agents     []string
	Connectors []string
	Tools      []string
	MCPServers []string
	Hooks      []string
}

// Rule is one rule as it was written. It matches when Find and When, as far as they are there, both do.
type Rule struct {
	ID       string
	Find     []string // globs over detector IDs; any may match
	When     string   // a CEL condition
	Action   gatehouse.Action
	Severity gatehouse.Severity // the policy's where the rule names none
	Message  string
	Labels   []string // labels it raises in the session when it matches in force
	Tags     []string // for reports: "owasp-llm01"

	MinCount      int                // how many findings must match; 1 where the file says nothing
	MinSeverity   gatehouse.Severity // findings below it do not count
	MinConfidence float64            // findings below it do not count

	Line int // the line of its first key, from 1
}

// Exception takes findings out of the sight of its policy's rules. Other policies still see them, and
// what is sensitive is masked in records all the same.
type Exception struct {
	Fingerprint string    // of the finding; empty for any
	Detector    string    // glob over detector IDs; empty for any
	Until       time.Time // from then on it does not apply; zero means it has no end
	Reason      string
	Line        int
}

// Test is an example that a policy carries with it: an event and the action expected of the whole set.
// They are checked for shape here and run by others.
type Test struct {
	Name    string
	Event   gatehouse.Event
	Session gatehouse.Session
	Want    gatehouse.Action
	Line    int
}

// UserDetector is a detector that a policy file brings along: a list of words, or a regular expression.
type UserDetector struct {
	ID            string // "words/…" or "regex/…"
	Detail        string // what it finds, for people
	Words         []string
	Regex         string // RE2
	Severity      gatehouse.Severity
	Sensitive     bool // what it finds must not be stored
	CaseSensitive bool
	Substring     bool // words also match within longer words

	File string
	Line int
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
