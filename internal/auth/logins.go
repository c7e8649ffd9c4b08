package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"gatehouse.dev"
)

const (
	loginFor  = 12 * time.Hour // after that, log in again
	loginIdle = 2 * time.Hour  // or after so long without a request
	maxLogins = 1000
)

// Logins are the dashboard's sessions. They live in memory: a restart ends them all. It is safe for
// concurrent use.
type Logins struct {
	mu   sync.Mutex
	open map[[sha256.Size]byte]*login // by the hash of the cookie
}

type login struct {
	caller  Caller
	expires time.Time
	used    time.Time
}

// NewLogins returns a Logins without sessions.
func NewLogins() *Logins { return &Logins{open: map[[sha256.Size]byte]*login{}} }

// Start begins a session and returns the value of its cookie. Where 1000 are open, the one longest unused
// ends. The code is forbidden for a caller that may not read.
func (l *Logins) Start(c Caller) (gatehouse.Redacted, error) {
	if !c.May(ScopeRead) {
		return "", &gatehouse.Error{Code: gatehouse.CodeForbidden, Text: `this key lacks the scope "read"`}
	}
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the process instead
	cookie := base64.RawURLEncoding.EncodeToString(random[:])
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxLogins {
		l.prune(now)
	}
	l.open[sha256.Sum256([]byte(cookie))] = &login{caller: c, expires: now.Add(loginFor), used: now}
	return gatehouse.Redacted(cookie), nil
}

// prune removes what has ended, and if nothing has, the session longest unused.
func (l *Logins) prune(now time.Time) {
	var oldest [sha256.Size]byte
	var since time.Time
	for hash, s := range l.open {
		if s.ended(now) {
			delete(l.open, hash)
		} else if since.IsZero() || s.used.Before(since) {
			oldest, since = hash, s.used
		}
	}
	if len(l.open) >= maxLogins {
		delete(l.open, oldest)
	}
}

func (s *login) ended(now time.Time) bool {
	return !now.Before(s.expires) || now.Sub(s.used) >= loginIdle
}

// Check returns whose session a cookie is; false where it is none, or one that has ended: 12 hours after
// its start, or 2 hours after its last use.
func (l *Logins) Check(cookie gatehouse.Redacted) (Caller, bool) {
	if len(cookie) > 256 {
		return Caller{}, false
	}
	hash := sha256.Sum256([]byte(cookie))
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.open[hash]
	if s == nil {
		return Caller{}, false
	}
	if s.ended(now) {
		delete(l.open, hash)
		return Caller{}, false
	}
	s.used = now
	return s.caller, true
}

// End ends a session; one that is not there has ended.
func (l *Logins) End(cookie gatehouse.Redacted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, sha256.Sum256([]byte(cookie)))
}

// EndKey ends all sessions that were started with a key.
func (l *Logins) EndKey(keyID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for hash, s := range l.open {
		if s.caller.KeyID == keyID {
			delete(l.open, hash)
		}
	}
}
