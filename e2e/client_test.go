package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// client is one of the real programs that Gatehouse guards.
type client string

const (
	cli        client = "cli"        // the claude command, with -p
	typescript client = "typescript" // an application on the SDK for TypeScript
	python     client = "python"     // an application on the SDK for Python, which brings an older CLI
)

// job is what an agent is to do. The zero value of each field is what the client does by default.
type job struct {
	CLI            string         `json:"cli,omitempty"`
	Dir            string         `json:"dir"`
	Prompts        []string       `json:"prompts"`                   // each is sent once the one before it is answered
	Allowed        []string       `json:"allowed,omitempty"`         // tools that need no permission
	PermissionMode string         `json:"permission_mode,omitempty"` // empty means default
	Settings       jsontext.Value `json:"settings,omitempty"`        // the settings entry that holds the hooks
	MCPServers     jsontext.Value `json:"mcp_servers,omitempty"`
	Resume         string         `json:"resume,omitempty"`
	Sources        string         `json:"-"` // of settings, with cli; empty means none but Settings
	Partial        bool           `json:"partial,omitempty"`
	Person         string         `json:"person,omitempty"`       // allow or deny: somebody is there to ask
	Adapter        string         `json:"adapter,omitempty"`      // our adapter instead of Settings
	AdapterFour    bool           `json:"adapter_four,omitempty"` // only the four callbacks of create_hooks

	env []string
}

// message is one thing the application got, as JSON.
type message = map[string]any

// outcome is what came back to the application.
type outcome struct {
	messages []message
	lines    []string
	stderr   string
	err      error
}

// session returns the client's session id.
func (o *outcome) session() string {
	for _, m := range o.messages {
		if id, _ := m["session_id"].(string); id != "" {
			return id
		}
		// The SDK for Python keeps the first message's fields in data.
		if data, _ := m["data"].(map[string]any); data != nil {
			if id, _ := data["session_id"].(string); id != "" {
				return id
			}
		}
	}
	return ""
}

// shows reports whether text is in anything that the application got.
func (o *outcome) shows(text string) bool {
	for _, m := range o.messages {
		if holds(m, text) {
			return true
		}
	}
	return false
}

func holds(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case map[string]any:
		for k, e := range v {
			if strings.Contains(k, text) || holds(e, text) {
				return true
			}
		}
	case []any:
		for _, e := range v {
			if holds(e, text) {
				return true
			}
		}
	}
	return false
}

// results returns the result of each prompt, in order.
func (o *outcome) results() []string {
	var out []string
	for _, m := range o.messages {
		if m["type"] == "result" || m["class"] == "ResultMessage" {
			s, _ := m["result"].(string)
			out = append(out, s)
		}
	}
	return out
}

// result returns the result of the last prompt.
func (o *outcome) result() string {
	rs := o.results()
	if len(rs) == 0 {
		return "(no result)"
	}
	return rs[len(rs)-1]
}

// asked returns the inputs that a person was asked about.
func (o *outcome) asked() []message {
	var out []message
	for _, m := range o.messages {
		if m["type"] == "asked" {
			out = append(out, m)
		}
	}
	return out
}

// here is this folder, absolute.
var here = func() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}()

// need returns the path of what e2e/setup installs, and skips the test where it is not there.
func need(t *testing.T, pattern string) string {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(here, pattern))
	if len(found) == 0 {
		t.Skipf("SKIPPED: e2e/%s is missing; run e2e/setup to install it", pattern)
	}
	return found[0]
}

func newestCLI(t *testing.T) string {
	return need(t, "node_modules/@anthropic-ai/claude-agent-sdk-"+platform()+"/claude")
}

func pythonCLI(t *testing.T) string {
	return need(t, ".venv/lib/python3*/site-packages/claude_agent_sdk/_bundled/claude")
}

// platform is the npm name of the machine's platform.
func platform() string {
	return runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
}

// runs bounds how many agents run at a time: each is a process of a few hundred megabytes.
var runs = make(chan struct{}, 2*max(1, min(runtime.NumCPU(), 8)))

// run lets the client do the job and waits for its end.
func (w *world) run(t *testing.T, c client, j job) *outcome {
	t.Helper()
	if j.Dir == "" {
		j.Dir = w.dir
	}
	argv := w.command(t, c, j)
	runs <- struct{}{}
	defer func() { <-runs }()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = j.Dir
	cmd.Env = append(append(w.environ(), w.hookEnv...), j.env...)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	o := &outcome{stderr: stderr.String(), err: err}
	lines := bufio.NewScanner(&stdout)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		o.lines = append(o.lines, lines.Text())
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Errorf("%s printed a line that is not JSON: %.200q", c, lines.Text())
			continue
		}
		o.messages = append(o.messages, m)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s: %v\n%s\n%.4000s", c, err, brief(o.lines), o.stderr)
		}
	})
	return o
}

// brief is what to print of a client's output when a test failed.
func brief(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%.600s\n", l)
	}
	return b.String()
}

// converse is run for several prompts with any client: claude -p takes one, so that each further one resumes.
func (w *world) converse(t *testing.T, c client, j job) *outcome {
	t.Helper()
	if c != cli {
		return w.run(t, c, j)
	}
	all := &outcome{}
	for _, p := range j.Prompts {
		one := j
		one.Prompts = []string{p}
		if id := all.session(); id != "" {
			one.Resume = id
		}
		o := w.run(t, c, one)
		all.messages = append(all.messages, o.messages...)
		all.lines = append(all.lines, o.lines...)
		all.stderr += o.stderr
		all.err = o.err
	}
	return all
}

// command returns how the client is started.
func (w *world) command(t *testing.T, c client, j job) []string {
	t.Helper()
	if c == cli {
		if j.CLI == "" {
			j.CLI = newestCLI(t)
		}
		return cliArgs(t, j)
	}
	var argv []string
	if c == typescript {
		need(t, "node_modules/@anthropic-ai/claude-agent-sdk")
		node, err := exec.LookPath("node")
		if err != nil {
			t.Skip("SKIPPED: node is missing; install Node 20 or newer, then run e2e/setup")
		}
		argv = []string{node, filepath.Join(here, "drive.mjs")}
	} else {
		argv = []string{need(t, ".venv/bin/python"), filepath.Join(here, "drive.py")}
	}
	b, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(w.tmp(t), "job.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return append(argv, file)
}

func cliArgs(t *testing.T, j job) []string {
	t.Helper()
	if len(j.Prompts) != 1 {
		t.Fatalf("claude -p takes 1 prompt, not %d", len(j.Prompts))
	}
	argv := []string{j.CLI, "-p", j.Prompts[0], "--output-format", "stream-json", "--verbose", "--setting-sources", j.Sources}
	add := func(flag, value string) {
		if value != "" {
			argv = append(argv, flag, value)
		}
	}
	add("--settings", string(j.Settings))
	add("--allowedTools", strings.Join(j.Allowed, ","))
	add("--permission-mode", j.PermissionMode)
	add("--resume", j.Resume)
	if len(j.MCPServers) > 0 {
		add("--mcp-config", `{"mcpServers":`+string(j.MCPServers)+`}`)
	}
	if j.Partial {
		argv = append(argv, "--include-partial-messages")
	}
	return argv
}
