package dash

import (
	"context"
	"fmt"
	"sync"

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
