package server

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"gatehouse.dev/internal/config"
)

// BenchmarkHookRoundTrip measures one hook call over a kept-alive connection against a handler that only
// decodes the same JSON, interleaved in one run. "ratio" is the median of ours over the median of the other;
// the budget is 1.3. The texts are distinct, 2 KB each.
func BenchmarkHookRoundTrip(b *testing.B) {
	cfg := config.Default()
	cfg.Addr, cfg.Data = "127.0.0.1:0", b.TempDir()
	s, err := New(b.Context(), cfg, "bench", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(b.Context()) }()
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any
		if err := json.UnmarshalRead(r.Body, &v); err != nil {
			b.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}")
	}))
	defer empty.Close()

	client := &http.Client{}
	bodies := make([][]byte, 512)
	for i := range bodies {
		bodies[i] = result(i)
	}
	post := func(url string, i int) time.Duration {
		start := time.Now()
		resp, err := client.Post(url, "application/json", bytes.NewReader(bodies[i%len(bodies)]))
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 {
			b.Fatalf("POST %s = %s", url, resp.Status)
		}
		return time.Since(start)
	}
	var ours, other []time.Duration
	for i := 0; b.Loop(); i++ {
		other = append(other, post(empty.URL, i))
		ours = append(ours, post(s.URL()+"/v1/hooks/claude", i))
	}
	slices.Sort(ours)
	slices.Sort(other)
	mid := func(d []time.Duration) float64 { return float64(d[len(d)/2].Microseconds()) }
	b.ReportMetric(mid(ours), "hook-p50-µs")
	b.ReportMetric(mid(other), "empty-p50-µs")
	b.ReportMetric(mid(ours)/max(mid(other), 1), "ratio")
	b.ReportMetric(float64(ours[len(ours)*99/100].Microseconds()), "hook-p99-µs")
}

// result is a tool's result of some 2 KB that no other has.
func result(i int) []byte {
	var text strings.Builder
	for n := 0; text.Len() < 1700; n++ {
		fmt.Fprintf(&text, "%s:%d: %s returned %d items in %d ms\n", []string{"store", "queue", "parser", "index"}[(i+n)%4], i*31+n, []string{"scan", "merge", "fetch"}[n%3], i*n%97, (i+7*n)%113)
	}
	b, err := json.Marshal(map[string]any{
		"hook_event_name": "PostToolUse", "session_id": fmt.Sprint("s", i%16), "tool_name": "Bash", "cwd": "/home/dev/project", "tool_use_id": fmt.Sprint("t", i),
		"tool_input": map[string]any{"command": "make test"}, "tool_response": map[string]any{"stdout": text.String(), "stderr": "", "interrupted": false},
	})
	if err != nil {
		panic(err)
	}
	return b
}
