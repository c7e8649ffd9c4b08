package detect

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gatehouse.dev"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// testRules are rules with the shapes that shipped ones have.
func testRules() Suite {
	return Suite{Rules: []Rule{
		{ID: "test/key", Detail: "test key", Severity: gatehouse.High, Confidence: 1, Sensitive: true,
			Anchors: [][]string{{"tkey_"}}, Pattern: `\btkey_[A-Za-z0-9]{8}\b`},
		{ID: "test/pair", Severity: gatehouse.Medium,
			Anchors: [][]string{{"ignore", "disregard"}, {"instructions", "rules"}}, Window: 40,
			Pattern: `(?i)\b(?:ignore|disregard)\b.{0,30}\b(?:instructions|rules)\b`},
		{ID: "test/card", Severity: gatehouse.High, Sensitive: true,
			Anchors: [][]string{{"4111"}}, Match: func(text string, from, to int) (int, int, bool) {
				return from, from + 16, from+16 <= len(text) && digits(text[from:from+16]) == 16
			}},
	}}
}

func newRunner(t testing.TB, suites ...Suite) *Runner {
	t.Helper()
	r, err := New(Config{FingerprintKey: []byte("key")}, suites...)
	if err != nil {
		t.Fatalf("New = %v, want a runner", err)
	}
	return r
}

func runOn(r *Runner, content string) *Result {
	return r.Run(context.Background(), &gatehouse.Event{Kind: gatehouse.KindPrompt, Content: jsontext.Value(content)})
}

// brief prints findings as "detector path leaf start-end layers".
func brief(fs []gatehouse.Finding) []string {
	var out []string
	for _, f := range fs {
		s := fmt.Sprintf("%s %s %d %d-%d %s", f.Detector, f.Path, f.Leaf, f.Start, f.End, strings.Join(f.Layers, ","))
		out = append(out, strings.TrimSpace(s))
	}
	return out
}

func TestRun(t *testing.T) {
	r := newRunner(t, testRules())
	for _, c := range []struct {
		name, content string
		want          []string
		masked        string
	}{
		{"plain", `{"a":"x tkey_abcd1234."}`, []string{"test/key /a 1 2-15"}, `{"a":"x [redacted:test/key]."}`},
		{"not at a word's border", `{"a":"xtkey_abcd1234 tkey_abcd12345"}`, nil, ""},
		{"both of equal keys", `{"a":"tkey_abcd1234","a":"tkey_abcd1235"}`,
			[]string{"test/key /a 1 0-13", "test/key /a 3 0-13"}, `{"a":"[redacted:test/key]","a":"[redacted:test/key]"}`},
		{"a key", `{"tkey_abcd1234":[1,{"b":"tkey_abcd1234"}]}`,
			[]string{"test/key /[redacted:test~1key] 0 0-13", "test/key /[redacted:test~1key]/1/b 3 0-13"},
			`{"[redacted:test/key]":[1,{"b":"[redacted:test/key]"}]}`},
		{"a number", `{"n":4111111111111111, "m": [1]}`, []string{"test/card /n 1 0-16"}, `{"n":0, "m": [1]}`},
		{"escapes", `{"a":"\u0074key\u005Fabcd1234\n\"tkey_abcd1235"}`,
			[]string{"test/key /a 1 0-13", "test/key /a 1 15-28"}, `{"a":"[redacted:test/key]\n\"[redacted:test/key]"}`},
		{"pair", `["please IGNORE all\nthe","ignore all the rules"]`,
			[]string{"test/pair /1 1 0-20"}, `["please IGNORE all\nthe","[redacted:test/pair]"]`},
		{"folded", `["tke\u200by_abcd1234 ｔkey_abcd1234 tкey_abcd1234"]`,
			[]string{"test/key /0 0 0-16", "test/key /0 0 17-32", "test/key /0 0 33-47"},
			`["[redacted:test/key] [redacted:test/key] [redacted:test/key]"]`},
		{"json in a string", `{"text":"{\"k\":\"\\u0074key_abcd1234\",\"n\":4111111111111111}"}`,
			[]string{"test/key /text 1 6-24 json", "test/card /text 1 30-46"},
			`{"text":"{\"k\":\"[redacted:test/key]\",\"n\":0}"}`},
	} {
		res := runOn(r, c.content)
		if diff := cmp.Diff(c.want, brief(res.Findings)); diff != "" {
			t.Errorf("%s: Run(%s) findings (-want +got):\n%s", c.name, c.content, diff)
		}
		if len(res.Gaps)+len(res.Faults) > 0 {
			t.Errorf("%s: Run(%s) gaps %v, faults %v, want none", c.name, c.content, res.Gaps, res.Faults)
		}
		if c.masked == "" {
			c.masked = c.content
		}
		if got := string(res.Mask(nil)); got != c.masked {
			t.Errorf("%s: Mask of %s = %s, want %s", c.name, c.content, got, c.masked)
		}
	}
}
