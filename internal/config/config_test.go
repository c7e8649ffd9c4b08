package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
)

func TestDefaultIsValid(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Errorf("Validate(Default()) = %v, want nil", err)
	}
	if !c.Loopback() {
		t.Errorf("Default().Addr = %q is not loopback", c.Addr)
	}
}

func TestExampleFileEqualsDefaults(t *testing.T) {
	c := Default()
	c.Data = "/var/lib/gatehouse"
	var want bytes.Buffer
	want.WriteString("# Settings of `gatehouse serve`, each at its default. Flags and GATEHOUSE_* variables win over this file.\n")
	if err := c.Print(&want); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("..", "..", "docs", "gatehouse.example.yaml")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), strings.ReplaceAll(string(got), "\r\n", "\n")); diff != "" {
		t.Errorf("%s differs from the defaults (UPDATE=1 rewrites it; -want +got):\n%s", name, diff)
	}
	read := Default()
	if err := read.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, read, cmp.Transformer("len", func(s []string) int { return len(s) })); diff != "" {
		t.Errorf("ReadFile(Print(c)) differs from c (-want +got):\n%s", diff)
	}
}

func TestPrecedence(t *testing.T) {
	name := filepath.Join(t.TempDir(), "gatehouse.yaml")
	file := "addr: 127.0.0.1:1\r\ndecide_timeout: 1s\r\npolicies: [a.yaml, b]\r\nfail_mode: closed\r\n"
	if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Default()
	if err := c.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"GATEHOUSE_ADDR": "127.0.0.1:2", "GATEHOUSE_DECIDE_TIMEOUT": "2s", "GATEHOUSE_LOG_LEVEL": ""}
	if err := c.ReadEnv(func(k string) (string, bool) { v, ok := env[k]; return v, ok }); err != nil {
		t.Fatal(err)
	}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	c.Register(fs)
	if err := fs.Parse([]string{"--addr", "127.0.0.1:3"}); err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Addr, want.DecideTimeout, want.Policies, want.FailMode = "127.0.0.1:3", 2*time.Second, []string{"a.yaml", "b"}, gatehouse.FailClosed
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("flag over environment over file over default (-want +got):\n%s", diff)
	}
}

func TestFileProblemsAreAllReported(t *testing.T) {
	const file = "adr: x\ndecide_timeout: soon\nlog_level: info\nlog_level: warn\nfail_mode: maybe\npolicies: {a: b}\n"
	c := Default()
	err := c.parse("g.yaml", []byte(file))
	if err == nil {
		t.Fatal("parse of a file with five mistakes gave no error")
	}
	for _, want := range []string{
		`g.yaml:1:1: unknown setting "adr"`,
		`g.yaml:2:17: setting decide_timeout: not a duration: "soon"`,
		`g.yaml:4:1: setting "log_level" is given twice`,
		`g.yaml:5:12: setting fail_mode: unknown fail mode "maybe"`,
		`g.yaml:6:11: setting policies: want a plain value or a list`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("parse error lacks %q:\n%v", want, err)
		}
	}
}

func TestParseOddFiles(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		ok         bool
	}{
		{"empty", "", true},
		{"comments", "# nothing\n", true},
		{"list", "- a\n", false},
		{"cut off", "addr: [", false},
		{"null", "tls_cert:\n", true},
	} {
		c := Default()
		if err := c.parse("g.yaml", []byte(tt.file)); (err == nil) != tt.ok {
			t.Errorf("parse(%s) = %v, want ok %v", tt.name, err, tt.ok)
		}
	}
}

func TestValidateReportsAll(t *testing.T) {
	c := Config{Addr: "nowhere", LogLevel: "loud", LogFormat: "xml", TLSCert: "c.pem"}
	err := c.Validate()
	if err == nil {
		t.Fatal("Validate of a broken Config = nil")
	}
	for _, name := range []string{"addr", "data", "tls_cert", "decide_timeout", "max_body_bytes", "queue_bytes", "log_level", "log_format"} {
		if !strings.Contains(err.Error(), "setting "+name+":") {
			t.Errorf("Validate says nothing of %s:\n%v", name, err)
		}
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:1": true, "[::1]:1": true, "localhost:1": true, "127.1.2.3:1": true,
		":1": false, "0.0.0.0:1": false, "10.0.0.1:1": false, "[::]:1": false, "example.com:1": false, "bad": false,
	} {
		if got := (&Config{Addr: addr}).Loopback(); got != want {
			t.Errorf("Loopback(%q) = %v, want %v", addr, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("addr: 127.0.0.1:1\npolicies: [a]\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, s string) {
		c := Default()
		_ = c.parse("g.yaml", []byte(s))
	})
}
