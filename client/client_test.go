package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/client"
	"gatehouse.dev/hook"
)

var _ hook.Decider = (*client.Client)(nil)

const secret = "tok-canary-4711"

// serve starts a server that answers every request with h and returns a client of it.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*client.Config)) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	cfg := client.Config{URL: s.URL, Token: secret, Timeout: 30 * time.Second}
	for _, f := range change {
		f(&cfg)
	}
	return newClient(t, cfg)
}

func newClient(t *testing.T, cfg client.Config) *client.Client {
	t.Helper()
	c, err := client.New(cfg)
	if err != nil {
		t.Fatalf("New() = %v, want nil", err)
	}
	t.Cleanup(c.Close)
	return c
}

// write answers with a body.
func write(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// judged answers a hook call.
func judged(verdict, applied, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Gatehouse-Decision", "0198")
		w.Header().Set("X-Gatehouse-Verdict", verdict)
		w.Header().Set("X-Gatehouse-Action", applied)
		io.WriteString(w, body)
	}
}

func TestDecide(t *testing.T) {
	var got *http.Request
	var sent []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		sent, _ = io.ReadAll(r.Body)
		io.WriteString(w, `{"action":"redact","would":"deny","severity":"high","elapsed_us":7,"masked":{"a":1,"a":2},"later":{}}`)
	})
	ev := &gatehouse.Event{Kind: gatehouse.KindToolCall, Tool: "Bash", Content: jsontext.Value(`{"a":"\ud800","a":2}`)}
	v, err := c.Decide(t.Context(), ev)
	want := gatehouse.Verdict{Action: gatehouse.Redact, Would: gatehouse.Deny, Severity: gatehouse.High, ElapsedUS: 7, Masked: jsontext.Value(`{"a":1,"a":2}`)}
	if d := cmp.Diff(want, v); err != nil || d != "" {
		t.Errorf("Decide() = %v, -want +got:\n%s", err, d)
	}
	if got.Method != "POST" || got.URL.Path != "/v1/decide" || got.Header.Get("Authorization") != "Bearer "+secret || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("sent %s %s %v", got.Method, got.URL, got.Header)
	}
	if _, ok := got.Header["Idempotency-Key"]; ok {
		t.Error("sent an Idempotency-Key, want none on the wire")
	}
	if !strings.Contains(string(sent), `"kind":"tool_call"`) || strings.Count(string(sent), `"a":`) != 2 {
		t.Errorf("sent %s, want both equal keys", sent)
	}
}

func TestHook(t *testing.T) {
	var got *http.Request
	var sent []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		sent, _ = io.ReadAll(r.Body)
		judged("redact", "deny", `{"decision":"block"}`)(w, r)
	})
	reply, err := c.Hook(t.Context(), client.HookRequest{
		Body: []byte("\xff not even JSON"), Observe: true, Fail: gatehouse.FailClosed,
		Identity: client.Identity{Agent: "a\r\nX-Evil: 1", Connector: "c", User: "Ü", ClientIP: "203.0.113.7", Model: strings.Repeat("m", 5000)},
	})
	want := client.HookReply{Body: []byte(`{"decision":"block"}`), Decision: "0198", Verdict: gatehouse.Redact, Applied: gatehouse.Deny}
	if d := cmp.Diff(want, reply); err != nil || d != "" {
		t.Errorf("Hook() = %v, -want +got:\n%s", err, d)
	}
	if string(sent) != "\xff not even JSON" {
		t.Errorf("sent %q, want the body as it came", sent)
	}
	if got.URL.Path != "/v1/hooks/claude" || got.URL.Query().Get("observe") != "true" || got.URL.Query().Get("fail_mode") != "closed" {
		t.Errorf("sent %s, want observe and fail_mode", got.URL)
	}
	h := got.Header
	if h.Get("X-Gatehouse-Agent") != "a  X-Evil: 1" || h.Get("X-Evil") != "" || h.Get("X-Gatehouse-Connector") != "c" ||
		h.Get("X-Gatehouse-User") != "Ü" || h.Get("X-Gatehouse-Client-IP") != "203.0.113.7" || len(h.Get("X-Gatehouse-Model")) != 256 {
		t.Errorf("sent %v", h)
	}
}

