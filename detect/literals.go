package detect

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

const (
	maxForms     = 32 // literals of one set while sets are multiplied out
	maxAlternate = 256
	maxClass     = 8
	unbounded    = 1 << 30
)

// required returns sets of literals such that every match of tree holds one of each set, the most telling
// set first. Literals are in lower case, as the scanner wants them, and at least minAnchorBytes long.
func required(tree *syntax.Regexp) [][]string {
	var sets [][]string
	for _, s := range requiredSets(tree) {
		if shortest(s) >= minAnchorBytes {
			sets = append(sets, s)
		}
	}
	slices.SortStableFunc(sets, func(a, b []string) int {
		if n := shortest(b) - shortest(a); n != 0 {
			return n
		}
		return len(a) - len(b)
	})
	return sets
}

func shortest(set []string) int {
	n := unbounded
	for _, s := range set {
		n = min(n, len(s))
	}
	return n
}

// requiredSets is required before sets that are too short to be of use are left out.
func requiredSets(tree *syntax.Regexp) [][]string {
	if set, ok := exact(tree); ok {
		return [][]string{set}
	}
	switch tree.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return requiredSets(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return requiredSets(tree.Sub[0])
		}
	case syntax.OpConcat:
		return concatSets(tree.Sub)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			sets := required(sub)
			if len(sets) == 0 || len(all)+len(sets[0]) > maxAlternate {
				return nil
			}
			all = append(all, sets[0]...)
		}
		return [][]string{all}
	}
	return nil
}

// concatSets multiplies out neighbours that are known exactly, so that abc(d|e) gives abcd and abce.
func concatSets(subs []*syntax.Regexp) [][]string {
	var sets [][]string
	run := []string{""}
	flush := func() {
		if shortest(run) > 0 {
			sets = append(sets, run)
		}
		run = []string{""}
	}
	for _, sub := range subs {
		set, ok := exact(sub)
		if !ok {
			flush()
			sets = append(sets, requiredSets(sub)...)
			continue
		}
		if next, ok := product(run, set); ok {
			run = next
			continue
		}
		flush()
		run = set
	}
	flush()
	return sets
}

// exact returns all texts that tree matches, where they are few.
func exact(tree *syntax.Regexp) (set []string, ok bool) {
	switch tree.Op {
	case syntax.OpLiteral:
		return literal(tree)
	case syntax.OpCharClass:
		return class(tree)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpCapture:
		return exact(tree.Sub[0])
	case syntax.OpQuest:
		set, ok = exact(tree.Sub[0])
		return append(slices.Clone(set), ""), ok && len(set) < maxForms
	case syntax.OpConcat:
		set = []string{""}
		for _, sub := range tree.Sub {
			next, known := exact(sub)
			if !known {
				return nil, false
			}
			if set, ok = product(set, next); !ok {
				return nil, false
			}
		}
		return set, true
	case syntax.OpAlternate:
		for _, sub := range tree.Sub {
			next, known := exact(sub)
			if !known || len(set)+len(next) > maxForms {
				return nil, false
			}
			set = append(set, next...)
		}
		return set, true
	}
	return nil, false
}

func literal(tree *syntax.Regexp) ([]string, bool) {
	if tree.Flags&syntax.FoldCase != 0 {
		for _, r := range tree.Rune {
			if r >= utf8.RuneSelf {
				return nil, false
			}
		}
	}
	return []string{foldASCII(string(tree.Rune))}, true
}

func class(tree *syntax.Regexp) (set []string, ok bool) {
	for i := 0; i+1 < len(tree.Rune); i += 2 {
		lo, hi := tree.Rune[i], tree.Rune[i+1]
		if hi-lo >= 2*maxClass {
			return nil, false
		}
		for r := lo; r <= hi; r++ {
			// The Kelvin sign and the long s are k and s in normalised text.
			if s := foldASCII(string(r)); r != 0x212a && r != 0x17f && !slices.Contains(set, s) {
				set = append(set, s)
			}
		}
		if len(set) > maxClass {
			return nil, false
		}
	}
	return set, len(set) > 0
}

func product(a, b []string) ([]string, bool) {
	if len(a)*len(b) > maxForms {
		return nil, false
	}
	out := make([]string, 0, len(a)*len(b))
	for _, s := range a {
		for _, t := range b {
			out = append(out, s+t)
		}
	}
	return out, true
}

// longest returns an upper bound for the bytes of a match, unbounded or more where there is none.
func longest(tree *syntax.Regexp) int {
	n := 0
	switch tree.Op {
	case syntax.OpLiteral:
		n = utf8.UTFMax * len(tree.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = utf8.UTFMax
	case syntax.OpStar, syntax.OpPlus:
		n = unbounded
	case syntax.OpRepeat:
		n = unbounded
		if sub := longest(tree.Sub[0]); tree.Max >= 0 && sub < unbounded/1000 {
			n = tree.Max * sub
		}
	case syntax.OpAlternate:
		for _, sub := range tree.Sub {
			n = max(n, longest(sub))
		}
	default:
		for _, sub := range tree.Sub {
			n += longest(sub)
		}
	}
	return min(n, unbounded)
}
