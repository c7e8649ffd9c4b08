package modelserver

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestParseScript(t *testing.T) {
	const script = `[{"text":"a","tool":"Bash","input":{"command":"ls"}}, {"status":529,"times":2}, {"cut":true}]`
	steps, n, err := ParseScript([]byte(script + " and more]"))
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 3 || steps[0].Tool != "Bash" || steps[1].Times != 2 || !steps[2].Cut {
		t.Errorf("ParseScript = %+v", steps)
	}
	if n != len(script) {
		t.Errorf("ParseScript took %d bytes, want %d", n, len(script))
	}
}

func TestParseScriptRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":          ``,
		"not a list":       `{"text":"a"}`,
		"broken off":       `[{"text":"a"}`,
		"unknown key":      `[{"text":"a","tols":[]}]`,
		"empty step":       `[{}]`,
		"text and status":  `[{"text":"a","status":529}]`,
		"cut and status":   `[{"cut":true,"status":529}]`,
		"status of no use": `[{"status":200}]`,
		"negative times":   `[{"cut":true,"times":-1}]`,
		"nameless call":    `[{"tools":[{"input":{}}]}]`,
		"input a string":   `[{"tool":"Bash","input":"ls"}]`,
		"too long":         "[" + strings.Repeat(`{"text":"a"},`, maxSteps) + `{"text":"a"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			if steps, _, err := ParseScript([]byte(in)); err == nil {
				t.Errorf("ParseScript(%.40q) = %v, want an error", in, steps)
			}
		})
	}
}

func TestLocate(t *testing.T) {
	const asst, toolResult = `{"role":"assistant","content":[{"type":"text","text":"SCRIPT:no"}]}`,
		`{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"SCRIPT:no"}]}]}`
	user := func(text string) string { return `{"role":"user","content":"` + text + `"}` }
	for name, tc := range map[string]struct {
		ms   []string
		want place
	}{
		"no script":                       {[]string{user("hi")}, place{}},
		"fresh":                           {[]string{user("hi SCRIPT:one")}, place{"one", 0, 0}},
		"two turns":                       {[]string{user("SCRIPT:one"), asst, toolResult, asst}, place{"one", 0, 2}},
		"the newest counts":               {[]string{user("SCRIPT:one"), asst, user("SCRIPT:two"), asst}, place{"two", 2, 1}},
		"the last of one message":         {[]string{user("SCRIPT:one SCRIPT:two")}, place{"two", 0, 0}},
		"feedback is no new script":       {[]string{user("SCRIPT:one"), asst, user("Stop hook feedback: no")}, place{"one", 0, 1}},
		"one turn in two messages":        {[]string{user("SCRIPT:one"), asst, asst, toolResult}, place{"one", 0, 1}},
		"the assistant's words are none":  {[]string{user("hi"), asst}, place{}},
		"nor are results":                 {[]string{user("SCRIPT:one"), asst, toolResult}, place{"one", 0, 1}},
		"blocks":                          {[]string{`{"role":"user","content":[{"type":"text","text":"SCRIPT:one"},{"type":"text","text":"now"}]}`}, place{"one", 0, 0}},
		"content of an unknown shape":     {[]string{`{"role":"user","content":{"a":1}}`, user("SCRIPT:one")}, place{"one", 1, 0}},
		"a system message in between":     {[]string{user("SCRIPT:one"), asst, `{"role":"system","content":"note"}`, asst}, place{"one", 0, 2}},
		"invalid UTF-8 and repeated keys": {[]string{`{"role":"assistant","role":"user","content":"` + "\xff" + ` SCRIPT:one"}`}, place{"one", 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			var ms []message
			if err := json.Unmarshal([]byte("["+strings.Join(tc.ms, ",")+"]"), &ms, lax); err != nil {
				t.Fatal(err)
			}
			if got := locate(ms); got != tc.want {
				t.Errorf("locate = %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	script := `[{"status":529,"times":2},{"tool":"A"},{"cut":true},{"tool":"B"},{"text":"end"}]`
	steps, _, err := ParseScript([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	played := map[int]int{}
	var got []string
	turns := 0
	for range 8 {
		s, i := next(steps, turns, func(i int) int { return played[i] })
		switch {
		case s.Status != 0:
			got = append(got, "status")
			played[i]++
		case s.Cut:
			got = append(got, "cut")
			played[i]++
		default:
			got = append(got, s.Tool+s.Text)
			turns++
		}
	}
	want := []string{"status", "status", "A", "cut", "B", "end", "end", "end"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps of %s (-want +got):\n%s", script, diff)
	}
}

func TestNextAfterTheEnd(t *testing.T) {
	steps, _, err := ParseScript([]byte(`[{"tool":"A"}]`))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := next(steps, 1, func(int) int { return 0 })
	if s.Tool != "" || s.Text == "" {
		t.Errorf("next after a last tool = %+v, want a closing text", s)
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add([]byte(`[{"text":"a"},{"tool":"Bash","input":{"command":"ls"}},{"status":529},{"cut":true,"times":3}] rest`))
	f.Add([]byte(`[{"tools":[{"tool":"A"},{"tool":"B","input":{}}]}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		steps, n, err := ParseScript(b)
		if err != nil {
			return
		}
		if n > len(b) {
			t.Fatalf("ParseScript took %d of %d bytes", n, len(b))
		}
		again, err := json.Marshal(steps)
		if err != nil {
			t.Fatalf("print script: %v", err)
		}
		if _, _, err := ParseScript(again); err != nil {
			t.Fatalf("ParseScript(%s): %v", again, err)
		}
	})
}
