package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Bounds of the log, in bytes.
const (
	maxLogFile = 10 << 20 // then it becomes gatehouse-hook.log.1
	maxLogLine = 64 << 10
)

// level orders log lines; names and format are those of Python's logging, which the other adapters write.
type level int

const (
	levelDebug level = iota
	levelInfo
	levelWarning
	levelError
)

var levelNames = []string{"DEBUG", "INFO", "WARNING", "ERROR"}

// logConfig says where and how much to log.
type logConfig struct {
	dir      string // empty: no log file
	level    level
	payloads bool
}

func readLogConfig(env func(string) string) logConfig {
	c := logConfig{dir: env("LOG_DIR"), level: levelInfo, payloads: strings.EqualFold(env("LOG_PAYLOADS"), "true")}
	if c.dir == "" && (env("HOME") != "" || env("USERPROFILE") != "") {
		c.dir = "~/.claude/akto/logs"
	}
	if c.dir != "" {
		c.dir = home(c.dir, env)
	}
	for i, name := range levelNames {
		if strings.EqualFold(env("LOG_LEVEL"), name) {
			c.level = level(i)
		}
	}
	return c
}

// write appends one line, opening the file only now. A log that cannot be written is no reason to hold an
// agent up: there is nowhere to tell of it but the place that failed.
func (c logConfig) write(l level, format string, args ...any) {
	if l < c.level || c.dir == "" {
		return
	}
	path := filepath.Join(c.dir, "gatehouse-hook.log")
	if st, err := os.Stat(path); err == nil && st.Size() > maxLogFile {
		_ = os.Rename(path, path+".1")
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if os.IsNotExist(err) {
		if os.MkdirAll(c.dir, 0o700) == nil {
			f, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		}
	}
	if err != nil {
		return
	}
	line := oneLine(fmt.Sprintf(format, args...), maxLogLine)
	_, _ = fmt.Fprintf(f, "%s - %s - %s\n", strings.Replace(time.Now().Format("2006-01-02 15:04:05.000"), ".", ",", 1), levelNames[l], line)
	_ = f.Close()
}

// oneLine returns at most limit bytes of s, line breaks and control characters replaced by spaces.
func oneLine(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
