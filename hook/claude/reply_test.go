package claude_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

// output is what the client reads of a reply.
type output struct {
	Continue *bool  `json:"continue"`
	Decision string `json:"decision"`
	Reason   string `json:"reason"`
	Specific struct {
		Event    string         `json:"hookEventName"`
		Decision string         `json:"permissionDecision"`
		Reason   string         `json:"permissionDecisionReason"`
		Input    jsontext.Value `json:"updatedInput"`
		Output   jsontext.Value `json:"updatedToolOutput"`
		Display  *string        `json:"displayContent"`
		Suppress bool           `json:"suppressOriginalPrompt"`
		Action   string         `json:"action"`
		Answer   struct {
			Behavior string `json:"behavior"`
			Message  string `json:"message"`
		} `json:"decision"`
	} `json:"hookSpecificOutput"`
}

func read(t testing.TB, body []byte) (o output) {
	t.Helper()
	if err := json.Unmarshal(body, &o, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		t.Fatalf("Unmarshal(%.300s) = %v, want nil", body, err)
	}
	return o
}

func denial(message string) *gatehouse.Verdict {
	return &gatehouse.Verdict{Action: gatehouse.Deny, Reasons: []gatehouse.Reason{
		{Policy: "p", Rule: "r", Action: gatehouse.Deny, Message: message},
	}}
}

// TestAllowIsSilent holds every event to say nothing where nothing is to be done: an approval would skip
// the user's own permission prompt, an identity rewrite could undo another hook's.
func TestAllowIsSilent(t *testing.T) {
	for _, hook := range append(claude.HookEvents(), "Unknown") {
		for _, action := range []gatehouse.Action{gatehouse.Allow, gatehouse.Alert} {
			v := gatehouse.Verdict{Action: action, Masked: jsontext.Value(`{"a":"x"}`)}
			got := parse(t, `{"hook_event_name":"`+hook+`","tool_input":{"a":"b"}}`).Reply(&v)
			if string(got.Body) != "{}" || got.Applied != action || got.Note != "" {
				t.Errorf("%s: Reply(%v) = %s, %v, %q, want {}", hook, action, got.Body, got.Applied, got.Note)
			}
		}
	}
}

// TestRepliesNameTheirEvent: the client drops an output that names another event.
func TestRepliesNameTheirEvent(t *testing.T) {
	for _, hook := range append(claude.HookEvents(), "Unknown") {
		for _, action := range []gatehouse.Action{gatehouse.Redact, gatehouse.Ask, gatehouse.Deny, 200} {
			call := parse(t, `{"hook_event_name":"`+hook+`","tool_name":"Bash","tool_input":{"a":"b"},"tool_response":{"stdout":"b"}}`)
			got := call.Reply(&gatehouse.Verdict{Action: action})
			o := read(t, got.Body)
			if o.Specific.Event != "" && o.Specific.Event != hook {
				t.Errorf("%s: Reply(%v) = %s, want its own name", hook, action, got.Body)
			}
			if got.Applied < gatehouse.Ask && string(got.Body) != "{}" {
				t.Errorf("%s: Reply(%v) = %s, applied %v, want {}: nothing was masked", hook, action, got.Body, got.Applied)
			}
			if (got.Applied != action && action <= gatehouse.Deny) && got.Note == "" {
				t.Errorf("%s: Reply(%v) applied %v without a note", hook, action, got.Applied)
			}
		}
	}
}

func TestUnknownActionDenies(t *testing.T) {
	got := parse(t, `{"hook_event_name":"PreToolUse","tool_input":{}}`).Reply(&gatehouse.Verdict{Action: 200})
	if o := read(t, got.Body); o.Specific.Decision != "deny" {
		t.Errorf("Reply(unknown action) = %s, want a denial", got.Body)
	}
}

// TestRewriteGrantsNothing: with a decision beside it, a rewrite would skip the user's permission prompt.
func TestRewriteGrantsNothing(t *testing.T) {
	call := parse(t, `{"hook_event_name":"PreToolUse","tool_input":{"command":"KEY"}}`)
	got := call.Reply(&gatehouse.Verdict{Action: gatehouse.Redact, Masked: jsontext.Value(`{"command":"x"}`)})
	o := read(t, got.Body)
	if o.Specific.Decision != "" || string(o.Specific.Input) != `{"command":"x"}` || o.Decision != "" {
		t.Errorf("Reply(redact) = %s, want updatedInput alone", got.Body)
	}
}

// TestMasksKeepShape: what is no rewrite in the content's own shape must not be sent as one.
func TestMasksKeepShape(t *testing.T) {
	for _, masked := range []string{``, `null`, `"x"`, `[]`, `{"command":"KEY"}`, `{"command":`, `{} {}`} {
		for _, hook := range []string{"PreToolUse", "PostToolUse"} {
			call := parse(t, `{"hook_event_name":"`+hook+`","tool_input":{"command":"KEY"},"tool_response":{"command":"KEY"}}`)
			got := call.Reply(&gatehouse.Verdict{Action: gatehouse.Redact, Masked: jsontext.Value(masked)})
			if got.Applied != gatehouse.Deny || strings.Contains(string(got.Body), "KEY") {
				t.Errorf("%s: Reply(redact to %s) = %s, want a denial", hook, masked, got.Body)
			}
		}
	}
}

