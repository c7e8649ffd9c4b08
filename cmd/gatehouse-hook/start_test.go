package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// maxStart is what the command may cost over an empty static program, its round trip to the server included.
const maxStart = 3 * time.Millisecond

// BenchmarkStart compares, run by run, this command with a program that does nothing, both built static.
// It fails where the median of this command is more than maxStart above the other.
func BenchmarkStart(b *testing.B) {
	empty := filepath.Join(b.TempDir(), "empty.go")
	if err := os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	emptyBin, hookBin := build(b, empty), build(b, ".")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Gatehouse-Verdict", "allow")
		w.Header().Set("X-Gatehouse-Action", "allow")
		io.WriteString(w, "{}")
	}))
	defer s.Close()
	event := filepath.Join(b.TempDir(), "event.json") // a file: no goroutine of this process has to feed a pipe
	if err := os.WriteFile(event, []byte(`{"session_id":"s1","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls -la"}}`), 0o644); err != nil {
		b.Fatal(err)
	}
	env := []string{"GATEHOUSE_URL=" + s.URL, "HOME=" + b.TempDir()}

	var took, base []time.Duration
	spawn := func(bin string) time.Duration {
		cmd := exec.Command(bin)
		in, err := os.Open(event)
		if err != nil {
			b.Fatal(err)
		}
		defer in.Close()
		cmd.Env, cmd.Stdin = env, in
		start := time.Now()
		if err := cmd.Run(); err != nil {
			b.Fatalf("Run(%s) = %v, want nil", filepath.Base(bin), err)
		}
		return time.Since(start)
	}
	for b.Loop() {
		base = append(base, spawn(emptyBin))
		took = append(took, spawn(hookBin))
	}
	over := median(took) - median(base)
	b.ReportMetric(ms(median(base)), "empty-ms")
	b.ReportMetric(ms(median(took)), "hook-ms")
	b.ReportMetric(ms(over), "over-ms")
	b.ReportMetric(0, "ns/op")
	if over > maxStart && len(took) >= 50 {
		b.Errorf("median start is %v over an empty program, want at most %v", over, maxStart)
	}
}

func build(b *testing.B, pkg string) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "bin")
	cmd := exec.Command("go", "build", "-trimpath", "-o", bin, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build %s = %v\n%s", pkg, err, out)
	}
	return bin
}

func median(ds []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(ds))
	return s[len(s)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
