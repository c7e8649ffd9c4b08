package policy

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

// parse compiles one file and fails the test where that is not possible.
func parse(t testing.TB, text string) *Set {
	t.Helper()
	set, err := Parse(File{Name: "test.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatalf("Parse() error:\n%v", err)
	}
	return set
}

// Every bad file gives the problems in the golden file beside it.
func TestParseProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob() = %v, %v", files, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			set, err := Parse(File{Name: filepath.Base(f), Data: data})
			var ps Problems
			if set != nil || !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("Parse() = %v, %v, want Problems", set, err)
			}
			golden := strings.TrimSuffix(f, ".yaml") + ".golden"
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseBounds(t *testing.T) {
	rule := "{id: r, find: [pii/*], action: deny}"
	policies := func(n int) string {
		var b strings.Builder
		b.WriteString("policies:\n")
		for i := range n {
			fmt.Fprintf(&b, "- {name: p%d, rules: [%s]}\n", i, rule)
		}
		return b.String()
	}
	rules := func(n int) string {
		var b strings.Builder
		b.WriteString("policies:\n- name: p\n  rules:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - {id: r%d, find: [pii/*], action: deny}\n", i)
		}
		return b.String()
	}
	labels := func(n int) string {
		var b strings.Builder
		b.WriteString("policies:\n- name: p\n  rules:\n")
		for i := range n {
			fmt.Fprintf(&b, "  - {id: r%d, find: [pii/*], action: deny, labels: [l%d]}\n", i, i)
		}
		return b.String()
	}
	words := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "w%d,", i)
		}
		return b.String()
	}
	for _, tt := range []struct{ name, text, want string }{
		{"size", "#" + strings.Repeat("x", MaxFileBytes), "longer than"},
		{"nesting", "policies: " + strings.Repeat("[", 50_000), "YAML: "},
		{"block nesting", strings.Repeat("- ", 50_000), "YAML: "},
		{"policies", policies(MaxPolicies + 1), "policies has more than 1000 items"},
		{"rules", rules(MaxRules + 1), "rules has more than 10000 items"},
		{"labels", labels(MaxLabels + 1), "more than 64 different labels"},
		{"when", "policies: [{name: a, rules: [{id: r, action: deny, when: '" + strings.Repeat("true && ", 600) + "true'}]}]", "when is longer than 4096 bytes"},
		{"when nesting", "policies: [{name: a, rules: [{id: r, action: deny, when: '" + strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500) + "'}]}]", "condition: "},
		{"message", "policies: [{name: a, rules: [{id: r, find: [x/*], action: deny, message: '" + strings.Repeat("a", MaxMessageBytes+1) + "'}]}]", "message is longer"},
		{"regex", "detectors: [{id: regex/a, regex: '" + strings.Repeat("a", MaxRegexBytes+1) + "'}]", "regex is longer"},
		{"words", "detectors: [{id: words/a, words: [" + words(MaxWords+1) + "]}]", "words has more than 10000 items"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			set, err := Parse(File{Name: "a.yaml", Data: []byte(tt.text)})
			if set != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse() = %v, %.300v, want an error with %q", set, err, tt.want)
			}
			if ps, _ := errors.AsType[Problems](err); len(ps) > MaxProblems+1 {
				t.Errorf("len(problems) = %d, want at most %d", len(ps), MaxProblems+1)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("Parse() took %v", took)
			}
		})
	}
}

// Limits that count over all files are kept over all files.
func TestParseBoundsOfAll(t *testing.T) {
	var files []File
	for i := range MaxFiles + 1 {
		files = append(files, File{Name: fmt.Sprintf("%d.yaml", i), Data: []byte("policies: []")})
	}
	if _, err := Parse(files...); err == nil || !strings.Contains(err.Error(), "more than 1000 policy files") {
		t.Errorf("Parse(%d files) error = %v", len(files), err)
	}
	half := func(name string) File {
		var b strings.Builder
		fmt.Fprintf(&b, "policies:\n- name: %s\n  rules:\n", name)
		for i := range MaxRules/2 + 1 {
			fmt.Fprintf(&b, "  - {id: r%d, find: [pii/*], action: deny}\n", i)
		}
		return File{Name: name + ".yaml", Data: []byte(b.String())}
	}
	if _, err := Parse(half("a"), half("b")); err == nil || err.Error() != "b.yaml:4:3: more than 10000 rules in all" {
		t.Errorf("Parse(two halves) error = %v", err)
	}
}

