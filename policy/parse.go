package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"gatehouse.dev"
	"go.yaml.in/yaml/v4"
)

// Parse compiles files into a set. Its error is [Problems]: everything that is wrong with any of them. No
// files, or files without policies, make a set that allows everything.
func Parse(files ...File) (*Set, error) {
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("make environment of conditions: %w", err)
	}
	p := parser{env: env, conditions: map[*Rule]*condition{}, names: map[string]place{}, detectorIDs: map[string]place{}, labels: map[string]bool{}}
	if len(files) > MaxFiles {
		p.rep.add(files[MaxFiles].Name, 0, 0, "more than %d policy files", MaxFiles)
		files = files[:MaxFiles]
	}
	for _, f := range files {
		p.file(f)
	}
	p.checkOwnDetectors()
	if err := p.rep.err(); err != nil {
		return nil, err
	}
	conditions := make(map[*Rule]*condition, len(p.conditions))
	maps.Copy(conditions, p.conditions)
	policies := make([]Policy, len(p.policies))
	for i, pol := range p.policies {
		policies[i] = *pol // the slice of rules, and so each *Rule, stays the same
	}
	return newSet(policies, p.detectors, conditions)
}

// parser reads files one after the other into one set.
type parser struct {
	rep         report
	env         *cel.Env
	src         *source
	policies    []*Policy
	detectors   []UserDetector
	conditions  map[*Rule]*condition
	names       map[string]place // of policies
	detectorIDs map[string]place
	labels      map[string]bool
	rules       int
	words       int
	ownFinds    []ownFind
}

// place is where something was first named.
type place struct {
	file string
	line int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// ownFind is a find glob that asks for detectors of the user's own; they may come in a later file.
type ownFind struct {
	src  *source
	node *yaml.Node
	glob glob
}

func (p *parser) file(f File) {
	src, root := open(f, &p.rep)
	if root == nil {
		return
	}
	p.src = src
	src.mapping(root, "a policy file", fields{
		"policies": func(n *yaml.Node) {
			end := p.after(root, n)
			items := src.list(n, "policies", MaxPolicies)
			for i, item := range items {
				stop := end
				if i+1 < len(items) {
					stop = items[i+1].Line
				}
				p.policy(item, stop)
			}
		},
		"detectors": func(n *yaml.Node) {
			for _, item := range src.list(n, "detectors", MaxDetectors) {
				p.detector(item)
			}
		},
	})
}

// after returns the line of the key that follows value n in a mapping, or the line after the file's last.
func (p *parser) after(m, n *yaml.Node) int {
	i := slices.Index(m.Content, n)
	if i+1 < len(m.Content) {
		return m.Content[i+1].Line
	}
	return len(p.src.lines) + 1
}

func (p *parser) policy(n *yaml.Node, end int) {
	s := p.src
	pol := &Policy{Severity: gatehouse.Medium, File: s.name, Line: n.Line}
	var rules *yaml.Node
	ok := s.mapping(n, "a policy", fields{
		"name":        func(v *yaml.Node) { pol.Name = s.identifier(v, "name") },
		"description": func(v *yaml.Node) { pol.Description = strings.TrimSpace(s.text(v, "description", MaxMessageBytes)) },
		"mode":        func(v *yaml.Node) { s.word(v, "mode", &pol.Mode) },
		"severity":    func(v *yaml.Node) { s.word(v, "severity", &pol.Severity) },
		"on_error":    func(v *yaml.Node) { pol.OnError = s.onError(v) },
		"scope":       func(v *yaml.Node) { pol.Scope = p.scope(v) },
		"rules":       func(v *yaml.Node) { rules = v },
		"exceptions":  func(v *yaml.Node) { pol.Exceptions = p.exceptions(v) },
		"tests":       func(v *yaml.Node) { pol.Tests = p.tests(v) },
	})
	if !ok {
		return
	}
	pol.Source = s.excerpt(n, end)
	switch first, twice := p.names[pol.Name]; {
	case !hasKey(n, "name"):
		s.at(n, "policy has no name")
	case pol.Name == "gatehouse":
		s.at(valueOf(n, "name"), "name %q is taken by Gatehouse itself", pol.Name)
	case pol.Name != "" && twice:
		s.at(valueOf(n, "name"), "name %q is given twice: first at %s", pol.Name, first)
	case pol.Name != "":
		p.names[pol.Name] = place{s.name, n.Line}
	}
	// The rules come last: they take the policy's severity.
	switch {
	case rules != nil:
		p.readRules(pol, rules)
	case !hasKey(n, "rules"):
		s.at(n, "policy has no rules")
	}
	if p.policies = append(p.policies, pol); len(p.policies) == MaxPolicies+1 {
		s.at(n, "more than %d policies", MaxPolicies)
	}
}

func (s *source) onError(n *yaml.Node) gatehouse.Action {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "allow":
		return gatehouse.Allow
	case n.Kind == yaml.ScalarNode && n.Value == "deny":
		return gatehouse.Deny
	}
	s.at(n, "unknown on_error %s: want allow, deny", quote(n.Value))
	return gatehouse.Allow
}

