package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/hook"
	"gatehouse.dev/policy"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var _ hook.Decider = (*Engine)(nil)

// testSuite finds the words "sesame" (sensitive), "smith" (not sensitive) and "rm -rf", and has a detector
// that fails, panics or dawdles where the text tells it to.
func testSuite() detect.Suite {
	rule := func(id, pattern, anchor string, sensitive bool) detect.Rule {
		return detect.Rule{
			ID: id, Detail: id, Severity: gatehouse.High, Confidence: 0.9, Sensitive: sensitive,
			Anchors: [][]string{{anchor}}, Pattern: pattern, Find: []string{anchor}, Pass: []string{"x"},
		}
	}
	return detect.Suite{
		Rules: []detect.Rule{
			rule("secret/sesame", `sesame-[0-9]+`, "sesame-", true),
			rule("pii/smith", `smith`, "smith", false),
			rule("command/delete", `rm -rf`, "rm -rf", false),
		},
		Detectors: []detect.Detector{fickle{}},
	}
}

type fickle struct{}

func (fickle) Name() string { return "fickle" }

func (fickle) Detect(ctx context.Context, in *detect.Input, _ *detect.Report) error {
	for _, t := range in.Texts {
		switch {
		case strings.Contains(t.Raw, "please fail"):
			return errors.New("told to")
		case strings.Contains(t.Raw, "please panic"):
			panic("told to: " + t.Raw)
		case strings.Contains(t.Raw, "please dawdle"):
			<-ctx.Done()
		}
	}
	return nil
}

const testPolicies = `
policies:
  - name: secrets
    severity: high
    rules:
      - {id: mask, find: [secret/*, pii/smith], when: 'event.kind != "prompt"', action: redact, labels: [holds_secret]}
      - {id: stop, find: [secret/*], when: 'event.kind == "prompt"', action: deny, message: Not here.}
  - name: commands
    scope: {kinds: [tool_call]}
    rules:
      - {id: delete, find: [command/delete], when: session.labels.has("holds_secret"), action: deny}
      - {id: delete-else, find: [command/delete], action: ask}
  - name: strict
    on_error: deny
    scope: {tools: [Strict]}
    rules:
      - {id: fickle, find: [fickle/*], action: alert}
`

