package claude_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

func parse(t testing.TB, body string) *claude.Call {
	t.Helper()
	call, err := claude.Parse([]byte(body))
	if err != nil {
		t.Fatalf("Parse(%.200s) = %v, want nil", body, err)
	}
	return call
}

func TestParseTakesOddInput(t *testing.T) {
	for _, tt := range []struct{ name, body, content string }{
		{"invalid UTF-8", "{\"hook_event_name\":\"PreToolUse\",\"tool_input\":{\"a\":\"\xff\"}}", "{\"a\":\"\xff\"}"},
		{"lone surrogate", `{"hook_event_name":"PreToolUse","tool_input":{"a":"\ud800"}}`, `{"a":"\ud800"}`},
		{"equal keys inside", `{"hook_event_name":"PreToolUse","tool_input":{"a":1,"a":2}}`, `{"a":1,"a":2}`},
		{"equal objects", `{"tool_input":{"a":1},"hook_event_name":"PreToolUse","tool_input":{"b":2}}`, `{"a":1,"b":2}`},
		{"equal keys of two kinds", `{"hook_event_name":"PreToolUse","tool_input":{"a":1},"tool_input":"x"}`, `[{"a":1},"x"]`},
		{"equal prompts", `{"hook_event_name":"UserPromptSubmit","prompt":"a","prompt":"b"}`, `{"prompt":"a","prompt":"b"}`},
		{"input of another kind", `{"hook_event_name":"PreToolUse","tool_input":7}`, `7`},
		{"no input", `{"hook_event_name":"PreToolUse"}`, `null`},
		{"no prompt", `{"hook_event_name":"UserPromptSubmit"}`, `{}`},
		{"prompt of another kind", `{"hook_event_name":"UserPromptSubmit","prompt":["a"]}`, `{"prompt":["a"]}`},
		{"white space", " {\n\"hook_event_name\" : \"Stop\" , \"last_assistant_message\" : \"x\"\n} \n", `{"text":"x"}`},
		{"the event last", `{"tool_input":{"a":1},"hook_event_name":"Stop","hook_event_name":"PreToolUse"}`, `{"a":1}`},
		{"escaped name", `{"hook_event_n\u0061me":"PreToolUse","tool_input":{}}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ev := parse(t, tt.body).Event()
			if string(ev.Content) != tt.content {
				t.Errorf("Event().Content = %s, want %s", ev.Content, tt.content)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	canary := "canary-4711"
	for _, tt := range []struct{ name, body string }{
		{"nothing", ""},
		{"white space", "  \n"},
		{"text", canary},
		{"array", `["` + canary + `"]`},
		{"string", `"` + canary + `"`},
		{"cut off", `{"hook_event_name":"PreToolUse","tool_input":{"a":"` + canary},
		{"more than one", `{"hook_event_name":"Stop"}{"` + canary + `":1}`},
		{"rubbish after", `{"hook_event_name":"Stop"} ` + canary},
		{"no event", `{"prompt":"` + canary + `"}`},
		{"event of another kind", `{"hook_event_name":["` + canary + `"]}`},
		{"name cut off", `{"` + canary},
		{"only openings", strings.Repeat("[", 100_000)},
		{"only openings in an object", `{"hook_event_name":"Stop","a":` + strings.Repeat(`{"a":`, 100_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call, err := claude.Parse([]byte(tt.body))
			if gatehouse.ErrorCode(err) != gatehouse.CodeInvalid || strings.Contains(err.Error(), canary) {
				t.Errorf("Parse(%.60s) = %v, want an error of code invalid without content", tt.body, err)
			}
			if got := call.Fail(gatehouse.FailOpen, "unread"); string(got.Body) != "{}" {
				t.Errorf("Fail(open) = %s, want {}", got.Body)
			}
			if got := call.Fail(gatehouse.FailClosed, "unread"); got.Applied == gatehouse.Deny && !strings.Contains(string(got.Body), "unread") {
				t.Errorf("Fail(closed) = %s, want the reason", got.Body)
			}
		})
	}
}

func TestParseJudgesDeepInputAsText(t *testing.T) {
	const depth = 50_000
	deep := strings.Repeat(`{"a":[`, depth) + `"secret","quo\"ted"` + strings.Repeat(`]}`, depth)
	call := parse(t, `{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls","x":`+deep+`}}`)
	content := call.Event().Content
	if !content.IsValid() || !strings.HasPrefix(string(content), `{"command":"ls",`) || !strings.Contains(string(content), "secret") {
		t.Errorf("Event().Content = %.60s..., want valid JSON that holds all text", content)
	}
	v := gatehouse.Verdict{Action: gatehouse.Redact, Masked: jsontext.Value(`{"command":"l"}`)}
	if got := call.Reply(&v); got.Applied != gatehouse.Deny {
		t.Errorf("Reply(redact) = %v, want deny: the input's own shape is lost", got.Applied)
	}
}

func TestParseBoundsNames(t *testing.T) {
	long := strings.Repeat("é", 4000)
	call := parse(t, `{"hook_event_name":"`+long+`","session_id":"`+long+`","cwd":"`+long+`","tool_name":"`+long+`"}`)
	ev := call.Event()
	for name, s := range map[string]string{"Hook": ev.Hook, "SessionID": ev.SessionID, "Tool": ev.Tool, "Kind": string(ev.Kind)} {
		if len(s) > 256 || s == "" {
			t.Errorf("len(Event().%s) = %d, want 1 to 256", name, len(s))
		}
	}
	if len(ev.CWD) > 4096 {
		t.Errorf("len(Event().CWD) = %d, want at most 4096", len(ev.CWD))
	}
}

func TestKinds(t *testing.T) {
	for hook, want := range map[string]gatehouse.Kind{
		"UserPromptSubmit": "prompt", "UserPromptExpansion": "prompt", "PreToolUse": "tool_call",
		"PostToolUse": "tool_result", "PostToolUseFailure": "tool_result", "PostToolBatch": "tool_result",
		"Stop": "response", "SubagentStop": "response", "MessageDisplay": "response",
		"SessionStart": "session_start", "PermissionRequest": "permission_request", "CwdChanged": "cwd_changed",
		"ElicitationResult": "elicitation_result", "MCPToolGone": "mcptool_gone", "Über-Neu 2": "berneu2", "***": "unknown",
	} {
		if got := parse(t, `{"hook_event_name":"`+hook+`"}`).Event().Kind; got != want {
			t.Errorf("Parse(%s).Event().Kind = %q, want %q", hook, got, want)
		}
	}
}

func TestEventOfEveryHook(t *testing.T) {
	names := claude.HookEvents()
	if len(names) != 33 || len(slices.Compact(slices.Sorted(slices.Values(names)))) != 33 {
		t.Errorf("HookEvents() = %v, want 33 different ones", names)
	}
	for _, hook := range append(names, "NotYetInvented") {
		call := parse(t, `{"hook_event_name":"`+hook+`","session_id":"s","agent_id":"a","agent_type":"t","future":{"x":1},"effort":{"level":"high"}}`)
		ev := call.Event()
		if ev.Hook != hook || ev.SessionID != "s" || ev.AgentID != "a" || ev.AgentType != "t" || ev.Kind == "" || !ev.Content.IsValid() {
			t.Errorf("Parse(%s).Event() = %+v, want its fields", hook, ev)
		}
		if ev.Irrevocable != (hook == "PostToolBatch") || ev.Failed != (hook == "PostToolUseFailure") {
			t.Errorf("Parse(%s).Event() irrevocable %v, failed %v", hook, ev.Irrevocable, ev.Failed)
		}
	}
	if got := parse(t, `{"hook_event_name":"NotYetInvented","session_id":"s","future":{"x":1}}`).Event().Content; string(got) != `{"future":{"x":1}}` {
		t.Errorf("Event().Content = %s, want the remaining fields", got)
	}
}

func TestMCPServer(t *testing.T) {
	for body, want := range map[string]string{
		`"tool_name":"mcp__git__log"`: "git",
		`"tool_name":"mcp__git__log","mcp_server":{"name":"other","source":"sdk"}`: "other",
		`"tool_name":"mcp__git__log","mcp_server":"x"`:                             "git",
		`"tool_name":"mcp__git__log","mcp_server":{"name":7}`:                      "git",
		`"tool_name":"mcp__"`:     "",
		`"tool_name":"Bash"`:      "",
		`"mcp_server_name":"crm"`: "crm",
	} {
		if got := parse(t, `{"hook_event_name":"PreToolUse",`+body+`}`).Event().MCPServer; got != want {
			t.Errorf("Parse(%s).Event().MCPServer = %q, want %q", body, got, want)
		}
	}
}

func TestSubprompt(t *testing.T) {
	for tool, want := range map[string]bool{"Agent": true, "Task": true, "TaskCreate": false, "Bash": false} {
		if got := parse(t, `{"hook_event_name":"PreToolUse","tool_name":"`+tool+`"}`).Event().Subprompt; got != want {
			t.Errorf("Parse(%s).Event().Subprompt = %v, want %v", tool, got, want)
		}
	}
	if parse(t, `{"hook_event_name":"PostToolUse","tool_name":"Agent"}`).Event().Subprompt {
		t.Error("Parse(PostToolUse).Event().Subprompt = true, want false")
	}
}

// TestEqualKeysAreRewrittenLast shows that of equal keys the one that the client acts on is rewritten.
func TestEqualKeysAreRewrittenLast(t *testing.T) {
	for _, tt := range []struct{ name, in, masked, want string }{
		{"objects", `"tool_input":{"command":"A"},"tool_input":{"command":"KEY","n":1}`,
			`{"command":"A","command":"[masked]","n":1}`, `{"command":"[masked]","n":1}`},
		{"three objects", `"tool_input":{"a":1,"b":2},"tool_input":{},"tool_input":{"c":"KEY"}`,
			`{"a":1,"b":2,"c":"[masked]"}`, `{"c":"[masked]"}`},
		{"mixed", `"tool_input":"A","tool_input":{"command":"KEY"}`, `["A",{"command":"[masked]"}]`, `{"command":"[masked]"}`},
	} {
		call := parse(t, `{"hook_event_name":"PreToolUse",`+tt.in+`}`)
		got := call.Reply(&gatehouse.Verdict{Action: gatehouse.Redact, Masked: jsontext.Value(tt.masked)})
		want := `{"hookSpecificOutput":{"hookEventName":"PreToolUse","updatedInput":` + tt.want + `}}`
		if string(got.Body) != want {
			t.Errorf("%s: Reply(redact) = %s, want %s", tt.name, got.Body, want)
		}
	}
	// The mask fell on the earlier one only: the client would run the other as it is.
	call := parse(t, `{"hook_event_name":"PreToolUse","tool_input":{"command":"KEY"},"tool_input":{"command":"B"}}`)
	got := call.Reply(&gatehouse.Verdict{Action: gatehouse.Redact, Masked: jsontext.Value(`{"command":"[masked]","command":"B"}`)})
	if got.Applied != gatehouse.Deny {
		t.Errorf("Reply(redact) = %v, want deny", got.Applied)
	}
}
