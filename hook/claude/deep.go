package claude

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deeply an input may be nested. What lies deeper is judged as text: refusing the input
// would let it pass, and an agent can choose how deeply its tools' inputs nest.
const maxDepth = 1000

// shallow returns body with every container below maxDepth replaced by a string that holds its JSON, and
// whether there were any. It checks no syntax, uses no recursion and returns body itself where it can.
func shallow(body []byte) ([]byte, bool) {
	if bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) <= maxDepth {
		return body, false
	}
	var out []byte
	depth, from, done := 0, 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = stringEnd(body, i)
		case '[', '{':
			if depth++; depth == maxDepth+1 {
				from = i
			}
		case ']', '}':
			if depth--; depth == maxDepth {
				out = append(out, body[done:from]...)
				out = appendQuote(out, string(body[from:i+1]))
				done = i + 1
			}
			if depth < 0 {
				return body, false // not JSON
			}
		}
	}
	if done == 0 {
		return body, false
	}
	return append(out, body[done:]...), true
}

// stringEnd returns the offset of the quote that ends the string which starts at i, or the last offset.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b) - 1
}

// appendQuote appends s as a JSON string, U+FFFD in place of invalid UTF-8.
func appendQuote(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // the error only says that U+FFFD was written
	return dst
}
