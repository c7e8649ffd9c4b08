// Package secret finds credentials: keys and tokens of some ninety providers, private keys, passwords in
// URLs, headers and assignments.
//
// A provider's rule needs the provider's own prefix or marker, the exact alphabet and length, and, where the
// format has one, the checksum. Placeholders (AKIAIOSFODNN7EXAMPLE, xxxx, <your-token>, ${VAR}, changeme) are
// not findings.
//
// Limits. A format without any marker (a bare 32-digit hex key) is seen only beside a word such as api_key.
// Nothing is sent to a provider, so a finding says that a text has the form of a credential, not that it is
// still valid. A secret split over several strings, or spelled out in prose, is not seen. Passwords that are
// plain words (password: sunshine) are passed on purpose: they cannot be told from documentation.
package secret

import (
	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// Suite returns the detectors of this family. Every finding is sensitive.
func Suite() detect.Suite {
	var rules []detect.Rule
	for _, table := range [][]provider{cloudProviders(), codeProviders(), modelProviders(), serviceProviders()} {
		for _, p := range table {
			rules = append(rules, p.rule())
		}
	}
	for _, group := range [][]detect.Rule{cloudRules(), keyRules(), urlRules(), headerRules(), assignRules()} {
		rules = append(rules, group...)
	}
	for i := range rules {
		rules[i].Sensitive = true
	}
	return detect.Suite{Rules: rules, Detectors: []detect.Detector{fieldDetector{}}}
}

// provider is a credential format made of runs of characters around a fixed marker.
type provider struct {
	name     string // the part of the ID after the slash
	detail   string
	severity gatehouse.Severity
	anchors  []string // markers, in their exact case
	before   []part   // what stands before the marker, nearest last
	body     []part   // what follows it
	valid    func(span string) bool
	find     []string
	pass     []string
}

func (p provider) rule() detect.Rule {
	valid := random
	if p.valid != nil {
		valid = func(span string) bool { return random(span) && p.valid(span) }
	}
	return detect.Rule{
		ID:         "secret/" + p.name,
		Detail:     p.detail,
		Severity:   p.severity,
		Confidence: 0.95,
		Anchors:    [][]string{p.anchors},
		Match:      p.match,
		Valid:      valid,
		Find:       p.find,
		Pass:       p.pass,
	}
}

// match finds the provider's format around the marker at text[from:to].
func (p provider) match(text string, from, to int) (start, end int, ok bool) {
	if !anyOf(p.anchors, text[from:to]) {
		return 0, 0, false // another case
	}
	if len(p.before) == 0 && !freeBefore(text, from) {
		return 0, 0, false
	}
	start, end = from, to
	for i := len(p.before) - 1; i >= 0; i-- {
		if start, ok = p.before[i].back(text, start); !ok {
			return 0, 0, false
		}
	}
	for _, b := range p.body {
		if end, ok = b.ahead(text, end); !ok {
			return 0, 0, false
		}
	}
	if !freeBefore(text, start) || end < len(text) && alnum[text[end]] {
		return 0, 0, false
	}
	return start, end, true
}

func anyOf(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
