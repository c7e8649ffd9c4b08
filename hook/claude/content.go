package claude

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// base are the fields that the event holds elsewhere, or that say nothing of the agent's doing.
var base = []string{
	"agent_id", "agent_type", "cwd", "effort", "hook_event_name", "mcp_server", "permission_mode", "prompt_id",
	"session_id", "tool_name", "tool_use_id", "transcript_path",
}

// judged returns the part of the input that is judged.
func (c *Call) judged() joined {
	switch c.spec.content {
	case contentInput:
		return join(c.values("tool_input"))
	case contentResponse:
		return join(c.values("tool_response"))
	case contentBatch:
		return joined{value: c.results()}
	case contentPrompt:
		return joined{value: c.pick(map[string]string{"prompt": "prompt", "command_args": "command_args"})}
	case contentError:
		return joined{value: c.pick(map[string]string{"error": "error"})}
	case contentAnswer:
		return joined{value: c.pick(map[string]string{"last_assistant_message": "text"})}
	case contentDelta:
		return joined{value: c.pick(map[string]string{"delta": "text"})}
	}
	var rest []field
	for _, m := range c.members {
		if !slices.Contains(base, m.name) {
			rest = append(rest, field(m))
		}
	}
	return joined{value: object(rest...)}
}

// results returns what the model is about to read of a batch of tool calls. Their inputs are left out: they
// were judged before the tools ran, and what was denied then must not end the turn now.
func (c *Call) results() jsontext.Value {
	var calls [][]byte
	for _, list := range c.values("tool_calls") {
		if list.Kind() != '[' {
			calls = append(calls, list)
			continue
		}
		for _, v := range elements(list) {
			one := &Call{}
			if v.Kind() != '{' || one.read(v) != nil {
				calls = append(calls, v)
				continue
			}
			var fs []field
			for _, m := range one.members {
				if m.name != "tool_input" {
					fs = append(fs, field(m))
				}
			}
			calls = append(calls, object(fs...))
		}
	}
	return append(append([]byte("["), bytes.Join(calls, []byte(","))...), ']')
}

// notification opens the prompt by which the client hands the answer of a background subagent to the model.
const notification = "<task-notification>"

// pick returns an object of the fields that as names, under the names it gives; equal ones all stay.
func (c *Call) pick(as map[string]string) jsontext.Value {
	var fs []field
	for _, m := range c.members {
		if name := as[m.name]; name != "" {
			fs = append(fs, field{name, m.value})
		}
	}
	return object(fs...)
}

// describe returns the event without what only the caller knows.
func (c *Call) describe() gatehouse.Event {
	ev := gatehouse.Event{
		Kind:           c.spec.kind,
		Hook:           c.hook,
		Failed:         c.spec.form == formFailure,
		Irrevocable:    c.spec.form == formBatch,
		SessionID:      c.text("session_id", maxName),
		TurnID:         c.text("prompt_id", maxName),
		ToolUseID:      c.text("tool_use_id", maxName),
		AgentID:        c.text("agent_id", maxName),
		AgentType:      c.text("agent_type", maxName),
		Model:          c.text("model", maxName),
		CWD:            c.text("cwd", maxPath),
		PermissionMode: c.text("permission_mode", maxName),
		Tool:           c.tool(),
		MCPServer:      c.mcpServer(),
		Content:        c.content.value,
	}
	if ev.Kind == "" {
		ev.Kind = kindOf(c.hook)
	}
	ev.Subprompt = ev.Kind == gatehouse.KindToolCall && (ev.Tool == "Agent" || ev.Tool == "Task")
	ev.Subresult = c.hook == "UserPromptSubmit" && strings.HasPrefix(strings.TrimSpace(c.text("prompt", maxName)), notification)
	return ev
}

func (c *Call) tool() string { return c.text("tool_name", maxName) }

// mcpServer returns the MCP server behind the tool. Older clients tell it in the tool's name only.
func (c *Call) mcpServer() string {
	if name := c.text("mcp_server_name", maxName); name != "" {
		return name // elicitations
	}
	if v := c.value("mcp_server"); v.Kind() == '{' {
		inner := &Call{}
		if inner.read(v) == nil {
			if name := inner.text("name", maxName); name != "" {
				return name
			}
		}
	}
	if rest, ok := strings.CutPrefix(c.tool(), "mcp__"); ok {
		server, _, _ := strings.Cut(rest, "__")
		return server
	}
	return ""
}

// joined is the content made of the values of equal keys, so that all are judged while only the last,
// which the client acts on, is rewritten.
type joined struct {
	value   jsontext.Value
	earlier int  // members or elements of value that stand before the last of the equal keys' values
	merged  bool // value is one object of all values' members
	listed  bool // value is an array of all values
}

// join makes one content of all values of one key. Objects are merged, so that paths stay what they are.
func join(all []jsontext.Value) joined {
	if len(all) == 0 {
		return joined{value: jsontext.Value("null")}
	}
	if len(all) == 1 {
		return joined{value: all[0]}
	}
	var fs []field
	earlier := 0
	for i, v := range all {
		c := &Call{}
		if v.Kind() != '{' || c.read(v) != nil {
			list := append([]byte("["), bytes.Join(asBytes(all), []byte(","))...)
			return joined{value: append(list, ']'), earlier: len(all) - 1, listed: true}
		}
		if i == len(all)-1 {
			earlier = len(fs)
		}
		for _, m := range c.members {
			fs = append(fs, field(m))
		}
	}
	return joined{value: object(fs...), earlier: earlier, merged: true}
}

// last returns the last of the joined values from v, which is j.value or a masked form of it; nil where v
// does not have its shape.
func (j joined) last(v jsontext.Value) jsontext.Value {
	switch {
	case j.merged:
		c := &Call{}
		if c.read(v) != nil || len(c.members) < j.earlier {
			return nil
		}
		var fs []field
		for _, m := range c.members[j.earlier:] {
			fs = append(fs, field(m))
		}
		return object(fs...)
	case j.listed:
		list := elements(v)
		if len(list) <= j.earlier {
			return nil
		}
		return list[j.earlier]
	}
	return v
}

// elements returns the elements of a JSON array, nil for anything else.
func elements(v jsontext.Value) (list []jsontext.Value) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(v), lenient...)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '[' {
		return nil
	}
	for dec.PeekKind() != ']' {
		e, err := dec.ReadValue()
		if err != nil {
			return nil
		}
		list = append(list, e.Clone())
	}
	return list
}

func asBytes(vs []jsontext.Value) [][]byte {
	bs := make([][]byte, len(vs))
	for i, v := range vs {
		bs[i] = v
	}
	return bs
}
