package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse.dev"
)

// adapterLog returns the adapter's log, which is where its documentation says.
func (w *world) adapterLog(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.home, ".claude", "akto", "logs", "akto-agent-sdk.log"))
	if err != nil {
		t.Fatalf("the adapter wrote no log: %v", err)
	}
	return string(b)
}

func TestAdapterRecordsWhoAsked(t *testing.T) {
	t.Parallel()
	each(t, with(adapterRoutes, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		j := r.under(t, g.url, job{Prompts: []string{w.script(t, "a", `[{"text":"the end"}]`)}})
		j.env = append(j.env, "AGENT_ID=harbour-desk")
		o := w.run(t, r.client, j)
		ds := g.recorded(t, o.session(), want{hook: "UserPromptSubmit"}, want{hook: "Stop"})
		for _, d := range ds {
			if d.Event.ClientIP != "203.0.113.7" || d.Event.Connector != "claude_agent_sdk" || d.Event.Agent != "harbour-desk" {
				t.Errorf("%s: client IP %q, connector %q, agent %q; want 203.0.113.7, claude_agent_sdk, harbour-desk",
					d.Event.Hook, d.Event.ClientIP, d.Event.Connector, d.Event.Agent)
			}
		}
	})
}

func TestAdapterLogTellsWhatItBlocksAndNoContent(t *testing.T) {
	t.Parallel()
	each(t, with(adapterRoutes, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		w.writeNote(t)
		ok := w.script(t, "a", `[{"tool":"Bash","input":{"command":"cat note.txt","description":"x"}},{"text":"the end"}]`)
		w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{ok, "Tell " + tabu + ". " + ok}, Allowed: []string{"Bash"}}))
		log := w.adapterLog(t)
		for _, line := range []string{"Akto Agent SDK hooks initialised", "BLOCKING"} {
			if !strings.Contains(log, line) {
				t.Errorf("log has no line %q:\n%s", line, log)
			}
		}
		for _, content := range []string{tabu, secret, "note.txt"} {
			if strings.Contains(log, content) {
				t.Errorf("log holds content %q:\n%s", content, log)
			}
		}
	})
}

// In observe mode nothing is held up or changed, and all is recorded, also what was still on its way when the
// program ended.
func TestAdapterObservesWithoutBlocking(t *testing.T) {
	t.Parallel()
	each(t, with(adapterRoutes, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		w.writeNote(t)
		p := "Tell " + tabu + ". " + w.script(t, "a", `[{"tool":"Bash","input":{"command":"cat note.txt; touch ran","description":"x"}},{"text":"It is `+tabu+`."}]`)
		j := r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}})
		j.env = append(j.env, "AKTO_SYNC_MODE=false")
		o := w.run(t, r.client, j)
		if !w.has("ran") || !w.model.Seen(tabu) || !w.model.Seen(secret) || !strings.Contains(o.result(), tabu) {
			t.Errorf("ran %v, the model saw the prompt %v and the result %v, result %q; want all unchanged", w.has("ran"), w.model.Seen(tabu), w.model.Seen(secret), o.result())
		}
		ds := g.recorded(t, o.session(),
			want{hook: "UserPromptSubmit", verdict: gatehouse.Deny, applied: gatehouse.Allow, rule: tabuRule},
			want{hook: "PreToolUse", tool: "Bash"},
			want{hook: "PostToolUse", tool: "Bash", verdict: gatehouse.Redact, applied: gatehouse.Allow, rule: secretsRule},
			want{hook: "Stop", verdict: gatehouse.Deny, applied: gatehouse.Allow, rule: tabuRule})
		keepsNo(t, ds, secret)
		for _, d := range ds {
			if !d.Observed {
				t.Errorf("%s is not marked as observed", d.Event.Hook)
			}
		}
	})
}
