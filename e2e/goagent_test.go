package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestGoAgentGuardsItself runs examples/goagent with the real CLI: no server, every hook answered in process.
func TestGoAgentGuardsItself(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "goagent")
	build := exec.Command("go", "build", "-o", binary, "./examples/goagent")
	build.Dir = filepath.Dir(here)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build examples/goagent: %v\n%s", err, out)
	}
	agent := func(t *testing.T, w *world, prompt string) string {
		t.Helper()
		path := t.TempDir()
		if err := os.Symlink(newestCLI(t), filepath.Join(path, "claude")); err != nil {
			t.Fatal(err)
		}
		runs <- struct{}{}
		defer func() { <-runs }()
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, binary, prompt, "--setting-sources", "", "--allowedTools", "Bash")
		cmd.Dir, cmd.Env = w.dir, append(w.environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"))
		cmd.WaitDelay = 5 * time.Second
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("goagent: %v\n%.2000s", err, stderr.String())
		}
		return strings.TrimSpace(stdout.String())
	}
	t.Run("masks a secret in a result", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		key := "AKIA" + "Q3EGRZ7NWLPX5T2H"
		w.write(t, "build.log", "export AWS_ACCESS_KEY_ID="+key+"\nplain words\n")
		got := agent(t, w, w.script(t, "a", bash("cat build.log")))
		if w.model.Seen(key) || !w.model.Seen("plain words") {
			t.Errorf("the model saw the key: %v, the rest: %v; want false, true", w.model.Seen(key), w.model.Seen("plain words"))
		}
		if got != "the end" {
			t.Errorf("answer = %q, want the end", got)
		}
	})
	t.Run("denies a command", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		agent(t, w, w.script(t, "a", bash("touch ran; rm -rf $HOME")))
		if w.has("ran") {
			t.Error("the denied command ran")
		}
		if !w.model.Seen("catastrophic") {
			t.Error("the model did not read which rule denied it")
		}
	})
}
