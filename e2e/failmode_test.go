package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// downURL is an address on which nobody listens.
func downURL(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// stuckURL is a server that takes calls and never answers.
func stuckURL(t *testing.T) string {
	t.Helper()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	t.Cleanup(func() { close(done); s.CloseClientConnections(); s.Close() })
	return s.URL
}

// failing sets a fail mode in the way the route knows.
func failing(r route, j job, mode string) (job, []string) {
	j.env = append(j.env, "GATEHOUSE_FAIL_MODE="+mode, "AKTO_TIMEOUT=2")
	flags := []string{"--fail-mode", mode}
	if r.by == byHTTP {
		flags = append(flags, "--timeout", "2s") // the others end by themselves, before the client's time-out
	}
	return j, flags
}

func TestServerDownClosedDeniesPrompts(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"down", "stuck"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			// The CLI that the SDK for Python brings ignores onFailure, so HTTP hooks cannot close it: see the next test.
			each(t, []route{{cli, byHTTP}, {cli, byCommand}, {typescript, byHTTP}, {typescript, byAdapter}, {python, byCommand}, {python, byAdapter}}, func(t *testing.T, r route) {
				w := newWorld(t)
				url := downURL(t)
				if state == "stuck" {
					url = stuckURL(t)
				}
				j, flags := failing(r, job{Prompts: []string{w.script(t, "a", `[{"text":"the end"}]`)}}, "closed")
				o := w.run(t, r.client, r.under(t, url, j, flags...))
				if n := w.model.Turns(); n != 0 || o.shows("the end") {
					t.Errorf("the model was asked %d times, want 0", n)
				}
			})
		})
	}
}

func TestServerDownClosedDeniesToolCalls(t *testing.T) {
	t.Parallel()
	each(t, []route{{cli, byHTTP}, {cli, byCommand}, {typescript, byAdapter}, {python, byCommand}, {python, byAdapter}}, func(t *testing.T, r route) {
		w, g := newWorld(t), sharedGuard(t)
		// The server is there for the prompt and gone for the call.
		gone := httptest.NewServer(forward(t, g.url, func() bool { return w.model.Turns() == 0 }))
		t.Cleanup(func() { gone.CloseClientConnections(); gone.Close() })
		j, flags := failing(r, job{Prompts: []string{w.script(t, "a", bash("touch plain"))}, Allowed: []string{"Bash"}}, "closed")
		w.run(t, r.client, r.under(t, gone.URL, j, flags...))
		if w.model.Turns() == 0 {
			t.Fatalf("the model was not asked at all")
		}
		if w.has("plain") {
			t.Errorf("the call ran without a verdict")
		}
	})
}

func TestServerDownOpenPasses(t *testing.T) {
	t.Parallel()
	each(t, mainRoutes, func(t *testing.T, r route) {
		w := newWorld(t)
		j, flags := failing(r, job{Prompts: []string{w.script(t, "a", bash("touch plain"))}, Allowed: []string{"Bash"}}, "open")
		o := w.run(t, r.client, r.under(t, downURL(t), j, flags...))
		if !w.has("plain") || o.result() != "the end" {
			t.Errorf("ran %v, result %q; want true, the end", w.has("plain"), o.result())
		}
	})
}
