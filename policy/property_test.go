package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse.dev"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// testRule and testPolicy are what properties are tried on; they print as YAML.
type testRule struct{ id, find, when, action, labels string }

type testPolicy struct {
	name, mode, scope string
	onError           string
	rules             []testRule
}

func (p testPolicy) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "- name: %s\n  mode: %s\n  on_error: %s\n  scope: %s\n  rules:\n", p.name, p.mode, p.onError, p.scope)
	for _, r := range p.rules {
		fmt.Fprintf(&b, "  - {id: %s, action: %s", r.id, r.action)
		for _, f := range [][2]string{{"find", r.find}, {"when", r.when}, {"labels", r.labels}} {
			if f[1] != "" {
				fmt.Fprintf(&b, ", %s: %s", f[0], f[1])
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func compileAll(t *rapid.T, ps []testPolicy) *Set {
	var files []File
	for i, p := range ps {
		files = append(files, File{Name: fmt.Sprintf("%d.yaml", i), Data: []byte("policies:\n" + p.String())})
	}
	set, err := Parse(files...)
	if err != nil {
		t.Fatalf("Parse() error:\n%v\n%v", err, ps)
	}
	return set
}

var (
	drawFind  = rapid.SampledFrom([]string{"", "[secret/*]", "[secret/a, pii/*]", `["*"]`, `["*/a"]`, "[command/x]"})
	drawScope = rapid.SampledFrom([]string{
		"{}", "{kinds: [prompt]}", "{kinds: ['*']}", "{tools: [Bash]}", "{tools: ['B*', 'mcp__*'], kinds: [tool_call, tool_result]}",
		"{agents: [x]}", "{mcp_servers: ['*']}", "{hooks: ['Pre*']}", "{connectors: [c, d]}",
	})
	drawWhen = rapid.SampledFrom([]string{
		"", "'event.tool == \"Bash\"'", "'event.kind == \"prompt\" && session.labels.has(\"l1\")'", "'findings.exists(f, f.severity_rank > 2)'",
		"'event.content.command == \"x\"'", "'\"l2\" in session.labels'", "'event.tool in [\"Bash\", \"Read\"] && event.hook == \"PreToolUse\"'",
		"'event.agent == \"x\" || event.failed'", "'session.calls > 2'", "'!session.labels.has(\"l1\")'",
	})
)

func drawRule(t *rapid.T, id string) testRule {
	r := testRule{id: id, find: drawFind.Draw(t, "find"), when: drawWhen.Draw(t, "when")}
	if r.find == "" && r.when == "" {
		r.find = `["*"]`
	}
	r.action = rapid.SampledFrom([]string{"alert", "ask", "deny", "redact"}).Draw(t, "action")
	if r.find == "" && r.action == "redact" {
		r.action = "alert"
	}
	r.labels = rapid.SampledFrom([]string{"", "[l1]", "[l2, l3]"}).Draw(t, "labels")
	return r
}

func drawPolicies(t *rapid.T) []testPolicy {
	ps := make([]testPolicy, rapid.IntRange(0, 5).Draw(t, "policies"))
	for i := range ps {
		ps[i] = testPolicy{
			name: fmt.Sprintf("p%d", i), scope: drawScope.Draw(t, "scope"),
			mode:    rapid.SampledFrom([]string{"enforce", "enforce", "monitor", "off"}).Draw(t, "mode"),
			onError: rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, "on_error"),
		}
		for j := range rapid.IntRange(1, 5).Draw(t, "rules") {
			ps[i].rules = append(ps[i].rules, drawRule(t, fmt.Sprintf("r%d", j)))
		}
	}
	return ps
}

func drawInput(t *rapid.T) Input {
	str := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(t, name) }
	ev := &gatehouse.Event{
		Kind: gatehouse.Kind(str("kind", "prompt", "tool_call", "tool_result", "response", "session_start")),
		Tool: str("tool", "", "Bash", "Read", "mcp__a__b"), Agent: str("agent", "", "x"), Hook: str("hook", "", "PreToolUse", "Stop"),
		Connector: str("connector", "", "c"), MCPServer: str("server", "", "a"),
		Subprompt: rapid.Bool().Draw(t, "subprompt"), Subresult: rapid.Bool().Draw(t, "subresult"), Failed: rapid.Bool().Draw(t, "failed"),
		Content: []byte(str("content", `{}`, `{"command":"x"}`, `{"command":1}`, `[`)),
	}
	in := Input{Event: ev, Now: jan, Session: gatehouse.Session{Calls: rapid.IntRange(0, 5).Draw(t, "calls")}}
	for _, l := range []string{"l1", "l2", "l3"} {
		if rapid.Bool().Draw(t, l) {
			in.Session.Labels = append(in.Session.Labels, l)
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "findings") {
		in.Findings = append(in.Findings, gatehouse.Finding{
			Detector: str("detector", "secret/a", "secret/b", "pii/a", "command/x"),
			Severity: gatehouse.Severity(rapid.IntRange(0, 4).Draw(t, "severity")), Confidence: 0.5,
		})
	}
	if rapid.Bool().Draw(t, "gap") {
		in.Gaps = append(in.Gaps, gatehouse.Gap{Reason: gatehouse.GapTime, Detector: str("gap", "", "secret", "pii/a")})
	}
	return in
}

// sorted forgets the order of what has none.
func sorted(o Outcome) Outcome {
	slices.SortFunc(o.Reasons, func(a, b gatehouse.Reason) int { return strings.Compare(a.Policy+"/"+a.Rule, b.Policy+"/"+b.Rule) })
	slices.SortFunc(o.Errors, func(a, b gatehouse.Fault) int { return strings.Compare(a.Policy+"/"+a.Rule, b.Policy+"/"+b.Rule) })
	return o
}

func TestOrderIsIrrelevant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawPolicies(t)
		a := compileAll(t, ps)
		mixed := rapid.Permutation(slices.Clone(ps)).Draw(t, "order")
		for i := range mixed {
			mixed[i].rules = rapid.Permutation(slices.Clone(mixed[i].rules)).Draw(t, "order of rules")
		}
		b := compileAll(t, mixed)
		if a.Version() != b.Version() {
			t.Errorf("versions %s and %s differ", a.Version(), b.Version())
		}
		in := drawInput(t)
		if diff := cmp.Diff(sorted(a.Evaluate(t.Context(), in)), sorted(b.Evaluate(t.Context(), in))); diff != "" {
			t.Errorf("outcomes differ:\n%s", diff)
		}
	})
}

