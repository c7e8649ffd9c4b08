package dash

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Bounds of login attempts: so many at once, then one in so long, for each address and for all.
const (
	loginBurst    = 5
	loginEvery    = 12 * time.Second
	allBurst      = 60
	allEvery      = time.Second
	maxLoginAddrs = 4096
)

// limiter slows down those who guess keys. Successful logins cost nothing.
type limiter struct {
	now   func() time.Time
	mu    sync.Mutex
	all   bucket
	addrs map[netip.Addr]bucket
}

// bucket is how much of a burst was used, as of a moment.
type bucket struct {
	used float64
	at   time.Time
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, addrs: map[netip.Addr]bucket{}}
}

// allow reports whether an attempt from addr may be made; it counts as failed until forgive is called.
func (l *limiter) allow(addr netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	all := l.all.drained(now, allEvery)
	one := l.addrs[addr].drained(now, loginEvery)
	if all.used+1 > allBurst || one.used+1 > loginBurst {
		return false
	}
	if _, known := l.addrs[addr]; !known && len(l.addrs) >= maxLoginAddrs {
		l.sweep(now)
		if len(l.addrs) >= maxLoginAddrs {
			return false
		}
	}
	all.used++
	one.used++
	l.all, l.addrs[addr] = all, one
	return true
}

// forgive takes back the last attempt from addr.
func (l *limiter) forgive(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.addrs, addr)
	l.all.used = max(0, l.all.used-1)
}

func (l *limiter) sweep(now time.Time) {
	for a, b := range l.addrs {
		if b.drained(now, loginEvery).used == 0 {
			delete(l.addrs, a)
		}
	}
}

func (b bucket) drained(now time.Time, every time.Duration) bucket {
	if gone := now.Sub(b.at); gone > 0 {
		b.used = max(0, b.used-float64(gone)/float64(every))
	}
	b.at = now
	return b
}

// remoteAddr returns who asks: the address, or the network of an IPv6 one, since its owner has all of it.
func remoteAddr(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
