// Command gatehouse-hook is the command form of a hook: it reads one hook event from standard input, has a
// Gatehouse server judge it, and prints what the agent's client is to do. Its help says what it reads from
// the environment and how it exits.
//
// It starts on every hook event, so it does nothing at start-up that the event does not need.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
