package modelserver

import (
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type object = map[string]any

// answer is one turn of the model, ready to be written.
type answer struct {
	id, model string
	text      string
	calls     []Call
	toolIDs   []string
	input     int // tokens
	cut       bool
}

func (a *answer) stopReason() string {
	if len(a.calls) > 0 {
		return "tool_use"
	}
	return "end_turn"
}

func (a *answer) usage(output int) object {
	return object{"input_tokens": a.input, "output_tokens": output, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
}

func (a *answer) message(content []object, stop any) object {
	return object{
		"id": a.id, "type": "message", "role": "assistant", "model": a.model,
		"content": content, "stop_reason": stop, "stop_sequence": nil, "usage": a.usage(1),
	}
}

func inputOf(c Call) jsontext.Value {
	if len(c.Input) == 0 {
		return jsontext.Value("{}")
	}
	return c.Input
}

// writeWhole writes the answer as one JSON document.
func (a *answer) writeWhole(w http.ResponseWriter) {
	content := []object{}
	if a.text != "" {
		content = append(content, object{"type": "text", "text": a.text})
	}
	for i, c := range a.calls {
		content = append(content, object{"type": "tool_use", "id": a.toolIDs[i], "name": c.Tool, "input": inputOf(c)})
	}
	body := mustMarshal(a.message(content, a.stopReason()))
	w.Header().Set("Content-Type", "application/json")
	if a.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
	w.Write(body)
}

// writeEvents writes the answer as server-sent events, texts and inputs in several pieces.
func (a *answer) writeEvents(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	s := &sse{w: w}
	s.send("message_start", object{"message": a.message([]object{}, nil)})
	s.send("ping", object{})
	index := 0
	block := func(start object, deltas []object) {
		s.send("content_block_start", object{"index": index, "content_block": start})
		for _, d := range deltas {
			s.send("content_block_delta", object{"index": index, "delta": d})
			if a.cut {
				s.flush()
				panic(http.ErrAbortHandler)
			}
		}
		s.send("content_block_stop", object{"index": index})
		index++
	}
	if a.text != "" {
		block(object{"type": "text", "text": ""}, pieces(a.text, "text_delta", "text"))
	}
	for i, c := range a.calls {
		block(object{"type": "tool_use", "id": a.toolIDs[i], "name": c.Tool, "input": object{}},
			pieces(string(inputOf(c)), "input_json_delta", "partial_json"))
	}
	s.send("message_delta", object{"delta": object{"stop_reason": a.stopReason(), "stop_sequence": nil}, "usage": a.usage(len(a.text)/4 + 1)})
	s.send("message_stop", object{})
	s.flush()
}

// pieces cuts s into at most three deltas between characters.
func pieces(s, kind, field string) []object {
	var out []object
	size := (len(s) + 2) / 3
	for from := 0; from < len(s); {
		to := min(from+size, len(s))
		for to < len(s) && s[to]&0xC0 == 0x80 {
			to++
		}
		out = append(out, object{"type": kind, field: s[from:to]})
		from = to
	}
	return out
}

type sse struct{ w http.ResponseWriter }

func (s *sse) send(kind string, data object) {
	data["type"] = kind
	fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", kind, mustMarshal(data))
}

func (s *sse) flush() { http.NewResponseController(s.w).Flush() }

// writeError writes an error as the Messages API does.
func writeError(w http.ResponseWriter, status int, text string) {
	kind := "api_error"
	switch status {
	case 400, 413, 415:
		kind = "invalid_request_error"
	case 401:
		kind = "authentication_error"
	case 404:
		kind = "not_found_error"
	case 429:
		kind = "rate_limit_error"
	case 529:
		kind = "overloaded_error"
	}
	writeJSON(w, status, object{"type": "error", "error": object{"type": kind, "message": text}})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(mustMarshal(v))
}

func mustMarshal(v any) []byte {
	b, err := json.Marshal(v, lax, json.Deterministic(true))
	if err != nil {
		panic(err) // only values of this package come here
	}
	return b
}
