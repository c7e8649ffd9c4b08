package pii

import "gatehouse.dev"

// mixed looks at a token of letters and digits, and what follows it. It returns where to go on.
func (s *scanner) mixed(start, end int) int {
	if next, ok := s.network(start, end); ok {
		return next
	}
	if next, ok := s.iban(start, end); ok {
		return next
	}
	token := s.s[start:end]
	if len(token) >= 26 {
		if id, detail, ok := wallet(token); ok && s.alone(start, end, 0) {
			s.add(start, end, id, detail, gatehouse.Low, 0.98)
		}
		return end
	}
	if len(token) < 9 || len(token) > 18 || !s.alone(start, end, 0) {
		return end
	}
	for i := range letterForms {
		f := &letterForms[i]
		if len(token) == f.length && f.valid(token) && (f.words == nil || s.near(start, end, f.words)) {
			s.add(start, end, f.id, f.detail, f.severity, f.confidence)
			break
		}
	}
	return end
}

// letterForm is a number with letters in it.
type letterForm struct {
	length     int
	id, detail string
	severity   gatehouse.Severity
	confidence float64
	valid      func(token string) bool
	words      []string
}

var letterForms = []letterForm{
	{9, "pii/es-dni", "Spanish DNI", gatehouse.High, 0.9, dni, nil},
	{9, "pii/es-nie", "Spanish NIE", gatehouse.High, 0.95, nie, nil},
	{9, "pii/sg-nric", "Singapore NRIC or FIN", gatehouse.High, 0.9, nric, nil},
	{9, "pii/uk-nino", "UK national insurance number", gatehouse.High, 0.8, nino, nil},
	{10, "pii/in-pan", "Indian PAN", gatehouse.High, 0.85, indianPAN, []string{"pan", "income tax", "permanent account"}},
	{11, "pii/fi-hetu", "Finnish personal identity code", gatehouse.High, 0.95, hetu, nil},
	{11, "pii/us-mbi", "US Medicare beneficiary number", gatehouse.High, 0.85, mbi, []string{"medicare", "mbi"}},
	{16, "pii/it-codice-fiscale", "Italian fiscal code", gatehouse.High, 0.95, codiceFiscale, nil},
	{17, "pii/vin", "vehicle identification number", gatehouse.Low, 0.9, vin, []string{"vin", "vehicle", "chassis", "car"}},
	{18, "pii/cn-id", "Chinese resident identity number", gatehouse.High, 0.95, chineseX, nil},
	{18, "pii/mx-curp", "Mexican CURP", gatehouse.High, 0.95, curp, nil},
}

// like says that token has the form of mask, where A is a capital, 9 a digit, X either.
func like(token, mask string) bool {
	if len(token) != len(mask) {
		return false
	}
	for i := range len(mask) {
		c := token[i]
		switch mask[i] {
		case 'A':
			if !upper[c] {
				return false
			}
		case '9':
			if !digit[c] {
				return false
			}
		case 'X':
			if !upper[c] && !digit[c] {
				return false
			}
		}
	}
	return true
}

