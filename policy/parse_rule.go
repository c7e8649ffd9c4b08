package policy

import (
	"slices"
	"strings"

	"gatehouse.dev"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

func (p *parser) readRules(pol *Policy, n *yaml.Node) {
	s := p.src
	items := s.list(n, "rules", MaxRules)
	pol.Rules = make([]Rule, len(items)) // never grown: conditions are kept by the rules' addresses
	ids := map[string]int{}
	for i, item := range items {
		r := &pol.Rules[i]
		if !p.rule(pol, r, item) {
			continue
		}
		if first, twice := ids[r.ID]; twice && r.ID != "" {
			s.at(valueOf(item, "id"), "rule %q is given twice in policy %q: first in line %d", r.ID, pol.Name, first)
		}
		ids[r.ID] = item.Line
	}
	before := p.rules
	if p.rules += len(items); p.rules > MaxRules && before <= MaxRules {
		s.at(n, "more than %d rules in all", MaxRules)
	}
}

func (p *parser) rule(pol *Policy, r *Rule, n *yaml.Node) bool {
	s := p.src
	*r = Rule{Severity: pol.Severity, MinCount: 1, Line: n.Line}
	var when *yaml.Node
	ok := s.mapping(n, "a rule", fields{
		"id":             func(v *yaml.Node) { r.ID = s.identifier(v, "id") },
		"find":           func(v *yaml.Node) { r.Find = p.find(v) },
		"when":           func(v *yaml.Node) { when, r.When = v, s.text(v, "when", MaxWhenBytes) },
		"action":         func(v *yaml.Node) { s.word(v, "action", &r.Action) },
		"message":        func(v *yaml.Node) { r.Message = strings.TrimSpace(s.text(v, "message", MaxMessageBytes)) },
		"severity":       func(v *yaml.Node) { s.word(v, "severity", &r.Severity) },
		"labels":         func(v *yaml.Node) { r.Labels = p.ruleLabels(v) },
		"tags":           func(v *yaml.Node) { r.Tags = p.tags(v) },
		"min_count":      func(v *yaml.Node) { r.MinCount = s.integer(v, "min_count", 1, 1000) },
		"min_severity":   func(v *yaml.Node) { s.word(v, "min_severity", &r.MinSeverity) },
		"min_confidence": func(v *yaml.Node) { r.MinConfidence = s.number(v, "min_confidence", 0, 1) },
	})
	if !ok {
		return false
	}
	if r.When != "" {
		p.condition(r, when)
	}
	p.checkRule(r, n)
	return true
}

func (p *parser) checkRule(r *Rule, n *yaml.Node) {
	s := p.src
	switch {
	case !hasKey(n, "id"):
		s.at(n, "rule has no id")
	case r.ID == RuleOnError:
		s.at(valueOf(n, "id"), "id %q is taken by Gatehouse itself", r.ID)
	}
	if !hasKey(n, "find") && !hasKey(n, "when") {
		s.at(n, "rule has neither find nor when: it would match every event")
	}
	if !hasKey(n, "find") {
		for _, k := range []string{"min_count", "min_severity", "min_confidence"} {
			if v := valueOf(n, k); v != nil {
				s.at(v, "%s needs find", k)
			}
		}
	}
	switch a := valueOf(n, "action"); {
	case a == nil:
		s.at(n, "rule has no action")
	case a.Value == gatehouse.Redact.String() && !hasKey(n, "find"):
		s.at(a, "action redact needs find: it masks what was found")
	case a.Value == gatehouse.Allow.String() && !hasKey(n, "labels"):
		s.at(a, "action allow without labels has no effect: rules only tighten; to let something pass, write an exception")
	}
}

func (p *parser) find(n *yaml.Node) []string {
	globs := p.src.globs(n, "find")
	for _, item := range n.Content {
		g, err := parseGlob(item.Value)
		if err != nil || !slices.Contains(globs, item.Value) {
			continue
		}
		if strings.Trim(item.Value, "abcdefghijklmnopqrstuvwxyz0123456789-_./*?") != "" {
			p.src.at(item, "find %s cannot match: detector IDs are small letters, digits, - and /", quote(item.Value))
		}
		if strings.HasPrefix(g.prefix, "words/") || strings.HasPrefix(g.prefix, "regex/") {
			p.ownFinds = append(p.ownFinds, ownFind{p.src, item, g})
		}
	}
	return globs
}

func (p *parser) condition(r *Rule, n *yaml.Node) {
	c, problems := compile(p.env, n.Value)
	for _, pr := range problems {
		line, col := n.Line, n.Column
		if len(p.rep.problems) < 10*MaxProblems {
			line, col = p.src.place(n, pr.offset)
		}
		p.rep.add(p.src.name, line, col, "%s", pr.text)
	}
	if c != nil {
		p.conditions[r] = c
	}
}

func (p *parser) ruleLabels(n *yaml.Node) []string {
	s := p.src
	var out []string
	for _, item := range s.list(n, "labels", MaxLabels) {
		l := s.identifier(item, "label")
		switch {
		case l == "":
			continue
		case slices.Contains(out, l):
			s.at(item, "labels lists %s twice", quote(l))
			continue
		}
		out = append(out, l)
		if !p.labels[l] {
			p.labels[l] = true
			if len(p.labels) == MaxLabels+1 {
				s.at(item, "more than %d different labels in all", MaxLabels)
			}
		}
	}
	return out
}

func (p *parser) tags(n *yaml.Node) []string {
	var out []string
	for _, item := range p.src.list(n, "tags", maxListItems) {
		if t := p.src.identifier(item, "tag"); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func (p *parser) tests(n *yaml.Node) []Test {
	s := p.src
	var out []Test
	names := map[string]int{}
	for _, item := range s.list(n, "tests", maxTestsOfPolicy) {
		t := Test{Line: item.Line}
		ok := s.mapping(item, "a test", fields{
			"name": func(v *yaml.Node) { t.Name = s.text(v, "name", maxWordBytes) },
			"event": func(v *yaml.Node) {
				if s.decode(v, "event", &t.Event) && t.Event.Kind == "" {
					s.at(v, "event has no kind")
				}
			},
			"session": func(v *yaml.Node) { _ = s.decode(v, "session", &t.Session) }, // reported
			"want":    func(v *yaml.Node) { s.word(v, "want", &t.Want) },
		})
		if !ok {
			continue
		}
		for _, k := range []string{"name", "event", "want"} {
			if !hasKey(item, k) {
				s.at(item, "test has no %s", k)
			}
		}
		if first, twice := names[t.Name]; twice && t.Name != "" {
			s.at(valueOf(item, "name"), "test %s is given twice: first in line %d", quote(t.Name), first)
		}
		names[t.Name] = item.Line
		out = append(out, t)
	}
	return out
}

// decode reads a mapping into one of the wire types, by way of its JSON form.
func (s *source) decode(n *yaml.Node, what string, to any) bool {
	if n.Kind != yaml.MappingNode {
		s.at(n, "%s must be a mapping of keys to values", what)
		return false
	}
	b, ok := s.appendJSON(nil, n)
	if !ok {
		return false
	}
	if err := json.Unmarshal(b, to, json.RejectUnknownMembers(true)); err != nil {
		s.at(n, "%s: %s", what, jsonCause(err))
		return false
	}
	return true
}

// jsonCause says what is wrong without the Go names that the library puts first.
func jsonCause(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	if i := strings.LastIndex(text, " within "); i >= 0 {
		return "wrong value or unknown key" + text[i:]
	}
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return "wrong value"
}

// appendJSON writes n as JSON. Numbers keep their digits where JSON has the same form.
func (s *source) appendJSON(b []byte, n *yaml.Node) ([]byte, bool) {
	ok := true
	switch n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || seen[k.Value] {
				s.at(k, "key %s is given twice, or is not text", quote(k.Value))
				ok = false
			}
			seen[k.Value] = true
			if i > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, k.Value)
			b = append(b, ':')
			var good bool
			b, good = s.appendJSON(b, n.Content[i+1])
			ok = ok && good
		}
		return append(b, '}'), ok
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, c := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			var good bool
			b, good = s.appendJSON(b, c)
			ok = ok && good
		}
		return append(b, ']'), ok
	}
	switch n.ShortTag() {
	case "!!null":
		return append(b, "null"...), true
	case "!!bool":
		return append(b, strings.ToLower(n.Value)...), true
	case "!!int", "!!float":
		if v := jsontext.Value(n.Value); v.IsValid() {
			return append(b, v...), true
		}
		s.at(n, "number %s has no form in JSON", quote(n.Value))
		return append(b, '0'), false
	}
	return appendQuoted(b, n.Value), true
}

func appendQuoted(b []byte, s string) []byte {
	b, err := jsontext.AppendQuote(b, s)
	if err != nil {
		return append(b, `""`...) // invalid UTF-8, which no parsed file holds
	}
	return b
}
