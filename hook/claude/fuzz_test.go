package claude_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

// FuzzCall holds that no input makes Parse or Reply panic, that events hold valid content and that every
// reply is one JSON object.
func FuzzCall(f *testing.F) {
	for _, file := range vectorFiles(f) {
		v := readVector(f, file)
		f.Add([]byte(v.Input), []byte(v.Verdict.Masked), uint8(v.Verdict.Action))
	}
	f.Add([]byte(`{"hook_event_name":"PreToolUse","tool_input":{"a":"\ud800"},"tool_input":[1]}`), []byte(`[{},[2]]`), uint8(2))
	f.Add([]byte("{\"hook_event_name\":\"PostToolUse\",\"tool_response\":{\"\xff\":\"\xfe\",\"a\":[[1]]}}"), []byte(nil), uint8(4))
	lenient := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	f.Fuzz(func(t *testing.T, body, masked []byte, action uint8) {
		call, err := claude.Parse(body)
		if err == nil {
			if ev := call.Event(); !ev.Content.IsValid(lenient...) || ev.Kind == "" || len(ev.Kind) > gatehouse.MaxKindBytes {
				t.Errorf("Event() = kind %q, content %q, want a kind and JSON", ev.Kind, ev.Content)
			}
			v := &gatehouse.Verdict{
				Action: gatehouse.Action(action), Masked: masked,
				Reasons:  []gatehouse.Reason{{Policy: "p", Rule: "r", Action: gatehouse.Action(action), Findings: []int{0}}},
				Findings: []gatehouse.Finding{{Path: "/a/0"}},
			}
			if got := jsontext.Value(call.Reply(v).Body); got.Kind() != '{' || !got.IsValid(lenient...) {
				t.Errorf("Reply(%v) = %q, want a JSON object", v.Action, got)
			}
		}
		for _, mode := range []gatehouse.FailMode{gatehouse.FailOpen, gatehouse.FailClosed} {
			if got := jsontext.Value(call.Fail(mode, "why").Body); got.Kind() != '{' || !got.IsValid(lenient...) {
				t.Errorf("Fail(%v) = %q, want a JSON object", mode, got)
			}
		}
	})
}
