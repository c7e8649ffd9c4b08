package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// full is a decision with every field set.
func full() gatehouse.Decision {
	return gatehouse.Decision{
		Event: gatehouse.Event{
			ID: "0195a1b2-0000-7000-8000-000000000001", Time: noon.Add(123456 * time.Microsecond), Kind: gatehouse.KindToolResult, Hook: "PostToolUse",
			Failed: true, Irrevocable: true, Connector: "claude_code_cli", Agent: "support", SessionID: "s-1", TurnID: "t-1", ToolUseID: "toolu_1",
			AgentID: "a-1", AgentType: "Explore", User: "ada@example.test", ClientIP: "2001:db8::1", Model: "claude-sonnet-4-5", CWD: "/srv/app",
			PermissionMode: "bypassPermissions", Tool: "mcp__github__create_issue", MCPServer: "github", Subprompt: true,
			Content: jsontext.Value(`{"a": 1, "a" :2}`),
		},
		Verdict: gatehouse.Verdict{
			Action: gatehouse.Redact, Would: gatehouse.Deny, Severity: gatehouse.High,
			Reasons: []gatehouse.Reason{
				{Policy: "p", Rule: "r", Action: gatehouse.Redact, Severity: gatehouse.High, Message: "no", Findings: []int{0, 1}},
				{Policy: "q", Rule: "s", Action: gatehouse.Deny, Mode: gatehouse.Monitor},
			},
			Findings: []gatehouse.Finding{
				{Detector: "secret/x", Severity: gatehouse.High, Confidence: 0.5, Detail: "d", Path: "/a", Leaf: 1, Start: 2, End: 3,
					Layers: []string{"base64"}, Fingerprint: "00112233aabbccdd", Sensitive: true},
				{Detector: "secret/x", Path: "/a"},
			},
			Gaps:   []gatehouse.Gap{{Reason: gatehouse.GapTime, Path: "/a", Leaf: 1, Detector: "pii", Bytes: 7}},
			Errors: []gatehouse.Fault{{Policy: "p", Rule: "r", Detector: "d", Text: "broken"}}, Labels: []string{"untrusted"},
			PolicyVersion: "abc", ElapsedUS: 42, Session: gatehouse.Session{Labels: []string{"x"}, Calls: 1, Denials: 2, Errors: 3, DeniedAnswers: 1, Displays: true, Quarantined: true},
		},
		Applied: gatehouse.Deny, Note: "cannot be masked", Observed: true, FailedOpen: true, ContentBytes: 12345,
	}
}

func testAppend(t *testing.T, open func() Backend) {
	b := start(t, open)
	d := full()
	recorded := d
	recorded.Event.Time = recorded.Event.Time.Add(789).In(time.FixedZone("elsewhere", 3600)) // kept to the microsecond, in UTC
	recorded.Verdict.Masked, recorded.Verdict.Stored = jsontext.Value(`"masked"`), jsontext.Value(`"stored"`)
	record(t, b, recorded)
	record(t, b) // nothing is fine
	got, err := b.Decision(t.Context(), d.Event.ID)
	if err != nil {
		t.Fatalf("Decision(%q) = %v, want the decision", d.Event.ID, err)
	}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Errorf("Decision(%q) differs from what was recorded, less Masked and Stored (-want +got):\n%s", d.Event.ID, diff)
	}
	page, err := b.Decisions(t.Context(), store.Query{})
	if err != nil {
		t.Fatalf("Decisions({}) = %v, want a page", err)
	}
	if diff := cmp.Diff([]gatehouse.Decision{d}, page.Decisions); diff != "" {
		t.Errorf("Decisions({}) differ (-want +got):\n%s", diff)
	}
	for _, id := range []string{"", "no-such-id", strings.Repeat("x", 1000), "0195a1b2-0000-7000-8000-000000000002"} {
		_, err := b.Decision(t.Context(), id)
		wantCode(t, fmt.Sprintf("Decision(%d bytes)", len(id)), err, gatehouse.CodeNotFound)
	}
}

