package claude

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// fullTexts is how many strings of one result get the whole withheld text; further ones get a short form,
// so that a result of many strings does not grow by many sentences.
const fullTexts = 8

// withheld returns the tool's result with its text replaced, in the shape in which the client takes it; the
// client drops any other without a word and shows the model the original. It is false where the result has
// nothing that could be replaced.
func (c *Call) withheld(v *gatehouse.Verdict) (jsontext.Value, bool) {
	was := c.content.last(c.content.value)
	said := withheldText(v)
	block := jsontext.Value("[" + string(object(text("type", "text"), text("text", said))) + "]")
	switch tool := c.tool(); {
	case strings.HasPrefix(tool, "mcp__"):
		return block, true // taken in place of any MCP result
	case tool == "Bash" && has(was, "stdout"):
		// Paths and task names by which the output could be fetched after all are left out.
		return object(text("stdout", said), text("stderr", ""), flag("interrupted", false), flag("isImage", false)), true
	case tool == "Read" && has(was, "file"):
		return c.withheldFile(said), true
	case (tool == "Agent" || tool == "Task") && has(was, "content"):
		return replaced(was, "content", block), true
	}
	w := withholder{said: said, found: map[string]bool{}}
	for _, f := range v.Findings {
		w.found[c.unmerged(f.Path)] = true
	}
	return w.rewrite(was)
}

// withheldFile returns a read file of one line, whatever the file was: image and PDF data cannot be masked.
func (c *Call) withheldFile(said string) jsontext.Value {
	one := jsontext.Value("1")
	path := ""
	input := &Call{}
	if v := c.value("tool_input"); v.Kind() == '{' && input.read(v) == nil {
		path = input.text("file_path", maxPath)
	}
	return object(text("type", "text"), field{"file", object(text("filePath", path), text("content", said),
		field{"numLines", one}, field{"startLine", one}, field{"totalLines", one})})
}

// unmerged returns where path leads in the last of joined values.
func (c *Call) unmerged(path string) string {
	if !c.content.listed {
		return path
	}
	if _, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok {
		return "/" + rest
	}
	return ""
}

// has reports whether v is an object with a member named name.
func has(v jsontext.Value, name string) bool {
	c := &Call{}
	return v.Kind() == '{' && c.read(v) == nil && c.value(name) != nil
}

// replaced returns the object v with the value of every member named name replaced.
func replaced(v jsontext.Value, name string, by jsontext.Value) jsontext.Value {
	c := &Call{}
	if c.read(v) != nil {
		return v
	}
	var fs []field
	for _, m := range c.members {
		if m.name == name {
			m.value = by
		}
		fs = append(fs, field(m))
	}
	return object(fs...)
}

// kept are members whose strings name things and do not hold text: the client compares them with words
// of its own, and drops a result in which one has changed.
var kept = map[string]bool{
	"action": true, "agentId": true, "agentType": true, "cell_id": true, "cell_type": true, "edit_mode": true,
	"encoding": true, "file": true, "filePath": true, "file_path": true, "id": true, "kind": true,
	"language": true, "level": true, "media_type": true, "mediaType": true, "mimeType": true, "mode": true,
	"notebook_path": true, "operation": true, "outcome": true, "path": true, "severity": true,
	"status": true, "taskId": true, "taskType": true, "task_id": true, "task_type": true,
	"tool_use_id": true, "type": true, "unanswered": true, "uri": true, "url": true, "verdict": true,
}

// withholder replaces the text of a result whose shape is not known.
type withholder struct {
	said  string
	found map[string]bool // JSON Pointers of findings: what stands there never stays
	count int             // strings and numbers replaced
	names []string        // per open container, the member that is being read
}

// rewrite returns v with every string replaced but for those of kept members, and whether there was any.
func (w *withholder) rewrite(v jsontext.Value) (jsontext.Value, bool) {
	var out bytes.Buffer
	dec := jsontext.NewDecoder(bytes.NewBuffer(v), lenient...)
	enc := jsontext.NewEncoder(&out, lenient...)
	for {
		kind, in := dec.PeekKind(), dec.StackDepth()
		switch kind {
		case '{', '[':
			w.names = append(w.names, "")
		case '}', ']':
			w.names = w.names[:max(len(w.names)-1, 0)]
		}
		container, n := dec.StackIndex(in)
		if kind == '"' || kind == '0' {
			val, err := dec.ReadValue()
			if err != nil {
				return nil, false
			}
			if container == '{' && n%2 == 0 {
				w.names[len(w.names)-1] = unquote(val)
			} else {
				val = w.leaf(dec, container, val)
			}
			if err := enc.WriteValue(val); err != nil {
				return nil, false
			}
		} else {
			tok, err := dec.ReadToken()
			if err != nil {
				break
			}
			if err := enc.WriteToken(tok); err != nil {
				return nil, false
			}
		}
		if dec.StackDepth() == 0 {
			break
		}
	}
	return bytes.TrimSpace(out.Bytes()), w.count > 0 && enc.StackDepth() == 0
}

// leaf returns what stands in place of one string or number.
func (w *withholder) leaf(dec *jsontext.Decoder, container jsontext.Kind, val jsontext.Value) jsontext.Value {
	found := len(w.found) > 0 && w.found[string(dec.StackPointer())]
	if val.Kind() == '0' {
		if !found {
			return val
		}
		w.count++
		return jsontext.Value("0")
	}
	if len(val) == len(`""`) || !found && container == '{' && kept[w.names[len(w.names)-1]] {
		return val
	}
	w.count++
	if w.count > fullTexts {
		return appendQuote(nil, withheldAgain)
	}
	return appendQuote(nil, w.said)
}
