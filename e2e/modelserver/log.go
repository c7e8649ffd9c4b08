package modelserver

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Request is one thing that was sent to the model.
type Request struct {
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Session string         `json:"session,omitempty"` // the client's session, where it says
	Model   string         `json:"model,omitempty"`
	Body    jsontext.Value `json:"body,omitempty"` // as sent; null where it was not JSON
	texts   []string       // every string of Body, decoded
	raw     []byte
}

// Holds reports whether the request holds s, in any of its strings or in its bytes.
func (r *Request) Holds(s string) bool {
	if bytes.Contains(r.raw, []byte(s)) {
		return true
	}
	for _, t := range r.texts {
		if strings.Contains(t, s) {
			return true
		}
	}
	return false
}

// leaves returns all strings of a JSON text, names included, as far as it is well-formed.
func leaves(b []byte) []string {
	var out []string
	dec := jsontext.NewDecoder(bytes.NewReader(b), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		t, err := dec.ReadToken()
		if err != nil {
			return out
		}
		if t.Kind() == '"' {
			out = append(out, t.String())
		}
	}
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// sessionIn finds the session within metadata.user_id, where clients put it after the word "session".
func sessionIn(userID string) string {
	if i := strings.LastIndex(userID, "session"); i >= 0 {
		return uuid.FindString(userID[i:])
	}
	return ""
}

// readAll reads at most limit bytes; ok is false where there are more.
func readAll(r io.Reader, limit int) (b []byte, ok bool, err error) {
	b, err = io.ReadAll(io.LimitReader(r, int64(limit)+1))
	return b, len(b) <= limit, err
}
