package policy

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlobMatch(t *testing.T) {
	for _, tt := range []struct {
		glob, s string
		want    bool
	}{
		{"Bash", "Bash", true},
		{"Bash", "bash", false},
		{"Bash", "BashOutput", false},
		{"Bash*", "BashOutput", true},
		{"*", "", true},
		{"*", "secret/aws-key", true},
		{"mcp__github__*", "mcp__github__create_issue", true},
		{"mcp__github__*", "mcp__gitlab__create_issue", false},
		{"secret/cloud-*", "secret/cloud-key", true},
		{"secret/*-private-key", "secret/pgp-private-key", true},
		{"secret/*-private-key", "secret/private-key", false},
		{"*key*", "secret/private-key-2", true},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-b-b", false},
		{"?", "é", true},
		{"??", "é", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"**", "x", true},
		{"", "", false},
	} {
		g, err := parseGlob(tt.glob)
		if got := err == nil && g.match(tt.s); got != tt.want {
			t.Errorf("match(%q, %q) = %v, want %v", tt.glob, tt.s, got, tt.want)
		}
	}
}

func TestGlobRefused(t *testing.T) {
	for _, s := range []string{"", "[ab]", "{a,b}", `a\*`, "!Bash", "a\nb", "\xff", strings.Repeat("a", maxGlobBytes+1)} {
		if _, err := parseGlob(s); err == nil {
			t.Errorf("parseGlob(%.20q) = nil error, want one", s)
		}
	}
}

func TestGlobOverlaps(t *testing.T) {
	for _, tt := range []struct {
		glob, prefix string
		want         bool
	}{
		{"command/egress", "command/", true},
		{"command/*", "command/", true},
		{"*", "command/", true},
		{"com*", "command/", true},
		{"secret/*", "command/", false},
		{"command", "command/", false},
	} {
		g, err := parseGlob(tt.glob)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.overlaps(tt.prefix); got != tt.want {
			t.Errorf("overlaps(%q, %q) = %v, want %v", tt.glob, tt.prefix, got, tt.want)
		}
	}
}

// The matcher agrees with the regular expression that the glob stands for.
func TestGlobAgreesWithRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab/*?é]{1,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab/é]{0,8}`).Draw(t, "s")
		g, err := parseGlob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile("(?s)^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$")
		if got, want := g.match(s), re.MatchString(s); got != want {
			t.Errorf("match(%q, %q) = %v, want %v", pattern, s, got, want)
		}
	})
}
