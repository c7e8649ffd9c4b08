package pii

import "gatehouse.dev"

// in returns f in each of the shapes.
func in(f form, shapes ...string) []form {
	fs := make([]form, len(shapes))
	for i, spec := range shapes {
		sh := parseShape(spec)
		fs[i] = f
		fs[i].shape = &sh
	}
	return fs
}

// byFirst holds all forms of numbers by the length of their first group.
var byFirst = func() (table [20][]*form) {
	for _, fs := range [][]form{nationalForms(), cardForms()} {
		for i := range fs {
			n := fs[i].shape.lengths[0]
			table[n] = append(table[n], &fs[i])
		}
	}
	return table
}()

var (
	ssnWords     = []string{"ssn", "social security", "social-security", "social_security", "taxpayer id"}
	birthNumbers = []string{"personnummer", "personal number", "personnr", "pnr", "cpr", "fødselsnummer", "national identity", "person nr"}
)

// nationalForms are identity numbers made of digits alone. Strong checks stand alone; weak ones need words.
func nationalForms() []form {
	var fs []form
	add := func(id, detail string, confidence float64, valid func([]byte) bool, words []string, shapes ...string) {
		fs = append(fs, in(form{
			id: "pii/" + id, detail: detail, severity: gatehouse.High, confidence: confidence, valid: valid, words: words,
		}, shapes...)...)
	}
	add("us-ssn", "US social security number", 0.95, ssn, ssnWords, "3-2-4", "3 2 4", "9")
	add("us-ssn", "US social security number", 0.8, unpublishedSSN, nil, "3-2-4")
	add("us-itin", "US taxpayer number", 0.85, itin, nil, "3-2-4")
	add("us-routing-number", "US bank routing number", 0.85, aba, []string{"routing", "aba", "rtn"}, "9")
	add("ca-sin", "Canadian social insurance number", 0.9, sin, []string{"sin number", "sin:", "sin is", "sin#", "sin no", "social insurance"}, "3 3 3", "3-3-3", "9")
	add("au-tfn", "Australian tax file number", 0.9, tfn, []string{"tfn", "tax file"}, "3 3 3", "9", "3-3-3")
	add("uk-nhs", "NHS number", 0.9, nhs, []string{"nhs", "health service"}, "3 3 4", "3-3-4", "10")
	add("br-cpf", "Brazilian CPF", 0.95, cpf, nil, "3.3.3-2")
	add("br-cpf", "Brazilian CPF", 0.85, cpf, []string{"cpf"}, "11")
	add("br-cnpj", "Brazilian CNPJ", 0.95, cnpj, nil, "2.3.3/4-2")
	add("br-cnpj", "Brazilian CNPJ", 0.85, cnpj, []string{"cnpj"}, "14")
	add("in-aadhaar", "Aadhaar number", 0.9, aadhaar, []string{"aadhaar", "aadhar", "uidai"}, "4 4 4", "4-4-4", "12")
	add("pl-pesel", "Polish PESEL", 0.9, pesel, []string{"pesel"}, "11")
	add("se-personnummer", "Swedish personal number", 0.85, personnummer, nil, "8-4")
	add("se-personnummer", "Swedish personal number", 0.9, personnummer, birthNumbers, "6-4", "10", "12")
	add("dk-cpr", "Danish CPR number", 0.85, cpr, birthNumbers, "6-4", "10")
	add("no-fodselsnummer", "Norwegian birth number", 0.9, fodselsnummer, birthNumbers, "11", "6 5")
	add("fr-nir", "French social security number", 0.9, nir, nil, "15", "13 2", "1 2 2 2 3 3 2")
	add("de-steuer-id", "German tax ID", 0.9, steuerID, []string{"steuer", "steuer-id", "steuerid", "idnr", "identifikationsnummer", "steuernummer", "tax id"}, "11", "2 3 3 3")
	add("nl-bsn", "Dutch citizen service number", 0.9, bsn, []string{"bsn", "burgerservicenummer", "sofinummer"}, "9", "4.2.3", "3 3 3")
	add("be-national-number", "Belgian national number", 0.95, belgian, nil, "2.2.2-3.2")
	add("be-national-number", "Belgian national number", 0.85, belgian, []string{"rijksregisternummer", "registre national", "national number", "nrn", "niss"}, "11")
	add("ch-ahv", "Swiss AHV number", 0.95, ahv, nil, "3.4.4.2", "13")
	add("cn-id", "Chinese resident identity number", 0.95, chinese, nil, "18")
	add("kr-rrn", "Korean resident number", 0.85, rrn, nil, "6-7")
	add("jp-my-number", "Japanese individual number", 0.85, myNumber, []string{"my number", "mynumber", "individual number", "マイナンバー", "個人番号"}, "12", "4 4 4", "4-4-4")
	add("za-id", "South African identity number", 0.9, southAfrican, []string{"id number", "id no", "id_number", "identity", "rsa id", "sa id"}, "13")
	add("tr-tckn", "Turkish identity number", 0.9, tckn, []string{"tc", "tckn", "kimlik", "t.c."}, "11")
	add("pt-nif", "Portuguese tax number", 0.85, nif, []string{"nif", "contribuinte"}, "9", "3 3 3")
	add("cl-rut", "Chilean RUT", 0.9, rut, nil, "2.3.3-1", "1.3.3-1")
	add("ar-cuit", "Argentine CUIT", 0.9, cuit, nil, "2-8-1")
	add("ro-cnp", "Romanian CNP", 0.9, cnp, []string{"cnp", "cod numeric"}, "13")
	return fs
}

