// Package pii finds personal data that has a form: addresses of mail, phone numbers, payment cards, bank
// accounts, national identity numbers of some thirty countries, dates of birth, network addresses, vehicles
// and crypto wallets.
//
// A number counts only where its check digits, ranges and length hold. Where a tenth of all numbers of that
// length would pass (nine digits with one check digit), a word beside it or the name of its field must say
// what it is. All forms made of digits share one pass over the text.
//
// Limits. Names of people, postal addresses and everything else that takes understanding are not seen. A
// number that is valid by chance is reported; the published test numbers of card networks and the like are
// too. Phone numbers without a country code are seen in the North American form, or beside a word for them.
// Numbers split over several strings, or written in words, are not seen. At most [MaxPhones] candidates of
// one event are looked up in the numbering plans; further ones are judged by their form.
package pii

import (
	"context"
	"sync"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// MaxPhones is how many phone numbers of one event are looked up, at some 40 µs each.
const MaxPhones = 64

// Suite returns the detectors of this family. Every finding is sensitive.
func Suite() detect.Suite {
	rules := contextRules()
	for i := range rules {
		rules[i].Sensitive = true
	}
	return detect.Suite{Rules: rules, Detectors: []detect.Detector{newDetector()}}
}

type detector struct {
	scanners sync.Pool // of *scanner, which the calls of checks make escape
}

func newDetector() *detector {
	return &detector{scanners: sync.Pool{New: func() any { return new(scanner) }}}
}

// Name implements [detect.Detector].
func (*detector) Name() string { return "pii" }

// Detect implements [detect.Detector].
func (d *detector) Detect(ctx context.Context, in *detect.Input, r *detect.Report) error {
	s := d.scanners.Get().(*scanner)
	defer func() {
		*s = scanner{}
		d.scanners.Put(s)
	}()
	*s = scanner{report: r, phones: MaxPhones}
	for _, t := range in.Texts {
		s.t, s.s = t, t.Norm
		s.emails()
		if !s.numbers(ctx) {
			return ctx.Err() // what was not read may be personal: the runner keeps none of it
		}
	}
	return nil
}

// scanner goes over the texts of one event.
type scanner struct {
	t      *detect.Text
	s      string
	report *detect.Report
	phones int    // look-ups left
	tokens int    // looked at
	num    number // the candidate being looked at
}

func (s *scanner) add(start, end int, id, detail string, sev gatehouse.Severity, confidence float64) {
	s.report.Add(s.t, start, end, gatehouse.Finding{
		Detector: id, Detail: detail, Severity: sev, Confidence: confidence, Sensitive: true,
	})
}

// byteSet is a set of bytes.
type byteSet [256]bool

func bytesOf(in func(c byte) bool) (set byteSet) {
	for c := range set {
		set[c] = in(byte(c))
	}
	return set
}

var (
	digit = bytesOf(func(c byte) bool { return '0' <= c && c <= '9' })
	upper = bytesOf(func(c byte) bool { return 'A' <= c && c <= 'Z' })
	alpha = bytesOf(func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' })
	alnum = bytesOf(func(c byte) bool { return digit[c] || alpha[c] })
	hex   = bytesOf(func(c byte) bool { return digit[c] || 'a' <= c|0x20 && c|0x20 <= 'f' })
)

// nearBefore and nearAfter are how far from a number a word for it may stand, in bytes.
const (
	nearBefore = 64
	nearAfter  = 24
)

// near says whether one of words, in lower case, stands beside [start, end), or in the name of the field.
func (s *scanner) near(start, end int, words []string) bool {
	before := s.s[max(0, start-nearBefore):start]
	after := s.s[end:min(len(s.s), end+nearAfter)]
	path := s.t.Path
	if i := lastSlash(path); i >= 0 {
		path = path[i+1:]
	}
	return hasWord(before, words) || hasWord(after, words) || hasWord(path, words)
}

func lastSlash(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}

// hasWord says whether one of words stands in s by itself, without regard to ASCII case. A capital after a
// small letter begins a word too: homePhone.
func hasWord(s string, words []string) bool {
	for i := range len(s) {
		if i > 0 && alpha[s[i-1]] && (!upper[s[i]] || upper[s[i-1]]) {
			continue
		}
		c := s[i]
		if upper[c] {
			c |= 0x20
		}
		for _, w := range words {
			if w[0] != c || len(w) > len(s)-i || !equalFold(s[i:i+len(w)], w) {
				continue
			}
			if j := i + len(w); j == len(s) || !alpha[s[j]] || upper[s[j]] && !upper[s[j-1]] {
				return true
			}
		}
	}
	return false
}

func equalFold(s, lowered string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lowered[i] {
			return false
		}
	}
	return true
}
