package gatehouse

import (
	"fmt"
	"strings"
)

// Action is what a rule asks for and what a verdict answers, ordered from mildest to strictest, so that
// the strictest of several is their maximum. The zero value is [Allow].
type Action uint8

// The actions, mildest first.
const (
	Allow  Action = iota // nothing happens
	Alert                // passes, and is reported as worth a look
	Redact               // passes with the found spans masked
	Ask                  // waits for a person
	Deny                 // does not happen
)

var actionWords = []string{"allow", "alert", "redact", "ask", "deny"}

// String returns the action's word, as in JSON and policy files.
func (a Action) String() string { return word(actionWords, int(a)) }

// MarshalText implements [encoding.TextMarshaler].
func (a Action) MarshalText() ([]byte, error) { return markWord(actionWords, int(a), "action") }

// UnmarshalText implements [encoding.TextUnmarshaler]; an unknown word is an error.
func (a *Action) UnmarshalText(b []byte) error { return readWord(a, actionWords, b, "action") }

// ParseAction returns the action named s, or an error that lists the known ones.
func ParseAction(s string) (a Action, err error) { return a, a.UnmarshalText([]byte(s)) }

// Mode says whether a policy's rules are carried out. The zero value is [Enforce].
type Mode uint8

// The modes of a policy.
const (
	Enforce Mode = iota // verdicts are carried out
	Monitor             // verdicts are recorded, nothing is carried out
	Off                 // rules are not evaluated
)

var modeWords = []string{"enforce", "monitor", "off"}

// String returns the mode's word, as in JSON and policy files.
func (m Mode) String() string { return word(modeWords, int(m)) }

// MarshalText implements [encoding.TextMarshaler].
func (m Mode) MarshalText() ([]byte, error) { return markWord(modeWords, int(m), "mode") }

// UnmarshalText implements [encoding.TextUnmarshaler]; an unknown word is an error.
func (m *Mode) UnmarshalText(b []byte) error { return readWord(m, modeWords, b, "mode") }

// ParseMode returns the mode named s, or an error that lists the known ones.
func ParseMode(s string) (m Mode, err error) { return m, m.UnmarshalText([]byte(s)) }

// Severity says how bad a finding or a broken rule is, mildest first. The zero value is [Info].
type Severity uint8

// The severities, mildest first.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityWords = []string{"info", "low", "medium", "high", "critical"}

// String returns the severity's word, as in JSON and policy files.
func (s Severity) String() string { return word(severityWords, int(s)) }

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return markWord(severityWords, int(s), "severity") }

// UnmarshalText implements [encoding.TextUnmarshaler]; an unknown word is an error.
func (s *Severity) UnmarshalText(b []byte) error { return readWord(s, severityWords, b, "severity") }

// ParseSeverity returns the severity named s, or an error that lists the known ones.
func ParseSeverity(s string) (v Severity, err error) { return v, v.UnmarshalText([]byte(s)) }

// FailMode says what a client does when no verdict could be had in time. The zero value is [FailOpen].
type FailMode uint8

// The fail modes of a client.
const (
	FailOpen   FailMode = iota // what was not judged passes, and is counted
	FailClosed                 // what was not judged is denied
)

var failModeWords = []string{"open", "closed"}

// String returns the fail mode's word, as in JSON and settings.
func (f FailMode) String() string { return word(failModeWords, int(f)) }

// MarshalText implements [encoding.TextMarshaler].
func (f FailMode) MarshalText() ([]byte, error) { return markWord(failModeWords, int(f), "fail mode") }

// UnmarshalText implements [encoding.TextUnmarshaler]; an unknown word is an error.
func (f *FailMode) UnmarshalText(b []byte) error { return readWord(f, failModeWords, b, "fail mode") }

// ParseFailMode returns the fail mode named s, or an error that lists the known ones.
func ParseFailMode(s string) (f FailMode, err error) { return f, f.UnmarshalText([]byte(s)) }

func word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("invalid(%d)", i)
}

func markWord(words []string, i int, what string) ([]byte, error) {
	if i >= len(words) {
		return nil, fmt.Errorf("print %s: no word for value %d", what, i)
	}
	return []byte(words[i]), nil
}

func readWord[T ~uint8](to *T, words []string, b []byte, what string) error {
	for i, w := range words {
		if w == string(b) {
			*to = T(i)
			return nil
		}
	}
	return fmt.Errorf("unknown %s %.40q: want %s", what, b, strings.Join(words, ", "))
}
