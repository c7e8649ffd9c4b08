package policy

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// source is one policy file while it is read. Its readers report what is wrong and go on.
type source struct {
	name  string
	lines []string
	rep   *report

	runesOf   int // the line that lineRunes holds, from 1; see runes
	lineRunes []rune
}

// open checks a file's bytes and parses its one YAML document; nil means that there is nothing to go on with.
func open(f File, rep *report) (*source, *yaml.Node) {
	s := &source{name: f.Name, rep: rep}
	data := strings.TrimPrefix(string(f.Data), "\ufeff")
	if len(data) > MaxFileBytes {
		rep.add(f.Name, 0, 0, "file is longer than %d bytes", MaxFileBytes)
		return nil, nil
	}
	s.lines = strings.Split(data, "\n")
	if !s.checkText() {
		return nil, nil
	}
	root := s.parse(data)
	if root == nil {
		return nil, nil
	}
	// Aliases let a short file stand for a huge one, and a tag gives a value another meaning than it shows.
	if !s.checkNodes(root) {
		return nil, nil
	}
	return s, root
}

// checkText reports bytes that are not text, which the YAML parser would report without a place.
func (s *source) checkText() bool {
	ok := true
	for i, line := range s.lines {
		line = strings.TrimSuffix(line, "\r")
		col := 1
		for j := 0; j < len(line); col++ {
			r, n := utf8.DecodeRuneInString(line[j:])
			bad := ""
			switch {
			case r == utf8.RuneError && n == 1:
				bad = "file is not UTF-8"
			case unicode.IsControl(r) && r != '\t' && r != '\u0085':
				bad = "file holds a control character"
			case r == '\ufeff':
				bad = "file holds a byte order mark within the text"
			}
			if bad != "" {
				s.rep.add(s.name, i+1, col, "%s", bad)
				ok = false
				break
			}
			j += n
		}
		if !ok {
			return false
		}
	}
	return true
}

func (s *source) parse(data string) *yaml.Node {
	l, err := yaml.NewLoader(strings.NewReader(data), yaml.WithUniqueKeys(false),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxNesting))))
	if err != nil {
		s.syntax(err)
		return nil
	}
	var doc, more yaml.Node
	switch err := l.Load(&doc); {
	case errors.Is(err, io.EOF):
		s.rep.add(s.name, 0, 0, "file is empty: it needs policies or detectors")
		return nil
	case err != nil:
		s.syntax(err)
		return nil
	}
	switch err := l.Load(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		s.syntax(err)
		return nil
	default:
		s.rep.add(s.name, max(more.Line, 1), max(more.Column, 1), "file holds a second document: put each in a file of its own")
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		s.rep.add(s.name, 0, 0, "file is empty: it needs policies or detectors")
		return nil
	}
	return doc.Content[0]
}

func (s *source) syntax(err error) {
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		text := strings.TrimPrefix(e.Message, "yaml: ")
		if e.ContextMsg != "" {
			text += " " + e.ContextMsg
		}
		s.rep.add(s.name, e.Mark.Line, e.Mark.Column, "YAML: %s", text)
		return
	}
	s.rep.add(s.name, 0, 0, "YAML: %s", err)
}

func (s *source) checkNodes(n *yaml.Node) bool {
	ok := true
	switch {
	case n.Kind == yaml.AliasNode:
		s.at(n, "aliases are not supported: write the value out")
		return false // never followed: it may contain itself
	case n.Anchor != "":
		s.at(n, "anchors are not supported: write the value out")
		ok = false
	case n.Style&yaml.TaggedStyle != 0:
		s.at(n, "tags are not supported: write the plain value")
		ok = false
	}
	for _, c := range n.Content {
		ok = s.checkNodes(c) && ok
	}
	return ok
}

// at reports a problem at n.
func (s *source) at(n *yaml.Node, format string, args ...any) {
	s.rep.add(s.name, n.Line, n.Column, format, args...)
}

// fields is what a mapping may hold: a reader for each key.
type fields map[string]func(v *yaml.Node)

// mapping hands each value of n to its key's reader.
func (s *source) mapping(n *yaml.Node, what string, known fields) bool {
	if n.Kind != yaml.MappingNode {
		s.at(n, "%s must be a mapping of keys to values", what)
		return false
	}
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		read, ok := known[k.Value]
		if k.Kind != yaml.ScalarNode || !ok {
			s.at(k, "unknown key %s in %s: want %s", quote(k.Value), what, keys(known))
			continue
		}
		if line, twice := seen[k.Value]; twice {
			s.at(k, "key %q is given twice in %s: first in line %d", k.Value, what, line)
			continue
		}
		seen[k.Value] = k.Line
		if v.Kind == yaml.ScalarNode && v.ShortTag() == "!!null" {
			s.at(v, "%s has no value", k.Value)
			continue
		}
		read(v)
	}
	return true
}

