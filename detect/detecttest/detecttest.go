// Package detecttest holds the suites of detector families to what [detect.Rule] asks of them.
package detecttest

import (
	"context"
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The text that examples are put between, to see that they are found where they stand in more.
const (
	before = "The build finished at noon and nobody had touched the pipeline since.\nNotes from the review follow:\n"
	after  = "\nThe rest of the page is about gardening, tea, and the weather in spring.\n"
)

// Check fails t for every rule of suite that [detect.New] refuses, that runs over every text, that has no
// Find or no Pass, that does not find one of its Finds, alone or amid other text, or that finds one of its
// Passes. A rule with Fields is tried on events of several kinds, and one of them must do.
func Check(t *testing.T, suite detect.Suite) {
	t.Helper()
	r, err := detect.New(detect.Config{FingerprintKey: []byte("detecttest")}, detect.Suite{Rules: suite.Rules})
	if err != nil {
		t.Fatalf("New = %v, want a runner", err)
	}
	for i := range suite.Rules {
		rule := &suite.Rules[i]
		t.Run(rule.ID, func(t *testing.T) {
			t.Helper()
			checkRule(t, r, rule)
		})
	}
}

func checkRule(t *testing.T, r *detect.Runner, rule *detect.Rule) {
	t.Helper()
	if rule.Unanchored {
		t.Errorf("%s runs over every text: a shipped rule needs Anchors", rule.ID)
	}
	if len(rule.Find) == 0 || len(rule.Pass) == 0 {
		t.Errorf("%s has %d Find and %d Pass, want at least one of each", rule.ID, len(rule.Find), len(rule.Pass))
	}
	for _, text := range rule.Find {
		if !Finds(t, r, rule.ID, text) {
			t.Errorf("%s does not find %q", rule.ID, text)
		}
		if !Finds(t, r, rule.ID, before+text+after) {
			t.Errorf("%s does not find %q amid other text", rule.ID, text)
		}
	}
	for _, text := range rule.Pass {
		if Finds(t, r, rule.ID, text) {
			t.Errorf("%s finds %q, which it must not", rule.ID, text)
		}
	}
}

// Finds says whether r reports a finding of detector id for text, in any of the events of [Events].
// Anything left unjudged fails t.
func Finds(t testing.TB, r *detect.Runner, id, text string) bool {
	t.Helper()
	for _, ev := range Events(text) {
		res := r.Run(context.Background(), ev)
		for _, g := range res.Gaps {
			t.Errorf("Run on %s of %q leaves a gap: %+v", ev.Kind, text, g)
		}
		for _, f := range res.Faults {
			t.Errorf("Run on %s of %q has a fault: %+v", ev.Kind, text, f)
		}
		for _, f := range res.Findings {
			if f.Detector == id {
				return true
			}
		}
	}
	return false
}

// Events returns events of the kinds and shapes that agents send, each with text as what it is about.
func Events(text string) []*gatehouse.Event {
	return []*gatehouse.Event{
		event(gatehouse.KindPrompt, "", map[string]any{"prompt": text}),
		event(gatehouse.KindToolCall, "Bash", map[string]any{"command": text, "description": "Run it"}),
		event(gatehouse.KindToolCall, "WebFetch", map[string]any{"url": text, "prompt": "Read it"}),
		event(gatehouse.KindToolCall, "Write", map[string]any{"file_path": "/home/dev/notes.txt", "content": text}),
		event(gatehouse.KindToolResult, "Bash", map[string]any{"stdout": text, "stderr": "", "interrupted": false}),
		event(gatehouse.KindToolResult, "WebFetch", map[string]any{"result": text, "code": 200}),
		event(gatehouse.KindToolResult, "mcp__tracker__get", []any{map[string]any{"type": "text", "text": text}}),
		event(gatehouse.KindResponse, "", map[string]any{"text": text}),
	}
}

func event(kind gatehouse.Kind, tool string, content any) *gatehouse.Event {
	b, err := json.Marshal(content, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic("print example: " + strings.ToValidUTF8(err.Error(), "?"))
	}
	ev := &gatehouse.Event{Kind: kind, Tool: tool, Content: b}
	if server, ok := strings.CutPrefix(tool, "mcp__"); ok {
		ev.MCPServer, _, _ = strings.Cut(server, "__")
	}
	return ev
}