func TestParseAll(t *testing.T) {
	set := parse(t, `# a comment

policies:
  # about a
  - name: a
    description: What it is for.
    mode: monitor
    severity: high
    on_error: deny
    scope:
      kinds: [tool_call, session_start]
      agents: ["support-*"]
      connectors: [claude_code_cli]
      tools: [Bash, "mcp__*"]
      mcp_servers: [github]
      hooks: [PreToolUse]
    rules:
      - id: first
        find: [secret/*, words/names]
        when: event.tool == "Bash"
        action: deny
        severity: critical
        message: |
          Not this.
        labels: [seen]
        tags: [owasp-llm01]
        min_count: 2
        min_severity: low
        min_confidence: 0.5
      - {id: second, find: ["*"], action: alert}
    exceptions:
      - {fingerprint: "0123456789abcdef", until: 2026-12-31, reason: a test key}
      - {detector: secret/jwt, until: 2026-06-01T12:00:00+02:00, reason: expired ones}
    tests:
      - name: one
        event: {kind: tool_call, tool: Bash, failed: false, content: {command: ls, n: 1.50, deep: [null, true]}}
        session: {labels: [web], calls: 3}
        want: ask

  # about b
  - {name: b, mode: off, rules: [{id: r, when: "true", action: deny}]}
detectors:
  - {id: words/names, description: code names, words: [Bluebird, " red fox "], severity: high, sensitive: true, case_sensitive: true, substring: true}
  - {id: regex/ticket, regex: 'T-[0-9]{4}'}
`)
	want := []Policy{{
		Name: "a", Description: "What it is for.", Mode: gatehouse.Monitor, Severity: gatehouse.High, OnError: gatehouse.Deny,
		Scope: Scope{
			Kinds: []string{"tool_call", "session_start"}, Agents: []string{"support-*"}, Connectors: []string{"claude_code_cli"},
			Tools: []string{"Bash", "mcp__*"}, MCPServers: []string{"github"}, Hooks: []string{"PreToolUse"},
		},
		Rules: []Rule{
			{
				ID: "first", Find: []string{"secret/*", "words/names"}, When: `event.tool == "Bash"`, Action: gatehouse.Deny,
				Severity: gatehouse.Critical, Message: "Not this.", Labels: []string{"seen"}, Tags: []string{"owasp-llm01"},
				MinCount: 2, MinSeverity: gatehouse.Low, MinConfidence: 0.5, Line: 18,
			},
			{ID: "second", Find: []string{"*"}, Action: gatehouse.Alert, Severity: gatehouse.High, MinCount: 1, Line: 30},
		},
		Exceptions: []Exception{
			{Fingerprint: "0123456789abcdef", Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Reason: "a test key", Line: 32},
			{Detector: "secret/jwt", Until: time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC), Reason: "expired ones", Line: 33},
		},
		Tests: []Test{{
			Name: "one",
			Event: gatehouse.Event{
				Kind: gatehouse.KindToolCall, Tool: "Bash",
				Content: []byte(`{"command":"ls","n":1.50,"deep":[null,true]}`),
			},
			Session: gatehouse.Session{Labels: []string{"web"}, Calls: 3}, Want: gatehouse.Ask, Line: 35,
		}},
		File: "test.yaml", Line: 5,
	}, {
		Name: "b", Mode: gatehouse.Off, Severity: gatehouse.Medium,
		Rules: []Rule{{ID: "r", When: "true", Action: gatehouse.Deny, Severity: gatehouse.Medium, MinCount: 1, Line: 41}},
		File:  "test.yaml", Line: 41,
		Source: `{name: b, mode: off, rules: [{id: r, when: "true", action: deny}]}`,
	}}
	got := set.Policies()
	if src := got[0].Source; !strings.HasPrefix(src, "name: a\ndescription: What it is for.\nmode: monitor\n") || !strings.HasSuffix(src, "\n    want: ask") {
		t.Errorf("Source of policy a =\n%s", src)
	}
	got[0].Source = ""
	got[1].Source = strings.TrimPrefix(got[1].Source, "- ")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Policies() differ (-want +got):\n%s", diff)
	}
	wantDetectors := []UserDetector{
		{ID: "words/names", Detail: "code names", Words: []string{"Bluebird", "red fox"}, Severity: gatehouse.High, Sensitive: true, CaseSensitive: true, Substring: true, File: "test.yaml", Line: 43},
		{ID: "regex/ticket", Regex: "T-[0-9]{4}", Severity: gatehouse.Medium, File: "test.yaml", Line: 44},
	}
	if diff := cmp.Diff(wantDetectors, set.Detectors()); diff != "" {
		t.Errorf("Detectors() differ (-want +got):\n%s", diff)
	}
}