func TestHookPath(t *testing.T) {
	var path string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.RequestURI
		judged("allow", "allow", "{}")(w, r)
	},
		func(cfg *client.Config) { cfg.URL += "/guard/" })
	if _, err := c.Hook(t.Context(), client.HookRequest{Client: "a/../b"}); err != nil {
		t.Fatal(err)
	}
	if want := "/guard/v1/hooks/a%2F..%2Fb?fail_mode=open"; path != want {
		t.Errorf("sent to %s, want %s", path, want)
	}
}

// TestNoVerdict: whatever a server does but judge is an error with a code, never an allow.
func TestNoVerdict(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		code gatehouse.Code
	}{
		{"empty", write(""), gatehouse.CodeUnavailable},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, gatehouse.CodeUnavailable},
		{"HTML", write("<!doctype html><title>Log in</title>"), gatehouse.CodeUnavailable},
		{"another service", write(`{"status":"ok"}`), gatehouse.CodeUnavailable},
		{"empty object", write(`{}`), gatehouse.CodeUnavailable},
		{"array", judged("allow", "allow", `[]`), gatehouse.CodeUnavailable},
		{"not JSON", judged("allow", "allow", `{"action":"allow"`), gatehouse.CodeUnavailable},
		{"null action", judged("", "", `{"action":null}`), gatehouse.CodeUnavailable},
		{"unknown action", judged("allow", "maybe", `{"action":"maybe"}`), gatehouse.CodeUnavailable},
		{"wrong types", judged("", "allow", `{"action":"allow","reasons":"none"}`), gatehouse.CodeUnavailable},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			judged("allow", "allow", `{"action":"allow"}`)(w, nil)
		}, gatehouse.CodeUnavailable},
		{"reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, gatehouse.CodeUnavailable},
		{"too long", write(`{"action":"allow","` + strings.Repeat("x", 5000) + `":1}`), gatehouse.CodeUnavailable},
		{"500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"action":"allow"}`, 500) }, gatehouse.CodeUnavailable},
		{"502 HTML", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) }, gatehouse.CodeUnavailable},
		{"201", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			io.WriteString(w, `{"action":"allow"}`)
		}, gatehouse.CodeUnavailable},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, gatehouse.CodeUnauthorized},
		{"native error", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, `{"error":{"code":"too_large","message":"body\nis over the limit"}}`)
		}, gatehouse.CodeTooLarge},
		{"unknown native code", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(403)
			io.WriteString(w, `{"error":{"code":"allow","message":"x"}}`)
		}, gatehouse.CodeForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, tt.h, func(cfg *client.Config) { cfg.MaxReplyBytes = 2000 })
			v, err := c.Decide(t.Context(), &gatehouse.Event{Kind: "prompt"})
			if gatehouse.ErrorCode(err) != tt.code {
				t.Errorf("Decide() = %v, %v (%s), want an error of code %s", v.Action, err, gatehouse.ErrorCode(err), tt.code)
			}
			reply, errHook := c.Hook(t.Context(), client.HookRequest{Body: []byte("{}")})
			if gatehouse.ErrorCode(errHook) != tt.code || reply.Body != nil {
				t.Errorf("Hook() = %s, %v, want an error of code %s", reply.Body, errHook, tt.code)
			}
			for _, err := range []error{err, errHook} {
				if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %q holds the token or a line break", err)
				}
			}
		})
	}
}

func TestDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newClient(t, client.Config{URL: "http://" + l.Addr().String(), Token: secret})
	if _, err := c.Decide(t.Context(), &gatehouse.Event{}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Decide() = %v, want code unavailable", err)
	}
}

func TestSlow(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"within the answer": func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, `{"action":`)
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, h, func(cfg *client.Config) { cfg.Timeout = 50 * time.Millisecond })
			_, err := c.Decide(t.Context(), &gatehouse.Event{})
			if gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable || !strings.Contains(err.Error(), "no answer within 50ms") {
				t.Errorf("Decide() = %v, want code unavailable after 50ms", err)
			}
		})
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if _, err := c.Decide(ctx, &gatehouse.Event{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Decide() = %v, want %v", err, context.Canceled)
	}
}

