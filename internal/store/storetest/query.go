package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

func testOrder(t *testing.T, open func() Backend) {
	b := start(t, open)
	// Recorded out of order, over three days, with equal times: those stay in the order of recording.
	var ds []gatehouse.Decision
	for i, at := range []time.Duration{0, 26, -20, 5, 5, 5, 0, 48, 26, -20} {
		ds = append(ds, event(fmt.Sprint("e", i), noon.Add(at*time.Hour)))
	}
	for _, d := range ds {
		record(t, b, d)
	}
	for _, oldest := range []bool{false, true} {
		for _, limit := range []int{0, 1, 2, 3, 10} {
			q := store.Query{Oldest: oldest, Limit: limit}
			if diff := cmp.Diff(want(ds, q), walk(t, b, q)); diff != "" {
				t.Errorf("Decisions(oldest %t, limit %d) differ (-want +got):\n%s", oldest, limit, diff)
			}
		}
	}
}

func testPages(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(300, noon.Add(-30*time.Hour), 10*time.Minute)
	record(t, b, ds...)
	for _, q := range []store.Query{
		{Limit: 7}, {Limit: 7, Oldest: true}, {Limit: 500}, {Limit: 100_000},
		{Limit: 7, From: noon.Add(-10 * time.Hour)}, {Limit: 7, To: noon}, {Limit: 9, From: noon.Add(-20 * time.Hour), To: noon, Oldest: true},
		{From: ds[10].Event.Time, To: ds[20].Event.Time}, {From: noon, To: noon}, {From: noon, To: noon.Add(-time.Hour)},
		{Limit: 1, Actions: []gatehouse.Action{gatehouse.Deny, gatehouse.Redact}}, {Limit: 2, Severity: gatehouse.Low, Oldest: true},
	} {
		if diff := cmp.Diff(want(ds, q), walk(t, b, q)); diff != "" {
			t.Errorf("Decisions(%+v) differ (-want +got):\n%s", q, diff)
		}
	}
}

func testPagesWhileAppending(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(100, noon, time.Second)
	record(t, b, ds...)
	for _, oldest := range []bool{false, true} {
		q := store.Query{Limit: 10, Oldest: oldest, To: ds[99].Event.Time.Add(1)}
		var got []string
		for i := 0; ; i++ {
			page, err := b.Decisions(t.Context(), q)
			if err != nil {
				t.Fatalf("Decisions() = %v, want a page", err)
			}
			got = append(got, idsOf(page.Decisions)...)
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
			// Newer than all, and outside of the range: no page may move.
			record(t, b, event(fmt.Sprint("late", oldest, i), noon.Add(time.Hour+time.Duration(i)*time.Second)))
		}
		if diff := cmp.Diff(want(ds, store.Query{Oldest: oldest}), got); diff != "" {
			t.Errorf("pages read while others append (oldest %t) differ (-want +got):\n%s", oldest, diff)
		}
	}
}

func testPageSize(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(600, noon, time.Second)
	record(t, b, ds...)
	for limit, want := range map[int]int{0: 50, 1: 1, 500: 500, 501: 500, 1 << 40: 500} {
		if page, err := b.Decisions(t.Context(), store.Query{Limit: limit}); err != nil || len(page.Decisions) != want {
			t.Errorf("Decisions(limit %d) = %d decisions, %v, want %d", limit, len(page.Decisions), err, want)
		}
	}
	wantCode(t, "Decisions(limit -1)", second(b.Decisions(t.Context(), store.Query{Limit: -1})), gatehouse.CodeInvalid)
	wantCode(t, "Sessions(limit -1)", second(b.Sessions(t.Context(), store.SessionQuery{Limit: -1})), gatehouse.CodeInvalid)

	// A page does not grow without bound with the size of its decisions.
	huge := jsontext.Value(`"` + strings.Repeat("x", 6<<20) + `"`)
	for i := range 6 {
		record(t, b, event(fmt.Sprint("huge", i), noon.Add(time.Hour), func(d *gatehouse.Decision) { d.Event.Content = huge }))
	}
	page, err := b.Decisions(t.Context(), store.Query{Limit: 500})
	if n := len(page.Decisions); err != nil || n == 0 || n > 5 || page.Next == "" {
		t.Errorf("Decisions() of 6 MiB each = %d decisions, %v, want a few and a next page", n, err)
	}
	if got := walk(t, b, store.Query{Limit: 500}); len(got) != 606 {
		t.Errorf("all pages hold %d decisions, want 606", len(got))
	}
}