func ssn(d []byte) bool {
	area, grp, serial := int(d[0]-'0')*100+two(d, 1), two(d, 3), two(d, 5)*100+two(d, 7)
	return area != 0 && area != 666 && area < 900 && grp != 0 && serial != 0
}

// unpublishedSSN is ssn without the numbers that advertisements and examples made known.
func unpublishedSSN(d []byte) bool {
	switch string(d) {
	case "123456789", "078051120", "219099999", "457555462", "111223333", "123121234":
		return false
	}
	return ssn(d)
}

func itin(d []byte) bool {
	g := two(d, 3)
	return d[0] == '9' && (50 <= g && g <= 65 || 70 <= g && g <= 88 || 90 <= g && g <= 92 || 94 <= g)
}

func aba(d []byte) bool {
	p := two(d, 0)
	return weighted(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 && (p <= 12 || 21 <= p && p <= 32 || 61 <= p && p <= 72 || p == 80)
}

func sin(d []byte) bool { return d[0] != '8' && luhn(d) }

func tfn(d []byte) bool { return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 }

func nhs(d []byte) bool {
	c := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return c%11 == int(d[9]-'0') && c != 10
}

func cpf(d []byte) bool {
	return eleven(weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[9]-'0') &&
		eleven(weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[10]-'0')
}

func cnpj(d []byte) bool {
	return eleven(weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[12]-'0') &&
		eleven(weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[13]-'0')
}

// eleven is the check digit of a weighted sum modulo 11, where 10 and 11 become 0.
func eleven(sum int) int {
	if c := 11 - sum%11; c < 10 {
		return c
	}
	return 0
}

func aadhaar(d []byte) bool { return d[0] >= '2' && verhoeff(d) }

func pesel(d []byte) bool {
	return weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0 && monthDay(two(d, 2)%20, two(d, 4))
}

func personnummer(d []byte) bool {
	if len(d) == 12 {
		if c := two(d, 0); c != 19 && c != 20 {
			return false
		}
		d = d[2:]
	}
	day := two(d, 4)
	if day > 60 { // numbers for people without a registration
		day -= 60
	}
	return monthDay(two(d, 2), day) && luhn(d)
}

func cpr(d []byte) bool { return monthDay(two(d, 2), two(d, 0)) }

func fodselsnummer(d []byte) bool {
	day := two(d, 0)
	if day > 40 {
		day -= 40
	}
	return monthDay(two(d, 2), day) && weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

func nir(d []byte) bool {
	month := two(d, 3)
	return (d[0] == '1' || d[0] == '2') && (1 <= month && month <= 12 || 20 <= month && month <= 42) && two(d, 5) != 0 && 97-mod(d[:13], 97) == two(d, 13)
}

// steuerID also asks that of the first ten digits exactly one comes twice or thrice.
func steuerID(d []byte) bool {
	var counts [10]int
	for _, c := range d[:10] {
		counts[c-'0']++
	}
	repeated := 0
	for _, n := range counts {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return d[0] != '0' && repeated == 1 && iso11_10(d)
}

func bsn(d []byte) bool { return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 }

// belgian knows that those born since 2000 have a 2 put before the number when it is checked.
func belgian(d []byte) bool {
	if !monthDay(two(d, 2)%20, two(d, 4)) {
		return false
	}
	n, c := mod(d[:9], 97), two(d, 9)
	return 97-n == c || 97-(2_000_000_000+value(d[:9]))%97 == c
}

func value(d []byte) (n int) {
	for _, c := range d {
		n = n*10 + int(c-'0')
	}
	return n
}

func ahv(d []byte) bool { return string(d[:3]) == "756" && ean13(d) }

func chinese(d []byte) bool {
	return chineseSum(d)%11 == 1 && d[0] >= '1' && d[0] <= '8' && (two(d, 6) == 19 || two(d, 6) == 20) && monthDay(two(d, 10), two(d, 12))
}

// chineseSum is 1 modulo 11 with the check digit counted once; X counts ten.
func chineseSum(d []byte) int {
	sum := weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	if d[17] == 'X' {
		return sum + 10
	}
	return sum + int(d[17]-'0')
}

// rrn knows no check digit: numbers given since October 2020 have none.
func rrn(d []byte) bool { return monthDay(two(d, 2), two(d, 4)) && '1' <= d[6] && d[6] <= '8' }

func myNumber(d []byte) bool {
	c := weighted(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	if c <= 1 {
		return d[11] == '0'
	}
	return 11-c == int(d[11]-'0')
}

func southAfrican(d []byte) bool { return monthDay(two(d, 2), two(d, 4)) && d[10] <= '1' && luhn(d) }

func tckn(d []byte) bool {
	odd := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1)
	even := weighted(d, 0, 1, 0, 1, 0, 1, 0, 1)
	return d[0] != '0' && ((odd*7-even)%10+10)%10 == int(d[9]-'0') && (odd+even+int(d[9]-'0'))%10 == int(d[10]-'0')
}

func nif(d []byte) bool { return eleven(weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)) == int(d[8]-'0') }

func rut(d []byte) bool {
	n := len(d) - 1
	sum, w := 0, 2
	for i := n - 1; i >= 0; i-- {
		sum += int(d[i]-'0') * w
		if w++; w > 7 {
			w = 2
		}
	}
	c := 11 - sum%11
	return c%11 == int(d[n]-'0') && c != 10
}

func cuit(d []byte) bool {
	switch two(d, 0) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34:
		return (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == int(d[10]-'0')
	}
	return false
}

func cnp(d []byte) bool {
	c := weighted(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if c == 10 {
		c = 1
	}
	return d[0] != '0' && monthDay(two(d, 3), two(d, 5)) && c == int(d[12]-'0')
}
