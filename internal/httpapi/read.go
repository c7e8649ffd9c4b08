package httpapi

import (
	"context"
	_ "embed"
	"net/http"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/policy"
)

// readTimeout bounds what one query of the store may take.
const readTimeout = 10 * time.Second

//go:embed openapi.yaml
var openapiYAML []byte

func (a *API) openapi(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(openapiYAML)
}

func (a *API) decisions(w http.ResponseWriter, r *http.Request) {
	q, err := decisionQuery(r.URL.Query(), a.cfg.Clock())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(a, w, r, func(ctx context.Context) (any, error) {
		page, err := a.cfg.Reader.Decisions(ctx, q)
		if page.Decisions == nil {
			page.Decisions = []gatehouse.Decision{}
		}
		return page, err
	})
}

func (a *API) decision(w http.ResponseWriter, r *http.Request) {
	answer(a, w, r, func(ctx context.Context) (any, error) { return a.cfg.Reader.Decision(ctx, r.PathValue("id")) })
}

func (a *API) sessions(w http.ResponseWriter, r *http.Request) {
	q, err := sessionQuery(r.URL.Query(), a.cfg.Clock())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(a, w, r, func(ctx context.Context) (any, error) { return a.cfg.Reader.Sessions(ctx, q) })
}

func (a *API) session(w http.ResponseWriter, r *http.Request) {
	answer(a, w, r, func(ctx context.Context) (any, error) { return a.cfg.Reader.Session(ctx, r.PathValue("id")) })
}

func (a *API) overview(w http.ResponseWriter, r *http.Request) {
	from, to, step, err := overviewQuery(r.URL.Query(), a.cfg.Clock())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(a, w, r, func(ctx context.Context) (any, error) { return a.cfg.Reader.Overview(ctx, from, to, step) })
}

// policiesBody is the answer of /v1/policies.
type policiesBody struct {
	Version  string          `json:"version"`
	Policies []policy.Policy `json:"policies"`
}

func (a *API) policies(w http.ResponseWriter, _ *http.Request) {
	set := a.cfg.Policies()
	a.write(w, http.StatusOK, policiesBody{set.Version(), set.Policies()})
}

// answer runs one query of the store within its time and writes what comes back.
func answer(a *API, w http.ResponseWriter, r *http.Request, query func(context.Context) (any, error)) {
	ctx, cancel := context.WithTimeout(r.Context(), readTimeout)
	defer cancel()
	v, err := query(ctx)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	a.write(w, http.StatusOK, v)
}
