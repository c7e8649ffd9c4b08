package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse.dev"
)

// bash is a script of one Bash call and a closing text.
func bash(command string) string {
	return `[{"tool":"Bash","input":{"command":"` + command + `","description":"work"}},{"text":"the end"}]`
}

func TestDeniedToolCallDoesNotRunAndTheModelReadsWhy(t *testing.T) {
	t.Parallel()
	each(t, with(everyRoute, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", bash("touch "+tabu))
		// In this mode the client itself would ask nobody.
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}))
		if w.has(tabu) {
			t.Errorf("the denied call ran")
		}
		if !w.model.Seen(tabuReason) {
			t.Errorf("the model did not read the reason %q", tabuReason)
		}
		if o.result() != "the end" {
			t.Errorf("result = %q, want the end: the turn goes on", o.result())
		}
		g.recorded(t, o.session(), want{hook: "PreToolUse", kind: gatehouse.KindToolCall, tool: "Bash", verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	})
}

func TestAskIsPutToThePersonThere(t *testing.T) {
	t.Parallel()
	for _, person := range []string{"allow", "deny", ""} {
		t.Run("person "+person, func(t *testing.T) {
			t.Parallel()
			routes := []route{{typescript, byAdapter}, {python, byHTTP}}
			if person == "" {
				routes = append(routes, route{cli, byHTTP}, route{cli, byCommand})
			}
			each(t, routes, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				p := w.script(t, "a", bash("touch "+askFirst))
				// Bash is allowed, so that only the verdict can make the client ask.
				o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}, Person: person}))
				if got, want := w.has(askFirst), person == "allow"; got != want {
					t.Errorf("the call ran: %v, want %v", got, want)
				}
				asked := o.asked()
				if got, want := len(asked), 1; person != "" && got != want {
					t.Fatalf("the person was asked %d times, want %d", got, want)
				}
				if person != "" && !holds(asked[0]["reason"], askReason) {
					t.Errorf("the person was told %q, want %q in it", asked[0]["reason"], askReason)
				}
				g.recorded(t, o.session(), want{hook: "PreToolUse", tool: "Bash", verdict: gatehouse.Ask, applied: gatehouse.Ask, rule: askRule})
			})
		})
	}
}

func TestSecretInToolCallIsMaskedBeforeItRuns(t *testing.T) {
	t.Parallel()
	each(t, with(mainRoutes, fourRoutes), func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", bash("echo key="+secret+" > out.txt"))
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}))
		b, err := os.ReadFile(filepath.Join(w.dir, "out.txt"))
		if err != nil {
			t.Fatalf("the masked call did not run: %v", err)
		}
		if strings.Contains(string(b), secret) || !strings.Contains(string(b), "redacted") {
			t.Errorf("the call wrote %q, want the key masked", b)
		}
		g.recorded(t, o.session(), want{hook: "PreToolUse", tool: "Bash", verdict: gatehouse.Redact, applied: gatehouse.Redact, rule: secretsRule})
	})
}

func TestMaskedToolCallIsGrantedNothing(t *testing.T) {
	t.Parallel()
	for _, person := range []string{"allow", "deny", ""} {
		t.Run("person "+person, func(t *testing.T) {
			t.Parallel()
			routes := []route{{typescript, byHTTP}, {python, byAdapter}}
			if person == "" {
				routes = append(routes, route{cli, byHTTP}, route{cli, byCommand})
			}
			each(t, routes, func(t *testing.T, r route) {
				w, g := newWorld(t), sharedGuard(t)
				p := w.script(t, "a", bash("echo "+secret+" > out.txt"))
				// Bash is not allowed: the client would ask of itself.
				o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Person: person}))
				if got, want := w.has("out.txt"), person == "allow"; got != want {
					t.Errorf("the masked call ran: %v, want %v", got, want)
				}
				asked := o.asked()
				if got, want := len(asked), 1; person != "" && got != want {
					t.Fatalf("the person was asked %d times, want %d", got, want)
				}
				if person != "" && (holds(asked[0]["input"], secret) || !holds(asked[0]["input"], "redacted")) {
					t.Errorf("the person was shown %v, want the masked call", asked[0]["input"])
				}
				g.recorded(t, o.session(), want{hook: "PreToolUse", tool: "Bash", verdict: gatehouse.Redact, applied: gatehouse.Redact, rule: secretsRule})
			})
		})
	}
}
