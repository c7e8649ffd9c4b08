package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev/hook/claude"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/server"
)

const settingsAbout = `Print the settings that put an agent under guard, as JSON. Use it as

    claude --settings "$(gatehouse settings)"
    ClaudeAgentOptions(settings=…)            Python
    options.settings = …                      TypeScript

The key, where the server needs one, is read from GATEHOUSE_TOKEN when a hook runs; it is not printed.`

func settings(_ context.Context, e *env, args []string) error {
	opt := claude.SettingsOptions{Timeout: 10 * time.Second}
	fs := flags("settings")
	data := fs.String("data", config.Default().Data, "`folder` of the store, where a running server leaves its address")
	fs.StringVar(&opt.URL, "url", "", "`url` of the server (default: the running server's, else http://127.0.0.1:8700)")
	fs.StringVar(&opt.Agent, "agent", "", "`name` of the agent, for scopes and the dashboard")
	fs.TextVar(&opt.FailMode, "fail-mode", opt.FailMode, "`open or closed`: what becomes of an event that could not be judged (default open)")
	fs.DurationVar(&opt.Timeout, "timeout", opt.Timeout, "`time` that the client waits for one answer (default 10s)")
	fs.BoolVar(&opt.Token, "token", false, "send the key in GATEHOUSE_TOKEN with every call")
	command := fs.Bool("command", false, "use command hooks (gatehouse-hook) in place of HTTP hooks")
	binary := fs.String("hook-binary", "", "`path` of gatehouse-hook (default: beside this program, else on PATH)")
	compact := fs.Bool("compact", false, "print on one line")
	if err := parse(e, fs, settingsAbout, args); err != nil {
		return err
	}
	if err := noArgs(fs); err != nil {
		return err
	}
	if opt.URL == "" {
		opt.URL = runningURL(*data)
	}
	if *command {
		path, err := hookBinary(*binary)
		if err != nil {
			return err
		}
		opt.Command = path
	}
	s, err := claude.Settings(opt)
	if err != nil {
		return &usageError{err.Error()}
	}
	format := []json.Options{jsontext.WithIndent("  ")}
	if *compact {
		format = nil
	}
	out, err := json.Marshal(s, append(format, json.Deterministic(true))...)
	if err != nil {
		return fmt.Errorf("print settings: %w", err)
	}
	_, err = fmt.Fprintf(e.stdout, "%s\n", out)
	return err
}

// runningURL is the address that a server on data has left, or the default one.
func runningURL(data string) string {
	if b, err := os.ReadFile(filepath.Join(data, server.AddressFile)); err == nil && len(b) < 512 {
		if url := strings.TrimSpace(string(b)); url != "" {
			return url
		}
	}
	return "http://" + config.Default().Addr
}

// hookBinary finds gatehouse-hook.
func hookBinary(path string) (string, error) {
	if path != "" {
		return filepath.Abs(path)
	}
	if self, err := os.Executable(); err == nil {
		if p := filepath.Join(filepath.Dir(self), "gatehouse-hook"); isFile(p) {
			return p, nil
		}
	}
	p, err := exec.LookPath("gatehouse-hook")
	if err != nil {
		return "", &hinted{fmt.Errorf("find gatehouse-hook: %w", err), "go build -o . ./cmd/gatehouse-hook, then name it with --hook-binary"}
	}
	return filepath.Abs(p)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
