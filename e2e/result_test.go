package e2e

import (
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/e2e/modelserver"
)

// notes is the tests' MCP server.
var notes = jsontext.Value(`{"notes":{"command":"node","args":["` + filepath.Join(here, "mcpserver.mjs") + `"]}}`)

var notesTools = []string{"Bash", "Read", "Agent", "mcp__notes__read_note", "mcp__notes__fail"}

// note is what the file with the secret says around it.
const note = "The harbour opens at seven. The key is "

func (w *world) writeNote(t *testing.T) string {
	t.Helper()
	return w.write(t, "note.txt", note+secret+".\nThat is all.\n")
}

func TestSecretInToolResultIsMaskedBeforeTheModelSeesIt(t *testing.T) {
	t.Parallel()
	const subagent = `[{"tool":"Agent","input":{"description":"look","prompt":"Look. SCRIPT:@sub","subagent_type":"general-purpose","run_in_background":%s}},{"tool":"Bash","input":{"command":"sleep 1; echo waited","description":"wait"}},{"text":"the end"}]`
	for _, tc := range []struct {
		name   string
		script string
		sub    string
		tool   string
		bySub  bool
	}{
		{name: "Bash", script: `[{"tool":"Bash","input":{"command":"cat note.txt","description":"look"}},{"text":"the end"}]`, tool: "Bash"},
		{name: "Bash stderr", script: `[{"tool":"Bash","input":{"command":"cat note.txt >&2; true","description":"look"}},{"text":"the end"}]`, tool: "Bash"},
		{name: "Read", script: `[{"tool":"Read","input":{"file_path":"DIR/note.txt"}},{"text":"the end"}]`, tool: "Read"},
		{name: "MCP tool", script: `[{"tool":"mcp__notes__read_note","input":{"file":"note.txt"}},{"text":"the end"}]`, tool: "mcp__notes__read_note"},
		{name: "several at once", script: `[{"tools":[{"tool":"Bash","input":{"command":"cat note.txt","description":"look"}},{"tool":"Read","input":{"file_path":"DIR/note.txt"}},{"tool":"mcp__notes__read_note","input":{"file":"note.txt"}}]},{"text":"the end"}]`, tool: "Read"},
		{name: "subagent's tool", script: replace(subagent, "%s", "false"), sub: `[{"tool":"Bash","input":{"command":"cat note.txt","description":"look"}},{"text":"seen"}]`, tool: "Bash", bySub: true},
		{name: "background subagent's tool", script: replace(subagent, "%s", "true"), sub: `[{"tool":"Bash","input":{"command":"cat note.txt","description":"look"}},{"text":"seen"}]`, tool: "Bash", bySub: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			routes := everyRoute
			if tc.name != "Bash" {
				routes = someRoutes
			}
			each(t, routes, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				w.writeNote(t)
				w.script(t, "sub", tc.sub+orEmpty(tc.sub))
				p := w.script(t, "main", replace(tc.script, "DIR", w.dir))
				o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: notesTools, MCPServers: notes}))
				if w.model.Seen(secret) {
					t.Errorf("the model saw the secret")
				}
				if !w.model.Seen(note) {
					t.Errorf("the model did not see the rest of the result: %q", note)
				}
				if o.shows(secret) {
					t.Errorf("the application got the secret")
				}
				if o.result() != "the end" {
					t.Errorf("result = %q, want the end", o.result())
				}
				ds := g.recorded(t, o.session(), want{hook: "PostToolUse", kind: gatehouse.KindToolResult, tool: tc.tool, verdict: gatehouse.Redact, applied: gatehouse.Redact, rule: secretsRule, sub: tc.bySub})
				keepsNo(t, ds, secret)
			})
		})
	}
}

// A subagent's answer is masked where the parent's tool result carries it, and asked for again where it comes
// as a message of its own.
func TestSecretInSubagentAnswerDoesNotReachTheParent(t *testing.T) {
	t.Parallel()
	for _, background := range []string{"false", "true"} {
		t.Run("background "+background, func(t *testing.T) {
			t.Parallel()
			each(t, []route{{cli, byHTTP}, {typescript, byAdapter}, {python, byHTTP}}, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				w.script(t, "sub", `[{"text":"It is `+secret+`, look."},{"text":"It is not for you."}]`)
				p := w.script(t, "main", `[{"tool":"Agent","input":{"description":"look","prompt":"Look. SCRIPT:@sub","subagent_type":"general-purpose","run_in_background":`+background+`}},{"tool":"Bash","input":{"command":"sleep 1; echo waited","description":"wait"}},{"text":"the end"}]`)
				o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: notesTools}))
				for _, req := range w.model.Requests("") {
					if req.Holds(secret) && !isSubagent(req) {
						t.Errorf("the parent's model saw the secret")
					}
				}
				if o.result() != "the end" {
					t.Errorf("result = %q, want the end", o.result())
				}
				g.recorded(t, o.session(), want{hook: "SubagentStop", kind: gatehouse.KindResponse, verdict: gatehouse.Redact, applied: gatehouse.Deny, rule: secretsRule, sub: true})
			})
		})
	}
}

