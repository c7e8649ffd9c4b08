package pii

import (
	"context"

	"gatehouse.dev"
)

const (
	maxGroups = 8  // of digits in one number
	maxDigits = 24 // in one number
	maxToken  = 96 // letters and digits in a row that are looked at
)

// group is a run of digits.
type group struct {
	start, end int
	sep        byte // before it; zero for the first
}

// number is a candidate: groups of digits with one separator between each two.
type number struct {
	groups [maxGroups]group
	n      int
	digits [maxDigits]byte
}

// pollTokens is how many tokens are looked at between two looks at the clock.
const pollTokens = 1024

// numbers finds everything that has a digit in it, in one pass. It returns false when time is up.
func (s *scanner) numbers(ctx context.Context) bool {
	text := s.s
	floor := 0
	for i := 0; i < len(text); i++ {
		if !digit[text[i]] {
			continue
		}
		if s.tokens++; s.tokens%pollTokens == 0 && ctx.Err() != nil {
			return false
		}
		start, end, plain := i, i+1, true
		for start > floor && alnum[text[start-1]] {
			start--
			plain = false
		}
		for end < len(text) && alnum[text[end]] {
			plain = plain && digit[text[end]]
			end++
		}
		next := end
		if end-start <= maxToken {
			if plain {
				next = s.digits(start, end)
			} else {
				next = s.mixed(start, end)
			}
		}
		floor = next
		i = next - 1
	}
	return true
}

// digits looks at the group of digits [start, end) and what follows it. It returns where to go on.
func (s *scanner) digits(start, end int) int {
	if next, ok := s.network(start, end); ok {
		return next
	}
	num := &s.num
	s.gather(num, start, end)
	first := end - start
	if first < len(byFirst) {
		for _, f := range byFirst[first] {
			if stop, ok := s.fits(num, f.shape); ok && s.try(num, f, start, stop) {
				return stop
			}
		}
	}
	if next, ok := s.trailingLetter(start, end, num); ok {
		return next
	}
	if next, ok := s.phone(num, start); ok {
		return next
	}
	if date(num) {
		return num.groups[2].end
	}
	return end
}

// gather collects the groups that begin with [start, end).
func (s *scanner) gather(num *number, start, end int) {
	text := s.s
	num.groups[0] = group{start: start, end: end}
	num.n = 1
	for num.n < maxGroups && end+1 < len(text) && joins(text[end]) && digit[text[end+1]] {
		sep := text[end]
		start, end = end+1, end+2
		for end < len(text) && digit[text[end]] {
			end++
		}
		if end < len(text) && alpha[text[end]] || end-start > maxDigits {
			return
		}
		num.groups[num.n] = group{start: start, end: end, sep: sep}
		num.n++
	}
}

func joins(c byte) bool { return c == ' ' || c == '-' || c == '.' || c == '/' }

// shape is how a number is written: "3-2-4" is three groups of those lengths with hyphens between.
type shape struct {
	lengths [maxGroups]uint8
	seps    [maxGroups]byte // before each group but the first
	n       int
	total   int
}

func parseShape(spec string) (sh shape) {
	length := 0
	for i := 0; i <= len(spec); i++ {
		if i < len(spec) && digit[spec[i]] {
			length = length*10 + int(spec[i]-'0')
			continue
		}
		sh.lengths[sh.n] = uint8(length)
		sh.total += length
		sh.n++
		if i < len(spec) {
			sh.seps[sh.n] = spec[i]
		}
		length = 0
	}
	return sh
}

// fits says whether the number is written in the shape, whole and by itself, and where it ends. The digits
// are then in num.digits.
func (s *scanner) fits(num *number, sh *shape) (end int, ok bool) {
	if num.n < sh.n {
		return 0, false
	}
	for i := range sh.n {
		g := num.groups[i]
		if g.end-g.start != int(sh.lengths[i]) || g.sep != sh.seps[i] {
			return 0, false
		}
	}
	end = num.groups[sh.n-1].end
	if !s.alone(num.groups[0].start, end, sh.seps[1]) {
		return 0, false
	}
	k := 0
	for _, g := range num.groups[:sh.n] {
		k += copy(num.digits[k:], s.s[g.start:g.end])
	}
	return end, true
}

// alone says that what stands at [start, end) is not part of something longer: of a longer number with the
// same separator, a decimal, a path, an identifier with hyphens.
func (s *scanner) alone(start, end int, sep byte) bool {
	text := s.s
	if start > 0 {
		switch c := text[start-1]; {
		case c == '_' || c == '/' && (sep != 0 || start > 1 && alnum[text[start-2]]):
			return false
		case c == '-' || c == '.':
			if start > 1 && alnum[text[start-2]] {
				return false
			}
		case c == sep && start > 1 && digit[text[start-2]]:
			return false
		}
	}
	if end+1 < len(text) {
		switch c := text[end]; {
		case c == '_', c == '-' && alnum[text[end+1]], c == '/' && sep != 0 && digit[text[end+1]]:
			return false
		case (c == '.' || c == sep && sep != 0 || c == ',') && digit[text[end+1]]:
			return c == ',' && sep == 0
		}
	}
	return true
}

// form is a kind of number in one shape.
type form struct {
	shape      *shape
	id, detail string
	severity   gatehouse.Severity
	confidence float64
	valid      func(digits []byte) bool
	words      []string // one of them must be near; nil where the form alone says enough
}

// try reports the number as f, if it is one.
func (s *scanner) try(num *number, f *form, start, end int) bool {
	d := num.digits[:f.shape.total]
	if uniform(d) || !f.valid(d) {
		return false
	}
	if f.words != nil && !s.near(start, end, f.words) {
		return false
	}
	s.add(start, end, f.id, f.detail, f.severity, f.confidence)
	return true
}

// uniform says that all digits are the same.
func uniform(d []byte) bool {
	for _, c := range d {
		if c != d[0] {
			return false
		}
	}
	return true
}

// date says that the number begins with a date, of which no group is a number of its own.
func date(num *number) bool {
	if num.n < 3 || num.groups[1].sep != num.groups[2].sep || num.groups[1].sep == ' ' {
		return false
	}
	l0, l1, l2 := num.len(0), num.len(1), num.len(2)
	return l0 == 4 && l1 <= 2 && l2 <= 2 || l0 <= 2 && l1 <= 2 && l2 == 4
}

func (num *number) len(i int) int { return num.groups[i].end - num.groups[i].start }
