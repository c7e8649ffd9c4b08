package detect

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldStep is how much text is normalised between two questions whether to stop.
const foldStep = 16 << 10

// Normalize makes text comparable, so that what reads the same is the same bytes: invalid UTF-8 becomes
// U+FFFD, characters that cannot be seen are removed (zero-width, bidirectional controls, tags, variation
// selectors), the rest is in NFKC (full-width and mathematical letters become plain ones), and Cyrillic and
// Greek letters that look Latin are Latin where they stand in a word with Latin ones. Plain ASCII is
// returned as it is. Case is kept.
func Normalize(s string) string {
	if ascii(s) || !needsFold(s) {
		return s
	}
	f := folder{out: make([]byte, 0, len(s)+16)}
	f.text(s, nil)
	return string(f.out)
}

// normalize is Normalize that also returns the offset in s of each byte of the result and of its end; nil
// where s is returned. Where stop returns true, the rest of s is left out.
func normalize(s string, stop func() bool) (string, []int32) {
	if ascii(s) || !needsFold(s) {
		return s, nil
	}
	f := folder{out: make([]byte, 0, len(s)+16), from: make([]int32, 0, len(s)+17)}
	f.text(s, stop)
	return view(f.out), append(f.from, int32(len(s)))
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
	seg  []byte

	word  int  // where the present word starts in out
	latin bool // the word has an ASCII letter
	alike bool // the word has a letter that looks like one
}

func (f *folder) text(s string, stop func() bool) {
	asked := 0
	for i := 0; i < len(s); {
		// Most of most texts is normal already.
		n := i + norm.NFKC.QuickSpanString(s[i:min(len(s), i+foldStep)])
		for i < n {
			if c := s[i]; c < utf8.RuneSelf {
				f.ascii(c, i)
				i++
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			f.rune(r, i)
			i += size
		}
		if r, size := plainForm(s[i:]); size > 0 {
			f.rune(r, i)
			i += size
		} else if i < len(s) {
			size := norm.NFKC.NextBoundaryInString(s[i:min(len(s), i+foldStep)], true)
			f.seg = norm.NFKC.AppendString(f.seg[:0], s[i:i+size])
			for seg := f.seg; len(seg) > 0; {
				r, n := utf8.DecodeRune(seg)
				f.rune(r, i)
				seg = seg[n:]
			}
			i += size
		}
		if i-asked > foldStep && stop != nil {
			if asked = i; stop() {
				break
			}
		}
	}
	f.endWord()
}

// plainForm reads a character that is common in ordinary text, though not normal: full-width ASCII, as in
// Chinese punctuation, or a space that is not the usual one.
func plainForm(s string) (rune, int) {
	switch r, n := utf8.DecodeRuneInString(s); {
	case 0xff01 <= r && r <= 0xff5e:
		return r - 0xff01 + '!', n
	case r == 0xa0, r == 0x3000:
		return ' ', n
	}
	return 0, 0
}

func (f *folder) ascii(c byte, at int) {
	switch {
	case asciiLetter(rune(c)):
		f.latin = true
	case c < '0' || c > '9':
		f.endWord()
		f.word = len(f.out) + 1
	}
	f.out = append(f.out, c)
	if f.from != nil {
		f.from = append(f.from, int32(at))
	}
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
