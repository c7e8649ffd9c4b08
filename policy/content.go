package policy

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// What a condition may decode of an event's content. Beyond it the condition fails, and on_error decides.
const (
	maxContentBytes = 1 << 20
	maxContentNodes = 50_000
	maxContentDepth = 64
)

var errContent = errors.New("content cannot be read by a condition: too large, nested too deeply, or not plain JSON")

// decodeContent returns content as maps, slices, strings, float64, bool and nil. Equal keys in one object are
// an error: readers differ in which of them they believe.
func decodeContent(content jsontext.Value) (any, error) {
	if len(content) == 0 {
		return map[string]any{}, nil
	}
	if len(content) > maxContentBytes {
		return nil, errContent
	}
	d := contentDecoder{Decoder: jsontext.NewDecoder(bytes.NewReader(content), jsontext.AllowInvalidUTF8(true))}
	v, err := d.value()
	if err != nil {
		return nil, errContent // never the decoder's error, which quotes content
	}
	return v, nil
}

type contentDecoder struct {
	*jsontext.Decoder
	nodes, depth int
}

func (d *contentDecoder) value() (any, error) {
	if d.nodes++; d.nodes > maxContentNodes {
		return nil, errContent
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case '"':
		return t.String(), nil
	case '0':
		f, _ := t.Float() // out of range is infinity, which is what it means here
		return f, nil
	case 't', 'f':
		return t.Bool(), nil
	case 'n':
		return nil, nil
	case '{':
		return d.object()
	case '[':
		return d.array()
	}
	return nil, errContent
}

func (d *contentDecoder) object() (any, error) {
	if d.depth++; d.depth > maxContentDepth {
		return nil, errContent
	}
	m := map[string]any{}
	for d.PeekKind() != '}' {
		k, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := k.String()
		if m[name], err = d.value(); err != nil {
			return nil, err
		}
	}
	d.depth--
	_, err := d.ReadToken()
	return m, err
}

func (d *contentDecoder) array() (any, error) {
	if d.depth++; d.depth > maxContentDepth {
		return nil, errContent
	}
	s := []any{}
	for d.PeekKind() != ']' {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		s = append(s, v)
	}
	d.depth--
	_, err := d.ReadToken()
	return s, err
}
