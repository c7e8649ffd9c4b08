package secret

import (
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

var databaseSchemes = []string{
	"postgres", "postgresql", "mysql", "mariadb", "mongodb", "mongodb+srv", "redis", "rediss", "amqp", "amqps", "mssql",
	"sqlserver", "clickhouse", "cassandra", "neo4j", "bolt", "couchdb", "cockroachdb", "oracle", "influxdb", "nats", "kafka", "ldap", "ldaps",
	"snowflake", "mqtt", "mqtts", "smtp", "smtps", "imap", "imaps", "sftp", "ftp", "ftps", "ssh",
}

// urlRules find passwords in URLs.
func urlRules() []detect.Rule {
	return []detect.Rule{
		{
			ID: "secret/database-url", Detail: "connection URL with a password", Severity: gatehouse.Critical, Confidence: 0.9,
			Anchors: [][]string{{"://"}}, Match: urlPassword(true),
			Find: []string{"postgres://app:" + "q7Xw2mKp9@db.internal:5432/app", "mongodb+srv://svc:" + "Zt5%24kLm@c0.mongodb.net/x", "redis://:" + "h7Gk29sLw0@cache:6379/0"},
			Pass: []string{
				"postgres://app@db.internal:5432/app", "postgres://user:password@localhost:5432/app", "postgres://postgres:postgres@db/app",
				"postgres://app:${DB_PASSWORD}@db.internal/app", "redis://cache:6379/0",
			},
		},
		{
			ID: "secret/url-password", Detail: "URL with a password", Severity: gatehouse.High, Confidence: 0.85,
			Anchors: [][]string{{"://"}}, Match: urlPassword(false),
			Find: []string{"git clone https://bot:" + "k3r9T2qXw8@git.corp.net/a.git", "https://x-access-token:" + "v1f8Qw2Lm9Zt@github.com/o/r"},
			Pass: []string{
				"git clone https://bot@git.corp.net/a.git", "https://user:pass@example.com/", "http://[fe80::1]:8080/a@b",
				"https://h.net/x?q=a:b9c8d7@d", "https://bot:<token>@git.corp.net/a.git", "https://bot:***@git.corp.net/a.git",
			},
		},
	}
}

// urlPassword returns a matcher for the password in scheme://user:password@host.
func urlPassword(database bool) func(text string, from, to int) (int, int, bool) {
	return func(text string, from, to int) (int, int, bool) {
		stop := min(len(text), to+256)
		colon, at := -1, -1
	scan:
		for i := to; i < stop; i++ {
			switch text[i] {
			case ':':
				if colon < 0 {
					colon = i
				}
			case '@':
				at = i
				break scan
			case '/', '?', '#', ' ', '\t', '\n', '\r', '"', '\'', '`', '<', '\\':
				break scan
			}
		}
		if colon < 0 || at < 0 || at-colon < 4 || at+1 >= len(text) {
			return 0, 0, false
		}
		if isDatabase(text, from) != database {
			return 0, 0, false
		}
		user, pass, host := text[to:colon], text[colon+1:at], text[at+1:min(len(text), at+64)]
		if !loginPassword(user, pass) || strings.HasPrefix(host, "example.") {
			return 0, 0, false
		}
		return colon + 1, at, true
	}
}

func isDatabase(text string, from int) bool {
	start := from
	for start > 0 && from-start < 16 && (alnum[text[start-1]] || text[start-1] == '+') {
		start--
	}
	scheme := text[start:from]
	for _, s := range databaseSchemes {
		if len(scheme) == len(s) && equalFold(scheme, s) {
			return true
		}
	}
	return false
}

// commonWords are user names and passwords of tutorials.
var commonWords = []string{
	"password", "passwd", "pass", "pwd", "secret", "user", "username", "root", "admin", "test", "token", "guest", "postgres", "mysql", "redis", "pw",
}

// loginPassword says that pass, beside user, is likely a real password.
func loginPassword(user, pass string) bool {
	if pass == user || placeholder(pass) || strings.ContainsAny(pass, "$*{}[]()") {
		return false
	}
	bare := strings.TrimRight(pass, "0123456789!")
	for _, w := range commonWords {
		if len(bare) == len(w) && equalFold(bare, w) {
			return false
		}
	}
	return len(pass) >= 8 || classes(pass)&(classes(pass)-1) != 0
}
