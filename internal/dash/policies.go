package dash

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/policy"
)

// policiesPage is the policies in force, as they were written.
type policiesPage struct {
	page
	Loaded    bool   // there is a set at all
	PolicySet string // version
	SetShort  string
	Rules     int
	Policies  []policyView
	Detectors []detectorView
	HitsKnown bool
}

func (*policiesPage) name() string { return "policies" }

type policyView struct {
	policy.Policy
	Anchor     string
	Scope      []fact
	Rules      []ruleView
	Exceptions []exceptionView
	Source     []sourceLine
	SourceAt   string // file and line
	Counts     store.Counts
	Counted    bool // Counts is known
	FeedURL    string
	DeniedURL  string
}

type ruleView struct {
	policy.Rule
	Anchor   string
	SourceAt string // anchor of the rule's line in the source
	FeedURL  string
	Where    string // the limits on findings, in words
}

type exceptionView struct {
	policy.Exception
	What    string
	LastDay string // on which it applies; empty where it has no end
	Ended   bool
}

type sourceLine struct {
	Number int
	Anchor string
	Text   string
	Rule   bool // a rule begins here
	Note   string
}

type detectorView struct {
	policy.UserDetector
	What    string
	FeedURL string
}

// hitsOver is the time over which the page counts hits.
const hitsOver = 24 * time.Hour

// policies makes the page of the policies in force.
func (d *dash) policies(ctx context.Context, _ *http.Request) (view, error) {
	p := &policiesPage{page: page{Title: "Policies", Room: "policies"}}
	if d.cfg.Policies == nil {
		return p, nil
	}
	set := d.cfg.Policies()
	if set == nil {
		return p, nil
	}
	p.Loaded, p.PolicySet = true, set.Version()
	p.SetShort = cutText(p.PolicySet, 12)
	now := d.now().UTC()
	hits, complete := d.hits(ctx, now)
	p.HitsKnown = hits != nil
	for _, pol := range set.Policies() {
		v := newPolicyView(pol, now)
		c, hit := hits[pol.Name]
		v.Counts, v.Counted = c, hit || complete
		p.Rules += len(v.Rules)
		p.Policies = append(p.Policies, v)
	}
	for _, u := range set.Detectors() {
		p.Detectors = append(p.Detectors, newDetectorView(u))
	}
	return p, nil
}

// hits counts what each policy matched of late. The policies are shown without it where the store does not
// answer. The store names only the most frequent; complete says that these are all.
func (d *dash) hits(ctx context.Context, now time.Time) (hits map[string]store.Counts, complete bool) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout/2)
	defer cancel()
	to := now.Truncate(time.Hour).Add(time.Hour)
	o, err := d.cfg.Store.Overview(ctx, to.Add(-hitsOver), to, time.Hour)
	if err != nil {
		d.log.WarnContext(ctx, "policy hits not read", slog.Any("error", err))
		return nil, false
	}
	hits = map[string]store.Counts{}
	for _, t := range o.Policies {
		hits[t.Key] = t.Counts
	}
	return hits, len(o.Policies) < 10
}

func newPolicyView(p policy.Policy, now time.Time) policyView {
	v := policyView{Policy: p, Anchor: "policy-" + url.PathEscape(p.Name), SourceAt: p.File + ":" + strconv.Itoa(p.Line)}
	v.FeedURL = filter{From: "24h", Policy: p.Name}.url("/feed")
	v.DeniedURL = filter{From: "24h", Policy: p.Name, Actions: []string{"deny"}}.url("/feed")
	scope := func(name string, values []string) {
		if len(values) > 0 {
			v.Scope = append(v.Scope, fact{Name: name, Value: strings.Join(values, ", ")})
		}
	}
	scope("kinds", p.Scope.Kinds)
	scope("agents", p.Scope.Agents)
	scope("connectors", p.Scope.Connectors)
	scope("tools", p.Scope.Tools)
	scope("MCP servers", p.Scope.MCPServers)
	scope("hooks", p.Scope.Hooks)
	starts := map[int]string{}
	for _, r := range p.Rules {
		starts[r.Line] = r.ID
		v.Rules = append(v.Rules, ruleView{Rule: r, Anchor: ruleAnchor(p.Name, r.ID), SourceAt: lineAnchor(p.Name, r.Line),
			FeedURL: filter{Rule: p.Name + "/" + r.ID}.url("/feed"), Where: limits(r)})
	}
	for _, e := range p.Exceptions {
		v.Exceptions = append(v.Exceptions, newExceptionView(e, now))
	}
	for i, line := range strings.Split(strings.TrimRight(p.Source, "\n"), "\n") {
		n := p.Line + i
		_, rule := starts[n]
		v.Source = append(v.Source, sourceLine{Number: n, Anchor: lineAnchor(p.Name, n), Text: line, Rule: rule, Note: starts[n]})
	}
	return v
}

func lineAnchor(policy string, line int) string {
	return "L-" + url.PathEscape(policy) + "-" + strconv.Itoa(line)
}

// limits says which findings count for a rule, where not all do.
func limits(r policy.Rule) string {
	var out []string
	if r.MinCount > 1 {
		out = append(out, "at least "+strconv.Itoa(r.MinCount)+" findings")
	}
	if r.MinSeverity > gatehouse.Info {
		out = append(out, r.MinSeverity.String()+" or worse")
	}
	if r.MinConfidence > 0 {
		out = append(out, percent(int(r.MinConfidence*1000+.5), 1000)+" sure or more")
	}
	return strings.Join(out, ", ")
}

func newExceptionView(e policy.Exception, now time.Time) exceptionView {
	v := exceptionView{Exception: e, What: e.Detector, Ended: !e.Until.IsZero() && !now.Before(e.Until)}
	if e.Fingerprint != "" {
		v.What = strings.TrimSpace(e.Detector + " " + e.Fingerprint)
	}
	if !e.Until.IsZero() {
		v.LastDay = e.Until.Add(-time.Nanosecond).Format(time.DateOnly)
	}
	return v
}

func newDetectorView(u policy.UserDetector) detectorView {
	v := detectorView{UserDetector: u, FeedURL: filter{Detector: u.ID}.url("/feed")}
	switch {
	case u.Regex != "":
		v.What = u.Regex
	case len(u.Words) == 1:
		v.What = "1 word"
	default:
		v.What = num(len(u.Words)) + " words"
	}
	return v
}
