package secret

import (
	stdbase64 "encoding/base64"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// headerRules find logins in HTTP headers, command lines and .netrc.
func headerRules() []detect.Rule {
	return []detect.Rule{
		{
			ID: "secret/authorization-header", Detail: "authorization header", Severity: gatehouse.High, Confidence: 0.85,
			Anchors: [][]string{{"authorization"}},
			Match:   authorization,
			Find: []string{
				"Authorization: Bearer " + "q7Xw2mKp9Lz4Rt8Vb1Nc6Hj3", `-H "authorization: Basic ` + "Ym90Omszcj" + `lUMnEhdzk="`,
				`{"Authorization": "Token ` + "9f3c1e7ab25d4860f1c2b3a495867788" + `"}`,
			},
			Pass: []string{
				"Authorization: Bearer <token>", "Authorization: Bearer $TOKEN", `-H "authorization: Basic dXNlcjpwYXNzd29yZA=="`,
				"Authorization: Bearer YOUR_ACCESS_TOKEN_1234567890", "authorization is required for bearer tokens",
			},
		},
		{
			ID: "secret/api-key-header", Detail: "API key header", Severity: gatehouse.High, Confidence: 0.85,
			Anchors: [][]string{{"x-api-key", "x-auth-token", "x-access-token", "private-token", "x-vault-token", "api-key:", "x-goog-api-key", "ocp-apim-subscription-key"}},
			Match: func(text string, _, to int) (int, int, bool) {
				if text[to-1] == ':' {
					to--
				}
				v, ok := assigned(text, to)
				return v.start, v.end, ok && keyLike(text[v.start:v.end])
			},
			Find: []string{"X-Api-Key: " + "hD83jf0sKq92mXn4bVt6"},
			Pass: []string{"X-Api-Key: your-api-key-12345678", "X-Api-Key: $API_KEY_PRODUCTION_1"},
		},
		{
			ID: "secret/okta-token", Detail: "Okta API token", Severity: gatehouse.High, Confidence: 0.95,
			Anchors: [][]string{{"SSWS "}}, Window: 64,
			Pattern: `SSWS (?P<v>00[0-9A-Za-z_-]{40})\b`, Valid: random,
			Find: []string{"Authorization: SSWS " + "00Qx7mV2kL9pR4tY8wB1nC6jH3gF5dS0aZxEvUiOqP"},
			Pass: []string{"Authorization: SSWS " + "00Qx7mV2kL9pR4tY8wB1nC6jH3gF5dS0aZxEvUiOq"},
		},
		{
			ID: "secret/curl-login", Detail: "login on a curl command line", Severity: gatehouse.High, Confidence: 0.8,
			Anchors: [][]string{{"curl "}}, Match: curlLogin,
			Find: []string{"curl -s -u elastic:k3r9T2qXw8 https://h:9200", `curl https://h/x --user "bot:v1f8Qw2L"`, "curl --user kevin:'pRf7vG2h1L8n' -X PATCH"},
			Pass: []string{"curl -s -u elastic https://h:9200", "curl -u user:password https://h", "curl -u $USER:$PASS https://h"},
		},
		{
			ID: "secret/netrc", Detail: "login in a .netrc file", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"machine "}, {"login "}, {"password "}}, Window: 300,
			Pattern: `\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?P<v>\S{4,256})`,
			Valid:   func(s string) bool { return loginPassword("", s) },
			Find:    []string{"machine api.h.net\n  login bot\n  password k3r9T2qXw8"},
			Pass:    []string{"machine api.h.net\n  login bot\n  password <password>", "each machine asks for a login and a password first"},
		},
		{
			ID: "secret/discord-token", Detail: "Discord bot token", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"discord", "bot_token", "bot token", "authorization: bot"}},
			Pattern: `\b(?P<v>[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})\b`, Valid: random,
			Find: []string{"DISCORD_TOKEN=" + "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "Zt7mV2kL9pR4tY8wB1nC6jH3gF5"},
			Pass: []string{"DISCORD_TOKEN=" + "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FM." + "Zt7mV2kL9pR4tY8wB1nC6jH3gF5"},
		},
	}
}

// maxCommand is how far behind "curl" its login may stand, in bytes.
const maxCommand = 300

// curlLogin finds the argument of -u or --user.
func curlLogin(text string, _, to int) (int, int, bool) {
	line := text[to-1 : min(len(text), to+maxCommand)]
	if i := strings.IndexAny(line, "\n|;"); i >= 0 {
		line = line[:i]
	}
	if i := strings.Index(line, "curl "); i >= 0 {
		line = line[:i]
	}
	at := -1
	for _, option := range []string{" -u", " --user ", " --user="} {
		if i := strings.Index(line, option); i >= 0 {
			at = i + len(option)
			break
		}
	}
	if at < 0 {
		return 0, 0, false
	}
	at = skipAny(line, at, ` "'`, 3)
	user, rest, ok := strings.Cut(line[at:], ":")
	if !ok || user == "" || len(user) > 64 || strings.ContainsAny(user, " \t\"'$<{/") {
		return 0, 0, false
	}
	pass := strings.TrimLeft(rest, `"'`)
	if i := strings.IndexAny(pass, " \t\"'`"); i >= 0 {
		pass = pass[:i]
	}
	start := to - 1 + at
	end := start + len(user) + 1 + len(rest) - len(strings.TrimLeft(rest, `"'`)) + len(pass)
	return start, end, len(pass) >= 4 && loginPassword(user, pass)
}

// authorization finds the credentials of an Authorization header.
func authorization(text string, _, to int) (int, int, bool) {
	v, ok := assigned(text, to)
	if !ok {
		return 0, 0, false
	}
	i := v.start
	scheme := i
	for i < len(text) && i-scheme < 16 && letters[text[i]] {
		i++
	}
	name := text[scheme:i]
	if i >= len(text) || text[i] != ' ' {
		return v.start, v.end, keyLike(text[v.start:v.end])
	}
	for i < len(text) && text[i] == ' ' {
		i++
	}
	end := i
	for end < len(text) && end-i < 4096 && keyChars[text[end]] {
		end++
	}
	cred := text[i:end]
	if len(name) == 5 && equalFold(name, "basic") {
		return i, end, basicLogin(cred)
	}
	return i, end, len(cred) >= 16 && (keyLike(cred) || len(cred) > 256)
}

// basicLogin says that s is base64 of user:password, and the password likely a real one.
func basicLogin(s string) bool {
	if len(s) < 8 || len(s) > 512 {
		return false
	}
	b, err := stdbase64.StdEncoding.DecodeString(s)
	if err != nil {
		if b, err = stdbase64.RawStdEncoding.DecodeString(s); err != nil {
			return false
		}
	}
	for _, c := range b {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	user, pass, ok := strings.Cut(string(b), ":")
	return ok && len(pass) >= 4 && loginPassword(user, pass)
}
