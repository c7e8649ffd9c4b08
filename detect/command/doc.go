// Package command says what a shell command would do. It parses the command as a shell does, resolves
// quoting, variables, substitutions, wrappers (sudo, xargs, ssh, find -exec) and nested shells, and reports
// the effects of what would really run: what is deleted, downloaded and executed, sent out, made permanent.
//
// Text that is only data is no effect: a commit message, a search pattern, a here-document for cat. What
// cannot be resolved without running it ("$X" of unknown value, eval of a download) is reported as
// command/unresolved where it decides what runs; it is neither an allow nor a denial by itself.
//
// Limits: the analysis is of one command line, in Bash's grammar, without the file system: scripts on disk,
// aliases of the user's shell and the working directory's content are not known. Code of interpreters
// (python -c) is searched for calls that start programs or delete files, not understood. PowerShell and
// cmd are seen only through their calls of programs.
package command

import (
	"context"
	"slices"
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// Suite returns the detector of shell commands.
func Suite() detect.Suite { return detect.Suite{Detectors: []detect.Detector{detector{table()}}} }

// detector implements [detect.Detector].
type detector struct{ programs map[string]handler }

// Name implements [detect.Detector].
func (detector) Name() string { return "command" }

// Detect implements [detect.Detector] for events that carry a tool's input.
func (d detector) Detect(ctx context.Context, in *detect.Input, r *detect.Report) error {
	if in.Event == nil || in.Event.Tool == "" || in.Event.Kind != gatehouse.KindToolCall && in.Event.Kind != "permission_request" {
		return nil
	}
	for i, t := range in.Texts {
		if t.Key || len(t.Layers) > 0 || t.Raw == "" {
			continue
		}
		role := roleOf(in.Event.Tool, t.Path)
		if role == roleNone && i > 0 && scriptFlag(in.Texts[i-1].Raw) && roleOf(in.Event.Tool, parent(t.Path)) == roleShell {
			role = roleShell // {"command": ["bash", "-c", "…"]}
		}
		if role == roleNone {
			continue
		}
		a := newAnalysis(ctx, d.programs, in.Event.CWD)
		switch role {
		case roleShell:
			a.script(t.Raw, span{0, len(t.Raw)}, true)
		case roleSQL:
			a.sql(t.Raw, span{0, len(t.Raw)})
		case roleWrite:
			a.writes(a.resolve(t.Raw), span{0, len(t.Raw)})
		case roleRead:
			if secretPath(a.resolve(t.Raw)) {
				a.add(readSecret, span{0, len(t.Raw)})
			}
		}
		for _, e := range a.effects {
			k := catalog[e.id]
			r.AddRaw(t, e.at.start, e.at.end, gatehouse.Finding{
				Detector: e.id, Severity: k.severity, Confidence: k.confidence, Detail: k.detail,
			})
		}
		if a.gap != "" {
			r.Gap(gatehouse.Gap{Reason: a.gap, Path: t.Path, Leaf: t.Leaf, Detector: "command", Bytes: len(t.Raw)})
		}
	}
	return nil
}

// role is what a leaf of a tool's input is for.
type role int

const (
	roleNone  role = iota
	roleShell      // a shell command
	roleSQL        // statements for a database
	roleWrite      // the path of a file that is written
	roleRead       // the path of a file that is read
)

var (
	shellFields = []string{"command", "cmd", "script", "shell", "shell_command", "bash", "command_line", "commandline"}
	sqlFields   = []string{"sql", "query", "statement", "statements"}
	pathFields  = []string{"file_path", "path", "notebook_path", "filename", "file"}
	writeTools  = []string{"Write", "Edit", "MultiEdit", "NotebookEdit", "write_file", "edit_file", "create_file", "move_file"}
	readTools   = []string{"Read", "NotebookRead", "read_file", "read_text_file", "get_file_contents"}
)

func roleOf(tool, path string) role {
	field := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	name := tool
	mcp := strings.HasPrefix(tool, "mcp__")
	if mcp {
		name = tool[strings.LastIndex(tool, "__")+2:]
	}
	switch {
	case slices.Contains(shellFields, field):
		return roleShell
	case mcp && slices.Contains(sqlFields, field):
		return roleSQL
	case slices.Contains(pathFields, field) && slices.Contains(writeTools, name):
		return roleWrite
	case slices.Contains(pathFields, field) && slices.Contains(readTools, name):
		return roleRead
	}
	return roleNone
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// scriptFlag reports whether the word after s is a script.
func scriptFlag(s string) bool {
	return s == "-c" || s == "-lc" || s == "-ec" || s == "-ic" || strings.EqualFold(s, "-Command")
}
