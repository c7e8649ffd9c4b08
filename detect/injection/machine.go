package injection

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gatehouse.dev/detect"
	"gatehouse.dev/detect/scan"
	"golang.org/x/text/unicode/norm"
)

// defaultGap is how many bytes may lie between two words of a phrase.
const defaultGap = 24

// mark is what a phrase means beyond its points.
type mark uint8

const (
	markNone    mark = iota
	markFence        // begins or ends a block of code
	markMention      // what follows is spoken of, not said
	markNot          // what follows is denied
	markComment      // begins a comment of HTML
	markClose        // ends one
	markUnseen       // makes what follows invisible on a page
)

// pattern is one thing that attacks say, worth a constant number of points.
type pattern struct {
	name   string // group, the last part of a finding's ID: "instruction-override"
	points int    // 1 to 5
	// phrases are alternatives. A phrase is words in order, each "one|of|these" or "@class". A word may end in
	// "*" (any ending) and begin with "=" (case counts). "~40" before a word is how many bytes may lie between
	// it and the one before, in place of defaultGap.
	phrases []string
	// check, where set, has the last word on a match at text[start:end]. It looks at a bounded stretch only.
	check func(text string, start, end int) bool
	// across lets sentences end between two words.
	across bool
	mark   mark

	find []string // must be found
	pass []string // must not be found, each one detail away
}

// machine is all patterns made ready. It never changes.
type machine struct {
	patterns []pattern
	scan     *scan.Machine
	words    []word
	steps    []step
	longest  int // bytes of a word
	work     sync.Pool
}

// word is one literal that is scanned for.
type word struct {
	text        string
	exact, open bool // case counts; any ending will do
	left, right bool // must not be a part of a longer word on that side
	shut        bool // must end where it ends
	steps       []int32
}

// step is one place in one phrase. The steps of a phrase follow each other.
type step struct {
	pattern     int16
	gap         int16
	first, last bool
}

// compile makes patterns ready; the error is a mistake in them.
func compile(ps []pattern) (*machine, error) {
	m := &machine{patterns: ps}
	number := map[word1]int{}
	var literals []string
	for i := range ps {
		for _, phrase := range ps[i].phrases {
			if err := m.phrase(i, phrase, number, &literals); err != nil {
				return nil, fmt.Errorf("pattern %d, phrase %q: %w", i, phrase, err)
			}
		}
	}
	for i := range m.words {
		// Later steps first: a word is not to serve two steps of a phrase.
		slices.SortFunc(m.words[i].steps, func(a, b int32) int { return int(b - a) })
		m.words[i].steps = slices.Compact(m.words[i].steps)
		m.longest = max(m.longest, len(m.words[i].text))
	}
	var err error
	if m.scan, err = scan.New(literals); err != nil {
		return nil, err
	}
	m.work.New = func() any { return newWork(m) }
	return m, nil
}

// word1 tells words apart: the same letters can stand for a whole word and for the beginning of one.
type word1 struct {
	text        string
	exact, open bool
}

func (m *machine) phrase(pattern int, phrase string, number map[word1]int, literals *[]string) error {
	gap, first := defaultGap, len(m.steps)
	for _, field := range strings.Fields(phrase) {
		if n, ok := strings.CutPrefix(field, "~"); ok {
			var err error
			if gap, err = strconv.Atoi(n); err != nil || gap > 400 {
				return fmt.Errorf("gap %q", field)
			}
			continue
		}
		var alternatives []string
		for a := range strings.SplitSeq(field, "|") {
			name, ok := strings.CutPrefix(a, "@")
			switch {
			case !ok:
				alternatives = append(alternatives, a)
			case len(classes[name]) == 0:
				return fmt.Errorf("no class %q", name)
			default:
				alternatives = append(alternatives, classes[name]...)
			}
		}
		at := int32(len(m.steps))
		m.steps = append(m.steps, step{pattern: int16(pattern), gap: int16(gap), first: int(at) == first})
		gap = defaultGap
		for _, a := range alternatives {
			for _, w := range forms(a) {
				n, ok := number[w]
				if !ok {
					n = len(m.words)
					number[w] = n
					*literals = append(*literals, w.text)
					left, right := edges(w.text)
					m.words = append(m.words, word{text: w.text, exact: w.exact, open: w.open, left: left, right: right, shut: right && !w.open})
				}
				m.words[n].steps = append(m.words[n].steps, at)
			}
		}
	}
	if len(m.steps) == first {
		return fmt.Errorf("no words")
	}
	m.steps[len(m.steps)-1].last = true
	return nil
}

// forms returns the ways in which a word of a phrase is written: the scanner sees to ASCII case only, and
// accents are often left out.
func forms(w string) []word1 {
	w, exact := strings.CutPrefix(w, "=")
	w, open := strings.CutSuffix(w, "*")
	if exact {
		return []word1{{text: w, exact: true, open: open}}
	}
	var out []word1
	r, n := utf8.DecodeRuneInString(w)
	for _, s := range []string{w, strings.ToUpper(w), string(unicode.ToUpper(r)) + w[n:], plain(w)} {
		f := word1{text: lowerASCII(detect.Normalize(s)), open: open}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// plain takes the accents off Latin letters.
func plain(s string) string {
	if !unicode.In(firstRune(s), unicode.Latin) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// edges says at which sides a literal must stand at a word's edge: where it has letters or digits there, of
// a writing that parts its words and does not glue others to them.
func edges(s string) (left, right bool) {
	last, _ := utf8.DecodeLastRuneInString(s)
	return parted(firstRune(s)), parted(last)
}

func parted(r rune) bool {
	return r < utf8.RuneSelf && wordByte(byte(r)) || unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek)
}

// wordBytes are the letters and digits of ASCII, and the underscore.
var wordBytes = func() (set [256]bool) {
	for c := range byte(0x80) {
		set[c] = 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_'
	}
	return set
}()

func wordByte(c byte) bool { return wordBytes[c] }
