package claude_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

func TestSettings(t *testing.T) {
	s, err := claude.Settings(claude.SettingsOptions{URL: "http://127.0.0.1:8700", FailMode: gatehouse.FailClosed, Agent: "billing", Token: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.DisableAllHooks || len(s.AllowedHTTPHookURLs) != 1 || s.AllowedHTTPHookURLs[0] != "http://127.0.0.1:8700/*" {
		t.Errorf("settings = %+v, want hooks on and the server's address allowed", s)
	}
	known := map[string]bool{}
	for _, name := range claude.HookEvents() {
		known[name] = true
	}
	for name, matchers := range s.Hooks {
		if !known[name] {
			t.Errorf("settings name %q, which is no event of the client", name)
		}
		e := matchers[0].Hooks[0]
		if e.Type != "http" || e.URL != "http://127.0.0.1:8700/v1/hooks/claude?fail_mode=closed" || e.OnFailure != "block" || e.TimeoutSeconds != 10 ||
			e.Headers["X-Gatehouse-Agent"] != "billing" || e.Headers["Authorization"] != "Bearer $GATEHOUSE_TOKEN" || len(e.AllowedEnvVars) != 1 {
			t.Errorf("%s: entry = %+v", name, e)
		}
	}
	for _, name := range []string{"UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "MessageDisplay", "Stop", "SubagentStop"} {
		if s.Hooks[name] == nil {
			t.Errorf("settings lack %s", name)
		}
	}
	for _, name := range []string{"SessionStart", "WorktreeCreate"} {
		if s.Hooks[name] != nil {
			t.Errorf("settings name %s, which cannot be an HTTP hook or takes work over", name)
		}
	}
}

func TestCommandAnswersBeforeItsClientGivesUp(t *testing.T) {
	for _, tt := range []struct {
		wait    time.Duration
		seconds int
		own     string
	}{{0, 10, "5s"}, {2 * time.Second, 2, "1.6s"}, {500 * time.Millisecond, 1, "800ms"}, {time.Minute, 60, "5s"}} {
		s, err := claude.Settings(claude.SettingsOptions{URL: "http://127.0.0.1:8700", Timeout: tt.wait, Command: "/opt/it's here/gatehouse-hook"})
		if err != nil {
			t.Fatal(err)
		}
		e := s.Hooks["SessionStart"][0].Hooks[0]
		if e.TimeoutSeconds != tt.seconds || !strings.HasSuffix(e.Command, " --timeout "+tt.own) || !strings.HasPrefix(e.Command, `'/opt/it'\''s here/gatehouse-hook' --url http://127.0.0.1:8700`) {
			t.Errorf("Settings(timeout %v) = %d s, %q, want %d s and --timeout %s", tt.wait, e.TimeoutSeconds, e.Command, tt.seconds, tt.own)
		}
	}
}

func TestSettingsRefuse(t *testing.T) {
	for _, opt := range []claude.SettingsOptions{
		{}, {URL: "127.0.0.1:8700"}, {URL: "ftp://x"}, {URL: "http://"}, {URL: "http://u:p@x"}, {URL: "http://x?y"}, {URL: "http://x#y"},
		{URL: "http://x", Agent: "a\r\nX: y"}, {URL: "http://x", Agent: strings.Repeat("a", 300)}, {URL: "http://x", Timeout: -1}, {URL: "http://x", Timeout: time.Hour},
	} {
		if s, err := claude.Settings(opt); err == nil {
			t.Errorf("Settings(%+v) = %+v, want an error", opt, s)
		}
	}
}
