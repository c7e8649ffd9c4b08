package modelserver

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

const session = "0b303eac-7ea5-4924-b468-027ea238c6ed"

func start(t *testing.T, cfg Config) (*Server, string) {
	t.Helper()
	s := New(cfg)
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv.URL
}

// ask sends one user message, after those before it, and returns the reply's status and body.
func ask(t *testing.T, url string, stream bool, messages ...object) (int, string, error) {
	t.Helper()
	body := mustMarshal(object{"model": "m-1", "stream": stream, "messages": messages, "metadata": object{"user_id": "user_x_session_" + session}})
	resp, err := http.Post(url+"/v1/messages?beta=true", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func user(text string) object { return object{"role": "user", "content": text} }

func TestStream(t *testing.T) {
	_, url := start(t, Config{})
	status, body, err := ask(t, url, true, user(`SCRIPT:[{"text":"Grüße aus Köln","tools":[{"tool":"Bash","input":{"command":"ls -l"}},{"tool":"Read"}]}]`))
	if err != nil || status != 200 {
		t.Fatalf("POST = %d, %v", status, err)
	}
	var kinds []string
	blocks := map[float64]string{}
	var stop any
	lines := bufio.NewScanner(strings.NewReader(body))
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var ev object
		if err := json.Unmarshal([]byte(data), &ev); err != nil {
			t.Fatalf("event %q: %v", data, err)
		}
		kind := ev["type"].(string)
		kinds = append(kinds, kind)
		switch kind {
		case "content_block_start":
			b := ev["content_block"].(object)
			blocks[ev["index"].(float64)] = fmt.Sprint(b["type"], " ", b["name"], ": ")
		case "content_block_delta":
			d := ev["delta"].(object)
			for _, k := range []string{"text", "partial_json"} {
				if s, ok := d[k].(string); ok {
					blocks[ev["index"].(float64)] += s
				}
			}
		case "message_delta":
			stop = ev["delta"].(object)["stop_reason"]
		}
	}
	want := map[float64]string{0: "text <nil>: Grüße aus Köln", 1: `tool_use Bash: {"command":"ls -l"}`, 2: "tool_use Read: {}"}
	if diff := cmp.Diff(want, blocks); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if stop != "tool_use" {
		t.Errorf("stop reason = %v, want tool_use", stop)
	}
	if first, last := kinds[0], kinds[len(kinds)-1]; first != "message_start" || last != "message_stop" {
		t.Errorf("events run from %s to %s, want message_start to message_stop", first, last)
	}
}

func TestWhole(t *testing.T) {
	_, url := start(t, Config{})
	status, body, err := ask(t, url, false, user(`SCRIPT:[{"tool":"Bash","input":{"command":"ls"}}]`))
	if err != nil || status != 200 {
		t.Fatalf("POST = %d, %v", status, err)
	}
	var m struct {
		Model   string `json:"model"`
		Content []struct {
			Type  string         `json:"type"`
			ID    string         `json:"id"`
			Name  string         `json:"name"`
			Input map[string]any `json:"input"`
		} `json:"content"`
		StopReason string `json:"stop_reason"`
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	if m.Model != "m-1" || m.StopReason != "tool_use" || len(m.Content) != 1 || m.Content[0].Name != "Bash" || m.Content[0].Input["command"] != "ls" {
		t.Errorf("answer = %s", body)
	}
	if !strings.HasPrefix(m.Content[0].ID, "toolu_") {
		t.Errorf("tool id = %q, want toolu_…", m.Content[0].ID)
	}
}

func TestFaults(t *testing.T) {
	for _, stream := range []bool{true, false} {
		t.Run(fmt.Sprint("stream ", stream), func(t *testing.T) {
			_, url := start(t, Config{})
			prompt := user(`SCRIPT:[{"status":529},{"cut":true},{"text":"hi"}]`)
			if status, body, err := ask(t, url, stream, prompt); err != nil || status != 529 || !strings.Contains(body, "overloaded_error") {
				t.Errorf("first = %d %q %v, want 529", status, body, err)
			}
			if _, body, err := ask(t, url, stream, prompt); err == nil {
				t.Errorf("second = %q, want a connection that breaks", body)
			}
			if status, body, err := ask(t, url, stream, prompt); err != nil || status != 200 || !strings.Contains(body, `"end_turn"`) {
				t.Errorf("third = %d %q %v, want the text", status, body, err)
			}
		})
	}
}

func TestNamedScript(t *testing.T) {
	s, url := start(t, Config{})
	if err := s.Put("leak-1", `[{"text":"hush"}]`); err != nil {
		t.Fatal(err)
	}
	if status, body, err := ask(t, url, false, user("please SCRIPT:@leak-1.")); err != nil || status != 200 || !strings.Contains(body, "hush") {
		t.Errorf("answer = %d %q %v, want the named script's", status, body, err)
	}
	if s.Seen("hush") {
		t.Error("Seen(hush) = true, want false: only the server says it")
	}
	if status, _, _ := ask(t, url, false, user("please SCRIPT:@other")); status != 400 {
		t.Errorf("unknown script = %d, want 400", status)
	}
	req, _ := http.NewRequest("PUT", url+"/_script/two", strings.NewReader(`[{"text":"second"}]`))
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Fatalf("PUT script = %v, %v", resp, err)
	}
	if _, body, _ := ask(t, url, false, user("SCRIPT:@two")); !strings.Contains(body, "second") {
		t.Errorf("answer = %q, want second", body)
	}
	for _, bad := range []string{"", "a b", "ä", strings.Repeat("a", 65)} {
		if err := s.Put(bad, `[]`); err == nil {
			t.Errorf("Put(%q) = nil, want an error", bad)
		}
	}
	if err := s.Put("x", `[{"text":"a"}] tail`); err == nil {
		t.Error("Put with a tail = nil, want an error")
	}
}

func TestSeen(t *testing.T) {
	s, url := start(t, Config{})
	if _, _, err := ask(t, url, false, user("line one\nsays \"hello\" <b>")); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"one\nsays \"hello\"": true, "<b>": true, "user": true, "absent": false} {
		if got := s.Seen(text); got != want {
			t.Errorf("Seen(%q) = %v, want %v", text, got, want)
		}
	}
	if n := len(s.Requests(session)); n != 1 {
		t.Errorf("Requests(session) = %d, want 1", n)
	}
	if n := len(s.Requests("another")); n != 0 {
		t.Errorf("Requests(another) = %d, want 0", n)
	}
	for path, want := range map[string]string{"/_log?seen=hello": `"seen":true`, "/_log?seen=absent": `"seen":false`, "/_log?session=" + session: `"path":"/v1/messages"`, "/_log?session=x": "[]"} {
		if got := get(t, url+path); !strings.Contains(got, want) {
			t.Errorf("GET %s = %.200q, want %q in it", path, got, want)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOtherRoutes(t *testing.T) {
	s, url := start(t, Config{})
	resp, err := http.Head(url + "/")
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("HEAD / = %v, %v", resp, err)
	}
	if got := get(t, url+"/api/hello"); !strings.Contains(got, "hello") {
		t.Errorf("GET /api/hello = %q", got)
	}
	if got := get(t, url+"/v1/models"); !strings.Contains(got, `"data":[{`) {
		t.Errorf("GET /v1/models = %q", got)
	}
	if got := get(t, url+"/v1/models/m-9"); !strings.Contains(got, `"id":"m-9"`) {
		t.Errorf("GET /v1/models/m-9 = %q", got)
	}
	if got := get(t, url+"/elsewhere"); !strings.Contains(got, "not_found_error") {
		t.Errorf("GET /elsewhere = %q", got)
	}
	resp, err = http.Post(url+"/v1/messages/count_tokens", "application/json", strings.NewReader(`{"messages":[{"role":"user","content":"counted"}]}`))
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("count_tokens = %v, %v", resp, err)
	}
	if !s.Seen("counted") {
		t.Error("Seen(counted) = false, want true: counting sends the text too")
	}
	if n := s.Turns(); n != 0 {
		t.Errorf("Turns = %d, want 0", n)
	}
}

func TestGzip(t *testing.T) {
	s, url := start(t, Config{})
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	fmt.Fprint(z, `{"messages":[{"role":"user","content":"packed SCRIPT:[{\"text\":\"ok\"}]"}]}`)
	z.Close()
	req, _ := http.NewRequest("POST", url+"/v1/messages", &b)
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("POST = %v, %v", resp, err)
	}
	if !s.Seen("packed") {
		t.Error("Seen(packed) = false, want true")
	}
	req, _ = http.NewRequest("POST", url+"/v1/messages", strings.NewReader("x"))
	req.Header.Set("Content-Encoding", "br")
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("unknown encoding = %v, %v, want 415", resp, err)
	}
}

func TestLimits(t *testing.T) {
	s, url := start(t, Config{MaxBodyBytes: 1000, MaxLogBytes: 4000})
	if status, _, err := ask(t, url, false, user(strings.Repeat("x", 1000))); err != nil || status != 413 {
		t.Errorf("large body = %d, %v, want 413", status, err)
	}
	var last int
	for range 8 {
		last, _, _ = ask(t, url, false, user(strings.Repeat("x", 500)))
	}
	if last != http.StatusInsufficientStorage {
		t.Errorf("full log = %d, want 507: nothing may be seen that is not kept", last)
	}
	if n := len(s.Requests("")); n != 2 {
		t.Errorf("kept %d requests, want 2", n)
	}
}

func TestBadBodies(t *testing.T) {
	_, url := start(t, Config{})
	for _, body := range []string{"", "{", "[]", `{"messages":3}`, `{"messages":[{"role":"user","content":"SCRIPT:[{"}]}`} {
		resp, err := http.Post(url+"/v1/messages", "application/json", strings.NewReader(body))
		if err != nil || resp.StatusCode != 400 {
			t.Errorf("POST %q = %v, %v, want 400", body, resp, err)
		}
	}
}
