package detect

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func utf16le(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func std(s string) string    { return base64.StdEncoding.EncodeToString([]byte(s)) }
func rawURL(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func wrap(s string, n int) string {
	var lines []string
	for ; len(s) > n; s = s[n:] {
		lines = append(lines, s[:n])
	}
	return strings.Join(append(lines, s), "\n")
}

func quote(t testing.TB, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatalf("Marshal(%q) = %v", s, err)
	}
	return string(b)
}

func TestLayers(t *testing.T) {
	const key = "tkey_abcd1234"
	r := newRunner(t, testRules())
	long := "The plan is long. " + strings.Repeat("It goes on for some time. ", 12) + key + " and that is all."
	for _, c := range []struct {
		name, text string
		layers     string // of the finding
		masked     string
	}{
		{"base64", "run " + std("echo "+key) + " now", "base64", "run [redacted:test/key] now"},
		{"base64 without padding", "t=" + rawURL("echo "+key+"?"), "base64", "t=[redacted:test/key]"},
		{"base64 behind other characters", "xyz/" + std("echo hello "+key), "base64", "[redacted:test/key]"},
		{"base64 in lines", "-\n" + wrap(std(long), 76) + "\n-", "base64", "-\n[redacted:test/key]\n-"},
		{"base64 in indented lines", "  " + strings.ReplaceAll(wrap(std(long), 64), "\n", "\r\n    "), "base64", "  [redacted:test/key]"},
		{"base64 of UTF-16", "powershell -e " + std(utf16le("echo "+key)), "base64,utf16", "powershell -e [redacted:test/key]"},
		{"base64 of gzip", std(gzipped(long)), "base64,gzip", "[redacted:test/key]"},
		{"base64 twice", std("a " + std("echo "+key) + " b"), "base64,base64", "[redacted:test/key]"},
		{"hex", "0x" + hex.EncodeToString([]byte("echo "+key)) + ".", "hex", "[redacted:test/key]."},
		{"percent", "GET /?q=%74key%5Fabcd1234&x=1", "percent", "GET /?q=[redacted:test/key]&x=1"},
		{"percent twice", "q=" + url.QueryEscape(url.QueryEscape("täkey "+key+" ü")) + "%2574key_abcd1234", "", ""},
		{"entities", "a &#116;key&lowbar;abcd12&#x33;4 b", "entity", "a [redacted:test/key] b"},
		{"escapes", `a \x74key\u005fabcd123\64 b`, "", `a \x74key\u005fabcd123\64 b`},
		{"escapes, octal too", `a \x74key\u005fabcd123\064 b`, "escape", "a [redacted:test/key] b"},
		{"escaped line break before a word", `line\n` + key + ` b`, "escape", `line\n[redacted:test/key] b`},
		{"tags", "hello" + tags("my "+key) + "!", "tags", "hello[redacted:test/key]!"},
		{"json of base64", `{"a":["` + std("echo "+key) + `"]}`, "json,base64", `{"a":["[redacted:test/key]"]}`},
		{"json in json", `{"a":"{\"b\":\"\\u0074key_abcd1234\"}"}`, "json,json", `{"a":"{\"b\":\"[redacted:test/key]\"}"}`},
		{"base64 of binary", std("\x00\x01\x02\xff\xfe" + strings.Repeat("\x80\x03", 20)), "", "="},
	} {
		content := `{"text":` + quote(t, c.text) + `}`
		res := runOn(r, content)
		if len(res.Gaps) > 0 {
			t.Errorf("%s: Run(%s) gaps = %v, want none", c.name, content, res.Gaps)
		}
		if c.name == "percent twice" {
			if len(res.Findings) == 0 {
				t.Errorf("%s: Run(%s) finds nothing", c.name, content)
			}
			continue
		}
		var got []string
		for _, f := range res.Findings {
			got = append(got, strings.Join(f.Layers, ","))
		}
		want := []string{c.layers}
		if c.layers == "" {
			want, c.masked = nil, c.text
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Run(%s) layers of findings (-want +got):\n%s", c.name, content, diff)
			continue
		}
		if got, want := string(res.Mask(nil)), `{"text":`+quote(t, c.masked)+`}`; got != want {
			t.Errorf("%s: Mask of %s = %s, want %s", c.name, content, got, want)
		}
	}
}

func tags(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteRune(0xe0000 + c)
	}
	return b.String()
}
