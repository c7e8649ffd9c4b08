package e2e

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"gatehouse.dev/e2e/modelserver"
)

// marker calls a script by name.
const marker = "SCRIPT:@"

// world is where one test takes place: a model, a home, a project. Nothing of it is shared with another test.
type world struct {
	model    *modelserver.Server
	modelURL string
	home     string // HOME of the client
	dir      string // the project the agent works on
	hookEnv  []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	m := modelserver.New(modelserver.Config{})
	s := httptest.NewServer(m)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	w := &world{model: m, modelURL: s.URL}
	w.home, w.dir = w.tmp(t), w.tmp(t)
	return w
}

// tmp makes a folder that goes away with the test. Unlike t.TempDir it does not mind a client's stragglers
// that write while it is being removed.
func (w *world) tmp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// write puts a file into the project and returns its path.
func (w *world) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// has reports whether the project holds a file.
func (w *world) has(name string) bool {
	_, err := os.Stat(filepath.Join(w.dir, name))
	return err == nil
}

// script keeps a script with the model and returns the prompt that plays it. The prompt shows nothing of it.
func (w *world) script(t *testing.T, name, script string) string {
	t.Helper()
	if err := w.model.Put(name, script); err != nil {
		t.Fatal(err)
	}
	return "Please go on. " + marker + name
}

// environ is the whole environment of a client: nothing of the machine's own but the path.
func (w *world) environ() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + w.home,
		"TMPDIR=" + os.TempDir(),
		"LANG=C.UTF-8",
		"ANTHROPIC_BASE_URL=" + w.modelURL,
		"ANTHROPIC_API_KEY=dummy",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
		"DISABLE_TELEMETRY=1",
		"DISABLE_AUTOUPDATER=1",
		"DISABLE_ERROR_REPORTING=1",
		"NO_PROXY=127.0.0.1,localhost",
		"no_proxy=127.0.0.1,localhost",
	}
}
