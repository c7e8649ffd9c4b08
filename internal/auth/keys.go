package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// Store is where keys are kept.
type Store interface {
	// Key returns the key with this ID; its code is not_found where there is none.
	Key(ctx context.Context, id string) (store.Key, error)
}

const (
	// cacheFor is how long an answer of the store is used: how long a revoked key may still work.
	cacheFor = time.Second
	// maxCached bounds the cache. IDs that do not exist are cached too: a flood of one costs one look-up
	// a second; a flood of many costs look-ups, of which maxLookups run at once.
	maxCached  = 4096
	maxLookups = 8
)

// Keys authenticates requests by API key. It is safe for concurrent use.
type Keys struct {
	store   Store
	lookups chan struct{}

	mu    sync.Mutex
	cache map[string]cached
}

type cached struct {
	key   store.Key // without ID: there is no such key
	until time.Time
}

// NewKeys returns a Keys that reads from s.
func NewKeys(s Store) *Keys {
	return &Keys{store: s, lookups: make(chan struct{}, maxLookups), cache: map[string]cached{}}
}

// errUnauthorized is the same for every reason: which part was wrong helps only those who guess.
var errUnauthorized = &gatehouse.Error{Code: gatehouse.CodeUnauthorized, Text: "want a valid API key in the Authorization header"}

// Authenticate returns whose key the value of an Authorization header is: the key alone, or after
// "Bearer ". The code is unauthorized for a missing, malformed, unknown, wrong or expired key, and what
// the store gives, unavailable as a rule, where it cannot tell.
func (k *Keys) Authenticate(ctx context.Context, authorization string) (Caller, error) {
	id, secret, ok := parseKey(authorization)
	if !ok {
		return Caller{}, errUnauthorized
	}
	key, err := k.find(ctx, id)
	if err != nil {
		return Caller{}, err
	}
	sum := sha256.Sum256([]byte(secret))
	// An unknown key has no hash, so that the comparison fails, in the same time.
	if subtle.ConstantTimeCompare(sum[:], padded(key.Hash)) != 1 || key.ID == "" {
		return Caller{}, errUnauthorized
	}
	if !key.Expires.IsZero() && !time.Now().Before(key.Expires) {
		return Caller{}, errUnauthorized
	}
	return Caller{KeyID: key.ID, Name: key.Name, Scopes: key.Scopes}, nil
}

// padded is hash, or as many zero bytes where it is not a SHA-256.
func padded(hash []byte) []byte {
	if len(hash) == sha256.Size {
		return hash
	}
	return make([]byte, sha256.Size)
}

// Alive reports whether the key with this ID exists and has not expired. Where the store cannot tell, it
// has not.
func (k *Keys) Alive(ctx context.Context, id string) bool {
	key, err := k.find(ctx, id)
	return err == nil && key.ID != "" && (key.Expires.IsZero() || time.Now().Before(key.Expires))
}

// find returns a key, without ID where there is none.
func (k *Keys) find(ctx context.Context, id string) (store.Key, error) {
	if key, ok := k.cached(id); ok {
		return key, nil
	}
	select {
	case k.lookups <- struct{}{}:
		defer func() { <-k.lookups }()
	case <-ctx.Done():
		return store.Key{}, ctx.Err()
	}
	if key, ok := k.cached(id); ok { // another request was faster
		return key, nil
	}
	// Taken before the look-up: what is revoked while it runs is noticed within cacheFor all the same.
	until := time.Now().Add(cacheFor)
	key, err := k.store.Key(ctx, id)
	if err != nil && gatehouse.ErrorCode(err) != gatehouse.CodeNotFound {
		return store.Key{}, err
	}
	if err != nil {
		key = store.Key{}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.cache) >= maxCached {
		clear(k.cache)
	}
	k.cache[id] = cached{key: key, until: until}
	return key, nil
}

func (k *Keys) cached(id string) (store.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.cache[id]
	return c.key, ok && time.Now().Before(c.until)
}
