package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/client"
)

// Bounds of the settings.
const (
	// maxTimeout keeps the answer ahead of the client's shortest own limit, 30 seconds for a prompt.
	maxTimeout = 25 * time.Second
	// maxTokenFile is the longest token file that is read, in bytes.
	maxTokenFile = 64 << 10
)

// config is what one run does, from flags over environment over defaults.
type config struct {
	client   string
	url      string
	token    gatehouse.Redacted
	timeout  time.Duration
	fail     gatehouse.FailMode
	observe  bool
	deliver  bool // send the event and print nothing: what a run in observe mode leaves behind
	help     bool
	version  bool
	identity client.Identity
	log      logConfig
}

// read fills c in from args and env. Where it gives an error the fail mode is set all the same, and is
// closed where the setting cannot be understood.
func (c *config) read(args []string, env func(string) string) error {
	first := func(names ...string) string {
		for _, name := range names {
			if v := env(name); v != "" {
				return v
			}
		}
		return ""
	}
	fail, timeout := env("GATEHOUSE_FAIL_MODE"), first("GATEHOUSE_TIMEOUT", "AKTO_TIMEOUT")
	c.identity = client.Identity{
		Agent:     first("GATEHOUSE_AGENT", "AGENT_ID"),
		Connector: first("AKTO_CONNECTOR"),
		User:      env("GATEHOUSE_USER"),
	}
	if c.identity.Connector == "" {
		c.identity.Connector = "claude_code_cli"
	}

	fs := flag.NewFlagSet("gatehouse-hook", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.client, "client", "claude", "")
	fs.StringVar(&c.url, "url", first("GATEHOUSE_URL", "AKTO_DATA_INGESTION_URL"), "")
	fs.StringVar(&timeout, "timeout", timeout, "")
	fs.StringVar(&fail, "fail-mode", fail, "")
	fs.BoolVar(&c.observe, "observe", isFalse(env("AKTO_SYNC_MODE")), "")
	fs.StringVar(&c.identity.Agent, "agent", c.identity.Agent, "")
	fs.StringVar(&c.identity.Connector, "connector", c.identity.Connector, "")
	fs.StringVar(&c.identity.User, "user", c.identity.User, "")
	fs.BoolVar(&c.deliver, "deliver", false, "")
	fs.BoolVar(&c.help, "help", false, "")
	fs.BoolVar(&c.help, "h", false, "")
	fs.BoolVar(&c.version, "version", false, "")
	errFlags := fs.Parse(args)
	if errFlags == nil && fs.NArg() > 0 {
		errFlags = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if errFlags != nil && closedIn(args) {
		fail = "closed" // said after the flag that was not understood
	}

	var errs []error
	add := func(what string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("read %s: %w", what, err))
		}
	}
	add("arguments", errFlags)
	if fail != "" {
		mode, err := gatehouse.ParseFailMode(fail)
		if err != nil {
			mode = gatehouse.FailClosed
		}
		c.fail = mode
		add("fail mode", err)
	}
	var err error
	c.timeout, err = seconds(timeout)
	add("timeout", err)
	c.token, err = token(env)
	add("token", err)
	if c.client != "claude" {
		add("client", fmt.Errorf("unknown client %q: want claude", c.client))
	}
	c.log = readLogConfig(env)
	return errors.Join(errs...)
}

// closedIn reports whether args ask for the closed fail mode, wherever it stands in them.
func closedIn(args []string) bool {
	for i, a := range args {
		name, value, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		if name != "fail-mode" {
			continue
		}
		if value == "closed" || value == "" && i+1 < len(args) && args[i+1] == "closed" {
			return true
		}
	}
	return false
}

// isFalse reports whether s switches a setting off. Anything else leaves it on, so that a slip of the
// pen does not switch the guard off.
func isFalse(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "false", "0", "no", "off":
		return true
	}
	return false
}

// seconds reads a number of seconds or a Go duration; empty means the client's default.
func seconds(s string) (time.Duration, error) {
	if s == "" {
		return client.DefaultTimeout, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		n, errNumber := strconv.ParseFloat(s, 64)
		if errNumber != nil {
			return client.DefaultTimeout, fmt.Errorf("%q is neither a number of seconds nor a duration", s)
		}
		d = time.Duration(min(n, maxTimeout.Seconds()) * float64(time.Second))
	}
	if d <= 0 {
		return client.DefaultTimeout, fmt.Errorf("%q is not more than zero", s)
	}
	return min(d, maxTimeout), nil
}

// token returns the first token that is set, in a variable or in the file that its _FILE twin names.
func token(env func(string) string) (gatehouse.Redacted, error) {
	for _, name := range []string{"GATEHOUSE_TOKEN", "AKTO_TOKEN", "AKTO_API_TOKEN"} {
		if v := env(name); v != "" {
			return gatehouse.Redacted(v), nil
		}
		path := env(name + "_FILE")
		if path == "" {
			continue
		}
		f, err := os.Open(home(path, env))
		if err != nil {
			return "", err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxTokenFile))
		if err != nil {
			return "", err
		}
		return gatehouse.Redacted(strings.TrimSpace(string(b))), nil
	}
	return "", nil
}

// home returns path with a leading ~ replaced by the user's home.
func home(path string, env func(string) string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return path
	}
	dir := env("HOME")
	if dir == "" {
		dir = env("USERPROFILE")
	}
	return filepath.Join(dir, rest)
}
