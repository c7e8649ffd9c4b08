package pii

import (
	"strings"

	"gatehouse.dev"
)

var (
	localByte  = bytesOf(func(c byte) bool { return alnum[c] || c >= 0x80 || strings.IndexByte("._%+-'", c) >= 0 })
	domainByte = bytesOf(func(c byte) bool { return alnum[c] || c >= 0x80 || c == '.' || c == '-' })
)

// emails finds addresses of mail by their at signs.
func (s *scanner) emails() {
	for from := 0; ; {
		i := strings.IndexByte(s.s[from:], '@')
		if i < 0 {
			return
		}
		from = max(from, s.email(from+i))
	}
}

// email looks at the at sign at i and returns where to go on.
func (s *scanner) email(i int) int {
	text := s.s
	start, end := i, i+1
	for start > 0 && i-start < 64 && localByte[text[start-1]] {
		start--
	}
	for start < i && (text[start] == '.' || text[start] == '\'' || text[start] == '-') {
		start++
	}
	for end < len(text) && end-i < 254 && domainByte[text[end]] {
		end++
	}
	next := end
	if dot := strings.LastIndexByte(text[i:end], '.'); dot > 0 && i+dot+1 < end && alpha[text[i+dot+1]] {
		end = i + dot + 1
		for end < next && text[end] < 0x80 {
			end++ // what follows in another alphabet is the sentence
		}
	}
	for end > i+1 && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	local, domain := text[start:i], text[i+1:end]
	if local == "" || strings.HasSuffix(local, ".") || !hostname(domain) || machine(local) || reserved(domain) {
		return next
	}
	if start > 0 && (text[start-1] == '/' || text[start-1] == ':' && strings.Contains(text[max(0, start-64):start], "://")) {
		return next // a login in a URL
	}
	if end < len(text) && (text[end] == ':' && local == "git" || text[end] == '_' || text[end] == '(') {
		return next
	}
	s.add(start, end, "pii/email", "email address", gatehouse.Low, 0.9)
	return next
}

// hostname says that d is labels with a top-level domain that can be one.
func hostname(d string) bool {
	dot := strings.LastIndexByte(d, '.')
	if dot < 1 || len(d)-dot-1 < 2 || len(d)-dot-1 > 18 || strings.Contains(d, "..") || d[0] == '-' {
		return false
	}
	for i := dot + 1; i < len(d); i++ {
		if !alpha[d[i]] && d[i] < 0x80 {
			return strings.HasPrefix(d[dot+1:], "xn--")
		}
	}
	return !listed(notDomains, d[dot+1:])
}

// notDomains end names of files and units, or are kept for examples and private use (RFC 2606, RFC 6762).
var notDomains = []string{
	"png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "mjs", "cjs", "ts", "tsx", "jsx", "json", "html", "htm", "xml", "yml", "yaml", "txt", "md",
	"go", "rs", "java", "php", "rb", "cpp", "toml", "lock", "log", "csv", "pdf", "service", "socket", "target", "timer", "mount", "local", "localhost",
	"localdomain", "internal", "test", "example", "invalid", "lan", "corp", "home", "onion", "arpa",
}

// reserved says that nobody has an address at the domain.
func reserved(domain string) bool {
	for _, d := range []string{
		"example.com", "example.org", "example.net", "users.noreply.github.com", "domain.com", "yourdomain.com", "yourcompany.com",
		"mydomain.com", "test.com", "email.com", "company.com", "placeholder.com",
	} {
		if len(domain) >= len(d) && equalFold(domain[len(domain)-len(d):], d) && (len(domain) == len(d) || domain[len(domain)-len(d)-1] == '.') {
			return true
		}
	}
	return false
}

// machine says that the local part is of a program, not of a person.
func machine(local string) bool {
	return listed([]string{"noreply", "no-reply", "donotreply", "do-not-reply", "git", "mailer-daemon", "postmaster", "root", "you", "user", "username", "your.name", "name"}, local)
}

func listed(list []string, s string) bool {
	for _, w := range list {
		if len(w) == len(s) && equalFold(s, w) {
			return true
		}
	}
	return false
}
