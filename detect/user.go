package detect

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse.dev"
)

// Limits of what users bring.
const (
	maxWords        = 10_000
	maxWordBytes    = 256
	maxPatternBytes = 4096
	maxProgram      = 10_000 // instructions of a compiled expression
)

// UserOptions says how words and expressions of a user's own are sought and reported.
type UserOptions struct {
	Severity      gatehouse.Severity
	Sensitive     bool // what is found must not be stored
	CaseSensitive bool
	Substring     bool // words: found within longer words too
}

// WordsRule returns one rule that finds any of words. A word is found where no letter, digit or underscore
// stands next to it, unless opt says otherwise; the spaces of a phrase match any white space. The error
// lists every word that cannot be used: a word needs 2 characters.
func WordsRule(id, detail string, words []string, opt UserOptions) (Rule, error) {
	if len(words) == 0 || len(words) > maxWords {
		return Rule{}, fmt.Errorf("rule %q: %d words, want 1 to %d", id, len(words), maxWords)
	}
	l := &wordList{opt: opt, phrases: map[string][]phrase{}}
	var bad []string
	for _, w := range words {
		if err := l.add(w); err != nil {
			bad = append(bad, err.Error())
		}
	}
	if bad != nil {
		return Rule{}, fmt.Errorf("rule %q: %s", id, strings.Join(bad, "; "))
	}
	return Rule{
		ID: id, Detail: detail, Severity: opt.Severity, Confidence: 1, Sensitive: opt.Sensitive,
		Anchors: [][]string{l.anchors}, Match: l.match, short: true,
	}, nil
}

// wordList finds words. A phrase is found by its longest word.
type wordList struct {
	opt     UserOptions
	anchors []string
	phrases map[string][]phrase // by the anchor, in the case that phraseKey gives it
}

type phrase struct {
	words []string
	at    int // of the anchor
}

func (l *wordList) add(w string) error {
	p := phrase{words: strings.Fields(Normalize(w))}
	for i, word := range p.words {
		if len(word) > len(p.words[p.at]) {
			p.at = i
		}
	}
	switch {
	case len(p.words) == 0 || utf8.RuneCountInString(p.words[p.at]) < 2:
		return fmt.Errorf("word %.40q has no part of 2 characters", w)
	case len(w) > maxWordBytes:
		return fmt.Errorf("word %.40q is longer than %d bytes", w, maxWordBytes)
	}
	anchor := p.words[p.at]
	for _, form := range []string{anchor, strings.ToLower(anchor), strings.ToUpper(anchor), title(anchor)} {
		form = foldASCII(form)
		if len(l.phrases[form]) == 0 {
			l.anchors = append(l.anchors, form)
		}
		if ps := l.phrases[form]; len(ps) == 0 || &ps[len(ps)-1].words[0] != &p.words[0] {
			l.phrases[form] = append(ps, p)
		}
	}
	return nil
}

func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + strings.ToLower(s[n:])
}

// match finds the longest phrase whose anchor is text[from:to].
func (l *wordList) match(text string, from, to int) (start, end int, ok bool) {
	var buf [maxWordBytes]byte
	key := append(buf[:0], text[from:to]...)
	for i, c := range key {
		if 'A' <= c && c <= 'Z' {
			key[i] = c + 'a' - 'A'
		}
	}
	for _, p := range l.phrases[string(key)] {
		s, e, found := l.phrase(p, text, from, to)
		if found && (!ok || e-s > end-start) {
			start, end, ok = s, e, true
		}
	}
	return start, end, ok
}

func (l *wordList) phrase(p phrase, text string, from, to int) (start, end int, ok bool) {
	if l.opt.CaseSensitive && text[from:to] != p.words[p.at] {
		return 0, 0, false
	}
	start, end = from, to
	for i := p.at - 1; i >= 0; i-- {
		s := len(strings.TrimRightFunc(text[max(0, start-maxWordBytes):start], unicode.IsSpace)) + max(0, start-maxWordBytes)
		if s == start || !l.equal(text[:s], p.words[i], true) {
			return 0, 0, false
		}
		start = s - len(p.words[i])
	}
	for _, w := range p.words[p.at+1:] {
		rest := text[end:min(len(text), end+2*maxWordBytes)]
		e := end + len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsSpace))
		if e == end || !l.equal(text[e:], w, false) {
			return 0, 0, false
		}
		end = e + len(w)
	}
	if !l.opt.Substring {
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if start > 0 && wordChar(before) || end < len(text) && wordChar(after) {
			return 0, 0, false
		}
	}
	return start, end, true
}

// equal says whether text starts, or ends, with word.
func (l *wordList) equal(text, word string, atEnd bool) bool {
	if len(text) < len(word) {
		return false
	}
	part := text[:len(word)]
	if atEnd {
		part = text[len(text)-len(word):]
	}
	return part == word || !l.opt.CaseSensitive && strings.EqualFold(part, word)
}

func wordChar(r rune) bool { return r == '_' || wordRune(r) }

// RegexRule returns a rule that finds an RE2 expression; a group named "v" is the span, else the whole
// match. It sees text as [Normalize] makes it. Case does not matter unless opt says so. Where every match must hold some literal of 3 bytes, the
// expression is tried only on texts that have it, else on all texts, within a budget of its own.
func RegexRule(id, detail, pattern string, opt UserOptions) (Rule, error) {
	if pattern == "" || len(pattern) > maxPatternBytes {
		return Rule{}, fmt.Errorf("rule %q: expression of %d bytes, want 1 to %d", id, len(pattern), maxPatternBytes)
	}
	if !opt.CaseSensitive {
		pattern = "(?i:" + pattern + ")"
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return Rule{}, fmt.Errorf("rule %q: %w", id, err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return Rule{}, fmt.Errorf("rule %q: %w", id, err)
	}
	if len(prog.Inst) > maxProgram {
		return Rule{}, fmt.Errorf("rule %q: the expression compiles to %d instructions, more than %d", id, len(prog.Inst), maxProgram)
	}
	r := Rule{
		ID: id, Detail: detail, Severity: opt.Severity, Confidence: 1, Sensitive: opt.Sensitive, Pattern: pattern,
	}
	r.anchor(tree)
	return r, nil
}

// maxUserGroups is how many anchor groups a user's expression gets: more would not make it rarer.
const maxUserGroups = 3

// anchor gives the rule the anchors that its expression has.
func (r *Rule) anchor(tree *syntax.Regexp) {
	sets := required(tree)
	for i := range sets {
		if slices.ContainsFunc(sets[i], func(s string) bool { return Normalize(s) != s }) {
			sets[i] = nil
		}
	}
	sets = slices.DeleteFunc(sets, func(s []string) bool { return s == nil })
	switch n := longest(tree); {
	case len(sets) == 0:
		r.Unanchored = true
	case n <= maxWindow:
		r.Anchors, r.Window = sets[:min(len(sets), maxUserGroups)], max(n, 1)
	default:
		r.Anchors, r.whole = sets[:1], true
	}
}
