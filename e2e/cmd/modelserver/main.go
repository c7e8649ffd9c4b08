// Command modelserver serves the scripted Messages API of package modelserver on 127.0.0.1, for tests of
// agents in other languages:
//
//	modelserver [-port N]
//
// It prints its URL on standard output as one line and runs until it is interrupted. An agent is pointed at it
// with ANTHROPIC_BASE_URL=URL and any ANTHROPIC_API_KEY. GET URL/_log gives what it was sent,
// GET URL/_log?seen=TEXT whether TEXT was in it, PUT URL/_script/NAME keeps a script for SCRIPT:@NAME.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gatehouse.dev/e2e/modelserver"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("modelserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", 0, "port on 127.0.0.1; 0 takes a free one")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *port, stdout); err != nil {
		fmt.Fprintln(stderr, "modelserver: error:", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, port int, stdout io.Writer) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "http://%s\n", l.Addr())
	srv := &http.Server{Handler: modelserver.New(modelserver.Config{}), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { srv.Close() })()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
