package detect

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize makes text comparable, so that what reads the same is the same bytes: invalid UTF-8 becomes
// U+FFFD, characters that cannot be seen are removed (zero-width, bidirectional controls, tags, variation
// selectors), the rest is in NFKC (full-width and mathematical letters become plain ones), and Cyrillic and
// Greek letters that look Latin are Latin where they stand in a word with Latin ones. Plain ASCII is
// returned as it is. Case is kept.
func Normalize(s string) string {
	n, _ := normalize(s, false)
	return n
}

// normalize also returns, when asked to, the offset in s of each byte of the result and of its end; nil
// where s is returned.
func normalize(s string, offsets bool) (string, []int32) {
	if ascii(s) || !needsFold(s) {
		return s, nil
	}
	f := folder{out: make([]byte, 0, len(s)+16)}
	if offsets {
		f.from = make([]int32, 0, len(s)+17)
	}
	f.text(s)
	if offsets {
		f.from = append(f.from, int32(len(s)))
	}
	return string(f.out), f.from
}

// ascii says whether s has only bytes below 0x80.
func ascii(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if load8(s, i)&0x8080808080808080 != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// needsFold says whether normalising changes s.
func needsFold(s string) bool {
	latin, alike := false, false
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			switch {
			case asciiLetter(rune(c)):
				latin = true
			case c < '0' || c > '9':
				latin, alike = false, false
			}
			if latin && alike {
				return true
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, invisible(r), letterlike(r) != 0, 0x300 <= r && r <= 0x36f:
			return true
		case homoglyph(r) != 0:
			alike = true
			if latin {
				return true
			}
		case !wordRune(r):
			latin, alike = false, false
		}
		i += n
	}
	return !norm.NFKC.IsNormalString(s)
}

// folder builds a normalised text.
type folder struct {
	out  []byte
	from []int32 // nil where nobody asks for offsets

	word  int  // where the present word starts in out
	latin bool // the word has an ASCII letter
	alike bool // the word has a letter that looks like one
}

func (f *folder) text(s string) {
	var it norm.Iter
	it.InitString(norm.NFKC, s)
	for !it.Done() {
		at := it.Pos()
		for seg := it.Next(); len(seg) > 0; {
			r, n := utf8.DecodeRune(seg)
			f.rune(r, at)
			seg = seg[n:]
		}
	}
	f.endWord()
}

// rune adds r, which came from the character at offset at.
func (f *folder) rune(r rune, at int) {
	if invisible(r) {
		return
	}
	if l := letterlike(r); l != 0 {
		r = rune(l)
	}
	switch {
	case asciiLetter(r):
		f.latin = true
	case homoglyph(r) != 0:
		f.alike = true
	case r >= 0x300 && r <= 0x36f && f.latin && len(f.out) > 0 && asciiLetter(rune(f.out[len(f.out)-1])):
		return // a mark piled on a letter that has no composed form
	case !wordRune(r):
		f.endWord()
		f.add(r, at)
		f.word = len(f.out)
		return
	}
	f.add(r, at)
}

func (f *folder) add(r rune, at int) {
	n := len(f.out)
	f.out = utf8.AppendRune(f.out, r)
	if f.from != nil {
		for range len(f.out) - n {
			f.from = append(f.from, int32(at))
		}
	}
}

// endWord makes the look-alikes of a mixed word Latin.
func (f *folder) endWord() {
	if f.latin && f.alike {
		to := f.word
		for i := f.word; i < len(f.out); {
			r, n := utf8.DecodeRune(f.out[i:])
			if l := homoglyph(r); l != 0 {
				f.out[to] = l
				if f.from != nil {
					f.from[to] = f.from[i]
				}
				to++
			} else {
				copy(f.out[to:], f.out[i:i+n])
				if f.from != nil {
					copy(f.from[to:], f.from[i:i+n])
				}
				to += n
			}
			i += n
		}
		f.out = f.out[:to]
		if f.from != nil {
			f.from = f.from[:to]
		}
	}
	f.word, f.latin, f.alike = len(f.out), false, false
}

func asciiLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }
