package claude

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gatehouse.dev"
)

// SettingsOptions says what [Settings] should set up.
type SettingsOptions struct {
	URL      string             // of the server: "http://127.0.0.1:8700"
	FailMode gatehouse.FailMode // closed adds onFailure:"block", which CLIs before 2.1.295 ignore
	Agent    string             // name of the agent, sent with every call; may be empty
	Token    bool               // send the key that GATEHOUSE_TOKEN holds when the hook runs
	Timeout  time.Duration      // that the client waits; zero means 10 s, whole seconds
	Command  string             // path of gatehouse-hook: command hooks in place of HTTP hooks
}

// SettingsFile is the part of Claude Code's settings that Gatehouse needs.
type SettingsFile struct {
	// DisableAllHooks false overrules a project's true, which would switch every hook off.
	DisableAllHooks bool `json:"disableAllHooks"`
	// AllowedHTTPHookURLs overrules a project's empty list, which would switch HTTP hooks off.
	AllowedHTTPHookURLs []string                 `json:"allowedHttpHookUrls,omitempty"`
	Hooks               map[string][]HookMatcher `json:"hooks"`
}

// HookMatcher is one entry of an event's hooks; without a matcher it covers every tool.
type HookMatcher struct {
	Hooks []HookEntry `json:"hooks"`
}

// HookEntry is one hook: an HTTP endpoint or a command.
type HookEntry struct {
	Type           string            `json:"type"` // "http" or "command"
	URL            string            `json:"url,omitempty"`
	Command        string            `json:"command,omitempty"`
	TimeoutSeconds int               `json:"timeout"`
	Headers        map[string]string `json:"headers,omitempty"`
	AllowedEnvVars []string          `json:"allowedEnvVars,omitempty"`
	OnFailure      string            `json:"onFailure,omitempty"` // "block"
}

// TokenEnv is the variable that holds the API key of a hook call.
const TokenEnv = "GATEHOUSE_TOKEN"

// httpEvents are the events that Claude Code sends over HTTP. SessionStart and Setup go to commands only.
var httpEvents = []string{
	"UserPromptSubmit", "UserPromptExpansion",
	"PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "PermissionRequest", "PermissionDenied",
	"MessageDisplay", "Stop", "StopFailure", "SubagentStart", "SubagentStop",
	"SessionEnd", "PreCompact", "PostCompact", "InstructionsLoaded", "Notification",
	"Elicitation", "ElicitationResult", "PreModelSwitch", "PostModelSwitch",
	"TaskCreated", "TaskCompleted", "TeammateIdle", "ConfigChange", "CwdChanged", "FileChanged", "DirectoryAdded", "WorktreeRemove",
}

// commandEvents come to commands only.
var commandEvents = []string{"SessionStart"}

// Settings returns the settings that send every hook event of Claude Code and its SDKs to a Gatehouse.
//
// WorktreeCreate is left out on purpose: a hook on it takes over the making of worktrees.
func Settings(opt SettingsOptions) (SettingsFile, error) {
	u, err := url.Parse(opt.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return SettingsFile{}, errors.New("server url: want http://host:port or https://host:port, without user, query or fragment")
	}
	if strings.ContainsAny(opt.Agent, "\r\n\x00") || len(opt.Agent) > 256 {
		return SettingsFile{}, errors.New("agent: want at most 256 bytes without line breaks")
	}
	if opt.Timeout < 0 || opt.Timeout > 10*time.Minute {
		return SettingsFile{}, fmt.Errorf("timeout: want up to 10m, have %v", opt.Timeout)
	}
	if opt.Timeout == 0 {
		opt.Timeout = 10 * time.Second
	}
	entry := httpEntry(u, opt)
	events := httpEvents
	if opt.Command != "" {
		entry = commandEntry(u, opt)
		events = append(append([]string{}, httpEvents...), commandEvents...)
	}
	entry.TimeoutSeconds = clientSeconds(opt)
	s := SettingsFile{Hooks: make(map[string][]HookMatcher, len(events))}
	if opt.Command == "" {
		s.AllowedHTTPHookURLs = []string{u.Scheme + "://" + u.Host + "/*"}
	}
	for _, name := range events {
		s.Hooks[name] = []HookMatcher{{Hooks: []HookEntry{entry}}}
	}
	return s, nil
}

func httpEntry(u *url.URL, opt SettingsOptions) HookEntry {
	e := HookEntry{Type: "http", Headers: map[string]string{}}
	target := *u
	target.Path = strings.TrimSuffix(u.Path, "/") + "/v1/hooks/claude"
	if opt.FailMode == gatehouse.FailClosed {
		e.OnFailure = "block"
		target.RawQuery = "fail_mode=closed"
	}
	e.URL = target.String()
	if opt.Agent != "" {
		e.Headers["X-Gatehouse-Agent"] = opt.Agent
	}
	if opt.Token {
		e.Headers["Authorization"] = "Bearer $" + TokenEnv
		e.AllowedEnvVars = []string{TokenEnv}
	}
	return e
}

func commandEntry(u *url.URL, opt SettingsOptions) HookEntry {
	line := []string{shellQuote(opt.Command), "--url", shellQuote(u.String())}
	if opt.FailMode == gatehouse.FailClosed {
		line = append(line, "--fail-mode", "closed")
	}
	if opt.Agent != "" {
		line = append(line, "--agent", shellQuote(opt.Agent))
	}
	// The hook must answer before the client gives up on it, since that lets the event pass.
	own := min(5*time.Second, time.Duration(clientSeconds(opt))*time.Second*4/5)
	line = append(line, "--timeout", own.String())
	e := HookEntry{Type: "command", Command: strings.Join(line, " ")}
	if opt.FailMode == gatehouse.FailClosed {
		e.OnFailure = "block"
	}
	return e
}

// clientSeconds is how long the client waits, in its whole seconds.
func clientSeconds(opt SettingsOptions) int {
	return max(1, int((opt.Timeout+time.Second-1)/time.Second))
}

// shellQuote makes s one word of a POSIX shell.
func shellQuote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:@%+=,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