// number reads the digits of s.
func numberOf(s string) (n int) {
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func dni(t string) bool { return like(t, "99999999A") && dniLetters[numberOf(t[:8])%23] == t[8] }

func nie(t string) bool {
	return like(t, "A9999999A") && t[0] >= 'X' && dniLetters[(int(t[0]-'X')*10_000_000+numberOf(t[1:8]))%23] == t[8]
}

func nric(t string) bool {
	if !like(t, "A9999999A") {
		return false
	}
	sum, letters := 0, "JZIHGFEDCBA"
	for i, w := range [7]int{2, 7, 6, 5, 4, 3, 2} {
		sum += int(t[i+1]-'0') * w
	}
	switch t[0] {
	case 'S':
	case 'T':
		sum += 4
	case 'F':
		letters = "XWUTRQPNMLK"
	case 'G':
		letters, sum = "XWUTRQPNMLK", sum+4
	case 'M':
		letters, sum = "KLJNPQRTUWX", sum+3
		return letters[10-sum%11] == t[8]
	default:
		return false
	}
	return letters[sum%11] == t[8]
}

// nino has no check digit; its prefixes leave out a good part of the pairs.
func nino(t string) bool {
	if !like(t, "AA999999A") || t[8] > 'D' {
		return false
	}
	for i := range 2 {
		switch t[i] {
		case 'D', 'F', 'I', 'Q', 'U', 'V':
			return false
		}
	}
	switch t[:2] {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return t[1] != 'O' && t[2:8] != "123456" && t[2:8] != "000000"
}

func indianPAN(t string) bool {
	if !like(t, "AAAAA9999A") {
		return false
	}
	switch t[3] {
	case 'A', 'B', 'C', 'F', 'G', 'H', 'J', 'L', 'P', 'T':
		return true
	}
	return false
}

const hetuLetters = "0123456789ABCDEFHJKLMNPRSTUVWXY"

// hetu is DDMMYY, a sign or letter of the century, three digits and a check character.
func hetu(t string) bool {
	if len(t) != 11 || !like(t[:6], "999999") || !like(t[7:], "999X") || !monthDay(numberOf(t[2:4]), numberOf(t[:2])) {
		return false
	}
	switch t[6] {
	case '+', '-', 'A', 'B', 'C', 'D', 'E', 'F', 'U', 'V', 'W', 'X', 'Y':
		return hetuLetters[(numberOf(t[:6])*1000+numberOf(t[7:10]))%31] == t[10]
	}
	return false
}

func mbi(t string) bool {
	if !like(t, "9AX9AX9AA99") || t[0] == '0' {
		return false
	}
	for i := range len(t) {
		switch t[i] {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
	}
	return true
}

// oddFiscal is what characters in odd places of a fiscal code count.
var oddFiscal = [36]int{
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
}

// codiceFiscale accepts the letters that stand for digits where two people would have one code.
func codiceFiscale(t string) bool {
	if !like(t, "AAAAAAXXAXXAXXXA") {
		return false
	}
	sum := 0
	for i := range 15 {
		v := int(t[i] - '0')
		if upper[t[i]] {
			v = int(t[i]-'A') + 10
		}
		if i%2 == 0 {
			sum += oddFiscal[v]
		} else if v >= 10 {
			sum += v - 10
		} else {
			sum += v
		}
	}
	switch t[8] {
	case 'A', 'B', 'C', 'D', 'E', 'H', 'L', 'M', 'P', 'R', 'S', 'T':
		return byte('A'+sum%26) == t[15]
	}
	return false
}

var vinValues = [26]int{1, 2, 3, 4, 5, 6, 7, 8, -1, 1, 2, 3, 4, 5, -1, 7, -1, 9, 2, 3, 4, 5, 6, 7, 8, 9}

func vin(t string) bool {
	sum := 0
	for i, w := range [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
		switch c := t[i]; {
		case digit[c]:
			sum += int(c-'0') * w
		case upper[c] && vinValues[c-'A'] > 0:
			sum += vinValues[c-'A'] * w
		default:
			return false
		}
	}
	return "0123456789X"[sum%11] == t[8]
}

func chineseX(t string) bool {
	if !like(t[:17], "99999999999999999") || t[17]|0x20 != 'x' {
		return false
	}
	var d [18]byte
	copy(d[:], t)
	d[17] = 'X'
	return chinese(d[:])
}

func curp(t string) bool {
	if !like(t, "AAAA999999AAAAAAX9") || t[10] != 'H' && t[10] != 'M' && t[10] != 'X' || !monthDay(numberOf(t[6:8]), numberOf(t[8:10])) {
		return false
	}
	sum := 0
	for i := range 17 {
		v := int(t[i] - '0')
		if upper[t[i]] {
			if v = int(t[i]-'A') + 10; t[i] > 'N' {
				v++ // for the Ñ between N and O
			}
		}
		sum += v * (18 - i)
	}
	return (10-sum%10)%10 == int(t[17]-'0')
}

// trailingLetter finds numbers whose last group has a letter: 131052-308T, 12345678-Z, 12.345.678-K, QQ 12 34 56 C.
func (s *scanner) trailingLetter(start, end int, num *number) (int, bool) {
	text := s.s
	switch end - start {
	case 6:
		if stop := start + 11; stop <= len(text) && hetu(text[start:stop]) && s.alone(start, stop, 0) && (stop == len(text) || !alnum[text[stop]]) {
			s.add(start, stop, "pii/fi-hetu", "Finnish personal identity code", gatehouse.High, 0.95)
			return stop, true
		}
	case 8:
		if stop := end + 2; stop <= len(text) && (text[end] == '-' || text[end] == ' ') && upper[text[end+1]] && (stop == len(text) || !alnum[text[stop]]) &&
			dniLetters[numberOf(text[start:end])%23] == text[end+1] && (text[end] == '-' || s.near(start, stop, []string{"dni", "nif"})) && s.alone(start, stop, 0) {
			s.add(start, stop, "pii/es-dni", "Spanish DNI", gatehouse.High, 0.9)
			return stop, true
		}
	case 2:
		if stop, ok := s.spacedNINO(start, num); ok {
			s.add(start-3, stop, "pii/uk-nino", "UK national insurance number", gatehouse.High, 0.85)
			return stop, true
		}
	}
	return 0, false
}

// spacedNINO says whether the number is the middle of "AB 12 34 56 C".
func (s *scanner) spacedNINO(start int, num *number) (end int, ok bool) {
	if num.n < 3 || start < 3 || s.s[start-1] != ' ' || start > 3 && alnum[s.s[start-4]] {
		return 0, false
	}
	var t [9]byte
	copy(t[:], s.s[start-3:start-1])
	for i, g := range num.groups[:3] {
		if num.len(i) != 2 || i > 0 && g.sep != ' ' {
			return 0, false
		}
		copy(t[2+2*i:], s.s[g.start:g.end])
	}
	end = num.groups[2].end + 2
	if end > len(s.s) || s.s[end-2] != ' ' || end < len(s.s) && alnum[s.s[end]] {
		return 0, false
	}
	t[8] = s.s[end-1]
	return end, nino(string(t[:]))
}