func set(t testing.TB, text string) *policy.Set {
	t.Helper()
	s, err := policy.Parse(policy.File{Name: "test.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newEngine(t testing.TB, cfg Config) *Engine {
	t.Helper()
	if cfg.Policies == nil {
		cfg.Policies = set(t, testPolicies)
	}
	if cfg.Suites == nil {
		cfg.Suites = []detect.Suite{testSuite()}
	}
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func decide(t testing.TB, e *Engine, ev gatehouse.Event) gatehouse.Verdict {
	t.Helper()
	v, err := e.Decide(t.Context(), &ev)
	if err != nil {
		t.Fatalf("Decide() error: %v", err)
	}
	return v
}

func TestDecide(t *testing.T) {
	for _, tt := range []struct {
		name           string
		ev             gatehouse.Event
		action         gatehouse.Action
		reasons        []string
		masked, stored string
	}{
		{
			"nothing", gatehouse.Event{Kind: gatehouse.KindToolCall, Content: []byte(`{"command":"ls"}`)},
			gatehouse.Allow, nil, "", `{"command":"ls"}`,
		},
		{
			"masked", gatehouse.Event{Kind: gatehouse.KindToolResult, Content: []byte(`{"stdout":"a sesame-42 b","n":1}`)},
			gatehouse.Redact, []string{"secrets/mask"}, `{"stdout":"a [redacted:secret/sesame] b","n":1}`, `{"stdout":"a [redacted:secret/sesame] b","n":1}`,
		},
		{
			"what is masked is not stored", gatehouse.Event{Kind: gatehouse.KindToolResult, Content: []byte(`{"stdout":"smith"}`)},
			gatehouse.Redact, []string{"secrets/mask"}, `{"stdout":"[redacted:pii/smith]"}`, `{"stdout":"[redacted:pii/smith]"}`,
		},
		{
			"denied, and not stored", gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(`{"prompt":"sesame-42 smith"}`)},
			gatehouse.Deny, []string{"secrets/stop"}, "", `{"prompt":"[redacted:secret/sesame] smith"}`,
		},
		{
			"a lifecycle event", gatehouse.Event{Kind: "session_start", Content: []byte(`{"source":"sesame-42"}`)},
			gatehouse.Allow, nil, "", `{"source":"[redacted:secret/sesame]"}`,
		},
		{
			"ask with a mask", gatehouse.Event{Kind: gatehouse.KindToolCall, Content: []byte(`{"command":"rm -rf sesame-42"}`)},
			gatehouse.Ask, []string{"commands/delete-else", "secrets/mask"}, `{"command":"rm -rf [redacted:secret/sesame]"}`, `{"command":"rm -rf [redacted:secret/sesame]"}`,
		},
		{
			"no content", gatehouse.Event{Kind: gatehouse.KindPrompt},
			gatehouse.Allow, nil, "", "",
		},
		{
			"invalid UTF-8 is stored valid", gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte("{\"prompt\":\"\xff\"}")},
			gatehouse.Allow, nil, "", "{\"prompt\":\"\ufffd\"}",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, Config{})
			before := string(tt.ev.Content)
			v := decide(t, e, tt.ev)
			var reasons []string
			for _, r := range v.Reasons {
				reasons = append(reasons, r.Policy+"/"+r.Rule)
			}
			if v.Action != tt.action || v.Would != tt.action || !slices.Equal(reasons, tt.reasons) {
				t.Errorf("Decide() = %v, %v, want %v, %v", v.Action, reasons, tt.action, tt.reasons)
			}
			if string(v.Masked) != tt.masked {
				t.Errorf("Masked = %s, want %s", v.Masked, tt.masked)
			}
			if string(v.Stored) != tt.stored {
				t.Errorf("Stored = %s, want %s", v.Stored, tt.stored)
			}
			if v.PolicyVersion != e.Policies().Version() || v.ElapsedUS < 0 || len(v.Errors)+len(v.Gaps) > 0 && tt.name != "no content" {
				t.Errorf("Decide() = %+v, want version %s and neither errors nor gaps", v, e.Policies().Version())
			}
			if string(tt.ev.Content) != before {
				t.Errorf("content changed to %s", tt.ev.Content)
			}
		})
	}
}

func TestDecideStampsEvents(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.FixedZone("x", 3600))
	e := newEngine(t, Config{Clock: func() time.Time { return now }})
	ev := gatehouse.Event{Kind: gatehouse.KindPrompt}
	if _, err := e.Decide(t.Context(), &ev); err != nil {
		t.Fatal(err)
	}
	if len(ev.ID) != 36 || ev.ID[14] != '7' || !ev.Time.Equal(now) || ev.Time.Location() != time.UTC {
		t.Errorf("event got ID %q and time %v, want a UUIDv7 and %v in UTC", ev.ID, ev.Time, now)
	}
	given := gatehouse.Event{Kind: gatehouse.KindPrompt, ID: "mine", Time: now.Add(-time.Hour)}
	if _, err := e.Decide(t.Context(), &given); err != nil {
		t.Fatal(err)
	}
	if given.ID != "mine" || !given.Time.Equal(now.Add(-time.Hour)) {
		t.Errorf("event has ID %q and time %v, want those it had", given.ID, given.Time)
	}
}

func TestDecideErrors(t *testing.T) {
	e := newEngine(t, Config{})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Decide(t.Context(), nil); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
		t.Errorf("Decide(nil) error = %v, want code invalid", err)
	}
	if _, err := e.Decide(ended, &gatehouse.Event{Kind: gatehouse.KindPrompt}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Decide(ended) error = %v, want code unavailable", err)
	}
	broken := newEngine(t, Config{Sessions: panics{}})
	v, err := broken.Decide(t.Context(), &gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(`"sesame-1"`)})
	if gatehouse.ErrorCode(err) != gatehouse.CodeInternal || strings.Contains(err.Error(), "sesame") || v.Action != gatehouse.Allow || v.Stored != nil {
		t.Errorf("Decide(panic) = %+v, %v, want no verdict and code internal", v, err)
	}
}

