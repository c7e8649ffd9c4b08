package detect

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNewReportsEveryBadRule(t *testing.T) {
	good := Rule{ID: "a/good", Anchors: [][]string{{"abc"}}, Pattern: "abc"}
	with := func(f func(*Rule)) Rule { r := good; f(&r); return r }
	for want, r := range map[string]Rule{
		"the ID must be":            with(func(r *Rule) { r.ID = "a b" }),
		"no anchors":                with(func(r *Rule) { r.Anchors = nil }),
		"anchor group 0 is empty":   with(func(r *Rule) { r.Anchors = [][]string{{}} }),
		`anchor "ab" is shorter`:    with(func(r *Rule) { r.Anchors = [][]string{{"abc", "ab"}} }),
		"not as in normalised text": with(func(r *Rule) { r.Anchors = [][]string{{"ａｂｃ"}} }),
		"more than 8":               with(func(r *Rule) { r.Anchors = slices.Repeat(r.Anchors, 9) }),
		"Pattern or a Match":        with(func(r *Rule) { r.Pattern = "" }),
		"missing closing )":         with(func(r *Rule) { r.Pattern = "(abc" }),
		"window 5000":               with(func(r *Rule) { r.Window = 5000 }),
		"window -1":                 with(func(r *Rule) { r.Window = -1 }),
		"confidence 2":              with(func(r *Rule) { r.Confidence = 2 }),
		"severity 9":                with(func(r *Rule) { r.Severity = 9 }),
		"an unanchored rule has":    with(func(r *Rule) { r.Unanchored = true }),
		"another rule of that ID":   good,
	} {
		bad := Rule{ID: "a/bad", Pattern: "x"}
		_, err := New(Config{}, Suite{Rules: []Rule{good, r}}, Suite{Rules: []Rule{bad}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `rule "a/bad": no anchors`) {
			t.Errorf("New = %v, want %q, and the other bad rule", err, want)
		}
	}
	if _, err := New(Config{}, Suite{Detectors: []Detector{nil}}); err == nil {
		t.Error("New with a nil detector = nil, want an error")
	}
}

// What a rule finds around its anchors must be what its expression finds in the whole text.
func TestWindowsFindWhatThePatternFinds(t *testing.T) {
	for _, pattern := range []string{
		`\bkey\d{3}\b`, `^key\d`, `key\d$`, `(?m)^key\d+$`, `\Bkey\d`, `(?:^|\s)key\d`, `[a-z]*key[0-9]*`, `key\d+(?:\s|$)`,
		`\d+key\b`, `key[a-z ]{0,30}end`,
	} {
		re := regexp.MustCompile(pattern)
		r := newRunner(t, Suite{Rules: []Rule{{ID: "t/t", Anchors: [][]string{{"key"}}, Window: 30, Pattern: pattern}}})
		rapid.Check(t, func(t *rapid.T) {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
				"key", "key12", "key123", " ", "\n", "a", "z", "é", "7", "-", "end", "          ", "aaaaaaaaaaaaaaa", "lorem ipsum dolor sit amet",
			}), 0, 60).Draw(t, "words"), "")
			var want []string
			for _, at := range re.FindAllStringIndex(text, -1) {
				want = append(want, fmt.Sprintf("%d-%d", at[0], at[1]))
			}
			var got []string
			for _, f := range runOn(r, "["+quoteRapid(t, text)+"]").Findings {
				if len(f.Layers) == 0 {
					got = append(got, fmt.Sprintf("%d-%d", f.Start, f.End))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("spans of %s in %q (-want +got):\n%s", pattern, text, diff)
			}
		})
	}
}

func TestLongTexts(t *testing.T) {
	r := newRunner(t, testRules())
	for _, at := range []int{0, segmentBytes - 20, segmentBytes - 5, segmentBytes, 3*segmentBytes - 13} {
		text := strings.Repeat("- ", at/2) + " tkey_abcd1234 ignore the rules" + strings.Repeat(" -", segmentBytes)
		got := runOn(r, `["`+text+`"]`).Findings
		if len(got) != 2 || got[0].End-got[0].Start != 13 || got[1].End-got[1].Start != 16 {
			t.Errorf("Run on text with finds at %d: %v, want both once", at, brief(got))
		}
	}
}

