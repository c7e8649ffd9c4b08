package dash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

func newTest(t testing.TB, cfg Config) http.Handler {
	t.Helper()
	if cfg.Clock == nil {
		cfg.Clock = func() time.Time { return testNow }
	}
	h, err := New(cfg)
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	return h
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	return do(h, httptest.NewRequest("GET", "http://localhost"+target, nil))
}

func post(h http.Handler, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://localhost"+target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(h, r)
}

// allPages are addresses that together show every kind of page over a store that holds the hostile decision.
func allPages(id string) []string {
	return []string{
		"/", "/?range=1h", "/?range=30d", "/feed", "/feed?action=deny&from=24h", "/feed?tool=" + url.QueryEscape("x\u202e<script>"), "/feed?after=" + id,
		"/sessions", "/sessions?denied=true&agent=" + url.QueryEscape("<script>x</script>"), "/sessions/" + showpieceID,
		"/sessions/" + url.PathEscape(hostile), "/decisions/" + id, "/decisions/" + id + "?all=true", "/policies", "/feed?tool=Bash&cursor=" + id,
	}
}

func hostileStore() *fakeStore {
	st := seeded(300)
	st.add(hostileDecision("zz-hostile"))
	return st
}

func TestPagesAnswer(t *testing.T) {
	h := newTest(t, Config{Store: hostileStore(), Policies: testPolicies(t)})
	for _, target := range allPages("zz-hostile") {
		w := get(h, target)
		if w.Code != 200 {
			t.Errorf("GET %s = %d, want 200\n%.600s", target, w.Code, w.Body)
		}
		if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("GET %s has the type %q, want HTML", target, got)
		}
		if got, want := w.Header().Get("Content-Length"), fmt.Sprint(w.Body.Len()); got != want {
			t.Errorf("GET %s says %s bytes, has %s", target, got, want)
		}
		if !strings.HasSuffix(strings.TrimSpace(w.Body.String()), "</html>") {
			t.Errorf("GET %s ends early", target)
		}
	}
}

var (
	tagText      = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	badAttribute = regexp.MustCompile(`(?i)\s(on[a-z]+|style)\s*=`)
	quoted       = regexp.MustCompile(`"[^"]*"`)
	badAddress   = regexp.MustCompile(`(?i)(href|src|action)="(javascript|data|//|https?:)`)
)

// TestHostileContent shows text that was made to break out, in every field of every page.
func TestHostileContent(t *testing.T) {
	h := newTest(t, Config{Store: hostileStore(), Policies: testPolicies(t)})
	for _, target := range allPages("zz-hostile") {
		body := get(h, target).Body.String()
		if n := strings.Count(body, "<script"); n != 1 {
			t.Errorf("GET %s holds %d script elements, want its own", target, n)
		}
		if strings.Contains(body, "<img") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("GET %s lets markup or a refused value through", target)
		}
		if strings.HasPrefix(target, "/decisions/") && !strings.Contains(body, "alert(1)") {
			t.Errorf("GET %s does not show the content at all", target)
		}
		for _, r := range body {
			if hidden(r) {
				t.Errorf("GET %s holds the hidden character %U", target, r)
				break
			}
		}
		for _, tag := range tagText.FindAllString(body, -1) {
			if bare := quoted.ReplaceAllString(tag, `""`); badAttribute.MatchString(bare) {
				t.Errorf("GET %s has an element that the policy refuses: %.200s", target, tag)
			}
			if badAddress.MatchString(tag) {
				t.Errorf("GET %s leads elsewhere: %.200s", target, tag)
			}
		}
	}
}

// TestEveryTemplate executes each page's template with its own struct, so that a page without a route or a
// test is seen.
func TestEveryTemplate(t *testing.T) {
	d, err := newDash(Config{Store: &fakeStore{}})
	if err != nil {
		t.Fatal(err)
	}
	views := []view{
		&overviewPage{First: &firstSteps{}}, &overviewPage{Quiet: true}, &overviewPage{Data: store.Overview{Series: make([]store.Bucket, 1)}, Stopped: barChart{Bars: make([]bar, 1)}},
		&feedPage{}, &feedPage{Never: &firstSteps{Key: true}}, &sessionsPage{}, &sessionsPage{Never: &firstSteps{}},
		&sessionPage{}, &decisionPage{Row: row{KindIcon: "life"}}, &policiesPage{}, &policiesPage{Loaded: true}, &loginPage{}, &failPage{},
	}
	var shown []string
	for _, v := range views {
		w := httptest.NewRecorder()
		d.render(w, httptest.NewRequest("GET", "/", nil), 200, v)
		if w.Code != 200 {
			t.Errorf("render(%T) = %d, want 200", v, w.Code)
		}
		shown = append(shown, v.name())
	}
	for _, tmpl := range d.pages.Templates() {
		if tmpl.Tree != nil && strings.Contains(tmpl.Tree.Root.String(), `{{template "top" .}}`) && !slices.Contains(shown, tmpl.Name()) {
			t.Errorf("no struct for the page template %q", tmpl.Name())
		}
	}
}

