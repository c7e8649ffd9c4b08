package detecttest

import (
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

func TestCheck(t *testing.T) {
	Check(t, detect.Suite{Rules: []detect.Rule{
		{ID: "test/word", Anchors: [][]string{{"forbidden"}}, Pattern: `\bforbidden\b`,
			Find: []string{"forbidden", "a Forbidden? no: forbidden"}, Pass: []string{"unforbidden", "Forbidden"}},
		{ID: "test/field", Anchors: [][]string{{"shell"}}, Pattern: `shell`,
			Fields: func(ev *gatehouse.Event, x *detect.Text) bool { return ev.Tool == "Bash" && x.Path == "/command" },
			Find:   []string{"shell"}, Pass: []string{"Shell"}},
	}})
}

func TestFinds(t *testing.T) {
	r, err := detect.New(detect.Config{}, detect.Suite{Rules: []detect.Rule{
		{ID: "test/word", Anchors: [][]string{{"forbidden"}}, Pattern: `\bforbidden\b`}}})
	if err != nil {
		t.Fatalf("New = %v, want a runner", err)
	}
	for text, want := range map[string]bool{"forbidden": true, "so forbidden!": true, "unforbidden": false, "": false, "\xffforbidden": true} {
		if got := Finds(t, r, "test/word", text); got != want {
			t.Errorf("Finds(%q) = %v, want %v", text, got, want)
		}
	}
}
