package detecttest

import (
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// word is a rule without a problem.
func word() detect.Rule {
	return detect.Rule{
		ID: "test/word", Anchors: [][]string{{"forbidden"}}, Pattern: `\bforbidden\b`,
		Find: []string{"forbidden", "a Forbidden? no: forbidden"}, Pass: []string{"unforbidden", "Forbidden"},
	}
}

func TestCheck(t *testing.T) {
	field := word()
	field.ID = "test/field"
	field.Fields = func(ev *gatehouse.Event, x *detect.Text) bool { return ev.Tool == "Bash" && x.Path == "/command" }
	Check(t, detect.Suite{Rules: []detect.Rule{word(), field}})
}

func TestProblems(t *testing.T) {
	for want, change := range map[string]func(*detect.Rule){
		"no anchors":            func(r *detect.Rule) { r.Anchors = nil },
		"runs over every text":  func(r *detect.Rule) { r.Anchors, r.Unanchored = nil, true },
		"has 0 Find and 2 Pass": func(r *detect.Rule) { r.Find = nil },
		"has 2 Find and 0 Pass": func(r *detect.Rule) { r.Pass = nil },
		`does not find "other"`: func(r *detect.Rule) { r.Find = []string{"other"} },
		"amid other text":       func(r *detect.Rule) { r.Pattern = `\Aforbidden` },
		`finds "is forbidden"`:  func(r *detect.Rule) { r.Pass = []string{"is forbidden"} },
		"does not find ":        func(r *detect.Rule) { r.Fields = func(*gatehouse.Event, *detect.Text) bool { return false } },
		"has a fault":           func(r *detect.Rule) { r.Valid = func(string) bool { panic("no") } },
		"again, masked as": func(r *detect.Rule) {
			r.Pattern, r.Find = `(?P<v>\S+ \S+) forbidden`, []string{"it is so forbidden"}
		},
		"leaves a gap": func(r *detect.Rule) { r.Pass = []string{strings.Repeat("A", 3000)} },
	} {
		r := word()
		change(&r)
		problems := Problems(detect.Suite{Rules: []detect.Rule{r}})
		if got := strings.Join(problems, "\n"); !strings.Contains(got, want) {
			t.Errorf("Problems = %q, want %q", problems, want)
		}
	}
}
