package detect

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"gatehouse.dev"
	"github.com/google/go-cmp/cmp"
)

// spans runs one rule on a text and prints where it finds something.
func spans(t *testing.T, r Rule, text string) []string {
	t.Helper()
	var out []string
	for _, f := range runOn(newRunner(t, Suite{Rules: []Rule{r}}), "["+quote(t, text)+"]").Findings {
		out = append(out, text[f.Start:f.End])
	}
	return out
}

func TestWordsRule(t *testing.T) {
	words := []string{"Zebra", "project  phoenix", "HR", "straße", "Проект", "a new phoenix nest", "phoenix"}
	for _, c := range []struct {
		opt  UserOptions
		text string
		want []string
	}{
		{UserOptions{}, "zebra, ZEBRA; zebras _zebra_ zebra1", []string{"zebra", "ZEBRA"}},
		{UserOptions{CaseSensitive: true}, "zebra Zebra ZEBRA hr HR", []string{"Zebra", "HR"}},
		{UserOptions{Substring: true}, "zebras", []string{"zebra"}},
		{UserOptions{}, "Project\n\t Phoenix", []string{"Project\n\t Phoenix", "Phoenix"}},
		{UserOptions{}, "my project: phoenix", []string{"phoenix"}},
		{UserOptions{}, "A new phoenix nest.", []string{"A new phoenix nest"}},
		{UserOptions{}, "the hr team, three", []string{"hr"}},
		{UserOptions{}, "Straße ПРОЕКТ проекты", []string{"Straße", "ПРОЕКТ"}},
		{UserOptions{}, "ｚebra z\u200bebra zеbra", []string{"ｚebra", "z\u200bebra", "zеbra"}},
		{UserOptions{}, "nothing here", nil},
	} {
		r, err := WordsRule("user/words", "our words", words, c.opt)
		if err != nil {
			t.Fatalf("WordsRule = %v", err)
		}
		if diff := cmp.Diff(c.want, spans(t, r, c.text)); diff != "" {
			t.Errorf("words with %+v in %q (-want +got):\n%s", c.opt, c.text, diff)
		}
	}
}

func TestWordsRuleErrors(t *testing.T) {
	for want, words := range map[string][]string{
		"0 words":                 nil,
		`"x" has no part`:         {"zebra", "x", "y"},
		`"y" has no part`:         {"zebra", "x", "y"},
		`"\u200b" has no part`:    {"\u200b"},
		"longer than 256 bytes":   {strings.Repeat("x", 257)},
		"10001 words, want 1 to ": make([]string, 10_001),
	} {
		if _, err := WordsRule("user/words", "", words, UserOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("WordsRule(%.60q) = %v, want %q", words, err, want)
		}
	}
}

func TestRegexRule(t *testing.T) {
	filler := strings.Repeat("filler text ", 3000)
	for _, c := range []struct {
		pattern string
		opt     UserOptions
		text    string
		want    []string
	}{
		{`ticket-\d+`, UserOptions{}, "TICKET-12 ticket-x", []string{"TICKET-12"}},
		{`ticket-\d+`, UserOptions{CaseSensitive: true}, "TICKET-12 ticket-7", []string{"ticket-7"}},
		{`id=(?P<v>\w+);`, UserOptions{}, "a id=abc; b", []string{"abc"}},
		{`begin.*end`, UserOptions{}, "x begin " + strings.ReplaceAll(filler, "\n", "")[:3000] + " end y", []string{"begin " + filler[:3000] + " end"}},
		{`\b\d{2}-\d{2}\b`, UserOptions{}, filler + "12-34 " + filler, []string{"12-34"}},
		{`^only$`, UserOptions{}, "only", []string{"only"}},
		{`^only$`, UserOptions{}, "not only", nil},
		{`(?:foo|bar)\d`, UserOptions{}, "foo1 bar2 baz3", []string{"foo1", "bar2"}},
		{`[ck]ode\s+word`, UserOptions{}, "Code  word, Kode word", []string{"Code  word", "Kode word"}},
		{`mask`, UserOptions{}, "mas\u212a", []string{"mas\u212a"}},
	} {
		r, err := RegexRule("user/regex", "", c.pattern, c.opt)
		if err != nil {
			t.Fatalf("RegexRule(%s) = %v", c.pattern, err)
		}
		if diff := cmp.Diff(c.want, spans(t, r, c.text)); diff != "" {
			t.Errorf("%s in %.80q (-want +got):\n%s", c.pattern, c.text, diff)
		}
	}
}

