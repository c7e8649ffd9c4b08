package dash

import (
	"strings"

	"gatehouse.dev"
)

// typed reads the one-line filter: words such as "tool:Bash action:deny high". A bare word is an action, a
// kind or a severity where it names one, a detector or rule-like path where it has a slash, else a tool.
func (f *filter) typed(line string) error {
	for word := range strings.FieldsSeq(line) {
		name, value, ok := strings.Cut(word, ":")
		if !ok {
			f.bare(word)
			continue
		}
		if err := f.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (f *filter) bare(word string) {
	if _, err := gatehouse.ParseAction(word); err == nil {
		f.Actions = []string{word}
		return
	}
	if _, err := gatehouse.ParseSeverity(word); err == nil {
		f.Severity = word
		return
	}
	switch gatehouse.Kind(word) {
	case gatehouse.KindPrompt, gatehouse.KindToolCall, gatehouse.KindToolResult, gatehouse.KindResponse:
		f.Kinds = []string{word}
		return
	}
	if strings.Contains(word, "/") {
		f.Detector = word
		return
	}
	f.Tool = word
}

func (f *filter) set(name, value string) error {
	switch name {
	case "from":
		f.From = value
		return nil
	case "to":
		f.To = value
		return nil
	case "severity":
		f.Severity = value
		return nil
	}
	for _, l := range f.lists() {
		if l.name == name {
			*l.values = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
			return nil
		}
	}
	for _, t := range f.texts() {
		if t.Name == name {
			*t.Value = value
			return nil
		}
	}
	return invalid("There is no filter %.40q. Known: from, to, severity, action, kind, would, tool, policy, rule, detector, agent, user, session, turn, connector, mcp_server.", name)
}
