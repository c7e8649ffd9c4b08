package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// TestPlans asks SQLite how it would run each statement: every filter leads through its own index, in order,
// so that a page costs what it shows and not what is stored. A sort over a whole day would be seconds.
func TestPlans(t *testing.T) {
	db := opened(t, Config{})
	put(t, db, simple("a", day0))
	f, err := db.acquire(t.Context(), dateOf(day0.UnixMicro()), false)
	if err != nil || f == nil {
		t.Fatalf("acquire() = %v, %v, want the day", f, err)
	}
	defer db.release(f)
	for _, c := range []struct {
		query store.Query
		want  string // of the first table that is read
	}{
		{store.Query{}, "USING INDEX ev_ts (ts>? AND ts<?)"},
		{store.Query{Session: "s"}, "USING INDEX ev_session (session=? AND ts>? AND ts<?)"},
		{store.Query{Agent: "a"}, "USING INDEX ev_agent (agent=? AND ts>? AND ts<?)"},
		{store.Query{Tool: "a"}, "USING INDEX ev_tool (tool=? AND ts>? AND ts<?)"},
		{store.Query{User: "a"}, "USING INDEX ev_user (user=? AND ts>? AND ts<?)"},
		{store.Query{MCPServer: "a"}, "USING INDEX ev_mcp (mcp_server=? AND ts>? AND ts<?)"},
		{store.Query{Kinds: []gatehouse.Kind{"session_start", "other"}}, "USING INDEX ev_kind (kind=? AND ts>? AND ts<?)"},
		{store.Query{Actions: []gatehouse.Action{gatehouse.Deny}}, "USING INDEX ev_applied (applied=? AND ts>? AND ts<?)"},
		{store.Query{Would: []gatehouse.Action{gatehouse.Deny, gatehouse.Ask}}, "USING INDEX ev_would (would=? AND ts>? AND ts<?)"},
		{store.Query{Severity: gatehouse.High}, "USING INDEX ev_severity (severity=? AND ts>? AND ts<?)"},
		{store.Query{Gaps: true}, "USING INDEX ev_gaps (ts>? AND ts<?)"},
		{store.Query{FailedOpen: true}, "USING INDEX ev_failed_open (ts>? AND ts<?)"},
		{store.Query{Detector: "a/b"}, "USING INDEX find_detector (detector=? AND ts>? AND ts<?)"},
		{store.Query{Detector: "a/*"}, "USING INDEX find_family (family=? AND ts>? AND ts<?)"},
		{store.Query{Policy: "a"}, "USING INDEX reason_policy (policy=? AND ts>? AND ts<?)"},
		{store.Query{Rule: "a/b"}, "USING INDEX reason_rule (rule=? AND ts>? AND ts<?)"},
	} {
		p, err := newPlan(&c.query)
		if err != nil {
			t.Fatalf("newPlan(%+v) = %v", c.query, err)
		}
		way := byTime
		if len(p.ways) > 0 {
			way = p.ways[0]
		}
		for _, oldest := range []bool{false, true} {
			for _, src := range way {
				steps := explain(t, f, p.text(src, oldest), append([]any{1, 2, 3, 50, src.arg, 0}, p.args...)...)
				if !strings.HasSuffix(strings.Replace(steps[0], "COVERING ", "", 1), c.want) {
					t.Errorf("plan of %+v begins with %q, want %q", c.query, steps[0], c.want)
				}
				if slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "TEMP B-TREE") || strings.HasPrefix(s, "SCAN") }) {
					t.Errorf("plan of %+v sorts or scans: %q", c.query, steps)
				}
			}
		}
		for _, src := range way {
			if c.query.Gaps {
				continue // SQLite looks the number up, though the index has only rows with some
			}
			if steps := explain(t, f, p.probe(src), 1, 2, nil, 50, src.arg); !slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "COVERING INDEX") }) {
				t.Errorf("plan of the probe for %+v = %q, want an index alone", c.query, steps)
			}
		}
	}
	if steps := explain(t, f, selectSeries, 60, 0, 1); !strings.Contains(steps[0], "USING PRIMARY KEY (res=? AND dim=? AND bucket>? AND bucket<?)") {
		t.Errorf("plan of the overview = %q, want a range of the key", steps)
	}
	if steps := explain(t, f, selectHistograms, 60, 0, 1); !strings.Contains(steps[0], "USING PRIMARY KEY (res=? AND bucket>? AND bucket<?)") {
		t.Errorf("plan of the latencies = %q, want a range of the key", steps)
	}
}

