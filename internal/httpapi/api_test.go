package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/prometheus/client_golang/prometheus"

	"gatehouse.dev"
	"gatehouse.dev/internal/auth"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/policy"
)

// world is an API over fakes.
type world struct {
	api  *API
	logs *bytes.Buffer

	mu       sync.Mutex
	recorded []gatehouse.Decision
	queries  []store.Query

	verdict gatehouse.Verdict
	err     error // of the decider
	readErr error
	putErr  error
	ready   error
	keys    map[string]auth.Caller // by Authorization header; nil: no key needed
}

func (w *world) Decide(ctx context.Context, ev *gatehouse.Event) (gatehouse.Verdict, error) {
	if w.err != nil {
		return gatehouse.Verdict{}, w.err
	}
	v := w.verdict
	v.Stored = jsontext.Value(`{"masked":true}`)
	return v, nil
}

func (w *world) Offer(d gatehouse.Decision) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recorded = append(w.recorded, d)
	return true
}

func (w *world) Put(_ context.Context, ds ...gatehouse.Decision) error {
	if w.putErr != nil {
		return w.putErr
	}
	for _, d := range ds {
		w.Offer(d)
	}
	return nil
}

func (w *world) Decisions(_ context.Context, q store.Query) (store.Page, error) {
	w.queries = append(w.queries, q)
	return store.Page{Decisions: w.recorded}, w.readErr
}

func (w *world) Decision(_ context.Context, id string) (gatehouse.Decision, error) {
	for _, d := range w.recorded {
		if d.Event.ID == id {
			return d, nil
		}
	}
	return gatehouse.Decision{}, &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: "no such decision"}
}

func (w *world) Sessions(context.Context, store.SessionQuery) (store.SessionPage, error) {
	return store.SessionPage{Sessions: []store.SessionSummary{{ID: "s1", First: testTime, Last: testTime, Events: 1}}}, w.readErr
}

func (w *world) Session(_ context.Context, id string) (store.SessionSummary, error) {
	return store.SessionSummary{ID: id, First: testTime, Last: testTime}, w.readErr
}

func (w *world) Overview(_ context.Context, from, to time.Time, step time.Duration) (store.Overview, error) {
	return store.Overview{From: from, To: to, StepS: int(step.Seconds()), Series: []store.Bucket{}}, w.readErr
}

func (w *world) Required(context.Context) bool { return w.keys != nil }

func (w *world) Authenticate(_ context.Context, header string) (auth.Caller, error) {
	c, ok := w.keys[header]
	if !ok {
		return c, &gatehouse.Error{Code: gatehouse.CodeUnauthorized, Text: "unknown key"}
	}
	return c, nil
}