func testRefuse(t *testing.T, open func() Backend) {
	b := start(t, open)
	for _, c := range []struct {
		name string
		d    gatehouse.Decision
		code gatehouse.Code
	}{
		{"no ID", event("", noon), gatehouse.CodeInvalid},
		{"long ID", event(strings.Repeat("x", 129), noon), gatehouse.CodeInvalid},
		{"no time", event("a", time.Time{}), gatehouse.CodeInvalid},
		{"before 1970", event("a", time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)), gatehouse.CodeInvalid},
		{"after 9999", event("a", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), gatehouse.CodeInvalid},
		{"unknown action", event("a", noon, func(d *gatehouse.Decision) { d.Applied = 9 }), gatehouse.CodeInvalid},
		{"unknown severity", event("a", noon, func(d *gatehouse.Decision) { d.Verdict.Severity = 9 }), gatehouse.CodeInvalid},
		{"unknown mode", event("a", noon, func(d *gatehouse.Decision) { d.Verdict.Reasons = []gatehouse.Reason{{Mode: 9}} }), gatehouse.CodeInvalid},
		{"no number", event("a", noon, func(d *gatehouse.Decision) {
			d.Verdict.Findings = []gatehouse.Finding{{Confidence: math.NaN()}}
		}), gatehouse.CodeInvalid},
	} {
		err := b.Append(t.Context(), []gatehouse.Decision{event("good", noon), c.d})
		wantCode(t, "Append("+c.name+")", err, c.code)
	}
	if ids := walk(t, b, store.Query{}); len(ids) != 0 {
		t.Errorf("after refused batches the store has %q, want nothing", ids)
	}
	record(t, b, event(strings.Repeat("x", 128), noon))
}

func testIdempotent(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(100, noon, time.Second)
	record(t, b, ds[:60]...)
	record(t, b, ds[30:]...)
	record(t, b, ds...)
	record(t, b, ds[99], ds[99])
	if got, want := len(walk(t, b, store.Query{Limit: 500})), 100; got != want {
		t.Errorf("after recording some twice there are %d decisions, want %d", got, want)
	}
	checkCounts(t, b, ds)
	changed := ds[0]
	changed.Note = "changed"
	record(t, b, changed)
	if got, err := b.Decision(t.Context(), ds[0].Event.ID); err != nil || got.Note != "" {
		t.Errorf("Decision() after recording the same ID again = %q, %v, want the first record", got.Note, err)
	}
}

