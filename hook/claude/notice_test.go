package claude_test

import (
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

func TestBatchIsJudgedByItsResultsOnly(t *testing.T) {
	call, err := claude.Parse([]byte(`{"hook_event_name":"PostToolBatch","tool_calls":[
		{"tool_name":"Bash","tool_input":{"command":"rm -rf /"},"tool_use_id":"t1","tool_response":"denied"},
		{"tool_name":"Read","tool_input":{},"tool_response":{"a":1},"tool_input":"again"}, "odd"]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := string(call.Event().Content)
	if strings.Contains(got, "rm -rf") || strings.Contains(got, "again") {
		t.Errorf("content = %s, want no inputs: they were judged before the tools ran", got)
	}
	for _, want := range []string{`"tool_response":"denied"`, `{"a":1}`, `"odd"`, `"tool_use_id":"t1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("content = %s, want it to hold %s", got, want)
		}
	}
}

func TestBackgroundAnswerCountsAsPromptAndResult(t *testing.T) {
	for prompt, want := range map[string]bool{"<task-notification>\\n<result>x</result>": true, "what is a <task-notification>?": false, "hello": false} {
		call, err := claude.Parse([]byte(`{"hook_event_name":"UserPromptSubmit","prompt":"` + prompt + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		if ev := call.Event(); ev.Kind != gatehouse.KindPrompt || ev.Subresult != want {
			t.Errorf("Event(prompt %q) = kind %s, subresult %v, want prompt, %v", prompt, ev.Kind, ev.Subresult, want)
		}
	}
}
