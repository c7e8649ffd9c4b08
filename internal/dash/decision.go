package dash

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// decisionPage is all that is known of one decision.
type decisionPage struct {
	page
	Row       row
	Decision  gatehouse.Decision
	Told      string // what the client was told, in plain words
	Why       string // why that differs from the policies' answer
	Facts     []fact
	Before    []fact // of the session, before this event
	Reasons   []reason
	Findings  []findingRow
	Gaps      []gapRow
	Faults    []gatehouse.Fault
	Labels    []label
	Content   content
	Masked    content // what the client was given in its place, where that differs
	AllURL    string  // address of this page with all of the content; empty where all is shown
	RawURL    string
	Prev      string
	Next      string
	PrevTitle string
	NextTitle string
}

func (*decisionPage) name() string { return "decision" }

// fact is one line of a list of facts.
type fact struct {
	Name, Value, Href string
	ID                bool // an identifier: set in the narrow typeface, with a way to copy it
	Time              time.Time
}

type findingRow struct {
	gatehouse.Finding
	Number        int
	Sure          string
	Where         string // the place in the content, as it is named there
	At            string // anchor of that place
	FeedURL       string
	SensitiveText string
}

type gapRow struct {
	Text, Where, Detector, Size string
}

// decision makes the page of one decision.
func (d *dash) decision(ctx context.Context, r *http.Request) (view, error) {
	dec, err := d.oneDecision(ctx, r)
	if err != nil {
		return nil, err
	}
	all, err := flag(r.URL.Query(), "all")
	if err != nil {
		return nil, err
	}
	p := newDecisionPage(dec, all, d.now().UTC())
	if dec.Event.SessionID != "" {
		if err := d.neighbours(ctx, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (d *dash) oneDecision(ctx context.Context, r *http.Request) (gatehouse.Decision, error) {
	id := r.PathValue("id")
	if len(id) > maxFilterBytes {
		return gatehouse.Decision{}, errNoPage
	}
	return d.cfg.Store.Decision(ctx, id)
}

// rawDecision gives the record as JSON, masked as it is kept.
func (d *dash) rawDecision(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
	defer cancel()
	dec, err := d.oneDecision(ctx, r)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	body, err := toJSON(dec, jsontext.WithIndent("  "))
	if err != nil { // content that is not JSON is shown as a string
		dec.Event.Content, dec.Verdict.Masked = asString(dec.Event.Content), asString(dec.Verdict.Masked)
		if body, err = toJSON(dec, jsontext.WithIndent("  ")); err != nil {
			d.fail(w, r, errInternal)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	_, _ = w.Write(append(body, '\n'))
}

func asString(v jsontext.Value) jsontext.Value {
	if len(v) == 0 || v.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return v
	}
	b, err := toJSON(string(v))
	if err != nil {
		return nil
	}
	return b
}

func newDecisionPage(dec gatehouse.Decision, all bool, now time.Time) *decisionPage {
	p := &decisionPage{page: page{Title: "Decision " + shortID(dec.Event.ID), Room: "feed"}, Decision: dec, Row: newRow(&dec, now)}
	v := &dec.Verdict
	b := budgetPage
	if all {
		b = budgetAll
	}
	p.Content = newContent(dec.Event.Content, b, v.Findings)
	if dec.Applied == gatehouse.Redact && len(v.Masked) > 0 && !slices.Equal(v.Masked, dec.Event.Content) {
		p.Masked = newContent(v.Masked, b, nil)
	}
	p.RawURL = decisionURL(dec.Event.ID) + "/raw"
	if !all && (p.Content.Cut || p.Masked.Cut) {
		p.AllURL = decisionURL(dec.Event.ID) + "?all=true#content"
	}
	p.Told, p.Why = told(&dec)
	p.Facts, p.Before = facts(&dec), before(v.Session)
	p.Reasons, p.Faults = reasons(v), v.Errors
	for i, f := range v.Findings {
		p.Findings = append(p.Findings, newFindingRow(i, f))
	}
	for _, g := range v.Gaps {
		p.Gaps = append(p.Gaps, newGapRow(g))
	}
	for _, l := range v.Labels {
		p.Labels = append(p.Labels, label{l, !slices.Contains(v.Session.Labels, l)})
	}
	return p
}

func newFindingRow(i int, f gatehouse.Finding) findingRow {
	r := findingRow{Finding: f, Number: i + 1, Where: cutText(leafName(jsontext.Pointer(f.Path)), maxNameShown), At: "#at-" + url.PathEscape(f.Path)}
	if r.Where == "" {
		r.Where = "the whole"
	}
	if f.Confidence > 0 {
		r.Sure = percent(int(f.Confidence*1000+.5), 1000)
	}
	r.FeedURL = filter{Detector: f.Detector}.url("/feed")
	return r
}

// told says what the client was told, and why that is not the policies' answer where it is not.
func told(d *gatehouse.Decision) (text, why string) {
	switch d.Applied {
	case gatehouse.Allow:
		text = "The client was told nothing; it went on."
	case gatehouse.Alert:
		text = "The client went on; the event is reported as worth a look."
	case gatehouse.Redact:
		text = "The client went on with the found parts masked."
	case gatehouse.Ask:
		text = "The client was told to ask a person."
	case gatehouse.Deny:
		text = "The client was told not to go on."
	}
	if d.Applied == d.Verdict.Action {
		return text, ""
	}
	switch {
	case d.Note != "":
		why = d.Note
	case d.FailedOpen:
		why = "it could not be judged, and the client's fail mode is open"
	case d.Observed:
		why = "the call only observes"
	default:
		why = "the client knows no such answer"
	}
	return text, "The policies answered " + d.Verdict.Action.String() + ": " + why + "."
}

// facts lists who did what, without what is empty.
func facts(d *gatehouse.Decision) []fact {
	ev := &d.Event
	out := []fact{{Name: "Got", Time: ev.Time}}
	add := func(name, value string, id bool, narrow func(*filter)) {
		if value == "" {
			return
		}
		f := fact{Name: name, Value: value, ID: id}
		if narrow != nil {
			f.Href = filter{}.with(narrow)
		}
		out = append(out, f)
	}
	add("Kind", kindWord(ev.Kind), false, func(f *filter) { f.Kinds = []string{string(ev.Kind)} })
	add("Hook", ev.Hook, false, nil)
	add("Tool", ev.Tool, false, func(f *filter) { f.Tool = ev.Tool })
	add("MCP server", ev.MCPServer, false, func(f *filter) { f.MCPServer = ev.MCPServer })
	add("Agent", ev.Agent, false, func(f *filter) { f.Agent = ev.Agent })
	add("Connector", ev.Connector, false, func(f *filter) { f.Connector = ev.Connector })
	add("User", ev.User, false, func(f *filter) { f.User = ev.User })
	add("Client address", ev.ClientIP, false, nil)
	add("Model", ev.Model, false, nil)
	add("Working folder", ev.CWD, false, nil)
	add("Permission mode", ev.PermissionMode, false, nil)
	if ev.SessionID != "" {
		out = append(out, fact{Name: "Session", Value: ev.SessionID, ID: true, Href: sessionURL(ev.SessionID)})
	}
	add("Turn", ev.TurnID, true, func(f *filter) { f.Session, f.Turn = ev.SessionID, ev.TurnID })
	add("Tool use", ev.ToolUseID, true, nil)
	add("Subagent", ev.AgentID, true, nil)
	add("Subagent type", ev.AgentType, false, nil)
	add("Decision", ev.ID, true, nil)
	add("Policies", d.Verdict.PolicyVersion, true, nil)
	add("Content", byteSize(d.ContentBytes), false, nil)
	for _, f := range []struct {
		on   bool
		text string
	}{
		{ev.Failed, "the tool did not succeed"},
		{ev.Irrevocable, "the client cannot take the content back"},
		{ev.Subprompt, "the input is the prompt of a subagent"},
		{ev.Subresult, "the prompt carries the answer of a subagent"},
		{d.Observed, "judged without anybody waiting for the answer"},
		{d.FailedOpen, "passed because it could not be judged"},
	} {
		if f.on {
			add("Note", f.text, false, nil)
		}
	}
	return out
}

// before lists what was known of the session when the event came.
func before(s gatehouse.Session) []fact {
	var out []fact
	count := func(name string, n int) {
		if n > 0 {
			out = append(out, fact{Name: name, Value: num(n)})
		}
	}
	count("Tool calls", s.Calls)
	count("Denials", s.Denials)
	count("Failed tools", s.Errors)
	count("Answers denied in this turn", s.DeniedAnswers)
	if s.Quarantined {
		out = append(out, fact{Name: "Quarantined", Value: "yes: denied content stands in the conversation, so further prompts are denied"})
	}
	return out
}

// neighbours finds the events of the session right before and after.
func (d *dash) neighbours(ctx context.Context, p *decisionPage) error {
	ev := &p.Decision.Event
	after, err := d.cfg.Store.Decisions(ctx, store.Query{Session: ev.SessionID, After: ev.ID, Oldest: true, Limit: 1})
	if err != nil {
		return err
	}
	if len(after.Decisions) > 0 {
		p.Next, p.NextTitle = decisionURL(after.Decisions[0].Event.ID), nameEvent(&after.Decisions[0].Event)
	}
	// To excludes its moment, and several events may share one: some are read beyond it and passed over.
	earlier, err := d.cfg.Store.Decisions(ctx, store.Query{Session: ev.SessionID, To: ev.Time.Add(time.Millisecond), Limit: 20})
	if err != nil {
		return err
	}
	seen := false
	for i := range earlier.Decisions {
		e := &earlier.Decisions[i].Event
		if seen {
			p.Prev, p.PrevTitle = decisionURL(e.ID), nameEvent(e)
			break
		}
		seen = e.ID == ev.ID
	}
	return nil
}

func nameEvent(ev *gatehouse.Event) string {
	if ev.Tool != "" {
		return ev.Tool + " " + kindWord(ev.Kind)
	}
	return kindWord(ev.Kind)
}

func newGapRow(g gatehouse.Gap) gapRow {
	r := gapRow{Text: gapText(g), Detector: g.Detector}
	if g.Path != "" {
		r.Where = cutText(leafName(jsontext.Pointer(g.Path)), maxNameShown)
	}
	if g.Bytes > 0 {
		r.Size = byteSize(g.Bytes)
	}
	return r
}

// gapText says in plain words why something was not judged.
func gapText(g gatehouse.Gap) string {
	switch g.Reason {
	case gatehouse.GapBytes:
		return "The event is longer than what is read of one event; the rest was not judged."
	case gatehouse.GapTime:
		return "The time for judging was over before everything was looked at."
	case gatehouse.GapWindows:
		return "Too many places needed a closer look; the rest was not looked at."
	case gatehouse.GapDepth:
		return "It is nested too deeply to be followed to its end."
	case gatehouse.GapBinary:
		return "It is not text but an image, sound or archive, and was not looked into."
	case gatehouse.GapSyntax:
		return "It is not what it claims to be, so it could not be taken apart."
	case gatehouse.GapTooLarge:
		return "The request was larger than the server accepts and was not read."
	case gatehouse.GapDetector:
		return "A detector failed, so what it looks for was not looked for."
	}
	return "A part was not judged: " + g.Reason + "."
}
