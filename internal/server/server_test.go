package server

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"gatehouse.dev"
	"gatehouse.dev/internal/auth"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/store"
)

// syncBuffer is a log that a test may read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// running is a server under test.
type running struct {
	*Server
	url  string
	log  *syncBuffer
	stop func() error // ends it and returns what Run gave; may be called twice
}

func start(t *testing.T, change func(*config.Config)) *running {
	t.Helper()
	cfg := config.Default()
	cfg.Addr, cfg.Data = "127.0.0.1:0", t.TempDir()
	if change != nil {
		change(&cfg)
	}
	log := &syncBuffer{}
	s, err := New(t.Context(), cfg, "test", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	r := &running{Server: s, url: s.URL(), log: log}
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	return r
}

// call sends a request and returns status and body.
func (r *running) call(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, string(b)
}

// until waits for ok, which something else makes true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (r *running) decisions(t *testing.T, query string) []gatehouse.Decision {
	t.Helper()
	code, body := r.call(t, "GET", "/v1/decisions?"+query, "")
	var page store.Page
	if err := json.Unmarshal([]byte(body), &page); code != 200 || err != nil {
		t.Fatalf("GET /v1/decisions?%s = %d %.300s (%v)", query, code, body, err)
	}
	return page.Decisions
}

func bash(session, command string) string {
	b, _ := json.Marshal(map[string]any{"hook_event_name": "PreToolUse", "session_id": session, "tool_name": "Bash", "cwd": "/home/dev/project",
		"tool_use_id": "t", "tool_input": map[string]any{"command": command}})
	return string(b)
}

func TestJudgesRecordsAndShows(t *testing.T) {
	r := start(t, nil)
	if code, body := r.call(t, "POST", "/v1/hooks/claude", bash("s1", "rm -rf /")); code != 200 || !strings.Contains(body, `"permissionDecision":"deny"`) {
		t.Fatalf("hook = %d %s, want a denial", code, body)
	}
	until(t, "the decision is stored", func() bool { return len(r.decisions(t, "session=s1")) == 1 })
	d := r.decisions(t, "session=s1")[0]
	if d.Applied != gatehouse.Deny || len(d.Verdict.Reasons) == 0 || d.Verdict.PolicyVersion == "" || d.Verdict.ElapsedUS <= 0 {
		t.Errorf("decision = %+v", d)
	}
	for _, path := range []string{"/", "/feed", "/sessions", "/sessions/s1", "/decisions/" + d.Event.ID, "/policies"} {
		if code, body := r.call(t, "GET", path, "", "Accept", "text/html"); code != 200 || !strings.Contains(body, "<html") {
			t.Errorf("GET %s = %d %.200s", path, code, body)
		}
	}
	if b, err := os.ReadFile(filepath.Join(r.cfg.Data, AddressFile)); err != nil || strings.TrimSpace(string(b)) != r.url {
		t.Errorf("address file = %q, %v, want %s", b, err, r.url)
	}
}

func TestStopKeepsWhatWasDecided(t *testing.T) {
	dir := t.TempDir()
	set := func(c *config.Config) { c.Data = dir }
	r := start(t, set)
	const n = 200
	for i := range n {
		r.call(t, "POST", "/v1/hooks/claude", bash("s1", fmt.Sprintf("ls %d", i)))
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, AddressFile)); !os.IsNotExist(err) {
		t.Errorf("the address file is still there: %v", err)
	}
	again := start(t, set)
	if got := len(again.decisions(t, "session=s1&limit=500")); got != n {
		t.Errorf("%d decisions after a stop in order, want %d", got, n)
	}
}

const denyWord = `
policies:
  - name: word
    rules:
      - {id: r, when: 'event.tool == "Bash"', action: %s, message: m}
`

func TestPoliciesReloadWithoutDroppingAnEvent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.yaml")
	write := func(text string) {
		t.Helper()
		// As editors do it: a new file in place of the old one.
		if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	write(fmt.Sprintf(denyWord, "alert"))
	r := start(t, func(c *config.Config) { c.Policies = []string{file} })

	events, quit, done := 0, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			default:
			}
			if code, body := r.call(t, "POST", "/v1/hooks/claude", bash("s1", "ls")); code != 200 {
				t.Errorf("hook during a reload = %d %s", code, body)
			}
			events++
		}
	}()
	denies := func() bool {
		_, body := r.call(t, "POST", "/v1/hooks/claude", bash("s2", "ls"))
		return strings.Contains(body, `"deny"`)
	}
	if denies() {
		t.Error("the first set denies")
	}
	write(fmt.Sprintf(denyWord, "deny"))
	until(t, "the new set is in force", denies)

	write("policies: [")
	until(t, "the broken set is noticed", func() bool {
		_, body := r.call(t, "GET", "/metrics", "")
		return strings.Contains(body, "gatehouse_policy_broken 1") && strings.Contains(body, `gatehouse_policy_reloads_total{result="failed"} 1`)
	})
	if !denies() {
		t.Error("a broken file took the old set out of force")
	}
	write(fmt.Sprintf(denyWord, "alert"))
	until(t, "the mended set is in force", func() bool { return !denies() })
	close(quit)
	<-done
	until(t, "every event is stored", func() bool {
		n := 0
		for cursor := ""; ; {
			_, body := r.call(t, "GET", "/v1/decisions?session=s1&limit=500&cursor="+cursor, "")
			var page store.Page
			if err := json.Unmarshal([]byte(body), &page); err != nil {
				t.Fatal(err)
			}
			n += len(page.Decisions)
			if cursor = page.Next; cursor == "" {
				return n == events
			}
		}
	})
}