func explain(t *testing.T, f *day, text string, args ...any) (steps []string) {
	t.Helper()
	rows, err := f.readers.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatalf("explain %s: %v", text, err)
		}
		if !strings.HasPrefix(step, "CO-ROUTINE") {
			steps = append(steps, step)
		}
	}
	return steps
}

// TestChoose has several filters at once and looks which index leads.
func TestChoose(t *testing.T) {
	db := opened(t, Config{})
	batch := make([]gatehouse.Decision, 4000)
	for i := range batch {
		d := simple(fmt.Sprint("e", i), day0.Add(time.Duration(i)*time.Millisecond))
		d.Event.SessionID, d.Event.Tool, d.Event.Agent, d.Event.User = "", "Bash", "main", fmt.Sprint("u", i%9)
		if i%2 == 0 {
			d.Event.Tool = "Read"
		}
		if i%3000 == 0 {
			d.Event.Agent = "rare"
		}
		d.Applied = gatehouse.Action(i % 40 / 39 * 4)
		batch[i] = d
	}
	put(t, db, batch...)
	f, err := db.acquire(t.Context(), dateOf(day0.UnixMicro()), false)
	if err != nil || f == nil {
		t.Fatalf("acquire() = %v, %v, want the day", f, err)
	}
	defer db.release(f)
	deny := []gatehouse.Action{gatehouse.Deny}
	whole := span{low: 1, high: maxMicros, seq: maxMicros}
	for _, c := range []struct {
		query store.Query
		span  span
		want  string
	}{
		{store.Query{}, whole, "ev_ts"},
		{store.Query{Tool: "Bash"}, whole, "ev_tool"},
		{store.Query{Tool: "Bash", Agent: "rare"}, whole, "ev_agent"},
		{store.Query{Tool: "Bash", Agent: "rare", User: "u1", Actions: deny}, whole, "ev_agent"},
		{store.Query{Tool: "Bash", Agent: "main", Actions: deny}, whole, "ev_applied"},
		{store.Query{Tool: "Bash", Agent: "main", User: "u1"}, whole, "ev_user"},
		{store.Query{Tool: "Bash", Agent: "main"}, whole, "ev_tool"},
		{store.Query{Tool: "NoSuchTool", Actions: deny}, whole, "ev_tool"},
		{store.Query{Tool: "Bash", Session: "s"}, whole, "ev_session"},
		{store.Query{Agent: "main", After: "x"}, span{low: 1, high: maxMicros, after: db.seq - 100}, "NOT INDEXED"},
		{store.Query{Agent: "main", After: "x"}, span{low: 1, high: maxMicros, after: 1}, "ev_agent"},
	} {
		p, err := newPlan(&c.query)
		if err != nil {
			t.Fatalf("newPlan(%+v) = %v", c.query, err)
		}
		way, err := f.choose(t.Context(), p, c.span)
		if err != nil || !strings.HasSuffix(way[0].from, c.want) {
			t.Errorf("choose(%+v) = %v, %v, want %s", c.query, way, err, c.want)
		}
	}
	// What is far back is walked by time, and nothing of it is missed or shown twice.
	page, err := db.Decisions(t.Context(), store.Query{After: "e1500", Oldest: true, Limit: 1})
	if err != nil || len(page.Decisions) != 1 || page.Decisions[0].Event.ID != "e1501" {
		t.Errorf("Decisions(after e1500, oldest first) = %+v, %v, want e1501", page.Decisions, err)
	}
}
