package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// snippet returns the block of README.md in a language, and fails where it has grown.
func snippet(t *testing.T, language string, maxLines int) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(here, "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(b)
	if m == nil {
		t.Fatalf("README.md has no block in %s", language)
	}
	text := string(m[1])
	if n := strings.Count(text, "\n"); n > maxLines {
		t.Errorf("the block in %s has %d lines, want at most %d", language, n, maxLines)
	}
	return text
}

// TestReadmeSnippets runs what README.md shows, as it stands there but for the prompt: a secret that the tool
// reads must not reach the model.
func TestReadmeSnippets(t *testing.T) {
	t.Parallel()
	const shown = "Say what is in build.log"
	key := "AKIA" + "Q3EGRZ7NWLPX5T2H"
	try := func(t *testing.T, prepare func(t *testing.T, w *world, prompt string) (argv, env []string)) {
		t.Parallel()
		w, g := newWorld(t), startStarter(t)
		w.write(t, "build.log", "export AWS_ACCESS_KEY_ID="+key+"\nplain words\n")
		prompt := w.script(t, "readme", `[{"tool":"Read","input":{"file_path":"`+filepath.Join(w.dir, "build.log")+`"}},{"text":"the end"}]`)
		argv, env := prepare(t, w, prompt)
		runs <- struct{}{}
		defer func() { <-runs }()
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Dir, cmd.WaitDelay = w.dir, 5*time.Second
		cmd.Env = append(append(w.environ(), "GATEHOUSE_URL="+g.url), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("run: %v\n%.3000s", err, out)
		}
		if w.model.Seen(key) || !w.model.Seen("plain words") {
			t.Errorf("the model saw the key: %v, the rest: %v; want false, true\n%.3000s", w.model.Seen(key), w.model.Seen("plain words"), out)
		}
		if !strings.Contains(string(out), "the end") {
			t.Errorf("output lacks the answer:\n%.3000s", out)
		}
	}
	t.Run("python", func(t *testing.T) {
		try(t, func(t *testing.T, w *world, prompt string) (argv, env []string) {
			code := strings.Replace(snippet(t, "python", 10), shown, prompt, 1)
			return []string{need(t, ".venv/bin/python"), "-c", code}, []string{"PYTHONPATH=" + filepath.Join(here, "..", "adapters", "python")}
		})
	})
	t.Run("typescript", func(t *testing.T) {
		try(t, func(t *testing.T, w *world, prompt string) (argv, env []string) {
			node, err := exec.LookPath("node")
			if err != nil {
				t.Skip("SKIPPED: node is missing; install Node 20 or newer, then run e2e/setup")
			}
			sdk := need(t, "node_modules/@anthropic-ai/claude-agent-sdk")
			modules := filepath.Join(w.dir, "node_modules", "@gatehouse")
			if err := os.MkdirAll(modules, 0o755); err != nil {
				t.Fatal(err)
			}
			adapter := filepath.Join(modules, "claude-agent-sdk")
			if err := os.MkdirAll(adapter, 0o755); err != nil {
				t.Fatal(err)
			}
			for name, target := range map[string]string{
				"@gatehouse/claude-agent-sdk/package.json": filepath.Join(here, "..", "adapters", "typescript", "package.json"),
				"@gatehouse/claude-agent-sdk/dist":         filepath.Dir(typescriptAdapter(t)),
				"@anthropic-ai":                            filepath.Dir(sdk),
			} {
				if err := os.Symlink(target, filepath.Join(w.dir, "node_modules", name)); err != nil {
					t.Fatal(err)
				}
			}
			w.write(t, "agent.mjs", strings.Replace(snippet(t, "ts", 10), shown, prompt, 1))
			return []string{node, "agent.mjs"}, nil
		})
	})
	t.Run("settings", func(t *testing.T) {
		try(t, func(t *testing.T, w *world, prompt string) (argv, env []string) {
			line := `claude --settings "$(gatehouse settings --url $GATEHOUSE_URL)" --setting-sources "" -p "$PROMPT"`
			path := t.TempDir()
			for name, target := range map[string]string{"claude": newestCLI(t), "gatehouse": filepath.Join(bin, "gatehouse")} {
				if err := os.Symlink(target, filepath.Join(path, name)); err != nil {
					t.Fatal(err)
				}
			}
			return []string{"sh", "-c", line}, []string{"PROMPT=" + prompt, "PATH=" + path + string(os.PathListSeparator) + os.Getenv("PATH")}
		})
	})
}

// startStarter starts a server of this test's own with the starter policies.
func startStarter(t *testing.T) *guard {
	t.Helper()
	g, err := startGuard(t.TempDir(), "--policies", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.stop(); err != nil {
			t.Errorf("gatehouse: %v", err)
		}
	})
	return g
}