func testCursors(t *testing.T, open func() Backend) {
	b := start(t, open)
	record(t, b, seeded(30, noon, time.Second)...)
	page, err := b.Decisions(t.Context(), store.Query{Limit: 5})
	if err != nil || page.Next == "" {
		t.Fatalf("Decisions(limit 5) = next %q, %v, want a next page", page.Next, err)
	}
	bad := []string{"x", "!!!!", page.Next + "A", page.Next[:len(page.Next)-2], strings.Repeat("A", 2000), "AAAAAAAAAAAAAAAAAAAAAAA", page.Next + "\n"}
	for _, c := range bad {
		wantCode(t, fmt.Sprintf("Decisions(cursor %.20q)", c), second(b.Decisions(t.Context(), store.Query{Cursor: c})), gatehouse.CodeInvalid)
		wantCode(t, fmt.Sprintf("Sessions(cursor %.20q)", c), second(b.Sessions(t.Context(), store.SessionQuery{Cursor: c})), gatehouse.CodeInvalid)
	}
	wantCode(t, "Decisions(cursor of the other order)", second(b.Decisions(t.Context(), store.Query{Cursor: page.Next, Oldest: true})), gatehouse.CodeInvalid)
	wantCode(t, "Sessions(cursor of decisions)", second(b.Sessions(t.Context(), store.SessionQuery{Cursor: page.Next})), gatehouse.CodeInvalid)
	// A range that the cursor lies outside of: nothing is left, or nothing was given yet.
	if got, err := b.Decisions(t.Context(), store.Query{Cursor: page.Next, From: noon.Add(time.Hour)}); err != nil || len(got.Decisions) != 0 {
		t.Errorf("Decisions(cursor before the range) = %d decisions, %v, want none", len(got.Decisions), err)
	}
	if got, err := b.Decisions(t.Context(), store.Query{Cursor: page.Next, To: noon.Add(10 * time.Second)}); err != nil || len(got.Decisions) == 0 {
		t.Errorf("Decisions(cursor after the range) = %d decisions, %v, want some", len(got.Decisions), err)
	}
}

func testFilters(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(600, noon.Add(-20*time.Hour), 4*time.Minute)
	for i := range ds { // every filter must have something to leave out
		ds[i].Event.Connector = []string{"claude_agent_sdk", "claude_code_cli"}[i%7/6]
		if v := &ds[i].Verdict; len(v.Findings) > 0 { // what matches twice is shown once
			v.Findings = append(v.Findings, v.Findings[0], gatehouse.Finding{Detector: family(v.Findings[0].Detector) + "/other"})
			v.Reasons = append(v.Reasons, v.Reasons[0], gatehouse.Reason{Policy: v.Reasons[0].Policy, Rule: "other"})
		}
	}
	record(t, b, ds...)
	for _, q := range filters(ds) {
		for _, oldest := range []bool{false, true} {
			q.Oldest, q.Limit = oldest, 60
			ids := want(ds, q)
			if len(ids) == len(ds) {
				t.Fatalf("the filter %+v leaves nothing out: the test shows nothing", q)
			}
			if diff := cmp.Diff(ids, walk(t, b, q)); diff != "" {
				t.Errorf("Decisions(%+v) differ (-want +got):\n%s", q, diff)
			}
		}
	}
	for _, q := range []store.Query{
		{Kinds: make([]gatehouse.Kind, 10_000)}, {Actions: []gatehouse.Action{9}}, {Would: []gatehouse.Action{9}}, {Severity: 9},
	} {
		wantCode(t, fmt.Sprintf("Decisions(%+v)", q), second(b.Decisions(t.Context(), q)), gatehouse.CodeInvalid)
	}
}