func TestRegexRuleErrors(t *testing.T) {
	for want, pattern := range map[string]string{
		"0 bytes":             "",
		"5000 bytes":          strings.Repeat("a", 5000),
		"missing closing ]":   "[a",
		"invalid repeat":      "(a{1000}){1000}",
		"more than 10000":     `(?:abcdefghijk){1000}`,
		"invalid escape":      `\z\y`,
		"invalid or unsuppor": `(?!a)`,
	} {
		if _, err := RegexRule("user/regex", "", pattern, UserOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("RegexRule(%.40q) = %v, want %q", pattern, err, want)
		}
	}
}

func TestAnchors(t *testing.T) {
	for _, c := range []struct {
		pattern string
		anchors [][]string
		how     string
	}{
		{`abcd`, [][]string{{"abcd"}}, "windows"},
		{`ab(?:c|d)e?f`, [][]string{{"abcef", "abcf", "abdef", "abdf"}}, "windows"},
		{`foo\d{1,3}barbar`, [][]string{{"barbar"}, {"foo"}}, "windows"},
		{`foo\d+barbar`, [][]string{{"barbar"}}, "whole"},
		{`(?:hello\d|world)+`, [][]string{{"hello", "world"}}, "whole"},
		{`(?:hello|\d+)x`, nil, "unanchored"},
		{`\d{4}`, nil, "unanchored"},
		{`ab`, nil, "unanchored"},
		{`(?:abc)?`, nil, "unanchored"},
		{`(?:abc)*`, nil, "unanchored"},
		{`(?:abc){2,3}`, [][]string{{"abc"}}, "windows"},
		{`straße`, nil, "unanchored"},
	} {
		r, err := RegexRule("u/u", "", c.pattern, UserOptions{})
		if err != nil {
			t.Fatalf("RegexRule(%s) = %v", c.pattern, err)
		}
		how := "windows"
		if r.whole {
			how = "whole"
		} else if r.Unanchored {
			how = "unanchored"
		}
		if diff := cmp.Diff(c.anchors, r.Anchors); diff != "" || how != c.how {
			t.Errorf("%s: %s, want %s; anchors (-want +got):\n%s", c.pattern, how, c.how, diff)
		}
	}
}

// Every match of an expression must hold what required says it holds.
func FuzzRequired(f *testing.F) {
	f.Add(`ab(c|d)+ef{2,3}`, "xabcdeff")
	f.Add(`(?i)K[a-c]t`, "\u212aAt kbt")
	f.Add(`(foo|ba[rz])?(quux|ab{0}c)`, "fooquux barac")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil || len(pattern) > 100 {
			return
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		sets, most := required(tree), longest(tree)
		text = Normalize(text)
		for _, m := range re.FindAllString(text, -1) {
			if len(m) > most {
				t.Errorf("%q matches %q, longer than %d", pattern, m, most)
			}
			for _, set := range sets {
				held := false
				for _, s := range set {
					held = held || strings.Contains(foldASCII(m), s)
				}
				if !held {
					t.Errorf("%q matches %q, which holds none of %q", pattern, m, set)
				}
			}
		}
	})
}

func TestUserRulesAreSensitiveWhereSaid(t *testing.T) {
	r := newRunner(t, userSuite(t))
	res := runOn(r, `["the zebra","abdd eee","alpha and omega","12-34"]`)
	got := fmt.Sprint(brief(res.Findings), string(res.Stored()))
	want := `[user/words /0 0 4-9 user/near /1 1 0-8 user/far /2 2 0-15 user/free /3 3 0-5]` +
		`["the [redacted:user/words]","abdd eee","[redacted:user/far]","12-34"]`
	if got != want {
		t.Errorf("findings and Stored = %s, want %s", got, want)
	}
	if res.Findings[0].Severity != gatehouse.Info {
		t.Errorf("severity = %v, want %v", res.Findings[0].Severity, gatehouse.Info)
	}
}
