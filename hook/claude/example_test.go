package claude_test

import (
	"context"
	"fmt"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

// deny stands for an engine or a client: anything that judges events.
type deny struct{}

func (deny) Decide(context.Context, *gatehouse.Event) (gatehouse.Verdict, error) {
	return gatehouse.Verdict{Action: gatehouse.Deny, Reasons: []gatehouse.Reason{{
		Policy: "shell", Rule: "none", Action: gatehouse.Deny, Message: "Not for this agent.",
	}}}, nil
}

func ExampleCallback() {
	callback := claude.Callback(deny{}, claude.Options{Agent: "support", Fail: gatehouse.FailClosed})

	// What a port of the Agent SDK hands to its hook callbacks, as JSON; it sends back what comes out.
	out := callback(context.Background(), []byte(`{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt":"hello"}`))
	fmt.Println(string(out))
	// Output:
	// {"decision":"block","reason":"Gatehouse denied this prompt: Not for this agent [shell/none]. Send it again without what the policy forbids.","hookSpecificOutput":{"hookEventName":"UserPromptSubmit","suppressOriginalPrompt":true}}
}
