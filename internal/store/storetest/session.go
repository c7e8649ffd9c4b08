package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// summaries is what ds, recorded in order of time, make of sessions, in the order of pages.
func summaries(ds []gatehouse.Decision) []store.SessionSummary {
	byID := map[string]*store.SessionSummary{}
	for _, d := range ds {
		at := d.Event.Time.UTC().Truncate(time.Microsecond)
		s := byID[d.Event.SessionID]
		if s == nil {
			s = &store.SessionSummary{ID: d.Event.SessionID, First: at, Last: at}
			byID[s.ID] = s
		}
		s.Agent, s.Connector, s.User = cmp.Or(d.Event.Agent, s.Agent), cmp.Or(d.Event.Connector, s.Connector), cmp.Or(d.Event.User, s.User)
		if at.Before(s.First) {
			s.First = at
		}
		if at.After(s.Last) {
			s.Last = at
		}
		s.Events++
		switch d.Applied {
		case gatehouse.Deny:
			s.Denied++
		case gatehouse.Redact:
			s.Redacted++
		case gatehouse.Ask:
			s.Asked++
		case gatehouse.Alert:
			s.Alerted++
		}
	}
	delete(byID, "")
	var out []store.SessionSummary
	for _, s := range byID {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b store.SessionSummary) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.ID, b.ID))
	})
	return out
}

func allSessions(t *testing.T, b Backend, q store.SessionQuery) []store.SessionSummary {
	t.Helper()
	var out []store.SessionSummary
	for range 10_000 {
		page, err := b.Sessions(t.Context(), q)
		if err != nil {
			t.Fatalf("Sessions(%+v) = %v, want a page", q, err)
		}
		out = append(out, page.Sessions...)
		if page.Next == "" {
			return out
		}
		q.Cursor = page.Next
	}
	t.Fatalf("Sessions(%+v) goes on for ever", q)
	return nil
}

func testSessions(t *testing.T, open func() Backend) {
	b := start(t, open)
	var ds []gatehouse.Decision
	for i, at := range []time.Duration{-40, -39, -1, 0, 1, 20, 60} { // hours; one session over five days
		ds = append(ds, event(fmt.Sprint("e", i), noon.Add(at*time.Hour), func(d *gatehouse.Decision) {
			d.Event.SessionID, d.Applied = "long", gatehouse.Action(i%5)
			d.Event.Agent = []string{"", "first", "", "second", "", "", ""}[i]
		}))
	}
	ds = append(ds, event("other", noon, func(d *gatehouse.Decision) { d.Event.SessionID, d.Event.User = "other", "ada" }))
	ds = append(ds, event("none", noon))
	record(t, b, ds...)
	wanted := summaries(ds)
	if diff := gocmp.Diff(wanted, allSessions(t, b, store.SessionQuery{})); diff != "" {
		t.Errorf("Sessions() differ (-want +got):\n%s", diff)
	}
	for _, s := range wanted {
		if got, err := b.Session(t.Context(), s.ID); err != nil || !gocmp.Equal(got, s) {
			t.Errorf("Session(%q) = %+v, %v, want %+v", s.ID, got, err, s)
		}
	}
	for _, id := range []string{"", "no-such-session", strings.Repeat("x", 5000)} {
		wantCode(t, fmt.Sprintf("Session(%d bytes)", len(id)), second(b.Session(t.Context(), id)), gatehouse.CodeNotFound)
	}
}

func testSessionPages(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(800, noon.Add(-30*time.Hour), 5*time.Minute)
	for i := range ds {
		ds[i].Event.Connector = []string{"claude_agent_sdk", "claude_code_cli"}[len(ds[i].Event.SessionID+ds[i].Event.Agent)%2]
		if i > 370 && i < 430 { // sessions whose only denials lie on another day than their end
			ds[i].Applied = gatehouse.Deny
		}
	}
	record(t, b, ds...)
	all := summaries(ds)
	for _, q := range []store.SessionQuery{
		{}, {Limit: 3}, {Limit: 7}, {Limit: 1000}, {Denied: true}, {Denied: true, Limit: 3}, {Agent: all[0].Agent}, {Agent: "nobody"},
		{Connector: "claude_code_cli", Limit: 2}, {Connector: "claude_code_cli", Denied: true, Limit: 2},
		{From: noon}, {To: noon}, {From: noon, To: noon.Add(6 * time.Hour), Limit: 4}, {Denied: true, To: noon, Limit: 5}, {From: noon, To: noon},
	} {
		var wanted []store.SessionSummary
		for _, s := range all {
			if (q.From.IsZero() || !s.Last.Before(q.From)) && (q.To.IsZero() || s.Last.Before(q.To)) && (q.Agent == "" || s.Agent == q.Agent) &&
				(q.Connector == "" || s.Connector == q.Connector) && (!q.Denied || s.Denied > 0) {
				wanted = append(wanted, s)
			}
		}
		if diff := gocmp.Diff(wanted, allSessions(t, b, q)); diff != "" {
			t.Errorf("Sessions(%+v) differ (-want +got):\n%s", q, diff)
		}
	}
}
