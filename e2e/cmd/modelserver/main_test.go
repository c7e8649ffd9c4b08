package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- serve(ctx, 0, w) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(line)
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("serve printed %q, want a URL on 127.0.0.1", line)
	}
	resp, err := http.Get(url + "/api/hello")
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("GET /api/hello = %v, %v", resp, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("serve = %v, want nil", err)
	}
}

func TestBadFlag(t *testing.T) {
	var b strings.Builder
	if code := run([]string{"-nothing"}, &b, &b); code != 2 {
		t.Errorf("run(-nothing) = %d, want 2", code)
	}
}
