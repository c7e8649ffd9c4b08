package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"gatehouse.dev"
)

func loadDoc(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapiYAML)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("openapi.yaml is not valid: %v", err)
	}
	return doc
}

func TestOpenAPIListsExactlyTheRoutes(t *testing.T) {
	doc := loadDoc(t)
	described := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described[method+" "+path] = op
		}
	}
	for _, r := range newWorld(t).api.routes() {
		op, ok := described[r.method+" "+r.pattern]
		if !ok {
			t.Errorf("route %s %s is not described", r.method, r.pattern)
			continue
		}
		delete(described, r.method+" "+r.pattern)
		if r.scope != "" && !strings.Contains(op.Description, "Scope "+r.scope) {
			t.Errorf("%s %s: the description does not say \"Scope %s\"", r.method, r.pattern, r.scope)
		}
		if open := op.Security != nil && len(*op.Security) == 0; open != (r.scope == "") {
			t.Errorf("%s %s: described as open %v, is %v", r.method, r.pattern, open, r.scope == "")
		}
	}
	for name := range described {
		t.Errorf("%s is described but is no route", name)
	}
}

func TestOpenAPIDescribesEveryQueryParameter(t *testing.T) {
	doc := loadDoc(t)
	for path, item := range doc.Paths.Map() {
		if item.Get == nil {
			continue
		}
		for _, p := range item.Get.Parameters {
			if p.Value.In != "query" {
				continue
			}
			w := newWorld(t)
			value := map[string]string{"limit": "5", "from": "1h", "to": "0s", "action": "deny", "would": "deny", "severity": "low", "order": "oldest",
				"gaps": "true", "failed_open": "true", "denied": "true", "step": "1m"}[p.Value.Name]
			if value == "" {
				value = "x"
			}
			if rec := w.call("GET", path+"?"+p.Value.Name+"="+value, ""); rec.Code != 200 {
				t.Errorf("GET %s?%s=%s is described but gives %d %s", path, p.Value.Name, value, rec.Code, rec.Body)
			}
		}
	}
}

func TestAnswersFitTheirDescription(t *testing.T) {
	doc := loadDoc(t)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.verdict = denied()
	w.verdict.Findings = []gatehouse.Finding{{Detector: "secret/x", Path: "/a", Layers: []string{"base64"}, Sensitive: true, Fingerprint: "00"}}
	w.verdict.Gaps = []gatehouse.Gap{{Reason: gatehouse.GapTime}}
	w.verdict.Errors = []gatehouse.Fault{{Text: "x"}}
	w.verdict.Session = gatehouse.Session{Labels: []string{"web"}, Calls: 1}
	full := `{"kind":"tool_call","hook":"h","failed":true,"irrevocable":true,"connector":"c","agent":"a","session_id":"s","turn_id":"t","tool_use_id":"u",` +
		`"agent_id":"i","agent_type":"g","user":"u","client_ip":"1.2.3.4","model":"m","cwd":"/","permission_mode":"default","tool":"Bash","mcp_server":"s","subprompt":true,"content":{}}`
	id := w.call("POST", "/v1/decide", full).Header().Get("X-Gatehouse-Decision")
	for _, c := range []struct{ method, target, body string }{
		{"POST", "/v1/hooks/claude", preToolUse}, {"POST", "/v1/hooks/claude", "x"}, {"POST", "/v1/decide", full}, {"POST", "/v1/decide", "{}"},
		{"POST", "/v1/events", "[" + full + "]"}, {"GET", "/v1/decisions", ""}, {"GET", "/v1/decisions?limit=x", ""}, {"GET", "/v1/decisions/" + id, ""},
		{"GET", "/v1/decisions/none", ""}, {"GET", "/v1/sessions", ""}, {"GET", "/v1/sessions/s1", ""}, {"GET", "/v1/overview", ""}, {"GET", "/v1/policies", ""},
		{"GET", "/healthz", ""}, {"GET", "/readyz", ""},
	} {
		r := httptest.NewRequest(c.method, "http://gatehouse.test"+c.target, strings.NewReader(c.body))
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.target, err)
			continue
		}
		rec := w.call(c.method, c.target, c.body)
		err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
			Status:                 rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
			Options: &openapi3filter.Options{IncludeResponseStatus: true},
		})
		if err != nil {
			t.Errorf("%s %s answers %d, which does not fit the description: %v", c.method, c.target, rec.Code, err)
		}
	}
}

func TestEventSchemaHasEveryField(t *testing.T) {
	doc := loadDoc(t)
	schema := doc.Components.Schemas["Event"].Value
	ev := `{"kind":"prompt"}`
	for name := range schema.Properties {
		if name == "kind" {
			continue
		}
		value := `"x"`
		switch {
		case name == "time":
			value = `"2026-11-22T12:00:00Z"`
		case schema.Properties[name].Value.Type.Is("boolean"):
			value = "true"
		}
		w := newWorld(t)
		if rec := w.call("POST", "/v1/decide", strings.Replace(ev, "}", `,"`+name+`":`+value+"}", 1)); rec.Code != 200 {
			t.Errorf("the schema's field %q is refused: %d %s", name, rec.Code, rec.Body)
		}
	}
	if n := len(schema.Properties); n < 20 {
		t.Errorf("the schema has %d fields", n)
	}
	if !regexp.MustCompile(`openapi: 3\.`).Match(openapiYAML) {
		t.Error("openapi.yaml does not say its version")
	}
}
