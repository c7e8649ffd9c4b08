package dash

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// toJSON prints a value as it is kept: content may hold equal keys and broken UTF-8, and is shown so.
func toJSON(v any, opts ...json.Options) ([]byte, error) {
	return json.Marshal(v, append(opts, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))...)
}