func TestAddingNeverLoosens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawPolicies(t)
		before := compileAll(t, ps)
		more := testPolicy{name: "more", mode: "enforce", onError: "allow", scope: drawScope.Draw(t, "scope"), rules: []testRule{drawRule(t, "more")}}
		after := compileAll(t, append(slices.Clone(ps), more))
		in := drawInput(t)
		a, b := before.Evaluate(t.Context(), in), after.Evaluate(t.Context(), in)
		if b.Action < a.Action || b.Would < a.Would || b.Severity < a.Severity || len(b.Reasons) < len(a.Reasons) {
			t.Errorf("a rule more turned %+v into %+v", a, b)
		}
		for _, l := range a.Labels {
			if !slices.Contains(b.Labels, l) {
				t.Errorf("a rule more took label %s away", l)
			}
		}
		for _, i := range a.Redact {
			if !slices.Contains(b.Redact, i) {
				t.Errorf("a rule more took redaction %d away", i)
			}
		}
	})
}

// Monitor mode says what enforcing would have done, and does nothing.
func TestMonitorIsEnforceWithoutEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawPolicies(t)
		watched := slices.Clone(ps)
		for i := range ps {
			if ps[i].mode != "off" {
				ps[i].mode, watched[i].mode = "enforce", "monitor"
			}
		}
		in := drawInput(t)
		a, b := compileAll(t, ps).Evaluate(t.Context(), in), compileAll(t, watched).Evaluate(t.Context(), in)
		if b.Would != a.Action || b.Action != gatehouse.Allow || b.Labels != nil || b.Redact != nil || len(a.Reasons) != len(b.Reasons) {
			t.Errorf("enforced %+v, monitored %+v", a, b)
		}
	})
}

