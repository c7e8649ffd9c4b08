package e2e

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse.dev"
)

// Whatever is sent gets an answer that is a clear error or a recorded pass, never an allow that looks like a
// verdict, and the server stays up.
func TestBadInputGetsAClearErrorOrARecordedPass(t *testing.T) {
	t.Parallel()
	g := sharedGuard(t)
	session := uuid.NewString()
	head := `{"session_id":"` + session + `","hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"t1","tool_input":`
	cases := []struct {
		name, body string
		status     int    // 0 for any below 500
		holds      string // in the reply
	}{
		{"empty", ``, http.StatusBadRequest, `"invalid"`},
		{"not JSON", `hello`, http.StatusBadRequest, `"invalid"`},
		{"cut off", head + `{"command":"ls`, http.StatusBadRequest, `"invalid"`},
		{"array", `[1,2]`, http.StatusBadRequest, `"invalid"`},
		{"no event name", `{"session_id":"` + session + `"}`, http.StatusBadRequest, `"invalid"`},
		{"event name of a wrong type", `{"hook_event_name":7}`, http.StatusBadRequest, `"invalid"`},
		{"20 MB", head + `{"command":"` + strings.Repeat("a", 20<<20) + `"}}`, http.StatusRequestEntityTooLarge, `"too_large"`},
		{"shell that nests 320 KB", head + `{"command":"` + strings.Repeat("$((((", 64<<10) + `"}}`, 0, ``},
		{"JSON nested 100,000 deep", head + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`, 0, ``},
		{"invalid UTF-8", head + `{"command":"touch ` + "\xff\xfe " + tabu + `"}}`, http.StatusOK, `"deny"`},
		{"first of two equal keys", head + `{"command":"touch ` + tabu + `","command":"ls"}}`, http.StatusOK, `"deny"`},
		{"last of two equal keys", head + `{"command":"ls","command":"touch ` + tabu + `"}}`, http.StatusOK, `"deny"`},
		{"word behind escapes", head + `{"command":"touch \u0074abu\u0077ord"}}`, http.StatusOK, `"deny"`},
		{"word in a key", head + `{"` + tabu + `":1}}`, http.StatusOK, `"deny"`},
		{"input of a wrong type", head + `"touch ` + tabu + `"}`, http.StatusOK, `"deny"`},
		{"unknown fields", head + `{"command":"ls"},"new":{"a":[null,1e999]}}`, http.StatusOK, `{}`},
	}
	t.Run("bodies", func(t *testing.T) {
		for _, tc := range cases {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				status, body := g.post(t, "/v1/hooks/claude", tc.body)
				if tc.status == 0 && status >= 500 || tc.status != 0 && status != tc.status {
					t.Errorf("status = %d, want %d (0: below 500)\n%.300s", status, tc.status, body)
				}
				if !strings.Contains(body, tc.holds) {
					t.Errorf("reply = %.300q, want %q in it", body, tc.holds)
				}
			})
		}
	})
	if status, _ := g.post(t, "/v1/hooks/claude", head+`{"command":"ls"}}`); status != http.StatusOK {
		t.Errorf("after bad input a good call gets %d, want 200", status)
	}
}

func TestServerWithKeysTakesOnlyCallsThatHaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data := w.tmp(t)
	out, err := exec.Command(filepath.Join(bin, "gatehouse"), "keys", "create", "--data", data, "--name", "agents", "--scope", "ingest,read").Output()
	if err != nil {
		t.Fatalf("gatehouse keys create: %v", err)
	}
	key := lastWord(string(out))
	g, err := startGuard(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.stop(); err != nil {
			t.Errorf("stop: %v\n%s", err, g.logs)
		}
		if strings.Contains(g.logs.String(), key) {
			t.Errorf("the log holds the key")
		}
	})
	if status, body := g.post(t, "/v1/hooks/claude", `{"hook_event_name":"Stop"}`); status != http.StatusUnauthorized {
		t.Errorf("call without a key = %d %s, want 401", status, body)
	}
	g.key = key
	for _, r := range []route{{cli, byHTTP}, {cli, byCommand}, {python, byAdapter}} {
		p := w.script(t, "a-"+r.String(), bash("touch "+tabu))
		flags := []string{"--fail-mode", "closed"}
		if r.by == byHTTP {
			flags = append(flags, "--token")
		}
		j := r.under(t, g.url, job{Prompts: []string{p}, Allowed: []string{"Bash"}}, flags...)
		j.env = append(j.env, "GATEHOUSE_TOKEN="+key, "GATEHOUSE_FAIL_MODE=closed")
		o := w.run(t, r.client, j)
		if w.has(tabu) || o.result() != "the end" {
			t.Errorf("%v: the denied call ran %v, result %q; want false, the end", r, w.has(tabu), o.result())
		}
		g.recorded(t, o.session(), want{hook: "PreToolUse", verdict: gatehouse.Deny, applied: gatehouse.Deny, rule: tabuRule})
	}
	if w.model.Seen(key) {
		t.Errorf("the model saw the key")
	}
}

func lastWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
