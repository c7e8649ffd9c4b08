package dash

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse.dev"
)

const testKey = "gh_test_opensesame"

// fakeAuth knows one key.
type fakeAuth struct {
	mu      sync.Mutex
	n       int
	cookies map[gatehouse.Redacted]bool
	err     error
}

func newFakeAuth() *fakeAuth { return &fakeAuth{cookies: map[gatehouse.Redacted]bool{}} }

func (a *fakeAuth) Login(_ context.Context, key gatehouse.Redacted) (gatehouse.Redacted, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return "", a.err
	}
	if string(key) != testKey {
		return "", &gatehouse.Error{Code: gatehouse.CodeUnauthorized, Text: "unknown key"}
	}
	a.n++
	c := gatehouse.Redacted(fmt.Sprintf("cookie-%d", a.n))
	a.cookies[c] = true
	return c, nil
}

func (a *fakeAuth) Check(c gatehouse.Redacted) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cookies[c]
}

func (a *fakeAuth) Logout(c gatehouse.Redacted) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.cookies, c)
}

func TestLogin(t *testing.T) {
	auth := newFakeAuth()
	h := newTest(t, Config{Store: seeded(50), Policies: testPolicies(t), Auth: auth})
	for _, target := range []string{"/", "/feed?action=deny", "/sessions/x", "/decisions/x", "/decisions/x/raw", "/policies", "/nothing"} {
		want := "/login?next=" + url.QueryEscape(target)
		if target == "/" {
			want = "/login"
		}
		if w := get(h, target); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want || w.Body.Len() > 200 {
			t.Errorf("GET %s of a stranger = %d to %q, want 303 to %q", target, w.Code, w.Header().Get("Location"), want)
		}
	}
	if w := get(h, "/feed/events"); w.Code != http.StatusUnauthorized {
		t.Errorf("GET /feed/events of a stranger = %d, want 401", w.Code)
	}
	if w := get(h, "/login?next=//evil.example"); !strings.Contains(w.Body.String(), `name="next" value="/"`) {
		t.Error("the login leads to another site")
	}
	if w := post(h, "/login", url.Values{"key": {"wrong"}}); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), `value="wrong"`) || len(w.Result().Cookies()) > 0 {
		t.Errorf("POST /login with a wrong key = %d with %d cookies, want 401 without the key or a cookie", w.Code, len(w.Result().Cookies()))
	}

	w := post(h, "/login", url.Values{"key": {" " + testKey + "\n"}, "next": {"/feed?action=deny"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/feed?action=deny" || len(w.Result().Cookies()) != 1 {
		t.Fatalf("POST /login = %d to %q with %d cookies, want 303 to the page asked for with one", w.Code, w.Header().Get("Location"), len(w.Result().Cookies()))
	}
	c := w.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" {
		t.Errorf("the cookie is %v, want it HttpOnly, SameSite=Strict, for all paths", c)
	}
	page := withCookie(h, "GET", "/feed", c)
	if page.Code != 200 || !strings.Contains(page.Body.String(), "Sign out") {
		t.Errorf("GET /feed after the login = %d, want 200 with a way out", page.Code)
	}
	if w := withCookie(h, "GET", "/login?next=/feed", c); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/feed" {
		t.Errorf("GET /login after the login = %d to %q, want 303 to /feed", w.Code, w.Header().Get("Location"))
	}
	if w := withCookie(h, "POST", "/logout", c); w.Code != http.StatusSeeOther || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("POST /logout = %d with the cookie %v, want 303 and the cookie gone", w.Code, w.Result().Cookies())
	}
	if w := withCookie(h, "GET", "/feed", c); w.Code != http.StatusSeeOther {
		t.Errorf("GET /feed after the logout = %d, want 303", w.Code)
	}
	long := &http.Cookie{Name: loginCookie, Value: strings.Repeat("a", maxCookieBytes+1)}
	auth.cookies[gatehouse.Redacted(long.Value)] = true
	if w := withCookie(h, "GET", "/feed", long); w.Code != http.StatusSeeOther {
		t.Errorf("GET /feed with an overlong cookie = %d, want 303", w.Code)
	}
}