func TestAllMatchesOfOneWindow(t *testing.T) {
	r := newRunner(t, testRules())
	text := strings.Repeat("tkey_abcd1234 ", 500)
	if got := runOn(r, `["`+text+`"]`).Findings; len(got) != 500 {
		t.Errorf("Run finds %d, want 500", len(got))
	}
}

// What masks leave behind is no find, unless the name in it is made up.
func TestMasksAreNotFound(t *testing.T) {
	words, err := WordsRule("user/secret", "", []string{"secret", "redacted"}, UserOptions{})
	if err != nil {
		t.Fatalf("WordsRule = %v", err)
	}
	r := newRunner(t, Suite{Rules: []Rule{words}}, testRules())
	for content, want := range map[string]int{
		`["[redacted:user/secret]"]`:              0,
		`["x=[redacted:user/secret], yes"]`:       0,
		`["[redacted:user/secret] secret"]`:       1,
		`["secret [redacted:user/secret]"]`:       1,
		`["[redacted:tkey_abcd1234]"]`:            2,
		`["[redacted:user/secret tkey_abcd1234"]`: 3,
	} {
		if got := brief(runOn(r, content).Findings); len(got) != want {
			t.Errorf("Run(%s) finds %v, want %d", content, got, want)
		}
	}
}

func TestFingerprints(t *testing.T) {
	r := newRunner(t, testRules())
	res := runOn(r, `["tkey_abcd1234","x tkey_abcd1234","tkey_abcd1235","`+std("echo tkey_abcd1234")+`"]`)
	fs := res.Findings
	if len(fs) != 4 || fs[0].Fingerprint != fs[1].Fingerprint || fs[0].Fingerprint != fs[3].Fingerprint ||
		fs[0].Fingerprint == fs[2].Fingerprint || len(fs[0].Fingerprint) != 16 {
		t.Errorf("findings %+v, want the fingerprint of equal values, and only of those, to be equal", fs)
	}
	other, err := New(Config{}, testRules())
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	if got := runOn(other, `["tkey_abcd1234"]`).Findings; got[0].Fingerprint == fs[0].Fingerprint {
		t.Error("fingerprints under different keys are equal")
	}
}

type detectorFunc func(context.Context, *Input, *Report) error

func (detectorFunc) Name() string { return "test" }

func (f detectorFunc) Detect(ctx context.Context, in *Input, r *Report) error { return f(ctx, in, r) }

