package detect

import (
	"strings"
	"unicode/utf8"
)

// find returns the index of the first encoded character of s from i on that counts as a sign of the
// encoding, or len(s).
func (c *coding) find(s string, i int) int {
	for i = nextByte(s, i, c.mark); i < len(s) && !c.sign(s, i); {
		i = nextByte(s, i+1, c.mark)
	}
	return i
}

var percent = &coding{
	name: LayerPercent,
	mark: '%',
	next: func(s string, i int) int {
		for i < len(s) && s[i] != '%' && s[i] != '+' {
			i++
		}
		return i
	},
	unit: func(dst []byte, s string, i int) ([]byte, int) {
		if s[i] == '+' {
			return append(dst, ' '), 1
		}
		if c, ok := hex2(s, i+1); ok {
			return append(dst, c), 3
		}
		return append(dst, s[i]), 1
	},
	sign: func(s string, i int) bool {
		c, ok := hex2(s, i+1)
		return ok && (c >= 0x20 || c == '\n' || c == '\t' || c == '\r')
	},
}

func hex2(s string, i int) (byte, bool) {
	if i+2 > len(s) {
		return 0, false
	}
	a, b := hexDigit[s[i]], hexDigit[s[i+1]]
	return a<<4 | b&0xf, a != 0xff && b != 0xff
}

var entity = &coding{
	name: LayerEntity,
	mark: '&',
	next: func(s string, i int) int { return nextByte(s, i, '&') },
	unit: func(dst []byte, s string, i int) ([]byte, int) {
		r, n := readEntity(s, i)
		if n == 0 {
			return append(dst, s[i]), 1
		}
		return utf8.AppendRune(dst, r), n
	},
	sign: func(s string, i int) bool { _, n := readEntity(s, i); return n > 0 },
}

// entities are the named references that can hide syntax or separate words.
var entities = map[string]rune{
	"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\'', "nbsp": ' ', "Tab": '\t', "NewLine": '\n',
	"sol": '/', "bsol": '\\', "colon": ':', "semi": ';', "comma": ',', "period": '.', "excl": '!', "quest": '?',
	"lpar": '(', "rpar": ')', "lbrack": '[', "lsqb": '[', "rbrack": ']', "rsqb": ']', "lcub": '{', "lbrace": '{',
	"rcub": '}', "rbrace": '}', "equals": '=', "plus": '+', "lowbar": '_', "num": '#', "dollar": '$', "percnt": '%',
	"ast": '*', "commat": '@', "grave": '`', "verbar": '|', "vert": '|', "Hat": '^', "hyphen": '-', "dash": '-',
	"shy": 0xad, "zwnj": 0x200c, "zwj": 0x200d, "ZeroWidthSpace": 0x200b,
}

const maxEntityBytes = 16

// readEntity reads a character reference at s[i:]; n is 0 where there is none.
func readEntity(s string, i int) (r rune, n int) {
	body := s[i+1 : min(len(s), i+maxEntityBytes)]
	end := strings.IndexByte(body, ';')
	if end < 1 {
		return 0, 0
	}
	body, n = body[:end], end+2
	if body[0] != '#' {
		if r = entities[body]; r == 0 {
			return 0, 0
		}
		return r, n
	}
	digits, base := body[1:], rune(10)
	if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base = digits[1:], 16
	}
	if digits == "" {
		return 0, 0
	}
	for _, c := range []byte(digits) {
		d := rune(hexDigit[c])
		if d >= base || r > utf8.MaxRune {
			return 0, 0
		}
		r = r*base + d
	}
	if r == 0 || r > utf8.MaxRune || r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
		return 0, 0
	}
	return r, n
}

// escape undoes the backslash escapes of programming languages, in text that is not JSON.
var escape = &coding{
	name: LayerEscape,
	mark: '\\',
	next: func(s string, i int) int { return nextByte(s, i, '\\') },
	unit: func(dst []byte, s string, i int) ([]byte, int) {
		r, n, plain := readEscape(s, i)
		switch {
		case n == 0:
			return append(dst, s[i]), 1
		case plain:
			return append(dst, byte(r)), n
		}
		return utf8.AppendRune(dst, r), n
	},
	// Breaks count because the letter of \n hides that a word begins behind it.
	sign: func(s string, i int) bool {
		r, n, _ := readEscape(s, i)
		return n > 2 || n == 2 && r < 0x20
	},
}

// readEscape reads an escape at s[i:]; n is 0 where there is none. A plain one stands for a byte.
func readEscape(s string, i int) (r rune, n int, plain bool) {
	if i+1 >= len(s) {
		return 0, 0, false
	}
	switch c := s[i+1]; {
	case jsonEscapes[c] != 0:
		return rune(jsonEscapes[c]), 2, true
	case c == '\'':
		return '\'', 2, true
	case c == 'x':
		if b, ok := hex2(s, i+2); ok && b != 0 {
			return rune(b), 4, true
		}
	case c == 'u':
		if r, n := unicodeEscape(s, i); n > 0 && r != 0 {
			return r, n, false
		}
		return braced(s, i)
	case c == 'U' && i+10 <= len(s):
		return codePoint(s[i+2:i+10], 10)
	case '0' <= c && c <= '3' && i+4 <= len(s):
		a, b, d := hexDigit[c], hexDigit[s[i+2]], hexDigit[s[i+3]]
		if v := a<<6 | b<<3 | d; b < 8 && d < 8 && v != 0 {
			return rune(v), 4, true
		}
	}
	return 0, 0, false
}

// braced reads \u{41}.
func braced(s string, i int) (rune, int, bool) {
	if i+3 >= len(s) || s[i+2] != '{' {
		return 0, 0, false
	}
	end := strings.IndexByte(s[i+3:min(len(s), i+10)], '}')
	if end < 1 {
		return 0, 0, false
	}
	return codePoint(s[i+3:i+3+end], end+4)
}

func codePoint(digits string, n int) (rune, int, bool) {
	r := rune(0)
	for _, c := range []byte(digits) {
		d := hexDigit[c]
		if d == 0xff || r > utf8.MaxRune {
			return 0, 0, false
		}
		r = r<<4 | rune(d)
	}
	if r == 0 || r > utf8.MaxRune {
		return 0, 0, false
	}
	return r, n, false
}
