package secret

import (
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// value is what stands behind a name: name = value, "name": "value", --name value.
type value struct {
	start, end int
	quoted     bool
}

// maxValue is the longest value that is looked at.
const maxValue = 512

// assigned finds the value given to the name that ends at text[to:]. The name may go on (password_hash
// does, and so does passwordField); what it goes on with is for the caller to judge.
func assigned(text string, to int) (value, bool) {
	i := to
	for i < len(text) && i-to < 24 && (alnum[text[i]] || text[i] == '_' || text[i] == '-' && !isOption(text, i)) {
		i++
	}
	i = skipAny(text, i, `\"'`+"`)]", 4)
	spaced := skipAny(text, i, " \t", 8)
	op := operator(text, spaced)
	if op == 0 {
		return value{}, false
	}
	i = skipAny(text, spaced+op, " \t", 8)
	for i < len(text) && text[i] == '\\' {
		i++
	}
	if i >= len(text) {
		return value{}, false
	}
	if q := text[i]; q == '"' || q == '\'' || q == '`' {
		return quoted(text, i+1, q)
	}
	end := i
	for end < len(text) && end-i < maxValue && !endsValue[text[end]] {
		end++
	}
	if end > i && text[end-1] == '.' {
		end-- // of the sentence
	}
	return value{start: i, end: end}, end > i
}

// isOption says that the hyphen at i begins a command line's option rather than continuing a name.
func isOption(text string, i int) bool { return i > 0 && (text[i-1] == ' ' || text[i-1] == '\t') }

var endsValue = chars(" \t\r\n\"'`,;&|<>(){}[]\\")

func quoted(text string, i int, q byte) (value, bool) {
	end := i
	for end < len(text) && end-i < maxValue && text[end] != q && text[end] != '\n' && text[end] != '\\' {
		end++
	}
	return value{start: i, end: end, quoted: true}, end > i
}

// skipAny returns i moved over at most n bytes of set.
func skipAny(text string, i int, set string, n int) int {
	for ; n > 0 && i < len(text) && strings.IndexByte(set, text[i]) >= 0; n-- {
		i++
	}
	return i
}

// operator returns the length of the sign at i that gives a name its value, or zero. Comparisons give none.
func operator(text string, i int) int {
	rest := text[i:min(len(text), i+4)]
	switch {
	case strings.HasPrefix(rest, "=="), strings.HasPrefix(rest, "=~"), strings.HasPrefix(rest, "::"):
		return 0
	case strings.HasPrefix(rest, ":="), strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, "?="):
		return 2
	case strings.HasPrefix(rest, "="), strings.HasPrefix(rest, ":"):
		return 1
	case strings.HasPrefix(rest, "is "):
		return 3
	}
	return 0
}

// assignRules find secrets without a form of their own by the name they are given to.
func assignRules() []detect.Rule {
	return []detect.Rule{
		{
			ID: "secret/password", Detail: "password in an assignment", Severity: gatehouse.High, Confidence: 0.7,
			Anchors: [][]string{{"password", "passwd", "passphrase", "pwd", "passwort", "contraseña", "mot_de_passe"}},
			Match:   assignedPassword,
			Find: []string{
				`password = "Tr0ub4dor&3"`, "DB_PASSWORD=q7Xw2mKp9", `{"passwd": "hunter2"}`, "Server=db;User Id=sa;Pwd=Str0ng!Pass;",
				"the password is c0rrect-Horse9", "mysql --user=root --password=s3cr3tPw",
			},
			Pass: []string{
				`password = os.Getenv("DB_PASSWORD")`, "DB_PASSWORD=${DB_PASSWORD}", `{"passwd": "string"}`,
				"password: required, at least 8 characters", `password == "Tr0ub4dor&3"`, "password: changeme123",
				`password_hash_algorithm = "sha256"`, "PWD=/home/user1/project2", "the password is required",
				"password: user.password1", `password: "Enter your password (8+ characters)"`, "password=********",
			},
		},
		{
			ID: "secret/generic-key", Detail: "key or token in an assignment", Severity: gatehouse.Medium, Confidence: 0.6,
			Anchors: [][]string{{
				"api_key", "apikey", "api-key", "access_key", "accesskey", "access-key", "auth_key", "authkey", "secret",
				"token", "private_key", "privatekey", "encryption_key", "signing_key", "credential", "app_key", "appkey",
			}},
			Match: assignedKey,
			Find: []string{
				`api_key = "` + "Zx8Kq2Wm5Rt9Yb4Nc7Lv1Jh6" + `"`, "CLIENT_SECRET=" + "f3a91c7be2d84650a1b3c5d7e9f02468",
				"curl https://h/v1?access_token=" + "b7Q2x9Lm4Vw8Rk1Tz6Pn3Yc5", `{"secretKey": "` + "hD83jf0sKq92mXn4bVt6" + `"}`,
			},
			Pass: []string{
				`api_key = "your-api-key-goes-here-1234"`, "CLIENT_SECRET=secretsmanager.get_secret_value", "max_tokens: 4096",
				"next_page_token: " + "b7Q2x9Lm4Vw8Rk1Tz6Pn3Yc5", `api_key = "Zx8Kq2W"`, "token: my-service-account-token-v2",
				`secret_name = "projects/p1/secrets/database-url/versions/7"`, `"api_key": "{{ vault.api_key_2024_prod }}"`,
			},
		},
	}
}

func assignedPassword(text string, from, to int) (int, int, bool) {
	v, ok := assigned(text, to)
	if !ok || !nameEnds(text, to) || !passwordLike(text[v.start:v.end], v.quoted) {
		return 0, 0, false
	}
	return v.start, v.end, true
}

func assignedKey(text string, from, to int) (int, int, bool) {
	v, ok := assigned(text, to)
	if !ok || paging(text, from) || !nameEnds(text, to) || !keyLike(text[v.start:v.end]) {
		return 0, 0, false
	}
	return v.start, v.end, true
}

// nameTails are what may follow the anchor's word in a name that still holds a secret.
var nameTails = []string{"", "s", "_key", "key", "_base", "_key_base", "_id", "id", "_value", "value", "_prod", "_production", "_live", "_string"}

// nameEnds says that the name around the anchor ends with it, or with a tail that changes nothing; numbers
// and an environment's name are such tails, _name, _path and _hash are not.
func nameEnds(text string, to int) bool {
	end := to
	for end < len(text) && end-to < 24 && (alnum[text[end]] || text[end] == '_' || text[end] == '-') {
		end++
	}
	tail := strings.TrimRight(text[to:end], "0123456789_")
	for _, t := range nameTails {
		if len(tail) == len(t) && equalFold(tail, t) {
			return true
		}
	}
	return false
}

// paging says that the name is of a position in a list, not of a key.
func paging(text string, from int) bool {
	before := text[max(0, from-14):from]
	for _, w := range []string{"page", "next", "sync", "continuation", "cursor", "csrf", "xsrf", "idempotency", "public", "design", "cancel"} {
		if containsFold(before, w) {
			return true
		}
	}
	return false
}
