// Package httpapi is the server's HTTP interface for programs: hook endpoints, the native API, the read API,
// health and metrics. routes.go lists every route; openapi.yaml describes them, and a test holds the two
// together.
//
// A hook call is answered as soon as the engine has decided; recording happens behind it and never delays
// an answer. Every body is bounded, every route has a time-out, and no error shows content of an event.
package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gatehouse.dev"
	"gatehouse.dev/hook"
	"gatehouse.dev/internal/auth"
	"gatehouse.dev/internal/store"
	"gatehouse.dev/policy"
)

// Recorder keeps decisions.
type Recorder interface {
	// Offer hands a decision over without waiting; false means that it was dropped, and counted.
	Offer(d gatehouse.Decision) bool
	// Put returns once all decisions are durable.
	Put(ctx context.Context, ds ...gatehouse.Decision) error
}

// Reader answers queries about what was recorded.
type Reader interface {
	Decisions(ctx context.Context, q store.Query) (store.Page, error)
	Decision(ctx context.Context, id string) (gatehouse.Decision, error)
	Sessions(ctx context.Context, q store.SessionQuery) (store.SessionPage, error)
	Session(ctx context.Context, id string) (store.SessionSummary, error)
	Overview(ctx context.Context, from, to time.Time, step time.Duration) (store.Overview, error)
}

// Authenticator tells who calls.
type Authenticator interface {
	// Authenticate returns the caller behind an Authorization header; the error has a code.
	Authenticate(ctx context.Context, authorization string) (auth.Caller, error)
	// Required reports whether calls need a key at all.
	Required(ctx context.Context) bool
}

// Config is what the API needs. All fields but those said to be optional must be set.
type Config struct {
	Decider  hook.Decider
	Recorder Recorder
	Reader   Reader
	Auth     Authenticator
	Policies func() *policy.Set
	// Ready says why the server cannot serve, nil where it can.
	Ready    func(ctx context.Context) error
	Registry *prometheus.Registry
	Logger   *slog.Logger
	Clock    func() time.Time // optional: time.Now

	FailMode      gatehouse.FailMode // of calls that do not name one
	DecideTimeout time.Duration      // optional: 250 ms
	MaxBodyBytes  int64              // optional: 8 MiB
	MaxInFlight   int                // optional: 512 calls being judged at once; more wait for their time-out
}

// API serves the routes of routes.go.
type API struct {
	cfg     Config
	metrics *metrics
	slots   chan struct{}
	mux     *http.ServeMux
}

// New returns the API. It registers its metrics with cfg.Registry.
func New(cfg Config) (*API, error) {
	if cfg.Decider == nil || cfg.Recorder == nil || cfg.Reader == nil || cfg.Auth == nil || cfg.Policies == nil ||
		cfg.Ready == nil || cfg.Registry == nil || cfg.Logger == nil {
		return nil, fmt.Errorf("make API: a required field of Config is not set")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.DecideTimeout <= 0 {
		cfg.DecideTimeout = 250 * time.Millisecond
	}
	if cfg.MaxBodyBytes <= 0 {
		cfg.MaxBodyBytes = 8 << 20
	}
	if cfg.MaxInFlight <= 0 {
		cfg.MaxInFlight = 512
	}
	m, err := newMetrics(cfg.Registry)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	a := &API{cfg: cfg, metrics: m, slots: make(chan struct{}, cfg.MaxInFlight), mux: http.NewServeMux()}
	for _, r := range a.routes() {
		a.mux.Handle(r.method+" "+r.pattern, a.guard(r))
	}
	return a, nil
}

// ServeHTTP implements [http.Handler].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Handles reports whether a route of the API matches r, so that the dashboard can share an address with it.
func (a *API) Handles(r *http.Request) bool {
	_, pattern := a.mux.Handler(r)
	return pattern != ""
}

// guard adds what all routes share: authentication, metrics, and headers.
func (a *API) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.cfg.Clock()
		rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			a.metrics.requests.WithLabelValues(rt.pattern, statusClass(rec.status)).Inc()
			a.metrics.duration.WithLabelValues(rt.pattern).Observe(a.cfg.Clock().Sub(start).Seconds())
		}()
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		rec.Header().Set("Cache-Control", "no-store")
		if rt.scope != "" && a.cfg.Auth.Required(r.Context()) {
			caller, err := a.cfg.Auth.Authenticate(r.Context(), r.Header.Get("Authorization"))
			if err == nil && !caller.May(rt.scope) {
				err = &gatehouse.Error{Code: gatehouse.CodeForbidden, Text: fmt.Sprintf("this key lacks the scope %q", rt.scope)}
			}
			if err != nil {
				a.fail(rec, r, err)
				return
			}
		}
		rt.handle(rec, r)
	})
}

// statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(code int) {
	if !w.wrote {
		w.status, w.wrote = code, true
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap serves [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
