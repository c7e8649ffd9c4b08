package secret

import (
	stdbase64 "encoding/base64"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// keyRules find key material that has a form of its own.
func keyRules() []detect.Rule {
	body := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n", 2)
	return []detect.Rule{
		{
			ID: "secret/private-key", Detail: "private key", Severity: gatehouse.Critical, Confidence: 0.99,
			Anchors: [][]string{{"-----BEGIN "}},
			Match:   pemBlock("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
			Find: []string{
				"-----BEGIN " + "RSA PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----",
				"-----BEGIN " + "OPENSSH PRIVATE KEY-----\n" + body + "-----END OPENSSH PRIVATE KEY-----",
				`KEY="-----BEGIN ` + `PRIVATE KEY-----\n` + strings.ReplaceAll(body, "\n", `\n`) + `-----END PRIVATE KEY-----"`,
				"-----BEGIN " + "EC PRIVATE KEY-----\n" + body, // cut off
			},
			Pass: []string{
				"-----BEGIN " + "PUBLIC KEY-----\n" + body + "-----END PUBLIC KEY-----",
				"-----BEGIN " + "RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
				"-----BEGIN " + "ENCRYPTED PRIVATE KEY-----\n" + body + "-----END ENCRYPTED PRIVATE KEY-----",
			},
		},
		{
			ID: "secret/encrypted-private-key", Detail: "private key under a passphrase", Severity: gatehouse.Medium, Confidence: 0.99,
			Anchors: [][]string{{"-----BEGIN "}},
			Match:   pemBlock("ENCRYPTED PRIVATE KEY", ""),
			Find:    []string{"-----BEGIN " + "ENCRYPTED PRIVATE KEY-----\n" + body + "-----END ENCRYPTED PRIVATE KEY-----"},
			Pass:    []string{"-----BEGIN " + "CERTIFICATE-----\n" + body + "-----END CERTIFICATE-----"},
		},
		{
			ID: "secret/pgp-private-key", Detail: "PGP private key", Severity: gatehouse.Critical, Confidence: 0.99,
			Anchors: [][]string{{"-----BEGIN PGP "}},
			Match:   pemBlock("PRIVATE KEY BLOCK", ""),
			Find:    []string{"-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nVersion: 2\n\n" + body + "-----END PGP PRIVATE KEY BLOCK-----"},
			Pass:    []string{"-----BEGIN PGP " + "PUBLIC KEY BLOCK-----\nVersion: 2\n\n" + body + "-----END PGP PUBLIC KEY BLOCK-----"},
		},
		{
			ID: "secret/putty-private-key", Detail: "PuTTY private key", Severity: gatehouse.Critical, Confidence: 0.95,
			Anchors: [][]string{{"Private-Lines:"}},
			Match: func(text string, from, to int) (int, int, bool) {
				end := min(len(text), to+8000)
				n := 0
				for i := to; i < end; i++ {
					if base64eq[text[i]] {
						n++
					} else if !spaceByte(text[i]) {
						end = i
						break
					}
				}
				return from, end, n >= 60
			},
			Find: []string{"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n" + "AAAAIHf3k9Qx2mV7bLw8Zr5Tn1Yc4Jp6Sd0Ga3Ue9Ki2Mo5Xq8Wt1Bv4Nh7Lz0Cy"},
			Pass: []string{"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n(omitted)"},
		},
		{
			ID: "secret/jwt", Detail: "JSON Web Token", Severity: gatehouse.Medium, Confidence: 0.9,
			Anchors: [][]string{{"eyJ"}},
			Match:   jwt,
			Find:    []string{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiI4ODEyIiwibmFtZSI6IkphbmUifQ." + "Qx7mV2kL9pR4tY8wB1nC6jH3gF5dS0aZxEvUiOqPyTk"},
			Pass: []string{
				"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiI4ODEyIiwibmFtZSI6IkphbmUifQ",
				"eyJ0eXAiOiJKV1QiLCJraWQiOiIxIn0" + ".eyJzdWIiOiI4ODEyIiwibmFtZSI6IkphbmUifQ." + "Qx7mV2kL9pR4tY8wB1nC6jH3gF5dS0aZxEvUiOqPyTk",
				"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ." + jwtExample,
			},
		},
		{
			ID: "secret/wireguard-key", Detail: "WireGuard private key", Severity: gatehouse.Critical, Confidence: 0.95,
			Anchors: [][]string{{"PrivateKey", "PresharedKey"}}, Window: 70,
			Pattern: `(?:PrivateKey|PresharedKey)\s?=\s?(?P<v>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)`,
			Valid:   random,
			Find:    []string{"[Interface]\nPrivateKey = " + "yAnz5TF8lXXJte14tji3zlMN" + "q7hd2rYUIgJBgB3fBmk="},
			Pass:    []string{"[Peer]\nPublicKey = " + "yAnz5TF8lXXJte14tji3zlMN" + "q7hd2rYUIgJBgB3fBmk=", "PrivateKey = " + "yAnz5TF8lXXJte14tji3zlMN" + "q7hd2rYUIgJBgB3fBm="},
		},
		{
			ID: "secret/kubeconfig-key", Detail: "client key in a kubeconfig", Severity: gatehouse.Critical, Confidence: 0.98,
			Anchors: [][]string{{"client-key-data"}},
			Match: func(text string, _, to int) (int, int, bool) {
				v, ok := assigned(text, to)
				if !ok || !strings.HasPrefix(text[v.start:], "LS0tLS1CRUdJTi") {
					return 0, 0, false
				}
				end := v.start
				for end < len(text) && end-v.start < 8000 && base64eq[text[end]] {
					end++
				}
				return v.start, end, end-v.start >= 64
			},
			Find: []string{"client-key-data: LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVBd0xX"},
			Pass: []string{"client-certificate-data: LS0tLS1CRUdJTi" + "BSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVBd0xX", "client-key-data: REDACTED"},
		},
		{
			ID: "secret/password-hash", Detail: "password hash", Severity: gatehouse.Medium, Confidence: 0.9,
			Anchors: [][]string{{"$2a$", "$2b$", "$2y$", "$argon2", "$apr1$", "$6$", "$5$", "$y$j"}}, Window: 180,
			Pattern: `\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2id?\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16,90}` +
				`|\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$6\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}` +
				`|\$5\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}|\$y\$j[./A-Za-z0-9]{2,6}\$[./A-Za-z0-9]{8,32}\$[./A-Za-z0-9]{43}`,
			Valid: random,
			Find:  []string{"admin:$2y$" + "10$Vq7Lm2Kx9Rt4Yb8Nc1Jh6uWz3Pd5Sg0Fa7Te2Qi9Ro4Xv8Bm1Cy6k"},
			Pass:  []string{"admin:$2y$" + "10$Vq7Lm2Kx9Rt4Yb8Nc1Jh6uWz3Pd5Sg0Fa7Te2Qi9Ro4Xv8Bm1C"},
		},
		{
			ID: "secret/docker-auth", Detail: "registry login in a Docker configuration", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{`"auth"`, `\"auth\"`}}, Window: 300,
			Match: func(text string, _, to int) (int, int, bool) {
				v, ok := assigned(text, to)
				return v.start, v.end, ok && v.quoted && basicLogin(text[v.start:v.end])
			},
			Find: []string{`{"auths":{"r.io":{"auth": "` + "Ym90Omszcj" + `lUMnEhdzk="}}}`},
			Pass: []string{`{"auths":{"r.io":{"auth": "Ym90LWszcjlUMnE="}}}`, `{"auth": "oauth2"}`},
		},
	}
}

// jwtExample is the signature on the page that everybody copies their first token from.
const jwtExample = "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"

// maxPEM is the longest block that is taken as one span.
const maxPEM = 16 << 10

// pemBlock returns a matcher for a PEM block whose label ends with label and not with except. The block may be
// on one line, have escaped line ends, or be cut off.
func pemBlock(label, except string) func(text string, from, to int) (int, int, bool) {
	return func(text string, from, to int) (int, int, bool) {
		head := text[to:min(len(text), to+60)]
		name, _, ok := strings.Cut(head, "-----")
		if !ok || !strings.HasSuffix(name, label) || except != "" && strings.HasSuffix(name, except) {
			return 0, 0, false
		}
		start := strings.Index(text[to:], "-----") + to + len("-----")
		if start < len(text) && text[start] == '-' {
			return 0, 0, false
		}
		rest := text[start:min(len(text), start+maxPEM)]
		end, full := pemEnd(rest)
		return from, start + end, full >= 64
	}
}

// pemEnd returns where the block's text ends and how many base64 characters are in it.
func pemEnd(s string) (end, chars int) {
	if i := strings.Index(s, "-----BEGIN"); i >= 0 {
		s = s[:i] // another block
	}
	body := len(s)
	if i := strings.Index(s, "-----END"); i >= 0 {
		body, end = i, len(s)
		if j := strings.Index(s[i+8:], "-----"); j >= 0 && j < 60 {
			end = i + 8 + j + 5
		}
	}
	last := 0
	for i := 0; i < body; i++ {
		switch c := s[i]; {
		case base64eq[c]:
			chars, last = chars+1, i+1
		case spaceByte(c), c == '\\', c == ':', c == ',', c == '-', c == '"', c == '\'', c == '+':
		default:
			if end == 0 {
				return last, chars
			}
		}
	}
	if end == 0 {
		end = last
	}
	return end, chars
}

func spaceByte(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// jwt finds three base64url parts, the first of which is a JSON object with "alg".
func jwt(text string, from, to int) (int, int, bool) {
	if text[from:to] != "eyJ" || !freeBefore(text, from) {
		return 0, 0, false
	}
	head := runEnd(text, to, 2048)
	if head >= len(text) || text[head] != '.' {
		return 0, 0, false
	}
	body := runEnd(text, head+1, 16<<10)
	if body >= len(text) || text[body] != '.' || body-head < 10 {
		return 0, 0, false
	}
	end := runEnd(text, body+1, 2048)
	if end-body < 20 || text[body+1:end] == jwtExample || orderly(text[body+1:end]) {
		return 0, 0, false
	}
	var buf [1536]byte
	n, err := stdbase64.RawURLEncoding.Decode(buf[:], []byte(text[from:head]))
	return from, end, err == nil && strings.Contains(string(buf[:n]), `"alg"`)
}

func runEnd(text string, i, limit int) int {
	stop := min(len(text), i+limit)
	for i < stop && urlsafe[text[i]] {
		i++
	}
	return i
}
