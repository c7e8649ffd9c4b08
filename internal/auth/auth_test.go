package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// fakeStore keeps keys in memory, and counts and delays look-ups.
type fakeStore struct {
	mu      sync.Mutex
	keys    map[string]store.Key
	lookups int
	running int
	most    int
	slow    time.Duration
	err     error
}

func (s *fakeStore) Key(_ context.Context, id string) (store.Key, error) {
	s.mu.Lock()
	s.lookups++
	s.running++
	s.most = max(s.most, s.running)
	s.mu.Unlock()
	time.Sleep(s.slow) // in a bubble
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if s.err != nil {
		return store.Key{}, s.err
	}
	k, ok := s.keys[id]
	if !ok {
		return store.Key{}, &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: "key not found"}
	}
	return k, nil
}

func (s *fakeStore) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// newKey makes a key and a store that has it.
func newKey(t *testing.T, expires time.Time, scopes ...string) (string, store.Key, *fakeStore) {
	t.Helper()
	secret, k, err := NewKey("test", scopes, time.Now(), expires)
	if err != nil {
		t.Fatalf("NewKey() = %v, want a key", err)
	}
	return string(secret), k, &fakeStore{keys: map[string]store.Key{k.ID: k}}
}

func TestNewKey(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	secret, k, err := NewKey("ci", []string{"read", "ingest", "read"}, now, now.Add(time.Hour))
	if err != nil {
		t.Fatalf("NewKey() = %v, want a key", err)
	}
	if !strings.HasPrefix(string(secret), "gh_"+k.ID+"_") || len(secret) != 3+16+1+43 {
		t.Errorf("NewKey() = a key of %d bytes, want gh_<id>_<secret>", len(secret))
	}
	part := strings.TrimPrefix(string(secret), "gh_"+k.ID+"_")
	if sum := sha256.Sum256([]byte(part)); !bytes.Equal(k.Hash, sum[:]) {
		t.Error("the hash that is kept is not the SHA-256 of the secret part")
	}
	if !slices.Equal(k.Scopes, []string{"ingest", "read"}) || !k.Created.Equal(now) || !k.Expires.Equal(now.Add(time.Hour)) || k.Name != "ci" {
		t.Errorf("NewKey() keeps %+v, want what was asked for", k)
	}
	if text := fmt.Sprintf("%v %+v %s", secret, k, secret); strings.Contains(text, part) {
		t.Error("printing a key shows its secret")
	}
	other, k2, err := NewKey("ci", []string{"read"}, now, time.Time{})
	if err != nil || other == secret || k2.ID == k.ID || !k2.Expires.IsZero() {
		t.Errorf("NewKey() again = %+v, %v, want another key that never expires", k2, err)
	}
	for name, c := range map[string]struct {
		name    string
		scopes  []string
		expires time.Time
	}{
		"no name": {"", []string{"read"}, time.Time{}}, "blank name": {" \t", []string{"read"}, time.Time{}},
		"long name": {strings.Repeat("n", 129), []string{"read"}, time.Time{}}, "no scope": {"n", nil, time.Time{}},
		"unknown scope": {"n", []string{"read", "write"}, time.Time{}}, "expired": {"n", []string{"read"}, now},
	} {
		if _, _, err := NewKey(c.name, c.scopes, now, c.expires); gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
			t.Errorf("NewKey(%s) = %v, want code invalid", name, err)
		}
	}
}

