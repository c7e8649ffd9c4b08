package dash

import (
	"fmt"
	"unicode/utf8"
)

// hidden reports whether a character shows nothing and yet changes how its neighbours are read: those that
// turn the direction of text, those that only a machine sees, and control characters.
// The joiners are left alone: scripts and emoji need them.
func hidden(r rune) bool {
	switch {
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C: // direction
		return true
	case r == 0x200B, r >= 0x2060 && r <= 0x2064, r == 0xFEFF, r == 0x00AD, r == 0x180E: // no width
		return true
	case r >= 0xE0000 && r <= 0xE007F: // tags
		return true
	case r < 0x20 && r != '\n' && r != '\t', r >= 0x7F && r <= 0x9F: // controls
		return true
	}
	return false
}

// sign is what stands in a page for a hidden character.
func sign(r rune) string { return fmt.Sprintf("‹U+%04X›", r) }

// unhide replaces the hidden characters of a finished page with their signs. Working on the page and not
// on each value means that no field can be forgotten. Carriage returns, which HTML itself may hold, stay.
func unhide(b []byte) []byte {
	var out []byte
	from := 0
	for i := 0; i < len(b); {
		r, n := rune(b[i]), 1
		if r >= 0x20 && r < 0x7F {
			i++
			continue
		}
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(b[i:])
		}
		if r != '\r' && hidden(r) {
			out = append(append(out, b[from:i]...), sign(r)...)
			from = i + n
		}
		i += n
	}
	if out == nil {
		return b
	}
	return append(out, b[from:]...)
}
