package policy

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse.dev"
)

// manyRules returns a set of n rules of the kinds that people write: most look for findings, some are for a
// tool or a label, some have a condition that only CEL can tell.
func manyRules(t testing.TB, n int) *Set {
	var b strings.Builder
	b.WriteString("policies:\n")
	for i := range n / 10 {
		fmt.Fprintf(&b, `
- name: p%d
  scope: {kinds: [tool_call, tool_result], tools: [Bash, "mcp__server%d__*"]}
  rules:
    - {id: a, find: [secret/kind-%d], action: redact}
    - {id: b, find: [secret/*], min_severity: critical, action: deny}
    - {id: c, find: ["command/*-%d"], action: ask}
    - {id: d, find: [words/*], when: 'event.agent.startsWith("a%d")', action: alert}
    - {id: e, when: 'event.tool == "mcp__server%d__write" && event.content.path.startsWith("/etc")', action: deny}
    - {id: f, when: 'session.labels.has("label%d") && event.tool == "Bash"', action: ask}
    - {id: g, when: 'event.kind == "tool_result" && event.failed && session.errors > %d', action: alert}
    - {id: h, find: [pii/*], min_count: %d, action: alert}
    - {id: i, find: [injection/likely], action: alert, labels: [untrusted]}
    - {id: j, when: 'event.hook == "Hook%d"', action: alert}
`, i, i, i, i, i, i, i%60, i, i%50+1, i)
	}
	b.WriteString("detectors: [{id: words/a, words: [alpha]}]\n")
	return parse(t, b.String())
}

func BenchmarkEvaluate(b *testing.B) {
	ev := gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Bash", Hook: "PreToolUse", Content: []byte(`{"command":"go test ./..."}`)}
	for _, n := range []int{50, 1000, 10_000} {
		set := manyRules(b, n)
		for name, in := range map[string]Input{
			"miss":     {Event: &ev, Now: jan},
			"findings": {Event: &ev, Findings: []gatehouse.Finding{key, jwt}, Now: jan},
			"label":    {Event: &ev, Session: gatehouse.Session{Labels: []string{"label3"}}, Now: jan},
		} {
			b.Run(fmt.Sprintf("rules=%d/%s", n, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					set.Evaluate(b.Context(), in)
				}
			})
		}
	}
}

// One condition that has to be evaluated, and one that reads content.
func BenchmarkCondition(b *testing.B) {
	for name, when := range map[string]string{
		"fields":   `event.tool in ["Bash", "Read"] && event.cwd.startsWith("/src") && session.calls < 2`,
		"findings": `findings.exists(f, f.severity_rank >= 3 && f.detector.startsWith("secret/"))`,
		"content":  `event.content.command.contains("go test")`,
	} {
		set := parse(b, "policies: [{name: p, rules: [{id: r, action: deny, when: '"+when+"'}]}]")
		ev := gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Bash", CWD: "/src/x", Content: []byte(`{"command":"go test ./..."}`)}
		in := Input{Event: &ev, Findings: []gatehouse.Finding{email, key}, Now: jan}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Evaluate(b.Context(), in)
			}
		})
	}
}

func BenchmarkParseStarter(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(Starter()...); err != nil {
			b.Fatal(err)
		}
	}
}
