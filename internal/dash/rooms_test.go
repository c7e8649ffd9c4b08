package dash

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

var (
	cardLink  = regexp.MustCompile(`(?s)<a class="card [^"]*" href="([^"]*)">.*?<span class="card-label">(?:<svg.*?</svg>)?([^<]*)</span>\s*<span class="card-count">([0-9,]+)</span>`)
	topLink   = regexp.MustCompile(`<span class="r"><a href="([^"]*)">([0-9,]+)<span`)
	deniedTop = regexp.MustCompile(`<a class="deny-link" href="([^"]*)">([0-9,]+) denied`)
	slotLink  = regexp.MustCompile(`<a class="slot" href="([^"]*)" tabindex="-1"><title>[^:]*:[^:]*:?[^:]* UTC: ([0-9,]+) events`)
	rowID     = regexp.MustCompile(`<tr data-row data-id="([^"]*)"`)
	olderLink = regexp.MustCompile(`href="([^"]*)" data-page="next"`)
)

// countRows follows a feed to its end.
func countRows(t *testing.T, h http.Handler, target string) int {
	t.Helper()
	n := 0
	for range 100 {
		w := get(h, target)
		if w.Code != 200 {
			t.Fatalf("GET %s = %d", target, w.Code)
		}
		n += len(rowID.FindAllString(w.Body.String(), -1))
		older := olderLink.FindStringSubmatch(w.Body.String())
		if older == nil {
			return n
		}
		target = html.UnescapeString(older[1])
	}
	t.Fatalf("the feed %s has no end", target)
	return 0
}

// TestNumbersLead follows every number of the overview to its feed and counts there.
func TestNumbersLead(t *testing.T) {
	st := seeded(600)
	open := event("01960000-open", gatehouse.Allow)
	open.Event.Time, open.FailedOpen = testNow.Add(-time.Hour), true
	st.add(open)
	h := newTest(t, Config{Store: st})
	body := get(h, "/").Body.String()
	followed := 0
	check := func(what string, m []string) {
		t.Helper()
		want, err := strconv.Atoi(strings.ReplaceAll(m[len(m)-1], ",", ""))
		if err != nil {
			t.Fatal(err)
		}
		followed++
		if got := countRows(t, h, html.UnescapeString(m[1])); got != want {
			t.Errorf("%s says %d, its feed %s has %d", what, want, html.UnescapeString(m[1]), got)
		}
	}
	cards := cardLink.FindAllStringSubmatch(body, -1)
	if len(cards) != 8 {
		t.Fatalf("the overview has %d cards, want 8", len(cards))
	}
	for _, m := range cards {
		if m[3] == "0" {
			t.Errorf("the card %s has nothing to count", m[2])
		}
		check(m[2], m)
	}
	for _, m := range append(topLink.FindAllStringSubmatch(body, -1), deniedTop.FindAllStringSubmatch(body, -1)...) {
		check("a row of the lists", m)
	}
	for _, m := range slotLink.FindAllStringSubmatch(body, -1)[:10] {
		check("a step of the chart", m)
	}
	if followed < 40 {
		t.Errorf("followed %d links, want at least 40: the page has another shape", followed)
	}
}

func TestOverviewEmpty(t *testing.T) {
	h := newTest(t, Config{Store: &fakeStore{}, HookURL: "http://gate.internal:8700/v1/hooks/claude"})
	for _, target := range []string{"/", "/feed", "/sessions"} {
		body := get(h, target).Body.String()
		for _, want := range []string{"GATEHOUSE_URL=http://gate.internal:8700\n", "create_hook_matchers", "createHookMatchers", `claude --settings`} {
			if !strings.Contains(strings.ReplaceAll(body, "</pre>", "\n"), want) {
				t.Errorf("GET %s of an empty store does not say %q", target, want)
			}
		}
	}
	if body := get(newTest(t, Config{Store: &fakeStore{}}), "/").Body.String(); !strings.Contains(body, "GATEHOUSE_URL=http://localhost<") {
		t.Error("the first steps do not name the address that the browser used")
	}
	old := &fakeStore{}
	d := event("a", gatehouse.Allow)
	d.Event.Time = testNow.Add(-72 * time.Hour)
	old.add(d)
	if body := get(newTest(t, Config{Store: old}), "/").Body.String(); !strings.Contains(body, "Nothing in the last 24 hours") || !strings.Contains(body, "3 d ago") {
		t.Error("the overview of a quiet day does not say when the last event was")
	}
}

