// Package cli is the gatehouse command: its subcommands as functions over streams.
//
// Errors print as "gatehouse: error: …", with a hint line where a command helps. The exit status is 0 for
// done, 1 for failed and 2 for wrong usage. A first interrupt stops a server in order, a second at once.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"golang.org/x/term"

	"gatehouse.dev"
	"gatehouse.dev/internal/config"
)

// command is one subcommand.
type command struct {
	name, usage, short string
	run                func(ctx context.Context, e *env, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "serve [flags]", "run the server: hook endpoints, API and dashboard", serve},
		{"demo", "demo [flags]", "run a server, play a recorded agent session through it, and stay up", demo},
		{"settings", "settings [flags]", "print the settings that put Claude Code and its SDKs under guard", settings},
		{"keys", "keys create|list|remove [flags]", "manage API keys", keys},
		{"policy", "policy check|list|starter [FILE…]", "check and show policy files", policyCommand},
		{"config", "config [flags]", "print the settings in effect", printConfig},
		{"version", "version", "print the version", version},
	}
}

// env is what a subcommand works with.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookup         func(string) (string, bool)
}

// usageError is a mistake in how a command was called; it exits with 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// hinted adds a command to try to an error.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// Run carries out the command line args (without the program's name) and returns the exit status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := &env{stdin, stdout, stderr, os.LookupEnv}
	err := dispatch(ctx, e, args)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, context.Canceled):
		return 1
	}
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		fmt.Fprintf(stderr, "gatehouse: error: %s\n", line)
	}
	if h, ok := errors.AsType[*hinted](err); ok {
		fmt.Fprintf(stderr, "gatehouse: hint: %s\n", h.hint)
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	return 1
}

func dispatch(ctx context.Context, e *env, args []string) error {
	if len(args) == 0 {
		help(e.stderr)
		return &usageError{"no command given"}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		help(e.stdout)
		return nil
	case "-version", "--version":
		return version(ctx, e, nil)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
	}
	return &hinted{&usageError{fmt.Sprintf("unknown command %.60q", args[0])}, "gatehouse help"}
}

func help(w io.Writer) {
	fmt.Fprint(w, "Gatehouse guards AI agents: it judges every prompt, tool call, tool result and answer.\n\nUsage: gatehouse COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-36s %s\n", c.usage, c.short)
	}
	fmt.Fprint(w, "\n\"gatehouse COMMAND --help\" lists a command's flags. Settings can also come from GATEHOUSE_* variables\nand from a file (--config).\n")
}

// flags makes a flag set that prints nothing by itself.
func flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	return fs
}

// parse reads args into fs; --help prints about and the flags, and gives [flag.ErrHelp].
func parse(e *env, fs *flag.FlagSet, about string, args []string) error {
	for _, a := range args {
		if a == "--" {
			break
		}
		if a == "-h" || a == "-help" || a == "--help" {
			fmt.Fprintf(e.stdout, "%s\n\nFlags:\n", about)
			fs.VisitAll(func(f *flag.Flag) { printFlag(e.stdout, f) })
			return flag.ErrHelp
		}
	}
	if err := fs.Parse(args); err != nil {
		return &hinted{&usageError{err.Error()}, "gatehouse " + fs.Name() + " --help"}
	}
	return nil
}

func printFlag(w io.Writer, f *flag.Flag) {
	arg, usage := flag.UnquoteUsage(f)
	if arg != "" {
		arg = " " + strings.ToUpper(arg)
	}
	fmt.Fprintf(w, "  --%s%s\n        %s\n", f.Name, arg, usage)
}

// noArgs refuses words after the flags.
func noArgs(fs *flag.FlagSet) error {
	if fs.NArg() > 0 {
		return &hinted{&usageError{fmt.Sprintf("unexpected argument %.60q", fs.Arg(0))}, "gatehouse " + fs.Name() + " --help"}
	}
	return nil
}

// loadConfig reads the settings of a command that takes them as flags: defaults, file, environment, flags.
// more adds the command's own flags.
func loadConfig(e *env, name, about string, args []string, more func(*flag.FlagSet)) (config.Config, *flag.FlagSet, error) {
	file := configFile(args, e.lookup)
	c := config.Default()
	if file != "" {
		if err := c.ReadFile(file); err != nil {
			return c, nil, err
		}
	}
	if err := c.ReadEnv(e.lookup); err != nil {
		return c, nil, err
	}
	fs := flags(name)
	fs.String("config", file, "`file` of settings (YAML); GATEHOUSE_CONFIG names it too")
	c.Register(fs)
	if more != nil {
		more(fs)
	}
	if err := parse(e, fs, about, args); err != nil {
		return c, nil, err
	}
	return c, fs, noArgs(fs)
}

// configFile finds the settings file before the flags are read, since flags win over it.
func configFile(args []string, lookup func(string) (string, bool)) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "=")
		switch {
		case name != "config" || !strings.HasPrefix(a, "-"):
		case ok:
			return value
		case i+1 < len(args):
			return args[i+1]
		}
	}
	v, _ := lookup("GATEHOUSE_CONFIG")
	return v
}

// logger makes the log that cfg asks for.
func logger(cfg *config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel)) // validated before
	opt := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opt))
	}
	return slog.New(slog.NewTextHandler(w, opt))
}

// terminal reports whether w is a terminal that may be drawn on.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func version(_ context.Context, e *env, _ []string) error {
	_, err := fmt.Fprintln(e.stdout, "gatehouse", Version())
	return err
}

// Version is the version that the binary was built from: a tag, or the revision, or "devel".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

func printConfig(_ context.Context, e *env, args []string) error {
	c, _, err := loadConfig(e, "config", "Print the settings in effect, as a settings file.", args, nil)
	if err != nil {
		return err
	}
	if err := c.Print(e.stdout); err != nil {
		return err
	}
	return c.Validate()
}

// explain adds the hint that goes with an error of the server.
func explain(err error) error {
	if err == nil {
		return nil
	}
	switch gatehouse.ErrorCode(err) {
	case gatehouse.CodeForbidden:
		return &hinted{err, "gatehouse keys create --name admin --scope admin"}
	case gatehouse.CodeUnavailable:
		if strings.Contains(err.Error(), "listen on") {
			return &hinted{err, "gatehouse serve --addr 127.0.0.1:0 takes a free port"}
		}
	}
	return err
}