func TestDeniedToolResultIsWithheld(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, script string }{
		{"Bash", `[{"tool":"Bash","input":{"command":"cat plan.txt","description":"look"}},{"text":"the end"}]`},
		{"Read", `[{"tool":"Read","input":{"file_path":"DIR/plan.txt"}},{"text":"the end"}]`},
		{"MCP tool", `[{"tool":"mcp__notes__read_note","input":{"file":"plan.txt"}},{"text":"the end"}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			each(t, someRoutes, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				w.write(t, "plan.txt", "The ship sails to "+tabu+" at dawn.\n")
				p := w.script(t, "main", replace(tc.script, "DIR", w.dir))
				o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: notesTools, MCPServers: notes}))
				if w.model.Seen(tabu) || w.model.Seen("sails") || o.shows(tabu) {
					t.Errorf("model saw the word %v, its surroundings %v, application got it %v; want all false", w.model.Seen(tabu), w.model.Seen("sails"), o.shows(tabu))
				}
				if !w.model.Seen(tabuReason) {
					t.Errorf("the model did not read the reason %q", tabuReason)
				}
				g.recorded(t, o.session(), want{hook: "PostToolUse", kind: gatehouse.KindToolResult, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
			})
		})
	}
}

// The words of a failed tool cannot be masked and stay in the client's conversation. They are kept from the model
// by ending the turn, and by denying whatever would send the conversation again.
func TestFailedToolIsNoWayRound(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, script, tool string }{
		{"Bash", `[{"tool":"Bash","input":{"command":"cat note.txt; exit 3","description":"look"}},{"text":"the end"}]`, "Bash"},
		{"MCP tool", `[{"tool":"mcp__notes__fail","input":{"file":"note.txt"}},{"text":"the end"}]`, "mcp__notes__fail"},
		{"beside one that works", `[{"tools":[{"tool":"Bash","input":{"command":"echo fine","description":"x"}},{"tool":"Bash","input":{"command":"cat note.txt; exit 3","description":"look"}}]},{"text":"the end"}]`, "Bash"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			routes := someRoutes
			if tc.name == "Bash" {
				routes = everyRoute
			}
			each(t, routes, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				w.writeNote(t)
				first := w.script(t, "main", tc.script)
				next := w.script(t, "next", `[{"text":"next answer"}]`)
				o := w.converse(t, r.client, r.under(t, g.url, job{Prompts: []string{first, next}, Allowed: notesTools, MCPServers: notes}))
				if w.model.Seen(secret) {
					t.Errorf("the model saw the secret in this turn or the next")
				}
				w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{next}, Allowed: notesTools, MCPServers: notes, Resume: o.session()}))
				if w.model.Seen(secret) {
					t.Errorf("the model saw the secret after resume")
				}
				if w.model.Turns() != 1 {
					t.Errorf("the model was asked %d times, want 1: the session is quarantined", w.model.Turns())
				}
				ds := g.recorded(t, o.session(),
					want{hook: "PostToolUseFailure", kind: gatehouse.KindToolResult, tool: tc.tool, verdict: gatehouse.Redact, applied: gatehouse.Alert, rule: secretsRule},
					want{hook: "PostToolBatch", kind: gatehouse.KindToolResult, verdict: gatehouse.Redact, applied: gatehouse.Deny, rule: secretsRule},
					want{kind: gatehouse.KindPrompt, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: "gatehouse/quarantine"})
				keepsNo(t, ds, secret)
				if tc.name != "Bash" {
					return
				}
				// Another session of the same user is not touched.
				fresh := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{next}}))
				if fresh.result() != "next answer" {
					t.Errorf("result in a fresh session = %q, want the next answer", fresh.result())
				}
			})
		})
	}
}

func TestFailedToolOfSubagentIsNoWayRound(t *testing.T) {
	t.Parallel()
	each(t, someRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		w.writeNote(t)
		w.script(t, "sub", `[{"tool":"Bash","input":{"command":"cat note.txt; exit 3","description":"look"}},{"text":"subagent answer"}]`)
		p := w.script(t, "main", `[{"tool":"Agent","input":{"description":"look","prompt":"Look. SCRIPT:@sub","subagent_type":"general-purpose"}},{"tool":"Bash","input":{"command":"sleep 1; echo waited","description":"wait"}},{"text":"the end"}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: notesTools}))
		if w.model.Seen(secret) {
			t.Errorf("a model saw the secret")
		}
		g.recorded(t, o.session(), want{hook: "PostToolBatch", kind: gatehouse.KindToolResult, verdict: gatehouse.Redact, applied: gatehouse.Deny, rule: secretsRule, sub: true})
	})
}

// isSubagent tells the requests of a subagent from those of the main agent, whose prompt plays @main.
func isSubagent(r *modelserver.Request) bool { return !r.Holds(marker + "main") }
