package modelserver

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// marker begins a script within a prompt.
const marker = "SCRIPT:"

// maxSteps bounds a script.
const maxSteps = 1000

// Step is one turn of the model. Exactly one of Text, Tool, Tools, Status and Cut says what it does, except
// that Text may stand before tools.
type Step struct {
	Text  string         `json:"text,omitempty"`  // is said
	Tool  string         `json:"tool,omitempty"`  // is called with Input
	Input jsontext.Value `json:"input,omitempty"` // object; empty means {}
	Tools []Call         `json:"tools,omitempty"` // are called, all in this turn

	// Status answers with an API error of this HTTP status: 529 for an overloaded model.
	Status int `json:"status,omitempty"`
	// Cut breaks the connection in the middle of the answer.
	Cut bool `json:"cut,omitempty"`
	// Times is how often Status or Cut happens before the script goes on; 0 means once.
	Times int `json:"times,omitempty"`
}

// Call is one use of a tool.
type Call struct {
	Tool  string         `json:"tool"`
	Input jsontext.Value `json:"input,omitempty"` // object; empty means {}
}

func (s *Step) faulty() bool { return s.Status != 0 || s.Cut }

func (s *Step) calls() []Call {
	if s.Tool == "" {
		return s.Tools
	}
	return append([]Call{{s.Tool, s.Input}}, s.Tools...)
}

// ParseScript reads the script at the beginning of b and returns it with the number of bytes it takes; what
// follows is not looked at.
func ParseScript(b []byte) (steps []Step, n int, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(b))
	if err := json.UnmarshalDecode(dec, &steps, json.RejectUnknownMembers(true)); err != nil {
		return nil, 0, fmt.Errorf("read script: %w", err)
	}
	if len(steps) > maxSteps {
		return nil, 0, fmt.Errorf("read script: %d steps, more than %d", len(steps), maxSteps)
	}
	for i := range steps {
		if err := steps[i].check(); err != nil {
			return nil, 0, fmt.Errorf("read script: step %d: %w", i, err)
		}
	}
	return steps, int(dec.InputOffset()), nil
}

func (s *Step) check() error {
	calls := s.calls()
	for _, c := range calls {
		if c.Tool == "" {
			return fmt.Errorf("a call names no tool")
		}
		if len(c.Input) > 0 && c.Input.Kind() != '{' {
			return fmt.Errorf("input of %q is not an object", c.Tool)
		}
	}
	plain := s.Text != "" || len(calls) > 0
	if s.faulty() == plain || s.Cut && s.Status != 0 {
		return fmt.Errorf("want one of text, tool, tools, status, cut")
	}
	if s.Status != 0 && (s.Status < 400 || s.Status > 599) || s.Times < 0 {
		return fmt.Errorf("status %d, times %d: out of range", s.Status, s.Times)
	}
	return nil
}

// message is one entry of a conversation; content is a string or a list of blocks.
type message struct {
	Role    string         `json:"role"`
	Content jsontext.Value `json:"content"`
}

type block struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// texts returns what was said in m, without tool results.
func (m *message) texts() []string {
	if m.Content.Kind() == '"' {
		var s string
		if json.Unmarshal(m.Content, &s, lax) != nil {
			return nil
		}
		return []string{s}
	}
	var blocks []block
	if json.Unmarshal(m.Content, &blocks, lax) != nil {
		return nil
	}
	var out []string
	for _, b := range blocks {
		if b.Type == "text" {
			out = append(out, b.Text)
		}
	}
	return out
}

// place is where a conversation stands in its newest script.
type place struct {
	script string // what follows the marker; empty where there is no script
	index  int    // which message holds it
	turns  int    // assistant turns since
}

// locate finds the newest script of a conversation and counts the assistant's turns after it.
func locate(ms []message) place {
	for i := len(ms) - 1; i >= 0; i-- {
		if ms[i].Role != "user" {
			continue
		}
		texts := ms[i].texts()
		for j := len(texts) - 1; j >= 0; j-- {
			if at := strings.LastIndex(texts[j], marker); at >= 0 {
				return place{texts[j][at+len(marker):], i, turns(ms[i+1:])}
			}
		}
	}
	return place{}
}

// turns counts runs of messages of the assistant: a client may send one turn in several messages.
func turns(ms []message) int {
	n, in := 0, false
	for _, m := range ms {
		is := m.Role == "assistant"
		if is && !in {
			n++
		}
		in = is
	}
	return n
}

// next returns the step to play after so many turns; faults tells how often the faulty step at an index has
// been played, and i is that index where the step is faulty. A script that is over repeats its last step where
// that is a text.
func next(steps []Step, turns int, faults func(i int) int) (s Step, i int) {
	for i := range steps {
		s := steps[i]
		switch {
		case s.faulty() && turns == 0 && faults(i) < max(s.Times, 1):
			return s, i
		case s.faulty():
		case turns == 0:
			return s, i
		default:
			turns--
		}
	}
	if n := len(steps); n > 0 && !steps[n-1].faulty() && len(steps[n-1].calls()) == 0 {
		return steps[n-1], n - 1
	}
	return Step{Text: "The script is over."}, len(steps)
}