// longSession has so many events of one session, several of them at the same moment.
func longSession(n int) *fakeStore {
	st := &fakeStore{}
	var ds []gatehouse.Decision
	for i := range n {
		d := event(fmt.Sprintf("c%06d", i), gatehouse.Allow)
		d.Event.Time = testNow.Add(time.Duration(i/3)*time.Second - 3*time.Hour)
		d.Event.SessionID, d.Event.TurnID = "a/b c", fmt.Sprint(i/500)
		d.Event.Content = raw(`{"prompt":%s}`, fmt.Sprintf("event number %d", i))
		ds = append(ds, d)
	}
	st.add(ds...)
	return st
}

// TestSessionPages reads a session of thousands of events page by page.
func TestSessionPages(t *testing.T) {
	const events = 2350
	h := newTest(t, Config{Store: longSession(events)})
	target, seen, turns := sessionURL("a/b c"), 0, 0
	for target != "" {
		w := get(h, target)
		if w.Code != 200 {
			t.Fatalf("GET %s = %d", target, w.Code)
		}
		body := w.Body.String()
		for _, m := range regexp.MustCompile(`(?s)id="e(\d+)" data-row.*?event number (\d+)<`).FindAllStringSubmatch(body, -1) {
			if m[1] == fmt.Sprint(seen+1) && m[2] == fmt.Sprint(seen) {
				seen++
			}
		}
		turns += strings.Count(body, `<li class="turn">`)
		target = ""
		if m := olderLink.FindStringSubmatch(body); m != nil {
			target = html.UnescapeString(m[1])
		}
	}
	if seen != events {
		t.Errorf("the pages show %d events in order, want %d", seen, events)
	}
	if turns != 5 {
		t.Errorf("the pages show the beginning of %d turns, want 5", turns)
	}
}

// TestNeighbours walks a session from decision to decision, to its end and back, over equal times.
func TestNeighbours(t *testing.T) {
	h := newTest(t, Config{Store: longSession(10)})
	step := func(from, page string) string {
		m := regexp.MustCompile(`href="/decisions/([^"]*)" data-page="` + page + `"`).FindStringSubmatch(get(h, "/decisions/"+from).Body.String())
		if m == nil {
			return ""
		}
		return m[1]
	}
	at := "c000000"
	if got := step(at, "prev"); got != "" {
		t.Errorf("before the first event stands %q, want none", got)
	}
	for i := 1; i < 10; i++ {
		next := step(at, "next")
		if want := fmt.Sprintf("c%06d", i); next != want {
			t.Fatalf("after %s comes %q, want %s", at, next, want)
		}
		if back := step(next, "prev"); back != at {
			t.Errorf("before %s comes %q, want %s", next, back, at)
		}
		at = next
	}
	if got := step(at, "next"); got != "" {
		t.Errorf("after the last event stands %q, want none", got)
	}
}

func TestSessionPage(t *testing.T) {
	st := seeded(50)
	body := html.UnescapeString(get(newTest(t, Config{Store: st}), "/sessions/"+showpieceID).Body.String())
	for _, want := range []string{
		"quarantined", "raised untrusted", "raised holds_secret", "32 s later", "Turn 1", "Turn 2", "subagent <b>researcher</b>", "policy: redact", "the client cannot mask a prompt",
		`<span class="x-mask">[redacted:secret/aws-access-key]</span>`, `<span class="x-hit" title="injection/override">ignore all previous instructions</span>`,
		`<span class="x-sign" title="hidden character">‹U+202E›</span>`, "This session has read a web page", `href="/policies#rule-data-leaving/network-after-untrusted"`, "is not text but an image",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the session does not hold %q", want)
		}
	}
}

func TestRawDecision(t *testing.T) {
	st := hostileStore()
	twice := event("d1", gatehouse.Allow)
	twice.Event.Content = jsontext.Value(`{"a":"first","a":"second"}`)
	st.add(twice)
	h := newTest(t, Config{Store: st})
	for _, id := range []string{"d1", "zz-hostile"} {
		w := get(h, "/decisions/"+id+"/raw")
		var d gatehouse.Decision
		err := json.Unmarshal(w.Body.Bytes(), &d, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json; charset=utf-8" || err != nil || d.Event.ID != id {
			t.Errorf("GET raw %s = %d, decoded %q, %v; want the decision", id, w.Code, d.Event.ID, err)
		}
	}
	if body := get(h, "/decisions/d1/raw").Body.String(); !strings.Contains(body, "first") || !strings.Contains(body, "second") {
		t.Errorf("the JSON hides one of two equal keys:\n%s", body)
	}
	if w := get(h, "/decisions/none/raw"); w.Code != 404 {
		t.Errorf("GET raw of no decision = %d, want 404", w.Code)
	}
}

