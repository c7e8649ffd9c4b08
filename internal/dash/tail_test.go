package dash

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse.dev"
)

// follower is a live feed that a test reads.
type follower struct {
	w      *guarded
	cancel context.CancelFunc
	done   chan struct{}
	read   int
}

// guarded is a recorder that is read while it is written to.
type guarded struct {
	mu sync.Mutex
	*httptest.ResponseRecorder
}

func (g *guarded) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ResponseRecorder.Write(b)
}

func (g *guarded) text() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Body.String()
}

func follow(d *dash, target string, cookies ...*http.Cookie) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost"+target, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	f := &follower{w: &guarded{ResponseRecorder: httptest.NewRecorder()}, cancel: cancel, done: make(chan struct{})}
	go func() { defer close(f.done); d.handler().ServeHTTP(f.w, r) }()
	synctest.Wait()
	return f
}

// fresh returns what was sent since the last call. Nothing may run meanwhile.
func (f *follower) fresh() string {
	synctest.Wait()
	all := f.w.text()
	out := all[f.read:]
	f.read = len(all)
	return out
}

func (f *follower) ended() bool {
	synctest.Wait()
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

func event(id string, action gatehouse.Action) gatehouse.Decision {
	return gatehouse.Decision{Event: gatehouse.Event{ID: id, Time: testNow, Kind: gatehouse.KindPrompt}, Applied: action}
}

func newTail(t *testing.T, st Reader, k *ticker, auth Auth) *dash {
	t.Helper()
	d, err := newDash(Config{Store: st, Tick: k.subscribe, Auth: auth, Clock: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, k := &fakeStore{}, &ticker{}
		st.add(event("a1", gatehouse.Deny), event("a2", gatehouse.Allow))
		d := newTail(t, st, k, nil)
		f := follow(d, "/feed/events?action=deny&after=a1")
		if got := f.fresh(); got != "retry: 3000\n\n" {
			t.Errorf("at first the stream says %q, want nothing new", got)
		}
		if got := f.w.Header().Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("the stream has the type %q", got)
		}
		time.Sleep(tailPause) // in the bubble's own time
		st.add(event("a3", gatehouse.Deny), event("a4", gatehouse.Allow), event("a5", gatehouse.Deny))
		k.fire()
		if got, want := f.fresh(), "event: new\ndata: {\"count\":2,\"more\":false,\"newest\":\"a5\"}\n\n"; got != want {
			t.Errorf("after a tick the stream says %q, want %q", got, want)
		}
		st.add(event("a6", gatehouse.Deny))
		k.fire()
		if got := f.fresh(); got != "" {
			t.Errorf("within the pause the stream says %q, want nothing", got)
		}
		time.Sleep(tailPause)
		if got, want := f.fresh(), "event: new\ndata: {\"count\":1,\"more\":false,\"newest\":\"a6\"}\n\n"; got != want {
			t.Errorf("after the pause the stream says %q, want %q", got, want)
		}
		time.Sleep(tailBeat)
		if got := f.fresh(); got != ": \n\n" {
			t.Errorf("in silence the stream says %q, want a sign of life", got)
		}
		f.cancel()
		if !f.ended() || len(k.subs) != 0 || len(d.tails) != 0 {
			t.Errorf("after the reader left the stream ended: %v, subscriptions: %d, slots: %d", f.ended(), len(k.subs), len(d.tails))
		}
	})
}

func TestTailCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &fakeStore{}
		for i := range maxNew + 5 {
			st.add(event(fmt.Sprintf("b%03d", i), gatehouse.Allow))
		}
		f := follow(newTail(t, st, &ticker{}, nil), "/feed/events")
		if got, want := f.fresh(), fmt.Sprintf(`{"count":%d,"more":true,"newest":"b%03d"}`, maxNew, maxNew+4); !strings.Contains(got, want) {
			t.Errorf("a stream that begins late says %q, want %s", got, want)
		}
		f.cancel()
		if !f.ended() {
			t.Error("the stream goes on without its reader")
		}
	})
}

func TestTailEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		auth := newFakeAuth()
		cookie, err := auth.Login(t.Context(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		signedIn := &http.Cookie{Name: loginCookie, Value: string(cookie)}
		st, k := &fakeStore{}, &ticker{}

		f := follow(newTail(t, st, k, auth), "/feed/events", signedIn)
		auth.Logout(cookie)
		time.Sleep(tailBeat)
		if !f.ended() {
			t.Error("the stream outlives the login")
		}
		f = follow(newTail(t, st, k, nil), "/feed/events")
		time.Sleep(tailLife + time.Second)
		if !f.ended() {
			t.Errorf("the stream lasts longer than %v", tailLife)
		}
		f = follow(newTail(t, st, k, nil), "/feed/events")
		k.mu.Lock()
		for ch := range k.subs {
			close(ch)
		}
		k.mu.Unlock()
		if !f.ended() {
			t.Error("the stream outlives the server's pipeline")
		}
		stop := make(chan struct{})
		d := newTail(t, st, k, nil)
		d.cfg.Stop = stop
		f = follow(d, "/feed/events")
		if f.ended() {
			t.Error("the stream ends before the server stops")
		}
		close(stop)
		if !f.ended() {
			t.Error("the stream holds up the server's stop")
		}
		f = follow(newTail(t, &fakeStore{err: errors.New("gone")}, k, nil), "/feed/events")
		if !f.ended() || f.fresh() != "retry: 3000\n\n" {
			t.Error("the stream goes on without a store")
		}
	})
}

func TestTailRefusals(t *testing.T) {
	d := newTail(t, &fakeStore{}, &ticker{}, nil)
	for range maxTails {
		d.tails <- struct{}{}
	}
	if w := get(d.handler(), "/feed/events"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("stream %d = %d, want 503", maxTails+1, w.Code)
	}
	if w := get(d.handler(), "/feed/events?action=never"); w.Code != http.StatusBadRequest {
		t.Errorf("a stream with a bad filter = %d, want 400", w.Code)
	}
	still := newTest(t, Config{Store: &fakeStore{}})
	if w := get(still, "/feed/events"); w.Code != http.StatusNotFound {
		t.Errorf("a stream without ticks = %d, want 404", w.Code)
	}
}
