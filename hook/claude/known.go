package claude

import (
	"strings"

	"gatehouse.dev"
)

// form is the way in which the client lets an event be answered.
type form uint8

const (
	formNone       form = iota // nothing that is said is obeyed
	formPrompt                 // decision: block
	formCall                   // permissionDecision and updatedInput
	formResult                 // updatedToolOutput
	formFailure                // nothing hides a failed tool's text; the batch that follows can
	formBatch                  // decision: block ends the turn before the next request
	formDisplay                // displayContent
	formStop                   // decision: block re-enters the loop
	formPermission             // decision.behavior
	formSwitch                 // permissionDecision, nothing to rewrite
	formElicit                 // action: decline
	formBlock                  // decision: block, in events that only gate a step of the client's own
)

// content is what of a hook's input is judged.
type content uint8

const (
	contentRest     content = iota // all fields that the event does not hold elsewhere
	contentInput                   // tool_input
	contentResponse                // tool_response
	contentBatch                   // tool_calls
	contentPrompt                  // {"prompt": …}
	contentError                   // {"error": …}
	contentAnswer                  // {"text": last_assistant_message}
	contentDelta                   // {"text": delta}
)

// spec says how one hook event is read and answered.
type spec struct {
	kind    gatehouse.Kind // empty: snake case of the hook's name
	form    form
	content content
}

// known lists every event that has a form or a content of its own; the client's other events, and those that
// newer clients send, are read and answered as the zero spec.
var known = map[string]spec{
	"UserPromptSubmit":    {gatehouse.KindPrompt, formPrompt, contentPrompt},
	"UserPromptExpansion": {gatehouse.KindPrompt, formPrompt, contentPrompt},
	"PreToolUse":          {gatehouse.KindToolCall, formCall, contentInput},
	"PermissionRequest":   {"", formPermission, contentInput},
	"PermissionDenied":    {"", formNone, contentInput},
	"PostToolUse":         {gatehouse.KindToolResult, formResult, contentResponse},
	"PostToolUseFailure":  {gatehouse.KindToolResult, formFailure, contentError},
	"PostToolBatch":       {gatehouse.KindToolResult, formBatch, contentBatch},
	"MessageDisplay":      {gatehouse.KindResponse, formDisplay, contentDelta},
	"Stop":                {gatehouse.KindResponse, formStop, contentAnswer},
	"SubagentStop":        {gatehouse.KindResponse, formStop, contentAnswer},
	"PreModelSwitch":      {"", formSwitch, contentRest},
	"Elicitation":         {"", formElicit, contentRest},
	"ElicitationResult":   {"", formElicit, contentRest},
	"PreCompact":          {"", formBlock, contentRest},
	"ConfigChange":        {"", formBlock, contentRest},
}

// HookEvents returns the names of all hook events of client version 2.1.330, in the client's order.
// WorktreeCreate is among them: a hook registered for it replaces the client's own way of making a
// worktree, so it should not be registered just to record it.
func HookEvents() []string {
	return []string{
		"PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "Notification",
		"UserPromptSubmit", "UserPromptExpansion", "SessionStart", "SessionEnd", "Stop", "StopFailure",
		"SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "PreModelSwitch", "PostModelSwitch",
		"PermissionRequest", "PermissionDenied", "Setup", "TeammateIdle", "TaskCreated", "TaskCompleted",
		"Elicitation", "ElicitationResult", "ConfigChange", "WorktreeCreate", "WorktreeRemove",
		"InstructionsLoaded", "CwdChanged", "FileChanged", "DirectoryAdded", "MessageDisplay",
	}
}

// kindOf returns the kind of the hook event named name: its snake case, of [a-z0-9_] and bounded.
func kindOf(name string) gatehouse.Kind {
	var b strings.Builder
	afterLower := false
	for i := 0; i < len(name) && b.Len() < gatehouse.MaxKindBytes-1; i++ {
		ch := name[i]
		switch {
		case 'A' <= ch && ch <= 'Z':
			if afterLower {
				b.WriteByte('_')
			}
			b.WriteByte(ch + 'a' - 'A')
		case 'a' <= ch && ch <= 'z', '0' <= ch && ch <= '9', ch == '_':
			b.WriteByte(ch)
		}
		afterLower = 'a' <= ch && ch <= 'z' || '0' <= ch && ch <= '9'
	}
	if b.Len() == 0 {
		return "unknown"
	}
	return gatehouse.Kind(b.String())
}
