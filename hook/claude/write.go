package claude

import "github.com/go-json-experiment/json/jsontext"

// field is one member of an object that is written.
type field struct {
	name  string
	value jsontext.Value
}

// text returns a field that holds a string.
func text(name, s string) field { return field{name, appendQuote(nil, s)} }

// flag returns a field that holds a boolean.
func flag(name string, b bool) field {
	if b {
		return field{name, jsontext.Value("true")}
	}
	return field{name, jsontext.Value("false")}
}

// object writes an object, each value byte for byte: an encoder would mend what the client sent broken,
// and a rewritten input would differ in more than its masks.
func object(fs ...field) jsontext.Value {
	size := 2
	for _, f := range fs {
		size += len(f.name) + len(f.value) + 4
	}
	b := append(make([]byte, 0, size), '{')
	for i, f := range fs {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendQuote(b, f.name), ':')
		b = append(b, f.value...)
	}
	return append(b, '}')
}

// block returns the fields of the client's common denial.
func block(reason string) []field {
	return []field{text("decision", "block"), text("reason", reason)}
}

// specific returns the part of an output that belongs to the event named hook.
func specific(hook string, fs ...field) field {
	return field{"hookSpecificOutput", object(append([]field{text("hookEventName", hook)}, fs...)...)}
}
