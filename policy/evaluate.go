package policy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gatehouse.dev"
)

// Input is what a set is evaluated over. Event must not be nil.
type Input struct {
	Event    *gatehouse.Event
	Findings []gatehouse.Finding
	Gaps     []gatehouse.Gap   // what detectors did not read
	Faults   []gatehouse.Fault // detectors that failed
	Session  gatehouse.Session // before this event
	Now      time.Time
}

// Outcome is what a set says of one event.
type Outcome struct {
	// Action is the strictest action of the matching rules in force; Would that of all matching rules.
	Action, Would gatehouse.Action
	Severity      gatehouse.Severity // the highest among Reasons
	// Reasons lists every rule that matched, strictest first, then in the order of the set. A reason lists
	// at most maxReasonFindings findings. A denial that follows from on_error and not from a rule has
	// [RuleOnError] for its rule.
	Reasons []gatehouse.Reason
	Errors  []gatehouse.Fault // rules that could not be evaluated
	Labels  []string          // raised by matching rules in force, sorted
	Redact  []int             // findings to mask: those that redacting rules in force matched, ascending
}

// RuleOnError stands for the rule in a [gatehouse.Reason] that a policy's on_error gave because detectors
// did not read an event in full. No rule can have this ID.
const RuleOnError = "on_error"

const (
	maxReasonFindings = 1000

	messageGap   = "This could not be examined in full, and the policy denies what it cannot examine."
	messageFault = "A rule of the policy could not be evaluated, and the policy denies what it cannot judge."
)

// scratch is what evaluating needs for a moment.
type scratch struct {
	in         Input
	rules, tmp bitset
	detectors  []string
	matched    []int
	redact     []int
	view       view
	spent      uint64
}

// Evaluate evaluates every rule over one event. It never panics on any input; what goes wrong in a rule is in
// Outcome.Errors. When ctx ends, the conditions not yet evaluated count as failed.
func (s *Set) Evaluate(ctx context.Context, in Input) Outcome {
	var out Outcome
	if len(s.rules) == 0 {
		return out
	}
	sc, _ := s.scratch.Get().(*scratch)
	defer func() {
		sc.in, sc.view = Input{}, view{}
		clear(sc.detectors)
		s.scratch.Put(sc)
	}()
	sc.in, sc.spent = in, 0
	sc.redact = sc.redact[:0]
	sc.detectors = sc.detectors[:0]
	for i := range in.Findings {
		if d := in.Findings[i].Detector; !slices.Contains(sc.detectors, d) {
			sc.detectors = append(sc.detectors, d)
		}
	}

	s.index.inScope(in.Event, sc.rules, sc.tmp)
	if len(in.Gaps)+len(in.Faults) > 0 {
		s.unread(&sc.in, sc, &out)
	}
	s.index.candidates(in.Event, in.Session.Labels, sc.detectors, sc.rules, sc.tmp)
	for i := range sc.rules.all {
		s.evaluate(ctx, &s.rules[i], &sc.in, sc, &out)
	}

	if len(out.Reasons) > 1 {
		slices.SortStableFunc(out.Reasons, func(a, b gatehouse.Reason) int { return cmp.Compare(b.Action, a.Action) })
	}
	slices.Sort(out.Labels)
	out.Labels = slices.Compact(out.Labels)
	if len(sc.redact) > 0 {
		slices.Sort(sc.redact)
		out.Redact = slices.Clone(slices.Compact(sc.redact))
	}
	return out
}

// unread lets policies with on_error deny speak where detectors did not read everything that their rules
// look at: one reason for each policy.
func (s *Set) unread(in *Input, sc *scratch, out *Outcome) {
	copy(sc.tmp, s.index.strict)
	sc.tmp.and(sc.rules)
	var last *policy
	for i := range sc.tmp.all {
		r := &s.rules[i]
		if r.policy == last || !r.concerned(in) {
			continue
		}
		last = r.policy
		out.add(r.policy, gatehouse.Reason{Rule: RuleOnError, Action: gatehouse.Deny, Severity: r.policy.spec.Severity, Message: messageGap})
	}
}

// concerned says whether something that the rule looks at was not read.
func (r *rule) concerned(in *Input) bool {
	for i := range in.Gaps {
		if g := &in.Gaps[i]; g.Reason == gatehouse.GapTooLarge && r.when != nil && r.when.content || r.looksAt(g.Detector) {
			return true
		}
	}
	for i := range in.Faults {
		if r.looksAt(in.Faults[i].Detector) {
			return true
		}
	}
	return false
}

// looksAt says whether the rule could match what the detector, a rule or a family or "" for all, would find.
func (r *rule) looksAt(detector string) bool {
	if r.when != nil && r.when.findings {
		return true
	}
	return slices.ContainsFunc(r.find, func(g glob) bool {
		if detector == "" || g.match(detector) {
			return true
		}
		return !strings.Contains(detector, "/") && g.overlaps(detector+"/")
	})
}

func (s *Set) evaluate(ctx context.Context, r *rule, in *Input, sc *scratch, out *Outcome) {
	sc.matched = sc.matched[:0]
	if len(r.find) > 0 {
		for i := range in.Findings {
			if r.counts(&in.Findings[i], in.Now) {
				sc.matched = append(sc.matched, i)
			}
		}
		if len(sc.matched) < max(r.spec.MinCount, 1) {
			return
		}
	}
	if r.when != nil {
		holds, err := sc.holds(ctx, r.when, in)
		if err != nil {
			out.Errors = append(out.Errors, gatehouse.Fault{Policy: r.policy.spec.Name, Rule: r.spec.ID, Text: err.Error()})
			if r.policy.spec.OnError == gatehouse.Deny {
				out.add(r.policy, gatehouse.Reason{Rule: r.spec.ID, Action: gatehouse.Deny, Severity: r.spec.Severity, Message: messageFault})
			}
			return
		}
		if !holds {
			return
		}
	}
	var findings []int
	if len(sc.matched) > 0 {
		findings = slices.Clone(sc.matched[:min(len(sc.matched), maxReasonFindings)])
	}
	out.add(r.policy, gatehouse.Reason{Rule: r.spec.ID, Action: r.spec.Action, Severity: r.spec.Severity, Message: r.spec.Message, Findings: findings})
	if r.policy.spec.Mode != gatehouse.Enforce {
		return
	}
	out.Labels = append(out.Labels, r.spec.Labels...)
	if r.spec.Action == gatehouse.Redact {
		sc.redact = append(sc.redact, sc.matched...)
	}
}

func (sc *scratch) holds(ctx context.Context, c *condition, in *Input) (bool, error) {
	if ctx.Err() != nil {
		return false, errTime
	}
	if sc.spent >= maxCostTotal {
		return false, errCost
	}
	if sc.view.in == nil {
		sc.view.in = in
	}
	holds, spent, err := c.eval(&sc.view)
	sc.spent += spent
	return holds, err
}

func (o *Outcome) add(p *policy, r gatehouse.Reason) {
	r.Policy, r.Mode = p.spec.Name, p.spec.Mode
	o.Reasons = append(o.Reasons, r)
	o.Severity = max(o.Severity, r.Severity)
	o.Would = max(o.Would, r.Action)
	if r.Mode == gatehouse.Enforce {
		o.Action = max(o.Action, r.Action)
	}
}
