package pii

import (
	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// contextRules are data without a check of their own, known by the words before it.
func contextRules() []detect.Rule {
	return []detect.Rule{
		{
			ID: "pii/date-of-birth", Detail: "date of birth", Severity: gatehouse.Medium, Confidence: 0.85,
			Anchors: [][]string{{
				"birth", "dob", "born", "geburtsdatum", "geboren", "naissance", "née le", "né le", "nacimiento", "nascita", "nascimento", "födelsedatum", "geboortedatum",
			}},
			Window: 60,
			Pattern: `(?i)\b(?:date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|d\.?o\.?b\.?|born(?: on)?|geburtsdatum|geboren(?: am)?|date de naissance|née? le|` +
				`fecha de nacimiento|data di nascita|data de nascimento|födelsedatum|geboortedatum)["']?[\s:=,(–-]{1,6}["']?(?:is |was )?` +
				`(?P<v>(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])|(?:3[01]|[12]\d|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])[-/.](?:(?:19|20)\d\d|\d\d)|` +
				`(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th|\.)?(?: of)? \pL{3,10}\.?,? (?:19|20)\d\d|\pL{3,10}\.? (?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,? (?:19|20)\d\d)\b`,
			Find: []string{
				"Date of birth: 1984-03-12", `"dob": "03/12/1984"`, "She was born on 12 March 1984 in Turku", "Geburtsdatum: 12.03.1984",
				"Born: March 12, 1984", "née le 12/03/1984",
			},
			Pass: []string{"Date of birth: 1984-13-12", "The firm was born in 1984", "Release date: 1984-03-12", "dob: unknown"},
		},
		{
			ID: "pii/passport-number", Detail: "passport number", Severity: gatehouse.High, Confidence: 0.8,
			Anchors: [][]string{{"passport", "reisepass", "passeport", "pasaporte", "passaporto"}}, Window: 60,
			Pattern: `(?i:passport|reisepass|passeport|pasaporte|passaporto)(?i:[ _-]?(?:no|nr|num|number|nummer|numero|número|id))?\.?["']?(?i: is)?\s{0,2}[:#=]?\s{0,2}["']?` +
				`(?P<v>[A-Z]{1,2}\d{6,8}|\d{8,9}|\d{2}[A-Z]{2}\d{5})\b`,
			Find: []string{"Passport number: X4832917", `"passport_no": "532981647"`, "passport is C01X00T47 or 19AB45678 and passport 19AB45678"},
			Pass: []string{"Passport number: pending", "passport.js 4832917", "Passport office, room 48329"},
		},
		{
			ID: "pii/driving-licence", Detail: "driving licence number", Severity: gatehouse.High, Confidence: 0.7,
			Anchors: [][]string{{"licen", "führerschein"}, {"driv", "führerschein"}}, Window: 60,
			Pattern: `(?i:driv(?:er'?s?|ing)[ _-]licen[cs]e|führerschein)(?i:[ _-]?(?:no|nr|num|number|nummer|id))?\.?["']?(?i: is)?\s{0,2}[:#=]?\s{0,2}["']?` +
				`(?P<v>[A-Z]{1,5}\d{4,14}[A-Z0-9]{0,5}|\d{7,12})\b`,
			Find: []string{"Driver's license number: D4832917", "driving licence no. MORGA657054SM9IJ", `driver_license: "48329176"`},
			Pass: []string{"Driver's license number: n/a", "driving licence since 2004"},
		},
		{
			ID: "pii/medical-record-number", Detail: "medical record number", Severity: gatehouse.High, Confidence: 0.7,
			Anchors: [][]string{{"mrn", "medical record", "patient id", "patient_id"}}, Window: 40,
			Pattern: `(?i)\b(?:mrn|medical record (?:no|number)|patient[ _]id)\.?["']?\s{0,2}[:#=]\s{0,2}["']?(?P<v>\d{6,10})\b`,
			Find:    []string{"MRN: 00483291", `"patient_id": "4832917"`},
			Pass:    []string{"MRN: 4832", "The MRN column holds 00483291"},
		},
		{
			ID: "pii/bank-account-number", Detail: "bank account number", Severity: gatehouse.Medium, Confidence: 0.6,
			Anchors: [][]string{{"account", "kontonummer", "acct"}}, Window: 50,
			Pattern: `(?i)\b(?:bank[ _])?(?:account|acct)[ _.]?(?:no|num|number)\.?["']?(?: is)?\s{0,2}[:#=]?\s{0,2}["']?(?P<v>\d{8,17})\b|(?i)\bkontonummer:?\s{0,2}\d{7,10}\b`,
			Find:    []string{"Account number: 48329176", `"bank_account_number": "483291760012"`},
			Pass:    []string{"Account number: 4832", "account 48329176 was not found", "AccountNumber int64"},
		},
	}
}
