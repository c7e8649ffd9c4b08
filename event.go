package gatehouse

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind says what an event is about. The four judged kinds have constants; every other happening of an
// agent's life has a kind of its own, made from its client's name for it ("session_start").
type Kind string

// The kinds whose content goes to or comes from a model or a tool.
const (
	KindPrompt     Kind = "prompt"      // what a person, or a parent agent, asks
	KindToolCall   Kind = "tool_call"   // what the model wants a tool to do
	KindToolResult Kind = "tool_result" // what a tool gave back
	KindResponse   Kind = "response"    // what the model answers
)

// MaxKindBytes is the longest kind that is recorded; longer names are cut by those who make kinds.
const MaxKindBytes = 64

// Event is one thing an agent is about to do or has done, as its client told it.
// Every field but Kind may be empty: a client says what it knows.
type Event struct {
	ID          string    `json:"id,omitempty"`          // unique, time-ordered; the server gives one where it is empty
	Time        time.Time `json:"time,omitzero"`         // when the server, or the in-process guard, got it
	Kind        Kind      `json:"kind"`                  //
	Hook        string    `json:"hook,omitempty"`        // the client's own name of the event: "PreToolUse"
	Failed      bool      `json:"failed,omitempty"`      // the tool whose result this is did not succeed
	Irrevocable bool      `json:"irrevocable,omitempty"` // the client can neither mask nor take back this content later: see [Session.Quarantined]

	Connector string `json:"connector,omitempty"`  // the adapter: "claude_code_cli", "claude_agent_sdk"
	Agent     string `json:"agent,omitempty"`      // the program that is guarded, by the name its owner gave
	SessionID string `json:"session_id,omitempty"` // one run of the agent
	TurnID    string `json:"turn_id,omitempty"`    // one prompt and all that follows from it
	ToolUseID string `json:"tool_use_id,omitempty"`
	AgentID   string `json:"agent_id,omitempty"`   // the subagent that acts; empty for the main one
	AgentType string `json:"agent_type,omitempty"` // the subagent's kind
	User      string `json:"user,omitempty"`
	ClientIP  string `json:"client_ip,omitempty"`
	Model     string `json:"model,omitempty"`
	CWD       string `json:"cwd,omitempty"`
	// PermissionMode is the client's own mode, as it names it: "default", "bypassPermissions".
	PermissionMode string `json:"permission_mode,omitempty"`

	Tool      string `json:"tool,omitempty"`       // the tool's full name: "Bash", "mcp__github__create_issue"
	MCPServer string `json:"mcp_server,omitempty"` // the MCP server behind the tool
	// Subprompt marks a tool call whose input is the prompt of a subagent; scopes that name prompts match it too.
	Subprompt bool `json:"subprompt,omitempty"`
	// Subresult marks a prompt that carries the answer of a subagent; scopes that name tool results match it too.
	Subresult bool `json:"subresult,omitempty"`

	// Content is what is judged, as raw JSON: the tool's input or result exactly as it came, {"prompt": …}
	// for a prompt, {"text": …} for a response, the remaining fields for other kinds. It may hold equal
	// keys and invalid UTF-8; readers must not assume otherwise. It never enters a log.
	Content jsontext.Value `json:"content,omitempty"`
}