// Kinds are the words that a scope may list under kinds, with "*" for all: the judged kinds and those of the
// clients' known events. An event of a kind not listed here is reached with kinds "*" and hooks.
var kinds = []string{
	"prompt", "tool_call", "tool_result", "response",
	"session_start", "session_end", "subagent_start", "permission_request", "permission_denied", "stop_failure",
	"pre_compact", "post_compact", "instructions_loaded", "notification", "setup", "elicitation", "elicitation_result",
	"pre_model_switch", "post_model_switch", "task_created", "task_completed", "teammate_idle", "config_change",
	"worktree_create", "worktree_remove", "cwd_changed", "file_changed", "directory_added",
}

func (p *parser) scope(n *yaml.Node) Scope {
	var sc Scope
	s := p.src
	s.mapping(n, "scope", fields{
		"kinds": func(v *yaml.Node) {
			for _, item := range s.list(v, "kinds", maxListItems) {
				switch k := item.Value; {
				case item.Kind != yaml.ScalarNode || k != "*" && !slices.Contains(kinds, k):
					s.at(item, `unknown kind %s: want prompt, tool_call, tool_result, response, "*" or a client's event such as session_start`, quote(k))
				case slices.Contains(sc.Kinds, k):
					s.at(item, "kinds lists %s twice", quote(k))
				default:
					sc.Kinds = append(sc.Kinds, k)
				}
			}
		},
		"agents":      func(v *yaml.Node) { sc.Agents = s.globs(v, "agents") },
		"connectors":  func(v *yaml.Node) { sc.Connectors = s.globs(v, "connectors") },
		"tools":       func(v *yaml.Node) { sc.Tools = s.globs(v, "tools") },
		"mcp_servers": func(v *yaml.Node) { sc.MCPServers = s.globs(v, "mcp_servers") },
		"hooks":       func(v *yaml.Node) { sc.Hooks = s.globs(v, "hooks") },
	})
	return sc
}

func (p *parser) exceptions(n *yaml.Node) []Exception {
	s := p.src
	var out []Exception
	for _, item := range s.list(n, "exceptions", maxListItems) {
		e := Exception{Line: item.Line}
		ok := s.mapping(item, "an exception", fields{
			"fingerprint": func(v *yaml.Node) {
				e.Fingerprint = s.text(v, "fingerprint", 16)
				if len(e.Fingerprint) != 16 || strings.Trim(e.Fingerprint, "0123456789abcdef") != "" {
					s.at(v, "fingerprint must be the 16 hex digits of a finding, in quotes")
				}
			},
			"detector": func(v *yaml.Node) {
				if e.Detector = s.text(v, "detector", maxGlobBytes); e.Detector != "" {
					if _, err := parseGlob(e.Detector); err != nil {
						s.at(v, "detector: %v", err)
					}
				}
			},
			"until":  func(v *yaml.Node) { e.Until = s.until(v) },
			"reason": func(v *yaml.Node) { e.Reason = s.text(v, "reason", MaxMessageBytes) },
		})
		switch {
		case !ok:
			continue
		case !hasKey(item, "fingerprint") && !hasKey(item, "detector"):
			s.at(item, "exception has neither fingerprint nor detector")
		case !hasKey(item, "fingerprint") && !hasKey(item, "until"):
			s.at(item, "exception for a whole detector has no end: give until")
		case !hasKey(item, "reason"):
			s.at(item, "exception has no reason")
		}
		out = append(out, e)
	}
	return out
}

// until reads a date, which counts to its end in UTC, or a time.
func (s *source) until(n *yaml.Node) time.Time {
	if n.Kind == yaml.ScalarNode {
		if t, err := time.Parse(time.DateOnly, n.Value); err == nil {
			return t.AddDate(0, 0, 1)
		}
		if t, err := time.Parse(time.RFC3339, n.Value); err == nil {
			return t.UTC()
		}
	}
	s.at(n, "until must be a date, 2026-12-31, or a time, 2026-12-31T18:00:00Z")
	return time.Time{}
}

func hasKey(m *yaml.Node, key string) bool { return valueOf(m, key) != nil }

// valueOf returns the value of key in mapping m, or nil.
func valueOf(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}
