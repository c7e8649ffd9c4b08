package secret

import (
	"context"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// fieldDetector finds a secret that is a whole value of its own and is known by its key alone:
// {"password": "…"}. The name and the value are two leaves, which no rule sees together.
type fieldDetector struct{}

// Name implements [detect.Detector].
func (fieldDetector) Name() string { return "secret/field" }

// Detect implements [detect.Detector].
func (fieldDetector) Detect(ctx context.Context, in *detect.Input, r *detect.Report) error {
	for i, t := range in.Texts {
		if i%256 == 255 && ctx.Err() != nil {
			return ctx.Err() // what was not read may hold secrets: the runner keeps none of it
		}
		if t.Key || len(t.Layers) > 0 || len(t.Norm) < 6 || len(t.Norm) > maxValue {
			continue
		}
		name := t.Path[strings.LastIndexByte(t.Path, '/')+1:]
		switch fieldKind(name) {
		case passwordField:
			if passwordLike(t.Norm, true) {
				r.Add(t, 0, len(t.Norm), gatehouse.Finding{
					Detector: "secret/field", Detail: "password in a field of that name", Severity: gatehouse.High, Confidence: 0.8, Sensitive: true,
				})
			}
		case keyField:
			if keyLike(t.Norm) {
				r.Add(t, 0, len(t.Norm), gatehouse.Finding{
					Detector: "secret/field", Detail: "key or token in a field of that name", Severity: gatehouse.Medium, Confidence: 0.7, Sensitive: true,
				})
			}
		}
	}
	return nil
}

type fieldName uint8

const (
	otherField fieldName = iota
	passwordField
	keyField
)

var (
	passwordNames = []string{"password", "passwd", "pwd", "passphrase", "passcode"}
	keyNames      = []string{
		"secret", "secret_key", "secretkey", "api_key", "apikey", "api-key", "access_token", "accesstoken", "refresh_token",
		"refreshtoken", "auth_token", "authtoken", "bearer_token", "id_token", "private_key", "privatekey", "credential", "credentials", "authorization",
	}
)

// fieldKind says what a field is by the end of its name: db_password is a password.
func fieldKind(name string) fieldName {
	for _, w := range passwordNames {
		if hasSuffixFold(name, w) {
			return passwordField
		}
	}
	for _, w := range keyNames {
		if hasSuffixFold(name, w) {
			return keyField
		}
	}
	return otherField
}

func hasSuffixFold(s, lowered string) bool {
	return len(s) >= len(lowered) && equalFold(s[len(s)-len(lowered):], lowered)
}
