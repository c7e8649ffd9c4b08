package injection

import (
	"slices"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// Points are counted in quarters, so that they can be halved twice.
const (
	quarters       = 4
	likelyPoints   = 5 * quarters
	possiblePoints = 3 * quarters

	windowBytes  = 1200 // patterns add up within this much text
	mentionBytes = 120  // how far a word such as "attackers" reaches
	notBytes     = 16   // how far a negation reaches
	commentBytes = 4096 // the longest comment taken for one
	unseenBytes  = 400  // how far a style reaches
	maxTiers     = 16   // findings of a tier in one text
	hiddenLeast  = 3    // points of a pattern that is worse for being hidden
)

// held is the best recent match of one pattern.
type held struct {
	start, end int32
	points     int16
}

// score adds up what one text says. Patterns count once each within a window.
type score struct {
	patterns []pattern
	text     *detect.Text
	held     []held
	live     []int16 // patterns that are held
	hidden   int     // the pattern for being hidden

	fence, wrapped                bool // in a block of code; the whole text is one
	mention, not, comment, unseen int  // where each was seen last, one past; 0 is nowhere
	encoded                       bool

	tiers []tier
}

// tier is a stretch of text with points enough.
type tier struct {
	start, end int
	points     int
	groups     []int16 // one pattern of each group
}

func newScore(ps []pattern) score {
	s := score{patterns: ps, held: make([]held, len(ps)), live: make([]int16, 0, len(ps))}
	s.hidden = slices.IndexFunc(ps, func(p pattern) bool { return p.name == hiddenText })
	return s
}

func (s *score) begin(t *detect.Text) {
	s.text = t
	s.live, s.tiers = s.live[:0], s.tiers[:0]
	clear(s.held)
	s.fence, s.wrapped, s.mention, s.not, s.comment, s.unseen = false, false, 0, 0, 0, 0
	s.encoded = false
	for _, l := range t.Layers {
		s.encoded = s.encoded || l == detect.LayerBase64 || l == detect.LayerHex || l == detect.LayerTags
	}
}

// match takes in that a pattern is at text[start:end].
func (s *score) match(text string, pattern, start, end int) {
	p := &s.patterns[pattern]
	if p.check != nil && !p.check(text, start, end) {
		return
	}
	switch p.mark {
	case markFence:
		switch {
		case s.wrapped:
			s.wrapped = false
		case strings.Trim(text[:min(start, 16)], " \n") == "" && start < 16:
			s.wrapped = true // a frame, not a quotation
		default:
			s.fence = !s.fence
		}
	case markMention:
		s.mention = end
	case markNot:
		s.not = end
	case markComment:
		s.comment = end
	case markClose:
		s.comment = 0
	case markUnseen:
		s.unseen = end
	default:
		points := s.weigh(text, p, start)
		if points == 0 {
			return
		}
		s.hold(pattern, start, end, points)
		if p.points >= hiddenLeast && s.isHidden(start) {
			s.hold(s.hidden, start, end, s.patterns[s.hidden].points*quarters)
		}
		s.add(end)
	}
}

// weigh returns the quarter points of a match: fewer where the text only speaks of it.
func (s *score) weigh(text string, p *pattern, start int) int {
	points := p.points * quarters
	if s.not > 0 && start >= s.not && start-s.not <= notBytes && !ends(text[s.not:start]) {
		return 0
	}
	if s.fence || quoted(text, start) {
		points /= 2
	}
	if s.mention > 0 && start >= s.mention && start-s.mention <= mentionBytes {
		points /= 2
	}
	return points
}

func (s *score) isHidden(start int) bool {
	return s.encoded || s.comment > 0 && start-s.comment <= commentBytes || s.unseen > 0 && start-s.unseen <= unseenBytes
}

func (s *score) hold(pattern, start, end, points int) {
	h := &s.held[pattern]
	if h.points == 0 {
		s.live = append(s.live, int16(pattern))
	} else if int(h.points) > points && end-int(h.start) <= windowBytes {
		return
	}
	*h = held{int32(start), int32(end), int16(points)}
}

// add adds up what is within the window that ends at end.
func (s *score) add(end int) {
	sum, from := 0, end
	keep := s.live[:0]
	for _, i := range s.live {
		h := &s.held[i]
		if end-int(h.start) > windowBytes {
			h.points = 0
			continue
		}
		keep = append(keep, i)
		from = min(from, int(h.start))
	}
	s.live = keep
	for n, i := range keep {
		if !s.counted(keep, n) {
			sum += int(s.held[i].points)
		}
	}
	if sum < possiblePoints {
		return
	}
	if n := len(s.tiers); n > 0 && (from <= s.tiers[n-1].end || n == maxTiers) {
		last := &s.tiers[n-1]
		last.end, last.points = max(last.end, end), max(last.points, sum)
		last.start = min(last.start, from)
		s.note(last)
		return
	}
	s.tiers = slices.Grow(s.tiers, 1)[:len(s.tiers)+1]
	last := &s.tiers[len(s.tiers)-1]
	last.start, last.end, last.points, last.groups = from, end, sum, last.groups[:0]
	s.note(last)
}

// counted says whether the n-th of live is worth no more than another of its group that begins with the same
// word: a phrase counts once.
func (s *score) counted(live []int16, n int) bool {
	a := live[n]
	for k, b := range live {
		if k == n || s.held[a].start != s.held[b].start || s.patterns[a].name != s.patterns[b].name {
			continue
		}
		if pa, pb := s.held[a].points, s.held[b].points; pa < pb || pa == pb && k < n {
			return true
		}
	}
	return false
}

// note adds the groups of the live patterns to those of t.
func (s *score) note(t *tier) {
	for _, i := range s.live {
		if !slices.ContainsFunc(t.groups, func(g int16) bool { return s.patterns[g].name == s.patterns[i].name }) {
			t.groups = append(t.groups, i)
		}
	}
}

// end reports what the text came to.
func (s *score) end(r *detect.Report) {
	for i := range s.tiers {
		t := &s.tiers[i]
		f := gatehouse.Finding{Detector: "injection/possible", Detail: "may hold instructions to the agent", Severity: gatehouse.Low, Confidence: 0.5}
		if t.points >= likelyPoints {
			f = gatehouse.Finding{Detector: "injection/likely", Detail: "holds instructions to the agent", Severity: gatehouse.High, Confidence: 0.9}
		}
		r.Add(s.text, t.start, t.end, f)
		for _, g := range t.groups {
			h, name := s.held[g], s.patterns[g].name
			start, end := int(h.start), int(h.end)
			if start < t.start || end > t.end || start >= end {
				start, end = t.start, t.end
			}
			r.Add(s.text, start, end, gatehouse.Finding{
				Detector: "injection/" + name, Detail: details[name], Severity: gatehouse.Info, Confidence: 0.5,
			})
		}
	}
	s.text = nil
}

const (
	quoteBack  = 160 // where quotation marks are paired from
	quoteNear  = 48  // how far into a quotation a phrase still counts as what is quoted
	quoteAhead = 400
)

// quoted says whether text[start] is in quotation marks, as prose and code have them. The value of an
// attribute or a field is not: it says what it says.
func quoted(text string, start int) bool {
	from := max(0, start-quoteBack)
	if i := strings.LastIndexByte(text[from:start], '\n'); i >= 0 {
		from += i + 1
	}
	var open byte
	at := 0
	for i := from; i < start; i++ {
		switch c := text[i]; c {
		case '"', '`':
			switch open {
			case 0:
				open, at = c, i
			case c:
				open = 0
			}
		case '\'':
			before, after := i > 0 && wordByte(text[i-1]), i+1 < len(text) && wordByte(text[i+1])
			switch {
			case open == 0 && !before && after:
				open, at = c, i
			case open == c && !after:
				open = 0
			}
		case 0xe2: // “ and ”
			switch {
			case strings.HasPrefix(text[i:], "“"):
				open, at = c, i
			case strings.HasPrefix(text[i:], "”") && open == c:
				open = 0
			}
		case 0xc2: // « and »
			switch {
			case strings.HasPrefix(text[i:], "«"):
				open, at = c, i
			case strings.HasPrefix(text[i:], "»") && open == c:
				open = 0
			}
		}
	}
	if open == 0 || start-at > quoteNear || field(text, at) {
		return false
	}
	ahead := text[start:min(len(text), start+quoteAhead)]
	switch open {
	case 0xe2:
		return strings.Contains(ahead, "”")
	case 0xc2:
		return strings.Contains(ahead, "»")
	}
	return strings.IndexByte(ahead, open) >= 0
}

// field says whether the quotation mark at text[at] begins the value of a field or an attribute.
func field(text string, at int) bool {
	i := at
	for i > 0 && at-i < 4 && text[i-1] == ' ' {
		i--
	}
	if i == 0 {
		return false
	}
	switch text[i-1] {
	case '=':
		return i > 1 && wordByte(text[i-2])
	case ':':
		return i > 1 && (text[i-2] == '"' || text[i-2] == '\'')
	}
	return false
}
