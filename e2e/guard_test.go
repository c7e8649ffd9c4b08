package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// guard is a running Gatehouse.
type guard struct {
	url  string
	key  string // sent with the test's own calls; empty for none
	stop func() error
	logs *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startGuard starts the server binary on a free port with the tests' policies and waits until it listens.
func startGuard(data string, more ...string) (*guard, error) {
	args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data, "--policies", filepath.Join(here, "testdata", "policies.yaml")}, more...)
	cmd := exec.Command(filepath.Join(bin, "gatehouse"), args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + data}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	g := &guard{logs: &syncBuffer{}}
	listening := make(chan bool)
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewReader(stderr)
		told := false
		for {
			line, err := lines.ReadString('\n')
			g.logs.Write([]byte(line))
			if !told && strings.Contains(line, "listening") {
				told = true
				listening <- true
			}
			if err != nil {
				if !told {
					listening <- false
				}
				return
			}
		}
	}()
	g.stop = sync.OnceValue(func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer late.Stop()
		<-read
		return cmd.Wait()
	})
	if !<-listening {
		err := g.stop()
		return nil, fmt.Errorf("start gatehouse: %w\n%s", err, g.logs)
	}
	b, err := os.ReadFile(filepath.Join(data, "address"))
	if err != nil {
		return nil, errors.Join(err, g.stop())
	}
	g.url = strings.TrimSpace(string(b))
	return g, nil
}

// settingsFor runs "gatehouse settings" for the server at url.
func settingsFor(t *testing.T, url string, more ...string) jsontext.Value {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, "gatehouse"), append([]string{"settings", "--url", url}, more...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("gatehouse settings: %v\n%s", err, &stderr)
	}
	v := jsontext.Value(stdout.Bytes())
	if !v.IsValid() {
		t.Fatalf("gatehouse settings printed %s, want JSON", v)
	}
	if err := v.Compact(); err != nil {
		t.Fatal(err)
	}
	return v
}

// call sends one request to the guard's API.
func (g *guard) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, g.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if g.key != "" {
		req.Header.Set("Authorization", "Bearer "+g.key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
