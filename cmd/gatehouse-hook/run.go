package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"gatehouse.dev"
	"gatehouse.dev/client"
	"gatehouse.dev/hook/claude"
)

// maxInput is the longest hook input that is read, in bytes.
const maxInput = 32 << 20

// run does all that the command does and returns its exit status.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	var cfg config
	err := cfg.read(args, env)
	switch {
	case cfg.help:
		fmt.Fprint(stdout, help)
		return 0
	case cfg.version:
		fmt.Fprintln(stdout, "gatehouse-hook", version())
		return 0
	}
	if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(stderr, help)
		return 1
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.timeout)
	defer cancel()
	h := handler{cfg: cfg, stdout: stdout, stderr: stderr}
	if err == nil {
		h.client, err = client.New(client.Config{URL: cfg.url, Token: cfg.token, Timeout: cfg.timeout})
	}
	if err != nil {
		return h.misconfigured(ctx, stdin, err)
	}
	body, err := readInput(ctx, stdin)
	switch {
	case err != nil && cfg.deliver:
		return h.undelivered(err)
	case err != nil:
		return h.fail(body, "the hook input could not be read", err)
	case cfg.deliver:
		return h.deliver(ctx, body)
	case cfg.observe:
		return h.observe(ctx, args, body)
	}
	return h.judge(ctx, body)
}

// readInput reads the hook's input until it ends, ctx ends, or it is too long. What was read comes back
// with the error, for the event's name may stand in it.
func readInput(ctx context.Context, r io.Reader) ([]byte, error) {
	type read struct {
		body []byte
		err  error
	}
	done := make(chan read, 1) // the reader cannot be stopped: it ends with the process
	go func() {
		body, err := io.ReadAll(io.LimitReader(r, maxInput+1))
		done <- read{body, err}
	}()
	select {
	case got := <-done:
		switch {
		case got.err != nil:
			return got.body, errors.New("read standard input: it broke off")
		case len(got.body) > maxInput:
			return got.body, fmt.Errorf("read standard input: longer than %d bytes", maxInput)
		case len(got.body) == 0:
			return nil, errors.New("read standard input: it is empty")
		}
		return got.body, nil
	case <-ctx.Done():
		return nil, errors.New("read standard input: it did not end in time")
	}
}

// handler answers one event.
type handler struct {
	cfg            config
	client         *client.Client
	stdout, stderr io.Writer
}

// judge has the event judged and prints the reply.
func (h *handler) judge(ctx context.Context, body []byte) int {
	start := time.Now()
	h.payload("Request payload", body)
	reply, err := h.client.Hook(ctx, h.request(body))
	if err != nil {
		return h.fail(body, phrase(err), err)
	}
	h.payload("Response body", reply.Body)
	l, word := levelDebug, "Allowed" // most events: a line for each would be most of what a run costs
	switch {
	case reply.Applied >= gatehouse.Ask:
		l, word = levelWarning, "BLOCKING"
	case reply.Applied == gatehouse.Redact:
		l, word = levelInfo, "Masking"
	}
	if l >= h.cfg.log.level {
		call, _ := claude.Parse(body)
		ev := call.Event()
		h.cfg.log.write(l, "%s %s — hook=%s tool=%s session=%s verdict=%v applied=%v decision=%s duration=%dms", word, subject(ev.Kind),
			call.Hook(), ev.Tool, ev.SessionID, reply.Verdict, reply.Applied, reply.Decision, time.Since(start).Milliseconds())
	}
	return h.print(reply.Body)
}

func (h *handler) request(body []byte) client.HookRequest {
	return client.HookRequest{
		Client: h.cfg.client, Body: body, Observe: h.cfg.observe, Fail: h.cfg.fail, Identity: h.cfg.identity,
	}
}

// fail prints the reply of the fail mode. why is a fixed phrase, err goes to the operator.
func (h *handler) fail(body []byte, why string, err error) int {
	mode := h.cfg.fail
	if h.cfg.observe {
		mode = gatehouse.FailOpen
	}
	call, _ := claude.Parse(body)
	reply := call.Fail(mode, why)
	did := "passing it (fail-open)"
	if reply.Applied == gatehouse.Deny {
		did = "denying it (fail-closed)"
	}
	h.cfg.log.write(levelError, "Guardrails error, %s — hook=%s: %v", did, call.Hook(), err)
	fmt.Fprintf(h.stderr, "gatehouse-hook: error: no verdict, %s: %s\n", did, oneLine(err.Error(), 500))
	return h.print(reply.Body)
}

// misconfigured answers where the settings are wrong: with the closed fail mode by a denial, otherwise by
// an exit status that the client shows.
func (h *handler) misconfigured(ctx context.Context, stdin io.Reader, err error) int {
	if h.cfg.fail == gatehouse.FailClosed && !h.cfg.deliver {
		body, _ := readInput(ctx, stdin)
		h.cfg.observe = false // whether to observe is one of the settings that cannot be relied on
		return h.fail(body, "the hook's settings are wrong", err)
	}
	h.cfg.log.write(levelError, "Guardrails error, settings are wrong: %v", err)
	fmt.Fprintf(h.stderr, "gatehouse-hook: error: %s\ngatehouse-hook: hint: gatehouse-hook --help\n", oneLine(err.Error(), 500))
	return 1
}

// print writes the reply. A client that no longer reads is told by the exit status.
func (h *handler) print(body []byte) int {
	if _, err := h.stdout.Write(append(body, '\n')); err != nil {
		return 1
	}
	return 0
}

func (h *handler) payload(what string, body []byte) {
	if h.cfg.log.payloads {
		h.cfg.log.write(levelInfo, "%s: %s", what, body)
	}
}

// phrase returns what people and models are told of an error.
func phrase(err error) string {
	switch gatehouse.ErrorCode(err) {
	case gatehouse.CodeUnauthorized, gatehouse.CodeForbidden:
		return "the guard refused its caller's token"
	case gatehouse.CodeInvalid:
		return "the guard could not read the event"
	case gatehouse.CodeTooLarge:
		return "the event is too large for the guard"
	case gatehouse.CodeRateLimited:
		return "the guard is busy"
	}
	return "the guard did not answer"
}

// subject returns the log's word for what an event is about.
func subject(k gatehouse.Kind) string {
	switch k {
	case gatehouse.KindToolCall:
		return "tool call"
	case gatehouse.KindToolResult:
		return "tool result"
	}
	return string(k)
}
