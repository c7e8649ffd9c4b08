package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse.dev"
)

// lookalikes are the Cyrillic, Greek and Armenian letters that read as Latin ones.
const lookalikes = "аеорсухіјѕһԁԛԝӏАВЕКМНОРСТУХІЈЅԚԜӀ" + "αενοργτυκιωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "աօոսհցզ"

var alike = func() map[rune]bool {
	m := make(map[rune]bool)
	for _, r := range lookalikes {
		m[r] = true
	}
	return m
}()

// isAlike says that r is of a block with letters that look Latin.
func isAlike(r rune) bool { return 0x370 <= r && r <= 0x58f }

// wordReach bounds a word, in bytes each way.
const wordReach = 128

// word looks at the word or host around the letter at i.
func (in *inspector) word(i int) {
	start, end, latin := i, i, false
	for start > max(0, i-wordReach) && hostByte(in.s[start-1]) {
		start--
		latin = latin || asciiLetter(rune(in.s[start]))
	}
	for end < min(len(in.s), i+wordReach) && hostByte(in.s[end]) {
		latin = latin || asciiLetter(rune(in.s[end]))
		end++
	}
	in.checked = end
	if !latin {
		return
	}
	word := strings.TrimRight(in.s[start:end], ".-")
	end = start + len(word)
	if host(word, in.s[:start]) {
		if suspectHost(word) {
			in.add(kindHost, start, end, gatehouse.High, 0.9, "host with letters that look like others")
		}
		return
	}
	for label := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '.' || r == '-' }) {
		if mixed(label) {
			in.add(kindWord, start, end, gatehouse.Low, 0.7, "word that mixes letters that look alike")
			return
		}
	}
}

func hostByte(c byte) bool {
	return c >= utf8.RuneSelf || 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-'
}

// host says that word is a host: it follows "://" or "@", or ends in a Latin top-level domain.
func host(word, before string) bool {
	dot := strings.LastIndexByte(word, '.')
	if dot <= 0 {
		return false
	}
	if strings.HasSuffix(before, "://") || strings.HasSuffix(before, "@") {
		return true
	}
	switch strings.ToLower(word[dot+1:]) {
	case "com", "org", "net", "io", "dev", "ai", "app", "co", "info", "biz", "edu", "gov", "me", "us", "uk", "de", "eu", "cloud", "xyz":
		return true
	}
	return false
}

// suspectHost says that a label of the host mixes scripts, or that its letters all look Latin and stand under
// a Latin top-level domain: аррӏе.com.
func suspectHost(word string) bool {
	dot := strings.LastIndexByte(word, '.')
	latinTLD := true
	for i := dot + 1; i < len(word); i++ {
		latinTLD = latinTLD && word[i] < utf8.RuneSelf
	}
	for label := range strings.SplitSeq(word, ".") {
		latin, other, same := scripts(label)
		if other > 0 && (latin > 0 && same > 0 || latinTLD && same == other) {
			return true
		}
	}
	return false
}

// mixed says that a word of four letters or more has both Latin letters and some that pretend to be.
func mixed(word string) bool {
	latin, other, same := scripts(word)
	return latin > 0 && other > 0 && same == other && latin+other >= 4 && (other == 1 || latin > 1) && !greekOnly(word)
}

// greekOnly says that the letters beside the Latin ones are Greek, as in formulas.
func greekOnly(word string) bool {
	for _, r := range word {
		if r >= 0x400 {
			return false
		}
	}
	return true
}

// scripts counts the Latin letters of s, the Cyrillic, Greek and Armenian ones, and those among them that look Latin.
func scripts(s string) (latin, other, same int) {
	for _, r := range s {
		switch {
		case asciiLetter(r):
			latin++
		case isAlike(r) && unicode.IsLetter(r):
			other++
			if alike[r] {
				same++
			}
		}
	}
	return latin, other, same
}
