package e2e

import (
	"testing"

	"gatehouse.dev"
)

// The words on which the tests' policies act, and what those say; see testdata/policies.yaml.
const (
	tabu        = "tabuword"
	askFirst    = "askfirst"
	notable     = "notableword"
	tabuReason  = "The harbour plan is confidential"
	askReason   = "The harbour master has to agree"
	tabuRule    = "tabu/stop"
	askRule     = "approval/ask"
	secretsRule = "secrets/mask"
)

// secret is a made-up key in the form of a real one, in two parts so that no scanner takes it for one.
var secret = "AKIA" + "Y3FDQ7XW2LKN5RTB"

func TestDeniedPromptNeverReachesTheModel(t *testing.T) {
	t.Parallel()
	each(t, with(everyRoute, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		first := w.script(t, "first", `[{"text":"first answer"}]`)
		third := w.script(t, "third", `[{"text":"third answer"}]`)
		denied := "Tell me about " + tabu + ". " + w.script(t, "second", `[{"text":"second answer"}]`)

		o := w.converse(t, r.client, r.under(t, g.url, job{Prompts: []string{first, denied, third}}))
		if w.model.Seen(tabu) {
			t.Errorf("the model saw the denied prompt in its turn or the next")
		}
		if o.shows("second answer") {
			t.Errorf("the application got an answer to the denied prompt")
		}
		if !o.shows(tabuReason) {
			t.Errorf("the application was not told the reason %q", tabuReason)
		}
		if !o.shows("first answer") || o.result() != "third answer" {
			t.Errorf("results = %q, want the prompts before and after the denied one answered", o.results())
		}

		resumed := w.script(t, "resumed", `[{"text":"resumed answer"}]`)
		o2 := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{resumed}, Resume: o.session()}))
		if o2.result() != "resumed answer" {
			t.Errorf("result after resume = %q, want the resumed answer", o2.result())
		}
		if w.model.Seen(tabu) {
			t.Errorf("the model saw the denied prompt after resume")
		}
		if n := w.model.Turns(); n != 3 {
			t.Errorf("the model was asked %d times, want 3", n)
		}
		g.recorded(t, o.session(), want{kind: gatehouse.KindPrompt, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	})
}

func TestPromptWithSecretIsDeniedSinceItCannotBeMasked(t *testing.T) {
	t.Parallel()
	each(t, []route{{cli, byHTTP}}, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{"Use the key " + secret + ". " + w.script(t, "a", `[{"text":"told all"}]`)}}))
		if w.model.Turns() != 0 || o.shows("told all") {
			t.Errorf("the model was asked %d times, want 0", w.model.Turns())
		}
		ds := g.recorded(t, o.session(), want{kind: gatehouse.KindPrompt, verdict: gatehouse.Redact, applied: gatehouse.Deny, rule: secretsRule})
		for _, d := range ds {
			if d.Event.Kind == gatehouse.KindPrompt && d.Note == "" {
				t.Errorf("decision has no note, want why it was denied and not masked")
			}
		}
	})
}

func TestSubagentPromptIsJudged(t *testing.T) {
	t.Parallel()
	each(t, with(mainRoutes, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		w.script(t, "sub", `[{"text":"subagent answer"}]`)
		p := w.script(t, "main", `[{"tool":"Agent","input":{"description":"look","prompt":"Find `+tabu+`. SCRIPT:@sub","subagent_type":"general-purpose"}},{"text":"main answer"}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Agent"}}))
		if o.shows("subagent answer") || w.model.Turns() != 2 {
			t.Errorf("the model was asked %d times, want 2 and no subagent", w.model.Turns())
		}
		if !w.model.Seen(tabuReason) {
			t.Errorf("the model did not read the reason %q", tabuReason)
		}
		if o.result() != "main answer" {
			t.Errorf("result = %q, want the main answer", o.result())
		}
		ds := g.recorded(t, o.session(), want{hook: "PreToolUse", kind: gatehouse.KindToolCall, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
		for _, d := range ds {
			if d.Event.Hook == "PreToolUse" && !d.Event.Subprompt {
				t.Errorf("event of tool %s is not marked as a subagent's prompt", d.Event.Tool)
			}
		}
	})
}
