package dash

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// budget is how much of a content is shown.
type budget struct {
	Bytes     int // of all text together
	LeafBytes int // of one value
	Leaves    int
}

var (
	budgetPreview = budget{Bytes: 1500, LeafBytes: 700, Leaves: 12}
	budgetPage    = budget{Bytes: 24 << 10, LeafBytes: 8 << 10, Leaves: 200}
	budgetAll     = budget{Bytes: 2 << 20, LeafBytes: 2 << 20, Leaves: 20_000}
)

// maxLayers is how deep content may be nested to be taken apart; deeper content is shown as it is.
const maxLayers = 64

// content is an event's content, taken apart into its values.
type content struct {
	Leaves []leaf
	Cut    bool // there is more than is shown
	Masked int  // masks that are shown
	Hidden int  // hidden characters that are shown as signs
	Bytes  int
	Raw    bool // not JSON that can be taken apart: one leaf with all of it
}

// leaf is one value with its place.
type leaf struct {
	Name   string // "file.content", "[0].text"; empty for the content itself
	At     string // anchor on the page
	Long   bool   // takes a block of its own
	Cut    int    // bytes that are not shown
	Plain  bool   // a number, true, false or null
	Pieces []textPiece
}

// textPiece is a stretch of text that looks alike.
type textPiece struct {
	Class string // "", "mask", "sign", "hit"
	Text  string
	Title string
}

// newContent takes raw content apart within a budget. Findings, whose spans are marked where the text still
// stands as it was judged, may be nil.
func newContent(raw jsontext.Value, b budget, findings []gatehouse.Finding) content {
	c := content{Bytes: len(raw)}
	if len(bytes.TrimSpace(raw)) == 0 {
		return c
	}
	w := walker{c: &c, b: b, findings: findings}
	if !w.walk(raw) {
		c = content{Bytes: len(raw), Raw: true}
		w = walker{c: &c, b: b}
		w.leaf("", "", strings.ToValidUTF8(string(raw), "\uFFFD"), false)
	}
	return c
}

// walker goes through the values of one content in the order in which they stand.
type walker struct {
	c        *content
	b        budget
	findings []gatehouse.Finding
	used     int
}

// walk reports whether the content could be read as JSON; what was read before the budget ran out counts.
func (w *walker) walk(raw jsontext.Value) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		if w.full() {
			w.c.Cut = true
			return true
		}
		kind := dec.PeekKind()
		if dec.StackDepth() > maxLayers {
			return false
		}
		if depth := dec.StackDepth(); depth > 0 {
			if open, n := dec.StackIndex(depth); open == '{' && n%2 == 0 && kind == '"' {
				if _, err := dec.ReadToken(); err != nil { // a name: it is part of the pointer of what follows
					return false
				}
				continue
			}
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return false
		}
		switch tok.Kind() {
		case '{', '[':
			if end := dec.PeekKind(); dec.StackDepth() > 1 && (end == '}' || end == ']') {
				w.leaf(string(dec.StackPointer()), leafName(dec.StackPointer()), tok.String()+string(rune(end)), true)
			}
		case '"':
			w.leaf(string(dec.StackPointer()), leafName(dec.StackPointer()), tok.String(), false)
		case '0', 't', 'f', 'n':
			w.leaf(string(dec.StackPointer()), leafName(dec.StackPointer()), tok.String(), true)
		}
		if dec.StackDepth() == 0 {
			_, err := dec.ReadToken()
			return err == io.EOF // anything else is more than one value
		}
	}
}

func (w *walker) full() bool { return w.used >= w.b.Bytes || len(w.c.Leaves) >= w.b.Leaves }

// leafName prints a JSON pointer as people write paths.
func leafName(p jsontext.Pointer) string {
	var s strings.Builder
	for tok := range p.Tokens() {
		if _, err := strconv.Atoi(tok); err == nil {
			s.WriteString("[" + tok + "]")
			continue
		}
		if s.Len() > 0 {
			s.WriteByte('.')
		}
		s.WriteString(tok)
	}
	return s.String()
}

const maxNameShown = 120

func (w *walker) leaf(pointer, name, text string, plain bool) {
	l := leaf{Name: cutText(name, maxNameShown), Plain: plain}
	if pointer != "" {
		l.At = "at-" + pointer
	}
	whole := text
	if room := min(w.b.LeafBytes, w.b.Bytes-w.used); len(text) > room {
		text = cutText(text, room)
		l.Cut = len(whole) - len(text)
		w.c.Cut = true
	}
	w.used += len(text)
	l.Long = len(text) > 90 || strings.ContainsRune(text, '\n')
	l.Pieces = w.pieces(text, w.spans(pointer, whole))
	w.c.Leaves = append(w.c.Leaves, l)
}

// cutText returns at most n bytes of s, cut between characters.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// maskText is what stands in content where something was masked.
var maskText = regexp.MustCompile(`\[redacted:[a-z0-9_./*-]{1,100}\]`)

// mark is a stretch of a leaf that looks different: what a finding is about, or a mask.
type mark struct {
	from, to     int
	class, title string
}

// spans returns the findings of a leaf whose places still hold: in a leaf with masks everything behind the
// first has moved, and what was encoded is marked as a whole.
func (w *walker) spans(pointer, text string) []mark {
	var out []mark
	masked := false
	for _, f := range w.findings {
		if f.Path != pointer || f.Start < 0 || f.End <= f.Start || f.End > len(text) {
			continue
		}
		if !masked && strings.Contains(text, "[redacted:") {
			masked = true
		}
		if masked || f.Sensitive || !utf8.RuneStart(text[f.Start]) || f.End < len(text) && !utf8.RuneStart(text[f.End]) {
			continue
		}
		out = append(out, mark{from: f.Start, to: f.End, title: f.Detector})
	}
	return out
}

// pieces splits text at its masks, marks and hidden characters. Where two overlap the one that begins first
// keeps what it covers.
func (w *walker) pieces(text string, marks []mark) []textPiece {
	cuts := make([]mark, 0, len(marks))
	for _, m := range marks {
		m.class = "hit"
		cuts = append(cuts, m)
	}
	for _, m := range maskText.FindAllStringIndex(text, -1) {
		cuts = append(cuts, mark{from: m[0], to: m[1], class: "mask"})
		w.c.Masked++
	}
	slices.SortStableFunc(cuts, func(a, b mark) int { return a.from - b.from })
	var out []textPiece
	at := 0
	for _, c := range cuts {
		from, to := max(c.from, at), min(c.to, len(text))
		if from >= to {
			continue
		}
		out = w.plain(out, text[at:from], "", "")
		out = w.plain(out, text[from:to], c.class, c.title)
		at = to
	}
	return w.plain(out, text[at:], "", "")
}

// plain adds text of one class, with its hidden characters as signs.
func (w *walker) plain(out []textPiece, text, class, title string) []textPiece {
	from := 0
	for i, r := range text {
		if !hidden(r) {
			continue
		}
		if r == '\r' && i+1 < len(text) && text[i+1] == '\n' { // an ordinary line end
			if i > from {
				out = append(out, textPiece{class, text[from:i], title})
			}
			from = i + 1
			continue
		}
		if i > from {
			out = append(out, textPiece{class, text[from:i], title})
		}
		out = append(out, textPiece{"sign", sign(r), "hidden character"})
		w.c.Hidden++
		from = i + utf8.RuneLen(r)
	}
	if from < len(text) {
		out = append(out, textPiece{class, text[from:], title})
	}
	return out
}
