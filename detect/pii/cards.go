package pii

import "gatehouse.dev"

var cardWords = []string{
	"card", "credit", "debit", "visa", "mastercard", "amex", "pan", "cc", "carte", "tarjeta", "karte", "kreditkarte", "cartão", "carta", "payment",
}

// cardForms are payment cards. In groups, or with sixteen digits, a card is known by itself; in one run of
// another length, which counters and timestamps have too, it takes a word.
func cardForms() []form {
	grouped := form{id: "pii/payment-card", detail: "payment card number", severity: gatehouse.High, confidence: 0.95, valid: card}
	named, plain := grouped, grouped
	named.words = cardWords
	plain.severity, plain.confidence = gatehouse.Medium, 0.7
	var fs []form
	fs = append(fs, in(grouped, "4 4 4 4", "4-4-4-4", "4 6 5", "4-6-5", "4 6 4", "4-6-4", "4 4 4 4 3", "4-4-4-4-3")...)
	fs = append(fs, in(named, "13", "14", "15", "16", "17", "18", "19")...)
	return append(fs, in(plain, "15", "16")...)
}

// card checks the issuer's range, the length that it uses, and the check digit.
func card(d []byte) bool {
	return issued(d) && luhn(d)
}

func issued(d []byte) bool {
	n := len(d)
	p2, p4 := two(d, 0), two(d, 0)*100+two(d, 2)
	p3 := p4 / 10
	switch {
	case d[0] == '4': // Visa
		return n == 13 || n == 16 || n == 19
	case p2 >= 51 && p2 <= 55, p4 >= 2221 && p4 <= 2720: // Mastercard
		return n == 16
	case p2 == 34, p2 == 37: // American Express
		return n == 15
	case p4 == 6011, p3 >= 644 && p3 <= 649, p2 == 65: // Discover
		return n == 16 || n == 19
	case p4 >= 3528 && p4 <= 3589: // JCB
		return n == 16
	case p4 == 2131, p4 == 1800: // JCB
		return n == 15
	case p3 >= 300 && p3 <= 305, p4 == 3095, p2 == 36, p2 == 38, p2 == 39: // Diners Club
		return n == 14 || n == 16
	case p2 == 62, p2 == 81: // UnionPay
		return n >= 16
	case p4 >= 2200 && p4 <= 2204: // Mir
		return n >= 16
	case p4 == 9792, p3 == 508, p2 == 60: // Troy, RuPay
		return n == 16
	}
	switch p4 { // Maestro
	case 5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763:
		return true
	}
	return false
}
