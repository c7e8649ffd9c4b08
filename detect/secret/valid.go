package secret

import (
	"hash/crc32"
	"math"
	"strings"
)

// placeholderWords are found in values that stand for a secret and are none.
var placeholderWords = []string{
	"example", "placeholder", "changeme", "change_me", "change-me", "replaceme", "replace_", "replace-",
	"your_", "your-", "yourtoken", "yourkey", "yourpass", "yoursecret", "yourapi", "mysecret", "insert", "dummy", "redacted", "xxxx", "****",
	"....", "____", "----", "{{", "}}", "${", "$(", "<", ">", "%s", "%v", "[masked", "[hidden", "not-a-real", "notreal", "foobar",
}

// placeholder says that s stands for a secret and is none.
func placeholder(s string) bool {
	for _, w := range placeholderWords {
		if containsFold(s, w) {
			return true
		}
	}
	return orderly(s)
}

// containsFold is strings.Contains without regard to ASCII case; sub is in lower case.
func containsFold(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if equalFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func equalFold(s, lowered string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lowered[i] {
			return false
		}
	}
	return true
}

// orderly says that at least half of s repeats or counts up (aaaa, 12345, abcdef), which random bytes do not.
func orderly(s string) bool {
	if len(s) < 4 {
		return false
	}
	n := 0
	for i := 1; i < len(s); i++ {
		if d := int(s[i]) - int(s[i-1]); d == 0 || d == 1 {
			n++
		}
	}
	return 2*n >= len(s)
}

// random says that a provider's token looks generated: not a placeholder, and varied enough for its length.
func random(s string) bool {
	return !placeholder(s) && entropy(s) >= 2.8
}

// entropy is Shannon's, in bits a byte, over the bytes of s.
func entropy(s string) float64 {
	if s == "" {
		return 0
	}
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	var h float64
	n := float64(len(s))
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / n
			h -= p * math.Log2(p)
		}
	}
	return h
}

// changes counts the places where s goes from one class of character (lower, upper, digit, other) to another.
func changes(s string) int {
	n := 0
	for i := 1; i < len(s); i++ {
		if class(s[i]) != class(s[i-1]) {
			n++
		}
	}
	return n
}

func class(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return 0
	case 'A' <= c && c <= 'Z':
		return 1
	case '0' <= c && c <= '9':
		return 2
	}
	return 3
}

// classes is the set of classes in s, as bits.
func classes(s string) (bits int) {
	for i := range len(s) {
		bits |= 1 << class(s[i])
	}
	return bits
}

const base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crcSealed says that the last six characters of a token are the base62 CRC-32 of those after its prefix, as
// GitHub and npm make them.
func crcSealed(token string) bool {
	_, body, ok := strings.Cut(token, "_")
	if !ok || len(body) < 7 {
		return false
	}
	data, seal := body[:len(body)-6], body[len(body)-6:]
	sum := crc32.ChecksumIEEE([]byte(data))
	for i := 5; i >= 0; i-- {
		if seal[i] != base62Digits[sum%62] {
			return false
		}
		sum /= 62
	}
	return true
}

func notSealed(token string) bool { return !crcSealed(token) }
