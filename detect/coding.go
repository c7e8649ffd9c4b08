package detect

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// coding is an encoding that replaces single characters and leaves the text around them alone, so that a
// span of the decoded text is a span of the encoded one too.
type coding struct {
	name string
	// next returns the index of the first byte of s from i on that might start an encoded character, or len(s).
	next func(s string, i int) int
	// unit appends to dst what stands encoded at s[i:], and returns how many bytes of s that took, at least
	// one. Where nothing is encoded, it appends s[i] itself.
	unit func(dst []byte, s string, i int) (out []byte, n int)
	// mark is the byte that signs of the encoding start with, and sign says whether one stands at s[i:].
	mark byte
	sign func(s string, i int) bool
}

// decode appends s decoded to dst.
func (c *coding) decode(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		j := c.next(s, i)
		dst = append(dst, s[i:j]...)
		if j == len(s) {
			break
		}
		var n int
		dst, n = c.unit(dst, s, j)
		i = j + n
	}
	return dst
}

// offsets returns, for each byte of s decoded and for its end, where in s the character stands that it came
// from, plus base.
func (c *coding) offsets(s string, base int) []int32 {
	out := make([]int32, 0, len(s)+1)
	var unit [utf8.UTFMax * 4]byte
	for i := 0; i < len(s); {
		j := c.next(s, i)
		for ; i < j; i++ {
			out = append(out, int32(base+i))
		}
		if j == len(s) {
			break
		}
		made, n := c.unit(unit[:0], s, j)
		for range made {
			out = append(out, int32(base+j))
		}
		i = j + n
	}
	return append(out, int32(base+len(s)))
}

// source returns the span that decoded bytes from to to came from. A character that is only partly in the
// span is wholly in the result. Nil offsets mean that nothing was moved.
func source(offsets []int32, from, to int) (int, int) {
	if offsets == nil {
		return from, to
	}
	last := len(offsets) - 1
	from, to = min(from, last), min(to, last)
	if from >= to {
		return int(offsets[from]), int(offsets[from])
	}
	k := to
	for k < last && offsets[k] == offsets[to-1] {
		k++
	}
	return int(offsets[from]), int(offsets[k])
}

// jsonString undoes the escapes of a JSON string, without its quotes. What is not an escape stays as it is.
var jsonString = &coding{
	name: LayerJSON,
	next: func(s string, i int) int { return nextByte(s, i, '\\') },
	unit: func(dst []byte, s string, i int) ([]byte, int) {
		if i+1 < len(s) && jsonEscapes[s[i+1]] != 0 {
			return append(dst, jsonEscapes[s[i+1]]), 2
		}
		if r, n := unicodeEscape(s, i); n > 0 {
			return utf8.AppendRune(dst, r), n
		}
		return append(dst, s[i]), 1
	},
}

// unescape is jsonString.decode that also says whether every backslash starts an escape.
func unescape(dst []byte, s string) (out []byte, clean bool) {
	clean = true
	for i := 0; ; {
		j := nextByte(s, i, '\\')
		dst = append(dst, s[i:j]...)
		if j == len(s) {
			return dst, clean
		}
		if j+1 < len(s) {
			if c := jsonEscapes[s[j+1]]; c != 0 {
				dst = append(dst, c)
				i = j + 2
				continue
			}
		}
		r, n := unicodeEscape(s, j)
		if n == 0 {
			dst = append(dst, '\\')
			clean = false
			i = j + 1
			continue
		}
		dst = utf8.AppendRune(dst, r)
		i = j + n
	}
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads \uXXXX at s[i:], or two of them where they are a surrogate pair. A lone surrogate is
// U+FFFD. n is 0 where there is none.
func unicodeEscape(s string, i int) (r rune, n int) {
	a, ok := hex4(s, i)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(a) {
		return a, 6
	}
	if b, ok := hex4(s, i+6); ok {
		if r := utf16.DecodeRune(a, b); r != utf8.RuneError {
			return r, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(s string, i int) (rune, bool) {
	if len(s)-i < 6 || s[i] != '\\' || s[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i+2 : i+6]) {
		d := hexDigit[c]
		if d == 0xff {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

// hexDigit is the value of each hexadecimal digit, and 0xff for all other bytes.
var hexDigit = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range "0123456789abcdef" {
		t[c] = byte(i)
	}
	for i, c := range "ABCDEF" {
		t[c] = byte(10 + i)
	}
	return t
}()

func nextByte(s string, i int, c byte) int {
	if j := strings.IndexByte(s[i:], c); j >= 0 {
		return i + j
	}
	return len(s)
}
