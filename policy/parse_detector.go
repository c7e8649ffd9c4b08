package policy

import (
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse.dev"
	"go.yaml.in/yaml/v4"
)

func (p *parser) detector(n *yaml.Node) {
	s := p.src
	d := UserDetector{Severity: gatehouse.Medium, File: s.name, Line: n.Line}
	ok := s.mapping(n, "a detector", fields{
		"id":             func(v *yaml.Node) { d.ID = p.detectorID(v) },
		"description":    func(v *yaml.Node) { d.Detail = strings.TrimSpace(s.text(v, "description", maxWordBytes)) },
		"words":          func(v *yaml.Node) { d.Words = p.wordList(v) },
		"regex":          func(v *yaml.Node) { d.Regex = s.regex(v) },
		"severity":       func(v *yaml.Node) { s.word(v, "severity", &d.Severity) },
		"sensitive":      func(v *yaml.Node) { d.Sensitive = s.boolean(v, "sensitive") },
		"case_sensitive": func(v *yaml.Node) { d.CaseSensitive = s.boolean(v, "case_sensitive") },
		"substring":      func(v *yaml.Node) { d.Substring = s.boolean(v, "substring") },
	})
	if !ok {
		return
	}
	words := strings.HasPrefix(d.ID, "words/")
	switch {
	case !hasKey(n, "id"):
		s.at(n, "detector has no id")
	case d.ID == "":
	case hasKey(n, "words") && hasKey(n, "regex"):
		s.at(n, "detector has both words and regex: make it two")
	case words && !hasKey(n, "words"):
		s.at(n, "detector %q has no words", d.ID)
	case !words && !hasKey(n, "regex"):
		s.at(n, "detector %q has no regex", d.ID)
	case !words && hasKey(n, "substring"):
		s.at(valueOf(n, "substring"), "substring is for words: a regex says itself where it may match")
	}
	if p.detectors = append(p.detectors, d); len(p.detectors) == MaxDetectors+1 {
		s.at(n, "more than %d detectors", MaxDetectors)
	}
}

func (p *parser) detectorID(n *yaml.Node) string {
	s := p.src
	id := s.text(n, "id", maxNameBytes)
	if id == "" {
		return ""
	}
	family, rest, _ := strings.Cut(id, "/")
	if family != "words" && family != "regex" || rest == "" || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		s.at(n, `id %s must be "words/" or "regex/" and then small letters, digits and -`, quote(id))
		return ""
	}
	if first, twice := p.detectorIDs[id]; twice {
		s.at(n, "detector %q is given twice: first at %s", id, first)
		return ""
	}
	p.detectorIDs[id] = place{s.name, n.Line}
	return id
}

func (p *parser) wordList(n *yaml.Node) []string {
	s := p.src
	var out []string
	seen := map[string]bool{}
	for _, item := range s.list(n, "words", MaxWords) {
		w := strings.TrimSpace(s.text(item, "words", maxWordBytes))
		switch {
		case w == "":
		case utf8.RuneCountInString(w) < 2:
			s.at(item, "word %s is shorter than 2 characters", quote(w))
		case seen[w]:
			s.at(item, "words lists %s twice", quote(w))
		default:
			seen[w] = true
			out = append(out, w)
		}
	}
	if p.words += len(out); p.words > MaxWords {
		s.at(n, "more than %d words in all", MaxWords)
		p.words = 0
	}
	return out
}

// regex checks an RE2 expression, and its size before it is compiled: a few bytes can stand for millions of
// instructions.
func (s *source) regex(n *yaml.Node) string {
	text := s.text(n, "regex", MaxRegexBytes)
	if text == "" {
		return ""
	}
	re, err := syntax.Parse(text, syntax.Perl|syntax.FoldCase)
	if err != nil {
		s.at(n, "regex: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return ""
	}
	if regexNodes(re) > maxRegexNodes || programSize(re) > maxRegexNodes {
		s.at(n, "regex is too large once its repetitions are written out")
		return ""
	}
	// Without regard to case is how it runs unless case_sensitive says otherwise, and is the larger program.
	c, err := regexp.Compile("(?i:" + text + ")")
	switch {
	case err != nil:
		s.at(n, "regex: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	case c.MatchString(""):
		s.at(n, "regex matches the empty text, and so everywhere")
	default:
		return text
	}
	return ""
}

func programSize(re *syntax.Regexp) int {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 1 << 20
	}
	return len(prog.Inst)
}

func regexNodes(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/4
	for _, sub := range re.Sub {
		n = min(n+regexNodes(sub), 1<<20)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Min, re.Max, 1), 1<<20)
	}
	return n
}

// checkOwnDetectors finds the find globs for detectors of the user's own that name none.
func (p *parser) checkOwnDetectors() {
	ids := slices.Sorted(maps.Keys(p.detectorIDs))
	for _, f := range p.ownFinds {
		if !slices.ContainsFunc(ids, f.glob.match) {
			f.src.at(f.node, "find %s names no detector of these files", quote(f.glob.pattern))
		}
	}
}