type panics struct{}

func (panics) Snapshot(ev *gatehouse.Event) gatehouse.Session { panic(string(ev.Content)) }
func (panics) Observe(*gatehouse.Event, *gatehouse.Verdict)   {}

// A caller whose time ran out gets no verdict that rules are missing from, but it gets a denial.
func TestDecideWhenTimeRunsOut(t *testing.T) { synctest.Test(t, testDecideWhenTimeRunsOut) }

func testDecideWhenTimeRunsOut(t *testing.T) {
	e := newEngine(t, Config{Deadline: -1})
	for _, tt := range []struct {
		content string
		want    gatehouse.Code
	}{
		{`{"prompt":"please dawdle"}`, gatehouse.CodeUnavailable},
		{`{"prompt":"please dawdle sesame-1"}`, gatehouse.CodeUnavailable}, // its rule has a condition, which was left out
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err := e.Decide(ctx, &gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(tt.content)})
		cancel()
		if gatehouse.ErrorCode(err) != tt.want {
			t.Errorf("Decide(%s) error = %v, want code %q", tt.content, err, tt.want)
		}
	}
	strict := newEngine(t, Config{Deadline: -1, Policies: set(t, "policies: [{name: p, rules: [{id: r, find: [secret/*], action: deny}]}]")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	v, err := strict.Decide(ctx, &gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(`{"prompt":"please dawdle sesame-1"}`)})
	if err != nil || v.Action != gatehouse.Deny {
		t.Errorf("Decide() = %v, %v, want the denial", v.Action, err)
	}
}

// What detectors cannot do is said, and on_error decides.
func TestDecideWhenDetectorsFail(t *testing.T) { synctest.Test(t, testDecideWhenDetectorsFail) }

func testDecideWhenDetectorsFail(t *testing.T) {
	e := newEngine(t, Config{Deadline: 5 * time.Millisecond})
	for _, tt := range []struct{ text, gap, fault string }{
		{"please fail", gatehouse.GapDetector, "told to"},
		{"please panic", gatehouse.GapDetector, "panicked"},
		{"please dawdle", gatehouse.GapTime, ""},
	} {
		for tool, want := range map[string]gatehouse.Action{"Bash": gatehouse.Allow, "Strict": gatehouse.Deny} {
			v := decide(t, e, gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: tool, Content: []byte(`{"x":"` + tt.text + `"}`)})
			if v.Action != want {
				t.Errorf("%s, tool %s: action = %v, want %v", tt.text, tool, v.Action, want)
			}
			if !slices.ContainsFunc(v.Gaps, func(g gatehouse.Gap) bool { return g.Reason == tt.gap }) {
				t.Errorf("%s: gaps = %+v, want %q", tt.text, v.Gaps, tt.gap)
			}
			if strings.Contains(string(v.Stored), tt.text) {
				t.Errorf("%s: Stored = %s, want nothing that was not read", tt.text, v.Stored)
			}
			if tt.fault != "" && !slices.ContainsFunc(v.Errors, func(f gatehouse.Fault) bool { return f.Detector == "fickle" && f.Text == tt.fault }) {
				t.Errorf("%s: errors = %+v, want %q", tt.text, v.Errors, tt.fault)
			}
		}
	}
}