func TestMay(t *testing.T) {
	for _, c := range []struct {
		scopes []string
		scope  string
		want   bool
	}{
		{nil, "read", false}, {[]string{"read"}, "read", true}, {[]string{"read"}, "ingest", false}, {[]string{"read"}, "admin", false},
		{[]string{"admin"}, "read", true}, {[]string{"admin"}, "ingest", true}, {[]string{"ingest", "read"}, "read", true},
	} {
		if got := (Caller{Scopes: c.scopes}).May(c.scope); got != c.want {
			t.Errorf("Caller{%v}.May(%s) = %t, want %t", c.scopes, c.scope, got, c.want)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	key, k, s := newKey(t, time.Time{}, "ingest", "read")
	keys := NewKeys(s)
	for _, good := range []string{key, "Bearer " + key, "bearer " + key, "BEARER   " + key + " ", " " + key} {
		c, err := keys.Authenticate(t.Context(), good)
		if err != nil || c.KeyID != k.ID || c.Name != "test" || !c.May("read") || c.May("admin") {
			t.Errorf("Authenticate(%d bytes) = %+v, %v, want the caller", len(good), c, err)
		}
	}
	_, other, _ := newKey(t, time.Time{}, "read")
	last := key[len(key)-1]
	for name, bad := range map[string]string{
		"empty": "", "scheme alone": "Bearer ", "another scheme": "Basic " + key, "no prefix": key[3:], "cut": key[:len(key)-1], "longer": key + "A",
		"another secret": key[:len(key)-4] + strings.Map(func(r rune) rune { return r ^ 1 }, key[len(key)-4:]), "unknown ID": "gh_0123456789abcdef_" + key[20:],
		"upper case ID": strings.ToUpper(key[:19]) + key[19:], "no secret": "gh_" + k.ID + "_", "secret of another": "gh_" + other.ID + key[19:], "twice": key + " " + key,
		"huge": "Bearer " + strings.Repeat("a", 1<<20), "NUL": key[:len(key)-1] + "\x00", "line": key + "\n" + key, "last bit": key[:len(key)-1] + string(rune(last^2)),
	} {
		c, err := keys.Authenticate(t.Context(), bad)
		if gatehouse.ErrorCode(err) != gatehouse.CodeUnauthorized || c.KeyID != "" {
			t.Errorf("Authenticate(%s) = %+v, %v, want code unauthorized", name, c, err)
		}
		if err != nil && len(bad) > 10 && strings.Contains(err.Error(), bad[len(bad)-8:]) {
			t.Errorf("Authenticate(%s) = %v: the error holds a part of the key", name, err)
		}
	}
}

func TestKeyWithoutHashIsRefused(t *testing.T) {
	key, k, s := newKey(t, time.Time{}, "admin")
	for _, hash := range [][]byte{nil, {}, make([]byte, 32), k.Hash[:31]} {
		k.Hash = hash
		s.keys[k.ID] = k
		if _, err := NewKeys(s).Authenticate(t.Context(), key); gatehouse.ErrorCode(err) != gatehouse.CodeUnauthorized {
			t.Errorf("Authenticate() against a hash of %d bytes = %v, want code unauthorized", len(hash), err)
		}
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, k, s := newKey(t, time.Now().Add(time.Minute), "read")
		keys := NewKeys(s)
		time.Sleep(time.Minute - 1)
		if _, err := keys.Authenticate(t.Context(), key); err != nil {
			t.Errorf("Authenticate() just before it expires = %v, want nil", err)
		}
		time.Sleep(time.Nanosecond)
		if _, err := keys.Authenticate(t.Context(), key); gatehouse.ErrorCode(err) != gatehouse.CodeUnauthorized {
			t.Errorf("Authenticate() when it expires, cached or not = %v, want code unauthorized", err)
		}
		if keys.Alive(t.Context(), k.ID) {
			t.Error("Alive() of an expired key = true, want false")
		}
	})
}

func TestRevocationIsSeenWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, k, s := newKey(t, time.Time{}, "read")
		keys := NewKeys(s)
		for range 100 {
			if _, err := keys.Authenticate(t.Context(), key); err != nil {
				t.Errorf("Authenticate() = %v, want nil", err)
			}
		}
		if s.lookups != 1 {
			t.Errorf("a hundred requests at once cost %d look-ups, want 1", s.lookups)
		}
		if !keys.Alive(t.Context(), k.ID) || keys.Alive(t.Context(), "ffffffffffffffff") {
			t.Error("Alive() does not tell a key that exists from one that does not")
		}
		s.change(func() { delete(s.keys, k.ID) })
		time.Sleep(time.Second)
		if _, err := keys.Authenticate(t.Context(), key); gatehouse.ErrorCode(err) != gatehouse.CodeUnauthorized {
			t.Errorf("Authenticate() a second after the key was removed = %v, want code unauthorized", err)
		}
		// One made meanwhile is seen as soon.
		s.change(func() { s.keys[k.ID] = k })
		time.Sleep(time.Second)
		if _, err := keys.Authenticate(t.Context(), key); err != nil {
			t.Errorf("Authenticate() a second after the key was made = %v, want nil", err)
		}
	})
}

func TestStoreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, k, s := newKey(t, time.Time{}, "read")
		keys := NewKeys(s)
		s.err = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "down"}
		if _, err := keys.Authenticate(t.Context(), key); gatehouse.ErrorCode(err) != gatehouse.CodeUnavailable {
			t.Errorf("Authenticate() with the store down = %v, want code unavailable", err)
		}
		if keys.Alive(t.Context(), k.ID) {
			t.Error("Alive() with the store down = true, want false")
		}
		s.change(func() { s.err = nil })
		if _, err := keys.Authenticate(t.Context(), key); err != nil {
			t.Errorf("Authenticate() once it is back = %v, want nil: a failure is not cached", err)
		}
	})
}

func TestFloodIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key, _, s := newKey(t, time.Time{}, "read")
		s.slow = time.Millisecond
		keys := NewKeys(s)
		var wg sync.WaitGroup
		for i := range 2 * maxCached {
			wg.Go(func() {
				if _, err := keys.Authenticate(t.Context(), fmt.Sprintf("gh_%016x_%s", i, key[20:])); gatehouse.ErrorCode(err) != gatehouse.CodeUnauthorized {
					t.Errorf("Authenticate(guess) = %v, want code unauthorized", err)
				}
			})
		}
		wg.Wait()
		if s.most > maxLookups || len(keys.cache) > maxCached {
			t.Errorf("a flood ran %d look-ups at once and left %d entries, want at most %d and %d", s.most, len(keys.cache), maxLookups, maxCached)
		}
		if _, err := keys.Authenticate(t.Context(), key); err != nil {
			t.Errorf("Authenticate() after the flood = %v, want nil", err)
		}
		before := s.lookups
		for range 1000 {
			_, _ = keys.Authenticate(t.Context(), "gh_ffffffffffffffff_"+key[20:])
		}
		if s.lookups != before+1 {
			t.Errorf("one guess a thousand times cost %d look-ups, want 1", s.lookups-before)
		}

		s.slow = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for i := range maxLookups + 1 {
			wg.Go(func() { keys.Alive(t.Context(), fmt.Sprintf("%016x", -i-1)) })
		}
		synctest.Wait()
		if _, err := keys.Authenticate(ctx, fmt.Sprintf("gh_%016x_%s", 1<<40, key[20:])); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Authenticate() while all look-ups hang = %v, want %v", err, context.DeadlineExceeded)
		}
		wg.Wait()
	})
}

func TestLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		reader := Caller{KeyID: "k1", Name: "ada", Scopes: []string{"read"}}
		cookie, err := l.Start(reader)
		if err != nil {
			t.Fatalf("Start() = %v, want a session", err)
		}
		if c, ok := l.Check(cookie); !ok || c.KeyID != "k1" {
			t.Errorf("Check() = %+v, %t, want the caller", c, ok)
		}
		for hash := range l.open {
			if strings.Contains(string(cookie), string(hash[:])) || hash != sha256.Sum256([]byte(cookie)) {
				t.Error("a cookie is not kept as its SHA-256")
			}
		}
		for _, bad := range []gatehouse.Redacted{"", "x", cookie + "x", cookie[1:], gatehouse.Redacted(strings.Repeat("x", 1<<20))} {
			if _, ok := l.Check(bad); ok {
				t.Errorf("Check(%v) = true, want false", bad)
			}
		}
		if _, err := l.Start(Caller{KeyID: "k", Scopes: []string{"ingest"}}); gatehouse.ErrorCode(err) != gatehouse.CodeForbidden {
			t.Errorf("Start() without the scope read = %v, want code forbidden", err)
		}
		second, err := l.Start(reader)
		if err != nil || second == cookie {
			t.Fatalf("Start() again = the same cookie, %v, want another", err)
		}
		l.End(cookie)
		l.End(cookie)
		if _, ok := l.Check(cookie); ok {
			t.Error("Check() after End = true, want false")
		}
		if _, ok := l.Check(second); !ok {
			t.Error("End() of one session ended another")
		}
		l.EndKey("k2")
		if _, ok := l.Check(second); !ok {
			t.Error("EndKey() of another key ended the session")
		}
		l.EndKey("k1")
		if _, ok := l.Check(second); ok {
			t.Error("Check() after EndKey = true, want false")
		}
	})
}

func TestLoginsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLogins()
		start := func() gatehouse.Redacted {
			cookie, err := l.Start(Caller{KeyID: "k", Scopes: []string{"admin"}})
			if err != nil {
				t.Fatalf("Start() = %v, want a session", err)
			}
			return cookie
		}
		idle, used := start(), start()
		for range 11 {
			time.Sleep(time.Hour)
			if _, ok := l.Check(used); !ok {
				t.Error("a session in use ended before 12 hours")
			}
		}
		if _, ok := l.Check(idle); ok {
			t.Error("Check() of a session unused for 11 hours = true, want false")
		}
		time.Sleep(time.Hour)
		if _, ok := l.Check(used); ok {
			t.Error("Check() after 12 hours = true, want false however much it is used")
		}
		if len(l.open) != 0 {
			t.Errorf("%d sessions that ended are kept, want none", len(l.open))
		}
		// The bound: the one longest unused goes.
		first := start()
		time.Sleep(time.Second)
		second := start()
		for range maxLogins - 2 {
			time.Sleep(time.Millisecond)
			start()
		}
		if _, ok := l.Check(first); !ok {
			t.Error("a session went though there was room")
		}
		start()
		if _, ok := l.Check(first); !ok {
			t.Error("the session that was used last went")
		}
		if _, ok := l.Check(second); ok {
			t.Error("the session longest unused stayed")
		}
		if len(l.open) != maxLogins {
			t.Errorf("%d sessions are open, want %d", len(l.open), maxLogins)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("Bearer gh_0123456789abcdef_0123456789012345678901234567890123456789012")
	f.Add("")
	f.Add("gh__")
	f.Add("Bearer gh_0123456789abcdef_01234567890123456789012345678 0123456789012")
	f.Fuzz(func(t *testing.T, s string) {
		id, secret, ok := parseKey(s)
		if !ok {
			return
		}
		if len(id) != 16 || len(secret) != secretLen || !strings.Contains(s, "gh_"+id+"_"+secret) {
			t.Errorf("parseKey(%q) = %q, %q, want parts of it", s, id, secret)
		}
		if again, part, ok := parseKey("gh_" + id + "_" + secret); !ok || again != id || part != secret {
			t.Errorf("parseKey of the parts of %q = %q, %q, %t, want the same", s, again, part, ok)
		}
	})
}
