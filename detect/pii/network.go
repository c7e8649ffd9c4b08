package pii

import (
	"net/netip"
	"strings"

	"gatehouse.dev"
)

// network finds addresses of networks that begin with the token [start, end). Whether one was reported or
// not, what has their form is nothing else: next is then where to go on.
func (s *scanner) network(start, end int) (next int, ok bool) {
	if end >= len(s.s) || end-start > 4 {
		return 0, false
	}
	switch s.s[end] {
	case '.':
		return s.ipv4(start, end)
	case ':':
		if next, ok := s.mac(start, end); ok {
			return next, true
		}
		return s.ipv6(start, end)
	case '-':
		return s.mac(start, end)
	}
	return 0, false
}

// ipv4 reports a public address. What looks like one after "version" is a version.
func (s *scanner) ipv4(start, end int) (next int, ok bool) {
	text := s.s
	stop, dots := end, 0
	for stop < len(text) && stop-start < 16 && (digit[text[stop]] || text[stop] == '.' && stop+1 < len(text) && digit[text[stop+1]]) {
		if text[stop] == '.' {
			dots++
		}
		stop++
	}
	if dots != 3 || start > 0 && (text[start-1] == '.' || text[start-1] == '-' || text[start-1] == '_') || stop < len(text) && alnum[text[stop]] {
		return 0, false
	}
	addr, err := netip.ParseAddr(text[start:stop])
	if err != nil {
		return 0, false
	}
	if public(addr) && !s.near(start, stop, versionWords) {
		s.add(start, stop, "pii/ip-address", "public IP address", gatehouse.Low, 0.7)
	}
	return stop, true
}

var versionWords = []string{"version", "ver", "release", "build", "v", "section", "rfc", "chapter"}

// ipv6 reports a global address, which begins with 2 or 3.
func (s *scanner) ipv6(start, end int) (next int, ok bool) {
	text := s.s
	if text[start] != '2' && text[start] != '3' || start > 0 && text[start-1] == ':' {
		return 0, false
	}
	stop := end
	for stop < len(text) && stop-start < 40 && (hex[text[stop]] || text[stop] == ':') {
		stop++
	}
	for stop > end && text[stop-1] == ':' && text[stop-2] != ':' {
		stop--
	}
	if strings.Count(text[start:stop], ":") < 3 || stop < len(text) && alnum[text[stop]] {
		return 0, false
	}
	addr, err := netip.ParseAddr(text[start:stop])
	if err != nil {
		return 0, false
	}
	if public(addr) {
		s.add(start, stop, "pii/ip-address", "public IP address", gatehouse.Low, 0.8)
	}
	return stop, true
}

// notPersonal are networks for documentation, benchmarks and shared use, and well-known resolvers.
var notPersonal = func() (ps []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "1.0.0.1/32", "9.9.9.9/32", "2001:db8::/32", "2001::/23", "2001:4860:4860::/48",
		"2606:4700:4700::/48", "2002::/16", "3fff::/20", "1.2.3.4/32",
	} {
		ps = append(ps, netip.MustParsePrefix(p))
	}
	return ps
}()

func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is4() && a.As4()[3] == 0 {
		return false
	}
	for _, p := range notPersonal {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// mac reports six pairs of hexadecimal digits, of a maker's and one device.
func (s *scanner) mac(start, end int) (next int, ok bool) {
	text := s.s
	if end-start != 2 {
		return 0, false
	}
	sep := text[end]
	for n := 0; n < 5 && start >= 3 && text[start-1] == sep && hex[text[start-2]] && hex[text[start-3]]; n++ {
		start -= 3 // pairs of letters alone came before
	}
	stop := start + 17
	if stop > len(text) || stop < len(text) && (alnum[text[stop]] || text[stop] == sep) || start > 0 && (alnum[text[start-1]] || text[start-1] == sep) {
		return 0, false
	}
	same := true
	for i := start; i < stop; i++ {
		if k := (i - start) % 3; k == 2 && text[i] != sep || k < 2 && !hex[text[i]] {
			return 0, false
		}
		same = same && (text[i] == sep || text[i] == text[start])
	}
	if !same {
		s.add(start, stop, "pii/mac-address", "hardware (MAC) address", gatehouse.Info, 0.8)
	}
	return stop, true
}
