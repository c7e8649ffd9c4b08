package policy

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxGlobBytes is the longest glob that is accepted.
const maxGlobBytes = 256

// glob is a pattern in which * stands for any run of characters, also none and also slashes, and ? for one
// character. Case matters.
type glob struct {
	pattern string
	prefix  string // what every match begins with: the pattern up to the first wildcard
	kind    globKind
}

type globKind uint8

const (
	globExact globKind = iota
	globPrefix
	globGeneral
)

// parseGlob refuses what other glob languages give a meaning, so that no pattern means less than it seems to.
func parseGlob(s string) (glob, error) {
	switch {
	case s == "":
		return glob{}, errors.New("glob is empty")
	case len(s) > maxGlobBytes:
		return glob{}, errors.New("glob is too long")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return glob{}, errors.New("glob holds control characters")
	case strings.ContainsAny(s, `[]{}\!`):
		return glob{}, errors.New(`glob holds one of [ ] { } \ !: only * and ? are special`)
	}
	g := glob{pattern: s, prefix: s}
	if i := strings.IndexAny(s, "*?"); i >= 0 {
		g.prefix, g.kind = s[:i], globGeneral
		if s[i] == '*' && strings.Trim(s[i:], "*") == "" {
			g.kind = globPrefix
		}
	}
	return g, nil
}

// match takes time proportional to len(pattern)*len(s) at worst: both are bounded by their readers.
func (g *glob) match(s string) bool {
	switch g.kind {
	case globExact:
		return s == g.pattern
	case globPrefix:
		return strings.HasPrefix(s, g.prefix)
	}
	return strings.HasPrefix(s, g.prefix) && matchGlob(g.pattern[len(g.prefix):], s[len(g.prefix):])
}

// overlaps says whether the glob could match a string that begins with prefix.
func (g *glob) overlaps(prefix string) bool {
	if g.kind == globExact {
		return strings.HasPrefix(g.pattern, prefix)
	}
	return strings.HasPrefix(g.prefix, prefix) || strings.HasPrefix(prefix, g.prefix)
}

// matchGlob goes back to the last star only: earlier ones need never be tried again.
func matchGlob(p, s string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(s) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && p[i] == '?':
			_, n := utf8.DecodeRuneInString(s[j:])
			i, j = i+1, j+n
		case i < len(p) && p[i] == s[j]:
			i, j = i+1, j+1
		case star >= 0:
			_, n := utf8.DecodeRuneInString(s[mark:])
			mark += n
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(p[i:], "*") == ""
}
