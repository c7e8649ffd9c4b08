package injection

import (
	"context"
	"strings"
	"unicode/utf8"

	"gatehouse.dev/detect"
	"gatehouse.dev/detect/scan"
)

// segmentBytes is how much of a text is scanned between two looks at the clock.
const segmentBytes = 64 << 10

// work is the state of reading one text; it is reused.
type work struct {
	*machine
	hits  []scan.Hit
	seen  []span
	score score
}

// span is where the words of a phrase up to one step were seen last.
type span struct{ start, end int32 }

func newWork(m *machine) *work {
	return &work{machine: m, seen: make([]span, len(m.steps)), score: newScore(m.patterns)}
}

// read looks for all patterns in t and reports what they add up to; false means that time was up first.
func (w *work) read(ctx context.Context, t *detect.Text, r *detect.Report) bool {
	text, fresh := t.Norm, true
	for from := 0; from < len(text); from += segmentBytes {
		if from > 0 && ctx.Err() != nil {
			return false
		}
		lo, to := max(0, from-w.longest), min(len(text), from+segmentBytes)
		w.hits = w.scan.Scan(text[lo:to], w.hits[:0])
		for _, h := range w.hits {
			end := lo + int(h.End)
			if end <= from {
				continue // seen in the segment before
			}
			if fresh {
				clear(w.seen)
				w.score.begin(t)
				fresh = false
			}
			w.hit(text, &w.words[h.Literal], end)
		}
	}
	if !fresh {
		w.score.end(r)
	}
	if cap(w.hits) > segmentBytes {
		w.hits = nil
	}
	return len(text) < segmentBytes || ctx.Err() == nil
}

// hit takes phrases one step further with the word that ends at end. Most hits are parts of longer words, and of
// the others most go on with nothing: what costs more than a glance is looked at last.
func (w *work) hit(text string, h *word, end int) {
	start, whole := end-len(h.text), false
	if h.left && start > 0 && wordBytes[text[start-1]] || h.shut && end < len(text) && wordBytes[text[end]] {
		return
	}
	for _, at := range h.steps {
		s := &w.steps[at]
		from := int32(start)
		if !s.first {
			prev := w.seen[at-1]
			if gap := start - int(prev.end); prev.end == 0 || gap < 0 || gap > int(s.gap) {
				continue
			}
			if !w.patterns[s.pattern].across && ends(text[prev.end:start]) {
				continue
			}
			from = prev.start
		}
		if !whole {
			if !h.stands(text, start, end) {
				return
			}
			if whole = true; h.open && h.right {
				end = wordEnd(text, end)
			}
		}
		w.seen[at] = span{from, int32(end)}
		if s.last {
			w.score.match(text, int(s.pattern), int(from), end)
		}
	}
}

// stands says whether text[start:end] is h, and not a part of something else.
func (h *word) stands(text string, start, end int) bool {
	return !(h.left && inWord(text, start, true)) && !(h.shut && inWord(text, end, false)) &&
		(!h.exact || text[start:end] == h.text)
}

// inWord says whether the character before or after text[at] belongs to a word.
func inWord(text string, at int, before bool) bool {
	if before {
		if at == 0 {
			return false
		}
		if c := text[at-1]; c < utf8.RuneSelf {
			return wordByte(c)
		}
		r, _ := utf8.DecodeLastRuneInString(text[:at])
		return parted(r)
	}
	if at == len(text) {
		return false
	}
	if c := text[at]; c < utf8.RuneSelf {
		return wordByte(c)
	}
	return parted(firstRune(text[at:]))
}

// wordEnd returns where the word that text[at] may belong to ends.
func wordEnd(text string, at int) int {
	for n := 0; n < 16 && inWord(text, at, false); n++ {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// ends says whether a sentence or paragraph ends within gap.
func ends(gap string) bool {
	for i := 0; i < len(gap); i++ {
		switch c := gap[i]; c {
		case '.', '!', '?', ';':
			if i+1 == len(gap) || gap[i+1] == ' ' || gap[i+1] == '\n' {
				return true
			}
		case '\n':
			if i+1 < len(gap) && gap[i+1] == '\n' {
				return true
			}
		case 0xe3:
			if strings.HasPrefix(gap[i:], "。") {
				return true
			}
		case 0xe0:
			if strings.HasPrefix(gap[i:], "।") {
				return true
			}
		}
	}
	return false
}