func withCookie(h http.Handler, method, target string, c *http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+target, nil)
	r.AddCookie(c)
	return do(h, r)
}

// TestLoginNotNeeded shows pages without a login, and no way out of one, while the Auth lets everybody in.
func TestLoginNotNeeded(t *testing.T) {
	auth := newFakeAuth()
	auth.cookies[""] = true
	h := newTest(t, Config{Store: seeded(50), Auth: auth})
	if w := get(h, "/feed"); w.Code != 200 || strings.Contains(w.Body.String(), "Sign out") {
		t.Errorf("GET /feed = %d, want 200 without a way out", w.Code)
	}
	if w := get(h, "/login"); w.Code != http.StatusSeeOther {
		t.Errorf("GET /login = %d, want 303", w.Code)
	}
}

func TestLoginSecure(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10), Auth: newFakeAuth(), TLS: true})
	if c := post(h, "/login", url.Values{"key": {testKey}}).Result().Cookies(); len(c) != 1 || !c[0].Secure {
		t.Errorf("the cookie by HTTPS is %v, want it Secure", c)
	}
}

func TestLoginFailures(t *testing.T) {
	for code, want := range map[gatehouse.Code]int{gatehouse.CodeUnauthorized: 401, gatehouse.CodeInvalid: 401, gatehouse.CodeForbidden: 403, gatehouse.CodeUnavailable: 503, gatehouse.CodeInternal: 503} {
		auth := newFakeAuth()
		auth.err = &gatehouse.Error{Code: code, Text: "no"}
		h := newTest(t, Config{Store: seeded(10), Auth: auth})
		if w := post(h, "/login", url.Values{"key": {testKey}}); w.Code != want || len(w.Result().Cookies()) > 0 {
			t.Errorf("POST /login with the error %s = %d, want %d without a cookie", code, w.Code, want)
		}
	}
}

// TestLoginLimit slows down who guesses, and nobody else.
func TestLoginLimit(t *testing.T) {
	now := testNow
	h := newTest(t, Config{Store: seeded(10), Auth: newFakeAuth(), Clock: func() time.Time { return now }})
	try := func(from, key string) int {
		r := httptest.NewRequest("POST", "http://localhost/login", strings.NewReader(url.Values{"key": {key}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		return do(h, r).Code
	}
	for range loginBurst {
		if got := try("192.0.2.1:1000", "wrong"); got != 401 {
			t.Fatalf("a wrong key = %d, want 401", got)
		}
	}
	if got := try("192.0.2.1:1001", testKey); got != 429 {
		t.Errorf("attempt %d = %d, want 429 even with the right key", loginBurst+1, got)
	}
	if got := try("192.0.2.2:1000", testKey); got != 303 {
		t.Errorf("an attempt from another address = %d, want 303", got)
	}
	now = now.Add(loginEvery)
	if got := try("192.0.2.1:1000", testKey); got != 303 {
		t.Errorf("an attempt after %v = %d, want 303", loginEvery, got)
	}
	// Those who own an IPv6 network own all of its addresses.
	for i := range loginBurst {
		try(fmt.Sprintf("[2001:db8::%x]:1", i+1), "wrong")
	}
	if got := try("[2001:db8::99]:1", testKey); got != 429 {
		t.Errorf("attempt %d of one network = %d, want 429", loginBurst+1, got)
	}
}

func TestLimiterBounds(t *testing.T) {
	now := testNow
	l := newLimiter(func() time.Time { return now })
	allowed := 0
	for i := range maxLoginAddrs + 100 {
		if l.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})) {
			allowed++
		}
	}
	if allowed != allBurst {
		t.Errorf("%d attempts of many addresses at once, want %d", allowed, allBurst)
	}
	for i := range maxLoginAddrs + 100 {
		now = now.Add(allEvery)
		l.allow(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(l.addrs) > maxLoginAddrs {
		t.Errorf("%d addresses are remembered, want at most %d", len(l.addrs), maxLoginAddrs)
	}
	now = now.Add(allEvery)
	if !l.allow(netip.MustParseAddr("12.0.0.1")) {
		t.Error("a new address is refused although old ones can be forgotten")
	}
}
