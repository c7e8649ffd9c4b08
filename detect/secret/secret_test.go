package secret

import (
	"context"
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/detect/detecttest"
	"github.com/go-json-experiment/json"
)

func TestRules(t *testing.T) { detecttest.Check(t, Suite()) }

func TestRulesAreSensitive(t *testing.T) {
	rules := Suite().Rules
	if len(rules) < 100 {
		t.Errorf("len(rules) = %d, want 100 or more", len(rules))
	}
	for _, r := range rules {
		if !r.Sensitive || r.Detail == "" || r.Confidence == 0 {
			t.Errorf("%s: Sensitive, Detail, Confidence = %v, %q, %v, want all set", r.ID, r.Sensitive, r.Detail, r.Confidence)
		}
	}
}

func run1(t *testing.T, content any) []gatehouse.Finding {
	t.Helper()
	r, err := detect.New(detect.Config{}, Suite())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return r.Run(context.Background(), &gatehouse.Event{Kind: gatehouse.KindToolResult, Content: b}).Findings
}

func TestSpans(t *testing.T) {
	pem := "-----BEGIN " + "RSA PRIVATE KEY-----\n" + strings.Repeat("Qx7mV2kL9pR4tY8wB1nC6jH3gF5dS0aZ\n", 8) + "-----END RSA PRIVATE KEY-----"
	sealed := "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
	key := "q7Xw2mKp9Lz4Rt8Vb1Nc6Hj3"
	for _, c := range []struct{ name, text, id, want string }{
		{"whole block", "see\n" + pem + "\nend", "secret/private-key", pem},
		{"block without an end", "x " + pem[:200] + "\n\n<br>", "secret/private-key", pem[:200]},
		{"password of a URL", "psql postgres://app:" + "zK3mQ9vT2@db/app", "secret/database-url", "zK3mQ9vT2"},
		{"token after an escaped line end", `log\n` + sealed, "secret/github-token", sealed},
		{"value in quotes", `api_key: "` + key + `", next`, "secret/generic-key", key},
		{"value in escaped quotes", `{\"api_key\":\"` + key + `\"}`, "secret/generic-key", key},
		{"end of a sentence", "the password is c0rrect-Horse9. Then", "secret/password", "c0rrect-Horse9"},
		{"header", "Authorization: Bearer " + key, "secret/authorization-header", key},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, f := range run1(t, map[string]any{"stdout": c.text}) {
				if f.Detector == c.id && len(f.Layers) == 0 {
					got = c.text[f.Start:f.End]
				}
			}
			if got != c.want {
				t.Errorf("span of %s in %q = %q, want %q", c.id, c.text, got, c.want)
			}
		})
	}
}

func TestField(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  int
	}{
		{"password", "hunter2secure!", 1},
		{"db_password", "Tr0ub4dor&3", 1},
		{"password", "required", 0},
		{"password", "${DB_PASSWORD}", 0},
		{"password_hint", "Tr0ub4dor&3", 0},
		{"access_token", "q7Xw2mKp9Lz4Rt8Vb1Nc6Hj3", 1},
		{"next_page", "q7Xw2mKp9Lz4Rt8Vb1Nc6Hj3", 0},
		{"api_key", "your-api-key-goes-here-123", 0},
	} {
		got := run1(t, map[string]any{c.name: c.value})
		if len(got) != c.want {
			t.Errorf("findings of {%q: %q} = %v, want %d", c.name, c.value, got, c.want)
		}
	}
}

func TestCRCSealed(t *testing.T) {
	for token, want := range map[string]bool{
		"ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17": true,
		"ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18": false,
		"ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkK0mLq17": false,
		"ghp_": false, "ghp": false, "": false,
	} {
		if got := crcSealed(token); got != want {
			t.Errorf("crcSealed(%q) = %v, want %v", token, got, want)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	for s, want := range map[string]bool{
		"AKIAIOSFODNN7EXAMPLE": true, "xxxxxxxxxxxx": true, "<your-token>": true, "changeme": true, "${VAR}": true, "aaaaaaaaaaaa": true,
		"ghp_1234567890abcdefghijklmnopqrstuvwxyz": true, "abcdefgh": true, "********": true,
		"q7Xw2mKp9Lz4Rt8Vb1Nc6Hj3": false, "Tr0ub4dor&3": false, "9f3c1e7ab25d4860f1c2b3a495867788": false,
	} {
		if got := placeholder(s); got != want {
			t.Errorf("placeholder(%q) = %v, want %v", s, got, want)
		}
	}
}

// FuzzMatch runs every hand-written matcher wherever its anchors could be in a text.
func FuzzMatch(f *testing.F) {
	rules := Suite().Rules
	for _, r := range rules {
		f.Add(r.Find[0])
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		for _, r := range rules {
			for _, a := range r.Anchors[0] {
				for i := 0; r.Match != nil && i+len(a) <= len(text); i++ {
					if !strings.EqualFold(text[i:i+len(a)], a) {
						continue
					}
					start, end, ok := r.Match(text, i, i+len(a))
					if !ok {
						continue
					}
					if start < 0 || end > len(text) || start >= end {
						t.Fatalf("%s: Match(%q, %d) = %d, %d, want a span of the text", r.ID, text, i, start, end)
					}
					if r.Valid != nil {
						r.Valid(text[start:end])
					}
				}
			}
		}
	})
}

func TestMissAllocatesNothing(t *testing.T) {
	text := sample()
	for _, r := range Suite().Rules {
		if r.Match == nil {
			continue
		}
		for _, a := range r.Anchors[0] {
			near := text[:200] + a + " and no more" + text[200:]
			if n := testing.AllocsPerRun(10, func() { r.Match(near, 200, 200+len(a)) }); n != 0 {
				t.Errorf("%s: Match of a miss allocates %v times, want 0", r.ID, n)
			}
		}
	}
	in := &detect.Input{Event: &gatehouse.Event{}, Texts: []*detect.Text{{Path: "/stdout", Raw: text, Norm: text}}}
	var report detect.Report
	if n := testing.AllocsPerRun(10, func() { fieldDetector{}.Detect(t.Context(), in, &report) }); n != 0 {
		t.Errorf("Detect of a miss allocates %v times, want 0", n)
	}
}

func sample() string {
	const line = "2026-11-20T10:12:03Z worker-3 fetched https://registry.corp.net/v2/app/manifests/latest in 182 ms, token refresh at 10:20, task-17 done\n"
	return strings.Repeat(line, 2048/len(line)+1)[:2048]
}

func BenchmarkMiss(b *testing.B) {
	r, err := detect.New(detect.Config{FingerprintKey: []byte("k")}, Suite())
	if err != nil {
		b.Fatal(err)
	}
	content, _ := json.Marshal(map[string]any{"stdout": sample()})
	ev := &gatehouse.Event{Kind: gatehouse.KindToolResult, Content: content}
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		r.Run(context.Background(), ev)
	}
}