var testTime = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	set, err := policy.Parse(policy.Starter()...)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{logs: &bytes.Buffer{}}
	w.api, err = New(Config{
		Decider: w, Recorder: w, Reader: w, Auth: w, Policies: func() *policy.Set { return set },
		Ready: func(context.Context) error { return w.ready }, Registry: prometheus.NewRegistry(),
		Logger: slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Clock:  func() time.Time { return testTime }, MaxBodyBytes: 4 << 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// call sends one request and returns the answer.
func (w *world) call(method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, r)
	return rec
}

const preToolUse = `{"session_id":"s1","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"t1"}`

func denied() gatehouse.Verdict {
	return gatehouse.Verdict{Action: gatehouse.Deny, Would: gatehouse.Deny, Severity: gatehouse.High,
		Reasons: []gatehouse.Reason{{Policy: "p", Rule: "r", Action: gatehouse.Deny, Severity: gatehouse.High, Message: "no"}}}
}

func TestHookAnswersInClaudesFormatAndRecords(t *testing.T) {
	w := newWorld(t)
	w.verdict = denied()
	rec := w.call("POST", "/v1/hooks/claude", preToolUse, "X-Gatehouse-Agent", "billing", "X-Gatehouse-User", "ann\r\nX: y")
	if rec.Code != 200 || !strings.Contains(rec.Body.String(), `"permissionDecision":"deny"`) {
		t.Fatalf("hook = %d %s, want 200 with a denial", rec.Code, rec.Body)
	}
	if got := rec.Header().Get("X-Gatehouse-Action"); got != "deny" {
		t.Errorf("X-Gatehouse-Action = %q, want deny", got)
	}
	if len(w.recorded) != 1 {
		t.Fatalf("recorded %d decisions, want 1", len(w.recorded))
	}
	d := w.recorded[0]
	if d.Event.ID != rec.Header().Get("X-Gatehouse-Decision") || d.Event.Agent != "billing" || d.Event.User != "annX: y" ||
		d.Event.Connector != "claude_code_cli" || !d.Event.Time.Equal(testTime) || d.Applied != gatehouse.Deny {
		t.Errorf("recorded event = %+v, applied %v", d.Event, d.Applied)
	}
	if string(d.Event.Content) != `{"masked":true}` {
		t.Errorf("recorded content = %s, want the verdict's stored form only", d.Event.Content)
	}
}

func TestObserveNeverActsAndWaitsForTheRecord(t *testing.T) {
	w := newWorld(t)
	w.verdict = denied()
	rec := w.call("POST", "/v1/hooks/claude?observe=true", preToolUse)
	if rec.Code != 200 || rec.Body.String() != "{}" {
		t.Fatalf("observed hook = %d %s, want 200 {}", rec.Code, rec.Body)
	}
	if len(w.recorded) != 1 || !w.recorded[0].Observed || w.recorded[0].Applied != gatehouse.Allow || w.recorded[0].Verdict.Action != gatehouse.Deny {
		t.Errorf("recorded = %+v, want one observed decision whose verdict is deny", w.recorded)
	}
	w.putErr = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "store is down"}
	if rec := w.call("POST", "/v1/hooks/claude?observe=true", preToolUse); rec.Code != 503 {
		t.Errorf("observed hook while the store is down = %d, want 503: an acknowledgement means durable", rec.Code)
	}
}

func TestUndecidedFollowsTheFailMode(t *testing.T) {
	for _, tt := range []struct {
		mode, want string
		open       bool
	}{{"open", "{}", true}, {"closed", `"permissionDecision":"deny"`, false}} {
		w := newWorld(t)
		w.err = errors.New("engine is gone")
		rec := w.call("POST", "/v1/hooks/claude?fail_mode="+tt.mode, preToolUse)
		if rec.Code != 200 || !strings.Contains(rec.Body.String(), tt.want) {
			t.Errorf("fail_mode=%s: answer = %d %s, want %s", tt.mode, rec.Code, rec.Body, tt.want)
		}
		if len(w.recorded) != 1 || w.recorded[0].FailedOpen != tt.open || len(w.recorded[0].Verdict.Gaps) == 0 {
			t.Errorf("fail_mode=%s: recorded %+v, want failed_open %v and a gap", tt.mode, w.recorded, tt.open)
		}
		metrics := w.call("GET", "/metrics", "").Body.String()
		if got := strings.Contains(metrics, "gatehouse_failed_open_total 1"); got != tt.open {
			t.Errorf("fail_mode=%s: failed-open counter shows %v, want %v", tt.mode, got, tt.open)
		}
	}
}

