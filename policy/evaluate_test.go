package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"github.com/google/go-cmp/cmp"
)

var (
	call   = gatehouse.Event{Kind: gatehouse.KindToolCall, Hook: "PreToolUse", Tool: "Bash", Agent: "support-bot", Connector: "claude_code_cli", Content: []byte(`{"command":"ls"}`)}
	key    = gatehouse.Finding{Detector: "secret/aws-access-key", Severity: gatehouse.High, Confidence: 0.95, Path: "/command", Fingerprint: "0123456789abcdef"}
	jwt    = gatehouse.Finding{Detector: "secret/jwt", Severity: gatehouse.Medium, Confidence: 0.9, Path: "/command"}
	email  = gatehouse.Finding{Detector: "pii/email", Severity: gatehouse.Low, Confidence: 0.6, Path: "/command"}
	jan    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	always = `when: "true", action: deny`
)

func subprompt() gatehouse.Event {
	ev := call
	ev.Tool, ev.Subprompt = "Agent", true
	return ev
}

// matched evaluates and returns "policy/rule" of every reason, in order.
func matched(t testing.TB, set *Set, in Input) []string {
	t.Helper()
	if in.Event == nil {
		ev := call
		in.Event = &ev
	}
	if in.Now.IsZero() {
		in.Now = jan
	}
	out := set.Evaluate(t.Context(), in)
	if len(out.Errors) > 0 {
		t.Errorf("Evaluate() errors: %v", out.Errors)
	}
	var names []string
	for _, r := range out.Reasons {
		names = append(names, r.Policy+"/"+r.Rule)
	}
	return names
}

func TestScope(t *testing.T) {
	lifecycle := gatehouse.Event{Kind: "session_start", Hook: "SessionStart"}
	mcp := gatehouse.Event{Kind: gatehouse.KindToolResult, Tool: "mcp__github__get_issue", MCPServer: "github"}
	sub := subprompt()
	answered := gatehouse.Event{Kind: gatehouse.KindPrompt, Subresult: true}
	for _, tt := range []struct {
		scope string
		ev    gatehouse.Event
		want  bool
	}{
		{`{}`, call, true},
		{`{}`, mcp, true},
		{`{}`, lifecycle, false},
		{`{kinds: [session_start]}`, lifecycle, true},
		{`{kinds: ["*"]}`, lifecycle, true},
		{`{kinds: ["*"]}`, gatehouse.Event{Kind: "brand_new"}, true},
		{`{kinds: ["*"], hooks: [Brand*]}`, gatehouse.Event{Kind: "brand_new", Hook: "BrandNew"}, true},
		{`{kinds: [prompt]}`, call, false},
		{`{kinds: [prompt]}`, sub, true},
		{`{kinds: [tool_call]}`, sub, true},
		{`{kinds: [response]}`, sub, false},
		{`{kinds: [tool_result]}`, answered, true},
		{`{kinds: [prompt]}`, answered, true},
		{`{kinds: [tool_call]}`, answered, false},
		{`{tools: [Bash]}`, call, true},
		{`{tools: [bash]}`, call, false},
		{`{tools: ["B*"]}`, call, true},
		{`{tools: ["B?sh"]}`, call, true},
		{`{tools: [Read, "mcp__*"]}`, mcp, true},
		{`{tools: [Read, "mcp__*"]}`, call, false},
		{`{tools: ["*"]}`, lifecycle, false},
		{`{kinds: ["*"], tools: ["*"]}`, lifecycle, true},
		{`{kinds: ["*"], tools: ["Bash"]}`, lifecycle, false},
		{`{mcp_servers: [github]}`, mcp, true},
		{`{mcp_servers: [github]}`, call, false},
		{`{agents: ["support-*"]}`, call, true},
		{`{agents: ["sales-*"]}`, call, false},
		{`{connectors: ["claude_*"]}`, call, true},
		{`{connectors: [other]}`, call, false},
		{`{hooks: [PreToolUse]}`, call, true},
		{`{hooks: [PostToolUse]}`, call, false},
		{`{agents: ["support-*"], tools: [Bash], hooks: [PreToolUse], kinds: [tool_call]}`, call, true},
		{`{agents: ["support-*"], tools: [Read]}`, call, false},
	} {
		set := parse(t, fmt.Sprintf("policies: [{name: p, scope: %s, rules: [{id: r, %s}]}]", tt.scope, always))
		if got := len(matched(t, set, Input{Event: &tt.ev})) > 0; got != tt.want {
			t.Errorf("scope %s matches %s %s = %v, want %v", tt.scope, tt.ev.Kind, tt.ev.Tool, got, tt.want)
		}
	}
}