func TestDecisionShowsAll(t *testing.T) {
	st := &fakeStore{}
	d := event("e1", gatehouse.Redact)
	d.Event.Content = raw(`{"text":%s}`, strings.Repeat("word ", 20_000)+"the very end")
	for i := range maxListed + 50 {
		d.Verdict.Findings = append(d.Verdict.Findings, gatehouse.Finding{Detector: fmt.Sprintf("secret/kind-%d", i), Path: "/text"})
		d.Verdict.Reasons = append(d.Verdict.Reasons, gatehouse.Reason{Policy: "p", Rule: fmt.Sprintf("r%d", i), Findings: []int{i}})
	}
	st.add(d)
	h := newTest(t, Config{Store: st})
	short, all := get(h, "/decisions/e1").Body.String(), get(h, "/decisions/e1?all=true").Body.String()
	if strings.Contains(short, "the very end") || !strings.Contains(short, `href="/decisions/e1?all=true#content"`) {
		t.Error("long content is not cut, or there is no way to all of it")
	}
	if !strings.Contains(all, "the very end") {
		t.Error("all of the content is not shown")
	}
	if strings.Contains(short, fmt.Sprintf("kind-%d", maxListed)) || !strings.Contains(short, "More matched than is shown") {
		t.Errorf("more than %d findings are shown, or nothing says that there are more", maxListed)
	}
}

func TestTold(t *testing.T) {
	tests := []struct {
		d    gatehouse.Decision
		want string
	}{
		{gatehouse.Decision{}, ""},
		{gatehouse.Decision{Verdict: gatehouse.Verdict{Action: gatehouse.Redact}, Applied: gatehouse.Deny, Note: "a prompt cannot be masked"}, "The policies answered redact: a prompt cannot be masked."},
		{gatehouse.Decision{Verdict: gatehouse.Verdict{Action: gatehouse.Deny}, Observed: true}, "The policies answered deny: the call only observes."},
		{gatehouse.Decision{Verdict: gatehouse.Verdict{Action: gatehouse.Deny}, FailedOpen: true}, "The policies answered deny: it could not be judged, and the client's fail mode is open."},
		{gatehouse.Decision{Verdict: gatehouse.Verdict{Action: gatehouse.Ask}, Applied: gatehouse.Deny}, "The policies answered ask: the client knows no such answer."},
	}
	for _, tt := range tests {
		if text, why := told(&tt.d); text == "" || why != tt.want {
			t.Errorf("told(%v) = %q, %q, want %q", tt.d, text, why, tt.want)
		}
	}
}

func TestGapText(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range []string{gatehouse.GapBytes, gatehouse.GapTime, gatehouse.GapWindows, gatehouse.GapDepth, gatehouse.GapBinary, gatehouse.GapSyntax, gatehouse.GapTooLarge, gatehouse.GapDetector} {
		text := gapText(gatehouse.Gap{Reason: r})
		if seen[text] || strings.Contains(text, r+".") {
			t.Errorf("gapText(%s) = %q, want a sentence of its own", r, text)
		}
		seen[text] = true
	}
	if got := gapText(gatehouse.Gap{Reason: "strange"}); got != "A part was not judged: strange." {
		t.Errorf("gapText(strange) = %q", got)
	}
}

func TestPoliciesPage(t *testing.T) {
	body := get(newTest(t, Config{Store: seeded(600), Policies: testPolicies(t)}), "/policies").Body.String()
	for _, want := range []string{
		`id="policy-secrets-stay-inside"`, `id="rule-secrets-stay-inside/mask-the-rest"`, `href="#L-secrets-stay-inside-9"`, `id="L-secrets-stay-inside-9"`, "no-private-keys-out",
		"session.labels.has(&#34;untrusted&#34;)", "until 2026-12-31", "ended 2026-02-01", "at least 2 findings", "80 % sure or more", "on error: deny", "words/paste-sites", "3 words", "monitor",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the policies does not hold %q", want)
		}
	}
	if none := get(newTest(t, Config{Store: &fakeStore{}}), "/policies").Body.String(); !strings.Contains(none, "No policies are loaded") {
		t.Error("without policies the page does not say so")
	}
}