func TestParseNothing(t *testing.T) {
	for _, files := range [][]File{nil, {{Name: "a.yaml", Data: []byte("policies: []")}}, {{Name: "a.yaml", Data: []byte("\xef\xbb\xbfdetectors: []\r\n")}}} {
		set, err := Parse(files...)
		if err != nil {
			t.Errorf("Parse(%v) error: %v", files, err)
			continue
		}
		if got := set.Evaluate(t.Context(), Input{Event: &gatehouse.Event{Kind: gatehouse.KindPrompt}}); got.Would != gatehouse.Allow || got.Reasons != nil {
			t.Errorf("Evaluate() = %+v, want nothing", got)
		}
	}
}

// Problems of several files come together, in order.
func TestParseSeveralFiles(t *testing.T) {
	_, err := Parse(
		File{Name: "b.yaml", Data: []byte("policies: [{name: p, rules: [{id: r, find: [words/later], action: deny}]}]")},
		File{Name: "a.yaml", Data: []byte("policies: [{name: p, rules: [{id: r, find: [words/none], action: no}]}]")},
		File{Name: "c.yaml", Data: []byte("detectors: [{id: words/later, words: [alpha]}]")},
	)
	want := strings.Join([]string{
		`a.yaml:1:19: name "p" is given twice: first at b.yaml:1`,
		`a.yaml:1:45: find "words/none" names no detector of these files`,
		`a.yaml:1:66: unknown action "no": want allow, alert, redact, ask, deny`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("Parse() error =\n%v\nwant\n%s", err, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range Starter() {
		f.Add(file.Data)
	}
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := Parse(File{Name: "f.yaml", Data: data})
		if (set == nil) == (err == nil) {
			t.Fatalf("Parse() = %v, %v, want exactly one", set, err)
		}
		if err != nil {
			ps, ok := errors.AsType[Problems](err)
			if !ok {
				t.Fatalf("Parse() error is a %T: %v", err, err)
			}
			lines := strings.Count(string(data), "\n") + 1
			for _, p := range ps {
				if p.Line < 0 || p.Line > lines+1 || p.Line > 0 && p.Col < 1 || p.Text == "" {
					t.Errorf("problem %+v is at no place of %d lines", p, lines)
				}
			}
			return
		}
		again, err := Parse(File{Name: "g.yaml", Data: data})
		if err != nil || again.Version() != set.Version() {
			t.Fatalf("second Parse() = %v, %v, want version %v", again, err, set.Version())
		}
		set.Evaluate(t.Context(), Input{
			Event:    &gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Bash", Content: []byte(`{"command":"ls"}`)},
			Findings: []gatehouse.Finding{{Detector: "secret/x", Severity: gatehouse.High, Confidence: 1}},
		})
	})
}