func TestRules(t *testing.T) {
	findings := []gatehouse.Finding{key, jwt, email}
	for _, tt := range []struct {
		rule string
		want bool
	}{
		{`find: [secret/*]`, true},
		{`find: ["*"]`, true},
		{`find: [secret/jwt]`, true},
		{`find: [secret/aws-*]`, true},
		{`find: ["*key"]`, true},
		{`find: [secret]`, false},
		{`find: [command/*]`, false},
		{`find: [command/*, pii/email]`, true},
		{`find: [secret/*], min_count: 2`, true},
		{`find: [secret/*], min_count: 3`, false},
		{`find: ["*"], min_count: 3`, true},
		{`find: ["*"], min_severity: medium, min_count: 3`, false},
		{`find: [pii/*], min_severity: low`, true},
		{`find: [pii/*], min_severity: medium`, false},
		{`find: [pii/*], min_confidence: 0.6`, true},
		{`find: [pii/*], min_confidence: 0.61`, false},
		{`find: [secret/*], when: 'event.tool == "Bash"'`, true},
		{`find: [secret/*], when: 'event.tool == "Read"'`, false},
		{`find: [command/*], when: 'event.tool == "Bash"'`, false},
		{`when: 'event.kind == "tool_call" && event.hook == "PreToolUse" && event.tool == "Bash"'`, true},
		{`when: '"Bash" == event.tool'`, true},
		{`when: 'event.tool in ["Read", "Bash"]'`, true},
		{`when: 'event.tool in ["Read", "Write"]'`, false},
		{`when: 'event.tool == "Read" || event.tool == "Bash"'`, true},
		{`when: '!(event.tool == "Read")'`, true},
		{`when: 'event.agent == "support-bot" && event.connector == "claude_code_cli"'`, true},
		{`when: 'event.session_id == "s1" && event.agent_id == "" && event.agent_type == "" && event.user == "u" && event.client_ip == "10.0.0.1"'`, true},
		{`when: 'event.model == "m" && event.cwd == "/src" && event.permission_mode == "default" && event.mcp_server == ""'`, true},
		{`when: 'event.failed || event.irrevocable || event.subprompt'`, false},
		{`when: 'session.labels.has("web")'`, true},
		{`when: '"web" in session.labels'`, true},
		{`when: 'session.labels.has("untrusted")'`, false},
		{`when: '"untrusted" in session.labels || session.labels.has("web")'`, true},
		{`when: 'session.calls == 3 && session.denials == 2 && session.errors == 1 && session.denied_answers == 4 && !session.quarantined'`, true},
		{`when: 'findings.exists(f, f.detector == "secret/jwt" && f.severity == "medium" && f.severity_rank == 2 && f.confidence > 0.8)'`, true},
		{`when: 'findings.exists(f, f.path == "/command" && f.detail == "")'`, true},
		{`when: 'size(findings) == 3 && findings[0].detector.startsWith("secret/")'`, true},
		{`when: 'gaps.exists(g, g.reason == "time budget" && g.detector == "command" && g.path == "/x")'`, true},
		{`when: 'event.content.command == "ls"'`, true},
		{`when: 'event.content.command.matches("^l[a-z]$")'`, true},
		{`when: 'has(event.content.command) && !has(event.content.other)'`, true},
		{`when: 'event.content.n == 2 && event.content.list[1] == "b" && event.content.deep.x == null && event.content.yes == true'`, true},
		{`when: 'now > timestamp("2025-12-31T00:00:00Z") && now.getFullYear() == 2026'`, true},
		{`when: 'event == event'`, true},
	} {
		set := parse(t, fmt.Sprintf("policies: [{name: p, rules: [{id: r, %s, action: deny}]}]", tt.rule))
		ev := call
		ev.SessionID, ev.User, ev.ClientIP, ev.Model, ev.CWD, ev.PermissionMode = "s1", "u", "10.0.0.1", "m", "/src", "default"
		ev.Content = []byte(`{"command":"ls","n":2,"list":["a","b"],"deep":{"x":null},"yes":true}`)
		got := matched(t, set, Input{
			Event: &ev, Findings: findings, Gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "command", Path: "/x"}},
			Session: gatehouse.Session{Labels: []string{"seen", "web"}, Calls: 3, Denials: 2, Errors: 1, DeniedAnswers: 4},
		})
		if (len(got) > 0) != tt.want {
			t.Errorf("rule {%s} matches = %v, want %v", tt.rule, got, tt.want)
		}
	}
}

