package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// leaves prints what a walker returns as "pointer kind text".
func leaves(src string, maxDepth int) (out []string, w *walker) {
	w = &walker{}
	w.reset(src, maxDepth)
	for {
		tok, ok := w.next()
		if !ok {
			return out, w
		}
		text := src[tok.from:tok.to]
		if tok.escaped {
			b := jsonString.decode(nil, text)
			text = string(b)
		}
		out = append(out, fmt.Sprintf("%s %c %s", w.path, "skn?"[tok.kind], text))
	}
}

func TestWalk(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
		bad       bool
	}{
		{"scalar", ` "a" `, []string{" s a"}, false},
		{"number", `-1.5e+10`, []string{" n -1.5e+10"}, false},
		{"words are no leaves", `[true,false,null,"x"]`, []string{"/3 s x"}, false},
		{"containers", `{"a":[1,{"b":"c"},[]],"d":{},"e":2}`,
			[]string{"/a k a", "/a/0 n 1", "/a/1/b k b", "/a/1/b s c", "/d k d", "/e k e", "/e n 2"}, false},
		{"equal keys", `{"a":1,"a":2}`, []string{"/a k a", "/a n 1", "/a k a", "/a n 2"}, false},
		{"pointer escapes", `{"a/b~c":1,"\u002f\"":2}`, []string{"/a~1b~0c k a/b~c", "/a~1b~0c n 1", `/~1" k /"`, `/~1" n 2`}, false},
		{"escapes", `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`, []string{" s \"\\/\b\f\n\r\té😀"}, false},
		{"lone surrogates", `"\ud800x\udc00\ud800\ud83d\ude00"`, []string{" s \ufffdx\ufffd\ufffd😀"}, false},
		{"backslashes before a quote", `["\\","\\\"","\\\\"]`, []string{`/0 s \`, `/1 s \"`, `/2 s \\`}, false},
		{"invalid UTF-8", "\"a\xffb\"", []string{" s a\xffb"}, false},
		{"invalid UTF-8 in a key", "{\"a\xff\":1}", []string{"/a\ufffd k a\xff", "/a\ufffd n 1"}, false},
		{"string without end", `{"a":"bc`, []string{"/a k a", "/a s bc"}, true},
		{"escape without end", `"bc\`, []string{` s bc\`}, true},
		{"text before it", `oops {"a":"b"}`, []string{" ? oops ", "/a k a", "/a s b"}, true},
		{"text after it", `{"a":1} "b"`, []string{"/a k a", "/a n 1", " s b"}, true},
		{"missing comma", `["a" "b"]`, []string{"/0 s a", "/0 s b"}, true},
		{"missing colon", `{"a" "b"}`, []string{"/a k a", "/a s b"}, true},
		{"trailing comma", `["a",]`, []string{"/0 s a"}, true},
		{"crossed brackets", `{"a":["b"}]`, []string{"/a k a", "/a/0 s b"}, true},
		{"not closed", `["a"`, []string{"/0 s a"}, true},
		{"closed twice", `["a"]]`, []string{"/0 s a"}, true},
		{"numbers that are none", `[01,1.,-,1e]`, []string{"/0 n 01", "/1 n 1.", "/2 n -", "/3 n 1e"}, true},
		{"no JSON", `rm -rf /`, []string{" ? rm -rf /"}, true},
		{"nothing", ` `, nil, true},
	} {
		got, w := leaves(c.src, 8)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: leaves of %s (-want +got):\n%s", c.name, c.src, diff)
		}
		if w.bad != c.bad {
			t.Errorf("%s: bad(%s) = %v, want %v", c.name, c.src, w.bad, c.bad)
		}
	}
}

func TestWalkBelowMaxDepth(t *testing.T) {
	got, w := leaves(`{"a":[{"b":{"c":["d"]},"e":[]}],"f":"g"}`, 2)
	want := []string{"/a k a", "/a/0 k b", "/a/0 k c", "/a/0 s d", "/a/0 k e", "/f k f", "/f s g"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("leaves (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][2]int{{6, 30}}, w.deepSpans); diff != "" || w.bad {
		t.Errorf("deep spans, bad = %v (-want +got):\n%s", w.bad, diff)
	}
}

func TestPathIsBounded(t *testing.T) {
	src := strings.Repeat(`{"`+strings.Repeat("k", 300)+`":`, 50) + "1" + strings.Repeat("}", 50)
	got, w := leaves(src, 64)
	last := got[len(got)-1]
	if n := strings.IndexByte(last, ' '); n > maxPathBytes+maxSegmentBytes+8 || !strings.Contains(last, "k…/k") || w.bad {
		t.Errorf("pointer of %d bytes, %.200s, bad %v; want at most about %d, cut keys marked", n, last, w.bad, maxPathBytes)
	}
}

// The walker must agree with the JSON library on what is JSON and on every string and number in it.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{`{"a":[1,"b\n\ud800",{"":-0.5e1}]}`, `[[[]],{}]`, `"\u00e9`, `{"a":1,}`, `nul`, "[\"\x01\"]", `"\x"`} {
		f.Add(s)
	}
	opts := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	f.Fuzz(func(t *testing.T, src string) {
		valid := jsontext.Value(src).IsValid(opts...)
		w := &walker{}
		if w.reset(src, 1<<20); w.valid() != valid {
			t.Errorf("valid(%q) = %v, want %v", src, !valid, valid)
		}
		var got []string
		w.reset(src, 1<<20)
		for tok, ok := w.next(); ok; tok, ok = w.next() {
			raw := src[tok.from:tok.to]
			b := jsonString.decode(nil, raw)
			if fast, clean := unescape(nil, raw); string(fast) != string(b) || clean != cleanEscapes(raw) {
				t.Errorf("unescape(%q) = %q, %v, want %q, %v", raw, fast, clean, b, cleanEscapes(raw))
			}
			got = append(got, strings.ToValidUTF8(string(b), "\ufffd"))
		}
		if !valid {
			return
		}
		var want []string
		d := jsontext.NewDecoder(strings.NewReader(src), opts...)
		for tok, err := d.ReadToken(); err == nil; tok, err = d.ReadToken() {
			if k := tok.Kind(); k == '"' || k == '0' {
				want = append(want, strings.ToValidUTF8(tok.String(), "\ufffd"))
			}
		}
		// The library makes one U+FFFD of each invalid byte, ToValidUTF8 one of a run.
		squeeze := func(s []string) string { return strings.ReplaceAll(strings.Join(s, "\n"), "\ufffd", "") }
		if len(got) != len(want) || squeeze(got) != squeeze(want) {
			t.Errorf("leaves of %q = %q, want %q", src, got, want)
		}
	})
}