// TestRedirect: the Authorization header must not travel to where a server points.
func TestRedirect(t *testing.T) {
	var followed atomic.Bool
	to := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer to.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		h := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to.URL, status) }
		own := serve(t, h)
		given := serve(t, h, func(cfg *client.Config) { cfg.HTTP = &http.Client{} })
		for _, c := range []*client.Client{own, given} {
			if _, err := c.Decide(t.Context(), &gatehouse.Event{}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable || followed.Load() {
				t.Errorf("Decide(redirect %d) = %v, followed %v, want code unavailable", status, err, followed.Load())
			}
		}
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(write(`{"action":"allow"}`))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	s.StartTLS()
	defer s.Close()
	if _, err := newClient(t, client.Config{URL: s.URL}).Decide(t.Context(), &gatehouse.Event{}); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
		t.Errorf("Decide(unknown certificate) = %v, want code unavailable", err)
	}
	if _, err := newClient(t, client.Config{URL: s.URL, HTTP: s.Client()}).Decide(t.Context(), &gatehouse.Event{}); err != nil {
		t.Errorf("Decide(known certificate) = %v, want nil", err)
	}
}

func TestKeepsAlive(t *testing.T) {
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(write(`{"action":"allow"}`))
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := newClient(t, client.Config{URL: s.URL})
	for range 10 {
		if _, err := c.Decide(t.Context(), &gatehouse.Event{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("10 calls took %d connections, want 1", n)
	}
}

// TestSurvivesClosedConnection: a server that closed an idle connection must not cost an event its verdict.
func TestSurvivesClosedConnection(t *testing.T) {
	s := httptest.NewServer(write(`{"action":"allow"}`))
	defer s.Close()
	c := newClient(t, client.Config{URL: s.URL})
	for i := range 5 {
		if _, err := c.Decide(t.Context(), &gatehouse.Event{}); err != nil {
			t.Errorf("Decide() no. %d = %v, want nil", i, err)
		}
		s.CloseClientConnections()
	}
}

func TestAuthorization(t *testing.T) {
	var got string
	h := func(w http.ResponseWriter, r *http.Request) {
		got = fmt.Sprintf("%q", r.Header["Authorization"])
		io.WriteString(w, `{"action":"allow"}`)
	}
	for token, want := range map[gatehouse.Redacted]string{
		"": `[]`, "abc": `["Bearer abc"]`, "Bearer abc": `["Bearer abc"]`, "Basic eA==": `["Basic eA=="]`, " abc\n": `["Bearer abc"]`,
	} {
		c := serve(t, h, func(cfg *client.Config) { cfg.Token = token })
		if _, err := c.Decide(t.Context(), &gatehouse.Event{}); err != nil || got != want {
			t.Errorf("token of %v: sent %s, %v, want %s", token, got, err, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, url := range []string{
		"localhost:8700", "ftp://h", "unix:///run/x", "http://", "http:///x", "https://u:" + secret + "@h", "https://h?key=" + secret,
		"https://h/#x", "https://h?", "http://[::1", "http://h:" + secret, "://", "http://a b/",
	} {
		_, err := client.New(client.Config{URL: url})
		if gatehouse.ErrorCode(err) != gatehouse.CodeInvalid || strings.Contains(err.Error(), secret) {
			t.Errorf("New(%q) = %v, want code invalid without the URL", url, err)
		}
	}
	if _, err := client.New(client.Config{Token: secret + "\r\nX: y"}); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid || strings.Contains(err.Error(), secret) {
		t.Errorf("New(token with a line break) = %v, want code invalid without the token", err)
	}
	for _, url := range []string{"", "http://127.0.0.1:8700", "https://gatehouse.example/base/", "http://[::1]:8700"} {
		if _, err := client.New(client.Config{URL: url}); err != nil {
			t.Errorf("New(%q) = %v, want nil", url, err)
		}
	}
}

func TestDecideRefusesBrokenContent(t *testing.T) {
	c := newClient(t, client.Config{})
	_, err := c.Decide(t.Context(), &gatehouse.Event{Content: jsontext.Value(`{"` + secret + `":`)})
	if gatehouse.ErrorCode(err) != gatehouse.CodeInvalid || strings.Contains(err.Error(), secret) {
		t.Errorf("Decide(broken content) = %v, want code invalid without content", err)
	}
}

func BenchmarkHook(b *testing.B) {
	s := httptest.NewServer(judged("allow", "allow", "{}"))
	defer s.Close()
	c, err := client.New(client.Config{URL: s.URL})
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(`{"hook_event_name":"PreToolUse","tool_input":{"command":"` + strings.Repeat("x", 2000) + `"}}`)
	for b.Loop() {
		if _, err := c.Hook(b.Context(), client.HookRequest{Body: body}); err != nil {
			b.Fatal(err)
		}
	}
}
