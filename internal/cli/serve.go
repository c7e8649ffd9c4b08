package cli

import (
	"context"
	"os/signal"
	"syscall"

	"gatehouse.dev/internal/server"
)

const serveAbout = `Run the server until interrupted.

Without an API key it listens on loopback only and asks nobody to log in. "gatehouse keys create" makes the
first key; from then on every call and every page needs one.`

func serve(ctx context.Context, e *env, args []string) error {
	cfg, _, err := loadConfig(e, "serve", serveAbout, args, nil)
	if err != nil {
		return err
	}
	s, err := server.New(ctx, cfg, Version(), logger(&cfg, e.stderr))
	if err != nil {
		return explain(err)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	return s.Run(ctx)
}