// Every rule speaks, the strictest wins, reasons are in order, and what rules do is carried out together.
func TestOutcome(t *testing.T) {
	set := parse(t, `
policies:
  - name: one
    severity: low
    rules:
      - {id: note, find: [pii/*], action: alert, labels: [seen_pii]}
      - {id: stop, find: [secret/aws-*], action: deny, severity: critical, message: No., labels: [b, a]}
  - name: two
    rules:
      - {id: mask, find: [secret/*], action: redact}
      - {id: label, find: [secret/*], action: allow, labels: [a]}
  - name: three
    mode: monitor
    severity: high
    rules:
      - {id: ask, find: [pii/*], action: ask, labels: [monitored]}
      - {id: mask, find: [pii/*], action: redact}
  - {name: four, mode: off, rules: [{id: r, when: "true", action: deny}]}
`)
	ev := call
	got := set.Evaluate(t.Context(), Input{Event: &ev, Findings: []gatehouse.Finding{email, key, jwt}, Now: jan})
	want := Outcome{
		Action: gatehouse.Deny, Would: gatehouse.Deny, Severity: gatehouse.Critical,
		Reasons: []gatehouse.Reason{
			{Policy: "one", Rule: "stop", Action: gatehouse.Deny, Severity: gatehouse.Critical, Message: "No.", Findings: []int{1}},
			{Policy: "three", Rule: "ask", Action: gatehouse.Ask, Mode: gatehouse.Monitor, Severity: gatehouse.High, Findings: []int{0}},
			{Policy: "two", Rule: "mask", Action: gatehouse.Redact, Severity: gatehouse.Medium, Findings: []int{1, 2}},
			{Policy: "three", Rule: "mask", Action: gatehouse.Redact, Mode: gatehouse.Monitor, Severity: gatehouse.High, Findings: []int{0}},
			{Policy: "one", Rule: "note", Action: gatehouse.Alert, Severity: gatehouse.Low, Findings: []int{0}},
			{Policy: "two", Rule: "label", Action: gatehouse.Allow, Severity: gatehouse.Medium, Findings: []int{1, 2}},
		},
		Labels: []string{"a", "b", "seen_pii"},
		Redact: []int{1, 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Evaluate() differs (-want +got):\n%s", diff)
	}
	got = set.Evaluate(t.Context(), Input{Event: &ev, Findings: []gatehouse.Finding{email}, Now: jan})
	if got.Action != gatehouse.Alert || got.Would != gatehouse.Ask || got.Redact != nil || !slices.Equal(got.Labels, []string{"seen_pii"}) {
		t.Errorf("Evaluate() = %+v, want alert in force and ask in monitor mode only", got)
	}
}

func TestExceptions(t *testing.T) {
	for _, tt := range []struct {
		exception string
		now       time.Time
		want      bool // the rule matches
	}{
		{`{fingerprint: "0123456789abcdef", reason: x}`, jan, false},
		{`{fingerprint: "0000000000000000", reason: x}`, jan, true},
		{`{fingerprint: "0123456789abcdef", detector: secret/jwt, reason: x}`, jan, true},
		{`{detector: "secret/*", until: 2026-01-01, reason: x}`, jan, false},
		{`{detector: "secret/*", until: 2026-01-01, reason: x}`, jan.Add(24*time.Hour - time.Second), false},
		{`{detector: "secret/*", until: 2026-01-01, reason: x}`, jan.Add(24 * time.Hour), true},
		{`{detector: "pii/*", until: 2026-01-01, reason: x}`, jan, true},
		{`{fingerprint: "0123456789abcdef", until: 2025-12-31, reason: x}`, jan, true},
	} {
		set := parse(t, fmt.Sprintf("policies: [{name: p, rules: [{id: r, find: [secret/*], action: deny}], exceptions: [%s]}, {name: q, rules: [{id: r, find: [secret/*], action: alert}]}]", tt.exception))
		got := matched(t, set, Input{Findings: []gatehouse.Finding{key}, Now: tt.now})
		want := []string{"p/r", "q/r"}
		if !tt.want {
			want = want[1:] // an exception is its own policy's only
		}
		if !slices.Equal(got, want) {
			t.Errorf("exception %s at %v: reasons = %v, want %v", tt.exception, tt.now, got, want)
		}
	}
}

func TestOnError(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	big := []byte(`{"command":"` + strings.Repeat("a", maxContentBytes) + `"}`)
	many := []byte(`{"command":[` + strings.Repeat("1,", maxContentNodes) + `1]}`)
	deep := []byte(`{"command":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`)
	for _, tt := range []struct {
		name, rule string
		content    []byte
		ctx        context.Context
		gaps       []gatehouse.Gap
		faults     []gatehouse.Fault
		fault      string // text of the rule's fault; "" for none
		denied     string // rule of the denial under on_error deny; "" for none
	}{
		{name: "fine", rule: `when: 'event.content.command == "x"'`, content: []byte(`{"command":"ls"}`)},
		{name: "missing", rule: `when: 'event.content.nothing == "x"'`, fault: errMissing.Error(), denied: "r"},
		{name: "index", rule: `when: 'findings[3].path == "x"'`, fault: errMissing.Error(), denied: "r"},
		{name: "type", rule: `when: 'event.content.command > 3'`, fault: errType.Error(), denied: "r"},
		{name: "method of another type", rule: `when: 'event.content.command.startsWith(event.content.list)'`, content: []byte(`{"command":"ls","list":[]}`), fault: errType.Error(), denied: "r"},
		{name: "malformed", rule: `when: 'event.content.command == "x"'`, content: []byte(`{"command":`), fault: errContent.Error(), denied: "r"},
		{name: "equal keys", rule: `when: 'event.content.command == "x"'`, content: []byte(`{"command":"x","command":"ls"}`), fault: errContent.Error(), denied: "r"},
		{name: "too large", rule: `when: 'event.content.command == "x"'`, content: big, fault: errContent.Error(), denied: "r"},
		{name: "too many", rule: `when: 'event.content.command == "x"'`, content: many, fault: errContent.Error(), denied: "r"},
		{name: "too deep", rule: `when: 'event.content.command == "x"'`, content: deep, fault: errContent.Error(), denied: "r"},
		{name: "not needed", rule: `when: 'event.tool == "x"'`, content: []byte(`{"command":`)},
		{name: "no time", rule: `when: 'event.agent != "x"'`, ctx: ended, fault: errTime.Error(), denied: "r"},
		{name: "no time, not a candidate", rule: `when: 'event.tool == "Read"'`, ctx: ended},
		{name: "cost", rule: `when: 'event.content.list.all(x, event.content.list[0] == x) && event.content.list.size() == 1'`, content: []byte(`{"list":[` + strings.Repeat("1,", 49_000) + `1]}`)},
		{name: "gap of all", rule: `find: [secret/*]`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapBytes}}, denied: RuleOnError},
		{name: "gap of the family", rule: `find: [secret/jwt]`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "secret"}}, denied: RuleOnError},
		{name: "gap of the rule", rule: `find: [secret/*]`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "secret/jwt"}}, denied: RuleOnError},
		{name: "gap of another rule", rule: `find: [secret/aws-*]`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "secret/jwt"}}},
		{name: "gap of another family", rule: `find: [secret/*]`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "command"}}},
		{name: "gap and a condition on findings", rule: `when: 'size(findings) > 5'`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime, Detector: "command"}}, denied: RuleOnError},
		{name: "gap and no interest", rule: `when: 'event.agent == "x"'`, gaps: []gatehouse.Gap{{Reason: gatehouse.GapTime}}},
		{name: "body not read", rule: `when: 'has(event.content.command)'`, content: []byte(`{}`), gaps: []gatehouse.Gap{{Reason: gatehouse.GapTooLarge}}, denied: RuleOnError},
		{name: "fault of the family", rule: `find: [secret/*]`, faults: []gatehouse.Fault{{Detector: "secret", Text: "panicked"}}, denied: RuleOnError},
		{name: "fault of another", rule: `find: [secret/*]`, faults: []gatehouse.Fault{{Detector: "command", Text: "panicked"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, onError := range []string{"allow", "deny"} {
				set := parse(t, fmt.Sprintf("policies: [{name: p, on_error: %s, rules: [{id: r, %s, action: alert}]}, {name: other, scope: {tools: [Read]}, on_error: deny, rules: [{id: r, find: ['*'], action: alert}]}]", onError, tt.rule))
				ev := call
				if tt.content != nil {
					ev.Content = tt.content
				}
				ctx := t.Context()
				if tt.ctx != nil {
					ctx = tt.ctx
				}
				got := set.Evaluate(ctx, Input{Event: &ev, Gaps: tt.gaps, Faults: tt.faults, Now: jan})
				var want Outcome
				if tt.fault != "" {
					want.Errors = []gatehouse.Fault{{Policy: "p", Rule: "r", Text: tt.fault}}
				}
				if onError == "deny" && tt.denied != "" {
					message := messageGap
					if tt.denied == "r" {
						message = messageFault
					}
					want.Action, want.Would, want.Severity = gatehouse.Deny, gatehouse.Deny, gatehouse.Medium
					want.Reasons = []gatehouse.Reason{{Policy: "p", Rule: tt.denied, Action: gatehouse.Deny, Severity: gatehouse.Medium, Message: message}}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on_error %s: Evaluate() differs (-want +got):\n%s", onError, diff)
				}
			}
		})
	}
}