func keys(known fields) string {
	ks := make([]string, 0, len(known))
	for k := range known {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return strings.Join(ks, ", ")
}

// quote prints a word of the file short enough for a message.
func quote(s string) string { return fmt.Sprintf("%.40q", s) }

// list returns the items of n, at most limit of them.
func (s *source) list(n *yaml.Node, what string, limit int) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		s.at(n, "%s must be a list: [a, b] or one \"- item\" a line", what)
		return nil
	}
	if len(n.Content) == 0 && what != "policies" && what != "detectors" { // a file may well hold none yet
		s.at(n, "%s is an empty list: leave the key out", what)
	}
	if len(n.Content) > limit {
		s.at(n.Content[limit], "%s has more than %d items", what, limit)
		return n.Content[:limit]
	}
	return n.Content
}

// text returns the string that n is, or "" with a problem.
func (s *source) text(n *yaml.Node, what string, limit int) string {
	switch {
	case n.Kind != yaml.ScalarNode:
		s.at(n, "%s must be text", what)
	case n.ShortTag() != "!!str":
		s.at(n, "%s must be text: put it in quotes", what)
	case strings.TrimSpace(n.Value) == "":
		s.at(n, "%s is empty", what)
	case len(n.Value) > limit:
		s.at(n, "%s is longer than %d bytes", what, limit)
	default:
		return n.Value
	}
	return ""
}

// identifier returns the name that n is: letters, digits and . _ - only, so that it can stand in URLs,
// metrics and "policy/rule".
func (s *source) identifier(n *yaml.Node, what string) string {
	v := s.text(n, what, maxNameBytes)
	if v == "" {
		return ""
	}
	for i, r := range v {
		if r > unicode.MaxASCII || !(unicode.IsLetter(r) || unicode.IsDigit(r) || i > 0 && strings.ContainsRune("._-", r)) {
			s.at(n, "%s %s must be letters and digits, with . _ or - between them", what, quote(v))
			return ""
		}
	}
	return v
}

// word reads one of a fixed set of words into to.
func (s *source) word(n *yaml.Node, what string, to encoding.TextUnmarshaler) {
	if n.Kind != yaml.ScalarNode {
		s.at(n, "%s must be a word", what)
		return
	}
	if err := to.UnmarshalText([]byte(n.Value)); err != nil {
		s.at(n, "%s", err)
	}
}

func (s *source) boolean(n *yaml.Node, what string) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		s.at(n, "%s must be true or false", what)
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// number reads a number from lo to hi.
func (s *source) number(n *yaml.Node, what string, lo, hi float64) float64 {
	v, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || n.Style != 0 || err != nil || math.IsNaN(v) || v < lo || v > hi {
		s.at(n, "%s must be a number from %v to %v", what, lo, hi)
		return lo
	}
	return v
}

func (s *source) integer(n *yaml.Node, what string, lo, hi int) int {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Style != 0 || err != nil || v < lo || v > hi {
		s.at(n, "%s must be a whole number from %d to %d", what, lo, hi)
		return lo
	}
	return v
}

// globs reads a list of globs.
func (s *source) globs(n *yaml.Node, what string) []string {
	var out []string
	for _, item := range s.list(n, what, maxListItems) {
		v := s.text(item, what, maxGlobBytes)
		if v == "" {
			continue
		}
		if _, err := parseGlob(v); err != nil {
			s.at(item, "%s: %v", what, err)
			continue
		}
		if slices.Contains(out, v) {
			s.at(item, "%s lists %s twice", what, quote(v))
			continue
		}
		out = append(out, v)
	}
	return out
}

// excerpt returns the lines of the file from n up to the line before end, without what follows n and without
// the indentation they share.
func (s *source) excerpt(n *yaml.Node, end int) string {
	from := min(max(n.Line-1, 0), len(s.lines))
	to := min(max(end-1, from+1), len(s.lines))
	lines := make([]string, 0, to-from)
	for _, l := range s.lines[from:to] {
		lines = append(lines, strings.TrimRight(l, " \t\r"))
	}
	if n.Style&yaml.FlowStyle == 0 && len(lines) > 0 && n.Column > 1 {
		// The first key stands behind the dash of its list item.
		first := []rune(lines[0])
		if n.Column-1 <= len(first) {
			lines[0] = strings.Repeat(" ", n.Column-1) + string(first[n.Column-1:])
		}
	}
	for len(lines) > 1 {
		last := strings.TrimSpace(lines[len(lines)-1])
		if last != "" && last[0] != '#' {
			break
		}
		lines = lines[:len(lines)-1]
	}
	indent := math.MaxInt
	for _, l := range lines {
		if t := strings.TrimLeft(l, " "); t != "" {
			indent = min(indent, len(l)-len(t))
		}
	}
	for i, l := range lines {
		lines[i] = l[min(indent, len(l)):]
	}
	return strings.Join(lines, "\n")
}
