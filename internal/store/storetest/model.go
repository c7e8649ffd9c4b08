package storetest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// event returns a decision with what a test needs of it.
func event(id string, at time.Time, change ...func(*gatehouse.Decision)) gatehouse.Decision {
	d := gatehouse.Decision{Event: gatehouse.Event{ID: id, Time: at, Kind: gatehouse.KindPrompt}}
	for _, c := range change {
		c(&d)
	}
	return d
}

// seeded returns n decisions of a Seed from first on.
func seeded(n int, first time.Time, step time.Duration) []gatehouse.Decision {
	s := NewSeed(1, first, step)
	out := make([]gatehouse.Decision, n)
	for i := range out {
		out[i] = s.Next()
		out[i].Event.Content = out[i].Event.Content[:0:0]
	}
	return out
}

func record(t *testing.T, b Backend, ds ...gatehouse.Decision) {
	t.Helper()
	if err := b.Append(t.Context(), ds); err != nil {
		t.Fatalf("Append(%d decisions) = %v, want nil", len(ds), err)
	}
}

// walk reads all pages of a query and returns the IDs.
func walk(t *testing.T, b Backend, q store.Query) []string {
	t.Helper()
	ids := []string{}
	for range 10_000 {
		page, err := b.Decisions(t.Context(), q)
		if err != nil {
			t.Fatalf("Decisions(%+v) = %v, want a page", q, err)
		}
		if len(page.Decisions) == 0 && page.Next != "" {
			t.Fatalf("Decisions(%+v) = an empty page with a next one", q)
		}
		ids = append(ids, idsOf(page.Decisions)...)
		if page.Next == "" {
			return ids
		}
		q.Cursor = page.Next
	}
	t.Fatalf("Decisions(%+v) goes on for ever", q)
	return nil
}

func idsOf(ds []gatehouse.Decision) []string {
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = d.Event.ID
	}
	return ids
}

// want is what a query must find among ds, which were recorded in that order.
func want(ds []gatehouse.Decision, q store.Query) []string {
	after := -1
	if q.After != "" {
		after = slices.IndexFunc(ds, func(d gatehouse.Decision) bool { return d.Event.ID == q.After })
	}
	type numbered struct {
		gatehouse.Decision
		n int
	}
	var hits []numbered
	for i, d := range ds {
		if i > after && matches(&d, &q) {
			hits = append(hits, numbered{d, i})
		}
	}
	slices.SortFunc(hits, func(a, b numbered) int {
		c := cmp.Or(cmp.Compare(a.Event.Time.UnixMicro(), b.Event.Time.UnixMicro()), cmp.Compare(a.n, b.n))
		if !q.Oldest {
			c = -c
		}
		return c
	})
	ids := []string{}
	for _, h := range hits {
		ids = append(ids, h.Event.ID)
	}
	return ids
}

// matches says by reading the decision what a backend says by its indexes.
func matches(d *gatehouse.Decision, q *store.Query) bool {
	e, v := &d.Event, &d.Verdict
	is := func(have, want string) bool { return want == "" || have == want }
	in := func(a gatehouse.Action, list []gatehouse.Action) bool {
		return len(list) == 0 || slices.Contains(list, a)
	}
	if !q.From.IsZero() && e.Time.Before(q.From) || !q.To.IsZero() && !e.Time.Before(q.To) {
		return false
	}
	return is(e.SessionID, q.Session) && is(e.TurnID, q.Turn) && is(e.Agent, q.Agent) && is(e.Connector, q.Connector) &&
		is(e.Tool, q.Tool) && is(e.MCPServer, q.MCPServer) && is(e.User, q.User) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, e.Kind)) && in(d.Applied, q.Actions) && in(v.Would, q.Would) &&
		v.Severity >= q.Severity && (!q.Gaps || len(v.Gaps) > 0) && (!q.FailedOpen || d.FailedOpen) &&
		(q.Policy == "" || slices.ContainsFunc(v.Reasons, func(r gatehouse.Reason) bool { return r.Policy == q.Policy })) &&
		(q.Rule == "" || slices.ContainsFunc(v.Reasons, func(r gatehouse.Reason) bool { return r.Policy+"/"+r.Rule == q.Rule })) &&
		(q.Detector == "" || slices.ContainsFunc(v.Findings, func(f gatehouse.Finding) bool { return detects(f.Detector, q.Detector) }))
}

func detects(detector, q string) bool {
	if f, all := strings.CutSuffix(q, "/*"); all {
		return family(detector) == f
	}
	return detector == q
}

// wantCode fails the test unless err has the code.
func wantCode(t *testing.T, call string, err error, code gatehouse.Code) {
	t.Helper()
	if got := gatehouse.ErrorCode(err); err == nil || got != code {
		t.Errorf("%s = %v with code %q, want code %q", call, err, got, code)
	}
}

// ended returns a context that has ended.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