// TestRuleAnchors follows the link of each matched rule in force to its place.
func TestRuleAnchors(t *testing.T) {
	h := newTest(t, Config{Store: seeded(50), Policies: testPolicies(t)})
	page := get(h, "/policies").Body.String()
	links := regexp.MustCompile(`href="/policies#(rule-[^"]*)"`).FindAllStringSubmatch(get(h, "/sessions/"+showpieceID).Body.String(), -1)
	if len(links) < 5 {
		t.Fatalf("the session links to %d rules, want at least 5", len(links))
	}
	for _, m := range links {
		if strings.HasPrefix(m[1], "rule-gatehouse/") || m[1] == "rule-data-leaving/no-paste-sites" {
			continue // built in, or of another version of the policies
		}
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("no rule on the page has the anchor %q", m[1])
		}
	}
}

func TestAssets(t *testing.T) {
	h := newTest(t, Config{Store: seeded(10)})
	body := get(h, "/").Body.String()
	links := regexp.MustCompile(`/assets/([0-9a-f]{16})-([a-z.]+)"`).FindAllStringSubmatch(body, -1)
	if len(links) != 3 {
		t.Fatalf("the page refers to %d assets, want 3", len(links))
	}
	for _, m := range links {
		w := get(h, strings.TrimSuffix(m[0], `"`))
		sum := sha256.Sum256(w.Body.Bytes())
		if w.Code != 200 || hex.EncodeToString(sum[:8]) != m[1] || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("GET %s = %d, hash %x, %q; want its own hash, cached for ever", m[0], w.Code, sum[:8], w.Header().Get("Cache-Control"))
		}
	}
	if w := get(h, "/favicon.ico"); w.Code != http.StatusFound {
		t.Errorf("GET /favicon.ico = %d, want 302", w.Code)
	}
}

func TestChart(t *testing.T) {
	o := store.Overview{Step: time.Minute, Series: []store.Bucket{
		{Counts: store.Counts{Events: 10, Denied: 2, Alerted: 1}, P50US: 10, P95US: 100}, {}, {Counts: store.Counts{Events: 1}, P50US: 5, P95US: 50},
		{Counts: store.Counts{Events: 40, Redacted: 4}, P50US: 8, P95US: 80},
	}}
	c := stacked(o, slots(o))
	if c.Top != "4" || len(c.Bars) != 4 || len(c.Bars[0].Pieces) != 2 || len(c.Bars[1].Pieces) != 0 {
		t.Fatalf("stacked() = %+v", c)
	}
	if deny, alert := c.Bars[0].Pieces[0], c.Bars[0].Pieces[1]; deny.Action != "deny" || deny.H != "100.0" || deny.Y != "100.0" || alert.H != "50.0" || alert.Y != "50.0" {
		t.Errorf("the first bar is %+v and %+v, want deny on the ground with alert upon it", deny, alert)
	}
	if l := latency(o, slots(o)); len(l.P50) != 2 || l.Top != "100 µs" {
		t.Errorf("latency() has %d stretches under %s, want 2 under 100 µs", len(l.P50), l.Top)
	}
	for f, want := range map[float64]float64{0: 2, 1: 2, 2: 2, 3: 4, 4.1: 5, 7: 8, 9: 10, 10: 10, 11: 20, 999: 1000, 81_000: 100_000} {
		if got := niceTop(f, 2); got != want {
			t.Errorf("niceTop(%v) = %v, want %v", f, got, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for got, want := range map[string]string{
		num(0): "0", num(999): "999", num(1000): "1,000", num(-1234567): "-1,234,567", micros(0): "0 µs", micros(999.7): "1 ms", micros(1234): "1.2 ms", micros(2_500_000): "2.5 s", micros(-1): "–",
		span(0): "0 ms", span(1500 * time.Millisecond): "1.5 s", span(130 * time.Second): "2 min 10 s", span(time.Hour): "1 h", span(50 * time.Hour): "2 d 2 h",
		byteSize(12): "12 B", byteSize(4100): "4.1 KB", byteSize(2_000_000): "2 MB", percent(0, 5): "0 %", percent(1, 1000): "<1 %", percent(1, 3): "33.3 %", percent(1, 0): "",
		ago(time.Second): "now", ago(59 * time.Second): "59 s ago", ago(47 * time.Hour): "47 h ago", ago(72 * time.Hour): "3 d ago",
		clip(strings.Repeat("é", 40)): strings.Repeat("é", 32) + "…",
	} {
		if got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	}
}
