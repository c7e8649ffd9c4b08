// Package detect runs detectors over one event within a budget of time and bytes.
//
// An event's content is raw JSON. Every string, number and key of it is a leaf; encodings nested in a leaf
// (JSON, base64, hex, URL-encoding, gzip) are undone to a bounded depth, and each layer is a [Text] of its
// own. Detectors look at texts and report spans; the package maps spans back to bytes of the original leaf,
// so that a finding can be masked where it stands. Findings never hold text.
//
// A [Runner] is built once from [Suite]s and is safe for concurrent use. It keeps its promises on hostile
// input: time and memory are bounded by [Config], and what was not looked at is reported as a gap, never
// passed over in silence.
package detect

import (
	"context"

	"gatehouse.dev"
)

// Text is one text of an event: a leaf's decoded string, or what an encoding within it holds.
//
// Texts and their strings are valid until [Detector.Detect] returns; what outlives it must be cloned.
type Text struct {
	Leaf   int      // ordinal of the leaf in document order
	Path   string   // JSON Pointer of the leaf, shortened with "…" where it is very long
	Key    bool     // the leaf is an object key
	Raw    string   // the text as decoded from JSON, invalid UTF-8 kept
	Norm   string   // Raw made comparable: see Normalize; equal to Raw for plain ASCII
	Layers []string // encodings undone to get here, outermost first; nil for the leaf itself

	fold    []int32 // offset in Raw of each byte of Norm and of its end; nil where they are equal
	parent  *Text   // the text that this one was decoded from; nil for a leaf
	at, end int     // span in parent.Raw that this text was decoded from
	code    *coding // how bytes of parent.Raw[at:end] become bytes of Raw; nil where only the whole run counts
	steps   []int32 // offset in parent.Raw of each byte of Raw and of its end, made when first needed
}

// Input is what a [Detector] gets: one event, taken apart.
type Input struct {
	Event *gatehouse.Event
	// Texts are the leaves in document order, each followed by its layers. Empty strings, and numbers of
	// fewer than 4 characters, are left out.
	Texts []*Text
}

// Detector reads an event and reports findings. One Detector serves many goroutines at once.
// It must return soon after ctx ends; the runner notes what it left unread as a gap.
type Detector interface {
	// Name is the family or rule that gaps and faults are reported under: "command".
	Name() string
	// Detect reports what it sees in in. An error is a fault of the detector, not a finding; its text
	// must not hold content.
	Detect(ctx context.Context, in *Input, r *Report) error
}

// Rule is a detector as data: it looks only where its anchors are. All rules share one pass over the text.
type Rule struct {
	ID         string // "secret/aws-access-key"
	Detail     string // fixed phrase for people: "AWS access key"
	Severity   gatehouse.Severity
	Confidence float64 // 0 to 1
	Sensitive  bool    // the span must not be stored

	// Anchors is a conjunction of alternatives: the rule is tried where, within Window bytes, every group
	// has at least one of its literals. Literals are matched without regard to ASCII case over Text.Norm and
	// are at least 3 bytes long. The window is centred on a hit of the first group.
	Anchors [][]string
	// Window is how far around an anchor the rule looks, in bytes each way; zero means 160.
	Window int
	// Pattern is an RE2 expression tried on the window; a group named "v" is the span, else the whole match.
	// Case matters unless it says (?i).
	Pattern string
	// Match, where set, is used in place of Pattern: a hand-written matcher for a hot rule. text is the whole
	// Norm text, from and to the anchor's span in it. It must look at a bounded stretch only.
	Match func(text string, from, to int) (start, end int, ok bool)
	// Valid, where set, has the last word on a span: checksum, structure, placeholder lists.
	Valid func(span string) bool
	// Fields, where set, limits the rule to leaves for which it returns true.
	Fields func(ev *gatehouse.Event, t *Text) bool
	// Unanchored allows a rule without Anchors: its Pattern runs over the whole text. Only for expressions
	// that users bring; the linter refuses it in shipped rules.
	Unanchored bool

	short bool // anchors of 1 or 2 bytes are allowed: words that users bring
	whole bool // the pattern runs over the whole of a text that has an anchor: its matches may be of any length

	Find []string // examples that must be found
	Pass []string // examples that must not be found, each one detail away from a Find
}

// Suite is what a detector family ships.
type Suite struct {
	Rules     []Rule
	Detectors []Detector
}
