package policy

import (
	"slices"
	"testing"

	"gatehouse.dev"
)

// found makes a finding as the shipped detectors report it.
func found(detector string, sev gatehouse.Severity, confidence float64, path string) gatehouse.Finding {
	return gatehouse.Finding{Detector: detector, Severity: sev, Confidence: confidence, Path: path}
}

// Every starter rule has an event that fires it and one, a detail away, that does not. Detectors are not
// asked here; what they find is given.
func TestStarterRules(t *testing.T) {
	set, err := Parse(Starter()...)
	if err != nil {
		t.Fatal(err)
	}
	const high, medium, low, info, critical = gatehouse.High, gatehouse.Medium, gatehouse.Low, gatehouse.Info, gatehouse.Critical
	ev := func(kind gatehouse.Kind, tool, content string) gatehouse.Event {
		return gatehouse.Event{Kind: kind, Tool: tool, Content: []byte(content)}
	}
	bash := ev(gatehouse.KindToolCall, "Bash", `{"command":"x"}`)
	write := ev(gatehouse.KindToolCall, "Write", `{"file_path":"/src/.env","content":"x"}`)
	result := ev(gatehouse.KindToolResult, "Bash", `{"stdout":"x"}`)
	batch := gatehouse.Event{Kind: gatehouse.KindToolResult, Hook: "PostToolBatch", Irrevocable: true, Content: []byte(`[]`)}
	prompt := ev(gatehouse.KindPrompt, "", `{"prompt":"x"}`)
	answer := ev(gatehouse.KindResponse, "", `{"text":"x"}`)
	fetch := ev(gatehouse.KindToolCall, "WebFetch", `{"url":"https://a.example/"}`)
	path := func(tool, field, p string) gatehouse.Event {
		return ev(gatehouse.KindToolCall, tool, `{"`+field+`":"`+p+`","content":"x"}`)
	}
	type findings = []gatehouse.Finding
	labels := func(ls ...string) gatehouse.Session { return gatehouse.Session{Labels: ls} }
	tangled := []gatehouse.Gap{{Reason: gatehouse.GapSyntax, Detector: "command"}}

	tested := map[string]bool{}
	type example struct {
		ev      gatehouse.Event
		f       findings
		session gatehouse.Session
		gaps    []gatehouse.Gap
	}
	for _, tt := range []struct {
		rule       string
		action     gatehouse.Action // what the whole set answers to fire
		fire, pass example
	}{
		{"secrets-in-results/mask", gatehouse.Redact, example{ev: result, f: findings{found("secret/jwt", medium, 0.9, "/stdout")}}, example{ev: result, f: findings{found("secret/stripe-test-key", low, 0.95, "/stdout")}}},
		{"secrets-in-results/mask", gatehouse.Redact, example{ev: answer, f: findings{found("secret/password", high, 0.7, "/text")}}, example{ev: answer, f: findings{found("secret/generic-key", medium, 0.6, "/text")}}},
		{"secrets-in-results/mask", gatehouse.Redact, example{ev: batch, f: findings{found("secret/password", high, 0.9, "/0/tool_response")}}, example{ev: batch, f: findings{found("secret/password", high, 0.9, "/0/tool_input/content")}}},
		{"secrets-in-results/uncertain", gatehouse.Alert, example{ev: result, f: findings{found("secret/generic-key", medium, 0.6, "/stdout")}}, example{ev: result, f: findings{found("secret/generic-key", medium, 0.6, "/stdout"), found("secret/password", high, 0.7, "/stdout")}}},
		{"secrets-in-prompts/certain", gatehouse.Deny, example{ev: prompt, f: findings{found("secret/aws-access-key", high, 0.95, "/prompt")}}, example{ev: prompt, f: findings{found("secret/password", high, 0.7, "/prompt")}}},
		{"secrets-in-prompts/possible", gatehouse.Alert, example{ev: prompt, f: findings{found("secret/password", high, 0.7, "/prompt")}}, example{ev: prompt, f: findings{found("pii/email", low, 0.9, "/prompt")}}},
		{"secrets-in-tool-calls/keys-leave", gatehouse.Deny, example{ev: bash, f: findings{found("secret/private-key", critical, 0.99, "/command"), found("command/egress-upload", medium, 0.8, "/command")}}, example{ev: bash, f: findings{found("secret/private-key", critical, 0.99, "/command")}}},
		{"secrets-in-tool-calls/keys-leave", gatehouse.Deny, example{ev: fetch, f: findings{found("secret/gcp-service-account", critical, 0.98, "/url")}}, example{ev: fetch, f: findings{found("secret/aws-presigned-url", medium, 0.95, "/url")}}},
		{"secrets-in-tool-calls/secrets-leave", gatehouse.Ask, example{ev: bash, f: findings{found("secret/slack-token", critical, 0.95, "/command"), found("command/egress", info, 0.8, "/command")}}, example{ev: write, f: findings{found("secret/slack-token", critical, 0.95, "/content")}}},
		{"secrets-in-tool-calls/secrets-leave", gatehouse.Ask, example{ev: ev(gatehouse.KindToolCall, "mcp__mail__send", `{"to":"a"}`), f: findings{found("secret/slack-token", critical, 0.95, "/to")}}, example{ev: ev(gatehouse.KindToolCall, "mcp__mail__send", `{"to":"a"}`), f: findings{found("secret/password", high, 0.7, "/to")}}},
		{"secrets-in-tool-calls/seen", gatehouse.Alert, example{ev: write, f: findings{found("secret/private-key", critical, 0.99, "/content")}}, example{ev: write, f: findings{found("secret/generic-key", medium, 0.6, "/content")}}},

		{"destructive-commands/catastrophic", gatehouse.Deny, example{ev: bash, f: findings{found("command/delete-recursive-critical", critical, 0.95, "/command")}}, example{ev: bash, f: findings{found("command/delete-recursive", medium, 0.8, "/command")}}},
		{"destructive-commands/runs-what-it-gets", gatehouse.Ask, example{ev: bash, f: findings{found("command/download-execute", critical, 0.9, "/command")}}, example{ev: bash, f: findings{found("command/egress", info, 0.8, "/command")}}},
		{"destructive-commands/risky", gatehouse.Ask, example{ev: bash, f: findings{found("command/git-history-loss", high, 0.85, "/command")}}, example{ev: bash, f: findings{found("command/git-discard", low, 0.8, "/command")}}},
		{"destructive-commands/not-readable", gatehouse.Ask, example{ev: bash, gaps: tangled}, example{ev: write, gaps: tangled}},
		{"destructive-commands/not-readable", gatehouse.Ask, example{ev: bash, gaps: tangled}, example{ev: bash, gaps: []gatehouse.Gap{{Reason: gatehouse.GapBinary, Detector: "command"}}}},
		{"destructive-commands/worth-a-look", gatehouse.Alert, example{ev: bash, f: findings{found("command/read-secret", medium, 0.85, "/command")}}, example{ev: bash, f: findings{found("command/egress", info, 0.8, "/command")}}},
		{"guard-commands/tampering", gatehouse.Deny, example{ev: bash, f: findings{found("command/guard-tampering", critical, 0.9, "/command")}}, example{ev: result, f: findings{found("command/guard-tampering", critical, 0.9, "/stdout")}}},
		{"guard-files/settings", gatehouse.Deny, example{ev: path("Write", "file_path", "/src/.claude/settings.json")}, example{ev: path("Write", "file_path", "/src/.claude/commands/x.md")}},
		{"guard-files/settings", gatehouse.Deny, example{ev: path("Edit", "file_path", "C:\\\\src\\\\.claude\\\\settings.local.json")}, example{ev: path("Edit", "file_path", "/src/app/settings.json")}},
		{"guard-files/settings", gatehouse.Deny, example{ev: path("MultiEdit", "file_path", "/src/.claude/../.claude//Settings.json")}, example{ev: path("Read", "file_path", "/src/.claude/settings.json")}},
		{"guard-files/settings", gatehouse.Deny, example{ev: path("mcp__fs__write_file", "path", "/etc/claude-code/managed-settings.json")}, example{ev: path("mcp__fs__write_file", "path", "/src/claude.json")}},
		{"guard-files/settings", gatehouse.Deny, example{ev: path("NotebookEdit", "notebook_path", "/home/a/.claude.json")}, example{ev: path("NotebookEdit", "notebook_path", "/home/a/claude.ipynb")}},

		{"injection/likely", gatehouse.Alert, example{ev: result, f: findings{found("injection/likely", high, 0.9, "/stdout")}}, example{ev: result, f: findings{found("injection/possible", medium, 0.6, "/stdout")}}},
		{"injection/likely", gatehouse.Alert, example{ev: batch, f: findings{found("injection/likely", high, 0.9, "/0/tool_response")}}, example{ev: batch, f: findings{found("injection/likely", high, 0.9, "/0/tool_input/content")}}},
		{"injection/possible", gatehouse.Alert, example{ev: result, f: findings{found("injection/possible", medium, 0.6, "/stdout")}}, example{ev: bash, f: findings{found("injection/possible", medium, 0.6, "/command")}}},
		{"injection/hidden-message", gatehouse.Deny, example{ev: result, f: findings{found("text/tag-characters", high, 1, "/stdout")}}, example{ev: result, f: findings{found("text/tag-characters", medium, 0.9, "/stdout")}}},
		{"injection-in-prompts/likely", gatehouse.Alert, example{ev: prompt, f: findings{found("injection/likely", high, 0.9, "/prompt")}}, example{ev: prompt, f: findings{found("injection/possible", medium, 0.6, "/prompt")}}},
		{"injection-in-prompts/hidden-message", gatehouse.Deny, example{ev: prompt, f: findings{found("text/variation-selectors", high, 1, "/prompt")}}, example{ev: prompt, f: findings{found("text/variation-selectors", medium, 0.8, "/prompt")}}},
		{"invisible-text/in-tool-calls", gatehouse.Ask, example{ev: write, f: findings{found("text/bidi-override", high, 0.95, "/content")}}, example{ev: result, f: findings{found("text/bidi-override", high, 0.95, "/stdout")}}},
		{"invisible-text/elsewhere", gatehouse.Alert, example{ev: result, f: findings{found("text/bidi-control", medium, 0.8, "/stdout")}}, example{ev: result, f: findings{found("text/bidi-control", low, 0.5, "/stdout")}}},

		{"pii-in-answers/mask", gatehouse.Redact, example{ev: answer, f: findings{found("pii/payment-card", high, 0.95, "/text")}}, example{ev: result, f: findings{found("pii/payment-card", high, 0.95, "/stdout")}}},
		{"pii-in-answers/report", gatehouse.Alert, example{ev: answer, f: findings{found("pii/email", low, 0.9, "/text")}}, example{ev: prompt, f: findings{found("pii/email", low, 0.9, "/prompt")}}},

		{"label-web/read", gatehouse.Allow, example{ev: ev(gatehouse.KindToolResult, "WebFetch", `{}`)}, example{ev: result}},
		{"data-leaving/upload-after-web", gatehouse.Ask, example{ev: bash, f: findings{found("command/egress-upload", medium, 0.8, "/command")}, session: labels("web")}, example{ev: bash, f: findings{found("command/egress", info, 0.8, "/command")}, session: labels("web")}},
		{"data-leaving/network-after-injection", gatehouse.Ask, example{ev: bash, f: findings{found("command/egress", info, 0.8, "/command")}, session: labels("untrusted")}, example{ev: bash, session: labels("untrusted")}},
		{"data-leaving/fetch-after-injection", gatehouse.Ask, example{ev: fetch, session: labels("untrusted", "web")}, example{ev: fetch, session: labels("web")}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			input := func(e example) Input {
				return Input{Event: &e.ev, Findings: e.f, Session: e.session, Gaps: e.gaps, Now: jan}
			}
			if got := matched(t, set, input(tt.fire)); !slices.Contains(got, tt.rule) {
				t.Errorf("reasons = %v, want %s", got, tt.rule)
			}
			if got := set.Evaluate(t.Context(), input(tt.fire)).Action; got != tt.action {
				t.Errorf("action = %v, want %v", got, tt.action)
			}
			if got := matched(t, set, input(tt.pass)); slices.Contains(got, tt.rule) {
				t.Errorf("reasons of the near miss = %v, want no %s", got, tt.rule)
			}
		})
		tested[tt.rule] = true
	}
	for _, p := range set.Policies() {
		for _, r := range p.Rules {
			if !tested[p.Name+"/"+r.ID] {
				t.Errorf("rule %s/%s has no example", p.Name, r.ID)
			}
		}
	}
}