func TestHeaders(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10), Policies: testPolicies(t)})
	for _, target := range []string{"/", "/feed", "/nothing", "/login", "/decisions/none/raw", "/assets/none.css"} {
		w := get(h, target)
		for name, want := range map[string]string{
			"Content-Security-Policy": policyCSP, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("GET %s: %s is %q, want %q", target, name, got, want)
			}
		}
	}
	for _, never := range []string{"unsafe", "*", "data:", "http"} {
		if strings.Contains(policyCSP, never) {
			t.Errorf("the content security policy allows %q", never)
		}
	}
}

func TestFailures(t *testing.T) {
	unavailable := &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "database is locked"}
	tests := []struct {
		name, target string
		err          error
		status       int
		want         string
	}{
		{"no such page", "/nothing", nil, 404, "There is no such page"},
		{"no such decision", "/decisions/none", nil, 404, "no such decision"},
		{"no such session", "/sessions/none", nil, 404, "no such session"},
		{"long name", "/sessions/" + strings.Repeat("a", 600), nil, 404, "There is no such page"},
		{"store down", "/", unavailable, 503, "Try again"},
		{"store down at one decision", "/decisions/x", unavailable, 503, "Try again"},
		{"store too slow", "/feed", context.DeadlineExceeded, 504, "Try again"},
		{"store broken", "/sessions", errors.New("page 7 is torn"), 500, "Try again"},
		{"unknown range", "/?range=9y", nil, 400, "no time range"},
		{"unknown filter", "/feed?actoin=deny", nil, 400, "no filter"},
		{"unknown action", "/feed?action=block", nil, 400, "unknown action"},
		{"bad time", "/feed?from=yesterday", nil, 400, "Filter from"},
		{"typed nonsense", "/feed?q=colour:red", nil, 400, "no filter"},
		{"bad flag", "/sessions?denied=perhaps", nil, 400, "want true or false"},
		{"unknown session filter", "/sessions?x=1", nil, 400, "no filter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newTest(t, Config{Store: &fakeStore{err: tt.err}})
			w := get(h, tt.target)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("GET %s = %d, want %d with %q\n%s", tt.target, w.Code, tt.status, tt.want, w.Body)
			}
			for _, secret := range []string{"locked", "torn"} {
				if strings.Contains(w.Body.String(), secret) {
					t.Errorf("GET %s shows the inner cause %q", tt.target, secret)
				}
			}
			if retry := w.Header().Get("Retry-After") != ""; retry != (tt.status >= 500) {
				t.Errorf("GET %s has Retry-After: %v, want %v", tt.target, retry, tt.status >= 500)
			}
		})
	}
}

// TestSlowStore gives up on a store that does not answer.
func TestSlowStore(t *testing.T) {
	h := newTest(t, Config{Store: &fakeStore{slow: make(chan struct{})}, Timeout: time.Millisecond})
	if w := get(h, "/feed"); w.Code != http.StatusGatewayTimeout {
		t.Errorf("GET /feed of a stuck store = %d, want 504", w.Code)
	}
}

// TestPoliciesWithoutStore shows the policies although their hits cannot be read.
func TestPoliciesWithoutStore(t *testing.T) {
	h := newTest(t, Config{Store: &fakeStore{err: errors.New("gone")}, Policies: testPolicies(t)})
	w := get(h, "/policies")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "could not be read") || !strings.Contains(w.Body.String(), "no-private-keys-out") {
		t.Errorf("GET /policies = %d without the policies or the warning", w.Code)
	}
}

func TestMethods(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10), Policies: testPolicies(t)})
	tests := []struct {
		method, target string
		status         int
		allow          string
	}{
		{"POST", "/feed", 405, "GET, HEAD"},
		{"DELETE", "/decisions/x", 405, "GET, HEAD"},
		{"GET", "/theme", 405, "POST"},
		{"GET", "/logout", 405, "POST"},
		{"POST", "/nothing", 404, ""},
		{"HEAD", "/", 200, ""},
		{"HEAD", "/feed", 200, ""},
	}
	for _, tt := range tests {
		w := do(h, httptest.NewRequest(tt.method, "http://localhost"+tt.target, nil))
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s = %d with Allow %q, want %d with %q", tt.method, tt.target, w.Code, w.Header().Get("Allow"), tt.status, tt.allow)
		}
	}
}

func TestOrigin(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10)})
	for _, target := range []string{"/theme", "/login", "/logout"} {
		r := httptest.NewRequest("POST", "http://localhost"+target, strings.NewReader("theme=dark"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if w := do(h, r); w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
			t.Errorf("POST %s from another site = %d with %d cookies, want 403 with none", target, w.Code, len(w.Result().Cookies()))
		}
	}
}

// TestHostName keeps pages from a web site whose name was pointed at this machine.
func TestHostName(t *testing.T) {
	open, guarded := newTest(t, Config{Store: seeded(10)}), newTest(t, Config{Store: seeded(10), Auth: newFakeAuth()})
	for host, want := range map[string]int{"localhost:8700": 200, "127.0.0.1:8700": 200, "[::1]:8700": 200, "127.9.9.9": 200, "app.localhost": 200,
		"evil.example": 421, "evil.example:8700": 421, "localhost.evil.example": 421, "10.0.0.1": 421, "": 421} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.Host = host
		if w := do(open, r); w.Code != want {
			t.Errorf("GET / as %q without a login = %d, want %d", host, w.Code, want)
		}
		if w := do(guarded, r); w.Code != http.StatusSeeOther {
			t.Errorf("GET / as %q with a login = %d, want 303", host, w.Code)
		}
	}
}