func TestBodiesThatAreNotHookCalls(t *testing.T) {
	big := `{"hook_event_name":"PreToolUse","session_id":"s1","tool_name":"Bash","tool_input":{"command":"` + strings.Repeat("x", 8<<10) + `"}}`
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
		denies     bool // with fail_mode=closed, in Claude's own format
	}{
		{"empty", "", 400, "invalid", true},
		{"not JSON", "hello", 400, "invalid", true},
		{"array", "[]", 400, "invalid", true},
		{"cut off", preToolUse[:len(preToolUse)-20], 400, "invalid", true},
		{"no name", "{}", 400, "invalid", true},
		{"number for a name", `{"hook_event_name":7}`, 400, "invalid", true},
		{"too large", big, 413, "too_large", true},
	} {
		w := newWorld(t)
		rec := w.call("POST", "/v1/hooks/claude", tt.body)
		if rec.Code != tt.status || !strings.Contains(rec.Body.String(), `"code":"`+tt.code+`"`) {
			t.Errorf("%s: answer = %d %s, want %d %s", tt.name, rec.Code, rec.Body, tt.status, tt.code)
		}
		if len(w.recorded) != 1 || !w.recorded[0].FailedOpen || len(w.recorded[0].Verdict.Gaps) != 1 {
			t.Errorf("%s: recorded %+v, want one event that is not judged", tt.name, w.recorded)
		}
		rec = w.call("POST", "/v1/hooks/claude?fail_mode=closed", tt.body)
		if got := rec.Code == 200 && strings.Contains(rec.Body.String(), `"deny"`) || strings.Contains(rec.Body.String(), `"block"`); got != tt.denies {
			t.Errorf("%s: answer with fail_mode=closed = %d %s, want a denial", tt.name, rec.Code, rec.Body)
		}
	}
}

func TestOddButReadableBodiesAreJudged(t *testing.T) {
	for _, body := range []string{
		`{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"a","command":"b"}}`,
		`{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"\ud800"}}`,
		"{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"\xff\"}}",
		`{"hook_event_name":"FromTheFuture","anything":[1,2,{"x":null}]}`,
		`{"hook_event_name":"PreToolUse","tool_name":7,"tool_input":"text","session_id":null}`,
		`{"hook_event_name":"UserPromptSubmit","prompt":"x","unknown_field":true}`,
	} {
		w := newWorld(t)
		if rec := w.call("POST", "/v1/hooks/claude", body); rec.Code != 200 {
			t.Errorf("hook(%q) = %d %s, want 200: a refusal would let it pass", body, rec.Code, rec.Body)
		}
		if len(w.recorded) != 1 {
			t.Errorf("hook(%q) recorded %d decisions, want 1", body, len(w.recorded))
		}
	}
}

func TestBadQueriesAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{
		"/v1/decisions?limit=0", "/v1/decisions?limit=501", "/v1/decisions?limit=x", "/v1/decisions?action=maybe", "/v1/decisions?severity=bad",
		"/v1/decisions?from=yesterday", "/v1/decisions?order=up", "/v1/decisions?sesion=1", "/v1/decisions?agent=" + strings.Repeat("a", 600),
		"/v1/decisions?gaps=perhaps", "/v1/sessions?denied=2", "/v1/overview?step=1s", "/v1/overview?from=8760h&step=1m", "/v1/overview?from=1h&to=2h",
	} {
		rec := w.call("GET", target, "")
		if rec.Code != 400 || !strings.Contains(rec.Body.String(), `"invalid"`) {
			t.Errorf("GET %.60s = %d %s, want 400 invalid", target, rec.Code, rec.Body)
		}
	}
	for _, target := range []string{"/v1/hooks/claude?observe=2", "/v1/hooks/claude?fail_mode=ajar"} {
		if rec := w.call("POST", target, preToolUse); rec.Code != 400 {
			t.Errorf("POST %s = %d, want 400", target, rec.Code)
		}
	}
}

func TestDecisionQueryReadsEveryFilter(t *testing.T) {
	w := newWorld(t)
	rec := w.call("GET", "/v1/decisions?session=s&turn=t&kind=prompt,tool_call&action=deny&action=ask&would=deny&policy=p&rule=p/r&detector=secret/*"+
		"&severity=high&agent=a&connector=c&tool=Bash&mcp_server=m&user=u&from=1h&to=2026-11-22T12:00:00Z&limit=7&cursor=x&after=y&order=oldest&gaps=true&failed_open=1", "")
	if rec.Code != 200 {
		t.Fatalf("GET /v1/decisions = %d %s", rec.Code, rec.Body)
	}
	q := w.queries[0]
	if q.Session != "s" || q.Turn != "t" || len(q.Kinds) != 2 || len(q.Actions) != 2 || len(q.Would) != 1 || q.Policy != "p" || q.Rule != "p/r" ||
		q.Detector != "secret/*" || q.Severity != gatehouse.High || q.Agent != "a" || q.Connector != "c" || q.Tool != "Bash" || q.MCPServer != "m" ||
		q.User != "u" || !q.From.Equal(testTime.Add(-time.Hour)) || !q.To.Equal(testTime) || q.Limit != 7 || q.Cursor != "x" || q.After != "y" ||
		!q.Oldest || !q.Gaps || !q.FailedOpen {
		t.Errorf("query = %+v", q)
	}
}

