package policy

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// place returns where in the file the rune at offset of n's value stands, so that a problem within a
// condition points at the very character. It walks value and source side by side, because folding, quotes
// and escapes make them differ; where they cannot be matched it returns n's own place.
func (s *source) place(n *yaml.Node, offset int) (line, col int) {
	value := []rune(n.Value)
	offset = min(max(offset, 0), len(value))
	if n.Line < 1 || n.Line > len(s.lines) {
		return n.Line, n.Column
	}
	if n.Style&yaml.LiteralStyle != 0 {
		return s.placeLiteral(n, value, offset)
	}
	w := walker{src: s, line: n.Line, col: n.Column - 1}
	switch {
	case n.Style&yaml.FoldedStyle != 0:
		w.line, w.col = n.Line+1, 0
		w.skipSpace()
	case n.Style&yaml.SingleQuotedStyle != 0:
		w.quote = '\''
		w.col++
	case n.Style&yaml.DoubleQuotedStyle != 0:
		w.quote = '"'
		w.col++
	}
	for i := 0; i < offset; {
		done, ok := w.step(value[i:offset])
		if !ok {
			return n.Line, n.Column
		}
		i += done
	}
	if w.quote == 0 && offset < len(value) && !unicode.IsSpace(value[offset]) {
		w.skipSpace()
	}
	return w.line, w.col + 1
}

// placeLiteral needs no walk: a literal block keeps every line, moved by one indentation.
func (s *source) placeLiteral(n *yaml.Node, value []rune, offset int) (line, col int) {
	indent := 0
	for i, l := range strings.Split(n.Value, "\n") {
		if strings.TrimSpace(l) == "" || n.Line+i >= len(s.lines) {
			continue
		}
		src := s.lines[n.Line+i]
		indent = len(src) - len(strings.TrimLeft(src, " ")) - (len(l) - len(strings.TrimLeft(l, " ")))
		break
	}
	line, col = n.Line+1, max(indent, 0)+1
	for _, r := range value[:offset] {
		col++
		if r == '\n' {
			line, col = line+1, max(indent, 0)+1
		}
	}
	return line, col
}

// runes returns the characters of a line. The last line asked for is kept, since a walk asks again and again
// and a file may be one line of a megabyte.
func (s *source) runes(line int) []rune {
	if s.runesOf != line {
		s.runesOf, s.lineRunes = line, []rune(strings.TrimSuffix(s.lines[line-1], "\r"))
	}
	return s.lineRunes
}

// walker stands at a character of the source: line from 1, col from 0.
type walker struct {
	src       *source
	line, col int
	quote     rune
}

// peek returns the character the walker stands at, '\n' behind the end of a line, and 0 at the end.
func (w *walker) peek(ahead int) rune {
	if w.line > len(w.src.lines) {
		return 0
	}
	rs := w.src.runes(w.line)
	switch i := w.col + ahead; {
	case i < len(rs):
		return rs[i]
	case w.line == len(w.src.lines):
		return 0
	}
	return '\n'
}

func (w *walker) next(n int) {
	for range n {
		if w.peek(0) == '\n' {
			w.line, w.col = w.line+1, 0
			continue
		}
		w.col++
	}
}

func (w *walker) skipSpace() {
	for r := w.peek(0); r == ' ' || r == '\t' || r == '\n'; r = w.peek(0) {
		w.next(1)
	}
}

// step goes past the first rune of value, or past the first run of white space, which folding may have
// changed. It returns how many runes of value that were.
func (w *walker) step(value []rune) (n int, ok bool) {
	r := w.peek(0)
	if w.quote == '"' && r == '\\' {
		return w.stepEscape()
	}
	if unicode.IsSpace(value[0]) {
		if !unicode.IsSpace(r) {
			return 0, false
		}
		w.skipSpace()
		for n < len(value) && unicode.IsSpace(value[n]) {
			n++
		}
		return n, true
	}
	if r != value[0] {
		return 0, false
	}
	w.next(1)
	if w.quote == '\'' && r == '\'' {
		w.next(1)
	}
	return 1, true
}

func (w *walker) stepEscape() (n int, ok bool) {
	switch w.peek(1) {
	case 'x':
		w.next(4)
	case 'u':
		w.next(6)
	case 'U':
		w.next(10)
	case '\n':
		w.next(1)
		w.skipSpace()
		return 0, true
	default:
		w.next(2)
	}
	return 1, true
}
