package policy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse.dev"
	"github.com/go-json-experiment/json"
)

// File is one policy file: its name, for messages, and what is in it.
type File struct {
	Name string
	Data []byte
}

// Set is a compiled set of policies. It never changes and serves any number of goroutines. Make one with
// [Parse] or [Load].
type Set struct {
	policies  []Policy
	detectors []UserDetector
	rules     []rule
	index     index
	version   string
	scratch   sync.Pool
}

// Version returns a hash, in hex, of everything that judging depends on. It is the same for the same
// policies whatever files they stand in, in whatever order, with whatever comments; tests do not count.
func (s *Set) Version() string { return s.version }

// Policies returns the policies for display, in the order of the files. What it points to must not be changed.
func (s *Set) Policies() []Policy { return slices.Clone(s.policies) }

// Detectors returns the detectors that the files bring along. What it points to must not be changed.
func (s *Set) Detectors() []UserDetector { return slices.Clone(s.detectors) }

// policy is a compiled policy.
type policy struct {
	spec       *Policy
	kinds      []glob
	scope      map[string][]glob // by name of the event's field
	exceptions []exception
}

type exception struct {
	fingerprint string
	detector    *glob
	until       time.Time
}

// covers says whether the exception takes f out of sight.
func (e *exception) covers(f *gatehouse.Finding, now time.Time) bool {
	return (e.until.IsZero() || now.Before(e.until)) &&
		(e.fingerprint == "" || e.fingerprint == f.Fingerprint) &&
		(e.detector == nil || e.detector.match(f.Detector))
}

// rule is a compiled rule.
type rule struct {
	policy *policy
	spec   *Rule
	find   []glob
	when   *condition
}

func (r *rule) guardGlobs(fieldName string) []glob {
	if r.when == nil {
		return nil
	}
	var gs []glob
	for _, v := range r.when.guards.fields[fieldName] {
		gs = append(gs, glob{pattern: v, prefix: v})
	}
	return gs
}

func (r *rule) guardLabel() []glob {
	if r.when == nil || r.when.guards.label == "" {
		return nil
	}
	return []glob{{pattern: r.when.guards.label, prefix: r.when.guards.label}}
}

// counts says whether the finding is one that the rule looks for.
func (r *rule) counts(f *gatehouse.Finding, now time.Time) bool {
	if f.Severity < r.spec.MinSeverity || f.Confidence < r.spec.MinConfidence {
		return false
	}
	if !slices.ContainsFunc(r.find, func(g glob) bool { return g.match(f.Detector) }) {
		return false
	}
	return !slices.ContainsFunc(r.policy.exceptions, func(e exception) bool { return e.covers(f, now) })
}

// newSet compiles what the files said; all of it has been checked.
func newSet(policies []Policy, detectors []UserDetector, conditions map[*Rule]*condition) (*Set, error) {
	s := &Set{policies: policies, detectors: detectors}
	for i := range s.policies {
		spec := &s.policies[i]
		if spec.Mode == gatehouse.Off {
			continue
		}
		p := &policy{
			spec:  spec,
			kinds: mustGlobs(spec.Scope.Kinds),
			scope: map[string][]glob{
				"agent":      mustGlobs(spec.Scope.Agents),
				"connector":  mustGlobs(spec.Scope.Connectors),
				"tool":       mustGlobs(spec.Scope.Tools),
				"mcp_server": mustGlobs(spec.Scope.MCPServers),
				"hook":       mustGlobs(spec.Scope.Hooks),
			},
		}
		if len(p.kinds) == 0 {
			p.kinds = mustGlobs(judged)
		}
		for _, e := range spec.Exceptions {
			x := exception{fingerprint: e.Fingerprint, until: e.Until}
			if e.Detector != "" {
				x.detector = &mustGlobs([]string{e.Detector})[0]
			}
			p.exceptions = append(p.exceptions, x)
		}
		for j := range spec.Rules {
			r := &spec.Rules[j]
			s.rules = append(s.rules, rule{policy: p, spec: r, find: mustGlobs(r.Find), when: conditions[r]})
		}
	}
	s.index = newIndex(s.rules)
	s.scratch.New = func() any { return &scratch{rules: newBitset(len(s.rules)), tmp: newBitset(len(s.rules))} }
	var err error
	s.version, err = version(s.policies, s.detectors)
	return s, err
}

// judged are the kinds of a scope that names none.
var judged = []string{string(gatehouse.KindPrompt), string(gatehouse.KindToolCall), string(gatehouse.KindToolResult), string(gatehouse.KindResponse)}

// mustGlobs compiles globs that were checked when they were read.
func mustGlobs(ps []string) []glob {
	gs := make([]glob, 0, len(ps))
	for _, p := range ps {
		if g, err := parseGlob(p); err == nil {
			gs = append(gs, g)
		}
	}
	return gs
}

// version hashes copies in which all that has no order is sorted, and all that says where things stand is
// left out.
func version(policies []Policy, detectors []UserDetector) (string, error) {
	ps, ds := slices.Clone(policies), slices.Clone(detectors)
	slices.SortFunc(ps, func(a, b Policy) int { return cmp.Compare(a.Name, b.Name) })
	for i := range ps {
		p := &ps[i]
		p.File, p.Line, p.Source, p.Tests = "", 0, "", nil
		sc := &p.Scope
		for _, l := range []*[]string{&sc.Kinds, &sc.Agents, &sc.Connectors, &sc.Tools, &sc.MCPServers, &sc.Hooks} {
			*l = slices.Sorted(slices.Values(*l))
		}
		p.Rules = slices.Clone(p.Rules)
		slices.SortFunc(p.Rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
		for j := range p.Rules {
			r := &p.Rules[j]
			r.Line = 0
			for _, l := range []*[]string{&r.Find, &r.Labels, &r.Tags} {
				*l = slices.Sorted(slices.Values(*l))
			}
		}
		p.Exceptions = slices.Clone(p.Exceptions)
		for j := range p.Exceptions {
			p.Exceptions[j].Line = 0
			p.Exceptions[j].Until = p.Exceptions[j].Until.UTC()
		}
		slices.SortFunc(p.Exceptions, func(a, b Exception) int {
			return cmp.Or(cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Detector, b.Detector), a.Until.Compare(b.Until), cmp.Compare(a.Reason, b.Reason))
		})
	}
	slices.SortFunc(ds, func(a, b UserDetector) int { return cmp.Compare(a.ID, b.ID) })
	for i := range ds {
		ds[i].File, ds[i].Line = "", 0
		ds[i].Words = slices.Sorted(slices.Values(ds[i].Words))
	}
	b, err := json.Marshal(struct {
		Policies  []Policy
		Detectors []UserDetector
	}{ps, ds})
	if err != nil {
		return "", fmt.Errorf("hash policies: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
