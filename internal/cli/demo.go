package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"gatehouse.dev"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/server"
)

const demoAbout = `Run a server with the starter policies, play a recorded agent session through its hook endpoint, print each
verdict as it falls, and stay up so that the dashboard can be looked at.

Everything is kept in a temporary folder that is removed at the end, unless --data names one.`

// demoPause is the time between two steps at a terminal, so that a person can follow.
const demoPause = 250 * time.Millisecond

func demo(ctx context.Context, e *env, args []string) (err error) {
	once := false
	cfg, fs, err := loadConfig(e, "demo", demoAbout, args, func(fs *flag.FlagSet) {
		fs.BoolVar(&once, "once", false, "end after the session has been played")
	})
	if err != nil {
		return err
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if !given["data"] {
		if cfg.Data, err = os.MkdirTemp("", "gatehouse-demo-"); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	}
	if !given["log-level"] {
		cfg.LogLevel = "warn"
	}
	s, err := server.New(ctx, cfg, Version(), logger(&cfg, e.stderr))
	if gatehouse.ErrorCode(err) == gatehouse.CodeUnavailable && !given["addr"] && cfg.Addr == config.Default().Addr {
		cfg.Addr = "127.0.0.1:0" // something, perhaps a Gatehouse, is there already
		s, err = server.New(ctx, cfg, Version(), logger(&cfg, e.stderr))
	}
	if err != nil {
		return explain(err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	serving, end := context.WithCancel(ctx)
	defer end()
	done := make(chan error, 1)
	go func() { done <- s.Run(serving) }()

	if err := play(ctx, e, s.URL()); err != nil {
		end()
		return errors.Join(err, <-done)
	}
	fmt.Fprintf(e.stdout, "\nThe session in the dashboard: %s/sessions/%s\nGuard a real one:             claude --settings \"$(gatehouse settings --url %s)\"\n",
		s.URL(), demoSession, s.URL())
	if once {
		end()
	} else {
		fmt.Fprintln(e.stdout, "\nServing until Ctrl-C.")
	}
	return <-done
}

// play sends the recorded session through the hook endpoint at url, one call after the other as the client
// would, and prints what came back.
func play(ctx context.Context, e *env, url string) error {
	pause := time.Duration(0)
	paint := func(_ gatehouse.Action, s string) string { return s }
	if terminal(e.stdout) {
		pause = demoPause
		if v, _ := e.lookup("NO_COLOR"); v == "" {
			paint = color
		}
	}
	fmt.Fprintf(e.stdout, "An agent at work, judged at %s/v1/hooks/claude:\n\n", url)
	client := &http.Client{Timeout: 10 * time.Second}
	for _, step := range demoSteps() {
		action, took, err := send(ctx, client, url, step)
		if err != nil {
			return fmt.Errorf("play session: %w", err)
		}
		fmt.Fprintf(e.stdout, "  %-7s %7s  %-18s %s\n", paint(action, fmt.Sprintf("%-7s", action)), took.Round(10*time.Microsecond), step.payload["hook_event_name"], step.show)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// send posts one step and returns what the client was told and how long it took.
func send(ctx context.Context, client *http.Client, url string, step demoStep) (gatehouse.Action, time.Duration, error) {
	body, err := json.Marshal(step.payload, json.Deterministic(true))
	if err != nil {
		return 0, 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/hooks/claude", bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Gatehouse-Agent", "demo-agent")
	req.Header.Set("X-Gatehouse-Connector", "claude_agent_sdk")
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return 0, 0, err
	}
	took := time.Since(start)
	if resp.StatusCode != http.StatusOK {
		return 0, took, fmt.Errorf("server answered %s", resp.Status)
	}
	action, err := gatehouse.ParseAction(resp.Header.Get("X-Gatehouse-Action"))
	return action, took, err
}

// color paints an action's word for a terminal; the word itself carries the meaning.
func color(a gatehouse.Action, s string) string {
	code := map[gatehouse.Action]string{
		gatehouse.Allow: "32", gatehouse.Alert: "36", gatehouse.Redact: "35", gatehouse.Ask: "33", gatehouse.Deny: "31;1",
	}[a]
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
