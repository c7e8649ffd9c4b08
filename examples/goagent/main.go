// Command goagent is an agent in Go that guards itself, without a server: it starts the claude command,
// speaks the SDK's control protocol with it, and answers every hook from an engine in this process.
//
//	go run ./examples/goagent "Say what is in README.md"
//
// The part that is Gatehouse is [guard]; a port of the Agent SDK to Go takes its callback as it is, since
// input and answer are the JSON of the SDK's own hook callbacks. The rest is what such a port does.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"

	"gatehouse.dev"
	"gatehouse.dev/detect/builtin"
	"gatehouse.dev/engine"
	"gatehouse.dev/hook/claude"
	"gatehouse.dev/policy"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: goagent PROMPT [flags of claude]")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Args[2:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "goagent: error:", err)
		os.Exit(1)
	}
}

// guard returns the callback that judges hooks by the starter policies. What cannot be judged is denied.
func guard() (func(ctx context.Context, input []byte) []byte, error) {
	set, err := policy.Parse(policy.Starter()...)
	if err != nil {
		return nil, err
	}
	judge, err := engine.New(engine.Config{Policies: set, Suites: builtin.Suites()})
	if err != nil {
		return nil, err
	}
	return claude.Callback(judge, claude.Options{Fail: gatehouse.FailClosed, Connector: "claude_agent_sdk", Agent: "goagent"}), nil
}

// frame is one line of the control protocol, in either direction.
type frame struct {
	Type      string          `json:"type"`
	RequestID string          `json:"request_id,omitempty"`
	Request   *request        `json:"request,omitempty"`
	Response  *response       `json:"response,omitempty"`
	Message   json.RawMessage `json:"message,omitempty"`
	Result    string          `json:"result,omitempty"`
}

type request struct {
	Subtype    string             `json:"subtype"`
	CallbackID string             `json:"callback_id,omitempty"`
	Input      json.RawMessage    `json:"input,omitempty"`
	Hooks      map[string][]match `json:"hooks,omitempty"`
}

type match struct {
	CallbackIDs []string `json:"hookCallbackIds"`
	Timeout     int      `json:"timeout"` // seconds
}

type response struct {
	Subtype   string          `json:"subtype"`
	RequestID string          `json:"request_id"`
	Response  json.RawMessage `json:"response,omitempty"`
	Error     string          `json:"error,omitempty"`
}

// run asks one prompt and prints the answer.
func run(ctx context.Context, prompt string, flags []string, out io.Writer) (err error) {
	judge, err := guard()
	if err != nil {
		return err
	}
	args := append([]string{"--input-format", "stream-json", "--output-format", "stream-json", "--verbose"}, flags...)
	cmd := exec.CommandContext(ctx, "claude", args...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stdin.Close(), cmd.Wait()) }()

	send := json.NewEncoder(stdin)
	hooks := map[string][]match{}
	for _, event := range claude.HookEvents() {
		hooks[event] = []match{{[]string{"guard"}, 60}}
	}
	if err := send.Encode(frame{Type: "control_request", RequestID: "init", Request: &request{Subtype: "initialize", Hooks: hooks}}); err != nil {
		return err
	}
	lines := bufio.NewReaderSize(stdout, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("claude ended without a result: %w", err)
		}
		var f frame
		if json.Unmarshal(line, &f) != nil {
			continue // a message with fields of other types: nothing for us
		}
		switch {
		case f.Type == "control_response" && f.Response != nil && f.Response.RequestID == "init":
			if f.Response.Subtype != "success" {
				return fmt.Errorf("claude takes no hooks: %s", f.Response.Error)
			}
			// Only now are the hooks in place. A prompt sent before would run unguarded.
			text, err := json.Marshal(map[string]any{"role": "user", "content": prompt})
			if err != nil {
				return err
			}
			if err := send.Encode(frame{Type: "user", Message: text}); err != nil {
				return err
			}
		case f.Type == "control_request" && f.Request != nil && f.Request.Subtype == "hook_callback":
			answer := response{Subtype: "success", RequestID: f.RequestID, Response: judge(ctx, f.Request.Input)}
			if err := send.Encode(frame{Type: "control_response", Response: &answer}); err != nil {
				return err
			}
		case f.Type == "result":
			fmt.Fprintln(out, f.Result)
			return nil
		}
	}
}
