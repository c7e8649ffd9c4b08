package e2e

import (
	"testing"

	"gatehouse.dev"
)

func TestDeniedAnswerIsWithheldAndAskedForAgain(t *testing.T) {
	t.Parallel()
	each(t, everyRoute, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"text":"The plan is `+tabu+`, of course."},{"text":"I cannot say."}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}}))
		if o.shows(tabu) {
			t.Errorf("the application got the denied answer")
		}
		if o.result() != "I cannot say." {
			t.Errorf("result = %q, want the second answer", o.result())
		}
		if !w.model.Seen(tabuReason) {
			t.Errorf("the model did not read the reason %q", tabuReason)
		}
		if n := w.model.Turns(); n != 2 {
			t.Errorf("the model was asked %d times, want 2", n)
		}
		g.recorded(t, o.session(),
			want{hook: "MessageDisplay", kind: gatehouse.KindResponse, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule},
			want{hook: "Stop", kind: gatehouse.KindResponse, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule},
			want{hook: "Stop", kind: gatehouse.KindResponse, verdict: gatehouse.Allow, applied: gatehouse.Allow})
	})
}

func TestAnswerDeniedAgainAndAgainEndsInASafeText(t *testing.T) {
	t.Parallel()
	each(t, mainRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"text":"It is `+tabu+`."}]`) // the last step repeats for ever
		next := w.script(t, "b", `[{"text":"next answer"}]`)
		o := w.converse(t, r.client, r.under(t, g.url, job{Prompts: []string{p, next}}))
		if o.shows(tabu) {
			t.Errorf("the application got the denied answer")
		}
		if n := w.model.Turns(); n != 1+3+1 {
			t.Errorf("the model was asked %d times, want once, 3 times again, and once for the next prompt", n)
		}
		rs := o.results()
		if len(rs) != 2 || !holds(rs[0], tabuReason) || rs[1] != "next answer" {
			t.Errorf("results = %q, want a text with the reason, and the next answer", rs)
		}
		g.recorded(t, o.session(), want{hook: "Stop", kind: gatehouse.KindResponse, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	})
}

// Without MessageDisplay the answer is out before it can be judged; it is asked for again all the same.
func TestDeniedAnswerWithTheFourCallbacksIsAskedForAgain(t *testing.T) {
	t.Parallel()
	each(t, fourRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"text":"The plan is `+tabu+`, of course."},{"text":"I cannot say."}]`)
		bad := w.script(t, "b", `[{"text":"It is `+tabu+`."}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p, bad}}))
		rs := o.results()
		if len(rs) != 2 || rs[0] != "I cannot say." || holds(rs[1], tabu) {
			t.Errorf("results = %q, want the second answer, and then none that holds the word", rs)
		}
		if n := w.model.Turns(); n != 2+4 {
			t.Errorf("the model was asked %d times, want 2 and 4", n)
		}
		g.recorded(t, o.session(), want{hook: "Stop", kind: gatehouse.KindResponse, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	})
}

func TestSecretInAnswerIsMasked(t *testing.T) {
	t.Parallel()
	each(t, mainRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"text":"The key is `+secret+`, as you asked."}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}}))
		if o.shows(secret) {
			t.Errorf("the application got the secret")
		}
		if !holds(o.result(), "The key is ") || !holds(o.result(), ", as you asked.") {
			t.Errorf("result = %q, want the answer with the key masked", o.result())
		}
		if n := w.model.Turns(); n != 1 {
			t.Errorf("the model was asked %d times, want 1", n)
		}
		ds := g.recorded(t, o.session(), want{hook: "MessageDisplay", kind: gatehouse.KindResponse, verdict: gatehouse.Redact, applied: gatehouse.Redact, rule: secretsRule})
		keepsNo(t, ds, secret)
	})
}

// What the model says beside a tool call is shown too.
func TestTextBesideAToolCallIsJudged(t *testing.T) {
	t.Parallel()
	each(t, someRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"text":"On to `+tabu+`.","tool":"Bash","input":{"command":"echo hi","description":"x"}},{"text":"the end"}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}))
		if o.shows(tabu) {
			t.Errorf("the application got the denied text")
		}
		if o.result() != "the end" {
			t.Errorf("result = %q, want the end", o.result())
		}
		g.recorded(t, o.session(), want{hook: "MessageDisplay", kind: gatehouse.KindResponse, verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	})
}
