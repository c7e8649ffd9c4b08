package text

import (
	"unicode"
	"unicode/utf8"

	"gatehouse.dev"
)

func isTag(r rune) bool { return 0xe0000 <= r && r <= 0xe007f }

func isSelector(r rune) bool { return 0xfe00 <= r && r <= 0xfe0f || 0xe0100 <= r && r <= 0xe01ef }

// tags reports a run of tag characters, which repeat ASCII without showing it. Only the flags of regions
// (a black flag, tags, a cancel tag) use them rightly.
func (in *inspector) tags(i int) int {
	start, shown, cancelled := i, 0, false
	for i < len(in.s) {
		r, n := utf8.DecodeRuneInString(in.s[i:])
		if !isTag(r) {
			break
		}
		if 0xe0020 <= r && r <= 0xe007e {
			shown++
		}
		cancelled = r == 0xe007f
		i += n
	}
	if prev, _ := utf8.DecodeLastRuneInString(in.s[:start]); prev == 0x1f3f4 && cancelled && shown <= 6 {
		return i
	}
	if shown >= 4 {
		in.add(kindTags, start, i, gatehouse.High, 1, "hidden message in Unicode tag characters")
	} else {
		in.add(kindTags, start, i, gatehouse.Medium, 0.9, "Unicode tag characters")
	}
	return i
}

// selectors reports variation selectors that follow each other: one chooses a glyph, several carry data.
func (in *inspector) selectors(i int) int {
	start, n, letters, supplement := i, 0, 0, false
	for i < len(in.s) {
		r, size := utf8.DecodeRuneInString(in.s[i:])
		if !isSelector(r) {
			break
		}
		// The usual code puts byte b into selector b+1: 16 in the first block, the others in the supplement.
		if r >= 0xe0100 {
			supplement = true
			if b := r - 0xe0100 + 16; 0x20 <= b && b < 0x7f {
				letters++
			}
		}
		n++
		i += size
	}
	prev, _ := utf8.DecodeLastRuneInString(in.s[:start])
	switch {
	case n >= 4 && letters*2 >= n:
		in.add(kindSelectors, start, i, gatehouse.High, 1, "hidden message in variation selectors")
	case n >= 4:
		in.add(kindSelectors, start, i, gatehouse.High, 0.9, "data hidden in variation selectors")
	case n > 1, supplement && !unicode.Is(unicode.Han, prev):
		in.add(kindSelectors, start, i, gatehouse.Medium, 0.8, "variation selectors without a use")
	}
	return i
}

func isZeroWidth(r rune) bool {
	switch r {
	case 0xad, 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0x2061, 0x2062, 0x2063,
		0x2064, 0x2800, 0x3164, 0xfeff, 0xffa0:
		return true
	}
	return 0x206a <= r && r <= 0x206f || 0xfff9 <= r && r <= 0xfffb || 0x1d173 <= r && r <= 0x1d17a
}

// zeroWidth reports a run of characters without width, unless the writing around it needs them.
func (in *inspector) zeroWidth(i int) int {
	start, n := i, 0
	var first rune
	for i < len(in.s) {
		r, size := utf8.DecodeRuneInString(in.s[i:])
		if !isZeroWidth(r) {
			break
		}
		if n == 0 {
			first = r
		}
		n++
		i += size
	}
	prev, _ := utf8.DecodeLastRuneInString(in.s[:start])
	next, _ := utf8.DecodeRuneInString(in.s[i:])
	switch {
	case n == 1 && needed(first, prev, next, start), first == 0x2800 && braille(prev, next):
	case n >= 8 && first != 0x2800:
		in.add(kindHidden, start, i, gatehouse.High, 0.9, "message hidden in zero-width characters")
	case n > 2 || asciiLetter(prev) && asciiLetter(next):
		in.add(kindZeroWidth, start, i, gatehouse.Medium, 0.8, "zero-width characters within a word")
	default:
		in.add(kindZeroWidth, start, i, gatehouse.Low, 0.6, "zero-width character")
	}
	return i
}

// needed says that one zero-width character between prev and next, at that offset, is what its writing asks for.
func needed(r, prev, next rune, at int) bool {
	switch r {
	case 0xfeff:
		return at == 0
	case 0xad: // soft hyphen: a place to break a word
		return unicode.IsLetter(prev) && unicode.IsLetter(next)
	case 0x200c:
		return joining(prev) || joining(next) || germanic(prev, next)
	case 0x200d:
		return joining(prev) || joining(next) || pictograph(prev) && pictograph(next)
	case 0x200b:
		return unspaced(prev) || unspaced(next)
	case 0x2060:
		return prev > 0x7f && unicode.IsPunct(prev) || next > 0x7f && unicode.IsPunct(next)
	case 0x34f:
		return unicode.IsMark(prev) || unicode.IsMark(next)
	case 0x115f, 0x1160, 0x3164, 0xffa0:
		return unicode.Is(unicode.Hangul, prev) || unicode.Is(unicode.Hangul, next)
	case 0x17b4, 0x17b5:
		return unicode.Is(unicode.Khmer, prev)
	case 0x180e:
		return unicode.Is(unicode.Mongolian, prev)
	}
	return false
}

var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian, unicode.Myanmar, unicode.Khmer, unicode.Thaana,
}

// joining says that r's writing joins letters, so that joiners and non-joiners have work to do.
func joining(r rune) bool { return r >= 0x600 && unicode.In(r, joiningScripts...) }

// germanic says that a non-joiner between two letters prevents a ligature, as careful typesetting does; in
// ASCII it is rather an attempt to split a word.
func germanic(prev, next rune) bool {
	return unicode.IsLetter(prev) && unicode.IsLetter(next) && (prev > 0x7f || next > 0x7f)
}

// unspaced says that r's writing has no spaces between words.
func unspaced(r rune) bool {
	return r >= 0xe00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// pictograph says that r can be part of an emoji of several.
func pictograph(r rune) bool {
	return 0x1f000 <= r && r <= 0x1faff || 0x2190 <= r && r <= 0x2bff || r == 0xfe0f || r == 0x20e3 || r == 0x3030
}

func braille(prev, next rune) bool {
	return 0x2801 <= prev && prev <= 0x28ff || 0x2801 <= next && next <= 0x28ff
}

func asciiLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' && r < utf8.RuneSelf }