func TestForeignHostsAreRefusedWhileOpen(t *testing.T) {
	r := start(t, nil)
	for host, want := range map[string]int{"evil.example": 421, "evil.example:80": 421, "10.1.2.3": 421, "localhost": 200, "127.0.0.1:1": 200, "[::1]": 200} {
		if code, _ := r.call(t, "GET", "/v1/decisions", "", "Host", host); code != want {
			t.Errorf("GET with Host %q = %d, want %d", host, code, want)
		}
	}
	if code, _ := r.call(t, "POST", "/v1/hooks/claude", bash("s", "ls"), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); code != 403 {
		t.Errorf("POST from a foreign page = %d, want 403", code)
	}
}

func TestFirstKeyClosesTheDoor(t *testing.T) {
	r := start(t, nil)
	if code, _ := r.call(t, "GET", "/v1/decisions", ""); code != 200 {
		t.Fatalf("without keys: %d, want 200", code)
	}
	secret, key, err := auth.NewKey("admin", []string{"admin"}, time.Now(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	k, err := OpenKeys(t.Context(), r.cfg.Data) // as "gatehouse keys create" does, beside the server
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if err := k.AddKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	until(t, "a key is asked for", func() bool { code, _ := r.call(t, "GET", "/v1/decisions", ""); return code == 401 })
	if code, _ := r.call(t, "GET", "/v1/decisions", "", "Authorization", "Bearer "+string(secret)); code != 200 {
		t.Errorf("with the key: %d, want 200", code)
	}
	if code, body := r.call(t, "GET", "/feed", "", "Accept", "text/html"); code == 200 && strings.Contains(body, "decisions") && !strings.Contains(body, "key") {
		t.Errorf("the dashboard is open: %d %.200s", code, body)
	}
	if err := k.RemoveKey(t.Context(), key.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the removed key stops working", func() bool {
		code, _ := r.call(t, "GET", "/v1/decisions", "", "Authorization", "Bearer "+string(secret))
		return code == 401
	})
	if code, _ := r.call(t, "GET", "/v1/decisions", ""); code != 401 {
		t.Errorf("after the last key was removed: %d, want 401: the door must not open again", code)
	}
}

func TestStopEndsLiveFeeds(t *testing.T) {
	r := start(t, nil)
	resp, err := http.Get(r.url + "/feed/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if ct := resp.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/event-stream") {
		t.Fatalf("live feed has content type %q", ct)
	}
	begin := time.Now()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(begin); d > r.cfg.ShutdownTimeout/2 {
		t.Errorf("stopping beside an open feed took %v", d)
	}
}

func TestTwoServersDoNotShareAFolder(t *testing.T) {
	r := start(t, nil)
	cfg := r.cfg
	if s, err := New(t.Context(), cfg, "test", slog.New(slog.DiscardHandler)); err == nil {
		_ = s.Close()
		t.Error("a second server opened the same folder")
	}
}

func TestSecretsGetNowhere(t *testing.T) {
	dir := t.TempDir()
	r := start(t, func(c *config.Config) { c.Data = dir; c.LogLevel = "debug" })
	key := "AKIA" + "Q3EGRZ7NWLPX5T2H"
	for _, body := range []string{
		`{"hook_event_name":"PostToolUse","session_id":"s1","tool_name":"Bash","tool_input":{"command":"env"},"tool_response":{"stdout":"AWS_ACCESS_KEY_ID=` + key + `","stderr":""}}`,
		`{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt":"use ` + key + `"}`,
		`{"hook_event_name":"PreToolUse","session_id":"s1","tool_name":"Write","tool_input":{"file_path":"/x","content":"` + key + `"}}`,
		`{"hook_event_name":"SomethingNew","session_id":"s1","field":{"deep":["` + key + `"]}}`,
		`{"hook_event_name":"Notification","session_id":"s1","message":"` + key + `"}`,
		`{"hook_event_name":"PreToolUse","session_id":"s1","tool_name":"Bash","tool_input":{"` + key + `":1}}`,
		`{"hook_event_name":"PostToolUse","session_id":"s1","tool_name":"Bash","tool_response":"` + key + `"`,
	} {
		r.call(t, "POST", "/v1/hooks/claude", body)
		r.call(t, "POST", "/v1/hooks/claude?observe=true", body)
		r.call(t, "POST", "/v1/decide", body)
	}
	until(t, "all is stored", func() bool { return r.pipe.Stats().Queued == 0 && len(r.decisions(t, "session=s1")) >= 10 })
	seen := map[string]string{"log": r.log.String()}
	for _, path := range []string{"/metrics", "/v1/decisions?limit=500", "/v1/sessions", "/v1/overview", "/", "/feed", "/sessions/s1"} {
		_, seen[path] = r.call(t, "GET", path, "")
	}
	for _, d := range r.decisions(t, "limit=500") {
		_, seen["/decisions/"+d.Event.ID] = r.call(t, "GET", "/decisions/"+d.Event.ID, "")
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		seen[filepath.Base(name)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range seen {
		if strings.Contains(text, key) {
			i := strings.Index(text, key)
			t.Errorf("%s shows the secret: …%q…", where, text[max(0, i-80):i+len(key)])
		}
	}
}
