package claude

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// How much of the client's own words an event keeps, in bytes; longer ones are cut.
const (
	maxName = 256
	maxPath = 4096
)

// lenient is how everything of a client's is read: what it sends is judged, not corrected.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// member is one field of a hook's input, its value as it came.
type member struct {
	name  string
	value jsontext.Value
}

// Call is one hook event of the client. Its methods change nothing.
type Call struct {
	// MaxReentries is how often in a row the loop is re-entered because an answer was denied; zero means
	// 3, less than zero never. The client itself stops at 8.
	MaxReentries int

	hook    string
	spec    spec
	members []member
	flat    bool   // parts too deeply nested were made text
	content joined // what is judged
	event   gatehouse.Event
}

// Parse reads one hook input as the client sends it. body must not change while the call or its event is
// in use. An error has code invalid and holds no content.
//
// The call is never nil: with an error it knows what was read until then, which is enough for [Call.Fail]
// and for nothing else.
func Parse(body []byte) (*Call, error) {
	c := &Call{}
	body, c.flat = shallow(body)
	err := c.read(body)
	c.hook = c.text("hook_event_name", maxName)
	c.spec = known[c.hook]
	if err != nil {
		return c, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "read hook input: " + err.Error()}
	}
	if c.hook == "" {
		return c, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "read hook input: no hook_event_name"}
	}
	c.content = c.judged()
	c.event = c.describe()
	return c, nil
}

// Event returns the event that the hook tells of. Identity beyond the client's own (ID, time, connector,
// agent, user, client IP) is left for the caller to fill in; each call returns a copy to do so.
func (c *Call) Event() *gatehouse.Event {
	ev := c.event
	return &ev
}

// Hook returns the client's name of the event, as in [gatehouse.Event.Hook]; empty where it was not told.
func (c *Call) Hook() string { return c.hook }

// read splits body, one JSON object, into members. Its errors are fixed phrases: those of the decoder
// hold names from the input.
func (c *Call) read(body []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), lenient...)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return errors.New("not a JSON object")
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return errors.New("not well-formed JSON")
		}
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return errors.New("not well-formed JSON")
		}
		end := dec.InputOffset() // the decoder's own slice does not outlive the next read
		c.members = append(c.members, member{key, jsontext.Value(body[end-int64(len(value)) : end : end])})
	}
	if _, err := dec.ReadToken(); err != nil {
		return errors.New("not well-formed JSON")
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// value returns the last value of the field named name, nil where there is none.
func (c *Call) value(name string) jsontext.Value {
	for i := len(c.members) - 1; i >= 0; i-- {
		if c.members[i].name == name {
			return c.members[i].value
		}
	}
	return nil
}

// values returns all values of the field named name, in order.
func (c *Call) values(name string) (all []jsontext.Value) {
	for _, m := range c.members {
		if m.name == name {
			all = append(all, m.value)
		}
	}
	return all
}

// text returns the last value of the field named name where it is a string, cut to limit bytes.
func (c *Call) text(name string, limit int) string { return cut(unquote(c.value(name)), limit) }

// unquote returns the text of a JSON string, and "" for any other value.
func unquote(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, v) // the error only says that U+FFFD stands for invalid UTF-8
	return string(b)
}

// cut returns at most limit bytes of s, whole characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xC0 == 0x80 {
		limit--
	}
	return strings.ToValidUTF8(s[:limit], "\uFFFD")
}
