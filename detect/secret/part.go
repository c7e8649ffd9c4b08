package secret

import "strings"

// charset is a set of bytes.
type charset [256]bool

// chars returns the set that spec lists: single bytes and ranges, as in "a-z0-9_-". A hyphen that ends spec
// is itself.
func chars(spec string) *charset {
	var set charset
	for i := 0; i < len(spec); i++ {
		if i+2 < len(spec) && spec[i+1] == '-' {
			for c := int(spec[i]); c <= int(spec[i+2]); c++ {
				set[c] = true
			}
			i += 2
			continue
		}
		set[spec[i]] = true
	}
	return &set
}

var (
	digit    = chars("0-9")
	hex      = chars("0-9a-f")
	anyHex   = chars("0-9a-fA-F")
	alnum    = chars("0-9A-Za-z")
	lower    = chars("0-9a-z")
	upper    = chars("0-9A-Z")
	base32   = chars("A-Z2-7")
	base64   = chars("0-9A-Za-z+/")
	base64eq = chars("0-9A-Za-z+/=")
	urlsafe  = chars("0-9A-Za-z_-")
	dotted   = chars("0-9A-Za-z_.=-")
	letters  = chars("A-Za-z")
	bech32   = chars("AC-HJ-NP-Z02-9") // the alphabet of BIP 173 in upper case
	entra    = chars("0-9A-Za-z_~.-")
	entraEnd = chars("AQgw") // last characters that a base64 value of this length can have
	glab     = chars("0-9A-Za-z_.-")
	pine     = chars("0-9A-Za-z_")
	sentry   = chars("0-9A-Za-z+/=_")
	bearer   = chars("0-9A-Za-z%")
)

// part is a piece of a format: lit, or between min and max bytes of set.
type part struct {
	set      *charset
	min, max int
	lit      string
}

func lit(s string) part                   { return part{lit: s} }
func run(set *charset, min, max int) part { return part{set: set, min: min, max: max} }
func exactly(set *charset, n int) part    { return part{set: set, min: n, max: n} }
func atLeast(set *charset, n int) part    { return part{set: set, min: n, max: maxRun} }

// uuid is five groups of hexadecimal digits.
func uuid(set *charset) []part {
	return []part{
		exactly(set, 8), lit("-"), exactly(set, 4), lit("-"), exactly(set, 4), lit("-"), exactly(set, 4), lit("-"), exactly(set, 12),
	}
}

// maxRun bounds open-ended runs, so that a wall of base64 costs a fixed amount at each marker.
const maxRun = 4096

// ahead matches p at text[i:] and returns where it ends. A run that goes on beyond its maximum is no match,
// unless the part that follows can tell.
func (p part) ahead(text string, i int) (int, bool) {
	if p.set == nil {
		if strings.HasPrefix(text[i:], p.lit) {
			return i + len(p.lit), true
		}
		return i, false
	}
	end := i
	for end < len(text) && end-i < p.max && p.set[text[end]] {
		end++
	}
	return end, end-i >= p.min
}

// back matches p so that it ends at text[:i], and returns where it starts.
func (p part) back(text string, i int) (int, bool) {
	if p.set == nil {
		if strings.HasSuffix(text[:i], p.lit) {
			return i - len(p.lit), true
		}
		return i, false
	}
	start := i
	for start > 0 && i-start < p.max && p.set[text[start-1]] {
		start--
	}
	return start, i-start >= p.min
}

// freeBefore says that what starts at i is not the rest of a longer word. The tail of an escape (\n, %3D)
// counts as no word.
func freeBefore(text string, i int) bool {
	if i == 0 {
		return true
	}
	c := text[i-1]
	if !alnum[c] && c != '_' {
		return true
	}
	if i >= 2 && text[i-2] == '\\' && (c == 'n' || c == 'r' || c == 't') {
		return true
	}
	return i >= 3 && text[i-3] == '%' && anyHex[text[i-2]] && anyHex[c]
}
