// Package config holds the server's settings: their defaults, and the file, environment and flags that
// change them, in rising order of precedence.
//
// Every setting has one name: "max_body_bytes" in the file, GATEHOUSE_MAX_BODY_BYTES in the environment,
// --max-body-bytes as a flag. Unknown names are errors everywhere, so that a typing mistake is never a
// setting silently left at its default.
package config

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"gatehouse.dev"
)

// Config is what the server is told. Use [Default] for one that is filled in.
type Config struct {
	Addr     string   // host:port to listen on; port 0 takes a free one
	Data     string   // folder of the store; made when missing
	Policies []string // policy files and folders; empty: the starter set
	TLSCert  string   // certificate file (PEM); with TLSKey, serves HTTPS
	TLSKey   string   // key file (PEM)

	FailMode        gatehouse.FailMode // of hook calls that do not name one
	DecideTimeout   time.Duration      // most that judging one event may take
	MaxBodyBytes    int64              // largest request body that is read
	ShutdownTimeout time.Duration      // time for requests and records in flight at the end
	QueueBytes      int64              // memory that records waiting for the store may take

	LogLevel  string // debug, info, warn, error
	LogFormat string // text, json
}

// Default returns the settings that hold where nothing else is said.
func Default() Config {
	return Config{
		Addr:            "127.0.0.1:8700",
		Data:            defaultData(),
		FailMode:        gatehouse.FailOpen,
		DecideTimeout:   250 * time.Millisecond,
		MaxBodyBytes:    8 << 20,
		ShutdownTimeout: 10 * time.Second,
		QueueBytes:      64 << 20,
		LogLevel:        "info",
		LogFormat:       "text",
	}
}

// defaultData is where the platform keeps a program's own data.
func defaultData() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "gatehouse-data"
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "gatehouse")
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "gatehouse")
		}
		return filepath.Join(home, "AppData", "Local", "gatehouse")
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "gatehouse")
	}
	return filepath.Join(home, ".local", "share", "gatehouse")
}

// Field is one setting by its name, readable and settable as text.
type Field struct {
	Name  string // as in the file: "max_body_bytes"
	Usage string // one line for help texts and the example file
	Get   func() string
	Set   func(string) error
}

// Flag returns the field's name as a flag: "max-body-bytes".
func (f Field) Flag() string { return strings.ReplaceAll(f.Name, "_", "-") }

// Env returns the field's name in the environment: "GATEHOUSE_MAX_BODY_BYTES".
func (f Field) Env() string { return "GATEHOUSE_" + strings.ToUpper(f.Name) }

// Fields lists every setting of c in the order of help texts.
func (c *Config) Fields() []Field {
	return []Field{
		text("addr", "host:port to listen on; anything but loopback needs an API key first", &c.Addr),
		text("data", "folder of the store; made when missing", &c.Data),
		{"policies", "policy files and folders, comma-separated; empty: the starter set",
			func() string { return strings.Join(c.Policies, ",") },
			func(s string) error { c.Policies = List(s); return nil }},
		text("tls_cert", "certificate file (PEM); with tls_key, serves HTTPS", &c.TLSCert),
		text("tls_key", "key file (PEM)", &c.TLSKey),
		{"fail_mode", "what becomes of an event that could not be judged in time: open, closed",
			func() string { return c.FailMode.String() },
			func(s string) error { return c.FailMode.UnmarshalText([]byte(s)) }},
		duration("decide_timeout", "most that judging one event may take", &c.DecideTimeout),
		number("max_body_bytes", "largest request body that is read", &c.MaxBodyBytes),
		duration("shutdown_timeout", "time for requests and records in flight at the end", &c.ShutdownTimeout),
		number("queue_bytes", "memory that records waiting for the store may take", &c.QueueBytes),
		text("log_level", "debug, info, warn, error", &c.LogLevel),
		text("log_format", "text, json", &c.LogFormat),
	}
}

func text(name, usage string, v *string) Field {
	return Field{name, usage, func() string { return *v }, func(s string) error { *v = s; return nil }}
}

func duration(name, usage string, v *time.Duration) Field {
	return Field{name, usage, func() string { return v.String() }, func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Errorf("not a duration: %q", s)
		}
		*v = d
		return nil
	}}
}

func number(name, usage string, v *int64) Field {
	return Field{name, usage, func() string { return strconv.FormatInt(*v, 10) }, func(s string) error {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fmt.Errorf("not a whole number: %q", s)
		}
		*v = n
		return nil
	}}
}

// List takes a comma-separated list apart, without empty entries and the space around each.
func List(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Register adds every setting of c to fs. A flag that is given calls the field's Set; call it after file and
// environment have been read, so that flags win.
func (c *Config) Register(fs *flag.FlagSet) {
	for _, f := range c.Fields() {
		fs.Func(f.Flag(), f.Usage+defaultNote(f.Get()), f.Set)
	}
}

func defaultNote(v string) string {
	if v == "" {
		return ""
	}
	return " (default " + v + ")"
}

// Validate reports everything that is wrong with c, joined.
func (c *Config) Validate() error {
	var errs []error
	bad := func(name, format string, args ...any) {
		errs = append(errs, fmt.Errorf("setting %s: %s", name, fmt.Sprintf(format, args...)))
	}
	if _, port, err := net.SplitHostPort(c.Addr); err != nil {
		bad("addr", "want host:port, have %q", c.Addr)
	} else if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		bad("addr", "port must be 0 to 65535, have %q (%d)", port, n)
	}
	if c.Data == "" {
		bad("data", "must not be empty")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		bad("tls_cert", "tls_cert and tls_key go together")
	}
	bounds := func(name string, v, low, high time.Duration) {
		if v < low || v > high {
			bad(name, "must be %v to %v, have %v", low, high, v)
		}
	}
	bounds("decide_timeout", c.DecideTimeout, time.Millisecond, time.Minute)
	bounds("shutdown_timeout", c.ShutdownTimeout, 0, 10*time.Minute)
	if c.MaxBodyBytes < 1<<10 || c.MaxBodyBytes > 1<<30 {
		bad("max_body_bytes", "must be 1024 to %d, have %d", 1<<30, c.MaxBodyBytes)
	}
	if c.QueueBytes < 1<<20 {
		bad("queue_bytes", "must be at least %d, have %d", 1<<20, c.QueueBytes)
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		bad("log_level", "want debug, info, warn or error, have %q", c.LogLevel)
	}
	switch c.LogFormat {
	case "text", "json":
	default:
		bad("log_format", "want text or json, have %q", c.LogFormat)
	}
	return errors.Join(errs...)
}

// Loopback reports whether Addr can only be reached from this machine.
func (c *Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