func TestTheme(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10)})
	w := post(h, "/theme", url.Values{"theme": {"dark"}, "next": {"/feed?action=deny"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/feed?action=deny" {
		t.Fatalf("POST /theme = %d to %q, want 303 to the page before", w.Code, w.Header().Get("Location"))
	}
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	if body := do(h, r).Body.String(); !strings.Contains(body, `<html lang="en" data-theme="dark">`) {
		t.Error("the page does not have the theme that was chosen")
	}
	if w := post(h, "/theme", url.Values{"theme": {"pink"}}); w.Code != http.StatusBadRequest {
		t.Errorf("POST /theme pink = %d, want 400", w.Code)
	}
	if w := post(h, "/theme", url.Values{"theme": {strings.Repeat("x", maxFormBytes)}}); w.Code != http.StatusBadRequest {
		t.Errorf("POST /theme with %d bytes = %d, want 400", maxFormBytes, w.Code)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/feed?action=deny": "/feed?action=deny", "/": "/", "": "/", "feed": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example/": "/",
		"javascript:alert(1)": "/", "/login?next=/x": "/", "/\t/evil.example": "/", "/a\r\nSet-Cookie: x": "/", "/sessions/a%2Fb": "/sessions/a%2Fb", "/%2F/x": "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// panicStore fails by a panic whose value holds content.
type panicStore struct{ *fakeStore }

func (panicStore) Decisions(context.Context, store.Query) (store.Page, error) { panic("hunter2") }

// TestLogs searches the log for content and keys after everything that can go wrong.
func TestLogs(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	st := seeded(10)
	d := hostileDecision("zz")
	d.Event.Content, d.Event.Tool, d.Note = raw(`{"a":%s}`, "hunter2"), "hunter2", "hunter2"
	st.add(d)
	h := newTest(t, Config{Store: st, Logger: logger, Auth: &fakeAuth{err: errors.New("store is gone")}})
	post(h, "/login", url.Values{"key": {"hunter2"}})
	for _, cfg := range []Config{{Store: st}, {Store: panicStore{st}}, {Store: &fakeStore{err: errors.New("store is gone")}}} {
		cfg.Logger = logger
		h := newTest(t, cfg)
		for _, target := range append(allPages("zz"), "/decisions/zz/raw") {
			get(h, target)
		}
		if w := get(h, "/feed"); cfg.Store != Reader(st) && w.Code != http.StatusInternalServerError {
			t.Errorf("GET /feed of a broken store = %d, want 500", w.Code)
		}
	}
	if !strings.Contains(log.String(), "store is gone") || !strings.Contains(log.String(), "panicked") {
		t.Errorf("the log does not say what went wrong:\n%s", log.String())
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Error("the log holds content")
	}
}

func TestNewWithoutStore(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("New() without a store = nil, want an error")
	}
}

func BenchmarkFeedPage(b *testing.B) {
	benchmarkPage(b, "/feed")
}

func BenchmarkOverviewPage(b *testing.B) {
	benchmarkPage(b, "/")
}

func BenchmarkSessionPage(b *testing.B) {
	benchmarkPage(b, "/sessions/"+showpieceID)
}

// instant answers at once, so that a benchmark sees the making of the page alone.
type instant struct {
	page     store.Page
	sum      store.SessionSummary
	overview store.Overview
}

func (s *instant) Decisions(context.Context, store.Query) (store.Page, error) { return s.page, nil }
func (s *instant) Decision(context.Context, string) (gatehouse.Decision, error) {
	return s.page.Decisions[0], nil
}
func (s *instant) Sessions(context.Context, store.SessionQuery) (store.SessionPage, error) {
	return store.SessionPage{}, nil
}
func (s *instant) Session(context.Context, string) (store.SessionSummary, error) { return s.sum, nil }
func (s *instant) Overview(context.Context, time.Time, time.Time, time.Duration) (store.Overview, error) {
	return s.overview, nil
}

func benchmarkPage(b *testing.B, target string) {
	st := seeded(1500)
	s := &instant{}
	s.page, _ = st.Decisions(b.Context(), store.Query{Limit: feedSize})
	s.sum, _ = st.Session(b.Context(), showpieceID)
	to := testNow.Truncate(20 * time.Minute)
	s.overview, _ = st.Overview(b.Context(), to.Add(-24*time.Hour), to, 20*time.Minute)
	h := newTest(b, Config{Store: s})
	r := httptest.NewRequest("GET", "http://localhost"+target, nil)
	w := do(h, r)
	if w.Code != 200 {
		b.Fatalf("GET %s = %d", target, w.Code)
	}
	b.SetBytes(int64(w.Body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		do(h, r)
	}
}
