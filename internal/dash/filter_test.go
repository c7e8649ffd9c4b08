package dash

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

func TestFilterQuery(t *testing.T) {
	v, err := url.ParseQuery("from=2h&to=2026-03-14T15:00&action=deny,ask&action=deny&kind=tool_call&would=deny&severity=high&policy=p&rule=p/r&detector=secret/*" +
		"&agent=a&connector=c&tool=Bash&mcp_server=m&session=s&turn=t&user=u&gaps=true&failed_open=true")
	if err != nil {
		t.Fatal(err)
	}
	f, err := parseFilter(v)
	if err != nil {
		t.Fatalf("parseFilter(%v) = %v", v, err)
	}
	got, err := f.query(testNow)
	if err != nil {
		t.Fatalf("query() = %v", err)
	}
	want := store.Query{
		From: testNow.Add(-2 * time.Hour), To: time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC), Session: "s", Turn: "t", Kinds: []gatehouse.Kind{"tool_call"},
		Actions: []gatehouse.Action{gatehouse.Deny, gatehouse.Ask}, Would: []gatehouse.Action{gatehouse.Deny}, Policy: "p", Rule: "p/r", Detector: "secret/*",
		Severity: gatehouse.High, Agent: "a", Connector: "c", Tool: "Bash", MCPServer: "m", User: "u", Gaps: true, FailedOpen: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("query differs (-want +got):\n%s", diff)
	}
	again, err := parseFilter(f.values())
	if diff := cmp.Diff(f, again); err != nil || diff != "" {
		t.Errorf("parse of the printed filter differs: %v\n%s", err, diff)
	}
	// One filter is taken away by each chip, and by all of them everything.
	left := f
	for range 30 {
		chips := left.chips()
		if len(chips) == 0 {
			break
		}
		u, err := url.Parse(chips[0].Without)
		if err != nil {
			t.Fatal(err)
		}
		if left, err = parseFilter(u.Query()); err != nil {
			t.Fatalf("parseFilter(%s) = %v", u, err)
		}
		if len(left.chips()) != len(chips)-1 {
			t.Fatalf("without %q there are %d chips, want %d", chips[0].Label, len(left.chips()), len(chips)-1)
		}
	}
	if diff := cmp.Diff(filter{}, left, cmp.Comparer(func(a, b []string) bool { return len(a)+len(b) == 0 })); diff != "" {
		t.Errorf("without all chips the filter is not empty:\n%s", diff)
	}
}

func TestFilterErrors(t *testing.T) {
	for _, q := range []string{
		"x=1", "action=block", "would=never", "severity=worst", "from=-1h", "to=tomorrow", "gaps=1", "failed_open=yes", "tool=" + strings.Repeat("a", 513), "tool=%ff",
		"kind=" + strings.Repeat("a,b", 1) + manyKinds(),
	} {
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseFilter(v)
		if err == nil {
			_, err = f.query(testNow)
		}
		if gatehouse.ErrorCode(err) != gatehouse.CodeInvalid {
			t.Errorf("filter %.60q = %v, want an error with the code invalid", q, err)
		}
	}
}

func manyKinds() string {
	var s strings.Builder
	for i := range 40 {
		s.WriteString("&kind=k" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
	}
	return s.String()
}

func TestFilterTyped(t *testing.T) {
	tests := []struct{ line, want string }{
		{"deny", "action=deny"}, {"high", "severity=high"}, {"tool_call", "kind=tool_call"}, {"secret/*", "detector=secret%2F%2A"}, {"Bash", "tool=Bash"},
		{"action:deny,ask  tool:Bash agent:x", "action=deny&action=ask&agent=x&tool=Bash"}, {"from:2h severity:low", "from=2h&severity=low"},
		{"kind:session_start", "kind=session_start"}, {"mcp_server:git rule:a/b", "mcp_server=git&rule=a%2Fb"}, {"", ""},
	}
	for _, tt := range tests {
		var f filter
		if err := f.typed(tt.line); err != nil || f.values().Encode() != tt.want {
			t.Errorf("typed(%q) = %q, %v, want %q", tt.line, f.values().Encode(), err, tt.want)
		}
	}
}

func TestFeedTidies(t *testing.T) {
	h := newTest(t, Config{Store: seeded(50)})
	for in, want := range map[string]string{
		"/feed?tool=&action=deny&q=": "/feed?action=deny", "/feed?q=deny+tool:Bash": "/feed?action=deny&tool=Bash", "/feed?tool=": "/feed",
		"/feed?severity=info": "/feed", "/feed?agent=a&q=high": "/feed?agent=a&severity=high",
	} {
		if w := get(h, in); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("GET %s = %d to %q, want 303 to %q", in, w.Code, w.Header().Get("Location"), want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("from=24h&action=deny&tool=Bash", "deny tool:x")
	f.Add("kind=a,b,,c&would=ask&q=x", "severity:high secret/*")
	f.Add("to=2026-01-01T00:00:00Z&severity=info", ":")
	f.Fuzz(func(t *testing.T, query, line string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		parsed, err := parseFilter(v)
		if err != nil {
			return
		}
		_ = parsed.typed(line)
		if _, err := parsed.query(testNow); err != nil {
			return
		}
		printed := parsed.values()
		again, err := parseFilter(printed)
		if err != nil {
			return // a typed value may be one that an address may not hold
		}
		if got := again.values().Encode(); got != printed.Encode() {
			t.Fatalf("filter %q printed as %q, then as %q", query, printed.Encode(), got)
		}
	})
}
