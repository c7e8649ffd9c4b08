package dash

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// testNow is the moment at which the tests look at the dashboard.
var testNow = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// fakeStore is a Reader over a slice, oldest first. It filters as a store does, so that links that lead
// nowhere are seen.
type fakeStore struct {
	mu   sync.Mutex
	all  []gatehouse.Decision
	err  error         // given by every call
	slow chan struct{} // where set, calls wait for it or for their deadline
}

func (s *fakeStore) add(ds ...gatehouse.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, ds...)
	slices.SortFunc(s.all, func(a, b gatehouse.Decision) int { return cmp.Compare(a.Event.ID, b.Event.ID) })
}

func (s *fakeStore) enter(ctx context.Context) error {
	if s.slow != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.slow:
		}
	}
	return s.err
}

func (s *fakeStore) Decisions(ctx context.Context, q store.Query) (store.Page, error) {
	if err := s.enter(ctx); err != nil {
		return store.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := q.Limit
	if limit == 0 {
		limit = 50
	}
	var page store.Page
	for i := range s.all {
		d := s.all[len(s.all)-1-i]
		if q.Oldest {
			d = s.all[i]
		}
		if !matches(q, &d) {
			continue
		}
		if q.Cursor != "" && (!q.Oldest && d.Event.ID >= q.Cursor || q.Oldest && d.Event.ID <= q.Cursor) {
			continue
		}
		if len(page.Decisions) == limit {
			page.Next = page.Decisions[limit-1].Event.ID
			break
		}
		page.Decisions = append(page.Decisions, d)
	}
	return page, nil
}

func matches(q store.Query, d *gatehouse.Decision) bool {
	ev, v := &d.Event, &d.Verdict
	is := func(want, have string) bool { return want == "" || want == have }
	in := func(n int, ok bool) bool { return n == 0 || ok }
	reason := q.Policy == "" && q.Rule == ""
	for _, r := range v.Reasons {
		reason = reason || is(q.Policy, r.Policy) && is(q.Rule, r.Policy+"/"+r.Rule)
	}
	found := q.Detector == ""
	for _, f := range v.Findings {
		family, all := strings.CutSuffix(q.Detector, "/*")
		found = found || f.Detector == q.Detector || all && strings.HasPrefix(f.Detector, family+"/")
	}
	return (q.From.IsZero() || !ev.Time.Before(q.From)) && (q.To.IsZero() || ev.Time.Before(q.To)) &&
		is(q.Session, ev.SessionID) && is(q.Turn, ev.TurnID) && is(q.Agent, ev.Agent) && is(q.Connector, ev.Connector) &&
		is(q.Tool, ev.Tool) && is(q.MCPServer, ev.MCPServer) && is(q.User, ev.User) && reason && found &&
		in(len(q.Kinds), slices.Contains(q.Kinds, ev.Kind)) && in(len(q.Actions), slices.Contains(q.Actions, d.Applied)) &&
		in(len(q.Would), slices.Contains(q.Would, v.Would)) && v.Severity >= q.Severity &&
		(!q.Gaps || len(v.Gaps) > 0) && (!q.FailedOpen || d.FailedOpen) && (q.After == "" || ev.ID > q.After)
}

func (s *fakeStore) Decision(ctx context.Context, id string) (gatehouse.Decision, error) {
	if err := s.enter(ctx); err != nil {
		return gatehouse.Decision{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.all {
		if d.Event.ID == id {
			return d, nil
		}
	}
	return gatehouse.Decision{}, &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: "no such decision"}
}

func (s *fakeStore) summaries() []store.SessionSummary {
	at := map[string]int{}
	var out []store.SessionSummary
	for _, d := range s.all {
		i, ok := at[d.Event.SessionID]
		if !ok {
			i = len(out)
			at[d.Event.SessionID] = i
			out = append(out, store.SessionSummary{ID: d.Event.SessionID, Agent: d.Event.Agent, Connector: d.Event.Connector, User: d.Event.User, First: d.Event.Time})
		}
		out[i].Events++
		out[i].Last = d.Event.Time
		switch d.Applied {
		case gatehouse.Deny:
			out[i].Denied++
		case gatehouse.Redact:
			out[i].Redacted++
		case gatehouse.Ask:
			out[i].Asked++
		case gatehouse.Alert:
			out[i].Alerted++
		}
	}
	slices.SortFunc(out, func(a, b store.SessionSummary) int { return b.Last.Compare(a.Last) })
	return out
}

func (s *fakeStore) Sessions(ctx context.Context, q store.SessionQuery) (store.SessionPage, error) {
	if err := s.enter(ctx); err != nil {
		return store.SessionPage{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var page store.SessionPage
	skipping := q.Cursor != ""
	for _, sum := range s.summaries() {
		if skipping {
			skipping = sum.ID != q.Cursor
			continue
		}
		if !q.From.IsZero() && sum.Last.Before(q.From) || q.Agent != "" && q.Agent != sum.Agent || q.Denied && sum.Denied == 0 {
			continue
		}
		if len(page.Sessions) == q.Limit {
			page.Next = page.Sessions[q.Limit-1].ID
			break
		}
		page.Sessions = append(page.Sessions, sum)
	}
	return page, nil
}

func (s *fakeStore) Session(ctx context.Context, id string) (store.SessionSummary, error) {
	if err := s.enter(ctx); err != nil {
		return store.SessionSummary{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sum := range s.summaries() {
		if sum.ID == id {
			return sum, nil
		}
	}
	return store.SessionSummary{}, &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: "no such session"}
}

func (s *fakeStore) Overview(ctx context.Context, from, to time.Time, step time.Duration) (store.Overview, error) {
	if err := s.enter(ctx); err != nil {
		return store.Overview{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := store.Overview{From: from, To: to, Step: step, StepS: int(step.Seconds())}
	took := make([][]float64, int(to.Sub(from)/step))
	for t := from; t.Before(to); t = t.Add(step) {
		o.Series = append(o.Series, store.Bucket{Start: t})
	}
	var all []float64
	dims := [4]map[string]*store.Counts{{}, {}, {}, {}}
	for i := range s.all {
		d := &s.all[i]
		if d.Event.Time.Before(from) || !d.Event.Time.Before(to) {
			continue
		}
		b := int(d.Event.Time.Sub(from) / step)
		us := float64(d.Verdict.ElapsedUS)
		all, took[b] = append(all, us), append(took[b], us)
		tally(&o.Totals, d)
		tally(&o.Series[b].Counts, d)
		keys := [4][]string{nil, nil, {d.Event.Tool}, {d.Event.Agent}}
		for _, r := range d.Verdict.Reasons {
			keys[0] = append(keys[0], r.Policy)
		}
		for _, f := range d.Verdict.Findings {
			keys[1] = append(keys[1], f.Detector)
		}
		for i, ks := range keys {
			slices.Sort(ks)
			for _, k := range slices.Compact(ks) {
				if k == "" {
					continue
				}
				if dims[i][k] == nil {
					dims[i][k] = &store.Counts{}
				}
				tally(dims[i][k], d)
			}
		}
	}
	for i := range o.Series {
		o.Series[i].P50US, o.Series[i].P95US = quantile(took[i], .5), quantile(took[i], .95)
	}
	o.P50US, o.P95US, o.P99US = quantile(all, .5), quantile(all, .95), quantile(all, .99)
	o.Policies, o.Detectors, o.Tools, o.Agents = top(dims[0]), top(dims[1]), top(dims[2]), top(dims[3])
	return o, nil
}

func tally(c *store.Counts, d *gatehouse.Decision) {
	c.Events++
	switch d.Applied {
	case gatehouse.Allow:
		c.Allowed++
	case gatehouse.Alert:
		c.Alerted++
	case gatehouse.Redact:
		c.Redacted++
	case gatehouse.Ask:
		c.Asked++
	case gatehouse.Deny:
		c.Denied++
	}
	if len(d.Verdict.Gaps) > 0 {
		c.Gaps++
	}
	if d.FailedOpen {
		c.FailedOpen++
	}
	if d.Verdict.Would == gatehouse.Deny && d.Applied != gatehouse.Deny {
		c.WouldDeny++
	}
}

func quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	slices.Sort(xs)
	return xs[int(q*float64(len(xs)-1))]
}

func top(m map[string]*store.Counts) []store.Top {
	var out []store.Top
	for k, c := range m {
		out = append(out, store.Top{Key: k, Counts: *c})
	}
	slices.SortFunc(out, func(a, b store.Top) int {
		return cmp.Or(b.Events-a.Events, strings.Compare(a.Key, b.Key))
	})
	return out[:min(len(out), 10)]
}

// seeder makes sessions that look like the real thing, the same ones on every run.
type seeder struct {
	r   *rand.Rand
	now time.Time
	out []gatehouse.Decision
}

// seeded returns a store with about so many decisions over the last 24 hours before testNow.
func seeded(count int) *fakeStore { return seededAt(testNow, count) }

func seededAt(now time.Time, count int) *fakeStore {
	s := &seeder{r: rand.New(rand.NewPCG(1, 2)), now: now}
	for len(s.out) < count {
		// Two humps a day, as of people at work.
		hours := 24 * math.Pow(s.r.Float64(), 1.15)
		if s.r.Float64() < .35 {
			hours = 2 + 5*s.r.Float64()
		}
		s.session(now.Add(-time.Duration(hours * float64(time.Hour))))
	}
	s.showpiece()
	slices.SortFunc(s.out, func(a, b gatehouse.Decision) int { return a.Event.Time.Compare(b.Event.Time) })
	for i := range s.out {
		s.out[i].Event.ID = fmt.Sprintf("0196%08x-%04x-7%03x-8a5e-%012x", s.out[i].Event.Time.Unix(), i&0xffff, i>>16, s.r.Uint64()>>16)
	}
	st := &fakeStore{}
	st.add(s.out...)
	return st
}

func raw(format string, args ...any) jsontext.Value {
	quoted := make([]any, len(args))
	for i, a := range args {
		b, err := toJSON(a)
		if err != nil {
			panic(err)
		}
		quoted[i] = string(b)
	}
	return jsontext.Value(fmt.Sprintf(format, quoted...))
}

func (s *seeder) event(at time.Time, base gatehouse.Event, kind gatehouse.Kind, hook, tool string, content jsontext.Value) *gatehouse.Decision {
	base.Time, base.Kind, base.Hook, base.Tool, base.Content = at, kind, hook, tool, content
	if strings.HasPrefix(tool, "mcp__") {
		base.MCPServer = strings.Split(tool, "__")[1]
	}
	us := 18 + 40*s.r.ExpFloat64() + 220*math.Pow(s.r.Float64(), 14)
	s.out = append(s.out, gatehouse.Decision{Event: base, ContentBytes: len(content), Verdict: gatehouse.Verdict{
		ElapsedUS: int64(us), PolicyVersion: "9d1f0c55a8e2417b",
	}})
	return &s.out[len(s.out)-1]
}

// rule records that a rule matched; mode monitor only counts what would have been.
func rule(d *gatehouse.Decision, mode gatehouse.Mode, policy, id string, a gatehouse.Action, sev gatehouse.Severity, message string, findings ...gatehouse.Finding) {
	v := &d.Verdict
	r := gatehouse.Reason{Policy: policy, Rule: id, Action: a, Mode: mode, Severity: sev, Message: message}
	for _, f := range findings {
		r.Findings = append(r.Findings, len(v.Findings))
		f.Severity = sev
		v.Findings = append(v.Findings, f)
	}
	v.Reasons = append(v.Reasons, r)
	v.Would = max(v.Would, a)
	v.Severity = max(v.Severity, sev)
	if mode == gatehouse.Enforce {
		v.Action = max(v.Action, a)
	}
	d.Applied = v.Action
}

func finding(detector, detail, path string, confidence float64) gatehouse.Finding {
	return gatehouse.Finding{Detector: detector, Detail: detail, Path: path, Confidence: confidence, Start: 9, End: 29,
		Fingerprint: "9f2c41d07be3a655", Sensitive: strings.HasPrefix(detector, "secret/") || strings.HasPrefix(detector, "pii/")}
}

var (
	seedAgents = []string{"support-desk", "repo-janitor", "invoice-reader", "release-bot", "data-analyst"}
	seedUsers  = []string{"maria.lopez", "jonas", "aiko.tanaka", "p.okafor", "ci"}
	seedTools  = []string{"Bash", "Read", "Edit", "Grep", "WebFetch", "mcp__github__create_issue", "mcp__postgres__query", "Write"}
)

func (s *seeder) session(at time.Time) {
	i := s.r.IntN(len(seedAgents))
	base := gatehouse.Event{
		SessionID: fmt.Sprintf("%08x-5e0c-4f7a-9b21-%012x", s.r.Uint32(), s.r.Uint64()>>16), Agent: seedAgents[i], User: seedUsers[i],
		Connector: []string{"claude_agent_sdk", "claude_code_cli"}[i%2], Model: "claude-opus-5-5", CWD: "/srv/" + seedAgents[i], PermissionMode: "default", ClientIP: "10.20.4.17",
	}
	for turn := range 1 + s.r.IntN(3) {
		base.TurnID = fmt.Sprintf("turn-%d", turn+1)
		at = s.turn(at, base)
		if at.After(s.now) {
			break
		}
		at = at.Add(time.Duration(20+s.r.IntN(400)) * time.Second)
	}
	for len(s.out) > 0 && s.out[len(s.out)-1].Event.Time.After(s.now) {
		s.out = s.out[:len(s.out)-1]
	}
}

func (s *seeder) turn(at time.Time, base gatehouse.Event) time.Time {
	step := func(ms int) time.Time { at = at.Add(time.Duration(ms+s.r.IntN(ms)) * time.Millisecond); return at }
	p := s.event(at, base, gatehouse.KindPrompt, "UserPromptSubmit", "", raw(`{"prompt":%s}`, "Please look into the open ticket and tell the customer what happened."))
	if s.r.Float64() < .02 {
		rule(p, gatehouse.Enforce, "secrets-stay-inside", "no-keys-in-prompts", gatehouse.Deny, gatehouse.High, "Remove the key from your prompt and try again.", finding("secret/github-token", "GitHub personal access token", "/prompt", .99))
		p.Verdict.Action, p.Note = gatehouse.Redact, "a prompt cannot be masked by this client"
	}
	for range 1 + s.r.IntN(5) {
		s.tool(step, base)
	}
	a := s.event(step(900), base, gatehouse.KindResponse, "Stop", "", raw(`{"text":%s}`, "The order was delayed by the carrier. I have told the customer and closed the ticket."))
	if s.r.Float64() < .03 {
		rule(a, gatehouse.Enforce, "personal-data-in-answers", "mask-contact-data", gatehouse.Redact, gatehouse.Medium, "", finding("pii/email", "e-mail address", "/text", .9), finding("pii/phone", "telephone number", "/text", .8))
	}
	return at
}

func (s *seeder) tool(step func(int) time.Time, base gatehouse.Event) {
	tool := seedTools[s.r.IntN(len(seedTools))]
	base.ToolUseID = fmt.Sprintf("toolu_%016x", s.r.Uint64())
	input := raw(`{"command":%s,"description":"Look at the log"}`, "tail -n 50 /var/log/app/orders.log | grep -i delayed")
	c := s.event(step(300), base, gatehouse.KindToolCall, "PreToolUse", tool, input)
	switch x := s.r.Float64(); {
	case x < .035 && tool == "Bash":
		rule(c, gatehouse.Enforce, "no-destructive-commands", "no-recursive-delete", gatehouse.Deny, gatehouse.Critical, "Deleting whole folders is not allowed here.", finding("command/delete-home", "deletes a home directory", "/command", 1))
		return
	case x < .04:
		rule(c, gatehouse.Enforce, "data-leaving", "network-after-untrusted", gatehouse.Ask, gatehouse.High, "This session has read a web page; a person must approve.", finding("command/network", "reaches the network", "/command", .95))
	case x < .06:
		rule(c, gatehouse.Monitor, "data-leaving", "no-paste-sites", gatehouse.Deny, gatehouse.High, "Uploads to paste sites are not allowed.", finding("command/upload", "uploads a file", "/command", .9))
	case x < .063:
		c.FailedOpen = true
	}
	r := s.event(step(700), base, gatehouse.KindToolResult, "PostToolUse", tool, raw(`{"stdout":%s,"stderr":"","interrupted":false}`, "2026-03-14 order 8812 delayed by carrier"))
	switch x := s.r.Float64(); {
	case x < .05:
		rule(r, gatehouse.Enforce, "secrets-stay-inside", "mask-the-rest", gatehouse.Redact, gatehouse.High, "", finding("secret/aws-access-key", "AWS access key", "/stdout", .99), finding("secret/aws-secret-key", "AWS secret key", "/stdout", .97))
		r.Event.Content = raw(`{"stdout":%s,"stderr":"","interrupted":false}`, "AWS_ACCESS_KEY_ID=[redacted:secret/aws-access-key]\nAWS_SECRET_ACCESS_KEY=[redacted:secret/aws-secret-key]\nREGION=eu-central-1")
	case x < .09:
		rule(r, gatehouse.Enforce, "untrusted-input", "flag-instructions", gatehouse.Alert, gatehouse.Medium, "The page gives the model orders.", finding("injection/override", "asks to ignore earlier instructions", "/stdout", .7))
		r.Verdict.Labels = []string{"untrusted"}
	case x < .10:
		r.Verdict.Gaps = []gatehouse.Gap{{Reason: gatehouse.GapBinary, Path: "/stdout", Bytes: 48211}}
	}
}
