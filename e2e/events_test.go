package e2e

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse.dev"
)

func replace(s, old, by string) string { return strings.ReplaceAll(s, old, by) }

// orEmpty is a script for a subagent that does not run.
func orEmpty(s string) string {
	if s == "" {
		return `[]`
	}
	return ""
}

// keepsNo fails the test where a record holds text.
func keepsNo(t *testing.T, ds []gatehouse.Decision, text string) {
	t.Helper()
	for _, d := range ds {
		if strings.Contains(string(d.Event.Content), text) || strings.Contains(string(d.Verdict.Masked), text) {
			t.Errorf("the record of %s %s holds the secret", d.Event.Hook, d.Event.Tool)
		}
	}
}

// forward is a proxy to target for as long as up says so; then it breaks every connection.
func forward(t *testing.T, target string, up func() bool) http.Handler {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	})
}

func (g *guard) post(t *testing.T, path, body string) (int, string) {
	t.Helper()
	return g.call(t, http.MethodPost, path, body)
}

func TestUnknownEventsPassAndAreRecorded(t *testing.T) {
	t.Parallel()
	g := sharedGuard(t)
	session := uuid.NewString()
	for _, name := range []string{"FutureEvent", "SessionStart", "TeammateIdle"} {
		status, body := g.post(t, "/v1/hooks/claude", `{"session_id":"`+session+`","hook_event_name":"`+name+`","cwd":"/srv","new_field":{"a":[1,2,{"b":null}]}}`)
		if status != http.StatusOK || strings.TrimSpace(body) != "{}" {
			t.Errorf("%s = %d %q, want 200 {}", name, status, body)
		}
	}
	g.recorded(t, session, want{hook: "FutureEvent", kind: "future_event"}, want{hook: "SessionStart", kind: "session_start"}, want{hook: "TeammateIdle", kind: "teammate_idle"})
}

func TestWhatIsAllowedRunsAndEveryHookIsRecorded(t *testing.T) {
	t.Parallel()
	each(t, mainRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := w.script(t, "a", `[{"tool":"Bash","input":{"command":"touch plain; echo good-$((40+2))","description":"x"}},{"tool":"Bash","input":{"command":"exit 3","description":"x"}},{"text":"the end"}]`)
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}))
		if !w.has("plain") || !w.model.Seen("good-42") || o.result() != "the end" {
			t.Errorf("ran %v, the model read the output %v, result %q; want true, true, the end", w.has("plain"), w.model.Seen("good-42"), o.result())
		}
		wants := []want{
			{hook: "UserPromptSubmit", kind: gatehouse.KindPrompt},
			{hook: "PreToolUse", kind: gatehouse.KindToolCall, tool: "Bash"},
			{hook: "PostToolUse", kind: gatehouse.KindToolResult, tool: "Bash"},
			{hook: "PostToolUseFailure", kind: gatehouse.KindToolResult, tool: "Bash"},
			{hook: "PostToolBatch", kind: gatehouse.KindToolResult},
			{hook: "MessageDisplay", kind: gatehouse.KindResponse},
			{hook: "Stop", kind: gatehouse.KindResponse},
		}
		if r.by == byHTTP || r.by == byCommand {
			wants = append(wants, want{hook: "SessionEnd", kind: "session_end"})
		}
		if r.by == byCommand {
			wants = append(wants, want{hook: "SessionStart", kind: "session_start"})
		}
		ds := g.recorded(t, o.session(), wants...)
		for _, d := range ds {
			if d.Event.CWD != w.dir && d.Event.CWD != "" {
				t.Errorf("cwd of %s = %q, want %q", d.Event.Hook, d.Event.CWD, w.dir)
			}
			if d.Event.Hook == "PostToolUseFailure" && !d.Event.Failed {
				t.Errorf("the failed tool's event is not marked so")
			}
		}
	})
}

func TestAlertAndMonitorChangeNothing(t *testing.T) {
	t.Parallel()
	each(t, someRoutes, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		p := "About " + notable + ". " + w.script(t, "a", bash("touch "+notable))
		o := w.run(t, r.client, r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}))
		if !w.has(notable) || o.result() != "the end" {
			t.Errorf("ran %v, result %q; want true, the end", w.has(notable), o.result())
		}
		ds := g.recorded(t, o.session(),
			want{kind: gatehouse.KindPrompt, verdict: gatehouse.Alert, applied: gatehouse.Alert, rule: "watch/look"},
			want{kind: gatehouse.KindToolCall, verdict: gatehouse.Alert, applied: gatehouse.Alert, rule: "trial/would-stop"})
		for _, d := range ds {
			if d.Event.Kind == gatehouse.KindPrompt && d.Verdict.Would != gatehouse.Deny {
				t.Errorf("would = %v, want deny", d.Verdict.Would)
			}
		}
	})
}

// A project's own settings can switch hooks off; the settings that Gatehouse prints overrule them.
func TestProjectSettingsCannotSwitchTheHooksOff(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{
		"disableAllHooks":     `{"disableAllHooks":true}`,
		"allowedHttpHookUrls": `{"allowedHttpHookUrls":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []string{newestCLI(t), pythonCLI(t)} {
				w, g := newWorld(t), sharedGuard(t)
				if err := os.MkdirAll(filepath.Join(w.dir, ".claude"), 0o755); err != nil {
					t.Fatal(err)
				}
				w.write(t, ".claude/settings.json", settings)
				w.write(t, ".claude/settings.local.json", settings)
				p := w.script(t, "a", bash("touch "+tabu))
				r := route{cli, byHTTP}
				w.run(t, cli, r.under(t, g.url, job{CLI: c, Prompts: []string{p}, Allowed: []string{"Bash"}, Sources: "user,project,local"}))
				if w.has(tabu) || !w.model.Seen(tabuReason) {
					t.Errorf("the denied call ran %v, the model read why %v; want false, true", w.has(tabu), w.model.Seen(tabuReason))
				}
			}
		})
	}
}
