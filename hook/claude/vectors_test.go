package claude_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

var update = flag.Bool("update", false, "rewrite the wants of the vectors")

// vector is one hook call with its verdict and what comes of both. The files are shared with the adapters
// in other languages.
type vector struct {
	Name        string            `json:"name"`
	Input       jsontext.Value    `json:"input"`
	Verdict     gatehouse.Verdict `json:"verdict"`
	WantEvent   jsontext.Value    `json:"want_event"`
	WantReply   jsontext.Value    `json:"want_reply"`
	WantApplied gatehouse.Action  `json:"want_applied"`
	WantNote    string            `json:"want_note,omitempty"`
}

func vectorFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/vectors/claude/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob(vectors) = %v, %v, want files", files, err)
	}
	return files
}

func readVector(t testing.TB, file string) (v vector) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectors(t *testing.T) {
	for _, file := range vectorFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			v := readVector(t, file)
			got := replay(t, v)
			if *update {
				b, err := json.Marshal(got, json.Deterministic(true), jsontext.WithIndent("  "))
				if err == nil {
					err = os.WriteFile(file, append(b, '\n'), 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(canonical(t, v.WantEvent), canonical(t, got.WantEvent)); d != "" {
				t.Errorf("Parse(input).Event(), -want +got:\n%s", d)
			}
			if d := cmp.Diff(canonical(t, v.WantReply), canonical(t, got.WantReply)); d != "" {
				t.Errorf("Reply(verdict), -want +got:\n%s", d)
			}
			if got.WantApplied != v.WantApplied || got.WantNote != v.WantNote {
				t.Errorf("Reply(verdict) = %v, %q, want %v, %q", got.WantApplied, got.WantNote, v.WantApplied, v.WantNote)
			}
		})
	}
}

// replay returns v with the wants that the code gives.
func replay(t testing.TB, v vector) vector {
	t.Helper()
	call, err := claude.Parse(v.Input)
	if err != nil {
		t.Fatalf("Parse(input) = %v, want nil", err)
	}
	event, err := json.Marshal(call.Event())
	if err != nil {
		t.Fatal(err)
	}
	reply := call.Reply(&v.Verdict)
	v.WantEvent, v.WantReply, v.WantApplied, v.WantNote = event, reply.Body, reply.Applied, reply.Note
	return v
}

func canonical(t testing.TB, v jsontext.Value) string {
	t.Helper()
	c := bytes.Clone(v)
	if err := (*jsontext.Value)(&c).Format(jsontext.Multiline(true), jsontext.CanonicalizeRawInts(false), jsontext.ReorderRawObjects(true)); err != nil {
		t.Fatalf("Format(%s) = %v, want nil", v, err)
	}
	return string(c)
}

// TestVectorsCoverForms fails where an event that has an answer of its own has no vector for a denial.
func TestVectorsCoverForms(t *testing.T) {
	denied := map[string]bool{}
	for _, file := range vectorFiles(t) {
		v := readVector(t, file)
		call, err := claude.Parse(v.Input)
		if err == nil && v.Verdict.Action >= gatehouse.Redact {
			denied[call.Hook()] = true
		}
	}
	for _, name := range []string{
		"UserPromptSubmit", "UserPromptExpansion", "PreToolUse", "PermissionRequest", "PostToolUse",
		"PostToolUseFailure", "PostToolBatch", "MessageDisplay", "Stop", "SubagentStop", "PreModelSwitch",
		"Elicitation", "ElicitationResult", "ConfigChange",
	} {
		if !denied[name] || !slices.Contains(claude.HookEvents(), name) {
			t.Errorf("vectors deny %s: %v, want true", name, denied[name])
		}
	}
}
