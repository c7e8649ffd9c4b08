package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// The scopes of a key.
const (
	ScopeIngest = "ingest" // send events and have them judged
	ScopeRead   = "read"   // read decisions, sessions, policies
	ScopeAdmin  = "admin"  // everything
)

const (
	idBytes      = 8
	secretBytes  = 32
	maxNameBytes = 128
)

// NewKey makes a key. The secret is shown once and kept nowhere; k is what a store keeps. A zero expires
// means never. The code is invalid for an empty or long name, no scopes or unknown ones, or an expiry that
// is not after now.
func NewKey(name string, scopes []string, now, expires time.Time) (secret gatehouse.Redacted, k store.Key, err error) {
	switch {
	case strings.TrimSpace(name) == "" || len(name) > maxNameBytes:
		return "", store.Key{}, invalid("make key: the name takes 1 to 128 bytes")
	case len(scopes) == 0:
		return "", store.Key{}, invalid("make key: no scope is named: want ingest, read or admin")
	case !expires.IsZero() && !expires.After(now):
		return "", store.Key{}, invalid("make key: it would have expired already")
	}
	for _, s := range scopes {
		if s != ScopeIngest && s != ScopeRead && s != ScopeAdmin {
			return "", store.Key{}, invalid("make key: unknown scope: want ingest, read or admin")
		}
	}
	var random [idBytes + secretBytes]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the process instead
	id := hex.EncodeToString(random[:idBytes])
	part := base64.RawURLEncoding.EncodeToString(random[idBytes:])
	sum := sha256.Sum256([]byte(part))
	scopes = slices.Clone(scopes)
	slices.Sort(scopes)
	k = store.Key{ID: id, Name: name, Hash: sum[:], Scopes: slices.Compact(scopes), Created: now.UTC(), Expires: expires}
	if !expires.IsZero() {
		k.Expires = expires.UTC()
	}
	return gatehouse.Redacted("gh_" + id + "_" + part), k, nil
}

var secretLen = base64.RawURLEncoding.EncodedLen(secretBytes)

// parseKey takes an Authorization header apart: a key, or "Bearer " and a key.
func parseKey(authorization string) (id, secret string, ok bool) {
	if len(authorization) > 256 {
		return "", "", false
	}
	key := strings.TrimSpace(authorization)
	if scheme, rest, found := strings.Cut(key, " "); found {
		if !strings.EqualFold(scheme, "Bearer") {
			return "", "", false
		}
		key = strings.TrimSpace(rest)
	}
	key, ok = strings.CutPrefix(key, "gh_")
	id, secret, found := strings.Cut(key, "_") // the secret itself may hold further ones
	if !ok || !found || len(id) != 2*idBytes || len(secret) != secretLen {
		return "", "", false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", "", false
		}
	}
	if _, err := base64.RawURLEncoding.DecodeString(secret); err != nil {
		return "", "", false // the error would quote it
	}
	return id, secret, true
}

// Caller is whose key a request carries. The zero value may nothing.
type Caller struct {
	KeyID  string
	Name   string
	Scopes []string
}

// May reports whether the caller has a scope; admin implies all of them.
func (c Caller) May(scope string) bool {
	return slices.Contains(c.Scopes, scope) || slices.Contains(c.Scopes, ScopeAdmin)
}

func invalid(text string) error { return &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: text} }