// A condition stops where it costs too much, and so do all conditions together.
func TestCostAtRunTime(t *testing.T) {
	set := parse(t, `policies: [{name: p, rules: [{id: r, when: 'event.content.a.exists(x, x.matches("(a|b)*c(d|e)*f"))', action: deny}]}]`)
	long := strings.Repeat("ab", 240_000)
	ev := call
	ev.Content = []byte(`{"a":["` + long + `","` + long + `"]}`)
	out := set.Evaluate(t.Context(), Input{Event: &ev, Now: jan})
	if len(out.Errors) != 1 || out.Errors[0].Text != errCost.Error() {
		t.Errorf("Evaluate() errors = %v, want %q", out.Errors, errCost)
	}

	var b strings.Builder
	b.WriteString("policies:\n- name: p\n  rules:\n")
	for i := range 300 {
		fmt.Fprintf(&b, "  - {id: r%d, when: 'event.content.a.contains(\"x%d\")', action: deny}\n", i, i)
	}
	set = parse(t, b.String())
	ev.Content = []byte(`{"a":"` + long + `"}`)
	out = set.Evaluate(t.Context(), Input{Event: &ev, Now: jan})
	if n := len(out.Errors); n < 10 || n > 290 || out.Errors[n-1].Text != errCost.Error() {
		t.Errorf("Evaluate() of 300 costly rules has %d errors, want some for cost", n)
	}
}