func TestSessionsFollow(t *testing.T) {
	e := newEngine(t, Config{})
	del := gatehouse.Event{SessionID: "s", Kind: gatehouse.KindToolCall, Tool: "Bash", Content: []byte(`{"command":"rm -rf x"}`)}
	if v := decide(t, e, del); v.Action != gatehouse.Ask {
		t.Errorf("before: action = %v, want ask", v.Action)
	}
	v := decide(t, e, gatehouse.Event{SessionID: "s", Kind: gatehouse.KindToolResult, Content: []byte(`"sesame-1"`)})
	if !slices.Equal(v.Labels, []string{"holds_secret"}) || v.Session.Labels != nil || v.Session.Calls != 1 {
		t.Errorf("labels = %v, session %+v, want the label raised and the session from before", v.Labels, v.Session)
	}
	if v := decide(t, e, del); v.Action != gatehouse.Deny || !slices.Equal(v.Session.Labels, []string{"holds_secret"}) {
		t.Errorf("after: action = %v, session %+v, want deny", v.Action, v.Session)
	}
	other := del
	other.SessionID = "other"
	if v := decide(t, e, other); v.Action != gatehouse.Ask {
		t.Errorf("another session: action = %v, want ask", v.Action)
	}
}

func TestQuarantine(t *testing.T) {
	e := newEngine(t, Config{})
	batch := gatehouse.Event{SessionID: "s", Kind: gatehouse.KindToolResult, Hook: "PostToolBatch", Irrevocable: true, Content: []byte(`["sesame-1"]`)}
	if v := decide(t, e, batch); v.Action != gatehouse.Redact {
		t.Fatalf("batch: action = %v, want redact", v.Action)
	}
	v := decide(t, e, gatehouse.Event{SessionID: "s", Kind: gatehouse.KindPrompt, Content: []byte(`{"prompt":"sesame-2"}`)})
	want := []gatehouse.Reason{
		{Policy: BuiltinPolicy, Rule: QuarantineRule, Action: gatehouse.Deny, Severity: gatehouse.High, Message: messageQuarantine},
		{Policy: "secrets", Rule: "stop", Action: gatehouse.Deny, Severity: gatehouse.High, Message: "Not here.", Findings: []int{0}},
	}
	if diff := cmp.Diff(want, v.Reasons); diff != "" || v.Action != gatehouse.Deny || v.Would != gatehouse.Deny || v.Severity != gatehouse.High || !v.Session.Quarantined {
		t.Errorf("prompt: %+v\nreasons differ (-want +got):\n%s", v, diff)
	}
	for _, ev := range []gatehouse.Event{
		{SessionID: "s", Kind: gatehouse.KindToolCall, Content: []byte(`{}`)},
		{SessionID: "other", Kind: gatehouse.KindPrompt, Content: []byte(`{}`)},
	} {
		if v := decide(t, e, ev); v.Action != gatehouse.Allow {
			t.Errorf("%s in %s: action = %v, want allow", ev.Kind, ev.SessionID, v.Action)
		}
	}
}

func TestSwap(t *testing.T) {
	e := newEngine(t, Config{})
	ev := gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(`{"prompt":"the Bluebird project, T-1234, sesame-1"}`)}
	before := decide(t, e, ev)
	next := set(t, `
policies: [{name: own, rules: [{id: name, find: [words/names], action: ask}, {id: ticket, find: [regex/ticket], action: deny}]}]
detectors:
  - {id: words/names, words: [bluebird], severity: critical}
  - {id: regex/ticket, regex: 'T-[0-9]{4}', sensitive: true}
`)
	if err := e.Swap(next); err != nil {
		t.Fatal(err)
	}
	after := decide(t, e, ev)
	if e.Policies() != next || after.PolicyVersion != next.Version() || after.PolicyVersion == before.PolicyVersion {
		t.Errorf("policies of version %s, want %s", after.PolicyVersion, next.Version())
	}
	if len(after.Reasons) != 2 || after.Action != gatehouse.Deny || string(after.Stored) != `{"prompt":"the Bluebird project, [redacted:regex/ticket], [redacted:secret/sesame]"}` {
		t.Errorf("Decide() = %+v, stored %s, want both own detectors", after.Reasons, after.Stored)
	}
	if a, b := fingerprint(before, "secret/sesame"), fingerprint(after, "secret/sesame"); a == "" || a != b {
		t.Errorf("fingerprints %q and %q, want the same before and after", a, b)
	}
	if err := e.Swap(nil); err == nil || e.Policies() != next {
		t.Errorf("Swap(nil) = %v with %v in force, want an error and the old set", err, e.Policies())
	}
}