// filters returns queries that use each filter alone, a quarter of the pairs, and some that find nothing.
func filters(ds []gatehouse.Decision) []store.Query {
	flagged := ds[slices.IndexFunc(ds, func(d gatehouse.Decision) bool { return len(d.Verdict.Findings) > 0 })]
	tool := ds[slices.IndexFunc(ds, func(d gatehouse.Decision) bool { return d.Event.MCPServer != "" })]
	e, v := &flagged.Event, &flagged.Verdict
	single := []func(*store.Query){
		func(q *store.Query) { q.Session = e.SessionID },
		func(q *store.Query) { q.Turn = e.TurnID },
		func(q *store.Query) { q.Agent = e.Agent },
		func(q *store.Query) { q.Connector = "claude_code_cli" },
		func(q *store.Query) { q.Tool = tool.Event.Tool },
		func(q *store.Query) { q.MCPServer = tool.Event.MCPServer },
		func(q *store.Query) { q.User = e.User },
		func(q *store.Query) { q.Kinds = []gatehouse.Kind{gatehouse.KindPrompt} },
		func(q *store.Query) { q.Kinds = []gatehouse.Kind{"session_start", "session_start"} },
		func(q *store.Query) { q.Kinds = []gatehouse.Kind{"session_start", gatehouse.KindResponse, "no_such"} },
		func(q *store.Query) { q.Actions = []gatehouse.Action{gatehouse.Allow} },
		func(q *store.Query) { q.Actions = []gatehouse.Action{gatehouse.Deny} },
		func(q *store.Query) { q.Actions = []gatehouse.Action{gatehouse.Deny, gatehouse.Ask, gatehouse.Deny} },
		func(q *store.Query) { q.Actions = []gatehouse.Action{gatehouse.Allow, gatehouse.Alert} },
		func(q *store.Query) { q.Would = []gatehouse.Action{gatehouse.Redact, gatehouse.Deny} },
		func(q *store.Query) { q.Severity = gatehouse.Low },
		func(q *store.Query) { q.Severity = gatehouse.Critical },
		func(q *store.Query) { q.Policy = v.Reasons[0].Policy },
		func(q *store.Query) { q.Rule = v.Reasons[0].Policy + "/" + v.Reasons[0].Rule },
		func(q *store.Query) { q.Detector = v.Findings[0].Detector },
		func(q *store.Query) { q.Detector = family(v.Findings[0].Detector) + "/*" },
		func(q *store.Query) { q.Gaps = true },
		func(q *store.Query) { q.FailedOpen = true },
		func(q *store.Query) { q.From, q.To = ds[100].Event.Time, ds[500].Event.Time },
		func(q *store.Query) { q.After = ds[300].Event.ID },
		func(q *store.Query) { q.Agent = "nobody" },
		func(q *store.Query) { q.Connector = "nothing" },
		func(q *store.Query) { q.Detector = "nothing/*" },
	}
	var out []store.Query
	for i, first := range single {
		for j, other := range single[i:] {
			if j > 0 && (i+j)%4 != 0 {
				continue
			}
			var q store.Query
			other(&q)
			first(&q)
			out = append(out, q)
		}
	}
	return out
}

func testAfter(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(50, noon, time.Second)
	record(t, b, ds...)
	// Recorded later, though their times lie before, between and after, on other days too.
	var late []gatehouse.Decision
	for i, at := range []time.Duration{-48 * time.Hour, -time.Second, 10 * time.Second, time.Hour, 24 * time.Hour} {
		d := event(fmt.Sprint("late", i), noon.Add(at), func(d *gatehouse.Decision) { d.Event.Agent = fmt.Sprint("agent", i) })
		record(t, b, d)
		late = append(late, d)
	}
	all := slices.Concat(ds, late)
	for _, q := range []store.Query{
		{After: ds[49].Event.ID}, {After: ds[10].Event.ID}, {After: late[0].Event.ID}, {After: late[4].Event.ID},
		{After: ds[10].Event.ID, Limit: 3}, {After: ds[10].Event.ID, Limit: 3, Oldest: true}, {After: ds[49].Event.ID, Agent: "agent2"},
	} {
		if diff := cmp.Diff(want(all, q), walk(t, b, q)); diff != "" {
			t.Errorf("Decisions(%+v) differ (-want +got):\n%s", q, diff)
		}
	}
	wantCode(t, "Decisions(after an unknown ID)", second(b.Decisions(t.Context(), store.Query{After: "no-such-id"})), gatehouse.CodeNotFound)
}
