package dash

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
)

// print gives a content as lines, with the classes of its pieces.
func (c content) print() []string {
	var out []string
	for _, l := range c.Leaves {
		var s strings.Builder
		s.WriteString(l.Name + ": ")
		for _, p := range l.Pieces {
			if p.Class == "" {
				s.WriteString(p.Text)
			} else {
				s.WriteString("<" + p.Class + " " + p.Text + ">")
			}
		}
		out = append(out, s.String())
	}
	return out
}

func TestContent(t *testing.T) {
	tests := []struct {
		name, raw string
		findings  []gatehouse.Finding
		want      []string
	}{
		{"empty", ``, nil, nil},
		{"prompt", `{"prompt":"hello"}`, nil, []string{"prompt: hello"}},
		{"nested", `{"file":{"lines":[{"n":1,"ok":true},null]}}`, nil, []string{"file.lines[0].n: 1", "file.lines[0].ok: true", "file.lines[1]: null"}},
		{"equal keys", `{"a":"one","a":"two"}`, nil, []string{"a: one", "a: two"}},
		{"empty ones", `{"a":{},"b":[],"c":""}`, nil, []string{"a: {}", "b: []", "c: "}},
		{"array", `[{"type":"text","text":"x"}]`, nil, []string{"[0].type: text", "[0].text: x"}},
		{"bare string", `"just text"`, nil, []string{": just text"}},
		{"mask", `{"a":"key=[redacted:secret/aws-access-key]!"}`, nil, []string{"a: key=<mask [redacted:secret/aws-access-key]>!"}},
		{"not a mask", `{"a":"[redacted:] [redacted:NO]"}`, nil, []string{"a: [redacted:] [redacted:NO]"}},
		{"hidden", `{"a":"x\u202ey\u0007"}`, nil, []string{"a: x<sign ‹U+202E›>y<sign ‹U+0007›>"}},
		{"line ends", `{"a":"x\r\ny\rz"}`, nil, []string{"a: x\ny<sign ‹U+000D›>z"}},
		{"hit", `{"c":"cd; rm -rf /"}`, []gatehouse.Finding{{Path: "/c", Start: 4, End: 12}}, []string{"c: cd; <hit rm -rf />"}},
		{"two hits that overlap", `{"c":"abcdef"}`, []gatehouse.Finding{{Path: "/c", Start: 2, End: 5}, {Path: "/c", Start: 1, End: 3}}, []string{"c: a<hit bc><hit de>f"}},
		{"hit within a mask's leaf", `{"c":"[redacted:pii/email] rm"}`, []gatehouse.Finding{{Path: "/c", Start: 2, End: 5}}, []string{"c: <mask [redacted:pii/email]> rm"}},
		{"hit elsewhere", `{"c":"abc"}`, []gatehouse.Finding{{Path: "/d", Start: 0, End: 2}, {Path: "/c", Start: 2, End: 9}, {Path: "/c", Start: -1, End: 2}}, []string{"c: abc"}},
		{"hit within a character", `{"c":"é!"}`, []gatehouse.Finding{{Path: "/c", Start: 1, End: 2}}, []string{"c: é!"}},
		{"no JSON", `{"a":`, nil, []string{`: {"a":`}},
		{"two values", `{} {}`, nil, []string{`: {} {}`}},
		{"broken text", "{\"a\":\"\xff\"}", nil, []string{"a: \uFFFD"}},
		{"deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), nil, []string{": " + strings.Repeat("[", 100) + strings.Repeat("]", 100)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := newContent(jsontext.Value(tt.raw), budgetPage, tt.findings)
			if diff := cmp.Diff(tt.want, got.print()); diff != "" {
				t.Errorf("newContent(%s) differs (-want +got):\n%s", tt.raw, diff)
			}
		})
	}
}

func TestContentBudget(t *testing.T) {
	long := raw(`{"a":%s,"b":"second","c":"third"}`, strings.Repeat("é", 500))
	tests := []struct {
		b      budget
		leaves int
		cut    int
	}{
		{budget{Bytes: 5000, LeafBytes: 5000, Leaves: 10}, 3, 0},
		{budget{Bytes: 5000, LeafBytes: 101, Leaves: 10}, 3, 900}, // never within a character
		{budget{Bytes: 100, LeafBytes: 5000, Leaves: 10}, 1, 900},
		{budget{Bytes: 5000, LeafBytes: 5000, Leaves: 2}, 2, 0},
	}
	for _, tt := range tests {
		got := newContent(long, tt.b, nil)
		if len(got.Leaves) != tt.leaves || got.Leaves[0].Cut != tt.cut || got.Cut != (tt.cut > 0 || tt.leaves < 3) {
			t.Errorf("newContent(long, %+v) has %d leaves, first cut by %d, cut %v; want %d and %d", tt.b, len(got.Leaves), got.Leaves[0].Cut, got.Cut, tt.leaves, tt.cut)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte(`{"prompt":"[redacted:secret/x] \u202e"}`), 3, 9)
	f.Add([]byte(`[[{"a":{"a":1}}]`), 0, 1)
	f.Add([]byte("{\"\xff\":\"\xf3\xa0\x81\"}"), -1, 1<<30)
	f.Fuzz(func(t *testing.T, in []byte, start, end int) {
		findings := []gatehouse.Finding{{Path: "/prompt", Start: start, End: end}, {Path: "", Start: start, End: end}}
		b := budget{Bytes: 300, LeafBytes: 200, Leaves: 5}
		got := newContent(in, b, findings)
		shown := 0
		for _, l := range got.Leaves {
			for _, p := range l.Pieces {
				if p.Class != "sign" {
					shown += len(p.Text)
				}
				for _, r := range p.Text {
					if hidden(r) {
						t.Fatalf("newContent(%q) shows the hidden character %U", in, r)
					}
				}
			}
		}
		if shown > b.Bytes || len(got.Leaves) > b.Leaves {
			t.Fatalf("newContent(%q) shows %d bytes in %d leaves, over the budget", in, shown, len(got.Leaves))
		}
		blank := len(bytes.TrimSpace(in)) == 0
		valid := jsontext.Value(in).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if whole := newContent(in, budgetAll, nil); !blank && !valid && len(whole.Leaves) == 0 {
			t.Fatalf("newContent(%q) shows nothing", in)
		}
	})
}

func TestUnhide(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "": "", "a\u202eb": "a‹U+202E›b", "\u2066": "‹U+2066›", "tab\tand\nline\r\n": "tab\tand\nline\r\n", "\x00": "‹U+0000›", "é👩\u200d👧": "é👩\u200d👧",
		"\xff": "\xff", "\U000E0041x": "‹U+E0041›x", "\u200bx\u200b": "‹U+200B›x‹U+200B›",
	} {
		if got := string(unhide([]byte(in))); got != want {
			t.Errorf("unhide(%q) = %q, want %q", in, got, want)
		}
	}
}
