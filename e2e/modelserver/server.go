package modelserver

import (
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// lax takes what real clients send; what is odd about it is not this package's business.
var lax = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Config bounds a server. The zero value means the documented defaults.
type Config struct {
	MaxBodyBytes int // of one request, unpacked; 0 means 32 MiB
	MaxLogBytes  int // of all requests that are kept; 0 means 512 MiB
}

// Server is the scripted model; it is an [http.Handler].
type Server struct {
	cfg    Config
	mux    *http.ServeMux
	prefix string // of message and tool ids, so that two servers never give the same

	mu      sync.Mutex
	scripts map[string][]Step
	faults  map[string]int
	log     []*Request
	logged  int // bytes
	ids     int
}

// New returns a server without scripts.
func New(cfg Config) *Server {
	if cfg.MaxBodyBytes <= 0 {
		cfg.MaxBodyBytes = 32 << 20
	}
	if cfg.MaxLogBytes <= 0 {
		cfg.MaxLogBytes = 512 << 20
	}
	s := &Server{cfg: cfg, mux: http.NewServeMux(), prefix: rand.Text()[:12], scripts: map[string][]Step{}, faults: map[string]int{}}
	s.mux.HandleFunc("POST /v1/messages", s.kept(s.messages))
	s.mux.HandleFunc("POST /v1/messages/count_tokens", s.kept(s.countTokens))
	s.mux.HandleFunc("GET /v1/models", s.kept(s.models))
	s.mux.HandleFunc("GET /v1/models/{id}", s.kept(s.model))
	s.mux.HandleFunc("GET /api/hello", s.kept(hello))
	s.mux.HandleFunc("GET /{$}", s.kept(hello))
	s.mux.HandleFunc("GET /_log", s.getLog)
	s.mux.HandleFunc("PUT /_script/{name}", s.putScript)
	s.mux.HandleFunc("/", s.kept(func(w http.ResponseWriter, r *http.Request, _ *Request) {
		writeError(w, http.StatusNotFound, "no such route")
	}))
	return s
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

var scriptName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}`)

// Put keeps a script, given as JSON, under a name of letters, digits, dashes and underscores; prompts call it
// as SCRIPT:@name. A script that has the name already is replaced.
func (s *Server) Put(name, script string) error {
	if scriptName.FindString(name) != name || name == "" {
		return fmt.Errorf("keep script %q: not a name", name)
	}
	steps, n, err := ParseScript([]byte(script))
	if err != nil {
		return err
	}
	if rest := strings.TrimSpace(script[n:]); rest != "" {
		return fmt.Errorf("keep script %q: %d bytes after its end", name, len(rest))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.scripts) >= maxSteps {
		return fmt.Errorf("keep script %q: more than %d scripts", name, maxSteps)
	}
	s.scripts[name] = steps
	return nil
}

// Requests returns what was sent so far, oldest first; of one session, or all where session is empty.
func (s *Server) Requests(session string) []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*Request
	for _, r := range s.log {
		if session == "" || r.Session == session {
			out = append(out, r)
		}
	}
	return out
}

// Turns returns how often the model was asked for an answer.
func (s *Server) Turns() int {
	n := 0
	for _, r := range s.Requests("") {
		if r.Path == "/v1/messages" {
			n++
		}
	}
	return n
}

// Seen reports whether anything sent so far holds text: in a JSON string as decoded, or in the bytes.
func (s *Server) Seen(text string) bool {
	for _, r := range s.Requests("") {
		if r.Holds(text) {
			return true
		}
	}
	return false
}

// kept records a request before it is served; one that cannot be recorded whole is refused.
func (s *Server) kept(h func(http.ResponseWriter, *http.Request, *Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in io.Reader = r.Body
		switch enc := r.Header.Get("Content-Encoding"); enc {
		case "", "identity":
		case "gzip":
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				writeError(w, http.StatusBadRequest, "body is not gzip")
				return
			}
			in = z
		default:
			writeError(w, http.StatusUnsupportedMediaType, "content encoding is not known")
			return
		}
		body, ok, err := readAll(in, s.cfg.MaxBodyBytes)
		if err != nil || !ok {
			writeError(w, http.StatusRequestEntityTooLarge, "body is cut or too large")
			return
		}
		req := newRequest(r, body)
		if !s.keep(req) {
			writeError(w, http.StatusInsufficientStorage, "log of the scripted model is full")
			return
		}
		h(w, r, req)
	}
}

func newRequest(r *http.Request, body []byte) *Request {
	req := &Request{Method: r.Method, Path: r.URL.Path, raw: body, texts: leaves(body), Session: r.Header.Get("X-Claude-Code-Session-Id")}
	if jsontext.Value(body).IsValid(lax) {
		req.Body = body
	}
	var head struct {
		Model    string `json:"model"`
		Metadata struct {
			UserID string `json:"user_id"`
		} `json:"metadata"`
	}
	if json.Unmarshal(body, &head, lax) == nil {
		req.Model = head.Model
		if req.Session == "" {
			req.Session = sessionIn(head.Metadata.UserID)
		}
	}
	return req
}

func (s *Server) keep(r *Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The decoded strings take about as much again as the body.
	size := 2*len(r.raw) + 256
	if s.logged+size > s.cfg.MaxLogBytes {
		return false
	}
	s.logged += size
	s.log = append(s.log, r)
	return true
}

func (s *Server) newID(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return fmt.Sprintf("%s_%s%06d", kind, s.prefix, s.ids)
}

// messages plays the next step of the script.
func (s *Server) messages(w http.ResponseWriter, r *http.Request, req *Request) {
	var in struct {
		Stream   bool      `json:"stream"`
		Messages []message `json:"messages"`
	}
	if err := json.Unmarshal(req.raw, &in, lax); err != nil {
		writeError(w, http.StatusBadRequest, "body is not a request for messages")
		return
	}
	step, err := s.step(req.Session, in.Messages)
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	if step.Status != 0 {
		writeError(w, step.Status, "the script says so")
		return
	}
	a := &answer{id: s.newID("msg"), model: req.Model, text: step.Text, calls: step.calls(), input: len(req.raw) / 4, cut: step.Cut}
	if a.cut {
		a.text = "This answer breaks off before its end."
	}
	for range a.calls {
		a.toolIDs = append(a.toolIDs, s.newID("toolu"))
	}
	if in.Stream {
		a.writeEvents(w)
		return
	}
	a.writeWhole(w)
}

// step finds what the conversation's script says next.
func (s *Server) step(session string, ms []message) (Step, error) {
	at := locate(ms)
	var steps []Step
	switch name, named := strings.CutPrefix(at.script, "@"); {
	case at.script == "":
		return Step{Text: "There is no script."}, nil
	case named:
		name = scriptName.FindString(name)
		s.mu.Lock()
		var ok bool
		steps, ok = s.scripts[name]
		s.mu.Unlock()
		if !ok {
			return Step{}, fmt.Errorf("play script %q: no such script", name)
		}
	default:
		var err error
		if steps, _, err = ParseScript([]byte(at.script)); err != nil {
			return Step{}, err
		}
	}
	key := func(i int) string {
		return fmt.Sprintf("%s/%d/%d/%x", session, at.index, i, sha256.Sum256([]byte(at.script)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	step, i := next(steps, at.turns, func(i int) int { return s.faults[key(i)] })
	if step.faulty() {
		s.faults[key(i)]++
	}
	return step, nil
}

func (s *Server) countTokens(w http.ResponseWriter, r *http.Request, req *Request) {
	writeJSON(w, http.StatusOK, object{"input_tokens": len(req.raw) / 4})
}

func modelOf(id string) object {
	return object{"type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z"}
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request, _ *Request) {
	writeJSON(w, http.StatusOK, object{"data": []object{modelOf("claude-sonnet-5")}, "has_more": false, "first_id": "claude-sonnet-5", "last_id": "claude-sonnet-5"})
}

func (s *Server) model(w http.ResponseWriter, r *http.Request, _ *Request) {
	writeJSON(w, http.StatusOK, modelOf(r.PathValue("id")))
}

func hello(w http.ResponseWriter, _ *http.Request, _ *Request) {
	writeJSON(w, http.StatusOK, object{"message": "hello"})
}

// getLog serves what was sent so far: /_log, /_log?session=ID, and /_log?seen=TEXT for whether it was seen.
func (s *Server) getLog(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	reqs := s.Requests(q.Get("session"))
	if q.Has("seen") {
		n := 0
		for _, r := range reqs {
			if r.Holds(q.Get("seen")) {
				n++
			}
		}
		writeJSON(w, http.StatusOK, object{"seen": n > 0, "requests": n})
		return
	}
	if reqs == nil {
		reqs = []*Request{}
	}
	writeJSON(w, http.StatusOK, reqs)
}

func (s *Server) putScript(w http.ResponseWriter, r *http.Request) {
	body, ok, err := readAll(r.Body, s.cfg.MaxBodyBytes)
	if err != nil || !ok {
		writeError(w, http.StatusRequestEntityTooLarge, "script is cut or too large")
		return
	}
	if err := s.Put(r.PathValue("name"), string(body)); err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