func TestKeysAndScopes(t *testing.T) {
	w := newWorld(t)
	w.keys = map[string]auth.Caller{"Bearer in": {Scopes: []string{"ingest"}}, "Bearer read": {Scopes: []string{"read"}}, "Bearer admin": {Scopes: []string{"admin"}}}
	for _, tt := range []struct {
		method, target, key string
		want                int
	}{
		{"POST", "/v1/hooks/claude", "", 401}, {"POST", "/v1/hooks/claude", "Bearer wrong", 401},
		{"POST", "/v1/hooks/claude", "Bearer read", 403}, {"POST", "/v1/hooks/claude", "Bearer in", 200}, {"POST", "/v1/hooks/claude", "Bearer admin", 200},
		{"GET", "/v1/decisions", "Bearer in", 403}, {"GET", "/v1/decisions", "Bearer read", 200}, {"GET", "/metrics", "", 401},
		{"GET", "/healthz", "", 200}, {"GET", "/readyz", "", 200}, {"GET", "/v1/openapi.yaml", "", 200},
	} {
		var header []string
		if tt.key != "" {
			header = []string{"Authorization", tt.key}
		}
		if rec := w.call(tt.method, tt.target, preToolUse, header...); rec.Code != tt.want {
			t.Errorf("%s %s with %q = %d, want %d", tt.method, tt.target, tt.key, rec.Code, tt.want)
		}
	}
}

func TestDecideAndEvents(t *testing.T) {
	w := newWorld(t)
	w.verdict = denied()
	rec := w.call("POST", "/v1/decide", `{"kind":"prompt","id":"mine","content":{"prompt":"x"}}`)
	var v gatehouse.Verdict
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil || rec.Code != 200 || v.Action != gatehouse.Deny {
		t.Fatalf("decide = %d %s (%v)", rec.Code, rec.Body, err)
	}
	if id := w.recorded[0].Event.ID; id == "mine" || id == "" {
		t.Errorf("recorded id = %q, want one of the server's own", id)
	}
	rec = w.call("POST", "/v1/events", `[{"kind":"prompt"},{"kind":"custom_thing"}]`)
	var out ingested
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || len(out.IDs) != 2 {
		t.Errorf("events = %d %s, want two ids", rec.Code, rec.Body)
	}
	for _, body := range []string{`{}`, `{"kind":""}`, `{"kind":"Bad Kind"}`, `{"kind":"prompt","knid":1}`, `[]`, `[1]`, `null`, `{"kind":"prompt"`} {
		for _, target := range []string{"/v1/decide", "/v1/events"} {
			if rec := w.call("POST", target, body); rec.Code != 400 {
				t.Errorf("POST %s %s = %d %s, want 400", target, body, rec.Code, rec.Body)
			}
		}
	}
}

// canary is a value that must never leave through an error, a log line or a metric.
const canary = "canary-7f3a1b9d"

