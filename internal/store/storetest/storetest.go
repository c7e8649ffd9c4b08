// Package storetest is what every backend of Gatehouse's store must do, as tests. A backend's own tests
// call [Run]; a change of what a store does starts here.
package storetest

import (
	"context"
	"testing"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// Backend is a store under test.
type Backend interface {
	Append(ctx context.Context, ds []gatehouse.Decision) error
	Decisions(ctx context.Context, q store.Query) (store.Page, error)
	Decision(ctx context.Context, id string) (gatehouse.Decision, error)
	Sessions(ctx context.Context, q store.SessionQuery) (store.SessionPage, error)
	Session(ctx context.Context, id string) (store.SessionSummary, error)
	Overview(ctx context.Context, from, to time.Time, step time.Duration) (store.Overview, error)
	AddKey(ctx context.Context, k store.Key) error
	Keys(ctx context.Context) ([]store.Key, error)
	Key(ctx context.Context, id string) (store.Key, error)
	RemoveKey(ctx context.Context, id string) error
	Secret(ctx context.Context, name string, bytes int) ([]byte, error)
	Close() error
}

// Run tests a backend. For each test, place is called once for an empty place; the function it returns
// opens the store there, again after it was closed. It fails the test where that is not possible.
func Run(t *testing.T, place func(t *testing.T) (open func() Backend)) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, open func() Backend)
	}{
		{"append", testAppend},
		{"append refuses", testRefuse},
		{"append again", testIdempotent},
		{"append together", testConcurrent},
		{"content", testContent},
		{"strings", testStrings},
		{"order", testOrder},
		{"pages", testPages},
		{"pages while appending", testPagesWhileAppending},
		{"page size", testPageSize},
		{"cursors", testCursors},
		{"filters", testFilters},
		{"after", testAfter},
		{"sessions", testSessions},
		{"session pages", testSessionPages},
		{"overview", testOverview},
		{"overview bounds", testOverviewBounds},
		{"overview top", testOverviewTop},
		{"keys", testKeys},
		{"secrets", testSecrets},
		{"reopen", testReopen},
		{"cancelled", testCancelled},
		{"closed", testClosed},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, place(t)) })
	}
}

// start opens the store for one test.
func start(t *testing.T, open func() Backend) Backend {
	t.Helper()
	b := open()
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
	})
	return b
}