func TestDetectors(t *testing.T) {
	r := newRunner(t, Suite{Detectors: []Detector{detectorFunc(func(_ context.Context, in *Input, r *Report) error {
		for _, x := range in.Texts {
			r.Add(x, 0, 1, gatehouse.Finding{Detector: "test/first"})
			r.AddRaw(x, len(x.Raw)-1, len(x.Raw)+5, gatehouse.Finding{Detail: "last"})
			r.Add(x, -3, -1, gatehouse.Finding{Detector: "test/none"})
		}
		r.Gap(gatehouse.Gap{Reason: gatehouse.GapSyntax, Path: in.Texts[0].Path})
		return nil
	})}})
	res := runOn(r, `["\u200babcd"]`)
	want := []string{"test/first /0 0 3-4", "test/none /0 0 3-3", "test /0 0 6-7"}
	if diff := cmp.Diff(want, brief(res.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]gatehouse.Gap{{Reason: gatehouse.GapSyntax, Path: "/0", Detector: "test"}}, res.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	const content = `{"a":"canary abcdef"}`
	boom := func() Rule {
		return Rule{ID: "t/rule", Anchors: [][]string{{"abc"}}, Pattern: "abcdef"}
	}
	for name, c := range map[string]struct {
		suite Suite
		want  string
	}{
		"error": {Suite{Detectors: []Detector{detectorFunc(func(context.Context, *Input, *Report) error { return errors.New("no table") })}}, "no table"},
		"panic": {Suite{Detectors: []Detector{detectorFunc(func(_ context.Context, in *Input, _ *Report) error { panic(in.Texts[0].Raw) })}}, "panicked"},
		"valid": {Suite{Rules: []Rule{func() Rule { r := boom(); r.Valid = func(s string) bool { panic(s) }; return r }()}}, "panicked"},
		"match": {Suite{Rules: []Rule{func() Rule {
			r := boom()
			r.Pattern, r.Match = "", func(s string, _, _ int) (int, int, bool) { panic(s) }
			return r
		}()}}, "panicked"},
		"fields": {Suite{Rules: []Rule{func() Rule {
			r := boom()
			r.Fields = func(*gatehouse.Event, *Text) bool { panic("canary") }
			return r
		}()}}, "panicked"},
	} {
		r := newRunner(t, c.suite, testRules())
		for range 2 { // a fault must not outlast its event
			res := runOn(r, content)
			if len(res.Faults) != 1 || res.Faults[0].Text != c.want || res.Faults[0].Detector == "" {
				t.Errorf("%s: faults = %+v, want one: %s", name, res.Faults, c.want)
			}
			if len(res.Gaps) != 1 || res.Gaps[0].Reason != gatehouse.GapDetector {
				t.Errorf("%s: gaps = %+v, want %q", name, res.Gaps, gatehouse.GapDetector)
			}
			if got := string(res.Stored()); strings.Contains(got, "canary") {
				t.Errorf("%s: Stored = %s, want what was not judged left out", name, got)
			}
		}
	}
}

func TestBudgets(t *testing.T) {
	run := func(cfg Config, content string, suites ...Suite) *Result {
		t.Helper()
		r, err := New(cfg, append(suites, testRules())...)
		if err != nil {
			t.Fatalf("New = %v", err)
		}
		return runOn(r, content)
	}
	long := strings.Repeat("word ", 100)
	for _, c := range []struct {
		name    string
		res     *Result
		reason  string
		stored  string // contained in Stored
		missing string // not contained in Stored
	}{
		{"bytes, in a leaf", run(Config{MaxBytes: 200}, `{"a":"`+long+`tkey_abcd1234","b":"hidden"}`),
			gatehouse.GapBytes, `word[not judged]","[not judged]":"[not judged]"}`, "tkey"},
		{"bytes, between leaves", run(Config{MaxBytes: 200}, `{"a":"bcd","b":"tkey_abcd1234","c":"tkey_abcd1234"}`),
			gatehouse.GapBytes, `{"a":"bcd",`, "tkey"},
		{"depth", run(Config{MaxDepth: 2}, `{"a":[["tkey_abcd1234"],{}],"b":1}`),
			gatehouse.GapDepth, `{"a":["[not judged]","[not judged]"],"b":1}`, "tkey"},
		{"layers", run(Config{MaxLayers: 1}, `{"a":"x `+std("more "+std("the tkey_abcd1234"))+` y"}`),
			gatehouse.GapDepth, `{"a":"x [not judged] y"}`, "=="},
		{"windows", run(Config{MaxWindows: 40}, `{"a":"`+strings.Repeat("tkey_abcd1234 ", 900)+`"}`),
			gatehouse.GapWindows, `[redacted:test/key]`, "tkey"},
		{"binary", run(Config{}, `{"type":"image","data":"`+std("\x89PNG\r\n\x1a\n"+strings.Repeat("\x00\xfe", 50))+`"}`),
			gatehouse.GapBinary, `"data":"[not judged]"`, "iVBOR"},
		{"syntax", run(Config{}, `{"a":"tkey_abcd1234"`), gatehouse.GapSyntax, noteMalformed, "tkey"},
		{"control character", run(Config{}, "{\"a\":\"tkey_abcd1234\n\"}"), gatehouse.GapSyntax, noteMalformed, "tkey"},
	} {
		if !slices.ContainsFunc(c.res.Gaps, func(g gatehouse.Gap) bool { return g.Reason == c.reason }) {
			t.Errorf("%s: gaps %+v, want %q", c.name, c.res.Gaps, c.reason)
		}
		got := string(c.res.Stored())
		if !strings.Contains(got, c.stored) || strings.Contains(got, c.missing) {
			t.Errorf("%s: Stored = %s, want %q in it and %q not", c.name, got, c.stored, c.missing)
		}
		if v := jsontext.Value(got); !v.IsValid(jsontext.AllowDuplicateNames(true)) {
			t.Errorf("%s: Stored = %s, want JSON", c.name, got)
		}
	}
}

func TestDeadline(t *testing.T) {
	r := newRunner(t, testRules(), Suite{Detectors: []Detector{detectorFunc(func(context.Context, *Input, *Report) error {
		t.Error("a detector runs after the deadline")
		return nil
	})}})
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	res := r.Run(ctx, &gatehouse.Event{Content: jsontext.Value(`{"a":["tkey_abcd1234"]}`)})
	want := []gatehouse.Gap{{Reason: gatehouse.GapTime, Bytes: 14}, {Reason: gatehouse.GapTime, Detector: "test"}}
	if diff := cmp.Diff(want, res.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if got := string(res.Stored()); got != `{"[not judged]":["[not judged]"]}` {
		t.Errorf("Stored = %s, want nothing of the content", got)
	}
}

// Where reading stops for want of time, what the rest is still counts for what may be kept.
func TestDeadlineWithinTheContent(t *testing.T) {
	r := newRunner(t, testRules())
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	long := `{"a":"` + strings.Repeat("word ", 20<<10) + `","b":`
	for content, want := range map[string]string{
		long + `1}`:        `{"[not judged]":"[not judged]","[not judged] 2":0}`,
		long + `1`:         noteMalformed,
		long + `"\x"}`:     noteMalformed,
		long + "\"\x01\"}": noteMalformed,
		long + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}": `{"[not judged]":"[not judged]","[not judged] 2":` +
			strings.Repeat("[", 63) + `"[not judged]"` + strings.Repeat("]", 63) + "}",
	} {
		res := r.Run(ctx, &gatehouse.Event{Content: jsontext.Value(content)})
		if got := string(res.Stored()); got != want {
			t.Errorf("Stored of …%s = %s, want %s", content[len(long)-10:], got, want)
		}
	}
}

// Nothing of one event may show in the result of another that uses the same buffers.
func TestResultsAreTheirOwn(t *testing.T) {
	r := newRunner(t, testRules())
	res := runOn(r, `{"\u0061b":["\u0074key_abcd1234"]}`)
	want := fmt.Sprintf("%+v", res.Findings)
	for range 10 {
		runOn(r, `{"\u0078\u0078\u0078":["\u0078\u0078\u0078\u0078\u0078\u0078 tkey_zzzz9999"]}`)
	}
	if got := fmt.Sprintf("%+v", res.Findings); got != want {
		t.Errorf("findings = %s after other runs, want %s", got, want)
	}
}

func TestConcurrentRuns(t *testing.T) {
	r := newRunner(t, testRules())
	done := make(chan string)
	for i := range 4 {
		go func() {
			content := fmt.Sprintf(`["a\n%s tkey_abcd123%d"]`, strings.Repeat("b", i*50), i)
			want := ""
			for range 200 {
				res := runOn(r, content)
				got := fmt.Sprint(brief(res.Findings), string(res.Mask(nil)))
				if want != "" && got != want {
					done <- fmt.Sprintf("Run(%s) = %s, want %s", content, got, want)
					return
				}
				want = got
			}
			done <- ""
		}()
	}
	for range 4 {
		if s := <-done; s != "" {
			t.Error(s)
		}
	}
}

// A miss allocates the Result, which the caller keeps, and nothing else. The state is used directly: under
// the race detector a pool loses some of what it is given.
func TestMissAllocatesOnlyTheResult(t *testing.T) {
	r := newRunner(t, testRules())
	ev := &gatehouse.Event{Content: jsontext.Value(`{"stdout":"` + strings.Repeat(`plain text, a line\n`, 100) + `","code":12345}`)}
	ctx := context.Background()
	x := newRun(r)
	miss := func() {
		if res := x.run(ctx, ev); len(res.Findings) > 0 {
			t.Errorf("findings = %v, want none", brief(res.Findings))
		}
	}
	miss()
	if n := testing.AllocsPerRun(100, miss); n != 1 {
		t.Errorf("a miss = %v allocations, want 1", n)
	}
}
