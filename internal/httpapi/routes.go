package httpapi

import "net/http"

// route is one method and path, and the scope a key needs for it ("" for none).
type route struct {
	method, pattern, scope string
	handle                 http.HandlerFunc
}

// routes lists every route of the API.
func (a *API) routes() []route {
	return []route{
		{"POST", "/v1/hooks/claude", "ingest", a.hookClaude},
		{"POST", "/v1/decide", "ingest", a.decide},
		{"POST", "/v1/events", "ingest", a.events},

		{"GET", "/v1/decisions", "read", a.decisions},
		{"GET", "/v1/decisions/{id}", "read", a.decision},
		{"GET", "/v1/sessions", "read", a.sessions},
		{"GET", "/v1/sessions/{id}", "read", a.session},
		{"GET", "/v1/overview", "read", a.overview},
		{"GET", "/v1/policies", "read", a.policies},

		{"GET", "/v1/openapi.yaml", "", a.openapi},
		{"GET", "/healthz", "", a.healthz},
		{"GET", "/readyz", "", a.readyz},
		{"GET", "/metrics", "read", a.metricsPage},
	}
}