// The index passes over no rule that would match when asked directly.
func TestIndexAgreesWithRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := compileAll(t, drawPolicies(t))
		in := drawInput(t)
		in.Gaps = nil
		got := set.Evaluate(t.Context(), in)
		want := Outcome{}
		for i := range set.rules {
			r := &set.rules[i]
			if inScope(r.policy.spec.Scope, in.Event) {
				set.evaluate(t.Context(), r, &in, &scratch{}, &want)
			}
		}
		names := func(o Outcome) (out []string) {
			for _, r := range o.Reasons {
				// A fault in a conjunction that the index saw to be false is no fault.
				if r.Message != messageFault {
					out = append(out, r.Policy+"/"+r.Rule)
				}
			}
			slices.Sort(out)
			return out
		}
		if diff := cmp.Diff(names(want), names(got)); diff != "" {
			t.Errorf("reasons differ (-want +got):\n%s", diff)
		}
	})
}

// inScope is the scope as the documentation has it, without an index.
func inScope(sc Scope, ev *gatehouse.Event) bool {
	kinds := sc.Kinds
	if len(kinds) == 0 {
		kinds = judged
	}
	kind := slices.Contains(kinds, "*") || slices.Contains(kinds, string(ev.Kind)) || ev.Subprompt && slices.Contains(kinds, "prompt") ||
		ev.Subresult && slices.Contains(kinds, "tool_result")
	admits := func(patterns []string, s string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(mustGlobs(patterns), func(g glob) bool { return g.match(s) })
	}
	return kind && admits(sc.Agents, ev.Agent) && admits(sc.Connectors, ev.Connector) && admits(sc.Tools, ev.Tool) &&
		admits(sc.MCPServers, ev.MCPServer) && admits(sc.Hooks, ev.Hook)
}

func TestVersion(t *testing.T) {
	base := "policies:\n- name: a\n  rules:\n  - {id: r, find: [secret/*, pii/*], action: deny}\n  - {id: s, when: 'event.failed', action: ask}\n"
	version := func(text string) string { return parse(t, text).Version() }
	want := version(base)
	for name, same := range map[string]string{
		"comment":  "# hello\n" + base,
		"order":    strings.Replace(base, "secret/*, pii/*", "pii/*, secret/*", 1),
		"defaults": strings.Replace(base, "- name: a", "- name: a\n  mode: enforce\n  severity: medium\n  on_error: allow", 1),
		"tests":    base + "  tests: [{name: x, event: {kind: prompt}, want: ask}]\n",
		"windows":  strings.ReplaceAll(base, "\n", "\r\n"),
	} {
		if got := version(same); got != want {
			t.Errorf("%s: Version() = %s, want %s", name, got, want)
		}
	}
	for name, other := range map[string]string{
		"mode":      strings.Replace(base, "- name: a", "- name: a\n  mode: monitor", 1),
		"name":      strings.Replace(base, "name: a", "name: b", 1),
		"action":    strings.Replace(base, "deny", "ask", 1),
		"scope":     strings.Replace(base, "- name: a", "- name: a\n  scope: {tools: [Bash]}", 1),
		"exception": base + "  exceptions: [{fingerprint: \"0123456789abcdef\", reason: x}]\n",
		"detector":  base + "detectors: [{id: words/a, words: [alpha]}]\n",
		"less":      strings.Split(base, "  - {id: s")[0],
	} {
		if got := version(other); got == want {
			t.Errorf("%s: Version() = %s, want another", name, got)
		}
	}
}
