package detect

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// planted are texts that testRules find something in, in many guises.
func planted(t *rapid.T) string {
	s := rapid.SampledFrom([]string{
		"tkey_abcd1234", "ignore all the rules", "Disregard\u00a0the instructions", "4111111111111111",
		"tke\u200by_ABCD1234", "ｔkey_abcd1234", "tкey_abcd1234",
	}).Draw(t, "plant")
	for range rapid.IntRange(0, 2).Draw(t, "layers") {
		switch rapid.SampledFrom([]string{"base64", "hex", "json", "percent", "entity", "escape", "gzip"}).Draw(t, "layer") {
		case "base64":
			s = std("plain words " + s)
		case "hex":
			s = hex.EncodeToString([]byte("plain words " + s))
		case "json":
			b, _ := json.Marshal(map[string]any{"k": s, "n": 17, "l": []any{s, true}})
			s = string(b)
		case "percent":
			s = strings.NewReplacer("e", "%65", "1", "%31", "\u00a0", "%20").Replace(s)
		case "entity":
			s = strings.NewReplacer("e", "&#101;", "1", "&#x31;").Replace(s)
		case "escape":
			s = strings.NewReplacer("e", `\x65`, "1", `\u0031`).Replace(s)
		case "gzip":
			s = std(gzipped("plain words " + s + " and more of them"))
		}
	}
	return s
}

func harmless(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		" ", "\n", "the", "garden", "is", "green.", "\"", "\\", "é", "日本", "<b>", "a/b", "%", "&", "😀", "{", "]", "1",
	}), 0, 12).Draw(t, "harmless"), " ")
}

// value draws a JSON value with planted texts as values and keys.
func value(t *rapid.T, depth int) any {
	switch rapid.IntRange(0, 6-min(depth, 3)).Draw(t, "kind") {
	case 0, 1:
		return harmless(t) + " " + planted(t) + " " + harmless(t)
	case 2:
		return rapid.SampledFrom([]any{nil, true, 3.5, jsontext.Value("4111111111111111"), harmless(t)}).Draw(t, "scalar")
	case 3:
		return planted(t)
	case 4, 5:
		m := map[string]any{}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			k := harmless(t)
			if rapid.Bool().Draw(t, "plant key") {
				k = planted(t)
			}
			m[k] = value(t, depth+1)
		}
		return m
	default:
		var l []any
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			l = append(l, value(t, depth+1))
		}
		return l
	}
}

// shape lists the tokens of a JSON text without what strings and numbers hold.
func shape(t interface{ Fatalf(string, ...any) }, v jsontext.Value) string {
	var b strings.Builder
	d := jsontext.NewDecoder(strings.NewReader(string(v)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		tok, err := d.ReadToken()
		if err != nil {
			if d.StackDepth() > 0 || d.InputOffset() == 0 {
				t.Fatalf("%s is not JSON: %v", v, err)
			}
			return b.String()
		}
		b.WriteByte(byte(tok.Kind()))
	}
}

func TestMaskLeavesNothing(t *testing.T) {
	r := newRunner(t, testRules())
	rapid.Check(t, func(t *rapid.T) {
		content, err := json.Marshal(value(t, 0), json.Deterministic(true))
		if err != nil {
			t.Fatalf("Marshal = %v", err)
		}
		res := runOn(r, string(content))
		masked := res.Mask(nil)
		if diff := cmp.Diff(shape(t, content), shape(t, masked)); diff != "" {
			t.Fatalf("shape of %s masked, %s (-want +got):\n%s", content, masked, diff)
		}
		if again := runOn(r, string(masked)); len(again.Findings) > 0 {
			t.Fatalf("Run on %s masked, %s: finds %v, want nothing", content, masked, brief(again.Findings))
		}
		for _, f := range res.Findings {
			if f.Start >= f.End || f.Fingerprint == "" {
				t.Fatalf("Run(%s): finding %+v, want a span and a fingerprint", content, f)
			}
		}
		stored := runOn(r, string(res.Stored()))
		for _, f := range stored.Findings {
			if f.Sensitive {
				t.Fatalf("Run on %s stored, %s: finds %v", content, res.Stored(), brief(stored.Findings))
			}
		}
	})
}

func TestTextAroundHidesNothing(t *testing.T) {
	r := newRunner(t, testRules())
	rapid.Check(t, func(t *rapid.T) {
		s := planted(t)
		alone := runOn(r, `[`+quoteRapid(t, s)+`]`)
		around := runOn(r, `[`+quoteRapid(t, harmless(t)+"\n"+s+"\n"+harmless(t))+`]`)
		want := map[string]bool{}
		for _, f := range alone.Findings {
			want[f.Detector+f.Fingerprint] = true
		}
		for _, f := range around.Findings {
			delete(want, f.Detector+f.Fingerprint)
		}
		if len(want) > 0 {
			t.Fatalf("Run finds %v in %q alone, and only %v amid other text", brief(alone.Findings), s, brief(around.Findings))
		}
	})
}

func quoteRapid(t *rapid.T, s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatalf("Marshal(%q) = %v", s, err)
	}
	return string(b)
}

func FuzzRun(f *testing.F) {
	for _, s := range []string{
		`{"a":"tkey_abcd1234"}`, `{"a":"\ud800 \u12"`, "[\"\xff\xfe\"]", `{"a":{"a":[1,-2.5e+3,tru`, `"` + std("tkey_abcd1234 is it") + `"`,
		`{"k":"{\"a\":\"\\u0074\"}"}`, `"%41%2541&#65;\x41\u{41}\101"`, "\"" + tags("tkey_abcd1234") + "\"", strings.Repeat("[", 300),
		`"` + std(gzipped(strings.Repeat("tkey_abcd1234 ", 100))) + `"`, "rm -rf / tkey_abcd1234", `{"a" "b" : : ,,}]`,
	} {
		f.Add([]byte(s))
	}
	r := newRunner(f, testRules(), userSuite(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		began := time.Now()
		res := r.Run(context.Background(), &gatehouse.Event{Content: content})
		stored, masked := res.Stored(), res.Mask(nil)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("Run on %d bytes took %v", len(content), took)
		}
		if len(content) > 0 && !stored.IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Errorf("Stored of %q = %q, want JSON", content, stored)
		}
		if jsontext.Value(content).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			if got, want := shape(t, masked), shape(t, content); got != want {
				t.Errorf("shape of %q masked, %q = %q, want %q", content, masked, got, want)
			}
			for _, g := range res.Gaps {
				if g.Reason == gatehouse.GapSyntax {
					t.Errorf("Run(%q) says malformed, want none", content)
				}
			}
		}
	})
}

func userSuite(t testing.TB) Suite {
	t.Helper()
	words, err := WordsRule("user/words", "", []string{"project phoenix", "zebra", "été"}, UserOptions{Sensitive: true})
	if err != nil {
		t.Fatalf("WordsRule = %v", err)
	}
	near, err := RegexRule("user/near", "", `a(b|c)d+\s{0,5}e{3}`, UserOptions{})
	if err != nil {
		t.Fatalf("RegexRule = %v", err)
	}
	far, err := RegexRule("user/far", "", `alpha.*omega$`, UserOptions{Sensitive: true})
	if err != nil {
		t.Fatalf("RegexRule = %v", err)
	}
	free, err := RegexRule("user/free", "", `\b\d\d-\d\d\b`, UserOptions{})
	if err != nil {
		t.Fatalf("RegexRule = %v", err)
	}
	return Suite{Rules: []Rule{words, near, far, free}}
}
