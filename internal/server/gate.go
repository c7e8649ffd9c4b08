package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/auth"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/store"
)

// keyStore is what the gate needs of the store.
type keyStore interface {
	Keys(ctx context.Context) ([]store.Key, error)
	Key(ctx context.Context, id string) (store.Key, error)
}

// gate decides who may come in. Without any API key a loopback server is open to this machine; with the
// first key, every call and every page needs one.
type gate struct {
	*auth.Keys
	logins *auth.Logins
	store  keyStore
	// locked is set once a key was seen and never unset: removing the last key must not open the door.
	locked  atomic.Bool
	checked atomic.Int64 // when the store was last asked, Unix nanoseconds
	hosts   map[string]bool
}

func newGate(ctx context.Context, s keyStore, cfg *config.Config) (*gate, error) {
	g := &gate{Keys: auth.NewKeys(s), logins: auth.NewLogins(), store: s, hosts: map[string]bool{"localhost": true}}
	if host, _, err := net.SplitHostPort(cfg.Addr); err == nil && host != "" {
		g.hosts[strings.ToLower(host)] = true
	}
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 && !cfg.Loopback() {
		return nil, &gatehouse.Error{Code: gatehouse.CodeForbidden,
			Text: fmt.Sprintf("refuse to listen on %q without an API key: everybody who reaches it could read and decide", cfg.Addr)}
	}
	g.locked.Store(len(keys) > 0)
	g.checked.Store(time.Now().UnixNano())
	return g, nil
}

// Required reports whether a key is needed. A key made by another process is noticed within a second.
func (g *gate) Required(ctx context.Context) bool {
	if g.locked.Load() {
		return true
	}
	now, last := time.Now().UnixNano(), g.checked.Load()
	if now-last < int64(time.Second) || !g.checked.CompareAndSwap(last, now) {
		return false
	}
	if keys, err := g.store.Keys(ctx); err != nil || len(keys) > 0 {
		g.locked.Store(true) // where the store cannot tell, closed is the safe side
	}
	return g.locked.Load()
}

// Login exchanges an API key that may read for the cookie of a dashboard session.
func (g *gate) Login(ctx context.Context, key gatehouse.Redacted) (gatehouse.Redacted, error) {
	caller, err := g.Authenticate(ctx, string(key))
	if err != nil {
		return "", err
	}
	if !caller.May("read") {
		return "", &gatehouse.Error{Code: gatehouse.CodeForbidden, Text: `this key lacks the scope "read"`}
	}
	return g.logins.Start(caller)
}

// Check reports whether cookie is a running dashboard session, or none is needed.
func (g *gate) Check(cookie gatehouse.Redacted) bool {
	ctx := context.Background() // what it asks is answered from memory, or by the store at once
	if !g.Required(ctx) {
		return true
	}
	caller, ok := g.logins.Check(cookie)
	return ok && g.Alive(ctx, caller.KeyID)
}

// Logout ends a dashboard session.
func (g *gate) Logout(cookie gatehouse.Redacted) { g.logins.End(cookie) }

// protect refuses requests that reach an open loopback server under a foreign name: a web page whose own
// name was made to point here (DNS rebinding) must not read what is open to this machine only.
func (g *gate) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.Required(r.Context()) && !g.known(r.Host) {
			http.Error(w, "this server answers to its own address only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *gate) known(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(strings.ToLower(host), "[]")
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return g.hosts[host]
}
