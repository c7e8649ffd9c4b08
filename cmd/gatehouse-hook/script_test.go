package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gatehouse-hook": main})
}

// TestScripts runs testdata/script. Each script has a server of its own at GATEHOUSE_URL and these commands:
//
//	judge VERDICT APPLIED BODY   the server answers so from now on
//	status CODE BODY             the server answers with a status
//	hang                         the server never answers
//	down                         the server is gone
//	longprompt N FILE            writes a prompt of N bytes that ends with END
//	received N                   waits for the Nth request and writes it to the file request
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			f := newFakeServer()
			env.Defer(f.stop)
			env.Values[serverKey{}] = f
			env.Setenv("GATEHOUSE_URL", f.URL)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for every run otherwise
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"judge": func(ts *testscript.TestScript, _ bool, args []string) {
				of(ts).answer(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("X-Gatehouse-Decision", "0198c0de")
					w.Header().Set("X-Gatehouse-Verdict", args[0])
					w.Header().Set("X-Gatehouse-Action", args[1])
					io.WriteString(w, args[2])
				})
			},
			"status": func(ts *testscript.TestScript, _ bool, args []string) {
				code, err := strconv.Atoi(args[0])
				ts.Check(err)
				of(ts).answer(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(code)
					io.WriteString(w, args[1])
				})
			},
			"hang": func(ts *testscript.TestScript, _ bool, _ []string) {
				of(ts).answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			},
			"down": func(ts *testscript.TestScript, _ bool, _ []string) { of(ts).stop() },
			"longprompt": func(ts *testscript.TestScript, _ bool, args []string) {
				n, err := strconv.Atoi(args[0])
				ts.Check(err)
				body := `{"hook_event_name":"UserPromptSubmit","prompt":"` + strings.Repeat("x", n) + `END"}`
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(body), 0o644))
			},
			"received": func(ts *testscript.TestScript, _ bool, args []string) {
				n, err := strconv.Atoi(args[0])
				ts.Check(err)
				got, err := of(ts).request(n)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs("request"), []byte(got), 0o644))
			},
		},
	})
}

// fakeServer is a server that answers as it is told and keeps what it got.
type fakeServer struct {
	*httptest.Server
	mu   sync.Mutex
	h    http.HandlerFunc
	got  []string
	news chan struct{} // closed and replaced at every request
}

// serverKey is where a script keeps its server.
type serverKey struct{}

func of(ts *testscript.TestScript) *fakeServer { return ts.Value(serverKey{}).(*fakeServer) }

func newFakeServer() *fakeServer {
	f := &fakeServer{news: make(chan struct{})}
	f.Server = httptest.NewServer(f)
	return f
}

// stop ends the server and what hangs on it.
func (f *fakeServer) stop() {
	f.CloseClientConnections()
	f.Close()
}

func (f *fakeServer) answer(h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.h = h
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	_ = r.Header.Write(&b)
	fmt.Fprintf(&b, "\n%s\n", body)
	sent := strings.ReplaceAll(b.String(), "\r\n", "\n")
	f.mu.Lock()
	f.got = append(f.got, sent)
	close(f.news)
	f.news = make(chan struct{})
	h := f.h
	f.mu.Unlock()
	if h != nil {
		h(w, r)
	}
}

// request returns the nth request, waiting for it.
func (f *fakeServer) request(n int) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		f.mu.Lock()
		got, news := f.got, f.news
		f.mu.Unlock()
		if len(got) >= n {
			return got[n-1], nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return "", fmt.Errorf("%d requests came, want %d", len(got), n)
		}
	}
}
