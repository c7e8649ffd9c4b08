package dash

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
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

func get(t testing.TB, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", "http://localhost"+target, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPagesAnswer(t *testing.T) {
	st := seeded(300)
	h := newTest(t, Config{Store: st, Policies: testPolicies(t)})
	last := st.all[len(st.all)-1].Event.ID
	for _, target := range []string{
		"/", "/?range=1h", "/?range=30d", "/feed", "/feed?action=deny&from=24h", "/sessions", "/sessions?denied=true",
		"/sessions/" + showpieceID, "/decisions/" + last, "/decisions/" + last + "/raw", "/policies",
	} {
		if w := get(t, h, target); w.Code != 200 {
			t.Errorf("GET %s = %d, want 200\n%.2000s", target, w.Code, w.Body)
		}
	}
}