func TestContentNeverEntersLogErrorOrMetric(t *testing.T) {
	w := newWorld(t)
	w.err = errors.New("engine is gone")
	hostile := `{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Bash","tool_input":{"` + canary + `":"` + canary + `"}}`
	var seen strings.Builder
	for _, c := range [][2]string{
		{"/v1/hooks/claude", hostile}, {"/v1/hooks/claude", hostile[:len(hostile)-4]}, {"/v1/hooks/claude", canary},
		{"/v1/hooks/claude", `{"hook_event_name":"` + canary + `"}`}, {"/v1/hooks/claude", strings.Repeat(canary, 1000)},
		{"/v1/decide", `{"kind":"prompt","content":"` + canary + `"}`}, {"/v1/decide", `{"kind":"prompt","content":"` + canary},
		{"/v1/decide", `{"kind":"prompt","` + canary + `":1}`}, {"/v1/decide", `{"kind":["` + canary + `"]}`}, {"/v1/events", `[{"kind":{"` + canary + `":1}}]`},
	} {
		rec := w.call("POST", c[0], c[1])
		seen.WriteString(rec.Body.String())
		for k, vs := range rec.Header() {
			seen.WriteString(k + strings.Join(vs, " "))
		}
	}
	seen.WriteString(w.call("GET", "/metrics", "").Body.String())
	seen.WriteString(w.logs.String())
	if i := strings.Index(seen.String(), canary); i >= 0 {
		t.Errorf("content got out: …%s…", seen.String()[max(0, i-120):min(i+40, seen.Len())])
	}
}

func TestInternalErrorsShowNoCause(t *testing.T) {
	w := newWorld(t)
	w.readErr = errors.New("disk sda1 is on fire")
	rec := w.call("GET", "/v1/decisions", "")
	if rec.Code != 500 || strings.Contains(rec.Body.String(), "sda1") {
		t.Errorf("answer = %d %s, want 500 without the cause", rec.Code, rec.Body)
	}
	if !strings.Contains(w.logs.String(), "sda1") {
		t.Errorf("log = %s, want the cause", w.logs)
	}
}

func TestReadyzSaysWhyNot(t *testing.T) {
	w := newWorld(t)
	w.ready = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "records wait for the store"}
	rec := w.call("GET", "/readyz", "")
	if rec.Code != 503 || !strings.Contains(rec.Body.String(), "records wait") {
		t.Errorf("readyz = %d %s", rec.Code, rec.Body)
	}
}

func TestOverloadIsRefusedAndCounted(t *testing.T) {
	w := newWorld(t)
	w.api.cfg.DecideTimeout = time.Millisecond
	for range cap(w.api.slots) {
		w.api.slots <- struct{}{}
	}
	rec := w.call("POST", "/v1/hooks/claude", preToolUse)
	if rec.Code != 503 {
		t.Errorf("hook while all slots are taken = %d, want 503", rec.Code)
	}
	if !strings.Contains(w.call("GET", "/metrics", "").Body.String(), `gatehouse_failures_total{cause="overload"} 1`) {
		t.Error("overload is not counted")
	}
}

func TestUnknownRoutesAreNotHandled(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]bool{"/v1/decisions": true, "/healthz": true, "/": false, "/feed": false, "/v1/nothing": false} {
		if got := w.api.Handles(httptest.NewRequest("GET", target, nil)); got != want {
			t.Errorf("Handles(GET %s) = %v, want %v", target, got, want)
		}
	}
}

func BenchmarkHook(b *testing.B) {
	set, err := policy.Parse(policy.Starter()...)
	if err != nil {
		b.Fatal(err)
	}
	w := &discard{}
	api, err := New(Config{
		Decider: w, Recorder: w, Reader: &world{}, Auth: &world{}, Policies: func() *policy.Set { return set },
		Ready: func(context.Context) error { return nil }, Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		rec := httptest.NewRecorder()
		api.ServeHTTP(rec, httptest.NewRequest("POST", "/v1/hooks/claude", strings.NewReader(preToolUse)))
		_, _ = io.Copy(io.Discard, rec.Body)
	}
}

// discard allows everything and keeps nothing.
type discard struct{}

func (discard) Decide(context.Context, *gatehouse.Event) (gatehouse.Verdict, error) {
	return gatehouse.Verdict{}, nil
}
func (discard) Offer(gatehouse.Decision) bool                    { return true }
func (discard) Put(context.Context, ...gatehouse.Decision) error { return nil }

var _ http.Handler = (*API)(nil)