func TestReasonsAreBounded(t *testing.T) {
	v := denial(strings.Repeat("é", 10_000))
	for i := range 1000 {
		r := v.Reasons[0]
		r.Policy, r.Rule, r.Findings = strings.Repeat("p", i), strings.Repeat("r", i), []int{-1, 5000}
		v.Reasons = append(v.Reasons, r)
	}
	for _, hook := range claude.HookEvents() {
		call := parse(t, `{"hook_event_name":"`+hook+`","tool_name":"Bash","tool_response":{"stdout":"x"}}`)
		if got := call.Reply(v); len(got.Body) > 4000 {
			t.Errorf("%s: len(Reply(deny).Body) = %d, want at most 4000", hook, len(got.Body))
		}
	}
}

func TestWithheldResultsStaySmall(t *testing.T) {
	many := `{"items":[` + strings.Repeat(`"a",`, 9999) + `"a"]}`
	call := parse(t, `{"hook_event_name":"PostToolUse","tool_name":"X","tool_response":`+many+`}`)
	got := call.Reply(denial(strings.Repeat("m", 300)))
	if o := read(t, got.Body); strings.Contains(string(o.Specific.Output), `"a"`) || len(got.Body) > 300_000 {
		t.Errorf("len(Reply(deny).Body) = %d, want every string replaced by a short one", len(got.Body))
	}
}

// TestWithheldKeepsWords: the client compares these with words of its own and drops the whole rewrite
// where one has changed; what a finding points at goes all the same.
func TestWithheldKeepsWords(t *testing.T) {
	in := `{"mode":"content","content":"KEY","a":[{"type":"x","list":["KEY"]},"KEY"],"status":"KEY","n":1,"card":4111111111111111}`
	call := parse(t, `{"hook_event_name":"PostToolUse","tool_name":"X","tool_response":`+in+`}`)
	v := denial("no")
	v.Findings = []gatehouse.Finding{{Path: "/status"}, {Path: "/card"}}
	o := read(t, call.Reply(v).Body)
	const w = `"[withheld by Gatehouse: no]"`
	want := `{"mode":"content","content":` + w + `,"a":[{"type":"x","list":[` + w + `]},` + w + `],"status":` + w + `,"n":1,"card":0}`
	if string(o.Specific.Output) != want {
		t.Errorf("updatedToolOutput = %s, want %s", o.Specific.Output, want)
	}
}

func TestReentries(t *testing.T) {
	for _, tt := range []struct {
		limit, denied int
		again         bool
	}{{0, 0, true}, {0, 2, true}, {0, 3, false}, {1, 0, true}, {1, 1, false}, {-1, 0, false}, {0, 99, false}} {
		call := parse(t, `{"hook_event_name":"Stop","last_assistant_message":"x"}`)
		call.MaxReentries = tt.limit
		v := denial("no")
		v.Session.DeniedAnswers = tt.denied
		o := read(t, call.Reply(v).Body)
		if again := o.Decision == "block" && o.Continue == nil; again != tt.again {
			t.Errorf("limit %d after %d: re-enters %v, want %v", tt.limit, tt.denied, again, tt.again)
		}
	}
}

func TestFail(t *testing.T) {
	const why = "the guard did not answer"
	body := func(hook string) string {
		return `{"hook_event_name":"` + hook + `","tool_name":"Bash","tool_input":{},"tool_response":{"stdout":"KEY"},"delta":"KEY"}`
	}
	for _, hook := range append(claude.HookEvents(), "Unknown") {
		got := parse(t, body(hook)).Fail(gatehouse.FailOpen, why)
		if string(got.Body) != "{}" || got.Applied != gatehouse.Allow || got.Note != why {
			t.Errorf("%s: Fail(open) = %s, %v, %q, want {}", hook, got.Body, got.Applied, got.Note)
		}
	}
	closed := func(hook string) output {
		got := parse(t, body(hook)).Fail(gatehouse.FailClosed, why)
		if got.Applied != gatehouse.Deny || got.Note != why || strings.Contains(string(got.Body), "KEY") {
			t.Errorf("%s: Fail(closed) = %s, %v, %q, want a denial", hook, got.Body, got.Applied, got.Note)
		}
		return read(t, got.Body)
	}
	if o := closed("PreToolUse"); o.Specific.Decision != "deny" || !strings.Contains(o.Specific.Reason, why) {
		t.Errorf("PreToolUse: Fail(closed) = %+v", o)
	}
	if o := closed("UserPromptSubmit"); o.Decision != "block" || !o.Specific.Suppress {
		t.Errorf("UserPromptSubmit: Fail(closed) = %+v", o)
	}
	if o := closed("PostToolUse"); !strings.Contains(string(o.Specific.Output), "withheld") {
		t.Errorf("PostToolUse: Fail(closed) = %+v", o)
	}
	if o := closed("MessageDisplay"); o.Specific.Display == nil || !strings.Contains(*o.Specific.Display, "withheld") {
		t.Errorf("MessageDisplay: Fail(closed) = %+v", o)
	}
	if o := closed("Stop"); o.Decision != "block" || o.Continue == nil || *o.Continue {
		t.Errorf("Stop: Fail(closed) = %+v, want no result and no other round", o)
	}
	if o := closed("PostToolBatch"); o.Decision != "block" {
		t.Errorf("PostToolBatch: Fail(closed) = %+v", o)
	}
	if o := closed("PermissionRequest"); o.Specific.Answer.Behavior != "deny" {
		t.Errorf("PermissionRequest: Fail(closed) = %+v", o)
	}
	if o := closed("Elicitation"); o.Specific.Action != "decline" {
		t.Errorf("Elicitation: Fail(closed) = %+v", o)
	}
	call, err := claude.Parse([]byte("rubbish"))
	if got := read(t, call.Fail(gatehouse.FailClosed, why).Body); err == nil || got.Decision != "block" || got.Specific.Event != "" {
		t.Errorf("rubbish: Fail(closed) = %+v, want the common denial", got)
	}
}
