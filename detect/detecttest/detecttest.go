// Package detecttest holds the suites of detector families to what [detect.Rule] asks of them.
package detecttest

import (
	"context"
	"fmt"
	"slices"
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

// Check fails t for every problem of [Problems].
func Check(t *testing.T, suite detect.Suite) {
	t.Helper()
	for _, p := range Problems(suite) {
		t.Error(p)
	}
}

// Problems lists what is wrong with the rules of suite: those that [detect.New] refuses, that would run over
// every text, that have no Find or no Pass, that do not find one of their Finds, alone or amid other text,
// that find one of their Passes, and that find something again in what was masked for them. A rule is tried
// on all of [Events], of which one must do for a Find and all for a Pass.
func Problems(suite detect.Suite) []string {
	r, err := detect.New(detect.Config{FingerprintKey: []byte("detecttest")}, detect.Suite{Rules: suite.Rules})
	if err != nil {
		return []string{err.Error()}
	}
	c := &check{r: r}
	for i := range suite.Rules {
		c.rule(&suite.Rules[i])
	}
	return c.problems
}

// check gathers what is wrong.
type check struct {
	r        *detect.Runner
	problems []string
}

func (c *check) bad(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *check) rule(rule *detect.Rule) {
	if rule.Unanchored {
		c.bad("%s runs over every text: a shipped rule needs Anchors", rule.ID)
	}
	if len(rule.Find) == 0 || len(rule.Pass) == 0 {
		c.bad("%s has %d Find and %d Pass, want at least one of each", rule.ID, len(rule.Find), len(rule.Pass))
	}
	for _, text := range rule.Find {
		if !c.finds(rule.ID, text) {
			c.bad("%s does not find %q", rule.ID, text)
		}
		if !c.finds(rule.ID, before+text+after) {
			c.bad("%s does not find %q amid other text", rule.ID, text)
		}
	}
	for _, text := range rule.Pass {
		if c.finds(rule.ID, text) {
			c.bad("%s finds %q, which it must not", rule.ID, text)
		}
	}
}

// finds says whether there is a finding of detector id for text, in any event.
func (c *check) finds(id, text string) (found bool) {
	for _, ev := range Events(text) {
		if c.run(ev, id) {
			found = true
		}
	}
	return found
}

func (c *check) run(ev *gatehouse.Event, id string) bool {
	res := c.r.Run(context.Background(), ev)
	for _, g := range res.Gaps {
		c.bad("Run on %s %s leaves a gap: %+v", ev.Kind, ev.Content, g)
	}
	for _, f := range res.Faults {
		c.bad("Run on %s %s has a fault: %+v", ev.Kind, ev.Content, f)
	}
	mine := func(i int) bool { return res.Findings[i].Detector == id }
	if !slices.ContainsFunc(res.Findings, func(f gatehouse.Finding) bool { return f.Detector == id }) {
		return false
	}
	masked := *ev
	masked.Content = res.Mask(mine)
	for _, f := range c.r.Run(context.Background(), &masked).Findings {
		if f.Detector == id {
			c.bad("%s finds %d to %d of %s in %s again, masked as %s", id, f.Start, f.End, f.Path, ev.Content, masked.Content)
		}
	}
	return true
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
