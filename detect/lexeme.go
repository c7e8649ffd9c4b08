package detect

import "strings"

// stringEnd returns where the string that starts at from ends: at its quote, or at the end of s.
func stringEnd(s string, from int) (to int, escaped, closed bool) {
	for i := from; ; i = to + 1 {
		q := strings.IndexByte(s[i:], '"')
		if q < 0 {
			return len(s), escaped || strings.IndexByte(s[i:], '\\') >= 0, false
		}
		to = i + q
		escaped = escaped || strings.IndexByte(s[i:to], '\\') >= 0
		slashes := 0
		for escaped && to-slashes > from && s[to-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return to, escaped, true
		}
	}
}

func numberByte(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func validNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := digits(s)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return s == ""
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// cleanEscapes says whether every backslash in the inside of a JSON string starts an escape.
func cleanEscapes(raw string) bool {
	for i := nextByte(raw, 0, '\\'); i < len(raw); i = nextByte(raw, i, '\\') {
		switch {
		case i+1 < len(raw) && jsonEscapes[raw[i+1]] != 0:
			i += 2
		default:
			if _, ok := hex4(raw, i); !ok {
				return false
			}
			i += 6
		}
	}
	return true
}

// hasControl says whether s has a byte below 0x20, which a JSON string must not.
func hasControl(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if v := load8(s, i); (v-0x2020202020202020)&^v&0x8080808080808080 != 0 {
			return true
		}
	}
	for ; i < len(s); i++ {
		if s[i] < 0x20 {
			return true
		}
	}
	return false
}
