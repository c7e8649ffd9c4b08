// Package dash is the dashboard: what Gatehouse decided, as web pages for people.
//
// Every page is rendered on the server and works without JavaScript; the one small script adds live
// updates, local time and keyboard shortcuts. All that comes from events is hostile: it is escaped by
// html/template, characters that reorder or hide text are shown as visible marks, long content is cut
// with a way to see more, and none of it enters a log line. The content security policy allows no inline
// script, no inline style and nothing from elsewhere.
//
// A page reads the store through [Reader] within a deadline; a store that is slow or fails gives a page
// that says so with a status that fits. The handler is safe for concurrent use.
package dash

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/policy"
)

// Reader is what the pages read. Errors carry a [gatehouse.Code]: not_found gives the page for what is
// not there, any other the page for a store that does not answer.
type Reader interface {
	Decisions(ctx context.Context, q store.Query) (store.Page, error)
	Decision(ctx context.Context, id string) (gatehouse.Decision, error)
	Sessions(ctx context.Context, q store.SessionQuery) (store.SessionPage, error)
	Session(ctx context.Context, id string) (store.SessionSummary, error)
	Overview(ctx context.Context, from, to time.Time, step time.Duration) (store.Overview, error)
}

// Auth checks who looks at the dashboard.
type Auth interface {
	// Login exchanges an API key for the value of a cookie. An error with code unauthorized or forbidden
	// means that the key does not open the dashboard, any other that it could not be checked.
	Login(ctx context.Context, key gatehouse.Redacted) (cookie gatehouse.Redacted, err error)
	// Check reports whether the cookie is one that Login gave and that still holds. With an empty cookie it
	// says whether everybody may look at present.
	Check(cookie gatehouse.Redacted) bool
	// Logout ends the cookie; an unknown one is ignored.
	Logout(cookie gatehouse.Redacted)
}

// Config says what the dashboard shows and how. Store is required.
type Config struct {
	Store Reader
	// Policies returns the policies in force, nil where there are none.
	Policies func() *policy.Set
	// Tick subscribes to "something new was recorded"; the returned function ends the subscription, and a
	// closed channel ends the live feeds. Nil: the feed is not live.
	Tick func() (<-chan struct{}, func())
	// Stop, when closed, ends the live feeds, which would otherwise hold up the server's own stop; nil never is.
	Stop <-chan struct{}
	// Auth guards every page but the login; nil needs no login, and then only requests that name a
	// loopback host are answered, so that no web page can reach in under a name of its own.
	Auth    Auth
	Logger  *slog.Logger     // nil discards
	Clock   func() time.Time // nil: time.Now
	Version string           // of Gatehouse, shown at the foot
	// HookURL is where agents send their hooks, for the first steps: the server's address, with or
	// without the path of the hook endpoint. Empty: the address that the browser used.
	HookURL string
	// Timeout is the most that reading the store may take for one page; zero means 5 s.
	Timeout time.Duration
	// TLS says that browsers reach the server by HTTPS, be it through a proxy: cookies are then limited to it.
	// A request that came by TLS says so itself.
	TLS bool
}

// defaultTimeout bounds the reading of one page.
const defaultTimeout = 5 * time.Second

// dash is the handler's state; nothing in it changes after New but the limiters.
type dash struct {
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	pages  *template.Template
	assets *assets
	logins *limiter
	tails  chan struct{} // one slot for each live feed
}

// New returns the dashboard's handler, to be mounted at the root of the server beside the API.
func New(cfg Config) (http.Handler, error) {
	d, err := newDash(cfg)
	if err != nil {
		return nil, err
	}
	return d.handler(), nil
}

func newDash(cfg Config) (*dash, error) {
	if cfg.Store == nil {
		return nil, errors.New("make dashboard: no store")
	}
	d := &dash{cfg: cfg, log: cfg.Logger, now: cfg.Clock, tails: make(chan struct{}, maxTails)}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.cfg.Timeout <= 0 {
		d.cfg.Timeout = defaultTimeout
	}
	d.logins = newLimiter(d.now)
	var err error
	if d.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if d.pages, err = parsePages(d.assets); err != nil {
		return nil, err
	}
	return d, nil
}
