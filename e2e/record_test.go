package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"gatehouse.dev"
)

// want is a decision that must be recorded; empty fields match anything.
type want struct {
	hook    string
	kind    gatehouse.Kind
	tool    string
	verdict gatehouse.Action
	applied gatehouse.Action
	rule    string // "policy/rule" among the reasons
	sub     bool   // of a subagent
}

func (w want) String() string {
	return fmt.Sprintf("%s %s %s: verdict %v, applied %v, rule %q, subagent %v", w.hook, w.kind, w.tool, w.verdict, w.applied, w.rule, w.sub)
}

func (w want) matches(d *gatehouse.Decision) bool {
	if w.hook != "" && d.Event.Hook != w.hook || w.kind != "" && d.Event.Kind != w.kind || w.tool != "" && d.Event.Tool != w.tool {
		return false
	}
	if d.Verdict.Action != w.verdict || d.Applied != w.applied || (d.Event.AgentID != "") != w.sub {
		return false
	}
	if w.rule == "" {
		return true
	}
	for _, r := range d.Verdict.Reasons {
		if r.Policy+"/"+r.Rule == w.rule {
			return true
		}
	}
	return false
}

// decisions returns what is recorded of a session, oldest first.
func (g *guard) decisions(t *testing.T, session string) []gatehouse.Decision {
	t.Helper()
	if session == "" {
		t.Fatal("the client told no session id")
	}
	status, b := g.call(t, http.MethodGet, "/v1/decisions?limit=500&order=oldest&session="+url.QueryEscape(session), "")
	if status != http.StatusOK {
		t.Fatalf("GET decisions = %d %s", status, b)
	}
	var page struct {
		Decisions []gatehouse.Decision `json:"decisions"`
	}
	if err := json.Unmarshal([]byte(b), &page); err != nil {
		t.Fatalf("read decisions: %v", err)
	}
	return page.Decisions
}

// recorded waits until every wanted decision of the session is recorded: recording follows the answer by a
// moment. It returns all that is recorded then.
func (g *guard) recorded(t *testing.T, session string, wants ...want) []gatehouse.Decision {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ds := g.decisions(t, session)
		missing := missingOf(wants, ds)
		if len(missing) == 0 {
			return ds
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Errorf("not recorded:\n%v\nrecorded:\n%s", missing, summary(ds))
			return ds
		}
	}
}

func missingOf(wants []want, ds []gatehouse.Decision) []want {
	var missing []want
	for _, w := range wants {
		found := false
		for i := range ds {
			found = found || w.matches(&ds[i])
		}
		if !found {
			missing = append(missing, w)
		}
	}
	return missing
}

func summary(ds []gatehouse.Decision) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "  %s %s %s agent %q: verdict %v, applied %v %q", d.Event.Hook, d.Event.Kind, d.Event.Tool, d.Event.AgentID, d.Verdict.Action, d.Applied, d.Note)
		for _, r := range d.Verdict.Reasons {
			fmt.Fprintf(&b, " %s/%s", r.Policy, r.Rule)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
