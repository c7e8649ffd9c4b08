package pii

import "gatehouse.dev"

// ibanLengths is how long each country's account numbers are (ISO 13616 registry).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22,
	"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
	"LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18,
	"NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18,
	"SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
	"VG": 24, "XK": 20, "YE": 30,
}

// iban finds an account number that begins with the token [start, end), in one piece or in groups of four.
func (s *scanner) iban(start, end int) (next int, ok bool) {
	text := s.s
	if end-start < 4 || !upper[text[start]] || !upper[text[start+1]] || !digit[text[start+2]] || !digit[text[start+3]] {
		return 0, false
	}
	want, known := ibanLengths[text[start:start+2]]
	if !known || end-start > want || end-start > 4 && end-start < want {
		return 0, false
	}
	if start > 0 && (text[start-1] == '_' || text[start-1] == '-') {
		return 0, false
	}
	rest, n, i := 0, 0, start
	// The first four characters are read last; letters count from 10.
	for i < len(text) && n < want {
		c := text[i]
		if (c == ' ' || c == '-') && n > 0 && n%4 == 0 && i+1 < len(text) && text[i-1] != c {
			i++
			continue
		}
		if !digit[c] && !upper[c] {
			return 0, false
		}
		if n >= 4 {
			rest = ibanStep(rest, c)
		}
		n++
		i++
	}
	if n < want || i < len(text) && alnum[text[i]] {
		return 0, false
	}
	for _, c := range []byte(text[start : start+4]) {
		rest = ibanStep(rest, c)
	}
	if rest != 1 {
		return 0, false
	}
	s.add(start, i, "pii/iban", "bank account number (IBAN)", gatehouse.High, 0.97)
	return i, true
}

func ibanStep(rest int, c byte) int {
	if digit[c] {
		return (rest*10 + int(c-'0')) % 97
	}
	return (rest*100 + int(c-'A') + 10) % 97
}
