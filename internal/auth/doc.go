// Package auth says who calls: API keys for programs, logins for people's browsers.
//
// A key is "gh_<id>_<secret>". Only the SHA-256 of the secret is kept, and it is compared in constant
// time; the secret has 256 random bits, so that a slow hash would add nothing. A revoked key works for one
// second at most. Nothing here logs, and no error holds a part of a key.
package auth
