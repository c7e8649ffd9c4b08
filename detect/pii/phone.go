package pii

import (
	"gatehouse.dev"
	"github.com/nyaruka/phonenumbers"
)

var phoneWords = []string{
	"phone", "tel", "telephone", "mobile", "cell", "cellphone", "fax", "whatsapp", "sms", "call me", "call us", "reach me", "contact number", "msisdn",
	"telefon", "handy", "mobil", "téléphone", "portable", "teléfono", "telefono", "móvil", "celular", "telefone", "puhelin",
}

// phone finds a phone number that begins with the number at start: with its country code, in the North
// American form, or beside a word that says so.
func (s *scanner) phone(num *number, start int) (next int, ok bool) {
	if end, ok := s.international(start); ok {
		return end, true
	}
	if end, ok := s.northAmerican(num); ok {
		return end, true
	}
	return s.named(num, start)
}

func (s *scanner) reportPhone(start, end int, confidence float64) {
	s.add(start, end, "pii/phone-number", "phone number", gatehouse.Low, confidence)
}

// maxPhone bounds a written phone number, in bytes.
const maxPhone = 28

// international finds a number after a plus sign.
func (s *scanner) international(start int) (end int, ok bool) {
	text := s.s
	if start == 0 || text[start-1] != '+' || start > 1 && alnum[text[start-2]] {
		return 0, false
	}
	var ends [maxDigits]int // after each group, the places where the number may end
	n, digits := 0, 0
	i := start
scan:
	for i < len(text) && i-start < maxPhone && digits < 15 {
		switch c := text[i]; {
		case digit[c]:
			if digits++; i+1 == len(text) || !digit[text[i+1]] {
				ends[n] = i + 1
				n++
			}
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/':
			if joins(text[i-1]) && c != '(' {
				break scan
			}
		default:
			break scan
		}
		i++
	}
	for tries := 0; n > 0 && tries < 3; tries++ {
		n--
		end := ends[n]
		if countDigits(text[start:end]) < 8 || end < len(text) && (alnum[text[end]] || text[end] == '_') {
			continue
		}
		if s.phones == 0 {
			s.reportPhone(start-1, end, 0.5)
			return end, true
		}
		s.phones--
		if p, err := phonenumbers.Parse(text[start-1:end], ""); err == nil && phonenumbers.IsValidNumber(p) {
			s.reportPhone(start-1, end, 0.95)
			return end, true
		}
	}
	return 0, false
}

func countDigits(s string) (n int) {
	for i := range len(s) {
		if digit[s[i]] {
			n++
		}
	}
	return n
}

// northAmerican finds 415-555-2671, (415) 555-2671 and, beside a word, 415 555 2671. Numbers from 555-0100 to
// 555-0199 belong to fiction.
func (s *scanner) northAmerican(num *number) (end int, ok bool) {
	text := s.s
	start := num.groups[0].start
	first := 0
	if num.n >= 4 && num.len(0) == 1 && text[start] == '1' {
		first = 1
	}
	a := num.groups[first]
	var b, c group
	paren := first == 0 && start > 0 && text[start-1] == '(' && a.end+1 < len(text) && text[a.end] == ')'
	switch {
	case paren:
		at := a.end + 1
		if text[at] == ' ' {
			at++
		}
		if b, c, ok = twoGroups(text, at); !ok {
			return 0, false
		}
		start--
	case num.n >= first+3:
		b, c = num.groups[first+1], num.groups[first+2]
		if b.sep != c.sep || b.sep == '/' {
			return 0, false
		}
	default:
		return 0, false
	}
	if a.end-a.start != 3 || b.end-b.start != 3 || c.end-c.start != 4 || text[a.start] < '2' || text[b.start] < '2' ||
		text[a.start+1:a.end] == "11" || text[b.start+1:b.end] == "11" || text[b.start:b.end] == "555" && text[c.start:c.start+2] == "01" {
		return 0, false
	}
	if !s.alone(start, c.end, c.sep) || !paren && b.sep != '-' && !s.near(start, c.end, phoneWords) {
		return 0, false
	}
	s.reportPhone(start, c.end, 0.8)
	return c.end, true
}

// twoGroups reads ddd-dddd at i.
func twoGroups(text string, i int) (b, c group, ok bool) {
	if i+8 > len(text) || !joins(text[i+3]) {
		return b, c, false
	}
	for k := range 8 {
		if k != 3 && !digit[text[i+k]] {
			return b, c, false
		}
	}
	if i+8 < len(text) && alnum[text[i+8]] {
		return b, c, false
	}
	return group{start: i, end: i + 3}, group{start: i + 4, end: i + 8, sep: text[i+3]}, true
}

// named finds 7 to 12 digits beside a word for phones, as each country writes them.
func (s *scanner) named(num *number, start int) (end int, ok bool) {
	if date(num) {
		return 0, false
	}
	last, digits := 0, 0
	for i := range num.n {
		if digits+num.len(i) > 12 {
			break
		}
		digits += num.len(i)
		last = i
	}
	end = num.groups[last].end
	if num.n == 2 && s.s[start:num.groups[0].end] == "555" {
		return 0, false // numbers of fiction
	}
	if digits < 7 || num.n == 1 && digits < 8 || !s.alone(start, end, num.groups[last].sep) || !s.before(start, phoneWords) {
		return 0, false
	}
	s.reportPhone(start, end, 0.6)
	return end, true
}

// before is near, but only for the 24 bytes before start and the field's name.
func (s *scanner) before(start int, words []string) bool {
	text := s.s[max(0, start-24):start]
	path := s.t.Path
	return hasWord(text, words) || hasWord(path[lastSlash(path)+1:], words)
}