func fingerprint(v gatehouse.Verdict, detector string) string {
	for _, f := range v.Findings {
		if f.Detector == detector {
			return f.Fingerprint
		}
	}
	return ""
}

// A set whose detectors cannot be built is refused, and the old one stays.
func TestSwapRefused(t *testing.T) {
	clash := testSuite()
	clash.Rules[0].ID = "words/names"
	e := newEngine(t, Config{Suites: []detect.Suite{clash}})
	old := e.Policies()
	err := e.Swap(set(t, "detectors: [{id: words/names, words: [alpha]}]"))
	if err == nil || e.Policies() != old {
		t.Errorf("Swap() = %v, want an error and the old set", err)
	}
	if _, err := New(Config{Suites: []detect.Suite{clash, clash}}); err == nil {
		t.Error("New(equal IDs) = nil error, want one")
	}
}

func TestNewDefaults(t *testing.T) {
	e, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	starter, err := policy.Parse(policy.Starter()...)
	if err != nil {
		t.Fatal(err)
	}
	if e.Policies().Version() != starter.Version() {
		t.Error("New(Config{}) is not in force with the starter policies")
	}
	if v := decide(t, e, gatehouse.Event{Kind: gatehouse.KindPrompt, Content: []byte(`{}`)}); v.Action != gatehouse.Allow {
		t.Errorf("Decide() = %v, want allow", v.Action)
	}
}

// Events are decided while policies change; each verdict is of one set as a whole.
func TestSwapWhileDeciding(t *testing.T) {
	a := set(t, "policies: [{name: a, rules: [{id: r, find: [secret/*], action: deny}]}]")
	b := set(t, "policies: [{name: b, rules: [{id: r, find: [secret/*], action: ask}]}]\ndetectors: [{id: words/x, words: [alpha]}]")
	e := newEngine(t, Config{Policies: a, Deadline: -1})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 200 {
				ev := gatehouse.Event{Kind: gatehouse.KindPrompt, SessionID: fmt.Sprint(w), Content: []byte(`"sesame-1"`)}
				v, err := e.Decide(t.Context(), &ev)
				switch {
				case err != nil:
					t.Errorf("Decide() error: %v", err)
				case v.PolicyVersion == a.Version() && v.Action == gatehouse.Deny:
				case v.PolicyVersion == b.Version() && v.Action == gatehouse.Ask:
				default:
					t.Errorf("event %d: %v under %s", i, v.Action, v.PolicyVersion)
				}
			}
		})
	}
	for i := range 50 {
		if err := e.Swap([]*policy.Set{a, b}[i%2]); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

// Whatever the content is, there is a verdict, no secret is stored, and a deny rule more never loosens it.
func TestDecideAnyContent(t *testing.T) {
	plain := newEngine(t, Config{Deadline: -1})
	more := newEngine(t, Config{Deadline: -1, Policies: set(t, testPolicies+"  - {name: more, rules: [{id: r, find: [command/*], action: deny}]}\n")})
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.SampledFrom([]string{
			`{"a":`, `"sesame-42"`, `}`, `[`, `]`, `,`, `"rm -rf /"`, `"c2VzYW1lLTQy"`, "\xff", `"\u0073esame-7"`, `1e999`, `null`, `"smith":`, `"`, ` `,
		}), 0, 12).Draw(t, "content")
		ev := gatehouse.Event{Kind: gatehouse.KindToolCall, Content: []byte(strings.Join(content, ""))}
		ev2 := ev
		v, err := plain.Decide(context.Background(), &ev)
		if err != nil {
			t.Fatalf("Decide() error: %v", err)
		}
		if s := string(v.Stored); strings.Contains(s, "sesame-42") || len(ev.Content) > 0 && !v.Stored.IsValid() {
			t.Errorf("Stored = %s of %s", s, ev.Content)
		}
		w, err := more.Decide(context.Background(), &ev2)
		if err != nil || w.Action < v.Action {
			t.Errorf("with a rule more: %v, %v, before %v", w.Action, err, v.Action)
		}
	})
}