// No text of a fault holds content.
func TestFaultsHoldNoContent(t *testing.T) {
	const canary = "canary-7f3a"
	for _, when := range []string{
		`event.content[event.content.a] == "x"`,
		`event.content.a.b == "x"`,
		`int(event.content.a) == 1`,
		`timestamp(event.content.a) > now`,
		`event.content.a > 3`,
		`[1, 2][int(event.content.n)] == 1`,
		`event.content.missing == event.content.a`,
		`duration(event.content.a) > duration("1s")`,
	} {
		set := parse(t, fmt.Sprintf("policies: [{name: p, rules: [{id: r, action: deny, when: '%s'}]}]", when))
		ev := call
		ev.Content = []byte(`{"a":"` + canary + `","n":7777}`)
		out := set.Evaluate(t.Context(), Input{Event: &ev, Now: jan})
		if len(out.Errors) != 1 {
			t.Errorf("condition %s: errors = %v, want one", when, out.Errors)
		}
		for _, e := range out.Errors {
			if strings.Contains(e.Text, canary) || strings.Contains(e.Text, "7777") {
				t.Errorf("condition %s: fault %q holds content", when, e.Text)
			}
		}
	}
}

// Evaluating allocates nothing where no rule has to be looked at closely.
func TestEvaluateMissAllocatesNothing(t *testing.T) {
	set, err := Parse(Starter()...)
	if err != nil {
		t.Fatal(err)
	}
	ev := gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Read", Content: []byte(`{"file_path":"/src/a.go"}`)}
	in := Input{Event: &ev, Now: jan}
	if n := testing.AllocsPerRun(100, func() { set.Evaluate(t.Context(), in) }); n > 0 {
		t.Errorf("Evaluate() allocates %v times, want 0", n)
	}
}
