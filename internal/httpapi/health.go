package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gatehouse.dev"
)

// healthBody is the answer of /healthz and /readyz.
type healthBody struct {
	Status string `json:"status"`           // "ok" or "unavailable"
	Reason string `json:"reason,omitempty"` // why not
}

// healthz says that the process lives.
func (a *API) healthz(w http.ResponseWriter, _ *http.Request) {
	a.write(w, http.StatusOK, healthBody{Status: "ok"})
}

// readyz says whether the server can judge and record.
func (a *API) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.cfg.Ready(ctx); err != nil {
		reason := "not ready"
		if gatehouse.ErrorCode(err) != gatehouse.CodeInternal {
			reason = err.Error()
		}
		a.write(w, http.StatusServiceUnavailable, healthBody{"unavailable", reason})
		return
	}
	a.write(w, http.StatusOK, healthBody{Status: "ok"})
}

func (a *API) metricsPage(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(a.cfg.Registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}
