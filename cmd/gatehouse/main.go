// Command gatehouse runs the Gatehouse server and the tools of its operators.
package main

import (
	"context"
	"os"

	"gatehouse.dev/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