// checkCounts compares sessions and overview with the decisions they count.
func checkCounts(t *testing.T, b Backend, ds []gatehouse.Decision) {
	t.Helper()
	o, err := b.Overview(t.Context(), noon.Add(-24*time.Hour), noon.Add(48*time.Hour), time.Hour)
	if err != nil {
		t.Fatalf("Overview() = %v, want nil", err)
	}
	if diff := cmp.Diff(countAll(ds), o.Totals); diff != "" {
		t.Errorf("Overview().Totals differ from the decisions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(summaries(ds), allSessions(t, b, store.SessionQuery{Limit: 500})); diff != "" {
		t.Errorf("Sessions() differ from the decisions (-want +got):\n%s", diff)
	}
}

func testConcurrent(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(160, noon.Add(12*time.Hour-80*time.Second), time.Second) // over midnight
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < len(ds); i += 8 {
				other := (i + 3) % len(ds) // each is recorded by two
				if err := b.Append(t.Context(), []gatehouse.Decision{ds[i], ds[other]}); err != nil {
					t.Errorf("Append() beside others = %v, want nil", err)
				}
				if _, err := b.Decisions(t.Context(), store.Query{}); err != nil {
					t.Errorf("Decisions() beside others = %v, want nil", err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(walk(t, b, store.Query{Limit: 500})); got != len(ds) {
		t.Errorf("recorded by eight at once there are %d decisions, want %d", got, len(ds))
	}
	o, err := b.Overview(t.Context(), noon, noon.Add(24*time.Hour), time.Hour)
	if err != nil || o.Totals != countAll(ds) {
		t.Errorf("Overview().Totals = %+v, %v, want %+v", o.Totals, err, countAll(ds))
	}
}

func testContent(t *testing.T, open func() Backend) {
	b := start(t, open)
	large := jsontext.Value(`"` + strings.Repeat("large content, ", 4<<20/15) + `"`)
	for i, content := range []jsontext.Value{
		nil, jsontext.Value(`{}`), jsontext.Value(`{"a":1,"a":2}`), jsontext.Value("{\"a\":\"\xff\xfe\x00\"}"),
		jsontext.Value(`{"cut off":`), jsontext.Value("not JSON \xf0\x28"), jsontext.Value(` { "spaces" : [ 1.0 , 1e2 ] } `), large,
	} {
		id := fmt.Sprint("content-", i)
		record(t, b, event(id, noon, func(d *gatehouse.Decision) { d.Event.Content = content }))
		got, err := b.Decision(t.Context(), id)
		if err != nil || !bytes.Equal(got.Event.Content, content) {
			t.Errorf("Decision(%s).Event.Content = %d bytes, %v, want the %d recorded", id, len(got.Event.Content), err, len(content))
		}
	}
}

func testStrings(t *testing.T, open func() Backend) {
	b := start(t, open)
	for i, s := range []string{
		"plain", "it's \"quoted\"; DROP TABLE ev; --", "NUL\x00inside", "\x00", "שלום עולם", "\u202egnitide\u202c", "🏁👩‍👩‍👧",
		"%_*?[a-z]", "a/b/*", "$1 ?2 :x", "{\"a\":[]}", "line\nbreak\ttab", strings.Repeat("long ", 200), strings.Repeat("ü", 400), " ", "\u2028",
	} {
		set := func(d *gatehouse.Decision) {
			e := &d.Event
			e.Kind, e.SessionID, e.TurnID, e.Agent, e.Connector, e.Tool, e.MCPServer, e.User = gatehouse.Kind(s), s, s, s, s, s, s, s
			d.Verdict.Reasons = []gatehouse.Reason{{Policy: s, Rule: s}}
			d.Verdict.Findings = []gatehouse.Finding{{Detector: s, Fingerprint: s}}
		}
		d := event(fmt.Sprintf("%d %.100s", i, strings.ToValidUTF8(s[:min(len(s), 100)], "")), noon.Add(time.Duration(i)*time.Second), set)
		record(t, b, d)
		if got, err := b.Decision(t.Context(), d.Event.ID); err != nil || !cmp.Equal(got, d) {
			t.Errorf("Decision(string %d) = %v, want what was recorded: %s", i, err, cmp.Diff(d, got))
		}
		for name, q := range map[string]store.Query{
			"kind": {Kinds: []gatehouse.Kind{gatehouse.Kind(s)}}, "session": {Session: s}, "turn": {Turn: s}, "agent": {Agent: s},
			"connector": {Connector: s}, "tool": {Tool: s}, "server": {MCPServer: s}, "user": {User: s}, "policy": {Policy: s}, "rule": {Rule: s + "/" + s},
			"detector": {Detector: s},
		} {
			if name == "detector" && strings.HasSuffix(s, "/*") {
				continue // names a family
			}
			if got := walk(t, b, q); len(got) != 1 || got[0] != d.Event.ID {
				t.Errorf("Decisions(%s of string %d) = %d decisions, want the one", name, i, len(got))
			}
		}
		if got, err := b.Session(t.Context(), s); err != nil || got.Events != 1 {
			t.Errorf("Session(string %d) = %+v, %v, want one event", i, got, err)
		}
	}
	broken := event("id\xff", noon, func(d *gatehouse.Decision) { d.Event.Agent = "agent\xff\xfe" })
	record(t, b, broken)
	got, err := b.Decision(t.Context(), "id\xff")
	if err != nil || got.Event.ID != "id\uFFFD" || got.Event.Agent != "agent\uFFFD\uFFFD" {
		t.Errorf("Decision(invalid UTF-8) = %q by %q, %v, want U+FFFD for each invalid byte", got.Event.ID, got.Event.Agent, err)
	}
	if ids := walk(t, b, store.Query{Agent: "agent\xff\xfe"}); len(ids) != 1 {
		t.Errorf("Decisions(agent with invalid UTF-8) = %q, want one", ids)
	}
}

func testCancelled(t *testing.T, open func() Backend) {
	b := start(t, open)
	record(t, b, event("a", noon))
	ctx := ended(t)
	for call, err := range map[string]error{
		"Append":    b.Append(ctx, []gatehouse.Decision{event("b", noon)}),
		"Decisions": second(b.Decisions(ctx, store.Query{})),
		"Decision":  second(b.Decision(ctx, "a")),
		"Sessions":  second(b.Sessions(ctx, store.SessionQuery{})),
		"Overview":  second(b.Overview(ctx, noon, noon.Add(time.Hour), time.Minute)),
	} {
		if !errors.Is(err, ctx.Err()) {
			t.Errorf("%s with an ended context = %v, want %v", call, err, ctx.Err())
		}
	}
	if ids := walk(t, b, store.Query{}); !cmp.Equal(ids, []string{"a"}) {
		t.Errorf("after a cancelled Append the store has %q, want what was there", ids)
	}
}

func second[T any](_ T, err error) error { return err }

func testClosed(t *testing.T, open func() Backend) {
	b := open()
	record(t, b, event("a", noon))
	for range 2 {
		if err := b.Close(); err != nil {
			t.Errorf("Close() = %v, want nil however often", err)
		}
	}
	wantCode(t, "Append() after Close", b.Append(t.Context(), []gatehouse.Decision{event("b", noon)}), gatehouse.CodeUnavailable)
	wantCode(t, "Decisions() after Close", second(b.Decisions(t.Context(), store.Query{})), gatehouse.CodeUnavailable)
	wantCode(t, "Decision() after Close", second(b.Decision(t.Context(), "a")), gatehouse.CodeUnavailable)
	wantCode(t, "Sessions() after Close", second(b.Sessions(t.Context(), store.SessionQuery{})), gatehouse.CodeUnavailable)
	wantCode(t, "Overview() after Close", second(b.Overview(t.Context(), noon, noon.Add(time.Hour), 0)), gatehouse.CodeUnavailable)
	wantCode(t, "Keys() after Close", second(b.Keys(t.Context())), gatehouse.CodeUnavailable)
}

func testReopen(t *testing.T, open func() Backend) {
	ds := seeded(200, noon.Add(11*time.Hour), 30*time.Second) // over midnight
	b := open()
	record(t, b, ds[:150]...)
	key := store.Key{ID: "k", Name: "n", Hash: []byte{1}, Scopes: []string{"read"}, Created: noon}
	if err := b.AddKey(t.Context(), key); err != nil {
		t.Fatalf("AddKey() = %v, want nil", err)
	}
	secret, err := b.Secret(t.Context(), "s", 16)
	if err != nil {
		t.Fatalf("Secret() = %v, want nil", err)
	}
	page, err := b.Decisions(t.Context(), store.Query{Limit: 20})
	if err != nil {
		t.Fatalf("Decisions() = %v, want nil", err)
	}
	if err := b.Close(); err != nil {
		t.Fatalf("Close() = %v, want nil", err)
	}
	b = start(t, open)
	record(t, b, ds[100:]...)
	if diff := cmp.Diff(want(ds, store.Query{}), walk(t, b, store.Query{})); diff != "" {
		t.Errorf("Decisions() after opening again (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want(ds, store.Query{After: ds[149].Event.ID}), walk(t, b, store.Query{After: ds[149].Event.ID})); diff != "" {
		t.Errorf("Decisions(After) of what was recorded after opening again (-want +got):\n%s", diff)
	}
	if next, err := b.Decisions(t.Context(), store.Query{Limit: 20, Cursor: page.Next}); err != nil || len(next.Decisions) != 20 {
		t.Errorf("Decisions(cursor from before) = %d decisions, %v, want 20", len(next.Decisions), err)
	}
	if got, err := b.Key(t.Context(), "k"); err != nil || !cmp.Equal(got, key) {
		t.Errorf("Key() after opening again = %v, %v, want %v", got, err, key)
	}
	if got, err := b.Secret(t.Context(), "s", 16); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("Secret() after opening again = another one, %v, want the same", err)
	}
	checkCounts(t, b, ds)
}
